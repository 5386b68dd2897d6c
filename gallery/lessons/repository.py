"""Where a reader can change a page, or say what is wrong with it, where conf.py knows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from gallery.chapter import HEADER
from gallery.lessons.build import build_of
from gallery.lessons.generated import MARK

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx


def edit_address(app: Sphinx, page: str) -> str:
    """Return where a page's source is edited; empty where it has none, or nobody knows where."""
    template: str = app.config.edit_address
    file = source_of(app, page) if template else None
    if file is None:
        return ""
    return template.format(path=quote(file.relative_to(app.confdir).as_posix()))


def report_address(app: Sphinx, page: str) -> str:
    """Return where a problem with a page is reported; empty where nobody knows."""
    template: str = app.config.report_address
    address = f"{app.config.html_baseurl}{app.builder.get_target_uri(page)}"
    return template.format(page=quote(address, safe=""))


def source_of(app: Sphinx, page: str) -> Path | None:
    """Return the file that somebody wrote for a page; None where it is made of others."""
    build = build_of(app)
    if lesson := build.lesson_on(page):
        return lesson.path
    if page.startswith(f"{build.pages}/"):
        return (build.snippets / page.removeprefix(build.pages + "/")).with_name(HEADER)
    path = Path(app.env.doc2path(page))
    return None if MARK in path.read_text("utf-8") else path


def tell_template(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give templates/partials/page-links.html the addresses; a lesson shows them itself."""
    if doctree and not build_of(app).lesson_on(name) and name != app.config.root_doc:
        context["edit_address"] = edit_address(app, name)
        context["report_address"] = report_address(app, name)


def setup(app: Sphinx) -> None:
    """Register the addresses: ``{path}`` of the source, and ``{page}``, the page's own address."""
    app.add_config_value("edit_address", "", "html", str)
    app.add_config_value("report_address", "", "html", str)
    app.connect("html-page-context", tell_template)
