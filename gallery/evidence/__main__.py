"""``python -m gallery.evidence``, which is ``make evidence``."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from types import FrameType

from gallery.changed_files import RevisionError, changed_files, in_words, left_at
from gallery.evidence.changed_lessons import changed_last, changed_lessons
from gallery.evidence.findings import FILE, Findings
from gallery.evidence.gathering import RUNS, Gathering
from gallery.evidence.pythons import find
from gallery.lesson import Lesson, scripts_in
from gallery.project import ROOT
from multitrack.pool import NotRecorded
from multitrack.script import ScriptError

REFUSED = 2  # the exit status of argparse, too


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(
        prog="python -m gallery.evidence",
        description="Run every lesson under fork, forkserver and spawn, and its tests, on every "
        "Python from 3.11 to 3.15 that is found: on the path and in pyenv's folder. What was "
        "found out goes to a file that the next build of the site shows. What was run before "
        "and has not changed since is not run again.",
        epilog="Exit status: 0; with --strict 1 when a lesson or a Python did not work; 2 when "
        "nothing was run because of what was asked; 130 when interrupted.",
    )
    top.add_argument(
        "--strict", action="store_true", help="fail when a lesson or a Python did not work"
    )
    top.add_argument(
        "--runs",
        metavar="N",
        type=_count,
        default=RUNS,
        help="how often to run each lesson under each start method on this Python (%(default)s)",
    )
    top.add_argument(
        "--python",
        metavar="PATH",
        action="append",
        default=[],
        help="an interpreter besides those that are found; may be given several times",
    )
    top.add_argument(
        "--changed-since",
        metavar="REVISION",
        help="spare lessons that have not changed since HEAD left this revision of git, in their "
        "script, what it imports or reads, or their tests. Where what runs them has changed, one "
        "lesson of each chapter counts as changed",
    )
    top.add_argument(
        "--most",
        metavar="N",
        type=_count,
        help="of the lessons that have changed since then, count only the N that changed last as "
        "changed",
    )
    top.add_argument(
        "--no-search",
        dest="search",
        action="store_false",
        help="look for no interpreters: take this one and those given",
    )
    top.add_argument(
        "--snippets",
        metavar="DIR",
        type=Path,
        default=ROOT / "snippets",
        help="where the lessons are, as CHAPTER/NAME.py",
    )
    top.add_argument(
        "--output", metavar="FILE", type=Path, default=FILE, help="where the findings go"
    )
    return top


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("give a number of runs, at least 1")
    return int(text)


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says and return the exit status."""
    top = parser()
    options = top.parse_args(arguments)
    if options.most and options.changed_since is None:
        top.error("--most goes with --changed-since")
    before = signal.signal(signal.SIGTERM, _as_ctrl_c)
    begun = time.monotonic()
    try:
        lessons = read_lessons(options.snippets)
        asked = options.changed_since is not None
        not_run = spared(lessons, options) if asked else {}
        found = find(options.python, options.search)
        for one in found:
            why = f": {one.python.why}" if one.python.why else ""
            print(f"{one.python.name}: {one.python.state}{why}", flush=True)
        gathering = Gathering(
            lessons,
            found,
            options.output.with_suffix(""),
            options.runs,
            say=_say,
            spared=not_run,
        )
        findings = gathering.gather()
        findings.save(options.output)
    except (ScriptError, NotRecorded, RevisionError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        print(
            "interrupted; everything that was started was ended. What was done is kept: the "
            "next time goes on from there",
            file=sys.stderr,
        )
        return 130
    finally:
        signal.signal(signal.SIGTERM, before)
    print(f"{summary(findings)}, in {time.monotonic() - begun:.0f} s: {options.output.name}")
    return 1 if options.strict and not good(findings) else 0


def _say(line: str) -> None:
    print(line, flush=True)


def _as_ctrl_c(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def read_lessons(folder: Path) -> list[Lesson]:
    """Read all lessons; raises ScriptError where one cannot be read or there is none."""
    paths = scripts_in(folder)
    if not paths:
        raise ScriptError(folder, None, "there is no lesson in it")
    return [Lesson.read(path) for path in paths]


def spared(lessons: list[Lesson], options: argparse.Namespace) -> dict[str, str]:
    """Return the names of the lessons that are not run, each with the reason."""
    root = options.snippets.absolute().parent
    files = changed_files(root, options.changed_since)
    since = in_words(root, left_at(root, options.changed_since))
    changed = changed_lessons(lessons, files, root)
    last = changed_last(lessons, changed, options.most, root) if options.most else changed
    print(f"{len(changed)} of {len(lessons)} lessons count as changed since {since}", flush=True)
    if last < changed:
        print(f"the {len(last)} that changed last are run", flush=True)
    others = f"not chosen: it is not among the {options.most} that changed last"
    unchanged = f"not chosen: it has not changed since {since}"
    names = {lesson.name for lesson in lessons} - last
    return {name: others if name in changed else unchanged for name in names}


def summary(findings: Findings) -> str:
    """Say how many cells of the table there are, and in which states."""
    states = Counter(
        cell.state
        for evidence in findings.lessons.values()
        for row in evidence.cells.values()
        for cell in row.values()
    )
    pythons = sum(p.state == "ok" for p in findings.pythons)
    counts = ", ".join(f"{number} {state}" for state, number in states.most_common())
    return f"{len(findings.lessons)} lessons on {pythons} Pythons: {counts}"


def good(findings: Findings) -> bool:
    """Whether every lesson did well wherever it was to run, and every interpreter worked.

    A version that is simply not on this machine is no failure.
    """
    bad = {"failed", "crashed", "not run"}
    cells = [c for e in findings.lessons.values() for row in e.cells.values() for c in row.values()]
    return all(p.state == "ok" for p in findings.columns) and not any(c.state in bad for c in cells)


if __name__ == "__main__":
    sys.exit(main())
