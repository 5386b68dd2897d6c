"""From what was read to whole lines, each with its writer and the cell that main was playing."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from multitrack.lines import LineAssembler, Lines
from multitrack.marks import MarkFinder, Sender, Sent, Started
from multitrack.output import Output, decoded
from multitrack.own_frames import OwnFrames
from multitrack.process_tree import Life, ProcessTree
from multitrack.recording import PlayedCell
from multitrack.script import Script

BEGINNING = 1000  # bytes of a line that are kept as a process's last words
UNGUARDED = b"current process has finished its bootstrapping phase"


class Hearing:
    """Sorts pieces into lines and takes out the stage's marks.

    Attributes
    ----------
    held : bytes in lines that have not ended.
    failing_line : the script's line that main's last traceback names, None where there is none.
    unguarded : whether a child complained that the script has no ``__main__`` guard.
    """

    def __init__(
        self, script: Script, token: str, path: Path, tree: ProcessTree, begins: Callable[[], None]
    ) -> None:
        self.output = Output(path)
        self.failing_line: int | None = None
        self.unguarded = False
        self._script, self._tree, self._begins = script, tree, begins
        self._marks = MarkFinder(token)
        self._assembler = LineAssembler()
        self._own_frames = OwnFrames()
        self._played: list[float] = []  # when each cell ended
        self._sent: dict[int, tuple[float, Sender]] = {}  # by pid: who first sent it SIGTERM
        self._started: dict[int, Started] = {}  # by pid, of whom it is not yet known that he lives
        named = str(script.path).encode("utf-8", "backslashreplace")  # as standard error has it
        place = rb'^[ |]*File "' + re.escape(named) + rb'", line (\d+)'
        self._place = re.compile(place, re.MULTILINE)

    @property
    def held(self) -> int:
        """How many bytes are in lines that have not ended."""
        return self._assembler.held

    @property
    def begun(self) -> tuple[int, ...]:
        """Who has begun a line and not ended it."""
        return (*self._assembler.begun, *self._marks.held)

    def take(self, pid: int, data: bytes, now: float) -> None:
        """Take in what ``pid`` wrote (0 where it is not known)."""
        main = self._tree.main
        for part in self._marks.feed(pid, data):
            if isinstance(part, bytes):
                self._keep(self._assembler.feed(pid, part, now))
            elif isinstance(part, Sent):
                told, life = self._sent.get(part.target), self._tree.who(part.target)
                if told is None or (life and told[0] < life.start):  # else it is not the first
                    self._sent[part.target] = now, part.sender
            elif isinstance(part, Started):
                if life := self._tree.who(part.pid):
                    life.started = part
                else:
                    self._started[part.pid] = part
            elif part.number == 0:
                self._begins()
            elif part.pid == main.pid:  # not a fork of main that plays on
                self._keep(self._assembler.finish(pid))
                self._played.append(min(now, part.time))

    def over(self, pid: int, now: float) -> None:
        """Take the line that ``pid`` began and will not end."""
        self._keep(self._assembler.feed(pid, self._marks.rest(pid), now))
        self._keep(self._assembler.finish(pid))

    def finish(self, now: float) -> None:
        """Take what was begun and will not be ended."""
        for pid in self._marks.held:
            self._keep(self._assembler.feed(pid, self._marks.rest(pid), now))
        self._keep(self._assembler.finish_all())
        for pid, started in self._started.items():
            if (life := self._tree.who(pid)) and not life.started:
                life.started = started
        # No line was written later than its writer ended, no cell ended later than the next one's
        # first line was written.
        first, end = self.output.settle(self._played), self._tree.main.end
        latest = math.inf if end is None else end
        for number in reversed(range(len(self._played))):
            latest = min(latest, self._played[number], first.get(number + 2, math.inf))
            self._played[number] = latest

    def sender(self, life: Life) -> Sender:
        """Say who first sent a process SIGTERM: the program itself, where nothing else is known."""
        at, sender = self._sent.get(life.pid, (0.0, "program"))
        return sender if at >= life.start else "program"

    def _keep(self, written: Iterable[Lines]) -> None:
        cell = min(len(self._played) + 1, len(self._script.cells))
        main = self._tree.main
        for lines in filter(None, map(self._own_frames.without, written)):
            life = self._tree.who(lines.pid)
            last = lines.data.rfind(b"\n") + 1
            (life or main).last = lines.data[last : last + BEGINNING]
            if life is main or life is None:
                for match in self._place.finditer(lines.data):
                    self.failing_line = int(match[1])
            if UNGUARDED in lines.data:
                self.unguarded = True
            self.output.take(lines, life, cell)

    def played_cells(self, since: Callable[[float], float]) -> Iterator[PlayedCell]:
        """Yield the cells that main has played, and the one that it was in, if any."""
        start = 0.0
        ends = [*map(since, self._played), *[None] * len(self._script.cells)]
        for cell, end in zip(self._script.cells, ends, strict=False):
            unshown = self.output.unshown[cell.number]
            yield PlayedCell(cell.number, cell.first, cell.last, start, end, unshown)
            if end is None:
                return
            start = end


def last_words(life: Life, short: Callable[[str], str]) -> str:
    """Return the beginning of the last line that a process wrote, empty where there is none."""
    return short(decoded(life.last[:200]))
