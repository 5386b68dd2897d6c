"""
Share a struct or record between processes: ctypes.Structure
============================================================

Each worker should keep a small record that the parent can read at any time: how many files are
done, the total so far, the name of the current file. In short: describe the record as a
``ctypes.Structure``, share one with ``Value(Progress)`` or a table of them with ``Array(Progress,
2)``, and hold the lock while you read or write fields that belong together.
"""

# %%
# A table of records: a row for each worker
# -----------------------------------------
# Two workers add up the sales of shops, one file after the other. Main shows the table when half
# of the files are done, and at the end.

import ctypes
import random
import sys
import time
from multiprocessing import Array, Process
from multiprocessing.sharedctypes import copy

CITIES = ["bern", "bonn", "brno", "cork", "gent", "graz"]
CITIES += ["lodz", "lyon", "nice", "oslo", "riga", "rome"]
FileName = ctypes.c_char * 16  # (1)


class Progress(ctypes.Structure):
    """What a worker has done so far."""

    _fields_ = [
        ("done", ctypes.c_int),
        ("cents", ctypes.c_longlong),
        ("file", FileName),
    ]


def read_sales(city):
    """Return the rows of the file of a city, made up here."""
    chance = random.Random(city)
    return [str(chance.randrange(1000)) for _ in range(50_000)]


def add_up(cities, table, place):
    """Add up all files; keep the record at this place."""
    mine = table[place]  # (2)
    for city in cities:
        with table.get_lock():
            mine.file = f"{city}.csv".encode()
        cents = sum(int(row) for row in read_sales(city))
        with table.get_lock():
            mine.done += 1
            mine.cents += cents


def snapshot(table):
    """Return a copy of each record, all of one moment."""
    with table.get_lock():  # (3)
        return [copy(row) for row in table]


def wait_until_done(count, table, workers):
    """Return when so many files are done, or a worker has ended."""
    while all(worker.is_alive() for worker in workers):
        if sum(row.done for row in snapshot(table)) >= count:
            return
        time.sleep(0.01)


def show(rows):
    """Print a line for each worker."""
    for row in rows:
        print(f"{row.done} done, {row.cents} cents, {row.file.decode()}")


def join_all(workers, table):
    """Wait for all; end the program if one failed, and say where."""
    for worker in workers:
        worker.join()
    for place, worker in enumerate(workers):
        if worker.exitcode:
            row = table.get_obj()[place]  # takes no lock
            sys.exit(f"worker {place} failed in {row.file.decode()}")


if __name__ == "__main__":
    table = Array(Progress, 2)
    workers = []
    for place in range(2):
        args = (CITIES[place::2], table, place)
        workers.append(Process(target=add_up, args=args))
        workers[-1].start()
    wait_until_done(6, table, workers)
    show(snapshot(table))
    join_all(workers, table)
    print("at the end:")
    show(snapshot(table))

# %%
# 1. Room for 16 bytes inside the record. It takes ``bytes``, so encode a ``str`` first.
# 2. ``table[place]`` is no copy. It is a view of the shared memory: what the worker writes to
#    ``mine``, main sees.
# 3. So main copies the records while it holds the lock. What
#    :func:`~multiprocessing.sharedctypes.copy` returns does not change any more.
#
# The table has one lock for all its records. The slow part, the adding up, is outside of it. A
# new record is all zeros, with an empty text.
#
# .. chance::
#
#    How far each worker is at the first look differs from run to run.
#
# For a single record write ``progress = Value(Progress)``. Its fields are attributes of the Value
# itself, ``progress.done``, and there is no ``progress.value``. Copy it with
# ``copy(progress.get_obj())`` while you hold ``progress.get_lock()``.
#
# A worker that raises releases the lock, and its record names the file it was at. A worker that
# is *killed* inside the ``with`` keeps the lock, and main hangs in ``snapshot()`` (:ref:`see it
# happen
# <sphx_glr_lessons_shared_memory_value.py:a-worker-that-dies-while-it-holds-the-lock>`).
#
# A torn record: two fields of different moments
# ----------------------------------------------
# Every item costs 250 cents, so the average price is always 250. Main reads the number of items,
# and a little later the cents, while the worker sells.
#
# .. pair::
#
# 1. Main reads ``items``. For that the Value takes its lock, and releases it.
# 2. The worker takes the lock, changes both fields, and releases it, many times.
# 3. Main reads ``cents``, and divides new cents by an old number of items.
#
# A Value holds its own lock `for one field at a time
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/sharedctypes.py#L157-L171>`__,
# so main has to hold it for both, as the worker did.
#
# .. chance::
#
#    How many averages are wrong differs from run to run.
#
# The pause makes it happen often. Without it the mistake is the same, and shows less. In an Array
# even a single field is read without the lock: ``table[0].done`` holds it only to find the
# record.
#
# A pointer means nothing in another process
# ------------------------------------------
# ``c_char_p`` looks like the natural type for a text.
#
# .. pair:: structures-pointer
#
# A ``c_char_p`` is an address, and only the address is in the shared memory. The text itself is
# at that address in *main's* memory. Under **fork** the child is a copy of main, so it found the
# text there. That works only for a text from before the start: one that the child writes, main
# cannot read. Under **spawn** and **forkserver** nothing of the child was at that address, and
# the kernel ended it with ``SIGSEGV``. With bad luck there is something else, and you read that.
# ``multiprocessing`` refuses no pointers, but all of them are useless here: ``c_wchar_p``,
# ``c_void_p``, ``py_object``, ``POINTER(...)``.
#
# What fits into c_char * 16
# --------------------------

if __name__ == "__main__":
    row = Progress()
    names = ["oslo.csv", "sixteen-char.csv", "seventeen-chr.csv", "a\0b"]
    for name in names:
        try:
            row.file = name.encode()
        except ValueError as error:
            print(error)
        else:
            print(row.file)

# %%
# Sixteen bytes fit. One more is a ``ValueError``, and the old text stays. A text ends at its first
# zero byte, so use ``c_ubyte * 16`` for binary data, and read it with ``bytes(row.key)``. To cut a
# long name, write ``name.encode()[:16]``; ``row.file.decode(errors="ignore")`` then drops half an
# ``ü``. A number that is too large for its field wraps around without an error, as in a
# :ref:`Value <sphx_glr_lessons_shared_memory_value.py>`.
#
# Copied, misspelled, not found: three more traps
# -----------------------------------------------
# - **Pass the table and a place**, not ``table[place]``. Under spawn and forkserver the child
#   gets a copy of that record, and main's does not change. Under fork it works.
# - **A misspelled field is no error when you only assign**: ``progress.dnoe = 1`` makes a new
#   attribute of this one object, and no other process sees it.
# - **Define the class at the top of a module**: under spawn and forkserver the child imports it.
#   Inside a function or below ``if __name__ == "__main__":`` it cannot be found.
#
# When to use something else
# --------------------------
# - **You need the record only at the end**: return a dataclass from a pool
#   (:ref:`sphx_glr_lessons_pools_pool_map.py`).
# - **Every change has to arrive**: use a queue (:ref:`sphx_glr_lessons_communication_queues.py`).
#   In a record the next change overwrites it.
# - **Texts of any length, lists, dicts**: a :func:`multiprocessing.Manager`.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_shared_memory_lost_updates.py`, for what the lock protects.
# - :ref:`sphx_glr_lessons_shared_memory_pass_a_value.py`, to give the table to a pool.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 27
# sphinx_gallery_lesson_short = "Structures"
# sphinx_gallery_lesson_asked = ["share a struct between processes", "ctypes.Structure in a Value"]
# sphinx_gallery_lesson_asked = ["Array of structures", "share a record with several fields"]
# sphinx_gallery_lesson_asked = ["c_char_p in shared memory", "pointer in shared memory crashes"]
# sphinx_gallery_lesson_asked = ["share a string between processes with a fixed length"]
# sphinx_gallery_lesson_asked = ["bytes too long, maximum length", "torn read of two fields"]
# sphinx_gallery_lesson_asked = ["object has no attribute 'value' with a Structure"]
