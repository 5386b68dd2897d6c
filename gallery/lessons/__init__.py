"""How scripts become pages: all that knows sphinx-gallery, and the recording of lessons."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    """Register all of it."""
    from gallery.lessons import (
        build,
        call_outs,
        directives,
        generated,
        hints,
        links,
        lists,
        locations,
        page,
        page_head,
        pairs,
        record,
        repository,
    )

    app.setup_extension("sphinx_gallery.gen_gallery")
    parts = (build, record, generated, directives, hints, pairs, call_outs, page, page_head)
    for part in (*parts, repository, links, lists, locations):
        part.setup(app)
    for file in ("recording.css", "run.css"):
        app.add_css_file(file)
    app.add_js_file("start-method.js", priority=100)
