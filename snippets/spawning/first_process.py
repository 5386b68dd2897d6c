"""
Start several processes and wait for all of them
================================================

Your program has four independent jobs. It does them one after another, on one core, while the
other cores are idle. Give each job a process of its own. At the end of this page you can start
them all, wait for all, and tell which failed.
"""

# %%
# One after another, on one core
# ------------------------------
# How long would customers wait in a shop with four checkouts, or with five, six or seven?
# ``simulate`` keeps one core busy for some tenths of a second.

import random
import time
from multiprocessing import Process


def simulate(checkouts, customers=400_000):
    """Print how many minutes a customer waits on average."""
    print(f"{checkouts} checkouts: started")
    rng = random.Random(2026)  # the same customers every time
    free_at = [0.0] * checkouts  # when each checkout is free again
    now = waited = 0.0
    for _ in range(customers):
        now += rng.expovariate(1)
        first = free_at.index(min(free_at))
        begin = max(now, free_at[first])
        waited += begin - now
        free_at[first] = begin + rng.expovariate(0.3)
    print(f"{checkouts} checkouts: {waited / customers:.2f} minutes")


if __name__ == "__main__":
    began = time.perf_counter()
    for number in [4, 5, 6, 7]:
        simulate(number)
    print(f"loop: {time.perf_counter() - began:.2f} s")

# %%
# Every line was written by main, the process in which the program began.
#
# One process for each job
# ------------------------


def simulate_all(numbers):
    """Start one process per number, wait for all, return the processes."""
    processes = []
    for number in numbers:
        process = Process(  # (1)
            target=simulate, args=(number,), name=f"shop-{number}"
        )
        process.start()  # (2)
        processes.append(process)
    for process in processes:
        process.join()  # (3)
    return processes


if __name__ == "__main__":
    began = time.perf_counter()
    processes = simulate_all([4, 5, 6, 7])
    print(f"four processes: {time.perf_counter() - began:.2f} s")
    print("exit codes:", [process.exitcode for process in processes])

# %%
# 1. :class:`~multiprocessing.Process` takes the function and its arguments separately. ``args``
#    is a tuple. Without the comma, ``args=(number)``, you get ``TypeError: 'int' object is not
#    iterable``.
# 2. :meth:`~multiprocessing.Process.start` creates the process and returns without waiting for
#    it.
# 3. :meth:`~multiprocessing.Process.join` waits until that process has ended.
#
# The results are the same as in the loop. Each bar in the timeline is the life of a process, and
# each dot a line that it wrote. The four bars overlap: the processes run at the same time. If two
# cores are free, two of them compute at once, and the whole takes less time.
#
# .. chance::
#
#    The lines may come in another order, because the operating system decides which process runs
#    when. In every run a job prints ``started`` before its result, and ``four processes`` comes
#    after all results, because all four calls of ``join()`` return first. With
#    ``PYTHONUNBUFFERED=1``, as in many containers, two lines can even run into each other.
#
# Why spawn and forkserver start later
# ------------------------------------
# Change the start method at the top of the page. Under **fork** the child is a copy of main and
# calls ``simulate`` at once. Under **spawn** it is a new Python interpreter, which first imports
# your file to find ``simulate``: its first dot comes late in the bar. Under **forkserver** the
# bars begin late, because main first starts a helper, the *fork server*, and each child is a copy
# of that.
#
# ``if __name__ == "__main__":`` keeps that import from starting processes. Without it the program
# fails under spawn and forkserver (:ref:`sphx_glr_lessons_spawning_main_guard.py`). For the same
# reason the program has to be a file. Under spawn and forkserver a function that you typed at the
# prompt or in a notebook cannot be imported: ``AttributeError: Can't get attribute 'f'``, on
# Python 3.14 and later ``module '__main__' has no attribute 'f'`` (:ref:`the cure
# <sphx_glr_lessons_spawning_interactive.py>`).
#
# A process that fails does not stop the others
# ---------------------------------------------
# Now one of two shops has no checkout at all, and ``min()`` gets an empty list.

if __name__ == "__main__":
    processes = simulate_all([8, 0])
    failed = [process.name for process in processes if process.exitcode != 0]
    print("failed:", failed)

# %%
# ``shop-0`` wrote the traceback and ended. Main carried on: ``join()`` waits for the end of a
# process, good or bad, and never raises the child's exception. Unless you pass the failure on,
# your program ends with status 0:
#
# .. code-block:: python
#
#    import sys
#
#    if __name__ == "__main__":
#        if failed:
#            sys.exit(f"failed: {failed}")
#
# :attr:`~multiprocessing.Process.exitcode` is ``None`` until the process has ended. Then it is 0
# if the function returned, 1 if it raised, N after ``sys.exit(N)``, and something else if the
# process was killed (:ref:`sphx_glr_lessons_spawning_exit_codes.py`).
#
# With ``join()`` in the same loop, nothing runs in parallel
# ----------------------------------------------------------
# Each time main has started a child, it prints how many are running.
#
# .. pair:: first_process
#
# The broken program's bars form a staircase: main waits for each process before it starts the
# next.
#
# ``target=simulate(4)`` runs it in main
# --------------------------------------
# The parentheses call ``simulate`` at once, in main, and the process gets what it returned. If
# that is ``None``, 0, ``False`` or empty, the process does nothing and ends with 0. Another
# value, such as 7, makes it fail: ``TypeError: 'int' object is not callable``. Write
# ``target=simulate, args=(4,)``.
#
# Ctrl-C, and when main is killed
# -------------------------------
# In a terminal, Ctrl-C interrupts every process of the program. Each prints a
# ``KeyboardInterrupt`` traceback, and their lines are mixed. When main alone raises an exception,
# Python still waits at its end for the children. When main alone is killed (``kill PID`` on Linux
# and macOS), they are orphans: they run to their end, and nothing checks their exit codes.
#
# When to use something else
# --------------------------
# - **You have many more jobs than cores.** A pool shares them out among a few processes:
#   :ref:`sphx_glr_lessons_pools_pool_map.py`.
# - **You want what the function returns.** A bare ``Process`` throws it away. Use an executor,
#   which brings back results and exceptions:
#   :ref:`sphx_glr_lessons_spawning_arguments_and_results.py`.
# - **Each job takes a few milliseconds.** Starting a process takes about as long, and many times
#   as long under spawn. Stay with the loop.
# - **The jobs wait** for a network or a disk. :ref:`Use threads
#   <sphx_glr_lessons_pools_thread_pool.py>`: they cost less.
#
# Where next
# ----------
# :ref:`sphx_glr_lessons_spawning_names_pids_parents.py`: which process wrote a line, and why some
# lines come late.

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_order = 10
# sphinx_gallery_lesson_measures = ["loop > four processes"]
# sphinx_gallery_lesson_failures = "shop-0 gets an empty list on purpose"
# sphinx_gallery_lesson_short = "First processes"
# sphinx_gallery_lesson_asked = ["run a function in parallel"]
# sphinx_gallery_lesson_asked = ["start several processes and wait for all of them"]
# sphinx_gallery_lesson_asked = ["processes run one after another, not in parallel"]
# sphinx_gallery_lesson_asked = ["join inside the loop", "what does join() do"]
# sphinx_gallery_lesson_asked = ["order of output from several processes"]
# sphinx_gallery_lesson_asked = ["wait until all processes finish"]
# sphinx_gallery_lesson_asked = ["multiprocessing.Process, start() and Process.join()"]
# sphinx_gallery_lesson_asked = ["target=f() runs in the main process"]
# sphinx_gallery_lesson_asked = ["first example, the basics", "did my process fail"]
# sphinx_gallery_lesson_asked = ["exception in a child process is not raised in the parent"]
# sphinx_gallery_lesson_asked = ["program exits with 0 although a process failed"]
