"""A lesson: a script, cut into the cells that its page shows one by one."""

from __future__ import annotations

import ast
import difflib
import io
import re
import sys
import tokenize
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date
from functools import lru_cache
from pathlib import Path

START_METHODS = ("fork", "forkserver", "spawn")

# The same lines end a cell here and in sphinx-gallery (py_source_parser).
CELL_MARKER = re.compile(r"#{20,}|# ?%%")
SETTING = re.compile(r"#\s*sphinx_gallery_lesson_(\w+)\s*(?:=\s*(.*?))?\s*$")
UNPLAYED = re.compile(rb"^#\s*sphinx_gallery_lesson_(?:asked|added)\b.*", re.MULTILINE)
LONGEST = 200  # characters of an error message, or of a question, that somebody looks for


class LessonError(Exception):
    """A script that cannot be played: says the file, the line and the way out."""

    def __init__(self, path: Path, line: int | None, reason: str) -> None:
        place = f"{path}:{line}" if line else str(path)
        super().__init__(f"{place}: {reason}")
        self.path = path
        self.line = line
        self.reason = reason


@dataclass(frozen=True)
class Cell:
    """A stretch of code between two ``# %%`` lines; lines count from 1, both ends included."""

    number: int
    first: int
    last: int


@dataclass(frozen=True)
class Settings:
    """What a lesson says of itself in comments ``# sphinx_gallery_lesson_NAME = VALUE``.

    Attributes
    ----------
    order : the place of the lesson in its chapter; small numbers come first.
    added : the day on which it came to the site, ``2026-11-25``: the feed of new lessons has it.
    timeout : seconds that one recording may take.
    start_methods : the start methods that the lesson is about.
    start_methods_reason : why it is not about all of them.
    measures : it prints measured times, so nothing is recorded beside it.
    failures : why processes other than main may end badly in it.
    needs_python : the oldest Python that it runs on, ``(3, 14)``; empty where any will do.
    asked : what people ask or see who need this lesson, for the search; several such lines add up.
    """

    order: int = 1000
    added: str = ""
    timeout: float = 60.0
    start_methods: tuple[str, ...] = START_METHODS
    start_methods_reason: str = ""
    measures: bool = False
    failures: str = ""
    needs_python: tuple[int, ...] = ()
    asked: tuple[str, ...] = ()

    @property
    def too_new(self) -> str:
        """Say what the lesson needs where this Python is older; empty where it is not."""
        if sys.version_info[:2] >= self.needs_python:
            return ""
        return f"needs Python {'.'.join(map(str, self.needs_python))}"

    @property
    def recorded_under(self) -> tuple[str, ...]:
        """The start methods that this Python records the lesson under."""
        return () if self.too_new else self.start_methods


@dataclass(frozen=True)
class Lesson:
    """A script that was read and can be played.

    ``name`` is the chapter and the script without its ending (``spawning/first_process``);
    ``title`` the first line of its docstring, or the name where there is none.
    """

    path: Path
    name: str
    title: str
    source: bytes = field(repr=False)
    cells: tuple[Cell, ...]
    settings: Settings

    @property
    def played(self) -> bytes:
        """The source without what only the search and the feed need: no run depends on it."""
        return UNPLAYED.sub(b"", self.source).rstrip()

    @classmethod
    def read(cls, path: Path | str) -> Lesson:
        """Read a script.

        Raises
        ------
        LessonError
            The file is missing, a directory, unreadable, empty, not UTF-8, not Python, or
            has a setting that means nothing. Nothing was run.
        """
        path = Path(path).absolute()
        return _lesson(path, _read(path))


@lru_cache(maxsize=512)  # a build asks often for the same
def _lesson(path: Path, source: bytes) -> Lesson:
    text = _decode(path, source)
    tree = _parse(path, text)
    comments = list(_comments(text))
    name = f"{path.parent.name}/{path.stem}"
    return Lesson(
        path=path,
        name=name,
        title=(ast.get_docstring(tree) or name).splitlines()[0],
        source=source,
        cells=tuple(_cells(path, tree, [line for line, c in comments if _is_marker(c)])),
        settings=_settings(path, comments),
    )


def _read(path: Path) -> bytes:
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise LessonError(path, None, "not an ordinary file; name one script")
        source = path.read_bytes()
    except FileNotFoundError:
        raise LessonError(path, None, "there is no such file") from None
    except IsADirectoryError:
        raise LessonError(
            path, None, "this is a directory; name one script, for instance a file in it"
        ) from None
    except PermissionError:
        raise LessonError(path, None, "no permission to read it; try chmod u+r") from None
    except OSError as error:
        raise LessonError(path, None, f"cannot be read: {error.strerror}") from None
    if not source.strip():
        raise LessonError(path, None, "the file is empty; a lesson has at least one cell")
    return source


def _decode(path: Path, source: bytes) -> str:
    try:
        named, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        if named not in ("utf-8", "utf-8-sig"):
            raise LessonError(path, 1, f"says that it is {named}; save it as UTF-8")
    except SyntaxError:  # what is not UTF-8 is told below, with its line
        pass
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        raise LessonError(
            path, line, f"not UTF-8 (byte {source[error.start]:#04x}); save it as UTF-8"
        ) from None


def _parse(path: Path, text: str) -> ast.Module:
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise LessonError(path, line, "not Python: there is a NUL byte; take it out")
    try:
        tree = ast.parse(text, path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they are shown when the lesson is played
            compile(text, path, "exec", dont_inherit=True)  # finds a return outside a function
    except SyntaxError as error:
        raise LessonError(path, error.lineno, f"not Python: {error.msg}") from None
    return tree


@lru_cache(maxsize=1024)  # a build reads a lesson several times
def _comments(text: str) -> tuple[tuple[int, str], ...]:
    return tuple(
        (token.start[0], token.string if token.start[1] == 0 else " " + token.string)
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT and not token.line[: token.start[1]].strip()
    )


def _is_marker(comment: str) -> bool:
    return CELL_MARKER.match(comment) is not None


def _cells(path: Path, tree: ast.Module, markers: list[int]) -> Iterator[Cell]:
    """Group the statements by the markers between them; the docstring goes with the first."""
    body = tree.body
    has_docstring = ast.get_docstring(tree, clean=False) is not None
    statements = body[1:] if has_docstring else body
    number, first, last = 0, 1, 0
    for statement in statements:
        start = min(
            [statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", []))]
        )
        end = statement.end_lineno or start
        if inside := [m for m in markers if start < m <= end]:
            raise LessonError(
                path, inside[0], "a cell begins inside a statement; move the marker before it"
            )
        if last and any(last < m < start for m in markers):
            number += 1
            yield Cell(number, first, last)
            first = start
        last = end
    if not last:
        raise LessonError(path, None, "there is no code in it; a lesson has at least one cell")
    yield Cell(number + 1, first, last)


def _settings(path: Path, comments: list[tuple[int, str]]) -> Settings:
    known = {f.name: f for f in fields(Settings)}
    found: dict[str, object] = {}
    asked: list[object] = []
    for line, comment in comments:
        if not (match := SETTING.match(comment.strip())):
            continue
        name, written = match.groups()
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(known)}"
            raise LessonError(path, line, f"no setting is called {name!r}{hint}")
        try:
            value = ast.literal_eval(written or "")
            if name == "asked" and isinstance(value, list):
                asked = value = asked + value
            found[name] = _checked(name, value)
        except SyntaxError as error:
            reason = f"{error.msg}; write a value of Python on this one line"
            raise LessonError(path, line, f"lesson_{name} = {written}: {reason}") from None
        except ValueError as error:
            raise LessonError(path, line, f"lesson_{name} = {written}: {error}") from None
    restricted = "start_methods" in found
    if restricted != bool(found.get("start_methods_reason")):
        line = next(n for n, c in comments if "lesson_start_methods" in c)
        raise LessonError(
            path, line, "lesson_start_methods and lesson_start_methods_reason belong together"
        )
    return Settings(**found)  # type: ignore[arg-type]


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
    if name == "start_methods":
        if not isinstance(value, list | tuple) or not value or set(value) - set(START_METHODS):
            raise ValueError(f"give a list of {', '.join(START_METHODS)}")
        return tuple(m for m in START_METHODS if m in value)
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
    wanted = type(getattr(Settings, name))
    if type(value) is not wanted:
        raise ValueError(f"give a value of type {wanted.__name__}")
    return value
