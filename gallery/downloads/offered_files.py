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

from gallery.chapter import Chapter
from gallery.lessons import generated
from gallery.lessons.build import build_of
from multitrack.recording import Recording

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SUMS = "SHA256SUMS"
SCHEMA = "recording.schema.json"
COURSE = "multiprocessing-by-example.zip"
OFFLINE = "multiprocessing-by-example-html.zip"  # made of the site, by `make offline`


@dataclass(frozen=True)
class Published:
    """The files below the built site that were put there."""

    files: tuple[str, ...]


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
    """Return the file that holds the whole site, where it was made and this is not for it."""
    path = folder_of(app).parent / OFFLINE
    return [path] if path.is_file() and not app.config.for_offline_zip else []


def of_kind(app: Sphinx, kind: str) -> list[Entry]:
    """Return the files to download of a kind: ``zips``, ``formats``, ``site``, or a chapter."""
    listed = json.loads(list_of(app).read_text("utf-8"))
    if kind == "site":
        return [Entry(*row) for row in listed["whole site"]]
    found = [Entry(*row) for row in listed["files"]]
    found = [entry for entry in found if _kind(entry) == kind]
    return sorted(found, key=lambda entry: entry.path != COURSE)


def _kind(entry: Entry) -> str:
    if "/" in entry.path:
        return entry.path.partition("/")[0]
    return "zips" if entry.path.endswith(".zip") else "formats"


def make_downloads(app: Sphinx) -> None:
    """Make the files anew if anything that they are made from has changed, or one is missing."""
    build = build_of(app)
    if build.only:
        return
    generated.of_chapters(app, "downloads", page_of)
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


def page_of(chapter: Chapter) -> str:
    """Return the page of a chapter's files."""
    return generated.markdown(
        f"Downloads: {chapter.title}",
        f"The lessons of a chapter as scripts, notebooks, recordings and traces: {chapter.title}.",
        "What these kinds of files are is said on [the page about all downloads](/downloads.md)."
        f"\n\n```{{downloads}} {chapter.name}\n```",
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
    build = build_of(app)
    sources = [
        *build.files,
        *(file for lesson in build.lessons.values() for file in lesson.files),
        *sorted(_root(app).glob("tests/test_snippets/*/*.py")),
        *sorted(_root(app).glob("tests/*.py")),
        *(file for x in build.lessons.values() for file in build.recordings_of(x).values()),
        build.pythons_file,
        *sorted(here.glob("*.py")),
        *(_root(app) / name for name in ("LICENSE", f"docs/{SCHEMA}")),
        *whole_site(app),
    ]
    digest = hashlib.sha256(repr((app.config.project, build.chapters)).encode())
    for path in sources:
        if path.exists():
            status = path.stat()
            digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _root(app: Sphinx) -> Path:
    """Return the project's folder."""
    return Path(app.confdir)


def recording_name(lesson: str, method: str) -> str:
    """Return the name of a recording's file."""
    return f"{lesson}.{method}.recording.json"


def trace_name(lesson: str, method: str) -> str:
    """Return the name of a trace's file."""
    return f"{lesson}.{method}.trace.json"


def _contents(app: Sphinx) -> Iterator[tuple[str, bytes]]:
    """Yield each file's name and contents."""
    # Imported where something is to be made: an unchanged build needs none of it.
    from gallery.downloads.course_zip import course
    from gallery.downloads.notebook import NotebookError, notebook
    from multitrack.show.trace import trace

    build = build_of(app)
    lessons = list(build.lessons.values())
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
        for method, path in build.recordings_of(lesson).items():
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
    for chapter in build.chapters:
        if those := build.of_chapter(chapter.name):
            title = f"{project}: {chapter.title}"
            yield f"{chapter.name}.zip", course(those, _root(app), title)
    schema = _root(app) / "docs" / SCHEMA
    if schema.is_file():
        yield SCHEMA, schema.read_bytes()


def publish(app: Sphinx, exception: Exception | None) -> None:
    """Copy what is new to the built site, and remove what is no longer offered."""
    if exception or not offers_downloads(app) or build_of(app).only:
        return
    target = Path(app.outdir, "downloads")
    listed = json.loads(list_of(app).read_text("utf-8"))["files"]
    sources = {path: folder_of(app) / path for path, *_ in listed}
    sources |= {path.name: path for path in whole_site(app)}
    for name, source in sources.items():
        copy, status = target / name, source.stat()
        if copy.is_file() and copy.stat().st_mtime_ns == status.st_mtime_ns:
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, copy)
    build_of(app).keep(Published(tuple(f"downloads/{name}" for name in sources)))


def offers_downloads(app: Sphinx) -> bool:
    """Whether the builder makes pages beside which there can be files."""
    return bool(getattr(app.builder, "download_support", False)) and app.builder.format == "html"
