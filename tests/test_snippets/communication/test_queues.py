"""The lesson on queues: one stream, errors as items, a dead worker, and an empty() that lies."""

import io
import multiprocessing
import os
import queue
import sys
import threading
import time
from multiprocessing import Barrier, Process, Queue
from typing import Any

import pytest

from snippets.communication import queues as lesson

REPORT = {
    "web1-mon.log": ("/search", None),
    "web1-tue.log": ("/search", None),
    "web2-mon.log": ("/search", None),
    "web2-tue.log": (None, """ValueError("invalid literal for int() with base 10: 'n/a'")"""),
    "web2-wed.log": ("/search", None),
}


class Meeting:
    """A log file that is opened when main and the other worker are ready, too."""

    def __init__(self, name: str, barrier: Any) -> None:
        self.name = name
        self.barrier = barrier

    def open(self) -> io.StringIO:
        """Wait for both."""
        self.barrier.wait(20)
        return io.StringIO("/home 1\n")


def in_rounds(rounds: int) -> list[str]:
    """Return the names of files as they arrive from two workers that meet before each file."""
    results: Any = Queue()
    barrier = Barrier(3)
    both = [[Meeting(f"{s}{n}", barrier) for n in range(rounds)] for s in "ab"]
    workers = [Process(target=lesson.read_logs, args=(files, results)) for files in both]
    for worker in workers:
        worker.start()
    arrived = []
    for _ in range(rounds):
        barrier.wait(20)
        arrived += [results.get(timeout=20)[0] for _ in range(2)]
    for worker in workers:
        worker.join()
    return arrived


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


def put_late(results: Any) -> None:
    time.sleep(0.8)
    results.put("late")


def put_and_end(results: Any) -> None:
    results.put("last")


def received(*targets: Any) -> list[str]:
    """Return what one ``receive`` gives for each target that is started, then one more."""
    results: Any = Queue()
    workers = [Process(target=target, args=(results,)) for target in targets]
    for worker in workers:
        worker.start()
    found = []
    try:
        for _ in range(len(targets) + 1):
            found.append(lesson.receive(results, workers))
    except RuntimeError as error:
        found.append(str(error))
    for worker in workers:
        worker.join()
    return found


def exit_at_once(results: Any) -> None:
    sys.exit(3)


def test_program(run_program: Any) -> None:
    ended = run_program("queues.py")
    assert ended.status == 0
    arrived = ended["arrived"]
    assert {name: said for name, *said in arrived} == {n: list(said) for n, said in REPORT.items()}
    assert len(arrived) == len(REPORT)
    for server in ("web1", "web2"):
        names = [name for name, *_ in arrived if name.startswith(server)]
        assert names == [name for name in REPORT if name.startswith(server)]
    assert "no result: exit codes: [-9]" in ended.output


def test_items_of_two_workers_are_mixed_and_each_keeps_its_order(run: Any) -> None:
    """Items come as the workers finish their files, not worker by worker."""
    arrived = run(in_rounds, 4)
    for worker in "ab":
        assert [name for name in arrived if name[0] == worker] == [f"{worker}{n}" for n in range(4)]
    assert [name[1] for name in arrived] == list("00112233")


def test_receive_waits_for_a_worker_that_is_slow(run: Any) -> None:
    found = run(received, put_late)
    assert found == ["late", "exit codes: [0]"]


def test_what_was_put_before_a_good_end_is_received(run: Any) -> None:
    found = run(received, put_and_end, put_and_end)
    assert found == ["last", "last", "exit codes: [0, 0]"]


def test_an_item_of_a_worker_that_ends_meanwhile_is_not_missed() -> None:
    """So the exit codes are read before ``get()``."""
    ending: Any = Ending()
    assert lesson.receive(ending, [ending]) == "last"


class Unreadable:
    """A log file whose error has no text, as a MemoryError has none."""

    name = "large.log"

    def open(self) -> io.StringIO:
        """Fail."""
        raise MemoryError


def test_an_error_without_a_text_is_listed_as_well() -> None:
    """So it is its repr() that is put: str() would be empty, and false."""
    results: Any = queue.Queue()
    lesson.read_logs([Unreadable()], results)
    item = results.get_nowait()
    assert item == ("large.log", None, "MemoryError()")
    assert item[2]


def wait_for(event: Any) -> None:
    event.wait(30)


def received_beside_a_busy_worker() -> str:
    """Return the error of ``receive`` when one of two workers failed and the other is busy."""
    results: Any = Queue()
    event = multiprocessing.Event()
    workers = [
        Process(target=exit_at_once, args=(results,)),
        Process(target=wait_for, args=(event,)),
    ]
    for worker in workers:
        worker.start()
    try:
        lesson.receive(results, workers)
    except RuntimeError as error:
        return str(error)
    finally:
        event.set()
        for worker in workers:
            worker.join()
    return "no error"


def test_one_failure_is_enough(run: Any) -> None:
    """Main does not wait for the others to end."""
    assert run(received_beside_a_busy_worker) == "exit codes: [3, None]"


def test_a_global_queue_is_another_one_in_a_worker(run: Any, start_method: str) -> None:
    """What a worker puts there arrives under fork only."""
    assert run(received_through_a_global) == (start_method == "fork")


def put_global() -> None:
    if everywhere is not None:
        everywhere.put("hello")


def received_through_a_global() -> bool:
    global everywhere
    everywhere = Queue()
    worker = Process(target=put_global)
    worker.start()
    worker.join()
    try:
        return bool(everywhere.get(timeout=1) == "hello")
    except queue.Empty:
        return False


def put_half(results: Any) -> None:
    """Be killed with a part of a large item in the pipe."""
    results.put("x" * 1_000_000)
    time.sleep(60)


def received_from_a_torn_item() -> bool:
    """Return whether get() is still waiting long after its timeout."""
    results: Any = Queue()
    worker = Process(target=put_half, args=(results,), daemon=True)
    worker.start()
    assert results._reader.poll(20)
    worker.kill()
    worker.join()
    reader = threading.Thread(target=results.get, kwargs={"timeout": 0.1}, daemon=True)
    reader.start()
    reader.join(2)
    return reader.is_alive()


@pytest.mark.parametrize("start_method", ["spawn"], indirect=True)
def test_get_waits_for_the_rest_of_a_torn_item(run: Any) -> None:
    """Its timeout is for the first byte only."""
    assert run(received_from_a_torn_item)


def test_empty_is_true_too_early(run_program: Any) -> None:
    broken = run_program("queues.broken.py")
    assert broken.status == 0
    assert len(broken["hashes"]) < 3


def test_counting_gets_all(run_program: Any) -> None:
    cured = run_program("queues.cured.py")
    assert cured.status == 0
    assert len(cured["hashes"]) == 3


def test_the_exception_is_of_the_module_queue() -> None:
    results: Any = Queue()
    with pytest.raises(queue.Empty):
        results.get(timeout=0.01)
    with pytest.raises(queue.Empty):
        results.get_nowait()
    assert (queue.Empty.__module__, queue.Empty.__name__) == ("_queue", "Empty")


def wrong_queues() -> tuple[int, str]:
    """Put into a thread's queue in a process, and hand a process's queue to a pool."""
    threads: Any = queue.Queue()
    child = Process(target=put_and_end, args=(threads,))
    try:
        child.start()
        child.join()
        count = threads.qsize()
    except TypeError as error:
        assert "cannot pickle '_thread.lock' object" in str(error)
        count = -1
    with multiprocessing.Pool(1) as pool:
        try:
            pool.apply(put_and_end, (Queue(),))
        except RuntimeError as error:
            return count, str(error)
    return count, ""


def test_a_queue_at_the_wrong_place(run: Any, start_method: str) -> None:
    count, message = run(wrong_queues)
    assert count == (0 if start_method == "fork" else -1)
    assert message == "Queue objects should only be shared between processes through inheritance"


def pids_through_initargs() -> bool:
    results: Any = Queue()
    with multiprocessing.Pool(1, keep, (results,)) as pool:
        pid = pool.apply(put_pid)
        return bool(results.get(timeout=20) == pid)


def keep(results: Any) -> None:
    global kept
    kept = results


def put_pid() -> int:
    kept.put(os.getpid())
    return os.getpid()


def test_a_pool_gets_a_queue_through_initargs(run: Any) -> None:
    assert run(pids_through_initargs)


kept: Any = None
everywhere: Any = None
