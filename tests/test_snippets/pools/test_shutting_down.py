"""Shutting an executor down: what is cancelled, what is done, and what hangs."""

import atexit
import os
import re
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import (
    CancelledError,
    Future,
    ProcessPoolExecutor,
    as_completed,
    wait,
)
from pathlib import Path
from typing import Any

import pytest

from tests.calling import Ended, in_session


def test_program(run_program: Callable[..., Ended]) -> None:
    """What was running was done, what waited was cancelled, and the error came through."""
    ended = run_program("shutting_down.py", timeout=60)
    assert ended.status == 0, ended.output
    said = re.fullmatch(
        r"stopped: invalid literal for int\(\) with base 10: '\?'\n"
        r"(\d+) were running; of these done: (\d+)\n"
        r"(\d+) of 365 were cancelled\n",
        ended.output,
    )
    assert said, ended.output
    running, done, cancelled = map(int, said.groups())
    assert running == done <= 5
    assert cancelled > 0


def test_without_the_inner_try_all_is_done(run_program: Callable[..., Ended]) -> None:
    call = "    executor.shutdown(cancel_futures=True)\n"
    changed = {call: "    pass\n", "10_000": "10"}
    ended = run_program("shutting_down.py", changed=changed, timeout=60)
    assert ended.status == 0, ended.output
    assert ended.output.endswith("\n0 of 365 were cancelled\n")


def test_without_an_error_nothing_is_cancelled(run_program: Callable[..., Ended]) -> None:
    changed = {"?,350": "2,350", "10_000": "2"}
    ended = run_program("shutting_down.py", changed=changed, timeout=60)
    assert ended.status == 0, ended.output
    assert ended.output == (
        "cents: 511000\n0 were running; of these done: 0\n0 of 365 were cancelled\n"
    )


def test_as_completed_hangs(run_program: Callable[..., Ended]) -> None:
    ended = run_program("shutting_down.broken.py", hangs="a divisor: 1299709\n")
    assert ended.status is None
    assert "the end" not in ended.output


def test_break_cures_it(run_program: Callable[..., Ended]) -> None:
    ended = run_program("shutting_down.cured.py", timeout=60)
    assert (ended.status, ended.output) == (0, "a divisor: 1299709\nthe end\n")


# The search for an odd one burns no processor time.
ASLEEP = {"return next(": "start == 3 and __import__('time').sleep(600)\n    return next("}


def test_the_interpreter_waits_at_its_exit(run_program: Callable[..., Ended]) -> None:
    ended = run_program("shutting_down-kill.broken.py", hangs="main ends\n", changed=ASLEEP)
    assert ended.status is None


def test_killed_workers_are_not_waited_for(run_program: Callable[..., Ended]) -> None:
    ended = run_program("shutting_down-kill.cured.py", timeout=60)
    assert (ended.status, ended.output) == (0, "the next even one: 496\nmain ends\n")


def work_until(folder: str, name: str) -> None:
    Path(folder, f"begun-{name}").touch()
    deadline = time.monotonic() + 60
    while not Path(folder, "go").exists() and time.monotonic() < deadline:
        time.sleep(0.01)


def submitted(executor: ProcessPoolExecutor, folder: str) -> list[Future[Any]]:
    """Submit twelve tasks, and wait until two have begun."""
    futures = [executor.submit(work_until, folder, str(n)) for n in range(12)]
    while len(list(Path(folder).glob("begun-*"))) < 2:
        time.sleep(0.01)
    return futures


def go_when_cancelled(future: Future[Any], folder: str) -> None:
    deadline = time.monotonic() + 30
    while not future.cancelled() and time.monotonic() < deadline:
        time.sleep(0.01)
    Path(folder, "go").touch()


def told_of(cancel_each: bool, folder: str) -> tuple[int, int, bool, str]:
    """Return how many ran and were cancelled, whether waiting ends, and what a result raises."""
    with ProcessPoolExecutor(2) as executor:
        futures = submitted(executor, folder)
        running = [future for future in futures if future.running()]
        assert not any(future.cancel() for future in running)
        if cancel_each:
            for future in futures[::-1]:
                future.cancel()
            Path(folder, "go").touch()
        else:
            threading.Thread(target=go_when_cancelled, args=(futures[-1], folder)).start()
            executor.shutdown(cancel_futures=True)
        cancelled = [future for future in futures if future.cancelled()]
        if cancel_each:
            ends = len(list(as_completed(futures, timeout=30))) == 12
        else:
            ends = not wait(futures, timeout=0.1).not_done
        try:
            futures[-1].result()
        except CancelledError as error:
            return len(running), len(cancelled), ends, type(error).__name__
    return len(running), len(cancelled), ends, ""


@pytest.mark.parametrize("cancel_each", [False, True])
def test_who_is_told(run: Callable[..., Any], tmp_path: Path, cancel_each: bool) -> None:
    """Three to five of two workers' tasks run; only cancel() wakes those who wait."""
    folder = tmp_path / "files"
    folder.mkdir()
    running, cancelled, ends, raised = run(told_of, cancel_each, str(folder))
    assert 3 <= running <= 5
    assert 12 - 5 <= cancelled <= 12 - running
    assert (ends, raised) == (cancel_each, "CancelledError")


def cancelled_in_a_block(waits: bool, times: int) -> list[int]:
    """Return how many tasks were cancelled when the block ends right after the shutdown."""
    counts = []
    for _ in range(times):
        with ProcessPoolExecutor(1) as executor:
            futures = [executor.submit(abs, -n) for n in range(200)]
            executor.shutdown(wait=waits, cancel_futures=True)
        for future in futures:
            if not future.cancelled():
                future.exception(30)
        counts.append(sum(future.cancelled() for future in futures))
    return counts


def cancelled_in_blocks() -> tuple[list[int], list[int]]:
    return cancelled_in_a_block(False, 3), cancelled_in_a_block(True, 1)


def test_without_waiting_the_block_forgets_it(run: Callable[..., Any]) -> None:
    """In a race that the manager loses nearly always; with waiting there is none."""
    lost, waited_for = run(cancelled_in_blocks)
    assert 0 in lost
    assert waited_for[0] > 0


def killed(how: str, folder: str) -> tuple[list[str], str]:
    """Return what each future raises, and what a further submit does."""
    executor = ProcessPoolExecutor(2)
    done = executor.submit(abs, -1)
    done.result(30)
    futures = submitted(executor, folder)
    getattr(executor, how)()
    raised = []
    for future in [done, *futures]:
        try:
            future.result(30)
            raised.append("done")
        except Exception as error:
            raised.append(type(error).__name__)
    try:
        executor.submit(abs, -1)
    except RuntimeError as error:
        return raised, type(error).__name__
    return raised, "accepted"


@pytest.mark.skipif(not hasattr(ProcessPoolExecutor, "kill_workers"), reason="since 3.14")
@pytest.mark.parametrize("how", ["terminate_workers", "kill_workers"])
def test_what_the_futures_say_then(run: Callable[..., Any], tmp_path: Path, how: str) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    raised, late = run(killed, how, str(folder))
    broken = raised.count("BrokenProcessPool")
    assert 3 <= broken <= 5
    assert raised == ["done"] + ["BrokenProcessPool"] * broken + ["CancelledError"] * (12 - broken)
    assert late in ("BrokenProcessPool", "RuntimeError")


def refused() -> list[str]:
    """Return what submit says below the block; what it says at the exit is printed."""
    with ProcessPoolExecutor(1) as executor:
        executor.submit(abs, -1).result(30)
    late = ProcessPoolExecutor(1)

    def submit_late() -> None:
        try:
            late.submit(abs, -1)
        except RuntimeError as error:
            print(error)

    atexit.register(submit_late)
    try:
        executor.submit(abs, -1)
    except RuntimeError as error:
        return [str(error)]
    return []


def test_what_is_said_too_late(run: Callable[..., Any]) -> None:
    assert run(refused) == ["cannot schedule new futures after shutdown"]
    said = run.output  # type: ignore[attr-defined]
    assert said == "cannot schedule new futures after interpreter shutdown\n"


CTRL_C = """
import sys, time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import set_start_method
from pathlib import Path

def work(folder, number):
    Path(folder, str(number)).touch()
    time.sleep(600 if number == 0 else 0)

if __name__ == "__main__":
    set_start_method(sys.argv[1])
    with ProcessPoolExecutor(1) as executor:
        futures = [executor.submit(work, sys.argv[2], n) for n in range(12)]
        try:
            futures[0].result()
        except BaseException:
            if sys.argv[3] == "cancel":
                executor.shutdown(cancel_futures=True)
            raise
"""


@pytest.mark.parametrize("cancel", ["cancel", "no"])
def test_ctrl_c(start_method: str, tmp_path: Path, cancel: str) -> None:
    """The worker goes on after a KeyboardInterrupt of its task, unless the rest is cancelled."""
    script = tmp_path / "interrupted.py"
    script.write_text(CTRL_C)
    folder = tmp_path / "begun"
    folder.mkdir()
    with in_session(script, start_method, folder, cancel) as process:
        while not (folder / "0").exists() and process.poll() is None:
            time.sleep(0.01)
        time.sleep(1)  # main is in result(), the worker in sleep()
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=50)
    assert process.returncode == -signal.SIGINT, err
    done = len(list(folder.iterdir()))
    assert done < 6 if cancel == "cancel" else done == 12
