"""Pool or executor: what main gets from each in the same situation."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import pytest

from tests.calling import PLAIN, Ended

LIMIT = 40


def test_program(run_program: Callable[..., Ended]) -> None:
    """The four calls, and that both find the PIN."""
    ended = run_program("pool_or_executor.py", timeout=90)
    assert ended.status == 0, ended.output
    lines = set(ended.output.splitlines())
    assert lines >= {
        "7,50: pool: ValueError",
        "7,50: executor: ValueError",
        "killed: pool: no answer",
        "killed: executor: BrokenProcessPool",
        "sys.exit: pool: no answer",
        "sys.exit: executor: SystemExit",
        "starts a process: pool: AssertionError",
        "starts a process: executor: result",
        "pool: 1234",
        "executor: 1234",
        "finished others, too: True",
    }
    assert ended.output.count("a helper\n") == 1


ONLY_CALLS = {"starts = range(0, 1_000_000, 100_000)": "starts = range(0, 1_000, 1_000)"}


def test_the_executor_drops_what_was_not_passed_on(run_program: Callable[..., Ended]) -> None:
    """Some of the nine other searches; without cancel_futures it would finish all of them."""
    for how, numbers in (("True", range(1, 9)), ("False", range(9, 10))):
        changed = {
            "len(others) > 0": "len(others)",
            "cancel_futures=True": f"cancel_futures={how}",
            '["7,50", "killed", "sys.exit", "starts a process"]': "[]",
        }
        ended = run_program("pool_or_executor.py", timeout=90, changed=changed)
        assert ended.status == 0, ended.output
        assert int(ended.output.split()[-1]) in numbers


def test_a_pin_of_zero_is_found(run_program: Callable[..., Ended]) -> None:
    changed = {
        'b"1234"': 'b"0"',
        '["7,50", "killed", "sys.exit", "starts a process"]': "[]",
    }
    ended = run_program("pool_or_executor.py", timeout=90, changed=changed)
    assert "pool: 0\nexecutor: 0\n" in ended.output


def test_a_call_that_returns_is_answered(run_program: Callable[..., Ended]) -> None:
    """The pool's missing answers are due to the ends of its workers."""
    changed = {"os._exit(1)": "return 1", 'sys.exit("cannot add this")': "return 2"}
    ended = run_program("pool_or_executor.py", timeout=90, changed=changed | ONLY_CALLS)
    assert "killed: pool: 1\n" in ended.output
    assert "sys.exit: pool: 2\n" in ended.output
    assert "no answer" not in ended.output


def test_without_a_limit_it_hangs(run_program: Callable[..., Ended]) -> None:
    ended = run_program(
        "pool_or_executor.py", hangs="adding killed", changed={"timeout=0.5": ""}, timeout=90
    )
    assert ended.status is None
    assert "killed: pool" not in ended.output


def test_no_result_is_taken(run_program: Callable[..., Ended]) -> None:
    broken, cured = (run_program(f"pool_or_executor.{which}.py") for which in ("broken", "cured"))
    assert (broken.status, broken.output) == (0, "all bills are right\n")
    wrong = "wrong bill: could not convert string to float: '7,50'\n"
    assert (cured.status, cured.output) == (0, wrong)


def test_map_of_a_pool_would_have_raised(run_program: Callable[..., Ended]) -> None:
    changed = {
        "from concurrent.futures import": "from multiprocessing import Pool as",
    }
    ended = run_program("pool_or_executor.broken.py", changed=changed)
    assert ended.output == "wrong bill: could not convert string to float: '7,50'\n"


def fail_or_wait(number: int, folder: Path, limit: float) -> None:
    """Raise, or wait until main has seen the error."""
    if number == 0:
        raise ValueError
    deadline = time.monotonic() + limit
    while not (folder / "seen").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    (folder / "ended").touch()


def when_map_raises(which: str, folder: Path) -> bool:
    """Return whether another call had ended when map raised the error of the first."""
    ended = None
    if which == "pool":
        with Pool(2) as pool:
            try:
                pool.starmap(fail_or_wait, [(0, folder, 0.5), (1, folder, 0.5)], chunksize=1)
            except ValueError:
                ended = (folder / "ended").exists()
    else:
        with ProcessPoolExecutor(2) as executor:
            try:
                list(executor.map(fail_or_wait, [0, 1], [folder] * 2, [LIMIT] * 2))
            except ValueError:
                ended = (folder / "ended").exists()
                (folder / "seen").touch()
    assert ended is not None
    return ended


@pytest.mark.parametrize("which", ["pool", "executor"])
def test_when_map_raises(run: Callable[..., Any], tmp_path: Path, which: str) -> None:
    """A pool's map waits for all calls, an executor's raises in its turn."""
    folder = tmp_path / "files"
    folder.mkdir()
    assert run(when_map_raises, which, folder, timeout=60) is (which == "pool")


def moved() -> list[object]:
    pairs = [(2, 3), (3, 2)]
    late = []
    with Pool(1) as pool:
        listed = pool.starmap(pow, pairs)
        try:
            pool.apply_async(time.sleep, (0.5,)).get(timeout=0)
        except Exception as error:
            late.append((type(error).__module__, isinstance(error, TimeoutError)))
    with ProcessPoolExecutor(1) as executor:
        iterated = executor.map(pow, *zip(*pairs, strict=True))
        try:
            executor.submit(time.sleep, 0.5).result(timeout=0)
        except Exception as error:
            late.append((type(error).__module__, isinstance(error, TimeoutError)))
        return [listed, hasattr(iterated, "__len__"), list(iterated), *late]


def test_starmap_becomes_map(run: Callable[..., Any]) -> None:
    """And TimeoutError is another one."""
    late = [("multiprocessing.context", False), ("builtins", True)]
    assert run(moved) == [[8, 9], False, [8, 9], *late]


INTERPRETERS = """
import os, sys
from concurrent.futures import InterpreterPoolExecutor
words = ["tea"]
letters = bytearray(b"tea")
with InterpreterPoolExecutor(1) as executor:
    print(executor.submit(os.getpid).result() == os.getpid())
    print(executor.submit(list.append, words, "milk").result(), words)
    print(executor.submit(len, words).result())
    executor.submit(memoryview.__setitem__, memoryview(letters), 0, 83).result()
    print(letters.decode(), flush=True)
    executor.submit(os._exit, 7)
print("not reached")
"""


@pytest.mark.skipif(sys.version_info < (3, 14), reason="new in Python 3.14")
def test_interpreters() -> None:
    """They are in one process, get copies, and a crash ends the program."""
    done = subprocess.run(
        [sys.executable, "-c", INTERPRETERS],
        capture_output=True,
        text=True,
        timeout=60,
        env=PLAIN,
    )
    assert done.stdout == "True\nNone ['tea']\n1\nSea\n", done.stderr
    assert done.returncode == 7


def test_threads_have_the_same_methods() -> None:
    """What the page says of ThreadPoolExecutor."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as executor:
        assert executor.submit(os.getpid).result() == os.getpid()
        assert list(executor.map(abs, [-1])) == [1]
