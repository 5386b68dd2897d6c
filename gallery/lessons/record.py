"""The build's side of recording: every lesson is recorded, and good, before a page is made."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.display import status_iterator

from gallery.in_words import in_words
from gallery.lesson import HANGS, WRONG, Lesson
from gallery.lessons import measured
from gallery.lessons.build import build_of
from gallery.pair import SIGNAL, Pair
from gallery.pythons import python_for, recorded_on, recordings_of
from multitrack import cache
from multitrack.cache import path_of
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
    lessons, pairs = list(build.lessons.values()), list(build.pairs.values())
    if wrong := lacking(lessons):
        raise ExtensionError("lessons that cannot be played:\n" + "\n".join(wrong))
    note_pythons(build.pythons_file)
    played = [*lessons, *(program for pair in pairs for program in pair.programs)]
    recordings = make_recordings(played, build.recordings, app.verbosity)
    if wrong := list(complaints(played, recordings)):
        raise NotWell(wrong)
    if wrong := list(alike(pairs, recordings, build.recordings)):
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
    shares: dict[Job, list[float]] = {}  # of those that claim something of their times
    keys: dict[Job, tuple[Lesson, str]] = {}
    for lesson in lessons:
        for method, python in recorded_on(lesson).items() if lesson.cells else ():
            recording, bad = cache.load(lesson, method, folder, python)
            if bad:
                logger.info("%s; recording it anew", bad)
            file = path_of(lesson.name, method, folder, python)
            if recording and measured.settled(lesson, recording, file):
                found[lesson.name, method] = recording
                continue
            job = Job.of(
                lesson,
                method,
                timeout=lesson.limit(method),
                alone=bool(lesson.settings.measures),
                own_shm=True,
                python=python,
                full_text=str(cache.new_text(lesson.name, method, folder, python)),
            )
            keys[job] = lesson, cache.key_of(lesson, method, python)
            if lesson.settings.claims_under(method):
                shares[job] = []
            else:
                (alone if lesson.settings.measures else beside).append(job)

    def recorded() -> Generator[tuple[Job, Recording], None, None]:
        yield from record_all(beside, AT_ONCE)
        yield from record_all(alone, 1)
        for job, of_job in shares.items():
            yield job, measured.measure(job, keys[job][0], of_job)

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
                # What did not end as it is to is not kept: the next build tries again.
                fails = lesson.settings.fails_under(job.start_method)
                if not any(_complaints(lesson, recording)) if fails else recording.ok:
                    recording = cache.save(recording, key, folder, job.python)
                    file = path_of(lesson.name, job.start_method, folder, job.python)
                    measured.note(lesson, recording, file, shares.get(job, []))
                elif job.full_text:
                    cache.forget(recording, Path(job.full_text).parent)
                found[lesson.name, job.start_method] = recording
                if recording.hit_limit and HANGS not in fails:
                    raise NotWell(list(complaints(lessons, found)))
    except NotRecorded as error:
        raise ExtensionError(str(error)) from error
    except OSError as error:
        raise ExtensionError(
            f"a recording cannot be kept in {folder}: {error.strerror or error}. Make room there, "
            "or name another folder: recordings_dir in conf.py"
        ) from error
    for lesson in filter(lambda lesson: lesson.settings.measures, lessons):
        for method, file in recordings_of(lesson, folder).items():
            recording = found.get((lesson.name, method))
            if recording and (words := measured.told(lesson, recording, file)):
                logger.info("%s: %s", lesson.name, words)
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


def alike(
    pairs: list[Pair], recordings: dict[tuple[str, str], Recording], folder: Path
) -> Iterator[str]:
    """Say which programs are to be wrong, and said what the cured ones do.

    The next build tries those again.
    """
    for pair in pairs:
        for method, python in recorded_on(pair.broken).items():
            if WRONG in pair.broken.settings.fails_under(method):
                said = [_said(recordings[program.name, method]) for program in pair.programs]
                if said[0] == said[1]:
                    path_of(pair.broken.name, method, folder, python).unlink(missing_ok=True)
                    yield f"{pair.broken.path} under {method}: it says what the cured one says"


def _said(recording: Recording) -> Counter[str]:
    return Counter(recording.without_pids(line.text) for line in recording.lines)


def _complaints(lesson: Lesson, recording: Recording) -> Iterator[str]:
    """Say what is wrong with one recording."""
    if fails := lesson.settings.fails_under(recording.start_method):
        yield from _otherwise(fails, recording)
    if fails not in ((), (WRONG,)):
        return
    why = f"\n  {recording.explanation}" if recording.explanation else ""
    for problem in recording.problems:
        yield f"{problem.text}{why}"
    for claim in lesson.settings.claims_under(recording.start_method) if recording.ok else ():
        try:
            claim.lines(recording)
        except ValueError as error:
            yield str(error)
    if lesson.settings.failures:
        return
    for child in recording.failed_by_themselves:
        said = [line.text for line in recording.lines if line.process == child.label]
        last = f"; it last said {said[-1]!r}" if said else ""
        yield (
            f"{child.label} {child.ending}{last}. If that is meant, say why: "
            f'# sphinx_gallery_lesson_failures = "..."{why}'
        )


def _otherwise(fails: tuple[str, ...], recording: Recording) -> Iterator[str]:
    """Say what a run did not do that a broken program is to do (gallery/pair.py)."""
    last = "".join(f"\n  {line.process} | {line.text}" for line in recording.lines[-8:])
    seen = f"; main {recording.main.ending}, and last was written:{last or ' nothing'}"
    text = "\n".join(line.text for line in recording.lines)
    for words in fails:
        if words == HANGS:
            if not (recording.hung or recording.hit_limit):
                yield f"it is to hang, and ends{seen}"
        elif SIGNAL.fullmatch(words):
            if words not in {process.signal for process in recording.processes}:
                yield f"no process was ended by {words}{seen}"
        elif words != WRONG and words not in text:
            yield f"{words!r} is not in what it writes{seen}"
    if HANGS not in fails and (recording.hung or recording.hit_limit):
        yield recording.problems[0].text


def setup(app: Sphinx) -> None:
    """Come before sphinx-gallery, which shows what was recorded."""
    app.connect("builder-inited", record_lessons, priority=100)
