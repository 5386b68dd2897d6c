"""Links to lessons, to their cells and headings, and to other pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from gallery import facts
from gallery.lessons.build import build_of


def link_to(kind: str, target: str, text: nodes.inline, **more: Any) -> addnodes.pending_xref:
    """Return a link to a page (``doc``, with ``refdoc``: from where) or to a label (``ref``)."""
    attributes = {"refexplicit": True, "refwarn": True, **more}
    return addnodes.pending_xref(
        "", text, refdomain="std", reftype=kind, reftarget=target, **attributes
    )


def page_link(env: BuildEnvironment, page: str, text: str) -> addnodes.pending_xref:
    """Return a link to a page with a text of our own."""
    return link_to("doc", f"/{page}", nodes.inline("", text), refdoc=env.docname)


def twin_address(builder: Any, page: str) -> str:
    """Return the address of a page's twin in Markdown, as seen from the page."""
    return f"{quote(Path(builder.get_outfilename(page)).name)}.md"


def lesson_link(env: BuildEnvironment, lesson: str) -> addnodes.pending_xref:
    """Return a link to a lesson, ``chapter/name``, by its title."""
    build = build_of(env)
    facts.state(env, "title", lesson)
    title = build.lessons[lesson].title
    text = nodes.inline("", title, classes=["std", "std-ref"])
    return link_to("ref", build.label_of(lesson), text)


def cell_label(env: BuildEnvironment, lesson: str, number: int) -> str:
    """Return the label by which pages refer to a lesson's cell."""
    return f"{build_of(env).label_of(lesson)}:cell-{number}".lower()


def cell_link(env: BuildEnvironment, lesson: str, number: int) -> addnodes.pending_xref:
    """Return a link to a lesson's cell."""
    return link_to("ref", cell_label(env, lesson, number), nodes.inline("", f"cell {number}"))


def label_headings(env: BuildEnvironment, lesson: str, document: nodes.document) -> None:
    """Let other pages refer to a lesson's headings, by label and anchor as to its cells."""
    for section in document.findall(nodes.section):
        label = f"{build_of(env).label_of(lesson)}:{section['ids'][0]}".lower()
        document.nametypes[label], document.nameids[label] = True, section["ids"][0]


def without_the_others(
    app: Sphinx, env: BuildEnvironment, node: nodes.Element, text: nodes.Element
) -> nodes.Element | None:
    """Where only one lesson's page is built, let what leads to other pages be words."""
    build = build_of(env)
    if build.only and node.get("reftype") == "doc":
        return text
    labels = {
        build.label_of(f"{path.parent.name}/{path.stem}").lower()
        for path in (build.snippets.glob("*/*.py") if build.only else ())
    }
    return text if str(node["reftarget"]).partition(":")[0].lower() in labels else None


def setup(app: Sphinx) -> None:
    """Connect."""
    app.connect("missing-reference", without_the_others)
