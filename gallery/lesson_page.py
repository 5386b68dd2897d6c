"""The order of a lesson's page."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

from gallery.downloads.on_pages import files_of_lesson
from gallery.evidence.on_lessons import differences_between_runs, evidence_badge
from gallery.lessons.call_outs import link_call_outs
from gallery.lessons.links import label_headings
from gallery.lessons.page import Page, fill_cells, switch, tidy, whole_run
from gallery.lessons.page_head import line_of, minutes_badge
from gallery.lessons.where_next import where_next
from gallery.names.also_read import also_read
from gallery.quiz.on_pages import ask_first, check_yourself
from gallery.search.also_asked import also_asked

# The title, the opening and the cells are the script's own.
AFTER_THE_OPENING: tuple[Callable[[Page], Iterable[nodes.Node]], ...] = (
    line_of(evidence_badge, minutes_badge),
    switch,
)
AFTER_THE_CELLS: tuple[Callable[[Page], Iterable[nodes.Node]], ...] = (
    whole_run,
    differences_between_runs,
    check_yourself,
    where_next,
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
        link_call_outs(page)
        ask_first(page)
        place = page.after_opening
        page.top.insert(place, [node for part in AFTER_THE_OPENING for node in part(page)])
        for part in AFTER_THE_CELLS:
            page.top.extend(part(page))
        label_headings(page.env, page.lesson.name, page.document)


def setup(app: Sphinx) -> None:
    """Register the transform."""
    app.add_transform(LessonPage)
