"""Ctrl-C in a pool: who reacts, what is kept, and what hangs or goes on."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import Event, Manager, Pool, Process, active_children
from pathlib import Path
from typing import Any

import pytest

from tests.calling import PLAIN, Ended


def test_program(run_program: Callable[..., Ended]) -> None:
    """Main keeps three results, and no process prints a traceback."""
    ended = run_program("ctrl_c.py", timeout=60)
    assert ended.status == 0, ended.output
    assert len(ended["full"]) == 3
    assert ended.output.endswith("stopped by Ctrl-C\n3 of 50 results are kept\n")
    assert "Traceback" not in ended.output


def test_the_tasks_that_wait_are_dropped(run_program: Callable[..., Ended]) -> None:
    begun = {"    rng = random": '    print("begun", flush=True); rng = random'}
    ended = run_program("ctrl_c.py", timeout=60, changed=begun)
    assert ended.status == 0, ended.output
    assert 3 <= ended.output.count("begun") < 50


def test_workers_that_do_not_ignore_it(run_program: Callable[..., Ended]) -> None:
    """Each prints a traceback, so that the program prevents it and is not just lucky."""
    changed = {
        "Pool(2, initializer=ignore_ctrl_c)": "Pool(2)",
        "with ctrl_c_ignored():  # (1)": "if True:",
        "pool.terminate()": "__import__('time').sleep(1); pool.terminate()",
    }
    ended = run_program("ctrl_c.py", timeout=60, changed=changed)
    assert "Traceback" in ended.output


def test_ctrl_c_is_real(run_program: Callable[..., Ended]) -> None:
    """What main does not catch ends it by SIGINT; its pool is ended, its results are saved."""
    changed = {"except KeyboardInterrupt:": "except ZeroDivisionError:"}
    ended = run_program("ctrl_c.py", timeout=60, changed=changed)
    assert ended.status == -signal.SIGINT
    assert ended.output.count("Traceback") == 1
    assert "3 of 50 results are kept" in ended.output


@pytest.mark.parametrize("protected", [True, False])
def test_a_second_ctrl_c(run_program: Callable[..., Ended], protected: bool) -> None:
    again = {"pool.terminate()": "os.kill(0, signal.SIGINT); pool.terminate()"}
    if not protected:
        again["with ctrl_c_ignored():  # (3)"] = "if True:"
    ended = run_program("ctrl_c.py", timeout=60, changed=again)
    assert (ended.status == 0) is protected, ended.output


def test_without_ignoring_close_and_join_hang(
    run_program: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The task of the interrupted worker is lost; the others are done."""
    monkeypatch.setattr("tests.calling.HANG", 0.5)
    ended = run_program("ctrl_c.broken.py", hangs="begun: west", timeout=60)
    assert ended.status is None
    assert "KeyboardInterrupt" in ended.output
    assert "reports:" not in ended.output


def test_a_worker_that_ignores_it_finishes(run_program: Callable[..., Ended]) -> None:
    ended = run_program("ctrl_c.cured.py", timeout=60)
    assert ended.status == 0
    assert "Ctrl-C: the last reports" in ended.output
    assert ended.output.endswith("reports: ['north', 'south', 'west']\n")
    assert "Traceback" not in ended.output


@pytest.mark.parametrize("which", ["broken", "cured"])
def test_an_executor_goes_on(run_program: Callable[..., Ended], which: str) -> None:
    ended = run_program(f"ctrl_c-executor.{which}.py", timeout=60)
    assert ended.status == 0
    assert ended.output == f"Ctrl-C\ntasks dropped: {which == 'cured'}\n"


def touch(path: Path) -> None:
    path.touch()
    time.sleep(0.1)


def interrupted_in_map(folder: str) -> tuple[bool, int]:
    """Interrupt a loop over map(); return how many tasks began."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    paths = [Path(folder, str(number)) for number in range(50)]
    try:
        with ProcessPoolExecutor(1) as executor:
            for _ in executor.map(touch, paths):
                signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        return True, len(list(Path(folder).iterdir()))
    return False, 0


def test_a_loop_over_map_cancels(run: Callable[..., Any], tmp_path: Path) -> None:
    folder = tmp_path / "begun"
    folder.mkdir()
    interrupted, begun = run(interrupted_in_map, str(folder), timeout=60)
    assert interrupted and 1 <= begun < 50


def interrupt_itself(number: int) -> int:
    if number == 1:
        os.kill(os.getpid(), signal.SIGINT)
    return os.getpid()


def executor_s_worker() -> tuple[list[str], int, str]:
    """Interrupt a worker in its task, and then while it waits for one."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with ProcessPoolExecutor(1) as executor:
        futures = [executor.submit(interrupt_itself, number) for number in range(3)]
        kinds = [type(future.exception()).__name__ for future in futures]
        same = len({futures[0].result(), futures[2].result()})
        (worker,) = active_children()
        while worker.is_alive():  # the first may come while it still sends its result
            with contextlib.suppress(ProcessLookupError):
                os.kill(futures[0].result(), signal.SIGINT)
            worker.join(0.5)
        try:
            return kinds, same, type(executor.submit(time.sleep, 9).exception()).__name__
        except BrokenProcessPool as error:
            return kinds, same, type(error).__name__


def test_an_executor_s_worker_that_is_interrupted(run: Callable[..., Any]) -> None:
    """In a task it sends the exception, and takes the next task; while it waits, it ends."""
    kinds, same, then = run(executor_s_worker, timeout=60)
    assert kinds == ["NoneType", "KeyboardInterrupt", "NoneType"]
    assert (same, then) == (1, "BrokenProcessPool")


def ignores() -> bool:
    return signal.getsignal(signal.SIGINT) == signal.SIG_IGN


def inherited(ignored: bool) -> tuple[bool, bool, int, int | None]:
    """Return whether a worker ignores Ctrl-C, and a later one; use a manager, start a process."""
    handler = signal.SIG_IGN if ignored else signal.default_int_handler
    signal.signal(signal.SIGINT, handler)
    with Pool(1) as pool:
        ignore = pool.apply(ignores)
        pool.close()
        pool.join()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with Pool(1) as pool:
        later = pool.apply(ignores)
        pool.close()
        pool.join()
    with Manager() as manager:
        table = manager.dict(kept=3)
        try:
            os.kill(0, signal.SIGINT)
        except KeyboardInterrupt:
            process = Process(target=time.sleep, args=(0,))
            process.start()
            process.join()
            return ignore, later, table["kept"], process.exitcode
    return ignore, later, 0, None


@pytest.mark.parametrize("ignored", [True, False])
def test_what_inherits_and_what_survives(
    run: Callable[..., Any], start_method: str, ignored: bool
) -> None:
    later = ignored and start_method == "forkserver"
    assert run(inherited, ignored, timeout=60) == (ignored, later, 3, 0)


please_stop: Any = None


def begin(event: Any) -> None:
    global please_stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    please_stop = event


def write_days(path: Path, days: int = 100_000) -> int:
    part = path.with_suffix(".part")
    with part.open("w") as file:
        for day in range(days):
            if please_stop.is_set():
                return day
            file.write(f"{day}\n")
            file.flush()
            time.sleep(0.001)
    part.replace(path)
    return days


@contextlib.contextmanager
def ctrl_c_ignored() -> Any:
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


def stopped_by_an_event(folder: str) -> tuple[int, bool, int, bool]:
    """Return how a task ends that is done, one that is asked, and one that had not begun."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    stop, paths = Event(), [Path(folder, name) for name in "abc"]
    paths[2].write_text("of an earlier run")
    part = paths[1].with_suffix(".part")
    with ctrl_c_ignored():
        executor = ProcessPoolExecutor(1, None, begin, (stop,))
        futures = [executor.submit(write_days, paths[0], 5)]
        futures += [executor.submit(write_days, path) for path in paths[1:]]
    with contextlib.suppress(KeyboardInterrupt), executor:
        try:
            while not (part.exists() and part.read_text()):
                time.sleep(0.01)
            os.kill(0, signal.SIGINT)
        finally:
            stop.set()
    done, asked, third = [future.result() for future in futures]
    whole = paths[0].exists() and not paths[1].exists()
    kept = paths[2].read_text() == "of an earlier run"
    closed = part.read_text().count("\n") == asked
    return done, 0 < asked < 100_000 and closed, third, whole and kept


def test_a_task_that_is_asked_ends_by_itself(run: Callable[..., Any], tmp_path: Path) -> None:
    folder = tmp_path / "days"
    folder.mkdir()
    assert run(stopped_by_an_event, str(folder), timeout=60) == (5, True, 0, True)


LOOP = 'for i in 1 2; do echo round; "$0" -c "$1"; done; echo after'
CAUGHT = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    os.kill(0, signal.SIGINT)
except KeyboardInterrupt:
    {}
"""


@pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash")
@pytest.mark.parametrize(
    ("end", "said"),
    [("raise", ["round"]), ("sys.exit(130)", ["round", "round", "after"])],
)
def test_what_bash_makes_of_the_status(end: str, said: list[str]) -> None:
    done = subprocess.run(
        ["bash", "-c", LOOP, sys.executable, CAUGHT.format(end)],
        capture_output=True,
        text=True,
        timeout=90,
        start_new_session=True,
        env=PLAIN,
    )
    assert done.stdout.split() == said, done.stderr
