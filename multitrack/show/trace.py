"""A recording in the Trace Event Format, which Perfetto and Chrome's trace viewer open.

The format: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
A life is a complete event ("X") of its process, a cell one of main inside its life, a line an
instant event ("i") of the process that wrote it. Times are microseconds from main's birth.
"""

from __future__ import annotations

import json
from typing import Any

from multitrack.recording import Process, Recording

UNNAMED = 0  # the pid of lines whose writer the system did not name


def trace(recording: Recording) -> str:
    """Return the recording as a JSON object with ``traceEvents``, ordered by time."""
    pids = {process.label: process.pid for process in recording.processes}
    if any(line.process not in pids for line in recording.lines):
        pids[""] = UNNAMED
    events = [*_lives(recording), *_cells(recording), *_lines(recording, pids)]
    events.sort(key=lambda event: (event["ts"], -event.get("dur", 0)))  # outer before inner
    return json.dumps(
        {
            "traceEvents": [*_names(recording, pids), *events],
            "displayTimeUnit": "ms",
            "otherData": {
                "script": recording.script,
                "start_method": recording.start_method,
                "python": recording.interpreter.version,
            },
        },
        indent=1,
    )


def microseconds(seconds: float) -> int:
    """Convert a time of the recording."""
    return round(seconds * 1_000_000)


def _names(recording: Recording, pids: dict[str, int]) -> list[dict[str, Any]]:
    """Name each process, and keep the order of their births."""
    events = []
    for order, (label, pid) in enumerate(pids.items()):
        about = {
            "process_name": {"name": recording.name_of(label) or "(writer not known)"},
            "process_sort_index": {"sort_index": order},
            "thread_name": {"name": "life"},
        }
        events += [
            {"name": name, "ph": "M", "ts": 0, "pid": pid, "tid": pid, "args": args}
            for name, args in about.items()
        ]
    return events


def _end(process: Process, recording: Recording) -> int:
    return microseconds(recording.duration if process.end is None else process.end)


def _lives(recording: Recording) -> list[dict[str, Any]]:
    return [
        {
            "name": process.name,
            "cat": "helper" if process.helper else "process",
            "ph": "X",
            "ts": microseconds(process.start),
            "dur": max(0, _end(process, recording) - microseconds(process.start)),
            "pid": process.pid,
            "tid": process.pid,
            "args": {
                "label": process.label,
                "parent": process.parent,
                "program": process.program,
                "ending": process.ending,
                "guess": process.guess,
            },
        }
        for process in recording.processes
    ]


def _cells(recording: Recording) -> list[dict[str, Any]]:
    """Return main's cells; events of one thread must lie inside one another."""
    main = recording.main
    first, last = microseconds(main.start), _end(main, recording)
    events = []
    for cell in recording.cells:
        start = min(max(first, microseconds(cell.start)), last)
        end = last if cell.end is None else min(microseconds(cell.end), last)
        events.append(
            {
                "name": f"cell {cell.number}",
                "cat": "cell",
                "ph": "X",
                "ts": start,
                "dur": max(0, end - start),
                "pid": main.pid,
                "tid": main.pid,
                "args": {"lines": f"{cell.first}-{cell.last}"},
            }
        )
    return events


def _lines(recording: Recording, pids: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "name": line.text or "(empty line)",
            "cat": "line",
            "ph": "i",
            "s": "t",  # the scope: this thread
            "ts": microseconds(line.time),
            "pid": pids.get(line.process, UNNAMED),
            "tid": pids.get(line.process, UNNAMED),
            "args": {"cell": line.cell},
        }
        for line in recording.lines
    ]
