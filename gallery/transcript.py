"""The transcript: what a cell's processes wrote, line by line, with the writer in the gutter."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from html import escape
from itertools import pairwise
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from gallery.page import (
    RecordedDirective,
    colour_classes,
    preferred,
    recorded,
    why_restricted,
)
from gallery.recording import Line, Recording
from gallery.terminal import plain, rendered

FOLD_AFTER = 40  # lines


class TranscriptDirective(RecordedDirective):
    """``.. transcript:: chapter/name`` with ``:cell: 2``, or without for the whole run."""

    def run(self) -> list[nodes.Node]:
        """Show nothing where no process wrote anything under any start method."""
        lesson, recordings = self.recordings()
        cell = self.options.get("cell")
        written = {m: lines_of(r, cell) for m, r in recordings.items()}
        if not any(written.values()):
            return []
        classes = colour_classes(recordings.values())
        everywhere = len(written) > 1 and same_lines(recordings, written)
        node = recorded(kind="transcript", everywhere=everywhere, note="")
        node["data"] = times_of(recordings, written, everywhere, cell)
        if everywhere:
            shown = preferred(written)
            node["note"] = "The same lines under fork, forkserver and spawn" + (
                "."
                if same_order(recordings, written)
                else "; only their order is a matter of chance."
            )
            written = {shown: written[shown]}
        else:
            node["note"] = why_restricted(lesson)
        where = f"cell {cell}" if cell else "the lesson"
        node["variants"] = {
            m: html_of(lines, classes, f"Output of {where}" + ("" if everywhere else f", {m}"))
            + self.rest_of(recordings[m], cell)
            for m, lines in written.items()
        }
        for method, lines in written.items():
            if not everywhere:
                node += nodes.paragraph("", "", nodes.strong("", f"Under {method}:"))
            text = text_of(lines)
            node += nodes.literal_block(text, text, language="none")
        self.set_source_info(node)
        return [node]

    def rest_of(self, recording: Recording, cell: int | None) -> str:
        """Offer the full text where a recording does not hold all; return HTML."""
        unshown = sum(c.unshown for c in recording.cells if cell in (None, c.number))
        cut = any(line.cut for line in lines_of(recording, cell))
        if not recording.full or not (unshown or cut):
            return ""
        link = self.download(recording, recording.full.file)
        more = f"{unshown:,} more lines" if unshown else "Long lines are cut here; all of it"
        return (
            f'<p class="unshown">{more}: <a class="reference download" download href="{link}">'
            f"the whole output of the run as text</a> ({recording.full.lines:,} lines, "
            f"{recording.full.bytes / 1e6:.1f} MB)</p>"
        )


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
    everywhere: bool = False,
    cell: int | None = None,
) -> dict[str, str]:
    """Return what a replay needs to know: the run's name, and by start method the times.

    The times are whole numbers of 0.1 ms: the length of the run, from when to when the lines of
    this transcript are played, and for each line that is shown how much later (or, where another
    run's lines are shown, earlier) it was written than the one before it.
    """
    shown = preferred(written)
    found = {"run": recordings[shown].lesson}
    for method, lines in written.items():
        recording, other = recordings[method], shown if everywhere else method
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


def add_script(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give a page the script that replays its transcripts, where it has some."""
    if doctree and any(node.get("data") for node in doctree.findall(recorded)):
        app.add_js_file("replay.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    """Register the directive."""
    from gallery import page

    page.setup(app)
    app.add_directive("transcript", TranscriptDirective)
    app.connect("html-page-context", add_script)
