"""ThreadPool and multiprocessing.dummy: what threads do, and what they hide."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.thread import BrokenThreadPool
from multiprocessing import TimeoutError, dummy
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Any

import pytest

from tests.calling import PLAIN, Ended

LIMIT = 30


def test_program(run_program: Callable[..., Ended]) -> None:
    """The prices are the same; the task goes on after the end of its pool."""
    ended = run_program("thread_pool.py", timeout=90)
    assert ended.status == 0, ended.output
    assert ended["pooled"] == ended["looped"] == [400, 500, 600, 500] * 4
    assert "main: the pool is terminated\ntask: still at work\n" in ended.output
    assert "6 words, exit code 0\n" in ended.output
    assert "PermissionError: wrong password\n" in ended.output
    assert ended.output.endswith(
        "A thread initializer failed, the thread pool is not usable anymore\n"
    )


def test_a_process_fills_its_own_list(run_program: Callable[..., Ended]) -> None:
    changed = {"from multiprocessing.dummy import P": "from multiprocessing import P"}
    ended = run_program("thread_pool.py", timeout=90, changed=changed)
    assert "\n0 words, exit code 0\n" in ended.output


def test_a_lambda_cannot_be_pickled(run_program: Callable[..., Ended]) -> None:
    ended = run_program("thread_pool.broken.py", timeout=60)
    assert ended.status == 1
    assert "PicklingError: Can't pickle" in ended.output


def test_threads_need_no_pickling(run_program: Callable[..., Ended]) -> None:
    ended = run_program("thread_pool.cured.py", timeout=60)
    assert ended.status == 0
    assert len(ended["sums"]) == len(set(ended["sums"])) == 3


@pytest.mark.parametrize("which", ["broken", "cured"])
def test_one_thread_fetches_with_a_lock(run_program: Callable[..., Ended], which: str) -> None:
    """Until four have asked or a limit is over: no other may ask meanwhile."""
    wait = "while len(requests) < 4 and time.monotonic() < end: time.sleep(0.01)"
    limit = 30 if which == "broken" else 0.5
    changed = {"time.sleep(1)": f"end = time.monotonic() + {limit}\n    {wait}"}
    ended = run_program(f"thread_pool-lock.{which}.py", timeout=60, changed=changed)
    assert ended.status == 0
    assert ended["requests"] == ["USD"] * (1 if which == "cured" else 4)


def test_all_threads_wait_at_the_same_time() -> None:
    barrier = threading.Barrier(8)
    with ThreadPool(8) as pool:
        places = pool.map(lambda _: barrier.wait(LIMIT), range(8), chunksize=1)
    assert sorted(places) == list(range(8))
    with dummy.Pool(1) as pool:
        assert isinstance(pool, ThreadPool)


def price(text: str) -> int | ValueError:
    try:
        return int(text)
    except ValueError as error:
        return error


def test_one_failed_task_costs_the_others() -> None:
    """Unless the task catches the exception, and returns it."""
    with ThreadPool(2) as pool:
        with pytest.raises(ValueError):
            pool.map(int, ["400", "not found", "500"], chunksize=1)
        first, failed, last = pool.map(price, ["400", "not found", "500"], chunksize=1)
    assert (first, last) == (400, 500) and isinstance(failed, ValueError)


def test_only_main_gets_ctrl_c() -> None:
    begun, go, ended = (threading.Event() for _ in range(3))

    def task(_: int) -> None:
        begun.set()
        os.kill(os.getpid(), signal.SIGINT)
        assert go.wait(LIMIT)
        ended.set()

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt), ThreadPool(1) as pool:
            pool.map(task, [1])
    finally:
        signal.signal(signal.SIGINT, before)
    assert begun.is_set() and not ended.is_set()
    go.set()
    assert ended.wait(LIMIT)


def test_what_waits_is_dropped() -> None:
    begun, go = threading.Event(), threading.Event()
    ran: list[int] = []

    def task(number: int) -> None:
        ran.append(number)
        begun.set()
        assert go.wait(LIMIT)

    with ThreadPool(1) as pool:
        pool.map_async(task, range(5), chunksize=1)
        assert begun.wait(LIMIT)
    go.set()
    pool.join()
    assert ran == [0]


def test_a_task_that_exits_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    with ThreadPool(2) as pool:
        exits = pool.apply_async(sys.exit, (3,))
        assert pool.apply(abs, (-1,)) == 1
        with pytest.raises(TimeoutError):
            exits.get(timeout=1)
        assert sum(thread.is_alive() for thread in pool._pool) == 1


AT_THE_END = """
import threading, time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import ThreadPool

def task():
    begun.set()
    time.sleep(1)
    print("task ends", flush=True)

begun = threading.Event()
POOL
begun.wait()
print("main ends", flush=True)
"""


@pytest.mark.parametrize(
    ("pool", "said"),
    [
        ("pool = ThreadPool(1); pool.apply_async(task)", ["main ends"]),
        ("ThreadPoolExecutor(1).submit(task)", ["main ends", "task ends"]),
    ],
)
def test_what_the_end_of_main_cuts_off(tmp_path: Path, pool: str, said: list[str]) -> None:
    script = tmp_path / "end.py"
    script.write_text(AT_THE_END.replace("POOL", pool))
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=LIMIT, env=PLAIN
    )
    assert (done.returncode, done.stdout.splitlines()) == (0, said), done.stderr


def refuse() -> None:
    raise ValueError("no connection")


def test_an_initializer_that_raises(capfd: pytest.CaptureFixture[str]) -> None:
    with ThreadPoolExecutor(1, initializer=refuse) as executor, pytest.raises(BrokenThreadPool):
        executor.submit(abs, -1).result(LIMIT)


def test_a_pool_s_initializer_that_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its threads end, and no task is done."""
    failed = threading.Event()
    monkeypatch.setattr(threading, "excepthook", lambda _: failed.set())
    with ThreadPool(1, refuse) as pool:
        answer = pool.apply_async(abs, (-1,))
        assert failed.wait(LIMIT)
        with pytest.raises(TimeoutError):
            answer.get(timeout=1)


def test_what_dummy_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    process: Any = dummy.Process(target=refuse)
    process.start()
    process.join()
    assert process.exitcode == 0
    assert not any(hasattr(process, name) for name in ("terminate", "kill", "pid"))
    assert not hasattr(dummy.Value("i", 0), "get_lock")
    assert not hasattr(dummy.Queue(), "close")
    assert not hasattr(dummy, "get_context")
    with pytest.raises(TypeError):
        dummy.Process(target=refuse, daemon=True)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        dummy.Pool(1, maxtasksperchild=1)  # type: ignore[call-arg]
