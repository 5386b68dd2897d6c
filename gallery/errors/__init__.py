"""The error pages: the form of one, and the lists of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    """Register both."""
    from gallery.errors import error_page, listed

    error_page.setup(app)
    listed.setup(app)
    app.add_css_file("errors.css")
