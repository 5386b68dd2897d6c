"""
Share a list of numbers between processes: Array
================================================

Let several workers change the same row of numbers, see how their changes can get lost, and
cure it in two ways: lock the whole pass, or give each worker a slice of its own.
"""

# %%
# Four workers double the same elements
# -------------------------------------
# A :func:`multiprocessing.Array` is a row of C numbers in memory that all workers have mapped.
# Here four workers each double every element, so 1, 2, 3 should become 16, 32, 48. The
# :class:`multiprocessing.Barrier` holds the workers back until all four have started: otherwise
# the first could be done before the last is born, and they would never meet.

from collections.abc import Callable, MutableSequence, Sequence
from itertools import pairwise
from multiprocessing import Array, Barrier, Process
from multiprocessing.sharedctypes import SynchronizedArray
from multiprocessing.synchronize import Barrier as BarrierType

WORKERS = 4


def double_all(numbers: SynchronizedArray, start: BarrierType) -> None:
    """Double every element, without a thought for the others."""
    start.wait()
    for i in range(len(numbers)):
        numbers[i] *= 2


def double_four_times(
    values: Sequence[float],
    worker: Callable = double_all,
) -> list[float]:
    """Return ``values`` after four workers ran at the same time."""
    numbers = Array("d", values)
    start = Barrier(WORKERS)
    run_all(worker, [(numbers, start)] * WORKERS)
    return numbers[:]


def run_all(target: Callable, all_args: Sequence[tuple]) -> None:
    """Run ``target`` in one process per tuple; wait for all."""
    processes = [Process(target=target, args=args) for args in all_args]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


if __name__ == "__main__":
    print(double_four_times([1.0, 2.0, 3.0]))

# %%
# Very likely that is ``[16.0, 32.0, 48.0]``, and it proves nothing. ``numbers[i] *= 2`` is
# three steps: read the element, multiply, write it back. The array's lock is held during the
# read and during the write, but not between them:
#
# 1. Worker A reads 4.0.
# 2. Worker B reads 4.0 too: the lock is free.
# 3. A writes 8.0.
# 4. B writes 8.0. One of the two doublings is lost.
#
# Give the race room: 20,000 elements
# -----------------------------------
# Three elements are done so fast that the workers seldom meet on one. Now give chance more
# room: 20,000 elements, all 1.0, so that each should end as 16.0.

if __name__ == "__main__":
    many = double_four_times([1.0] * 20_000)
    wrong = [number for number in many if number != 16.0]
    print(f"{len(wrong)} of {len(many)} elements are not 16.0")
    print(f"found instead: {sorted(set(wrong))}")

# %%
# What is found instead is 8.0, 4.0 or 2.0: one, two or three doublings were lost. The same race
# was there with three elements; it only struck less often. That is why such a program passes
# its tests and fails at work.
#
# .. chance::
#
#    The count is another one each time, and it is hardly ever 0.
#
# Cure 1: lock the whole pass
# ---------------------------
# ``get_lock()`` returns the lock that each single access takes anyway. While a worker holds it,
# no other worker can read or write any element, until the ``with`` ends.


def double_all_locked(
    numbers: SynchronizedArray,
    start: BarrierType,
) -> None:
    """Double every element while no other process can touch any."""
    start.wait()
    with numbers.get_lock():
        for i in range(len(numbers)):
            numbers[i] *= 2


if __name__ == "__main__":
    locked = double_four_times([1.0, 2.0, 3.0], double_all_locked)
    print(locked)
    assert locked == [16.0, 32.0, 48.0]
    many = double_four_times([1.0] * 20_000, double_all_locked)
    assert many == [16.0] * 20_000

# %%
# Exact, each time, and the assertions hold for the 20,000 too. (They may compare floats with
# ``==``, because doubling a float is exact.) The price: the workers take turns. While one of
# them is in its pass the other three wait, so four processes are no faster than one.
#
# Cure 2: each worker its own slice
# ---------------------------------
# Divide the *elements* among the workers instead of letting every worker visit all of them.
# Where no element has two writers, there is nothing to lock, and ``lock=False`` leaves the lock
# out.


def double_slice(numbers: MutableSequence, first: int, end: int) -> None:
    """Double elements ``first`` to ``end - 1`` four times."""
    for i in range(first, end):
        for _ in range(4):
            numbers[i] *= 2


def double_in_slices(values: Sequence[float], workers: int) -> list[float]:
    """Return ``values`` doubled four times, a slice a worker."""
    numbers = Array("d", values, lock=False)
    cuts = [len(values) * n // workers for n in range(workers + 1)]
    slices = [(numbers, first, end) for first, end in pairwise(cuts)]
    run_all(double_slice, slices)
    return numbers[:]


if __name__ == "__main__":
    sliced = double_in_slices([1.0, 2.0, 3.0], workers=3)
    print(sliced)
    assert sliced == [16.0, 32.0, 48.0]

# %%
# Exact as well, and now the workers really work side by side. Read the result after ``join``:
# before it, a worker may still be writing. Prefer this cure where the work can be divided so.
#
# An Array is no list
# -------------------
# It looks like a list, but it is a C array of fixed size.


def look_closer() -> tuple[list[int], list[int], list[str]]:
    """Return a changed copy, the array, and the errors it raised."""
    numbers = Array("i", [10, 20, 30])
    copy = numbers[:]
    copy[0] = 99
    numbers[1:3] = [21, 31]
    errors = []
    for wrong in ([1, 2], [1.5, 2.5, 3.5]):
        try:
            numbers[:] = wrong
        except (TypeError, ValueError) as error:
            errors.append(f"{type(error).__name__}: {error}")
    return copy, numbers[:], errors


if __name__ == "__main__":
    copy, numbers, errors = look_closer()
    print("copy: ", copy)
    print("array:", numbers)
    print(*errors, sep="\n")

# %%
# A slice is a **copy**, an ordinary list: ``copy[0] = 99`` did not reach the array. Assigning
# *to* a slice writes into the shared memory, with as many elements as it had before. The
# typecode decides what goes in: an ``"i"`` takes no float. There is no ``append``. And mind the
# difference between ``Array("d", 3)``, three zeros, and ``Array("d", [3])``, one element.
#
# **When not to use it.** Each ``numbers[i]`` is a Python call that takes and releases a lock.
# That is fine for hundreds of numbers and slow for millions. For large data use
# :class:`multiprocessing.shared_memory.SharedMemory`, a block of bytes which other processes
# open by its name, with a NumPy array on top of it. And often nothing needs to be shared at
# all: if each worker computes its part, let it *return* the part, and let a pool put the parts
# together. That is shorter, and there is no race to think about:
# :ref:`sphx_glr_lessons_pools_pool_map.py`.
#
# Read next: the same race on one number, counted and timed,
# :ref:`sphx_glr_lessons_shared_memory_lost_updates.py`. Where Value and Array come from:
# :ref:`sphx_glr_lessons_shared_memory_value.py`.

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_order = 20
# sphinx_gallery_lesson_short = "Array"
# sphinx_gallery_lesson_asked = ["share a list between processes"]
# sphinx_gallery_lesson_asked = ["share a numpy array between processes", "array without a lock"]
# sphinx_gallery_lesson_asked = ["several processes write to the same array"]
# sphinx_gallery_lesson_asked = ["multiprocessing.Array of floats", "split an array among workers"]
# sphinx_gallery_lesson_asked = ["slice of an Array is a copy", "share large data without copying"]
# sphinx_gallery_lesson_asked = ["make workers start at the same time, Barrier"]
# sphinx_gallery_lesson_asked = ["Array or SharedMemory"]
