"""
Pool or ProcessPoolExecutor: which one?
=======================================

Python has two process pools: ``multiprocessing.Pool`` and ``ProcessPoolExecutor``. Both call a
function in worker processes. In short: take the executor in new code. It tells you when a worker
was killed, where a ``Pool`` waits forever. A ``Pool`` is still better for many short calls if you
want each result as soon as it is ready: ``imap_unordered`` sends them in chunks. Before Python
3.14, only a ``Pool`` can kill its workers.
"""

# %%
# The same four calls in a Pool and in an executor
# ------------------------------------------------
# A function adds up bills. The first bill is not a number, because it has a comma. The second
# call ends its worker as a kill would, the third calls ``sys.exit``, and the last starts a
# process.

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Pool, Process, TimeoutError


def add(bill):
    """Return the sum of a bill."""
    print("adding", bill)
    if bill == "killed":
        os._exit(1)  # as if the system had killed it
    if bill == "sys.exit":
        sys.exit("cannot add this")
    if bill == "starts a process":
        helper = Process(target=print, args=("a helper",))
        helper.start()
        helper.join()
        return "result"
    return sum(map(float, bill.split()))


def ask_pool(bill):
    """Return what main gets from a pool."""
    with Pool(1) as pool:
        task = pool.apply_async(add, (bill,))
        pool.apply(len, (bill,))  # (1)
        try:
            return task.get(timeout=0.5)
        except TimeoutError:
            return "no answer"
        except Exception as error:
            return type(error).__name__


def ask_executor(bill):
    """Return what main gets from an executor."""
    with ProcessPoolExecutor(1) as executor:
        future = executor.submit(add, bill)
        error = future.exception()
        if error is not None:  # (2)
            return type(error).__name__
        return future.result()


if __name__ == "__main__":
    for bill in ["7,50", "killed", "sys.exit", "starts a process"]:
        print(f"{bill}: pool: {ask_pool(bill)}")
        print(f"{bill}: executor: {ask_executor(bill)}")

# %%
# 1. The pool has one worker at a time, and this call comes after ``add``. If ``add`` has not
#    answered now, it never will, and ``get()`` without a timeout would hang.
# 2. ``exception()`` waited for the call and returned what it raised. ``result()`` would raise it:
#    after ``sys.exit`` a :exc:`SystemExit`, which ``except Exception`` does not catch.
#
# An exception comes back from both. The other three differ:
#
# - **A killed worker.** The pool `starts another one
#   <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/pool.py#L334-L343>`__, but
#   the call is lost. The executor fails all unfinished calls
#   (:ref:`sphx_glr_lessons_pools_broken_pools.py`).
# - **sys.exit.** In a pool it ends the worker, so it is the same as a kill.
# - **A process of a worker.** A pool's workers are :ref:`daemons
#   <sphx_glr_lessons_spawning_daemons.py>`, which may have no children.
#
# The first answer is enough: who stops at once?
# ----------------------------------------------
# Each call looks among 100,000 numbers for the PIN that has a given hash.

from concurrent.futures import as_completed
from hashlib import sha256

HASH = sha256(b"1234").hexdigest()


def find_pin(first):
    """Return the PIN, or None if it is not here."""
    for pin in range(first, first + 100_000):
        if sha256(str(pin).encode()).hexdigest() == HASH:
            return pin
    return None


if __name__ == "__main__":
    starts = range(0, 1_000_000, 100_000)
    with Pool(2) as pool:
        for found in pool.imap_unordered(find_pin, starts):
            if found is not None:
                break
    print("pool:", found)
    with ProcessPoolExecutor(2) as executor:
        futures = [executor.submit(find_pin, first) for first in starts]
        for future in as_completed(futures):
            if (found := future.result()) is not None:
                executor.shutdown(cancel_futures=True)
                break
    print("executor:", found)
    others = [future for future in futures[1:] if not future.cancelled()]
    print("finished others, too:", len(others) > 0)

# %%
# The end of the pool's block killed its workers and dropped all other searches: the bars of the
# pool in the timeline are short. That is right here, and wrong for a worker that :ref:`writes a
# file <sphx_glr_lessons_pools_ending_a_pool.py>`. The executor cancelled the calls that had not
# been passed on to the workers, and finished the others. Since Python 3.14,
# ``executor.terminate_workers()`` kills its workers, too.
#
# .. chance::
#
#    How many searches the executor finishes varies: in one run it was three, in another five.
#
# Pool and executor, side by side
# -------------------------------
# ========================= =============================== ================================
# What                      ``Pool``                        ``ProcessPoolExecutor``
# ========================= =============================== ================================
# A worker is killed        its call is never answered      ``BrokenProcessPool``
# The initializer raises    new workers without end         ``BrokenProcessPool``
# ``map`` returns           a list, after all calls         an iterator, at once
# A call of ``map`` raises  raised after all chunks         raised in its turn
# Chunks                    ``map`` makes them by itself    only with ``chunksize``
# Results as they get ready ``imap_unordered``, also chunks ``as_completed``, no chunks
# A callback raises         results are lost                it is logged
# Drop one call             no                              ``cancel()``, if not passed on
# End of ``with``           kills the workers               waits for all calls
# Kill all workers          ``terminate()``                 since Python 3.14
# Replace workers           ``maxtasksperchild``            ``max_tasks_per_child``, no fork
# Workers start processes   no                              yes
# ========================= =============================== ================================
#
# More about this: :ref:`killed workers <sphx_glr_lessons_pools_broken_pools.py>`,
# :ref:`initializer <sphx_glr_lessons_pools_initializer.py>`,
# :ref:`chunks <sphx_glr_lessons_pools_chunksize.py>`,
# :ref:`imap_unordered <sphx_glr_lessons_pools_imap.py>`,
# :ref:`callbacks <sphx_glr_lessons_pools_callbacks.py>`,
# :ref:`new workers <sphx_glr_lessons_pools_maxtasksperchild.py>`. After **Ctrl-C**, the end of a
# pool's block kills the workers, and that of an executor's may wait for the calls that are left
# (:ref:`sphx_glr_lessons_pools_ctrl_c.py`).
#
# From Pool to executor: map hides an error
# -----------------------------------------
# If you only replace the name, this happens:
#
# .. pair::
#
# ``Pool.map`` would have raised the exception. The executor's ``map`` returns an iterator.
# ``list()`` takes the results out of it, and raises the exception. (In your program, pass it on
# with ``sys.exit``.)
#
# ``Pool(processes=4)`` becomes ``ProcessPoolExecutor(max_workers=4)``. ``apply_async(f, (x,))``
# becomes ``submit(f, x)``, ``get()`` becomes ``result()``, and ``starmap(f, pairs)`` becomes
# ``map(f, *zip(*pairs))``. Two more traps:
#
# - For many short calls, give ``map`` a ``chunksize``. ``Pool.map`` chose one.
# - ``result(timeout=5)`` raises the built-in ``TimeoutError``. ``get(timeout=5)`` raises
#   ``multiprocessing.TimeoutError``, which is another class. So delete
#   ``from multiprocessing import TimeoutError``.
#
# Neither of them
# ---------------
# - **One task that must be stopped by itself**, or a server that lives as long as your program:
#   a ``Process`` (:ref:`sphx_glr_lessons_spawning_stop_a_process.py`).
# - **Waiting for a network or a disk, or C code without the GIL**: ``ThreadPoolExecutor`` has the
#   same methods (:ref:`sphx_glr_lessons_pools_thread_pool.py`).
# - **Pure Python without new processes**: since Python 3.14,
#   :class:`~concurrent.futures.InterpreterPoolExecutor` runs each worker in an interpreter with a
#   GIL of its own, inside your process. Arguments are still copied (a ``memoryview`` shares its
#   bytes). A crash ends your program, and some extension modules cannot be imported there.
# - **Large NumPy arrays**: `joblib <https://joblib.readthedocs.io/en/stable/parallel.html>`__
#   passes them to its workers as memory-mapped files, and it sends lambdas, too.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_pools_executor.py`, if you have chosen the executor.
# - :ref:`sphx_glr_lessons_pools_imap.py`, if you have chosen a ``Pool`` for its chunks.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 95
# sphinx_gallery_lesson_short = "Pool or executor?"
# sphinx_gallery_lesson_failures = "workers end themselves with os._exit and sys.exit"
# sphinx_gallery_lesson_asked = ["Pool or ProcessPoolExecutor, which one"]
# sphinx_gallery_lesson_asked = ["difference between multiprocessing.Pool and concurrent.futures"]
# sphinx_gallery_lesson_asked = ["Pool.map hangs, executor raises BrokenProcessPool"]
# sphinx_gallery_lesson_asked = ["replace Pool with ProcessPoolExecutor"]
# sphinx_gallery_lesson_asked = ["maxtasksperchild and max_tasks_per_child"]
# sphinx_gallery_lesson_asked = ["start a process in a worker, pool workers are daemons"]
# sphinx_gallery_lesson_asked = ["InterpreterPoolExecutor, joblib or multiprocessing"]
# sphinx_gallery_lesson_asked = ["executor.map shows no error, Pool.map did"]
