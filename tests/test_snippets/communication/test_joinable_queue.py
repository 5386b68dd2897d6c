"""The lesson on JoinableQueue: what join() counts, and how it comes to wait forever."""

import itertools
import os
import signal
import sys
import threading
from multiprocessing import Event, JoinableQueue, Process, Queue
from pathlib import Path
from typing import Any

import pytest

from snippets.communication import joinable_queue as lesson

WAIT = 60  # seconds for what must come
PAUSE = 0.5  # seconds in which what must not come would have come

FOUND = [
    ("all", 0, None),
    ("bath", None, "JSONDecodeError('Expecting value: line 1 column 1 (char 0)')"),
    ("north", 5, None),
    ("south", 5, None),
    ("york", 4, None),
]


def joins(tasks: Any, seconds: float = WAIT) -> bool:
    """Say whether join() returns."""
    waiter = threading.Thread(target=tasks.join, daemon=True)
    waiter.start()
    waiter.join(seconds)
    return not waiter.is_alive()


def test_program(run_program: Any) -> None:
    ended = run_program("joinable_queue.py")
    assert ended.status == 0
    assert sorted(ended["reports"]) == FOUND
    assert ended["total"] == 9
    assert ended.output.endswith("exit codes: [-9]\n")


def test_without_the_except_a_worker_dies_and_main_waits(run_program: Any) -> None:
    """``finally`` alone reports the task, and no None comes from the dead worker."""
    narrow = {"except Exception as error": "except KeyError as error"}
    ended = run_program("joinable_queue.py", hangs="JSONDecodeError", changed=narrow)
    assert ended.status is None


def test_without_the_report_main_waits(run_program: Any) -> None:
    silent = {"tasks.task_done()  # (2)": "print('read', name)"}
    ended = run_program("joinable_queue.py", hangs="read york", changed=silent)
    assert ended.status is None


def test_with_a_maximum_the_workers_wait_in_put(run_program: Any) -> None:
    """One worker and room for one task: the first one has two."""
    full = {
        "JoinableQueue(), Queue()": "JoinableQueue(maxsize=1), Queue()",
        "range(2)": "range(1)",
        "tasks.put(found)": "(print('found', found[0], flush=True), tasks.put(found))",
    }
    ended = run_program("joinable_queue.py", hangs="found south", changed=full)
    assert ended.status is None
    assert "found york" not in ended.output


def test_main_can_end_although_its_task_is_stuck(run_program: Any) -> None:
    """Without cancel_join_thread() main waits at its end for its feeder thread."""
    large = {
        "    worker.kill()": "    tasks.put(bytes(1_000_000))\n    worker.kill()",
        "    except RuntimeError as error:\n        print(error)": "    finally: print('gives up')",
    }
    ended = run_program("joinable_queue.py", changed=large)
    assert ended.status == 1
    assert "gives up\n" in ended.output
    assert "RuntimeError: exit codes: [-9]" in ended.output


def test_an_error_is_passed_on() -> None:
    """Play the block of the page."""
    text = Path(lesson.__file__).read_text("utf-8")
    _, _, block = text.partition("# .. code-block:: python\n#\n")
    lines = itertools.takewhile(lambda line: line.startswith("#    "), block.splitlines())
    program = "\n".join(line[5:] for line in lines)
    exec(program, {"__name__": "__main__", "reports": FOUND[:1]})
    with pytest.raises(SystemExit, match="JSONDecodeError"):
        exec(program, {"__name__": "__main__", "reports": FOUND})


def put_late(tasks: Any, reported: Any, joined: Any) -> None:
    """Report a task, and put what it found when main no longer waits."""
    tasks.get()
    tasks.task_done()
    reported.set()
    if joined.wait(WAIT):
        tasks.put("found")


def put_first(tasks: Any, reported: Any, joined: Any) -> None:
    """Put what was found, and then report."""
    tasks.get()
    tasks.put("found")
    tasks.task_done()
    reported.set()
    joined.wait(WAIT)


def joins_with(work: Any, seconds: float) -> list[Any]:
    """Say whether join() returned while ``work`` had one more to put."""
    tasks: Any = JoinableQueue()
    reported, joined = Event(), Event()
    tasks.put("first")
    worker = Process(target=work, args=(tasks, reported, joined))
    worker.start()
    assert reported.wait(WAIT)
    returned = joins(tasks, seconds)
    joined.set()
    found = tasks.get(timeout=WAIT)
    tasks.task_done()
    worker.join()
    return [returned, found]


def late() -> list[Any]:
    return joins_with(put_late, WAIT)


def first() -> list[Any]:
    return joins_with(put_first, PAUSE)


def test_the_report_before_the_put_ends_join_too_early(run: Any) -> None:
    assert run(late) == [True, "found"]


def test_the_put_before_the_report_does_not(run: Any) -> None:
    assert run(first) == [False, "found"]


def count() -> list[Any]:
    """Say when join() returns, within one process."""
    tasks: Any = JoinableQueue()
    seen: list[Any] = [joins(tasks)]  # nothing was put yet
    tasks.put("a")
    tasks.put("b")
    tasks.get(timeout=WAIT)
    tasks.get(timeout=WAIT)
    seen.append(joins(tasks, PAUSE))  # get() does not count
    tasks.task_done()
    tasks.task_done()
    seen.append(joins(tasks))
    try:
        tasks.task_done()
    except ValueError as error:
        seen.append(str(error))
    tasks.put(None)  # a sentinel counts
    tasks.get(timeout=WAIT)
    seen.append(joins(tasks, PAUSE))
    return seen


def test_what_join_counts(run: Any) -> None:
    assert run(count) == [True, False, True, "task_done() called too many times", False]


def report_twice() -> list[Any]:
    """Report a task twice while the other one is not done."""
    tasks: Any = JoinableQueue()
    tasks.put("a")
    tasks.put("b")
    tasks.get(timeout=WAIT)
    tasks.task_done()
    tasks.task_done()
    seen: list[Any] = [joins(tasks), tasks.get(timeout=WAIT)]
    try:
        tasks.task_done()  # as the worker that has just done it
    except ValueError as error:
        seen.append(str(error))
    return seen


def test_one_too_many_counts_for_another_task(run: Any) -> None:
    assert run(report_twice) == [True, "b", "task_done() called too many times"]


def put_a_lambda() -> bool:
    """Put what cannot be pickled, then what can, and report the one that came."""
    tasks: Any = JoinableQueue()
    tasks.put(lambda: None)
    tasks.put("plain")
    assert tasks.get(timeout=WAIT) == "plain"
    tasks.task_done()
    return joins(tasks, PAUSE)


def test_an_item_that_cannot_be_pickled_was_counted(run: Any) -> None:
    assert run(put_a_lambda) is False
    assert "lambda" in run.output


def end(how: str, tasks: Any) -> None:
    """Take a task, and end without a word."""
    tasks.get(timeout=WAIT)
    if how == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    sys.exit(0 if how == "well" else 1)


def watch(how: str) -> str:
    tasks: Any = JoinableQueue()
    tasks.put("task")
    worker = Process(target=end, args=(how, tasks))
    worker.start()
    try:
        lesson.wait_until_done(tasks, [worker])
    except RuntimeError as error:
        return str(error)
    finally:
        worker.join()
    return "done"


@pytest.mark.parametrize(("how", "code"), [("killed", -9), ("well", 0), ("badly", 1)])
def test_a_worker_that_ended_is_noticed(run: Any, how: str, code: int) -> None:
    assert run(watch, how) == f"exit codes: [{code}]"


def watch_good_workers() -> list[Any]:
    tasks: Any = JoinableQueue()
    results: Any = Queue()
    worker = Process(target=lesson.work, args=(tasks, results), daemon=True)
    worker.start()
    tasks.put(("all", lesson.ALL))
    lesson.wait_until_done(tasks, [worker])
    tasks.put(None)
    found = sorted(iter(lambda: results.get(timeout=WAIT), None))
    worker.join()
    return found


def test_with_good_workers_it_returns(run: Any) -> None:
    assert run(watch_good_workers) == FOUND


def test_an_exception_before_the_report(run_program: Any) -> None:
    broken = run_program("joinable_queue.broken.py", hangs="could not convert")
    assert broken.status is None
    assert "12.5\n" not in broken.output


def test_finally_alone_is_not_enough(run_program: Any) -> None:
    no_except = {"        except ValueError as error:\n            results.put(error)\n": ""}
    ended = run_program("joinable_queue.cured.py", hangs="could not convert", changed=no_except)
    assert ended.status is None


def test_with_both_all_is_done(run_program: Any) -> None:
    cured = run_program("joinable_queue.cured.py")
    assert cured.status == 0
    assert cured.output.startswith("12.5\ncould not convert") and cured.output.endswith("31.0\n")


def report_after_empty() -> str:
    """Call get() inside the try, in the way of the page's last section."""
    tasks: Any = JoinableQueue()
    try:
        try:
            tasks.get(timeout=0.1)
        finally:
            tasks.task_done()
    except ValueError as error:
        return f"{error}, after {type(error.__context__).__name__}"
    return "no error"


def test_a_report_after_empty(run: Any) -> None:
    assert run(report_after_empty) == "task_done() called too many times, after Empty"
