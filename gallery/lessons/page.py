"""The page of a lesson, as sphinx-gallery leaves it and as we go on with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from docutils import nodes
from sphinx.environment import BuildEnvironment

from gallery.lesson import Lesson
from gallery.lessons.build import build_of
from gallery.lessons.directives import cell_mark, depend_on_recordings, timeline
from gallery.lessons.links import cell_label

# What sphinx-gallery says at the beginning and at the end.
UNWANTED = {"sphx-glr-download-link-note", "sphx-glr-footer"}


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


def anchor_cells(page: Page) -> None:
    """Put an anchor, ``#cell-3``, with a label before the code of each cell.

    A link to a cell without an anchor fails the build by itself.
    """
    for mark in list(page.document.findall(cell_mark)):
        siblings, place = mark.parent.children, mark.parent.index(mark)
        # sphinx-gallery shows the output of a script with one block of code before the code.
        near = [*siblings[place - 1 : place], *siblings[place:]]
        code = next((n for n in near if isinstance(n, nodes.literal_block)), None)
        if code is not None:
            # An element of its own: sphinx-gallery replaces the block when it is written.
            label = cell_label(page.env, page.lesson.name, mark["number"])
            anchor = nodes.target("", "", ids=[f"cell-{mark['number']}"], names=[label])
            page.document.note_explicit_target(anchor)
            mark.parent.insert(mark.parent.index(code), anchor)
        mark.parent.remove(mark)


def whole_run(page: Page) -> Iterator[nodes.Node]:
    """Show the lives of all processes."""
    if page.lesson.cells:
        yield timeline(page.lesson, depend_on_recordings(page.env, page.lesson))
