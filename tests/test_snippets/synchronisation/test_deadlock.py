"""The lesson on deadlocks: made, seen, undone in two ways, and ended by a signal."""

import os
import re
import signal
import time
from multiprocessing import Barrier
from pathlib import Path
from typing import Any

import pytest

from snippets.synchronisation import deadlock
from tests.calling import in_session

LESSON = Path(deadlock.__file__)
LINES = LESSON.read_text("utf-8").splitlines()
SECOND = 1 + next(n for n, line in enumerate(LINES) if "with locks[target]:" in line)


def test_program(run_program: Any) -> None:
    """Both wait for their second lock, as their alarms say; giving back ends it."""
    ended = run_program("deadlock.py", timeout=60)
    assert ended.status == 0, ended.output
    assert "waiting: ['A', 'B']\nbalances: 500 500\n" in ended.output
    alarms = ended.output.split("Timeout (")[1:]
    assert len(alarms) == 2
    for alarm in alarms:
        inner, outer = re.findall(r"line (\d+) in (\w+)", alarm)[:2]
        assert inner[1] == "__enter__"
        assert outer == (str(SECOND), "transfer")
    assert re.search(r"attempt 1: gave lock [12] back\n", ended.output)
    assert ended.output.endswith("balances: 430 570\n")


def test_without_the_hand_shake_and_in_order_none_waits(run_program: Any) -> None:
    """Then the whole program ends well: the deadlock is the order's."""
    changed = {
        "    with locks[source]:\n": "    source, target = sorted([source, target])\n"
        "    with locks[source]:\n",
        "        both.wait(60)  # (1)\n": "",
        "    both.wait(60)\n": "",
        "join(timeout=1.5)": "join(timeout=60)",
    }
    ended = run_program("deadlock.py", changed=changed)
    assert "waiting: []\n" in ended.output


def test_each_its_own_order_hangs(run_program: Any) -> None:
    ended = run_program("deadlock.broken.py", hangs="from 2 to 1: begun")
    assert ended.status is None
    assert "done" not in ended.output


def test_the_same_order_ends(run_program: Any) -> None:
    ended = run_program("deadlock.cured.py", timeout=60)
    assert ended.status == 0
    assert ended.output.endswith("balances: 300 700\n")


def test_a_transfer_to_the_same_account_hangs(run_program: Any) -> None:
    changed = {"(1, 2, 3), (2, 1, 1)": "(1, 1, 3), (2, 1, 1)"}
    ended = run_program("deadlock.cured.py", hangs="from 1 to 1: begun", changed=changed)
    assert ended.status is None


def test_a_transfer_that_raises_gives_both_locks_back(run_program: Any) -> None:
    finally_ = "                finally:\n"
    changed = {finally_: f"                    assert source == 1\n{finally_}"}
    ended = run_program("deadlock.py", changed=changed)
    assert "moved 100\n" in ended.output and "moved 30" not in ended.output
    assert ended.output.endswith("a transfer failed\n")


def test_a_transfer_that_fails_is_noticed(run_program: Any) -> None:
    changed = {"            if locks[target].acquire(timeout=0.5):": "            if [][source]:"}
    ended = run_program("deadlock.py", changed=changed)
    assert ended.status == 1
    assert ended.output.endswith("a transfer failed\n")


def end_one(how: int) -> tuple[list[int | None], list[int]]:
    """Return how both workers ended, one of which got a signal in the deadlock."""
    both: Any = Barrier(3)
    (first, other), balances, _ = deadlock.two_workers(deadlock.transfer, both)
    both.wait(60)
    time.sleep(1)  # from here on both certainly wait
    os.kill(first.pid, how)
    first.join(30)
    other.join(1 if how == signal.SIGKILL else 30)
    codes = [first.exitcode, other.exitcode]
    other.kill()
    other.join()
    return codes, [balances[1].value, balances[2].value]


@pytest.mark.parametrize("start_method", ["fork"], indirect=True)
def test_an_interrupt_gives_the_lock_back_and_a_kill_does_not(run: Any) -> None:
    assert run(end_one, signal.SIGINT) == ([1, 0], [530, 470])
    assert run(end_one, signal.SIGKILL) == ([-signal.SIGKILL, None], [500, 500])


def test_ctrl_c_ends_all_and_shows_the_circle() -> None:
    """Under fork: a forkserver's children would keep their lines in a buffer."""
    code = "import multiprocessing, runpy, sys; multiprocessing.set_start_method('fork'); "
    code += "runpy.run_path(sys.argv[1], run_name='__main__')"
    script = LESSON.with_name("deadlock.broken.py")
    with in_session("-u", "-c", code, script) as program:
        assert program.stdout and program.stderr
        lines = program.stdout.readline() + program.stdout.readline()
        assert lines.count("begun") == 2  # -u writes a text and its newline separately
        time.sleep(2)  # from here on all three certainly wait
        os.killpg(program.pid, signal.SIGINT)
        out, err = program.communicate()
    assert program.returncode == -signal.SIGINT
    assert err.count("\nKeyboardInterrupt") == 3
    assert err.count("in __enter__\n") == 2
    assert "in join\n" in err and out == ""
