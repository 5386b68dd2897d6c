"""Making a text fit to be shown: without this machine's folders, and without control characters."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from multitrack.interpreters import About

# Folders that every machine has: no secret, and far too much would be taken for the interpreter.
COMMON = {"", "/", "/usr", "/usr/local", "/opt", "/home", "/tmp", "/bin", "/usr/bin", "/lib"}


def shortener(scratch: Path, script: Path, root: Path, python: About) -> Callable[[str], str]:
    """Return a function that shortens the folders of a run.

    The script's own file and those beside it are named as one sees them in its folder, others of
    the project from the project's folder ``root``, the standard library as ``lib/python3.X``, the
    interpreter as ``python``; the folders that the recorder made stand for what they are in a
    terminal. A program that the script writes into a new temporary folder, and runs, is named as
    one sees it in there.
    """
    folders = dict.fromkeys(python.prefixes, "python")
    with contextlib.suppress(RuntimeError):  # the system does not know the user
        folders[str(Path.home())] = "~"
    folders |= {folder: f"lib/{Path(folder).name}" for folder in python.libraries}
    folders = {k: v for k, v in folders.items() if k not in COMMON}
    folders |= dict.fromkeys(python.executables, "python")
    for own in (root, script.parent, script.parent.resolve(), script.resolve().parent):
        folders[str(own)] = "."
    folders[str(Path(__file__).parent)] = "multitrack"  # the stage is at the bottom of the stack
    for top in {scratch, scratch.resolve()}:
        folders |= {
            str(top): "/tmp",
            str(top / "tmp"): "/tmp",
            str(top / "home"): "~",
            str(top / "work"): ".",
        }
    folders |= {other: short for k, short in folders.items() for other in spellings(k)}
    longest = sorted(folders, key=len, reverse=True)
    pattern = re.compile(
        r"(?<![\w.-])("  # not the end of a longer path
        + "|".join(map(re.escape, longest))
        + r")(/|(?![\w-]|\.\w))"  # not the beginning of a longer name
    )

    def replace(match: re.Match[str]) -> str:
        short, slash = folders[match[1]], match[2]
        return "" if short == "." and slash else short + slash

    made = {str(top / "tmp") for top in (scratch, scratch.resolve())}
    written = "|".join(re.escape(other) for folder in made for other in spellings(folder))
    program = re.compile(
        rf"(?<![\w.-])(?:{written})/tmp[a-z0-9_]{{8}}/(?=(?:[\w.-]+/)*[\w.-]+\.py\b)"
    )

    def short(text: str) -> str:
        return pattern.sub(replace, program.sub("", text))

    return short


def visible(text: str) -> str:
    r"""Write what would steer the terminal as ``\xNN``, and nothing else otherwise."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def spellings(folder: str) -> Iterator[str]:
    r"""Yield a folder's name, and how else one that is not ASCII, or not UTF-8, is written.

    faulthandler and ``ascii()`` write ``\xe9``, standard error ``\udcff`` for a byte that is not
    UTF-8; where such a byte itself was written, a line has ``\xff`` (output.py).
    """
    yield folder
    if not folder.isascii():
        yield folder.encode("ascii", "backslashreplace").decode()
        yield folder.encode("utf-8", "backslashreplace").decode()
        yield os.fsencode(folder).decode("utf-8", "backslashreplace")
