"""The public names of the subject, as Python's manual documents them: one line each in a file."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

FILE = Path(__file__).with_name("manual.tsv")
ROOT = "https://docs.python.org/3.15/"
KINDS = ("module", "class", "exception", "function", "method", "attribute", "data")
CALLED = ("function", "method")
NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
PLACE = re.compile(r"library/[\w.]+\.html#[\w.-]+")
PACKAGES = ("multiprocessing", "concurrent.futures")

# What code also calls a documented thing, where no rule of `documented` finds it.
SAME = {
    "multiprocessing.process.BaseProcess": "multiprocessing.Process",
    "multiprocessing.context.ForkProcess": "multiprocessing.Process",
    "multiprocessing.context.SpawnProcess": "multiprocessing.Process",
    "multiprocessing.context.ForkServerProcess": "multiprocessing.Process",
    "multiprocessing.pool.ApplyResult": "multiprocessing.pool.AsyncResult",
    "multiprocessing.pool.MapResult": "multiprocessing.pool.AsyncResult",
    "multiprocessing.dummy.Pool": "multiprocessing.pool.ThreadPool",
}


class ManualError(Exception):
    """A list of names that cannot be used; the message has a line for each reason."""


@dataclass(frozen=True)
class Name:
    """A documented name, ``multiprocessing.Process.start``.

    ``place`` is the page and the anchor below :data:`ROOT`. ``why_not`` says why no lesson uses it,
    where that is meant.
    """

    full: str
    kind: str
    place: str
    why_not: str = ""

    @property
    def address(self) -> str:
        """The manual's own entry."""
        return ROOT + self.place

    @property
    def short(self) -> str:
        """As a programmer says it: ``Process.start()``, ``Pipe()``, ``multiprocessing.pool``."""
        if self.kind == "module":
            return self.full
        parts = self.full.split(".")
        words = parts[-2:] if self.kind in ("method", "attribute") else parts[-1:]
        if parts[0] == "os":
            words = parts
        return ".".join(words) + ("()" if self.kind in CALLED else "")


class Manual:
    """All documented names, in the order of their file."""

    def __init__(self, names: list[Name]) -> None:
        self.names = {name.full: name for name in names}

    def __iter__(self) -> Iterator[Name]:
        return iter(self.names.values())

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def version(self) -> str:
        """What tells this list from any other."""
        return sha256(repr(self.names).encode()).hexdigest()

    @cached_property
    def modules(self) -> list[str]:
        """The documented modules."""
        return [name.full for name in self if name.kind == "module"]

    def module_of(self, name: Name) -> str:
        """Return the module whose part of the manual has the name."""
        held = [m for m in self.modules if name.full == m or name.full.startswith(m + ".")]
        return max(held, key=len, default=name.full.rpartition(".")[0])

    def documented(self, full: str) -> str | None:
        """Return the documented name of what code calls ``full``; None where there is none.

        The library documents some things in another module than the one they are in:
        ``multiprocessing.queues.Queue`` as ``multiprocessing.Queue``, and
        ``multiprocessing.Pool`` as ``multiprocessing.pool.Pool``.
        """
        if full in self.names:
            return full
        if full in SAME:
            return SAME[full]
        package = next((p for p in PACKAGES if full.startswith(p + ".")), None)
        if package is None:
            return None
        rest = full.removeprefix(package + ".")
        submodule, _, inner = rest.partition(".")
        tries = [f"{m}.{rest}" for m in self.modules if m.startswith(package + ".")]
        if inner and submodule.islower() and submodule != "dummy":
            tries.insert(0, f"{package}.{inner}")
        return next((name for name in tries if name in self.names), None)


def read_manual(path: Path = FILE) -> Manual:
    """Read the list: a line a name, with tabs between name, kind, place and why no lesson uses it.

    The last is left out where a lesson does, or will.

    Raises ManualError with file, line and the way out for each line that is wrong.
    """
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        raise ManualError(f"{path}: not UTF-8; save it as UTF-8") from None
    except OSError as error:
        raise ManualError(f"{path}: cannot be read: {error.strerror}") from None
    names: list[Name] = []
    wrong: list[str] = []
    first: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = line.split("\t")
        wrong += [f"{path}:{number}: {words}" for words in _wrong(fields, first)]
        if fields[0] not in first:
            first[fields[0]] = number
            names.append(Name(*[*fields, "", ""][:4]))
    if not names:
        wrong.append(f"{path}: there is no name in it; take it from version control again")
    if wrong:
        raise ManualError("\n".join(wrong))
    return Manual(names)


def _wrong(fields: list[str], first: dict[str, int]) -> Iterator[str]:
    """Say what is wrong with a line."""
    if len(fields) not in (3, 4):
        yield (
            f"{len(fields)} fields; give three with tabs between them: name, kind "
            f"({', '.join(KINDS)}) and place (library/page.html#anchor); a fourth may say why no "
            "lesson uses it"
        )
        return
    name, kind, place = fields[:3]
    if not NAME.fullmatch(name):
        yield f"{name!r} is no name; give it in full, as multiprocessing.Process.start"
    if name in first:
        yield f"{name!r} stands in line {first[name]} already; leave one"
    if kind not in KINDS:
        near = difflib.get_close_matches(kind, KINDS, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(KINDS)}"
        yield f"no kind is called {kind!r}; {hint}"
    if not PLACE.fullmatch(place):
        yield f"{place!r} is no place in the manual; give library/page.html#anchor"
