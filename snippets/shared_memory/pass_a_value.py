"""
Pass a Value, a Lock or a Queue to the workers of a pool
========================================================

Your pool's workers are to share a counter, a flag or a lock. You passed it as an argument of the
task, and got ``RuntimeError: Synchronized objects should only be shared between processes through
inheritance``. In short: hand it over when the workers start, with ``initializer`` and
``initargs``.
"""

# %%
# Give it to each worker at its start
# -----------------------------------
# A pool looks for a divisor of a large number. Each task tries a part of the candidates. When one
# worker has found it, all others should stop, so they share a flag.

from multiprocessing import Pool, Value

NUMBER = 10_037_716_901_071  # a product of two primes


def keep(flag):
    """Make the flag a global variable of this worker."""
    global found
    found = flag


def find_divisor(candidates):
    """Return a divisor, or None; stop when another worker has one."""
    for tried, candidate in enumerate(candidates):
        if tried % 10_000 == 0 and found.value:
            return None
        if NUMBER % candidate == 0:
            found.value = 1
            print("found", candidate)
            return candidate
    return None


if __name__ == "__main__":
    flag = Value("b", 0)
    firsts = range(3, 3_200_000, 400_000)
    parts = [range(first, first + 400_000, 2) for first in firsts]
    with Pool(2, initializer=keep, initargs=(flag,)) as pool:
        divisors = pool.map(find_divisor, parts, chunksize=1)
    print([divisor for divisor in divisors if divisor])

# %%
# Each worker calls ``keep(flag)`` once, before its first task. ``find_divisor`` reads the flag
# from the global variable ``found``, at its first candidate and then at every 10,000th. Mind the
# comma in ``(flag,)``: a tuple. For more objects write ``(flag, lock, queue)``, and give ``keep``
# three parameters. :class:`~concurrent.futures.ProcessPoolExecutor` has the same two parameters.
#
# For a :class:`~multiprocessing.Process` no initializer is needed: ``Process(target=work,
# args=(flag,))``.
#
# In a task it is refused
# -----------------------
# Two workers are to add up the words of three texts in one shared number.
#
# .. pair::
#
# "Through inheritance" means: as an argument of a process that is being started. ``initargs`` are
# such arguments. The error comes under every start method:
#
# 1. ``map`` and ``starmap`` send each task through a pipe to a worker that runs already. For that
#    a thread of the pool pickles the task.
# 2. To pickle a Value, Python calls its `__reduce__
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/sharedctypes.py#L198-L200>`__,
#    and that calls `assert_spawning
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/context.py#L400-L405>`__.
# 3. ``assert_spawning`` checks whether this thread is just starting a process. It is not, so it
#    raises the error, and the pool hands that to your call of ``starmap``.
#
# A Value with ``lock=False`` is refused as well.
#
# A worker that is killed inside ``with words.get_lock():`` keeps the lock. The pool starts
# another worker, and that one waits, too (:ref:`see it happen
# <sphx_glr_lessons_shared_memory_value.py:a-worker-that-dies-while-it-holds-the-lock>`).
#
# A SimpleQueue refuses a Value, an Array, a Lock and a Queue
# -----------------------------------------------------------

from multiprocessing import Array, Lock, Queue, SimpleQueue

if __name__ == "__main__":
    carrier = SimpleQueue()
    for shared in [flag, Array("i", 3), Lock(), Queue()]:
        try:
            carrier.put(shared)
        except RuntimeError as error:
            print(error)

# %%
# ``SimpleQueue`` pickles in ``put()``, so the error comes where you can catch it. A ``Queue``
# pickles in its feeder thread: ``put()`` returns as if all were well, and ``get()`` waits for an
# item that never comes (:ref:`sphx_glr_lessons_communication_feeder_thread.py`).
#
# All four can be in ``initargs``, and so can ``Event`` and ``Barrier`` (for these the message
# says ``Condition objects``), ``Semaphore`` and ``SimpleQueue``. Make them and the pool from the
# same context, or you may get ``A SemLock created in a fork context is being shared with a
# process in a spawn context`` (:ref:`sphx_glr_lessons_spawning_contexts.py`).
#
# What *can* be sent in a task or a queue is a proxy: ``manager.Value("i", 0)``,
# ``manager.Lock()`` or :ref:`manager.Queue() <sphx_glr_lessons_communication_queue_in_a_pool.py>`
# of a :ref:`Manager <sphx_glr_lessons_shared_memory_manager_dict.py>`. Each use is a message to
# the manager's process, and much slower. A ``manager.Value`` has no lock and no ``get_lock()``:
# send a ``manager.Lock()`` along, and hold it around ``+=``.
#
# A global Value works under fork only
# ------------------------------------
# Here the child gets no Value as an argument, and uses the global one:
#
# .. pair:: pass_a_value-global
#
# Under **fork** the child inherits main's Value. Under **spawn** and **forkserver** the file is
# imported again, which makes a second Value, and the child adds to that one. Main's stays 0,
# without an error. (Only one process writes, so ``lock=False`` will do.)
#
# .. platform:: macOS, Windows
#
#    Spawn is the default. So a program that works on Linux up to Python 3.13 leaves its Value at
#    0 here, and on Linux since 3.14, too.
#
# When the initializer fails
# --------------------------
# If ``keep`` raises an exception, the worker ends. A ``Pool`` starts another one, which fails as
# well, and so on: tracebacks without end, while ``map`` waits, until you press Ctrl-C. A
# ``ProcessPoolExecutor`` gives up, and ``result()`` raises ``BrokenProcessPool``. The same
# happens after ``initargs=(flag)`` without the comma: ``TypeError: ... must be an iterable, not
# Synchronized``.
#
# When to use something else
# --------------------------
# - **The tasks have results**: return them. Share what must be known while the work goes on.
# - **You only want to stop at the first hit**, and the workers may be killed: loop over
#   :meth:`~multiprocessing.pool.Pool.imap_unordered`, and ``break``. The end of the ``with``
#   block kills the workers (:ref:`sphx_glr_lessons_pools_ending_a_pool.py`).
# - **You only want to see the progress**: count the results of ``imap_unordered`` in main.
#   Nothing is shared.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_shared_memory_lost_updates.py`, because a shared number needs its lock.
# - :ref:`sphx_glr_lessons_pools_pool_map.py`, for what else can go wrong in a pool.

# sphinx_gallery_lesson_added = "2026-11-29"
# sphinx_gallery_lesson_order = 15
# sphinx_gallery_lesson_short = "Pass a Value"
# sphinx_gallery_lesson_asked = ["give a Value to a pool, initializer and initargs"]
# sphinx_gallery_lesson_asked = ["Synchronized objects should only be shared through inheritance"]
# sphinx_gallery_lesson_asked = ["Queue objects should only be shared between processes"]
# sphinx_gallery_lesson_asked = ["Lock objects should only be shared between processes"]
# sphinx_gallery_lesson_asked = ["Condition objects should only be shared", "pass an Event"]
# sphinx_gallery_lesson_asked = ["pass a queue or a lock to a pool's workers"]
# sphinx_gallery_lesson_asked = ["Value stays 0 on Windows", "global Value in a pool worker"]
# sphinx_gallery_lesson_asked = ["stop the other workers when one has found it"]
# sphinx_gallery_lesson_asked = ["exception in a pool's initializer, endless tracebacks"]
