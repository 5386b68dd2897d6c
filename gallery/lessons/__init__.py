"""How scripts become pages: all that knows sphinx-gallery, and the recording of lessons."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    """Register all of it."""
    from gallery.lessons import (
        build,
        directives,
        generated,
        hints,
        links,
        lists,
        locations,
        page,
        page_head,
        record,
        repository,
    )

    app.setup_extension("sphinx_gallery.gen_gallery")
    parts = (build, record, generated, directives, hints, page, page_head, repository)
    for part in (*parts, links, lists, locations):
        part.setup(app)
    for file in ("recording.css", "run.css"):
        app.add_css_file(file)
    app.add_js_file("start-method.js", priority=100)
