"""
Ctrl-C in a pool: stop it cleanly, and keep the results
=======================================================

You press Ctrl-C, and every worker prints a traceback. Then the program hangs, or an executor goes
on for minutes. In short: let only main react. The workers ignore Ctrl-C
(``initializer=ignore_ctrl_c``), and main catches ``KeyboardInterrupt``, ends the pool, and saves
the results that it has.
"""

# %%
# Workers ignore Ctrl-C, main ends the pool
# -----------------------------------------
# How many places does a car park need? Two workers simulate fifty sizes. After three results, the
# program presses Ctrl-C itself.

import os
import random
import signal
from contextlib import contextmanager
from multiprocessing import Pool


def ignore_ctrl_c():
    """Let this process ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def ctrl_c_ignored():
    """Ignore Ctrl-C inside a with block; what starts there inherits it."""
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


def press_ctrl_c():
    """For this page only: send SIGINT to all that share the terminal."""
    # What a shell starts in the background ignores SIGINT.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.kill(0, getattr(signal, "CTRL_C_EVENT", signal.SIGINT))


def full_days(places):
    """Return the places, and on how many of 5,000 days they are not enough."""
    rng = random.Random(places)
    cars = (sum(rng.random() < 0.4 for _ in range(150)) for _ in range(5_000))
    return places, sum(number > places for number in cars)


if __name__ == "__main__":
    sizes = range(50, 100)
    full = {}
    with ctrl_c_ignored():  # (1)
        pool = Pool(2, initializer=ignore_ctrl_c)
    try:
        for places, days in pool.imap(full_days, sizes):
            print(f"{places} places: full on {days} days")
            full[places] = days
            if len(full) == 3:  # for this page only
                press_ctrl_c()  # (2)
    except KeyboardInterrupt:
        print("stopped by Ctrl-C")
    finally:
        with ctrl_c_ignored():  # (3)
            pool.terminate()
            pool.join()
            # Save here, instead of this line:
            print(f"{len(full)} of {len(sizes)} results are kept")

# %%
# 1. A worker runs the initializer first. The ``with`` covers the moment before that: a worker
#    inherits what main ignores when it starts. (Under forkserver, all processes that main
#    starts later inherit it, too.)
# 2. Like a terminal, this sends SIGINT to the whole process group, also to a ``make`` that runs
#    this program. Leave ``press_ctrl_c`` and these two lines out of yours.
# 3. A second Ctrl-C does not interrupt the clean-up.
#
# Only main printed, without a traceback. ``terminate()`` killed the workers in their tasks,
# and dropped the tasks that waited. Save ``full``, and the next run simulates only the missing
# sizes.
#
# If a task raises, ``finally`` ends the pool and saves, too, and the exception goes on. If a
# worker is killed, :ref:`the loop waits
# <sphx_glr_lessons_pools_imap.py:a-worker-was-killed-next-with-a-timeout>` until you press
# Ctrl-C.
#
# Why every process prints a traceback
# ------------------------------------
# The terminal sends SIGINT to all processes of its *foreground process group*: main and each
# worker.
#
# - **A worker of a Pool** ends with a traceback that begins ``Process ForkPoolWorker-1:`` or so.
#   Its task is lost, and the pool starts another worker.
# - **A worker of an executor** sends the ``KeyboardInterrupt`` to main as the result of its task,
#   and takes the next task. If it was waiting for one, it ends, and you get
#   ``BrokenProcessPool``.
# - **The forkserver, the resource tracker and a manager's server** `ignore SIGINT
#   <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/forkserver.py#L256-L257>`__.
#   Main can still save a managed dict.
#
# Ctrl-C, then close and join: it hangs
# -------------------------------------
# After Ctrl-C this program lets the pool write the reports that are left. The task of ``south``
# presses the keys.
#
# .. pair::
#
# The worker died with the task of ``south``. The pool starts another one, which takes ``west``.
# But ``join()`` waits for the result of ``south``, which no process computes.
#
# Even ``terminate()`` can hang, if an interrupted worker :ref:`held a lock of the pool
# <sphx_glr_lessons_pools_ending_a_pool.py:ctrl-c-and-a-pool-without-with>`.
#
# An executor goes on after Ctrl-C
# --------------------------------
# Here Ctrl-C comes after the first result:
#
# .. pair:: ctrl_c-executor
#
# The end of the ``with`` block waits for all tasks that were submitted, also after an exception.
# (A ``for`` loop over ``executor.map()`` cancels its waiting tasks.)
# ``cancel_futures=True`` cancels the tasks that wait, except for up to ``max_workers + 1`` that
# were already passed on to the workers. Those are finished, as are those that run. To kill the
# workers instead, call ``executor.terminate_workers()`` (since Python 3.14), or use a ``Pool``.
#
# Let a task end by itself
# ------------------------
# ``terminate()`` kills a task before its ``finally``. If a task has to close what it opened,
# :ref:`pass an Event through initargs <sphx_glr_lessons_shared_memory_pass_a_value.py>`, and let
# the task look at it between two steps:
#
# .. code-block:: python
#
#    from multiprocessing import Event  # not the one of threading
#
#    def begin(event):  # the initializer
#        global please_stop
#        ignore_ctrl_c()
#        please_stop = event
#
#    def write_days(path):
#        part = path.with_suffix(".part")
#        with part.open("w") as file:
#            for day in range(100_000):
#                if please_stop.is_set():
#                    return  # not complete
#                file.write(simulate(day))
#        part.replace(path)  # complete
#
#    if __name__ == "__main__":
#        please_stop = Event()
#        with ProcessPoolExecutor(2, None, begin, (please_stop,)) as executor:
#            try:
#                for result in executor.map(write_days, paths):
#                    ...
#            finally:  # after Ctrl-C, and after an error
#                please_stop.set()
#
# The end of the block waits until each worker has closed its file. Then ``KeyboardInterrupt``
# goes on.
#
# Do not ``terminate()`` workers that share an event: :ref:`set() may hang
# <sphx_glr_lessons_spawning_stop_a_process.py:what-a-killed-process-leaves-locked>`.
#
# Which exit status: raise or sys.exit(130)?
# ------------------------------------------
# The first program ends with 0, as if all were done. End the ``except`` block of yours with one
# of these. (``finally`` still saves.)
#
# - **raise**: main prints one traceback and ends by SIGINT. The shell shows status 130, and a
#   bash script around it ends, too.
# - **sys.exit(130)** prints no traceback. But a bash script takes Ctrl-C for handled, and goes
#   on with its next command.
#
# .. platform:: Windows
#
#    Ctrl-C goes to all processes of the console. No process inherits ``SIG_IGN``, so a worker
#    that still starts prints a traceback. Before Python 3.14, main `notices Ctrl-C only when it
#    wakes <https://github.com/python/cpython/issues/125541>`__. Wait in a loop, with a timeout:
#    ``while concurrent.futures.wait(futures, timeout=0.5).not_done: pass``.
#
# **In Jupyter** on Linux and macOS, "Interrupt" `reaches the workers, too
# <https://github.com/jupyter/jupyter_client/pull/68>`__. On Windows it interrupts the kernel
# only.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_pools_ending_a_pool.py`, for other ways to end a pool.
# - :ref:`sphx_glr_lessons_spawning_stop_a_process.py`, for the same without a pool, and for
#   ``finally`` on SIGTERM.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 80
# sphinx_gallery_lesson_short = "Ctrl-C"
# sphinx_gallery_lesson_asked = ["stop a pool with Ctrl-C", "KeyboardInterrupt in a Pool"]
# sphinx_gallery_lesson_asked = ["Process ForkPoolWorker-1: Traceback ... KeyboardInterrupt"]
# sphinx_gallery_lesson_asked = ["Ctrl-C does not stop ProcessPoolExecutor"]
# sphinx_gallery_lesson_asked = ["program hangs after Ctrl-C", "workers ignore SIGINT"]
# sphinx_gallery_lesson_asked = ["keep the results after KeyboardInterrupt, save on Ctrl-C"]
# sphinx_gallery_lesson_asked = ["graceful shutdown of workers with an Event"]
# sphinx_gallery_lesson_asked = ["exit code 130", "second Ctrl-C during the clean-up"]
# sphinx_gallery_lesson_asked = ["Ctrl-C with multiprocessing on Windows, in Jupyter"]
