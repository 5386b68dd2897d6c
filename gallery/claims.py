"""What a lesson claims of the times that it measures: ``"loop > two processes"``.

The line that begins with the first words shows more seconds than the one that begins with the
second, whichever process wrote them: ``loop: 1.52 s`` and ``two processes: 810 ms``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from multitrack.recording import Line, Recording

UNITS = r"(?:[nµμum]?s|min|(?:nano|micro|milli)?seconds?|minutes?)"
DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d[\d_]*)(?:\.\d+)?"
TIME = rf"(?<![\w.])(?P<number>{DIGITS}(?:e[-+]?\d+)?)(?=\s?(?P<unit>{UNITS})\b)"
SECONDS = {"min": 60.0, "mic": 1e-6, "u": 1e-6, "µ": 1e-6, "μ": 1e-6, "n": 1e-9, "m": 1e-3, "s": 1}


@dataclass(frozen=True)
class Claim:
    """The line that begins with ``more`` shows more seconds than the one with ``less``."""

    more: str
    less: str

    @classmethod
    def of(cls, words: str) -> Claim:
        """Read a claim, or raise ValueError with what it must be."""
        both = [part.strip() for part in words.split(" > ")]
        if len(both) != 2 or not all(both) or both[0] == both[1]:
            raise ValueError(
                f'{words!r}: give "A > B", where A begins the line with the longer time and B '
                "the one with the shorter"
            )
        return cls(*both)

    def lines(self, recording: Recording) -> tuple[Measured, Measured]:
        """Return both lines, or raise ValueError with the way out."""
        return _line(self.more, recording), _line(self.less, recording)

    def holds(self, recording: Recording) -> bool:
        """Whether it is so in a recording; raises ValueError where a line is not there."""
        more, less = self.lines(recording)
        return more.seconds > less.seconds


@dataclass(frozen=True)
class Measured:
    """A line with a time: as it was written, in seconds, and in which cell."""

    time: str
    seconds: float
    cell: int


def _line(begins: str, recording: Recording) -> Measured:
    whole = r"(?!\w)" if begins[-1].isalnum() else ""  # "loop" does not begin "loops: 3 s"
    pattern = re.compile(rf"\s*{re.escape(begins)}{whole}(?P<rest>.*)", re.DOTALL)
    timed = [line for line in recording.lines if re.search(TIME, line.text)]
    found = [
        _measured(line, time)
        for line in timed
        if (match := pattern.match(line.text)) and (time := re.search(TIME, match["rest"]))
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise ValueError(
            f"lesson_measures: {len(found)} lines with a time begin with {begins!r}; give more of "
            "the line, or have one of them begin otherwise"
        )
    there = ", ".join(repr(line.text) for line in timed[:8]) or "no line has one"
    raise ValueError(
        f"lesson_measures: no line with a time begins with {begins!r}; with times there are: "
        f"{there}. Give the words with which the line begins, or print the time with its unit"
    )


def _measured(line: Line, time: re.Match[str]) -> Measured:
    number, unit = time["number"].replace(",", "").replace("_", ""), time["unit"]
    factor = next(f for start, f in SECONDS.items() if unit.startswith(start))
    return Measured(f"{time['number']} {unit}", float(number) * factor, line.cell)
