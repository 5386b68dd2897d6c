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
    """Only the stuck task and the one that raised are lost, under both kinds of deadline."""
    ended = run_program("deadline.py", timeout=60)
    assert ended.status == 0, ended.output
    assert ended.output.count(f"{STUCK} -> TimeoutError('not done in 1 s')\n") == 2
    assert ended.output.count("backup of orders: 1200 files -> 1200\n") == 2
    assert ended.output.count("backup of photos: 48000 files -> 48000\n") == 2
    assert ended.output.count("'NoneType' object is not subscriptable") == 2


def only_first_cell(changed: dict[str, str]) -> dict[str, str]:
    """Return the changes that leave out the second cell as well, which burns a second."""
    return changed | {'if hasattr(signal, "setitimer"):': "if False:"}


def test_a_killed_or_crashed_task_is_told(run_program: Callable[..., Ended]) -> None:
    crash = {"return int(LINE": 'if "cut" in line: __import__("os")._exit(3)\n    return int(LINE'}
    ended = run_program("deadline.py", changed=only_first_cell(crash), timeout=60)
    assert ended.status == 0, ended.output
    assert f"{STUCK} -> EOFError()\n" in ended.output
    assert ended.output.endswith("48000 files -> 48000\n")


def test_the_error_of_a_task_ends_main_and_tells_where(
    run_program: Callable[..., Ended],
) -> None:
    changed = {
        f'    "{STUCK}",\n': "",
        "repr(task.exception() or task.result())": "task.result()",
    }
    ended = run_program("deadline.py", changed=changed)
    assert ended.status == 1
    assert "TypeError: 'NoneType' object is not subscriptable\n" in ended.output
    assert ", in files\n" in ended.output


def test_without_the_kill_main_waits(run_program: Callable[..., Ended]) -> None:
    changed = {
        "return int(LINE": 'if "cut" in line: __import__("time").sleep(600)\n    return int(LINE',
        "process.kill()  # (3)": 'print("not killed")',
    }
    ended = run_program("deadline.py", hangs="not killed", changed=only_first_cell(changed))
    assert ended.status is None
    assert "not done in" not in ended.output


def test_a_pool_s_workers_may_not_have_children(run_program: Callable[..., Ended]) -> None:
    changed = {
        "ProcessPoolExecutor(2)": 'getattr(__import__("multiprocessing"), "Pool")(2)',
        "executor.submit(in_time, files, line, 1)": "executor.apply_async(in_time, (line,) * 3)",
        "repr(task.exception() or task.result())": "task.get(30)",
    }
    ended = run_program("deadline.py", changed=only_first_cell(changed))
    assert ended.status == 1
    assert "daemonic processes are not allowed to have children" in ended.output


def test_result_with_a_limit_ends_the_waiting_only(run_program: Callable[..., Ended]) -> None:
    changed = {
        "return int(LINE": 'while "cut" in line: __import__("time").sleep(1)\n    return int(LINE',
        "timeout=2": 'timeout=2 if "cut" in line else 60',
    }
    ended = run_program("deadline.broken.py", hangs="photos: 48000 files -> 48000", changed=changed)
    assert ended.status is None
    assert f"{STUCK} -> too late; cancelled: False\n" in ended.output
    assert "the end" not in ended.output


def test_the_end_of_a_pool_kills_it(run_program: Callable[..., Ended]) -> None:
    changed = {"timeout=2": 'timeout=2 if "cut" in line else 60'}
    ended = run_program("deadline.cured.py", changed=changed, timeout=60)
    assert ended.status == 0, ended.output
    assert f"{STUCK} -> too late\n" in ended.output
    assert ended.output.endswith("-> 48000\nthe end\n")


CTRL_C = """
import signal, sys, time
from multiprocessing import set_start_method
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from concurrent.futures import ProcessPoolExecutor
from deadline import in_time

def stuck(path):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Path(path).touch()
    time.sleep(600)

if __name__ == "__main__":
    set_start_method(sys.argv[1])
    with ProcessPoolExecutor(2) as executor:
        tasks = [executor.submit(in_time, stuck, path, 600) for path in sys.argv[3:]]
        print(tasks[0].result())
"""


def test_ctrl_c(start_method: str, tmp_path: Path) -> None:
    """Each worker kills its process, though this one ignores the signal."""
    script = tmp_path / "interrupted.py"
    script.write_text(CTRL_C)
    begun = [tmp_path / name for name in "ab"]
    folder = Path(__file__).parents[3] / "snippets/pools"
    with in_session(script, start_method, folder, *begun) as process:
        while not all(path.exists() for path in begun) and process.poll() is None:
            time.sleep(0.01)
        time.sleep(1)  # main is in result(), and the workers are in poll()
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=40)
    assert process.returncode == -signal.SIGINT, err
    assert out == ""


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
