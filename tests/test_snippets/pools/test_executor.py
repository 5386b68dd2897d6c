"""ProcessPoolExecutor: what map and submit do with inputs and errors, and when workers start."""

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, as_completed, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import pytest

from tests.calling import Ended

LIMIT = 40


def test_program(run_program: Callable[..., Ended], start_method: str) -> None:
    """The order of map, the input of each future, and how many workers one call starts."""
    ended = run_program("executor.py", timeout=90)
    assert ended.status == 0, ended.output
    said = [line for line in ended.output.splitlines() if " is " in line]
    assert said[:3] == [
        "Ana Cok York is Anna Cook York",
        "Maks Tailor Bath is Max Taylor Bath",
        "Lea Beker Leds is Lea Baker Leeds",
    ]
    assert set(said[3:]) == {
        "Gracie Cook Dovr is Grace Cook Dover",
        "Hugo Millar Derbi is Hugo Miller Derby",
        "failed: no customer is like 'Tom Jones Rome'",
    }
    assert ended["failed"] == ["Tom Jones Rome"]
    assert f"workers: {3 if start_method == 'fork' else 1}\n" in ended.output


def test_an_error_is_done_too(run_program: Callable[..., Ended]) -> None:
    ended = run_program("executor.broken.py")
    assert (ended.status, ended.output) == (0, "Baker True\nCook True\nMason True\nbills: 2\n")


def test_result_tells_of_it(run_program: Callable[..., Ended]) -> None:
    ended = run_program("executor.cured.py")
    assert ended.status == 0
    bad = "no bill for Cook: could not convert string to float: '7,5'"
    assert ended.output == f"Baker 720.0\n{bad}\nMason 1200.0\nbills: 2\n"
    raised = run_program("executor.cured.py", changed={"except ValueError": "except OSError"})
    assert raised.status == 1 and "Mason" not in raised.output


def test_map_reads_all_and_wait_does_not(run_program: Callable[..., Ended]) -> None:
    broken, cured = (run_program(f"executor-ahead.{which}.py") for which in ("broken", "cured"))
    assert broken.status == cured.status == 0
    assert len(broken["means"]) == len(cured["means"]) == 200
    assert sorted(broken["means"]) == sorted(cured["means"])
    assert (broken["most"], cured["most"]) == (200, 20)


def test_the_cure_is_to_wait(run_program: Callable[..., Ended]) -> None:
    """Without waiting all is read; and by default it would wait for all 20 each time."""
    never = run_program("executor-ahead.cured.py", changed={"== 20": "== 999"})
    assert never["most"] == 200
    count = {
        "pending = set()": "pending = set()\n        empty = 0",
        "for future in done]": "for future in done]\n                empty += not pending",
        ", return_when=FIRST_COMPLETED": "",
    }
    assert run_program("executor-ahead.cured.py", changed=count)["empty"] == 10


@pytest.mark.skipif(sys.version_info < (3, 14), reason="buffersize is new in Python 3.14")
def test_a_buffersize(run_program: Callable[..., Ended]) -> None:
    """It counts chunks; one more is read before a result is given."""
    for how, most in (("buffersize=20", 21), ("buffersize=20, chunksize=3", 63)):
        ended = run_program("executor-ahead.broken.py", changed={"days())": f"days(), {how})"})
        assert ended.status == 0, ended.output
        assert ended["means"] == sorted(ended["means"]) and len(ended["means"]) == 200
        assert ended["most"] == most


class Recording(ProcessPoolExecutor):
    """Keeps its futures."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Submit a call."""
        future = super().submit(fn, *args, **kwargs)
        self.__dict__.setdefault("futures", []).append(future)
        return future


def fail_first(how: str, number: int, go: Path) -> int:
    """Raise or return if it is the first; the others wait."""
    if number == 0:
        if how == "error":
            raise ValueError
        return 0
    deadline = time.monotonic() + LIMIT
    while not go.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    return number


def left_early(folder: str) -> dict[str, int]:
    """Return how many of 30 calls map cancels after an error, and after two kinds of break."""
    found = {}
    for how in ("error", "break", "kept"):
        go = Path(folder, how)
        with Recording(1) as executor:
            inputs = [how] * 30, range(30), [go] * 30
            if how == "kept":
                results = executor.map(fail_first, *inputs)
                for _ in results:
                    break
            else:
                with contextlib.suppress(ValueError):
                    for _ in executor.map(fail_first, *inputs):
                        break
            futures: list[Any] = executor.__dict__["futures"]
            found[how] = sum(future.cancelled() for future in futures)
            go.touch()
    return found


def test_what_map_cancels(run: Callable[..., Any], tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    found = run(left_early, str(folder), timeout=90)
    assert 20 < found["error"] < 30
    assert 20 < found["break"] < 30
    assert found["kept"] == 0


def map_after_an_error() -> list[str]:
    found = []
    with ProcessPoolExecutor(1) as executor:
        executor.map(float, ["7,5"])  # is not looked at
        results = executor.map(float, ["1", "7,5", "3"])
        for _ in range(3):
            try:
                found.append(str(next(results)))
            except (ValueError, StopIteration) as error:
                found.append(type(error).__name__)
        pairs = list(executor.map(pow, [2, 3], [3, 2, 9]))
    return [*found, *map(str, pairs)]


def test_map_ends_at_an_error(run: Callable[..., Any]) -> None:
    """And says nothing if its results are not taken; stops with the shorter list."""
    assert run(map_after_an_error) == ["1.0", "ValueError", "StopIteration", "8", "9"]
    assert run.output == ""  # type: ignore[attr-defined]


def ask(folder: str) -> list[object]:
    """Ask futures of calls that run, and that wait behind them."""
    go = Path(folder, "go")
    found: list[object] = []
    with ProcessPoolExecutor(1) as executor:
        futures = [executor.submit(fail_first, "wait", number, go) for number in range(1, 12)]
        while not futures[0].running():
            time.sleep(0.01)
        done, not_done = wait(futures, timeout=0.1)
        found += [len(done), len(not_done), futures[0].done()]
        with ProcessPoolExecutor(1) as other:
            quick = other.submit(abs, -1)
            done, not_done = wait([*futures, quick], return_when=FIRST_COMPLETED)
            found += [done == {quick}, len(not_done)]
            found.append(next(as_completed([*futures, quick])) is quick)
        try:
            futures[0].result(timeout=0.1)
        except TimeoutError:
            found.append("TimeoutError")
        found += [futures[0].cancel(), futures[-1].cancel()]
        go.touch()
        found += [futures[0].result(), futures[0].exception(), futures[0].done()]
    return found


def test_what_a_future_tells(run: Callable[..., Any], tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    before = [0, 11, False, True, 11, True, "TimeoutError", False, True]
    assert run(ask, str(folder), timeout=90) == [*before, 1, None, True]


def interrupted(folder: str) -> dict[str, int]:
    """Return how many of 30 calls are cancelled when Ctrl-C ends main's loop over them."""
    found = {}
    for how in ("map", "submit"):
        go = Path(folder, how)
        with Recording(1) as executor:
            inputs = range(1, 31)
            if how == "map":
                loop: Any = executor.map(fail_first, [how] * 30, inputs, [go] * 30)
            else:
                loop = as_completed([executor.submit(fail_first, how, i, go) for i in inputs])
            futures: list[Any] = executor.__dict__["futures"]
            while not futures[0].running():
                time.sleep(0.01)
            threading.Timer(0.5, os.kill, [os.getpid(), signal.SIGINT]).start()
            with contextlib.suppress(KeyboardInterrupt):
                for _ in loop:
                    break
            found[how] = sum(future.cancelled() for future in futures)
            go.touch()
    return found


def test_ctrl_c_in_a_loop(run: Callable[..., Any], tmp_path: Path) -> None:
    """It ends map's iterator, so that the others are cancelled; as_completed leaves them."""
    folder = tmp_path / "files"
    folder.mkdir()
    found = run(interrupted, str(folder), timeout=90)
    assert 30 - 1 - 2 <= found["map"] < 30  # one call runs, at most two wait
    assert found["submit"] == 0


def workers_after_each(folder: str) -> list[int]:
    """Return how many workers there are after each of three calls, and after one more, later."""
    go = Path(folder, "go")
    found = []
    with ProcessPoolExecutor(2) as executor:
        futures = []
        for number in range(1, 4):
            futures.append(executor.submit(fail_first, "wait", number, go))
            found.append(len(active_children()))
        go.touch()
        wait(futures)
    with ProcessPoolExecutor(2) as executor:
        for _ in range(2):
            executor.submit(abs, -1).result()
            time.sleep(0.2)  # the executor's thread counts the worker as idle
        found.append(len(active_children()))
    return found


def test_when_workers_start(run: Callable[..., Any], tmp_path: Path, start_method: str) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    expected = [2, 2, 2, 2] if start_method == "fork" else [1, 2, 2, 1]
    assert run(workers_after_each, str(folder), timeout=90) == expected


def die() -> None:
    os._exit(3)


def after_a_death() -> list[str]:
    found = []
    with ProcessPoolExecutor(1) as executor:
        first = executor.submit(abs, -1)
        wait([first])
        futures: list[Any] = [executor.submit(die)]
        with contextlib.suppress(BrokenProcessPool):
            futures.append(executor.submit(abs, -2))
        for future in futures:
            found.append(type(future.exception()).__name__)
        try:
            executor.submit(abs, -3)
        except BrokenProcessPool:
            found.append("takes no more")
        found.append(str(first.result()))
    return found


def test_a_worker_that_dies(run: Callable[..., Any]) -> None:
    """A result that came before is kept."""
    *broken, refused, kept = run(after_a_death)
    assert broken and set(broken) == {"BrokenProcessPool"}
    assert (refused, kept) == ("takes no more", "1")


def test_how_many_workers() -> None:
    """As many as the page says; nothing has started before the first call."""
    count: Any = getattr(os, "process_cpu_count", os.cpu_count)  # new in Python 3.13
    executor: Any
    with ProcessPoolExecutor() as executor:
        assert executor._max_workers == count()
        assert not executor._processes
