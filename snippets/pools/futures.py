"""
Wait for some of the work: futures, wait() and as_completed()
=============================================================

You have submitted many tasks and do not want to wait for all: the first error should end the
batch, or you take what is ready after a minute, or each task should call a function. In short:
``done, not_done = wait(futures, timeout=60, return_when=FIRST_EXCEPTION)``. Then call
``result()`` on each future in ``done``, which raises its error, and ``cancel()`` on the others.
"""

# %%
# Stop at the first error: FIRST_EXCEPTION
# ----------------------------------------
# The water meters of two streets are to be billed, each street only if all its meters are right.
# One meter of Elm Street has run backwards.

from concurrent.futures import FIRST_EXCEPTION, ProcessPoolExecutor, wait

READINGS = "\n".join(map(str, range(50_000)))
STREETS = {
    "Elm Street": [READINGS, READINGS + "\n7"] + 60 * [READINGS],
    "Oak Street": 4 * [READINGS],
}


def check(readings):
    """Return what a meter has counted; it must not run backwards."""
    numbers = [int(line) for line in readings.splitlines()]
    if numbers != sorted(numbers):
        raise ValueError(f"a meter ran back and ends at {numbers[-1]}")
    return numbers[-1]


def check_all(executor, street):
    """Return what all meters have counted, or raise the first error."""
    tasks = [executor.submit(check, meter) for meter in street]
    try:  # (1)
        done, _ = wait(tasks, return_when=FIRST_EXCEPTION)
        return sum(task.result() for task in done)
    finally:  # (2)
        cancelled = [task for task in tasks if task.cancel()]
        print(len(cancelled), "cancelled of", len(tasks))


if __name__ == "__main__":
    with ProcessPoolExecutor(2) as executor:
        for name, street in STREETS.items():
            try:
                print(name, "used", check_all(executor, street))
            except ValueError as error:
                print(name, "is not billed:", error)

# %%
# 1. ``wait()`` returns two sets as soon as one task has failed, or else when all are done. The
#    line below it raises the error.
# 2. ``cancel()`` returns ``True`` for a task that still waits. For one that is done or has begun
#    it returns ``False`` and does nothing. The ``finally`` is also for Ctrl-C. Let the workers
#    :ref:`ignore Ctrl-C <sphx_glr_lessons_pools_ctrl_c.py>`: without that, one of our runs hung.
#
# In your program, leave out ``except ValueError``, and the error ends it with status 1.
#
# ``shutdown(cancel_futures=True)`` would :ref:`end the executor
# <sphx_glr_lessons_pools_shutting_down.py>`, and the next street still needs it.
#
# .. chance::
#
#    How many are cancelled varies: the workers go on until main cancels, and up to
#    ``max_workers + 1`` tasks are in :ref:`their queue
#    <sphx_glr_lessons_pools_shutting_down.py:why-some-tasks-cannot-be-cancelled>` already.
#
# wait() raises nothing
# ---------------------
# This program hopes that ``FIRST_EXCEPTION`` raises the exception:
#
# .. pair::
#
# The broken program ends with status 0. An error stays in its future
# until you call ``result()``. If a worker is killed, each future that is not done gets a
# ``BrokenProcessPool``, so ``wait()`` returns then, too.
#
# Take what is ready within a limit
# ---------------------------------
# Each letter gets a stamp: a number that makes the hash of the text begin with zeros. (Hashcash
# did so against spam.) A stamp for three zeros is found soon, one for 30 never.

import hashlib
from concurrent.futures import FIRST_COMPLETED, as_completed
from itertools import count
from multiprocessing import Event


def keep(event):
    """Keep main's event in this worker."""
    global enough
    enough = event


def stamp(text, zeros):
    """Return the first number that will do; None if main has enough."""
    for number in count():
        digest = hashlib.sha256(f"{text} {number}".encode()).hexdigest()
        if digest.startswith(zeros * "0"):
            return number
        if enough.is_set():
            return None


if __name__ == "__main__":
    event = Event()
    with ProcessPoolExecutor(2, initializer=keep, initargs=(event,)) as pool:
        easy = pool.submit(stamp, "Dear Anna", 3)
        hard = pool.submit(stamp, "Dear Ben", 30)
        try:  # (1)
            done, _ = wait([easy, hard], return_when=FIRST_COMPLETED)
            _, late = wait([easy, hard], timeout=0.2)
            print("done:", len(done), "late:", len(late))
            for future in as_completed([easy, hard], timeout=0.2):
                print("stamp:", future.result())
        except TimeoutError as error:
            print(error, "- running:", hard.running())
        finally:  # (2)
            event.set()

# %%
# 1. After its limit, ``wait()`` just returns. :func:`~concurrent.futures.as_completed` gives what
#    is ready, and then raises the built-in ``TimeoutError``. Its limit is for the whole loop.
# 2. A limit ends no task, and the end of the block waits for all. So this task looks at an event.
#    For one that cannot: :ref:`sphx_glr_lessons_pools_deadline.py`.
#
# In a loop, hand over only ``not_done`` the next time, or ``wait()`` returns at once.
#
# Be called back: add_done_callback
# ---------------------------------
# One worker is busy, and four more tasks wait. A future calls ``report`` when
# it is done, also after an error or ``cancel()``.

from concurrent.futures import CancelledError, Future
from threading import current_thread, main_thread


def report(future: Future):
    """Say how a task has ended, and which thread says so."""
    try:
        how = f"result {future.result()}"
    except CancelledError:  # (1)
        how = "cancelled"
    except Exception as error:
        how = f"error {error!r}"
    print(how, "- in the main thread:", current_thread() is main_thread())


if __name__ == "__main__":
    event = Event()
    with ProcessPoolExecutor(1, initializer=keep, initargs=(event,)) as pool:
        try:  # (2)
            tasks = [pool.submit(stamp, "Ben", 30) for _ in range(5)]
            first, *_, last = tasks
            for task in first, last:
                task.add_done_callback(report)
            print("cancelled:", last.cancel(), "done:", last.done())
        finally:
            event.set()
    first.add_done_callback(report)

# %%
# 1. ``result()`` and ``exception()`` of a cancelled future raise this.
# 2. ``last.cancel()`` called ``report`` before it returned. When ``first`` ended, the thread of
#    the executor that receives results called ``report``.
#
# At the last line ``first`` is done, so ``report`` is called at once.
#
# - **A slow callback** holds up all other results. One that waits there for another future of
#   its executor waits forever.
# - **wait() and result() may return before the callback has run**: the future `wakes the waiters
#   <https://github.com/python/cpython/blob/3.14/Lib/concurrent/futures/_base.py#L541-L549>`__
#   first. After the end of the ``with`` block, all callbacks have run.
#
# "exception calling callback for <Future ...>"
# ---------------------------------------------
# A callback books bills. The second has a question mark in place of a number.
#
# .. pair:: futures-callback
#
# ``result()`` raised the task's error *in the callback*. The executor logs what a callback
# raises, and drops it, so the status is 0. The cured program keeps the failed futures for main.
# (Let yours end with ``if failed: sys.exit("a bill failed")``.) Two threads may call ``book``, so
# it appends to lists and avoids ``+=``.
#
# **sys.exit() in a callback** is worse: it silently ends the executor's thread, no more results
# come, and the program hangs.
#
# A cancelled future can keep wait() waiting
# ------------------------------------------
# After ``cancel()``, ``done()`` is ``True`` at once. But ``wait()`` and ``as_completed()`` count
# the future only when the executor `comes to it
# <https://github.com/python/cpython/blob/3.14/Lib/concurrent/futures/process.py#L476-L494>`__.
# It does not while the workers' queue is full, and never after a worker was killed. So do not
# wait for what you have cancelled. To ``FIRST_EXCEPTION``, a cancelled future is no error.
#
# **On Python 3.11.7**, a killed worker after a ``cancel()`` can end the executor's thread with an
# ``InvalidStateError``, and the program hangs. 3.12.1 and later `do not
# <https://github.com/python/cpython/pull/108974>`__.
#
# Which one?
# ----------
# - **Something to do for each result**: ``as_completed``, with :ref:`the input of each future
#   <sphx_glr_lessons_pools_executor.py:submit-which-input-does-a-future-belong-to>`.
# - **Nothing to do before all are there**: ``wait`` with ``FIRST_EXCEPTION``. (``executor.map``
#   raises an error only after the results before it.)
# - **New tasks as others end**: ``wait`` with ``FIRST_COMPLETED``, :ref:`in a loop
#   <sphx_glr_lessons_pools_executor.py:map-reads-all-inputs-first-buffersize-or-wait>`.
# - **A GUI or another loop of its own**: a callback that hands the future to that loop.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_pools_shutting_down.py`, to drop all that waits and end the executor.
# - :ref:`sphx_glr_lessons_pools_errors_in_workers.py`, for what an exception brings along.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 27
# sphinx_gallery_lesson_short = "Futures, wait()"
# sphinx_gallery_lesson_asked = ["wait FIRST_EXCEPTION does not raise the exception"]
# sphinx_gallery_lesson_asked = ["as_completed with a timeout", "wait with a timeout"]
# sphinx_gallery_lesson_asked = ["exception calling callback for <Future at 0x"]
# sphinx_gallery_lesson_asked = ["add_done_callback runs in which thread"]
# sphinx_gallery_lesson_asked = ["add_done_callback exception is ignored"]
# sphinx_gallery_lesson_asked = ["cancelled future, CancelledError from result()"]
# sphinx_gallery_lesson_asked = ["cancel the other futures when one fails"]
# sphinx_gallery_lesson_asked = ["TimeoutError: 1 (of 2) futures unfinished"]
