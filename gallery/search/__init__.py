"""The site's search: an index of titles, prose and askers' words, and the page that asks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    """Register what is collected from each page, and the page with the results."""
    from gallery.search import also_asked, collected, error_field, results_page

    also_asked.setup(app)
    collected.setup(app)
    results_page.setup(app)
    error_field.setup(app)
