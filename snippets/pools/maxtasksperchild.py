"""
Workers that grow: replace them with maxtasksperchild
=====================================================

Your pool's workers need more memory with each task, until the machine has none left. Perhaps a
cache never shrinks, or a C library does not free what it took. In short: with ``Pool(2,
maxtasksperchild=50)`` a worker ends after 50 tasks, a new one takes its place, and the system
gets the memory back. Pass ``chunksize=1`` to ``map``, because a whole chunk counts as one task.
For an executor it is called ``max_tasks_per_child``.
"""

# %%
# A cache that never shrinks
# --------------------------
# Which network visited a web server most, on each day of a week? Finding the network of an
# address is slow, so the function is cached, and the cache keeps every address it has seen.

import os
import random
from collections import Counter
from functools import cache
from ipaddress import ip_network
from multiprocessing import Pool


@cache  # (1)
def network(address):
    """Return the network of an address."""
    return ip_network(f"{address}/12", strict=False)


def visits(day, count=2_000):
    """Return the worker, its cache's size, the top network."""
    rng = random.Random(day)  # instead of a log file
    octets = (rng.choices(range(256), k=4) for _ in range(count))
    addresses = [".".join(map(str, four)) for four in octets]
    [(top, _)] = Counter(map(network, addresses)).most_common(1)
    kept = network.cache_info().currsize
    print(f"day {day}: {top}, {kept} in the cache")
    return os.getpid(), kept, top


if __name__ == "__main__":
    days = range(1, 8)
    with Pool(1) as pool:
        growing = pool.map(visits, days)
    with Pool(
        processes=1,
        maxtasksperchild=2,  # (2)
    ) as pool:
        replaced = pool.map(
            visits,
            days,
            chunksize=1,  # (3)
        )
    for results in growing, replaced:
        workers = {pid for pid, _, _ in results}
        largest = max(kept for _, kept, _ in results)
        print(f"workers: {len(workers)}, largest cache: {largest}")

# %%
# 1. It keeps every result until the process ends. A global dictionary or list grows in the same
#    way, and so does memory that a C library does not free.
# 2. A worker ends after two tasks. Each has a cache of its own, so one worker at a time is easier
#    to follow.
# 3. Each day is a task of its own: see below.
#
# Without a limit the cache grew each day. With the limit it never held more than two days:
#
# 1. A worker counts its tasks. When it has sent the result of its second one, it `leaves its loop
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/pool.py#L112-L139>`__ and
#    ends with exit code 0. No task is lost.
# 2. The system takes back all memory of the ended process, even what a C library has leaked.
# 3. A thread of the pool in main notices the end, and `starts a new worker
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/pool.py#L334-L343>`__, even
#    if no task is waiting: a timeline below may show more workers than the program counted. The
#    new one begins with an empty cache, and runs the pool's
#    :ref:`initializer <sphx_glr_lessons_pools_initializer.py>` again.
#
# With ``maxtasksperchild=N`` you pay for a start, and for the initializer, once in N tasks. Take
# the largest N for which the memory suffices: what a worker may grow by, divided by what one task
# adds. With 1, the start may cost more than the task, above all under spawn.
#
# maxtasksperchild=1, but a worker got several inputs
# ---------------------------------------------------
# Each of sixteen dice games should get a new worker.
#
# .. pair::
#
# For a pool, a task is one message to a worker, and ``map`` and ``starmap`` put several inputs
# into one message: a *chunk*. By default they make `at most four chunks for each worker
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/pool.py#L480-L483>`__. With a
# million inputs, two workers and no ``chunksize``, a chunk has 125,000 of them, so even with a
# limit of 1 a worker grows by 125,000 inputs. ``imap`` and ``imap_unordered`` have
# ``chunksize=1`` unless you say otherwise, and ``apply_async`` is always one task.
#
# The executor: max_tasks_per_child
# ---------------------------------

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

if __name__ == "__main__":
    with ProcessPoolExecutor(
        max_workers=2,
        max_tasks_per_child=1,
        mp_context=get_context("spawn"),
    ) as executor:
        fresh = list(executor.map(visits, range(1, 5)))
    workers = {pid for pid, _, _ in fresh}
    print(f"workers: {len(workers)} for 4 days")

# %%
# Its ``map`` sends one input at a time, unless you pass ``chunksize``.
#
# **It does not fork.** With ``mp_context=get_context("fork")`` you get ``ValueError:
# max_tasks_per_child is incompatible with the 'fork' multiprocessing start method``. Without
# ``mp_context`` it `takes spawn
# <https://github.com/python/cpython/blob/3.14/Lib/concurrent/futures/process.py#L774-L778>`__,
# whatever your default is. So under fork this parameter changes more than memory: workers
# :ref:`no longer see what main has set <sphx_glr_lessons_spawning_start_methods.py>`.
#
# **It hangs on Python 3.11 and 3.12** if the limit is more than 1 and tasks are waiting when a
# worker ends: the executor starts no new one (`gh-115634
# <https://github.com/python/cpython/issues/115634>`__). It was `fixed in July 2026
# <https://github.com/python/cpython/pull/140900>`__ for 3.13 and later: update those. On 3.11 and
# 3.12 use a ``Pool``, or a limit of 1.
#
# A pool may fork its new workers: prefer forkserver
# --------------------------------------------------
# If fork is your start method, as on Linux before Python 3.14, a pool forks each new worker while
# threads run in main. That may leave the worker with a lock that is never released (`a program
# that hung
# <https://github.com/python/cpython/issues/93580>`__). Python 3.12 and later warn of it, but the
# warning is hidden in a normal run. A forked worker also begins as a copy of main as it is
# *then*: if main collects results, each new worker is larger than the last.
# ``get_context("forkserver").Pool(2, maxtasksperchild=50)`` has neither problem. Elsewhere
# change nothing.
#
# Better: fix the leak
# --------------------
# A new worker hides the leak. If the growth is in your own code, bound it: ``@lru_cache(10_000)``
# instead of ``@cache``, a dictionary that is emptied after each task, a ``with`` for what has to
# be closed. Keep ``maxtasksperchild`` for code that you cannot change. It does not help if
#
# - **main grows**, because it keeps all results: save each one as ``imap`` yields it;
# - **one task alone is too large**: make smaller tasks;
# - **a worker is killed in its task**, perhaps for lack of memory: :ref:`map waits forever
#   <sphx_glr_lessons_pools_pool_map.py:a-dead-worker-leaves-map-waiting-forever>`. An executor
#   raises ``BrokenProcessPool``.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_pools_initializer.py`, for what each new worker has to load.
# - :ref:`sphx_glr_lessons_spawning_start_methods.py`, for what starting a worker costs.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 55
# sphinx_gallery_lesson_short = "maxtasksperchild"
# sphinx_gallery_lesson_asked = ["memory of pool workers grows", "memory leak in a worker"]
# sphinx_gallery_lesson_asked = ["maxtasksperchild does not work with map, chunksize"]
# sphinx_gallery_lesson_asked = ["restart a worker after each task", "new process for each task"]
# sphinx_gallery_lesson_asked = ["ProcessPoolExecutor hangs with max_tasks_per_child"]
# sphinx_gallery_lesson_asked = ["max_tasks_per_child is incompatible with the 'fork'"]
# sphinx_gallery_lesson_asked = ["give memory back to the system", "out of memory in a pool"]
