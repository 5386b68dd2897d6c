"""The transcript: what a cell's processes wrote, line by line, with the writer in the gutter."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from gallery.page import (
    RecordedDirective,
    in_words,
    preferred,
    recorded,
    tabs_of,
    why_restricted,
)
from multitrack.recording import Recording
from multitrack.show.colours import colour_classes
from multitrack.show.transcript import (
    html_of,
    lines_of,
    same_lines,
    same_order,
    text_of,
    times_of,
)


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
        node["data"] = times_of(recordings, written, preferred(written) if everywhere else "", cell)
        node["tabs"] = tabs_of(recordings)
        if everywhere:
            shown = preferred(written)
            node["note"] = f"The same lines under {in_words(written)}" + (
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
