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
from gallery.lessons.build import build_of
from gallery.lessons.links import page_link
from gallery.lessons.lists import ListDirective
from gallery.lessons.page import Page
from gallery.nodes import add_node
from gallery.pythons import recorded_on

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class lesson_downloads(nodes.General, nodes.Element):
    """A lesson's files.

    Attributes: ``lesson``, its name; ``methods``, its start methods; ``files``, the names of the
    files that it reads; ``needs``, what it needs beyond Python, in words.
    """


class download_table(nodes.General, nodes.Element):
    """Files with their sizes and hashes, in the attribute ``rows``."""


class chapter_downloads(nodes.General, nodes.Element):
    """The files of a chapter: ``lessons``, and of each its page, its title, and its files."""


def files_of_lesson(page: Page) -> Iterator[nodes.Node]:
    """Offer a lesson's files."""
    yield lesson_downloads(
        lesson=page.lesson.name,
        methods=list(recorded_on(page.lesson)),
        files=page.lesson.settings.files,
        needs=page.lesson.needs_in_words,
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
        for chapter in build.taught:
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
    """Write the list."""
    name, methods = node["lesson"], node["methods"]
    folder, _, script = name.rpartition("/")

    def link(file: str, text: str) -> str:
        return f'<a class="reference download" download href="{_address(self, file)}">{text}</a>'

    recordings = ", ".join(link(recording_name(name, m), m) for m in methods)
    traces = ", ".join(link(trace_name(name, m), m) for m in methods)
    runs = (
        f"<li>{_page(self, 'recording-format', 'Recording')} under {recordings}</li>"
        f"<li>{_page(self, 'recording-format', 'Trace', '#open-a-run-in-perfetto')} "
        f"under {traces}</li>"
    )
    files = "".join(
        f"<li>{link(f'{folder}/{file}', file)}: what the script reads; run it in the folder of "
        "this file</li>"
        for file in node["files"]
    )
    needs = re.sub("`([^`]*)`", r"<code>\1</code>", escape(node["needs"]))
    needs = f". It needs {needs}" if needs else ""
    self.body.append(
        '<div class="downloads"><p class="rubric">Downloads</p><ul>'
        f"<li>{link(f'{name}.py', f'{script}.py')}: the script, as it is above{needs}</li>{files}"
        f"<li>{link(f'{name}.ipynb', f'{script}.ipynb')}: a notebook for Jupyter and VS Code</li>"
        f"{runs if methods else ''}"
        f"<li>{_page(self, 'downloads', 'All downloads')}, with the chapter as a zip</li>"
        "</ul></div>\n"
    )
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


def setup(app: Sphinx) -> None:
    """Register the lists."""
    app.add_directive("downloads", DownloadsDirective)
    app.add_directive("chapter-downloads", ChapterDownloads)
    app.add_directive("downloads-by-chapter", DownloadsByChapter)
    add_node(app, lesson_downloads, visit_lesson_downloads)
    add_node(app, download_table, visit_download_table)
    add_node(app, chapter_downloads, visit_chapter_downloads)
    facts.register(app, "downloads", files.of_kind)
    facts.register(app, "downloads of a chapter", listed_of_chapter)
