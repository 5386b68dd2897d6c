"""
SharedMemoryManager: free many shared memory blocks at once
===========================================================

You make shared memory blocks in a loop, one for each picture or message, and have to unlink every
one of them, also when something fails in the middle. In short: make them with
``smm.SharedMemory(size)`` inside ``with SharedMemoryManager() as smm:``. At its end the manager
unlinks all of them, after an exception as well, but not if main is killed.
"""

# %%
# A block for each picture of an archive
# --------------------------------------
# Main unpacks a ZIP file and puts each picture into a :ref:`block of its own
# <sphx_glr_lessons_shared_memory_blocks.py>`. How many there are, and how large, main learns only
# while it reads. Two workers compute the brightness of each picture, from 0 to 255.

import io
import zipfile
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing.managers import SharedMemoryManager
from multiprocessing.shared_memory import SharedMemory


def make_archive():
    """Return a ZIP file of grey pictures, a byte a pixel."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for darkest in [0, 100, 50]:
            row = bytes(range(darkest, 256))
            archive.writestr(f"from{darkest}.raw", row * 100)
    return file


def share(smm, data):
    """Return a new block that holds the data."""
    size = len(data)
    new = smm.SharedMemory(size)  # (1)
    new.buf[:size] = data
    return new


def brightness(name, size):
    """Return the average of all pixels."""
    block = SharedMemory(name)
    try:
        with block.buf[:size] as pixels:
            return round(sum(pixels) / size, 1)
    finally:
        block.close()


if __name__ == "__main__":
    with (
        ExitStack() as to_close,  # (2)
        SharedMemoryManager() as smm,
        ProcessPoolExecutor(2) as pool,
        zipfile.ZipFile(make_archive()) as archive,
    ):
        futures = {}
        for info in archive.infolist():
            block = share(smm, archive.read(info))
            to_close.callback(block.close)
            args = (block.name, info.file_size)
            future = pool.submit(brightness, *args)
            futures[info.filename] = future
        for picture, future in futures.items():
            print(picture, future.result())

# %%
# 1. :meth:`~multiprocessing.managers.SharedMemoryManager.SharedMemory` always makes a new block,
#    and Python chooses the name. The size must be 1 at least. ``smm.ShareableList(items)`` makes a
#    :ref:`ShareableList <sphx_glr_lessons_shared_memory_shareable_list.py>` that is freed as well.
# 2. The manager unlinks, but it does not close. Each process still closes the blocks that it has
#    open. In main the ``ExitStack`` does: at its end it calls all that ``callback()`` gave it.
#
# A ``with`` leaves its parts from the last to the first. So the pool ends before the manager, and
# no worker looks for a block that is gone.
#
# Where the blocks are
# --------------------
# The timeline shows one more process, the manager's. It holds no data:
#
# 1. The ``with`` starts the server process of the manager.
# 2. ``smm.SharedMemory(size)`` makes the block `in main
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/managers.py#L1416-L1426>`__,
#    and sends its name to the server, which keeps a list.
# 3. Workers attach by name. They do not know of the manager.
# 4. At the end of the ``with`` the server `unlinks each name on its list
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/managers.py#L1356-L1359>`__,
#    and ends.
#
# Freed after an exception, too
# -----------------------------
# Here an exception leaves the ``with``:

if __name__ == "__main__":
    try:
        with SharedMemoryManager() as smm:
            note = smm.ShareableList(["hello", 5])
            raise ValueError("on purpose")
    except ValueError as error:
        print("left by:", error)
    try:
        SharedMemory(note.shm.name).close()
    except FileNotFoundError:
        print("the name is gone")
    print("main still reads:", list(note))
    note.shm.close()

# %%
# No process can attach any more: a task that starts later gets ``FileNotFoundError``. Main had the
# block open, and can read it until ``close()``. To hand data out of the ``with``, return a
# copy, such as ``list(note)``.
#
# .. platform:: Windows
#
#    Nothing is unlinked there. A block goes when the last process has closed it, so this program
#    still finds the name. Keep main's blocks open until the ``with`` has ended, as ``ExitStack``
#    does.
#
# Do not unlink a block of the manager
# ------------------------------------
# This program frees the second block itself:
#
# .. pair::
#
# 1. At the end the server goes through its list and attaches to each name to unlink it.
# 2. The second is gone, and ``FileNotFoundError`` `ends the loop
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/managers.py#L1306-L1318>`__
#    before the third.
# 3. So the server does not end. Main is not told of the error: it waits for a second, and
#    terminates the server.
# 4. The third block stays until the program ends. Then the resource tracker warns and unlinks it.
#
# The manager has no method that frees a single block. Give each batch a manager of its own, or make
# a block that should go early with a plain ``SharedMemory(create=True, ...)``.
#
# Ctrl-C, and a main that is killed
# ---------------------------------
# - **Ctrl-C**: the server `ignores it
#   <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/managers.py#L589>`__. Main
#   leaves the ``with``, and all is freed.
# - **Main is killed** on Linux or macOS, by ``kill PID`` or ``kill -9``: the server does not
#   notice, and lives on. As long as it lives, the resource tracker waits, too, so *all blocks
#   stay* until you end the server with ``kill``. (Without a manager, the tracker would have
#   unlinked them.) You can prepare for ``kill PID``: after ``signal.signal(signal.SIGTERM,
#   lambda *_: sys.exit(1))`` it makes main leave the ``with``.
#
# Without a ``with``: ``start()`` and ``shutdown()``
# --------------------------------------------------
# Where no ``with`` fits, as in a class, call ``smm.start()`` and, at the end, ``smm.shutdown()``.
# Keep ``smm`` as long as the blocks: when no variable holds it any more, or main ends normally,
# Python shuts it down, and the blocks are freed.
#
# A worker makes a block for main
# -------------------------------
# That helps if only the worker knows how large its result is. Send it ``smm.address``. In the
# worker, ``other = SharedMemoryManager(address=address)`` and ``other.connect()`` lead to the same
# server. ``other.SharedMemory(size)`` makes the block, and the worker returns its name. On Windows,
# the worker must keep the block open until main has attached.
#
# When you need no manager, or no block
# -------------------------------------
# - For one block, or a known few, use ``try`` and ``finally``. That starts no server, and after
#   ``kill -9`` the tracker still cleans up (:ref:`the program
#   <sphx_glr_lessons_shared_memory_who_unlinks.py>`).
# - Small data for a single worker, such as each picture here, is simpler as an argument of
#   ``submit()``. Blocks are for large data, or for data that several workers read.
# - If the data is in files, send the workers the paths instead.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_shared_memory_who_unlinks.py`, for the tracker and its warning.
# - :ref:`sphx_glr_lessons_shared_memory_shared_array.py`, for numbers without names.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 60
# sphinx_gallery_lesson_short = "SharedMemoryManager"
# sphinx_gallery_lesson_asked = ["free all shared memory blocks at once"]
# sphinx_gallery_lesson_asked = ["SharedMemoryManager example", "unlink automatically"]
# sphinx_gallery_lesson_asked = ["SharedMemoryManager or SharedMemory"]
# sphinx_gallery_lesson_asked = ["FileNotFoundError after the with of SharedMemoryManager"]
# sphinx_gallery_lesson_asked = ["free one block of a SharedMemoryManager"]
# sphinx_gallery_lesson_asked = ["SharedMemoryManager keeps running after main was killed"]
# sphinx_gallery_lesson_asked = ["a worker creates shared memory for the parent"]
