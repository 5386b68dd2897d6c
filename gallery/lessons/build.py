"""What one build knows: its chapters and lessons, which page is whose, and what its parts keep."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

from sphinx.errors import ExtensionError

from gallery import facts
from gallery.chapter import SECTIONS, Chapter, ChapterError, read_chapters
from gallery.lesson import DEFAULT_ORDER, Lesson, scripts_in
from gallery.minutes import minutes_of
from gallery.pair import BROKEN, CURED, Pair, pairs_of, strays
from gallery.pythons import recordings_of
from multitrack.script import ScriptError

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

T = TypeVar("T")
_builds: WeakKeyDictionary[Sphinx, Build] = WeakKeyDictionary()


class Build:
    """The lessons of one run of Sphinx.

    Attributes
    ----------
    snippets, recordings : the folders of the scripts, and of their recordings.
    pages : the folder of the lessons' pages, as Sphinx names it.
    chapters, lessons : both in reading order, the lessons by their names. A chapter without lessons
        is not there.
    pairs : the broken programs and their cures beside the lessons, by their names.
    published : the files that parts have put into the site, see :meth:`publishes`.
    """

    def __init__(self, app: Sphinx) -> None:
        conf = app.config.sphinx_gallery_conf
        self.root = Path(app.confdir)
        self.snippets = Path(app.srcdir, conf["examples_dirs"]).resolve()
        self.recordings = Path(app.confdir, app.config.recordings_dir)
        self.pages: str = conf["gallery_dirs"]
        self.only: str = app.config.only_lesson
        self._kept: dict[type, object] = {}
        self.published: set[str] = set()  # files of the built site that are ours, not Sphinx's
        try:
            chapters = read_chapters(self.snippets)
        except ChapterError as error:
            raise ExtensionError(str(error)) from None
        self.chapters = [c for c in chapters if any(self._files_of(c))]
        lessons, wrong = read_all(path for c in self.chapters for path in self._files_of(c))
        wrong += [words for lesson in lessons for words in unfit(lesson)] + equal_orders(lessons)
        pairs, wrong_pairs = read_pairs(lessons)
        wrong += wrong_pairs
        if not self.only:
            wrong += [words for c in self.chapters for words in strays(c.path, pairs)]
        if wrong:
            raise ExtensionError("lessons that cannot be played:\n" + "\n".join(wrong))
        places = {chapter.name: place for place, chapter in enumerate(self.chapters)}
        lessons.sort(key=lambda x: (places[x.chapter], x.settings.order, x.name))
        self.lessons = {lesson.name: lesson for lesson in lessons}
        self.pairs = {pair.name: pair for pair in pairs}

    def _files_of(self, chapter: Chapter) -> list[Path]:
        """Return the scripts of a chapter that there are pages of."""
        files = scripts_in(chapter.path)
        return [p for p in files if self.only in ("", f"{chapter.name}/{p.stem}")]

    @cached_property
    def pythons_file(self) -> Path:
        """The file that names the Pythons that the last build recorded on.

        Whatever shows recordings depends on it: with other Pythons, other recordings are shown.
        """
        return self.recordings / "pythons.txt"

    def of_section(self, section: str) -> list[Chapter]:
        """Return a section's chapters in reading order."""
        return [chapter for chapter in self.chapters if chapter.section == section]

    @property
    def taught(self) -> list[Chapter]:
        """The chapters of the course."""
        return self.of_section(SECTIONS[0])

    def of_chapter(self, chapter: str) -> list[Lesson]:
        """Return a chapter's lessons in reading order."""
        return [lesson for lesson in self.lessons.values() if lesson.chapter == chapter]

    def pairs_of(self, lesson: Lesson) -> list[Pair]:
        """Return the pairs beside a lesson."""
        return [pair for pair in self.pairs.values() if pair.lesson == lesson.name]

    def run_shown(self, lesson: Lesson) -> Lesson:
        """Return the script whose run stands for a lesson: the broken program if it has no code."""
        pairs = self.pairs_of(lesson)
        return lesson if lesson.cells or not pairs else pairs[0].broken

    def chapter_of(self, lesson: Lesson) -> Chapter:
        """Return the chapter that a lesson is in."""
        return next(chapter for chapter in self.chapters if chapter.name == lesson.chapter)

    def lesson_on(self, page: str) -> Lesson | None:
        """Return the lesson that a page is about; None for any other page."""
        return self.lessons.get(page.removeprefix(f"{self.pages}/"))

    def page_of(self, lesson: str) -> str:
        """Return the page of a lesson, or of what else has this name below the lessons."""
        return f"{self.pages}/{lesson}"

    def label_of(self, lesson: str) -> str:
        """Return the label by which other pages refer to a lesson's page."""
        return f"sphx_glr_{self.pages}_{lesson.replace('/', '_')}.py"

    def recordings_of(self, lesson: Lesson) -> dict[str, Path]:
        """Return where recordings of a lesson, or of a program, are kept, by start method."""
        return recordings_of(lesson, self.recordings)

    def publishes(self, path: str) -> None:
        """Note a file, by its path below the site's folder, that belongs to the site now.

        A file that an earlier build has noted, and this one has not, is removed.
        """
        self.published.add(path)

    def keep(self, value: object) -> None:
        """Keep what a part found out, for as long as the build lasts."""
        self._kept[type(value)] = value

    def kept(self, kind: type[T]) -> T:
        """Return what a part has kept."""
        value = self._kept[kind]
        assert isinstance(value, kind)
        return value

    def keeps(self, kind: type) -> bool:
        """Whether a part has kept something of this kind."""
        return kind in self._kept


def build_of(of: Sphinx | BuildEnvironment) -> Build:
    """Return what the build of an application, or of its environment, knows."""
    return _builds[of if of in _builds else facts.app_of(of)]  # type: ignore[index, arg-type]


def read_all(paths: Iterable[Path]) -> tuple[list[Lesson], list[str]]:
    """Read all scripts; return lessons and, in words, what is wrong with the others."""
    lessons, wrong = [], []
    for path in paths:
        try:
            lesson = Lesson.read(path)
            lessons.append(lesson)
        except ScriptError as error:
            wrong.append(str(error))
    return lessons, wrong


def read_pairs(lessons: Iterable[Lesson]) -> tuple[list[Pair], list[str]]:
    """Read the programs beside lessons; return pairs and, in words, what is wrong with others."""
    found, wrong = [], []
    for lesson in lessons:
        try:
            pairs = pairs_of(lesson)
        except ScriptError as error:
            wrong.append(str(error))
            continue
        found += pairs
        if not (lesson.cells or pairs):
            wrong.append(
                f"{lesson.path}: there is no code in it, and no program beside it; write a cell, "
                f"or {lesson.path.stem}{BROKEN} and {lesson.path.stem}{CURED}"
            )
    return found, wrong


def unfit(lesson: Lesson) -> Iterator[str]:
    """Say why a script that can be played is no lesson."""
    if not lesson.path.stem.isidentifier():
        yield (
            f"{lesson.path}: no name for a module, and children import the script as one; rename "
            f"it to {re.sub(r'[^a-z0-9_]', '_', lesson.path.stem.lower())}.py"
        )
    if lesson.settings.fails:
        yield f"{lesson.path}: lesson_fails is for programs NAME{BROKEN}; a lesson has to end well"
    if not lesson.title or lesson.title == lesson.name:
        yield (
            f"{lesson.path}:1: there is no docstring; begin with one: the title, ==== under it, an "
            "empty line, and what the reader will be able to do"
        )


def equal_orders(lessons: list[Lesson]) -> list[str]:
    """Say which lessons claim the same place in their chapter."""
    first: dict[tuple[str, int], Lesson] = {}
    wrong = []
    for lesson in lessons:
        place = lesson.chapter, lesson.settings.order
        if place[1] != DEFAULT_ORDER and place in first:
            wrong.append(
                f"{lesson.path}: lesson_order = {place[1]} is that of {first[place].path.name}, "
                "too; give another"
            )
        first.setdefault(place, lesson)
    return wrong


def look(app: Sphinx) -> None:
    """Read the chapters and lessons.

    Raises ExtensionError, which ends the build, with every one that cannot be read.
    """
    _builds[app] = Build(app)


def _titles(app: Sphinx, chapter: str) -> object:
    """Tell the lessons of a chapter, or of all, apart by what lists of them say."""
    build = _builds[app]
    return [
        (
            *(c.name, c.title, c.section, c.card),
            [(x.name, x.title, x.intro, minutes_of(x)) for x in build.of_chapter(c.name)],
        )
        for c in build.chapters
        if chapter in ("", c.name)
    ]


def _title(app: Sphinx, lesson: str) -> object:
    known = _builds[app].lessons.get(lesson)
    return known and known.title


def setup(app: Sphinx) -> None:
    """Come first of all that happens when a builder is there."""
    app.add_config_value("recordings_dir", "build/recordings", "env", str)
    app.add_config_value("only_lesson", "", "env", str)
    app.connect("builder-inited", look, priority=90)
    facts.register(app, "lists of lessons", _titles)
    facts.register(app, "title", _title)
