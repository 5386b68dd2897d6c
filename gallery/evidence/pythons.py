"""Finding interpreters, and finding out which of them lessons can be run on."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from gallery.evidence.findings import Python
from gallery.project import ROOT
from multitrack.interpreters import About, InterpreterError, about

WANTED = ("3.11", "3.12", "3.13", "3.14", "3.15", "3.13t", "3.14t", "3.15t")
OLDEST = (3, 11)
PATIENCE = 30.0  # seconds that an interpreter has to answer
NAMES = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalPy"}

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
    """An interpreter that was found or asked for: where, and what it says of itself.

    ``about`` is None where it cannot be used; ``python`` then says why.
    """

    path: str
    python: Python
    about: About | None


def find(asked: list[str], search: bool = True) -> list[Found]:
    """Return the builder's own interpreter, those found, and those asked for, without doubles.

    Two are the same when they have the same version and build. Those wanted but not found, and
    those asked for that do not work, are in the list, too.
    """
    looked_at = list(searched()) if search else []
    paths = list(dict.fromkeys([sys.executable, *looked_at, *asked]))
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(examined, paths))
    kept: dict[tuple[str, bool], Found] = {}
    broken: list[Found] = []
    for one in found:
        if one.about:
            kept.setdefault((one.about.build, one.about.free_threaded), one)
        else:
            broken.append(one)
    usable = sorted(kept.values(), key=lambda one: _version_key(one.python))
    return [*_with_ids(usable), *_with_ids(broken), *(_missing(usable) if search else ())]


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


def examined(path: str) -> Found:
    """Ask an interpreter what it is and whether it has what lessons need."""
    name = Path(path).name
    try:
        why = _unfit(path)
        said = None if why else about(path)
    except InterpreterError as error:
        why, said = str(error).replace(path, name), None
    if said is None:
        missing = why == NOT_THERE
        return Found(path, Python("", name, "", "missing" if missing else "broken", why), None)
    words = f"{NAMES.get(said.implementation, said.implementation)} {said.version}"
    if said.free_threaded:
        words += ", free-threaded"
    own = os.path.realpath(path) == os.path.realpath(sys.executable)
    return Found(path, Python("", words, said.version, "ok", "", own), said)


NOT_THERE = "there is no such file"


def _unfit(path: str) -> str:
    """Say why lessons cannot be run on an interpreter; empty where they can."""
    status, said = _answer(path)
    if status is None:
        return said
    if status < 0:
        return f"it crashed when it was started ({signal.Signals(-status).name})"
    if without := re.search(r"^without (.*)", said, re.MULTILINE):
        return f"lessons cannot be run on it: {without[1]}"
    version = re.search(r"^ready (\d+)\.(\d+)$", said, re.MULTILINE)
    if status or not version:
        heard = f"{said.strip().splitlines()[-1][:80]!r}" if said.strip() else "nothing"
        return f"it is no Python that works: it ended with {status} and said {heard}"
    if (int(version[1]), int(version[2])) < OLDEST:
        return f"Python {version[1]}.{version[2]} is older than {OLDEST[0]}.{OLDEST[1]}"
    return ""


def _answer(path: str) -> tuple[int | None, str]:
    """Ask; return the exit status and what was said, or None and why there is no answer.

    Nothing that was started lives on, also where ``path`` is a script that starts programs.
    """
    try:
        process = subprocess.Popen(
            [path, "-I", "-c", QUESTION, str(ROOT)],
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


def _version_key(python: Python) -> tuple[list[int], str]:
    return [int(n) for n in re.findall(r"\d+", python.version)], python.name


def _with_ids(found: list[Found]) -> Iterator[Found]:
    """Give each a short name of its own, from what it is called."""
    seen: set[str] = set()
    for one in found:
        base = re.sub(r"[^a-z0-9.]+", "-", one.python.name.lower()).strip("-")
        name = base
        if name in seen:  # same version, another build
            mark = one.about.build if one.about else one.path
            name = f"{base}-{hashlib.sha256(mark.encode()).hexdigest()[:6]}"
        seen.add(name)
        yield Found(one.path, one.python.called(name), one.about)


def _missing(usable: list[Found]) -> Iterator[Found]:
    for version in WANTED:
        free = version.endswith("t")
        number = version.removesuffix("t")
        if not any(
            one.python.version.startswith(f"{number}.")
            and one.about
            and one.about.free_threaded == free
            for one in usable
        ):
            words = f"CPython {number}" + (", free-threaded" if free else "")
            python = Python(f"none-{version}", words, number, "missing", f"no python{version}")
            yield Found("", python, None)
