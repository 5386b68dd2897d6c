"""Which lessons have most in common with one: what to read besides."""

from __future__ import annotations

from collections.abc import Iterator

from docutils import nodes
from sphinx.application import Sphinx

from gallery import facts
from gallery.lessons.build import build_of
from gallery.lessons.links import lesson_link
from gallery.lessons.page import Page
from gallery.names.catalogue import Catalogue

SAID = 2  # names that are said of a related lesson


def also_read(page: Page) -> Iterator[nodes.Node]:
    """Name the lessons in a line, each with the names that both use."""
    facts.state(page.env, "related lessons", page.lesson.name)
    catalogue = build_of(page.env).kept(Catalogue)
    found = catalogue.related(page.lesson.name)
    if not found:
        return
    line = nodes.paragraph("", "Also read: ", classes=["also-read"])
    for number, related in enumerate(found):
        line += nodes.Text("; " if number else "")
        line += lesson_link(page.env, related.lesson)
        for place, name in enumerate(related.shared[:SAID]):
            line += nodes.Text(" and " if place else " (also ")
            line += nodes.literal("", catalogue.manual.names[name].short)
        line += nodes.Text(")")
    yield line


def related(app: Sphinx, lesson: str) -> object:
    """Tell what a page says of other lessons apart."""
    return build_of(app).kept(Catalogue).related(lesson)
