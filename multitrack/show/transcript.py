"""The transcript: what processes wrote, line by line, with the writer in the gutter."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape

from multitrack.recording import Line, Recording
from multitrack.show.terminal import plain, rendered
from multitrack.show.timeline import lanes, tenths
from multitrack.show.tracebacks import Kind, groups

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
    """A line, or what is folded into one: an item of the list.

    ``at``: when it was written, in tenths of ms from main's birth; ``frames``: how many frames of
    libraries are folded.
    """

    process: str
    at: int
    lines: tuple[Line, ...]
    kind: Kind = "plain"
    frames: int = 0


def said_in(recording: Recording, lines: list[Line]) -> list[Said]:
    """Return the items that a list of lines has."""
    moments, items = dict(_moments(recording)), []
    for group in groups(lines):
        folded = group.kind == "frames" and group.frames
        for part in [group.lines] if folded else [(line,) for line in group.lines]:
            at = moments[id(part[0])]
            items.append(Said(part[0].process, at, part, group.kind, group.frames))
    return items


def dots_of(items: list[Said]) -> dict[str, list[int]]:
    """Return when each process wrote: a dot for each item of the list."""
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
    numbers = {process.label: number for number, process in enumerate(lanes(recording))}

    def attributes(item: Said) -> str:
        lane = f' data-l="{numbers[item.process]}"' if item.process in numbers else ""
        return f' data-t="{item.at}"{lane}'

    named = [(attributes(item), item) for item in items]
    return _list(named, recording.name_of, classes, label)


def quoted_html(lines: list[tuple[str, str]], classes: dict[str, str], label: str) -> str:
    """Return lines of no recording, pairs of process and text, as HTML."""
    items = [Said(process, 0, (Line(process, 1, 0.0, text),)) for process, text in lines]
    return _list([("", item) for item in items], str, classes, label)


def _list(
    items: list[tuple[str, Said]],
    name_of: Callable[[str], str],
    classes: dict[str, str],
    label: str,
) -> str:
    if not items:
        return '<p class="silent">No process wrote anything.</p>'

    def rows(part: list[tuple[str, Said]], start: int = 1) -> str:
        html, before = "", None
        for attributes, item in part:
            css, who = classes[item.process], ""
            if item.kind != "plain":
                css += f" {item.kind}"
            if item.process != before:  # a process is named once a block
                css += " new"
                who = f'<span class="who">{escape(name_of(item.process))}</span>'
            before = item.process
            html += f'<li class="{css}"{attributes}>{who}{_content(item)}</li>'
        name, number = escape(label), ""
        if start > 1:
            name, number = f"{name}, continued", f' start="{start}"'
        return f'<ol class="lines" role="list"{number} aria-label="{name}">{html}</ol>'

    html = rows(items[:FOLD_AFTER])
    if items[FOLD_AFTER:]:
        html += (
            f"<details><summary>Show all {sum(len(i.lines) for _, i in items):,} lines</summary>"
            f"{rows(items[FOLD_AFTER:], FOLD_AFTER + 1)}</details>"
        )
    return html


def _content(item: Said) -> str:
    said = "\n".join(_said(line.text) + _cut(line) for line in item.lines)
    html = f'<span class="said">{said}</span>'
    if len(item.lines) == 1:
        return html
    frames = f"{item.frames} library frame{'s' if item.frames > 1 else ''}"
    return f"<details><summary>{frames}</summary>{html}</details>"


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


def text_of(lines: list[Line], name_of: Callable[[str], str] = str) -> str:
    """Return the lines as text with the process in front."""
    if not lines:
        return "(no process wrote anything)"
    width = max(len(name_of(line.process)) for line in lines)
    return "\n".join(f"{name_of(line.process):>{width}} | {plain(line.text)}" for line in lines)
