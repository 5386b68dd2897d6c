"""A chapter: a folder of lessons with an introduction.

The introduction, ``GALLERY_HEADER.rst``, says in a comment where the chapter comes, and in its
description what the chapter's card on the first page says::

    .. chapter_order: 20

    .. meta::
       :description: Queues and pipes: how results travel.

    Communication
    =============
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

HEADER = "GALLERY_HEADER.rst"
ORDER = re.compile(r"^\.\.\s+chapter_order\s*:(.*)$", re.MULTILINE)
DESCRIPTION = re.compile(
    r"^\.\. meta::\n\s+:description:((?:.*\n)(?:[ \t]{4,}\S.*\n)*)", re.MULTILINE
)
LAST = 1000  # the place of a chapter that names none


class ChapterError(Exception):
    """A chapter that cannot be shown: says the file, the line and the way out."""


@dataclass(frozen=True)
class Chapter:
    """A chapter. ``order``: small numbers come first; ``card``: what it is about, in a sentence."""

    path: Path
    title: str
    order: int
    card: str
    text: str

    @property
    def name(self) -> str:
        """The name of its folder."""
        return self.path.name

    @classmethod
    def read(cls, folder: Path) -> Chapter:
        """Read a chapter; raises ChapterError."""
        file = folder / HEADER
        try:
            text = file.read_text("utf-8")
        except OSError as error:
            raise ChapterError(f"{file}: cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise ChapterError(f"{file}: not UTF-8; save it as UTF-8") from None
        order = LAST
        if found := ORDER.search(text):
            line = text.count("\n", 0, found.start()) + 1
            if not found[1].strip().isdecimal():
                raise ChapterError(f"{file}:{line}: chapter_order: give a number, as 20")
            order = int(found[1])
        title = re.search(r"^(\S.*)\n([=*#~-])\2{2,}$", text, re.MULTILINE)
        if not title:
            raise ChapterError(f"{file}: there is no title; write one and ==== under it")
        card = DESCRIPTION.search(text)
        return cls(folder, title[1], order, " ".join(card[1].split()) if card else "", text)


def read_chapters(snippets: Path) -> list[Chapter]:
    """Read all chapters and return them in reading order.

    Raises ChapterError with a line for each chapter that cannot be shown, or that has the same
    place as another.
    """
    chapters: list[Chapter] = []
    wrong: list[str] = []
    for header in sorted(snippets.glob(f"*/{HEADER}")):
        try:
            chapters.append(Chapter.read(header.parent))
        except ChapterError as error:
            wrong.append(str(error))
    places: dict[int, Chapter] = {}
    for chapter in chapters:
        if chapter.order != LAST and chapter.order in places:
            wrong.append(
                f"{chapter.path / HEADER}: chapter_order {chapter.order} is that of "
                f"{places[chapter.order].name!r}, too; give another"
            )
        places.setdefault(chapter.order, chapter)
    if wrong:
        raise ChapterError("\n".join(wrong))
    return sorted(chapters, key=lambda chapter: (chapter.order, chapter.name))
