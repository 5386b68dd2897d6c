"""The feed of new lessons, in the Atom format.

A lesson is news from the day that it names: ``# sphinx_gallery_lesson_added = "2026-11-25"``.
The day stands in the script, for a copy of the project need not have its history. A feed
holds whole addresses: there is one only where ``html_baseurl`` says where the site will be.
"""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feedgenerator import Atom1Feed

from gallery.lesson import Lesson
from gallery.lessons.build import build_of
from gallery.site import head, is_site

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

FILE = "feed.xml"


def news(app: Sphinx) -> list[Lesson]:
    """Return the lessons that name their day, the newest first."""
    lessons = build_of(app).lessons.values()
    dated = sorted((one for one in lessons if one.settings.added), key=lambda one: one.name)
    return sorted(dated, key=lambda one: one.settings.added, reverse=True)


def feed(app: Sphinx) -> str:
    """Return the feed."""
    config, build = app.config, build_of(app)
    made = Atom1Feed(
        title=f"New lessons: {config.project}",
        link=config.html_baseurl,
        feed_url=config.html_baseurl + FILE,
        description=None,
        language=config.language,
        author_name=config.author,
    )
    for lesson in news(app):
        page = build.page_of(lesson.name)
        address = config.html_baseurl + app.builder.get_target_uri(page)
        made.add_item(
            title=app.env.titles[page].astext(),
            link=address,
            unique_id=address,
            description=escape(app.env.metadata[page]["said"]),  # the format takes it for HTML
            pubdate=datetime.fromisoformat(lesson.settings.added).replace(tzinfo=UTC),
        )
    return str(made.writeString("utf-8"))


def link(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Tell feed readers from every page."""
    base = app.config.html_baseurl
    if is_site(app) and base and news(app):
        kind = {"type": "application/atom+xml", "title": "New lessons"}
        head.add(context, "link", rel="alternate", **kind, href=base + FILE)


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write the feed when all pages are there."""
    if not exception and is_site(app) and app.config.html_baseurl and news(app):
        Path(app.outdir, FILE).write_text(feed(app), encoding="utf-8")
        build_of(app).publishes(FILE)


def setup(app: Sphinx) -> None:
    """Connect both."""
    app.connect("html-page-context", link)
    app.connect("build-finished", write)
