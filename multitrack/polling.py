"""Who was born, what they run, and who ended, by looking at the tree of processes often.

A process that was born and died between two looks is not seen: what polling tells is never
complete. See process_table.py for what a look is, pidfds.py for how ends are known.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import psutil

from multitrack.process_events import Birth, Death, Event, Exec
from multitrack.process_table import LINUX, command_of, descendants, is_alive
from multitrack.recording import LivesFrom

if LINUX:
    from multitrack.pidfds import Pidfds

LOOK_EVERY = 0.001  # seconds between two looks


class Polling:
    """Looks at all below this process, save what is there already when this is made."""

    source: LivesFrom = "polling"
    complete = False

    def __init__(self) -> None:
        self.wait: float | None = LOOK_EVERY
        self._me = os.getpid()
        self._others = set(descendants(self._me, zombies=True))
        self._main: tuple[int, tuple[str, ...]] = 0, ()  # pid and command
        self._commands: dict[int, tuple[str, ...]] = {}  # of the living
        self._zombies: set[int] = set()
        self._pidfds = Pidfds() if LINUX else None
        self._unheld: set[int] = set()  # the living of which there is no pidfd

    def fileno(self) -> int:
        """Return a descriptor that is ready when a process has ended, -1 where there is none."""
        return self._pidfds.fileno() if self._pidfds else -1

    def follow(self, main: int) -> None:
        """Begin with this process."""
        self._main = main, command_of(main)
        self._hold(*self._main)

    def read(self) -> Iterator[Event]:
        """Give back what has changed since the last call."""
        begun = time.thread_time()
        yield from self._ends()
        yield from self._births()
        # Looking is work where processes are many: at most a quarter of our time. Work, not
        # waiting: on a busy machine, a look that had to wait would make the next one late too.
        self.wait = max(LOOK_EVERY, 3 * (time.thread_time() - begun))

    def _hold(self, pid: int, command: tuple[str, ...]) -> None:
        self._commands[pid] = command
        if not (self._pidfds and self._pidfds.hold(pid)):
            self._unheld.add(pid)

    def _ends(self) -> Iterator[Event]:
        if self._pidfds:
            for pid, at in self._pidfds.ended():
                yield self._death(pid, at)
            for pid, at, status in self._pidfds.statuses():
                yield Death(at, pid, status)
        for pid in [pid for pid in self._unheld if not is_alive(pid)]:
            self._unheld.remove(pid)
            yield self._death(pid, time.monotonic())

    def _death(self, pid: int, at: float) -> Death:
        del self._commands[pid]
        self._zombies.add(pid)
        return Death(at, pid, None)

    def _births(self) -> Iterator[Event]:
        self._zombies = set(filter(psutil.pid_exists, self._zombies))
        for pid, parent in descendants(self._me, zombies=True).items():
            if parent in self._others or pid in self._others:
                self._others.add(pid)
            elif pid not in self._zombies:
                yield from self._seen(pid, parent)

    def _seen(self, pid: int, parent: int) -> Iterator[Event]:
        command = command_of(pid)  # empty also while it becomes another program
        if pid not in self._commands:
            if parent not in self._commands:  # it ended and left us its child: it may be anybody's
                parent = 0
            guess = not (parent and is_alive(pid))
            yield Birth(time.monotonic(), pid, parent, guess)
            self._hold(pid, self._commands.get(parent, self._main[1]))  # a fork is no new command
        if command and command != self._commands[pid]:
            self._commands[pid] = command
            if pid == self._main[0]:
                self._main = pid, command
            yield Exec(time.monotonic(), pid, command)

    def close(self) -> None:
        """Let go of the pidfds."""
        if self._pidfds:
            self._pidfds.close()
