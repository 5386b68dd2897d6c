"""Which files can be downloaded: made before the pages, and of them only what changed.

They are in ``downloads_dir``, as readers find them under ``downloads/`` on the site, with
``SHA256SUMS`` (for ``sha256sum -c``) beside them. ``downloads.json`` beside that folder says what
they were made from, in groups that are made together.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.errors import ExtensionError

from gallery.chapter import Chapter
from gallery.code_version import version_of
from gallery.downloads import course_zip
from gallery.downloads.notebook import NotebookError, notebook
from gallery.downloads.zip_file import zipped
from gallery.lesson import Lesson, script_of
from gallery.lessons import generated
from gallery.lessons.blocks import DONE_BY
from gallery.lessons.build import build_of
from gallery.pair import programs_of, scripts_of
from multitrack.recording import Recording, RecordingError
from multitrack.show.trace import trace

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SUMS = "SHA256SUMS"
SCHEMA = "recording.schema.json"
COURSE = f"{course_zip.NAME}.zip"
OFFLINE = f"{course_zip.NAME}-html.zip"  # made of the site, by `make offline`
LABEL = re.compile(r"sphx_glr_\w+\.py")

GALLERY = Path(__file__).parents[1]
MULTITRACK = GALLERY.with_name("multitrack")
# The code that makes them.
OF_LESSONS = (
    *(GALLERY / "downloads" / name for name in ("notebook.py", "notebook_prose.py")),
    *(GALLERY / "lessons" / "blocks.py", GALLERY / "lesson.py", MULTITRACK / "script.py"),
)
OF_RECORDINGS = (MULTITRACK / "recording.py", MULTITRACK / "show" / "trace.py")
OF_ZIPS = tuple(GALLERY / "downloads" / name for name in ("course_zip.py", "zip_file.py"))


@dataclass(frozen=True)
class Entry:
    """A file to download: its path below ``downloads/``, its bytes, their SHA-256."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Made:
    """A group of files that is there, and the key of what it was made from."""

    key: str
    files: tuple[Entry, ...]

    def whole(self, folder: Path) -> bool:
        """Whether no file is missing or cut."""
        try:
            return all((folder / x.path).stat().st_size == x.size for x in self.files)
        except OSError:
            return False


@dataclass(frozen=True)
class Group:
    """Files that are made together: which, from what (a hash of that), and how."""

    name: str
    key: str
    make: Callable[[], Iterator[tuple[str, bytes]]]


@dataclass(frozen=True)
class Offered:
    """All that a build offers, by the names of the groups."""

    groups: Mapping[str, Made]

    @property
    def files(self) -> list[Entry]:
        """Each file once: several lessons may read the same."""
        by_path = {entry.path: entry for made in self.groups.values() for entry in made.files}
        return [by_path[path] for path in sorted(by_path)]


def folder_of(app: Sphinx) -> Path:
    """Return the folder of the files."""
    return Path(app.confdir, app.config.downloads_dir)


def list_of(app: Sphinx) -> Path:
    """Return the file that lists them."""
    return folder_of(app).with_suffix(".json")


def of_kind(app: Sphinx, kind: str) -> list[Entry]:
    """Return the files to download of a kind: ``zips``, ``formats`` or ``site``."""
    found = [x for x in build_of(app).kept(Offered).files if _kind(x.path) == kind]
    return sorted(found, key=lambda entry: entry.path != COURSE)


def _kind(path: str) -> str:
    if "/" in path:
        return "of a lesson"
    if path == OFFLINE:
        return "site"
    return "zips" if path.endswith(".zip") else "formats"


def of_lesson(app: Sphinx, lesson: Lesson) -> list[Entry]:
    """Return the files to download of a lesson."""
    groups = build_of(app).kept(Offered).groups
    names = [lesson.name, *(_of_run(lesson, method) for method in lesson.settings.start_methods)]
    files = [entry for name in names if name in groups for entry in groups[name].files]
    return list(dict.fromkeys(files))


def make_downloads(app: Sphinx) -> None:
    """Make the files whose sources have changed, or that are missing; remove what is left over.

    Raises ExtensionError, which ends the build, with every lesson of which no file can be made.
    """
    build = build_of(app)
    known = _known(list_of(app))
    if build.only:
        build.keep(Offered(known))
        return
    generated.of_chapters(app, "downloads", page_of)
    folder = folder_of(app)
    made: dict[str, Made] = {}
    wrong = []
    for group in _groups(app):
        found = known.get(group.name)
        if not found or found.key != group.key or not found.whole(folder):
            try:
                files = tuple(_write(folder, path, content) for path, content in group.make())
            except (NotebookError, RecordingError) as error:
                wrong.append(str(error))
                continue
            except OSError as error:
                wrong.append(f"{error.filename}: cannot be read: {error.strerror}")
                continue
            found = Made(group.key, files)
        made[group.name] = found
    if wrong:
        raise ExtensionError("lessons that cannot be downloaded:\n" + "\n".join(wrong))
    sums = "".join(f"{entry.sha256}  {entry.path}\n" for entry in Offered(made).files)
    made[SUMS] = Made("", (_write(folder, SUMS, sums.encode()),))
    offered = Offered(made)
    _remove_others(folder, {entry.path for entry in offered.files})
    if made != known:
        listing = {name: asdict(one) for name, one in made.items()}
        _write(list_of(app).parent, list_of(app).name, json.dumps(listing, indent=1).encode())
    build.keep(offered)


def _known(file: Path) -> dict[str, Made]:
    """Read what the last build has made; nothing where that cannot be used."""
    try:
        listing = json.loads(file.read_text("utf-8"))
        return {
            name: Made(made["key"], tuple(Entry(**entry) for entry in made["files"]))
            for name, made in listing.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def page_of(chapter: Chapter) -> str:
    """Return the page of a chapter's files."""
    return generated.markdown(
        f"Downloads: {chapter.title}",
        f"The lessons of a chapter as scripts, notebooks, recordings and traces: {chapter.title}.",
        "What these kinds of files are is said on [the page about all downloads](/downloads.md); "
        f"`{SUMS}`, which is there, has the hashes.\n\n"
        f"```{{chapter-downloads}} {chapter.name}\n```",
    )


def _write(folder: Path, name: str, content: bytes) -> Entry:
    """Write a file if it is not there as it is to be."""
    path = folder / name
    try:
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            new = path.with_name(f".{path.name}.{os.getpid()}.new")  # another build may be at it
            new.write_bytes(content)
            new.replace(path)
    except OSError as error:
        raise ExtensionError(
            f"{path}: a download cannot be written: {error.strerror or error}. Make room there, "
            "or name another folder: downloads_dir in conf.py"
        ) from None
    return Entry(name, len(content), hashlib.sha256(content).hexdigest())


def _remove_others(folder: Path, names: set[str]) -> None:
    """Remove what is no longer offered; a dot begins the name of what another build writes."""
    for where, _, files in os.walk(folder):
        below = os.path.relpath(where, folder)
        for file in files:
            name = file if below == "." else f"{below}/{file}"
            if name not in names and not file.startswith("."):
                Path(where, file).unlink(missing_ok=True)


# -- what there is, and what it is made from -----------------------------------------------------


def _groups(app: Sphinx) -> Iterator[Group]:
    """Yield all that is offered. What comes first is made first: zips hold the scripts."""
    build, folder, root = build_of(app), folder_of(app), Path(app.confdir)
    lessons = list(build.lessons.values())
    pages = {build.label_of(lesson.name): lesson for lesson in lessons}
    by_lesson = f"{version_of(OF_LESSONS)} {DONE_BY}"
    by_recording, by_zip = version_of(OF_RECORDINGS), version_of(OF_ZIPS)
    for lesson in lessons:
        found = sorted(set(LABEL.findall(lesson.source.decode("utf-8", "replace"))))
        labelled = {label: pages[label] for label in found if label in pages}
        titles = [(label, other.title) for label, other in labelled.items()]
        scripts = [lesson, *programs_of(lesson)]
        sources = [hashlib.sha256(script.source).hexdigest() for script in scripts]
        key = _key(by_lesson, sources, titles, *map(_state, lesson.files))
        yield Group(lesson.name, key, partial(_of_lesson, lesson, labelled))
        for method, path in build.recordings_of(lesson).items():
            key = _key(by_recording, _state(path))
            yield Group(_of_run(lesson, method), key, partial(_of_recording, lesson, method, path))
    zips = {COURSE: (lessons, app.config.project)} | {
        f"{chapter.name}.zip": (
            build.of_chapter(chapter.name),
            f"{app.config.project}: {chapter.title}",
        )
        for chapter in build.chapters
    }
    for name, (those, title) in zips.items():
        if those:
            contents = course_zip.contents(those, root, folder, title)
            states = [(n, c if isinstance(c, bytes) else _state(c)) for n, c in contents.items()]
            yield Group(name, _key(by_zip, states), partial(_one, name, partial(zipped, contents)))
    files = {SCHEMA: root / "docs" / SCHEMA}
    if not app.config.for_offline_zip:
        files[OFFLINE] = folder.with_name(OFFLINE)
    for name, file in files.items():
        if file.is_file():
            yield Group(name, _key(_state(file)), partial(_one, name, file.read_bytes))


def _key(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def _state(file: Path) -> tuple[str, int, int]:
    """Tell apart what a file may hold, without a look into it."""
    try:
        status = file.stat()
        return file.name, status.st_size, status.st_mtime_ns
    except OSError:  # it is missed when it is read
        return file.name, 0, 0


def _one(name: str, content: Callable[[], bytes]) -> Iterator[tuple[str, bytes]]:
    yield name, content()


def _of_lesson(lesson: Lesson, labelled: Mapping[str, Lesson]) -> Iterator[tuple[str, bytes]]:
    for script in scripts_of(lesson):
        yield f"{script.name}.py", script_of(script)
    for file in lesson.files:
        yield f"{lesson.chapter}/{file.name}", file.read_bytes()
    if lesson.cells:
        yield f"{lesson.name}.ipynb", notebook(lesson, labelled).encode()


def _of_run(lesson: Lesson, method: str) -> str:
    """Return the name of the group of a recording."""
    return f"{lesson.name} under {method}"


def recording_name(lesson: str, method: str) -> str:
    """Return the name of a recording's file."""
    return f"{lesson}.{method}.recording.json"


def trace_name(lesson: str, method: str) -> str:
    """Return the name of a trace's file."""
    return f"{lesson}.{method}.trace.json"


def _of_recording(lesson: Lesson, method: str, path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        recording = Recording.load(path)
    except RecordingError as error:
        words = f"{path}: {error}. Delete it, and the next build records it anew"
        raise RecordingError(words) from None
    yield recording_name(lesson.name, method), path.read_bytes()
    yield trace_name(lesson.name, method), trace(recording).encode()
    for name in recording.files:
        yield f"{lesson.chapter}/{name}", path.with_name(name).read_bytes()


# -- the built site ------------------------------------------------------------------------------


def publish(app: Sphinx, exception: Exception | None) -> None:
    """Copy what is new to the built site, and say what is there."""
    build = build_of(app)
    if exception or not offers_downloads(app) or build.only:
        return
    for entry in build.kept(Offered).files:
        name = f"downloads/{entry.path}"
        source, copy = folder_of(app) / entry.path, Path(app.outdir, name)
        if _state(source) != _state(copy):
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy)
        build.publishes(name)


def offers_downloads(app: Sphinx) -> bool:
    """Whether the builder makes pages beside which there can be files."""
    return bool(getattr(app.builder, "download_support", False)) and app.builder.format == "html"
