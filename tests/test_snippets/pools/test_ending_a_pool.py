"""Ending a pool: what ``with`` loses, and what ``close`` and ``join`` save."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, wait
from multiprocessing import Pool
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.calling import PLAIN, Ended, in_session


def test_program(run_program: Callable[..., Ended]) -> None:
    """What was not waited for is lost, without its ``finally``; SIGTERM ended both workers."""
    ended = run_program("ending_a_pool.py", timeout=60)
    assert ended.status == 0, ended.output
    assert ended["whole"] == ["north"]
    assert f"exit codes: {[-signal.SIGTERM.value] * 2}" in ended.output
    assert "north: finished" in ended.output and "summary: finished" in ended.output
    with_pool, _, with_executor = ended.output.partition("exit codes:")
    assert with_pool.count("finished") == 2
    assert with_executor.count("finished") == 4
    assert with_executor.endswith("4 reports\n")
    assert "Traceback" not in ended.output


def test_the_end_of_the_block_loses_results(run_program: Callable[..., Ended]) -> None:
    ended = run_program("ending_a_pool.broken.py")
    assert ended.status == 0
    assert ended.output == "all tasks are submitted\nprimes: []\n"


def test_close_and_join_lose_none(run_program: Callable[..., Ended]) -> None:
    ended = run_program("ending_a_pool.cured.py", timeout=60)
    assert ended.status == 0
    assert len(ended["counts"]) == 3


def test_a_report_that_looks_finished(run_program: Callable[..., Ended]) -> None:
    ended = run_program("ending_a_pool-file.broken.py", timeout=60)
    assert ended.output == "half a report in place: True\n"


def test_a_report_that_is_whole_or_not_there(run_program: Callable[..., Ended]) -> None:
    ended = run_program("ending_a_pool-file.cured.py", timeout=60)
    assert ended.output == "half a report in place: False\n"


def work_until(begun: Path, go: Path) -> None:
    begun.touch()
    deadline = time.monotonic() + 20
    while not go.exists() and time.monotonic() < deadline:
        time.sleep(0.01)


def exit_codes(how: str, folder: str) -> tuple[list[bool], list[int | None]]:
    """Return which tasks were done, of two that ran and one that waited, and the exit codes."""
    go = Path(folder, "go")
    with Pool(2) as pool:
        workers = multiprocessing.active_children()
        begun = [Path(folder, name) for name in "ab"]
        tasks = [pool.apply_async(work_until, (path, go)) for path in begun]
        while not all(path.exists() for path in begun):
            time.sleep(0.01)
        tasks.append(pool.apply_async(abs, (-1,)))
        if how == "close":
            pool.close()
            go.touch()
            pool.join()
        elif how == "terminate":
            pool.terminate()
    return [task.ready() for task in tasks], [worker.exitcode for worker in workers]


@pytest.mark.parametrize("how", ["close", "terminate", "with"])
def test_the_three_ways_to_end(run: Callable[..., Any], tmp_path: Path, how: str) -> None:
    """Busy workers are killed; an idle one may have ended with 0."""
    folder = tmp_path / "files"
    folder.mkdir()
    done = how == "close"
    code = 0 if done else -signal.SIGTERM
    assert run(exit_codes, how, str(folder)) == ([done] * 3, [code] * 2)


def ask_too_late() -> str:
    with Pool(1) as pool:
        task = pool.apply_async(time.sleep, (60,))
    try:
        task.get(timeout=0.2)
    except multiprocessing.TimeoutError:
        return "TimeoutError"
    return ""


def test_a_lost_result_never_comes(run: Callable[..., Any]) -> None:
    assert run(ask_too_late) == "TimeoutError"


def out_of_order() -> list[str]:
    messages = []
    with Pool(1) as pool:
        try:
            pool.join()
        except ValueError as error:
            messages.append(str(error))
    for work in (pool.apply_async, pool.map):
        try:
            work(abs, [-1])
        except ValueError as error:
            messages.append(str(error))
    return messages


def test_calls_at_the_wrong_time_are_refused(run: Callable[..., Any]) -> None:
    assert run(out_of_order) == ["Pool is still running"] + ["Pool not running"] * 2


def joined_with_an_error() -> bool:
    with Pool(1) as pool:
        task = pool.apply_async(int, ("ten",))
        pool.close()
        pool.join()
    return task.successful()


def test_join_raises_no_exception_of_a_task(run: Callable[..., Any]) -> None:
    assert run(joined_with_an_error) is False


def stubborn(folder: str) -> None:
    """Ignore SIGTERM for a while."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    Path(folder, "begun").touch()
    time.sleep(1.5)
    Path(folder, "ended").touch()
    os._exit(0)


def leave_a_stubborn_worker(folder: str) -> bool:
    with Pool(1) as pool:
        pool.apply_async(stubborn, (folder,))
        while not list(Path(folder).iterdir()):
            time.sleep(0.01)
    return Path(folder, "ended").exists()


def test_a_worker_that_ignores_sigterm_is_waited_for(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    folder = tmp_path / "seen"
    folder.mkdir()
    assert run(leave_a_stubborn_worker, str(folder))


WITHOUT_WITH = """
import sys, time
from multiprocessing import Pool, set_start_method
from pathlib import Path

def work(path):
    Path(path, "begun").touch()
    time.sleep(60)
    Path(path, "ended").touch()

if __name__ == "__main__":
    set_start_method(sys.argv[1])
    pool = Pool(1)
    pool.apply_async(work, (sys.argv[2],))
    while not Path(sys.argv[2], "begun").exists():
        time.sleep(0.01)
    print("main ends")
"""


def test_a_pool_without_with_is_terminated_at_the_end(start_method: str, tmp_path: Path) -> None:
    """Its task is lost, and only -X dev says anything."""
    script = tmp_path / "without.py"
    script.write_text(WITHOUT_WITH)
    for option in ([], ["-X", "dev"]):
        (tmp_path / "begun").unlink(missing_ok=True)
        done = subprocess.run(
            [sys.executable, *option, str(script), start_method, str(tmp_path)],
            capture_output=True,
            text=True,
            timeout=30,
            env=PLAIN,
        )
        assert (done.returncode, done.stdout) == (0, "main ends\n")
        warned = "ResourceWarning: unclosed running multiprocessing pool" in done.stderr
        assert warned is bool(option), done.stderr
    assert not (tmp_path / "ended").exists()


IN_A_FUNCTION = """
import gc, sys, time
from multiprocessing import Pool, active_children, set_start_method
from pathlib import Path

def work(path):
    Path(path, "begun").touch()
    time.sleep(60)
    Path(path, "ended").touch()

def job(path):
    pool = Pool(1)
    if path:
        pool.apply_async(work, (path,))

if __name__ == "__main__":
    set_start_method(sys.argv[1])
    job("")
    deadline = time.monotonic() + 10
    while active_children() and time.monotonic() < deadline:
        gc.collect()
        time.sleep(0.01)
    print("idle:", len(active_children()))
    job(sys.argv[2])
    while not Path(sys.argv[2], "begun").exists():
        time.sleep(0.01)
    gc.collect()
    time.sleep(0.1)
    print("busy:", len(active_children()))
"""


def test_when_a_pool_without_with_is_collected(start_method: str, tmp_path: Path) -> None:
    """Not while a task is unfinished; the end of main then says at most what the page quotes."""
    script = tmp_path / "collected.py"
    script.write_text(IN_A_FUNCTION)
    done = subprocess.run(
        [sys.executable, str(script), start_method, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=40,
        env=PLAIN,
    )
    assert (done.returncode, done.stdout) == (0, "idle: 0\nbusy: 1\n"), done.stderr
    if done.stderr:
        assert done.stderr.startswith("Exception ignored ")
        assert "<function Pool.__del__ at 0x" in done.stderr.splitlines()[0]
        assert done.stderr.endswith("OSError: [Errno 9] Bad file descriptor\n")
    assert not (tmp_path / "ended").exists()


CTRL_C = """
import signal, sys, time
from multiprocessing import Pool, set_start_method
from pathlib import Path

def work(path, name):
    try:
        Path(path, name).touch()
        time.sleep(60)
    finally:
        print("finally", flush=True)

if __name__ == "__main__":
    set_start_method(sys.argv[1])
    ignore = (signal.signal, (signal.SIGINT, signal.SIG_IGN))
    with Pool(2, *(ignore if sys.argv[4] == "ignored" else ())) as pool:
        tasks = [pool.apply_async(work, (sys.argv[2], name)) for name in "ab"]
        if sys.argv[3] == "get":
            tasks[0].get()
        else:
            pool.close()
            pool.join()
"""


@pytest.mark.parametrize("waits", ["get", "join"])
@pytest.mark.parametrize("workers", ["ignored", "interrupted"])
def test_ctrl_c(start_method: str, tmp_path: Path, waits: str, workers: str) -> None:
    """Main raises KeyboardInterrupt and ends its pool; workers that ignore it say nothing."""
    script = tmp_path / "interrupted.py"
    script.write_text(CTRL_C)
    folder = tmp_path / "begun"
    folder.mkdir()
    with in_session(script, start_method, folder, waits, workers) as process:
        while len(list(folder.iterdir())) < 2 and process.poll() is None:
            time.sleep(0.01)
        time.sleep(0.1)  # main is in get() or join()
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate()
    assert process.returncode == -signal.SIGINT
    assert "KeyboardInterrupt" in err
    if workers == "ignored":
        assert (out, err.count("Traceback")) == ("", 1)


def interrupted_with_the_lock() -> None:
    """Take the lock of the queue that this worker reads, and be interrupted."""
    frame = sys._getframe()
    while "inqueue" not in frame.f_locals:
        assert frame.f_back
        frame = frame.f_back
    assert frame.f_locals["inqueue"]._rlock.acquire(timeout=20)
    raise KeyboardInterrupt


def ended_with_a_lock_taken() -> tuple[bool, bool]:
    """Return whether the end of the block waits, and still when the lock is released."""
    pool: Any = Pool(1)
    (worker,) = multiprocessing.active_children()
    pool.apply_async(interrupted_with_the_lock)
    deadline = time.monotonic() + 20
    while worker.exitcode is None and time.monotonic() < deadline:
        time.sleep(0.01)
    end = Thread(target=pool.__exit__, args=(None, None, None))
    end.start()
    end.join(1)
    waits = end.is_alive()
    pool._inqueue._rlock.release()
    end.join(20)
    return waits, end.is_alive()


def test_a_worker_interrupted_with_a_lock_hangs_the_end(run: Callable[..., Any]) -> None:
    assert run(ended_with_a_lock_taken) == (True, False)
    assert "KeyboardInterrupt" in run.output  # type: ignore[attr-defined]


def executor_s_end(cancel: bool, folder: str) -> tuple[int, int]:
    """Return how many of ten futures are done by their work, and how many were cancelled."""
    begun, go = Path(folder, "begun"), Path(folder, "go")
    with ProcessPoolExecutor(1) as executor:
        futures = [executor.submit(work_until, begun, go) for _ in range(10)]
        while not begun.exists():
            time.sleep(0.01)
        if cancel:
            executor.shutdown(wait=False, cancel_futures=True)
            while not futures[-1].cancelled():
                time.sleep(0.01)
        go.touch()
    wait([future for future in futures if not future.cancelled()], 20)
    cancelled = sum(future.cancelled() for future in futures)
    return sum(future.done() for future in futures) - cancelled, cancelled


@pytest.mark.parametrize("cancel", [False, True])
def test_the_end_of_an_executor_s_block(
    run: Callable[..., Any], tmp_path: Path, cancel: bool
) -> None:
    """It waits; what has not been passed on can be dropped, not what has been."""
    folder = tmp_path / "files"
    folder.mkdir()
    done, cancelled = run(executor_s_end, cancel, str(folder))
    if cancel:
        assert done + cancelled == 10 and 1 < done < 5
    else:
        assert (done, cancelled) == (10, 0)


def fail_or_crash() -> list[str]:
    """Leave a block in which one call raises, and a block in which one crashes."""
    found = []
    for function, argument in ((int, "ten"), (os._exit, 3)):
        with ProcessPoolExecutor(1) as executor:
            future: Any = executor.submit(function, argument)  # type: ignore[arg-type]
        found.append(type(future.exception()).__name__)
    return found


def test_the_end_of_an_executor_s_block_tells_of_no_failure(run: Callable[..., Any]) -> None:
    assert run(fail_or_crash) == ["ValueError", "BrokenProcessPool"]
    assert run.output == ""  # type: ignore[attr-defined]


def test_since_when_an_executor_can_terminate() -> None:
    has = [hasattr(ProcessPoolExecutor, f"{how}_workers") for how in ("terminate", "kill")]
    assert has == [sys.version_info >= (3, 14)] * 2
