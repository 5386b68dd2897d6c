"""The lists of error pages, by family: a family is a chapter of the section Errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes

from gallery import facts
from gallery.chapter import HEADER, Chapter
from gallery.errors.error_page import Error, Errors
from gallery.lessons.build import build_of
from gallery.lessons.links import lesson_link
from gallery.lessons.lists import ListDirective
from gallery.nodes import begin_section

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class ErrorsDirective(ListDirective):
    """``.. errors:: hangs``: the pages of a family, and below them those that its content lists.

    On the family's own page it is the list, anywhere else a section, with the family below it in
    the navigation. Where there is neither page nor content, there is nothing.
    """

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """List the messages literally, each with its cure."""
        build, family = build_of(self.env), self.arguments[0]
        facts.state(self.env, "errors", family)
        found = errors_in(facts.app_of(self.env), family)
        items = nodes.bullet_list("", *map(self.entry, found), classes=["errors"])
        for content in self.parse_content_to_nodes():
            items += content.children  # a list, too
        page = build.page_of(f"{family}/index")
        if self.env.docname == page:
            return [items, self.tree([build.page_of(error.lesson) for error in found])]
        if not items.children:
            return []
        chapter = Chapter.read(build.snippets / family)
        self.env.note_dependency(str(chapter.path / HEADER))
        section = begin_section(self.state.document, chapter.title)
        section += [nodes.paragraph("", chapter.card), items]
        return [section, *([self.tree([page])] if found else [])]

    def entry(self, error: Error) -> nodes.list_item:
        """Return an error's messages, or its title where it has none; the cure, and the link."""
        messages = [nodes.literal("", message) for message in error.messages]
        called = messages or self.parse_inline(error.title)[0]
        cure, _ = self.parse_inline(f"{error.cure[:1].upper()}{error.cure[1:]}: ")
        return nodes.list_item(
            "",
            nodes.paragraph("", "", *called, classes=["messages"] if messages else []),
            nodes.paragraph("", "", *cure, lesson_link(self.env, error.lesson)),
        )


def errors_in(app: Sphinx, family: str) -> list[Error]:
    """Return the pages of a family in their order."""
    build, errors = build_of(app), build_of(app).kept(Errors)
    return [errors[lesson.name] for lesson in build.of_chapter(family) if lesson.name in errors]


def setup(app: Sphinx) -> None:
    """Register the list."""
    app.add_directive("errors", ErrorsDirective)
    facts.register(app, "errors", errors_in)
