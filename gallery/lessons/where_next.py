"""A lesson's last words, which lead to other pages, behind all that belongs to the lesson."""

from __future__ import annotations

from collections.abc import Iterator

from docutils import nodes

from gallery.lessons.page import Page

HEADING = "Where next"


def where_next(page: Page) -> Iterator[nodes.Node]:
    """Move the section of this heading from among the cells."""
    for section in [child for child in page.top if isinstance(child, nodes.section)]:
        if section[0].astext() == HEADING:
            page.top.remove(section)
            yield section
