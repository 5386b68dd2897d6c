"""imap and imap_unordered: one result at a time; errors, deaths, and what is read ahead."""

import os
import signal
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import Event, Pool, TimeoutError
from threading import Semaphore, Thread, Timer
from typing import Any

import pytest

from tests.calling import Ended

LIMIT = 20


def test_program(run_program: Callable[..., Ended]) -> None:
    """The order is kept by imap; imap_unordered has all; the crashed word alone is missing."""
    ended = run_program("imap.py", timeout=90)
    assert ended.status == 0, ended.output
    lines = ended["LINES"]
    said = ended.output.splitlines()
    has = [line.removeprefix("main has ") for line in said if line.startswith("main has")]
    assert has == list(lines)
    progress = [line.split(": ") for line in said if " of 4: " in line]
    assert [number for number, _ in progress] == [f"{n} of 4" for n in range(1, 5)]
    assert sorted(name for _, name in progress) == sorted(lines)
    number = sum(lines.values())
    words = Counter({"the": 2 * number, "ship": number, "left": number, "harbour": number})
    assert ended["total"] == words
    assert ended["missing"] == {"storm"}
    assert "no result of {'storm'}" in ended.output


def test_without_a_crash_nothing_is_missing(run_program: Callable[..., Ended]) -> None:
    ended = run_program("imap.py", timeout=90, changed={"os._exit(1)": "pass"})
    assert ended.status == 0
    assert ended["missing"] == set()
    assert "no result" not in ended.output


def test_without_a_limit_it_hangs(
    run_program: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Longer than the limit of the page after the last result: with the limit it would end."""
    monkeypatch.setattr("tests.calling.HANG", 6)
    say = "missing.remove(word)\n                print(len(missing), 'left')"
    changed = {"timeout=4": "", "missing.remove(word)": say}
    ended = run_program("imap.py", hangs="1 left", changed=changed, timeout=90)
    assert ended.status is None
    assert "no result" not in ended.output


def test_an_error_ends_a_for_loop(run_program: Callable[..., Ended]) -> None:
    ended = run_program("imap.broken.py")
    assert ended.status == 1
    assert "booked 30" in ended.output
    assert "booked 10" not in ended.output and "booked 7" not in ended.output
    assert "JSONDecodeError: Unterminated string" in ended.output


def test_next_raises_for_one_order(run_program: Callable[..., Ended]) -> None:
    ended = run_program("imap.cured.py")
    assert ended.status == 0
    assert ended["failed"] == [ended["ORDERS"][1]]
    said = [line.split(":")[0] for line in ended.output.splitlines()]
    assert said == ["booked 30", "failed", "booked 10", "booked 7"]


def test_a_chunksize_breaks_the_cure(run_program: Callable[..., Ended]) -> None:
    """An exception finishes the generator that imap returns then."""
    chunks = {"imap(total, ORDERS)": "imap(total, ORDERS, chunksize=2)"}
    ended = run_program("imap.cured.py", changed=chunks)
    assert "booked" not in ended.output
    assert ended.output.count("failed:") == 4
    assert ended["failed"] == ended["ORDERS"]  # three of them with StopIteration


def test_batches_limit_what_is_read_ahead(run_program: Callable[..., Ended]) -> None:
    """Both save all pages; in batches, no more than a batch is made and not saved."""
    broken, cured = (run_program(f"imap-ahead.{which}.py") for which in ("broken", "cured"))
    assert broken.status == cured.status == 0
    assert len(broken["made"]) == len(cured["made"]) == 300
    assert broken["saved"] == cured["saved"] == 300
    assert cured["most"] == 20


def test_nothing_stops_the_generator(run_program: Callable[..., Ended]) -> None:
    """All pages are made while main still saves the first one."""
    wait = {"time.sleep(0.005)": "while len(made) < 300: time.sleep(0.005)"}
    ended = run_program("imap-ahead.broken.py", changed=wait)
    assert ended.status == 0
    assert ended["most"] >= 299


def test_an_error_finishes_the_batches(run_program: Callable[..., Ended]) -> None:
    bad = {
        'yield f"line of page {number}\\n".encode() * 500': "yield number if number == 7 else b''",
        "for _ in results:": "while True:",
        "most = max": "try:\n                next(results)\n            except TypeError:"
        "\n                continue\n            except StopIteration:\n                break"
        "\n            most = max",
    }
    ended = run_program("imap-ahead.cured.py", changed=bad)
    assert ended.status == 0, ended.output
    assert (ended["saved"], len(ended["made"])) == (7, 20)


go: Any = None


def keep(event: Any) -> None:
    global go
    go = event


def wait_and_count(data: bytes) -> int:
    assert go.wait(LIMIT)
    return len(data)


def settled(read: list[int]) -> int:
    """Return how many inputs are read when no more are."""
    before = -1
    while before != len(read):
        before = len(read)
        time.sleep(0.5)
    return before


def read_while_blocked(size: int) -> tuple[int, int]:
    """Return how many of 2,000 inputs are read while no worker works, and then without a next."""
    read: list[int] = []
    event = Event()

    def pages() -> Iterator[bytes]:
        for number in range(2_000):
            read.append(number)
            yield bytes(size)

    with Pool(2, keep, (event,)) as pool:
        results = pool.imap_unordered(wait_and_count, pages())
        blocked = settled(read)
        event.set()
        assert results.next(timeout=LIMIT) == size
        deadline = time.monotonic() + LIMIT
        while len(read) < 2_000 and time.monotonic() < deadline:
            time.sleep(0.05)
        return blocked, len(read)


@pytest.mark.skipif(sys.platform != "linux", reason="the page says it of Linux")
def test_a_full_pipe_stops_the_reading_and_a_slow_loop_does_not(run: Callable[..., Any]) -> None:
    blocked, later = run(read_while_blocked, 10_000)
    assert blocked <= 2 + 64 // 10 + 2  # one in each worker, a pipe full, one being written
    assert later == 2_000


def ended_with_a_semaphore() -> tuple[bool, bool]:
    """Return whether the end of the block waits after a break, and still when all is released."""
    slots = Semaphore(2)

    def numbers() -> Iterator[int]:
        for number in range(100):
            slots.acquire()
            yield number

    pool = Pool(1)
    results = pool.imap(abs, numbers())
    assert [results.next(timeout=LIMIT), results.next(timeout=LIMIT)] == [0, 1]
    end = Thread(target=pool.__exit__, args=(None, None, None))
    end.start()
    end.join(1)
    waits = end.is_alive()
    slots.release(100)
    end.join(LIMIT)
    return waits, end.is_alive()


def test_a_semaphore_hangs_after_a_break(run: Callable[..., Any]) -> None:
    assert run(ended_with_a_semaphore) == (True, False)


def rows_of_main() -> tuple[list[int], str]:
    with closing(sqlite3.connect(":memory:")) as connection:

        def rows() -> Iterator[int]:
            yield 1
            for (number,) in connection.execute("select 2"):
                yield number

        with Pool(1) as pool:
            results = pool.imap(abs, rows())
            first = [results.next(timeout=LIMIT)]
            try:
                results.next(timeout=LIMIT)
            except sqlite3.ProgrammingError as error:
                return first + list(results), str(error)
    return [], ""


def test_another_thread_runs_the_generator(run: Callable[..., Any]) -> None:
    """Its exception comes after the results before it, and then the iteration ends."""
    numbers, text = run(rows_of_main)
    assert numbers == [1]
    assert "created in a thread can only be used in that same thread" in text


def late() -> list[object]:
    event = Event()
    with Pool(2, keep, (event,)) as pool:
        results = pool.imap(wait_and_count, [b"", b"x"])
        seen: list[object] = []
        try:
            results.next(timeout=0.1)
        except TimeoutError:
            seen.append("late")
        event.set()
        return seen + [results.next(timeout=LIMIT) for _ in range(2)]


def test_a_late_result_is_not_lost(run: Callable[..., Any]) -> None:
    assert run(late) == ["late", 0, 1]


def wait_for_zero(number: int) -> int:
    assert number or go.wait(LIMIT)
    return number


def held_back(method: str) -> list[object]:
    """Return what comes while the first of three tasks waits."""
    event = Event()
    with Pool(2, keep, (event,)) as pool:
        results = getattr(pool, method)(wait_for_zero, [0, 1, 2])
        try:
            return sorted(results.next(timeout=LIMIT if "un" in method else 1) for _ in "12")
        except TimeoutError:
            return ["nothing"]
        finally:
            event.set()


@pytest.mark.parametrize(("method", "seen"), [("imap", ["nothing"]), ("imap_unordered", [1, 2])])
def test_imap_holds_back_what_is_behind(
    run: Callable[..., Any], method: str, seen: list[object]
) -> None:
    assert run(held_back, method) == seen


def with_chunks() -> tuple[str, str]:
    with Pool(1) as pool:
        results = pool.imap(abs, [1, 2], chunksize=2)
        try:
            results.next(timeout=LIMIT)
        except AttributeError as error:
            return type(results).__name__, str(error)
    return "", ""


def test_with_chunks_it_is_a_generator(run: Callable[..., Any]) -> None:
    assert run(with_chunks) == ("generator", "'generator' object has no attribute 'next'")


def below_the_block() -> str:
    with Pool(1) as pool:
        results = pool.imap(time.sleep, [LIMIT * 2])
        assert not hasattr(results, "__len__")
    try:
        results.next(timeout=0.5)
    except TimeoutError:
        return "nothing comes"
    return ""


def test_below_the_block_nothing_comes(run: Callable[..., Any]) -> None:
    assert run(below_the_block) == "nothing comes"


def read_by_an_executor(**how: int) -> tuple[int, int]:
    read: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(50):
            read.append(number)
            yield number

    with ProcessPoolExecutor(2) as executor:
        results = executor.map(abs, numbers(), **how)
        before = len(read)
        next(results)
        return before, len(read)


@pytest.mark.skipif(sys.version_info < (3, 14), reason="buffersize is new in Python 3.14")
def test_an_executor_with_a_buffersize(run: Callable[..., Any]) -> None:
    assert run(read_by_an_executor, buffersize=20) == (20, 21)


def test_an_executor_without_a_buffersize(run: Callable[..., Any]) -> None:
    assert run(read_by_an_executor) == (50, 50)


def interrupted() -> str:
    """Press Ctrl-C while the workers take many short tasks, but ignore it."""
    assert os.getpgrp() == os.getpid()  # no other program is interrupted
    try:
        with Pool(2, signal.signal, (signal.SIGINT, signal.SIG_IGN)) as pool:
            assert pool.map(abs, [1, 2]) == [1, 2]
            while len(set(pool.starmap(os.getpid, [()] * 8, 1))) < 2:
                pass  # a worker that has not begun does not ignore it yet
            Timer(0.5, os.killpg, (0, signal.SIGINT)).start()
            while True:
                for _ in pool.imap(abs, range(20_000)):
                    pass
    except KeyboardInterrupt:
        return "ended"


def test_workers_that_ignore_ctrl_c(run: Callable[..., Any]) -> None:
    assert run(interrupted) == "ended"
