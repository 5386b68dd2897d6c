"""A queue goes to a pool's workers when they start, or as a manager's proxy."""

import gc
import logging
import logging.handlers
import os
import re
import signal
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Event, Lock, Manager, Pool, Queue, active_children
from typing import Any

import pytest

from snippets.communication import queue_in_a_pool as lesson

REFUSED = "objects should only be shared between processes through inheritance"
REPORT = "        if day % 10 == 0:\n"


def reports_in(output):
    """Return the days that were reported of each task, in their order."""
    lines = re.findall(r"(?m)^(\d) tills: day (\d+) of 40$", output)
    return {n: [int(day) for tills, day in lines if tills == n] for n, _ in lines}


def test_program(run_program):
    """Every report is shown, before the results; the tasks of a day give the same number."""
    ended = run_program("queue_in_a_pool.py", timeout=60)
    assert ended.status == 0, ended.output
    assert reports_in(ended.output) == {n: [10, 20, 30, 40] for n in "345"}
    shown = ended.output.splitlines()
    assert not [line for line in shown[:12] if " tills: day " not in line]
    of_a_task = ended["waits"][1]
    assert of_a_task == pytest.approx(ended["total"] / lesson.DAYS / lesson.CUSTOMERS)
    assert sorted(ended["waits"], reverse=True) == ended["waits"]
    assert [f"{n} of 40 days" for n in (10, 20, 30, 40)] == shown[15:19]


def test_a_task_that_raises_ends_the_program_after_the_lines(run_program):
    raises = {
        REPORT: f"        if tills == 4 and day > 20:\n            raise ValueError\n{REPORT}"
    }
    ended = run_program("queue_in_a_pool.py", timeout=60, changed=raises)
    assert ended.status == 1
    assert ended.output.rstrip().endswith("ValueError")
    assert reports_in(ended.output) == {
        "3": [10, 20, 30, 40],
        "4": [10, 20],
        "5": [10, 20, 30, 40],
    }


def test_a_task_of_days_that_raises_ends_the_program(run_program):
    raises = {"    rng = random": "    if day == 7:\n        raise ValueError\n    rng = random"}
    ended = run_program("queue_in_a_pool.py", timeout=60, changed=raises)
    assert ended.status == 1


def test_an_exception_in_main_does_not_hang(run_program):
    """The thread still waits in get(), and is a daemon."""
    raises = {"reader.start()  # (2)": "reader.start(); raise ValueError('in main')"}
    ended = run_program("queue_in_a_pool.py", timeout=60, changed=raises)
    assert ended.status == 1
    assert "ValueError: in main" in ended.output
    waits = raises | {", daemon=True)": ")"}
    ended = run_program("queue_in_a_pool.py", "ValueError: in main", timeout=60, changed=waits)
    assert ended.status is None


@pytest.mark.parametrize("holds_the_lock", [False, True])
def test_a_killed_worker_hangs_main_only_if_it_holds_the_lock(run_program, holds_the_lock):
    """It dies before it has put anything, and in the second run as if it were writing."""
    take = "reports._wlock.acquire(); " if holds_the_lock else ""
    kills = {
        "    waited = 0.0\n    for day": f"    {take}print('dying'); import os, signal\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n    waited = 0.0\n    for day"
    }
    hangs = "dying" if holds_the_lock else ""
    ended = run_program("queue_in_a_pool.py", hangs, timeout=60, changed=kills)
    if holds_the_lock:
        assert ended.status is None
    else:
        assert ended.status == 1
        assert "BrokenProcessPool" in ended.output


def test_a_worker_that_the_executor_terminates_hangs_main_too(run_program):
    """One is killed, and the other is ended as if it were writing."""
    writes = {
        "    waited = 0.0\n    for day": "    import os, signal, time\n"
        "    if not reports._wlock.acquire(block=False):\n"
        "        print('dying')\n        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    time.sleep(50)\n    waited = 0.0\n    for day",
        "    queue.put(None)  # (3)": "    print('joining')\n    queue.put(None)  # (3)",
    }
    ended = run_program("queue_in_a_pool.py", "joining", timeout=60, changed=writes)
    assert ended.status is None
    assert ended.output.count("dying") == 1


def interrupt_all(go):
    """Be the terminal: interrupt all processes, when there is this file."""
    while not go.exists():
        time.sleep(0.01)
    os.killpg(0, signal.SIGINT)


def press_ctrl_c(folder):
    """Return what became of main, of the task that ran and of the task that waited."""
    here = ""
    with ProcessPoolExecutor(1) as executor:
        try:
            tasks = [executor.submit(interrupt_all, folder / "go"), executor.submit(abs, -2)]
            (folder / "go").touch()
            time.sleep(50)
        except KeyboardInterrupt:
            here = "interrupted"
    return here, type(tasks[0].exception()).__name__, tasks[1].result()


def test_after_ctrl_c_the_executor_begins_the_other_tasks(run, tmp_path):
    expected = ("interrupted", "KeyboardInterrupt", 2)
    assert run(press_ctrl_c, tmp_path, timeout=60) == expected


def started_by_submit():
    """Return how many workers there are when three tasks were submitted."""
    with ProcessPoolExecutor(2) as executor:
        for number in range(3):
            executor.submit(abs, number)
        return len(active_children())


def test_submit_has_started_all_workers_under_fork(run, start_method):
    """So a thread that is started after it is not there when they are forked."""
    started = run(started_by_submit, timeout=60)
    if start_method == "fork":
        assert started == 2
    else:
        assert 1 <= started <= 2


def test_broken(run_program):
    ended = run_program("queue_in_a_pool.broken.py", timeout=60)
    assert ended.status == 1
    assert f"RuntimeError: Queue {REFUSED}" in ended.output
    assert "total" not in ended.output.splitlines()[-1]


def test_cured(run_program):
    ended = run_program("queue_in_a_pool.cured.py", timeout=60)
    assert (ended.status, ended.output) == (0, "total: 50.70\nodd: Leeds: a price of -4.00\n")


def test_an_unpassed_queue_is_silent(run_program):
    """Without result() there is no error, and get() waits."""
    silent = {
        '        print(f"total: {sum(totals):.2f}")\n': '        print("waiting")\n',
        "while not odd.empty():": "while True:",
    }
    ended = run_program("queue_in_a_pool.broken.py", "waiting", 60, silent)
    assert ended.status is None
    assert "Error" not in ended.output


def refusals():
    """Return what a pool and an executor say of a queue, a lock and an event in a task."""
    said = []
    with Pool(1) as pool, ProcessPoolExecutor(1) as executor:
        shared: list[Any] = [Queue(), Lock(), Event()]
        for item in shared:
            said.append(str(executor.submit(repr, item).exception(50)))
            for send in (pool.map, pool.starmap):
                try:
                    send(repr, [item] if send == pool.map else [(item,)])
                except RuntimeError as error:
                    said.append(str(error))
        answer = pool.apply_async(repr, (shared[0],))
        answer.wait(50)
        said.append(str(answer.successful()))
    return said


def test_all_are_refused_under_every_start_method(run):
    names = ["Queue"] * 3 + ["Lock"] * 3 + ["Condition"] * 3
    assert run(refusals, timeout=60) == [f"{name} {REFUSED}" for name in names] + ["False"]


def put_from_the_global(item):
    """Put into what the initializer kept, and come back."""
    vars(lesson)["reports"].put(item)


def pool_with_a_queue(how):
    """Return how many of many bytes were sent by a pool's worker, read when the pool has ended."""
    queue = Queue()
    item = "x" * 10_000
    with Pool(1, lesson.keep, (queue,)) as pool:
        pool.map(put_from_the_global, [item] * 100)
        if how == "join":
            received: list[str] = []
            reader = threading.Thread(target=lambda: received.extend(iter(queue.get, None)))
            reader.start()
            pool.close()
            pool.join()
            queue.put(None)
            reader.join()
            return sum(map(len, received))
    sent = 0
    os.set_blocking(queue._reader.fileno(), False)  # type: ignore[attr-defined]
    try:
        while part := os.read(queue._reader.fileno(), 1 << 20):  # type: ignore[attr-defined]
            sent += len(part)
    except BlockingIOError:
        return sent


def test_a_pool_loses_lines_that_were_not_sent(run):
    assert run(pool_with_a_queue, "join", timeout=60) == 1_000_000
    assert run(pool_with_a_queue, "end of with", timeout=60) < 900_000


def put_three(queue, name):
    """Put three items, and say when they have been put."""
    for number in range(3):
        queue.put((name, number))
    return os.getpid()


def use_a_manager():
    """Return what is in a manager's queue when the tasks are done, and who has put it."""
    with Manager() as manager, ProcessPoolExecutor(2) as executor:
        queue = manager.Queue()
        tasks = [executor.submit(put_three, queue, name) for name in "ab"]
        here = {task.result() for task in tasks} & {os.getpid()}
        found = [queue.get_nowait() for _ in range(6)]
        return sorted(found), here, queue.empty()


def test_a_managers_queue_has_everything_when_the_tasks_are_done(run):
    found, here, empty = run(use_a_manager, timeout=60)
    assert found == [(name, number) for name in "ab" for number in range(3)]
    assert (here, empty) == (set(), True)


def kill_me(queue):
    """Put an item, and die."""
    queue.put("before the end")
    os.kill(os.getpid(), 9)


def use_a_manager_beside_a_killed_worker():
    """Return the executor's error, and what the queue still gives."""
    with Manager() as manager, ProcessPoolExecutor(1) as executor:
        queue = manager.Queue()
        error = executor.submit(kill_me, queue).exception(50)
        queue.put("after it")
        return type(error).__name__, queue.get(timeout=50), queue.get(timeout=50)


def test_a_killed_worker_does_not_lock_a_managers_queue(run):
    expected = ("BrokenProcessPool", "before the end", "after it")
    assert run(use_a_manager_beside_a_killed_worker, timeout=60) == expected


def keep_only_the_queue():
    """Return what comes through a queue whose manager has no other name."""
    queue = Manager().Queue()
    gc.collect()
    with ProcessPoolExecutor(1) as executor:
        executor.submit(put_three, queue, "a").result()
    return queue.get(timeout=50)


def test_the_proxy_keeps_the_manager(run):
    """As in the page's short form."""
    assert run(keep_only_the_queue, timeout=60) == ("a", 0)


def log_to(queue):
    """Send this worker's log records: the initializer."""
    logging.getLogger().addHandler(logging.handlers.QueueHandler(queue))


def warn(number):
    """Log one line."""
    logging.getLogger().warning("task %d", number)


class Collected(logging.Handler):
    """Keep the lines."""

    def __init__(self):
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record):
        """Add a line."""
        self.lines.append(record.getMessage())


def log_from_workers():
    """Return the lines that a listener in main has got."""
    queue, collected = Queue(), Collected()
    listener = logging.handlers.QueueListener(queue, collected)
    with ProcessPoolExecutor(2, initializer=log_to, initargs=(queue,)) as executor:
        tasks = [executor.submit(warn, number) for number in range(4)]
        listener.start()
    listener.stop()
    for task in tasks:
        task.result()
    return sorted(collected.lines)


def test_log_records_have_a_handler_and_a_listener(run):
    assert run(log_from_workers, timeout=60) == [f"task {number}" for number in range(4)]
