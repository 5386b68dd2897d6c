"""
Start five workers and wait for them
====================================

Run one function in five processes at once, and wait until all of them have
ended.
"""

# %%
# First start all, then wait for all
# ----------------------------------
# Each worker sleeps for half a second, in place of real work.

import multiprocessing
import time


def worker(number: int) -> None:
    """Work for half a second, and say so."""
    print(f"Worker {number} started")
    time.sleep(0.5)
    print(f"Worker {number} finished")


if __name__ == "__main__":
    processes = []
    for number in range(5):
        process = multiprocessing.Process(target=worker, args=(number,))  # (1)
        processes.append(process)
        process.start()  # (2)

    for process in processes:
        process.join()  # (3)
    print("All workers completed")

# %%
# 1. :class:`multiprocessing.Process` pairs an ordinary function with arguments.
# 2. :meth:`~multiprocessing.Process.start` runs it in a new process.
# 3. :meth:`~multiprocessing.Process.join` waits for that process to end.
#
# The gutter shows who spoke: each worker is a process of its own, and only the
# last line is main's. In the timeline the five lives overlap: together they take
# about as long as one sleep, not five. Choose another start method at the top of
# the page and look again.
#
# What is certain, and what is chance
# -----------------------------------
# So it is in every run:
#
# - A worker finishes after it has started, and main speaks last, because
#   ``join()`` returned five times before that.
# - Five sleeps overlap on any machine. Five computations overlap only as far as
#   there are cores to run them.
# - Output is shared, buffers are not. In a terminal each line comes whole; with
#   ``python -u`` two of them can run into one another. In a file, what a worker
#   printed arrives when it ends, unless it prints with ``flush=True``.
#
# .. chance::
#
#    Nothing orders the workers among themselves: chance decides which of them
#    speaks first.
#
# What the guard prevents
# -----------------------
# The guard ``if __name__ == "__main__":`` is no decoration. Under spawn and
# forkserver the script is imported once more on the way to a child, to find
# ``worker``, and that import must not start five workers again.
#
# How soon the first word comes depends on the start method. Under **fork** a
# child is a copy of the running program and speaks almost at once. Under
# **spawn** each child is a new interpreter that has to start up and import
# this file before it can say anything. Under **forkserver** one such
# interpreter, the fork server, starts first, and the children are forked from
# it: look for the extra life in the timeline.
#
# The exit code says how a worker ended
# -------------------------------------
# "All workers completed" claims less than it seems to. ``join()`` waits for the
# end of a process, good or bad: had a worker raised an exception, main would
# have printed the same line. What tells the two apart is the exit code. This
# function does the same work and returns it; save the file and call it with
# more workers.


def run_workers(count: int) -> dict[str, int | None]:
    """Run ``count`` workers at once; return the exit code of each by name."""
    processes = []
    for number in range(count):
        process = multiprocessing.Process(target=worker, args=(number,))
        processes.append(process)
        process.start()
    for process in processes:
        process.join()
    return {process.name: process.exitcode for process in processes}


# %%
# With ``join()`` in the first loop, nothing overlaps
# ---------------------------------------------------
# It goes wrong quietly when ``join()`` moves up into the loop that starts: then
# main waits for each worker before it starts the next, and the five run one
# after another. The cure is the two loops of the program at the top.
#
# When not to use it: five processes for five short calls cost more than the
# calls. If you have many tasks, or want what they return, use a pool.
#
# Read next: :ref:`sphx_glr_lessons_spawning_arguments_and_results.py`. For exit
# codes, :ref:`sphx_glr_lessons_spawning_names_pids_parents.py`; for the guard,
# :ref:`sphx_glr_lessons_spawning_main_guard.py`; for pools,
# :ref:`sphx_glr_lessons_pools_pool_map.py`.

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_order = 10
# sphinx_gallery_lesson_short = "First processes"
# sphinx_gallery_lesson_asked = ["run a function in parallel"]
# sphinx_gallery_lesson_asked = ["start several processes and wait for all of them"]
# sphinx_gallery_lesson_asked = ["multiprocessing hello world"]
# sphinx_gallery_lesson_asked = ["processes run one after another, not in parallel"]
# sphinx_gallery_lesson_asked = ["join inside the loop", "what does join() do"]
# sphinx_gallery_lesson_asked = ["order of output from several processes"]
# sphinx_gallery_lesson_asked = ["child process not printing", "wait until all processes finish"]
# sphinx_gallery_lesson_asked = ["target=f() runs in the main process"]
# sphinx_gallery_lesson_asked = ["first example, the basics"]
# sphinx_gallery_lesson_asked = ["output of processes mixed up, flush=True"]
