"""
Semaphore: limit how many processes use something at once
=========================================================

Your workers use a database, an API or a device that serves only a few at a time, and some of them
get "too many connections". In short: make ``permits = Semaphore(2)`` in main, pass it to each
``Process`` as an argument, and write ``with permits:`` around the part that may run in two
processes at once, but not in three. All others wait there until one leaves.
"""

# %%
# Six workers, and a database for two
# -----------------------------------
# Six workers start together, and each asks a database for the sales of its region. Here the
# database is a small server in main. It refuses a third client, and keeps count. Main starts all
# workers before it serves, so no thread of the server runs when main forks.
#
# .. pair::
#
# In the broken program, all workers connected at the same moment. The database had only two
# places, and the others got ``too many clients``.
#
# In the cured program, each worker takes a permit before it connects:
#
# 1. ``Semaphore(2)`` is a counter that begins at 2. It belongs to no process.
# 2. The start of ``with permits:`` takes one: the counter goes down. While it is 0, workers wait
#    in this line.
# 3. The end of the ``with`` gives it back, also after an exception, such as Ctrl-C's
#    ``KeyboardInterrupt``. Then one of the waiting workers goes on.
#
# So no worker was refused, and the database never saw a third client. Which worker comes next
# differs from run to run. What a worker computes from the answer belongs below the ``with``. If
# your server notices late that a client has gone, make one permit fewer than it has places.
#
# A :ref:`Lock <sphx_glr_lessons_synchronisation_lock.py>` is a semaphore with one permit, and
# ``acquire()`` takes the same arguments: ``permits.acquire(timeout=5)`` returns False if none was
# free for five seconds, and ``permits.acquire(block=False)`` does not wait.
#
# How many are free? get_value(), and a worker that is killed
# -----------------------------------------------------------
# Here a worker crashes while it has one of the two permits.

import os
from multiprocessing import Process, Semaphore


def free(permits):
    """Return how many permits are free, if the system can tell."""
    try:
        return permits.get_value()
    except NotImplementedError:  # on macOS
        return "unknown"


def crash(permits):
    """Take a permit and end without giving it back."""
    with permits:
        os._exit(1)  # as if the system had killed it


if __name__ == "__main__":
    permits = Semaphore(2)
    print("free:", free(permits))
    worker = Process(target=crash, args=(permits,))
    worker.start()
    worker.join()
    print(f"exit code {worker.exitcode}, free:", free(permits))

# %%
# The permit is lost, because the system does not know who had it. From now on only one worker at
# a time gets in. After a second crash, none does, and the program hangs without an error. So let
# the workers call ``acquire(timeout=60)``, and ``sys.exit("no permit")`` if that returns False.
# Main looks at the exit codes. After a bad one, start again with a new Semaphore. You could give
# back the permit, but only if you know that the worker had it when it died.
#
# .. platform:: macOS
#
#    ``get_value()`` raises :exc:`NotImplementedError`, because the system's ``sem_getvalue`` `is
#    not implemented <https://github.com/python/cpython/issues/125828>`__.
#
# Do not decide by ``get_value()``, as in ``if permits.get_value(): connect()``. Another worker
# may take the permit in between. ``acquire(block=False)`` looks and takes in one step.
#
# Released too often: BoundedSemaphore
# ------------------------------------
# Without ``with``, it is easy to release a permit that you do not have. A common case is
# ``acquire(timeout=5)``, which got none, and a ``finally`` that releases anyway. Begin the
# ``try`` only when ``acquire()`` has returned True.

from multiprocessing import BoundedSemaphore


def release_too_often(permits):
    """Release a permit that was never taken."""
    permits.release()
    print("now free:", free(permits))


if __name__ == "__main__":
    release_too_often(Semaphore(2))
    try:
        release_too_often(BoundedSemaphore(2))
    except ValueError as error:
        print("ValueError:", error)

# %%
# A Semaphore accepted it without an error: it now has three permits, and the database will refuse
# clients again. A :class:`~multiprocessing.BoundedSemaphore` refuses to rise above its first
# value: ``ValueError: semaphore or lock released too many times``. Take it whenever each release
# belongs to an acquire. Its check is not perfect:
#
# - It looks at the counter only. If another worker has a permit at that moment, the wrong release
#   succeeds, and the *other* worker gets the ``ValueError`` when it gives back its own.
# - On macOS, it is `checked for a bound of 1 only
#   <https://github.com/python/cpython/blob/3.14/Modules/_multiprocessing/semaphore.c>`__. With
#   any other, it works like a Semaphore there.
#
# When not to use a Semaphore
# ---------------------------
# - **Everything in a task needs the database.** Then limit the workers: ``Pool(2)`` or
#   ``ProcessPoolExecutor(2)``. More workers would only wait. Take a semaphore if the tasks also
#   compute, so that more workers pay off.
# - **The workers only wait for answers.** Threads can do that, with
#   :class:`threading.BoundedSemaphore` or a small :ref:`ThreadPool
#   <sphx_glr_lessons_pools_thread_pool.py>`.
# - **The limit is per second or minute**, or other programs use the service as well. A semaphore
#   counts only who is inside at this moment, of the processes that have it. Wait, and try again
#   when the service refuses.
# - **The items to be used differ**, as with four GPUs. Put their names in :ref:`a queue
#   <sphx_glr_lessons_communication_queues.py>`. A worker gets one, uses it, and puts it back.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_synchronisation_locks_in_pools.py`, for a semaphore in a pool: it goes
#   to the workers through the pool's initializer.
# - :ref:`sphx_glr_lessons_synchronisation_choosing.py`, if you are not sure that you need a
#   semaphore.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 20
# sphinx_gallery_lesson_short = "Semaphore"
# sphinx_gallery_lesson_failures = "a worker crashes while it has a permit"
# sphinx_gallery_lesson_asked = ["limit the number of processes that use a resource"]
# sphinx_gallery_lesson_asked = ["too many connections from worker processes"]
# sphinx_gallery_lesson_asked = ["difference between Semaphore and BoundedSemaphore"]
# sphinx_gallery_lesson_asked = ["ValueError: semaphore or lock released too many times"]
# sphinx_gallery_lesson_asked = ["Semaphore get_value NotImplementedError on macOS"]
# sphinx_gallery_lesson_asked = ["semaphore not released when a process is killed"]
# sphinx_gallery_lesson_asked = ["semaphore or a smaller pool"]
