"""The lists of error pages, by family: a family is a chapter of the section Errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from docutils import nodes

from gallery import facts
from gallery.errors.error_page import Error, Errors
from gallery.lessons.build import build_of
from gallery.lessons.links import link_to
from gallery.lessons.lists import ListDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class ErrorsDirective(ListDirective):
    """``.. errors:: hangs``: the pages of a family; nothing where there is none.

    Below the family's own page are its pages in the navigation, below any other the family's.
    """

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """List the messages literally, each with its cure."""
        family = self.arguments[0]
        facts.state(self.env, "errors", family)
        build, found = build_of(self.env), errors_in(facts.app_of(self.env), family)
        if not found:
            return []
        items = nodes.bullet_list("", *map(self.entry, found), classes=["errors"])
        page = build.page_of(f"{family}/index")
        inside = self.env.docname == page
        tree = [build.page_of(error.lesson) for error in found] if inside else [page]
        return [items, self.tree(tree)]

    def entry(self, error: Error) -> nodes.list_item:
        """Return what is said of one."""
        words, _ = self.parse_inline(error.cure)
        link = link_to(
            "doc",
            f"/{build_of(self.env).page_of(error.lesson)}",
            nodes.inline("", "", *self.called(error)),
            refdoc=self.env.docname,
        )
        return nodes.list_item("", nodes.paragraph("", "", link), nodes.paragraph("", "", *words))

    def called(self, error: Error) -> Iterator[nodes.Node]:
        """Name it by its messages, or by its title where it has none."""
        if not error.messages:
            yield from self.parse_inline(error.title)[0]
        for message in error.messages:
            yield nodes.literal("", message)


def errors_in(app: Sphinx, family: str) -> list[Error]:
    """Return the pages of a family in their order."""
    build, errors = build_of(app), build_of(app).kept(Errors)
    return [errors[lesson.name] for lesson in build.of_chapter(family) if lesson.name in errors]


def setup(app: Sphinx) -> None:
    """Register the list."""
    app.add_directive("errors", ErrorsDirective)
    facts.register(app, "errors", errors_in)
