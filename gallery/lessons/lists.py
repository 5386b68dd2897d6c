"""Lists of lessons and of chapters, wherever a page shows some."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from gallery import facts
from gallery.lesson import Lesson
from gallery.lessons.build import build_of
from gallery.lessons.directives import depend_on_recordings
from gallery.lessons.links import lesson_link, page_link
from gallery.nodes import add_node, begin_section, load
from gallery.tabs import preferred
from multitrack.show.timeline import thumbnail


class lesson_picture(nodes.General, nodes.Element):
    """A small timeline of a lesson. Attribute: ``file``, the recording that it is of."""


def visit_picture(self: Any, node: lesson_picture) -> None:
    """Draw it within the page: a request a lesson would cost more."""
    self.body.append(thumbnail(load(node["file"])))
    raise nodes.SkipNode


class ListDirective(SphinxDirective):
    """What lists lessons."""

    def item(self, lesson: Lesson, picture: bool = False) -> nodes.list_item:
        """Return a lesson's link, and what it says first."""
        said, _ = self.parse_inline(lesson.intro)
        item = nodes.list_item("", nodes.paragraph("", "", lesson_link(self.env, lesson.name)))
        if said:
            item += nodes.paragraph("", "", *said)
        files = depend_on_recordings(self.env, lesson) if picture else {}
        there = {method: file for method, file in files.items() if file.is_file()}
        if there:
            item += lesson_picture(file=there[preferred(there)])
        return item

    def tree(
        self, entries: list[str], caption: str = "", titles: dict[str, str] | None = None
    ) -> nodes.compound:
        """Return a hidden toctree: what Sphinx makes the navigation of.

        ``titles`` has those that are not the pages' own.
        """
        tree = addnodes.toctree(
            parent=self.env.docname,
            entries=[((titles or {}).get(page), page) for page in entries],
            includefiles=entries,
            maxdepth=-1,
            caption=caption or None,
            rawcaption=caption,
            glob=False,
            hidden=True,
            includehidden=False,
            numbered=0,
            titlesonly=True,
        )
        self.set_source_info(tree)
        return nodes.compound("", tree, classes=["toctree-wrapper"])


class LessonsDirective(ListDirective):
    """``.. lessons:: pools``: the lessons of a chapter, each with its picture."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """List them in reading order."""
        build = build_of(self.env)
        facts.state(self.env, "lists of lessons", self.arguments[0])
        lessons = build.of_chapter(self.arguments[0])
        items = nodes.enumerated_list(
            "", *(self.item(lesson, picture=True) for lesson in lessons), classes=["lessons"]
        )
        return [items, self.tree([build.page_of(lesson.name) for lesson in lessons])]


class AllLessonsDirective(ListDirective):
    """``.. all-lessons::``: each chapter with its lessons."""

    def run(self) -> list[nodes.Node]:
        """List them in reading order."""
        build = build_of(self.env)
        facts.state(self.env, "lists of lessons")
        found: list[nodes.Node] = []
        for chapter in build.chapters:
            section = begin_section(self.state.document, chapter.title)
            about = nodes.paragraph("", f"{chapter.card} " if chapter.card else "")
            page = build.page_of(f"{chapter.name}/index")
            about += page_link(self.env, page, "About this chapter")
            items = map(self.item, build.of_chapter(chapter.name))
            section += [about, nodes.bullet_list("", *items, classes=["all-lessons"])]
            found.append(section)
        return found


class ChaptersDirective(ListDirective):
    """``.. chapters::``: all chapters, each with what its card says."""

    option_spec = {"caption": directives.unchanged}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """List them in reading order, and have the navigation list them."""
        build = build_of(self.env)
        facts.state(self.env, "lists of lessons")
        items = nodes.bullet_list("", classes=["chapters"])
        pages = []
        for chapter in build.chapters:
            pages.append(build.page_of(f"{chapter.name}/index"))
            link = page_link(self.env, pages[-1], chapter.title)
            item = nodes.list_item("", nodes.paragraph("", "", link))
            if chapter.card:
                item += nodes.paragraph("", chapter.card)
            items += item
        return [items, self.tree(pages, self.options.get("caption", ""))]


def setup(app: Sphinx) -> None:
    """Register the directives."""
    add_node(app, lesson_picture, visit_picture)
    app.add_directive("lessons", LessonsDirective)
    app.add_directive("all-lessons", AllLessonsDirective)
    app.add_directive("chapters", ChaptersDirective)
