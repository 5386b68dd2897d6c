"""The lesson on the hang of join(): made for real, in bounds, and cured."""

import multiprocessing
import os
import signal
import time
from multiprocessing import Process, Queue, util
from typing import Any

import pytest

MILLION = 1_000_000


def test_small_data_hides_the_mistake_and_large_data_hangs(run_program: Any) -> None:
    """The large child is there until it is read; its alarm names what the prose names."""
    ended = run_program("read_before_join.py")
    assert ended.status == 0
    assert "joined, exit code 0" in ended.output
    assert ended["stuck"] is True
    assert "after reading, exit code 0" in ended.output
    large = ended.output.partition("joined,")[2]
    for function in ("_send", "_feed", "_finalize_join", "_exit_function"):
        assert f" in {function}\n" in large
    assert " in list_words" not in large


def test_joining_first_hangs(run_program: Any) -> None:
    ended = run_program("read_before_join.broken.py", hangs="all rows are put")
    assert ended.status is None
    assert "rows received" not in ended.output


def test_reading_first_ends(run_program: Any) -> None:
    ended = run_program("read_before_join.cured.py")
    assert (ended.status, len(ended["rows"])) == (0, 50_001)


def put(results: Any, size: int) -> None:
    results.put("x" * size)


def put_and_cancel(results: Any) -> None:
    results.put("x" * MILLION)
    results.cancel_join_thread()


def put_small(results: Any) -> None:
    for _ in range(1000):
        results.put("x" * 1000)


def join_before_get(target: Any, *args: Any) -> bool:
    """Return whether the child ends before its items are read; end it if not."""
    results: Any = Queue()
    child = Process(target=target, args=(results, *args))
    child.start()
    child.join(timeout=20 if target is put_and_cancel else 2)
    ended = child.exitcode == 0
    child.kill()
    child.join()
    return ended


def test_many_small_items_do_the_same(run: Any) -> None:
    assert run(join_before_get, put_small) is False


def test_a_producer_that_cancels_ends(run: Any) -> None:
    assert run(join_before_get, put_and_cancel) is True


def put_and_stay(results: Any, ready: Any, in_function: bool) -> None:
    results.put("x" * MILLION)
    if in_function:
        ready.set()
        time.sleep(60)
    util.Finalize(None, ready.set, exitpriority=1)  # first in the clean-up


def interrupt_once(in_function: bool, daemon: bool) -> bool:
    """Send one Ctrl-C to a child with a full pipe; return whether it ends."""
    results: Any = Queue()
    ready = multiprocessing.Event()
    child = Process(target=put_and_stay, args=(results, ready, in_function), daemon=daemon)
    child.start()
    assert ready.wait(20)
    if not in_function:
        time.sleep(1)  # a signal just before it begins to wait is noticed only after the wait
    os.kill(child.pid or 0, signal.SIGINT)
    child.join(timeout=1 if in_function else 20)
    ended = not child.is_alive()
    if not daemon:
        child.kill()
        child.join()
    return ended


@pytest.mark.parametrize("in_function", [True, False])
def test_ctrl_c_ends_a_child_that_waits_for_its_feeder_thread(run: Any, in_function: bool) -> None:
    """One that is still in its function goes there, and waits."""
    assert run(interrupt_once, in_function, daemon=False) is not in_function


def test_main_terminates_a_daemon_that_waits(run: Any) -> None:
    """``run`` fails if main waits, or leaves it."""
    assert run(interrupt_once, True, daemon=True) is False


def others_after_a_cancel() -> bool:
    """Return whether another process can use the queue of a child that was cancelled."""
    results: Any = Queue()
    first = Process(target=put_cancel_and_go, args=(results,))
    first.start()
    first.join(timeout=20)
    assert first.exitcode == 0
    second = Process(target=put, args=(results, 1))
    second.start()
    second.join(timeout=2)
    ended = second.exitcode is not None
    second.kill()
    second.join()
    return ended


def put_cancel_and_go(results: Any) -> None:
    """End when the feeder thread has the lock, and has written a part."""
    put_and_cancel(results)
    assert results._reader.poll(20)


@pytest.mark.parametrize("start_method", ["spawn"], indirect=True)
def test_after_cancel_join_thread_no_process_can_write(run: Any) -> None:
    assert run(others_after_a_cancel) is False


def join_first_with_a_manager() -> int:
    with multiprocessing.Manager() as manager:
        results: Any = manager.Queue()
        child = Process(target=put, args=(results, MILLION))
        child.start()
        child.join(timeout=25)
        assert child.exitcode == 0
        return len(results.get())


def test_the_queue_of_a_manager_may_be_joined_first(run: Any) -> None:
    assert run(join_first_with_a_manager, timeout=60) == MILLION


def main_that_puts() -> None:
    """End with a full pipe, without waiting for the feeder thread."""
    results: Any = Queue()
    put_and_cancel(results)


@pytest.mark.parametrize("start_method", ["spawn"], indirect=True)
def test_main_ends_when_it_does_not_wait(run: Any) -> None:
    run(main_that_puts)
