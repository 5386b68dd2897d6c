"""The error pages: the form of one, and the lists of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    """Register both."""
    from gallery.errors import error_page, listed

    error_page.setup(app)
    listed.setup(app)
    app.connect("html-page-context", add_style)


def add_style(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give an error page, and what lists some, their style."""
    from gallery.errors.error_page import box

    if doctree and any(
        isinstance(node, box) or "errors" in node.get("classes", ())
        for node in doctree.findall(nodes.Element)
    ):
        app.add_css_file("errors.css")
