"""put() returns before anything is pickled: what is dropped, when in silence, and what helps."""

import logging
import multiprocessing
import os
import pickle
import queue
import re
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Process, Queue, SimpleQueue
from typing import Any

import pytest

MATCH = re.search("a", "a")
REFUSED = "cannot pickle 're.Match' object"


class Slow:
    """It takes a minute to pickle."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Sleep."""
        time.sleep(60)
        return (str, ())


def put_all_and_end(results: Any) -> None:
    for item in ("before", MATCH, "after"):
        results.put(item)


def put_and_raise(results: Any) -> None:
    results.put("x" * 1_000_000)
    raise ValueError


def put_and_sys_exit(results: Any) -> None:
    results.put("x" * 1_000_000)
    sys.exit(3)


def put_and_os_exit(results: Any) -> None:
    results.put(Slow())
    os._exit(0)


def interrupted(results: Any) -> None:
    """Get a Ctrl-C, as the whole group does, with more in the queue than the pipe holds."""
    results.put("x" * 1_000_000)
    raise KeyboardInterrupt


def ends_unread(daemon: bool) -> bool:
    """Return whether an interrupted worker ends that main does not read; end it if not."""
    results: Any = Queue()
    worker = Process(target=interrupted, args=(results,), daemon=daemon)
    worker.start()
    assert results._reader.poll(20)
    worker.join(0.5)
    if ended := not worker.is_alive():
        return ended
    if not daemon:
        worker.kill()
    return False  # main ends a daemon


def received(target: Any) -> tuple[list[Any], int | None]:
    """Return what a worker's items are when they arrive, and its exit code."""
    results: Any = Queue()
    worker = Process(target=target, args=(results,))
    worker.start()
    found = []
    while True:
        alive = worker.is_alive()
        try:
            found.append(results.get(timeout=0.2))
        except queue.Empty:
            if not alive:
                break
    worker.join()
    return found, worker.exitcode


def match(_: object) -> object:
    return MATCH


def refused_by_an_executor() -> str:
    with ProcessPoolExecutor(1) as executor:
        return str(executor.submit(match, 1).exception())


def put_and_end(results: Any) -> None:
    results.put(MATCH)


def logged() -> None:
    """Turn the log on, in main."""
    multiprocessing.log_to_stderr(logging.INFO)
    received(put_and_end)


def test_program(run_program: Any) -> None:
    """The match is dropped, with a traceback, since the worker works on."""
    ended = run_program("feeder_thread.py")
    assert ended.status == 0
    assert ended["received"] == ["README", "NOTES"]
    assert "Traceback" in ended.output and " in _feed" in ended.output
    assert f"TypeError: {REFUSED}" in ended.output
    assert "find_versions" not in ended.output
    assert "exit code: 0" in ended.output


def test_the_log_has_the_error(run: Any) -> None:
    """Or the log gave the thread the time to print it."""
    run(logged)
    assert f"error in queue thread: {REFUSED}" in run.output or "Traceback" in run.output


def test_broken(run_program: Any) -> None:
    ended = run_program("feeder_thread.broken.py", hangs="waiting")
    assert ended.status is None
    assert "version:" not in ended.output


def test_cured(run_program: Any) -> None:
    ended = run_program("feeder_thread.cured.py")
    assert (ended.status, ended["version"]) == (0, "3.1.4")


def test_items_after_the_bad_one_are_lost_in_silence(run: Any) -> None:
    """On a busy machine the thread may be quicker than the end: then it tells, and goes on."""
    found, code = run(received, put_all_and_end)
    assert code == 0
    assert found == (["before", "after"] if "Traceback" in run.output else ["before"])


@pytest.mark.parametrize(("target", "code"), [(put_and_raise, 1), (put_and_sys_exit, 3)])
def test_an_end_by_an_exception_waits_for_the_feeder_thread(
    run: Any, target: Any, code: int
) -> None:
    found, seen = run(received, target)
    assert (len(found), seen) == (1, code)


@pytest.mark.parametrize("daemon", [False, True])
def test_after_ctrl_c_a_full_pipe_keeps_the_worker(run: Any, daemon: bool) -> None:
    """Main's end terminates a daemon: ``run`` fails when main waits, or leaves a process."""
    assert run(ends_unread, daemon) is False


def test_os_exit_loses_what_was_put(run: Any) -> None:
    assert run(received, put_and_os_exit) == ([], 0)


def test_reused_list_arrives_changed(run_program: Any) -> None:
    broken = run_program("feeder_thread-changed.broken.py")
    assert broken.status == 0
    assert broken["received"] != broken["LINES"]
    assert len(broken["batches"]) == 10


def test_new_list_arrives_as_it_was(run_program: Any) -> None:
    cured = run_program("feeder_thread-changed.cured.py")
    assert cured.status == 0
    assert cured["received"] == cured["LINES"]


def test_who_raises() -> None:
    """Pickling it yourself raises, and so does a SimpleQueue."""
    simple: Any = SimpleQueue()
    for put in (pickle.dumps, simple.put):
        with pytest.raises(TypeError, match=REFUSED):
            put(MATCH)


def test_an_executor_tells(run: Any) -> None:
    assert run(refused_by_an_executor) == REFUSED


def test_maxsize_makes_put_wait() -> None:
    results: Any = Queue(maxsize=1)
    results.put("one")
    with pytest.raises(queue.Full):
        results.put("two", timeout=0.01)
    assert results.get(timeout=20) == "one"
