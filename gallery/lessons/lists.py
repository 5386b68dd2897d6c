"""Lists of lessons and of chapters, wherever a page shows some."""

from __future__ import annotations

from html import escape
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from gallery import facts
from gallery.chapter import SECTIONS, Chapter
from gallery.lesson import Lesson
from gallery.lessons.build import build_of
from gallery.lessons.directives import depend_on_recordings
from gallery.lessons.links import lesson_link, page_link
from gallery.minutes import minutes_of
from gallery.nodes import add_node, load, write_before
from gallery.tabs import preferred
from multitrack.show.thumbnail import thumbnail


class lesson_aside(nodes.General, nodes.Element):
    """What stands beside a lesson in a list of few.

    Attributes: ``page``; ``minutes``; ``file``, the recording that the small picture is of, or
    None.
    """


class progress(nodes.General, nodes.Element):
    """How much there is to read: ``lessons`` and ``minutes``; read.js says how much is left."""


class lesson_table(nodes.General, nodes.Element):
    """All lessons.

    Attribute: ``chapters``, of each its title, its page, and rows of page, title, words, minutes.
    """


def visit_aside(self: Any, node: lesson_aside) -> None:
    """Draw it within the page: a request a lesson would cost more."""
    picture = thumbnail(load(node["file"])) if node["file"] else ""
    self.body.append(
        f'<div class="aside">{picture}<span class="minutes">{node["minutes"]} min</span>'
        f"{read_mark(node['page'])}</div>"
    )
    raise nodes.SkipNode


def visit_progress(self: Any, node: progress) -> None:
    """Write a bar, the words, and a way to forget what was read."""
    lessons, minutes = node["lessons"], node["minutes"]
    self.body.append(
        f'<p class="progress"><meter max="{lessons}" value="0" aria-label="Lessons read"></meter> '
        f"<span>{lessons} lesson{'s' * (lessons > 1)}, {minutes} minutes</span> "
        '<button type="button" data-forget hidden>Forget what I have read</button></p>'
    )
    raise nodes.SkipNode


def visit_table(self: Any, node: lesson_table) -> None:
    """Write a body of rows for each chapter; lists.js puts the filters above it."""

    def link(page: str, title: str) -> str:
        address = self.builder.get_relative_uri(self.builder.current_docname, page)
        return f'<a href="{escape(address)}">{escape(title)}</a>'

    self.body.append(
        '<table class="all-lessons"><thead><tr><th scope="col">Lesson</th>'
        '<th scope="col">About</th><th scope="col">Minutes</th></tr></thead>'
    )
    for title, page, rows in node["chapters"]:
        heading = f'<th colspan="3" scope="rowgroup">{link(page, title)}</th>'
        self.body.append(f"<tbody><tr>{heading}</tr>")
        for lesson, name, words, minutes in rows:
            self.body.append(
                f'<tr><th scope="row">{link(lesson, name)}{read_mark(lesson)}</th>'
                f"<td>{escape(words)}</td><td>{minutes}</td></tr>"
            )
        self.body.append("</tbody>")
    self.body.append("</table>\n")
    raise nodes.SkipNode


def plain_table(self: Any, node: lesson_table) -> None:
    """Have the writer say the same as a list for each chapter."""
    for title, _, rows in node["chapters"]:
        items = (
            nodes.list_item("", nodes.paragraph("", f"{name}. {words} {minutes} minutes."))
            for _, name, words, minutes in rows
        )
        heading = nodes.paragraph("", "", nodes.strong("", title))
        write_before(self, node, (heading, nodes.bullet_list("", *items)))
    raise nodes.SkipNode


def read_mark(page: str) -> str:
    """Return the tick of a page that the reader has read: read.js shows it."""
    return (
        f'<span class="i i-check" data-page="{escape(page)}" role="img" aria-label="read" hidden>'
        "</span>"
    )


class ListDirective(SphinxDirective):
    """What lists lessons."""

    def said(self, lesson: Lesson) -> list[nodes.Node]:
        """Return what a lesson says first."""
        return self.parse_inline(lesson.intro)[0]

    def item(self, lesson: Lesson) -> nodes.list_item:
        """Return a lesson's link, what it says first, and what stands beside it."""
        link = nodes.paragraph("", "", lesson_link(self.env, lesson.name))
        item = nodes.list_item("", link, nodes.paragraph("", "", *self.said(lesson)))
        files = depend_on_recordings(self.env, build_of(self.env).run_shown(lesson))
        there = {method: file for method, file in files.items() if file.is_file()}
        item += lesson_aside(
            page=build_of(self.env).page_of(lesson.name),
            file=there[preferred(there)] if there else None,
            minutes=minutes_of(lesson),
        )
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
        found: list[nodes.Node] = []
        if lessons and build.chapter_of(lessons[0]) in build.taught:
            minutes = sum(map(minutes_of, lessons))
            found.append(progress(lessons=len(lessons), minutes=minutes))
        found.append(nodes.enumerated_list("", *map(self.item, lessons), classes=["lessons"]))
        found += self.more_of(self.arguments[0]) if lessons else []
        return [*found, self.tree([build.page_of(lesson.name) for lesson in lessons])]

    def more_of(self, chapter: str) -> list[nodes.Node]:
        """Say what the pictures are, and link what other parts have of a chapter."""
        said = "The small pictures are the lessons' own runs: a bar is the life of a process."
        links = [
            nodes.list_item("", nodes.paragraph("", "", page_link(self.env, page, words)))
            for page, words in (
                (f"quiz/{chapter}", "Check yourself"),
                (f"downloads/{chapter}", "Scripts, notebooks and recordings"),
            )
            if page in self.env.found_docs
        ]
        return [
            nodes.paragraph("", said, classes=["list-note"]),
            *([nodes.bullet_list("", *links, classes=["more-links"])] if links else []),
        ]


class AllLessonsDirective(ListDirective):
    """``.. all-lessons::``: a table of the course's, by chapter."""

    def run(self) -> list[nodes.Node]:
        """List them in reading order."""
        build = build_of(self.env)
        facts.state(self.env, "lists of lessons")
        return [lesson_table(chapters=[self.of(chapter) for chapter in build.taught])]

    def of(self, chapter: Chapter) -> tuple[str, str, list[tuple[str, str, str, int]]]:
        """Return a chapter's title and page, and what the table says of its lessons."""
        build = build_of(self.env)
        rows = [
            (
                build.page_of(lesson.name),
                lesson.title,
                "".join(node.astext() for node in self.said(lesson)),
                minutes_of(lesson),
            )
            for lesson in build.of_chapter(chapter.name)
        ]
        return chapter.title, build.page_of(f"{chapter.name}/index"), rows


class ChaptersDirective(ListDirective):
    """``.. chapters::``: the chapters of a section, each with what its card says.

    It is the course, where ``:section:`` names no other.
    """

    option_spec = {"caption": directives.unchanged, "section": directives.unchanged}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """List them in reading order, and have the navigation list them."""
        build = build_of(self.env)
        facts.state(self.env, "lists of lessons")
        items = nodes.enumerated_list("", classes=["chapters"])
        pages = []
        for chapter in build.of_section(self.options.get("section", SECTIONS[0])):
            pages.append(build.page_of(f"{chapter.name}/index"))
            count = len(build.of_chapter(chapter.name))
            of_it = nodes.inline("", f" {count} lesson" + "s" * (count != 1), classes=["count"])
            link = page_link(self.env, pages[-1], chapter.title)
            item = nodes.list_item("", nodes.paragraph("", "", link, of_it))
            if chapter.card:
                item += nodes.paragraph("", chapter.card)
            items += item
        return [items, self.tree(pages, self.options.get("caption", ""))]


def add_files(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give a page with a list its style, and the table its filters."""
    if not doctree:
        return
    table, listed = doctree.next_node(lesson_table), {"lessons", "chapters"}
    if table or any(listed & {*n.get("classes", ())} for n in doctree.findall(nodes.Element)):
        app.add_css_file("lists.css")
    if table:
        app.add_js_file("lists.js", loading_method="defer", blocking="render")


def setup(app: Sphinx) -> None:
    """Register the directives."""
    add_node(app, lesson_aside, visit_aside)
    add_node(app, progress, visit_progress)
    add_node(app, lesson_table, visit_table, plain=plain_table)
    app.connect("html-page-context", add_files)
    app.add_directive("lessons", LessonsDirective)
    app.add_directive("all-lessons", AllLessonsDirective)
    app.add_directive("chapters", ChaptersDirective)
