"""The page of a lesson, as sphinx-gallery leaves it and as we go on with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from gallery.lesson import Lesson
from gallery.lessons.build import build_of
from gallery.lessons.directives import depend_on_recordings, timeline, why_restricted
from gallery.nodes import begin_section, cell, start_switch
from multitrack.script import START_METHODS

# What sphinx-gallery says at the beginning and at the end.
UNWANTED = {"sphx-glr-download-link-note", "sphx-glr-footer"}
BLOCK = "GENERATED FROM PYTHON SOURCE LINES"  # a comment before each block but the docstring


@dataclass(frozen=True)
class Page:
    """A lesson's page while it is read."""

    lesson: Lesson
    env: BuildEnvironment
    document: nodes.document

    @classmethod
    def being_read(cls, env: BuildEnvironment, document: nodes.document) -> Page | None:
        """Return the page that is being read; None where it is no lesson's."""
        lesson = build_of(env).lesson_on(env.docname)
        return cls(lesson, env, document) if lesson else None

    @property
    def top(self) -> nodes.Element:
        """The section that is the page."""
        return next(iter(self.document.findall(nodes.section)), self.document)

    @property
    def after_opening(self) -> int:
        """The place among the children of ``top`` of what comes first after the opening.

        That is the first block after the docstring, or the first section in it.
        """
        begins = (
            n
            for n, child in enumerate(self.top)
            if isinstance(child, nodes.section) or child.astext().startswith(BLOCK)
        )
        return next(begins, len(self.top))


def tidy(page: Page) -> None:
    """Take from a page what sphinx-gallery leaves there and nobody needs.

    It prints "Estimated memory usage" where show_memory is set, which is how a block comes to us,
    and raw HTML for what lessons do not have.
    """
    for raw in list(page.document.findall(nodes.raw)):
        raw.parent.remove(raw)
    for node in list(page.document.findall(nodes.paragraph)):
        if node.astext().startswith("Estimated memory usage:"):
            node.parent.remove(node)
    for element in list(page.document.findall(nodes.Element)):
        if UNWANTED.intersection(element.get("classes", ())):
            element.parent.remove(element)


def fill_cells(page: Page) -> None:
    """Put each cell's code into its box."""
    for box in page.document.findall(cell):
        siblings, place = box.parent.children, box.parent.index(box)
        # sphinx-gallery shows the output of a script with one block of code before the code.
        near = [*siblings[place - 1 : place], *siblings[place:]]
        code = next(n for n in near if isinstance(n, nodes.literal_block))
        box.parent.remove(code)
        box.insert(0, code)
        box["last"] = box["first"] + code.astext().count("\n")


def switch(page: Page) -> Iterator[nodes.Node]:
    """Offer the start methods, where there is something to choose between."""
    files = depend_on_recordings(page.env, build_of(page.env).run_shown(page.lesson))
    if files:
        opens_on = page.lesson.settings.opens_on
        yield start_switch(files=files, opens_on=opens_on, note=why_restricted(page.lesson))


def say_methods(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Tell start-method.js what a page has, where it is not what all have."""
    for node in doctree.findall(start_switch) if doctree else ():
        methods, opens_on = " ".join(node["files"]), node["opens_on"]
        if opens_on or methods != " ".join(START_METHODS):
            opens = f' data-opens="{opens_on}"' if opens_on else ""
            meta = f'<meta name="start" content="{methods}"{opens}>'
            context["metatags"] = f"{context.get('metatags') or ''}\n{meta}"


def whole_run(page: Page) -> Iterator[nodes.Node]:
    """Show the lives of all processes."""
    if not page.lesson.cells:
        return
    section = begin_section(page.document, "The whole run")
    files = depend_on_recordings(page.env, page.lesson)
    if files:
        said = "All processes of this page, from the start of main to the end of the last."
        if len(page.lesson.cells) > 1:
            said += " The numbers lead to the cells that main was playing then."
        section += nodes.paragraph("", said)
    section += timeline(page.lesson, files, linked=True)
    yield section


def setup(app: Sphinx) -> None:
    """Connect."""
    app.connect("html-page-context", say_methods)
