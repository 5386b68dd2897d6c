"""The transcript: what processes wrote, line by line, with the writer in the gutter."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from multitrack.recording import Line, Recording
from multitrack.show.terminal import plain, rendered
from multitrack.show.timeline import lanes, shown_name, tenths

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


@dataclass(frozen=True)
class Said:
    """What one process wrote at once: an item of the list. ``at``: tenths of ms from main's birth."""

    process: str
    at: int
    lines: tuple[Line, ...]


def said_in(recording: Recording, lines: list[Line]) -> list[Said]:
    """Return the items that a list of lines has."""
    moments = dict(_moments(recording))
    return [Said(line.process, moments[id(line)], (line,)) for line in lines]


def dots_of(items: list[Said]) -> dict[str, list[int]]:
    """Return when each process wrote: a dot for each item."""
    found: dict[str, list[int]] = defaultdict(list)
    for item in items:
        found[item.process].append(item.at)
    return dict(found)


def _moments(recording: Recording) -> Iterator[tuple[int, int]]:
    """Yield each line's id and time, no two alike: a step through the run shows one line."""
    now = 0
    for line in recording.lines:
        now = max(tenths(line.time), now + 1)
        yield id(line), now


def html_of(recording: Recording, items: list[Said], classes: dict[str, str], label: str) -> str:
    """Return the items as HTML; what is behind the fold is there, in a details element."""
    lanes_of = {p.label: (n, shown_name(p)) for n, p in enumerate(lanes(recording))}

    def attributes(item: Said) -> str:
        lane = f' data-l="{lanes_of[item.process][0]}"' if item.process in lanes_of else ""
        return f' data-t="{item.at}"{lane}'

    names = {process: name for process, (_, name) in lanes_of.items()}
    return _list([(attributes(item), item) for item in items], names, classes, label)


def quoted_html(lines: list[tuple[str, str]], classes: dict[str, str], label: str) -> str:
    """Return lines of no recording, pairs of process and text, as HTML."""
    items = [Said(process, 0, (Line(process, 1, 0.0, text),)) for process, text in lines]
    return _list([("", item) for item in items], {}, classes, label)


def _list(
    items: list[tuple[str, Said]], names: dict[str, str], classes: dict[str, str], label: str
) -> str:
    if not items:
        return '<p class="silent">No process wrote anything.</p>'

    def rows(part: list[tuple[str, Said]], start: int = 1) -> str:
        html, before = "", None
        for attributes, item in part:
            css, who = classes[item.process], ""
            if item.process != before:  # a process is named once a block
                css += " new"
                who = f'<span class="who">{escape(names.get(item.process, item.process))}</span>'
            before = item.process
            html += f'<li class="{css}"{attributes}>{who}{_content(item)}</li>'
        name, number = escape(label), ""
        if start > 1:
            name, number = f"{name}, continued", f' start="{start}"'
        return f'<ol class="lines" role="list"{number} aria-label="{name}">{html}</ol>'

    html = rows(items[:FOLD_AFTER])
    if items[FOLD_AFTER:]:
        html += (
            f"<details><summary>Show all {len(items):,} lines</summary>"
            f"{rows(items[FOLD_AFTER:], FOLD_AFTER + 1)}</details>"
        )
    return html


def _content(item: Said) -> str:
    (line,) = item.lines
    return f'<span class="said">{_said(line.text)}{_cut(line)}</span>'


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
