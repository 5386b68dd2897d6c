"""Broken executors: what a dead worker costs, who it was, and how to go on without it."""

import os
import signal
import sys
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import active_children, connection
from pathlib import Path
from typing import Any

import pytest

from tests.calling import Ended, in_session

LIMIT = 60
NAMES = [f"page{number}" for number in range(8)]


def named(paths: Any) -> list[str]:
    return sorted(path.name for path in paths)


def test_program(run_program: Callable[..., Ended]) -> None:
    """One page is guilty; all others are counted, though some were lost with it."""
    ended = run_program("broken_pools.py", timeout=LIMIT)
    assert ended.status == 0, ended.output
    assert named(ended["guilty"]) == ["page3"]
    assert named(ended["results"]) == [name for name in NAMES if name != "page3"]
    assert set(ended["results"].values()) == {250_000}
    assert ended.output.endswith("7 pages are counted\nguilty: page3\n")


def test_without_marks_it_gives_up(run_program: Callable[..., Ended]) -> None:
    ended = run_program(
        "broken_pools.py", timeout=90, changed={"mark.touch()": "pass", "50_000": "50"}
    )
    assert ended.status == 1
    assert ended.output.count("left, begun:\n") == 3
    assert "RuntimeError: gave up with" in ended.output


@pytest.mark.parametrize("tries", [3, 4])
def test_each_guilty_page_may_cost_a_round(run_program: Callable[..., Ended], tries: int) -> None:
    """One worker meets three of them one after another; the last page needs a round more."""
    damaged = 'paths[3].write_bytes(b"damaged")'
    changed = {
        damaged: f"for path in paths[0:8:3]: {damaged.replace('paths[3]', 'path')}",
        "workers=2": "workers=1",
        "50_000": "50",
        "tries=3": f"tries={tries}",
    }
    ended = run_program("broken_pools.py", timeout=LIMIT, changed=changed)
    if tries == 3:
        assert ended.status == 1
        assert "RuntimeError: gave up with 1 pages left" in ended.output
    else:
        assert ended.status == 0, ended.output
        assert (named(ended["guilty"]), len(ended["results"])) == (["page0", "page3", "page6"], 5)


@pytest.mark.parametrize("caught", [True, False])
def test_submit_raises_when_it_breaks_early(
    run_program: Callable[..., Ended], caught: bool
) -> None:
    """Main waits for the end of the guilty page before it submits the next one."""
    submit = "futures[path] = executor.submit(count_words, path)\n"
    waits = f"{submit}                if path.name == 'page3': futures[path].exception()\n"
    changed = {submit: waits, "50_000": "50"}
    if not caught:
        changed["with suppress(BrokenExecutor):"] = "with suppress():"
    ended = run_program("broken_pools.py", timeout=LIMIT, changed=changed)
    if caught:
        assert ended.status == 0, ended.output
        assert (named(ended["guilty"]), len(ended["results"])) == (["page3"], 7)
    else:
        assert ended.status == 1
        assert "BrokenProcessPool: A child process terminated abruptly" in ended.output


def test_a_broken_executor_stays_broken(run_program: Callable[..., Ended]) -> None:
    ended = run_program("broken_pools.broken.py")
    assert (ended.status, ended["counted"]) == (0, 1)
    damaged, harbour = ended.output.splitlines()[1:3]
    told = "A process in the process pool was terminated abruptly while the future was running"
    assert damaged == f"damaged failed: {told} or pending."
    told = "A child process terminated abruptly, the process pool is not usable anymore"
    assert harbour == f"the harbour failed: {told}"


def test_a_new_executor_goes_on(run_program: Callable[..., Ended]) -> None:
    ended = run_program("broken_pools.cured.py")
    assert (ended.status, ended["counted"]) == (0, 2)
    assert "the harbour has 2\n" in ended.output


def die(folder: str) -> None:
    """End this process by SIGKILL, when all is ready for it."""
    Path(folder, f"die-{os.getpid()}").touch()
    while not Path(folder, "go").exists():
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGKILL)


def work(folder: str) -> None:
    Path(folder, "work").touch()
    time.sleep(LIMIT)


def broken(folder: str) -> tuple[list[int], list[str], list[str], int, bool]:
    real = connection.wait

    def wait_until_it_is_dead(*args: Any) -> list[Any]:
        """Give the kernel time to have the exit code, which the executor asks for only once."""
        ready = real(*args)
        if Path(folder, "go").exists():
            (mark,) = Path(folder).glob("die-*")
            with suppress(ChildProcessError):  # forkserver's child, or asked for already
                os.waitid(os.P_PID, int(mark.name[4:]), os.WEXITED | os.WNOWAIT)
        return ready

    if sys.platform == "linux":
        connection.wait = wait_until_it_is_dead  # type: ignore[assignment]
    with ProcessPoolExecutor(2) as executor:
        done = executor.submit(abs, -1)
        done.result(LIMIT)
        futures = [executor.submit(function, folder) for function in (die, work, die, work)]
        while len(list(Path(folder).iterdir())) < 2:
            time.sleep(0.01)
        workers = active_children()
        Path(folder, "go").touch()
        errors = [future.exception(LIMIT) for future in futures]
    codes = [worker.exitcode or 0 for worker in workers]
    kinds = [type(error).__name__ for error in errors]
    causes = [str(error and error.__cause__) for error in errors]
    bases = all(
        isinstance(error, BrokenExecutor) and isinstance(error, RuntimeError) for error in errors
    )
    return sorted(codes), kinds, causes, done.result(), bases


@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals")
def test_what_one_death_costs(run: Callable[..., Any], tmp_path: Path) -> None:
    """All futures that are not done; the executor ends the other worker; 3.15 tells the code."""
    folder = tmp_path / "marks"
    folder.mkdir()
    codes, kinds, causes, done, bases = run(broken, str(folder), timeout=90)
    assert codes == [-signal.SIGTERM, -signal.SIGKILL]
    assert kinds == ["BrokenProcessPool"] * 4
    assert (done, bases) == (1, True)
    told = ["terminated abruptly with exit code -9" in cause for cause in causes]
    if sys.platform == "linux" or sys.version_info < (3, 15):
        assert told == [sys.version_info >= (3, 15)] * 4


CRASH = """
import ctypes, multiprocessing, resource, sys
from concurrent.futures import ProcessPoolExecutor

def crash():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.string_at(0)

if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    with ProcessPoolExecutor(1) as executor:
        future = executor.submit(crash)
        workers = multiprocessing.active_children()
        print(type(future.exception()).__name__)
    print([worker.exitcode for worker in workers])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals")
def test_faulthandler_shows_where_a_worker_crashed(start_method: str, tmp_path: Path) -> None:
    script = tmp_path / "crash.py"
    script.write_text(CRASH)
    with in_session("-X", "faulthandler", script, start_method, cwd=tmp_path) as process:
        out, err = process.communicate()
    assert out in ("BrokenProcessPool\n[-11]\n", "BrokenProcessPool\n[]\n")
    assert "Fatal Python error: Segmentation fault" in err and "in crash" in err


def fail() -> None:
    raise ValueError


def test_an_executor_of_threads_breaks_with_the_same_base() -> None:
    with ThreadPoolExecutor(1, initializer=fail) as executor:
        assert isinstance(executor.submit(abs, -1).exception(LIMIT), BrokenExecutor)
