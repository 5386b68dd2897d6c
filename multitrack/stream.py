"""Where a script writes: one end of a socket pair, or a pipe, and who wrote each piece.

Linux attaches the writer's pid to each piece that is read from the other end of a socket pair
(SO_PASSCRED, unix(7)), and never glues pieces of two writers together.
"""

from __future__ import annotations

import fcntl
import os
import select
import socket
import struct
import sys
import termios
import time
from collections import deque
from typing import NamedTuple

PIECE = 1 << 16  # bytes: the most that one read takes
CREDENTIALS = struct.Struct("=3i")  # struct ucred: pid, uid, gid
ROOM = socket.CMSG_SPACE(CREDENTIALS.size)
SO_SNDBUFFORCE = 32
# Bytes that writers may be ahead, of which a short line takes 768: with the kernel's own 200 kB,
# they and the recorder wait for each other every 270 lines, and take half as long again.
BUFFER = 2 << 20


class Piece(NamedTuple):
    """What was read at once; ``pid`` is the writer's, 0 where the system does not name it."""

    pid: int
    data: bytes
    time: float


class Stream:
    """The two ends. ``theirs`` is a descriptor for the script, to be closed once it has started.

    ``open`` is False once the last holder of the script's end has closed it. ``ahead`` holds what
    was read already and is received first.
    """

    def __init__(self, named: bool) -> None:
        self.named = named
        self.open = True
        self.ahead: deque[Piece] = deque()
        if named:
            self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
            self._ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
            self._ours.setblocking(False)
            try:
                theirs.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, BUFFER)
            except PermissionError:  # not root: as much as the machine allows
                theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
            self._read, self.theirs = self._ours.fileno(), theirs.detach()
        else:
            self._read, self.theirs = os.pipe()
            os.set_blocking(self._read, False)

    def fileno(self) -> int:
        """Return the descriptor to wait on."""
        return self._read

    def receive(self) -> Piece | None:
        """Return the next piece; None where nothing is there, or nothing will come any more."""
        return self.ahead.popleft() if self.ahead else self._next()

    def over(self, pid: int) -> bool:
        """Whether a process has ended and all that it wrote was received."""
        if not _has_ended(pid):
            return False
        # What it wrote is here by now: read as much as is here, and look.
        left = int.from_bytes(fcntl.ioctl(self._read, termios.FIONREAD, bytes(4)), sys.byteorder)
        while left > 0 and (piece := self._next()):
            left -= len(piece.data)
            self.ahead.append(piece)
        return all(piece.pid != pid for piece in self.ahead)

    def _next(self) -> Piece | None:
        try:
            if self.named:
                data, extra, _, _ = self._ours.recvmsg(PIECE, ROOM)
                pid = CREDENTIALS.unpack_from(extra[0][2])[0] if extra else 0
            else:
                data, pid = os.read(self._read, PIECE), 0
        except BlockingIOError:
            return None
        except ConnectionResetError:
            data, pid = b"", 0
        if not data:
            self.open = False
            return None
        return Piece(pid, data, time.monotonic())

    def close(self) -> None:
        """Stop reading."""
        if self.named:
            self._ours.close()
        else:
            os.close(self._read)


def _has_ended(pid: int) -> bool:
    """Whether a process has ended, waited for or not; False where the system does not tell."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    try:
        ready = select.poll()
        ready.register(process, select.POLLIN)
        return bool(ready.poll(0))
    finally:
        os.close(process)
