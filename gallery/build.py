"""The build's side of recording: every lesson is recorded, and good, before a page is made."""

from __future__ import annotations

import re
import sys
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.display import status_iterator

from gallery import RECORDER
from gallery.lesson import Lesson
from gallery.pythons import python_for, recorded_on
from multitrack import cache
from multitrack.interpreters import about, installed
from multitrack.pool import AT_ONCE, Job, NotRecorded, record_all
from multitrack.recording import Recording
from multitrack.script import START_METHODS, ScriptError

if TYPE_CHECKING:
    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)
NOT_HTML = re.compile(r' tooltip="[^"]*"|<div id=["\']sg-tag-list["\'][^>]*>\s*</div>')


class NotWell(ExtensionError):
    """Ends the build with what keeps lessons from being shown."""

    def __init__(self, wrong: list[str]) -> None:
        super().__init__("lessons that did not end well:\n" + "\n".join(wrong))


def lesson_files(app: Sphinx) -> list[Path]:
    """Find the scripts that sphinx-gallery will make pages of."""
    folder = Path(app.srcdir, app.config.sphinx_gallery_conf["examples_dirs"]).resolve()
    return sorted(p for p in folder.glob("*/*.py") if p.name != "__init__.py")


def recordings_folder(app: Sphinx) -> Path:
    """Return the folder of the recordings."""
    return Path(app.confdir, app.config.recordings_dir)


def pythons_file(app: Sphinx) -> Path:
    """Return the file that names the Pythons that the last build recorded on.

    Whatever shows recordings depends on it: with other Pythons, other recordings are shown.
    """
    return recordings_folder(app) / "pythons.txt"


def note_pythons(app: Sphinx) -> None:
    """Write that file if they are others than in the last build."""
    ours = sys.executable  # of lessons that need libraries
    abouts = [about(python_for(method) or ours) for method in START_METHODS] + [about(ours)]
    now = "".join(f"{said.tag} {said.version}\n" for said in abouts)
    file = pythons_file(app)
    if not file.is_file() or file.read_text("utf-8") != now:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(now, encoding="utf-8")


def record_lessons(app: Sphinx) -> None:
    """Record what is not recorded yet.

    Raises ExtensionError, which ends the build, with every lesson that cannot be read or did
    not end well: its file, why, and the last words of its processes.
    """
    forget_removed(app)
    lessons, wrong = read_all(lesson_files(app))
    wrong += lacking(lessons)
    if wrong:
        raise ExtensionError("lessons that cannot be played:\n" + "\n".join(wrong))
    note_pythons(app)
    recordings = make_recordings(lessons, recordings_folder(app), app.verbosity)
    if wrong := list(complaints(lessons, recordings)):
        raise NotWell(wrong)
    forget_outdated(app)


def read_all(paths: list[Path]) -> tuple[list[Lesson], list[str]]:
    """Read all scripts; return lessons and, in words, what is wrong with the others."""
    lessons, wrong = [], []
    for path in paths:
        try:
            lessons.append(Lesson.read(path))
        except ScriptError as error:
            wrong.append(str(error))
    return lessons, wrong


def lacking(lessons: list[Lesson]) -> list[str]:
    """Say which libraries lessons need that are not installed here, where those are recorded."""
    return [
        f"{lesson.path}: it needs {name}, which is not installed here. Add it to "
        "requirements/site.in and run make requirements"
        for lesson in lessons
        for name in lesson.settings.needs
        if not installed(sys.executable, name)
    ]


def make_recordings(
    lessons: list[Lesson], folder: Path, verbosity: int = 0
) -> dict[tuple[str, str], Recording]:
    """Return each lesson's recording under each of its start methods, by (name, method).

    Raises NotWell as soon as one has hit a limit: the others may take long, too.
    """
    found: dict[tuple[str, str], Recording] = {}
    beside: list[Job] = []
    alone: list[Job] = []
    keys: dict[Job, tuple[Lesson, str]] = {}
    for lesson in lessons:
        for method, python in recorded_on(lesson).items():
            recording, bad = cache.load(lesson, method, folder, python)
            if bad:
                logger.info("%s; recording it anew", bad)
            if recording:
                found[lesson.name, method] = recording
                continue
            job = Job.of(
                lesson,
                method,
                timeout=lesson.settings.timeout,
                alone=lesson.settings.measures,
                own_shm=True,
                python=python,
                full_text=str(cache.new_text(lesson.name, method, folder, python)),
            )
            keys[job] = lesson, cache.key_of(lesson, method, python)
            (alone if lesson.settings.measures else beside).append(job)

    def recorded() -> Generator[tuple[Job, Recording], None, None]:
        yield from record_all(beside, AT_ONCE)
        yield from record_all(alone, 1)

    try:
        with closing(recorded()) as results:
            for job, recording in status_iterator(
                results,
                "recording lessons... ",
                color="brown",
                length=len(keys),
                verbosity=verbosity,
                stringify_func=lambda item: f"{keys[item[0]][0].name} under {item[0].start_method}",
            ):
                lesson, key = keys[job]
                if recording.meanwhile:
                    logger.info(
                        "%s under %s: in /dev/shm %s appeared meanwhile, perhaps not the lesson's",
                        *(lesson.name, job.start_method, ", ".join(recording.meanwhile)),
                    )
                    # What other programs of the machine have is for no page to show.
                    recording = replace(recording, meanwhile=())
                # What did not end well is not kept: the next build tries again.
                if recording.ok:
                    recording = cache.save(recording, key, folder, job.python)
                elif job.full_text:
                    cache.forget(recording, Path(job.full_text).parent)
                found[lesson.name, job.start_method] = recording
                if recording.hit_limit:
                    raise NotWell(list(complaints(lessons, found)))
    except NotRecorded as error:
        raise ExtensionError(str(error)) from error
    except OSError as error:
        raise ExtensionError(
            f"a recording cannot be kept in {folder}: {error.strerror or error}. Make room there, "
            "or name another folder: recordings_dir in conf.py"
        ) from error
    return found


def complaints(
    lessons: list[Lesson], recordings: dict[tuple[str, str], Recording]
) -> Iterator[str]:
    """Say in words what keeps a lesson from being shown."""
    for lesson in lessons:
        for method in recorded_on(lesson):
            recording = recordings.get((lesson.name, method))
            if recording is None:  # the build did not come to it
                continue
            why = f"\n  {recording.explanation}" if recording.explanation else ""
            for problem in recording.problems:
                yield f"{lesson.path} under {method}: {problem.text}{why}"
            if lesson.settings.failures:
                continue
            for child in recording.failed_by_themselves:
                said = [line.text for line in recording.lines if line.process == child.label]
                last = f"; it last said {said[-1]!r}" if said else ""
                yield (
                    f"{lesson.path} under {method}: {child.label} {child.ending}{last}. If that "
                    f'is meant, say why: # sphinx_gallery_lesson_failures = "..."{why}'
                )


def forget_removed(app: Sphinx) -> None:
    """Delete the pages that sphinx-gallery once made of scripts that are gone."""
    pages = Path(app.srcdir, app.config.sphinx_gallery_conf["gallery_dirs"])
    names = {(p.parent.name, p.stem) for p in lesson_files(app)}
    for copy in pages.glob("*/*.py"):
        if (copy.parent.name, copy.stem) not in names:
            for file in copy.parent.glob(f"{copy.stem}.*"):
                file.unlink()


def forget_outdated(app: Sphinx) -> None:
    """Have sphinx-gallery make anew what is older than its recordings, our code or the Pythons.

    By itself it looks only at the script, whose hash it keeps in a file.
    """
    pages = Path(app.srcdir, app.config.sphinx_gallery_conf["gallery_dirs"])
    code = [
        Path(app.confdir, "conf.py"),
        *Path(__file__).parent.glob("*.py"),
        *RECORDER.rglob("*.py"),
        pythons_file(app),
    ]
    newest = max(path.stat().st_mtime_ns for path in code)
    for kept in pages.glob("*/*.py.md5"):
        name = kept.name.removesuffix(".py.md5")
        recordings = (recordings_folder(app) / kept.parent.name).glob(f"{name}.*.json")
        made = kept.stat().st_mtime_ns
        if newest > made or any(path.stat().st_mtime_ns > made for path in recordings):
            kept.unlink()


class TidyPage(SphinxTransform):
    """Take from a page what sphinx-gallery leaves there and nobody needs.

    Its raw HTML has an attribute that HTML does not know and, several times on a page, the place
    of a list of tags, which lessons do not have. On a lesson's page it prints "Estimated memory
    usage" when show_memory is set, which is how a block comes to us; and it offers a zip of the
    one script beside the script.
    """

    default_priority = 400

    def apply(self, **kwargs: object) -> None:
        """Remove the nodes."""
        for raw in self.document.findall(nodes.raw):
            if raw.get("format") == "html":
                raw[:] = [nodes.Text(NOT_HTML.sub("", raw.astext()))]
        pages = self.config.sphinx_gallery_conf["gallery_dirs"]
        if not self.env.docname.startswith(f"{pages}/"):
            return
        for node in list(self.document.findall(nodes.paragraph)):
            if node.astext().startswith("Estimated memory usage:"):
                node.parent.remove(node)
        unwanted = {"sphx-glr-download-link-note", "sphx-glr-download-zip"}
        for element in list(self.document.findall(nodes.Element)):
            if unwanted.intersection(element.get("classes", ())):
                element.parent.remove(element)


def complete_headings(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give the captions of the navigation, which Sphinx calls headings, a level."""
    tree = context.get("furo_navigation_tree")
    if isinstance(tree, str):
        context["furo_navigation_tree"] = tree.replace(
            'role="heading"', 'role="heading" aria-level="2"'
        )


def setup(app: Sphinx) -> None:
    """Register what every page needs."""
    app.add_transform(TidyPage)
    app.connect("html-page-context", complete_headings, priority=900)
    app.add_css_file("recording.css")
    app.add_js_file("start-method.js", priority=100)
