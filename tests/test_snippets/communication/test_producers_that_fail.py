"""Many producers and consumers: whichever of them fails, main notices it and ends."""

import itertools
import os
import pickle
import queue
import re
import signal
import struct
import sys
import threading
from collections import Counter
from multiprocessing import Queue
from pathlib import Path
from typing import Any

import pytest

from snippets.communication import producers_that_fail as lesson

PAUSE = 0.5  # seconds in which what must not come would have come


def test_program(run_program: Any) -> None:
    ended = run_program("producers_that_fail.py")
    assert ended.status == 0
    assert re.match(r"web1 10000\nweb2 IndexError\(.*\nweb3 EOFError\(.*\n", ended.output)
    assert ended.output.endswith("died: {'consumer': -9}\n")
    found = Counter()
    for server, failed, _ in ended["items"]:
        found[server] += failed
    assert found["web2"] == 10_000  # its damaged line is a batch of its own
    assert 0 < found["web3"] < 10_000


def test_main_that_does_not_look_waits(run_program: Any) -> None:
    """Nothing else than the exit code tells of the killed consumer."""
    raises = 'raise RuntimeError(f"died: {died}")'
    blind = {raises: 'print("died", flush=True); time.sleep(0.1)', "import io": "import io, time"}
    ended = run_program("producers_that_fail.py", hangs="died", changed=blind)
    assert ended.status is None


def test_an_error_is_passed_on() -> None:
    """Play the block of the page."""
    text = Path(lesson.__file__).read_text("utf-8")
    _, _, block = text.partition("# .. code-block:: python\n#\n")
    lines = itertools.takewhile(lambda line: line.startswith("#    "), block.splitlines())
    program = "\n".join(line[5:] for line in lines)
    exec(program, {"__name__": "__main__", "errors": {}})
    with pytest.raises(SystemExit, match="web3"):
        exec(program, {"__name__": "__main__", "errors": {"web3": "EOFError()"}})


def put_all(batches: Any) -> None:
    """More than a queue and a pipe hold."""
    for _ in range(1000):
        batches.put(("web1", ["/home 500"] * 100))


def put_four(batches: Any) -> None:
    """As many as the queue takes."""
    for _ in range(4):
        batches.put(("web1", ["/home 500"]))


def put_and_leave(how: str, batches: Any) -> None:
    """Put a batch, and end before the others."""
    batches.put(("web1", ["/home 500"]))
    leave(how, batches)


def leave(how: str, _: Any) -> None:
    """End in one of many ways."""
    if how == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "raised":
        raise KeyError("not caught")
    sys.exit({"well": 0, "badly": 3}[how])


def fail(producer: str, consumers: list[str]) -> str | int:
    """Return what main says; ``good`` ones do their work."""
    batches: Any = Queue(maxsize=4)
    results: Any = Queue()
    producers = [lesson.start(put_all, "good producer", (batches,))]
    if producer != "good":
        producers += [lesson.start(put_and_leave, "bad producer", (producer, batches))]
    others = []
    for number, how in enumerate(consumers):
        if how == "good":
            others += [lesson.start(lesson.count, f"good {number}", (batches, results))]
        else:
            others += [lesson.start(leave, f"bad {number}", (how, batches))]
    try:
        return sum(item[1] for item in lesson.collect(producers, others, batches, results))
    except RuntimeError as error:
        return str(error)
    finally:
        for process in producers + others:
            process.kill()
            process.join()


def test_all_are_well(run: Any) -> None:
    assert run(fail, "good", ["good", "good"], timeout=100) == 100_000


@pytest.mark.parametrize(("how", "code"), [("killed", -9), ("raised", 1), ("badly", 3)])
def test_a_producer_that_fails_is_noticed(run: Any, how: str, code: int) -> None:
    """Though the others go on, and their results arrive."""
    assert run(fail, how, ["good", "good"]) == f"died: {{'bad producer': {code}}}"


@pytest.mark.parametrize(("how", "code"), [("killed", -9), ("raised", 1), ("badly", 3)])
def test_a_consumer_that_fails_is_noticed(run: Any, how: str, code: int) -> None:
    assert run(fail, "good", [how, "good"]) == f"died: {{'bad 0': {code}}}"


def test_consumers_that_leave_early_are_noticed(run: Any) -> None:
    """They have the exit code 0, and the producer waits."""
    assert run(fail, "good", ["well", "well"]) == "a consumer left early"


def find_it_full() -> str:
    """Return what main says when the producer has ended, and no consumer takes a batch."""
    batches: Any = Queue(maxsize=4)
    producers = [lesson.start(put_four, "producer", (batches,))]
    consumers = [lesson.start(leave, "consumer", ("well", batches))]
    producers[0].join()
    try:
        lesson.collect(producers, consumers, batches, Queue())
    except RuntimeError as error:
        return str(error)
    return "all is well"


def test_main_does_not_wait_for_room(run: Any) -> None:
    assert run(find_it_full) == "a consumer left early"


class Ending:
    """A consumer, and its queue: while main waits in get(), it puts its None and ends."""

    name = "ending"
    exitcode: int | None = None

    def get(self, timeout: float) -> None:
        """Raise, and have the sentinel afterwards."""
        if self.exitcode is None:
            self.exitcode = 0
            raise queue.Empty

    def cancel_join_thread(self) -> None:
        """Nothing waits."""

    def full(self) -> bool:
        """There is room."""
        return False

    def put(self, item: object) -> None:
        """Take the sentinel for the consumers."""


def test_a_sentinel_that_comes_at_the_last_moment_is_not_missed() -> None:
    """So the exit codes are read before ``get()``."""
    ending: Any = Ending()
    assert lesson.collect([], [ending], ending, ending) == []


class Failing:
    """A consumer that has an exit code when main looks for the second time."""

    name = "failing"

    def __init__(self) -> None:
        self._codes = iter([None])

    @property
    def exitcode(self) -> int | None:
        """None, then 1."""
        return next(self._codes, 1)


def give_up_with_a_full_pipe() -> str:
    batches: Any = Queue()
    writer = batches._writer.fileno()
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, b"x")
    except BlockingIOError:
        os.set_blocking(writer, True)
    try:
        lesson.collect([], [Failing()], batches, Queue())
    except RuntimeError as error:
        return str(error)
    return "all is well"


@pytest.mark.skipif(sys.platform == "win32", reason="the pipe is filled in the way of POSIX")
def test_main_can_end_although_its_none_is_stuck(run: Any) -> None:
    """Without cancel_join_thread() the interpreter waits for its feeder thread at its end."""
    assert run(give_up_with_a_full_pipe) == "died: {'failing': 1}"


def test_a_part_of_a_result_makes_get_wait_beyond_its_timeout() -> None:
    results: Any = Queue()
    data = pickle.dumps("item")
    message = struct.pack("!i", len(data)) + data
    results._sem.acquire()  # as put() does
    os.write(results._writer.fileno(), message[:5])
    waiter = threading.Thread(target=results.get, kwargs={"timeout": 0.1}, daemon=True)
    waiter.start()
    waiter.join(4 * PAUSE)
    assert waiter.is_alive()
    os.write(results._writer.fileno(), message[5:])
    waiter.join(60)
    assert not waiter.is_alive()


def test_main_joins_the_producer_of_a_dead_consumer(run_program: Any) -> None:
    broken = run_program("producers_that_fail.broken.py", hangs="could not convert")
    assert broken.status is None
    assert "exit codes" not in broken.output


def test_without_a_maximum_it_hangs_with_more(run_program: Any) -> None:
    more = {"maxsize=2": "", "PRICES = [": 'PRICES = 30_000 * ["1,75"] + ['}
    broken = run_program("producers_that_fail.broken.py", hangs="could not convert", changed=more)
    assert broken.status is None


def test_main_waits_for_both(run_program: Any) -> None:
    cured = run_program("producers_that_fail.cured.py")
    assert cured.status == 0
    assert "\ntotal: " not in cured.output
    assert cured.output.endswith("exit codes: -15 1\n")


def test_main_waits_for_both_and_the_producer_fails(run_program: Any) -> None:
    """It puts no None, so its consumer would wait forever."""
    fails = {"1,75": "1.75", "    texts.put(None)": "    raise KeyError"}
    cured = run_program("producers_that_fail.cured.py", changed=fails)
    assert cured.status == 0
    assert cured.output.endswith("exit codes: 1 -15\n")


def test_main_waits_for_both_and_neither_fails(run_program: Any) -> None:
    cured = run_program("producers_that_fail.cured.py", changed={"1,75": "1.75"})
    assert cured.status == 0
    assert cured.output == "total: 58.5\nexit codes: 0 0\n"


# Until it has the lock, so it is in get(), on a busy machine, too, and its feeder has released
# the lock of the other queue, into which it wrote "ready".
SURE = {
    "consumer.join(1)": """while texts._rlock.acquire(False): texts._rlock.release()
    with results._wlock: pass"""
}


@pytest.mark.parametrize("how", ["kill", "terminate"])
def test_the_queue_of_a_killed_consumer(run_program: Any, how: str) -> None:
    changed = SURE | {
        "consumer.kill()": f"consumer.{how}()",
        "print(results.get())\n    return": ("print(results.get(), flush=True)\n    return"),
    }
    broken = run_program(
        "producers_that_fail-lock.broken.py", hangs="start another one\nready", changed=changed
    )
    assert broken.status is None
    assert "HELLO" not in broken.output


def test_new_queues(run_program: Any) -> None:
    cured = run_program("producers_that_fail-lock.cured.py", changed=SURE)
    assert cured.status == 0
    assert cured.output == "ready\nkilled, so start another one\nready\nHELLO\n"
