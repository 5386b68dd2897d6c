"""What else we use of sphinx-gallery: how it cuts a script into blocks, and its Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from sphinx_gallery import __version__
from sphinx_gallery.notebook import rst2md
from sphinx_gallery.py_source_parser import split_code_and_text_blocks

from gallery.lesson import Lesson
from gallery.lessons.hints import spelt_out
from multitrack.script import Cell

DONE_BY = f"sphinx-gallery {__version__}"  # what is made with it depends on that

# A heading's characters over and under it, and its level; new ones are added as they come.
Levels = dict[tuple[str | None, str], int]


def blocks(lesson: Lesson) -> Iterator[str | Cell]:
    """Yield a script's prose (reStructuredText) and its cells, in their order."""
    _, found = split_code_and_text_blocks(str(lesson.path))
    for kind, content, first in found:
        if kind == "text":
            yield content
        elif cell := lesson.cell_in(content, first):
            yield cell


def as_markdown(prose: str, levels: Levels) -> str:
    """Turn reStructuredText into Markdown: headings, notes, links; it leaves roles as they are."""
    return cast(str, rst2md(spelt_out(prose), {"notebook_images": False}, ".", levels))
