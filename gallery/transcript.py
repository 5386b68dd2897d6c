"""The transcript: what a cell's processes wrote, line by line, with the writer in the gutter."""

from __future__ import annotations

import unicodedata
from collections import Counter
from html import escape

from docutils import nodes
from sphinx.application import Sphinx

from gallery.page import RecordedDirective, colour_classes, recorded, why_restricted
from gallery.page import preferred as preferred
from gallery.recording import Line, Recording

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
            for m, lines in written.items()
        }
        for method, lines in written.items():
            if not everywhere:
                node += nodes.paragraph("", "", nodes.strong("", f"Under {method}:"))
            text = text_of(lines)
            node += nodes.literal_block(text, text, language="none")
        self.set_source_info(node)
        return [node]


def lines_of(recording: Recording, cell: int | None) -> list[Line]:
    """Return the lines of one cell, or all."""
    return [line for line in recording.lines if cell in (None, line.cell)]


def _plain(
    recordings: dict[str, Recording], written: dict[str, list[Line]]
) -> list[list[tuple[str, str]]]:
    return [
        [(x.process, recordings[m].without_pids(x.text)) for x in lines]
        for m, lines in written.items()
    ]


def same_lines(recordings: dict[str, Recording], written: dict[str, list[Line]]) -> bool:
    """Whether each process wrote the same under every start method; order and pids aside."""
    first, *others = (Counter(lines) for lines in _plain(recordings, written))
    return all(other == first for other in others)


def same_order(recordings: dict[str, Recording], written: dict[str, list[Line]]) -> bool:
    """Whether the lines also came in the same order."""
    first, *others = _plain(recordings, written)
    return all(other == first for other in others)


def visible(text: str) -> str:
    """Show control characters by their pictures, and what steers direction by its number."""
    return "".join(
        c
        if unicodedata.category(c) not in ("Cc", "Cf", "Zl", "Zp") or c == "\t"
        else chr(0x2400 + ord(c))
        if ord(c) < 32
        else f"\\u{ord(c):04x}"
        for c in text
    )


def html_of(lines: list[Line], classes: dict[str, str], label: str) -> str:
    """Return the lines as HTML; what is behind the fold is there, in a details element."""
    if not lines:
        return '<p class="silent">No process wrote anything.</p>'
    items = [
        f'<li class="{classes[line.process]}"><span class="who">{escape(line.process)}</span>'
        f'<span class="said">{escape(visible(line.text)) or "&#8203;"}</span></li>'
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


def text_of(lines: list[Line]) -> str:
    """Return the lines as text with the process in front."""
    if not lines:
        return "(no process wrote anything)"
    width = max(len(line.process) for line in lines)
    return "\n".join(f"{line.process:>{width}} | {visible(line.text)}" for line in lines)


def setup(app: Sphinx) -> None:
    """Register the directive."""
    from gallery import page

    page.setup(app)
    app.add_directive("transcript", TranscriptDirective)
