"""What a page says of itself in its head: to search engines, and where a link to it is shown."""

from __future__ import annotations

import textwrap
from html import escape
from typing import TYPE_CHECKING, Any

from docutils import nodes

from gallery.site import is_site

if TYPE_CHECKING:
    from sphinx.application import Sphinx

LONGEST = 200  # characters of a description


def add(context: dict[str, Any], element: str, **attributes: str) -> None:
    """Put an element into the head of the page that is being written."""
    said = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    context["metatags"] = f"{context.get('metatags') or ''}\n<{element}{said}>"


def description(doctree: nodes.document) -> str:
    """Return what the page says of itself: its own ``description``, or its first paragraph."""
    for meta in doctree.findall(nodes.meta):
        if meta.get("name") == "description":
            return str(meta["content"])
    for paragraph in doctree.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.section):
            return textwrap.shorten(paragraph.astext(), LONGEST, placeholder=" ...")
    return ""


def note(app: Sphinx, doctree: nodes.document) -> None:
    """Keep a page's description, so that lists of pages need not read the trees of all."""
    app.env.metadata[app.env.current_document.docname]["said"] = description(doctree)


def add_to_head(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Add the description, and Open Graph's properties where the page's address is known."""
    if not is_site(app):
        return
    if name == app.config.notfound_pagename:
        context["pageurl"] = None  # it is at no address of its own
    heading = doctree.next_node(nodes.title) if doctree else None
    title = heading.astext() if heading else context.get("title") or name.capitalize()
    said = description(doctree) if doctree else f"{title}: {app.config.project}"
    if said and 'name="description"' not in (context.get("metatags") or ""):
        add(context, "meta", name="description", content=said)
    if context.get("pageurl"):
        for key, value in {
            "title": title,
            "type": "website" if name == app.config.root_doc else "article",
            "url": context["pageurl"],
            "site_name": app.config.project,
            "description": said,
        }.items():
            add(context, "meta", property=f"og:{key}", content=value)


def setup(app: Sphinx) -> None:
    """Connect."""
    app.connect("doctree-read", note)
    app.connect("html-page-context", add_to_head)
