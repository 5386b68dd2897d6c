"""A list in shared memory: what fits into it, what it cuts off, and that it has no lock."""

import os
import struct
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import Barrier, Event, Lock, Pool, Process, SimpleQueue, resource_tracker
from multiprocessing.shared_memory import ShareableList, SharedMemory
from pathlib import Path
from typing import Any, cast

import pytest

from snippets.shared_memory import shareable_list
from snippets.shared_memory.shareable_list import CITIES
from tests.calling import in_session


@contextmanager
def shared(*values):
    """Lend a list of these values."""
    items = ShareableList(values)
    try:
        yield items
    finally:
        items.shm.close()
        items.shm.unlink()


def sums():
    return [sum(map(int, shareable_list.read_sales(city))) for city in CITIES]


def test_the_states_are_on_the_board_and_the_results_come_back(run_program):
    ended = run_program("shareable_list.py", timeout=60)
    assert ended.status == 0, ended.output
    first, *rest = ended.output.splitlines()
    if "waiting" in first.split():
        (city,) = [c for c, s in zip(CITIES, first.split()[2:], strict=True) if s == "waiting"][:1]
        assert rest.pop(0) == f"next: {city}"
    last, result, *rest = rest
    assert first.startswith("first look: ")
    assert "done" in first.split()
    assert set(first.split()[2:]) <= {"waiting", "reading", "adding", "done"}
    assert last == "at the end: 6 done"
    assert result == str(sums())
    assert rest == [
        "format: 8sq8s",
        "finished",
        "cancelled: ValueError",
        f"{2**63}: error",
        "Brønnø",
    ]
    assert "leaked" not in ended.output


def test_a_task_that_raises_ends_the_program_and_the_board_says_where(run_program):
    line = "    cents = sum"
    failing = f'    if city == "graz":\n        raise OSError(city)\n{line}'
    ended = run_program("shareable_list.py", timeout=60, changed={line: failing})
    assert ended.status == 1
    assert "at the end: 5 done\n" in ended.output
    assert ended.output.endswith("graz: adding: OSError('graz')\n")
    assert "leaked" not in ended.output  # unlinked all the same


def test_a_killed_worker_ends_the_program(run_program):
    line = "    cents = sum"
    failing = f'    if city == "rome":\n        __import__("os")._exit(9)\n{line}'
    ended = run_program("shareable_list.py", timeout=60, changed={line: failing})
    assert ended.status == 1
    assert "BrokenProcessPool" in ended.output
    assert "leaked" not in ended.output


@pytest.mark.skipif(sys.platform == "win32", reason="there unlink() does nothing")
def test_without_unlink_the_tracker_deletes_it_and_warns(run_program):
    changed = {"board.shm.unlink()": "name = board.shm.name"}
    ended = run_program("shareable_list.py", timeout=60, changed=changed)
    assert "leaked shared_memory objects" in ended.output
    with pytest.raises(FileNotFoundError):
        SharedMemory(ended["name"])


def test_digests_that_end_in_zero_are_cut(run_program):
    ended = run_program("shareable_list.broken.py")
    assert ended.status == 0
    assert ended["wrong"] > 0
    assert "lengths: 31 32\n" in ended.output


def test_hexadecimal_digits_are_whole(run_program):
    ended = run_program("shareable_list.cured.py")
    assert ended.status == 0
    assert ended.output == "lengths: 64\nwrong: 0 of 1000\n"


@pytest.mark.parametrize("value", [b"ab\0", b"\0", "ab\0", b"ab\0\0"])
def test_zero_bytes_at_the_end_are_lost(value):
    with shared(value) as items:
        assert items[0] == value.rstrip("\0" if isinstance(value, str) else b"\0")


def test_a_byte_behind_them_keeps_them():
    with shared(b"ab\0\0" + b".", b"a\0b") as items:
        assert items[0][:-1] == b"ab\0\0"
        assert items[1] == b"a\0b"


def test_the_types_and_their_room():
    values = [-(2**63), 2.5, True, "text", b"bytes", None]
    with shared(*values) as items:
        assert list(items) == values
        assert len(items) == 6
        assert items.index("text") == 3
        assert items.count(None) == 1
        assert b"bytes" in items
        assert items.format == "qdxxxxxxx?8s8sxxxxxx?x"
        assert struct.calcsize("xxxxxxx?") == struct.calcsize("xxxxxx?x") == 8
        items[5] = "8 bytes."
        assert items[5] == "8 bytes."
        with pytest.raises(ValueError, match="exceeds available storage"):
            items[5] = "9 bytes.."
        with pytest.raises(struct.error):
            items[0] = 2**63
        with pytest.raises(KeyError):
            items[0] = [1]
        with pytest.raises(AttributeError):
            items.append(1)
        with pytest.raises(TypeError):
            _ = items[0:2]


@pytest.mark.parametrize(("letters", "room"), [(7, 8), (8, 16), (39, 40), (40, 48)])
def test_the_room_of_a_text(letters, room):
    with shared("-" * letters) as items:
        assert items.format == f"{room}s"
        items[0] = "x" * room
        with pytest.raises(ValueError, match="exceeds"):
            items[0] = "x" * (room + 1)


def test_letters_of_several_bytes_are_cut_at_the_start_only():
    with shared("東京都", "-" * 3, "-" * 9) as items:
        with pytest.raises(UnicodeDecodeError):
            _ = items[0]
        with pytest.raises(ValueError, match="exceeds available storage"):
            items[1] = "東京都"
        items[2] = "東京都"
        assert items[2] == "東京都"


def test_the_type_is_written_first():
    """The assignment of a number too large fails between the two steps."""
    with shared("reading") as items:
        with pytest.raises(struct.error):
            items[0] = 2**63
        assert items[0] == 0  # no text any more


def test_a_queue_takes_it():
    carrier = SimpleQueue()
    with shared(1) as items:
        carrier.put(items)
        other = carrier.get()
        other[0] = 2
        assert items[0] == 2
        other.shm.close()


def add_slowly(items, both_read):
    seen = items[0]
    both_read.wait(20)
    items[0] = seen + 1


def two_add():
    with shared(7) as items:
        both_read = Barrier(2)
        workers = [Process(target=add_slowly, args=(items, both_read)) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return items[0], [worker.exitcode for worker in workers]


def test_two_updates_make_one(run):
    assert run(two_add) == (8, [0, 0])


def write_on(items):
    while True:
        items[0] = "reading"
        items[0] = "adding"


def test_a_reader_without_a_lock_meets_a_half_written_item():
    with shared("adding") as items:
        writer = Process(target=write_on, args=(items,), daemon=True)
        writer.start()
        deadline = time.monotonic() + 60
        try:
            while time.monotonic() < deadline:
                try:
                    if items[0] not in {"reading", "adding"}:
                        return
                except ValueError as error:
                    assert "not enough values to unpack" in str(error)
                    return
        finally:
            writer.kill()
            writer.join()
        pytest.fail("each item was whole")


@pytest.mark.parametrize(("part", "read"), [("type", ValueError), ("bytes", "")])
def test_what_a_reader_gets_of_a_part_that_is_cleared(part, read):
    with shared("adding") as items:
        size = 8
        offset = items._offset_packing_formats if part == "type" else items._offset_data_start
        items.shm.buf[offset : offset + size] = bytes(size)
        if read is ValueError:
            with pytest.raises(ValueError, match="not enough values to unpack"):
                _ = items[0]
        else:
            assert items[0] == read


class Guarded(list[str]):
    """A board that is written only while the lock is held."""

    def __setitem__(self, place, value):
        assert FLAG.locked
        super().__setitem__(place, value)


class Flag:
    """A lock that knows whether it is held."""

    locked = False

    def __enter__(self):
        self.locked = True

    def __exit__(self, *_):
        self.locked = False


FLAG = Flag()


def test_a_task_writes_with_the_lock(monkeypatch):
    board = Guarded(["waiting"])
    monkeypatch.setattr(shareable_list, "lock", FLAG, raising=False)
    monkeypatch.setattr(shareable_list, "board", board, raising=False)
    assert shareable_list.add_up(0, CITIES[0]) == sums()[0]
    assert board == ["done"]
    assert not FLAG.locked


def test_main_reads_with_the_lock(run_program):
    """One that holds the lock when main is about to look makes it wait."""
    line = "            with lock:\n                print"
    held = "            print('taken:', lock.acquire(), lock.acquire(timeout=0.1))\n"
    held += '            __import__("threading").Timer(2, free).start()\n'
    free = "    def free():\n        print('released')\n        lock.release()\n\n"
    ended = run_program(
        "shareable_list.py",
        timeout=60,
        changed={line: held + line, "    lock = Lock()\n": f"    lock = Lock()\n{free}"},
    )
    assert ended.status == 0, ended.output
    assert ended.output.index("released") < ended.output.index("first look")


def die(code):
    """End this worker at once."""
    os._exit(code)


def hold(taken, lock):
    """Take the lock in one worker, and be killed before it is released."""
    if lock.acquire(False):
        taken.set()
        time.sleep(60)


def another_dies():
    """Tell what main gets of the lock when a worker has died, and another one held it."""
    taken, lock = Event(), Lock()
    with ProcessPoolExecutor(2, initializer=hold, initargs=(taken, lock)) as executor:
        executor.submit(int)  # starts the worker that takes the lock; another one does it
        assert taken.wait(30)
        error = executor.submit(die, 1).exception(30)
    return type(error).__name__, lock.acquire(timeout=0.5)


def test_when_a_worker_dies_the_executor_kills_the_one_that_holds_the_lock(run):
    assert run(another_dies) == ("BrokenProcessPool", False)


def test_it_has_no_track():
    with pytest.raises(TypeError):
        cast("Any", ShareableList)([1], track=False)
    if sys.version_info >= (3, 13):
        block = SharedMemory(create=True, size=1, track=False)
        block.close()
        block.unlink()


def is_there(name):
    """Look without opening it: that would register it with a tracker."""
    return Path("/dev/shm", name).exists() if Path("/dev/shm").exists() else opens(name)


def opens(name):
    """Open it, where blocks are no files."""
    try:
        SharedMemory(name).close()
    except FileNotFoundError:
        return False
    return True


def gone_within(seconds, name):
    deadline = time.monotonic() + seconds
    while is_there(name):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def first(items):
    return items and items[0]


def block_is_left(made_before, wait=0.5):
    """Tell whether the block is still there when the worker of a pool has ended."""
    items = ShareableList([1]) if made_before else None
    with Pool(1) as pool:
        pool.apply(first, (None,))  # now the worker runs
        items = items or ShareableList([1])
        assert pool.apply(first, (items,)) == 1
        pool.close()
        pool.join()
    left = not gone_within(wait, items.shm.name)
    items.shm.close()
    if left:
        items.shm.unlink()
    return left


def test_a_list_from_before_the_pool_is_left(run):
    assert run(block_is_left, True)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no tracker")
def test_under_fork_a_later_one_is_deleted_by_the_tracker_of_the_worker(run, start_method):
    forked = start_method == "fork"
    assert run(block_is_left, False, 20 if forked else 0.5) is not forked


@pytest.mark.skipif(sys.platform == "win32", reason="there is no tracker")
def test_another_program_deletes_it_at_its_end():
    items = ShareableList([5])
    try:
        start = "from multiprocessing.shared_memory import ShareableList; "
        words = f"{start}print(*ShareableList(name={items.shm.name!r}))"
        with in_session("-c", words) as other:
            output, _ = other.communicate(timeout=60)
        assert output == "5\n"
        assert gone_within(20, items.shm.name)
    finally:
        items.shm.close()
        with suppress(FileNotFoundError):
            items.shm.unlink()
        resource_tracker.unregister(f"/{items.shm.name}", "shared_memory")
