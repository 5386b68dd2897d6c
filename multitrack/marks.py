"""The stage's marks in the stream: where main has played a cell, who ends whom, who is what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, cast, get_args

Sender = Literal["pool", "manager", "interpreter", "program"]
Kind = Literal["process", "pool", "executor", "manager"]
# Bytes that may follow the token: three numbers, a word, 41 characters of a name in hexadecimal
# digits (of which one that is not UTF-8 has 12), and what divides them.
LONGEST_REST = 540


@dataclass(frozen=True)
class Mark:
    """``pid`` says that it has played cell ``number``, and when (CLOCK_MONOTONIC, in seconds).

    Cell 0: that it begins.
    """

    pid: int
    number: int
    time: float


@dataclass(frozen=True)
class Sent:
    """``pid`` sends SIGTERM to ``target``, on behalf of ``sender``: a pool of its own, say."""

    pid: int
    sender: Sender
    target: int


@dataclass(frozen=True)
class Started:
    """As what ``pid`` was started by ``parent``, and the ``name`` that its Process object had.

    Where it is a worker, ``group`` is the number of its pool or executor in ``parent``; else 0.
    """

    pid: int
    kind: Kind
    parent: int
    group: int
    name: str


Told = Mark | Sent | Started


class MarkFinder:
    r"""Parts a stream of many writers into output and marks.

    A mark is ``\x1e TOKEN : PID : NUMBER @ NANOSECONDS ;``; or it has a sender before the number
    of a process to which SIGTERM is sent, and no time; or it is
    ``\x1e TOKEN : PID : KIND : PARENT : GROUP : NAME ;`` with the name in hexadecimal digits. The
    token is random and new for each recording, so that no output can be mistaken for a mark. A
    mark may come in any number of pieces; what
    may be the beginning of one is held back until the writer's next piece.
    """

    def __init__(self, token: str) -> None:
        self._token = b"\x1e" + token.encode() + b":"
        senders, kinds = ("|".join(get_args(words)).encode() for words in (Sender, Kind))
        self._whole = re.compile(
            re.escape(self._token) + rb"(\d{1,10}):(?:(\d{1,10})@(\d{1,19})|"
            rb"(" + senders + rb")(\d{1,10})|"
            rb"(" + kinds + rb"):(\d{1,10}):(\d{1,10}):((?:[\da-f]{2}){1,246}));"
        )
        self._held: dict[int, bytes] = {}

    def feed(self, writer: int, data: bytes) -> Iterator[bytes | Told]:
        """Take a piece; give back output and marks in their order."""
        if b"\x1e" not in data and writer not in self._held:
            return iter((data,) if data else ())
        return self._parted(writer, data)

    def _parted(self, writer: int, data: bytes) -> Iterator[bytes | Told]:
        data = self._held.pop(writer, b"") + data
        at = 0
        for match in self._whole.finditer(data):
            if match.start() > at:
                yield data[at : match.start()]
            yield _told(match)
            at = match.end()
        held = self._beginning(data, at)
        if held < len(data):
            self._held[writer] = data[held:]
        if held > at:
            yield data[at:held]

    @property
    def held(self) -> list[int]:
        """Of whom something is held back."""
        return list(self._held)

    def rest(self, writer: int) -> bytes:
        """Give back what is held of a writer that has ended: no mark came of it."""
        return self._held.pop(writer, b"")

    def _beginning(self, data: bytes, start: int) -> int:
        """Where, from ``start``, an unfinished mark begins at the end of ``data``."""
        at = data.rfind(b"\x1e", start)
        if at < 0:
            return len(data)
        rest = data[at:]
        if rest.startswith(self._token):
            numbers = rest[len(self._token) :]
            open_ = len(numbers) < LONGEST_REST and re.fullmatch(rb"[\da-z:@]*", numbers)
            return at if open_ else len(data)
        return at if self._token.startswith(rest) else len(data)


def _told(match: re.Match[bytes]) -> Told:
    pid, number, time, sender, target, kind, parent, group, name = match.groups()
    if kind:
        text = bytes.fromhex(name.decode()).decode("utf-8", "backslashreplace")
        return Started(int(pid), cast(Kind, kind.decode()), int(parent), int(group), text)
    if sender:
        return Sent(int(pid), cast(Sender, sender.decode()), int(target))
    return Mark(int(pid), int(number), int(time) / 1e9)
