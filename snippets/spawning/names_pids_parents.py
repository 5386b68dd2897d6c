"""
Which process wrote this line? Names and pids in a log
======================================================

Several processes write into one log, something goes wrong, and you cannot tell which one wrote
the line. At the end of this page each line has the name and the pid of its process, you know who
started whom, and why lines of a child come late, or not at all.
"""

# %%
# Name your processes, and log the name
# -------------------------------------
# Two processes add up the sales of two regions, from rows of text. One row is not a number. The
# :mod:`logging` module knows the name and the pid of the process that logs.

import logging
from multiprocessing import Process

FORMAT = "%(processName)s (pid %(process)d): %(message)s"
SALES = {"north": ["120.50", "80.00"], "south": ["99.90", "n/a", "60.10"]}


def set_up_logging():
    """Let this process log everything from INFO on, with its name."""
    logging.basicConfig(level=logging.INFO, format=FORMAT)


def add_up(rows):
    """Log the sum of the rows; warn of those that are not numbers."""
    set_up_logging()  # (1)
    total = 0.0
    for row in rows:
        try:
            total += float(row)
        except ValueError:
            logging.warning("not a number: %r", row)
    logging.info("total: %.2f", total)


if __name__ == "__main__":
    set_up_logging()
    processes = []
    for region, rows in SALES.items():
        process = Process(
            target=add_up,
            args=(rows,),
            name=region,  # (2)
        )
        processes.append(process)
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    logging.info("%d regions are done", len(processes))

# %%
# 1. Every process sets up its own logging. The next section shows what happens when only main
#    does.
# 2. A name is a label for people: it need not be unique, and ``ps`` and Task Manager do not know
#    it. They show the pid, which is ``process.pid`` in main and ``os.getpid()`` in the process
#    itself.
#
# Do not keep a pid for later use: after the process has ended, another program can get its pid.
#
# Log lines of children vanish under spawn and forkserver
# -------------------------------------------------------
# Here only main sets up logging.
#
# .. pair::
#
# 1. ``basicConfig()`` sets up the logging of the process that calls it.
# 2. Under **fork** a child is a copy of main, so it has that too.
# 3. Under **spawn** and **forkserver** a child does not have main's memory. It imports the file,
#    which skips the call under the guard.
# 4. The first ``logging.info()`` there sets up logging with Python's defaults: no name of the
#    process, nothing below a warning. A later ``basicConfig()`` has no effect, so call yours
#    first, or pass ``force=True``. (A logger from ``getLogger(__name__)`` shows warnings without
#    a prefix.)
#
# The broken program works on Linux with Python 3.13, and loses lines on macOS, on Windows, and on
# Linux with Python 3.14. Call ``set_up_logging()`` first thing in the function that the child
# runs, or let the workers of an executor call it: ``ProcessPoolExecutor(2,
# initializer=set_up_logging)``. If main reads the level from the command line, pass it on in
# ``args`` or ``initargs``.
#
# The names that Python gives
# ---------------------------
# If you give no name, :mod:`multiprocessing` makes one. :func:`~multiprocessing.current_process`
# is the process that asks, :func:`~multiprocessing.parent_process` the one that started it.


from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Pool, current_process, parent_process


def introduce():
    """Print who this process is, and who started it."""
    print(current_process().name, "was started by", parent_process().name)


if __name__ == "__main__":
    process = Process(target=introduce)
    process.start()
    process.join()
    with Pool(1) as pool:
        pool.apply(introduce)
        pool.close()
        pool.join()  # or lines get lost
    with ProcessPoolExecutor(max_workers=1) as executor:
        executor.submit(introduce).result()

# %%
# The numbers count every ``Process`` object that main makes, also ``north`` and ``south``, which
# show other names. Workers of a pool or an executor, and processes made from a context, have the
# start method in their names. In main ``parent_process()`` is ``None``.
#
# A process may rename itself: ``current_process().name = "north, March"``. ``process.name`` in
# main stays as it was.
#
# Two answers to "who is my parent?"
# ----------------------------------
# The operating system has an answer of its own, :func:`os.getppid`.


import os


def compare(main_pid):
    """Print whether both answers are the process that called start()."""
    print("parent_process() is main:", parent_process().pid == main_pid)
    print("os.getppid() is main:", os.getppid() == main_pid)


if __name__ == "__main__":
    process = Process(target=compare, args=(os.getpid(),))
    process.start()
    process.join()

# %%
# Under **forkserver** main sends a request to the fork server, and the fork server forks. So for
# the operating system the fork server is the parent. ``parent_process()`` is the process that
# called ``start()`` under all three: use that one.
#
# Why lines come late, or not at all
# ----------------------------------
# ``print()`` in a terminal writes each line when it is complete. When the output goes to a file
# or a pipe (a service, CI, ``| tee``), a child's lines wait in a buffer until it is full (8 KiB,
# and 128 KiB from Python 3.14 on) or the child ends:
#
# - Lines of one process then come in one piece. A traceback goes to stderr, which does not wait,
#   so it can come before earlier lines.
# - **What a killed process still has in its buffer is lost.** The end of ``with Pool(...)`` kills
#   the workers, and the end of main kills daemons. So call ``pool.close()`` and ``pool.join()``
#   at the end of the block, as above. An executor waits for its workers.
# - ``print(..., flush=True)`` writes at once. Logging does too.
# - ``PYTHONUNBUFFERED=1``, as in many container images, switches the buffer off in all processes.
#   ``python -u`` does so in main, and in a child only under fork. Lines of two processes can then
#   run into each other.
#
# If no line comes at all:
#
# - **The child failed before its** ``print()``. Look at its exit code
#   (:ref:`sphx_glr_lessons_spawning_exit_codes.py`). After ``pool.apply_async()`` or ``submit()``
#   call ``get()`` or ``result()``: otherwise you never see the exception.
# - **The child is a daemon**, and main ended first. Join it.
# - **You run the program in IDLE.** Its window does not show what a child prints (`manual
#   <https://docs.python.org/3/library/idle.html#running-user-code>`__). Run it in a terminal.
#
# When to use something else
# --------------------------
# **You want one log file.** Processes that write and rotate one file get in each other's way. Let
# the workers send their records to one process that writes: `a QueueHandler and a listener
# <https://docs.python.org/3/howto/logging-cookbook.html#multiple-processes>`__.
#
# Where next
# ----------
# :ref:`sphx_glr_lessons_spawning_start_methods.py`: what else a child gets from its parent, and
# what not.

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_opens_on = "spawn"
# sphinx_gallery_lesson_order = 30
# sphinx_gallery_lesson_short = "Names and pids"
# sphinx_gallery_lesson_asked = ["get the pid of a process", "logging with multiprocessing"]
# sphinx_gallery_lesson_asked = ["parent process id, getppid", "processName in a log"]
# sphinx_gallery_lesson_asked = ["name of the current process", "rename a process"]
# sphinx_gallery_lesson_asked = ["log lines missing from child processes, logging not configured"]
# sphinx_gallery_lesson_asked = ["child process not printing", "print does not show up"]
# sphinx_gallery_lesson_asked = ["output of processes mixed up, flush=True", "output buffered"]
# sphinx_gallery_lesson_asked = ["ForkPoolWorker-1, SpawnProcess-1, MainProcess"]
# sphinx_gallery_lesson_asked = ["which process is the parent of a worker"]
# sphinx_gallery_lesson_asked = ["os.getpid() in a worker"]
