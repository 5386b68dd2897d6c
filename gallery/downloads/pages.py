"""Where the pages offer downloads: at the end of each lesson, and on a page that lists all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxDirective

from gallery.downloads import files
from gallery.downloads.files import COURSE, Entry, recording_name, trace_name
from gallery.lesson import Lesson
from gallery.page import app_of
from gallery.pythons import recorded_on
from multitrack.script import ScriptError

if TYPE_CHECKING:
    from sphinx.application import Sphinx

# Around what the site's zip, which cannot name its own hash, leaves out: see offline.py.
WHOLE_SITE = ("<!-- whole site -->", "<!-- /whole site -->")


class lesson_downloads(nodes.General, nodes.Element):
    """A lesson's files.

    Attributes: ``lesson``, its name; ``methods``, its start methods; ``files``, the names of the
    files that it reads; ``needs``, what it needs beyond Python, in words.
    """


class download_table(nodes.General, nodes.Element):
    """Files with their sizes and hashes. Attributes: ``rows``, ``whole_site``."""


class LessonDownloads(SphinxTransform):
    """Puts our list where sphinx-gallery offers the script."""

    default_priority = 420  # after what others do with it: the questions come before

    def apply(self, **kwargs: object) -> None:
        """Replace the footer of a lesson's page."""
        pages = self.config.sphinx_gallery_conf["gallery_dirs"]
        name = self.env.docname.removeprefix(f"{pages}/")
        if name == self.env.docname:
            return
        for footer in list(self.document.findall(nodes.container)):
            if "sphx-glr-footer-example" in footer["classes"]:
                footer.parent.replace(footer, self._list(name))

    def _list(self, name: str) -> list[nodes.Node]:
        scripts = Path(self.env.srcdir, self.config.sphinx_gallery_conf["examples_dirs"])
        try:
            lesson = Lesson.read(scripts / f"{name}.py")
        except ScriptError as error:
            raise ExtensionError(str(error)) from None
        return [
            lesson_downloads(
                lesson=name,
                methods=list(recorded_on(lesson)),
                files=lesson.settings.files,
                needs=lesson.needs_in_words,
            )
        ]


class DownloadsDirective(SphinxDirective):
    """``.. downloads:: lessons``, ``zips``, ``formats`` or ``site``: the files of one kind."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Make a table; nothing where there is no such file."""
        kind = directives.choice(self.arguments[0], ("lessons", "zips", "formats", "site"))
        app = app_of(self.env)
        self.env.note_dependency(str(files.list_of(app)))
        listed, site = files.entries(app)
        if kind == "site":
            return [download_table(rows=site, whole_site=True)]
        return [
            download_table(rows=sorted(rows, key=lambda e: e.path != COURSE), whole_site=False)
            for rows in _grouped(e for e in listed if _kind(e) == kind)
        ]


def _kind(entry: Entry) -> str:
    if "/" in entry.path:
        return "lessons"
    return "zips" if entry.path.endswith(".zip") else "formats"


def _grouped(rows: Iterable[Entry]) -> list[list[Entry]]:
    """Part the files by chapter."""
    chapters: dict[str, list[Entry]] = {}
    for row in rows:
        chapters.setdefault(row.path.rpartition("/")[0], []).append(row)
    return list(chapters.values())


def size(number: int) -> str:
    """Write a number of bytes for people."""
    if number < 1000:
        return f"{number} B"
    return f"{number / 1e3:.1f} kB" if number < 1e6 else f"{number / 1e6:.1f} MB"


def visit_lesson_downloads(self: Any, node: lesson_downloads) -> None:
    """Write the list; a book has no files beside it."""
    if not self.builder.download_support:
        raise nodes.SkipNode
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
    if not self.builder.download_support:
        raise nodes.SkipNode
    before, after = WHOLE_SITE if node["whole_site"] else ("", "")
    rows = "".join(
        f'<tr><td><a class="reference download" download href="{_address(self, row.path)}">'
        f"{escape(row.path)}</a></td><td>{size(row.size)}</td>"
        f"<td><code>{row.sha256}</code></td></tr>"
        for row in node["rows"]
    )
    head = "<thead><tr><th>File</th><th>Size</th><th>SHA-256</th></tr></thead>"
    table = f'<table class="downloads">{head}<tbody>{rows}</tbody></table>' if rows else ""
    self.body.append(f"{before}{table}{after}\n")
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


def skip(self: Any, node: nodes.Element) -> None:
    """Leave out what only a site has."""
    raise nodes.SkipNode


def depart(self: Any, node: nodes.Element) -> None:
    """Nothing to close."""


def setup(app: Sphinx) -> None:
    """Register the files, the lists and the directive."""
    app.add_config_value("downloads_dir", "build/downloads", "env", str)
    # After the lessons were recorded (100), before sphinx-gallery and before pages are read.
    app.connect("builder-inited", files.make_downloads, priority=110)
    app.connect("build-finished", files.publish)
    app.add_css_file("downloads.css")
    app.add_transform(LessonDownloads)
    app.add_directive("downloads", DownloadsDirective)
    for node, visit in (
        (lesson_downloads, visit_lesson_downloads),
        (download_table, visit_download_table),
    ):
        other = (skip, depart)
        app.add_node(
            node,
            html=(visit, depart),
            text=other,
            latex=other,
            man=other,
            texinfo=other,
        )
