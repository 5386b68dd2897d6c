"""What counts as the same lines, and what as a difference between versions."""

import pytest

from gallery.evidence.findings import Sameness, Spread
from gallery.evidence.sameness import compared, differing, sameness, spread
from multitrack.recording import Interpreter, Line, Process, Recording

STAYS = ["got 5 of 40", "[1, 2, 3]", "version 3.14", "spawn", "temporary"]


def run_of(text: str, pid: int = 4077) -> Recording:
    """Make the recording of a run whose main wrote one line."""
    return Recording(
        script="tiny/lesson",
        start_method="fork",
        interpreter=Interpreter("cpython", "3.11.7", "linux"),
        writers="kernel",
        lives="process events",
        complete=True,
        duration=0.1,
        cells=(),
        processes=(Process("main", pid, "", False, "", 0.0, 0.1, 0, ""),),
        lines=(Line("main", 1, 0.05, text),),
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("took 0.53 s", "took 12 s"),
        ("took   1,204 ms,", "took 7.25 ms,"),
        ("<Lock at 0x7f01ab>", "<Lock at 0x55cd>"),
        ("getppid=812", "getppid=99"),
        ("psm_1a2b3c4d", "psm_99ffee00"),
        ("in /tmp/tmpab_de12f/x.py", "in /tmp/tmpzzzzzzz9/x.py"),
        (
            'File "lib/python3.11/threading.py", line 9',
            'File "lib/python3.14/threading.py", line 77',
        ),
    ],
)
def test_what_differs_by_its_nature_is_the_same(one, other):
    assert compared(run_of(one)) == compared(run_of(other))
    assert compared(run_of(one)) != compared(run_of(other + "!"))


def test_pids_are_the_same_and_other_numbers_are_not():
    assert compared(run_of("I am 4077")) == compared(run_of("I am 8123", pid=8123))
    assert compared(run_of("I am 4077")) != compared(run_of("I am 4078"))
    for text in STAYS:
        assert compared(run_of(text)) == [("main", text)]
    assert compared(run_of("5 of 40"), measures=True) == [("main", "<number> of <number>")]


def test_lines_writers_and_orders_are_counted():
    a, b = ("child 1", "a"), ("child 2", "b")
    assert sameness([[a, b], [a, b]]) == Sameness(2, 1, 1, 1)
    assert sameness([[a, b], [b, a]]) == Sameness(2, 1, 1, 2)
    assert sameness([[a, b], [("child 2", "a"), ("child 1", "b")]]) == Sameness(2, 1, 2, 2)
    assert sameness([[a, b], [a], [a, a]]) == Sameness(3, 3, 3, 3)


def test_the_spread_has_ranges_and_counts():
    def run(*texts):
        return [("main", t) for t in texts]

    runs = {
        "fork": [run("lost 1,200 of 9", "x", "end"), run("lost 7 of 9", "x", "x", "end")],
        "spawn": [run("other", "lost 30 of 9", "x"), run("other", "lost 30 of 9", "x")],
    }
    assert spread(runs) == (
        Spread("lost 7 … 1,200 of 9", 4, 4, 1, 1),
        Spread("x", 4, 4, 1, 2),
    )


def test_a_difference_is_in_every_run_and_chance_is_none():
    def run(*texts):
        return [("main", t) for t in texts]

    here = [run("AttributeError", "lost 5", "maybe"), run("AttributeError", "lost 6")]
    there = [run("PicklingError", "lost 9"), run("PicklingError", "lost 1", "maybe", "once")]
    assert differing(here, there) == (run("PicklingError"), run("AttributeError"))
    assert differing(here, here) == ([], [])


def test_frames_of_the_standard_library_are_no_difference():
    def run(frame, text):
        lines = (
            "Traceback (most recent call last):",
            f'  File "lib/python3/multiprocessing/{frame}.py", line <line>, in f',
            f"    call({frame})",
            '  File "snippets/a.py", line 3, in <module>',
            "    mine()",
            text,
        )
        return [("child 1", line) for line in lines]

    assert differing([run("old", "E: x")], [run("new", "E: x")]) == ([], [])
    assert differing([run("old", "E: x")], [run("new", "E: y")]) == (
        [("child 1", "E: y")],
        [("child 1", "E: x")],
    )
