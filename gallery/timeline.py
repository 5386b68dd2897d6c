"""The directive that shows the lives of a lesson's processes."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx

from gallery.page import RecordedDirective, recorded, tabs_of, why_restricted
from gallery.pythons import why_not_recorded
from multitrack.show.colours import colour_classes
from multitrack.show.timeline import evidence, html_of, words
from multitrack.show.transcript import times_of


class TimelineDirective(RecordedDirective):
    """``.. timeline:: chapter/name``: the whole run under each start method."""

    def run(self) -> list[nodes.Node]:
        """Draw the lives, say the same in words, and say what it was recorded on."""
        lesson, recordings = self.recordings()
        if not recordings:
            why = f"Not recorded: {why_not_recorded(lesson)}."
            node = recorded("", nodes.paragraph("", why), kind="timeline", everywhere=True)
            node["variants"], node["note"] = {"none": ""}, why
            return [node]
        classes = colour_classes(recordings.values())
        node = recorded(kind="timeline", everywhere=False, note=why_restricted(lesson))
        node["variants"] = {m: html_of(r, classes) for m, r in recordings.items()}
        node["tabs"] = tabs_of(recordings)
        node["data"] = times_of(recordings, {m: [] for m in recordings})
        if lesson.settings.failures:
            node["note"] += (" " if node["note"] else "") + (
                f"Not every process ends well here: {lesson.settings.failures}."
            )
        for method, recording in recordings.items():
            node += nodes.paragraph("", "", nodes.strong("", f"The run under {method}:"))
            lives = nodes.bullet_list()
            for sentence in words(recording):
                lives += nodes.list_item("", nodes.paragraph("", sentence))
            node += lives
            node += nodes.paragraph("", evidence(recording))
        self.set_source_info(node)
        return [node]


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("timeline", TimelineDirective)
