"""
Lost updates: why value += 1 miscounts
======================================

Your counter is too small, by another amount in each run, and there is no error. In short:
``counter.value += 1`` is not atomic, and the lock inside the Value does not help. Write ``with
counter.get_lock():`` around it. Here you see the loss happen, stop it, and make the lock almost
free.
"""

# %%
# ``+= 1`` is three steps
# -----------------------
# 1. Read ``counter.value``: takes the lock, reads, releases the lock.
# 2. Add 1 to what was read, in this process.
# 3. Write the sum to ``counter.value``: takes the lock, writes, releases the lock.
#
# Between two of them another process can do its own steps. The first program shows this in slow
# motion. A :class:`multiprocessing.Barrier` makes each worker wait after its read until the other
# one has read, too. Both add 1 to 7. What is the sum?

import sys
from multiprocessing import Barrier, Process, Value


def add_slowly(counter, both_read):
    """Add 1, but wait for the other worker between read and write."""
    seen = counter.value
    both_read.wait(timeout=60)
    counter.value = seen + 1
    print(f"read {seen}, wrote {seen + 1}")


def run_all(workers):
    """Start all and wait for all; end the program if one failed."""
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        sys.exit("a worker failed")


if __name__ == "__main__":
    counter, both_read = Value("i", 7), Barrier(2)
    args = (counter, both_read)
    run_all([Process(target=add_slowly, args=args) for _ in range(2)])
    print(f"7 + 1 + 1 = {counter.value}")

# %%
# 8, not 9, and in every run:
#
# .. drawing:: lost-update
#
#    Both workers read 7 before either of them writes.
#
# 1. Worker A reads 7.
# 2. Worker B reads 7 as well. The lock is free, so nothing stops it.
# 3. Worker A writes 8.
# 4. Worker B writes 8 over it. One of the two updates is lost.
#
# This is a *race condition*. A Value is process-safe only for a single read or a single write:
# its lock was taken for each, but neither worker held it from the read to the write. That part is
# the *critical section*, and one ``with`` has to hold all of it.
#
# The counter that is too small
# -----------------------------
# Now the barrier only makes all workers start together. Four of them count the words of texts,
# and add each count to one number.
#
# .. pair::
#
# Here the loss is large, because the reading comes first: for ``words.value +=
# count_words(text)`` Python reads ``words.value``, then `calls the function
# <https://docs.python.org/3/reference/simple_stmts.html#augmented-assignment-statements>`__, and
# then writes. What other workers add in the meantime is undone.
#
# .. chance::
#
#    The loss differs from run to run. When a quarter of the words is left, it is as if one worker
#    had counted alone. With one text for each worker, as in many examples, the result is often
#    right. That is the dangerous case: the mistake is there, and your test does not see it.
#
# The cured program does the slow part first, without the lock. Then it holds the lock from the
# read to the write, so worker B cannot read before A has written. ``get_lock()`` returns the same
# lock that ``.value`` uses. It is an ``RLock``, so its holder may take it again inside. (With a
# plain ``Lock`` of your own, given as ``lock=``, the holder would wait for itself.)
#
# It is not enough to put the ``with`` around the write: what you have read without the lock may
# be out of date when you get it. A check belongs inside as well, as in ``if balance.value >= 60:
# balance.value -= 60``.
#
# What a lock costs, and how to pay less
# --------------------------------------
# Each worker counts words in a variable of its own, which no other can touch, and adds a
# *portion* of them to the shared number under the lock. How large should a portion be?

import re
import time
from multiprocessing import Array

WORKERS = 4
TEXT = "It was the best of times, it was the worst of times. " * 2500
WORD = re.compile(r"\w+")


def add_in_portions(portion, counter, start, seconds, place):
    """Count words; add to the shared number after each portion."""
    start.wait(timeout=60)
    began = time.perf_counter()
    mine = 0
    for _ in WORD.finditer(TEXT):
        mine += 1
        if mine == portion:
            with counter.get_lock():
                counter.value += mine
            mine = 0
    with counter.get_lock():
        counter.value += mine
    seconds[place] = time.perf_counter() - began


def count_with(portion):
    """Return the count, and the seconds of the slowest worker."""
    counter, start = Value("i", 0), Barrier(WORKERS)
    seconds = Array("d", WORKERS, lock=False)
    workers = []
    for place in range(WORKERS):
        args = (portion, counter, start, seconds, place)
        workers.append(Process(target=add_in_portions, args=args))
    run_all(workers)
    return counter.value, max(seconds)


if __name__ == "__main__":
    expected = WORKERS * len(WORD.findall(TEXT))
    for portion in [1, 1000]:
        words, slowest = count_with(portion)
        print(f"portions of {portion}: {slowest * 1000:.1f} ms")
        print(f"counted {words} of {expected}")

# %%
# Each worker wrote its seconds to an element of its own, so these need no lock
# (:ref:`sphx_glr_lessons_shared_memory_shared_array.py`).
#
# Both counts are exact. But for portions of one word the workers spend most of their time on the
# lock: they take it for each word, and wait for each other. For portions of a thousand they take
# it so rarely that it costs next to nothing. So add to a shared number once a file, and not once
# a line.
#
# ``lock=False`` does not help: ``+=`` gets faster, but :ref:`still loses updates
# <sphx_glr_lessons_shared_memory_raw_arrays.py>`.
#
# The lock and workers that fail
# ------------------------------
# An exception, also that of Ctrl-C, leaves the ``with`` and releases the lock. A worker that is
# killed in there, by ``terminate()`` or for lack of memory, keeps it: all others wait without
# end, and main too when it reads ``.value`` (:ref:`see it happen
# <sphx_glr_lessons_shared_memory_value.py:a-worker-that-dies-while-it-holds-the-lock>`).
#
# When to use something else
# --------------------------
# - **You need the total only at the end**: do not share it. Return each worker's part and add the
#   parts in main: :ref:`sphx_glr_lessons_pools_pool_map.py`.
# - **What you protect is a file or a printer**: pass a :class:`multiprocessing.Lock` as an
#   argument, ``Process(target=work, args=(path, lock))``, and write ``with lock:``.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_shared_memory_pass_a_value.py`, if your workers are in a pool. A Lock
#   goes the same way.
# - :ref:`sphx_glr_lessons_communication_queues.py`, for messages in place of memory.

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_order = 30
# sphinx_gallery_lesson_measures = ["portions of 1 > portions of 1000"]
# sphinx_gallery_lesson_short = "Lost updates"
# sphinx_gallery_lesson_asked = ["counter is too small", "Value += 1 is not atomic"]
# sphinx_gallery_lesson_asked = ["race condition with a shared Value", "get_lock()"]
# sphinx_gallery_lesson_asked = ["counter gives a different result on each run"]
# sphinx_gallery_lesson_asked = ["increments get lost", "is Value process-safe"]
# sphinx_gallery_lesson_asked = ["shared memory counter without a lock", "lock makes it slow"]
# sphinx_gallery_lesson_asked = ["Lock example, critical section", "cost of a lock", "Barrier"]
# sphinx_gallery_lesson_asked = ["each worker returns its part, the parent sums up"]
