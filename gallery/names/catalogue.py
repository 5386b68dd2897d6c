"""What each lesson uses, which lessons use a name, and which lessons have most in common."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from gallery.kept import Kept
from gallery.lesson import Lesson
from gallery.names import uses as finding
from gallery.names.manual import Manual
from gallery.names.uses import uses
from gallery.pair import programs_of

_kept = Kept("uses", __file__, finding.__file__)

RELATED = 3  # lessons that a page proposes


@dataclass(frozen=True)
class Taught:
    """A lesson, and the numbers of the cells in which it uses each name.

    There is no number where only a program beside it uses the name.
    """

    lesson: str
    title: str
    cells: dict[str, tuple[int, ...]]

    @property
    def chapter(self) -> str:
        """The chapter that the lesson is in."""
        return self.lesson.partition("/")[0]


@dataclass(frozen=True)
class Related:
    """Another lesson, and the documented names that it has in common; the rarest first."""

    lesson: str
    title: str
    shared: tuple[str, ...]


def taught_by(lesson: Lesson, manual: Manual) -> Taught:
    """Find what a lesson uses. A use between two cells belongs to the cell that follows."""
    sources = [script.source for script in (lesson, *programs_of(lesson))]
    made_of = f"{manual.version} {lesson.name} ".encode() + b"\0".join(sources)
    return _kept.of(made_of, lambda: _taught_by(lesson, manual))


def _taught_by(lesson: Lesson, manual: Manual) -> Taught:
    found: dict[str, set[int]] = {}
    for name, line in uses(lesson.source, manual):
        cell = next((c for c in lesson.cells if line <= c.last), lesson.cells[-1])
        found.setdefault(name, set()).add(cell.number)
    for program in programs_of(lesson):
        for name, _ in uses(program.source, manual):
            found.setdefault(name, set())
    cells = {name: tuple(sorted(numbers)) for name, numbers in sorted(found.items())}
    return Taught(lesson.name, lesson.title, cells)


@dataclass(frozen=True)
class Catalogue:
    """The names of the manual and the lessons, these in reading order."""

    manual: Manual
    lessons: tuple[Taught, ...]

    def using(self, name: str) -> list[Taught]:
        """Return the lessons that use a name."""
        return [taught for taught in self.lessons if name in taught.cells]

    @cached_property
    def counts(self) -> Counter[str]:
        """How many lessons use a name."""
        return Counter(name for taught in self.lessons for name in taught.cells)

    @cached_property
    def weights(self) -> dict[str, float]:
        """What each name says about two lessons that both use it: the rarer, the more.

        A name that every lesson uses says nothing, and neither does a module.
        """
        return {
            name: math.log(len(self.lessons) / count)
            for name, count in self.counts.items()
            if self.manual.names[name].kind != "module" and count < len(self.lessons)
        }

    def related(self, lesson: str) -> list[Related]:
        """Return the lessons that have most in common with one, the nearest first."""
        own = next((t for t in self.lessons if t.lesson == lesson), None)
        if own is None:
            return []
        scored = []
        for place, other in enumerate(self.lessons):
            shared = own.cells.keys() & other.cells.keys()
            weights = {name: self.weights[name] for name in shared & self.weights.keys()}
            if other is not own and weights:
                rarest = sorted(weights, key=lambda name: (-weights[name], name))
                # The same names may be added up in another order on another day.
                score = math.fsum(weights.values())
                scored.append((-score, place, Related(other.lesson, other.title, tuple(rarest))))
        return [related for *_, related in sorted(scored, key=lambda s: s[:2])[:RELATED]]
