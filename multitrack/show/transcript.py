"""The transcript: what processes wrote, line by line, with the writer in the gutter."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from html import escape
from itertools import pairwise

from multitrack.recording import Line, Recording
from multitrack.show.terminal import plain, rendered

FOLD_AFTER = 40  # lines


def lines_of(recording: Recording, cell: int | None) -> list[Line]:
    """Return the lines of one cell, or all."""
    return [line for line in recording.lines if cell in (None, line.cell)]


def same_lines(recordings: dict[str, Recording], written: dict[str, list[Line]]) -> bool:
    """Whether each process wrote the same under every start method; order and pids aside."""
    (shown, lines), *others = written.items()
    return all(
        _same(recordings[shown], lines, recordings[method], other) for method, other in others
    )


def _same(one: Recording, lines: list[Line], other: Recording, others: list[Line]) -> bool:
    """Compare as written first: a number that happens to be a pid is no pid then."""
    left = Counter((x.process, x.text) for x in lines)
    right = Counter((x.process, x.text) for x in others)
    left, right = left - right, right - left
    return without_pids(one, left) == without_pids(other, right)


def without_pids(recording: Recording, lines: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """Put the labels of processes in the place of their pids."""
    found: Counter[tuple[str, str]] = Counter()
    for (process, text), count in lines.items():
        found[process, recording.without_pids(text)] += count
    return found


def same_order(recordings: dict[str, Recording], written: dict[str, list[Line]]) -> bool:
    """Whether the lines also came in the same order."""
    first, *others = [[(x.process, x.text) for x in lines] for lines in written.values()]
    if all(other == first for other in others):
        return True
    first, *others = [
        [(x.process, recordings[m].without_pids(x.text)) for x in lines]
        for m, lines in written.items()
    ]
    return all(other == first for other in others)


def times_of(
    recordings: dict[str, Recording],
    written: dict[str, list[Line]],
    shown: str = "",
    cell: int | None = None,
) -> dict[str, str]:
    """Return what a replay needs to know: the run's name, and by start method the times.

    The times are whole numbers of 0.1 ms: the length of the run, from when to when the lines of
    this transcript are played, and for each line that is shown how much later (or, where another
    run's lines are shown, earlier) it was written than the one before it. ``shown`` names the
    start method whose lines stand for all; where it is empty, each shows its own.
    """
    found = {"run": next(iter(recordings.values())).script}
    for method, lines in written.items():
        recording, other = recordings[method], shown or method
        start, end = 0.0, recording.duration
        for played in recording.cells:
            if played.number == cell:
                start = played.start
                if played is not recording.cells[-1] and played.end is not None:
                    end = played.end
        moments = dict(_moments(recording))
        times = [0] * len(lines)
        for place, line in zip(
            _places(recording, lines, recordings[other], written[other]), lines, strict=True
        ):
            times[place] = moments[id(line)]
        steps = [now - before for before, now in pairwise([0, *times])]
        # The last line is not yet the end: both can be seen.
        span = (
            _tenths(recording.duration),
            _tenths(start),
            max(_tenths(end), 1 + max(times, default=0)),
        )
        found[method] = " ".join(map(str, (*span, *steps)))
    return found


def _moments(recording: Recording) -> Iterator[tuple[int, int]]:
    """Yield each line's id and time, no two alike: a step through the run shows one line."""
    now = 0
    for line in recording.lines:
        now = max(_tenths(line.time), now + 1)
        yield id(line), now


def _tenths(seconds: float) -> int:
    return round(seconds * 10_000)


def _places(one: Recording, lines: list[Line], other: Recording, shown: list[Line]) -> list[int]:
    """Find each line among those that are shown; the same lines, order and pids aside."""
    if lines is shown:
        return list(range(len(lines)))
    found: dict[int, int] = {}
    left = dict(enumerate(shown))
    for aside in (False, True):
        places: dict[tuple[str, str], deque[int]] = defaultdict(deque)
        for place, line in left.items():
            text = other.without_pids(line.text) if aside else line.text
            places[line.process, text].append(place)
        for number, line in enumerate(lines):
            text = one.without_pids(line.text) if aside else line.text
            if number not in found and places[line.process, text]:
                found[number] = places[line.process, text].popleft()
                del left[found[number]]
    return [found[number] for number in range(len(lines))]


def html_of(lines: list[Line], classes: dict[str, str], label: str) -> str:
    """Return the lines as HTML; what is behind the fold is there, in a details element."""
    if not lines:
        return '<p class="silent">No process wrote anything.</p>'
    items = [
        f'<li class="{classes[line.process]}"><span class="who">{escape(line.process)}</span>'
        f'<span class="said">{_said(line.text)}{_cut(line)}</span></li>'
        for line in lines
    ]
    head, rest = items[:FOLD_AFTER], items[FOLD_AFTER:]
    html = f'<ol class="lines" role="list" aria-label="{escape(label)}">{"".join(head)}</ol>'
    if rest:
        html += (
            f"<details><summary>Show all {len(items):,} lines</summary>"
            f'<ol class="lines" role="list" start="{FOLD_AFTER + 1}" '
            f'aria-label="{escape(label)}, continued">{"".join(rest)}</ol></details>'
        )
    return html


def _cut(line: Line) -> str:
    return f' <small class="cut">and {line.cut:,} more characters</small>' if line.cut else ""


def _said(text: str) -> str:
    return (
        "".join(
            f'<span class="{classes}">{escape(part)}</span>' if classes else escape(part)
            for part, classes in rendered(text)
        )
        or "&#8203;"  # an empty line has a height, too
    )


def text_of(lines: list[Line]) -> str:
    """Return the lines as text with the process in front."""
    if not lines:
        return "(no process wrote anything)"
    width = max(len(line.process) for line in lines)
    return "\n".join(f"{line.process:>{width}} | {plain(line.text)}" for line in lines)
