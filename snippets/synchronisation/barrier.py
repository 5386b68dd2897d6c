"""
Make processes wait for each other: Barrier
===========================================

Your workers work in phases, and each needs what all the others made in the phase before. If one
of them runs ahead, it reads old data, and the result is wrong without an error. In short: give
the same ``Barrier(number_of_workers)`` to all of them, and let each call
``barrier.wait(timeout=60)`` at the end of a phase. It returns when all have called it, and
raises ``BrokenBarrierError`` when one of them has not come in time.
"""

# %%
# Two phases: look at all, then change
# ------------------------------------
# A dark picture should use all shades of grey. Each of three workers has a strip of it. First the
# worker finds the brightest pixel of its strip. Then it scales the strip, which needs the
# brightest pixel of the *whole* picture.

import sys
from multiprocessing import Array, Barrier, Process

WORKERS = 3
GREY = [y + x % 20 for y in range(90) for x in range(400)]


def stretch(number, picture, peaks, barrier, limit):
    """Scale a strip: the picture's brightest pixel becomes 255."""
    size = len(picture)
    strip = slice(number * size // WORKERS, (number + 1) * size // WORKERS)
    peaks[number] = max(picture[strip])
    print(f"strip {number}: brightest {peaks[number]}")
    place = barrier.wait(limit)  # (1)
    peak = max(peaks)
    picture[strip] = [p * 255 // peak for p in picture[strip]]
    print(f"strip {number}: scaled by 255 / {peak}")
    if place == 0:  # (2)
        print(f"brightest of all: {peak}")


def run(targets, *shared):
    """Run a process for each strip, and return their exit codes."""
    workers = []
    for number, target in enumerate(targets):
        workers.append(Process(target=target, args=(number, *shared)))
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return [worker.exitcode for worker in workers]


if __name__ == "__main__":
    picture = Array("B", GREY, lock=False)  # no lock: each has its own strip
    peaks = Array("B", WORKERS, lock=False)
    barrier = Barrier(WORKERS)
    if any(run([stretch] * WORKERS, picture, peaks, barrier, 60)):
        sys.exit("a worker failed")
    print(f"from {min(GREY)}-{max(GREY)} to {min(picture)}-{max(picture)}")

# %%
# 1. Each worker waits here until the third one comes. So all lines "brightest" of the strips come
#    before the first line "scaled".
# 2. ``wait()`` returns a different number in each worker, from 0 to 2. The one that gets 0 writes
#    the summary.
#
# .. chance::
#
#    The worker that comes first gets 0.
#
# When all have left the barrier, it is ready for the next phase. Main has to keep it in a
# variable until the workers have ended. Otherwise the next shared object may get its memory.
#
# Many steps: wait twice in each
# ------------------------------
# Heat flows along a rod. In each step, a cell becomes the mean of itself and its neighbours. Two
# workers have half of the cells each, and each reads an edge cell of the other.
#
# .. pair::
#
# The broken workers begin together and then run at their own pace, so each reads edges of other
# steps. (The wrong number varies.) The cured program gives exactly what the
# plain loop gives:
#
# 1. The first ``wait()``: no worker writes before both have read.
# 2. The second ``wait()``: no worker reads for the next step before both have written.
#
# With two arrays one wait in each step is enough: read one, write the other, wait, and swap
# them.
#
# A worker raises: the others wait forever
# ----------------------------------------
# .. pair:: barrier-raises
#
# The worker of strip 1 has failed. The barrier does not notice, and neither does main, which
# joins the worker of strip 0. With ``wait(timeout=60)`` the others would lose a minute.
#
# In the cured program, the failed worker calls ``abort()``. That *breaks* the barrier: ``wait()``
# raises :exc:`threading.BrokenBarrierError` in all who wait or come later. (End your program
# with ``sys.exit("a worker failed")`` then.)
#
# ``from multiprocessing import BrokenBarrierError`` raises ``ImportError``: it is in
# ``threading``.
#
# A worker is killed: timeout, broken, reset
# ------------------------------------------
# A killed worker cannot call ``abort()``. Here one dies before it reaches the barrier, and the
# others wait for a second.

import os
from functools import partial
from threading import BrokenBarrierError


def tell(peaks):
    """Print a summary, once in each phase."""
    print(f"action: brightest of all {max(peaks)}")


def stretch_or_stop(number, *shared):
    """Scale a strip, unless another worker is missing."""
    try:
        stretch(number, *shared)
    except BrokenBarrierError:
        sys.exit(f"strip {number}: not all came")


def die(*_):
    """End as a killed process does."""
    os._exit(9)


if __name__ == "__main__":
    picture = Array("B", GREY, lock=False)
    peaks = Array("B", WORKERS, lock=False)
    barrier = Barrier(WORKERS, action=partial(tell, peaks))
    shared = (picture, peaks, barrier)
    codes = run([stretch_or_stop, stretch_or_stop, die], *shared, 1)
    print("exit codes:", codes, "broken:", barrier.broken)
    print(f"waiting: {barrier.n_waiting} of {barrier.parties}")
    barrier.reset()
    print("after reset, broken:", barrier.broken)
    codes = run([stretch_or_stop] * WORKERS, *shared, 60)
    print("exit codes:", codes, "brightest:", max(picture))
    if any(codes):
        sys.exit("a worker failed again")

# %%
# After a second, one worker's ``wait()`` timed out. That broke the barrier for the other, too, so
# neither changed its strip. ``reset()`` mended it, and the second try succeeded.
#
# - **The timeout** has to be longer than the longest phase, the start of the processes included.
#   ``Barrier(3, timeout=60)`` makes it the default of each ``wait()``.
# - **The action** runs in one process, the last that comes, while the others wait. It
#   gets no arguments, so give it some with ``partial``: a ``lambda`` works under fork only. If it
#   raises, the barrier is broken.
#
# **No timeout helps if a worker is killed while it waits.** The barrier wakes all sleepers and
# `waits until each has woken up
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/synchronize.py#L302-L304>`__,
# but the dead one never does (`an open issue
# <https://github.com/python/cpython/issues/123899>`__). The other worker's ``wait(timeout=1)``
# hangs, and so do ``abort()`` and ``reset()``. So main has to watch its workers, and
# terminate the others when one has failed (:ref:`how
# <sphx_glr_lessons_communication_producers_that_fail.py>`). Make a new barrier after that.
#
# Ctrl-C in a terminal interrupts all processes, and each ``wait()`` raises ``KeyboardInterrupt``.
# If only one worker gets the signal, the barrier is not broken, and the others go on waiting. To
# wake them, that worker can call ``abort()`` in an ``except BaseException``.
#
# Too few come: a barrier in a pool
# ---------------------------------
# ``Barrier(4)`` needs four processes at the same time. In a pool of three workers the fourth task
# does not begin before another ends, so all hang. Give the pool four workers, and the barrier
# through ``initargs``: as an argument of a task it raises ``RuntimeError``.
#
# When you need no barrier
# ------------------------
# - **The tasks are independent**: use a pool.
# - **Each phase can be a call of its own**: ``pool.map`` returns when all are done, so it *is* a
#   barrier, and it raises what a worker raised (:ref:`sphx_glr_lessons_pools_pool_map.py`). A
#   ``Barrier`` pays off for very many short steps, or where each worker keeps large data.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_synchronisation_event.py`, if all wait for one process, not for each
#   other.
# - :ref:`sphx_glr_lessons_shared_memory_shared_array.py`, for the memory that the workers share.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 50
# sphinx_gallery_lesson_short = "Barrier"
# sphinx_gallery_lesson_failures = "a worker ends itself before it comes to the barrier"
# sphinx_gallery_lesson_asked = ["multiprocessing Barrier example", "threading.BrokenBarrierError"]
# sphinx_gallery_lesson_asked = ["wait until all processes have reached a point"]
# sphinx_gallery_lesson_asked = ["barrier.wait() hangs forever", "Barrier timeout, abort, reset"]
# sphinx_gallery_lesson_asked = ["synchronize workers in each step of a simulation"]
# sphinx_gallery_lesson_asked = ["Barrier in a Pool hangs", "Barrier action: which process runs it"]
# sphinx_gallery_lesson_asked = ["ImportError: cannot import name 'BrokenBarrierError'"]
# sphinx_gallery_lesson_asked = ["process killed while waiting at a Barrier"]
