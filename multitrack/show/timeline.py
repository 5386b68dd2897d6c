"""The timeline: the lives of a run's processes, as a picture and in words."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from multitrack.recording import Process, Recording
from multitrack.show.colours import natural

LEFT, WIDE = 1, 97  # percent of a picture: where a run begins, and how wide it is
TICKS = 6  # at most
NUMBERED = 2.5  # percent: the narrowest band of a cell that has room for its number


def lanes(recording: Recording) -> list[Process]:
    """Order the processes: main, its children as they were born, helpers below."""
    first, *others = recording.processes
    return [first, *sorted(others, key=lambda p: (p.helper, natural(p.label)))]


def seconds(value: float) -> str:
    """Write a time of a run: milliseconds below a second."""
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.0f} ms"


def words(recording: Recording) -> Iterator[str]:
    """Say the lives in sentences, and when each cell was played."""
    for process in lanes(recording):
        end = "?" if process.end is None else seconds(process.end)
        runs = f" (runs {process.program})" if process.program not in ("", process.name) else ""
        parent = recording.name_of(process.parent)
        by = f", started by {parent}" if parent not in ("", "main") else ""
        life = f"from {seconds(process.start)} to {end}"
        guess = ", in part a guess" if process.guess else ""
        yield f"{process.name}{runs}{by}: {life}, {process.ending}{guess}."
    for cell in recording.cells:
        end = "the end" if cell.end is None else seconds(cell.end)
        yield (
            f"Cell {cell.number} (lines {cell.first} to {cell.last}): "
            f"from {seconds(cell.start)} to {end}."
        )


def evidence(recording: Recording) -> str:
    """Say what it was recorded on, and how all of it ended."""
    python = recording.interpreter
    own = [p for p in recording.processes if not p.helper]
    helpers = [p.name for p in recording.processes if p.helper]
    otherwise: dict[str, list[str]] = {}  # names by how they ended
    for process in recording.processes:
        if process.failed or process.ended_by:
            otherwise.setdefault(process.ending, []).append(process.name)
    unseen = any(p.exit_code is None and not p.signal for p in recording.processes)
    seen = "" if recording.complete else " that were seen"
    count = f"{len(own)} process" + ("es" if len(own) != 1 else "")
    ends = "; ".join(
        f"{' and '.join(names) if len(names) < 3 else f'{len(names)} of them'}"
        f"{' each' if len(names) > 1 else ''} {ending}"
        for ending, names in otherwise.items()
    )
    ends = ends or ("some ends were not seen" if unseen else f"all{seen} ended with 0")
    called = {"cpython": "CPython", "pypy": "PyPy"}
    systems = {"linux": "Linux", "darwin": "macOS", "win32": "Windows"}
    lives = {
        "process events": "starts and ends as the kernel reported them",
        "polling": "starts and ends seen by polling",
    }[recording.lives]
    if not recording.complete:
        lives += "; short lives may be missing, and another run may number the children otherwise"
    if any(p.guess for p in recording.processes):
        lives += "; what is called a guess was not seen as it happened"
    return (
        f"Recorded on {called.get(python.implementation, python.implementation)} {python.version}, "
        f"{systems.get(python.platform, python.platform)}, under {recording.start_method}: "
        f"{' and '.join([count, *helpers])}, {seconds(recording.duration)}; {ends}; {lives}."
    )


def step(duration: float) -> float:
    """Return a round distance between ticks, in seconds."""
    size = 1e-3
    while True:
        for factor in (1, 2, 5):
            if duration / (size * factor) <= TICKS:
                return size * factor
        size *= 10


def tenths(seconds: float) -> int:
    """Return a time in tenths of milliseconds, which is how a page has it."""
    return round(seconds * 10_000)


def played_in(recording: Recording, cell: int | None, last: int = 0) -> tuple[int, int]:
    """Return from when to when a cell was played, in tenths of ms; None: the whole run.

    The last cell goes on to the end of the run. ``last`` is when its last line was written, which
    may be after main has gone on; the end is not yet there then: both can be seen.
    """
    start, end = 0.0, recording.duration
    for played in recording.cells:
        if played.number == cell:
            start = played.start
            if played is not recording.cells[-1] and played.end is not None:
                end = played.end
    return tenths(start), max(tenths(end), tenths(start) + 1, last + 1)


def has_slice(recording: Recording, cell: int | None, written: bool) -> bool:
    """Whether a cell's part of the timeline says more than its lines do.

    It does where the cell has started a process, or where it has lines and another than main lives.
    """
    start, end = played_in(recording, cell)
    return any(
        tenths(p.start) >= start or (written and not p.helper)
        for p in recording.processes[1:]
        if _overlaps(p, start, end)
    )


def slice_of(
    recording: Recording, classes: dict[str, str], cell: int | None, dots: dict[str, list[int]]
) -> str:
    """Draw the lives as they were while a cell was played; ``dots``: when each process wrote."""
    start, end = played_in(recording, cell, max((t for ts in dots.values() for t in ts), default=0))
    span = Span(start, end)
    whole = tenths(recording.duration) or 1
    where = ""
    if (end - start) / whole < 0.99:
        x, width = start / whole * 100, (end - start) / whole * 100
        where = (
            f'<svg class="where" aria-hidden="true"><rect x="{x:.1f}%" width="{width:.1f}%"/></svg>'
        )
    return (
        f'<div class="slice" data-from="{start}" data-to="{end}">'
        f'<p class="time-title">{seconds(start / 1e4)} to {seconds(end / 1e4)} of the run'
        f"{where}</p>"
        f"{_lanes(recording, classes, span, dots)}{_axis(span)}</div>"
    )


def html_of(recording: Recording, classes: dict[str, str], linked: bool = False) -> str:
    """Return the whole run: lives, in a picture and in words, over the bands of the cells.

    ``linked``: the cells are on the same page.
    """
    span = Span(0, tenths(recording.duration) or 1)
    said = "".join(f"<li>{escape(sentence)}</li>" for sentence in words(recording))
    return (
        f'<div class="whole">{_bands(recording, span, linked)}'
        f"{_lanes(recording, classes, span, _apart(recording, span), endings=True)}"
        f"{_axis(span)}</div>"
        f'<p class="evidence">{escape(evidence(recording))}</p>'
        f"<details><summary>The timeline in words</summary><ul>{said}</ul></details>"
    )


def _apart(recording: Recording, span: Span) -> dict[str, list[int]]:
    """Return when each process wrote; of moments that would be one dot the first."""
    found: dict[str, list[int]] = {}
    for line in recording.lines:
        before, at = found.setdefault(line.process, []), tenths(line.time)
        if not before or span.x(at) - span.x(before[-1]) > 1:
            before.append(at)
    return found


@dataclass(frozen=True)
class Span:
    """A stretch of the run, in tenths of ms, as wide as a picture."""

    start: int
    end: int

    def x(self, at: float) -> float:
        """Return where a moment is, in percent: a bar that ends within has room for its end."""
        return LEFT + WIDE * (at - self.start) / (self.end - self.start)

    def clipped(self, at: float) -> float:
        """Return the same for what begins before, or ends after: its end is out of the picture."""
        return -3 if at < self.start else 103 if at > self.end else self.x(at)


def _overlaps(process: Process, start: int, end: int) -> bool:
    return tenths(process.start) < end and (process.end is None or tenths(process.end) > start)


def _lanes(
    recording: Recording,
    classes: dict[str, str],
    span: Span,
    dots: dict[str, list[int]],
    endings: bool = False,
) -> str:
    """Draw a lane for each process that is alive then; its number is its place in the run."""
    html = []
    for number, process in enumerate(lanes(recording)):
        if not _overlaps(process, span.start, span.end) and process.label not in dots:
            continue
        end = recording.duration if process.end is None else process.end
        left, right = span.clipped(tenths(process.start)), span.clipped(tenths(end))
        guess = ' class="guess"' if process.guess else ""
        drawn = f'<rect{guess} x="{left:.1f}%" width="{max(right - left, 0.6):.1f}%"/>'
        for at in dots.get(process.label, ()):
            drawn += f'<circle cx="{span.x(at):.1f}%"/>'
        if process.failed and right <= 100:
            drawn += f'<text x="{right:.1f}%" y="18">&#215;</text>'
        ending = ""
        if (process.failed or process.ended_by) and right <= 100 and (endings or process.failed):
            ending = f" <small>{_short_ending(process)}</small>"
        data = "" if endings else f' data-l="{number}"'
        html.append(
            f'<div class="lane {classes[process.label]}"{data}>'
            f"<b>{escape(process.name)}{ending}</b>"
            f'<svg aria-hidden="true">{drawn}</svg></div>'
        )
    return "".join(html)


def _axis(span: Span) -> str:
    distance = step((span.end - span.start) / 1e4)
    number = math.ceil(span.start / 1e4 / distance - 1e-9)
    marks = ""
    while (x := span.x(number * distance * 1e4)) < 97:
        tick = _tick(number * distance, distance, span.end / 1e4)
        marks += f'<text x="{x:.1f}%" y="13">{tick}</text>'
        marks += f'<rect x="{x:.1f}%"/>'
        number += 1
    return f'<div class="lane axis"><svg aria-hidden="true">{marks}</svg></div>'


def _bands(recording: Recording, span: Span, linked: bool) -> str:
    """Draw when each cell was played; a band that is wide enough has its number."""
    if len(recording.cells) < 2:
        return ""
    bands = ""
    for cell in recording.cells:
        start, end = played_in(recording, cell.number)
        left, width = span.x(start), span.x(end) - span.x(start)
        band = f'<rect x="{left:.1f}%" width="{max(width, 0.1):.1f}%"/>'
        if width > NUMBERED:
            number = f'<text x="{left + width / 2:.1f}%" y="14">{cell.number}</text>'
            if linked:
                number = (
                    f'<a href="#cell-{cell.number}" aria-label="Cell {cell.number}">{number}</a>'
                )
            band += number
        bands += band
    return (
        '<div class="lane bands"><b>cell</b>'
        f'<svg role="group" aria-label="When each cell was played">{bands}</svg></div>'
    )


def _short_ending(process: Process) -> str:
    return process.signal or f"exit {process.exit_code}"


def _tick(at: float, distance: float, last: float) -> str:
    if at == 0:
        return "0"
    if distance < 0.1 and last < 1:
        return f"{at * 1000:.0f} ms"
    return f"{at:.{max(0, math.ceil(-math.log10(distance)))}f} s"
