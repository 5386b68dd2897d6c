"""Each page once more in Markdown, code and output included, and lists of them for programs.

A page's twin is at the page's address with ``.md`` behind it, as llmstxt.org proposes; ``llms.txt``
lists the twins, and ``llms-full.txt`` is all of them in one file.
sphinx-markdown-builder knows how; here is what it needs to know of our own nodes.
"""

from __future__ import annotations

import posixpath
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx_markdown_builder.contexts import TableContext
from sphinx_markdown_builder.translator import MarkdownTranslator

from gallery.lessons.build import build_of
from gallery.lessons.links import twin_address
from gallery.site import head, is_site

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

LISTING, FULL = "llms.txt", "llms-full.txt"

# What Markdown would take for its own in a text, wherever it stands, and at the start of a line.
ANYWHERE = re.compile(r"[\\`*\[\]<]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)")
AT_START = re.compile(r"^([ \t]*\d*)(?=#{1,6}\s|>|[+-]\s|[=-]+[ \t]*$|(?<=\d)[.)]\s)", re.MULTILINE)


def escaped(text: str, starts: bool = False) -> str:
    """Have Markdown show a text as it is; ``starts``: it is the first of its paragraph."""
    first, newline, rest = ANYWHERE.sub(r"\\\g<0>", text).partition("\n")
    if starts:
        first = AT_START.sub(r"\1\\", first)
    return first + newline + AT_START.sub(r"\1\\", rest)


def delimiter(code: str, least: int) -> str:
    """Return backticks that the code does not hold, be it itself about Markdown."""
    longest = max(map(len, re.findall("`+", code)), default=0)
    return "`" * (longest + 1 if longest >= least else least)


def fenced(code: str, language: str = "") -> str:
    """Return a block of code."""
    fence = delimiter(code, 3)
    return f"{fence}{language}\n{code.rstrip()}\n{fence}"


def inline(code: str) -> str:
    """Return code within a line."""
    mark = delimiter(code, 1)
    pad = " " if code[:1] == "`" or code[-1:] == "`" else ""
    return f"{mark}{pad}{code}{pad}{mark}"


class _Builder:
    """The site's builder, with what sphinx-markdown-builder's own has besides."""

    download_dir = "_downloads"

    def __init__(self, app: Sphinx, name: str) -> None:
        self._builder = app.builder
        self.current_doc_name = name
        self.sec_numbers: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._builder, name)


class Twin(MarkdownTranslator):  # type: ignore[misc]
    """Writes a page's tree as Markdown."""

    ours: dict[str, Any]  # what parts have registered for their nodes

    def unknown_visit(self, node: nodes.Node) -> None:
        """Ask what a part has registered for its node; show the children of any other."""
        if handlers := self.ours.get(type(node).__name__):
            handlers[0](self, node)

    def unknown_departure(self, node: nodes.Node) -> None:
        """Nothing to close."""

    def visit_meta(self, node: nodes.Element) -> None:
        """Leave out what is said to machines."""
        raise nodes.SkipNode

    def visit_Text(self, node: nodes.Text) -> None:
        """Write a text so that Markdown shows it."""
        text = node.astext().replace("\r", "")
        if self.status.escape_text:
            parent = node.parent
            text = escaped(text, isinstance(parent, nodes.paragraph) and parent.index(node) == 0)
        self.add(self.in_place(text))

    def visit_literal(self, node: nodes.Element) -> None:
        """Write code within a line."""
        self.add(self.in_place(inline(node.astext())))
        raise nodes.SkipNode

    def in_place(self, text: str) -> str:
        """Have a table's cell end where it should."""
        in_table = any(isinstance(context, TableContext) for context in self._ctx_queue)
        return text.replace("|", r"\|") if in_table else text

    def visit_literal_block(self, node: nodes.Element) -> None:
        """Write a block of code."""
        self.add(fenced(node.astext(), node.get("language", "")), prefix_eol=2, suffix_eol=2)
        raise nodes.SkipNode

    def visit_code_links_block(self, node: nodes.Element) -> None:
        """Write the code that sphinx-gallery has put links into as code."""
        self.add(fenced(node.astext(), "python"), prefix_eol=2, suffix_eol=2)
        raise nodes.SkipNode

    def visit_comment(self, node: nodes.Element) -> None:
        """Leave out what a page does not show either."""
        raise nodes.SkipNode

    def visit_target(self, node: nodes.Element) -> None:
        """Leave out anchors: links lead to the pages."""
        raise nodes.SkipNode

    def visit_raw(self, node: nodes.Element) -> None:
        """Leave out HTML."""
        raise nodes.SkipNode

    def visit_image(self, node: nodes.Element) -> None:
        """Show an image from where the page has it."""
        if name := self.builder.images.get(node["uri"]):
            source = posixpath.join(self.builder.imgpath, name)
            self.add(f"![{node.get('alt', '')}]({source})")
        raise nodes.SkipNode

    def visit_reference(self, node: nodes.Element) -> None:
        """Leave out links without words, which only lie over a card."""
        if not node.astext().strip() and not any(node.findall(nodes.image)):
            raise nodes.SkipNode
        super().visit_reference(node)

    visit_reference.__pushing_context__ = True  # type: ignore[attr-defined]


def markdown(app: Sphinx, name: str, doctree: nodes.document) -> str:
    """Return a page as Markdown."""
    translator = Twin(doctree, _Builder(app, name))
    translator.ours = app.registry.translation_handlers.get("markdown", {})
    doctree.walkabout(translator)
    return str(translator.astext()).lstrip()


def write_twin(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Write the twin beside the page, which names it in its head."""
    if not is_site(app) or doctree is None:
        return
    twin = twin_of(app, name)
    twin.parent.mkdir(parents=True, exist_ok=True)
    twin.write_text(markdown(app, name, doctree), encoding="utf-8")
    address = twin_address(app.builder, name)
    kind = {"type": "text/markdown", "title": "Markdown"}
    head.add(context, "link", rel="alternate", **kind, href=address)
    if name != app.config.root_doc:  # partials/page-links.html
        context["markdown_twin"] = address


def twin_of(app: Sphinx, name: str) -> Path:
    """Return the file of a page's twin."""
    page = Path(app.builder.get_outfilename(name))  # type: ignore[attr-defined]
    return page.with_name(f"{page.name}.md")


def listing(app: Sphinx) -> Iterator[str]:
    """Yield the lines of ``llms.txt``: the chapters' lessons, then the other pages."""
    root = app.config.root_doc
    parts = app.env.toctree_includes
    yield f"# {escaped(app.config.project)}"
    yield f"\n> {escaped(app.env.metadata[root]['said'])}"
    yield f"\nAll pages in one file: [{FULL}]({app.config.html_baseurl}{FULL})"
    chapters = [name for name in parts.get(root, ()) if name in parts]
    listed = {root}
    for chapter in chapters:
        yield f"\n## {escaped(app.env.titles[chapter].astext())}\n"
        for name in [chapter, *parts[chapter]]:
            yield _item(app, name)
            listed.add(name)
    yield "\n## Other pages\n"
    for name in [root, *sorted(app.env.found_docs - listed)]:
        yield _item(app, name)


def _item(app: Sphinx, name: str) -> str:
    said = app.env.metadata[name]["said"]
    title = escaped(app.env.titles[name].astext())
    return f"- [{title}]({_address(app, name)})" + (f": {escaped(said)}" if said else "")


def _address(app: Sphinx, name: str) -> str:
    address = f"{app.config.html_baseurl}{app.builder.get_target_uri(name)}"
    return f"{address}index.html.md" if address.endswith("/") else f"{address}.md"


def reading_order(env: BuildEnvironment) -> list[str]:
    """Return all pages: as the lists of the first page lead through them, then those in none."""
    order: dict[str, None] = {}

    def follow(name: str) -> None:
        if name not in order and name in env.found_docs:
            order[name] = None
            for below in env.toctree_includes.get(name, ()):
                follow(below)

    follow(env.config.root_doc)
    return [*order, *sorted(env.found_docs - set(order))]


def write_for_programs(app: Sphinx, exception: Exception | None) -> None:
    """Write ``llms.txt``, and all twins in one file, when all pages are there."""
    if exception or not is_site(app):
        return
    Path(app.outdir, LISTING).write_text("\n".join(listing(app)) + "\n", encoding="utf-8")
    with Path(app.outdir, FULL).open("wb") as file:
        for name in reading_order(app.env):
            # Links in a page are as seen from its own address.
            file.write(f"<!-- {_address(app, name)} -->\n\n".encode())
            with twin_of(app, name).open("rb") as twin:
                shutil.copyfileobj(twin, file)
            file.write(b"\n\n")
    for name in (LISTING, FULL):
        build_of(app).publishes(name)


def setup(app: Sphinx) -> None:
    """Connect; the extension has settings that its translator reads."""
    app.setup_extension("sphinx_markdown_builder")
    app.connect("html-page-context", write_twin)
    app.connect("build-finished", write_for_programs)
