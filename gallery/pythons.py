"""Which Pythons there are, and on which of them a lesson is recorded.

A page's tabs are platforms, so each start method is recorded on a Python that has it as its
default. All that records lessons, or looks for their recordings, asks :func:`recorded_on`.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from gallery.lesson import Lesson
from gallery.project import ROOT
from multitrack import interpreters
from multitrack.cache import path_of
from multitrack.interpreters import About, InterpreterError

WANTED = ("3.11", "3.12", "3.13", "3.14", "3.15", "3.13t", "3.14t", "3.15t")
OLDEST = (3, 11)
FORKSERVER = (3, 14)  # from here on it is Linux's default, before it is fork
PATIENCE = 30.0  # seconds that an interpreter has to answer
NOT_THERE = "there is no such file"

# Runs in the interpreter that is asked: standard library only. It also makes a semaphore, for a
# Python without them, or without the right to /dev/shm, can import multiprocessing all the same;
# and one that runs in another root folder may not find the lessons.
QUESTION = """
import os, sys
try:
    if not os.path.exists(sys.argv[1]):
        raise FileNotFoundError("it does not see the project's folder")
    import multiprocessing.synchronize
    multiprocessing.Lock()
    print("ready %d.%d" % sys.version_info[:2])
except Exception as error:
    print("without", type(error).__name__ + ":", error)
"""


@dataclass(frozen=True)
class Found:
    """An interpreter that was looked at; ``about`` is None where it cannot be used for ``why``."""

    path: str
    about: About | None
    why: str = ""

    @cached_property  # asked for each recording that is looked for
    def own(self) -> bool:
        """Whether it is the one that runs this program."""
        return os.path.realpath(self.path) == os.path.realpath(sys.executable)

    @cached_property
    def version(self) -> tuple[int, ...]:
        """The numbers of its version."""
        return version_of(self.about.version) if self.about else ()


def searched() -> Iterator[str]:
    """Find the wanted versions on the path and in pyenv's folder.

    pyenv's shims are passed over: they are there for versions that pyenv would not start.
    """
    root = _pyenv_root()
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    shims = {str(root / "shims")} if root else set()
    path = os.pathsep.join(f for f in folders if f.rstrip("/") not in shims)
    for version in WANTED:
        if there := shutil.which(f"python{version}", path=path):
            yield there
    versions = "|".join(re.escape(v.removesuffix("t")) for v in WANTED)
    for folder in sorted((root / "versions").glob("*")) if root else ():
        python = folder / "bin" / "python"
        if re.fullmatch(rf"({versions})\.\d+t?", folder.name) and os.access(python, os.X_OK):
            yield str(python)


def _pyenv_root() -> Path | None:
    """Return pyenv's folder, if pyenv is on the path."""
    pyenv = shutil.which("pyenv")
    if not pyenv:
        return None
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run([pyenv, "root"], capture_output=True, text=True, timeout=10)
        if done.returncode == 0 and Path(done.stdout.strip()).is_dir():
            return Path(done.stdout.strip())
    return None


def look_at(paths: list[str]) -> list[Found]:
    """Ask interpreters what they are, and whether they have what lessons need; each once."""
    with ThreadPoolExecutor(4) as threads:
        return list(threads.map(examined, paths))


def examined(path: str) -> Found:
    """Ask one interpreter."""
    status, said = _answer(path)
    name = Path(path).name
    if status is None:
        return Found(path, None, said)
    if status < 0:
        why = f"it crashed when it was started ({signal.Signals(-status).name})"
        return Found(path, None, why)
    if without := re.search(r"^without (.*)", said, re.MULTILINE):
        return Found(path, None, f"lessons cannot be run on it: {without[1]}")
    ready = re.search(r"^ready (\d+)\.(\d+)\n(.*)", said, re.MULTILINE)
    if status or not ready:
        heard = f"{said.strip().splitlines()[-1][:80]!r}" if said.strip() else "nothing"
        why = f"it is no Python that works: it ended with {status} and said {heard}"
        return Found(path, None, why)
    if (version := (int(ready[1]), int(ready[2]))) < OLDEST:
        return Found(path, None, f"Python {_dotted(version)} is older than {_dotted(OLDEST)}")
    try:
        return Found(path, interpreters.read(path, ready[3]))
    except InterpreterError as error:
        return Found(path, None, str(error).replace(path, name))


def _answer(path: str) -> tuple[int | None, str]:
    """Ask; return the exit status and what was said, or None and why there is no answer.

    Nothing that was started lives on, also where ``path`` is a script that starts programs.
    """
    try:
        process = subprocess.Popen(
            [path, "-I", "-c", QUESTION + interpreters.QUESTION, str(ROOT)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except FileNotFoundError:
        return None, NOT_THERE if not Path(path).exists() else "its own interpreter is missing"
    except OSError as error:
        return None, f"it cannot be started: {error.strerror}"
    try:
        said, _ = process.communicate(timeout=PATIENCE)
        return process.returncode, said
    except subprocess.TimeoutExpired:
        return None, f"it did not answer within {PATIENCE:g} seconds"
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


# -- which of them are for the tabs ----------------------------------------------------------


def version_of(text: str) -> tuple[int, ...]:
    """Return the numbers of a version, three at most."""
    return tuple(int(n) for n in re.findall(r"\d+", text)[:3])


@cache
def for_tabs() -> tuple[Found, ...]:
    """Return this program's own interpreter, and those that are newest on each side of 3.14.

    Looked for once in the life of a process; of the others found none is started.
    """
    found = [Found(sys.executable, interpreters.about(sys.executable))]
    by_version: dict[tuple[int, int], list[str]] = defaultdict(list)
    for path in searched():
        by_version[3, int(re.findall(r"3\.(\d+)", path)[-1])].append(path)
    newest_first = sorted(by_version, reverse=True)
    for newer in (True, False):
        versions = [v for v in newest_first if (v >= FORKSERVER) == newer]
        released = ([one for one in look_at(by_version[v]) if usual(one.about)] for v in versions)
        found += next(filter(None, released), [])
    return tuple(found)


def usual(about: About | None) -> bool:
    """Whether it is what readers have: a released CPython of the usual build."""
    return (
        about is not None
        and about.implementation == "cpython"
        and not about.free_threaded
        and re.fullmatch(r"[\d.]+", about.version) is not None
    )


def python_for(start_method: str, oldest: tuple[int, ...] = (), own: bool = False) -> str | None:
    """Return the interpreter to record a script on; None where all are older than ``oldest``.

    It is the newest that has the start method as its default on Linux, else the newest; for spawn
    the newest. ``own``: only this program's interpreter, which has the project's libraries.
    """
    fit = [one for one in for_tabs()[: 1 if own else None] if one.version[:2] >= oldest]
    usual = [
        one
        for one in fit
        if start_method == "spawn" or (one.version >= FORKSERVER) == (start_method == "forkserver")
    ]
    best = max(usual or fit, key=lambda one: (one.version, one.own), default=None)
    return best.path if best else None


def recorded_on(lesson: Lesson) -> dict[str, str]:
    """Return the interpreter for each start method of a lesson; empty where there is none."""
    settings = lesson.settings
    found = {
        method: python_for(method, settings.needs_python, own=bool(settings.needs))
        for method in settings.start_methods
    }
    return {method: python for method, python in found.items() if python}


def recordings_of(lesson: Lesson, folder: Path) -> dict[str, Path]:
    """Return where the recordings that its page shows are kept, by start method.

    Empty where there is nothing to record.
    """
    pythons = recorded_on(lesson).items() if lesson.cells else ()
    return {method: path_of(lesson.name, method, folder, python) for method, python in pythons}


def why_not_recorded(lesson: Lesson) -> str:
    """Say why no interpreter can record a lesson; empty where one can."""
    if recorded_on(lesson):
        return ""
    return f"the lesson needs Python {_dotted(lesson.settings.needs_python)}, newer than all here"


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
