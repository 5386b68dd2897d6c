"""``python -m gallery``: for authors of lessons."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
from pathlib import Path

from gallery.lesson import START_METHODS, Lesson, LessonError
from gallery.recording import Recording
from gallery.template import TemplateError, new_lesson
from gallery.workers import Job, NotRecorded, record_all

REFUSED = 2  # the exit status of argparse, too


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(
        prog="python -m gallery",
        description="Record lessons and make new ones.",
        epilog="Exit status: 0 when all went well, 1 when a lesson did not end well, "
        "2 when nothing was run because of what was asked.",
    )
    commands = top.add_subparsers(dest="command", required=True)

    record = commands.add_parser(
        "record",
        help="play a script and print what each of its processes wrote",
        description="Play a script in a fresh interpreter and print every line that any of "
        "its processes wrote, with the name of the process in front, then how each ended. "
        "The script is run as it is, on this machine, with your rights.",
        epilog="Example: python -m gallery record snippets/spawning/first_process.py "
        "--start-method spawn",
    )
    record.add_argument("file", metavar="FILE", type=Path, help="the script")
    record.add_argument(
        "--start-method",
        metavar="M",
        choices=START_METHODS,
        default=None,
        help="the platform default to imitate: fork (Linux to Python 3.13), forkserver "
        "(Linux from 3.14) or spawn (macOS, Windows); this platform's own if left out",
    )
    record.add_argument(
        "--timeout",
        metavar="SECONDS",
        type=_seconds,
        help="end everything after so many seconds; the lesson's own limit (60) if left out",
    )
    record.add_argument(
        "--json", action="store_true", help="print the whole recording as JSON instead"
    )

    new = commands.add_parser(
        "new",
        help="make a lesson and its test from a template that already runs",
        description="Write snippets/CHAPTER/NAME.py and tests/test_snippets/CHAPTER/"
        "test_NAME.py. Nothing that exists is overwritten, and nothing else is needed: the "
        "next build shows the lesson.",
        epilog="Example: python -m gallery new communication/simple_queue",
    )
    new.add_argument("lesson", metavar="CHAPTER/NAME", help="two Python names and a slash")
    return top


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError("give a number of seconds, more than 0")
    return value


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says and return the exit status."""
    options = parser().parse_args(arguments)
    try:
        if options.command == "new":
            for path in new_lesson(options.lesson):
                print(f"wrote {path}")
            return 0
        lesson = Lesson.read(options.file)
        method = options.start_method or multiprocessing.get_start_method()
        with tempfile.TemporaryDirectory(prefix="full-") as folder:
            full = None if options.json else Path(folder, "full.txt")
            job = Job(
                str(lesson.path), method, options.timeout, full_text=str(full) if full else None
            )
            ((_, recording),) = record_all([job], at_once=1)
            if full:
                show(recording, full)
    except (LessonError, TemplateError) as error:
        print(f"error: {error}", file=sys.stderr)
        return REFUSED
    except NotRecorded as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; everything that the lesson started was ended", file=sys.stderr)
        return 130
    if options.json:
        print(recording.to_json())
    for problem in recording.problems:
        print(f"error: {lesson.path.name} under {method}: {problem}", file=sys.stderr)
    if not lesson.settings.failures:
        for process in recording.failed_by_themselves:
            print(f"warning: {process.label} {process.ending}", file=sys.stderr)
    if recording.explanation:
        print(f"why: {recording.explanation}", file=sys.stderr)
    return 0 if recording.ok else 1


def show(recording: Recording, full: Path) -> None:
    """Print the lines behind their processes' names, then the processes' ends.

    ``full`` has all lines where the recording does not.
    """
    if recording.full:
        with full.open(encoding="utf-8", newline="\n") as text:
            for whole in text:
                print(visible(whole.removesuffix("\n")))
    else:
        width = max(len(p.label) for p in recording.processes)
        for line in recording.lines:
            print(f"{line.process:>{width}} | {visible(line.text)}")
    ends = [f"{p.label} {p.ending}" for p in recording.processes]
    print(
        f"[{recording.start_method}, {recording.duration:.2f} s, lives from {recording.lives}: "
        f"{'; '.join(ends)}]"
    )


def visible(text: str) -> str:
    r"""Write what would steer the terminal as ``\xNN``, and nothing else otherwise."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


if __name__ == "__main__":
    sys.exit(main())
