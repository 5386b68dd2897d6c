"""What was found out about the lessons, as plain data: ``build/evidence.json``."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jsonschema

from gallery.project import ROOT

VERSION = 3  # raised whenever what is below changes its form or its meaning
FILE = ROOT / "build" / "evidence.json"
SCHEMA = Path(__file__).with_name("findings.schema.json")
ALL = "all"  # stands where a start method does: all runs, whatever the start method
TESTS = "tests"  # stands where a start method does: the lesson's test file, under all of them

Said = tuple[str, str]  # a line: the process that wrote it, and its text


class FindingsError(Exception):
    """A file that holds no findings of this version; says why."""


@dataclass(frozen=True)
class Python:
    """An interpreter: ``state`` is ok, missing or broken, and ``why`` says what is wrong.

    ``id`` is short and its own; ``name`` is for readers; ``builder`` is the one that gathered.
    """

    id: str
    name: str
    version: str
    state: str
    why: str
    builder: bool = False

    def called(self, name: str) -> Python:
        """Return the same with an id."""
        return replace(self, id=name)


@dataclass(frozen=True)
class Cell:
    """A lesson on a Python under a start method, or its tests there.

    Attributes
    ----------
    state : ok, failed, crashed, skipped, not here (a library is missing there), not run (it could
        not be), or not chosen (it was run elsewhere, and that will do).
    why : what was wrong, or why it was not run.
    seconds : how long one run took (the middle one of several), or all tests together.
    runs, good : how many runs or tests there were, and how many of them were as they should be.
    """

    state: str
    why: str = ""
    seconds: float | None = None
    runs: int = 0
    good: int = 0


@dataclass(frozen=True)
class Sameness:
    """In how many ways the runs under one start method went.

    Attributes
    ----------
    runs : how many good runs were compared.
    lines : different collections of lines, whoever wrote them.
    writers : different collections of lines with their writers.
    orders : different sequences of lines with their writers.
    """

    runs: int
    lines: int
    writers: int
    orders: int


@dataclass(frozen=True)
class Spread:
    """A line that was not the same in every run, its numbers as ``least … most``.

    It, or one that differs from it only in numbers, was in ``seen`` of ``runs`` runs, and in
    each of those it was there ``least`` to ``most`` times.
    """

    text: str
    seen: int
    runs: int
    least: int
    most: int


@dataclass(frozen=True)
class Difference:
    """Lines in every run on ``python`` and in none on the builder's own, and the other way round.

    ``runs`` is how many runs there were on ``python`` under each of the start methods.
    """

    python: str
    methods: tuple[str, ...]
    runs: int
    only_there: tuple[Said, ...]
    only_here: tuple[Said, ...]


@dataclass(frozen=True)
class Evidence:
    """What was found out about one lesson.

    ``key`` tells the version of the lesson and its tests; ``cells`` are by the Python's id, then
    by start method or TESTS; ``sameness`` is by start method or ALL, on the builder's own Python.
    """

    key: str
    cells: dict[str, dict[str, Cell]]
    sameness: dict[str, Sameness]
    spread: tuple[Spread, ...] = ()
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class Findings:
    """All evidence; ``lessons`` by their names."""

    pythons: tuple[Python, ...]
    lessons: dict[str, Evidence]
    version: int = VERSION

    def python(self, name: str) -> Python:
        """Return the Python with this id."""
        return next(p for p in self.pythons if p.id == name)

    @property
    def columns(self) -> list[Python]:
        """The Pythons that were there or asked for, in the table's order."""
        return [p for p in self.pythons if p.state != "missing" or not p.id.startswith("none-")]

    def to_json(self) -> str:
        """Write as JSON."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=True, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Findings:
        """Read what :meth:`to_json` wrote; raises FindingsError when it is anything else."""
        try:
            data: dict[str, Any] = json.loads(text)
            version = data["version"] if isinstance(data, dict) and "version" in data else None
            if version != VERSION:
                raise FindingsError(f"its version is {version}, this is {VERSION}")
            schema = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
            schema.validate(data)
        except (ValueError, RecursionError) as error:
            raise FindingsError(f"not JSON: {error}") from None
        except jsonschema.ValidationError as error:
            raise FindingsError(f"{error.json_path}: {error.message[:200]}") from None
        pythons = tuple(Python(**item) for item in data["pythons"])
        lessons = {name: _evidence(item) for name, item in data["lessons"].items()}
        named = {p for e in lessons.values() for p in e.cells}
        named |= {d.python for e in lessons.values() for d in e.differences}
        if unknown := named - {p.id for p in pythons}:
            raise FindingsError(f"$.lessons: there is no Python called {min(unknown)!r}")
        return cls(pythons, lessons)

    @classmethod
    def load(cls, path: Path = FILE) -> Findings:
        """Read a file; raises FindingsError, also when it cannot be read."""
        try:
            return cls.from_json(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise FindingsError(str(error)) from None

    def save(self, path: Path = FILE) -> None:
        """Write the file, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f"{path.name}.new")
        try:
            new.write_text(self.to_json(), encoding="utf-8")
            new.replace(path)
        except BaseException:
            new.unlink(missing_ok=True)
            raise


def _evidence(data: dict[str, Any]) -> Evidence:
    return Evidence(
        key=data["key"],
        cells={p: {m: Cell(**c) for m, c in row.items()} for p, row in data["cells"].items()},
        sameness={m: Sameness(**s) for m, s in data["sameness"].items()},
        spread=tuple(Spread(**s) for s in data["spread"]),
        differences=tuple(
            Difference(
                d["python"],
                tuple(d["methods"]),
                d["runs"],
                tuple((who, text) for who, text in d["only_there"]),
                tuple((who, text) for who, text in d["only_here"]),
            )
            for d in data["differences"]
        ),
    )
