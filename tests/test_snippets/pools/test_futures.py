"""Futures: what wait() and as_completed() wait for, what cancel() stops, who calls back."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import (
    FIRST_EXCEPTION,
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

LIMIT = 40


def test_program(run_program: Callable[..., Ended]) -> None:
    ended = run_program("futures.py", timeout=90)
    assert ended.status == 0, ended.output
    lines = ended.output.splitlines()
    assert lines[0].endswith(" cancelled of 62")
    assert lines[1:] == [
        "Elm Street is not billed: a meter ran back and ends at 7",
        "0 cancelled of 4",
        "Oak Street used 199996",
        "done: 1 late: 1",
        "stamp: 6210",
        "1 (of 2) futures unfinished - running: True",
        "cancelled - in the main thread: True",
        "cancelled: True done: True",
        "result None - in the main thread: False",
        "result None - in the main thread: True",
    ]


def test_without_first_exception_all_is_done(run_program: Callable[..., Ended]) -> None:
    """And the error of a street ends a program that does not catch it."""
    changed = {
        "tasks, return_when=FIRST_EXCEPTION": "tasks",
        "except ValueError": "except OSError",
    }
    ended = run_program("futures.py", timeout=90, changed=changed)
    assert ended.status == 1
    assert ended.output.startswith("0 cancelled of 62\n")
    assert "ValueError: a meter ran back and ends at 7" in ended.output


def test_ctrl_c_cancels(run_program: Callable[..., Ended]) -> None:
    """What Ctrl-C raises in main while it waits ends the program when the last worker is done."""
    waits = "done, _ = wait(tasks, return_when=FIRST_EXCEPTION)"
    changed = {waits: "__import__('signal').raise_signal(2)"}
    ended = run_program("futures.py", timeout=90, changed=changed)
    assert ended.status != 0
    number, _, _ = ended.output.partition(" cancelled of 62\n")
    assert int(number) > 30
    assert "KeyboardInterrupt" in ended.output
    assert "Street" not in ended.output


def test_wait_raises_nothing(run_program: Callable[..., Ended]) -> None:
    ended = run_program("futures.broken.py")
    assert (ended.status, ended.output) == (0, "all meters are right\n")


def test_result_raises(run_program: Callable[..., Ended]) -> None:
    ended = run_program("futures.cured.py")
    assert (ended.status, ended.output) == (0, "not billed: a meter ran backwards: 10 14 9\n")


def test_an_error_in_a_callback(run_program: Callable[..., Ended]) -> None:
    """It is logged, and main cannot know."""
    broken, cured = (run_program(f"futures-callback.{which}.py") for which in ("broken", "cured"))
    assert broken.status == cured.status == 0
    assert broken.output.startswith("exception calling callback for <Future at 0x")
    assert broken.output.endswith("euros: 14 failed: 0\n")
    assert cured.output == "euros: 14 failed: 1\n"


def work(name: str, folder: str) -> str:
    """Fail, or wait for a file of that name."""
    if name == "bad":
        raise ValueError
    deadline = time.monotonic() + LIMIT
    while not Path(folder, name).exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    return name


def raised(call: Callable[[], Any]) -> str:
    try:
        call()
    except (CancelledError, TimeoutError, ValueError) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def waited_for(folder: str) -> dict[str, Any]:
    """Return what main saw of six tasks of one worker; all but the first wait for a file."""
    found: dict[str, Any] = {}
    with ProcessPoolExecutor(1) as executor:
        names = ["bad", "one", "two", "three", "last", "slow"]
        futures = [executor.submit(work, name, folder) for name in names]
        bad, *rest = futures
        *_, last, slow = rest
        for _ in range(2):  # it fires each time
            found["first"] = wait(futures, LIMIT, FIRST_EXCEPTION) == ({bad}, set(rest))
        while not rest[1].running():
            time.sleep(0.01)
        found["cancel"] = [future.cancel() for future in (bad, *rest[:2], last, slow)]
        found["done"] = last.done()
        found["waited"] = len(wait([last], 0.2).done)
        found["loop"] = raised(lambda: list(as_completed(futures, 0.2)))
        for name in names[:4]:
            Path(folder, name).touch()
        wait(rest, LIMIT)
        found["later"] = len(wait([last], LIMIT).done)
        found["errors"] = [raised(last.result), raised(last.exception), raised(slow.result)]
    return found


def test_what_wait_and_cancel_do(run: Callable[..., Any], tmp_path: Path) -> None:
    """What is cancelled is done at once, but wait() sees it when the queue has room."""
    folder = tmp_path / "files"
    folder.mkdir()
    assert run(waited_for, str(folder), timeout=90) == {
        "first": True,
        "cancel": [False, False, False, True, True],
        "done": True,
        "waited": 0,
        "loop": "TimeoutError: 5 (of 6) futures unfinished",
        "later": 1,
        "errors": ["CancelledError: "] * 3,
    }


def cancelled_and_slow(folder: str) -> list[bool]:
    """Wait with FIRST_EXCEPTION for a cancelled future and one that ends later."""
    with ProcessPoolExecutor(1) as executor:
        names = ["one", "two", "three", "last", "slow"]
        futures = [executor.submit(work, name, folder) for name in names]
        *_, last, slow = futures
        last.cancel()
        for name in names[:3]:
            Path(folder, name).touch()
        wait([last], LIMIT)  # the executor has come to it
        before = slow.done()
        threading.Timer(0.5, Path(folder, "slow").touch).start()
        done, not_done = wait([last, slow], LIMIT, FIRST_EXCEPTION)
        return [before, last in done, slow in done, bool(not_done)]


def test_first_exception_is_not_for_cancelled_ones(run: Callable[..., Any], tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    assert run(cancelled_and_slow, str(folder), timeout=90) == [False, True, True, False]


def die_when_told(folder: str) -> None:
    work("go", folder)
    os._exit(3)


def killed(folder: str) -> list[str]:
    with ProcessPoolExecutor(1) as executor:
        futures: list[Future[Any]] = [executor.submit(die_when_told, folder)]
        futures += [executor.submit(abs, -1) for _ in range(5)]
        Path(folder, "go").touch()
        done, _ = wait(futures, LIMIT, FIRST_EXCEPTION)
        assert done
        wait(futures, LIMIT)
        return [type(future.exception()).__name__ for future in futures]


def test_a_killed_worker_ends_the_waiting(run: Callable[..., Any], tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    assert run(killed, str(folder), timeout=90) == ["BrokenProcessPool"] * 6


def called_late(folder: str) -> tuple[list[str], list[str], int]:
    """Return what a callback has done when wait() and result() return, and after the block."""
    go = threading.Event()
    ran: list[str] = []
    with ProcessPoolExecutor(1) as executor:
        future = executor.submit(work, "go", folder)

        def call(future: Future[str]) -> None:
            go.wait(LIMIT)
            ran.append(future.result())

        future.add_done_callback(call)
        Path(folder, "go").touch()
        done = wait([future]).done
        future.result()
        before = list(ran)
        go.set()
    return before, ran, len(done)


def test_wait_may_return_before_the_callback(run: Callable[..., Any], tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    assert run(called_late, str(folder), timeout=90) == ([], ["go"], 1)


EXITS = """
import sys
from concurrent.futures import ProcessPoolExecutor, wait
from multiprocessing import Event, set_start_method

def keep(event):
    globals()["go"] = event

def work():
    go.wait(40)

def leave(future):
    print("leave", flush=True)
    if sys.argv[2] == "exit":
        sys.exit(1)

if __name__ == "__main__":
    set_start_method(sys.argv[1])
    event = Event()
    with ProcessPoolExecutor(1, None, keep, (event,)) as executor:
        futures = [executor.submit(work) for _ in range(2)]
        futures[0].add_done_callback(leave)
        event.set()
        wait(futures)
    print("the end")
"""


@pytest.mark.parametrize("how", ["exit", "return"])
def test_sys_exit_in_a_callback_hangs(start_method: str, tmp_path: Path, how: str) -> None:
    script = tmp_path / "exits.py"
    script.write_text(EXITS)
    with in_session(script, start_method, how) as process:
        assert process.stdout and process.stderr
        assert process.stdout.readline() == "leave\n"
        if how == "return":
            assert process.stdout.read() == "the end\n"
            assert process.wait(LIMIT) == 0
        else:
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(1)


KILLED = """
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, wait
from multiprocessing import Event, set_start_method

def keep(event):
    globals()["go"] = event

def work(dies):
    go.wait(40)
    if dies:
        os._exit(3)
    time.sleep(2)  # busy while the executor finds the other dead

if __name__ == "__main__":
    set_start_method(sys.argv[1])
    event = Event()
    with ProcessPoolExecutor(2, None, keep, (event,)) as executor:
        futures = [executor.submit(work, number == 1) for number in range(7)]
        last = futures[-1]
        if sys.argv[2] == "cancel":
            last.cancel()
        while not futures[1].running():
            time.sleep(0.01)
        event.set()
        wait(futures[:2])
        print(type(futures[1].exception()).__name__, len(wait([last], 0.5).done), flush=True)
    print("the end", flush=True)
"""


@pytest.mark.parametrize("how", ["cancel", "let it be"])
def test_killed_after_a_cancel(start_method: str, tmp_path: Path, how: str) -> None:
    """wait() never sees the cancelled one; 3.11.7 and older hang at the end of the program."""
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    cancels = how == "cancel"
    with in_session(script, start_method, how) as process:
        assert process.stdout and process.stderr
        assert process.stdout.readline() == f"BrokenProcessPool {int(not cancels)}\n"
        assert process.stdout.readline() == "the end\n"
        if cancels and sys.version_info < (3, 11, 8):
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(4)
        elif sys.version_info >= (3, 12, 1) or not cancels:
            assert process.wait(LIMIT) == 0


def test_the_exceptions() -> None:
    """TimeoutError is the built-in one; CancelledError is not that of asyncio."""
    import asyncio
    import concurrent.futures

    assert concurrent.futures.TimeoutError is TimeoutError
    assert issubclass(CancelledError, Exception)
    assert not issubclass(asyncio.CancelledError, CancelledError)
