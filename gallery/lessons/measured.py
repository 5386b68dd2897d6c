"""Recordings of lessons that claim something of the times that they measure (gallery/claims.py).

Such a time is a matter of what else the machine does. So a run is repeated where a claim does not
hold in it. Where that does not help, a file beside the recording says how busy the machine was,
and the page says it, too.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from gallery.claims import Claim
from gallery.in_words import in_words
from gallery.lesson import Lesson
from multitrack import cache
from multitrack.exclusive import turn
from multitrack.pool import Job, NotRecorded, record_all
from multitrack.recording import Recording

RUNS = 3  # at most, in one build
AGAIN = 3600.0  # seconds until a build tries again what three runs did not show
OURS = 0.9  # of the cores' time: what others had of it is the system's own noise
TIMES = ("", "once", "twice", "three times")

# Processes of our own, one for each core, ask for all of its time, and see what they get: the same
# on macOS, and under a container's limit. What else was tried said less. The load average is of the
# last minute, with the build's own work in it: it rose from 15 to 17 while six busy processes ran,
# and to 18 when they had ended. The use of all cores is at 100 % however many share them. Each is
# in a session of its own, as a run is, for Linux may share its time out among sessions: in the
# session of those six they got 6 %, outside 24 %.
PROBE = """
import time
wall, cpu = time.perf_counter(), time.process_time()
while (now := time.perf_counter()) < wall + 0.3:
    pass
print((time.process_time() - cpu) / (now - wall))
"""


@dataclass(frozen=True)
class Tries:
    """What came before a recording was kept in which claims do not hold.

    ``claims`` are those; ``shares`` is the part of the cores' time that each run could have.
    """

    claims: list[list[str]]
    shares: list[float]
    cores: int
    ended: float

    @classmethod
    def of(cls, recording: Path) -> Tries | None:
        """Read what is beside a recording's file."""
        with contextlib.suppress(OSError, ValueError, TypeError):
            return cls(**json.loads(_beside(recording).read_text("utf-8")))
        return None


def measure(job: Job, lesson: Lesson, shares: list[float]) -> Recording:
    """Record until all claims hold, three times at most; note what part of the cores was ours."""
    runs = RUNS if cores() > 1 else 1  # on one core it comes out so each time
    while True:
        before = share()
        ((_, recording),) = record_all([job], 1)
        if not recording.ok or not failing(lesson, recording):
            return recording
        shares.append(round((before + share()) / 2, 3))
        if len(shares) == runs:
            return recording
        if job.full_text:
            cache.forget(recording, Path(job.full_text).parent)


def failing(lesson: Lesson, recording: Recording) -> list[Claim]:
    """Return the claims that do not hold; those that are of no line are complained of elsewhere."""
    found = []
    for claim in lesson.settings.claims_under(recording.start_method):
        with contextlib.suppress(ValueError):
            found += [] if claim.holds(recording) else [claim]
    return found


def settled(lesson: Lesson, recording: Recording, file: Path) -> bool:
    """Whether a recording that is kept need not be made again now."""
    claims, tries = failing(lesson, recording), Tries.of(file)
    if not claims or not tries:
        return not claims
    same = tries.claims == _words(claims) and tries.cores == cores()
    return same and (tries.cores == 1 or time.time() < tries.ended + AGAIN)


def note(lesson: Lesson, recording: Recording, file: Path, shares: list[float]) -> None:
    """Keep beside a recording how its runs went, if that is to be told."""
    if claims := failing(lesson, recording):
        tries = Tries(_words(claims), shares, cores(), time.time())
        _beside(file).write_text(json.dumps(asdict(tries)), encoding="utf-8")
    else:
        _beside(file).unlink(missing_ok=True)


def told(lesson: Lesson, recording: Recording, file: Path, cell: int | None = None) -> str:
    """Say in words which claims, of a cell's lines or of all, do not hold, and why that may be."""
    return " ".join(_told(lesson, recording, Tries.of(file), cell))


def _told(
    lesson: Lesson, recording: Recording, tries: Tries | None, cell: int | None
) -> Iterator[str]:
    both = [(claim, *claim.lines(recording)) for claim in failing(lesson, recording)]
    both = [one for one in both if cell in (None, one[1].cell)]
    for claim, more, less in both:
        yield (
            f"Under {recording.start_method}, “{claim.more}” ({more.time}) should take longer "
            f"than “{claim.less}” ({less.time}), and here it did not."
        )
    if not both or not tries:
        return
    measured = f"This was measured {TIMES[len(tries.shares)]}"
    its = "its one core" if tries.cores == 1 else f"its {tries.cores} cores"
    if min(tries.shares) < OURS:
        left = in_words(dict.fromkeys(f"{part:.0%}" for part in tries.shares))
        yield f"{measured} while other programs kept the machine busy: they left {left} of {its}."
    else:
        yield f"{measured}, and other programs left the machine alone."
    if tries.cores == 1:
        yield "On one core, processes can only take turns."
    elif min(tries.shares) < OURS:
        yield "What this page says is about cores that nothing else uses."


def cores() -> int:
    """Return how many cores a run may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def share() -> float:
    """Return the part of the cores' time that a run could have now.

    Asked when no recorder on this machine records: that would be counted, and be disturbed.
    """
    command = [sys.executable, "-I", "-S", "-c", PROBE]
    try:
        with turn(alone=True):
            probes = [
                subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
                for _ in range(cores())
            ]
            return sum(float(probe.communicate()[0]) for probe in probes) / len(probes)
    except (OSError, ValueError) as error:
        raise NotRecorded(f"how busy the machine is cannot be measured: {error}") from None


def _beside(recording: Path) -> Path:
    return recording.with_suffix(".measured")


def _words(claims: list[Claim]) -> list[list[str]]:
    return [[claim.more, claim.less] for claim in claims]
