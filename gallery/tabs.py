"""What a page's start methods are called: the platforms that its recordings are for."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable

from gallery.in_words import in_words
from gallery.pythons import FORKSERVER, version_of
from multitrack.recording import Recording

PLATFORMS = {"fork": "Linux, Python to 3.13", "forkserver": "Linux, Python 3.14 and later"}
SYSTEMS = {"linux": "Linux", "darwin": "macOS", "win32": "Windows"}


def preferred(methods: Iterable[str]) -> str:
    """Return the start method to show where one must do: the builder's own default."""
    methods = list(methods)
    own = multiprocessing.get_context().get_start_method()
    return own if own in methods else methods[0]


def platform_of(recording: Recording) -> str:
    """Name the platform that a recording is for.

    A platform is named only if its start method was recorded on a Python that has it as its
    default there; else which Python it was.
    """
    method, python = recording.start_method, recording.interpreter
    if method == "spawn":
        return "macOS, Windows"
    version = version_of(python.version)[:2]
    usual = python.platform == "linux" and not python.free_threaded
    if usual and (version >= FORKSERVER) == (method == "forkserver"):
        return PLATFORMS[method]
    free = ", free-threaded" * python.free_threaded
    return f"recorded on {'.'.join(map(str, version))}{free}"


def recorded_on(recordings: Iterable[Recording]) -> str:
    """Say where recordings were made: ``Linux: under fork with Python 3.13.18, ...``."""
    systems: dict[str, dict[str, list[str]]] = {}
    for recording in recordings:
        python = recording.interpreter
        system = SYSTEMS.get(python.platform, python.platform)
        systems.setdefault(system, {}).setdefault(python.version, []).append(recording.start_method)
    return "; ".join(
        f"{system}: "
        + ", ".join(
            f"under {in_words(methods)} with {'Python ' * (not number)}{version}"
            for number, (version, methods) in enumerate(pythons.items())
        )
        for system, pythons in systems.items()
    )
