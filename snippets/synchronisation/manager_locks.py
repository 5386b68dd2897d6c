"""
A lock that can be sent: the manager's Lock, Event and Barrier
==============================================================

You passed an Event or a Barrier to a task of a pool, and got ``RuntimeError: Condition objects
should only be shared between processes through inheritance``. Or you want to stop a task that is
running, which ``future.cancel()`` cannot. In short: ``manager.Event()`` of a ``Manager()`` can be
an argument of a task, an item of a queue or a value in a shared dict. So can the manager's other
six tools. Each use of them is a message to another process.
"""

# %%
# Stop the tasks that are running
# -------------------------------
# A number is wanted whose SHA-256 digest begins with five zeros, as in Bitcoin. Four tasks look
# for it. When main has the first answer, the others should stop.

from concurrent.futures import ProcessPoolExecutor, as_completed
from hashlib import sha256
from itertools import count
from multiprocessing import Manager


def search(first, stop):
    """Return a number, or None if main has one already."""
    for number in count(first):
        ask = number % 5_000 == 0  # (1)
        if ask and stop.is_set():
            print("stopped at", number)
            return None
        digest = sha256(f"block 17, {number}".encode()).hexdigest()
        if digest.startswith("00000"):
            return number


if __name__ == "__main__":
    firsts = range(0, 4_000_000_000, 1_000_000_000)
    with Manager() as manager, ProcessPoolExecutor(2) as executor:
        stop = manager.Event()
        tasks = [executor.submit(search, n, stop) for n in firsts]
        try:
            found = next(as_completed(tasks)).result()
        finally:
            stop.set()  # (2)
    print("found a number:", found is not None)

# %%
# 1. Each ``is_set()`` is a message to the manager and its answer. So ask now and then, not for each
#    number.
# 2. In ``finally``, because the end of the ``with`` block waits for all tasks. So they are also
#    stopped if a task raised, or main got Ctrl-C. The waiting tasks are run, too, and stop at
#    once.
#
# Order matters in the ``with``: the executor's block ends before the manager's
# (:ref:`otherwise workers fail <sphx_glr_lessons_shared_memory_manager_dict.py>`).
#
# Keep the Event in a variable of main until the workers have it. When no process has a proxy, the
# manager deletes it. After ``queue.put(manager.Event())``, ``get()`` raises ``RemoteError`` with a
# ``KeyError``. After ``pool.apply_async(search, (0, manager.Event()))``, the worker dies of it, and
# main waits forever for the result.
#
# If you make the pool yourself, a ``multiprocessing.Event`` in ``initargs`` is faster
# (:ref:`sphx_glr_lessons_synchronisation_locks_in_pools.py`). Take the manager's if a library made
# the pool, if each task has an Event of its own, or if the workers are on :ref:`other machines
# <sphx_glr_lessons_shared_memory_manager_on_the_network.py>`.
#
# All seven
# ---------
# Five of them are held in a ``with`` block. Event and Barrier are waited for.

import os


def hold(tool):
    """Hold a tool for a moment; return who did."""
    with tool:
        return os.getpid()


def meet(barrier):
    """Wait for the other worker; return 0 in one, 1 in the other."""
    return barrier.wait(timeout=30)


if __name__ == "__main__":
    with Manager() as manager, ProcessPoolExecutor(2) as executor:
        tools = [
            manager.Lock(),
            manager.RLock(),
            manager.Semaphore(2),
            manager.BoundedSemaphore(2),
            manager.Condition(),
        ]
        holders = list(executor.map(hold, tools))
        barrier = manager.Barrier(2)
        places = list(executor.map(meet, [barrier, barrier]))
    others = [pid for pid in holders if pid != os.getpid()]
    print(len(others), "tools were held by workers")
    print("wait() returned:", sorted(places))

# %%
# They are the tools of :mod:`threading`, which live in the manager's process. There a thread for
# each connected worker uses them.
#
# A Barrier for more tasks than workers hangs
# -------------------------------------------
# What is each region's share of all sales? Each task adds its sum, waits for the others, and reads
# all sums.
#
# .. pair::
#
# Two tasks wait at the barrier and keep both workers busy. The third task, which they wait for, is
# never begun. Give the pool as many workers as the barrier has parties, and each ``wait`` a
# timeout. Or do without: two calls of ``executor.map``, one for the sums and one for the shares.
#
# A worker was killed
# -------------------
# The manager does not release what a killed worker held. If a worker was killed while it *waited*,
# ``set()`` and ``notify()`` return. Those of ``multiprocessing``'s own tools :ref:`may never return
# <sphx_glr_lessons_synchronisation_choosing.py>`:
#
# =======================  ================================================================
# Killed                   The others
# =======================  ================================================================
# holding a Lock or RLock  wait forever
# holding a Semaphore      have one place less
# in an Event's wait       go on, and ``set()`` returns
# in a Barrier's wait      pass the barrier, as if it were there
# in a Condition's wait    wait forever after the next ``notify()``
# =======================  ================================================================
#
# The last two come from the worker's thread in the manager. It still waits, and when it is
# notified, it takes the Condition's lock, which no worker will release. An executor raises
# ``BrokenProcessPool`` if a worker is killed: make a new one, with new tools.
#
# If the manager itself is killed, each call raises ``EOFError`` or an ``OSError``, such as
# ``ConnectionResetError``, ``BrokenPipeError`` or ``ConnectionRefusedError``.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_synchronisation_choosing.py`, to choose one of the seven.
# - :ref:`sphx_glr_lessons_shared_memory_your_own_manager.py`, for a tool of your own in a manager.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 75
# sphinx_gallery_lesson_short = "Manager's locks"
# sphinx_gallery_lesson_asked = ["Condition objects should only be shared between processes"]
# sphinx_gallery_lesson_asked = ["Manager().Event() in a pool", "pass an Event to pool.map"]
# sphinx_gallery_lesson_asked = ["stop a running task of ProcessPoolExecutor with an Event"]
# sphinx_gallery_lesson_asked = ["Barrier in a pool hangs", "Manager().Barrier()"]
# sphinx_gallery_lesson_asked = ["manager Semaphore, RLock, Condition, BoundedSemaphore"]
# sphinx_gallery_lesson_asked = ["pass a Semaphore to ProcessPoolExecutor"]
