"""Callbacks of a pool: one thread of main calls them, and they had better not raise."""

import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import pytest

from snippets.pools import callbacks as lesson
from tests.calling import Ended

HANDLER = "result_handler" if sys.version_info >= (3, 12) else "result_hander"
DEAD = f"AssertionError: Cannot have cache with {HANDLER} not alive"


def test_program(run_program: Callable[..., Ended]) -> None:
    """Results are booked in main, in a thread; a KeyError there costs the result."""
    ended = run_program("callbacks.py", timeout=90)
    assert ended.status == 0, ended.output
    assert len(ended["failed"]) == 1 and isinstance(ended["failed"][0], ValueError)
    assert "{'tea': 30, 'milk': 8}, failed: [ValueError(" in ended.output
    before, _, after = ended.output.partition("first order: ")
    assert before.count("booked in Thread-") == before.count("(_handle_results)") == 3
    assert "second order: ('tea', 5)\n" in before
    assert after.startswith("no result; ready: False\n")
    assert "Traceback" not in ended.output
    assert after.count("booked in MainThread\n") == 2
    assert "tee 5 failed: KeyError('tee')\n" in after
    assert "milk two failed: ValueError(" in after
    assert ended["stock"] == {"tea": 23, "milk": 5}


def test_the_program_survives_an_unknown_item(run: Callable[..., Any]) -> None:
    """It is the one that readers copy: ``book`` lets no exception out."""
    assert run(book_an_unknown_item) == (True, ["KeyError"])


def book_an_unknown_item() -> tuple[bool, list[str]]:
    with Pool(1) as pool:
        task = pool.apply_async(lesson.read_order, ("tee 3",), callback=lesson.book)
        task.wait(20)
        return task.ready(), [type(error).__name__ for error in lesson.failed]


def test_a_callback_that_raises(run_program: Callable[..., Ended]) -> None:
    """The thread that receives results ends: only the first result arrives."""
    ended = run_program("callbacks.broken.py", timeout=60)
    assert ended.status == 1
    assert "Exception in thread Thread-3 (_handle_results):\n" in ended.output
    assert "ValueError: not enough values to unpack" in ended.output
    assert "multiprocessing.context.TimeoutError" in ended.output
    assert ended.output.rstrip().endswith(DEAD)
    assert "milk: 8 left" not in ended.output


def test_a_callback_that_lets_nothing_out(run_program: Callable[..., Ended]) -> None:
    ended = run_program("callbacks.cured.py")
    assert ended.status == 0, ended.output
    assert ended["stock"] == {"tea": 30, "milk": 8}
    assert "not booked: ['tea'], ValueError(" in ended.output
    assert ended.output.count("main got") == 3


def raise_key_error(_: object) -> None:
    raise KeyError("mine")


def raise_value_error(_: object) -> None:
    raise ValueError("mine")


def after_a_raise(
    callback: Callable[[object], None], name: str = "callback"
) -> tuple[bool, bool, bool]:
    """Return whether the failed task and a later one are ready, and whether join() still waits."""
    died = threading.Event()
    threading.excepthook = lambda _: died.set()
    with Pool(2) as pool:
        text = "1" if name == "callback" else "ten"
        failed = pool.apply_async(int, (text,), **{name: callback})  # type: ignore[arg-type]
        if callback is raise_value_error:
            assert died.wait(20)
        later = pool.apply_async(abs, (-2,))
        later.wait(20 if callback is raise_key_error else 0.5)
        pool.close()
        joined = threading.Thread(target=pool.join, daemon=True)
        joined.start()
        joined.join(0.5)
        found = failed.ready(), later.ready(), joined.is_alive()
        if callback is raise_value_error:
            pool._cache.clear()  # type: ignore[attr-defined]  # or terminate() would raise
    return found


@pytest.mark.parametrize("name", ["callback", "error_callback"])
@pytest.mark.parametrize(
    ("callback", "later_ready"), [(raise_key_error, True), (raise_value_error, False)]
)
def test_what_is_ready_after_a_raise(
    run: Callable[..., Any], callback: Any, later_ready: bool, name: str
) -> None:
    """In either case ``join`` waits for the task that cannot become ready."""
    assert run(after_a_raise, callback, name) == (False, later_ready, True)


def busy_after_the_assertion(folder: str) -> tuple[str, int]:
    """Return what leaving the block raises, and how many workers are still busy then."""
    died = threading.Event()
    threading.excepthook = lambda _: died.set()
    begun, go = Path(folder, "begun"), Path(folder, "go")
    try:
        with Pool(1) as pool:
            pool.apply_async(abs, (-1,), callback=raise_value_error)
            assert died.wait(20)
            pool.apply_async(work_until, (begun, go))
            while not begun.exists():
                time.sleep(0.01)
    except AssertionError as error:
        left = len(multiprocessing.active_children())
        go.touch()
        return f"AssertionError: {error}", left
    return "", 0


def work_until(begun: Path, go: Path) -> None:
    begun.touch()
    deadline = time.monotonic() + 20
    while not go.exists() and time.monotonic() < deadline:
        time.sleep(0.01)


def test_the_assertion_ends_no_busy_worker(run: Callable[..., Any], tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    assert run(busy_after_the_assertion, str(folder)) == (DEAD, 1)


class Careless(Exception):
    """It takes two arguments and passes on one, so it cannot be rebuilt in main."""

    def __init__(self, path: str, line: int) -> None:
        super().__init__(path)


class Careful(Exception):
    """It passes on all it takes."""

    def __init__(self, path: str, line: int) -> None:
        super().__init__(path, line)


def raise_one(kind: type[Exception]) -> None:
    raise kind("orders.csv", 3)


def without_a_callback() -> tuple[object, bool, bool, str]:
    """Return what a good exception holds, whether a bad one and a later one come, and the end."""
    found: tuple[object, bool, bool] = None, False, False
    try:
        with Pool(1) as pool:
            careful = pool.apply_async(raise_one, (Careful,))
            careful.wait(20)
            try:
                careful.get(0)
            except Careful as error:
                holds = error.args
            bad = pool.apply_async(raise_one, (Careless,))
            while any("results" in thread.name for thread in threading.enumerate()):
                time.sleep(0.02)
            later = pool.apply_async(abs, (-2,))
            later.wait(0.3)
            found = holds, bad.ready(), later.ready()
    except AssertionError as error:
        return *found, f"AssertionError: {error}"
    return *found, ""


def test_an_exception_that_cannot_be_rebuilt(run: Callable[..., Any]) -> None:
    """Main cannot unpickle it: the thread that receives results ends, as by a callback."""
    assert run(without_a_callback) == (("orders.csv", 3), False, False, DEAD)
    said = run.output  # type: ignore[attr-defined]
    assert "Exception in thread Thread-3 (_handle_results):\n" in said
    assert "__init__() missing 1 required positional argument: 'line'" in said


def after_sys_exit() -> tuple[bool, list[str]]:
    """Return whether a later task is ready, and which threads of the pool are left."""
    with Pool(1) as pool:
        pool.apply_async(abs, (-1,), callback=sys.exit)
        while any("results" in thread.name for thread in threading.enumerate()):
            time.sleep(0.02)
        later = pool.apply_async(abs, (-2,))
        later.wait(0.3)
        found = later.ready(), [thread.name for thread in threading.enumerate()]
        pool._cache.clear()  # type: ignore[attr-defined]
    return found


def test_sys_exit_in_a_callback_ends_the_thread_in_silence(run: Callable[..., Any]) -> None:
    ready, threads = run(after_sys_exit)
    assert not ready and any("_handle_tasks" in name for name in threads)
    assert run.output == ""  # type: ignore[attr-defined]


def held_up() -> tuple[bool, bool, bool, list[str]]:
    """Return ready() of a second task while the first callback runs and after, and threads."""
    entered, release = threading.Event(), threading.Event()
    threads = []

    def dawdle(_: object) -> None:
        entered.set()
        threads.append(threading.current_thread().name)
        release.wait(20)

    with Pool(2) as pool:
        first = pool.apply_async(abs, (-1,), callback=dawdle)
        entered.wait(20)
        second = pool.apply_async(abs, (-2,), callback=lambda _: threads.append("second"))
        second.wait(0.5)
        before = second.ready()
        not_marked = first.ready()
        release.set()
        second.wait(20)
        return before, not_marked, second.ready(), threads


def test_a_slow_callback_blocks_all_results(run: Callable[..., Any]) -> None:
    """A result is ready after its callback, and one callback runs at a time."""
    before, not_marked, after, threads = run(held_up)
    assert (before, not_marked, after) == (False, False, True)
    assert "_handle_results" in threads[0] and threads[1] == "second"


def of_a_task_that_cannot_be_sent() -> str:
    threads: list[str] = []
    with Pool(1) as pool:
        task = pool.apply_async(
            lambda: 0, error_callback=lambda _: threads.append(threading.current_thread().name)
        )
        task.wait(20)
    return threads[0]


def test_error_callback_of_a_task_that_cannot_be_pickled(run: Callable[..., Any]) -> None:
    assert "_handle_tasks" in run(of_a_task_that_cannot_be_sent)


def of_map_async() -> list[object]:
    called: list[object] = []
    texts: list[str] = []
    with Pool(2) as pool:
        pool.map_async(abs, [-1, -2, -3], 1, callback=called.append).wait(20)
        pool.map_async(
            int, ["1", "a", "2", "b"], 1, error_callback=lambda e: texts.append(str(e)[-3:])
        ).wait(20)
    return called + sorted(texts)


def test_map_async_calls_it_once(run: Callable[..., Any]) -> None:
    """Which error is the first depends on the workers."""
    results, *errors = run(of_map_async)
    assert results == [1, 2, 3]
    assert errors in (["'a'"], ["'b'"])


def of_a_dead_worker() -> list[object]:
    called: list[object] = []
    with Pool(1) as pool:
        pool.apply_async(os._exit, (3,), callback=called.append, error_callback=called.append)
        pool.apply_async(abs, (-1,)).get(20)
        joined = threading.Thread(target=pool.join, daemon=True)
        pool.close()
        joined.start()
        joined.join(0.5)
        return [*called, joined.is_alive()]


def test_no_callback_is_called_for_a_worker_that_died(run: Callable[..., Any]) -> None:
    assert run(of_a_dead_worker) == [True]


def asks_its_own_pool() -> str:
    with Pool(1) as pool:
        found: list[str] = []

        def ask(_: object) -> None:
            try:
                pool.apply_async(abs, (-2,)).get(0.5)
            except multiprocessing.TimeoutError:
                found.append("waits for itself")

        pool.apply_async(abs, (-1,), callback=ask).wait(20)
        return found[0]


def test_a_callback_that_gets_another_result(run: Callable[..., Any]) -> None:
    assert run(asks_its_own_pool) == "waits for itself"


def executor_with_callbacks(folder: str) -> tuple[list[object], list[bool]]:
    """Return what came, and whether a callback ran in the main thread, before and after."""
    main: list[bool] = []

    def fail(_: object) -> None:
        main.append(threading.current_thread() is threading.main_thread())
        raise KeyError("mine")

    with ProcessPoolExecutor(1) as executor:
        begun, go = Path(folder, "begun"), Path(folder, "go")
        futures: list[Future[Any]] = [
            executor.submit(work_until, begun, go),
            executor.submit(int, "ten"),
        ]
        for future in futures:
            future.add_done_callback(fail)
        go.touch()
        later = executor.submit(abs, -1).result(20)
    futures[0].add_done_callback(fail)
    return [later, *(type(future.exception()).__name__ for future in futures)], main


def test_an_executor_logs_what_a_callback_raises(run: Callable[..., Any], tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    came, main = run(executor_with_callbacks, str(folder))
    assert came == [1, "NoneType", "ValueError"]
    assert main == [False, False, True]
    assert run.output.count("KeyError: 'mine'") == 3  # type: ignore[attr-defined]
