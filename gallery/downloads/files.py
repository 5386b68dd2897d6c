"""Which files can be downloaded: made before the pages, and only where something changed.

They are in ``downloads_dir``, as readers find them under ``downloads/`` on the site, with
``SHA256SUMS`` (for ``sha256sum -c``) beside them. ``downloads.json`` beside that folder says what
they were made from.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.errors import ExtensionError

from gallery import build
from gallery.lesson import Lesson
from gallery.pythons import recordings_of
from gallery.replay import in_reading_order
from multitrack.recording import Recording

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SUMS = "SHA256SUMS"
SCHEMA = "recording.schema.json"
COURSE = "multiprocessing-by-example.zip"
OFFLINE = "multiprocessing-by-example-html.zip"  # made of the site, by `make offline`


@dataclass(frozen=True)
class Entry:
    """A file to download: its path below ``downloads/``, its bytes, their SHA-256."""

    path: str
    size: int
    sha256: str


def folder_of(app: Sphinx) -> Path:
    """Return the folder of the files."""
    return Path(app.confdir, app.config.downloads_dir)


def list_of(app: Sphinx) -> Path:
    """Return the file that lists them."""
    return folder_of(app).with_suffix(".json")


def whole_site(app: Sphinx) -> list[Path]:
    """Return the files that hold the whole site, where they were made."""
    built = folder_of(app).parent
    return [p for p in (built / OFFLINE, *sorted((built / "epub").glob("*.epub"))) if p.is_file()]


def entries(app: Sphinx) -> tuple[list[Entry], list[Entry]]:
    """Return what can be downloaded: the files of the lessons, and those of the whole site."""
    listed = json.loads(list_of(app).read_text("utf-8"))
    return (
        [Entry(*row) for row in listed["files"]],
        [Entry(*row) for row in listed["whole site"]],
    )


def make_downloads(app: Sphinx) -> None:
    """Make the files anew if anything that they are made from has changed, or one is missing."""
    state = _state(app)
    try:
        listed = json.loads(list_of(app).read_text("utf-8"))
        if listed["state"] == state and all(
            (folder_of(app) / path).stat().st_size == size for path, size, _ in listed["files"]
        ):
            return
    except (OSError, ValueError, KeyError, TypeError):
        pass  # there is no list, or not one that can be used
    made = dict(sorted(_contents(app)))
    files = [_entry(name, content) for name, content in made.items()]
    made[SUMS] = "".join(f"{sum_}  {name}\n" for name, _, sum_ in files).encode()
    _write(folder_of(app), made)
    site = [_entry(path.name, path.read_bytes()) for path in whole_site(app)]
    listing = {"files": [*files, _entry(SUMS, made[SUMS])], "whole site": site}
    _write(
        list_of(app).parent,
        {list_of(app).name: json.dumps({"state": state, **listing}, indent=1).encode()},
        keep=True,
    )


def _entry(name: str, content: bytes) -> tuple[str, int, str]:
    return name, len(content), hashlib.sha256(content).hexdigest()


def _write(folder: Path, contents: dict[str, bytes], keep: bool = False) -> None:
    """Write what is new; other files are removed unless they are to be kept."""
    for name, content in contents.items():
        path = folder / name
        if path.is_file() and path.read_bytes() == content:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f".{path.name}.{os.getpid()}.new")  # another build may be at it
        new.write_bytes(content)
        new.replace(path)
    if not keep:
        for path in folder.rglob("*"):
            known = path.relative_to(folder).as_posix() in contents or path.suffix == ".new"
            if path.is_file() and not known:
                path.unlink()


def _state(app: Sphinx) -> str:
    """Hash the names, sizes and times of all that the files are made from."""
    here = Path(__file__).parent
    sources = [
        *build.lesson_files(app),
        *sorted(file for p in build.lesson_files(app) for file in Lesson.read(p).files),
        *sorted(_root(app).glob("tests/test_snippets/*/*.py")),
        *sorted(_root(app).glob("tests/*.py")),
        *sorted(build.recordings_folder(app).glob("*/*.json")),
        build.pythons_file(app),
        *sorted(here.glob("*.py")),
        *(_root(app) / name for name in ("LICENSE", f"docs/{SCHEMA}")),
        *whole_site(app),
    ]
    digest = hashlib.sha256(repr((app.config.project, _chapters(app))).encode())
    for path in sources:
        if path.exists():
            status = path.stat()
            digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _root(app: Sphinx) -> Path:
    """Return the project's folder."""
    return Path(app.confdir)


def _chapters(app: Sphinx) -> list[str]:
    """Return the chapters that have a place, in order."""
    order = app.config.sphinx_gallery_conf["subsection_order"] or []
    return [Path(chapter).name for chapter in order if chapter != "*"]


def recording_name(lesson: str, method: str) -> str:
    """Return the name of a recording's file."""
    return f"{lesson}.{method}.recording.json"


def trace_name(lesson: str, method: str) -> str:
    """Return the name of a trace's file."""
    return f"{lesson}.{method}.trace.json"


def _contents(app: Sphinx) -> Iterator[tuple[str, bytes]]:
    """Yield each file's name and contents."""
    # Imported where something is to be made: an unchanged build needs none of it.
    from gallery.downloads.course import course
    from gallery.downloads.notebook import NotebookError, notebook
    from multitrack.show.trace import trace

    lessons = in_reading_order(app, map(Lesson.read, build.lesson_files(app)))
    titles = {lesson.name: lesson.title for lesson in lessons}
    wrong = []
    for lesson in lessons:
        yield f"{lesson.name}.py", lesson.source
        for file in lesson.files:
            yield f"{lesson.path.parent.name}/{file.name}", file.read_bytes()
        try:
            yield f"{lesson.name}.ipynb", notebook(lesson, titles).encode()
        except NotebookError as error:
            wrong.append(str(error))
        for method, path in recordings_of(lesson, build.recordings_folder(app)).items():
            recording = Recording.load(path)
            yield recording_name(lesson.name, method), path.read_bytes()
            yield trace_name(lesson.name, method), trace(recording).encode()
            for name in recording.files:
                yield f"{lesson.path.parent.name}/{name}", path.with_name(name).read_bytes()
    if wrong:
        raise ExtensionError("lessons that cannot be notebooks:\n" + "\n".join(wrong))
    project = app.config.project
    if lessons:
        yield COURSE, course(lessons, _root(app), project)
    for chapter in dict.fromkeys(lesson.path.parent for lesson in lessons):
        those = [lesson for lesson in lessons if lesson.path.parent == chapter]
        title = f"{project}: {_chapter_title(chapter)}"
        yield f"{chapter.name}.zip", course(those, _root(app), title)
    schema = _root(app) / "docs" / SCHEMA
    if schema.is_file():
        yield SCHEMA, schema.read_bytes()


def _chapter_title(chapter: Path) -> str:
    """Return the first line of a chapter's introduction that is no rule."""
    lines = (chapter / "GALLERY_HEADER.rst").read_text("utf-8").splitlines()
    return next((line for line in lines if line.strip("=-~ ")), chapter.name)


def publish(app: Sphinx, exception: Exception | None) -> None:
    """Copy what is new to the built site, and remove what is no longer offered."""
    if exception or not offers_downloads(app):
        return
    target = Path(app.outdir, "downloads")
    listed, _ = entries(app)
    sources = {entry.path: folder_of(app) / entry.path for entry in listed}
    sources |= {path.name: path for path in whole_site(app)}
    for name, source in sources.items():
        copy, status = target / name, source.stat()
        if copy.is_file() and copy.stat().st_mtime_ns == status.st_mtime_ns:
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, copy)
    for path in target.rglob("*"):
        if path.is_file() and path.relative_to(target).as_posix() not in sources:
            path.unlink()


def offers_downloads(app: Sphinx) -> bool:
    """Whether the builder makes pages beside which there can be files."""
    return bool(getattr(app.builder, "download_support", False)) and app.builder.format == "html"
