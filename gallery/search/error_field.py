"""``error-field``: where a reader pastes an error message, and is led to the page about it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from gallery.nodes import add_node

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class error_field(nodes.General, nodes.Element):
    """A form that asks the search."""


class ErrorField(SphinxDirective):
    """The field; on paper and in Markdown there is none."""

    def run(self) -> list[nodes.Node]:
        """Put it here."""
        return [error_field()]


def visit(self: Any, node: error_field) -> None:
    """Write a form that works without JavaScript, too: the page of results takes the words."""
    action = escape(self.builder.get_relative_uri(self.builder.current_docname, "search"))
    self.body.append(
        f'<form class="paste" role="search" action="{action}" aria-label="Find an error">'
        '<label for="paste">Paste an error message</label>'
        '<div><span class="i i-search"></span><input id="paste" name="q" data-find="error" '
        'autocomplete="off" spellcheck="false" placeholder="RuntimeError: An attempt has ...">'
        "</div><small>The last line is enough. The search runs in your browser.</small></form>\n"
    )
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register the directive."""
    add_node(app, error_field, visit)
    app.add_directive("error-field", ErrorField)
