"""A chapter: a folder of lessons with an introduction.

The introduction, ``GALLERY_HEADER.rst``, says in comments in which section of the site the chapter
is, Learn if it names none, and where it comes there; in its description, what its card says::

    .. chapter_section: Errors
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
SECTIONS = ("Learn", "Measure", "Recipes", "Errors")  # the first is the course
SETTING = r"^\.\.\s+chapter_{}\s*:(.*)$"
ORDER, SECTION = (re.compile(SETTING.format(n), re.MULTILINE) for n in ("order", "section"))
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
    section: str
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
        section, order = SECTIONS[0], LAST
        if found := SECTION.search(text):
            section = found[1].strip()
            if section not in SECTIONS:
                words = f"chapter_section: give one of {', '.join(SECTIONS)}"
                raise ChapterError(f"{file}:{_line(text, found)}: {words}")
        if found := ORDER.search(text):
            if not found[1].strip().isdecimal():
                words = "chapter_order: give a number, as 20"
                raise ChapterError(f"{file}:{_line(text, found)}: {words}")
            order = int(found[1])
        title = re.search(r"^(\S.*)\n([=*#~-])\2{2,}$", text, re.MULTILINE)
        if not title:
            raise ChapterError(f"{file}: there is no title; write one and ==== under it")
        card = DESCRIPTION.search(text)
        said = " ".join(card[1].split()) if card else ""
        return cls(folder, title[1], section, order, said, text)


def _line(text: str, found: re.Match[str]) -> int:
    return text.count("\n", 0, found.start()) + 1


def read_chapters(snippets: Path) -> list[Chapter]:
    """Read all chapters and return them in reading order, section by section.

    Raises ChapterError with a line for each chapter that cannot be shown, or that has the same
    place in its section as another.
    """
    chapters: list[Chapter] = []
    wrong: list[str] = []
    for header in sorted(snippets.glob(f"*/{HEADER}")):
        try:
            chapters.append(Chapter.read(header.parent))
        except ChapterError as error:
            wrong.append(str(error))
    places: dict[tuple[int, int], Chapter] = {}
    for chapter in chapters:
        place = _place(chapter)
        if chapter.order != LAST and place in places:
            wrong.append(
                f"{chapter.path / HEADER}: chapter_order {chapter.order} is that of "
                f"{places[place].name!r}, too; give another"
            )
        places.setdefault(place, chapter)
    if wrong:
        raise ChapterError("\n".join(wrong))
    return sorted(chapters, key=lambda chapter: (_place(chapter), chapter.name))


def _place(chapter: Chapter) -> tuple[int, int]:
    return SECTIONS.index(chapter.section), chapter.order
