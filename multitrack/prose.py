"""What of a Python source a run depends on: its code, and where that stands, but not its prose.

Prose is a module's docstring and what stands between its statements, which is comments. A run
can tell that prose has changed in two ways: the lines of the code move, which tracebacks and
warnings name; or the code looks at itself.
"""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import NamedTuple

# Code that has one of these words may see its own text, its docstring, or where it stands.
# Better one too many: such a script is recorded anew whenever its prose changes.
LOOKS = re.compile(
    rb"""
    lineno | \.py\b | argv | getframe | current_frames | settrace | setprofile
    | __(?:file|doc|code|traceback|spec|loader|cached|globals|dict)__ | \b(?:f|gi|cr|ag)_code\b
    | \b(?:inspect|linecache|traceback|tracemalloc|faulthandler|warnings|tokenize|symtable
    | importlib|runpy|pkgutil|zipimport|marshal|pydoc|doctest|unittest|argparse
    | cProfile|pstats|pyclbr|cloudpickle|dill|joblib|loky|dask)\b
    | '(?:ast|bdb|dis|help|globals|locals|monitoring|pdb|profile|trace|vars)'
    """,
    re.VERBOSE,
)

# What was written where something names a place in a source: a file, or a line.
PLACE = re.compile(r"\.py\b|\bline\s+\d|lineno", re.IGNORECASE)

# How ast says that a source is no Python, or too deep for it.
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


class Parts(NamedTuple):
    """A source, taken apart.

    Attributes
    ----------
    code : the statements, however they are laid out and commented.
    layout : the lines of the statements in their places, the others empty.
    statements : in which line each statement begins; the docstring is none.
    looks : whether it may look at itself.
    """

    code: bytes
    layout: bytes
    statements: tuple[int, ...]
    looks: bool


@lru_cache(maxsize=1024)  # asked for each start method
def parts(source: bytes) -> Parts:
    """Take a module's source apart; what is no Python is nothing but code."""
    try:
        tree = ast.parse(source)
        _drop_docstring(tree)
        code = "\n".join(map(ast.dump, tree.body)).encode("utf-8", "backslashreplace")
    except UNREADABLE:
        return Parts(source, source, (), looks=False)
    lines = source.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    kept = [b""] * len(lines)
    for statement in tree.body:
        decorators = getattr(statement, "decorator_list", [])
        first = min(node.lineno for node in (statement, *decorators))
        last = statement.end_lineno or first
        kept[first - 1 : last] = lines[first - 1 : last]
    layout = b"\n".join(kept).rstrip(b"\n")
    statements = tuple(statement.lineno for statement in tree.body)
    return Parts(code, layout, statements, looks=bool(LOOKS.search(code)))


def undocumented(source: bytes) -> bytes:
    """Return the code of a module of which nobody reads a docstring."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            _drop_docstring(node)
    return ast.dump(tree).encode("utf-8", "backslashreplace")


def _drop_docstring(
    node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef,
) -> None:
    if ast.get_docstring(node, clean=False) is not None:
        del node.body[0]
