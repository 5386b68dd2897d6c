"""Where the pages offer downloads: at the end of each lesson, and on a page that lists all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Any

from docutils import nodes

from gallery import facts
from gallery.downloads import offered_files as files
from gallery.downloads.offered_files import recording_name, trace_name
from gallery.in_words import in_words, inline
from gallery.lessons.build import build_of
from gallery.lessons.links import page_link, twin_address
from gallery.lessons.lists import ListDirective
from gallery.lessons.page import Page
from gallery.lessons.repository import edit_address, report_address
from gallery.nodes import add_node, write_before
from gallery.pair import scripts_of

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class lesson_downloads(nodes.General, nodes.Element):
    """How a lesson is run, and its files.

    Attributes: ``lesson``, its name; ``scripts``, the names of what a reader may run: itself, where
    it has code, and the programs beside it; ``methods``, the start methods of its recordings;
    ``files``, the names of the files that it reads; ``needs``, what it needs beyond Python, in
    words.
    """


class download_table(nodes.General, nodes.Element):
    """Files with their sizes and hashes, in the attribute ``rows``."""


class chapter_downloads(nodes.General, nodes.Element):
    """The files of a chapter: ``lessons``, and of each its page, its title, and its files."""


def files_of_lesson(page: Page) -> Iterator[nodes.Node]:
    """Offer a lesson's files."""
    lesson = page.lesson
    yield lesson_downloads(
        lesson=lesson.name,
        scripts=[script.name for script in scripts_of(lesson)],
        methods=list(build_of(page.env).recordings_of(lesson)),
        files=lesson.settings.files,
        needs=lesson.needs_in_words,
    )


class DownloadsDirective(ListDirective):
    """``.. downloads:: zips``, ``formats`` or ``site``: the files of one kind."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Make a table; nothing where there is no such file."""
        kind = self.arguments[0]
        facts.state(self.env, "downloads", kind)
        return [download_table(rows=files.of_kind(facts.app_of(self.env), kind))]


class ChapterDownloads(ListDirective):
    """``.. chapter-downloads:: pools``: the files of each of its lessons."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """List them with their sizes; the hashes of so many are in SHA256SUMS."""
        facts.state(self.env, "downloads of a chapter", self.arguments[0])
        app = facts.app_of(self.env)
        return [chapter_downloads(lessons=listed_of_chapter(app, self.arguments[0]))]


class DownloadsByChapter(ListDirective):
    """``.. downloads-by-chapter::``: links to the tables of the chapters."""

    def run(self) -> list[nodes.Node]:
        """Have the navigation list them, too."""
        build = build_of(self.env)
        facts.state(self.env, "lists of lessons")
        items = nodes.bullet_list()
        pages = []
        for chapter in build.chapters:
            pages.append(f"downloads/{chapter.name}")
            link = page_link(self.env, pages[-1], chapter.title)
            items += nodes.list_item("", nodes.paragraph("", "", link))
        return [items, self.tree(pages)]


def size(number: int) -> str:
    """Write a number of bytes for people."""
    if number < 1000:
        return f"{number} B"
    return f"{number / 1e3:.1f} kB" if number < 1e6 else f"{number / 1e6:.1f} MB"


def visit_lesson_downloads(self: Any, node: lesson_downloads) -> None:
    """Write the command, and a row of links; of runs those under the chosen start method."""
    name, scripts, methods, builder = node["lesson"], node["scripts"], node["methods"], self.builder
    folder, own = name.rpartition("/")[0], name in node["scripts"]
    page, app = builder.current_docname, facts.app_of(builder.env)

    def item(icon: str, address: str, words: str, small: str = "", start: str = "") -> str:
        small = f" <small>{small}</small>" if small else ""
        down = " download" if icon == "down" else ""
        link = f'<a{down} href="{address}"><span class="i i-{icon}"></span>{words}{small}</a>'
        return f'<li data-start="{start}">{link}</li>' if start else f"<li>{link}</li>"

    def file(path: str, words: str, small: str = "", start: str = "") -> str:
        return item("down", _address(self, path), words, small, start)

    items = [
        *(file(f"{s}.py", "Script" if s == name else stem(s), ".py") for s in scripts),
        *(file(f"{folder}/{beside}", escape(beside)) for beside in node["files"]),
        *([file(f"{name}.ipynb", "Notebook", ".ipynb")] if own else []),
        *(file(recording_name(name, m), "Recording", m, m) for m in methods),
        *(file(trace_name(name, m), "Trace", m, m) for m in methods),
        item("link", twin_address(builder, page), "Markdown"),
    ]
    if "downloads" in builder.env.found_docs:
        items.append(item("link", builder.get_relative_uri(page, "downloads"), "All downloads"))
    for icon, address, words in (
        ("edit", edit_address(app, page), "Edit this page"),
        ("flag", report_address(app, page), "Report a problem"),
    ):
        if address:
            items.append(item(icon, escape(address), words))
    needs = re.sub("`([^`]*)`", r"<code>\1</code>", escape(node["needs"]))
    run = (f'<div class="highlight cmd"><pre>{line}</pre></div>' for line in commands(node))
    self.body.append(
        f'<section id="run-it" data-end="{page}"><h2>Run it</h2>{"".join(run)}'
        f"{f'<p>It needs {needs}.</p>' if needs else ''}<ul>{''.join(items)}</ul></section>\n"
    )
    raise nodes.SkipNode


def stem(script: str) -> str:
    """Return a script's name without its chapter."""
    return script.rpartition("/")[2]


def commands(node: lesson_downloads) -> list[str]:
    """Return what a reader types who has the script, or the programs that the page is about."""
    own = node["lesson"] in node["scripts"]
    return [f"python {stem(s)}.py" for s in ([node["lesson"]] if own else node["scripts"])]


def visit_plain(self: Any, node: lesson_downloads) -> None:
    """Write the command alone: there are no files beside what this is for."""
    text = f"Run it: {in_words(f'`{line}`' for line in commands(node))}."
    text += f" It needs {node['needs']}." if node["needs"] else ""
    write_before(self, node, (nodes.paragraph("", "", *inline(text)),))
    raise nodes.SkipNode


def visit_download_table(self: Any, node: download_table) -> None:
    """Write the table of files, each with its link."""
    rows = "".join(
        f'<tr><td><a class="reference download" download href="{_address(self, row.path)}">'
        f"{escape(row.path)}</a></td><td>{size(row.size)}</td>"
        f"<td><details><summary>SHA-256</summary><code>{row.sha256}</code></details></td></tr>"
        for row in node["rows"]
    )
    head = "<thead><tr><th>File</th><th>Size</th><th>Hash</th></tr></thead>"
    table = f'<table class="downloads">{head}<tbody>{rows}</tbody></table>' if rows else ""
    self.body.append(f"{table}\n")
    raise nodes.SkipNode


RUN = re.compile(r"\.(\w+)\.(recording|trace)\.json$")


def visit_chapter_downloads(self: Any, node: chapter_downloads) -> None:
    """Write a list of lessons: a line of a lesson's own files, one of recordings, one of traces."""
    body = []
    for page, title, of_lesson in node["lessons"]:
        lines: dict[str, list[str]] = {"": [], "recording": [], "trace": []}
        for entry in of_lesson:
            run = RUN.search(entry.path)
            text = run[1] if run else entry.path.rpartition("/")[2]
            lines[run[2] if run else ""].append(
                f'<a class="reference download" download href="{_address(self, entry.path)}">'
                f"{escape(text)}</a> {size(entry.size)}"
            )
        words = {"": "", "recording": "Recording under ", "trace": "Trace under "}
        said = (
            f"<dd>{words[kind]}{', '.join(links)}</dd>" for kind, links in lines.items() if links
        )
        body.append(f"<dt>{_page(self, page, escape(title))}</dt>{''.join(said)}")
    self.body.append(f'<dl class="downloads">{"".join(body)}</dl>\n')
    raise nodes.SkipNode


def _address(self: Any, file: str) -> str:
    """Return the address of a file below downloads/ as seen from the page."""
    builder, here = self.builder, self.builder.current_docname
    up = builder.get_target_uri(here).count("/")
    return escape("../" * up + f"downloads/{file}")


def _page(self: Any, name: str, text: str, anchor: str = "") -> str:
    """Link to a page, where the site has it."""
    if name not in self.builder.env.found_docs:
        return text
    address = self.builder.get_relative_uri(self.builder.current_docname, name)
    return f'<a class="reference internal" href="{escape(address + anchor)}">{text}</a>'


def listed_of_chapter(app: Sphinx, chapter: str) -> list[tuple[str, str, list[files.Entry]]]:
    """Return what the list of a chapter says: of each lesson its page, its title, its files."""
    build = build_of(app)
    return [
        (build.page_of(lesson.name), lesson.title, files.of_lesson(app, lesson))
        for lesson in build.of_chapter(chapter)
    ]


def add_style(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give a page that lists files its style."""
    if doctree and (doctree.next_node(download_table) or doctree.next_node(chapter_downloads)):
        app.add_css_file("downloads.css")


def setup(app: Sphinx) -> None:
    """Register the lists."""
    app.connect("html-page-context", add_style)
    app.add_directive("downloads", DownloadsDirective)
    app.add_directive("chapter-downloads", ChapterDownloads)
    app.add_directive("downloads-by-chapter", DownloadsByChapter)
    add_node(app, lesson_downloads, visit_lesson_downloads, plain=visit_plain)
    add_node(app, download_table, visit_download_table)
    add_node(app, chapter_downloads, visit_chapter_downloads)
    facts.register(app, "downloads", files.of_kind)
    facts.register(app, "downloads of a chapter", listed_of_chapter)
