"""
Many short tasks: choose a chunksize
====================================

Your pool has thousands of short tasks, and is slower than a plain loop. Or one worker is still
busy long after the others are done. In short: ``chunksize`` is how many inputs a worker gets in
one message. Let a chunk take about 50 ms, and give each worker ten chunks or more; for tasks that
take longer than that, ``chunksize=1``.
"""

# %%
# Too small: a message for each task
# ----------------------------------
# A shop checks 20,000 card numbers by their last digit, with two chunk sizes.

import random
import time
from multiprocessing import Pool


def is_valid(card):
    """Return whether the digits of a card pass the Luhn check."""
    digits = [int(digit) for digit in card]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


if __name__ == "__main__":
    rng = random.Random(2026)  # the same numbers every time
    cards = [f"{rng.randrange(10**16):016}" for _ in range(20_000)]
    valid = {}
    with Pool(2) as pool:
        pool.map(int, "12")  # (1)
        for size in (1, 500):
            began = time.perf_counter()
            valid[size] = pool.map(is_valid, cards, chunksize=size)
            seconds = time.perf_counter() - began
            print(f"chunks of {size}: {seconds:.3f} s")
    print("the same results:", valid[1] == valid[500])


# %%
# 1. This call returns once a worker is up, so that the clock does not measure its start.
#
# The calls are the same, but for each *chunk*:
#
# 1. Main pickles the function's name and the inputs of the chunk, and writes one message into the
#    pipe that all workers share.
# 2. One worker takes a lock, reads the message, and releases the lock.
# 3. It calls the function for each input (``mapstar`` `in the source
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/pool.py#L47-L48>`__), and
#    sends the list of results back as one message.
#
# That is done 20,000 times in the first case, and 40 times in the second. A message costs far
# more than checking a card.
#
# Too large: one worker has the long tasks
# ----------------------------------------
# Here are 16 blocks of numbers, the largest first:

import os


def count_primes(thousands):
    """Return who counted, the size of the block, and its primes."""
    numbers = range(10**6, 10**6 + thousands * 1000)
    primes = sum(all(n % d for d in range(2, 1000)) for n in numbers)
    return os.getpid(), thousands, primes


if __name__ == "__main__":
    blocks = range(16, 0, -1)
    with Pool(2) as pool:
        for size in (1, 8):
            shares = {}
            answers = pool.map(count_primes, blocks, chunksize=size)
            for pid, thousands, _ in answers:
                shares.setdefault(pid, []).append(thousands)
            print(f"blocks, chunks of {size}:")
            for share in shares.values():
                print(f"  {sum(share)} thousand numbers: {share}")


# %%
# In chunks of 1, each worker took the next block when it was done with one, so both were busy
# until the end. In chunks of 8, one message had the eight large blocks. A worker does not give
# any of its chunk away, so the other one finished the small blocks, and was idle.
#
# .. chance::
#
#    In chunks of 1, who takes which block varies from run to run. A worker that other programs
#    slow down takes fewer, and may even take no chunk of 8.
#
# What is the default?
# --------------------
# - **Pool.map**, ``starmap``, and their ``_async`` forms make `at most four chunks a worker
#   <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/pool.py#L480-L483>`__. That
#   suits short tasks of equal length. For the blocks it would be 2.
# - **imap**, **imap_unordered** and **executor.map** make chunks of 1, however long the
#   list is. For thousands of short tasks, set ``chunksize``.
#
# A rule of thumb
# ---------------
# Time a hundred calls in a loop. If one takes ``seconds``:
#
# .. code-block:: python
#
#    enough = round(0.05 / seconds)  # a chunk of about 50 ms
#    fair = len(inputs) // (10 * workers)  # ten chunks for each worker
#    chunksize = max(1, min(enough, fair))
#
# - **50 ms**, because a message costs a fraction of a millisecond (about the first time above,
#   divided by 20,000). Beside 50 ms that hardly counts.
# - **Ten chunks a worker**, because at the end a worker may wait while another does a last
#   chunk. If the tasks are alike, it waits for a tenth of its work at most. If not, put the long
#   ones first, or shuffle them.
# - **max(1, ...)**, because for a short list the division gives 0.
#
# .. pair:: chunksize-zero
#
# No price was read, no exception raised. With ``chunksize=0``, ``map`` and ``starmap`` return
# `a list of None
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/pool.py#L800-L805>`__. ``imap``
# and ``executor.map`` raise ``ValueError``.
#
# A chunk comes back as a whole
# -----------------------------
# Five weights come as text. The fourth is not a number.

from concurrent.futures import ProcessPoolExecutor

WEIGHTS = ["10", "20", "30", "4o", "50"]


def until_error(results):
    """Return all results that come before an exception."""
    received = []
    try:
        for weight in results:
            received.append(weight)
    except ValueError as error:
        received.append(type(error).__name__)
    return received


if __name__ == "__main__":
    with Pool(1) as pool:
        for size in (1, 2):
            results = pool.imap(float, WEIGHTS, chunksize=size)
            print("imap,", size, until_error(results))
    with ProcessPoolExecutor(1) as executor:
        for size in (1, 2):
            results = executor.map(float, WEIGHTS, chunksize=size)
            print("executor,", size, until_error(results))


# %%
# The worker had read 30 each time. In chunks of 2, it shares one with ``4o``, and an exception
# discards the other results of its chunk. (50 did not come because the loop had ended. Only
# ``imap`` with chunks of 1 :ref:`can go on
# <sphx_glr_lessons_pools_imap.py:one-error-ends-the-for-loop-but-not-the-results>`.) With any
# chunksize, you lose one input only if the function :ref:`returns its errors as text
# <sphx_glr_lessons_pools_pool_map.py:one-bad-input-costs-all-results>`.
#
# A chunk is one message and one task of the pool. So:
#
# - **Progress**: ``imap`` gives no result of a chunk before its last one is ready. The results
#   come in bursts.
# - **A killed worker** takes its whole chunk along, also the results that it had.
# - **Ctrl-C** while workers exchange many messages :ref:`may hang the program
#   <sphx_glr_lessons_pools_imap.py:stop-at-the-first-result-break>`.
# - **maxtasksperchild** counts chunks, not inputs.
# - **Memory**: a chunk of 500 images is one message with 500 images.
#
# Tasks of a chunk share their arguments
# --------------------------------------
# All invoices are written with the same settings.
#
# .. pair::
#
# Pickle writes an object once for each message. So the tasks of *one chunk* get the same
# dictionary, and find what the one before them has changed. With ``chunksize=1``, each task has a
# copy of its own, and the mistake does not show. Never change an argument.
#
# When a chunksize does not help
# ------------------------------
# If the whole loop is quick, :ref:`take the loop
# <sphx_glr_lessons_pools_pool_map.py:when-a-pool-is-not-worth-it>`. If inputs or results are
# large, pickling them takes the time, in any chunks: send file names instead.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_pools_imap.py`, for results one by one.
# - :ref:`sphx_glr_lessons_spawning_how_many_processes.py`, for the number of workers.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 14
# sphinx_gallery_lesson_short = "chunksize"
# sphinx_gallery_lesson_measures = ["chunks of 1: > chunks of 500:"]
# sphinx_gallery_lesson_asked = ["which chunksize, how to choose chunksize"]
# sphinx_gallery_lesson_asked = ["default chunksize of Pool.map, imap, executor.map"]
# sphinx_gallery_lesson_asked = ["Pool.map returns a list of None", "chunksize=0"]
# sphinx_gallery_lesson_asked = ["one worker is busy, the others are idle at the end"]
# sphinx_gallery_lesson_asked = ["imap slow with many small tasks"]
# sphinx_gallery_lesson_asked = ["imap results come in bursts"]
# sphinx_gallery_lesson_asked = ["maxtasksperchild and chunksize"]
# sphinx_gallery_lesson_asked = ["ValueError: Chunksize must be 1+, not 0"]
