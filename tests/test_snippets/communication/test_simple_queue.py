"""SimpleQueue: put() writes in the caller, raises there, waits there, and loses nothing."""

import multiprocessing
import os
import pickle
import queue
import sys
import threading
import time
import warnings
from multiprocessing import Process, Queue, SimpleQueue
from typing import Any

import pytest

from snippets.communication import simple_queue as lesson

MILLION = 1_000_000


def test_program(run_program: Any) -> None:
    ended = run_program("simple_queue.py")
    assert ended.status == 0
    assert ended["found"] == {"web1": ["/search"], "web2": ["/search", "/report"]}
    assert "put() raised: cannot pickle 'dict_keys' object\nempty: True\n" in ended.output


def test_put_raises_in_the_workers_own_line(run_program: Any) -> None:
    """And main does not wait for the item."""
    ended = run_program("simple_queue.py", changed={"list(slow)": "slow.keys()"})
    assert ended.status == 1
    assert "results.put(item)" in ended.output
    assert "TypeError: cannot pickle 'dict_keys' object" in ended.output
    assert "RuntimeError: exit codes: [" in ended.output
    assert "QueueFeederThread" not in ended.output and "in _feed" not in ended.output


def test_a_worker_that_raises_before_put(run_program: Any) -> None:
    ended = run_program("simple_queue.py", changed={"/report 4100": "/report n/a"})
    assert ended.status == 1
    assert "RuntimeError: exit codes: [" in ended.output


def put_and_exit(results: Any, size: int) -> None:
    for n in range(5):
        results.put((n, "x" * size))
    os._exit(3)


def received_from_a_crash(size: int) -> tuple[list[int], str]:
    """Return what main gets from a worker that ends right after its last put()."""
    results: Any = SimpleQueue()
    worker = Process(target=put_and_exit, args=(results, size))
    worker.start()
    found = []
    try:
        while True:
            found.append(lesson.receive(results, [worker])[0])
    except RuntimeError as error:
        worker.join()
        return found, str(error)


@pytest.mark.parametrize("size", [1, MILLION])
def test_what_was_put_survives_the_worker(run: Any, size: int) -> None:
    assert run(received_from_a_crash, size) == ([0, 1, 2, 3, 4], "exit codes: [3]")


class Ending:
    """A worker, and its queue: it ends, with its last item put, while main asks empty()."""

    exitcode: int | None = None

    def empty(self) -> bool:
        """Say what is so, and end."""
        was_running, self.exitcode = self.exitcode is None, 0
        return was_running

    def get(self) -> str:
        """Return the item."""
        return "last"


def test_the_exit_codes_are_read_first() -> None:
    ending: Any = Ending()
    assert lesson.receive(ending, [ending]) == "last"


def test_last_words(run_program: Any) -> None:
    cured = run_program("simple_queue.cured.py")
    assert (cured.status, cured["names"]) == (0, ["cat.png", "dog.png", "cow.png"])


def test_a_queue_loses_them(run_program: Any) -> None:
    broken = run_program("simple_queue.broken.py")
    assert broken.status == 0
    assert "cow.png" not in broken["names"]


def put(results: Any, size: int) -> None:
    results.put("x" * size)


def join_before_get(size: int) -> bool:
    """Return whether a worker ends whose item is not read."""
    results: Any = SimpleQueue()
    worker = Process(target=put, args=(results, size))
    worker.start()
    worker.join(timeout=1.5 if size == MILLION else 20)
    ended = worker.exitcode == 0
    assert len(results.get()) == size
    worker.join()
    return ended


@pytest.mark.parametrize(("size", "ends"), [(1, True), (MILLION, False)])
def test_put_waits_when_the_pipe_is_full(run: Any, size: int, ends: bool) -> None:
    assert run(join_before_get, size) is ends


def give_back(tasks: Any, results: Any) -> None:
    for item in iter(tasks.get, None):
        results.put(item)


def tasks_before_results() -> bool:
    """Return whether main is still putting tasks, long after."""
    tasks: Any = SimpleQueue()
    results: Any = SimpleQueue()
    worker = Process(target=give_back, args=(tasks, results))
    worker.start()

    def put_all() -> None:
        for _ in range(3):
            tasks.put("x" * MILLION)

    putting = threading.Thread(target=put_all, daemon=True)
    putting.start()
    assert results._reader.poll(20)
    putting.join(1.5)
    waits = putting.is_alive()
    worker.kill()
    worker.join()
    return waits


@pytest.mark.parametrize("start_method", ["spawn"], indirect=True)
def test_tasks_and_results_in_a_circle(run: Any) -> None:
    assert run(tasks_before_results)


def killed_while_writing() -> tuple[bool, bool]:
    """Return whether main waits in get(), and another worker in put()."""
    results: Any = SimpleQueue()
    first = Process(target=put, args=(results, MILLION))
    first.start()
    assert results._reader.poll(20)
    first.kill()
    first.join()
    other = Process(target=put, args=(results, 1), daemon=True)
    other.start()
    reading = threading.Thread(target=results.get, daemon=True)
    reading.start()
    reading.join(1)
    other.join(0.5)
    return reading.is_alive(), other.is_alive()


@pytest.mark.parametrize("start_method", ["spawn"], indirect=True)
def test_a_worker_that_is_killed_while_it_writes(run: Any) -> None:
    assert run(killed_while_writing) == (True, True)


def test_what_there_is() -> None:
    results: Any = SimpleQueue()
    assert {name for name in dir(results) if name[0] != "_"} == {"put", "get", "empty", "close"}
    with pytest.raises(TypeError, match=r"SimpleQueue.get\(\) got an unexpected keyword argument"):
        results.get(timeout=1)
    for name in ("get_nowait", "qsize", "full"):
        with pytest.raises(AttributeError, match=f"object has no attribute '{name}'"):
            getattr(results, name)
    with pytest.raises(TypeError, match=r"cannot pickle '_queue.SimpleQueue' object"):
        pickle.dumps(queue.SimpleQueue())


def test_close() -> None:
    results: Any = SimpleQueue()
    results.close()
    for call in (results.get, results.empty, lambda: results.put(1)):
        with pytest.raises(OSError, match="handle is closed"):
            call()


def put_when_closed(results: Any, closed: Any, said: Any) -> None:
    assert closed.wait(20)
    results.put("still open here")
    said.put(results.get())


def closed_in_main() -> str:
    results: Any = SimpleQueue()
    said: Any = SimpleQueue()
    closed = multiprocessing.Event()
    worker = Process(target=put_when_closed, args=(results, closed, said))
    worker.start()
    results.close()
    closed.set()
    found = str(lesson.receive(said, [worker]))
    worker.join()
    return found


def test_close_is_for_one_process(run: Any) -> None:
    assert run(closed_in_main) == "still open here"


def threads_and_warnings(kind: str) -> tuple[int, bool]:
    """Return how many threads a put() has started, and whether a later fork is warned about."""
    results: Any = Queue() if kind == "Queue" else SimpleQueue()
    results.put(1)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        worker = multiprocessing.get_context("fork").Process(target=time.time)
        worker.start()
        worker.join()
    results.get()
    return threading.active_count() - 1, any("fork()" in str(w.message) for w in caught)


@pytest.mark.parametrize("start_method", ["fork"], indirect=True)
@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
def test_no_thread_and_no_warning(run: Any) -> None:
    assert run(threads_and_warnings, "SimpleQueue") == (0, False)
    assert run(threads_and_warnings, "Queue") == (1, sys.version_info >= (3, 12))


def test_the_pools_use_it() -> None:
    from concurrent.futures import ProcessPoolExecutor

    with multiprocessing.Pool(1) as pool:
        inner: Any = pool
        assert type(inner._inqueue) is type(inner._outqueue) is type(SimpleQueue())
    with ProcessPoolExecutor(1) as executor:
        inner = executor
        assert type(inner._result_queue) is type(SimpleQueue())
        assert isinstance(inner._call_queue, type(Queue()))
