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


class ProcessEvents:
    """The kernel's own report of processes, on a netlink socket.

    Raises OSError where it cannot be had.
    """

    source: LivesFrom = "process events"
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
