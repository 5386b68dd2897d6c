"""
Share a NumPy array between processes
=====================================

Your workers all need the same large array, or each fills in a part of it. As an argument of a
task the array is pickled: every task gets a copy, and its changes are lost. In short: copy the
array into a :class:`~multiprocessing.shared_memory.SharedMemory` block, and pass the block's
name, the shape and the dtype. Each process opens the block and makes its array with
``np.ndarray(shape, dtype, buffer=block.buf)``. Keep ``block`` as long as you use the array.
"""

# %%
# Each worker its own rows
# ------------------------
# A weather service has a year of readings for 200 stations, a row for each. Four tasks
# standardize the rows in place, by each station's mean and deviation, and return how many hours
# were extreme.

import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.shared_memory import SharedMemory

import numpy as np

STATIONS, HOURS = 200, 8_760
ROWS = 50  # in a task


def standardize(name, shape, dtype, first, end):
    """Change some rows in place; return how many hours are extreme."""
    block = SharedMemory(name)
    try:
        readings = np.ndarray(
            shape,
            dtype,
            buffer=block.buf,  # (1)
        )
        rows = readings[first:end]
        rows -= rows.mean(axis=1, keepdims=True)
        rows /= rows.std(axis=1, keepdims=True)
        extreme = int((abs(rows) > 4).sum())
    finally:
        block.close()
    print(f"rows {first} to {end - 1}: {extreme} extreme")
    return extreme


def share(measured):
    """Return the standardized readings, and how many are extreme."""
    shape, dtype = measured.shape, measured.dtype
    size = measured.nbytes
    block = SharedMemory(create=True, size=size)
    try:
        readings = np.ndarray(shape, dtype, buffer=block.buf)
        readings[:] = measured  # (2)
        handle = (block.name, shape, dtype)
        print("pickled array:", len(pickle.dumps(measured)), "bytes")
        print("name, shape, dtype:", len(pickle.dumps(handle)), "bytes")
        with ProcessPoolExecutor(4) as executor:
            futures = [
                executor.submit(standardize, *handle, row, row + ROWS)
                for row in range(0, STATIONS, ROWS)
            ]
            extreme = sum(future.result() for future in futures)
        result = readings.copy()  # (3)
        return result, extreme
    finally:
        block.close()
        block.unlink()


if __name__ == "__main__":
    chance = np.random.default_rng(2026)
    measured = chance.normal(15, 8, (STATIONS, HOURS))
    standard, extreme = share(measured)
    print("extreme hours:", extreme)
    looped = np.array([(row - row.mean()) / row.std() for row in measured])
    print("as in a loop:", np.allclose(standard, looped))

# %%
# 1. `np.ndarray <https://numpy.org/doc/stable/reference/generated/numpy.ndarray.html>`__ with a
#    ``buffer`` copies nothing. It reads the block's bytes as numbers of this type and shape, so
#    every process has to use the same ones.
# 2. ``readings[:] =`` copies into the block. ``readings = measured`` would only bind the name.
# 3. A copy, made while the block is open. ``readings`` itself must not leave this function.
#
# The first two lines show what it saves. As an argument, the array would be pickled, sent through
# a pipe and unpickled for each task. The name, the shape and the dtype are a few bytes, whatever
# the size of the array. ``rows`` is a view, so ``-=`` and ``/=`` write into the block, and main
# sees it. A task returns a number, or a copy, and never such a view.
#
# For a few operations like these, NumPy in one process is quick enough: measure first.
#
# If a task raises, ``future.result()`` raises it in main, and the ``finally`` removes the block.
# The rules for blocks hold: ``close()`` in each process, ``unlink()`` once, and a full
# ``/dev/shm`` ends in a ``Bus error`` (:ref:`sphx_glr_lessons_shared_memory_blocks.py`).
#
# Segmentation fault: the array outlived its block
# ------------------------------------------------
# It is tempting to open the array in a helper function.
#
# .. pair::
#
# 1. The helper returned the array. Its variable ``block`` ended with the call.
# 2. Nothing else refers to that object, so Python destroys it, and ``SharedMemory.__del__()``
#    `closes the block
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/shared_memory.py#L187>`__.
#    An array made by ``np.ndarray`` does not keep it open.
# 3. The memory is no longer mapped. ``heights.mean()`` reads it, and the kernel kills the child
#    with ``SIGSEGV``. No ``except`` or ``finally`` in the child can help: only the exit code tells
#    main.
#
# The cure returns both, and the caller closes the block after its last use of the array. To read
# ``heights`` after ``close()`` is the same mistake. It crashes, or silently reads what is
# mapped there by then, such as the next block (`numpy#23305
# <https://github.com/numpy/numpy/issues/23305>`__). An executor reports a crash as
# ``BrokenProcessPool``.
#
# ``np.frombuffer(block.buf, dtype, count).reshape(shape)`` is safer: while such an array exists,
# the memory stays mapped, and ``close()`` raises ``BufferError: cannot close exported pointers
# exist``. So ``del`` every array and view before ``close()``. In the helper above, where
# ``block`` is destroyed first, such an array stays good, and Python prints the error as ignored
# (`cpython#155003 <https://github.com/python/cpython/issues/155003>`__). ``count`` is the number
# of items. Without it you get more than yours where the block was rounded up to whole pages
# (macOS, Windows).
#
# What cannot be shared, and what gets lost
# -----------------------------------------
# - **dtype=object**: such an array holds pointers, and an address of one process means nothing in
#   another. ``np.ndarray`` does not refuse it. Under fork a worker may find the objects by luck,
#   otherwise it crashes. ``np.frombuffer`` raises a ``ValueError``. Texts of a fixed length
#   (``"U10"``) and structured dtypes are fine.
# - **Parts that overlap**: ``counts += found`` reads and then writes. If two workers do it to the
#   same elements, :ref:`updates get lost <sphx_glr_lessons_shared_memory_lost_updates.py>`. Give
#   each worker its own rows, or take a lock.
# - **A larger array**: the size is fixed. ``np.append`` and ``readings = readings * 2`` make a
#   new array that is not shared. ``readings *= 2`` writes into the block.
#
# SharedMemory, Array, memmap or threads?
# ---------------------------------------
# - **Threads**: `many operations of NumPy release the GIL
#   <https://numpy.org/doc/stable/reference/thread_safety.html>`__, and threads share all arrays
#   as they are. For large arrays, try ``ThreadPoolExecutor`` first.
# - **Array**: if you start the processes yourself, ``numbers = Array("d", n)`` has a lock and
#   removes itself, and ``np.frombuffer(numbers.get_obj())`` is an array over its memory
#   (:ref:`sphx_glr_lessons_shared_memory_shared_array.py`).
# - **A file**: ``np.load(path, mmap_mode="r")`` or ``np.memmap`` in each worker, for data that is
#   in a file, is larger than the memory, or has to outlive the program.
# - **joblib** writes a large argument into such a file by itself, and `its workers map it
#   <https://joblib.readthedocs.io/en/stable/parallel.html>`__, for reading.
# - **Results**: if the workers only make new arrays, return them, unless pickling takes too long.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_shared_memory_blocks.py`, for names, sizes, and killed workers.
# - :ref:`sphx_glr_lessons_shared_memory_lost_updates.py`, if workers write the same elements.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 45
# sphinx_gallery_lesson_short = "NumPy arrays"
# sphinx_gallery_lesson_needs = ["numpy"]
# sphinx_gallery_lesson_asked = ["numpy array in shared memory", "np.ndarray buffer=shm.buf"]
# sphinx_gallery_lesson_asked = ["numpy multiprocessing without copying or pickling the array"]
# sphinx_gallery_lesson_asked = ["segmentation fault with SharedMemory and numpy"]
# sphinx_gallery_lesson_asked = ["workers fill in parts of one numpy array"]
# sphinx_gallery_lesson_asked = ["share an array of dtype object between processes"]
# sphinx_gallery_lesson_asked = ["np.memmap or SharedMemory", "joblib memmapping"]
