"""When each line of a transcript was written, as a replay needs it."""

import pytest

from multitrack.recording import Interpreter, Line, PlayedCell, Process, Recording
from multitrack.show.transcript import times_of


@pytest.fixture
def make():
    """Make the recording of a run with one cell before and one behind that of its lines."""

    def make(method, lines, pid=100):
        return Recording(
            script="tiny/one",
            start_method=method,
            interpreter=Interpreter("cpython", "3.11.7", "linux"),
            writers="kernel",
            lives="process events",
            complete=True,
            duration=2.0,
            cells=(
                PlayedCell(1, 1, 9, 0.0, 0.5),
                PlayedCell(2, 12, 20, 0.5, 1.5),
                PlayedCell(3, 21, 22, 1.5, 1.9),
            ),
            processes=(Process("main", pid, "", False, "", 0.0, 2.0, 0, ""),),
            lines=tuple(Line("main", 2, time, text) for time, text in lines),
        )

    return make


def numbers(times: str) -> list[int]:
    return [int(word) for word in times.split()]


def written(recordings):
    return {method: list(recording.lines) for method, recording in recordings.items()}


def test_length_stretch_and_steps_in_tenths_of_a_millisecond(make):
    fork = {"fork": make("fork", [(0.6, "a"), (0.6105, "b"), (1.0, "c")])}
    assert times_of(fork, written(fork), cell=2) == {
        "run": "tiny/one",
        "fork": "20000 5000 15000 6000 105 3895",
    }


@pytest.mark.parametrize(
    ("cell", "start", "end"), [(1, 0, 5000), (3, 15000, 20000), (None, 0, 20000)]
)
def test_the_last_cell_is_played_to_the_end_of_the_run(make, cell, start, end):
    fork = {"fork": make("fork", [])}
    assert numbers(times_of(fork, written(fork), cell=cell)["fork"]) == [20000, start, end]


def test_no_two_lines_come_at_once(make):
    """A step through the run shows one line."""
    fork = {"fork": make("fork", [(0.6, "a"), (0.60001, "b"), (0.60002, "c"), (0.7, "d")])}
    assert numbers(times_of(fork, written(fork), cell=2)["fork"])[3:] == [6000, 1, 1, 998]


def test_where_one_run_s_lines_stand_for_all_each_has_the_time_of_every_run(make):
    """Lines are found by their text, then by their text without pids; twins in their order."""
    runs = {
        "fork": make("fork", [(0.6, "I am 41"), (0.7, "twin"), (0.8, "z"), (0.9, "twin")], pid=41),
        "spawn": make("spawn", [(0.6, "z"), (0.7, "twin"), (0.8, "twin"), (1.0, "I am 7")], pid=7),
    }
    times = times_of(runs, written(runs), "fork", cell=2)
    assert numbers(times["fork"])[3:] == [6000, 1000, 1000, 1000]
    assert numbers(times["spawn"])[3:] == [10000, -3000, -1000, 2000]


def test_a_line_after_the_cell_s_end_is_played_too(make):
    """A child that goes on writing while main is behind its cell."""
    fork = {"fork": make("fork", [(0.6, "a"), (1.7, "late")])}
    assert numbers(times_of(fork, written(fork), cell=2)["fork"])[:3] == [20000, 5000, 17001]
