"""
RawArray and RawValue: shared numbers without a lock
====================================================

An ``Array`` takes its lock for each element that you read or write, although no two of your
workers touch the same one. In short: ``RawArray("d", size)`` is the same shared memory without a
lock. It is right as long as each element has one writer, and no reader needs several elements
that fit together. If two processes change the same number, updates get lost.
"""

# %%
# One array to read, one to write
# -------------------------------
# The log of a sensor has thousands of noisy readings. Two workers smooth them: they take the mean
# of each reading and its neighbors. No reading is sent to a worker, and no mean is sent back.

import random
import sys
from itertools import pairwise
from multiprocessing import Process
from multiprocessing.sharedctypes import RawArray

WORKERS = 2


def smooth(readings, means, first, end):
    """Write the means from first to end - 1."""
    for i in range(first, end):
        near = readings[max(0, i - 100) : i + 101]
        means[i] = sum(near) / len(near)
    print(f"wrote {end - first} means")


def run_all(workers):
    """Start all and wait for all; end the program if one failed."""
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        sys.exit("a worker failed")


if __name__ == "__main__":
    rng = random.Random(2026)
    log = [20 + rng.gauss(0, 2) for _ in range(20_000)]
    size = len(log)
    readings = RawArray("d", log)  # (1)
    means = RawArray("d", size)  # (2)
    borders = [size * n // WORKERS for n in range(WORKERS + 1)]
    workers = [  # (3)
        Process(target=smooth, args=(readings, means, first, end))
        for first, end in pairwise(borders)
    ]
    run_all(workers)
    alone = [0.0] * size
    smooth(log, alone, 0, size)
    print("same as without workers:", means[:] == alone)

# %%
# 1. ``"d"`` is a float. The array gets a copy of the list before any worker starts.
# 2. With a size instead of a list, all elements are 0.
# 3. Pass both arrays as arguments. Like a Value, a raw array can be handed over only when a
#    process starts (:ref:`sphx_glr_lessons_shared_memory_pass_a_value.py`). In a task of a pool
#    you get ``RuntimeError: c_double_Array_20000 objects should only be shared between processes
#    through inheritance``: put it in the pool's ``initargs``.
#
# Without a lock, no worker waits for another, even if that one is killed. But the killed
# worker leaves its part of ``means`` half done. Only the exit code tells main, so ``run_all``
# checks it.
#
# What ``lock=True`` adds
# -----------------------
# It is the default of ``Array`` and ``Value``, which ``multiprocessing`` takes from
# ``multiprocessing.sharedctypes``. First three without it, then three with it:

from multiprocessing.sharedctypes import Array, Value, synchronized

if __name__ == "__main__":
    bare = RawArray("d", 3)
    wrapped = synchronized(bare)
    wrapped[0] = 1.5
    print(bare[:], wrapped.get_obj() is bare)
    without = [bare, Array("d", 3, lock=False), Value("d", lock=False)]
    for numbers in [*without, wrapped, Array("d", 3), Value("d")]:
        has_lock = hasattr(numbers, "get_lock")
        print(f"{type(numbers).__name__}, lock: {has_lock}")

# %%
# - ``Array("d", 3, lock=False)`` *is* a ``RawArray``, a plain ctypes array, and
#   ``Value("d", lock=False)`` a ``RawValue``.
# - ``Array("d", 3)`` makes a raw one too, and puts a wrapper with an ``RLock`` around it
#   (`the source
#   <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/sharedctypes.py#L84-L96>`__).
#   The wrapper takes the lock for each access. ``get_lock()`` returns that lock.
# - :func:`~multiprocessing.sharedctypes.synchronized` wraps a raw object that you have.
#   Both are the same memory: the 1.5 is in ``bare``.
#
# ``AttributeError: 'c_double_Array_3' object has no attribute 'get_lock'`` tells you that yours
# is raw. If you need the lock, use ``Array``.
#
# NumPy takes a raw array directly, without ``get_obj()``: ``np.frombuffer(readings)`` is a view
# of the ``"d"`` array. For an ``"i"`` array, add ``dtype=np.intc``.
#
# Two processes add to a RawValue: updates get lost
# -------------------------------------------------
# Two workers count primes, and both add to one number.
#
# .. pair::
#
# ``primes.value += ...`` reads the number, counts, and writes the sum. What the other worker has
# added in the meantime is overwritten (:ref:`in slow motion
# <sphx_glr_lessons_shared_memory_lost_updates.py>`). The cured program counts first, and then
# adds under the lock.
#
# Call ``synchronized`` once, in main, and pass the *wrapped* object. Each call makes a new lock,
# and if each worker wraps the raw one itself, they hold two locks and still lose updates. In a
# new program write ``Value("i", 0)``, which does it in one step. ``synchronized(raw, lock)`` is
# useful where one lock has to cover several objects.
#
# One writer, and still a torn picture
# ------------------------------------
# A camera process writes one picture after the other into a shared array, and all pixels of a
# picture have the same gray. Main looks again and again: does it ever see a *torn* picture, half
# old and half new?
#
# .. pair:: raw_arrays-torn
#
# ``frame[:] = ...`` writes one element after the other, and main reads in the middle of it. Each
# single number was right, the new one or an old one, but they did not belong together. The
# wrapped array holds its lock for the whole slice, in the camera and in main. But if the camera
# is killed while it writes, main now :ref:`waits forever
# <sphx_glr_lessons_shared_memory_value.py:a-worker-that-dies-while-it-holds-the-lock>`.
#
# When a raw array is right
# -------------------------
# - **It is filled before the workers start**, and then only read.
# - **Each worker writes a part of its own**, and main reads it after ``join()``.
# - **It has one writer, and each number has its meaning by itself**: how far the work is, or a
#   flag to stop. The reader may get an old one. The manual of
#   :func:`~multiprocessing.sharedctypes.RawArray` calls access to an element "potentially
#   non-atomic", though the usual 64-bit machines write a number of up to eight bytes in one
#   piece.
#
# Do not use a raw flag to say that a raw array is ready. On ARM, such as Apple's and many
# servers, another process may see the flag `before the data
# <https://www.kernel.org/doc/Documentation/memory-barriers.txt>`__. Use an
# :class:`~multiprocessing.Event` or a queue.
#
# A status text: ``.value`` and ``.raw``
# --------------------------------------

if __name__ == "__main__":
    status = RawArray("c", 12)
    for text in [b"smoothing", b"done"]:
        status.value = text
        print(status.value, status.raw)

# %%
# An array of ``"c"`` holds bytes. ``.value`` ends at the first zero byte. ``.raw`` is the whole
# array, with the rest of the older text. A text of more than 12 bytes is a ``ValueError``.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_shared_memory_lost_updates.py`, if two processes have to change the
#   same number.
# - :ref:`sphx_glr_lessons_shared_memory_shared_array.py`, for the ``Array`` with a lock, and more
#   on NumPy.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 25
# sphinx_gallery_lesson_short = "RawArray"
# sphinx_gallery_lesson_asked = ["RawArray or Array", "RawValue without a lock"]
# sphinx_gallery_lesson_asked = ["object has no attribute 'get_lock'"]
# sphinx_gallery_lesson_asked = ["put a lock around a RawArray, synchronized"]
# sphinx_gallery_lesson_asked = ["np.frombuffer of a RawArray", "is RawArray process-safe"]
# sphinx_gallery_lesson_asked = ["c_double_Array objects should only be shared between processes"]
# sphinx_gallery_lesson_asked = ["shared char array, value and raw"]
