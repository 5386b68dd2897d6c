"""
A queue for the workers of a pool: progress while they work
===========================================================

Your pool works for minutes, and you want to see its progress or its log lines. You passed a queue
to each task, and got ``RuntimeError: Queue objects should only be shared between processes
through inheritance``. In short: pass the queue when the workers start, with ``initializer`` and
``initargs``, or pass a ``Manager().Queue()`` to each task. If you only want results, return them:
you need no queue.
"""

# %%
# Hand the queue over when the workers start
# ------------------------------------------
# How long do a shop's customers wait at 3, 4 or 5 tills (checkouts)? Each task simulates one
# number of tills for many days, and reports every tenth day.

import heapq
import random
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Queue
from threading import Thread

DAYS, CUSTOMERS = 40, 5000


def wait_on(day, tills):
    """Return how many minutes all customers of a day wait."""
    rng = random.Random(day)
    free_at = [0.0] * tills
    now = waited = 0.0
    for _ in range(CUSTOMERS):
        now += rng.expovariate(1.0)
        begin = max(now, free_at[0])
        waited += begin - now
        heapq.heapreplace(free_at, begin + rng.expovariate(0.4))
    return waited


def keep(queue):
    """Make the queue a global variable of this worker."""
    global reports
    reports = queue


def simulate(tills):
    """Return the mean wait of all days."""
    waited = 0.0
    for day in range(1, DAYS + 1):
        waited += wait_on(day, tills)
        if day % 10 == 0:
            reports.put(f"{tills} tills: day {day} of {DAYS}")
    return waited / DAYS / CUSTOMERS


def show(queue):
    """Print what the workers report, until None comes."""
    for line in iter(queue.get, None):
        print(line)


if __name__ == "__main__":
    queue = Queue()
    reader = Thread(target=show, args=(queue,), daemon=True)
    with ProcessPoolExecutor(
        max_workers=2,
        initializer=keep,
        initargs=(queue,),  # (1)
    ) as executor:
        futures = [executor.submit(simulate, n) for n in (3, 4, 5)]
        reader.start()  # (2)
    queue.put(None)  # (3)
    reader.join()
    queue.close()
    queue.join_thread()
    waits = [future.result() for future in futures]
    for tills, wait in zip((3, 4, 5), waits, strict=True):
        print(f"{tills} tills: {wait:.2f} minutes")

# %%
# 1. The executor passes ``initargs`` to each worker process when it starts it. The worker calls
#    ``keep(queue)`` before its first task. (Mind the comma: a tuple.)
# 2. Main waits at the end of the ``with`` block, so a thread reads the queue. It starts after
#    ``submit()``: under fork, all workers have been started by then, and a fork while another
#    thread runs may hang the worker. As a daemon thread it does not keep the program alive after
#    an exception.
# 3. After the ``with`` block all workers have ended, and each has sent all that it had put,
#    unless it was killed. So ``None`` comes last, and no line is lost. ``close()`` and
#    ``join_thread()`` end the thread that ``put()`` started in main, because main forks again
#    below.
#
# .. chance::
#
#    Which of two workers reports first varies. The lines of one task stay in order.
#
# If a task raises, its ``result()`` raises in main, after all lines were shown. Ctrl-C ends the
# tasks that are running, but the executor still runs the waiting ones, and main waits for them.
#
# :class:`~multiprocessing.pool.Pool` has ``initializer`` and ``initargs``, too. Call
# ``pool.close()`` and ``pool.join()`` inside its ``with`` block. Otherwise the end of the block
# :ref:`kills the workers <sphx_glr_lessons_pools_ending_a_pool.py>`, and unsent lines are lost.
#
# In a task the queue is refused
# ------------------------------
# The workers check the prices of two shops, and put the odd ones into a queue. ``repeat(odd)``
# gives every task the same queue.
#
# .. pair::
#
# The tasks did not reach a worker, under any start method:
#
# 1. A task goes to a worker through a pipe. A thread of the executor in main pickles it.
# 2. To pickle a ``Queue``, Python calls its `__getstate__
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/queues.py#L55-L58>`__. That
#    calls `assert_spawning
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/context.py#L400-L405>`__,
#    which raises, because this thread is not starting a process.
# 3. The executor stores the exception in the future, and ``result()`` raises it, or here
#    ``sum(totals)``. A pool's thread `does the same
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/pool.py#L539-L546>`__, and
#    ``map()`` or ``get()`` raises.
#
# If you never ask for the result, you see no error. A program that calls
# ``pool.apply_async(check, (shop, prices, odd))`` and then ``odd.get()`` waits forever.
#
# "Through inheritance" means: while a process is being started, as its argument or in
# ``initargs``. A ``Queue`` has locks, and ``multiprocessing`` passes a lock to a process only
# while that process starts. A Lock, an Event and a Value follow the same rule:
# :ref:`sphx_glr_lessons_shared_memory_pass_a_value.py`. A queue in a global variable of main
# reaches the workers under fork only.
#
# Manager().Queue() can be sent
# -----------------------------
# The cured program sends a :ref:`proxy <sphx_glr_lessons_shared_memory_manager_dict.py>`: the
# address of a queue in the manager's process. Each ``put()`` and ``get()`` is a message to that
# process, and waits for its answer. So it is much slower than a ``Queue``, but fast enough for
# progress lines. When ``put()`` returns, the line has arrived. When all tasks are done, all lines
# are there. Read them before the manager's ``with`` block ends. To see them earlier, read in a
# thread, as above. With a pool, call
# ``pool.starmap(check, zip(shops, prices, repeat(odd)))``.
#
# Use a manager's queue if you cannot set the pool's initializer, or if workers may be killed. If
# one is killed, the executor terminates the others, and ``result()`` raises
# ``BrokenProcessPool``. With a ``Queue`` on Linux and macOS, a worker that ends like this while
# it writes never releases the queue's lock. Then the first program waits in ``reader.join()``
# forever.
#
# Often you need no queue
# -----------------------
# Each result is progress, too. Make the tasks smaller, here one for each day, and count them:

from concurrent.futures import as_completed

if __name__ == "__main__":
    days = range(1, DAYS + 1)
    with ProcessPoolExecutor(max_workers=2) as executor:
        tasks = [executor.submit(wait_on, day, 4) for day in days]
        for done, future in enumerate(as_completed(tasks), start=1):
            future.result()  # raises what the task raised
            if done % 10 == 0:
                print(f"{done} of {DAYS} days")
    total = sum(future.result() for future in tasks)
    print(f"4 tills: {total / DAYS / CUSTOMERS:.2f} minutes")

# %%
# The wait at 4 tills is the same as above. For :ref:`a progress bar
# <sphx_glr_lessons_pools_progress_bar.py>`, loop over ``tqdm(as_completed(tasks), total=DAYS)``.
# With a pool, loop over ``imap_unordered``. Use a queue for what main must know before a task
# ends.
#
# For log records the standard library has both ends. The initializer adds a
# :class:`logging.handlers.QueueHandler` to the worker's logger. In main, a
# :class:`logging.handlers.QueueListener` is the reading thread: ``start()`` it after
# ``submit()``, and ``stop()`` it after the ``with`` block.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_shared_memory_value.py`, for progress as one shared number.
# - :ref:`sphx_glr_lessons_communication_feeder_thread.py`, to know what ``put()`` does.

# sphinx_gallery_lesson_added = "2026-11-29"
# sphinx_gallery_lesson_order = 60
# sphinx_gallery_lesson_short = "Pool and queue"
# sphinx_gallery_lesson_asked = ["RuntimeError: Queue objects should only be shared"]
# sphinx_gallery_lesson_asked = ["Queue objects should only be shared through inheritance"]
# sphinx_gallery_lesson_asked = ["progress of the workers of a pool", "progress bar"]
# sphinx_gallery_lesson_asked = ["log lines from the workers of a pool", "QueueListener"]
# sphinx_gallery_lesson_asked = ["pass a queue to ProcessPoolExecutor, initargs"]
# sphinx_gallery_lesson_asked = ["Manager().Queue() or Queue()", "queue in apply_async hangs"]
# sphinx_gallery_lesson_asked = ["use a multiprocessing.Queue with Pool.map or starmap"]
