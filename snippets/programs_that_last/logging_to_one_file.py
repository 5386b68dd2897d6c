"""
Log from many processes into one file
=====================================

Your workers log, but the file has main's lines only. Or every process writes the same file, and
lines vanish when it is rotated. In short: one process writes. Each worker gets a
:class:`~logging.handlers.QueueHandler`, best from an executor's ``initializer``, and sends its
records to main, where a :class:`~logging.handlers.QueueListener` writes them.
"""

# %%
# Workers send, main writes
# -------------------------
# Two workers add up the orders of three shops. One line is not a number.

import logging
import tempfile
from concurrent.futures import ProcessPoolExecutor
from logging.handlers import QueueHandler, QueueListener
from multiprocessing import Queue
from pathlib import Path

FORMAT = "%(asctime)s %(processName)s %(levelname)s %(message)s"
ORDERS = {"north": ["12", "7"], "south": ["5", "n/a"], "west": ["30"]}

log = logging.getLogger("orders")


def log_to(records, level):
    """Send all that this worker logs to a queue."""
    logging.basicConfig(
        level=level,
        handlers=[QueueHandler(records)],
        format="%(message)s",  # (1)
        force=True,  # (2)
    )


def add_up(shop, lines):
    """Return the sum of the lines that are numbers."""
    total = 0
    for line in lines:
        try:
            total += int(line)
        except ValueError:
            log.exception("%s: line left out", shop)
    log.info("%s: %d ordered", shop, total)
    return total


def main(path):
    """Add up all orders; log to a file."""
    file = logging.FileHandler(path)
    logging.basicConfig(level=logging.INFO, handlers=[file], format=FORMAT)
    records = Queue()
    listener = QueueListener(records, file)
    executor = ProcessPoolExecutor(
        max_workers=2, initializer=log_to, initargs=(records, logging.INFO)
    )
    futures = [executor.submit(add_up, *item) for item in ORDERS.items()]
    listener.start()  # (3)
    try:
        with executor:
            total = sum(future.result() for future in futures)
    finally:
        listener.stop()
    log.info("all shops: %d ordered", total)
    file.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "orders.log")
        main(path)
        print(path.read_text(), end="")

# %%
# 1. Send the message only. Main's handler adds time, process and level. Without this line,
#    ``basicConfig`` also formats here: the file has ``INFO INFO:orders:north...``.
# 2. Under fork a worker inherits main's file handler. ``force=True`` removes it.
# 3. Start this thread *after* ``submit()`` has started the workers: a process with
#    threads should not fork.
#
# - **Who and when.** A record keeps the process name and the time of its worker.
# - **Order.** The lines of one worker are in order. Those of two may be swapped, as the times
#   show. Main's own lines skip the queue, so it logs its last one after ``stop()``.
# - **Tracebacks** cannot be pickled. ``QueueHandler`` `makes them text
#   <https://github.com/python/cpython/blob/3.14/Lib/logging/handlers.py#L1501-L1516>`__ in the
#   worker, and the arguments of the message, too. Only what you pass as ``extra`` must be
#   picklable: otherwise the record :ref:`is lost
#   <sphx_glr_lessons_communication_feeder_thread.py>`.
# - **An exception that a task raises** comes to main with ``result()``, here as a traceback on
#   stderr and status 1. Let main log it.
# - **Levels.** The worker's level decides what is sent. If main has two handlers with different
#   levels, pass ``QueueListener(records, file, console, respect_handler_level=True)``.
#
# Close in this order: workers, listener, file
# --------------------------------------------
# 1. The end of ``with executor`` waits for the workers. Each one sends what its :ref:`feeder
#    thread <sphx_glr_lessons_communication_feeder_thread.py>` still has, and ends.
# 2. ``stop()`` puts a sentinel behind the last record, and waits until the thread has written
#    all. Without ``stop()``, records may be lost.
# 3. Main logs its last line, and closes the file.
#
# ``finally`` does so after an exception and after Ctrl-C (:ref:`the workers should ignore it
# <sphx_glr_lessons_pools_ctrl_c.py>`).
#
# With a ``Pool``, call ``close()`` and ``join()`` inside its block, which otherwise :ref:`kills
# the workers <sphx_glr_lessons_pools_ending_a_pool.py>`. For a ``Process``, call
# ``log_to(records, level)`` first in its target, and ``join()`` it before ``stop()``.
#
# INFO records vanish: logging was set up under the guard only
# ------------------------------------------------------------
# .. pair::
#
# Under **fork** the worker has a copy of main's handler. Under **spawn** and **forkserver** it
# imports the file and skips the guard. Its records below WARNING vanish, and the others go to
# stderr without the time and the process name.
#
# Two processes rotate one file: lines are lost
# ---------------------------------------------
# Here the worker sets up logging, but opens main's file itself.
#
# .. pair:: logging_to_one_file-rotate
#
# 1. When the file is full, the worker renames it to ``app.log.1`` and opens a new one.
# 2. Main's open file is now ``app.log.1``. Main finds it full and rotates as well: it `deletes
#    app.log.1 <https://github.com/python/cpython/blob/3.14/Lib/logging/handlers.py#L182-L185>`__
#    with the worker's lines.
#
# Forked workers that use main's handler do the same. One file for several processes `is not
# supported
# <https://docs.python.org/3/howto/logging-cookbook.html#multiple-processes>`__.
#
# .. platform:: Windows
#
#    A file that another process has open cannot be renamed: ``PermissionError: [WinError 32]``.
#
# A worker is killed: its last lines are missing
# ----------------------------------------------
# ``log.info()`` only hands the record to the feeder thread. A worker that crashes, is killed,
# or calls ``os._exit()`` loses what that thread has not sent.
# If it was just writing to the pipe, it also keeps the queue's lock (`not on Windows
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/queues.py#L43-L46>`__), and
# ``stop()`` never returns. An executor then `terminates the other workers
# <https://github.com/python/cpython/blob/3.14/Lib/concurrent/futures/process.py#L591-L594>`__:
# they lose lines, too.
#
# A :class:`multiprocessing.SimpleQueue` has no feeder thread. When ``log.info()`` returns, the
# record is in the pipe, and main reads it even if the worker is dead:
#
# .. code-block:: python
#
#    class DirectHandler(QueueHandler):  # in the workers
#        def enqueue(self, record):
#            self.queue.put(record)
#
#    class DirectListener(QueueListener):  # in main
#        def dequeue(self, block):
#            return self.queue.get()
#
#        def enqueue_sentinel(self):
#            self.queue.put(None)
#
# Now a worker waits while the pipe is full, and a kill in ``put()`` still keeps the lock. A
# :class:`~logging.handlers.SocketHandler` shares no lock.
#
# log_to_stderr: what multiprocessing itself logs
# -----------------------------------------------
# :func:`~multiprocessing.get_logger` is not for your records. The library logs there when
# children start and end. :func:`~multiprocessing.log_to_stderr` shows it:

from multiprocessing import get_logger, log_to_stderr

if __name__ == "__main__":
    log_to_stderr(logging.INFO)
    with ProcessPoolExecutor(max_workers=1) as executor:
        print("sum:", executor.submit(sum, [4, 5]).result())
    get_logger().setLevel(logging.WARNING)  # quiet again

# %%
# A child with only the first of these lines still runs its function, or was killed.
#
# When you need no queue
# ----------------------
# **A service or a container.** Let each process write to stderr, one line a record, with
# ``initializer=functools.partial(logging.basicConfig, level=logging.INFO)``. systemd or the
# container platform collects the lines, and rotates.
#
# Under **fork**, ``logging`` `renews its locks
# <https://github.com/python/cpython/blob/3.14/Lib/logging/__init__.py#L254-L279>`__ in the child.
# But an open file has a lock, too: the child hangs if a thread of main was writing to that file.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_spawning_names_pids_parents.py`, for the name of a process.
# - :ref:`sphx_glr_lessons_pools_initializer.py`, for what else an initializer can do.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 20
# sphinx_gallery_lesson_short = "Logging"
# sphinx_gallery_lesson_asked = ["log from multiple processes to one file"]
# sphinx_gallery_lesson_asked = ["QueueHandler and QueueListener with ProcessPoolExecutor"]
# sphinx_gallery_lesson_asked = ["logging in a Pool worker: INFO messages do not appear"]
# sphinx_gallery_lesson_asked = ["RotatingFileHandler with several processes loses lines"]
# sphinx_gallery_lesson_asked = ["PermissionError: [WinError 32] RotatingFileHandler"]
# sphinx_gallery_lesson_asked = ["last log records missing at exit, listener.stop()"]
# sphinx_gallery_lesson_asked = ["multiprocessing.get_logger, log_to_stderr"]
# sphinx_gallery_lesson_asked = ["log a traceback from a worker", "logging and fork: locks"]
