"""Who was born, what they run, and how they ended: from the kernel, or by looking often.

Times are seconds of CLOCK_MONOTONIC (``time.monotonic``), the clock of the lines.

Linux's process events connector reports every fork, exec and exit with its time and status
(Documentation/driver-api/connector.rst and include/uapi/linux/cn_proc.h in the kernel's
sources). Where it does not answer, the tree of processes is looked at again and again.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import socket
import struct
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil

NETLINK_CONNECTOR = 11
CN_IDX_PROC = CN_VAL_PROC = 1
PROC_CN_MCAST_LISTEN = 1
NLMSG_DONE = 3
PROC_EVENT_FORK, PROC_EVENT_EXEC, PROC_EVENT_EXIT = 1, 2, 0x80000000
HEADERS = 16 + 20  # struct nlmsghdr and struct cn_msg stand before struct proc_event
SO_RCVBUFFORCE = 33
BUFFER = 8 << 20  # bytes: room for some 10,000 events (768 bytes each with the kernel's own)
MOST_AT_ONCE = 10_000  # events
LOOK_EVERY = 0.004  # seconds between two looks where there are no events


@dataclass(frozen=True)
class Birth:
    """``parent`` started ``pid``."""

    time: float
    pid: int
    parent: int


@dataclass(frozen=True)
class Exec:
    """``pid`` now runs ``command``, an empty list if it was gone before we could look."""

    time: float
    pid: int
    command: tuple[str, ...]


@dataclass(frozen=True)
class Death:
    """``pid`` ended with a wait status, as os.waitpid() gives it; None where nobody saw it."""

    time: float
    pid: int
    status: int | None


Event = Birth | Exec | Death


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


class ProcessEvents:
    """The kernel's own report of processes, on a netlink socket.

    Raises OSError where it cannot be had.
    """

    source = "process events"
    wait: float | None = None  # nothing to do between two events

    def __init__(self) -> None:
        self.complete = True
        self._socket = socket.socket(
            socket.AF_NETLINK, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK, NETLINK_CONNECTOR
        )
        try:
            self._socket.bind((0, CN_IDX_PROC))
            try:
                self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER)
            except PermissionError:
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
            listen = struct.pack("=I", PROC_CN_MCAST_LISTEN)
            body = struct.pack("=IIIIHH", CN_IDX_PROC, CN_VAL_PROC, 0, 0, len(listen), 0) + listen
            head = struct.pack("=IHHII", 16 + len(body), NLMSG_DONE, 0, 0, 0)
            self._socket.send(head + body)
        except OSError:
            self._socket.close()
            raise

    def fileno(self) -> int:
        """Return the descriptor to wait on."""
        return self._socket.fileno()

    def follow(self, pid: int) -> None:
        """Nothing to do: the kernel reports every process."""

    def read(self) -> Iterator[Event]:
        """Give back what has happened on the whole machine since the last call."""
        for _ in range(MOST_AT_ONCE):  # others must have their turn while processes rain
            try:
                message = self._socket.recv(4096)
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                self.complete = False
                continue
            if event := self._decoded(message):
                yield event

    @staticmethod
    def _decoded(message: bytes) -> Event | None:
        what, _cpu, nanoseconds = struct.unpack_from("=IIQ", message, HEADERS)
        at, data = nanoseconds / 1e9, HEADERS + 16
        if what == PROC_EVENT_FORK:
            _, parent, thread, pid = struct.unpack_from("=4i", message, data)
            return Birth(at, pid, parent) if thread == pid else None  # else: a new thread
        if what == PROC_EVENT_EXEC:
            _, pid = struct.unpack_from("=2i", message, data)
            return Exec(at, pid, ())
        if what == PROC_EVENT_EXIT:
            thread, pid, status = struct.unpack_from("=2iI", message, data)
            return Death(at, pid, status) if thread == pid else None
        return None

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()


class Polling:
    """Looks at the descendants of one process again and again; short lives may be missed."""

    source = "polling"
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


@cache
def process_events_answer() -> bool:
    """Whether the kernel tells this process of a child that it starts."""
    if sys.platform != "linux":
        return False
    try:
        events = ProcessEvents()
    except OSError:
        return False
    try:
        child = os.posix_spawn("/bin/true", ["true"], {})
        os.waitpid(child, 0)
        deadline = time.monotonic() + 0.5
        while (left := deadline - time.monotonic()) > 0:
            if not select.select([events], [], [], left)[0]:
                return False
            if any(isinstance(e, Death) and e.pid == child for e in events.read()):
                return True
        return False
    finally:
        events.close()


def watch(polling: bool = False) -> ProcessEvents | Polling:
    """Return the best source of lives that this machine has, or the other one if asked to."""
    return Polling() if polling or not process_events_answer() else ProcessEvents()
