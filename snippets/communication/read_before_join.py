"""
join() hangs: read the queue before you join
============================================

You will be able to explain, find and cure the hang that everybody meets once:
a process that has put data in a queue does not end before the data is read.
"""

# %%
# The child puts one text into a queue, says so, and has nothing left to do.
# It also sets an alarm: if it is still there half a second later,
# :func:`faulthandler.dump_traceback_later` prints where each of its threads
# is. (That works in any program that hangs.)

import faulthandler
from multiprocessing import Process, Queue, queues


def produce(size: int, results: queues.Queue) -> None:
    """Put one text of ``size`` characters; raise the alarm if stuck."""
    faulthandler.dump_traceback_later(0.5)
    results.put("x" * size)
    print(f"put done: {size:,} characters")


# %%
# The parent does it the wrong way round: it joins first and reads after. A
# limit keeps the page from hanging. :meth:`~multiprocessing.Process.join`
# returns when the child has ended or when the time is over, and does not say
# which of the two it was; :meth:`~multiprocessing.Process.is_alive` does.


def join_first(size: int, patience: float) -> tuple[bool, int]:
    """Join for at most ``patience`` seconds, and only then read.

    Return whether the child had ended by itself, and how many characters
    were read.
    """
    results: queues.Queue = Queue()
    producer = Process(target=produce, args=(size, results))
    producer.start()
    producer.join(timeout=patience)  # wrong: nobody has read yet
    ended = not producer.is_alive()
    print(f"joined: ended={ended}, exitcode={producer.exitcode}")
    text = results.get()
    producer.join()
    print(f"after reading: exitcode={producer.exitcode}")
    return ended, len(text)


# %%
# A small text hides the bug
# --------------------------
# First 1,000 characters:

if __name__ == "__main__":
    join_first(1_000, patience=10)

# %%
# No trouble: the child ended with 0 before the parent had read. This is why the
# bug survives its tests. They use ten rows, and production uses a million.
# Now a larger text:

if __name__ == "__main__":
    join_first(1_000_000, patience=1.2)

# %%
# What the child waits for
# ------------------------
# "put done" is the last line of the child's own code, and yet it did not end:
# ``is_alive()`` was true and the exit code ``None``. Without the limit the
# parent would still be waiting. The child's alarm says what the child waits
# for. It lists two threads, each from its innermost call outwards:
#
# - The feeder thread is in ``_send``, writing to the pipe.
# - The main thread has left ``produce``. It is in the clean-up that
#   ``multiprocessing`` runs at the end of a process, ``_exit_function``, and
#   there in ``_finalize_join``: it waits for the feeder thread.
#
# (A forked child is a copy of its parent, call stack included. That is why
# under fork the last lines are the parent's. The very last are from the stage
# that played the lesson for this page.)
#
# Why ``join()`` never returns
# ----------------------------
# The whole story in order:
#
# .. drawing:: full-pipe
#
#    The child waits for its feeder thread, the thread for the parent, and the parent for the child.
#
# 1. ``put()`` hands the text to the feeder thread and returns.
# 2. The feeder thread pickles the text and writes it to the pipe. A pipe is a
#    buffer in the kernel, 64 KiB on Linux. When it is full, the writer sleeps
#    until the parent reads.
# 3. The child's function returns. No data may be lost, so the child waits for
#    its feeder thread before it exits.
# 4. The parent waits in ``join()`` until the child exits. It would read the
#    pipe afterwards.
#
# Child and parent wait for each other. That is a deadlock, though no lock is
# in sight. A thousand characters fit in the pipe, so step 2 never slept.
#
# What set the child free was ``get()``: nothing else happened between the two
# lines of the parent. Many small items do the same as one large one. It is
# the sum of what lies unread in the pipe that counts.
#
# The cure: read first, join after
# --------------------------------


def read_first(size: int) -> tuple[int | None, int]:
    """Read, then join; return the exit code and the length read."""
    results: queues.Queue = Queue()
    producer = Process(target=produce, args=(size, results))
    producer.start()
    text = results.get()
    producer.join()
    return producer.exitcode, len(text)


if __name__ == "__main__":
    exitcode, length = read_first(1_000_000)
    print(f"read {length:,} characters, exitcode={exitcode}")

# %%
# The same size, two lines exchanged, and no wait. With several workers read
# *everything* that they put before you join any of them.
#
# The rule holds for the main process too. If it puts more in a queue than the
# pipe holds, and nobody reads, it prints its last line and does not exit.
#
# When the rule does not help
# ---------------------------
#
# - If you stop early and do not want the data any more, read it and throw it
#   away. Or call :meth:`~multiprocessing.Queue.cancel_join_thread` in the
#   *producer*: it then exits without waiting. What was not written is lost,
#   and half an item may stay in the pipe, so nobody should read that queue
#   again.
# - Do not :meth:`~multiprocessing.Process.terminate` the stuck child. It holds
#   the queue's lock for writing and has written half an item: the queue would
#   be useless to all others.
# - A :class:`~multiprocessing.SimpleQueue` has no feeder thread. There
#   ``put()`` itself blocks while the pipe is full: the same deadlock, but in a
#   place that is easier to find.
# - The queue of a :func:`multiprocessing.Manager` lives in a process of its
#   own, which takes every item at once. There you may join first, for the
#   price of a slower queue.
#
# Read next: :ref:`sphx_glr_lessons_communication_sentinels.py`, for the reader
# who does not know how many items there are to read before it may join.

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_order = 20
# sphinx_gallery_lesson_short = "Read before join"
# sphinx_gallery_lesson_asked = ["process does not end after queue.put()"]
# sphinx_gallery_lesson_asked = ["join() hangs forever with a queue", "program stuck at join()"]
# sphinx_gallery_lesson_asked = ["deadlock with a full queue"]
# sphinx_gallery_lesson_asked = ["works with small data, hangs with large data"]
# sphinx_gallery_lesson_asked = ["program does not exit at the end", "cancel_join_thread"]
# sphinx_gallery_lesson_asked = ["where does my program hang"]
# sphinx_gallery_lesson_asked = ["child finished but is_alive() is True", "pipe is full, 64 KiB"]
# sphinx_gallery_lesson_asked = ["SimpleQueue.put() blocks", "processes not joining"]
