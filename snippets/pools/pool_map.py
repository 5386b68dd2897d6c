"""
Run a slow loop on all cores with Pool.map
==========================================

You have a function, a list of inputs, and a loop that keeps one core busy while the others are
idle. In short: ``with Pool() as pool:``, and in it ``results = pool.map(function, inputs)``. This
page shows when that pays, what one bad input costs, and why ``map`` may wait forever.
"""

# %%
# The loop uses one core
# ----------------------
# Four vans have nine stops each. The program looks for each van's shortest tour, and tries every
# order of its stops.

import math
import random
import time
from itertools import permutations
from multiprocessing import Pool

VANS = ["red van", "blue van", "white van", "green van"]


def shortest_tour(van, stops=9):
    """Return the length of a van's shortest tour, in km."""
    rng = random.Random(van)  # the same stops every time
    places = [(rng.random(), rng.random()) for _ in range(stops)]
    tours = permutations(places)
    length = 10 * min(sum(map(math.dist, tour, tour[1:])) for tour in tours)
    print(f"{van}: {length:.1f} km")
    return length


if __name__ == "__main__":
    began = time.perf_counter()
    looped = [shortest_tour(van) for van in VANS]
    print(f"loop: {time.perf_counter() - began:.2f} s")


# %%
# A pool uses the others too
# --------------------------
# A parallel ``for`` loop is one call. The time includes starting the workers.

if __name__ == "__main__":  # (1)
    began = time.perf_counter()
    with Pool() as pool:  # (2)
        pooled = pool.map(shortest_tour, VANS)
    seconds = time.perf_counter() - began
    print(f"pool: {seconds:.2f} s, the same list: {pooled == looped}")


# %%
# 1. Under spawn and forkserver each worker imports this file. The guard keeps that import from
#    starting a pool: :ref:`sphx_glr_lessons_spawning_main_guard.py`.
# 2. Starts :func:`os.process_cpu_count` workers, one for each core that you may use (before
#    Python 3.13: each core). ``Pool(2)`` limits the number of processes:
#    :ref:`sphx_glr_lessons_spawning_how_many_processes.py`.
#
# ``map`` waits until all results are there. Which worker takes which van varies from run to run,
# but the list is always in the order of the inputs. They may be a list of files, too:
# ``pool.map(count_words, paths)``. ``map`` makes a list of the inputs first. For a generator use
# :ref:`imap <sphx_glr_lessons_pools_imap.py>`, which does not, and yields one result after another.
#
# :ref:`chunksize <sphx_glr_lessons_pools_chunksize.py>` is how many inputs a worker gets in one
# message. By default ``map`` makes `at most four chunks for each worker
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/pool.py#L480-L483>`__. If each
# input takes long, set ``chunksize=1``, so that none waits behind another, and put the longest
# first: the pool is never faster than that one.
#
# One bad input costs all results
# -------------------------------
# Four prices come as text, two in a chunk. The first has a decimal comma, so ``float()`` raises
# an exception.
#
# .. pair::
#
# The exception ended its chunk, so 3.20 was not tried. ``map`` raised it `only when all chunks
# were answered
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/pool.py#L825-L830>`__: 1.80 and
# 4.10 were still read, their results thrown away. The traceback's part below
# ``multiprocessing.pool.RemoteTraceback`` is the worker's and names the line.
#
# The cured program returns the error as text, because some exceptions cannot be unpickled, and
# then ``map`` hangs. After an error, end your program with ``sys.exit("one price failed")``. Or
# call ``next()`` on ``imap`` with its default ``chunksize=1``: it raises for one input, and you
# can go on.
#
# A dead worker leaves ``map`` waiting forever
# --------------------------------------------
# A worker can also end without an answer: memory runs out and the system kills it, a C library
# crashes, or the function calls ``sys.exit()``. Here the one with the white van ends itself.
# ``map`` would hang, so we call ``map_async`` and wait with a limit, for all inputs together.

import os
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool


def load_or_crash(van):
    """Load a van, in a worker that crashes on one of them."""
    if van == "white van":
        os._exit(1)  # ends this process at once, as a crash does
    return f"{van} is loaded"


if __name__ == "__main__":
    with Pool(2) as pool:
        answer = pool.map_async(load_or_crash, VANS, chunksize=1)
        answer.wait(timeout=1.5)
        print("pool: results", "came" if answer.ready() else "did not come")
    try:
        with ProcessPoolExecutor(2) as executor:
            print(list(executor.map(load_or_crash, VANS)))
    except BrokenProcessPool:
        print("executor: a worker died")


# %%
# The pool `starts another worker
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/pool.py#L334-L343>`__, but it
# does not send the white van again. So ``map`` waits for an answer that no worker will send, and
# all results are lost. An executor notices the death and raises ``BrokenProcessPool``: let it end
# your program, too. To keep what was answered before, and to find the input, see :ref:`broken
# pools <sphx_glr_lessons_pools_broken_pools.py>`.
#
# **In new code, take an executor** (:ref:`sphx_glr_lessons_spawning_arguments_and_results.py`).
# Its ``map`` returns an iterator and sends one input a message: for thousands of quick ones, pass
# ``chunksize=500``. There ``sys.exit()`` does not end the worker, and main gets
# :exc:`SystemExit`.
#
# **map hangs from the start?** Perhaps you typed the function at the prompt or in a notebook.
# Under spawn and forkserver the workers cannot import it, and die one after another. Put it in a
# file.
#
# When a pool is not worth it
# ---------------------------
# Here are 10,000 prices, as text.

if __name__ == "__main__":
    prices = [f"{number}.95" for number in range(10_000)]
    began = time.perf_counter()
    numbers = [float(price) for price in prices]
    print(f"prices, loop: {(time.perf_counter() - began) * 1000:.1f} ms")
    began = time.perf_counter()
    with Pool() as pool:
        pool_numbers = pool.map(float, prices)
    print(f"prices, pool: {(time.perf_counter() - began) * 1000:.1f} ms")


# %%
# The pool is slower than a plain loop. If ``multiprocessing`` gives you no speedup, look for this
# first. A pool pays when the whole loop takes much longer than starting the workers, and one call
# costs more than sending its input and its result. If the work waits for a network, or runs in C
# without the GIL (``zlib``), use threads.
#
# **Ctrl-C** interrupts main and the workers, and all results are lost: :ref:`more about it
# <sphx_glr_lessons_pools_ending_a_pool.py:ctrl-c-and-a-pool-without-with>`.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_pools_starmap.py`, for functions of several arguments.
# - :ref:`sphx_glr_lessons_pools_ending_a_pool.py`, for what ``with`` does.

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_order = 10
# sphinx_gallery_lesson_measures = ["loop > pool", "prices, pool > prices, loop"]
# sphinx_gallery_lesson_failures = "a worker of a pool and one of an executor end themselves"
# sphinx_gallery_lesson_short = "Pool.map"
# sphinx_gallery_lesson_asked = ["parallel for loop", "run a loop on all cores"]
# sphinx_gallery_lesson_asked = ["Pool.map example", "slower than a plain loop"]
# sphinx_gallery_lesson_asked = ["what is chunksize", "order of the results of map"]
# sphinx_gallery_lesson_asked = ["exception in a pool worker"]
# sphinx_gallery_lesson_asked = ["multiprocessing.pool.RemoteTraceback"]
# sphinx_gallery_lesson_asked = ["RemoteTraceback, ZeroDivisionError: division by zero"]
# sphinx_gallery_lesson_asked = ["one failing item loses all results"]
# sphinx_gallery_lesson_asked = ["multiprocessing gives no speedup", "map hangs forever"]
# sphinx_gallery_lesson_asked = ["limit the number of processes", "sys.exit() in a pool worker"]
# sphinx_gallery_lesson_asked = ["how many processes in a pool", "os.process_cpu_count"]
# sphinx_gallery_lesson_asked = ["worker killed, pool never returns"]
# sphinx_gallery_lesson_asked = ["Pool.imap, generator as input", "return values of a pool"]
# sphinx_gallery_lesson_asked = ["map a function over a list of files"]
# sphinx_gallery_lesson_asked = ["use multiple cores, overhead of a pool for small tasks"]
