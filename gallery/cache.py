"""Recordings kept on disk, each with the key of what it depends on.

One file for each lesson, start method and interpreter, in a folder that git ignores.
Deleting the folder is always safe: what is missing is recorded anew.
"""

from __future__ import annotations

import ast
import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from gallery.lesson import Lesson
from gallery.recording import VERSION, Recording, RecordingError

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "recordings"


def path_of(lesson: str, start_method: str, folder: Path = FOLDER) -> Path:
    """Return where the recording of a lesson (``chapter/name``) is kept."""
    return folder / f"{lesson}.{start_method}.{sys.implementation.cache_tag}.json"


def key_of(lesson: Lesson, start_method: str) -> str:
    """Hash what the recording depends on.

    That is the script and the modules beside it or in the project that it imports, the
    interpreter, the start method, and the code that plays and records.
    """
    digest = hashlib.sha256()
    parts: list[str | bytes] = [
        f"{VERSION} {start_method} {sys.version} {sys.platform}",
        os.path.realpath(sys.executable),
        _machinery(),
        lesson.source,
        *(path.read_bytes() for path in _imported(lesson.path, lesson.source)),
    ]
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


@cache
def _machinery() -> bytes:
    names = ("stage", "recorder", "lines", "lives", "lesson", "recording")
    return b"\0".join(Path(__file__).with_name(f"{n}.py").read_bytes() for n in names)


def _imported(path: Path, source: bytes) -> list[Path]:
    """Find the project's modules that a script imports, and those that they import."""
    found: dict[Path, None] = {}
    todo = [(path, source)]
    while todo:
        here, text = todo.pop()
        for module in _modules(here, text):
            if module != path and module not in found:
                found[module] = None
                todo.append((module, module.read_bytes()))
    return sorted(found)


def _modules(path: Path, source: bytes) -> Iterator[Path]:
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        folders = [path.parent, ROOT]
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                folders = [path.parents[node.level - 1]]
            base = node.module or ""
            names = [base, *(f"{base}.{alias.name}".strip(".") for alias in node.names)]
        for name in names:
            for folder in folders:
                for end in (".py", "/__init__.py"):
                    file = folder / (name.replace(".", "/") + end)
                    if name and file.is_file():
                        yield file


def load(lesson: Lesson, start_method: str, folder: Path = FOLDER) -> tuple[Recording | None, str]:
    """Return the kept recording if it still holds, and why not where there is a bad file."""
    path = path_of(lesson.name, start_method, folder)
    if not path.exists():
        return None, ""
    try:
        recording = Recording.load(path)
    except RecordingError as error:
        return None, f"{path.name} is not a recording that can be used ({error})"
    held = recording.key == key_of(lesson, start_method)
    return (recording, "") if held else (None, "")


def save(recording: Recording, key: str, folder: Path = FOLDER) -> Recording:
    """Keep a recording, whole or not at all, and return it with its key."""
    recording = replace(recording, key=key)
    path = path_of(recording.lesson, recording.start_method, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".new")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(recording.to_json())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return recording
