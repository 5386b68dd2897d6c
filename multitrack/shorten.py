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

    The script's and the project's own files are named from the project's folder ``root`` (or the
    script's, where it is elsewhere), the standard library as ``lib/python3.X``, the interpreter
    as ``python``; the folders that the recorder made stand for what they are in a terminal.
    """
    folders = dict.fromkeys(python.prefixes, "python")
    with contextlib.suppress(RuntimeError):  # the system does not know the user
        folders[str(Path.home())] = "~"
    folders |= {folder: f"lib/{Path(folder).name}" for folder in python.libraries}
    folders = {k: v for k, v in folders.items() if k not in COMMON}
    folders |= dict.fromkeys(python.executables, "python")
    here = "."
    if script.is_relative_to(root):
        here = str(script.parent.relative_to(root))
    for parent in {script.parent, script.parent.resolve(), script.resolve().parent}:
        folders[str(parent)] = here
    folders[str(root)] = "."
    folders[str(Path(__file__).parent)] = "multitrack"  # the stage is at the bottom of the stack
    for top in {scratch, scratch.resolve()}:
        folders |= {
            str(top): "/tmp",
            str(top / "tmp"): "/tmp",
            str(top / "home"): "~",
            str(top / "work"): ".",
        }
    folders |= {other: short for k, short in folders.items() for other in _written(k)}
    longest = sorted(folders, key=len, reverse=True)
    pattern = re.compile(
        r"(?<![\w.-])("  # not the end of a longer path
        + "|".join(map(re.escape, longest))
        + r")(/|(?![\w-]|\.\w))"  # not the beginning of a longer name
    )

    def replace(match: re.Match[str]) -> str:
        short, slash = folders[match[1]], match[2]
        return "" if short == "." and slash else short + slash

    def short(text: str) -> str:
        return pattern.sub(replace, text)

    return short


def visible(text: str) -> str:
    r"""Write what would steer the terminal as ``\xNN``, and nothing else otherwise."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _written(folder: str) -> Iterator[str]:
    r"""Yield the other ways in which a folder's name that is not ASCII, or not UTF-8, is written.

    faulthandler and ``ascii()`` write ``\xe9``, standard error ``\udcff`` for a byte that is not
    UTF-8; where such a byte itself was written, a line has ``\xff`` (output.py).
    """
    if not folder.isascii():
        yield folder.encode("ascii", "backslashreplace").decode()
        yield folder.encode("utf-8", "backslashreplace").decode()
        yield os.fsencode(folder).decode("utf-8", "backslashreplace")
