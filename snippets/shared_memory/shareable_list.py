"""
Share a list of texts between processes: ShareableList
======================================================

Tasks in a pool should report how far they are, in a list that main can read at any time. The
usual choice is ``Manager().list()``: it grows, takes any type, and a single read or write needs
no lock. A ``ShareableList`` does without the manager's process and a message for each access. In
short: ``ShareableList(["waiting"] * 6)`` holds numbers, texts, bytes and ``None``. Its length and
the size of each item are fixed. Hold a lock of your own while you read or write.
"""

# %%
# A board on which each task writes its state
# -------------------------------------------
# Six tasks add up the sales of shops. Main looks when the first is done.

import random
import sys
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from multiprocessing import Lock
from multiprocessing.shared_memory import ShareableList

CITIES = ["bern", "gent", "graz", "nice", "oslo", "rome"]


def read_sales(city):
    """Return the rows of the file of a city, made up here."""
    chance = random.Random(city)
    return [str(chance.randrange(1000)) for _ in range(50_000)]


def keep(*shared):
    """Make the lock and the board globals of this worker."""
    global lock, board
    lock, board = shared


def report(place, state):
    """Write the state while no other process reads or writes."""
    with lock:
        board[place] = state


def add_up(place, city):
    """Return the sum of the sales; keep the state on the board."""
    report(place, "reading")
    rows = read_sales(city)
    report(place, "adding")
    cents = sum(int(row) for row in rows)
    report(place, "done")
    return cents


if __name__ == "__main__":
    lock = Lock()
    states = ["waiting"] * len(CITIES)
    board = ShareableList(states)  # (1)
    shared = (lock, board)  # (2)
    try:
        executor = ProcessPoolExecutor(2, initializer=keep, initargs=shared)
        with executor:
            tasks = enumerate(CITIES)
            futures = [executor.submit(add_up, *task) for task in tasks]
            wait(futures, return_when=FIRST_COMPLETED)
            with lock:
                print("first look:", *board)
                if "waiting" in board:
                    print("next:", CITIES[board.index("waiting")])
        print("at the end:", board.count("done"), "done")
        for city, state, future in zip(CITIES, board, futures, strict=True):
            if error := future.exception():
                sys.exit(f"{city}: {state}: {error!r}")
        print([future.result() for future in futures])
    finally:
        board.shm.close()
        board.shm.unlink()  # (3)

# %%
# 1. The values that you give to :class:`~multiprocessing.shared_memory.ShareableList` decide its
#    length and the size of each item. There is no ``append`` and no slice.
# 2. Each worker gets both as it starts: a lock cannot be an argument of a task
#    (:ref:`why <sphx_glr_lessons_shared_memory_pass_a_value.py>`). The list can, or goes through a
#    queue: pickling it sends only the name of its block.
# 3. The block is ``board.shm``. :meth:`~multiprocessing.shared_memory.SharedMemory.close` ends its
#    use in this process, :meth:`~multiprocessing.shared_memory.SharedMemory.unlink` deletes it.
#    Call that once, when no task needs the list any more.
#
# .. chance::
#
#    How far the other tasks were at the first look differs from run to run.
#
# ``count()``, ``index()``, ``for`` and ``in`` work as with a list. If a task raises or its
# worker is killed, ``future.exception()`` has the error, and the board has the last state.
#
# Why even a reader needs the lock
# --------------------------------
# An assignment `writes the type of the item and then its bytes
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/shared_memory.py#L451-L482>`__,
# and clears each of the two first. Without a lock, a reader in between gets an empty text, the old
# bytes as the new type, or ``ValueError: not enough values to unpack``. One writer for each item
# does not prevent it. After ``with executor`` no worker runs, so main reads without the lock.
#
# ``board[0] += 1`` reads, adds and writes: hold the lock around all of it
# (:ref:`sphx_glr_lessons_shared_memory_lost_updates.py`).
#
# A worker that is killed *while it holds the lock* keeps it, and main hangs at its next look. When
# one worker dies, the executor kills the others, which may hold it. In main,
# ``lock.acquire(timeout=5)`` returns ``False`` then.
#
# What fits into an item: 8 bytes, 16, 24
# ---------------------------------------

import struct

if __name__ == "__main__":
    items = ShareableList(["waiting", 0, "Brønnøy"])
    print("format:", items.format)
    changes = [(0, "finished"), (0, "cancelled"), (1, 2**63)]
    for place, value in changes:
        try:
            items[place] = value
            print(value)
        except (ValueError, struct.error) as error:
            print(f"{value}: {type(error).__name__}")
    print(items[2])
    items.shm.close()
    items.shm.unlink()

# %%
# In :attr:`~multiprocessing.shared_memory.ShareableList.format`, ``8s`` is room for 8 bytes, ``q``
# an integer. Each number, bool or ``None`` has 8 bytes.
#
# - **A text gets the next multiple of 8** above its length. ``finished`` just fits, ``cancelled``
#   is a ``ValueError``: ``bytes/str item exceeds available storage``. Begin with a placeholder of
#   the greatest length, ``"-" * 39`` for 40 bytes.
# - **An integer has 64 bits.** A larger one is a ``struct.error``.
# - **The room is counted in characters, the text needs bytes.** An ``ø`` has two bytes, and the
#   last letter of ``Brønnøy`` was cut off without an error (a `known bug
#   <https://github.com/python/cpython/issues/145261>`__). A cut *inside* a letter is a
#   ``UnicodeDecodeError`` when you read the item. Begin with an ASCII placeholder and assign the
#   text: then it fits, or you get the ``ValueError``.
#
# Any other type is a ``KeyError``.
#
# Bytes that end in zero come back shorter
# ----------------------------------------
# A child writes the SHA-256 digest of each page, 32 bytes.
#
# .. pair::
#
# 1. The room of an item is larger than its value, and ``struct`` fills it with zero bytes.
# 2. When you read it, ShareableList `strips all zero bytes at the end
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/shared_memory.py#L290>`__,
#    the value's own too.
#
# A digest ends in a zero byte once in 256 times (a `known bug
# <https://github.com/python/cpython/issues/106939>`__). The cured program writes hexadecimal
# digits. Or append a byte, ``digest + b"."``, and read ``index[n][:-1]``.
#
# A block that is deleted too late, or too early
# ----------------------------------------------
# If your program ends without ``unlink()``, its *resource tracker* deletes the block and warns of
# ``leaked shared_memory objects`` (:ref:`sphx_glr_lessons_shared_memory_who_unlinks.py`). A
# tracker also deletes what was only opened:
#
# - **Make the list before the pool.** Then all workers share main's tracker. Under fork an earlier
#   worker starts its own, which deletes the block when that worker ends.
# - **A program that multiprocessing did not start** has a tracker of its own, too. If it opens the
#   list by name, the block is deleted when that program ends. ``SharedMemory`` has
#   ``track=False`` against this since Python 3.13, ``ShareableList`` has not.
#
# .. platform:: Windows
#
#    There is no tracker, and ``unlink()`` does nothing. The block is gone when no process has it
#    open, so do not close it in main while tasks are waiting.
#
# When to use something else
# --------------------------
# - **Main needs each change, not the last one**: a queue
#   (:ref:`sphx_glr_lessons_communication_queues.py`).
# - **Numbers only**: an Array has a lock and slices
#   (:ref:`sphx_glr_lessons_shared_memory_shared_array.py`).
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_shared_memory_manager_dict.py`, for a list that grows.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 55
# sphinx_gallery_lesson_short = "ShareableList"
# sphinx_gallery_lesson_asked = ["share a list of strings between processes"]
# sphinx_gallery_lesson_asked = ["ValueError: bytes/str item exceeds available storage"]
# sphinx_gallery_lesson_asked = ["ShareableList removes trailing zeros of bytes"]
# sphinx_gallery_lesson_asked = ["ShareableList append", "ShareableList or Manager().list()"]
# sphinx_gallery_lesson_asked = ["pass a shared list to pool tasks", "ShareableList lock"]
# sphinx_gallery_lesson_asked = ["UnicodeDecodeError in a ShareableList", "close() and unlink()"]
