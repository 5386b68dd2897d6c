"""
Wait until shared data has changed: Condition
=============================================

A worker has to wait until a shared number is large enough: until memory is free, or enough rows
are there. A loop with ``time.sleep()`` is late or keeps a core busy. In short: ``with condition:
condition.wait_for(lambda: free.value >= 30, timeout=60)`` sleeps until it is true. The process
that changes the number calls ``condition.notify_all()``. With ``wait()`` alone you miss changes.
"""

# %%
# A memory budget for all workers
# -------------------------------
# Each worker sorts the values of a month in memory, and knows how much memory it needs. Together
# they may take 100 MB. (The program only pretends these sizes.)

import random
import sys
from contextlib import contextmanager
from multiprocessing import Condition, Process, Value
from multiprocessing.connection import wait

MONTHS = {"january": 60, "february": 30, "march": 50, "april": 20}


@contextmanager
def reserve(megabytes, free, changed):
    """Wait until so much memory is free; give it back at the end."""
    with changed:
        if not changed.wait_for(lambda: free.value >= megabytes, timeout=60):
            raise TimeoutError(f"no {megabytes} MB within a minute")
        free.value -= megabytes
        print(f"took {megabytes} MB, {free.value} are free")
    try:
        yield
    finally:
        with changed:
            free.value += megabytes
            print(f"gave {megabytes} MB, {free.value} are free")
            changed.notify_all()  # (1)


def median(month, megabytes):
    """Return the median of a month's values."""
    rng = random.Random(month)
    values = sorted(rng.random() for _ in range(megabytes * 5000))
    return values[len(values) // 2]


def work(month, megabytes, free, changed):
    """Print the median when there is memory for it."""
    with reserve(megabytes, free, changed):
        result = median(month, megabytes)
    print(f"{month}: {result:.3f}")


if __name__ == "__main__":
    free = Value("i", 100)
    changed = Condition(free.get_lock())
    running = {}
    for month, megabytes in MONTHS.items():
        args = (month, megabytes, free, changed)
        worker = Process(target=work, args=args, daemon=True)
        worker.start()
        running[worker.sentinel] = worker
    while running:
        for ended in wait(running):  # (2)
            worker = running.pop(ended)
            worker.join()
            if worker.exitcode:
                sys.exit(f"{worker.name} failed")
    print(f"all is done, {free.value} MB are free")

# %%
# 1. All waiting workers wake, and each looks whether there is enough for it.
# 2. Main waits for whichever worker ends first. If one fails, main ends at once, and the other
#    workers, which are daemons, are terminated (see below).
#
# Read the lines from the top: ``took`` comes only when there is enough, and a worker that needs
# more waits for a line ``gave``. At the end all 100 MB are free.
#
# .. chance::
#
#    The order of the months varies. The budget holds in every run.
#
# What wait_for() does
# --------------------
# 1. ``with changed`` takes the lock. Here it is the lock of the ``Value`` itself, so nothing can
#    change ``free.value`` meanwhile. (It is an ``RLock``: ``.value`` takes it again inside.)
# 2. ``wait_for`` calls the function. If it is true, ``wait_for`` returns at once.
# 3. If not, the worker `releases the lock and sleeps
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/synchronize.py#L261-L282>`__.
#    After a notification it takes the lock again, and goes on with step 2.
# 4. It returns what the function returned last. At a timeout that is false: test it, as
#    ``reserve`` does. The worker still holds the lock, so it can take its share safely.
#
# The timeout limits the sleep only: to return, ``wait_for`` needs the lock, without a limit. Keep
# the lock for short steps, and do the work outside. ``reserve`` gives the memory back in
# ``finally``, so it comes back after an exception in the work, too, or after Ctrl-C.
#
# wait() without a condition: the lost notification
# -------------------------------------------------
# A worker loads rows and notifies main after each. Main waits once for each row.
#
# .. pair::
#
# A notification is not stored. If no process sleeps at that moment, ``notify()`` does nothing.
# Main needs time to wake and to take the lock, and by then the worker has notified again. So main
# counts too few, and waits for rows that are there. With a slow worker the mistake may not show.
#
# The cured program asks the *data*. It does not matter how many notifications came, or whether
# they came before main waited. For the same reason a single ``wait()`` is no good: always use
# ``wait_for``.
#
# notify() wakes the wrong process
# --------------------------------
# One worker needs 80 MB, another 20. Then 20 MB get free.
#
# .. pair:: condition-notify
#
# ``notify()`` wakes one process, and you cannot choose which. In this run it was the worker that
# needs 80 MB. It slept again, and the other was not told. Call ``notify()`` only if all waiting
# processes want the same, and one is enough. If in doubt, call ``notify_all()``.
#
# "lock is not owned"
# -------------------
# Without ``with condition:`` around them, ``notify()`` and ``notify_all()`` raise
# ``AssertionError: lock is not owned``, and ``wait()`` raises ``AssertionError: must acquire()
# condition before using wait()``. ``wait_for`` raises it only when it has to wait, so your tests
# may miss it. Change the data in the same block, so that no process looks between the change and
# the notification.
#
# A worker that is killed
# -----------------------
# - **While it sleeps**: ``notify_all()`` :ref:`waits for it forever
#   <sphx_glr_lessons_synchronisation_event.py:set-hangs-a-waiting-worker-was-killed>`, with the
#   lock held. So does ``notify()`` if no other process sleeps.
# - **In its with block**: the lock stays taken, and all others wait for it, whatever their
#   timeout is.
# - **While it works**: its megabytes never get free.
#
# Main cannot find out which of these it was, so it cannot repair it. It looks at the exit codes
# while the workers run, and ends the program when one has failed.
#
# When not to use a Condition
# ---------------------------
# - **Items go from one process to another**: a :ref:`queue
#   <sphx_glr_lessons_communication_queues.py>` has all of this inside, and with ``maxsize`` it
#   :ref:`holds the producer back <sphx_glr_lessons_communication_bounded_queue.py>`.
# - **It happens once**: use an :ref:`event <sphx_glr_lessons_synchronisation_event.py>`.
# - **Each takes one of several equal places**: use a :ref:`semaphore
#   <sphx_glr_lessons_synchronisation_semaphore.py>`.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_shared_memory_lost_updates.py`, for why the lock has to be held from the
#   look to the change.
# - :ref:`sphx_glr_lessons_spawning_whichever_first.py`, for the loop in main.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 40
# sphinx_gallery_lesson_short = "Condition"
# sphinx_gallery_lesson_asked = ["multiprocessing Condition", "wait_for a shared value"]
# sphinx_gallery_lesson_asked = ["wait until a shared variable has a value"]
# sphinx_gallery_lesson_asked = ["AssertionError: must acquire() condition before using wait()"]
# sphinx_gallery_lesson_asked = ["AssertionError: lock is not owned"]
# sphinx_gallery_lesson_asked = ["condition.wait() hangs, lost notification"]
# sphinx_gallery_lesson_asked = ["notify or notify_all", "notify_all hangs"]
# sphinx_gallery_lesson_asked = ["limit the memory of all workers together"]
