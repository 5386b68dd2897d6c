"""
Pool.map: one function, many inputs
===================================

Spread a slow loop over several processes with one call, and get the results
back in the order of the inputs. You will also see how the work is split, and
what one bad input costs.
"""

# %%
# One call in place of the loop
# -----------------------------
# The function takes one argument and returns one value. It stands at the top
# level of the file, because a worker finds it by its name.

import time
from multiprocessing import Pool


def square(number: int) -> int:
    """Return the square of ``number`` after 0.1 s of "work"."""
    print(f"squaring {number}")
    time.sleep(0.1)
    return number * number


def squares(count: int, chunksize: int | None = None) -> list[int]:
    """Return the squares of 0 to ``count - 1`` from 4 workers."""
    with Pool(4) as pool:  # (1)
        return pool.map(square, range(count), chunksize)  # (2)


if __name__ == "__main__":  # (3)
    print("Squares:", squares(10))


# %%
# 1. ``Pool(4)`` starts four workers.
# 2. ``map`` gives each of them something to do until nothing is left.
# 3. Under spawn and forkserver the file is imported again for the workers, and
#    the guard keeps that import from making a pool of its own.
#
# The gutter shows which worker took which number. The list is in the order of
# the inputs all the same. The pool numbers every task, each result comes back
# with its number, and ``map`` puts it at that place in the list.
#
# .. chance::
#
#    The worker that is free first takes the next number.
#
# ``Squares:`` is the last line in every run:
# :meth:`~multiprocessing.pool.Pool.map` blocks until *all* results are there.
# An input that has no length, such as a generator, is made a list first, so it
# must come to an end and fit into memory;
# :meth:`~multiprocessing.pool.Pool.imap` does without.
#
# How the work is split
# ---------------------
# ``map`` does not send items, it sends *chunks*: several items in one message,
# worked off one after another by one worker. By default it cuts the input into
# at most four chunks per worker, that is ``len(inputs) / (4 * workers)`` items
# each, rounded up. Ten items for four workers make chunks of 1, so in the first
# call ``chunksize=1`` would have changed nothing; 10,000 items would make chunks
# of 625. Here are the same ten numbers in chunks of five:

if __name__ == "__main__":
    print("Squares:", squares(10, chunksize=5))


# %%
# This call made a pool of its own, so the gutter says ``pool 2``. Two chunks can
# keep at most two workers busy: in the gutter no third one appears, although
# four were started. The numbers of one chunk come from one worker, in
# order.
#
# .. drawing:: chunks-of-a-map
#
# Large chunks save messages. Small chunks keep all workers busy to the end when
# some items take longer than others. The default suits most inputs; set
# ``chunksize=1`` when there are few items and each takes seconds.
#
# One bad input
# -------------
# An exception in a task does not end the worker. It is pickled, sent back in
# place of the result and raised in the parent, by ``map``. A traceback cannot
# be pickled, so the worker sends its *text* along, and the parent finds it in
# ``__cause__``. (``sys.exit()`` is another matter: it does end the worker, and
# ``map`` then never returns.) Two chunks of three this time, with a zero in
# the middle of the first:


def inverse(number: int) -> float:
    """Return 1 / ``number``; raises ZeroDivisionError for 0."""
    print(f"inverting {number}")
    return 1 / number


def failure(numbers: list[int], chunksize: int) -> list[str]:
    """Return type, message and cause of what ``map`` raised."""
    with Pool(2) as pool:
        try:
            pool.map(inverse, numbers, chunksize)
        except ZeroDivisionError as error:
            cause = error.__cause__
            return [type(error).__name__, str(error), str(cause)]
    return []


if __name__ == "__main__":
    name, message, cause = failure([4, 0, 2, 5, 6, 8], chunksize=3)
    print(f"{name}: {message}")
    print(cause.strip())


# %%
# Three things happened, and only the first is obvious.
#
# - The exception came back with its type and message. If the parent does not
#   catch it, Python prints the worker's traceback first and the parent's after it. The
#   worker's is the one that names the line.
# - No line says ``inverting 2``. The exception ended its chunk, and what stood
#   after it in that chunk was never tried. Lines for 5, 6 and 8 are there: the
#   other chunk ran to its end, and ``map`` raised only when all chunks were
#   answered. It does not stop early.
# - The inverses of 4, 5, 6 and 8 were computed and are lost. ``map`` returns a
#   list or raises; it never does half of each.
#
# If you want the good results, catch the exception *in the worker* and return a
# value that says so, for example ``None`` or the text of the error.
#
# When a pool is not worth it
# ---------------------------
# Starting workers takes time, and every chunk is pickled, written to a pipe,
# read, unpickled, and its results make the same way back. Squaring a number
# without the pretended work is far cheaper than that:


def tiny_square(number: int) -> int:
    """Return the square of ``number`` at once."""
    return number * number


def loop_and_pool(count: int) -> tuple[bool, float, float]:
    """Compare both ways: same answers?, and seconds of each."""
    began = time.perf_counter()
    looped = [tiny_square(number) for number in range(count)]
    between = time.perf_counter()
    with Pool(2) as pool:
        pooled = pool.map(tiny_square, range(count))
    ended = time.perf_counter()
    return looped == pooled, between - began, ended - between


if __name__ == "__main__":
    same, loop, pooled = loop_and_pool(1000)
    print("Same answers:", same)
    print(f"Loop: {loop * 1000:7.2f} ms")
    print(f"Pool: {pooled * 1000:7.2f} ms")


# %%
# The loop wins by far, and under spawn by more than under fork, because there
# each worker is a new interpreter that imports the file. A pool pays when one
# call takes milliseconds or more, when it is kept for many calls, and when
# arguments and results are small beside the work. Measure before you decide.
#
# Where the timeline says ``SIGTERM``, the pool ended a worker by a signal, though
# all of its work was done. That is how ``with Pool`` ends a pool, and here it does
# no harm. It can: :ref:`sphx_glr_lessons_pools_ending_a_pool.py`.
#
# Next: a function with more than one argument, in
# :ref:`sphx_glr_lessons_pools_starmap.py`.

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_order = 10
# sphinx_gallery_lesson_measures = True
# sphinx_gallery_lesson_short = "Pool.map"
# sphinx_gallery_lesson_asked = ["parallel for loop", "run a loop on all cores"]
# sphinx_gallery_lesson_asked = ["Pool.map example", "slower than a plain loop"]
# sphinx_gallery_lesson_asked = ["what is chunksize", "order of the results of map"]
# sphinx_gallery_lesson_asked = ["exception in a pool worker"]
# sphinx_gallery_lesson_asked = ["multiprocessing.pool.RemoteTraceback"]
# sphinx_gallery_lesson_asked = ["one failing item loses all results"]
# sphinx_gallery_lesson_asked = ["multiprocessing gives no speedup", "map hangs forever"]
# sphinx_gallery_lesson_asked = ["limit the number of processes", "sys.exit() in a pool worker"]
# sphinx_gallery_lesson_asked = ["Pool.imap, generator as input", "return values of a pool"]
