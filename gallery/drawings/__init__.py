"""Drawings of mechanisms: what fork copies, how a full pipe stops two processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    """Register all of it."""
    from gallery.drawings import on_pages
    from gallery.nodes import add_node

    add_node(app, on_pages.drawing, on_pages.visit, on_pages.depart, on_pages.visit_plain)
    app.add_directive("drawing", on_pages.Drawing)
    app.add_css_file("drawings.css")  # with that of all pages: a request more would cost more
