"""A recording: what one run of a script did, as plain data."""

from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args

VERSION = 4  # raised whenever what is below changes its form or its meaning


Writers = Literal["kernel", "unnamed"]
LivesFrom = Literal["process events", "polling"]
ShmSource = Literal["own", "machine", "none"]
ProblemKind = Literal[
    "main failed",
    "time limit",
    "too many processes",
    "too many starts",
    "too much output",
    "line too long",
    "processes left running",
    "output held open",
    "temporary files left",
    "shared memory left",
]
PictureKind = Literal["svg", "png"]
LeftOut = Literal["", "not drawn", "too large", "too many", "refused"]
EndedBy = Literal["", "its pool", "its manager", "its interpreter"]
HANGS: tuple[ProblemKind, ...] = ("time limit", "processes left running")
LIMITS: tuple[ProblemKind, ...] = (
    *("time limit", "too many processes", "too many starts"),
    *("too much output", "line too long"),
)
LEFT: tuple[ProblemKind, ...] = ("temporary files left", "shared memory left")


class RecordingError(Exception):
    """A file that is not a recording of this version."""


@dataclass(frozen=True)
class Line:
    r"""A line that a process wrote.

    Attributes
    ----------
    process : the writer's label, or "" where the system does not name writers.
    cell : the number of the cell that main was playing, from 1.
    time : seconds from main's birth to the moment by which the line's last byte had certainly been
        written: when it was read, or when its writer ended if that was earlier.
    text : the line without its end. Bytes that are not UTF-8 stand as ``\\xNN``.
    ended : False when the process never wrote the line's end.
    cut : how many more characters the line has; they are only in the full text.
    """

    process: str
    cell: int
    time: float
    text: str
    ended: bool = True
    cut: int = 0


@dataclass(frozen=True)
class Process:
    """The life of a process.

    Attributes
    ----------
    label : ``main``, ``child 1``, ``child 1.1``, or what a helper is: ``fork server``. It is the
        process's place in the tree, and what lines and parents refer to.
    pid : the kernel's number for it in that run.
    parent : the label of the process that started it ("" for main).
    helper : whether multiprocessing, or a library made after it, started it for itself.
    program : the command, where it is another program than the script's own.
    start, end : seconds from main's birth; an end of None was not seen.
    exit_code : its exit code, None where a signal ended it or nobody saw it.
    signal : the name of the signal that ended it, or "".
    guess : whether its start, its end or its parent is a guess, because nobody saw it live, or saw
        it together with who had started it. Who is known only by what it wrote has the times of
        its lines, and counts as a child of main.
    ended_by : who sent SIGTERM where that is multiprocessing's own way to end it: its pool, its
        manager, or at its end the interpreter of a daemonic process's parent; else "".
    name : what a reader sees, unique in a recording: the name that its Process object had when it
        was started (``Process-1``, whatever the start method), ``pool 1, worker 2``, ``executor
        1, worker 2``, ``manager``, a foreign program's command; the label where none is known.
    """

    label: str
    pid: int
    parent: str
    helper: bool
    program: str
    start: float
    end: float | None
    exit_code: int | None
    signal: str
    guess: bool = False
    ended_by: EndedBy = ""
    name: str = ""

    def __post_init__(self) -> None:
        """Call it by its label where it has no other name."""
        object.__setattr__(self, "name", self.name or self.label)

    @property
    def failed(self) -> bool:
        """Whether it is known to have ended otherwise than with 0 or as multiprocessing ends it."""
        return bool(self.signal and not self.ended_by) or self.exit_code not in (0, None)

    @property
    def ending(self) -> str:
        """How it ended, in words."""
        if self.signal:
            return f"ended by {self.signal}" + (f", by {self.ended_by}" if self.ended_by else "")
        if self.exit_code is not None:
            return f"ended with {self.exit_code}"
        return "end not seen"


@dataclass(frozen=True)
class PlayedCell:
    """A cell of the script and when main played it, in seconds from main's birth.

    ``unshown`` is how many lines of it are only in the full text, after those that are here.
    """

    number: int
    first: int
    last: int
    start: float
    end: float | None
    unshown: int = 0


@dataclass(frozen=True)
class Interpreter:
    """The Python that played the script."""

    implementation: str
    version: str
    platform: str
    free_threaded: bool = False


@dataclass(frozen=True)
class FullText:
    """All that a run wrote, where that is more than its recording holds.

    Attributes
    ----------
    file : name of a UTF-8 file beside the recording's own, every line as ``name | text`` with
        the names flush right; "" where nobody asked for it.
    lines, bytes : how many of them; bytes are the file's, or the output's where there is none.
    """

    file: str
    lines: int
    bytes: int


@dataclass(frozen=True)
class Picture:
    """A figure that was open at a cell's end, or a picture that the script saved.

    Attributes
    ----------
    cell : the number of the cell that made it.
    title : the figure's title, or the name under which the script saved the picture.
    saved : whether the script saved it, as a file of that name.
    file : name of the picture's file beside the recording's own; "" where there is none.
    kind, bytes, width, height : of the file; how large it is to be shown is in pixels.
    left_out : why it is not kept, "" where it is; ``why`` says it in words.
    """

    cell: int
    title: str
    saved: bool = False
    file: str = ""
    kind: Literal["", PictureKind] = ""
    bytes: int = 0
    width: int = 0
    height: int = 0
    left_out: LeftOut = ""
    why: str = ""


@dataclass(frozen=True)
class Problem:
    """Why a run does not count as good.

    Attributes
    ----------
    kind : what it is; the words of the text are for people, and nothing else depends on them.
    text : a sentence, and below it a line for each process that it is about.
    """

    kind: ProblemKind
    text: str


@dataclass(frozen=True)
class Recording:
    """What one run of a script did.

    Attributes
    ----------
    script : what the script is called by, such as ``spawning/first_process``.
    start_method : the default start method that was imitated.
    writers : ``kernel`` when the kernel named each line's writer, ``unnamed`` otherwise.
    lives : ``process events`` or ``polling``: where starts and ends of processes come from.
    complete : False when a start or an end may have been missed: always under polling, and where
        the kernel dropped process events. What is missing is not counted when children are
        numbered, so another run may number them otherwise.
    duration : seconds from main's birth to the end of its last process.
    problems : why the run does not count as good; empty when it does.
    shared_memory : the /dev/shm that the script found: its ``own``, in which all that is left was
        left by it, that of the ``machine``, or ``none`` where the system has no such folder.
    meanwhile : names of what appeared in the machine's /dev/shm during the run and nobody holds:
        left by the script, or made by another program. Nothing of it was removed.
    explanation : a sentence on the cause of what went wrong, where the cause is known.
    full : all that was written, where that is more than ``lines`` holds.
    pictures : the figures and pictures that the script made, by their cells.
    key : what the recording depends on, as hashes; set by the cache.
    """

    script: str
    start_method: str
    interpreter: Interpreter
    writers: Writers
    lives: LivesFrom
    complete: bool
    duration: float
    cells: tuple[PlayedCell, ...]
    processes: tuple[Process, ...]
    lines: tuple[Line, ...]
    problems: tuple[Problem, ...] = ()
    shared_memory: ShmSource = "none"
    meanwhile: tuple[str, ...] = ()
    explanation: str = ""
    full: FullText | None = None
    pictures: tuple[Picture, ...] = ()
    key: str = ""
    version: int = field(default=VERSION)

    @property
    def main(self) -> Process:
        """The process that played the script."""
        return self.processes[0]

    def name_of(self, label: str) -> str:
        """Return what a reader sees for a process's label; "" for "", an unknown writer's."""
        return self._names.get(label, label)

    @cached_property
    def _names(self) -> dict[str, str]:
        return {process.label: process.name for process in self.processes}

    @property
    def ok(self) -> bool:
        """Whether main ended with 0, in time, and nothing was left."""
        return not self.problems

    @property
    def files(self) -> tuple[str, ...]:
        """Names of the files that belong to it and lie beside its own."""
        named = [self.full.file] if self.full else []
        return tuple(filter(None, [*named, *(picture.file for picture in self.pictures)]))

    @property
    def hung(self) -> bool:
        """Whether it would have gone on, with processes alive, and had to be ended."""
        return any(problem.kind in HANGS for problem in self.problems)

    @property
    def hit_limit(self) -> bool:
        """Whether it had to be ended because it took, started or wrote too much."""
        return any(problem.kind in LIMITS for problem in self.problems)

    @property
    def failed_children(self) -> tuple[Process, ...]:
        """The processes other than main that ended badly."""
        return tuple(p for p in self.processes[1:] if p.failed)

    @property
    def failed_by_themselves(self) -> tuple[Process, ...]:
        """Those that ended badly and were not killed because the run had to be given up."""
        return tuple(p for p in self.failed_children if self.ok or p.signal != "SIGKILL")

    def without_pids(self, text: str) -> str:
        """Replace this run's pids by the labels of their processes, and no traceback's lines."""
        labels = {str(p.pid): f"<pid of {p.label}>" for p in self.processes}
        return re.sub(r"(?<![\w.])(?<!, line )\d+(?![\w.])", lambda m: labels.get(m[0], m[0]), text)

    def to_json(self) -> str:
        """Write as JSON, one line for each of the long lists' items."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=True, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Recording:
        """Read what :meth:`to_json` wrote.

        Raises
        ------
        RecordingError
            It is not JSON, of another version, or misses something.
        """
        try:
            data: dict[str, Any] = json.loads(text)
            if data["version"] != VERSION:
                raise RecordingError(f"written by version {data['version']}, this is {VERSION}")
            data["interpreter"] = Interpreter(**data["interpreter"])
            kinds = {"cells": PlayedCell, "processes": Process, "lines": Line, "pictures": Picture}
            for name, kind in kinds.items():
                data[name] = tuple(kind(**item) for item in data[name])
            data["problems"] = tuple(Problem(**item) for item in data["problems"])
            if unknown := {p.kind for p in data["problems"]} - set(get_args(ProblemKind)):
                raise RecordingError(f"no problem is of the kind {unknown.pop()!r}")
            data["meanwhile"] = tuple(data["meanwhile"])
            if unknown := {p.left_out for p in data["pictures"]} - set(get_args(LeftOut)):
                raise RecordingError(f"no picture is left out as {unknown.pop()!r}")
            if unknown := {p.ended_by for p in data["processes"]} - set(get_args(EndedBy)):
                raise RecordingError(f"no process is ended by {unknown.pop()!r}")
            data["full"] = data["full"] and FullText(**data["full"])
            return cls(**data)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise RecordingError(f"not a recording: {error!r}") from None

    @classmethod
    def load(cls, path: Path) -> Recording:
        """Read a recording's file; raises RecordingError, also when it cannot be read."""
        try:
            return cls.from_json(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise RecordingError(str(error)) from None
