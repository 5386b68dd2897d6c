"""
Share a block of bytes by its name: SharedMemory
================================================

All your workers need the same sound, image or other raw data, and change it. If you pass it as an
argument, every task gets a pickled copy. In short: create a
:class:`~multiprocessing.shared_memory.SharedMemory`, copy the data in once, and pass its *name*.
Each process opens the block by that name, and closes it. One process, once, calls ``unlink()``.
"""

# %%
# Pass the name to the workers of a pool
# --------------------------------------
# A recording is too quiet. Four tasks look for the loudest sample of a part each. Then four more
# amplify the parts in place.

from array import array
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from itertools import repeat
from math import sin
from multiprocessing.shared_memory import SharedMemory

SAMPLES = 88_200  # two seconds, two bytes a sample
PARTS = 4


def find_peak(name, first, end):
    """Return the loudest sample of a part."""
    with (  # (1)
        closing(SharedMemory(name)) as block,
        block.buf.cast("h") as samples,
    ):
        peak = max(abs(samples[n]) for n in range(first, end))
    print("loudest of this part:", peak)
    return peak


def amplify(name, first, end, factor):
    """Make the samples of a part louder."""
    with (
        closing(SharedMemory(name)) as block,
        block.buf.cast("h") as samples,
    ):
        for n in range(first, end):
            samples[n] = int(samples[n] * factor)


if __name__ == "__main__":
    tone = (n / 50 * sin(n / 20) for n in range(SAMPLES))
    quiet = array("h", map(int, tone)).tobytes()
    size = len(quiet)
    cuts = [SAMPLES * n // PARTS for n in range(PARTS + 1)]
    block = SharedMemory(create=True, size=size)
    try:
        block.buf[:size] = quiet  # (2)
        names = repeat(block.name)
        with ProcessPoolExecutor(PARTS) as executor:
            parts = (names, cuts[:-1], cuts[1:])
            peak = max(executor.map(find_peak, *parts))
            factor = repeat(32_767 / peak)
            for _ in executor.map(amplify, *parts, factor):
                pass  # an exception of a task comes here
        loud = array("h", block.buf[:size].tobytes())
    finally:
        block.close()
        block.unlink()  # (3)
    print("quiet:", peak, "loud:", max(map(abs, loud)))

# %%
# 1. ``SharedMemory(name)`` opens the block that has this name. ``buf`` is a
#    :class:`memoryview` of its bytes, ``cast("h")`` a view of them as 16-bit samples. ``with``
#    releases the view first, then closes the block.
# 2. Main copies the sound into the block, once. Both sides of ``=`` must have the same length.
# 3. Main removes the block, also when a task failed.
#
# The workers wrote into the block, and main found the louder sound in its own ``block``.
# Only a name and some numbers were pickled. (For so short a sound, a loop in main is quicker.)
#
# A block has no lock, and needs none here: no two tasks write the same sample. If two did,
# :ref:`updates would get lost <sphx_glr_lessons_shared_memory_lost_updates.py>`, and the workers
# would need a ``Lock`` (:ref:`how to pass it <sphx_glr_lessons_shared_memory_pass_a_value.py>`).
#
# close() in every process, unlink() once
# ---------------------------------------
# - ``close()`` ends the access of *this* ``SharedMemory`` object, and the block stays. Every
#   process calls it, also the one that created the block.
# - ``unlink()`` removes the *name*. One process does it, once. What is open stays usable, and
#   after the last ``close()`` the memory is free.

if __name__ == "__main__":
    block = SharedMemory(create=True, size=5)
    try:
        SharedMemory(block.name, create=True, size=5)
    except FileExistsError:
        print("name taken: FileExistsError")
    other = SharedMemory(block.name)
    name = block.name
    block.close()
    block.unlink()
    other.buf[:5] = b"hello"
    print("still open:", bytes(other.buf[:5]))
    print("size:", other.size)
    other.close()
    try:
        SharedMemory(name)
    except FileNotFoundError:
        print("name gone: FileNotFoundError")

# %%
# Let Python choose the name: one of your own is taken when your program runs twice at once. A
# second ``unlink()`` is a ``FileNotFoundError``. Keep the object while you use its ``buf``:
# a ``SharedMemory`` that is garbage-collected closes itself.
#
# A pool refuses an ``Array`` as an argument of a task, but the name is a string. You can pass the
# object, too: it is `pickled as its name
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/shared_memory.py#L193-L201>`__,
# and the worker must close its own object.
#
# .. platform:: Windows
#
#    ``unlink()`` does nothing. Windows removes the block when the last process has closed it, so
#    keep it open in main until all workers are done.
#
# BufferError: cannot close exported pointers exist
# -------------------------------------------------
# Two workers count the dark pixels of a photo, each in a slice of ``buf``.
#
# .. pair::
#
# 1. ``block.buf[first:end]`` is no copy. It is a second view of the memory.
# 2. ``close()`` `releases buf, then closes the mapping
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/shared_memory.py#L225>`__.
#    The mapping refuses while ``pixels`` exists: ``pixels`` would point to memory that is gone.
# 3. ``__del__()`` tries once more. Up to Python 3.13 that fails, too: ``Exception ignored``.
#
# The cure's ``with`` releases the view, as ``pixels.release()`` does. Or copy:
# ``bytes(block.buf[first:end])``.
#
# The block is larger than you asked for
# --------------------------------------
# On Linux a block has the size that you asked for, as above. macOS rounds it up to whole pages, of
# 4 or 16 KiB, and Windows does so for a process that opens it by name (`cpython#145954
# <https://github.com/python/cpython/issues/145954>`__). Pass your own size, and use
# ``buf[:size]``, not ``len(block.buf)`` or ``block.size``.
#
# What remains when a process dies
# --------------------------------
# - **A task raises**, or you press **Ctrl-C**: ``finally`` removes the block.
# - **A worker is killed**: main gets a ``BrokenProcessPool``. What was written stays, so a part
#   may be half amplified. To allow a retry, write into a second block.
# - **Main is killed**: the workers live on, and the block stays until :ref:`you end them
#   <sphx_glr_lessons_spawning_parent_killed.py>`. Then a helper process, the resource tracker,
#   removes it, on Linux and macOS.
#
# Under fork, create the block before the pool has its first task, as here. The end of a worker
# that was forked earlier removes the block's name: :ref:`it has a tracker of its own
# <sphx_glr_lessons_shared_memory_who_unlinks.py>`.
#
# Bus error: /dev/shm is full
# ---------------------------
# On Linux a block is a file in ``/dev/shm``, and a Docker container has `64 MB
# <https://docs.docker.com/reference/cli/docker/container/run/>`__ there. To create a block
# reserves nothing, so it succeeds. The process that writes the first byte too many is killed by
# ``SIGBUS``: ``Bus error``, exit code -7, and its ``finally`` does not run.
# ``shutil.disk_usage("/dev/shm").free`` tells what is free, and ``docker run --shm-size=1g``
# gives more.
#
# When to use something else
# --------------------------
# - **You start the processes yourself, to share numbers**: an ``Array`` has a type and a lock,
#   and needs no ``unlink()``.
# - **Each worker computes a part that main needs**: return it from the pool.
# - **The data is a file already**: map it with :mod:`mmap`.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_shared_memory_numpy_arrays.py`, for a loop that is too slow in Python.
# - :ref:`sphx_glr_lessons_shared_memory_who_unlinks.py`, if Python warns of leaked blocks.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 40
# sphinx_gallery_lesson_short = "SharedMemory"
# sphinx_gallery_lesson_asked = ["multiprocessing.shared_memory example", "close or unlink"]
# sphinx_gallery_lesson_asked = ["BufferError: cannot close exported pointers exist"]
# sphinx_gallery_lesson_asked = ["FileNotFoundError: [Errno 2] No such file or directory: '/psm_"]
# sphinx_gallery_lesson_asked = ["FileExistsError: [Errno 17] File exists: SharedMemory"]
# sphinx_gallery_lesson_asked = ["Bus error in Docker with shared memory, /dev/shm too small"]
# sphinx_gallery_lesson_asked = ["share bytes with the workers of a pool without pickling"]
# sphinx_gallery_lesson_asked = ["SharedMemory size is larger than requested"]
