"""
Cancel pending tasks and shut an executor down
==============================================

One task has failed, or you have found what you were looking for, and the rest need not be done.
But the ``with`` block does not end, or the program hangs at its exit. In short: inside the block,
call ``executor.shutdown(cancel_futures=True)``. It cancels the tasks that wait. Those that run
are finished first, unless you kill the workers.
"""

# %%
# Stop at the first error
# -----------------------
# Two workers add up what a shop has sold in a year, a file for each day. That of the third day
# has a broken line, and the other days are of no use without it.

import csv
import tempfile
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path


def write_year(folder):
    """Write a file for each day, that of the third with an error."""
    paths = [Path(folder, f"day-{day}.csv") for day in range(1, 366)]
    for path in paths:
        path.write_text("2,350\n" * 10_000)
    paths[2].write_text("2,350\n?,350\n")
    return paths


def revenue(path):
    """Return the sum of pieces times cents."""
    with path.open() as file:
        rows = csv.reader(file)
        return sum(int(pieces) * int(cents) for pieces, cents in rows)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        days = write_year(folder)
        running = []
        try:
            with ProcessPoolExecutor(2) as executor:
                futures = [executor.submit(revenue, day) for day in days]
                try:
                    total = sum(f.result() for f in as_completed(futures))
                    print("cents:", total)
                except BaseException:  # (1)
                    running = [f for f in futures if f.running()]
                    executor.shutdown(cancel_futures=True)
                    raise  # (2)
        except ValueError as error:
            print("stopped:", error)
    done = [f for f in running if not f.cancelled()]
    print(len(running), "were running; of these done:", len(done))
    cancelled = [f for f in futures if f.cancelled()]
    print(len(cancelled), "of", len(futures), "were cancelled")

# %%
# 1. This is also for Ctrl-C, which raises ``KeyboardInterrupt``.
# 2. The error goes on. In your program, leave out ``except ValueError``, and it ends with a
#    traceback and status 1.
#
# **Without the inner try, all days would be added up.** The end of a ``with`` block
# calls ``shutdown(wait=True)``, which waits for all that was submitted, also after an exception.
#
# ``executor.map`` cancels the tasks that wait by itself, but raises an error only after the
# results of all tasks before it. With ``as_completed`` the error comes at once.
#
# wait=False in a with block may cancel nothing
# ---------------------------------------------
# ``shutdown(wait=False, cancel_futures=True)`` only leaves a note for a thread of main, the
# *manager*. If the block ends right after it, its own ``shutdown()`` `overwrites the note
# <https://github.com/python/cpython/blob/3.14/Lib/concurrent/futures/process.py#L956-L976>`__
# with ``cancel_futures=False``. Then no task is cancelled. The block does not wait, but the
# interpreter does at its exit, until *all* tasks are done. So do not use ``wait=False`` there.
#
# Why some tasks cannot be cancelled
# ----------------------------------
# There are two workers, but more tasks are ``running()``, and all of these are done:
#
# 1. The manager passes tasks on to a queue for the workers, so that no worker has to wait for
#    its next task. There is room for ``max_workers`` `and one more
#    <https://github.com/python/cpython/blob/3.14/Lib/concurrent/futures/process.py#L111-L118>`__.
# 2. A task that was passed on is ``running()``, although no worker has begun it. ``cancel()``
#    returns ``False``, and it will be done.
# 3. The others are *pending*. ``cancel_futures=True`` cancels those, and so does ``cancel()`` on
#    each future.
#
# So with two workers at most five tasks are running: two that the workers have begun, and three
# in the queue. How many there are when the error comes varies from run to run.
#
# If a task takes minutes, so does the shutdown. Let the task look at an
# :class:`~multiprocessing.Event` (:ref:`sphx_glr_lessons_spawning_stop_a_process.py`), or kill
# the workers, as below.
#
# as_completed and wait hang after a shutdown
# -------------------------------------------
# .. pair::
#
# The manager cancels the futures, but does `not tell those who wait for them
# <https://github.com/python/cpython/issues/136655>`__. So ``as_completed()`` and ``wait()`` go on
# waiting. ``result()`` does not: it raises ``CancelledError`` at once. If you call ``cancel()``
# on each future instead, nothing hangs: the manager tells those who wait.
#
# A task never ends: kill the workers
# -----------------------------------
# A perfect number is the sum of its smaller divisors, as 6 = 1 + 2 + 3. No odd one is known, so
# that search goes on for good.
#
# .. pair:: shutting_down-kill
#
# ``wait=False`` does not mean that the program ends. At its exit the interpreter joins the
# manager, and this one waits for the workers. ``active_children()`` lists them, with all other
# processes that you have started with ``multiprocessing``.
#
# **From Python 3.14 on**, :meth:`~concurrent.futures.ProcessPoolExecutor.kill_workers` and
# :meth:`~concurrent.futures.ProcessPoolExecutor.terminate_workers` shut the executor down and end
# the workers. (In older versions, the cured program ends them one by one.)
# ``terminate_workers()`` sends SIGTERM, which a worker may handle or ignore. Both return before
# the workers are gone. Afterwards:
#
# - **a task that was done** keeps its result;
# - **a running one**, begun or passed on, raises ``BrokenProcessPool`` from ``result()``;
# - **a pending one** raises ``CancelledError``. With ``active_children()`` and no ``shutdown()``,
#   it is ``BrokenProcessPool`` as well, as if a worker had crashed.
#
# A process that a worker has started is not killed. It goes on as an orphan. And a file that the
# worker was writing is :ref:`cut off
# <sphx_glr_lessons_pools_ending_a_pool.py:killed-while-it-writes-a-file-is-whole-or-not-there>`.
#
# In a terminal, Ctrl-C interrupts the workers, too. A running task gets ``KeyboardInterrupt``,
# and its worker *goes on with the next one*. That is why the first program shuts down in
# ``except BaseException``. (A worker without a task ends, and the executor is broken.)
#
# "cannot schedule new futures after shutdown"
# --------------------------------------------
# ``submit()`` and ``map()`` raise this ``RuntimeError`` after ``shutdown()``, often below the
# ``with`` block. Make a new executor. ``cannot schedule new futures after interpreter shutdown``
# comes when main has ended, but one of its threads still submits: join your threads at the end
# of main.
#
# After a worker has died, ``submit()`` raises ``BrokenProcessPool``: make a new executor, too.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_pools_deadline.py`, if one task gets stuck and the others are to go on.
# - :ref:`sphx_glr_lessons_pools_ending_a_pool.py`, for a ``Pool``, which does not wait.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 75
# sphinx_gallery_lesson_short = "Cancel, shut down"
# sphinx_gallery_lesson_asked = ["cancel pending futures", "shutdown(wait=False) still waits"]
# sphinx_gallery_lesson_asked = ["RuntimeError: cannot schedule new futures after shutdown"]
# sphinx_gallery_lesson_asked = ["cannot schedule new futures after interpreter shutdown"]
# sphinx_gallery_lesson_asked = ["concurrent.futures._base.CancelledError"]
# sphinx_gallery_lesson_asked = ["terminate_workers or kill_workers", "stop at the first error"]
# sphinx_gallery_lesson_asked = ["as_completed hangs after cancel_futures=True"]
# sphinx_gallery_lesson_asked = ["more futures running than max_workers"]
# sphinx_gallery_lesson_asked = ["ProcessPoolExecutor does not exit after an exception"]
