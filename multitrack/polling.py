"""Who was born, what they run, and who ended, by looking at the machine's processes often."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil

from multitrack.process_events import Birth, Death, Event, Exec
from multitrack.recording import LivesFrom

LOOK_EVERY = 0.004  # seconds between two looks


class Polling:
    """Looks at the descendants of one process again and again; short lives may be missed."""

    source: LivesFrom = "polling"
    wait: float | None

    def __init__(self) -> None:
        self.complete = True
        self.wait = LOOK_EVERY
        self._known: dict[int, tuple[str, ...]] = {}

    def fileno(self) -> int:
        """Nothing to wait on."""
        return -1

    def follow(self, pid: int) -> None:
        """Begin with this process."""
        self._root = pid
        self._known = {pid: command_of(pid)}

    def read(self) -> Iterator[Event]:
        """Give back what has changed since the last call."""
        now, begun = time.monotonic(), time.thread_time()
        seen = descendants([self._root, *self._known])
        # Looking is work where processes are many: at most a quarter of our time. Work, not
        # waiting: on a busy machine, a look that had to wait would make the next one late too.
        self.wait = max(LOOK_EVERY, 3 * (time.thread_time() - begun))
        for pid, parent in seen.items():
            if pid not in self._known:
                self._known[pid] = self._known.get(parent, ())  # a fork is no new command
                yield Birth(now, pid, parent)
            command = command_of(pid)
            if command and command != self._known[pid]:
                yield Exec(now, pid, command)
                self._known[pid] = command
        for pid in [p for p in self._known if p not in seen]:
            del self._known[pid]
            yield Death(now, pid, None)

    def close(self) -> None:
        """Nothing to close."""


def command_of(pid: int) -> tuple[str, ...]:
    """Return a process's command line; empty when it is gone or has none."""
    try:
        return tuple(psutil.Process(pid).cmdline())
    except psutil.Error:
        return ()


def parent_of(pid: int) -> int:
    """Return the pid of a process's parent; 0 when it is gone."""
    try:
        return int(psutil.Process(pid).ppid())
    except psutil.Error:
        return 0


def living() -> dict[int, int]:
    """Return every living process of the machine with its parent; zombies are dead."""
    if not Path("/proc/self/stat").exists():
        every = psutil.process_iter(["ppid", "status"])
        dead = psutil.STATUS_ZOMBIE
        return {p.pid: p.info["ppid"] for p in every if p.info["status"] != dead}
    found = {}
    for name in os.listdir("/proc"):  # noqa: PTH208 - a third of iterdir()'s time
        if name.isdigit():
            with contextlib.suppress(OSError):
                # The command stands in brackets and may itself contain some.
                stat = Path(f"/proc/{name}/stat").read_bytes().rpartition(b")")[2]
                state, parent, *_ = stat.split(maxsplit=2)
                if state not in (b"Z", b"X"):
                    found[int(name)] = int(parent)
    return found


def descendants(roots: Iterable[int]) -> dict[int, int]:
    """Return the living among ``roots`` and all below them, parents first, with the parent."""
    parents = living()
    children: dict[int, list[int]] = {}
    for pid, parent in parents.items():
        children.setdefault(parent, []).append(pid)
    found: dict[int, int] = {}
    todo = list(roots)
    while todo:
        todo = [pid for pid in todo if pid in parents and pid not in found]
        found |= {pid: parents[pid] for pid in todo}
        todo = [child for pid in todo for child in children.get(pid, ())]
    return found
