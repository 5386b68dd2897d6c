"""A task's deadline: what ends a task, and what only ends the waiting for it."""

import faulthandler
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import pytest

from tests.calling import Ended, in_session

STUCK = "backup of the customers of the north was cut off"


def test_program(run_program: Callable[..., Ended]) -> None:
    """Only the stuck task is lost, and after it three were done in the second place."""
    ended = run_program("deadline.py", timeout=60)
    assert ended.status == 0, ended.output
    first, _, alarm = ended.output.partition("failed: 2\n")
    assert f"{STUCK} -> not done in 1 s\n" in first
    for said in (first, alarm):
        assert "backup of orders: 1200 files -> 1200\n" in said
        assert "backup of photos: 48000 files -> 48000\n" in said
    assert "'NoneType' object is not subscriptable" in first
    assert f"{STUCK} -> not done in 1 s\n" in alarm


def only_first_cell(changed: dict[str, str]) -> dict[str, str]:
    """Return the changes that leave out the second cell as well, which burns a second."""
    return changed | {'if hasattr(signal, "setitimer"):': "if False:"}


def test_a_killed_or_crashed_task_is_told(run_program: Callable[..., Ended]) -> None:
    crash = {"return int(LINE": 'if "cut" in line: __import__("os")._exit(3)\n    return int(LINE'}
    ended = run_program("deadline.py", changed=only_first_cell(crash), timeout=60)
    assert ended.status == 0, ended.output
    assert f"{STUCK} -> its process died\n" in ended.output
    assert "failed: 2\n" in ended.output


def test_without_the_kill_main_waits(run_program: Callable[..., Ended]) -> None:
    changed = {
        "return int(LINE": 'if "cut" in line: time.sleep(600)\n    return int(LINE',
        "process.kill()  # (3)": 'print("not killed")',
    }
    ended = run_program("deadline.py", hangs="not killed", changed=only_first_cell(changed))
    assert ended.status is None
    assert "not done in" not in ended.output


def test_main_raises_and_leaves_no_process(run_program: Callable[..., Ended]) -> None:
    """Without finally it would wait for the stuck process at its exit."""
    changed = {
        "return int(LINE": 'if "cut" in line: time.sleep(600)\n    return int(LINE',
        "failed.append(line)": "raise SystemExit(5)",
        "LOG, 1,": "LOG, 600,",
    }
    ended = run_program("deadline.py", changed=only_first_cell(changed), timeout=60)
    assert ended.status == 5, ended.output
    assert "1,5 files -> TypeError" in ended.output


def test_result_with_a_limit_ends_the_waiting_only(run_program: Callable[..., Ended]) -> None:
    changed = {
        "return int(LINE": 'while "cut" in line: __import__("time").sleep(1)\n    return int(LINE'
    }
    ended = run_program("deadline.broken.py", hangs="photos: 48000 files -> 48000", changed=changed)
    assert ended.status is None
    assert f"{STUCK} -> too late; cancelled: False\n" in ended.output
    assert "the end" not in ended.output


def test_the_end_of_a_pool_kills_it(run_program: Callable[..., Ended]) -> None:
    ended = run_program("deadline.cured.py", timeout=60)
    assert ended.status == 0, ended.output
    assert f"{STUCK} -> too late\n" in ended.output
    assert ended.output.endswith("-> 48000\nthe end\n")


CTRL_C = """
import sys, time
from multiprocessing import set_start_method
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from deadline import map_in_time

def stuck(path):
    Path(path).touch()
    time.sleep(600)

if __name__ == "__main__":
    set_start_method(sys.argv[1])
    for argument, result, error in map_in_time(stuck, sys.argv[3:], 600, 2):
        print(argument, result, error)
"""


def test_ctrl_c(start_method: str, tmp_path: Path) -> None:
    """A signal to main alone: its finally kills both processes."""
    script = tmp_path / "interrupted.py"
    script.write_text(CTRL_C)
    begun = [tmp_path / name for name in "ab"]
    folder = Path(__file__).parents[3] / "snippets/pools"
    with in_session(script, start_method, folder, *begun) as process:
        while not all(path.exists() for path in begun) and process.poll() is None:
            time.sleep(0.01)
        time.sleep(1)  # main is in wait()
        os.kill(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=40)
    assert process.returncode == -signal.SIGINT, err
    assert (out, err.count("\nKeyboardInterrupt")) == ("", 1)


def stuck_here(path: str) -> None:
    """Write this worker's pid, and never end."""
    Path(f"{path}.part").write_text(str(os.getpid()))
    Path(f"{path}.part").replace(path)
    time.sleep(600)


def kill_a_busy_worker(path: str) -> tuple[int, str]:
    """Return how many other tasks were done, and what became of the killed one."""
    with Pool(2) as pool:
        task = pool.apply_async(stuck_here, (path,))
        while not Path(path).exists():
            time.sleep(0.01)
        os.kill(int(Path(path).read_text()), signal.SIGKILL)
        done = len(pool.map_async(abs, range(20), 1).get(30))
        try:
            task.get(0.3)
        except multiprocessing.TimeoutError:
            return done, "never"
    return done, "came"


def test_a_pool_goes_on_when_a_busy_worker_is_killed(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    assert run(kill_a_busy_worker, str(tmp_path.with_name(f"{tmp_path.name}.pid"))) == (20, "never")


def kill_an_idle_worker() -> bool:
    """Return whether the pool's lock stays taken when its only worker is killed as it waits."""
    pool: Any = Pool(1)
    (worker,) = multiprocessing.active_children()
    pool.apply(abs, (-1,))
    lock = pool._inqueue._rlock
    deadline = time.monotonic() + 20
    while lock.acquire(block=False):  # until the worker waits again, with the lock
        lock.release()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    worker.kill()
    worker.join()
    late = pool.apply_async(abs, (-2,))
    try:
        late.get(1)
    except multiprocessing.TimeoutError:
        stays = not lock.acquire(block=False)
    else:
        stays = False
    lock.release()  # which lets the block end
    late.get(30)
    pool.terminate()
    return stays


def test_an_idle_worker_is_killed_with_the_lock(run: Callable[..., Any]) -> None:
    assert run(kill_an_idle_worker)


def watched(path: str) -> None:
    """Be ended by the watchdog, in a sleep that no signal interrupts."""
    with Path(path).open("w") as file:
        faulthandler.dump_traceback_later(0.2, exit=True, file=file)
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        time.sleep(600)


def exit_code_of_watched(path: str) -> int | None:
    process = multiprocessing.Process(target=watched, args=(path,))
    process.start()
    process.join(30)
    return process.exitcode


@pytest.mark.skipif(sys.platform == "win32", reason="blocks signals")
def test_the_watchdog(run: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path.with_name(f"{tmp_path.name}.txt")
    assert run(exit_code_of_watched, str(path)) == 1
    assert " in watched" in path.read_text()
