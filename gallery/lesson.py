"""A lesson: a script with what it says of itself."""

from __future__ import annotations

import ast
import contextlib
import difflib
import os
import re
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from pathlib import Path

from gallery import claims
from gallery.claims import Claim
from gallery.kept import Kept
from gallery.project import ROOT
from multitrack import script
from multitrack.script import (
    START_METHODS,
    Cell,
    NoCode,
    Script,
    ScriptError,
    comments,
    decoded,
    parsed,
    read_source,
)

SETTING = re.compile(r"#\s*sphinx_gallery_lesson_(\w+)\s*(?:=\s*(.*?))?\s*$")
LIKE_A_SETTING = re.compile(r"#\s*sphinx_gall?ery?_?\w*")
NO_SETTING = re.compile(r"#\s*sphinx_gallery_(?:start|end)_ignore\s*$")  # sphinx-gallery's own
DEFAULT_ORDER = 1000  # behind those that name a place
UNPLAYED = re.compile(
    rb"^#\s*sphinx_gallery_lesson_(?:(?:asked|added|opens_on|short)\b|measures\s*=\s*[\[{]).*",
    re.MULTILINE,
)
PROSE = re.compile(r"[^\s.]")  # begins what is neither a directive nor in one
PLAIN_NAME = re.compile(r"[A-Za-z0-9][\w.-]*", re.ASCII)  # of a library, or of a file
HANGS, WRONG = "hangs", "wrong"  # how a program fails whose output does not say it
HANG = 5.0  # seconds until a program that is to hang is taken for one; twice that if it is to speak
LONGEST = 200  # characters of an error message, or of a question, that somebody looks for
SHORT = 24  # characters that a sidebar has room for, in WORDS words
WORDS = 3


@dataclass(frozen=True)
class Settings:
    """What a lesson says of itself in comments ``# sphinx_gallery_lesson_NAME = VALUE``.

    Attributes
    ----------
    order : the place of the lesson in its chapter; small numbers come first.
    short : its title in a sidebar; where it is empty, the title up to its first colon.
    added : the day on which it came to the site, ``2026-11-25``: the feed of new lessons has it.
    timeout : seconds that one recording may take.
    start_methods : the start methods that the lesson is about.
    start_methods_reason : why it is not about all of them.
    opens_on : the start method under which its page is best seen first; "": the reader's own.
    measures : it prints measured times, so nothing is recorded beside it: True, or what it claims
        of them, ``["loop > two processes"]``: the line that begins with ``loop`` shows the longer
        time. ``{"fork": [...]}`` claims it under one start method; several such lines add up.
    failures : why processes other than main may end badly in it.
    fails : of a broken program (pair.py): what is to be seen, by start method; "" stands for all.
    needs_python : the oldest Python that it runs on, ``(3, 14)``; empty where any will do.
    needs : libraries beyond the standard library that it uses, as pip knows them.
    files : files beside the script that it reads; a run finds them in its working folder.
    asked : what people ask or see who need this lesson, for the search; several such lines add up.
    """

    order: int = DEFAULT_ORDER
    short: str = ""
    added: str = ""
    timeout: float = 60.0
    start_methods: tuple[str, ...] = START_METHODS
    start_methods_reason: str = ""
    opens_on: str = ""
    measures: bool | tuple[tuple[str, str], ...] = False  # start method, "" for all, and claim
    failures: str = ""
    fails: tuple[tuple[str, tuple[str, ...]], ...] = ()
    needs_python: tuple[int, ...] = ()
    needs: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()

    def fails_under(self, start_method: str) -> tuple[str, ...]:
        """Return what is to be seen of a program that goes wrong; nothing where it does not."""
        fails = dict(self.fails)
        return fails.get(start_method, fails.get("", ()))

    def claims_under(self, start_method: str) -> list[Claim]:
        """Return what it claims of its measured times."""
        claimed = self.measures if isinstance(self.measures, tuple) else ()
        return [Claim.of(words) for method, words in claimed if method in ("", start_method)]


@dataclass(frozen=True)
class Lesson(Script):
    """A script of this site: ``name`` is the chapter and the file, ``spawning/first_process``.

    ``title`` is the first line of its docstring, or the name where there is none; ``intro`` the
    docstring's first paragraph of prose, reStructuredText in one line. A page about programs beside
    it (pair.py) needs no code of its own, and no ``cells``.
    """

    title: str
    intro: str
    settings: Settings

    @property
    def short(self) -> str:
        """Its title where there is little room."""
        return self.settings.short or self.title.partition(":")[0]

    @property
    def chapter(self) -> str:
        """The name of its chapter."""
        return self.path.parent.name

    def cell_in(self, block: str, first: int) -> Cell | None:
        """Return the cell that a block of lines is; None where it is comments only."""
        last = first + block.count("\n")
        return next((cell for cell in self.cells if first <= cell.last <= last), None)

    @property
    def played(self) -> bytes:
        """The source without what lists, search and switch need: no run depends on it."""
        return UNPLAYED.sub(b"", self.source).rstrip()

    @property
    def conditions(self) -> tuple[str, ...]:
        """The settings that decide how it is recorded.

        Its files and libraries count by themselves. The others say where it is shown, which
        recordings are made, or how they are judged.
        """
        settings = self.settings
        hangs = [m for m, words in settings.fails if HANGS in words]
        told = (f"timeout {settings.timeout:g}", f"measures {bool(settings.measures)}")
        return (*told, f"hangs {[(m, self.limit(m)) for m in hangs]}") if hangs else told

    def limit(self, start_method: str) -> float:
        """Return how many seconds a recording may take: few where it will hang anyway."""
        fails = self.settings.fails_under(start_method)
        if HANGS not in fails:
            return self.settings.timeout
        return min(HANG if set(fails) == {HANGS} else 2 * HANG, self.settings.timeout)

    @property
    def files(self) -> tuple[Path, ...]:
        """The files beside the script that it reads."""
        return tuple(self.path.with_name(name) for name in self.settings.files)

    @property
    def libraries(self) -> tuple[str, ...]:
        """The libraries that it needs."""
        return self.settings.needs

    @property
    def needs_in_words(self) -> str:
        """What a reader must have to run it beyond Python 3.11: ``Python 3.14, `pip install x` ``.

        Empty where that is nothing.
        """
        needs = self.settings.needs_python
        version = [f"Python {'.'.join(map(str, needs))} or later"] if needs else []
        pip = [f"`pip install {' '.join(self.settings.needs)}`"] if self.settings.needs else []
        return " and ".join([*version, *pip])

    @classmethod
    def read(cls, path: Path | str, name: str = "", root: Path | str | None = None) -> Lesson:
        """Read a lesson; its name is that of its folder and file, its root the project.

        Raises
        ------
        ScriptError
            It cannot be played, or has a setting that means nothing. Nothing was run.
        """
        path = Path(path).absolute()
        lesson = _lesson(path, read_source(path))
        for file in lesson.files:
            if not file.is_file():
                raise ScriptError(path, None, f"lesson_files: there is no {file.name} beside it")
        return lesson


def scripts_in(folder: Path) -> list[Path]:
    """Find the lessons' scripts of a chapter, or of all; what else is there has a dotted name."""
    return sorted(path for path in folder.rglob("[!_]*.py") if "." not in path.stem)


_kept = Kept("lessons", __file__, claims.__file__, script.__file__)


@lru_cache(maxsize=512)  # a build asks often for the same
def _lesson(path: Path, source: bytes) -> Lesson:
    return _kept.of(os.fsencode(path) + b"\0" + source, lambda: _parsed(path, source))


def _parsed(path: Path, source: bytes) -> Lesson:
    name = f"{path.parent.name}/{path.stem}"
    cells: tuple[Cell, ...] = ()
    with contextlib.suppress(NoCode):
        cells = parsed(path, name, ROOT, source).cells
    text = decoded(path, source)
    docstring = ast.get_docstring(ast.parse(text)) or ""
    paragraphs = re.split(r"\n\s*\n", docstring)[1:]
    return Lesson(
        path=path,
        name=name,
        root=ROOT,
        source=source,
        cells=cells,
        title=(docstring or name).splitlines()[0],
        intro=next((" ".join(p.split()) for p in paragraphs if PROSE.match(p)), ""),
        settings=_settings(path, list(comments(text))),
    )


def script_of(lesson: Lesson) -> bytes:
    """Return the script as readers get it: without the comments that are settings.

    Those at the end are cut, in place of any other there is an empty line: code keeps its lines.
    """
    lines = lesson.source.split(b"\n")
    numbers = [
        number
        for number, comment in comments(decoded(lesson.path, lesson.source))
        if SETTING.match(comment.strip())
    ]
    for number in numbers:
        lines[number - 1] = b"\r" if lines[number - 1].endswith(b"\r") else b""
    script = b"\n".join(lines)
    if numbers and not b"".join(lines[numbers[-1] :]).strip():
        script = script.rstrip() + (b"\r\n" if lines[0].endswith(b"\r") else b"\n")
    return script


def _settings(path: Path, comments: list[tuple[int, str]]) -> Settings:
    known = {f.name: f for f in fields(Settings)}
    found: dict[str, object] = {}
    asked: list[object] = []
    for line, comment in comments:
        comment = comment.strip()
        if not (match := SETTING.match(comment)):
            if LIKE_A_SETTING.match(comment) and not NO_SETTING.match(comment):
                raise ScriptError(
                    path,
                    line,
                    f"{comment!r} is no setting; write # sphinx_gallery_lesson_NAME = VALUE, or "
                    "other words for a comment",
                )
            continue
        name, written = match.groups()
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(known)}"
            raise ScriptError(path, line, f"no setting is called {name!r}{hint}")
        try:
            value = ast.literal_eval(written or "")
            if name == "asked" and isinstance(value, list):
                asked = value = asked + value
            checked = _checked(name, value)
            earlier = found.get(name)
            if name == "measures" and isinstance(earlier, tuple):
                checked = (*earlier, *checked) if isinstance(checked, tuple) else earlier
            found[name] = checked
        except SyntaxError as error:
            reason = f"{error.msg}; write a value of Python on this one line"
            raise ScriptError(path, line, f"lesson_{name} = {written}: {reason}") from None
        except ValueError as error:
            raise ScriptError(path, line, f"lesson_{name} = {written}: {error}") from None
    restricted = "start_methods" in found
    if restricted != bool(found.get("start_methods_reason")):
        line = next(n for n, c in comments if "lesson_start_methods" in c)
        raise ScriptError(
            path, line, "lesson_start_methods and lesson_start_methods_reason belong together"
        )
    settings = Settings(**found)  # type: ignore[arg-type]
    if settings.opens_on and settings.opens_on not in settings.start_methods:
        line = next(n for n, c in comments if "lesson_opens_on" in c)
        methods = ", ".join(settings.start_methods)
        raise ScriptError(path, line, f"lesson_opens_on: the lesson is about {methods}")
    return settings


def checked_asked(value: object) -> tuple[str, ...]:
    """Return askers' words, or raise ValueError with what they must be."""
    if not isinstance(value, list) or not value or {type(words) for words in value} != {str}:
        raise ValueError('give a list of texts, ["child process not printing"]')
    for words in value:
        if not re.search(r"\w", words) or len(words) > LONGEST or not words.isprintable():
            raise ValueError(f"{words!r}: give words on one line, at most {LONGEST} characters")
    known = [words.casefold() for words in value]
    if again := [words for words in value if known.count(words.casefold()) > 1]:
        raise ValueError(f"{again[0]!r} is there twice; leave one out")
    return tuple(value)


def _checked(name: str, value: object) -> object:
    """Return the setting's value, or raise ValueError with what it must be."""
    if name == "asked":
        return checked_asked(value)
    if name == "short":
        if not isinstance(value, str) or len(value) > SHORT or not 0 < len(value.split()) <= WORDS:
            raise ValueError(f"give a title of at most {WORDS} words and {SHORT} characters")
        return value
    if name == "fails":
        return _checked_fails(value)
    if name == "measures" and not isinstance(value, bool):
        return _checked_claims(value)
    if name == "start_methods":
        if not isinstance(value, list | tuple) or not value or set(value) - set(START_METHODS):
            raise ValueError(f"give a list of {', '.join(START_METHODS)}")
        return tuple(m for m in START_METHODS if m in value)
    if name == "opens_on" and value not in START_METHODS:
        raise ValueError(f"give one of {', '.join(START_METHODS)}")
    if name == "added":
        if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            raise ValueError("give a day as '2026-11-25'")
        date.fromisoformat(value)  # there may be no such day
    if name == "timeout":
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            raise ValueError("give seconds, more than 0")
        return float(value)
    if name == "needs_python":
        if not isinstance(value, tuple) or [type(n) for n in value] != [int, int]:
            raise ValueError("give a version as (3, 14)")
        return value
    if name in ("needs", "files"):
        return _checked_names(name, value)
    wanted = type(getattr(Settings, name))
    if type(value) is not wanted:
        raise ValueError(f"give a value of type {wanted.__name__}")
    return value


def _checked_fails(value: object) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return what is to be seen under each start method, or raise ValueError."""
    by_method = value if isinstance(value, dict) else {"": value}
    found = []
    for method, words in by_method.items():
        several = [words] if isinstance(words, str) else words
        if not several or not isinstance(several, list) or {type(w) for w in several} != {str}:
            raise ValueError(
                f"give a text of its output, a signal, {HANGS!r} or {WRONG!r}; a list of several; "
                'or {"spawn": ...}, where it fails under some start methods only'
            )
        if method not in ("", *START_METHODS):
            raise ValueError(f"{method!r}: give {', '.join(START_METHODS)}")
        found.append((method, tuple(several)))
    return tuple(found)


def _checked_claims(value: object) -> tuple[tuple[str, str], ...]:
    """Return what is claimed of measured times, each with its start method, or raise ValueError."""
    by_method = value if isinstance(value, dict) else {"": value}
    found: list[tuple[str, str]] = []
    for method, several in by_method.items():
        if method not in ("", *START_METHODS):
            raise ValueError(f"{method!r}: give {', '.join(START_METHODS)}")
        if not several or not isinstance(several, list) or {type(w) for w in several} != {str}:
            raise ValueError('give True, claims as ["loop > pool"], or {"fork": ["loop > pool"]}')
        for words in several:
            Claim.of(words)
            found.append((method, words))
    return tuple(found)


def _checked_names(name: str, value: object) -> tuple[str, ...]:
    """Return names of libraries or of files, or raise ValueError."""
    example = "numpy" if name == "needs" else "words.txt"
    if not isinstance(value, list) or not value or {type(word) for word in value} != {str}:
        raise ValueError(f'give a list of names, ["{example}"]')
    for word in value:
        if not PLAIN_NAME.fullmatch(word):
            raise ValueError(f"{word!r}: give a plain name, as {example}")
    return tuple(value)
