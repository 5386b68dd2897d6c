"""
Two processes wait for each other forever: a deadlock
=====================================================

Your program hangs, without an error and without using the CPU. Two of its processes hold a lock
each, and each waits for the lock of the other. In short: take the locks in the same order
everywhere, for instance sorted by account number, and this cannot happen. Here you make a
deadlock of two locks, see who waits where, and cure it in three ways.
"""

# %%
# Two locks in opposite order
# ---------------------------
# Money moves between two accounts. Each account has a lock, and a transfer needs both of them:
# first the lock of the account that pays, then the other. Two workers transfer in opposite
# directions.

import faulthandler
from multiprocessing import Barrier, Lock, Process, Value


def transfer(source, target, amount, balances, locks, both):
    """Move money, with the locks of both accounts held."""
    with locks[source]:
        print(f"has lock {source}, wants lock {target}")
        both.wait(60)  # (1)
        faulthandler.dump_traceback_later(source * 0.3)
        with locks[target]:  # (2)
            balances[source].value -= amount
            balances[target].value += amount
    print(f"moved {amount}")


def two_workers(target, both):
    """Make the shared objects, and start a worker each way."""
    balances = {n: Value("i", 500, lock=False) for n in (1, 2)}
    locks = {1: Lock(), 2: Lock()}
    workers = []
    for name, *job in [("A", 1, 2, 100), ("B", 2, 1, 30)]:
        args = (*job, balances, locks, both)
        worker = Process(target=target, args=args, name=name)
        worker.start()
        workers.append(worker)
    return workers, balances, locks


if __name__ == "__main__":
    both = Barrier(3)
    workers, balances, locks = two_workers(transfer, both)
    both.wait(60)
    for worker in workers:
        worker.join(timeout=1.5)
    print("waiting:", [w.name for w in workers if w.is_alive()])
    for worker in workers:
        worker.terminate()
        worker.join()
    print("balances:", balances[1].value, balances[2].value)

# %%
# 1. A barrier makes it certain: no worker goes on before both hold their first lock
#    (:ref:`sphx_glr_lessons_synchronisation_barrier.py`). Without it the same happens, but only
#    now and then.
# 2. Here both wait: neither prints "moved", and in the timeline main terminates them.
#
# See who waits where
# -------------------
# ``faulthandler.dump_traceback_later(seconds)`` is an alarm: if the process still runs after that
# time, it prints where it is. (B's is later, so that lines do not mix.) In both
# tracebacks the first line is the lock's ``__enter__``, and the second is the ``with`` of the
# second lock. Two processes that wait for a lock, each of them inside the ``with`` of another
# lock: that is how you recognise it. (Under fork the last lines are main's: the child is a copy,
# call stack included. From Python 3.13 on, some of them may be ``<invalid frame>``.)
#
# In your program, give the alarm more time than the work takes, and call
# ``faulthandler.cancel_dump_traceback_later()`` when it is done. For a program that hangs
# already, ``py-spy dump --pid PID`` shows the same from outside (``pip install py-spy``; it may
# need ``sudo``).
#
# Why neither goes on
# -------------------
# .. drawing:: deadlock-of-two-locks
#
#    A waits for B, and B waits for A.
#
# 1. Worker A takes lock 1. A lock lets in *one process at a time*.
# 2. Worker B takes lock 2. *Nothing takes a lock away* from its holder.
# 3. A wants lock 2 and waits. It *keeps* lock 1 meanwhile.
# 4. B wants lock 1 and waits for A, which waits for B: *a circle*.
#
# These are the four conditions of a deadlock: where one is missing, there is no deadlock. Cure 1
# removes the circle, cures 2 and 3 the keeping.
#
# Nothing detects this: to Python and the kernel, two processes sleep.
#
# Cure 1: the same order everywhere
# ---------------------------------
# .. pair::
#
# Both workers now take lock 1 first. The one that comes second waits *before it holds anything*,
# so there is no circle. Any order will do, if all processes use the same one: account numbers,
# names, paths. Do not sort by ``id()``: it can differ from process to process. And refuse a
# transfer from an account to itself: it would wait for the lock that it holds.
#
# Cure 2: a timeout, give back, try again
# ---------------------------------------
# Sometimes you cannot choose the order, because the first lock's data tells which lock comes
# second. Then wait for the second lock for a limited time, and give the first one back.

import sys
from itertools import count
from random import uniform
from time import sleep


def transfer_or_retry(source, target, amount, balances, locks, both):
    """Move money; give the first lock back if the second is taken."""
    for attempt in count(1):
        with locks[source]:
            if attempt == 1:
                both.wait(60)  # only to make the deadlock
            if locks[target].acquire(timeout=0.5):
                try:
                    balances[source].value -= amount
                    balances[target].value += amount
                finally:
                    locks[target].release()
                print(f"moved {amount}")
                return
        print(f"attempt {attempt}: gave lock {source} back")
        sleep(uniform(0, 0.4))  # (1)


if __name__ == "__main__":
    both = Barrier(2)
    workers, balances, locks = two_workers(transfer_or_retry, both)
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        sys.exit("a transfer failed")
    print("balances:", balances[1].value, balances[2].value)

# %%
# 1. A random pause. If both workers gave up and came back at the same moments, they would meet
#    again and again: busy, but no further. This is a *livelock*.
#
# .. chance::
#
#    Either worker may give up first, or both.
#
# ``acquire(timeout=...)`` returns ``False`` after the time, and raises nothing. If you ignore
# that, you work without the lock.
#
# Cure 3: one lock
# ----------------
# One lock for all accounts, taken once in each transfer, cannot make a circle. Transfers then
# wait for each other even where they have no account in common. If transfers are short, begin
# with this.
#
# Ctrl-C, kill, and a worker that raises
# --------------------------------------
# - **Ctrl-C** in a terminal ends a deadlock: each process raises ``KeyboardInterrupt``, the
#   workers in the lock's ``__enter__``, main in ``join()``.
# - **One worker gets the signal alone** (``kill -INT PID`` on Linux and macOS): the
#   exception, like any other, leaves its ``with``, which gives the lock back. The other worker
#   goes on.
# - **One worker is killed**: its lock stays taken, and the other worker waits, or tries again,
#   forever. So main has to watch its workers, and terminate the other (:ref:`how
#   <sphx_glr_lessons_communication_producers_that_fail.py>`).
#
# An interrupt or a kill between the two lines of a transfer leaves it half done.
#
# Other deadlocks
# ---------------
# - ``join()`` before ``get()``: :ref:`sphx_glr_lessons_communication_read_before_join.py`
# - Both send and neither receives: :ref:`sphx_glr_lessons_communication_pipe.py`
# - A lock that its holder takes again: :ref:`sphx_glr_lessons_synchronisation_lock.py`
# - A lock whose holder was killed: :ref:`sphx_glr_lessons_shared_memory_value.py`
# - A fork while a thread holds a lock: :ref:`sphx_glr_lessons_spawning_start_methods.py`
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_communication_queues.py`: if one process owns the accounts and the
#   others send it orders, no locks are needed.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 60
# sphinx_gallery_lesson_short = "Deadlock"
# sphinx_gallery_lesson_failures = "main ends two workers that wait for each other"
# sphinx_gallery_lesson_asked = ["multiprocessing deadlock", "program hangs with two locks"]
# sphinx_gallery_lesson_asked = ["how to find a deadlock", "lock ordering to avoid a deadlock"]
# sphinx_gallery_lesson_asked = ["lock.acquire with a timeout, try again"]
# sphinx_gallery_lesson_asked = ["what is a livelock", "two processes wait for each other"]
# sphinx_gallery_lesson_asked = ["hangs in synchronize.py, in __enter__"]
# sphinx_gallery_lesson_asked = ["return self._semlock.__enter__() KeyboardInterrupt"]
# sphinx_gallery_lesson_asked = ["four conditions of a deadlock"]
