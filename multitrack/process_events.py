"""Who was born, what they run, and how they ended, as the kernel reports it.

Times are seconds of CLOCK_MONOTONIC (``time.monotonic``), the clock of the lines.

Linux's process events connector reports every fork, exec and exit with its time and status
(Documentation/driver-api/connector.rst and include/uapi/linux/cn_proc.h in the kernel's
sources). It does not answer in most containers; polling.py has the other way.
"""

from __future__ import annotations

import errno
import os
import select
import socket
import struct
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from multitrack.recording import LivesFrom

NETLINK_CONNECTOR = 11
CN_IDX_PROC = CN_VAL_PROC = 1
PROC_CN_MCAST_LISTEN = 1
NLMSG_DONE = 3
PROC_EVENT_FORK, PROC_EVENT_EXEC, PROC_EVENT_EXIT = 1, 2, 0x80000000
HEADERS = 16 + 20  # struct nlmsghdr and struct cn_msg stand before struct proc_event
SO_RCVBUFFORCE = 33
BUFFER = 8 << 20  # bytes: room for some 10,000 events (768 bytes each with the kernel's own)
MOST_AT_ONCE = 10_000  # events


@dataclass(frozen=True)
class Birth:
    """``parent`` started ``pid``; 0 where nobody saw who did.

    ``guess`` when it was not seen alive, or not with its parent.
    """

    time: float
    pid: int
    parent: int
    guess: bool = False


@dataclass(frozen=True)
class Exec:
    """``pid`` now runs ``command``, an empty list if it was gone before we could look."""

    time: float
    pid: int
    command: tuple[str, ...]


@dataclass(frozen=True)
class Death:
    """``pid`` ended, all of its threads, with a wait status as os.waitpid() gives it.

    The status is None where nobody saw it; it may be told later, by another event of that time.
    """

    time: float
    pid: int
    status: int | None


Event = Birth | Exec | Death


@dataclass
class _Threads:
    """The living threads of a process; the kernel reports each of their ends."""

    living: set[int]
    since: float  # when it last became another program, and lost all threads but one
    first_status: int | None = None  # of its first thread, once that has ended
    latest_end: float = 0.0


class ProcessEvents:
    """The kernel's own report of processes, on a netlink socket.

    Raises OSError where it cannot be had.
    """

    source: LivesFrom = "process events"
    wait: float | None = None  # nothing to do between two events

    def __init__(self) -> None:
        self.complete = True
        self._threads: dict[int, _Threads] = {}  # of each process that was born since
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

    def _decoded(self, message: bytes) -> Event | None:
        what, _cpu, nanoseconds = struct.unpack_from("=IIQ", message, HEADERS)
        at, data = nanoseconds / 1e9, HEADERS + 16
        if what == PROC_EVENT_FORK:
            _, parent, thread, pid = struct.unpack_from("=4i", message, data)
            if thread == pid:
                self._threads[pid] = _Threads({pid}, at)
                return Birth(at, pid, parent)
            if threads := self._threads.get(pid):
                threads.living.add(thread)
        elif what == PROC_EVENT_EXEC:
            _, pid = struct.unpack_from("=2i", message, data)
            if pid in self._threads:  # whichever thread it was: it has the process's pid now
                self._threads[pid] = _Threads({pid}, at)
            return Exec(at, pid, ())
        elif what == PROC_EVENT_EXIT:
            thread, pid, status = struct.unpack_from("=2iI", message, data)
            return self._thread_ended(pid, thread, at, status)
        return None

    def _thread_ended(self, pid: int, thread: int, at: float, status: int) -> Death | None:
        """Return the end of the whole process when this was its last thread."""
        threads = self._threads.get(pid)
        if threads is None:  # born before, or its birth was lost
            return Death(at, pid, status) if thread == pid else None
        if at < threads.since:  # the first thread of what it was before, told late
            return None
        threads.living.discard(thread)
        threads.latest_end = max(threads.latest_end, at)
        if thread == pid:
            threads.first_status = status
        if threads.living:
            return None
        del self._threads[pid]
        # The last thread has the status of the process when something ended all at once. A
        # thread that ended by itself has 0: then the process has the first one's, or also 0.
        certain = status or status == threads.first_status
        return Death(threads.latest_end, pid, status if certain else None)

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()


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
