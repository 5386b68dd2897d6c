"""Lock and RLock: numbers of invoices in one file; a lock that is taken twice, or by the dead."""

import json
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import Lock, Process, RLock
from pathlib import Path
from types import FrameType
from typing import IO, Any

import pytest

from tests.calling import Ended

TOO_MANY = "semaphore or lock released too many times"
NOT_OWNED = "attempt to release recursive lock not owned by thread"


def test_program(run_program: Callable[..., Ended]) -> None:
    """Each number comes once; the lock of a dead worker stays taken."""
    ended = run_program("lock.py", timeout=60)
    assert ended.status == 0, ended.output
    assert "numbers: [1, 2, 3, 4, 5, 6]\n" in ended.output
    orders = {row.split(",")[1] for row in ended["rows"]}
    assert orders == {"tea", "jam", "rice", "salt", "oil", "figs"}
    last = ["rows: 2", "has the lock, and crashes", "rows: None", "exit code: 1"]
    assert ended.output.splitlines()[-4:] == last


def test_a_slow_worker_is_alone_from_the_read_to_the_write(
    run_program: Callable[..., Ended],
) -> None:
    """The others would read meanwhile, but for the lock."""
    slow = {"+ 1\n": "+ 1; __import__('time').sleep(0.3)\n"}
    ended = run_program("lock.py", changed=slow, timeout=60)
    assert "numbers: [1, 2, 3, 4, 5, 6]\n" in ended.output


def test_a_lock_that_main_does_not_keep(
    run_program: Callable[..., Ended], start_method: str
) -> None:
    """Its name is gone before the worker opens it; under fork, it needs none."""
    ended = run_program("lock.py", changed={"(part, path, lock)": "(part, path, Lock())"})
    assert ("FileNotFoundError" in ended.output) is (start_method != "fork")
    assert ended.status == (start_method != "fork")


def test_ctrl_c_and_the_with() -> None:
    """Inside, the lock is released. Between the taking and the ``with``, it is not."""
    lock = Lock()
    with pytest.raises(KeyboardInterrupt), lock:
        raise KeyboardInterrupt
    assert lock.acquire(block=False)
    lock.release()

    def ctrl_c(frame: FrameType, event: str, _: object) -> None:
        if event == "return" and frame.f_code.co_name == "__enter__":
            sys.setprofile(None)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sys.setprofile(ctrl_c)
        with lock:
            pass
    assert not lock.acquire(block=False)


def test_a_worker_that_releases_the_lock_leaves_it_free(run_program: Callable[..., Ended]) -> None:
    """So the timeout was due to the holder's death."""
    released = {"    os._exit(1)": "    lock.release()"}
    ended = run_program("lock.py", changed=released, timeout=60)
    assert ended.output.endswith("rows: 2\nexit code: 0\n")


def test_a_timeout_in_the_workers_ends_the_program(run_program: Callable[..., Ended]) -> None:
    """One dies with the lock. The others leave, and main sees that a worker failed."""
    one_dies = {
        "        with lock:  # (2)\n": (
            "        if not lock.acquire(timeout=1):\n"
            "            sys.exit('lock not free')\n"
            "        __import__('os')._exit(9)\n"
            "        if lock:\n"
        )
    }
    ended = run_program("lock.py", changed=one_dies, timeout=60)
    assert ended.status == 1
    assert ended.output.count("lock not free\n") == 2
    assert ended.output.endswith("a worker failed\n") and "booked" not in ended.output


def wait_for(lock: Any, here: Any) -> None:
    here.set()
    with lock:
        pass


def overtaken() -> bool:
    """Return whether main gets the lock again while a child waits for it."""
    for _ in range(20):
        lock, here = Lock(), multiprocessing.Event()
        lock.acquire()
        child = Process(target=wait_for, args=(lock, here))
        child.start()
        here.wait(timeout=60)
        time.sleep(0.2)  # it waits by now
        lock.release()
        again = lock.acquire(block=False)
        if again:
            lock.release()
        child.join()
        if again:
            return True
    return False


def test_who_waits_longer_does_not_go_first(run: Callable[..., Any]) -> None:
    assert run(overtaken) is True


def test_without_the_lock_numbers_come_twice(run_program: Callable[..., Ended]) -> None:
    ended = run_program("lock.broken.py", timeout=60)
    assert ended.status == 0
    assert len(ended["rows"]) == 6
    assert len(ended["numbers"]) < 6


def test_with_the_lock_all_are_different(run_program: Callable[..., Ended]) -> None:
    ended = run_program("lock.cured.py", timeout=60)
    assert ended.output == "rows: 6\ndifferent numbers: 6\n"


def test_a_lock_around_the_write_only_does_not_help(run_program: Callable[..., Ended]) -> None:
    number = 'number = path.read_text().count("\\n") + 1'
    outside = {
        f"            {number}\n": "",
        "mark = seal(order)": f"{number}; mark = seal(order)",
    }
    ended = run_program("lock.cured.py", changed=outside, timeout=60)
    assert ended.output.startswith("rows: 6\n")
    assert len(ended["numbers"]) < 6


IN_THIS_FOLDER = {"TemporaryDirectory()": 'TemporaryDirectory(dir=".")'}


def test_a_lock_that_is_taken_twice_hangs(run_program: Callable[..., Ended]) -> None:
    ended = run_program("lock-twice.broken.py", hangs="selling tea", changed=IN_THIS_FOLDER)
    assert ended.status is None
    assert "selling jam" not in ended.output and "Traceback" not in ended.output


def test_an_rlock_does_not(run_program: Callable[..., Ended]) -> None:
    ended = run_program("lock-twice.cured.py")
    assert ended.status == 0
    assert ended.output.endswith("in stock: {'tea': 3, 'jam': 2}\n")


def test_nor_a_lock_that_the_caller_takes(run_program: Callable[..., Ended]) -> None:
    """The way that the page prefers: ``read_stock`` reads without it."""
    restructured = {"    with lock:\n        return json": "    if lock:\n        return json"}
    ended = run_program("lock-twice.broken.py", changed=restructured)
    assert ended.output.endswith("in stock: {'tea': 3, 'jam': 2}\n")


def release(lock: Any, answers: Any) -> None:
    try:
        lock.release()
        answers.send("released")
    except (AssertionError, ValueError) as error:
        answers.send(f"{type(error).__name__}: {error}")


def released_by_a_child() -> dict[str, list[Any]]:
    """Return what a child's release says of a lock of main, and whether it is free then."""
    found = {}
    for kind in (Lock, RLock):
        lock: Any = kind()
        lock.acquire()
        here, there = multiprocessing.Pipe()
        child = Process(target=release, args=(lock, there))
        child.start()
        child.join()
        with ThreadPoolExecutor(1) as another:
            found[kind.__name__] = [here.recv(), another.submit(lock.acquire, False).result()]
    return found


def test_who_may_release(run: Callable[..., Any]) -> None:
    """Any process releases a Lock. An RLock stays with its owner, which is a thread."""
    assert run(released_by_a_child) == {
        "Lock": ["released", True],
        "RLock": [f"AssertionError: {NOT_OWNED}", False],
    }


def test_what_differs_from_threading() -> None:
    lock = Lock()
    with pytest.raises(ValueError, match=TOO_MANY):
        lock.release()
    with pytest.raises(AssertionError, match=NOT_OWNED):
        RLock().release()
    for kind in (threading.Lock, threading.RLock):
        with pytest.raises(RuntimeError):
            kind().release()
    with pytest.raises(TypeError):
        lock.acquire(blocking=False)  # type: ignore[call-arg]
    assert lock.acquire()
    assert [lock.acquire(block=False), lock.acquire(timeout=-1)] == [False, False]
    assert hasattr(lock, "locked") is hasattr(RLock(), "locked") is (sys.version_info >= (3, 14))


def take_and_die(path: Path, how: str) -> None:
    import fcntl

    file = path.open("r+")
    if how == "flock":
        fcntl.flock(file, fcntl.LOCK_EX)
    else:
        fcntl.lockf(file, fcntl.LOCK_EX)
    os._exit(3)


def after_a_holder_s_death(path: str) -> list[int | None]:
    """Take both kinds of file locks after a process that held them has died."""
    import fcntl

    codes = []
    for how in ("flock", "lockf"):
        child = Process(target=take_and_die, args=(Path(path), how))
        child.start()
        child.join()
        with Path(path).open("r+") as file:
            getattr(fcntl, how)(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # OSError if it is taken
        codes.append(child.exitcode)
    return codes


def test_the_kernel_releases_a_file_lock(run: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "invoices.csv"
    path.touch()
    assert run(after_a_holder_s_death, str(path)) == [3, 3]


def try_flock(file: IO[str] | None, path: str) -> None:
    import fcntl

    with file or Path(path).open("r+") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)


def flock_in_forked_children(path: str) -> list[int | None]:
    """Return how two ended that took main's flock: with main's open file, and with their own."""
    import fcntl

    codes = []
    with Path(path).open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        for opened in (file, None):
            fork = multiprocessing.get_context("fork")
            child = fork.Process(target=try_flock, args=(opened, path))
            child.start()
            child.join()
            codes.append(child.exitcode)
    return codes


def test_a_forked_child_has_main_s_file_lock(run: Callable[..., Any], tmp_path: Path) -> None:
    """Unless it opens the file itself."""
    path = tmp_path / "invoices.csv"
    path.touch()
    assert run(flock_in_forked_children, str(path)) == [0, 1]
    assert "BlockingIOError" in run.output  # type: ignore[attr-defined]


def test_a_reader_meets_an_empty_file(tmp_path: Path) -> None:
    """What ``write_text`` does first is to empty the file."""
    path = tmp_path / "stock.json"
    path.write_text("{}")
    with path.open("w"), pytest.raises(json.JSONDecodeError) as caught:
        json.loads(path.read_text())
    assert str(caught.value) == "Expecting value: line 1 column 1 (char 0)"
