"""``python -m gallery.quiz``: for authors of questions, without building the site."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from gallery.lesson import Lesson
from gallery.project import ROOT
from gallery.pythons import recorded_on
from gallery.quiz.predictions import refuted as refuted_by
from gallery.quiz.questions import PREDICT, QuizError, read_all
from gallery.quiz.settle import Run, settle
from multitrack import cache
from multitrack.pool import NotRecorded
from multitrack.recording import Recording


def main(arguments: list[str] | None = None) -> int:
    """Read all questions, settle some or all, and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m gallery.quiz",
        description="Check the form of all questions, and compare the answers with what runs of "
        "their programs show. What was settled before and has not changed is not run again.",
        epilog="Exit status: 0 when every answer holds, 1 when a run refutes one, 2 when a "
        "question cannot be asked and nothing was run.",
    )
    parser.add_argument(
        "only",
        nargs="*",
        metavar="NAME",
        help="a quiz (spawning, mixed), a lesson (spawning/main_guard) or a question's id",
    )
    parser.add_argument(
        "--thorough",
        action="store_true",
        help="run every program under every start method; the site's build leaves out wrong "
        "choices and cures under some",
    )
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "build" / "quiz", help="where runs are kept"
    )
    parser.add_argument(
        "--recordings",
        type=Path,
        default=ROOT / "build" / "recordings",
        help="where lessons' recordings are, with which predictions are compared",
    )
    options = parser.parse_args(arguments)
    try:
        questions = read_all(ROOT / "snippets")
    except QuizError as error:
        print(error, file=sys.stderr)
        return 2
    only = set(options.only)
    if unknown := sorted(only - {n for q in questions for n in (q.quiz, q.lesson, q.id)}):
        print(f"no quiz, lesson or question is called {', '.join(unknown)}", file=sys.stderr)
        return 2
    chosen = [q for q in questions if not only or {q.quiz, q.lesson, q.id} & only]
    began = time.monotonic()
    try:
        settled = settle(chosen, options.folder, _progress, options.thorough)
    except NotRecorded as error:
        print(error, file=sys.stderr)
        return 1
    refuted = list(settled.refuted)
    for prediction in (q for q in chosen if q.kind == PREDICT):
        recordings = _recordings(prediction.lesson, options.recordings)
        if not recordings:
            page = f"make page L={prediction.lesson}"
            print(f"{prediction.name}: not checked, its lesson is not recorded yet ({page})")
        refuted += refuted_by(prediction, recordings)
    for words in refuted:
        print(words, file=sys.stderr)
    advice = sum(q.settled_by == "advice" for q in chosen)
    print(
        f"{len(chosen)} questions, {advice} of them advice; {settled.recorded} runs in "
        f"{time.monotonic() - began:.1f} s; {len(refuted)} refutations"
    )
    return 1 if refuted else 0


def _recordings(name: str, folder: Path) -> dict[str, Recording]:
    """Return the recordings of a lesson that there are and that still hold, by start method."""
    lesson = Lesson.read(ROOT / "snippets" / f"{name}.py")
    found = {m: cache.load(lesson, m, folder, p)[0] for m, p in recorded_on(lesson).items()}
    return {method: recording for method, recording in found.items() if recording}


def _progress(runs: Iterator[Run], count: int) -> Iterator[Run]:
    for number, run in enumerate(runs, 1):
        if sys.stderr.isatty():
            print(f"\r{number} of {count}", end="\n" if number == count else "", file=sys.stderr)
        yield run


if __name__ == "__main__":
    sys.exit(main())
