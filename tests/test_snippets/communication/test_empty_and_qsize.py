"""empty(), qsize(), get_nowait() and a timeout: what they look at, and what they do not tell."""

import multiprocessing
import queue
import sys
import threading
from multiprocessing import Process, Queue
from typing import Any

import pytest

from snippets.communication import empty_and_qsize as lesson


def test_program(run_program: Any) -> None:
    ended = run_program("empty_and_qsize.py")
    assert ended.status == 0
    assert ended["found"] == ["0842"]
    assert ended.output.count("no more blocks") == 2
    assert "after put(): empty() is " in ended.output  # what it is: see Held
    if sys.platform == "linux":
        assert "after get(): empty() is True, qsize() is 0" in ended.output
    assert "get_nowait() raises Empty\n" in ended.output
    assert len(ended["table"]) == 300_000


def test_giving_up_too_early_costs_time_only(run_program: Any) -> None:
    """As a get_nowait() does that finds the lock taken."""
    nothing = {"items.get(timeout=0.2)": "raise queue.Empty"}
    ended = run_program("empty_and_qsize.py", changed=nothing)
    assert ended.status == 0
    assert "taken back: 0" in ended.output
    assert ended["found"] == ["0842"]


def test_no_pin_fits(run_program: Any) -> None:
    ended = run_program("empty_and_qsize.py", changed={"10_000, 10": "50, 10"})
    assert (ended.status, ended.output) == (1, "no PIN fits\n")


def test_a_worker_dies_with_the_block_that_has_the_pin(run_program: Any) -> None:
    """The program ends with an error, and leaves no process."""
    dies = {"        pins = [": "        if first == 40:\n            exit(3)\n        pins = ["}
    few = {'"0842"': '"0042"', "10_000, 10": "80, 10", "timeout=60": "timeout=3"}
    ended = run_program("empty_and_qsize.py", changed=dies | few)
    assert ended.status == 1
    assert "_queue.Empty" in ended.output


class Held:
    """An item whose pickling waits until it may end."""

    def __init__(self, go_on: threading.Event) -> None:
        self.go_on = go_on

    def __reduce__(self) -> tuple[Any, ...]:
        """Wait."""
        assert self.go_on.wait(20)
        return (str, ())


def test_an_item_before_the_pipe_counts_and_is_not_there() -> None:
    items: Any = Queue()
    go_on = threading.Event()
    items.put(Held(go_on))
    assert items.empty()
    with pytest.raises(queue.Empty):
        items.get_nowait()
    with pytest.raises(queue.Empty):
        items.get(timeout=0.01)
    assert lesson.waiting(items) in (1, "unknown")
    go_on.set()
    assert items.get(timeout=20) == ""
    assert lesson.waiting(items) in (0, "unknown")


def test_a_queue_without_a_bound_is_never_full() -> None:
    items: Any = Queue()
    for _ in range(100):
        items.put(1)
    assert not items.full()
    for _ in range(100):
        items.get(timeout=20)


def test_another_reader_has_the_lock() -> None:
    """Then get_nowait() raises Empty, though there is an item."""
    items: Any = Queue()
    items.put("there")
    assert items._reader.poll(20)
    with items._rlock:
        assert not items.empty()
        with pytest.raises(queue.Empty):
            items.get_nowait()
    assert items.get_nowait() == "there"


def test_where_qsize_is_not_implemented(monkeypatch: pytest.MonkeyPatch) -> None:
    items: Any = Queue()

    def unable() -> None:
        raise NotImplementedError

    monkeypatch.setattr(items, "qsize", unable)
    assert lesson.waiting(items) == "unknown"


def test_a_timeout_is_no_end(run_program: Any) -> None:
    broken = run_program("empty_and_qsize.broken.py")
    assert broken.status == 0
    assert "York" not in broken["answers"] and "Bath" not in broken["answers"]


def test_asking_the_worker_first_gets_all(run_program: Any) -> None:
    cured = run_program("empty_and_qsize.cured.py")
    assert (cured.status, cured.output) == (0, "answers: Leeds York Bath\n")


def test_the_worker_ends_right_after_a_timeout(run_program: Any) -> None:
    """Main asked before, so it looks once more. Had it asked after, York and Bath were lost."""
    late = {
        "        except queue.Empty:\n": "        except queue.Empty:\n            time.sleep(2)\n"
    }
    cured = run_program("empty_and_qsize.cured.py", changed=late)
    assert cured["answers"] == ["Leeds", "York", "Bath"]


def test_the_cured_program_passes_a_failure_on(run_program: Any) -> None:
    cured = run_program("empty_and_qsize.cured.py", changed={'"York": 1.5': '"York": "slow"'})
    assert cured.status == 1
    assert "answers: Leeds\n" in cured.output


def drained(items: Any, seen: Any, meet: Any) -> None:
    """Take the last item as the loops on the page do: ask, then get()."""
    assert not items.empty()
    meet.wait(20)
    seen.put(items.get())


def two_readers() -> tuple[str, list[bool]]:
    """Return the item, and which of two readers of the last item still wait."""
    items: Any = Queue()
    seen: Any = Queue()
    meet = multiprocessing.Barrier(2)
    items.put("last")
    assert items._reader.poll(20)
    readers = [Process(target=drained, args=(items, seen, meet)) for _ in range(2)]
    for reader in readers:
        reader.start()
    got = seen.get(timeout=20)
    with pytest.raises(queue.Empty):
        seen.get(timeout=1)
    for reader in readers:
        reader.join(timeout=0.5)
    wait = sorted(reader.is_alive() for reader in readers)
    for reader in readers:
        reader.kill()
        reader.join()
    return got, wait


def test_empty_then_get_hangs_with_two_readers(run: Any) -> None:
    got, wait = run(two_readers)
    assert got == "last" and wait[-1]


def get_one(items: Any) -> None:
    items.get()


def closed_in_main() -> tuple[list[str], bool]:
    """Return what a closed queue says, and whether another process still waits for it."""
    items: Any = Queue()
    items.put("only")
    reader = Process(target=get_one, args=(items,))
    reader.start()
    reader.join(timeout=20)
    assert reader.exitcode == 0
    second = Process(target=get_one, args=(items,))
    second.start()
    items.close()
    said = []
    for call in (items.get, items.get_nowait, lambda: items.put(1)):
        with pytest.raises(ValueError, match=r"Queue <.*> is closed") as closed:
            call()
        said.append(type(closed.value).__name__)
    second.join(timeout=1)
    waits = second.is_alive()
    second.kill()
    second.join()
    return said, waits


def test_close_is_for_one_process(run: Any) -> None:
    assert run(closed_in_main) == (["ValueError"] * 3, True)


def shut_down() -> list[str]:
    """Return what shutdown() of three queues does."""
    said = []
    with multiprocessing.Manager() as manager:
        for items in (Queue(), queue.Queue(), manager.Queue()):
            try:
                items.shutdown()  # type: ignore[union-attr]
                items.put(1)
                said.append("put")
            except Exception as error:
                said.append(f"{type(error).__name__}: {error}".rstrip(": "))
    return said


def test_shutdown(run: Any) -> None:
    said = run(shut_down, timeout=60)
    assert said[0] == "AttributeError: 'Queue' object has no attribute 'shutdown'"
    if sys.version_info >= (3, 13):
        assert said[1:] == ["ShutDown", "ShutDown"]
    else:
        assert [words.partition(":")[0] for words in said] == ["AttributeError"] * 3
