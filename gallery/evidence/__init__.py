"""Evidence: the lessons and their tests, run on every Python that is there.

``make evidence`` gathers it (:mod:`gallery.evidence.gathering`); a build shows what fits the
lessons as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    """Register what the pages need."""
    from gallery import facts
    from gallery.evidence import shown, table

    app.add_config_value("evidence_file", "build/evidence.json", "env", str)
    app.add_directive("evidence-table", table.EvidenceTable)
    app.add_directive("evidence-overview", table.EvidenceOverview)
    app.connect("builder-inited", shown.look, priority=110)  # after the lessons are recorded
    app.connect("html-page-context", table.add_files)
    app.add_css_file("differences.css")
    facts.register(app, "evidence", shown.of_pages)
