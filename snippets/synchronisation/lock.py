"""
Lock and RLock: let one process at a time use a file
====================================================

Several workers write to one file, and two lines get the same number, updates are lost, or a
reader finds half a file. In short: make ``lock = Lock()`` in main, pass it to each ``Process``
as an argument, and write ``with lock:`` around everything from the read to the write. You also
see what a killed worker does to a lock, and when you need an RLock.
"""

# %%
# One number for each invoice
# ---------------------------
# Three workers book orders. Each invoice gets the next number, and a seal: a slow checksum.

import hashlib
import sys
import tempfile
from multiprocessing import Lock, Process
from pathlib import Path


def seal(order):
    """Return a checksum that is slow to compute, and to forge."""
    key = hashlib.pbkdf2_hmac("sha256", order.encode(), b"shop", 200_000)
    return key.hex()[:12]


def book(orders, path, lock):
    """Append an invoice for each order, with the next number."""
    for order in orders:
        mark = seal(order)  # (1)
        with lock:  # (2)
            number = path.read_text().count("\n") + 1
            with path.open("a") as file:
                file.write(f"{number},{order},{mark}\n")
        print("booked", order)


if __name__ == "__main__":
    lock = Lock()  # (3)
    orders = [["tea", "jam"], ["rice", "salt"], ["oil", "figs"]]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "invoices.csv")
        path.touch()
        workers = [Process(target=book, args=(part, path, lock)) for part in orders]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        rows = path.read_text().splitlines()
    if any(worker.exitcode for worker in workers):
        sys.exit("a worker failed")
    print("numbers:", [int(row.split(",")[0]) for row in rows])

# %%
# 1. The slow work is outside the lock, so the workers do it at the same time.
# 2. One worker at a time is inside, and the others wait in this line. The read is inside, too:
#    what you have read without the lock may be out of date when you write.
# 3. All workers must have the same lock, so main makes it and passes it on. Under spawn and
#    forkserver, a ``Lock()`` at the top of the file is :ref:`not the same for all
#    <sphx_glr_lessons_shared_memory_pass_a_value.py>`, and one that main does not keep in a
#    variable is gone before the worker opens it (``FileNotFoundError``, on Linux and macOS).
#
# Every number came once. Which order gets which differs from run to run.
#
# Without the lock, two invoices have the same number
# ---------------------------------------------------
# .. pair::
#
# In the broken program, both workers counted the lines before either had written. There is no
# error. A ``with lock:`` around the *write* only would not help. For numbers in shared memory,
# :ref:`value += 1 <sphx_glr_lessons_shared_memory_lost_updates.py>` does the same.
#
# A file that you rewrite is worse: ``path.write_text(json.dumps(stock))`` empties it first. A
# worker that reads at that moment raises ``JSONDecodeError: Expecting value: line 1 column 1
# (char 0)``. So a worker that only reads takes the lock, too.
#
# A worker is killed with the lock: acquire() with a timeout
# ----------------------------------------------------------
# ``acquire(timeout=1)`` gives up after a second and returns False, and ``acquire(block=False)``
# does so at once. You release it yourself, in a ``finally``. Main tries it before and after a
# worker dies with the lock.

import os


def count_rows(path, lock):
    """Return how many rows there are; None if the lock is not free."""
    if not lock.acquire(timeout=1):
        return None
    try:
        return path.read_text().count("\n")
    finally:
        lock.release()


def crash(lock):
    """Take the lock and end without releasing it."""
    lock.acquire()
    print("has the lock, and crashes", flush=True)
    os._exit(1)  # as if the system had killed it


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "invoices.csv")
        path.write_text("1,tea\n2,jam\n")
        print("rows:", count_rows(path, lock))
        worker = Process(target=crash, args=(lock,))
        worker.start()
        worker.join()
        print("rows:", count_rows(path, lock))
    print("exit code:", worker.exitcode)

# %%
# - **A worker raises** inside ``with lock:``, also because of Ctrl-C: the ``with`` releases the
#   lock. (Ctrl-C during ``acquire()`` may leave it taken.) The file may be half written, so write
#   what belongs together in one call.
# - **A worker is killed** inside, by ``kill()``, ``terminate()`` or the out-of-memory killer: the
#   lock stays taken. It is a `semaphore
#   <https://github.com/python/cpython/blob/3.14/Modules/_multiprocessing/semaphore.c>`__, and the
#   system does not know who holds it. With ``with lock:`` all others would hang, and main in
#   ``join()``, without an error.
#
# So where a worker may be killed, take the lock with a timeout, and call ``sys.exit("lock not
# free")`` if you did not get it. Then the workers end, ``join()`` returns, and main sees the exit
# codes. Check the file, and start again with a new Lock. Make the timeout long, such as a minute:
# a worker may get the lock again while another still waits.
#
# A function that takes the lock calls another that takes it: RLock
# -----------------------------------------------------------------
# ``sell`` holds the lock and calls ``read_stock``, which takes the same lock.
#
# .. pair:: lock-twice
#
# With a Lock, the worker waits for itself: a deadlock. (The resource tracker's warning comes
# from our kill.) An :class:`~multiprocessing.RLock` counts how often its owner has taken it, and
# is free after as many releases. Often it is better to let ``read_stock`` read without the lock,
# and to say in its docstring that the caller holds it.
#
# They differ in who may release them:
#
# - **Lock**: any process. If it is free, you get ``ValueError: semaphore or lock released too
#   many times``.
# - **RLock**: its owner, a thread of one process. Any other gets ``AssertionError: attempt to
#   release recursive lock not owned by thread``.
#
# Different from threading.Lock
# -----------------------------
# A :class:`threading.Lock` does not work between processes: under fork each has its own copy, and
# spawn and forkserver refuse it (:ref:`cannot pickle '_thread.lock' object
# <sphx_glr_lessons_communication_what_can_be_pickled.py>`). Its ``acquire(blocking=False)`` is
# ``acquire(block=False)`` here.
#
# When not to use a Lock
# ----------------------
# - **One process can do all the writing.** Send it the rows through :ref:`a queue
#   <sphx_glr_lessons_communication_queues.py>`, or return them from :ref:`a pool
#   <sphx_glr_lessons_pools_pool_map.py>`.
# - **Your program is started twice**, or another program uses the file. It does not have your
#   Lock. Take SQLite, or a *file lock*: :func:`fcntl.flock` on Linux and macOS,
#   :func:`msvcrt.locking` on Windows. When its holder dies, the system releases it, unless a
#   forked child has the same open file. So let each worker open the file itself.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_synchronisation_locks_in_pools.py`, because a pool's task does not take
#   a Lock as its argument.
# - :ref:`sphx_glr_lessons_synchronisation_deadlock.py`, for two locks and two workers that wait
#   for each other.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 10
# sphinx_gallery_lesson_short = "Lock and RLock"
# sphinx_gallery_lesson_failures = "a worker crashes while it holds the lock"
# sphinx_gallery_lesson_asked = ["several processes write to the same file"]
# sphinx_gallery_lesson_asked = ["pass a Lock to a Process", "difference between Lock and RLock"]
# sphinx_gallery_lesson_asked = ["worker killed while it holds a lock, others hang"]
# sphinx_gallery_lesson_asked = ["acquire a lock with a timeout, try to lock without waiting"]
# sphinx_gallery_lesson_asked = ["ValueError: semaphore or lock released too many times"]
# sphinx_gallery_lesson_asked = ["attempt to release recursive lock not owned by thread"]
# sphinx_gallery_lesson_asked = ["FileNotFoundError in SemLock._rebuild"]
# sphinx_gallery_lesson_asked = ["JSONDecodeError when several processes use one file"]
# sphinx_gallery_lesson_asked = ["threading.Lock does not work between processes"]
