"""Main notices whichever ends first: it takes its answer, starts the next, or stops the others."""

import multiprocessing
import re
import signal
import sys
import time
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest

from snippets.spawning import whichever_first as lesson
from tests.calling import Ended

FACTORS = [30000000001, 50000000021, 60000000029, 35000000041]


class Fifteen:
    """A number that by_rho() factors at once, when the one who computes has met another there."""

    def __init__(self, meet: Callable[[], object] | None = None) -> None:
        self.meet = meet

    def __rmod__(self, other: int) -> int:
        if self.meet:
            self.meet()
            self.meet = None
        return 1

    def __index__(self) -> int:
        return 15


class Met:
    """Wait for another one."""

    def __init__(self, barrier: Any) -> None:
        self.barrier = barrier

    def __call__(self) -> None:
        """Wait."""
        self.barrier.wait(20)


class Waits:
    """Wait for an event that does not come."""

    def __init__(self, event: Any) -> None:
        self.event = event

    def __call__(self) -> None:
        """Wait."""
        self.event.wait(20)
        print("waited to the end")


def jobs(numbers: list[Any]) -> list[multiprocessing.Process]:
    return [multiprocessing.Process(target=lesson.show_factor, args=(n,)) for n in numbers]


def third_while_the_first_runs() -> None:
    met = Met(multiprocessing.Barrier(2))
    lesson.run_all(jobs([Fifteen(met), Fifteen(), Fifteen(met)]), at_most=2)


def failure_beside_one_that_runs() -> str:
    waits = Waits(multiprocessing.Event())
    try:
        lesson.run_all(jobs([Fifteen(waits), 0, Fifteen()]), at_most=2)
    except RuntimeError as error:
        return str(error)
    return ""


def counted(running: Any, most: Any) -> None:
    with running.get_lock():
        running.value += 1
        most.value = max(most.value, running.value)
    time.sleep(0.3)  # long enough for another one to begin, where main starts too many
    with running.get_lock():
        running.value -= 1


def most_at_a_time() -> int:
    running, most = multiprocessing.Value("i"), multiprocessing.Value("i")
    five = [multiprocessing.Process(target=counted, args=(running, most)) for _ in range(5)]
    lesson.run_all(five, at_most=2)
    assert [process.exitcode for process in five] == [0] * 5
    return int(most.value)


class Begin:
    """A number to begin with, for one who waits for an event before computing with it."""

    def __init__(self, event: Any) -> None:
        self.waits = Waits(event)

    def __pow__(self, other: int) -> int:
        self.waits()
        return 4


def first_of_three(second: Any) -> int:
    slow = Begin(multiprocessing.Event())
    try:
        with mock.patch.object(lesson, "stop", side_effect=lesson.stop) as stop:
            factor = lesson.first_factor(Fifteen(), [slow, second, slow])
        assert len(stop.call_args.args[0]) == 2  # the first one ends by itself
        return factor
    finally:
        assert not multiprocessing.active_children()


def race_that_a_failure_ends() -> str:
    try:
        return str(first_of_three("no number"))
    except (EOFError, OSError):
        return "no answer"


class Unstartable(multiprocessing.Process):
    """A process that cannot be started."""

    def start(self) -> None:
        """Fail."""
        raise OSError("no memory")


def start_that_fails() -> str:
    waits = Waits(multiprocessing.Event())
    try:
        lesson.run_all([*jobs([Fifteen(waits)]), Unstartable()], at_most=2)
    except OSError as error:
        assert not multiprocessing.active_children()
        return str(error)
    return ""


def ignores_sigterm(ready: Any) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    ready.set()
    time.sleep(60)


def stop_a_stubborn_one() -> int | None:
    ready = multiprocessing.Event()
    process = multiprocessing.Process(target=ignores_sigterm, args=(ready,))
    process.start()
    assert ready.wait(30)
    lesson.stop([process])
    return process.exitcode


def test_next_job_starts_when_any_has_ended(run: Callable[..., Any]) -> None:
    """The first and the third meet, so the third did not wait for the first."""
    run(third_while_the_first_runs, timeout=60)
    assert run.output.count("factor: 15") == 3  # type: ignore[attr-defined]


def test_there_are_never_more_than_at_most(run: Callable[..., Any]) -> None:
    """One is started when another one has ended."""
    assert run(most_at_a_time, timeout=60) <= 2


def test_a_failure_stops_the_one_that_was_started_before_it(run: Callable[..., Any]) -> None:
    """Main does not wait for it, and starts no other."""
    assert run(failure_beside_one_that_runs, timeout=60) == "Process-2: exit code 1"
    assert "waited to the end" not in run.output  # type: ignore[attr-defined]
    assert "factor: 15" not in run.output  # type: ignore[attr-defined]


def test_the_first_answer_stops_the_others(run: Callable[..., Any]) -> None:
    """The second answers while the others wait; they are stopped, and no process is left."""
    assert run(first_of_three, 2, timeout=60) == 15
    assert run.output == ""  # type: ignore[attr-defined]


def test_a_failure_ends_the_race(run: Callable[..., Any]) -> None:
    """Main does not wait for the others, and gets an exception instead of an answer."""
    assert run(race_that_a_failure_ends, timeout=60) == "no answer"
    assert "TypeError" in run.output  # type: ignore[attr-defined]
    assert "waited to the end" not in run.output  # type: ignore[attr-defined]


def test_a_start_that_fails_stops_what_runs(run: Callable[..., Any]) -> None:
    """The process that was started before it is not left behind."""
    assert run(start_that_fails, timeout=60) == "no memory"
    assert "waited to the end" not in run.output  # type: ignore[attr-defined]


@pytest.mark.parametrize("start_method", ["fork"], indirect=True)
def test_one_that_ignores_terminate_is_killed(run: Callable[..., Any]) -> None:
    """After five seconds; stop() does not wait for ever."""
    assert run(stop_a_stubborn_one, timeout=60) == -signal.SIGKILL


def test_numbers_are_factored_a_failure_stops_and_one_is_first(
    run_program: Callable[..., Ended],
) -> None:
    """All four factors; then one divides by zero; then main gets one of three answers."""
    ended = run_program("whichever_first.py", timeout=90)
    first, rest = ended.output.split("all four done")
    second, third = rest.split("stopped: Process-6: exit code 1\n")
    assert all(f"factor: {factor}\n" in first for factor in FACTORS)
    assert "ZeroDivisionError" in second
    assert not re.search(r"factor: \d", second)
    assert third == f"first factor: {FACTORS[3]}\n"
    assert ended.status == 0


def test_joined_in_order_the_failure_is_noticed_last(run_program: Callable[..., Ended]) -> None:
    """The other process has ended by then."""
    output = run_program("whichever_first.broken.py", timeout=60).output
    assert output.index("factor: ") < output.index("Process-2 failed\nstill running: 0")


def test_waiting_for_any_notices_it_at_once(run_program: Callable[..., Ended]) -> None:
    """The other process is still at work: it has a second's work to do, this one has none."""
    output = run_program("whichever_first.cured.py", timeout=60).output
    assert output.index("Process-2 failed\nstill running: 1") < output.index("factor: ")


def stopped_beside_a_handler() -> int | None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    ready = multiprocessing.Event()
    process = multiprocessing.Process(target=sleeps, args=(ready,))
    process.start()
    assert ready.wait(30)
    lesson.stop([process])
    return process.exitcode


def sleeps(ready: Any) -> None:
    ready.set()
    time.sleep(60)


def test_a_forked_job_inherits_the_handler_of_main(
    run: Callable[..., Any], start_method: str
) -> None:
    """Stopped by terminate(), it raises SystemExit; the others die of the signal."""
    exit_code = 1 if start_method == "fork" else -signal.SIGTERM
    assert run(stopped_beside_a_handler, timeout=60) == exit_code
