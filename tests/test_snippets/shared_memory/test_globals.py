"""The lesson shared_memory/globals: every process has globals of its own."""

import os
import re
from collections.abc import Callable
from multiprocessing import Process, SimpleQueue
from typing import Any

import pytest

from tests.calling import Ended


def test_each_process_counts_in_its_own_total(
    run_program: Callable[..., Ended], start_method: str
) -> None:
    ended = run_program("globals.py", timeout=60)
    assert ended.status == 0, ended.output
    lines = re.findall(r"^(\S+): total is (\d+), pid (\d+)$", ended.output, re.MULTILINE)
    assert {name: int(number) for name, number, _ in lines} == {
        "january": 300,
        "february": 200,
        "main": 0,
    }
    assert len({pid for *_, pid in lines}) == 3
    assert lines[-1][0] == "main"


def test_list_dict_and_class_are_the_process_s_own(
    run_program: Callable[..., Ended], start_method: str
) -> None:
    """Main's are as before; the child has January only where it is a copy of main."""
    ended = run_program("globals.py", timeout=60)
    shown = re.findall(r"^(\w+): (\[.*)$", ended.output, re.MULTILINE)
    january = "[300], {'January': 300}, files: 1"
    both = "[300, 200], {'January': 300, 'February': 200}, files: 2"
    own = both if start_method == "fork" else "[200], {'February': 200}, files: 1"
    new = "[], {'January': 300}, files: 1" if start_method == "fork" else "[], {}, files: 0"
    assert shown == [("main", january), ("child", own), ("main", january), ("new", new)]
    ids = re.findall(r"^\w+: id of the list: (\d+)$", ended.output, re.MULTILINE)
    assert ids[0] == ids[2]
    if start_method == "fork":
        assert ids[1] == ids[0]


def test_a_forked_child_begins_without_what_is_cleared(
    run_program: Callable[..., Ended], start_method: str
) -> None:
    """Here the dict: the list is main's then."""
    changed = {"after_in_child=sizes.clear": "after_in_child=rows_of.clear"}
    ended = run_program("globals.py", timeout=60, changed=changed)
    new = "[300], {}, files: 1" if start_method == "fork" else "[], {}, files: 0"
    assert ended.output.splitlines()[-2] == f"new: {new}"


def test_threads_would_have_shared_them(run_program: Callable[..., Ended]) -> None:
    """The same program with threads: what main sees is what the workers did."""
    changed = {
        "from multiprocessing import Process\n": "from threading import Thread as Process\n",
        "    if any(worker.exitcode for worker in workers):\n": "    if False:\n",
    }
    ended = run_program("globals.py", timeout=60, changed=changed)
    total = re.findall(r"^main: total is (\d+),", ended.output, re.MULTILINE)
    assert total in (["500"], ["300"], ["200"]), ended.output  # without a lock, one may be lost
    assert "main: [300, 200], " in ended.output.splitlines()[-4]
    assert "new: [300, 200], " in ended.output.splitlines()[-2]


def test_a_worker_that_fails_ends_the_program(run_program: Callable[..., Ended]) -> None:
    changed = {"table.splitlines()": "table.splitline()"}
    ended = run_program("globals.py", timeout=60, changed=changed)
    assert ended.status == 1
    assert "AttributeError" in ended.output
    assert "main: total is" not in ended.output


def test_a_global_of_the_workers(run_program: Callable[..., Ended]) -> None:
    ended = run_program("globals.broken.py")
    assert (ended.status, ended.output) == (0, "0 errors\n")


def test_returned(run_program: Callable[..., Ended]) -> None:
    ended = run_program("globals.cured.py")
    assert (ended.status, ended.output) == (0, "4 errors\n")


FAIL = {'log.splitlines().count("error")': 'int("x")'}
KILL = {'log.splitlines().count("error")': "__import__('os')._exit(3)"}


@pytest.mark.parametrize("changed", [FAIL, KILL])
def test_results_that_are_not_looked_at_hide_failures(
    run_program: Callable[..., Ended], changed: dict[str, str]
) -> None:
    """With a global, nothing shows that the workers failed; the cure ends with 1."""
    ended = run_program("globals.broken.py", changed=changed)
    assert (ended.status, ended.output) == (0, "0 errors\n")
    ended = run_program("globals.cured.py", changed=changed)
    assert ended.status == 1
    assert ("ValueError: " if changed is FAIL else "BrokenProcessPool: ") in ended.output


def test_a_counter_of_the_worker_counts_twice(run_program: Callable[..., Ended]) -> None:
    """Three texts, two workers: one of them gets two texts at least, whichever it is."""
    ended = run_program("globals-pool.broken.py")
    assert ended.status == 0
    counted = int(re.findall(r"counted (\d+) words", ended.output)[0])
    assert counted > 12


def test_as_many_workers_as_texts_may_hide_it(run_program: Callable[..., Ended]) -> None:
    """A barrier gives each worker one text: the broken program is right, by luck."""
    changed = {
        "words = Counter()\n": "words = Counter()\nfrom multiprocessing import Barrier\n\n\n"
        "def keep(shared):\n    global barrier\n    barrier = shared\n",
        "    words.update": "    barrier.wait(60)\n    words.update",
        "ProcessPoolExecutor(2)": "ProcessPoolExecutor(3, None, keep, (Barrier(3),))",
    }
    ended = run_program("globals-pool.broken.py", changed=changed)
    assert (ended.status, ended.output) == (0, "counted 12 words, be: 4\n")


def test_a_counter_of_the_call(run_program: Callable[..., Ended]) -> None:
    ended = run_program("globals-pool.cured.py")
    assert (ended.status, ended.output) == (0, "counted 12 words, be: 4\n")


def test_a_process_drops_what_its_function_returns() -> None:
    assert Process(target=int, args=("7",)).run() is None  # type: ignore[func-returns-value]


class Job:
    """What is passed along is a copy."""

    def __init__(self) -> None:
        self.rows: list[int] = []

    def work(self, rows: list[int], seen: Any) -> None:
        """Change self and an argument."""
        self.rows.append(1)
        rows.append(2)
        seen.put((self.rows, rows))


def attributes() -> tuple[object, object]:
    """Return what a child made of self and of a list, and what the parent has afterwards."""
    job, rows, seen = Job(), [0], SimpleQueue()
    child = Process(target=job.work, args=(rows, seen))
    child.start()
    in_child = seen.get()
    child.join()
    return in_child, (job.rows, rows)


def test_self_and_arguments_are_copies(run: Callable[..., Any]) -> None:
    assert run(attributes) == (([1], [0, 2]), ([], [0]))


late = "as the file has it"


def tell_late(go: Any, seen: Any) -> None:
    go.get()
    seen.put(late)


def change_after_start() -> object:
    """Return what a child reads of a global that main changed after start()."""
    global late
    go, seen = SimpleQueue(), SimpleQueue()
    child = Process(target=tell_late, args=(go, seen))
    child.start()
    late = "changed"
    go.put(None)
    read = seen.get()
    child.join()
    return read


def test_what_main_changes_after_start_does_not_arrive(run: Callable[..., Any]) -> None:
    assert run(change_after_start) == "as the file has it"


total = 0


def total_to_zero() -> None:
    global total
    total = 0


def tell_total(seen: Any) -> None:
    seen.put(total)


def at_fork(registered: bool) -> tuple[object, int]:
    """Return what a child has of a global that main has set to 7, and main."""
    global total
    total = 7
    if registered:
        os.register_at_fork(after_in_child=total_to_zero)
    seen = SimpleQueue()
    child = Process(target=tell_total, args=(seen,))
    child.start()
    read = seen.get()
    child.join()
    return read, total


def test_a_hook_is_called_in_the_forked_child_only(
    run: Callable[..., Any], start_method: str
) -> None:
    """Without it the forked child has main's 7; the others have the file's 0 in any case."""
    assert run(at_fork, True) == (0, 7)
    assert run(at_fork, False) == (7 if start_method == "fork" else 0, 7)
