"""A pair: a program that goes wrong, and the same program cured, in two files beside a lesson.

They are ``NAME.broken.py`` and ``NAME.cured.py``, where NAME is the lesson's, or begins with it and
a hyphen: ``pipe-open_end.broken.py`` is beside ``pipe.py``. Both run as they are. A comment at the
end of a line says in a few words what goes wrong there, or what cures it::

    process.start()  # broken: runs in the child too
    if __name__ == "__main__":  # cured: only in the program itself

The broken one says at its end what is to be seen when it fails: a text of its output, the signal
that ends one of its processes, ``hangs``, or ``wrong``, where it ends well and says something else
than the cured one::

    # sphinx_gallery_lesson_fails = "RuntimeError"
    # sphinx_gallery_lesson_fails = {"spawn": ["hangs", "Can't get attribute"]}  # well under others

All else, such as the start methods, the lesson says for both.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from gallery.lesson import Lesson, Settings, script_of
from multitrack.script import ScriptError, comment_tokens, decoded

BROKEN, CURED = ".broken.py", ".cured.py"
MARK = re.compile(r"#\s*(?:broken|cured):\s*(\S.*)")
SIGNAL = re.compile(r"SIG[A-Z]+\d*")
OWN = ("fails", "failures", "timeout")  # the settings of a program, which are not its lesson's


@dataclass(frozen=True)
class Change:
    """A line of the difference.

    ``sign``: ``-`` and its number in the broken program; ``+``, or a space, and its number in the
    cured one. 0: lines are left out here.
    """

    sign: str
    number: int


@dataclass(frozen=True)
class Pair:
    """A broken program and its cure; ``name`` is the chapter and the files'."""

    name: str
    lesson: str
    broken: Lesson
    cured: Lesson

    @property
    def programs(self) -> tuple[Lesson, Lesson]:
        """Both."""
        return self.broken, self.cured

    @cached_property
    def changes(self) -> list[Change]:
        """The difference of both, their marks aside, with three lines around each change."""
        old, new = (_unmarked(program) for program in self.programs)
        matcher = difflib.SequenceMatcher(None, list(old.values()), list(new.values()), False)
        olds, news = list(old), list(new)
        found: list[Change] = []
        for group in matcher.get_grouped_opcodes(3):
            found += [Change(" ", 0)] * bool(found)
            for kind, a, b, c, d in group:
                if kind != "equal":
                    found += [Change("-", number) for number in olds[a:b]]
                found += [Change(" " if kind == "equal" else "+", number) for number in news[c:d]]
        return found


def pairs_of(lesson: Lesson) -> list[Pair]:
    """Read the pairs beside a lesson; raises ScriptError where one is incomplete."""
    found = []
    folder, own = lesson.path.parent, lesson.path.stem
    for name in sorted(file.name.removesuffix(BROKEN) for file in folder.glob(f"{own}*{BROKEN}")):
        if name == own or name.startswith(f"{own}-"):
            broken = _program(folder / f"{name}{BROKEN}", lesson)
            if not broken.settings.fails:
                words = 'say how it fails: # sphinx_gallery_lesson_fails = "..."'
                raise ScriptError(broken.path, None, words)
            cured = _program(folder / f"{name}{CURED}", lesson)
            if cured.settings.fails:
                raise ScriptError(cured.path, None, "lesson_fails: a cured program has to end well")
            found.append(Pair(f"{lesson.chapter}/{name}", lesson.name, broken, cured))
    return found


def programs_of(lesson: Lesson) -> list[Lesson]:
    """Return the programs beside a lesson."""
    return [program for pair in pairs_of(lesson) for program in pair.programs]


def scripts_of(lesson: Lesson) -> list[Lesson]:
    """Return the scripts that a reader may run: the lesson where it has code, and its programs."""
    return [*([lesson] if lesson.cells else []), *programs_of(lesson)]


def run_of(lesson: Lesson) -> Lesson:
    """Return what is run to see whether a lesson works: itself, or a cure where it has no code."""
    return lesson if lesson.cells else pairs_of(lesson)[0].cured


def strays(folder: Path, pairs: list[Pair]) -> Iterator[str]:
    """Say which programs of a chapter belong to no pair."""
    known = {program.path for pair in pairs for program in pair.programs}
    for file in sorted({*folder.glob(f"*{BROKEN}"), *folder.glob(f"*{CURED}")} - known):
        name = file.name.split(".")[0]
        yield (
            f"{file}: no half of a pair; there must be {name}{BROKEN} and {name}{CURED}, and the "
            "lesson whose name they have, or begin with before a hyphen"
        )


def _program(file: Path, lesson: Lesson) -> Lesson:
    """Read a program; what it does not say itself, its lesson says."""
    read = Lesson.read(file)
    said = {n: getattr(read.settings, n) for n in OWN}
    plain = Settings(**said)
    if other := [n for n in vars(plain) if getattr(read.settings, n) != getattr(plain, n)]:
        raise ScriptError(file, None, f"lesson_{other[0]} is to be set in {lesson.path.name}")
    if not read.cells:
        raise ScriptError(file, None, "there is no code in it")
    if said["timeout"] == Settings.timeout:
        del said["timeout"]
    # What a lesson claims of its times is about its own lines.
    said["measures"] = bool(lesson.settings.measures)
    # Its folder is its root: in a traceback a reader sees the file's name, and no folder of ours.
    return replace(read, root=file.parent, settings=replace(lesson.settings, **said))


# -- what a program's text says -------------------------------------------------------------------


def marks(program: Lesson) -> dict[int, str]:
    """Return what the marks of a program say, by their lines."""
    text = decoded(program.path, program.source)
    return {
        token.start[0]: found[1].strip()
        for token in comment_tokens(text)
        if (found := MARK.match(token.string))
    }


def _unmarked(program: Lesson) -> dict[int, str]:
    """Return the lines that are code, without marks, by their numbers."""
    lines = script_of(program).decode("utf-8-sig").splitlines()
    marked = marks(program)
    found = {}
    for number, line in enumerate(lines, 1):
        bare = MARK.split(line)[0].rstrip() if number in marked else line.rstrip()
        if bare or number not in marked:
            found[number] = bare
    return found
