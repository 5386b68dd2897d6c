"""The build's side of recording: every lesson is recorded, and good, before a page is made."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.display import status_iterator

from gallery.in_words import in_words
from gallery.lesson import Lesson
from gallery.lessons.build import build_of
from gallery.pythons import python_for, recorded_on
from multitrack import cache
from multitrack.interpreters import about, installed
from multitrack.pool import AT_ONCE, Job, NotRecorded, record_all
from multitrack.recording import Recording
from multitrack.script import START_METHODS

if TYPE_CHECKING:
    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)


class NotWell(ExtensionError):
    """Ends the build with what keeps lessons from being shown."""

    def __init__(self, wrong: list[str]) -> None:
        super().__init__("lessons that did not end well:\n" + "\n".join(wrong))


def note_pythons(file: Path) -> None:
    """Write the file of the Pythons if they are others than in the last build."""
    ours = sys.executable  # of lessons that need libraries
    abouts = [about(python_for(method) or ours) for method in START_METHODS] + [about(ours)]
    now = "".join(f"{said.tag} {said.version}\n" for said in abouts)
    if not file.is_file() or file.read_text("utf-8") != now:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(now, encoding="utf-8")


def record_lessons(app: Sphinx) -> None:
    """Record what is not recorded yet.

    Raises ExtensionError, which ends the build, with every lesson that cannot be read or did
    not end well: its file, why, and the last words of its processes.
    """
    build = build_of(app)
    lessons = list(build.lessons.values())
    if wrong := lacking(lessons):
        raise ExtensionError("lessons that cannot be played:\n" + "\n".join(wrong))
    note_pythons(build.pythons_file)
    recordings = make_recordings(lessons, build.recordings, app.verbosity)
    if wrong := list(complaints(lessons, recordings)):
        raise NotWell(wrong)


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
        under: dict[str, list[str]] = {}  # the same words are said once
        for method in recorded_on(lesson):
            recording = recordings.get((lesson.name, method))
            if recording is None:  # the build did not come to it
                continue
            for words in _complaints(lesson, recording):
                under.setdefault(words, []).append(method)
        for words, methods in under.items():
            yield f"{lesson.path} under {in_words(methods)}: {words}"


def _complaints(lesson: Lesson, recording: Recording) -> Iterator[str]:
    """Say what is wrong with one recording."""
    why = f"\n  {recording.explanation}" if recording.explanation else ""
    for problem in recording.problems:
        yield f"{problem.text}{why}"
    if lesson.settings.failures:
        return
    for child in recording.failed_by_themselves:
        said = [line.text for line in recording.lines if line.process == child.label]
        last = f"; it last said {said[-1]!r}" if said else ""
        yield (
            f"{child.label} {child.ending}{last}. If that is meant, say why: "
            f'# sphinx_gallery_lesson_failures = "..."{why}'
        )


def setup(app: Sphinx) -> None:
    """Come before sphinx-gallery, which shows what was recorded."""
    app.connect("builder-inited", record_lessons, priority=100)
