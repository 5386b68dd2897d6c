"""The order of a lesson's page."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

from gallery.downloads.on_pages import files_of_lesson
from gallery.evidence.on_lessons import evidence_of
from gallery.lessons.page import Page, fill_cells, switch, tidy, whole_run
from gallery.names.also_read import also_read
from gallery.quiz.on_pages import ask_first, check_yourself
from gallery.search.also_asked import also_asked

# The title, the opening and the cells are the script's own.
AFTER_THE_OPENING: tuple[Callable[[Page], Iterable[nodes.Node]], ...] = (switch,)
AFTER_THE_CELLS: tuple[Callable[[Page], Iterable[nodes.Node]], ...] = (
    whole_run,
    evidence_of,
    check_yourself,
    also_read,
    also_asked,
    files_of_lesson,
)


class LessonPage(SphinxTransform):
    """Goes on where sphinx-gallery has ended."""

    default_priority = 410

    def apply(self, **kwargs: object) -> None:
        """Change nothing on other pages."""
        page = Page.being_read(self.env, self.document)
        if page is None:
            return
        tidy(page)
        fill_cells(page)
        ask_first(page)
        place = page.after_opening
        page.top.insert(place, [node for part in AFTER_THE_OPENING for node in part(page)])
        for part in AFTER_THE_CELLS:
            page.top.extend(part(page))


def setup(app: Sphinx) -> None:
    """Register the transform."""
    app.add_transform(LessonPage)
