"""
Lock, Semaphore, Event, Condition, Barrier or Queue: which one?
===============================================================

Your processes must wait for one another, and ``multiprocessing`` has seven tools for it, with the
names that ``threading`` has. In short: find your case in the table below, and take its tool.
But if main can write what the workers return, use an executor instead. Then you need none of the
seven, and your program does not hang when a worker is killed.
"""

# %%
# ================================  =============================================================
# What is to happen?                Take
# ================================  =============================================================
# One at a time                     :ref:`Lock <sphx_glr_lessons_synchronisation_lock.py>`, or an
#                                   RLock if the holder takes it again
# At most three at a time           :ref:`Semaphore(3)
#                                   <sphx_glr_lessons_synchronisation_semaphore.py>`
# All begin, or all stop            :ref:`Event <sphx_glr_lessons_synchronisation_event.py>`
# Sleep until shared data changes   :ref:`Condition
#                                   <sphx_glr_lessons_synchronisation_condition.py>`
# Wait until all are here           :ref:`Barrier
#                                   <sphx_glr_lessons_synchronisation_barrier.py>`
# Hand over items                   :ref:`Queue <sphx_glr_lessons_communication_queues.py>`
# Call a function many times        :ref:`an executor <sphx_glr_lessons_pools_executor.py>`
# ================================  =============================================================
#
# A program with three of them
# ----------------------------
# Four shops send their sales in dollars. Main looks up the rate while the workers start. At most
# two of them compute at a time, because each needs much memory, and one writes to the report.

import random
import sys
import tempfile
from multiprocessing import Event, Lock, Process, Semaphore
from pathlib import Path

SHOPS = ["Boston", "Dallas", "Miami", "Seattle"]


def total(shop, rate):
    """Return the line of a shop: its sales in euros."""
    rng = random.Random(shop)
    euros = sum(rng.uniform(1, 90) * rate for _ in range(100_000))
    return f"{shop}: {euros:.2f}\n"


def report_on(shop, folder, ready, slots, lock):
    """Compute the total of a shop, and append it to the report."""
    if not ready.wait(timeout=60):  # (1)
        sys.exit("there is no rate")
    rate = float(Path(folder, "rate").read_text())
    with slots:  # (2)
        line = total(shop, rate)
    with lock, Path(folder, "report").open("a") as file:
        file.write(line)  # (3)
    print(shop, "is written")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        ready, slots, lock = Event(), Semaphore(2), Lock()
        workers = []
        for shop in SHOPS:
            args = (shop, folder, ready, slots, lock)
            workers.append(Process(target=report_on, args=args))
        for worker in workers:
            worker.start()
        Path(folder, "rate").write_text("0.92")
        ready.set()
        for worker in workers:
            worker.join()
        if any(worker.exitcode for worker in workers):
            sys.exit("a shop is missing")
        report = Path(folder, "report").read_text()
    print(len(report.splitlines()), "lines in the report")

# %%
# 1. **Event**: the workers wait until main has written the rate. The timeout ends them if main
#    fails before that.
# 2. **Semaphore**: the third worker waits here until one of the first two leaves the block.
# 3. **Lock**: the position in the file belongs to one writer at a time.
#
# .. chance::
#
#    Which shop is written first varies.
#
# If a worker raises, ``with`` gives back what it holds, and main ends with an error. Ctrl-C ends
# all of them. But if a worker is killed while it waits for the event or holds the lock, main waits
# forever. If it is killed in the block of the semaphore, one place is lost.
#
# The same with an executor
# -------------------------

from concurrent.futures import ProcessPoolExecutor
from itertools import repeat

if __name__ == "__main__":
    rate = 0.92
    with ProcessPoolExecutor(max_workers=2) as executor:
        lines = list(executor.map(total, SHOPS, repeat(rate)))
    print("the same:", sorted(lines) == sorted(report.splitlines(True)))

# %%
# ``max_workers=2`` is the semaphore. Main has the rate *before* it submits, so there is no event.
# Only main has the lines, so there is no lock, and they are in order. Main gets the exception of a
# worker that raises, and ``BrokenProcessPool`` if one is killed.
#
# Keep the three for what a pool cannot do: workers that run all the time, or that share what
# cannot be sent, such as a device.
#
# What is left when a process is killed
# -------------------------------------
# None of these tools notices the end of a process, whether ``kill()``, ``terminate()`` or a system
# that is out of memory ended it:
#
# =====================  ========================================================================
# Killed                 The others
# =====================  ========================================================================
# holding a Lock         wait forever
# holding a Semaphore    have one place less
# in an Event's wait     ``set()`` never returns
# in a Condition's wait  ``notify_all()`` never returns, nor does ``notify()`` if no other waits
# before a Barrier       wait forever, or with a timeout get ``BrokenBarrierError``
# in a Barrier's wait    wait forever, even with a timeout
# in a Queue's get       wait forever in ``get()``, :ref:`as here
#                        <sphx_glr_lessons_communication_producers_that_fail.py>`
# =====================  ========================================================================
#
# The third line surprises most. ``set()`` wakes all who wait, and then `waits until each of them
# has said that it is awake
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/synchronize.py#L302-L304>`__. A
# killed process cannot. Condition and Barrier have the same code (`gh-75158
# <https://github.com/python/cpython/issues/75158>`__, `gh-123899
# <https://github.com/python/cpython/issues/123899>`__). So end a waiting worker by the event, not
# by ``terminate()``. If one was killed, end all, and start again with new tools.
#
# threading.Lock and asyncio.Lock: the same name, another thing
# -------------------------------------------------------------
# Two processes count the lines that they have read, in one file.
#
# .. pair::
#
# - Under **spawn** and **forkserver** a :class:`threading.Lock` is refused: ``TypeError: cannot
#   pickle '_thread.lock' object``. So are ``threading``'s other tools, and ``queue.Queue``.
# - Under **fork** nothing is pickled. Each child has a copy of the lock, which locks its own
#   threads only, and lines are lost in silence.
# - An :class:`asyncio.Lock` is worse: it *can* be pickled, so each process gets a copy, under every
#   start method.
#
# One tool is for processes, one for the threads of a process, and one for the tasks of an event
# loop. A ``multiprocessing.Lock`` works between threads, too.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_synchronisation_locks_in_pools.py`, if the workers are a pool's.
# - :ref:`sphx_glr_lessons_synchronisation_deadlock.py`, if two locks are involved.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 80
# sphinx_gallery_lesson_short = "Which one?"
# sphinx_gallery_lesson_asked = ["Lock or Semaphore or Event or Condition", "which lock to use"]
# sphinx_gallery_lesson_asked = ["difference between threading.Lock and multiprocessing.Lock"]
# sphinx_gallery_lesson_asked = ["threading.Lock passed to a Process, cannot pickle"]
# sphinx_gallery_lesson_asked = ["asyncio.Lock in several processes"]
# sphinx_gallery_lesson_asked = ["Event.set() hangs, process killed while it waits"]
# sphinx_gallery_lesson_asked = ["notify_all blocks, a waiting process has died"]
# sphinx_gallery_lesson_asked = ["Barrier hangs after a process was terminated"]
# sphinx_gallery_lesson_asked = ["process killed while it holds a semaphore"]
