"""The feed of new lessons, in the Atom format (RFC 4287).

A lesson is news from the day that it names: ``# sphinx_gallery_lesson_added = "2026-11-25"``.
The day stands in the script, for a copy of the project need not have its history. A feed
holds whole addresses: there is one only where ``html_baseurl`` says where the site will be.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from gallery.lesson import Lesson
from gallery.lessons.build import build_of
from gallery.site import is_site
from gallery.site.head import description

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

ATOM = "http://www.w3.org/2005/Atom"
FILE = "feed.xml"


def news(app: Sphinx) -> list[Lesson]:
    """Return the lessons that name their day, the newest first."""
    lessons = build_of(app).lessons.values()
    dated = sorted((one for one in lessons if one.settings.added), key=lambda one: one.name)
    return sorted(dated, key=lambda one: one.settings.added, reverse=True)


def feed(app: Sphinx) -> bytes:
    """Return the feed."""
    base = app.config.html_baseurl
    lessons = news(app)
    top = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": app.config.language})

    def add(parent: ElementTree.Element, tag: str, text: str = "", **attributes: str) -> None:
        ElementTree.SubElement(parent, tag, attributes).text = text or None

    add(top, "title", f"New lessons: {app.config.project}")
    add(top, "id", base)
    add(top, "link", href=base)
    add(top, "link", rel="self", type="application/atom+xml", href=base + FILE)
    add(top, "updated", _time(lessons[0].settings.added))
    author = ElementTree.SubElement(top, "author")
    add(author, "name", app.config.author)
    for lesson in lessons:
        name = build_of(app).page_of(lesson.name)
        address = base + app.builder.get_target_uri(name)
        entry = ElementTree.SubElement(top, "entry")
        add(entry, "title", app.env.titles[name].astext())
        add(entry, "id", address)
        add(entry, "link", href=address)
        add(entry, "updated", _time(lesson.settings.added))
        add(entry, "summary", description(app.env.get_doctree(name)))
    ElementTree.indent(top)
    written: bytes = ElementTree.tostring(top, "utf-8", xml_declaration=True)
    return written


def _time(day: str) -> str:
    return f"{day}T00:00:00Z"


def link(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Tell feed readers from every page."""
    if is_site(app) and app.config.html_baseurl and news(app):
        context["metatags"] = context.get("metatags", "") + (
            '\n<link rel="alternate" type="application/atom+xml" title="New lessons" '
            f'href="{app.config.html_baseurl}{FILE}">'
        )


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write the feed when all pages are there."""
    if exception or not is_site(app):
        return
    path = Path(app.outdir, FILE)
    if app.config.html_baseurl and news(app):
        path.write_bytes(feed(app))
    else:
        path.unlink(missing_ok=True)


def setup(app: Sphinx) -> None:
    """Connect both."""
    app.connect("html-page-context", link)
    app.connect("build-finished", write)
