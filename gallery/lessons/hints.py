"""What is so on some platforms only, or in some runs only: paragraphs that begin by saying so."""

from __future__ import annotations

import re
from textwrap import dedent

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from gallery.in_words import in_words

HINT = re.compile(r"^\.\. (platform|chance)::[ ]*(.*)\n(?:[ ]*\n)*((?:[ ]+.*\n?|[ ]*\n)+)", re.M)


def beginning(kind: str, platforms: str) -> str:
    """Return the words that a hint begins with."""
    if kind == "chance":
        return "Another run may differ."
    return f"On {in_words(re.split(r', *', platforms))}:"


class Hint(SphinxDirective):
    """A container: HTML gives it a colour and an icon, the others have its paragraphs."""

    has_content = True
    icon: str

    def run(self) -> list[nodes.Node]:
        """Put the words before what is said."""
        self.assert_has_content()
        first, *others = self.parse_content_to_nodes()
        if not isinstance(first, nodes.paragraph):
            first, others = nodes.paragraph(), [first, *others]
        words = nodes.strong("", beginning(self.name, "".join(self.arguments)))
        first.insert(0, [nodes.inline(classes=["i", f"i-{self.icon}"]), words, nodes.Text(" ")])
        return [nodes.container("", first, *others, classes=["caveat", self.name])]


class PlatformDirective(Hint):
    """``.. platform:: macOS, Windows``: what is so there."""

    required_arguments = 1
    final_argument_whitespace = True
    icon = "screen"


class ChanceDirective(Hint):
    """``.. chance::``: what another run may do otherwise."""

    icon = "die"


def spelt_out(rest: str) -> str:
    """Write the hints of a text, reStructuredText, as paragraphs."""
    return HINT.sub(
        lambda hint: f"**{beginning(hint[1], hint[2])}** {dedent(hint[3]).strip()}\n\n", rest
    )


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("platform", PlatformDirective)
    app.add_directive("chance", ChanceDirective)
