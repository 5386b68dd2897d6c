"""
Tell every worker that something has happened: Event
====================================================

Your workers may begin only when main has loaded the data, and later they work in a loop until
main tells them to stop. In short: pass a :class:`multiprocessing.Event` to each worker. Workers
call ``event.wait(timeout)``; main calls ``event.set()`` once, and all of them wake. There are two
traps: ``clear()``, and a worker that is killed while it waits.
"""

# %%
# Two events: ready and stop
# --------------------------
# Main creates a database and writes orders into it. A worker for each shop shows the shop's total
# whenever it has changed.

import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from multiprocessing import Event, Process
from pathlib import Path

ORDERS = [("north", 12), ("south", 30), ("north", 8), ("south", 5)]
TOTAL = "SELECT sum(price) FROM orders WHERE shop = ?"


def watch(shop, path, ready, stop):
    """Print the shop's total when it changes, until told to stop."""
    if not ready.wait(60):  # (1)
        sys.exit("the database is not ready")
    print(f"{shop} begins")
    total, done = None, False
    with closing(sqlite3.connect(path)) as db:
        while not done:
            done = stop.wait(0.2)
            (now,) = db.execute(TOTAL, [shop]).fetchone()
            if now != total:
                total = now
                print(f"{shop}: {total}")
    print(f"{shop} stops")


def tell(event, workers):
    """Set the event, unless a worker has failed."""
    codes = [worker.exitcode for worker in workers]
    if any(codes):  # (2)
        sys.exit(f"exit codes: {codes}")
    event.set()


if __name__ == "__main__":
    ready, stop = Event(), Event()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "orders.db")
        workers = []
        for shop in ["north", "south"]:
            args = (shop, path, ready, stop)
            worker = Process(target=watch, args=args, daemon=True)
            worker.start()
            workers.append(worker)
        with closing(sqlite3.connect(path)) as db:
            with db:
                db.execute("CREATE TABLE orders (shop, price)")
            print("main: the database is ready")
            tell(ready, workers)
            for order in ORDERS:
                time.sleep(0.3)  # until a customer orders
                with db:
                    db.execute("INSERT INTO orders VALUES (?, ?)", order)
        print("main: stop")
        tell(stop, workers)
        for worker in workers:
            worker.join()
    if any(worker.exitcode for worker in workers):
        sys.exit("a worker failed")

# %%
# 1. With a timeout, :meth:`~threading.Event.wait` returns ``False`` when the time is up.
# 2. Keep this check: if a worker was killed while it waited, ``set()`` can hang (see below).
#
# No worker began before main's line ``the database is ready``. One ``set()`` woke both. An event
# stays set, so for a worker that comes late ``wait()`` returns ``True`` at once.
#
# .. chance::
#
#    Which shop is first, and which totals are seen on the way, depends on the moment. The last
#    total of each shop is the same in every run.
#
# Sleep in stop.wait(), not in time.sleep()
# -----------------------------------------
# ``stop.wait(0.2)`` returns ``False`` after 0.2 s, and ``True`` as soon as main sets the event.
# Even ``stop.wait(600)`` would not delay the stop; ``time.sleep(600)`` would, by up to ten
# minutes. The query comes after the wait, so each worker looks once more after the stop and misses
# no order. A loop without pauses asks ``while not stop.is_set():``.
#
# What happens if main or a worker fails
# --------------------------------------
# - **A worker raises**: the others do not notice. Main sees the exit code at the next ``tell()``,
#   or after ``join()``, and ends with an error.
# - **Main raises** and sets nothing: the workers are daemons, and are terminated when main ends.
#   Without ``daemon=True``, main would wait for workers that wait for main.
# - **Ctrl-C** interrupts the workers, too. ``wait()`` raises ``KeyboardInterrupt``, and ``set()``
#   does not hang.
# - **Main is killed**: the workers go on, although they are daemons
#   (:ref:`sphx_glr_lessons_spawning_parent_killed.py`).
#
# clear() right after set(): a worker misses it
# ---------------------------------------------
# After each exchange rate, main sets the event and clears it at once, for the next one.
#
# .. pair::
#
# Such a pulse reaches the worker only if it is in ``wait()`` just then, and not while it starts or
# prints. In the end it waits for a pulse that has passed.
#
# Even a worker that a pulse has woken may get ``False``, although it gave no timeout: it `looks
# at the event again
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/synchronize.py#L358-L369>`__,
# and by then main may have cleared it.
#
# The cured program has an event for each step, and never clears it. If each item is for one
# worker, a queue is simpler. For the same steps again and again, use a :ref:`barrier
# <sphx_glr_lessons_synchronisation_barrier.py>`. Call ``clear()`` only when no process waits.
#
# set() hangs: a waiting worker was killed
# ----------------------------------------
# Main terminates one of two workers, and then wants to stop the other.
#
# .. pair:: event-killed
#
# 1. A worker that begins to wait `is counted
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/synchronize.py#L261-L282>`__,
#    and reports when it has woken.
# 2. ``set()`` wakes all that are counted, and `waits for each report
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/synchronize.py#L302-L304>`__,
#    without a limit. The killed worker never reports.
# 3. Meanwhile main holds the event's lock. The other worker needs it to return from ``wait()``.
#    A timeout does not help.
#
# It happens after ``terminate()`` or ``kill()``, and when the system kills a worker for lack of
# memory (`CPython issue 75158 <https://github.com/python/cpython/issues/75158>`__). You can
# avoid it:
#
# - **Set first, then join(timeout), and terminate last.** Do not touch the event afterwards.
# - **A manager's event**, as in the cured program: a server process survives the death of a
#   client.
# - **A pipe for each worker**: :ref:`a worker that sleeps in poll()
#   <sphx_glr_lessons_spawning_stop_a_process.py:a-worker-that-sleeps-between-two-rounds>` can be
#   killed.
# - **A handler for SIGTERM in each worker**: ``signal.signal(signal.SIGTERM, lambda *_:
#   sys.exit(1))``. Then ``wait()`` ends with an exception, and reports. It does not help against
#   ``kill()``, or on Windows.
#
# ``tell()`` notices a worker that was killed before. If one dies at that moment, ``set()``
# still hangs.
#
# **Do not call set() in a signal handler.** If it has interrupted ``wait()`` (`issue 85772
# <https://github.com/python/cpython/issues/85772>`__) or ``is_set()`` (`issue 126434
# <https://github.com/python/cpython/issues/126434>`__) of the same event, ``set()`` waits for its
# own process forever. Raise an exception instead, as above.
#
# When not to use an Event
# ------------------------
# - **To pass a value**: use a :ref:`queue <sphx_glr_lessons_communication_queues.py>`.
# - **To end workers that read a queue**: in ``get()`` they do not see the event. Put a
#   :ref:`sentinel <sphx_glr_lessons_communication_sentinels.py>`.
# - **In a pool**: an event as an argument of ``map`` raises ``RuntimeError: Condition objects
#   should only be shared between processes through inheritance``. Pass it to the
#   :ref:`initializer <sphx_glr_lessons_pools_initializer.py>`.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_synchronisation_condition.py`, to wait until a shared number is large
#   enough.
# - :ref:`sphx_glr_lessons_spawning_stop_a_process.py`, for a worker that does not stop.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 30
# sphinx_gallery_lesson_short = "Event"
# sphinx_gallery_lesson_asked = ["multiprocessing Event", "stop all workers with an event"]
# sphinx_gallery_lesson_asked = ["wait until data is loaded in another process"]
# sphinx_gallery_lesson_asked = ["Event.wait with a timeout returns False"]
# sphinx_gallery_lesson_asked = ["Event.set() hangs after terminate"]
# sphinx_gallery_lesson_asked = ["event set and clear, a worker misses it"]
# sphinx_gallery_lesson_asked = ["sleep in a worker that can be interrupted"]
# sphinx_gallery_lesson_asked = ["Event.wait returns False without a timeout"]
# sphinx_gallery_lesson_asked = ["Event.set in a signal handler hangs"]
