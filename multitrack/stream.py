"""Where a script writes: one end of a socket pair, or a pipe, and who wrote each piece.

Linux attaches the writer's pid to each piece that is read from the other end of a socket pair
(SO_PASSCRED, unix(7)), and never glues pieces of two writers together.
"""

from __future__ import annotations

import os
import socket
import struct
import time
from dataclasses import dataclass

PIECE = 1 << 16  # bytes: the most that one read takes
CREDENTIALS = struct.Struct("=3i")  # struct ucred: pid, uid, gid


@dataclass(frozen=True)
class Piece:
    """What was read at once; ``pid`` is the writer's, 0 where the system does not name it."""

    pid: int
    data: bytes
    time: float


class Stream:
    """The two ends. ``theirs`` is a descriptor for the script, to be closed once it has started.

    ``open`` is False once the last holder of the script's end has closed it.
    """

    def __init__(self, named: bool) -> None:
        self.named = named
        self.open = True
        if named:
            self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
            self._ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
            self._ours.setblocking(False)
            self._read, self.theirs = self._ours.fileno(), theirs.detach()
        else:
            self._read, self.theirs = os.pipe()
            os.set_blocking(self._read, False)

    def fileno(self) -> int:
        """Return the descriptor to wait on."""
        return self._read

    def receive(self) -> Piece | None:
        """Read one piece; None where nothing is there, or nothing will come any more."""
        try:
            if self.named:
                data, extra, _, _ = self._ours.recvmsg(PIECE, socket.CMSG_SPACE(CREDENTIALS.size))
                pid = CREDENTIALS.unpack(extra[0][2][: CREDENTIALS.size])[0] if extra else 0
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
