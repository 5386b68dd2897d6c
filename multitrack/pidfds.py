"""Handles of living processes, through which the kernel tells at once when one has ended, and how.

Linux only: pidfd_open(2); how a process ended that another one waited for is told from Linux 6.15
on (PIDFD_GET_INFO, include/uapi/linux/pidfd.h in the kernel's sources).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import resource
import select
import struct
import time
from collections.abc import Iterator

PIDFD_GET_INFO = 0xC040FF0B  # _IOWR(0xFF, 11, struct pidfd_info), of 64 bytes in its first version
PIDFD_INFO_EXIT = 1 << 3
EXIT_CODE = 60  # where it stands in struct pidfd_info


class Pidfds:
    """Holds a pidfd of each process; ``fileno`` is ready when one of them has ended."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._pids: dict[int, int] = {}
        self._ended: dict[int, tuple[int, float]] = {}
        # Others need descriptors, too: a parent may leave thousands of zombies.
        self._most = resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 4

    def fileno(self) -> int:
        """Return the descriptor to wait on."""
        return self._epoll.fileno()

    def hold(self, pid: int) -> bool:
        """Hold a process; False where that is not possible, as when it is gone."""
        if len(self._pids) + len(self._ended) >= self._most:
            return False
        try:
            fd = os.pidfd_open(pid)
        except OSError:
            return False
        self._pids[fd] = pid
        self._epoll.register(fd, select.EPOLLIN)
        return True

    def ended(self) -> Iterator[tuple[int, float]]:
        """Yield each process that has ended since the last call, and when that was seen."""
        for fd, _ in self._epoll.poll(0):
            self._epoll.unregister(fd)
            self._ended[fd] = self._pids.pop(fd), time.monotonic()
            yield self._ended[fd]

    def statuses(self) -> Iterator[tuple[int, float, int]]:
        """Yield pid, end and wait status of those for which the kernel tells it by now."""
        for fd, (pid, at) in list(self._ended.items()):
            info = bytearray(struct.pack("=Q56x", PIDFD_INFO_EXIT))
            with contextlib.suppress(OSError):  # which says that it will never be told
                fcntl.ioctl(fd, PIDFD_GET_INFO, info)
                if not struct.unpack_from("=Q", info)[0] & PIDFD_INFO_EXIT:
                    continue  # nobody has waited for it yet
                yield pid, at, struct.unpack_from("=i", info, EXIT_CODE)[0]
            del self._ended[fd]
            os.close(fd)

    def close(self) -> None:
        """Let go of all."""
        for fd in (*self._pids, *self._ended):
            os.close(fd)
        self._epoll.close()
