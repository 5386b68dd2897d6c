"""
Queue: bring results back from several processes
================================================

You will be able to collect results from any number of processes through one
:class:`multiprocessing.Queue`, and to know when you have all of them.

Two processes work at once: one makes squares, the other cubes. Both put what
they found into the same queue, and the main process reads it.
"""

# %%
# A child cannot append to a list of its parent: it has its own memory. A
# queue is a pipe with locks around it. Every process that got the queue as an
# argument may write to it and read from it.
#
# .. drawing:: an-object-through-a-pipe
#
# The workers put their name and their input beside each answer. The reader
# sees one stream, and an ``8`` alone would not say where it came from.
#
# ``Queue()`` is a function that makes a queue. The class, which the type hints
# need, is ``multiprocessing.queues.Queue``.

import threading
import time
from collections import Counter
from multiprocessing import Process, Queue, queues

Result = tuple[str, int, int]


def put_squares(numbers: list[int], results: queues.Queue) -> None:
    """Put ``("square", n, n**2)`` for each number."""
    for n in numbers:
        results.put(("square", n, n**2))


def put_cubes(numbers: list[int], results: queues.Queue) -> None:
    """Put ``("cube", n, n**3)`` for each number."""
    for n in numbers:
        results.put(("cube", n, n**3))


# %%
# The parent knows how many results it expects: two for each number. So it
# calls :meth:`~multiprocessing.Queue.get` exactly that often. ``get()`` waits
# until something is there. Only then does the parent join the workers.


def squares_and_cubes(numbers: list[int]) -> list[Result]:
    """Return all squares and cubes in the order of their arrival."""
    results: queues.Queue = Queue()
    workers = [
        Process(target=put_squares, args=(numbers, results)),
        Process(target=put_cubes, args=(numbers, results)),
    ]
    for worker in workers:
        worker.start()
    expected = len(workers) * len(numbers)
    received = [results.get() for _ in range(expected)]
    for worker in workers:
        worker.join()
    return received


if __name__ == "__main__":
    arrived = squares_and_cubes([1, 2, 3, 4, 5])
    for source, number, answer in arrived:
        print(f"{source} of {number} is {answer}")

# %%
# The squares are in order among themselves, and so are the cubes: what *one*
# process puts comes out in the order in which it was put.
#
# .. chance::
#
#    Each result arrives when its producer got to write it, so how the two series
#    are mixed is chance.
#
# So do not compare the whole list with an expected list. Compare what is in
# it, and how often. That is what a :class:`collections.Counter` holds:

if __name__ == "__main__":
    squares = [("square", n, n**2) for n in [1, 2, 3, 4, 5]]
    cubes = [("cube", n, n**3) for n in [1, 2, 3, 4, 5]]
    print("all there:", Counter(arrived) == Counter(squares + cubes))

# %%
# Where it goes wrong: asking ``empty()``
# ---------------------------------------
#
# Many programs read with ``while not queue.empty()``. It looks like "until
# there is no more", but it means "until there is nothing *at this moment*".
# The producer below works for half a second before its first result. The
# reader asks right after the start.


def work_then_put(numbers: list[int], results: queues.Queue) -> None:
    """Work for half a second, then put the squares."""
    time.sleep(0.5)
    put_squares(numbers, results)


def read_until_empty(numbers: list[int]) -> tuple[int, int]:
    """Return how many an ``empty()`` loop got, and how many not."""
    results: queues.Queue = Queue()
    worker = Process(target=work_then_put, args=(numbers, results))
    worker.start()
    got = []
    while not results.empty():  # wrong
        got.append(results.get())
    missed = [results.get() for _ in numbers[len(got) :]]
    worker.join()
    return len(got), len(missed)


if __name__ == "__main__":
    got, missed = read_until_empty([1, 2, 3, 4, 5])
    print(f"the empty() loop got {got} of 5 results")
    print(f"counting got the other {missed}")

# %%
# The loop ended before the producer had begun. No error was raised: the
# program would have gone on with too little data. A faster producer makes it
# worse: then the loop gets everything on some days and a part on others.
#
# Once every producer has been joined, the answer of ``empty()`` can be trusted,
# because nobody writes any more. But to join first is a trap of its own: see
# :ref:`sphx_glr_lessons_communication_read_before_join.py`.
#
# What put() really does
# ----------------------
#
# :meth:`~multiprocessing.Queue.put` writes nothing. It appends the object to
# a list in its own process and returns. A *feeder thread*, which the first
# ``put()`` starts, takes the object from there, pickles it and writes the
# bytes to the pipe.
#
# .. drawing:: queue-feeder-thread
#
# A parcel that notes where it is pickled shows it:


class Parcel:
    """Arrives with the name of the thread that pickled it."""

    pickled_in = "nowhere yet"

    def __getstate__(self) -> dict[str, str]:
        """Return what is pickled; called by whoever pickles."""
        return {"pickled_in": threading.current_thread().name}


def put_parcel(results: queues.Queue) -> None:
    """Put one parcel."""
    results.put(Parcel())
    print(f"put in {threading.current_thread().name}")


def follow_a_parcel() -> str:
    """Return the name of the thread that pickled a parcel."""
    results: queues.Queue = Queue()
    worker = Process(target=put_parcel, args=(results,))
    worker.start()
    parcel = results.get()
    worker.join()
    return parcel.pickled_in


if __name__ == "__main__":
    print(f"pickled in {follow_a_parcel()}")

# %%
# Three things follow from it:
#
# - An item is in the pipe a little *after* ``put()`` returned. Even the
#   process that just called ``put()`` may find its own queue empty.
# - An object that is changed after ``put()`` may arrive changed. Put a copy,
#   or leave it alone.
# - An object that cannot be pickled raises nothing in the worker's code. The
#   feeder thread prints a traceback and drops the item, and a reader who
#   counts waits for it for ever.
#
# A reader whose producer crashed waits in the same way. In a program that has
# to last, call ``get(timeout=...)``, catch :exc:`queue.Empty` and look at the
# :attr:`~multiprocessing.Process.exitcode` of the workers.
#
# When not to use it
# ------------------
#
# If every task is a call of the same function, a pool brings the results back
# for you, and in order: :ref:`sphx_glr_lessons_pools_pool_map.py`. Large
# arrays are pickled and copied on their way through a queue; share them
# instead: :ref:`sphx_glr_lessons_shared_memory_shared_array.py`. And between
# threads of one process use :class:`queue.Queue`, which pickles nothing.
#
# Read next why the order "read first, join after" matters:
# :ref:`sphx_glr_lessons_communication_read_before_join.py`. If nobody can know
# how many results will come, see
# :ref:`sphx_glr_lessons_communication_sentinels.py`.

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_order = 10
# sphinx_gallery_lesson_short = "Queue"
# sphinx_gallery_lesson_asked = ["get results from several processes with a queue"]
# sphinx_gallery_lesson_asked = ["send data between processes"]
# sphinx_gallery_lesson_asked = ["queue.empty() returns True too early"]
# sphinx_gallery_lesson_asked = ["queue is empty although something was put"]
# sphinx_gallery_lesson_asked = ["queue.get() blocks forever", "_queue.Empty"]
# sphinx_gallery_lesson_asked = ["multiprocessing.Queue or queue.Queue"]
# sphinx_gallery_lesson_asked = ["put() does not raise when the item cannot be pickled"]
# sphinx_gallery_lesson_asked = ["order of items in a queue", "pass data back to the parent"]
# sphinx_gallery_lesson_asked = ["get with a timeout", "feeder thread"]
