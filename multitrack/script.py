"""A script, cut into the cells that are played one by one."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

START_METHODS = ("fork", "forkserver", "spawn")

# Such a line ends a cell, as in Jupytext's percent format and in sphinx-gallery (py_source_parser).
CELL_MARKER = re.compile(r"#{20,}|# ?%%")


class ScriptError(Exception):
    """A script that cannot be played: says the file, the line and the way out."""

    def __init__(self, path: Path, line: int | None, reason: str) -> None:
        place = f"{path}:{line}" if line else str(path)
        super().__init__(f"{place}: {reason}")
        self.path = path
        self.line = line
        self.reason = reason


class NoCode(ScriptError):
    """A script that can be read, and has nothing to play."""


@dataclass(frozen=True)
class Cell:
    """A stretch of code between two ``# %%`` lines; lines count from 1, both ends included."""

    number: int
    first: int
    last: int


@dataclass(frozen=True)
class Script:
    """A script that was read and can be played.

    A script without a ``# %%`` line is one cell.

    Attributes
    ----------
    name : what its recordings are called by: the caller's choice, or the file's name without ".py".
    root : the folder of the project that it belongs to, from which files are named in what is
        shown; the script's own folder where there is none.
    """

    path: Path
    name: str
    root: Path
    source: bytes = field(repr=False)
    cells: tuple[Cell, ...]

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that it finds in the folder that it runs in."""
        return ()

    @property
    def libraries(self) -> tuple[str, ...]:
        """The distributions that it needs, as pip names them."""
        return ()

    @property
    def conditions(self) -> tuple[str, ...]:
        """What else, beside its code, says how it is to be recorded."""
        return ()

    @property
    def played(self) -> bytes:
        """What of the source a run depends on, and its prose."""
        return self.source

    @classmethod
    def read(cls, path: Path | str, name: str = "", root: Path | str | None = None) -> Script:
        """Read a script.

        Raises
        ------
        ScriptError
            The file is missing, a directory, unreadable, empty, not UTF-8 or not Python. Nothing
            was run.
        """
        path = Path(path).absolute()
        return parsed(path, name or path.stem, Path(root or path.parent), read_source(path))


@lru_cache(maxsize=512)  # a build asks often for the same
def parsed(path: Path, name: str, root: Path, source: bytes) -> Script:
    """Make a script of what was read of its file; raises ScriptError as :meth:`Script.read`."""
    text = decoded(path, source)
    tree = _parse(path, text)
    markers = [line for line, comment in comments(text) if CELL_MARKER.match(comment)]
    return Script(path, name, root, source, tuple(_cells(path, tree, markers)))


def read_source(path: Path) -> bytes:
    """Return what a script's file holds; raises ScriptError where that is nothing to play."""
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise ScriptError(path, None, "not an ordinary file; name one script")
        source = path.read_bytes()
    except FileNotFoundError:
        raise ScriptError(path, None, "there is no such file") from None
    except IsADirectoryError:
        raise ScriptError(
            path, None, "this is a directory; name one script, for instance a file in it"
        ) from None
    except PermissionError:
        raise ScriptError(path, None, "no permission to read it; try chmod u+r") from None
    except OSError as error:
        raise ScriptError(path, None, f"cannot be read: {error.strerror}") from None
    if not source.strip():
        raise ScriptError(path, None, "the file is empty; there must be at least one cell")
    return source


def decoded(path: Path, source: bytes) -> str:
    """Return a script's text; raises ScriptError where it is not UTF-8."""
    try:
        named, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        if named not in ("utf-8", "utf-8-sig"):
            raise ScriptError(path, 1, f"says that it is {named}; save it as UTF-8")
    except SyntaxError:  # what is not UTF-8 is told below, with its line
        pass
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        raise ScriptError(
            path, line, f"not UTF-8 (byte {source[error.start]:#04x}); save it as UTF-8"
        ) from None


def _parse(path: Path, text: str) -> ast.Module:
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise ScriptError(path, line, "not Python: there is a NUL byte; take it out")
    try:
        tree = ast.parse(text, path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they are shown when the script is played
            compile(text, path, "exec", dont_inherit=True)  # finds a return outside a function
    except SyntaxError as error:
        raise ScriptError(path, error.lineno, f"not Python: {error.msg}") from None
    return tree


@lru_cache(maxsize=1024)  # a build reads a script several times
def comments(text: str) -> tuple[tuple[int, str], ...]:
    """Return the comments that stand alone on a line, with its number; indented ones so."""
    return tuple(
        (token.start[0], token.string if token.start[1] == 0 else " " + token.string)
        for token in comment_tokens(text)
        if not token.line[: token.start[1]].strip()
    )


def comment_tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    """Yield all comments, also those at the end of a line of code."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token


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
            raise ScriptError(
                path, inside[0], "a cell begins inside a statement; move the marker before it"
            )
        if last and any(last < m < start for m in markers):
            number += 1
            yield Cell(number, first, last)
            first = start
        last = end
    if not last:
        raise NoCode(path, None, "there is no code in it; there must be at least one cell")
    yield Cell(number + 1, first, last)
