"""
Share a number or a flag between processes: Value
=================================================

You want to see how far your workers are, or tell all of them to stop, and a global variable does
not do it. In short: make ``done = Value("i", 0)``, pass it to each process as an argument, read
``done.value`` anywhere, and change it only while you hold ``done.get_lock()``.
"""

# %%
# A global does not change, a Value does
# --------------------------------------
# Ten deliveries took the old route, ten the new one, and the new one looks faster. Was that
# chance? To find out, shuffle all twenty durations, split them into two groups of ten, and see
# whether the second group is as fast as the new route was. Do this thousands of times, and count.
# A worker counts its rounds in a global variable and in a :func:`multiprocessing.Value`. What
# does main see afterwards?

import random
from multiprocessing import Process, Value

OLD = [31, 38, 29, 35, 33, 41, 36, 30, 34, 39]  # minutes
NEW = [30, 33, 28, 31, 35, 32, 29, 34, 27, 37]
tried = 0


def as_fast_by_chance(chance):
    """Shuffle all durations; is the second half as fast as NEW?"""
    minutes = OLD + NEW
    chance.shuffle(minutes)
    return sum(minutes[10:]) <= sum(NEW)


def shuffle_often(rounds, seed, done, hits):
    """Do so many rounds; add to both numbers after each hundred."""
    global tried
    chance = random.Random(seed)
    for first in range(0, rounds, 100):
        size = min(100, rounds - first)
        found = sum(as_fast_by_chance(chance) for _ in range(size))
        tried += size
        with done.get_lock():  # (1)
            done.value += size
        with hits.get_lock():
            hits.value += found


if __name__ == "__main__":
    done = Value("i", 0)  # (2)
    hits = Value("i", 0)
    args = (1000, 0, done, hits)  # (3)
    worker = Process(target=shuffle_often, args=args)
    worker.start()
    worker.join()
    print(f"global: {tried}, Value: {done.value}")

# %%
# 1. One process at a time is inside this ``with``. ``+=`` reads *and* writes, and without the
#    lock another worker could write in between:
#    :ref:`sphx_glr_lessons_shared_memory_lost_updates.py`.
# 2. ``"i"`` is a C ``int``, and it overflows without an error: 2147483647 plus 1 is -2147483648.
#    It refuses a float with a ``TypeError``. Use ``"q"`` for larger numbers, ``"d"`` for floats,
#    and ``Value(ctypes.c_bool, False)`` for a boolean (``import ctypes``).
# 3. Pass it as an argument. A Value at the top of the file works under fork only
#    (:ref:`sphx_glr_lessons_shared_memory_pass_a_value.py`).
#
# Each process has a ``tried`` of its own: the worker's grew, main's stayed 0. The number of a
# Value lies in memory that both processes use. Write to ``done.value``, not to ``done``: after
# ``done = 5`` your name ``done`` means an ordinary ``int``.
#
# Show the progress while the workers run
# ---------------------------------------
# Now four workers shuffle. Main reads ``done`` a hundred times a second, and reports each
# quarter.

import sys
import time

ROUNDS = 10_000


def report_progress(workers, done, total):
    """Print each quarter, until all is done or no more can come."""
    for percent in [25, 50, 75, 100]:
        while True:
            codes = [worker.exitcode for worker in workers]
            if done.value >= total * percent / 100:
                break
            if any(codes) or None not in codes:
                return  # one has failed, or all have ended
            time.sleep(0.01)
        print(f"{percent} %")


def join_all(workers):
    """Wait for all; end the program if one failed."""
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        sys.exit("a worker failed")


if __name__ == "__main__":
    done, hits = Value("i", 0), Value("i", 0)
    workers = []
    for seed in [1, 2, 3, 4]:
        worker = Process(target=shuffle_often, args=(ROUNDS, seed, done, hits))
        worker.start()
        workers.append(worker)
    report_progress(workers, done, ROUNDS * len(workers))
    join_all(workers)
    print(f"by chance: {hits.value} of {done.value}")

# %%
# Two habits make that safe:
#
# - **Main does not wait for the number alone.** A worker that died or returned early never brings
#   it to the end. ``exitcode`` is ``None`` while a worker runs, 0 after a good end, and something
#   else after a bad one. So main stops waiting when one has failed or all have ended. (A worker
#   that is killed inside the ``with`` makes main hang in ``done.value``: :ref:`see below
#   <sphx_glr_lessons_shared_memory_value.py:a-worker-that-dies-while-it-holds-the-lock>`.)
# - **The workers add in portions**, a hundred rounds at once. Each ``with`` costs time and makes
#   the others wait.
#
# Read a total after ``join()``: before that, it is not final.
#
# Tell all workers to stop
# ------------------------
# A flag is a number too. Only main writes it, so it needs no lock, and ``lock=False`` leaves the
# lock out.


def shuffle_until_told(seed, done, stop):
    """Shuffle until the flag is set."""
    chance = random.Random(seed)
    while not stop.value:
        as_fast_by_chance(chance)
        with done.get_lock():
            done.value += 1
    print("told to stop")


if __name__ == "__main__":
    done = Value("i", 0)
    stop = Value("b", 0, lock=False)
    workers = []
    for seed in [1, 2]:
        worker = Process(target=shuffle_until_told, args=(seed, done, stop))
        worker.start()
        workers.append(worker)
    try:
        report_progress(workers, done, 2000)
    finally:  # also after Ctrl-C
        stop.value = 1
    join_all(workers)
    print("all workers have stopped")

# %%
# Each worker looked at the flag after every round and returned by itself. An
# :class:`~multiprocessing.Event` does the same, and a process can *wait* for it, too. But
# ``is_set()`` takes a lock at each look, so a Value suits a loop that looks often.
#
# If main is *killed*, it cannot set the flag, and the workers run on:
# :ref:`sphx_glr_lessons_spawning_parent_killed.py`.
#
# With ``lock=False`` you get the bare C number, as from
# :func:`~multiprocessing.sharedctypes.RawValue`. It has no ``get_lock()``, so let one process
# write it (:ref:`sphx_glr_lessons_shared_memory_raw_arrays.py`). The usual machines read and
# write so small a number in one piece, though the documentation does not promise it.
#
# A worker that dies while it holds the lock
# ------------------------------------------
# Reading ``.value`` takes the lock as well. The price of the second row crashes the worker.
#
# .. pair::
#
# (The resource tracker's warning under spawn and forkserver is our doing: we had to kill the
# program.)
#
# In the broken program the worker held the lock when it ended. The lock is a `semaphore
# <https://github.com/python/cpython/blob/3.14/Modules/_multiprocessing/semaphore.c>`__, and no
# operating system releases it when its holder dies. So main waits in ``total.value`` forever. An
# *exception* would have left the ``with`` and released it. A crash, ``kill()`` or the system's
# out-of-memory killer does not.
#
# In the cured program only the addition is inside. A worker can still be killed in that moment.
# So stop workers with a flag rather than with ``terminate()``. After a bad exit code read
# ``total.get_obj().value``, which takes no lock, and end the other workers with ``terminate()``:
# they may be waiting for the lock.
#
# When to use something else
# --------------------------
# - **Each worker has a result for you**: return it from a pool, where exceptions come back, too:
#   :ref:`sphx_glr_lessons_pools_pool_map.py`.
# - **You share several fields that belong together**: a Value can be a
#   :ref:`structure <sphx_glr_lessons_shared_memory_structures.py>`.
# - **You share text, a list or a dict.** Send it through a queue
#   (:ref:`sphx_glr_lessons_communication_queues.py`), or use a :ref:`Manager
#   <sphx_glr_lessons_shared_memory_manager_dict.py>`.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_shared_memory_pass_a_value.py`, if your workers are in a pool, or if
#   you got ``RuntimeError``.
# - :ref:`sphx_glr_lessons_shared_memory_shared_array.py`, for many numbers.

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_order = 10
# sphinx_gallery_lesson_short = "Value"
# sphinx_gallery_lesson_asked = ["share a variable between processes", "shared integer or flag"]
# sphinx_gallery_lesson_asked = ["global variable does not change", "shared counter"]
# sphinx_gallery_lesson_asked = ["show the progress of workers", "progress counter"]
# sphinx_gallery_lesson_asked = ["share a boolean between processes", "shared stop flag"]
# sphinx_gallery_lesson_asked = ["stop all workers from main", "typecode 'i' or 'd'"]
# sphinx_gallery_lesson_asked = ["a killed worker holds the lock", "Value overflows, negative"]
# sphinx_gallery_lesson_asked = ["Value without a lock, RawValue", "reading .value hangs"]
