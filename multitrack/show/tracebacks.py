r"""Tracebacks among the lines of a transcript: what to fold, what to mark.

:func:`kinds` says for each line what it is, :func:`groups` joins neighbours of one kind::

    plain   Process Process-1:
            Traceback (most recent call last):
    frames    File "lib/python3.11/multiprocessing/process.py", line 314, in _bootstrap
                self.run()
    own       File "boom.py", line 5, in work
                raise ValueError("bad\nworse")
    error   ValueError: bad
            worse

To be folded are ``frames`` alone, to be marked ``error``. Of exceptions that caused one another,
of what a pool quotes from its worker and of exception groups each has its own parts; the words
between them are ``plain``. A stack that no exception printed is plain, too.

It is read from the text, as Python 3.11 to 3.15 write it. Where a message has several lines, the
text does not always tell where it ends: what follows it unindented is ``plain`` then, which is
shown as well. Nothing but frames is ever taken for frames.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from multitrack.recording import Line

Kind = Literal["plain", "frames", "own", "error"]

HEAD = re.compile(r"(?: *\+ Exception Group )?Traceback \(most recent call last\):")
UNCAUGHT = re.compile(r"Process .+:")  # multiprocessing's word on a child that raised
FRAME = re.compile(r'  File "(.+)", line \d+, in .+')
PLACE = re.compile(r'  File "(.+)", line \d+')  # of a syntax error, whose message begins so
REPEATED = re.compile(r"  \[Previous line repeated \d+ more times?\]")
QUOTE = '"""'
QUOTED = re.compile(r"[\w.]*RemoteTraceback: ?")
CHAINED = (
    "During handling of the above exception, another exception occurred:",
    "The above exception was the direct cause of the following exception:",
)
MARGIN = re.compile(r" +\| ?")  # of an exception group
RULE = re.compile(r" *\+(?:-\+)?-{10,}(?: (?:\d+|\.\.\.) -{10,})?")  # between its exceptions
LAST_RULE = re.compile(r" *\+-{30,}")
# Files as shorten.py names them that are neither the script nor beside it.
ELSEWHERE = re.compile(r"[/~<]|(?:lib/(?:python\d[^/]*|\w+-packages)|python|multitrack)/")


@dataclass(frozen=True)
class Group:
    """Lines of one process that follow one another and are of one kind."""

    kind: Kind
    lines: tuple[Line, ...]

    @property
    def frames(self) -> int:
        """How many frames of a stack are in it."""
        return sum(bool(FRAME.fullmatch(_inside(line.text))) for line in self.lines)


def groups(lines: Sequence[Line]) -> list[Group]:
    """Join lines, in their order: where processes alternate, a traceback is in several groups."""
    joined = groupby(
        zip(kinds(lines), lines, strict=True), key=lambda pair: (pair[1].process, pair[0])
    )
    return [Group(kind, tuple(line for _, line in found)) for (_, kind), found in joined]


def kinds(lines: Sequence[Line]) -> list[Kind]:
    """Return the kind of each line; the lines of each process are read by themselves."""
    places: dict[str, list[int]] = defaultdict(list)
    for at, line in enumerate(lines):
        places[line.process].append(at)
    found: list[Kind] = ["plain"] * len(lines)
    for own in places.values():
        read = _Reader([lines[at].text for at in own]).read()
        for at, kind in zip(own, read, strict=True):
            found[at] = kind
    return found


def _inside(text: str) -> str:
    """Return a line without the margin of an exception group."""
    margin = MARGIN.match(text)
    return text[margin.end() :] if margin else text


class _Reader:
    """Reads the lines of one process, one after the other."""

    def __init__(self, texts: list[str]) -> None:
        self.texts = texts
        self.at = 0
        self.uncaught = False  # nothing comes after the message of its last exception
        self.messages: dict[str, list[str]] = {}  # that certainly are whole, by the first line

    def read(self) -> Iterator[Kind]:
        """Yield the kind of each line."""
        while self.at < len(self.texts):
            head = self.texts[self.at]
            self.at += 1
            yield "plain"
            if HEAD.fullmatch(head):
                yield from self._exception(self.at - 1, "+" in head)

    def _line(self, *, group: bool) -> str | None:
        """Return the next line; None at the end, and where a group ends without its last rule."""
        if self.at == len(self.texts):
            return None
        text = self.texts[self.at]
        if not group:
            return text
        return _inside(text) if MARGIN.match(text) or RULE.fullmatch(text) else None

    def _exception(self, head: int, group: bool) -> Iterator[Kind]:
        """Read what follows a head: frames, and a message."""
        yield from self._stack(group)
        if not group:
            self.uncaught |= bool(head and UNCAUGHT.fullmatch(self.texts[head - 1]))
            yield from self._message(head)
            return
        chained = False
        while (text := self._line(group=True)) is not None:
            chained = text in CHAINED or (not text and (chained or self._chained(group)))
            self.at += 1
            if RULE.fullmatch(text):
                yield "plain"
                if LAST_RULE.fullmatch(text):
                    return
            elif HEAD.fullmatch(text):
                yield "plain"
                yield from self._stack(group)
            elif chained:
                yield "plain"
            else:
                yield "error"

    def _stack(self, group: bool) -> Iterator[Kind]:
        kind: Kind = "plain"
        while (text := self._line(group=group)) is not None:
            if frame := FRAME.fullmatch(text):
                kind = "frames" if ELSEWHERE.match(frame[1]) else "own"
            elif kind == "plain" or not (text.startswith("    ") or REPEATED.fullmatch(text)):
                return
            self.at += 1
            yield kind

    def _message(self, head: int) -> Iterator[Kind]:
        quoted = self._is_quoted(head)
        first = self.at
        if (text := self._line(group=False)) and PLACE.fullmatch(text):
            while text is not None and text.startswith(" "):
                self.at += 1
                yield "error"
                text = self._line(group=False)
        if not text or text.startswith(" "):
            return
        known = self.messages.get(text, [])
        if known == self.texts[self.at : self.at + len(known)] and known:
            self.at += len(known)
            for _ in known:
                yield "error"
            return
        self.at += 1
        yield "error"
        while (text := self._line(group=False)) is not None:
            if HEAD.fullmatch(text) or QUOTED.fullmatch(text) or self._chained():
                break
            if text == QUOTE and quoted:
                self.messages[self.texts[first]] = self.texts[first : self.at]
                break
            if not (quoted or self.uncaught or self._indented()):
                break
            self.at += 1
            yield "error"

    def _is_quoted(self, head: int) -> bool:
        """Whether a head is in quotes: some exceptions before it may be in them, too."""
        for at in range(head - 1, 0, -1):
            if self.texts[at] == QUOTE:
                return bool(QUOTED.fullmatch(self.texts[at - 1]))
        return False

    def _chained(self, group: bool = False) -> bool:
        """Whether here, perhaps after an empty line, is a word on another exception."""
        told = self.texts[self.at : self.at + 2]
        told = [_inside(text) if group else text for text in told]
        return bool(told) and (told[0] in CHAINED or (told[0] == "" and told[-1] in CHAINED))

    def _indented(self) -> bool:
        """Whether the next line that is not empty is indented, as in a text of many lines."""
        for text in self.texts[self.at :]:
            if text:
                return text[0] in " \t"
        return False
