"""
Give a lock to the workers of a pool
====================================

The workers of your pool write to one file, one at a time. You passed them a lock with each task,
and got ``RuntimeError: Lock objects should only be shared between processes through
inheritance``. In short: pass it when the workers start, with ``initializer`` and
``initargs=(lock,)``, or send a ``Manager().Lock()``, which may be an argument of a task. Often
there is a better way: the workers return what is to be written, and main writes it.
"""

# %%
# One archive, two workers
# ------------------------
# The log lines of six days are compressed and appended to one file. ``places`` says where each
# day begins and ends, as the index of a zip file does.

import lzma
import random
import tempfile
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import Lock
from pathlib import Path

DAYS = range(1, 7)


def compress(day):
    """Return the compressed log lines of a day."""
    rng = random.Random(day)
    rows = (f"{rng.gauss(20, 5):.2f}\n" for _ in range(5_000))
    return lzma.compress("".join(rows).encode())


def append(data, path, lock):
    """Append data to a file; return where it begins and ends."""
    with lock, path.open("ab") as file:
        start = file.tell()  # (1)
        file.write(data)
    return start, start + len(data)


def keep(lock):
    """Make the lock a global variable of this worker."""
    global shared
    shared = lock


def pack(day, path):
    """Compress a day, and append it."""
    data = compress(day)  # (2)
    place = append(data, path, shared)
    print("packed day", day)
    return place


def check(path, places):
    """Raise an error if a day is not at its place."""
    stored = path.read_bytes()
    for day, (start, end) in zip(DAYS, places, strict=True):
        if stored[start:end] != compress(day):
            raise ValueError(f"day {day} is damaged")
    print("all days are intact")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "archive")
        with ProcessPoolExecutor(
            max_workers=2,
            initializer=keep,
            initargs=(Lock(),),  # (3)
        ) as executor:
            places = list(executor.map(pack, DAYS, repeat(path)))
        check(path, places)

# %%
# 1. The position and the data belong together, so the lock is held around both. Keep this order:
#    the file is opened after the lock was taken, and closed before it is released. With
#    ``path.open("ab") as file, lock:`` the position may be old.
# 2. The long part is outside the lock. Inside, the workers would compress one after the other.
# 3. A tuple: mind the comma. The lock reaches each worker when it starts, and ``keep`` makes it a
#    global variable. :class:`~multiprocessing.pool.Pool` has the same two parameters.
#
# .. chance::
#
#    Which worker packs which day varies, and so does the order in the file.
#
# The error: a lock in a task
# ---------------------------
# ``executor.submit(pack, day, lock)`` and ``pool.map(pack, [(1, lock), (2, lock)])`` are refused
# under every start method. A lock may be pickled `only while a process is being started
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/synchronize.py#L102-L103>`__,
# and tasks are sent later (:ref:`step by step
# <sphx_glr_lessons_shared_memory_pass_a_value.py:in-a-task-it-is-refused>`). You may not even see
# the lock. A method takes its object along, and this object has one:
#
# .. pair::
#
# In the cured program the workers get the object when they start, and the task is a function that
# finds it there. With ``submit()``, you see the error only when you call ``result()``.
#
# A lock made at the top of the file may lock nothing
# ---------------------------------------------------
# This is worse: there is no error. Two workers append invoices, and note the place of each.
#
# .. pair:: locks_in_pools-global
#
# - **fork**: the workers inherit main's lock. The broken program is right.
# - **spawn**, the default on Windows and macOS: each worker imports the file, and makes a lock of
#   its own. Both are in the ``with`` block at once.
# - **forkserver**: up to Python 3.13.7 and in 3.14.0, as with spawn. Since then the forkserver
#   imports the file once, and the workers inherit *its* lock. Main has another one.
#
# ``with Lock():`` in the task locks nothing under any start method.
#
# Manager().Lock(): a lock that can be sent
# -----------------------------------------
# If you cannot set the initializer, because a library made the pool, take a manager's lock:

from multiprocessing import Manager


def pack_with(day, path, lock):
    """Compress a day, and append it with the lock that came along."""
    return append(compress(day), path, lock)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, Manager() as manager:
        path = Path(folder, "archive")
        locks, paths = repeat(manager.Lock()), repeat(path)
        with ProcessPoolExecutor(max_workers=2) as executor:
            places = list(executor.map(pack_with, DAYS, paths, locks))
        check(path, places)

# %%
# The real lock, a :class:`threading.Lock`, is in the manager's process. A task gets a :ref:`proxy
# <sphx_glr_lessons_shared_memory_manager_dict.py>`. Each ``acquire`` and each ``release`` is a
# message to the manager and its answer, much slower than with a ``multiprocessing.Lock``.
# :ref:`Keep the proxy in main <sphx_glr_lessons_synchronisation_manager_locks.py>` until the tasks
# are done.
#
# "A SemLock created in a fork context is being shared with a process in a spawn context"
# ---------------------------------------------------------------------------------------
# You called ``multiprocessing.Lock()`` where fork is the default, and start the workers in
# another way. Make both from one context:
#
# .. code-block:: python
#
#    context = multiprocessing.get_context("spawn")
#    lock = context.Lock()
#    executor = ProcessPoolExecutor(
#        mp_context=context, initializer=keep, initargs=(lock,)
#    )
#
# With a pool, write ``context.Pool(2, keep, (lock,))``. Spawn and forkserver refuse only fork's
# locks, because `their names are removed at once
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/synchronize.py#L52-L58>`__.
# (Windows has no fork, and no such error.)
#
# A worker raises, or is killed with the lock
# -------------------------------------------
# - **It raises**, or gets Ctrl-C: ``with`` releases the lock, and the others go on.
# - **It is killed**: the lock stays taken, and so does a manager's lock. In a ``Pool`` the others
#   wait for it forever, and main waits for them. An executor ends all workers, and ``result()``
#   raises ``BrokenProcessPool``. Make the next executor with a *new* lock.
#
# Often better: main writes
# -------------------------
# If only main writes, there is nothing to lock, and the program is shorter:

if __name__ == "__main__":
    places = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "archive")
        with ProcessPoolExecutor(2) as executor, path.open("wb") as file:
            for data in executor.map(compress, DAYS):
                start = file.tell()
                file.write(data)
                places.append((start, file.tell()))
        check(path, places)

# %%
# The days are in the file in their order. With a pool, loop over ``pool.imap(compress, DAYS)``, or
# over :ref:`imap_unordered <sphx_glr_lessons_pools_imap.py>` for what is ready first. Take a lock
# if the results are too large to be sent to main.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_synchronisation_lock.py`, for the lock itself.
# - :ref:`sphx_glr_lessons_pools_initializer.py`, for initializers that raise.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 70
# sphinx_gallery_lesson_short = "Lock and pool"
# sphinx_gallery_lesson_opens_on = "spawn"
# sphinx_gallery_lesson_asked = ["RuntimeError: Lock objects should only be shared"]
# sphinx_gallery_lesson_asked = ["multiprocessing pool lock", "pass a lock to pool.map"]
# sphinx_gallery_lesson_asked = ["share a lock with ProcessPoolExecutor"]
# sphinx_gallery_lesson_asked = ["A SemLock created in a fork context is being shared"]
# sphinx_gallery_lesson_asked = ["workers of a pool write to the same file"]
# sphinx_gallery_lesson_asked = ["global lock does not work on Windows, spawn"]
# sphinx_gallery_lesson_asked = ["self.lock in a class and pool.map", "Manager().Lock() or Lock()"]
# sphinx_gallery_lesson_asked = ["pool hangs, worker killed while it holds a lock"]
