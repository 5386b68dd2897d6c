"""Conditions: wait for shared data, lose a notification, wake the wrong one, and kill a waiter."""

import os
import re
import signal
import threading
from collections.abc import Callable
from multiprocessing import Condition, Process, SimpleQueue
from typing import Any

import pytest

from tests.calling import Ended

LIMIT = 120  # seconds: far more than a busy machine needs
IMPORTS = {"import random\n": "import os\nimport random\n"}


def test_program(run_program: Callable[..., Ended]) -> None:
    """The budget is never exceeded, and whole at the end."""
    ended = run_program("condition.py", timeout=LIMIT)
    assert ended.status == 0, ended.output
    free = 100
    lines = re.findall(r"^(took|gave) (\d+) MB, (\d+) are free$", ended.output, re.MULTILINE)
    assert len(lines) == 8
    for what, megabytes, said in lines:
        free += int(megabytes) * (1 if what == "gave" else -1)
        assert free == int(said) >= 0
    assert len(re.findall(r"^\w+: 0\.\d+$", ended.output, re.MULTILINE)) == 4
    assert ended.output.endswith("all is done, 100 MB are free\n")


def test_without_wait_for_the_budget_is_exceeded(run_program: Callable[..., Ended]) -> None:
    """So that the line is what keeps it."""
    mistake = {"lambda: free.value >= megabytes": "lambda: True"}
    ended = run_program(
        "condition.py", timeout=LIMIT, changed=mistake | {'"january": 60': '"january": 120'}
    )
    assert ended.status == 0, ended.output
    assert re.search(r"took 120 MB, -\d+ are free", ended.output)


def test_a_worker_that_needs_too_much(run_program: Callable[..., Ended]) -> None:
    """The others fit together, so only this one meets its timeout."""
    too_much = {
        '"january": 60': '"january": 120',
        "megabytes, timeout=60": "megabytes, timeout=0.3",
    }
    ended = run_program("condition.py", timeout=LIMIT, changed=too_much)
    assert ended.status == 1
    assert "TimeoutError: no 120 MB within a minute" in ended.output
    assert "Process-1 failed" in ended.output


KILL = "os.kill(os.getpid(), 9)"


@pytest.mark.parametrize("place", ["free.value -= megabytes", "rng = random.Random(month)"])
def test_main_ends_when_a_worker_was_killed(run_program: Callable[..., Ended], place: str) -> None:
    """With the lock held, or while it works."""
    ended = run_program("condition.py", timeout=LIMIT, changed=IMPORTS | {place: KILL})
    assert ended.status == 1
    assert re.search(r"Process-\d failed\n", ended.output)


def test_without_the_check_main_hangs(run_program: Callable[..., Ended]) -> None:
    changed = IMPORTS | {"free.value -= megabytes": f"print('killed', flush=True); {KILL}"}
    changed |= {"if worker.exitcode:": "if False:"}
    ended = run_program("condition.py", timeout=LIMIT, hangs="killed", changed=changed)
    assert ended.status is None


def test_notifications_are_lost(run_program: Callable[..., Ended]) -> None:
    ended = run_program(
        "condition.broken.py", timeout=LIMIT, hangs="the worker has loaded all rows"
    )
    assert ended.status is None
    assert "main knows" not in ended.output


def test_the_number_is_not(run_program: Callable[..., Ended]) -> None:
    ended = run_program("condition.cured.py", timeout=LIMIT)
    assert ended.status == 0
    assert "main knows of all rows" in ended.output


def test_notify_wakes_the_wrong_one(run_program: Callable[..., Ended]) -> None:
    ended = run_program("condition-notify.broken.py", timeout=LIMIT, hangs="main gave 20 MB")
    assert ended.status is None
    assert "took" not in ended.output


def test_notify_all_wakes_the_right_one(run_program: Callable[..., Ended]) -> None:
    ended = run_program("condition-notify.cured.py", timeout=LIMIT)
    assert ended.status == 0
    assert ended.output.index("took 20 MB") < ended.output.index("took 80 MB")


def wait_in(changed: Any, began: Any) -> None:
    with changed:
        began.put(None)
        changed.wait()


def notify_with_a_dead_waiter(living: int, everyone: bool) -> bool:
    """Return whether notify() or notify_all() returns."""
    changed, began = Condition(), SimpleQueue()
    waiters = [
        Process(target=wait_in, args=(changed, began), daemon=True) for _ in range(living + 1)
    ]
    for waiter in waiters:
        waiter.start()
        began.get()
        with changed:  # it has released the lock: it is counted
            pass
    assert waiters[0].pid
    os.kill(waiters[0].pid, signal.SIGKILL)
    waiters[0].join()

    def notify() -> None:
        with changed:
            changed.notify_all() if everyone else changed.notify()

    thread = threading.Thread(target=notify, daemon=True)
    thread.start()
    thread.join(LIMIT if living and not everyone else 1)
    for waiter in waiters:
        waiter.kill()
    return not thread.is_alive()


@pytest.mark.parametrize(
    ("living", "everyone", "returns"), [(1, False, True), (0, False, False), (1, True, False)]
)
def test_a_waiter_was_killed(
    run: Callable[..., Any], living: int, everyone: bool, returns: bool
) -> None:
    assert run(notify_with_a_dead_waiter, living, everyone, timeout=LIMIT) is returns


def test_without_the_lock() -> None:
    changed = Condition()
    assert changed.wait_for(lambda: True)  # it asks first
    for call, words in (
        (changed.notify, "lock is not owned"),
        (changed.notify_all, "lock is not owned"),
        (changed.wait, "must acquire() condition before using wait()"),
        (lambda: changed.wait_for(lambda: False), "must acquire() condition before using wait()"),
    ):
        with pytest.raises(AssertionError, match=re.escape(words)):
            call()
