"""The directive that shows a drawing: ``.. drawing:: what-fork-copies``."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from gallery.drawings.svg import Svg, SvgError, read_svg
from gallery.lessons.build import build_of
from gallery.nodes import write_before

FOLDER = "docs/drawings"  # also where the page of one lesson is built elsewhere


class drawing(nodes.General, nodes.Element):
    """A drawing, with its caption as children.

    Attributes: ``svg``, the HTML; ``title``, which is the caption's first paragraph unless ``own``.
    """


class Drawing(SphinxDirective):
    """A file of ``docs/drawings/``, by its name.

    The content is its caption. Without content the title and the steps are: the numbers in a
    drawing have to be explained beside it, by its caption or by a list of the text.
    """

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Draw it; an error at the directive's place where that cannot be."""
        path = build_of(self.env).root / FOLDER / f"{self.arguments[0]}.svg"
        self.env.note_dependency(str(path))
        try:
            svg = read_svg(path)
        except SvgError as error:
            raise self.error(str(error)) from None
        own = self.parse_content_to_nodes()
        title = unescape(svg.title)
        node = drawing(svg=svg.within_a_page(bool(own)), title=title, own=bool(own))
        node += own or caption(svg)
        self.set_source_info(node)
        return [node]


def caption(svg: Svg) -> list[nodes.Node]:
    """Return the title and the steps of a drawing."""
    steps = nodes.enumerated_list(
        "", *(nodes.list_item("", nodes.paragraph("", "", *inline(step))) for step in svg.steps)
    )
    return [nodes.paragraph("", "", nodes.strong("", unescape(svg.title))), steps]


def inline(words: str) -> Iterator[nodes.Node]:
    """Turn a description's words into text, and into code what is between backquotes."""
    for number, part in enumerate(unescape(words).split("`")):
        yield nodes.literal("", part) if number % 2 else nodes.Text(part)


def visit(self: Any, node: drawing) -> None:
    """Write the SVG into the page, where it has the page's colours."""
    self.body.append(f'<figure class="drawing">{node["svg"]}<figcaption>')


def depart(self: Any, node: drawing) -> None:
    """End the caption."""
    self.body.append("</figcaption></figure>\n")


def visit_plain(self: Any, node: drawing) -> None:
    """Say what is drawn, then the caption."""
    first = nodes.paragraph("", f"Drawing: {node['title']}.")
    rest = node.children if node["own"] else node.children[1:]
    write_before(self, node, (first, *(child.deepcopy() for child in rest)))
    raise nodes.SkipNode
