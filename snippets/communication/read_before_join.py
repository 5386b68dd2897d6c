"""
join() hangs: read the queue before you join
============================================

Your workers have done everything, their last lines are on the screen, and ``join()`` never
returns. With the small data of your tests it did. In short: a process that has put items in a
queue does not end before they have been written, so call ``get()`` for all of them first, and
``join()`` after. At the end of this page you can find this hang and cure it.
"""

# %%
# A small item hides the bug
# --------------------------
# A child lists the words of a file, for an index, and puts the list in a queue. Main does it the
# wrong way round: it joins first, and reads after.

import faulthandler
import re
import sysconfig
from multiprocessing import Process, Queue
from pathlib import Path

LIBRARY = Path(sysconfig.get_path("stdlib"))


def list_words(file, results):  # (1)
    """Put a list of all words of a file."""
    faulthandler.dump_traceback_later(0.4)
    text = file.read_text("utf-8")
    results.put(re.findall(r"\w+", text))
    print(f"put done: {file.name}")


if __name__ == "__main__":
    results = Queue()
    args = (LIBRARY / "this.py", results)
    small = Process(target=list_words, args=args)
    small.start()
    small.join()
    print("joined, exit code", small.exitcode)
    results.get()

# %%
# 1. ``dump_traceback_later`` is an alarm: if the child is still there 0.4 seconds later,
#    :mod:`faulthandler` prints where each of its threads is. In a program of yours, choose a time
#    longer than the work takes.
#
# No trouble: the child ended with 0 before main had read. This is why tests do not find the bug:
# they use ten rows, and production has a million.
#
# A large item makes join() wait
# ------------------------------
# Now the same with a file of a hundred times the size, and a limit for the wait:

if __name__ == "__main__":
    args = (LIBRARY / "typing.py", results)
    large = Process(target=list_words, args=args)
    large.start()
    large.join(timeout=2.5)
    stuck = large.is_alive()
    print(f"still alive: {stuck}, exit code {large.exitcode}")
    results.get()
    large.join()
    print("after reading, exit code", large.exitcode)

# %%
# The child printed "put done", the last line of its own code, and yet it did not end.
#
# What the child waits for
# ------------------------
# Its alarm lists two threads, each from its innermost call outwards:
#
# - The feeder thread (:ref:`sphx_glr_lessons_communication_feeder_thread.py`) is in ``_send``,
#   writing to the pipe.
# - The main thread has left ``list_words``. In the clean-up at the end of a process
#   (``_exit_function``, ``_finalize_join``) it waits for the feeder thread.
#
# (Under fork the last lines are main's: a forked child is a copy, call stack included.)
#
# Why join() never returns
# ------------------------
#
# .. drawing:: full-pipe
#
#    The child waits for its feeder thread, the thread for main, and main for the child.
#
# 1. ``put()`` hands the list to the feeder thread and returns.
# 2. The feeder thread pickles the list and writes it to the pipe, a buffer in the kernel. When it
#    is full, the thread sleeps until main reads.
# 3. The child's function returns. No item may be lost, so the child `waits for its feeder thread
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/queues.py#L213-L218>`__
#    before it ends.
# 4. Main waits in ``join()`` until the child ends. It would read the pipe afterwards.
#
# They wait for each other, which is a deadlock. In the run above, main's ``get()`` ended it. Many
# small items do the same as one large one: what counts is how much is unread.
#
# A queue holds any number of items (on macOS 32767): what does not fit in the pipe waits in the
# memory of the process that put it. A pipe holds:
#
# - **Linux**: 64 KiB (`pipe(7) <https://man7.org/linux/man-pages/man7/pipe.7.html>`__).
# - **macOS**: 16 KiB, which the kernel may raise to 64 KiB (`pipe.h
#   <https://github.com/apple/darwin-xnu/blob/main/bsd/sys/pipe.h>`__).
# - **Windows**: Python asks for 64 KiB, before 3.14 for 8 KiB (`BUFSIZE
#   <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/connection.py#L42>`__).
#
# The cure: read first, join after
# --------------------------------
#
# .. pair::
#
# With several workers, read *everything* before you join any of them. If a worker crashes,
# ``get()`` waits for an item that does not come, so wait with a limit (:ref:`how
# <sphx_glr_lessons_communication_queues.py:a-dead-worker-puts-nothing-get-waits-forever>`).
#
# The program does not exit at its end
# ------------------------------------
# The same holds for main. If it puts more in a queue than the pipe holds, and no process reads
# it, it prints its last line and does not exit. Read the queue, or call ``cancel_join_thread()``
# in main.
#
# Ctrl-C in a terminal interrupts both processes. A child that waits for its feeder thread ends at
# once. One that is still in its function leaves it and then waits for its feeder thread, and main
# waits for the child: press Ctrl-C again, or make the child a daemon process. A signal to main
# alone (``kill -INT PID``) does not help.
#
# When you do not want the data
# -----------------------------
# - **Read it and throw it away**, or call :meth:`~multiprocessing.Queue.cancel_join_thread` in
#   the *producer*, which then ends without waiting. What was not written is lost. With half an
#   item in the pipe no process can use that queue again: its lock for writing may stay locked,
#   too.
# - ``terminate()`` of the stuck child does the same. Do not do it if others use the queue.
#
# Other ways to send results
# --------------------------
# - A :ref:`SimpleQueue <sphx_glr_lessons_communication_simple_queue.py>` has no feeder thread:
#   ``put()`` itself waits while the pipe is full, which is the same deadlock.
# - A ``Manager().Queue()`` is in a process of its own, which takes each item at once. There you
#   may join first.
# - A pool or an executor reads while its workers work
#   (:ref:`sphx_glr_lessons_pools_pool_map.py`).
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_communication_sentinels.py`, to know when you have read everything.
# - :ref:`sphx_glr_lessons_hangs_join_before_get.py`, the same as an error page, short.

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_order = 20
# sphinx_gallery_lesson_short = "Read before join"
# sphinx_gallery_lesson_asked = ["join() hangs forever with a queue", "program stuck at join()"]
# sphinx_gallery_lesson_asked = ["process does not end after queue.put()", "processes not joining"]
# sphinx_gallery_lesson_asked = ["deadlock with a full queue", "where does my program hang"]
# sphinx_gallery_lesson_asked = ["works with small data, hangs with large data"]
# sphinx_gallery_lesson_asked = ["program does not exit at the end", "cancel_join_thread"]
# sphinx_gallery_lesson_asked = ["child finished but is_alive() is True", "pipe is full, 64 KiB"]
# sphinx_gallery_lesson_asked = ["SimpleQueue.put() blocks", "how many items can a queue hold"]
# sphinx_gallery_lesson_asked = ["size limit of the buffer of a queue's pipe"]
