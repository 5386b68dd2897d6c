"""Recordings kept on disk, each with the key of what it depends on.

One file for each script, start method and interpreter, in a folder that git ignores.
Deleting the folder is always safe: what is missing is recorded anew.

A key has two halves: of the code and all else that decides what happens, and of the lines in
which the code stands. Where only the second is another one, prose was changed (prose.py), and a
recording that names no place in a source still holds.
"""

from __future__ import annotations

import ast
import contextlib
import fcntl
import glob
import hashlib
import os
import secrets
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path

from multitrack.disk import keeping, whole
from multitrack.interpreters import about, installed
from multitrack.pictures import may_draw
from multitrack.prose import PLACE, UNREADABLE, Parts, parts, undocumented
from multitrack.recording import VERSION, Recording, RecordingError
from multitrack.script import Script

BESIDE = {".txt", ".svg", ".png"}  # the ends of the files beside a recording's own
OLD = 24 * 3600  # seconds: no build takes so long
HERE = Path(__file__).parent
# What decides what is kept and how it is asked for, not what is recorded.
UNRECORDING = {"__main__.py", "cache.py", "cli.py"}


def path_of(script: str, start_method: str, folder: Path, python: str = sys.executable) -> Path:
    """Return where the recording of a script is kept, by the script's name."""
    return folder / f"{script}.{start_method}.{_tag(python)}.json"


def _tag(python: str) -> str:
    if python == sys.executable:  # the page asks often, and need not start an interpreter
        return f"{sys.implementation.cache_tag}{getattr(sys, 'abiflags', '')}"
    return about(python).tag


def new_text(script: str, start_method: str, folder: Path, python: str = sys.executable) -> Path:
    """Return a new path for a recording's full text, beside which its pictures are kept.

    :func:`save` removes those of all other recordings of the script.
    """
    path = path_of(script, start_method, folder, python)
    return path.with_name(f"{path.stem}.{secrets.token_hex(4)}.txt")


def key_of(script: Script, start_method: str, python: str = sys.executable) -> str:
    """Hash what the recording depends on, in two halves parted by a colon.

    First the code of the script and of what it imports, what it reads, the interpreter and its
    libraries, the start method, and the code that plays and records; then the lines in which the
    code stands. Code that may look at itself is what its file is, prose and all.
    """
    modules = imported(script.path, script.source, script.root)
    sources = [script.source, *(path.read_bytes() for path in modules)]
    apart, machinery = [parts(source) for source in sources], _machinery(HERE)
    itself = [script.played, *sources[1:], machinery.layout] if any(p.looks for p in apart) else []
    same: list[str | bytes] = [
        f"{VERSION} {start_method} {about(python).build} {about(python).platform}",
        os.path.realpath(python),
        machinery.code,
        *(f"{name} {installed(python, name)}" for name in script.libraries),
        *script.conditions,
        f"{may_draw(script.source)} {_cells(script)}",
        *(os.path.relpath(path, script.path.parent) for path in (*modules, *script.files)),
        *(path.read_bytes() for path in script.files),
        *(part.code for part in apart),
        *itself,
    ]
    return f"{_hash(same)}:{_hash(part.layout for part in (*apart, machinery))}"


def _hash(parts: Iterable[str | bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode("utf-8", "surrogateescape")
        digest.update(len(data).to_bytes(8, "big") + data)  # else others could be cut from it
    return digest.hexdigest()[:32]


def _cells(script: Script) -> str:
    """Say how many statements each cell has."""
    lines = parts(script.source).statements
    return " ".join(str(sum(c.first <= line <= c.last for line in lines)) for c in script.cells)


def contents(script: Script) -> list[bytes]:
    """Return the files that a run of a script depends on, prose and all."""
    files = [*imported(script.path, script.source, script.root), *script.files]
    return [script.played, *(path.read_bytes() for path in files)]


@cache
def _machinery(folder: Path) -> Parts:
    """Return the code that plays and records; how a recording is shown has no part in it.

    Only of the stage it matters in which lines it stands: it is below the script on the stack.
    """
    files = [path for path in sorted(folder.glob("*.py")) if path.name not in UNRECORDING]
    code = _hash(undocumented(path.read_bytes()) for path in files)
    return parts((folder / "stage.py").read_bytes())._replace(code=code.encode())


def imported(path: Path, source: bytes, root: Path) -> list[Path]:
    """Find the modules beside a script or in ``root`` that it imports, and those they import."""
    found: dict[Path, None] = {}
    todo = [(path, source)]
    while todo:
        here, text = todo.pop()
        for module in _modules(here, text, root):
            if module != path and module not in found:
                found[module] = None
                todo.append((module, module.read_bytes()))
    return sorted(found)


def _modules(path: Path, source: bytes, root: Path) -> Iterator[Path]:
    inside: dict[Path, set[str]] = {}
    for level, names in _imports(source):
        folders = [path.parents[level - 1]] if level else [path.parent, root]
        for name in names:
            top = name.partition(".")[0]
            for folder in folders:
                if folder not in inside:
                    inside[folder] = _names_in(folder)
                if not top or not {top, f"{top}.py"} & inside[folder]:
                    continue
                for end in (".py", "/__init__.py"):
                    file = folder / (name.replace(".", "/") + end)
                    if file.is_file():
                        yield file


def _names_in(folder: Path) -> set[str]:
    """Return the names of what is in a folder; most imports are of none of it."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        return {entry.name for entry in entries}
    return set()


@lru_cache(maxsize=1024)  # asked for each start method
def _imports(source: bytes) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Return the level and the names of each import statement."""
    found: list[tuple[int, tuple[str, ...]]] = []
    try:
        tree = ast.parse(source)
    except UNREADABLE:  # it fails when it is imported, not here
        return ()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.append((0, tuple(alias.name for alias in node.names)))
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            inner = (f"{base}.{alias.name}".strip(".") for alias in node.names)
            found.append((node.level, (base, *inner)))
    return tuple(found)


def load(
    script: Script, start_method: str, folder: Path, python: str = sys.executable
) -> tuple[Recording | None, str]:
    """Return the kept recording if it still holds, and why not where there is a bad file.

    Where prose has moved the script's cells, it is kept anew with the lines in which they are.
    """
    path = path_of(script.name, start_method, folder, python)
    if not os.path.exists(path):  # noqa: PTH110 - Path.exists() may not be allowed to look
        return None, ""
    key = key_of(script, start_method, python)
    try:
        kept = recording = Recording.load(path)
        if kept.key != key:
            if not _holds(kept, key):
                return None, ""
            recording = _moved(kept, script, key)
        if bad := _lacks(recording, path):
            return None, f"{bad} of {path.name} is gone or cut short"
        if recording.cells != kept.cells:
            _keep_moved(kept, recording, path)
    except RecordingError as error:
        return None, f"{path.name} is not a recording that can be used ({error})"
    except OSError as error:
        return None, f"{path.name} cannot be used ({error})"
    return recording, ""


def _holds(recording: Recording, key: str) -> bool:
    """Whether a recording with another key tells what would happen now, too."""
    same = recording.key.partition(":")[0] == key.partition(":")[0]
    return same and not recording.full and not PLACE.search(recording.to_json())


def _moved(recording: Recording, script: Script, key: str) -> Recording:
    """Return a recording with its cells where they are in the script now."""
    cells = tuple(
        replace(cell, first=now.first, last=now.last)
        for cell, now in zip(recording.cells, script.cells, strict=False)
    )
    return replace(recording, cells=cells, key=key)


def _keep_moved(kept: Recording, moved: Recording, path: Path) -> None:
    with keeping(path), _locked(path):
        if Recording.load(path) == kept:  # else another build was here
            _write(moved, path)


def _lacks(recording: Recording, path: Path) -> str:
    """Say what a recording should have beside it and has not; nothing where nobody asked for it."""
    beside = [(full.file, full.bytes, "the full text")] if (full := recording.full) else []
    beside += [(picture.file, picture.bytes, "a picture") for picture in recording.pictures]
    for name, size, what in beside:
        file = path.parent / name
        if name and not (file.is_file() and file.stat().st_size == size):
            return what
    return ""


def save(recording: Recording, key: str, folder: Path, python: str = sys.executable) -> Recording:
    """Keep a recording, whole or not at all, and return it with its key.

    Its full text and pictures are there already, under names of their own; those of the recording
    that was kept before are removed, and what a build that was killed left. One at a time does
    so: another build may be keeping the same lesson's, and its files may be there already, too.

    Raises CannotKeep where the disk is full, say; its full text and pictures are removed then.
    """
    recording = replace(recording, key=key)
    path = path_of(recording.script, recording.start_method, folder, python)
    with whole(path.parent / name for name in recording.files), keeping(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path):
            replaced = _kept_files(path)
            _write(recording, path)
            for file in path.parent.glob(f"{glob.escape(path.stem)}.*.*"):
                if file.suffix in BESIDE and file.name not in recording.files:
                    with contextlib.suppress(OSError):  # the next one will try again
                        if file.name in replaced or _is_old(file):
                            file.unlink()
    return recording


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with (path.parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(recording: Recording, path: Path) -> None:
    new = path.with_name(f"{path.name}.new")
    with whole([new]):
        new.write_text(recording.to_json(), encoding="utf-8")
        new.replace(path)


def forget(recording: Recording, folder: Path) -> None:
    """Remove the full text and the pictures of a recording that is not kept."""
    for name in recording.files:
        with keeping(folder / name):
            (folder / name).unlink(missing_ok=True)


def _kept_files(path: Path) -> tuple[str, ...]:
    with contextlib.suppress(RecordingError):
        return Recording.load(path).files
    return ()


def _is_old(path: Path) -> bool:
    return path.stat().st_mtime < time.time() - OLD
