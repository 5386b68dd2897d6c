"""Semaphore: how many at once; permits that are lost with a process, or released too often."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import BoundedSemaphore, Process, Semaphore
from typing import Any

import pytest

from tests.calling import Ended

TOO_MANY = "ValueError: semaphore or lock released too many times"


def test_program(run_program: Callable[..., Ended]) -> None:
    """A permit is lost with its holder; only a BoundedSemaphore minds a release too many."""
    ended = run_program("semaphore.py", timeout=60)
    assert ended.status == 0, ended.output
    assert ended.output.splitlines() == [
        "free: 2",
        "exit code 1, free: 1",
        "now free: 3",
        TOO_MANY,
    ]


def test_a_permit_comes_back_after_an_exception(run_program: Callable[..., Ended]) -> None:
    raises = {"os._exit(1)  #": 'raise SystemExit("no more") #'}
    ended = run_program("semaphore.py", changed=raises, timeout=60)
    assert "no more\nexit code 1, free: 2\n" in ended.output


def test_six_at_once_are_refused(run_program: Callable[..., Ended]) -> None:
    ended = run_program("semaphore.broken.py", timeout=60)
    assert ended.status == 1
    assert ": too many clients\n" in ended.output
    assert ended.output.endswith("a worker failed\n")


def test_two_at_a_time_are_not(run_program: Callable[..., Ended]) -> None:
    ended = run_program("semaphore.cured.py", timeout=60)
    assert ended.status == 0, ended.output
    assert max(ended["seen"]) == 2 and len(ended["seen"]) == 6
    *reports, at_once = ended.output.splitlines()
    assert sorted(reports) == sorted(f"{name}: {sold}" for name, sold in ended["SALES"].items())
    assert at_once == "clients at once: 2"


def test_three_permits_are_too_many(run_program: Callable[..., Ended]) -> None:
    ended = run_program("semaphore.cured.py", changed={"Semaphore(2)": "Semaphore(3)"}, timeout=60)
    assert ended.status == 1
    assert ": too many clients\n" in ended.output


def release(permits: Any) -> None:
    permits.release()


def released_by_the_wrong_one() -> tuple[int | None, str]:
    """Return how a release without an acquire ended, and what the holder's own release said."""
    permits = BoundedSemaphore(2)
    permits.acquire()
    other = Process(target=release, args=(permits,))
    other.start()
    other.join()
    try:
        permits.release()
    except ValueError as error:
        return other.exitcode, f"ValueError: {error}"
    return other.exitcode, ""


def test_the_wrong_process_gets_the_error(run: Callable[..., Any]) -> None:
    assert run(released_by_the_wrong_one) == (0, TOO_MANY)


def die_with_a_permit(permits: Any) -> None:
    permits.acquire()
    os._exit(1)


def left_after(deaths: int) -> list[bool]:
    """Return whether main gets in, before and after it gives back a dead worker's permit."""
    permits = Semaphore(deaths)
    for _ in range(deaths):
        worker = Process(target=die_with_a_permit, args=(permits,))
        worker.start()
        worker.join()
    before = permits.acquire(timeout=0.2)
    permits.release()
    return [before, permits.acquire(block=False)]


def test_no_permit_is_left_after_two_deaths(run: Callable[..., Any]) -> None:
    assert run(left_after, 2) == [False, True]


def test_arguments_of_acquire() -> None:
    """It is a counter, and belongs to no process or thread; a Semaphore() has one permit."""
    permits = Semaphore()
    assert [permits.acquire(block=False), permits.acquire(timeout=0.01)] == [True, False]
    with ThreadPoolExecutor(1) as another:
        another.submit(permits.release).result()
    assert permits.acquire(block=False)
    with pytest.raises(TypeError):
        permits.acquire(blocking=False)  # type: ignore[call-arg]
