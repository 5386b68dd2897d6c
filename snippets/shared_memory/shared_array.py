"""
Share a list of numbers between processes: Array
================================================

Several workers are to change the same numbers: the pixels of a picture, the bins of a histogram,
the cells of a simulation. In short: ``Array("d", size)`` lies in memory that all of them use, and
each worker should have a part of its own. Where two workers write the same element, they need the
lock. Without it, updates are lost.
"""

# %%
# Each worker its own part: no lock
# ---------------------------------
# A photo is too dark. Four workers brighten it in one shared array, and each of them has its own
# rows. No pixel is sent to them, and none comes back: main finds the result in the array.

import random
import sys
from itertools import pairwise
from multiprocessing import Array, Barrier, Process

WORKERS = 4


def dark_photo(rows=240, columns=320):
    """Return gray values from 0 to 255, one row after the other."""
    chance = random.Random(2026)
    return [chance.randrange(16) for _ in range(rows * columns)]


def brighten(pixels, first, end, start):
    """Brighten the pixels from first to end - 1."""
    start.wait(timeout=60)  # (1)
    for i in range(first, end):
        pixels[i] = min(255, pixels[i] * 16)
    print(f"brightened {end - first} pixels")


def run_all(workers):
    """Start all and wait for all; end the program if one failed."""
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        sys.exit("a worker failed")


if __name__ == "__main__":
    photo = dark_photo()
    pixels = Array("B", photo, lock=False)
    cuts = [len(photo) * n // WORKERS for n in range(WORKERS + 1)]
    start = Barrier(WORKERS)
    workers = []
    for first, end in pairwise(cuts):
        args = (pixels, first, end, start)
        workers.append(Process(target=brighten, args=args))
    run_all(workers)  # (2)
    looped = [min(255, gray * 16) for gray in photo]
    print("as in a loop:", pixels[:] == looped)

# %%
# 1. A :class:`~multiprocessing.Barrier` holds the workers until all four are there, so that they
#    really overlap. A program of yours does not need it.
# 2. An exception or a crash in one worker leaves its part of the array half done. Main learns of
#    it only from the exit code.
#
# ``cuts`` are the bounds, from 0 to the number of pixels in four equal steps, and ``pairwise``
# takes them two by two.
#
# ``"B"`` is a byte, ``"i"`` a C ``int``, ``"d"`` a float. A number that is too large wraps around
# without an error: in a ``"B"``, 256 becomes 0. That is what the ``min`` is for. ``Array("d",
# 3)`` is three zeros, ``Array("d", [3])`` one element. Without the lock an access is many times
# faster.
#
# All four bars in the timeline overlap, and the result is exact in every run, because no element
# has two writers. Before ``join()`` a worker may still be writing.
#
# Two workers write the same element: counts get lost
# ---------------------------------------------------
# Four workers count how often each gray value occurs. All add to the same bins, so here the array
# has its lock.
#
# .. pair::
#
# ``bins[gray] += 1`` is three steps: read, add, write. The array's lock is held in the first and
# in the third, but not between them. When two workers have both read 40, both write 41, and one
# count is lost.
#
# There is no error, only a wrong histogram. The cured program holds ``bins.get_lock()`` from the
# read to the write.
#
# .. chance::
#
#    How many counts are lost is different in each run. With three pixels instead of thousands the
#    workers hardly ever meet: such a program passes its tests and fails later, with real data.
#
# Count alone, then add under the lock
# ------------------------------------
# The cure above takes the lock once for each pixel, and the workers wait for each other. It is
# better to take it once for each worker.


def add_histogram(part, bins, start):
    """Count in a list of this worker, then add it to the bins."""
    start.wait(timeout=60)
    mine = [0] * len(bins)
    for gray in part:
        mine[gray] += 1
    with bins.get_lock():
        for gray, count in enumerate(mine):
            bins[gray] += count


if __name__ == "__main__":
    bins = Array("i", 256)
    workers = []
    for first, end in pairwise(cuts):
        args = (photo[first:end], bins, start)
        workers.append(Process(target=add_histogram, args=args))
    run_all(workers)
    print("counted", sum(bins), "of", len(photo))
    looped = [0] * 256
    for gray in photo:
        looped[gray] += 1
    print("as in a loop:", bins[:] == looped)

# %%
# A worker that is killed inside the ``with`` takes the lock with it, and all others wait
# (:ref:`see it happen
# <sphx_glr_lessons_shared_memory_value.py:a-worker-that-dies-while-it-holds-the-lock>`). Here the
# ``with`` is short. After a bad exit code, read ``bins.get_obj()[:]``, which takes no lock.
#
# Share a NumPy array: a view on the Array
# ----------------------------------------
# For millions of numbers a Python loop is too slow. Lay a NumPy array over the same memory:
#
# .. code-block:: python
#
#    import numpy as np
#
#    def brighten(pixels, first, end):  # lock=False
#        image = np.frombuffer(pixels, dtype=np.uint8)
#        bright = image[first:end].astype(int) * 16
#        image[first:end] = np.minimum(bright, 255)
#
#    def add_histogram(part, bins):  # with its lock
#        counts = np.frombuffer(bins.get_obj(), dtype=np.intc)
#        found = np.bincount(part, minlength=256)
#        with bins.get_lock():
#            counts += found
#
# `frombuffer <https://numpy.org/doc/stable/reference/generated/numpy.frombuffer.html>`__ copies
# nothing: what it writes, all processes see. ``dtype`` has to fit the typecode: ``np.uint8`` for
# ``"B"``, ``np.intc`` for ``"i"``, ``float`` for ``"d"``. NumPy's bytes wrap around, too, so
# ``astype(int)`` comes first. ``image.reshape(240, 320)`` gives you rows. Pass the *Array* to the
# process and make the view there. If you pass the view, the worker gets a copy under spawn and
# forkserver, and its changes are lost.
#
# An Array is no list
# -------------------

if __name__ == "__main__":
    numbers = Array("i", [10, 20, 30])
    copy = numbers[:]
    copy[0] = 99
    numbers[1:3] = [21, 31]
    print("copy:", copy, "array:", numbers[:])
    for wrong in [[1, 2], [1.5, 2.5, 3.5]]:
        try:
            numbers[:] = wrong
        except (TypeError, ValueError) as error:
            print(f"{type(error).__name__}: {error}")

# %%
# *Reading* a slice makes a copy, an ordinary list: the 99 did not reach the array. *Assigning* to
# a slice writes into the shared memory. The size is fixed, so there is no ``append``, and an
# ``"i"`` takes no float. An Array holds numbers of one type only. For a list of texts, or of
# anything else, use :ref:`Manager().list() <sphx_glr_lessons_shared_memory_manager_dict.py>`, a
# :ref:`ShareableList <sphx_glr_lessons_shared_memory_shareable_list.py>` or a queue.
#
# When to use something else
# --------------------------
# - **Each worker computes a part**, and main needs it at the end: return it from a pool
#   (:ref:`sphx_glr_lessons_pools_pool_map.py`).
# - **The numbers must reach processes that run already**: a block of
#   :class:`~multiprocessing.shared_memory.SharedMemory` :ref:`is opened by its name
#   <sphx_glr_lessons_shared_memory_blocks.py>`, also :ref:`with NumPy
#   <sphx_glr_lessons_shared_memory_numpy_arrays.py>`. If you start the processes yourself, an
#   Array with a NumPy view is as fast, for large data, too.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_shared_memory_lost_updates.py`, for the race in slow motion and what a
#   lock costs.
# - :ref:`sphx_glr_lessons_shared_memory_pass_a_value.py`, if your workers are in a pool: an Array
#   is passed as a Value is.

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_order = 20
# sphinx_gallery_lesson_short = "Array"
# sphinx_gallery_lesson_asked = ["share a list between processes", "array without a lock"]
# sphinx_gallery_lesson_asked = ["share a numpy array between processes, np.frombuffer"]
# sphinx_gallery_lesson_asked = ["several processes write to the same array"]
# sphinx_gallery_lesson_asked = ["multiprocessing.Array of floats", "split an array among workers"]
# sphinx_gallery_lesson_asked = ["slice of an Array is a copy", "share large data without copying"]
# sphinx_gallery_lesson_asked = ["synchronize workers: start at the same time, Barrier"]
# sphinx_gallery_lesson_asked = ["Array or SharedMemory", "histogram with several processes"]
# sphinx_gallery_lesson_asked = ["append to an Array"]
