"""The head of a lesson's page: under its opening, a line of badges."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from docutils import nodes
from sphinx.application import Sphinx

from gallery.lessons.page import Page
from gallery.minutes import minutes_of

Badge = Callable[[Page], Iterable[nodes.list_item]]


def badge(icon: str, *words: nodes.Node) -> nodes.list_item:
    """Return a badge: an icon and words that say the same."""
    picture = nodes.inline(classes=["i", f"i-{icon}"])
    return nodes.list_item("", nodes.paragraph("", "", picture, *words))


def line_of(*badges: Badge) -> Callable[[Page], Iterator[nodes.bullet_list]]:
    """Return what makes the line for a page, of the badges that its parts have."""

    def line(page: Page) -> Iterator[nodes.bullet_list]:
        items = [item for of_part in badges for item in of_part(page)]
        yield nodes.bullet_list("", *items, classes=["badges"])

    return line


def minutes_badge(page: Page) -> Iterator[nodes.list_item]:
    """Say how long a lesson takes to read."""
    minutes = minutes_of(page.lesson)
    yield badge("clock", nodes.Text(f"{minutes} minute{'s' * (minutes > 1)}"))


def setup(app: Sphinx) -> None:
    """Register the style."""
    app.add_css_file("page-head.css")
