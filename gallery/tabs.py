"""What the tabs of a page are called: the platforms that its recordings are for."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable

from gallery.pythons import FORKSERVER, version_of
from multitrack.recording import Recording

PLATFORMS = {"fork": "Linux, Python up to 3.13", "forkserver": "Linux, Python 3.14 and later"}
SYSTEMS = {"linux": "Linux", "darwin": "macOS", "win32": "Windows"}


def preferred(methods: Iterable[str]) -> str:
    """Return the start method to show where one must do: the builder's own default."""
    methods = list(methods)
    own = multiprocessing.get_context().get_start_method()
    return own if own in methods else methods[0]


def tab_of(recording: Recording) -> tuple[str, str]:
    """Name the platform that a recording is for, and what is added in small print.

    A platform is named only if its start method was recorded on a Python that has it as its
    default there.
    """
    method, python = recording.start_method, recording.interpreter
    system = SYSTEMS.get(python.platform, python.platform)
    if method == "spawn":
        return "spawn: macOS, Windows", f"(recorded on {system})"
    version = version_of(python.version)[:2]
    usual = python.platform == "linux" and not python.free_threaded
    if usual and (version >= FORKSERVER) == (method == "forkserver"):
        return PLATFORMS[method], f"({method})"
    free = ", free-threaded" * python.free_threaded
    where = f" on {system}" * (python.platform != "linux")
    return f"{method},", f"recorded on {'.'.join(map(str, version))}{free}{where}"
