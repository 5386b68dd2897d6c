"""The lesson on sentinels: one per producer, one per consumer, and what a death looks like."""

import enum
import itertools
import multiprocessing
import os
import queue
import signal
import sys
from multiprocessing import Process, Queue
from pathlib import Path
from typing import Any

import pytest

from snippets.communication import sentinels as lesson

LEEDS = [("Leeds", "Bob", 8.0), ("Leeds", "Cleo", 31.0)]


class Alive:
    """A producer that has not ended."""

    name = "alive"
    exitcode = None


class Ending:
    """A process, and its queue: while main waits in get(), it puts its last item and ends."""

    name = "ending"
    exitcode: int | None = None

    def get(self, timeout: float) -> str:
        """Raise, and have an item afterwards."""
        if self.exitcode is None:
            self.exitcode = 0
            raise queue.Empty
        return "last"


class End(enum.Enum):
    """A sentinel."""

    END = "end"


def find_all(orders: dict[str, str]) -> list[tuple[str, str, float]] | str:
    """Return what two producers find, or the error."""
    results: Any = Queue()
    producers = lesson.start(orders, results)
    try:
        return sorted(lesson.collect(results, producers))
    except RuntimeError as error:
        return str(error)


def end_without(how: str, results: Any) -> None:
    """Put one item and no sentinel."""
    results.put("item")
    if how == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    sys.exit(0)


def collect_from(how: str) -> str:
    results: Any = Queue()
    producer = Process(target=end_without, args=(how, results), name="producer")
    producer.start()
    try:
        return str(lesson.collect(results, [producer]))
    except RuntimeError as error:
        return str(error)


def put_candidates(results: Any) -> None:
    for candidate in (None, End.END, End, STOP):
        results.put(candidate)


STOP = object()


def recognised() -> list[bool]:
    """Return which sentinels are identical after their way."""
    results: Any = Queue()
    child = Process(target=put_candidates, args=(results,))
    child.start()
    known = [results.get(timeout=20) is own for own in (None, End.END, End, STOP)]
    child.join()
    return known


def test_program(run_program: Any) -> None:
    ended = run_program("sentinels.py")
    assert ended.status == 0
    assert ended["unpaid"] == [*LEEDS, ("York", "Dan", 5.25)]
    assert ended.output.endswith("ended early: {'York'}\n")


def test_no_producer(run: Any) -> None:
    """Without producers no sentinel is waited for."""
    assert run(find_all, {}) == []


def test_a_producer_that_raises_is_noticed(run: Any) -> None:
    orders = {"Leeds": lesson.ORDERS["Leeds"], "Hull": "Fay 9.50 open\nGil 1,75 open\n"}
    assert run(find_all, orders) == "ended early: {'Hull'}"


@pytest.mark.parametrize(("how", "said"), [("killed", "{'producer'}"), ("well", "{'producer': 0}")])
def test_a_producer_that_ends_without_a_sentinel(run: Any, how: str, said: str) -> None:
    assert run(collect_from, how) == f"ended early: {said}"


def fail(results: Any) -> None:
    sys.exit(1)


def stay(event: Any) -> None:
    event.wait(30)


def collect_beside_a_busy_producer() -> str:
    results: Any = Queue()
    event = multiprocessing.Event()
    producers = [
        Process(target=fail, args=(results,), name="failed"),
        Process(target=stay, args=(event,), name="busy"),
    ]
    for process in producers:
        process.start()
    try:
        return str(lesson.collect(results, producers))
    except RuntimeError as error:
        return str(error)
    finally:
        event.set()
        for process in producers:
            process.join()


def test_one_dead_producer_is_enough(run: Any) -> None:
    """Main does not wait for the others to end."""
    assert run(collect_beside_a_busy_producer) == "ended early: {'failed'}"


def produce(tasks: Any, count: int) -> None:
    for number in range(count):
        tasks.put(str(number) * 100)


def consume(tasks: Any, results: Any, fails: bool) -> None:
    for task in iter(tasks.get, None):
        if fails:
            raise ValueError
        results.put(len(task))
    results.put(None)


def through_consumers(count: int, fails: bool) -> int | str:
    """Play the block of the page: several producers and consumers."""
    text = Path(lesson.__file__).read_text("utf-8")
    _, _, block = text.partition("# .. code-block:: python\n#\n")
    lines = itertools.takewhile(lambda line: line.startswith("#    "), block.splitlines())
    tasks: Any = Queue()
    results: Any = Queue()
    ways = [(produce, (tasks, count))] * 2 + [(consume, (tasks, results, fails))] * 2
    everyone = [Process(target=target, args=args, daemon=True) for target, args in ways]
    for process in everyone:
        process.start()
    names: dict[str, Any] = {
        "producers": everyone[:2],
        "consumers": everyone[2:],
        "collect": lesson.collect,
    }
    names |= {"tasks": tasks, "results": results}
    try:
        exec("\n".join(line[5:] for line in lines), names)
    except RuntimeError as error:
        return str(error)
    return len(names["items"])


def test_several_producers_and_consumers(run: Any) -> None:
    """All items come, though a pipe does not hold them."""
    assert run(through_consumers, 1000, fails=False) == 2000


def test_consumers_that_fail_do_not_make_main_wait_for_the_producers(run: Any) -> None:
    """The pipe is full, so that these cannot end."""
    said = run(through_consumers, 1000, fails=True)
    assert said.startswith("[None, ") and "1" in said


def test_an_item_of_a_worker_that_ends_meanwhile_is_not_missed() -> None:
    """So the exit codes are read before ``get()``."""
    ending: Any = Ending()
    assert lesson.receive(ending, [ending]) == "last"


def test_collect_does_not_care_whose_sentinel_comes_first() -> None:
    """Items between the sentinels are kept, and what follows the last is left."""
    items: Any = queue.Queue()
    for item in ["a", None, "b", "c", None, "not ours"]:
        items.put(item)
    assert lesson.collect(items, [Alive(), Alive()]) == ["a", "b", "c"]
    assert items.get_nowait() == "not ours"


def test_a_failing_producer_puts_no_sentinel() -> None:
    results: Any = queue.Queue()
    with pytest.raises(ValueError):
        lesson.find_open("Hull", "Fay 9.50 open\nGil 1,75 open\n", results)
    assert results.get_nowait() == ("Hull", "Fay", 9.5)
    assert results.empty()


def test_finally_makes_a_partial_total(run_program: Any) -> None:
    broken = run_program("sentinels.broken.py")
    assert broken.status == 0
    assert "total: 20.5\n" in broken.output and "no total" not in broken.output


def test_without_it_the_failure_is_noticed(run_program: Any) -> None:
    cured = run_program("sentinels.cured.py")
    assert cured.status == 0
    assert "no total, exit code 1" in cured.output and "total:" not in cured.output


def test_one_sentinel_for_two(run_program: Any) -> None:
    broken = run_program("sentinels-one.broken.py", hangs="Dear Dan")
    assert broken.status is None
    assert "exit codes" not in broken.output


def test_one_sentinel_for_each(run_program: Any) -> None:
    cured = run_program("sentinels-one.cured.py")
    assert cured.status == 0
    assert sorted(cured.output.splitlines()) == [
        "Dear Bob",
        "Dear Cleo",
        "Dear Dan",
        "exit codes: [0, 0]",
    ]


def test_which_sentinels_survive_pickling(run: Any) -> None:
    """None, a member and a class are known again by ``is``, a plain object is not."""
    assert run(recognised) == [True, True, True, False]
