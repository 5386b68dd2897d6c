"""What a run wrote: the beginning in memory, and all of it in a file once it is much.

Of each cell at most LINES lines and CHARACTERS bytes are kept in memory and in the recording, and
of each line at most LONGEST. A lesson's output is far below. Above, everything goes to a file,
from the first line on, and the recording says how much more is there.
"""

from __future__ import annotations

import contextlib
import math
import struct
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from multitrack.disk import CannotKeep, keeping
from multitrack.lines import Lines
from multitrack.process_tree import Life
from multitrack.recording import FullText, Line

LINES = 2_000  # of a cell
CHARACTERS = 256 << 10  # of a cell, counted in bytes
LONGEST = 10_000  # characters of a line
# A character has at most 4 bytes; a folder's name that begins before the cut is shortened whole.
MOST_BYTES = 4 * LONGEST + 4096
RECORD = struct.Struct("=iI")  # number of the writer (-1: not known) and bytes of its lines


class Kept(NamedTuple):
    """A line that is kept in memory; ``cut`` characters of it are not."""

    data: bytes
    time: float
    ended: bool
    life: Life | None
    cell: int
    cut: int


class Output:
    """Collects a run's lines; ``size`` is how many bytes they had."""

    def __init__(self, path: Path) -> None:
        self.size = self.lines = 0
        self.unshown: Counter[int] = Counter()  # lines of each cell that are only in the file
        self._path = path
        self._kept: list[Kept] = []
        self._count: Counter[int] = Counter()
        self._bytes: Counter[int] = Counter()
        self._file: BinaryIO | None = None
        self._full = False  # the disk

    def take(self, lines: Lines, life: Life | None, cell: int) -> None:
        """Take lines in; raises CannotKeep once, and what comes while the run is ended is lost."""
        if self._full:
            return
        try:
            self._take(lines, life, cell)
        except OSError as error:
            self._full = True
            raise CannotKeep(self._path, error.strerror or str(error)) from None

    def _take(self, lines: Lines, life: Life | None, cell: int) -> None:
        before, number = len(self._kept), lines.data.count(b"\n") + 1
        self.size += len(lines.data) + 1
        self.lines += number
        if self.unshown[cell]:  # of a cell the beginning is kept, without a gap
            self.unshown[cell] += number
            self._store(life, lines.data)
            return
        self._keep(lines, life, cell)
        kept = self._kept[before:]
        self.unshown[cell] += number - len(kept)
        if self._file is None and (self.unshown[cell] or any(line.cut for line in kept)):
            self._file = self._path.open("w+b")
            for line in self._kept[:before]:
                self._store(line.life, line.data)
        if self._file:
            self._store(life, lines.data)

    def _keep(self, lines: Lines, life: Life | None, cell: int) -> None:
        """Keep as much as a recording holds."""
        *whole, last = lines.data.split(b"\n")
        for data, ended in (*((data, True) for data in whole), (last, lines.ended)):
            size, cut = len(data), 0
            if size > LONGEST:
                cut = max(0, len(decoded(data)) - LONGEST)
                size = min(size, MOST_BYTES)
            if self._count[cell] >= LINES or self._bytes[cell] + size > CHARACTERS:
                return
            self._count[cell] += 1
            self._bytes[cell] += size
            data = data[:MOST_BYTES] if cut else data
            self._kept.append(Kept(data, lines.time, ended, life, cell, cut))

    def _store(self, life: Life | None, data: bytes) -> None:
        assert self._file
        self._file.write(RECORD.pack(life.number if life else -1, len(data)) + data)

    def settle(self, played: Sequence[float] = ()) -> dict[int, float]:
        """Move times back to where they are true; return when each cell's first line was written.

        A line is received after it was written, perhaps even after its writer's end. It was
        written before that, and before all that came after it in the stream: ``played`` has the
        times at which main had played the first, the second cell and so on. (What is written after
        the last of them counts as the last cell's.)
        """
        ends = dict(enumerate(played[:-1], 1))
        latest, first = math.inf, {}
        for number in reversed(range(len(self._kept))):
            kept = self._kept[number]
            end = kept.life.end if kept.life else None
            cell_end = ends.get(kept.cell, math.inf)
            at = min(kept.time, latest, cell_end, math.inf if end is None else end)
            if kept.ended:  # else its last byte may be older than what stands before it
                latest = at
            if kept.life:
                kept.life.start = min(kept.life.start, at)
            if at < kept.time:
                self._kept[number] = kept._replace(time=at)
            first[kept.cell] = latest
        return first

    def shown(self, since: Callable[[float], float], short: Callable[[str], str]) -> Iterator[Line]:
        """Give back the lines that a recording holds; labels are known by now."""
        for kept in self._kept:
            text = short(decoded(kept.data))
            yield Line(
                process=kept.life.label if kept.life else "",
                cell=kept.cell,
                time=since(kept.time),
                text=text[:LONGEST] if kept.cut else text,
                ended=kept.ended,
                cut=kept.cut,
            )

    def write_full(
        self, path: Path | None, everybody: list[Life], short: Callable[[str], str]
    ) -> FullText | None:
        """Write every line as ``name | text`` where the recording does not hold them all.

        With no path the text is only counted, and the answer names no file.
        """
        if self._file is None:
            return None
        if path is None:
            return FullText("", self.lines, self.size)
        width = max(len(life.name) for life in everybody)
        with keeping(self._path):
            self._file.seek(0)  # what is in memory is written first
        with keeping(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._write_full(path, width, everybody, short)
            return FullText(path.name, self.lines, path.stat().st_size)

    def _write_full(
        self, path: Path, width: int, everybody: list[Life], short: Callable[[str], str]
    ) -> None:
        assert self._file
        with path.open("w", encoding="utf-8", newline="\n") as text:
            while head := self._file.read(RECORD.size):
                number, size = RECORD.unpack(head)
                name = everybody[number].name if number >= 0 else ""
                who = f"{name:>{width}} | "
                lines = short(decoded(self._file.read(size)))
                text.write(who + lines.replace("\n", "\n" + who) + "\n")

    def close(self) -> None:
        """Let go of the file; whoever made its folder removes it."""
        if self._file:
            with contextlib.suppress(OSError):  # nobody wants it any more
                self._file.close()


def decoded(data: bytes) -> str:
    r"""Read as UTF-8; other bytes stand as ``\xNN``."""
    return data.decode("utf-8", errors="backslashreplace")
