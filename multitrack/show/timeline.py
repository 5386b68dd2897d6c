"""The timeline: the lives of a run's processes, as a picture and in words."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from multitrack.recording import Process, Recording
from multitrack.show.colours import natural

LANE = 26  # pixels: one process
HEAD = 22  # pixels: the cells' numbers
FOOT = 20  # pixels: the axis
TICKS = 6  # at most
MOST_LINKED = 12  # processes of which a picture shows who started whom


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
        runs = f" (runs {process.program})" if process.program else ""
        by = f", started by {process.parent}" if process.parent not in ("", "main") else ""
        life = f"from {seconds(process.start)} to {end}"
        guess = ", in part a guess" if process.guess else ""
        yield f"{process.label}{runs}{by}: {life}, {process.ending}{guess}."
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
    helpers = [p.label for p in recording.processes if p.helper]
    otherwise: dict[str, list[str]] = {}  # labels by how they ended
    for process in recording.processes:
        if process.failed or process.ended_by:
            otherwise.setdefault(process.ending, []).append(process.label)
    unseen = any(p.exit_code is None and not p.signal for p in recording.processes)
    seen = "" if recording.complete else " that were seen"
    count = f"{len(own)} process" + ("es" if len(own) != 1 else "")
    ends = "; ".join(
        f"{', '.join(labels)}{' each' if len(labels) > 1 else ''} {ending}"
        for ending, labels in otherwise.items()
    )
    ends = ends or ("some ends were not seen" if unseen else f"all{seen} ended with 0")
    names = {"cpython": "CPython", "pypy": "PyPy"}
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
        f"Recorded on {names.get(python.implementation, python.implementation)} {python.version}, "
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


def html_of(recording: Recording, classes: dict[str, str]) -> str:
    """Return the figure: names beside an SVG as wide as the page allows, then the words."""
    order = lanes(recording)
    names = "".join(
        f'<li class="{classes[p.label]}">{escape(p.label)}'
        + (f' <small class="ending">{_short_ending(p)}</small>' if p.failed or p.ended_by else "")
        + "</li>"
        for p in order
    )
    said = "".join(f"<li>{escape(sentence)}</li>" for sentence in words(recording))
    count = len(recording.processes)
    return (
        f'<figure class="lives"><div class="lanes">'
        f'<ol class="names" aria-hidden="true">{names}</ol>'
        f"{svg(recording, order, classes, count)}</div>"
        f'<figcaption><p class="evidence">{escape(evidence(recording))}</p>'
        f"<details><summary>The timeline in words</summary><ul>{said}</ul></details>"
        "</figcaption></figure>"
    )


def _short_ending(process: Process) -> str:
    return process.signal or f"exit {process.exit_code}"


def svg(recording: Recording, order: list[Process], classes: dict[str, str], count: int) -> str:
    """Draw the lives. Across, all is in percent: text keeps its size at every width."""
    span = recording.duration or 1e-6

    def x(at: float) -> str:
        return f"{min(100.0, max(0.0, at / span * 100)):.1f}%"  # a tenth is half a pixel

    def width(time: float) -> str:
        return x(max(time, 0.001 * span))

    bottom = HEAD + LANE * len(order)
    parts = [
        f'<svg class="plot" width="100%" height="{bottom + FOOT}" role="img" '
        f'aria-label="Lives of {count} process{"es" if count != 1 else ""} over {seconds(span)}, '
        'told in words below">'
    ]
    for cell in recording.cells:
        end = span if cell.end is None or cell is recording.cells[-1] else cell.end
        title = f"cell {cell.number}, lines {cell.first} to {cell.last}"
        shade = " odd" if cell.number % 2 else ""
        parts.append(
            f'<rect class="cell{shade}" x="{x(cell.start)}" width="{width(end - cell.start)}" '
            f'y="0" height="{bottom}"><title>{title}</title></rect>'
        )
        if (end - cell.start) / span > 0.05 and len(recording.cells) > 1:
            word = "cell " if (end - cell.start) / span > 0.2 else ""
            parts.append(
                f'<text class="cell-name" x="{x((cell.start + end) / 2)}" y="14">'
                f"{word}{cell.number}</text>"
            )
    distance, tick = step(span), 0.0
    while tick <= span * 1.0001:
        edge = ' class="tick first"' if tick == 0 else ' class="tick"'
        if tick / span < 0.97:
            parts.append(
                f'<line class="grid" x1="{x(tick)}" x2="{x(tick)}" y1="{HEAD}" y2="{bottom}"/>'
                f'<text{edge} x="{x(tick)}" y="{bottom + 14}">{_tick(tick, distance)}</text>'
            )
        tick += distance
    rows = {process.label: HEAD + LANE * row for row, process in enumerate(order)}
    for process in order:  # below the bars: who started whom; of many it would be a thicket
        if process.parent in rows and len(order) <= MOST_LINKED:
            low, high = sorted((rows[process.parent], rows[process.label]))
            parts.append(
                f'<line class="born" x1="{x(process.start)}" x2="{x(process.start)}" '
                f'y1="{low + LANE // 2}" y2="{high + LANE // 2}"/>'
            )
    for process in order:
        y = rows[process.label]
        end = span if process.end is None else process.end
        colour = classes[process.label]
        life = "life guess" if process.guess else "life"
        parts.append(
            f'<g class="{colour}"><rect class="{life}" x="{x(process.start)}" y="{y + 6}" '
            f'width="{width(end - process.start)}" height="{LANE - 12}" rx="3"/>'
        )
        drawn = -1.0
        for line in recording.lines:
            if line.process == process.label and (line.time - drawn) / span > 0.004:
                drawn = line.time
                parts.append(
                    f'<circle class="said" cx="{x(line.time)}" cy="{y + LANE / 2:g}" r="3"/>'
                )
        parts.append("</g>")
        if process.failed:
            parts.append(
                f'<text class="failed" x="{x(end)}" y="{y + LANE / 2 + 5:g}">&#215;</text>'
            )
    return "".join(parts) + "</svg>"


def _tick(at: float, distance: float) -> str:
    if at == 0:
        return "0"
    if distance < 0.1:
        return f"{at * 1000:.0f} ms"
    return f"{at:.1f} s" if distance < 1 else f"{at:.0f} s"
