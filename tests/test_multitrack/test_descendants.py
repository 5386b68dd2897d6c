"""Pids are used again: what is told or done of one process is of no other with its pid."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from multitrack.descendants import Descendants
from multitrack.process_events import Birth, Death, Event, Exec

MAIN = 1 << 30  # no pid is so large: none of these processes is there


class Told:
    """A source that tells what a test gives it."""

    source, complete, wait = "process events", True, None

    def __init__(self) -> None:
        self.events: list[Event] = []

    def read(self) -> Iterator[Event]:
        """Tell it once."""
        told, self.events = self.events, []
        yield from told

    def close(self) -> None:
        """Have nothing to close."""


@pytest.fixture
def followed() -> tuple[Descendants, Told]:
    """Follow a main that was born at 0."""
    descendants = Descendants(polling=True)
    descendants.source.close()
    told = Told()
    descendants.source = told  # type: ignore[assignment]
    descendants.tree.born(MAIN, None, 0.0)
    return descendants, told


def test_an_end_that_is_told_late_is_not_its_successor_s(followed):
    """The successor was known before, by what it wrote."""
    descendants, told = followed
    life = descendants.tree.born(MAIN + 1, descendants.tree.main, 5.0)
    told.events = [Death(3.0, MAIN + 1, 9)]
    descendants.follow()
    assert (life.end, life.status) == (None, None)
    told.events = [Death(6.0, MAIN + 1, 9)]
    descendants.follow()
    assert (life.end, life.status) == (6.0, 9)


def test_an_end_after_the_end_is_a_stranger_s(followed):
    """What was found dead had another end than whoever had its pid next."""
    descendants, told = followed
    life = descendants.tree.born(MAIN + 1, descendants.tree.main, 1.0)
    descendants.tree.died(life, 2.0, None)
    told.events = [Death(4.0, MAIN + 1, 9)]
    descendants.follow()
    assert (life.end, life.status) == (2.0, None)
    told.events = [Death(1.5, MAIN + 1, 9)]
    descendants.follow()
    assert (life.end, life.status) == (1.5, 9)


def test_children_of_a_pid_that_was_used_again_are_strangers(followed):
    """Those that were born before the end, but told of after it, are its own."""
    descendants, told = followed
    life = descendants.tree.born(MAIN + 1, descendants.tree.main, 1.0)
    descendants.tree.died(life, 2.0, 0)
    told.events = [Birth(3.0, MAIN + 2, MAIN + 1), Birth(1.5, MAIN + 3, MAIN + 1)]
    descendants.follow()
    assert [(x.pid, x.parent) for x in descendants.tree.all[2:]] == [(MAIN + 3, life)]


def test_what_a_stranger_with_a_dead_one_s_pid_runs(followed):
    """It is not what the dead one ran."""
    descendants, told = followed
    life = descendants.tree.born(MAIN + 1, descendants.tree.main, 1.0)
    descendants.tree.died(life, 2.0, 0)
    told.events = [Exec(3.0, MAIN + 1, ("sleep",))]
    descendants.follow()
    assert (life.command, life.forked) == ((), True)


CAT = shutil.which("cat")
# Starts a process once it is told to, says its pid, and ends with its input.
STARTS = """
import subprocess, sys
sys.stdin.readline()
child = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
print(child.pid, flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody knows whose a process is")
def test_who_has_the_pid_of_a_dead_one_is_not_killed():
    """It belongs to a program that ran before; what the run started is."""
    words = [sys.executable, "-c", STARTS]
    with subprocess.Popen(words, stdin=-1, stdout=-1, text=True) as other:
        descendants = Descendants(polling=True)
        main = subprocess.Popen(["sleep", "95"])
        try:
            descendants.start_with(main, ("sleep",))
            other.stdin.write("start\n")
            other.stdin.flush()
            stranger = int(other.stdout.readline())
            descendants.tree.born(stranger, descendants.tree.main, 0.0)  # its pid's first holder
            rounds = []

            def meanwhile() -> None:
                rounds.append(main.poll())
                if rounds[-1] is not None or len(rounds) > 100:
                    descendants.tree.alive.clear()  # else it would be waited for

            descendants.end(meanwhile)
            assert main.wait(20) == -signal.SIGKILL
            assert Path(f"/proc/{stranger}/exe").resolve().name == Path(CAT).resolve().name
        finally:
            main.kill()
            descendants.close()
            other.stdin.close()
