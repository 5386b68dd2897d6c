"""Who wrote a line, who started whom, and which lines are lost."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.calling import PLAIN, Ended

PRINTS_AND_DIES = """
import multiprocessing, os, sys

def work(flush):
    print("said", flush=flush)
    if len(sys.argv) > 2:
        os.kill(os.getpid(), 9)

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    for flush in False, True:
        process = context.Process(target=work, args=(flush,))
        process.start()
        process.join()
"""

DAEMON = """
import multiprocessing, sys, threading

def work(printed):
    print("said")
    printed.set()
    threading.Event().wait(60)

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    printed = context.Event()
    context.Process(target=work, args=(printed,), daemon=True).start()
    printed.wait(60)
    print("main ends")
"""
LATE = """
import logging

how = {"level": logging.INFO, "format": "%(processName)s: %(message)s"}
logging.info("early")
logging.basicConfig(**how)
logging.warning("late")
logging.basicConfig(**how, force=True)
logging.info("forced")
"""


def test_each_log_line_names_its_process(run_program: Callable[..., Ended]) -> None:
    """The warning comes from the region whose row is no number."""
    output = run_program("names_pids_parents.py").output
    logged = re.findall(r"^(\w+) \(pid (\d+)\): (.+)$", output, re.MULTILINE)
    assert sorted((name, said) for name, _, said in logged) == [
        ("MainProcess", "2 regions are done"),
        ("north", "total: 200.50"),
        ("south", "not a number: 'n/a'"),
        ("south", "total: 160.00"),
    ]
    assert len({pid for _, pid, _ in logged}) == 3


def test_names_that_python_gives(run_program: Callable[..., Ended], start_method: str) -> None:
    """They count, and tell of the start method in a pool and an executor."""
    output = run_program("names_pids_parents.py").output
    method = {"fork": "Fork", "spawn": "Spawn", "forkserver": "ForkServer"}[start_method]
    assert re.findall(r"(\S+) was started by (\S+)", output) == [
        ("Process-3", "MainProcess"),
        (f"{method}PoolWorker-4", "MainProcess"),
        (f"{method}Process-5", "MainProcess"),
    ]


def test_parents(run_program: Callable[..., Ended], start_method: str) -> None:
    """parent_process() is right everywhere; getppid() is not, under forkserver."""
    output = run_program("names_pids_parents.py").output
    assert "parent_process() is main: True" in output
    assert f"os.getppid() is main: {start_method != 'forkserver'}" in output


def test_logging_of_main_only_reaches_children_of_fork(
    run_program: Callable[..., Ended], start_method: str
) -> None:
    """Elsewhere their infos are lost, and the warning has no name."""
    output = run_program("names_pids_parents.broken.py").output
    forked = start_method == "fork"
    assert ("north: 2 rows" in output) is forked
    assert ("south: not a number" in output) is forked
    assert ("WARNING:root:not a number" in output) is not forked


def test_logging_of_each_process_loses_nothing(run_program: Callable[..., Ended]) -> None:
    """What main sets up, each child has set up too."""
    assert sorted(run_program("names_pids_parents.cured.py").output.splitlines()) == [
        "2 regions are done",
        "north: 2 rows",
        "south: 3 rows",
        "south: not a number: 'n/a'",
    ]


@pytest.mark.parametrize("killed", [False, True])
def test_printed_lines_of_a_killed_child_are_lost_in_a_file(
    start_method: str, tmp_path: Path, killed: bool
) -> None:
    """Unless it flushes them; one that ends by itself writes them at its end."""
    script, file = tmp_path / "prints.py", tmp_path / "output"
    script.write_text(PRINTS_AND_DIES)
    command = [sys.executable, "-E", str(script), start_method, *["dies"] * killed]
    with file.open("wb") as output:
        subprocess.run(command, stdout=output, timeout=60, check=True)
    assert file.read_text() == "said\n" * (1 if killed else 2)


@pytest.mark.parametrize("by", ["option", "variable"])
def test_only_the_variable_switches_every_buffer_off(
    start_method: str, tmp_path: Path, by: str
) -> None:
    """The option -u reaches main, and children that are copies of main."""
    script = tmp_path / "prints.py"
    script.write_text(PRINTS_AND_DIES)
    command = [sys.executable, *["-u"] * (by == "option"), str(script), start_method, "dies"]
    variable = {"PYTHONUNBUFFERED": "1"} if by == "variable" else {}
    done = subprocess.run(
        command, stdout=subprocess.PIPE, text=True, timeout=60, check=True, env=PLAIN | variable
    )
    all_come = by == "variable" or start_method == "fork"
    assert done.stdout == "said\n" * (2 if all_come else 1)


def test_line_of_a_daemon_that_is_not_joined_is_lost(start_method: str, tmp_path: Path) -> None:
    """The end of main kills it, and what it has in its buffer is gone."""
    script = tmp_path / "daemon.py"
    script.write_text(DAEMON)
    done = subprocess.run(
        [sys.executable, str(script), start_method],
        capture_output=True,
        text=True,
        timeout=60,
        env=PLAIN,
    )
    assert (done.stdout, done.returncode) == ("main ends\n", 0)


def test_logging_is_set_up_once_unless_it_is_forced(tmp_path: Path) -> None:
    """The first line sets it up with the defaults."""
    script = tmp_path / "late.py"
    script.write_text(LATE)
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60)
    assert done.stderr == "WARNING:root:late\nMainProcess: forced\n"


def test_worker_s_line_comes_through_a_pipe(start_method: str, tmp_path: Path) -> None:
    """The pool is closed and joined before the end of its block, which would kill the worker."""
    lesson = Path(__file__).resolve().parents[3] / "snippets/spawning/names_pids_parents.py"
    script = tmp_path / "names.py"
    method = f"""
if __name__ == "__main__":
    import multiprocessing
    multiprocessing.set_start_method({start_method!r})
"""
    script.write_text(method + lesson.read_text("utf-8"))
    done = subprocess.run(
        [sys.executable, "-E", script], stdout=subprocess.PIPE, text=True, timeout=60
    )
    assert len(re.findall(r"PoolWorker-4 was started by MainProcess", done.stdout)) == 1
