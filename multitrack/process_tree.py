"""The processes of a run while it is recorded: who started whom, who is alive, how each ended."""

from __future__ import annotations

import math
import os
import re
import signal
from collections.abc import Iterable
from dataclasses import dataclass, field

from multitrack.marks import Started

SIGNALS = {int(s): s.name for s in signal.Signals}

# What multiprocessing starts, and the libraries that are made after it: ``python -c "from
# multiprocessing.spawn import spawn_main; ..."``, ``python -m loky.backend.popen_loky_posix ...``
LIBRARIES = r"(?:multiprocessing|multiprocess|billiard|(?:joblib\.externals\.)?loky\.backend)"
STARTED = re.compile(
    rf"(?:^| )-c (?:import sys; )?from {LIBRARIES}\.(\w+)|(?:^| )-m {LIBRARIES}\.(popen_loky_\w+)"
)
HELPERS = {
    "resource_tracker": "resource tracker",
    "semaphore_tracker": "semaphore tracker",
    "forkserver": "fork server",
}


def helper(command: Iterable[str]) -> str:
    """Return what a library started this command for, if it is one of its helpers."""
    return HELPERS.get(_started(command), "")


def _started(command: Iterable[str]) -> str:
    found = STARTED.search(" ".join(command))
    return (found[1] or found[2]) if found else ""


@dataclass(eq=False)
class Life:
    """A process while it is being recorded; times are of CLOCK_MONOTONIC."""

    number: int
    pid: int
    parent: Life | None
    start: float
    command: tuple[str, ...] = ()
    forked: bool = True  # False once it runs a program of its own
    end: float | None = None
    status: int | None = None  # as os.waitpid() gives it
    guess: bool = False  # whether its start, its end or who started it was not seen
    unseen: bool = False  # whether only what it wrote tells of it
    label: str = ""
    name: str = ""  # what a reader sees (names.py)
    started: Started | None = None  # as what, where its parent's stage told
    last: bytes = b""  # the beginning of the last line that it wrote
    fetched: bool = False  # whether its end was waited for, by us or by its parent
    children: list[Life] = field(default_factory=list)

    @property
    def helper(self) -> str:
        """What a library started it for, if it is one of its helpers."""
        return "" if self.forked else helper(self.command)

    @property
    def program(self) -> tuple[str, ...]:
        """Its command where that is another program than the lesson's own."""
        if self.forked or self.parent is None or _started(self.command):
            return ()
        return self.command

    @property
    def ending(self) -> tuple[int | None, str]:
        """Exit code or name of the signal."""
        if self.status is None:
            return None, ""
        if os.WIFSIGNALED(self.status):
            number = os.WTERMSIG(self.status)
            return None, SIGNALS.get(number, f"signal {number}")
        return os.WEXITSTATUS(self.status), ""


class ProcessTree:
    """Main and all that came from it.

    Pids are used again: ``alive`` has only the living, and a dead process is nobody's parent
    in what happened after its end.
    """

    def __init__(self) -> None:
        self.all: list[Life] = []
        self.alive: dict[int, Life] = {}
        self._latest: dict[int, Life] = {}

    @property
    def main(self) -> Life:
        """The first of all."""
        return self.all[0]

    def born(self, pid: int, parent: Life | None, at: float, *, guess: bool = False) -> Life:
        """Take in a new process."""
        life = Life(len(self.all), pid, parent, at, guess=guess)
        if parent:
            life.command = parent.command
            parent.children.append(life)
        self.all.append(life)
        self.alive[pid] = self._latest[pid] = life
        return life

    def forget_before(self, at: float) -> None:
        """Forget all but main that were born before; whoever is left is numbered anew."""
        main, *others = self.all
        self.all = [main, *(life for life in others if life.start >= at)]
        kept = set(map(id, self.all))
        for number, life in enumerate(self.all):
            life.number = number
            life.children = [child for child in life.children if id(child) in kept]
        self.alive = {pid: life for pid, life in self.alive.items() if id(life) in kept}
        self._latest = {pid: life for pid, life in self._latest.items() if id(life) in kept}

    def who(self, pid: int) -> Life | None:
        """Return the living process, or the last dead one, that has this pid."""
        return self._latest.get(pid)

    def who_at(self, pid: int, at: float) -> Life | None:
        """Return the process that had this pid and was not yet dead at that time."""
        life = self._latest.get(pid)
        return life if life and (life.end is None or at <= life.end) else None

    def adopt(self, life: Life, parent: Life) -> None:
        """Correct who started a process."""
        if life.parent and life.parent is not parent:
            life.parent.children.remove(life)
            life.parent = parent
            parent.children.append(life)

    def died(self, life: Life, at: float, status: int | None) -> None:
        """Take in an end. The earliest time told is the best; a status once known stands."""
        if self.alive.get(life.pid) is life:
            del self.alive[life.pid]
        life.end = at if life.end is None else min(at, life.end)
        life.status = status if life.status is None else life.status

    def correct_starts(self, pids: int) -> None:
        """Move starts that were seen late to before the next one's.

        The kernel gives out pids in turn and begins again after the last of its ``pids``: that
        is the order of birth, for a run is too short to use them all.
        """
        main, latest = self.main, math.inf

        def turn(life: Life) -> int:
            return (life.pid - main.pid) % pids

        for life in sorted(self.all[1:], key=turn, reverse=True):
            life.start = min(life.start, latest)
            latest = math.nextafter(life.start, 0)

    def label(self) -> None:
        """Call processes by their place in the tree; helpers by what they are.

        What a fork server starts is named as a child of the process that started the server.
        """
        seen: dict[str, int] = {}

        def name(life: Life, prefix: str, counter: list[int]) -> None:
            for child in sorted(life.children, key=lambda c: c.start):
                if helper := child.helper:
                    seen[helper] = seen.get(helper, 0) + 1
                    child.label = helper if seen[helper] == 1 else f"{helper} {seen[helper]}"
                    name(child, prefix, counter)
                else:
                    counter[0] += 1
                    child.label = f"{prefix}{counter[0]}"
                    name(child, child.label + ".", [0])

        self.all[0].label = "main"
        name(self.all[0], "child ", [0])
        for life in self.all:
            life.name = life.label  # until more is known (names.py)
