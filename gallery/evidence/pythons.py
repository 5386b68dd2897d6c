"""The Pythons of the evidence: those that were found or asked for, and those that are missing."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gallery import pythons
from gallery.evidence.findings import Python
from gallery.pythons import NOT_THERE, WANTED, look_at, version_of
from multitrack.interpreters import About

NAMES = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalPy"}


@dataclass(frozen=True)
class Found:
    """An interpreter that was found or asked for: where, and what it says of itself.

    ``about`` is None where it cannot be used; ``python`` then says why.
    """

    path: str
    python: Python
    about: About | None


def find(asked: list[str], search: bool = True) -> list[Found]:
    """Return the builder's own interpreter, those found, and those asked for, without doubles.

    Two are the same when they have the same version and build. Those wanted but not found, and
    those asked for that do not work, are in the list, too.
    """
    searched = list(pythons.searched()) if search else []
    found = list(map(_named, look_at(list(dict.fromkeys([sys.executable, *searched, *asked])))))
    kept: dict[tuple[str, bool], Found] = {}
    broken: list[Found] = []
    for one in found:
        if one.about:
            kept.setdefault((one.about.build, one.about.free_threaded), one)
        else:
            broken.append(one)
    usable = sorted(kept.values(), key=_version_key)
    return [*_with_ids(usable), *_with_ids(broken), *(_missing(usable) if search else ())]


def _named(one: pythons.Found) -> Found:
    """Call an interpreter what readers know it by."""
    if one.about is None:
        state = "missing" if one.why == NOT_THERE else "broken"
        return Found(one.path, Python("", Path(one.path).name, "", state, one.why), None)
    said = one.about
    words = f"{NAMES.get(said.implementation, said.implementation)} {said.version}"
    if said.free_threaded:
        words += ", free-threaded"
    return Found(one.path, Python("", words, said.version, "ok", "", one.own), said)


def _version_key(one: Found) -> tuple[tuple[int, ...], str]:
    return version_of(one.about.version) if one.about else (), one.python.name


def _with_ids(found: list[Found]) -> Iterator[Found]:
    """Give each a short name of its own, from what it is called."""
    seen: set[str] = set()
    for one in found:
        base = re.sub(r"[^a-z0-9.]+", "-", one.python.name.lower()).strip("-")
        name = base
        if name in seen:  # same version, another build
            mark = one.about.build if one.about else one.path
            name = f"{base}-{hashlib.sha256(mark.encode()).hexdigest()[:6]}"
        seen.add(name)
        yield Found(one.path, one.python.called(name), one.about)


def _missing(usable: list[Found]) -> Iterator[Found]:
    for version in WANTED:
        free = version.endswith("t")
        number = version.removesuffix("t")
        if not any(
            one.python.version.startswith(f"{number}.")
            and one.about
            and one.about.free_threaded == free
            for one in usable
        ):
            words = f"CPython {number}" + (", free-threaded" if free else "")
            python = Python(f"none-{version}", words, number, "missing", f"no python{version}")
            yield Found("", python, None)
