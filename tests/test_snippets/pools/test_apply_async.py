"""Pool.apply_async: results that are asked for later, and errors that are lost."""

import multiprocessing
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, as_completed, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import pytest

from tests.calling import PLAIN, Ended


def test_program(run_program: Callable[..., Ended]) -> None:
    """Main goes on, gives up waiting once, and has both results later."""
    ended = run_program("apply_async.py", timeout=60)
    assert ended.status == 0, ended.output
    assert "not yet; ready: False" in ended.output
    assert "ready: True successful: True" in ended.output
    assert ended["euros"] == 38
    assert 0 < ended["minutes"] < 100
    assert ended["total"] == 40
    for shop, how in (("north", "succeeded"), ("south", "failed"), ("west", "succeeded")):
        assert f"{shop} {how}\n" in ended.output


def test_apply_waits(run_program: Callable[..., Ended]) -> None:
    """Worker and main take turns."""
    said = run_program("apply_async.py", timeout=60).output.partition("successful: True\n")[2]
    lines = ["north: 38 euros", "main has 38 of north", "west: 40 euros", "main has 40 of west"]
    assert said.splitlines()[:4] == lines


def test_wait_loses_the_error(run_program: Callable[..., Ended]) -> None:
    ended = run_program("apply_async.broken.py")
    assert ended.status == 0
    assert sorted(ended.output.splitlines()) == ["north: 38 euros", "west: 40 euros"]


def test_get_raises_it(run_program: Callable[..., Ended]) -> None:
    ended = run_program("apply_async.cured.py")
    assert ended.status == 0
    assert "south failed: invalid literal for int() with base 10: '?'\n" in ended.output
    assert "west: 40 euros" in ended.output


@pytest.mark.parametrize(("shops", "status"), [("good", 0), ("all", 1)])
def test_the_status_that_the_page_advises(tmp_path: Path, shops: str, status: int) -> None:
    """Followed word for word: 1 with a failure, 0 without."""
    text = (Path(__file__).parents[3] / "snippets/pools/apply_async.cured.py").read_text("utf-8")
    text = text.replace("import csv\n", "import csv\nimport sys\n", 1)
    text = text.replace(
        "        for shop, answer", "        failed = False\n        for shop, answer"
    )
    start, end = text.split("            except ValueError as error:\n")
    start += "            except ValueError as error:\n                failed = True\n"
    text = start + end.rstrip()
    text += '\n    if failed: sys.exit("a shop failed")\n'
    if shops == "good":
        text = text.replace("?", "1")
    script = tmp_path / "shops.py"
    script.write_text(text)
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=60, env=PLAIN
    )
    assert done.returncode == status, done.stderr
    assert done.stderr == ("a shop failed\n" if status else "")


def test_its_timeout_is_not_the_built_in_one() -> None:
    assert not issubclass(multiprocessing.TimeoutError, TimeoutError)
    assert str(multiprocessing.TimeoutError) == "<class 'multiprocessing.context.TimeoutError'>"


def lost() -> list[tuple[bool, bool, str]]:
    """Return of two tasks that cannot work whether they are ready and successful, and why not."""
    found = []
    with Pool(1) as pool:
        for function, args in ((len, ("north")), (lambda: 0, ())):
            task = pool.apply_async(function, args)
            task.wait(20)
            try:
                task.get()
            except (TypeError, AttributeError, pickle.PicklingError) as error:
                found.append((task.ready(), task.successful(), str(error)))
    return found


def test_why_it_seems_to_do_nothing(run: Callable[..., Any]) -> None:
    """No comma, or a lambda: nothing is said before ``get()``."""
    comma, of_lambda = run(lost)
    assert comma == (True, False, "len() takes exactly one argument (5 given)")
    assert of_lambda[:2] == (True, False) and "lambda" in of_lambda[2]
    assert run.output == ""  # type: ignore[attr-defined]


def wait_for_a_dead_worker() -> str:
    with Pool(1) as pool:
        task = pool.apply_async(os._exit, (3,))
        later = pool.apply_async(abs, (-1,))
        assert later.get(20) == 1
        try:
            task.get(0.3)
        except multiprocessing.TimeoutError:
            return "no answer"
    return ""


def test_a_task_whose_worker_died_has_no_answer(run: Callable[..., Any]) -> None:
    assert run(wait_for_a_dead_worker) == "no answer"


def work_until(go: str) -> None:
    deadline = time.monotonic() + 20
    while not Path(go).exists() and time.monotonic() < deadline:
        time.sleep(0.01)


def crash(go: str) -> None:
    work_until(go)
    os._exit(3)


def ask_too_early() -> str:
    with Pool(1) as pool:
        task = pool.apply_async(work_until, ("not there",))
        try:
            task.successful()
        except ValueError as error:
            return str(error)
    return ""


def test_successful_is_for_tasks_that_are_ready(run: Callable[..., Any]) -> None:
    assert "not ready" in run(ask_too_early)


def ready_already() -> tuple[bool, bool]:
    """Return whether as_completed gives all futures that are ready, and always in one order."""
    orders = set()
    kept = []  # alive, so that each round has other objects: the order is that of a set
    with ProcessPoolExecutor(1) as executor:
        for _ in range(20):
            futures = [executor.submit(abs, -n) for n in range(8)]
            kept.append(futures)
            wait(futures)
            orders.add(tuple(future.result() for future in as_completed(futures)))
    return all(sorted(order) == list(range(8)) for order in orders), len(orders) == 1


def test_futures_that_are_ready_already_come_in_any_order(run: Callable[..., Any]) -> None:
    assert run(ready_already) == (True, False)


def executor_answers(go: str) -> list[str]:
    with ProcessPoolExecutor(1) as executor:
        slow = executor.submit(work_until, go)
        try:
            slow.result(timeout=0.001)
            found = []
        except TimeoutError:
            found = ["built-in"]
        Path(go).touch()
    Path(go).unlink()
    with ProcessPoolExecutor(1) as executor:
        futures: list[Future[Any]] = [executor.submit(crash, go), executor.submit(abs, -1)]
        Path(go).touch()  # not before both are submitted
        return found + [type(f.exception()).__name__ for f in futures]


def test_an_executor_s_futures(run: Callable[..., Any], tmp_path: Path) -> None:
    broken = BrokenProcessPool.__name__
    go = tmp_path.with_name(f"{tmp_path.name}.go")
    assert run(executor_answers, str(go)) == ["built-in", broken, broken]


def cancelled() -> int:
    """Return how many of many calls could be cancelled; the others have a result."""
    with ProcessPoolExecutor(1) as executor:
        futures = [executor.submit(sum, range(3_000_000)) for _ in range(10)]
        count = sum(future.cancel() for future in futures)
    assert all(future.cancelled() or future.result() for future in futures)
    return count


def test_calls_that_wait_can_be_cancelled(run: Callable[..., Any]) -> None:
    assert run(cancelled) > 0


def kwargs_and_args() -> int:
    with Pool(1) as pool:
        return pool.apply_async(int, ("11",), {"base": 2}).get()


def test_keyword_arguments(run: Callable[..., Any]) -> None:
    assert run(kwargs_and_args) == 3
