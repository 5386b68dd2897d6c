"""
Lost updates: why value += 1 miscounts
======================================

Lose counts for real with ``counter.value += 1`` in four processes, stop the loss with
``get_lock()``, and measure what a correct count costs and how to make it almost free.
"""

# %%
# ``+= 1`` is three steps
# -----------------------
# ``counter.value += 1`` looks like one step. It is three, and each could be followed by a step
# of another process:
#
# 1. read ``counter.value`` (takes the lock, reads, releases the lock),
# 2. add 1 to what was read, in this process,
# 3. write the sum to ``counter.value`` (takes the lock, writes, releases the lock).
#
# To see what that does, the first program takes two workers through it in slow motion. The
# :class:`multiprocessing.Barrier` makes each wait, between its read and its write, until the
# other has read too. Two workers add 1 to 7. What is the sum?

import time
from collections.abc import Callable, MutableSequence, Sequence
from multiprocessing import Array, Barrier, Process, Value
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Barrier as BarrierType


def add_slowly(counter: Synchronized, both_read: BarrierType) -> None:
    """Add 1, but wait for the other worker between read and write."""
    seen = counter.value
    both_read.wait()
    counter.value = seen + 1
    print(f"read {seen}, wrote {seen + 1}")


def slow_motion() -> int:
    """Return what 7 has become after two workers have added 1."""
    counter = Value("i", 7)
    both_read = Barrier(2)
    run_all(add_slowly, [(counter, both_read)] * 2)
    return counter.value


def run_all(target: Callable, all_args: Sequence[tuple]) -> None:
    """Run ``target`` in one process per tuple; wait for all."""
    processes = [Process(target=target, args=args) for args in all_args]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


if __name__ == "__main__":
    print(f"7 + 1 + 1 = {slow_motion()}")

# %%
# 8, not 9, and in every run. The sequence of events:
#
# .. drawing:: lost-update
#
#    Both workers read 7 before either of them writes.
#
# 1. Worker A reads 7.
# 2. Worker B reads 7 as well. The lock is free, so nothing stops it.
# 3. One of them writes 8.
# 4. The other writes 8 over it. One of the two updates is lost.
#
# The Value's lock did its duty each time: every single read and every single write was whole.
# But neither worker held it from the read to the write.
#
# The loss without help
# ---------------------
# Now nothing waits in the middle. Four workers start together, and each adds 1 fifty thousand
# times. Each also takes the time of its loop and leaves it in an element of ``seconds`` that
# only this worker writes to; such elements need no lock
# (:ref:`sphx_glr_lessons_shared_memory_shared_array.py`).

WORKERS = 4
EACH = 50_000


def add_bare(counter: Synchronized) -> None:
    """Add 1 ``EACH`` times: read, add, write, and hope."""
    for _ in range(EACH):
        counter.value += 1


def timed(
    add: Callable,
    counter: Synchronized,
    start: BarrierType,
    seconds: MutableSequence[float],
    worker: int,
) -> None:
    """Wait for all, call ``add``, and note how long it took."""
    start.wait()
    begin = time.perf_counter()
    add(counter)
    seconds[worker] = time.perf_counter() - begin


def count_with(add: Callable, lock: bool = True) -> tuple[int, float]:
    """Return the final count and the slowest worker's seconds."""
    counter = Value("i", 0, lock=lock)
    start = Barrier(WORKERS)
    seconds = Array("d", WORKERS, lock=False)
    same = (add, counter, start, seconds)
    run_all(timed, [(*same, worker) for worker in range(WORKERS)])
    return counter.value, max(seconds)


def report(name: str, got: int, seconds: float) -> None:
    """Print what was lost, and microseconds per increment."""
    expected = WORKERS * EACH
    lost = expected - got
    print(f"{name}: expected {expected}, got {got}, lost {lost}")
    print(f"    {seconds / expected * 1e6:.3f} us per increment")


if __name__ == "__main__":
    report("bare +=", *count_with(add_bare))

# %%
# The first line ends with what is lost. Nothing crashed, nothing was reported: a wrong number is
# all there is to see. When a worker that has read 7 is held up, by a wait for the lock or because
# the system gives its core to another process, the others count on; then it writes its 8 and
# undoes all that they did meanwhile.
#
# .. chance::
#
#    Each run loses another part of the count. A run that shows ``lost 0`` was lucky; the race is
#    there all the same.
#
# With ``+= 1`` done once by each of four workers, as one often sees it in examples, the workers
# hardly ever meet and the result is nearly always right. That is the dangerous case.
#
# The cure: hold the lock across all three
# ----------------------------------------
# Hold the lock across all three steps. ``get_lock()`` returns the very lock which ``.value``
# uses, and its holder may take it again inside.


def add_locked(counter: Synchronized) -> None:
    """Add 1 ``EACH`` times, each as one step for all others."""
    for _ in range(EACH):
        with counter.get_lock():
            counter.value += 1


if __name__ == "__main__":
    got, seconds = count_with(add_locked)
    report("locked +=", got, seconds)
    assert got == WORKERS * EACH

# %%
# Exact, in every run and under every start method: now B cannot read until A has written.
#
# The better cure: share less
# ---------------------------
# Each worker counts in a variable of its own, where no other can interfere, and adds its sum to
# the shared number once, at the end. For comparison the last line shows the bare ``+=`` on a
# number that has no lock at all.


def add_once(counter: Synchronized) -> None:
    """Count in a local variable, then add the sum in one step."""
    mine = 0
    for _ in range(EACH):
        mine += 1
    with counter.get_lock():
        counter.value += mine


if __name__ == "__main__":
    got, seconds = count_with(add_once)
    report("local, then added once", got, seconds)
    assert got == WORKERS * EACH
    report("bare +=, lock=False", *count_with(add_bare, lock=False))

# %%
# What each way costs
# -------------------
# The microseconds are the time of the slowest worker, divided by all increments of all four.
# Compare the four:
#
# - *bare* and *locked*: either may be the dearer one. The bare ``+=`` is not free: it takes the
#   lock too, once to read and once to write, and four workers want it at the same time.
#   Whatever it saves, it saves by giving a wrong count.
# - *local, then added once* is exact, and as a rule cheaper by far. The lock was taken for four
#   sums and not for each of the increments.
# - *lock=False* is cheap, so the time went into the lock and not into the adding. But what it
#   counts cannot be trusted, even when it happens to be right.
#
# So: is it a count that someone watches while the work goes on? Add to it under the lock, but
# in portions: once a file, not once a line. Is it a total that is needed only at the end? Do
# not share it; return each worker's part and add the parts in the parent:
# :ref:`sphx_glr_lessons_pools_pool_map.py`.
#
# Keep what is inside the ``with`` short, and never ``terminate()`` a worker that may be holding
# the lock: it would never be released, and all others would wait without end.
#
# Read next: results without any shared number, :ref:`sphx_glr_lessons_pools_pool_map.py`; or
# messages in place of memory, :ref:`sphx_glr_lessons_communication_queues.py`.

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_order = 30
# sphinx_gallery_lesson_measures = True
# sphinx_gallery_lesson_short = "Lost updates"
# sphinx_gallery_lesson_asked = ["counter is too small", "Value += 1 is not atomic"]
# sphinx_gallery_lesson_asked = ["race condition with a shared Value", "get_lock()"]
# sphinx_gallery_lesson_asked = ["counter gives a different result on each run"]
# sphinx_gallery_lesson_asked = ["increments get lost", "is Value process-safe"]
# sphinx_gallery_lesson_asked = ["shared memory counter without a lock", "lock makes it slow"]
# sphinx_gallery_lesson_asked = ["Lock example, critical section", "cost of a lock", "Barrier"]
