"""maxsize makes put() wait: how far ahead main gets, a dead worker, a circle of two queues."""

import queue
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Pool, Process, Queue
from typing import Any

import pytest

PARTS = 8
SAY = {
    "put((number, lines), parts, workers)\n": "put((number, lines), parts, workers)\n"
    '                print(f"part {number} is put")\n'
}
# The workers begin late: an unbounded put() does not wait for them.
LATE = {"    for number, lines in iter(": "    time.sleep(2)\n    for number, lines in iter("}
LATE |= {"import sys\n": "import sys\nimport time\n"}


def furthest_ahead(output: str) -> int:
    """Return how many parts main was ahead of the workers at most."""
    put = done = most = 0
    for line in output.splitlines():
        put += line.endswith("is put")
        done += line.endswith("is compressed")
        most = max(most, put - done)
    assert put == done == PARTS
    return most


def second_run(output: str) -> str:
    """Return what the program said with the bounded queue."""
    return output.partition("files:")[2].partition("files:")[0]


def test_program(run_program: Any) -> None:
    ended = run_program("bounded_queue.py")
    assert ended.status == 0
    assert ended.output.count(f"files: {PARTS}\n") == 2
    before = second_run(ended.output).partition("main has put all parts")[0]
    assert before.count("is compressed") >= PARTS - 4
    assert "there is no folder 'archive'" in ended.output
    assert "RuntimeError: exit codes: [1]" in ended.output


def test_four_ahead_at_most(run_program: Any) -> None:
    ended = run_program("bounded_queue.py", changed=SAY | LATE)
    assert ended.status == 0
    assert furthest_ahead(second_run(ended.output)) <= 4


def test_without_a_bound_main_is_further_ahead(run_program: Any) -> None:
    """So that the limit of four is the work of maxsize."""
    unbounded = {"try_it(Queue(maxsize=2))": "try_it(Queue())"}
    ended = run_program("bounded_queue.py", changed=SAY | LATE | unbounded)
    assert furthest_ahead(second_run(ended.output)) > 4


def test_a_plain_put_waits_forever_for_a_dead_worker(run_program: Any) -> None:
    plain = {"if any(codes) or None not in codes:": "if False:", "item, timeout=0.5": "item"}
    ended = run_program("bounded_queue.py", hangs="there is no folder", changed=plain)
    assert ended.status is None
    assert "RuntimeError" not in ended.output


def test_put_does_not_wait_for_workers_that_have_ended_well(run_program: Any) -> None:
    """Such as those that return early: their exit code is 0."""
    leave = {'print(f"part {number} is compressed")': "return", "try_it(Queue())": "pass"}
    ended = run_program("bounded_queue.py", changed=leave)
    assert ended.status == 1
    assert "RuntimeError: exit codes: [0, 0]" in ended.output


# The workers fail when a part has come, which does not fit in the pipe.
FAIL = {
    "        archive(log, folder, parts)": "        archive(log, folder / 'no', parts)",
    "    if not folder.is_dir()": "    while not folder.is_dir() and parts.empty():\n"
    "        pass\n"
    "    if not folder.is_dir()",
}


def test_a_failure_ends_the_program_with_an_error(run_program: Any) -> None:
    ended = run_program("bounded_queue.py", changed=FAIL)
    assert ended.status == 1
    assert "RuntimeError: exit codes: [" in ended.output


def test_after_an_error_main_does_not_wait_for_its_feeder_thread(run_program: Any) -> None:
    waits = {"parts.cancel_join_thread()": "pass"}
    ended = run_program("bounded_queue.py", hangs="RuntimeError: exit", changed=FAIL | waits)
    assert ended.status is None


def take_one(tasks: Any, taken: Any, go_on: Any) -> None:
    taken.put(tasks.get(timeout=20))
    taken.put(go_on.get(timeout=20))


def places() -> list[bool]:
    """Return whether a queue of two is full: after two put(), and when one was got."""
    tasks: Any = Queue(maxsize=2)
    taken: Any = Queue()
    go_on: Any = Queue()
    tasks.put("one")
    tasks.put("x" * 1_000_000)  # it waits in the feeder thread
    said = [tasks.full()]
    with pytest.raises(queue.Full):
        tasks.put_nowait("three")
    with pytest.raises(queue.Full):
        tasks.put("three", timeout=0.01)
    worker = Process(target=take_one, args=(tasks, taken, go_on))
    worker.start()
    assert taken.get(timeout=20) == "one"
    said.append(tasks.full())  # the worker still has the item
    tasks.put_nowait("three")
    said.append(tasks.full())
    go_on.put("end")
    worker.join()
    assert len(tasks.get(timeout=20)) == 1_000_000
    assert tasks.get(timeout=20) == "three"
    return said


def test_what_maxsize_counts(run: Any) -> None:
    assert run(places) == [True, False, True]


def test_an_item_that_cannot_be_pickled_frees_its_place(capfd: Any) -> None:
    tasks: Any = Queue(maxsize=1)
    tasks.put(lambda: None)
    tasks.put("next", timeout=20)
    assert tasks.get(timeout=20) == "next"


def test_two_bounded_queues_in_a_circle(run_program: Any) -> None:
    ended = run_program("bounded_queue.broken.py", hangs="handing out")
    assert ended.status is None
    assert "sum of" not in ended.output


def test_nine_invoices_go_through_the_circle(run_program: Any) -> None:
    ended = run_program("bounded_queue.broken.py", changed={"range(10)": "range(9)"})
    assert (ended.status, len(ended["found"])) == (0, 9)


def test_without_a_bound_of_the_results_there_is_no_deadlock(run_program: Any) -> None:
    ended = run_program("bounded_queue.cured.py")
    assert ended.status == 0
    assert sum(ended["found"]) == sum(n * 12.5 for n in range(10))


def in_turns() -> list[float]:
    """Keep both bounds, and put one more task for each result."""
    tasks: Any = Queue(maxsize=4)
    results: Any = Queue(maxsize=4)
    worker = Process(target=double, args=(tasks, results), daemon=True)
    worker.start()
    rest = iter(range(40))
    for _ in range(4):
        tasks.put(next(rest))
    found = []
    for _ in range(40):
        found.append(results.get(timeout=20))
        if (number := next(rest, None)) is not None:
            tasks.put(number, timeout=20)
    tasks.put(None)
    worker.join()
    return found


def double(tasks: Any, results: Any) -> None:
    for number in iter(tasks.get, None):
        results.put(2 * number)


def test_one_more_task_for_each_result(run: Any) -> None:
    assert run(in_turns) == [2 * number for number in range(40)]


def read_ahead(bounded: bool) -> int:
    """Return how many inputs are read before the first result is asked for."""
    read: list[int] = []
    inputs = (read.append(n) or n for n in range(20))  # type: ignore[func-returns-value]
    with ProcessPoolExecutor(1) as executor:
        options: Any = {"buffersize": 4} if bounded else {}
        results = executor.map(abs, inputs, **options)
        ahead = len(read)
        assert list(results) == list(range(20))
    return ahead


def test_an_executor_reads_everything_without_buffersize(run: Any) -> None:
    assert run(read_ahead, False) == 20
    if sys.version_info >= (3, 14):
        assert run(read_ahead, True) == 4


def pool_reads_ahead() -> int:
    read: list[int] = []
    inputs = (read.append(n) or n for n in range(20))  # type: ignore[func-returns-value]
    with Pool(1) as pool:
        result = pool.map_async(abs, inputs)
        ahead = len(read)
        result.get(20)
    return ahead


def test_a_pool_makes_a_list_first(run: Any) -> None:
    assert run(pool_reads_ahead) == 20
