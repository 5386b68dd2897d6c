"""The command ``multitrack``."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
from pathlib import Path

from multitrack.pool import Job, NotRecorded, record_all
from multitrack.recording import Recording
from multitrack.run import TIMEOUT
from multitrack.script import START_METHODS, Script, ScriptError
from multitrack.shm_leaks import described
from multitrack.shorten import visible

REFUSED = 2  # the exit status of argparse, too


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(
        prog="multitrack",
        description="Record what every process of a Python script writes, and how each ends.",
        epilog="Exit status: 0 when all went well, 1 when the script did not end well, "
        "2 when nothing was run because of what was asked.",
    )
    commands = top.add_subparsers(dest="command", required=True)

    record = commands.add_parser(
        "record",
        help="play a script and print what each of its processes wrote",
        description="Play a script in a fresh interpreter and print every line that any of "
        "its processes wrote, with the name of the process in front, then how each ended. "
        "The script is run as it is, on this machine, with your rights.",
        epilog="Example: multitrack record script.py --start-method spawn",
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
        default=TIMEOUT,
        help="end everything after so many seconds; 60 if left out",
    )
    record.add_argument(
        "--json", action="store_true", help="print the whole recording as JSON instead"
    )

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
        script = Script.read(options.file)
        method = options.start_method or multiprocessing.get_start_method()
        with tempfile.TemporaryDirectory(prefix="full-") as folder:
            full = None if options.json else Path(folder, "full.txt")
            job = Job.of(
                script, method, timeout=options.timeout, full_text=str(full) if full else None
            )
            ((_, recording),) = record_all([job], at_once=1)
            if full:
                show(recording, full)
    except ScriptError as error:
        print(f"error: {error}", file=sys.stderr)
        return REFUSED
    except (NotRecorded, OSError) as error:  # the disk for temporary files is full, say
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; everything that the script started was ended", file=sys.stderr)
        return 130
    if options.json:
        print(recording.to_json())
    for problem in recording.problems:
        print(f"error: {script.path.name} under {method}: {problem.text}", file=sys.stderr)
    for process in recording.failed_by_themselves:
        print(f"warning: {process.name} {process.ending}", file=sys.stderr)
    if recording.explanation:
        print(f"why: {recording.explanation}", file=sys.stderr)
    for name in recording.meanwhile:
        print(
            f"note: {described(name)} appeared meanwhile, perhaps not this script's",
            file=sys.stderr,
        )
    return 0 if recording.ok else 1


def show(recording: Recording, full: Path) -> None:
    """Print the lines behind their processes' names, the processes' ends, and what was drawn.

    ``full`` has all lines where the recording does not.
    """
    if recording.full:
        with full.open(encoding="utf-8", newline="\n") as text:
            for whole in text:
                print(visible(whole.removesuffix("\n")))
    else:
        width = max(len(p.name) for p in recording.processes)
        for line in recording.lines:
            print(f"{recording.name_of(line.process):>{width}} | {visible(line.text)}")
    ends = [f"{p.name} {p.ending}" for p in recording.processes]
    seen = recording.lives if recording.complete else f"{recording.lives}, some may be missing"
    print(
        f"[{recording.start_method}, {recording.duration:.2f} s, lives from {seen}: "
        f"{'; '.join(ends)}]"
    )
    for picture in recording.pictures:
        what = f"{picture.kind.upper()}, {picture.width} by {picture.height} pixels"
        if picture.left_out:
            what = f"{picture.left_out}, {picture.why}"
        print(f"[cell {picture.cell} made a picture, {visible(picture.title)}: {what}]")
