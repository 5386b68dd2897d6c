"""Recordings kept on disk, each with the key of what it depends on.

One file for each script, start method and interpreter, in a folder that git ignores.
Deleting the folder is always safe: what is missing is recorded anew.
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
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path

from multitrack.interpreters import about, installed
from multitrack.recording import VERSION, Recording, RecordingError
from multitrack.script import Script

BESIDE = {".txt", ".svg", ".png"}  # the ends of the files beside a recording's own
OLD = 24 * 3600  # seconds: no build takes so long


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
    """Hash what the recording depends on.

    That is the script, what it imports and reads, the interpreter and its libraries, the start
    method, and the code that plays and records.
    """
    digest = hashlib.sha256()
    parts: list[str | bytes] = [
        f"{VERSION} {start_method} {about(python).build} {about(python).platform}",
        os.path.realpath(python),
        _machinery(),
        *(f"{name} {installed(python, name)}" for name in script.libraries),
        *contents(script),
    ]
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def contents(script: Script) -> list[bytes]:
    """Return what a run of a script depends on beside its interpreter."""
    files = [*imported(script.path, script.source, script.root), *script.files]
    return [script.played, *(path.read_bytes() for path in files)]


@cache
def _machinery() -> bytes:
    """Return the code that plays and records; how a recording is shown has no part in it."""
    return b"\0".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))


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
    except (SyntaxError, ValueError):  # it fails when it is imported, not here
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
    """Return the kept recording if it still holds, and why not where there is a bad file."""
    path = path_of(script.name, start_method, folder, python)
    if not path.exists():
        return None, ""
    try:
        recording = Recording.load(path)
    except RecordingError as error:
        return None, f"{path.name} is not a recording that can be used ({error})"
    if recording.key != key_of(script, start_method, python):
        return None, ""
    if full := recording.full:
        text = path.parent / full.file
        if not full.file or not text.is_file() or text.stat().st_size != full.bytes:
            return None, f"the full text of {path.name} is gone or cut short"
    for picture in recording.pictures:
        file = path.parent / picture.file
        there = picture.file and file.is_file() and file.stat().st_size == picture.bytes
        if not (there or picture.left_out):
            return None, f"a picture of {path.name} is gone or cut short"
    return recording, ""


def save(recording: Recording, key: str, folder: Path, python: str = sys.executable) -> Recording:
    """Keep a recording, whole or not at all, and return it with its key.

    Its full text and pictures are there already, under names of their own; those of the recording
    that was kept before are removed, and what a build that was killed left. One at a time does
    so: another build may be keeping the same lesson's, and its files may be there already, too.
    """
    recording = replace(recording, key=key)
    path = path_of(recording.script, recording.start_method, folder, python)
    path.parent.mkdir(parents=True, exist_ok=True)
    with (path.parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        replaced = _kept_files(path)
        new = path.with_name(f"{path.name}.new")
        try:
            new.write_text(recording.to_json(), encoding="utf-8")
            new.replace(path)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
        for file in path.parent.glob(f"{glob.escape(path.stem)}.*.*"):
            beside = file.suffix in BESIDE and file.name not in recording.files
            if beside and (file.name in replaced or _is_old(file)):
                file.unlink(missing_ok=True)
    return recording


def forget(recording: Recording, folder: Path) -> None:
    """Remove the full text and the pictures of a recording that is not kept."""
    for name in recording.files:
        (folder / name).unlink(missing_ok=True)


def _kept_files(path: Path) -> tuple[str, ...]:
    with contextlib.suppress(RecordingError):
        return Recording.load(path).files
    return ()


def _is_old(path: Path) -> bool:
    return path.stat().st_mtime < time.time() - OLD
