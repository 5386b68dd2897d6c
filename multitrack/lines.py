"""Putting lines together again from the pieces in which many processes wrote them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple


class Lines(NamedTuple):
    r"""One or more lines of one process, parted by ``\n``, and the time of their last byte.

    ``ended`` is False where the last of them has no end of its own.
    """

    pid: int
    time: float
    data: bytes
    ended: bool = True


class LineAssembler:
    """Collects what each process wrote until its line ends.

    Pieces of different processes may alternate at will: each process's bytes come out in the
    order in which it wrote them, and never in another's line.

    ``held`` is the number of bytes in lines that have not ended.
    """

    def __init__(self) -> None:
        self.held = 0
        self._open: dict[int, list[bytes]] = {}
        self._touched: dict[int, float] = {}

    @property
    def begun(self) -> Collection[int]:
        """Who has begun a line and not ended it."""
        return self._open.keys()

    def feed(self, pid: int, data: bytes, time: float) -> tuple[Lines, ...]:
        """Take a piece; give back the lines that it completes."""
        end = data.rfind(b"\n")
        found: tuple[Lines, ...] = ()
        if end >= 0:
            begun = self._close(pid) if pid in self._open else b""
            found = (Lines(pid, time, begun + data[:end]),)
        if end + 1 < len(data):
            rest = data[end + 1 :]
            self._open.setdefault(pid, []).append(rest)
            self._touched[pid] = time
            self.held += len(rest)
        return found

    def finish(self, pid: int) -> Iterator[Lines]:
        """Give back the line that ``pid`` began and did not end, if any."""
        if pid in self._open:
            time = self._touched[pid]
            yield Lines(pid, time, self._close(pid), ended=False)

    def finish_all(self) -> Iterator[Lines]:
        """Give back every line that was begun and not ended, oldest first."""
        for pid in sorted(self._open, key=self._touched.__getitem__):
            yield from self.finish(pid)

    def _close(self, pid: int) -> bytes:
        begun = b"".join(self._open.pop(pid, ()))
        self._touched.pop(pid, None)
        self.held -= len(begun)
        return begun
