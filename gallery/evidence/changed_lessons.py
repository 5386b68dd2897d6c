"""The lessons that a change of the project's files may have given other evidence."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from gallery.changed_files import last_change
from gallery.evidence.lesson_tests import CALLING, test_file
from gallery.lesson import Lesson
from gallery.pair import programs_of
from multitrack import cache

# They play a lesson or its tests, and cannot change what it does: with another one of these, a
# lesson of each chapter shows whether it still plays them on every Python.
PLAYERS = re.compile(r"multitrack/\w+\.py|gallery/evidence/lesson_tests\.py")
LIBRARIES = "requirements/site.txt"  # their versions, for lessons that need one


def changed_lessons(lessons: list[Lesson], files: Collection[str], root: Path) -> set[str]:
    """Return the names of the lessons that have changed when ``files`` below ``root`` have."""
    changed = {root / file for file in files}
    found = {lesson.name for lesson in lessons if not changed.isdisjoint(_parts(lesson, root))}
    if CALLING in changed or any(_plays(file) for file in files):
        first_of_chapter = {lesson.chapter: lesson.name for lesson in reversed(lessons)}
        found.update(first_of_chapter.values())
    return found


def changed_last(lessons: list[Lesson], names: Collection[str], most: int, root: Path) -> set[str]:
    """Return those of ``names`` that changed last, ``most`` of them; of a tie, the first."""
    found = [lesson for lesson in lessons if lesson.name in names]
    found.sort(key=lambda lesson: last_change(root, _parts(lesson, root)), reverse=True)
    return {lesson.name for lesson in found[:most]}


def _plays(file: str) -> bool:
    return bool(PLAYERS.fullmatch(file)) and Path(file).name not in cache.UNRECORDING


def _parts(lesson: Lesson, root: Path) -> Iterator[Path]:
    """Name all files that a lesson and its tests are made of."""
    tests = test_file(lesson)
    yield from (*lesson.files, tests)
    for script in (lesson, *programs_of(lesson)):
        yield script.path
        yield from cache.imported(script.path, script.source, lesson.root)
    if tests.is_file():
        yield from cache.imported(tests, tests.read_bytes(), root)
    if lesson.libraries:
        yield root / LIBRARIES
