"""The stage's own frames, which stand below the script's on the stack, are left out of its output.

Python leaves them out of the traceback of an exception (stage.py). A script that prints its whole
stack, as faulthandler and traceback.print_stack() do, prints them, too.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from multitrack.lines import Lines
from multitrack.shorten import spellings

STAGE = Path(__file__).with_name("stage.py")
CARETS = re.compile(rb"[ |]*[~^][ ~^]*")


class OwnFrames:
    """Takes from what each process writes the stage's frames, with their source and carets."""

    def __init__(self) -> None:
        names = b"|".join(re.escape(os.fsencode(name)) for name in spellings(str(STAGE)))
        # faulthandler writes no comma, and no source.
        self._frame = re.compile(rb'[ |]*File "(?:' + names + rb')", line (\d+)(,?) in .*')
        self._any = re.compile(names)
        self._source = [line.strip() for line in STAGE.read_bytes().split(b"\n")]
        self._after: dict[int, bytes] = {}  # by pid: the source that may follow, b"" for carets

    def without(self, lines: Lines) -> Lines | None:
        """Return the lines without those that are of the stage; None where no other is there."""
        if lines.pid not in self._after and not self._any.search(lines.data):
            return lines
        written = lines.data.split(b"\n")
        kept = [at for at, line in enumerate(written) if not self._is_own(lines.pid, line)]
        if not kept:
            return None
        ended = lines.ended or kept[-1] < len(written) - 1
        return lines._replace(data=b"\n".join(written[at] for at in kept), ended=ended)

    def _is_own(self, pid: int, line: bytes) -> bool:
        source = self._after.pop(pid, None)
        if found := self._frame.fullmatch(line):
            number = int(found[1])
            if found[2] and number <= len(self._source):
                self._after[pid] = self._source[number - 1]
            return True
        if source is None:
            return False
        if source and line.strip(b" |") == source:
            self._after[pid] = b""
            return True
        return not source and bool(CARETS.fullmatch(line))
