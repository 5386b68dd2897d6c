"""One number for several processes: progress, a flag, and what the lock does to a crash."""

import ctypes
import os
import random
from multiprocessing import Process, Value
from unittest.mock import Mock

import pytest

from snippets.shared_memory import value

QUARTERS = "25 %\n50 %\n75 %\n100 %\n"


def test_program(run_program):
    """The global of main stays 0; no round of any worker is lost."""
    ended = run_program("value.py", timeout=60)
    assert ended.status == 0, ended.output
    assert "global: 0, Value: 1000\n" in ended.output
    assert ended["tried"] == 0
    total = 4 * value.ROUNDS
    hits = 0
    for seed in [1, 2, 3, 4]:
        chance = random.Random(seed)
        hits += sum(value.as_fast_by_chance(chance) for _ in range(value.ROUNDS))
    assert f"{QUARTERS}by chance: {hits} of {total}\n" in ended.output
    last = ended.output.partition("by chance")[2]
    assert last.count("told to stop\n") == 2
    assert last.endswith("all workers have stopped\n")


@pytest.mark.parametrize(
    ("function", "line"),
    [
        ("shuffle_often", "    global tried\n"),
        ("shuffle_until_told", '    """Shuffle until the flag is set."""\n'),
    ],
)
def test_a_worker_that_fails_ends_the_program(run_program, function, line):
    """Main neither waits for the number of a dead worker, nor leaves the other one at work."""
    failing = f"{line}    if seed == 2:\n        raise ValueError(seed)\n"
    ended = run_program("value.py", timeout=60, changed={line: failing})
    assert "ValueError: 2\n" in ended.output
    assert ended.status == 1
    assert ended.output.endswith("a worker failed\n")
    assert ("by chance" in ended.output) is (function == "shuffle_until_told")
    assert ended.output.count("told to stop") == (function == "shuffle_until_told")


def test_the_flag_is_set_after_ctrl_c_too(run_program):
    """Else main would wait for the workers at its end."""
    wait = "        while done.value < 2000:\n            time.sleep(0.01)\n"
    line = "        report_progress(workers, done, 2000)\n"
    interrupted = f"{wait}        raise KeyboardInterrupt\n"
    ended = run_program("value.py", timeout=60, changed={line: interrupted})
    assert ended.status != 0
    assert "told to stop" in ended.output
    assert "all workers" not in ended.output


def test_progress_is_told_at_each_quarter(capsys):
    running = Mock(exitcode=None)
    value.report_progress([running], Mock(value=8), 8)
    assert capsys.readouterr().out == QUARTERS


def test_progress_ends_for_a_failed_worker(capsys):
    value.report_progress([Mock(exitcode=0), Mock(exitcode=-9)], Mock(value=5), 8)
    assert capsys.readouterr().out == "25 %\n50 %\n"


def test_progress_ends_when_all_have_returned_early(capsys, monkeypatch):
    monkeypatch.setattr("time.sleep", Mock(side_effect=AssertionError("it waits")))
    value.report_progress([Mock(exitcode=0), Mock(exitcode=0)], Mock(value=5), 8)
    assert capsys.readouterr().out == "25 %\n50 %\n"


class LastAct:
    """A worker that adds what is missing and ends well, at the moment when main looks at it."""

    def __init__(self, done: Mock) -> None:
        self.done = done

    @property
    def exitcode(self) -> int:
        """Return 0, after the addition."""
        self.done.value = 8
        return 0


def test_progress_does_not_miss_the_last_addition(capsys):
    """So the codes are read before the number."""
    done = Mock(value=0)
    value.report_progress([LastAct(done)], done, 8)
    assert capsys.readouterr().out == QUARTERS


@pytest.mark.parametrize("rounds", [1, 100, 250])
def test_any_number_of_rounds_is_done(rounds):
    done, hits = Value("i", 0), Value("i", 0)
    value.shuffle_often(rounds, 5, done, hits)
    chance = random.Random(5)
    found = sum(value.as_fast_by_chance(chance) for _ in range(rounds))
    assert (done.value, hits.value) == (rounds, found)


def test_broken_waits_for_the_lock_of_the_dead(run_program):
    ended = run_program("value.broken.py", hangs="exit code: 1")
    assert ended.status is None
    assert "cents" not in ended.output


def test_cured_reads_what_was_added(run_program):
    ended = run_program("value.cured.py")
    assert ended.status == 0
    assert ended.output == "exit code: 1\ncents: 250\n"


def add_and_die(number, how):
    """Add 1 and end inside the lock."""
    with number.get_lock():
        number.value += 1
        if how == "raises":
            raise ValueError("on purpose")
        os._exit(3)


def after(how):
    """Return the bare number, and whether main gets the lock, after a worker ended in there."""
    number = Value("i", 0)
    worker = Process(target=add_and_die, args=(number, how))
    worker.start()
    worker.join()
    return number.get_obj().value, number.get_lock().acquire(timeout=0.2)


@pytest.mark.parametrize(("how", "free"), [("raises", True), ("dies", False)])
def test_only_an_exception_releases_the_lock(run, how, free):
    """Either way ``get_obj()`` has the number."""
    assert run(after, how) == (1, free)


@pytest.mark.parametrize("lock", [True, False])
def test_a_c_int_wraps_round(lock):
    """The largest int plus 1 is the smallest, without an error."""
    number = Value("i", 2147483647, lock=lock)
    number.value += 1
    assert number.value == -2147483648
    large = Value("q", 2147483647)
    large.value += 1
    assert large.value == 2147483648


def test_only_a_value_with_a_lock_has_get_lock():
    assert hasattr(Value("i", 0), "get_lock")
    assert not hasattr(Value("i", 0, lock=False), "get_lock")


def test_an_int_refuses_a_float():
    with pytest.raises(TypeError):
        Value("i", 0).value = 1.5


def test_a_bool_stays_one():
    flag = Value(ctypes.c_bool, False)
    assert flag.value is False
    flag.value = True
    assert flag.value is True
