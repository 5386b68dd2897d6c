"""The lesson shared_memory/raw_arrays: shared ctypes without a lock, and what the lock adds."""

import ctypes
import os
import re
from collections.abc import Callable
from multiprocessing import Array, Barrier, Pool, Process, Value
from multiprocessing.sharedctypes import RawArray, RawValue, synchronized
from typing import Any

import pytest

from tests.calling import Ended

INHERIT = "objects should only be shared between processes through inheritance"


def test_program(run_program: Callable[..., Ended]) -> None:
    ended = run_program("raw_arrays.py", timeout=60)
    assert ended.status == 0, ended.output
    said = ended.output.splitlines()
    assert said.count("wrote 10000 means") == 2
    assert said.count("wrote 20000 means") == 1
    assert said[3:] == [
        "same as without workers: True",
        "[1.5, 0.0, 0.0] True",
        "c_double_Array_3, lock: False",
        "c_double_Array_3, lock: False",
        "c_double, lock: False",
        "SynchronizedArray, lock: True",
        "SynchronizedArray, lock: True",
        "Synchronized, lock: True",
        r"b'smoothing' b'smoothing\x00\x00\x00'",
        r"b'done' b'done\x00hing\x00\x00\x00'",
    ]


def test_a_part_that_no_worker_wrote_is_seen(run_program: Callable[..., Ended]) -> None:
    changed = {"args=(readings, means, first, end)": "args=(readings, means, first, end - 1)"}
    ended = run_program("raw_arrays.py", timeout=60, changed=changed)
    assert "same as without workers: False" in ended.output


def test_a_list_in_the_place_of_the_array_stays_empty(run_program: Callable[..., Ended]) -> None:
    ended = run_program(
        "raw_arrays.py", timeout=60, changed={'means = RawArray("d", size)': "means = [0.0] * size"}
    )
    assert "same as without workers: False" in ended.output


def test_a_worker_that_is_killed_leaves_no_one_waiting(run_program: Callable[..., Ended]) -> None:
    """Halfway through one part: main is told by the exit code."""
    die = "        if i == 5000:\n            __import__('os')._exit(3)\n"
    changed = {"        near =": die + "        near ="}
    ended = run_program("raw_arrays.py", timeout=60, changed=changed)
    assert ended.status == 1
    assert "a worker failed" in ended.output
    assert "same as without workers" not in ended.output


def count_of_primes() -> int:
    return sum(all(n % d for d in range(2, int(n**0.5) + 1)) for n in range(1000, 40_000))


def test_updates_of_a_raw_value_get_lost(run_program: Callable[..., Ended]) -> None:
    ended = run_program("raw_arrays.broken.py", timeout=60)
    assert ended.status == 0
    (primes,) = re.findall(r"^(\d+) primes$", ended.output, re.MULTILINE)
    assert 0 < int(primes) < count_of_primes()


def test_updates_get_lost_even_if_one_worker_starts_late(
    run_program: Callable[..., Ended],
) -> None:
    """Both wait for each other; otherwise the first might be done before the second begins."""
    late = "    __import__('time').sleep(firsts[0] // 1000 - 1)\n"
    changed = {"primes, start):\n": "primes, start):\n" + late}
    ended = run_program("raw_arrays.broken.py", timeout=60, changed=changed)
    (primes,) = re.findall(r"^(\d+) primes$", ended.output, re.MULTILINE)
    assert 0 < int(primes) < count_of_primes()


def test_under_the_lock_none_is_lost(run_program: Callable[..., Ended]) -> None:
    ended = run_program("raw_arrays.cured.py", timeout=60)
    assert (ended.status, ended.output) == (0, f"{count_of_primes()} primes\n")


def test_a_torn_picture_is_seen(run_program: Callable[..., Ended]) -> None:
    ended = run_program("raw_arrays-torn.broken.py", timeout=60)
    assert (ended.status, ended.output) == (0, "all pictures were whole: False\n")


def test_with_a_lock_all_pictures_are_whole(run_program: Callable[..., Ended]) -> None:
    ended = run_program("raw_arrays-torn.cured.py", timeout=60)
    assert (ended.status, ended.output) == (0, "all pictures were whole: True\n")


def test_main_looked_at_pictures_at_all(run_program: Callable[..., Ended]) -> None:
    """So "whole" does not mean that it saw nothing but the zeros."""
    changed = {"torn += len(set(frame[:])) > 1": "torn += set(frame[:]) != {0}"}
    ended = run_program("raw_arrays-torn.cured.py", timeout=60, changed=changed)
    assert (ended.status, ended.output) == (0, "all pictures were whole: False\n")


def write_and_die(frame: Any) -> None:
    with frame.get_lock():
        frame.get_obj()[0] = 7
        os._exit(3)


def killed_while_it_writes() -> tuple[int, int | None, bool]:
    """Return the bare pixel, the camera's exit code, and whether main gets the lock."""
    bare = RawArray("B", 4)
    frame: Any = synchronized(bare)
    camera = Process(target=write_and_die, args=(frame,))
    camera.start()
    camera.join()
    return bare[0], camera.exitcode, frame.get_lock().acquire(timeout=0.5)


def test_a_camera_killed_while_it_writes_keeps_the_lock(run: Callable[..., Any]) -> None:
    assert run(killed_while_it_writes) == (7, 3, False)


def test_without_a_lock_array_and_value_are_the_raw_ones() -> None:
    bare: Any = RawArray("d", 3)
    assert type(Array("d", 3, lock=False)).__name__ == type(bare).__name__ == "c_double_Array_3"
    assert type(Value("d", lock=False)) is type(RawValue("d")) is ctypes.c_double
    with pytest.raises(AttributeError, match="'c_double_Array_3' object has no attribute 'get_l"):
        bare.get_lock()


def test_wrapped_and_bare_are_the_same_memory() -> None:
    bare = RawArray("i", [1, 2, 3])
    wrapped: Any = synchronized(bare)
    bare[1] = 20
    wrapped[2] = 30
    assert bare[:] == wrapped[:] == [1, 20, 30]
    assert wrapped.get_obj() is bare
    assert synchronized(bare).get_lock() is not wrapped.get_lock()
    lock = wrapped.get_lock()
    other: Any = synchronized(RawValue("d"), lock)
    assert other.get_lock() is lock


def add_slowly(number: Any, both_read: Any) -> None:
    seen = number.value
    both_read.wait(60)
    number.value = seen + 1


def add_together() -> int:
    number, both_read = RawValue("i", 7), Barrier(2)
    workers = [Process(target=add_slowly, args=(number, both_read)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return number.value


def test_read_add_write_loses_one(run: Callable[..., Any]) -> None:
    assert run(add_together) == 8


def first_of(numbers: Any) -> Any:
    return numbers[0]


kept: Any = None


def keep(numbers: Any) -> None:
    global kept
    kept = numbers


def first_of_kept(_: object) -> Any:
    kept[1] = os.getpid()
    return kept[0]


def in_a_pool() -> tuple[str, list[float], bool]:
    """Return what a task says that is given the array, and what an initializer makes of it."""
    numbers = RawArray("d", [1.5, 0])
    with Pool(1, keep, (numbers,)) as pool:
        found = pool.map(first_of_kept, [0])
        written = numbers[1] not in (0, os.getpid())
        try:
            pool.map(first_of, [numbers])
        except RuntimeError as error:
            return str(error), found, written
    return "", found, written


def test_a_task_cannot_have_it_an_initializer_can(run: Callable[..., Any]) -> None:
    assert run(in_a_pool) == (f"c_double_Array_2 {INHERIT}", [1.5], True)


def test_numpy_sees_the_raw_array_and_writes_into_it() -> None:
    numpy = pytest.importorskip("numpy")
    readings: Any = RawArray("d", [1.5, 2.5])
    view = numpy.frombuffer(readings)
    view += 1
    assert readings[:] == [2.5, 3.5]
    numbers: Any = RawArray("i", 3)
    numpy.frombuffer(numbers, dtype=numpy.intc)[2] = 9
    assert numbers[:] == [0, 0, 9]


def test_a_text_has_to_fit() -> None:
    status = RawArray("c", 12)
    status.value = b"twelve bytes"
    assert status.value == status.raw == b"twelve bytes"
    with pytest.raises(ValueError, match="byte string too long"):
        status.value = b"thirteen byte"
