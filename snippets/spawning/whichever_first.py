"""
Wait for whichever process ends first
=====================================

You started several processes and want to wait for whichever ends first: to start the next job, to
stop the others when one has failed, or to take the first answer. In short: give
``multiprocessing.connection.wait()`` the ``sentinel`` of each.
"""

# %%
# Start the next job when one has ended
# -------------------------------------
# If your jobs only have to be done N at a time, use ``ProcessPoolExecutor(max_workers=N)``
# (:ref:`sphx_glr_lessons_spawning_arguments_and_results.py`) and stop reading. This loop is for
# jobs that need a process each: to stop one, or because it may crash.
#
# We look for a factor of each of four large numbers. Each number gets a process of its own, but
# at most two of them run at a time.

import math
from multiprocessing import Process
from multiprocessing.connection import wait


def by_rho(n, begin):
    """Return a factor of n (Pollard's method)."""
    slow, fast, factor = begin, begin, 1
    while factor == 1:
        slow = (slow**2 + 1) % n
        fast = ((fast**2 + 1) ** 2 + 1) % n
        factor = math.gcd(slow - fast, n)
    return factor


def show_factor(n, begin=2):
    """Print a factor of n."""
    print("factor:", by_rho(n, begin))


def stop(processes):
    """End those that still run."""
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(5)
        if process.is_alive():
            process.kill()
            process.join()


def run_all(processes, at_most):
    """Run them; RuntimeError as soon as one fails."""
    waiting, running = list(processes), {}
    try:
        while waiting or running:
            while waiting and len(running) < at_most:
                process = waiting.pop(0)
                process.start()  # (1)
                running[process.sentinel] = process
            for ended in wait(running):  # (2)
                process = running.pop(ended)
                process.join()  # (3)
                if (code := process.exitcode) != 0:
                    raise RuntimeError(f"{process.name}: exit code {code}")
    finally:
        stop(running.values())


NUMBERS = [
    300000000910000001560000000051,
    50000000021001850000000777,
    600000000290000003060000001479,
    35000000041000000105000000123,
]

if __name__ == "__main__":
    jobs = [Process(target=show_factor, args=(n,)) for n in NUMBERS]
    run_all(jobs, at_most=2)
    print("all four done")

# %%
# 1. From now on the process has a :attr:`~multiprocessing.Process.sentinel`, a number that
#    becomes *ready* when the process ends. The dictionary ``running`` tells which process it
#    belongs to.
# 2. :func:`multiprocessing.connection.wait` waits until one is ready, and returns a list: one
#    sentinel, or several, if their processes ended at about the same time. With ``timeout=60`` it
#    returns an empty list after 60 seconds, and this loop would go on: call ``stop`` then. Each
#    call begins anew, so for a limit of the whole loop pass the seconds that are left.
# 3. Call ``join()`` before you look at ``exitcode``. It takes no time. On Linux and macOS, the
#    sentinel of a forked or spawned process is ready when the kernel closes the files of the
#    dying process, and the exit code comes a moment later. Without ``join()`` the exit code may
#    still be ``None``.
#
# Stop the others when one has failed
# -----------------------------------
# Now the first number is a large prime, which would take ``by_rho`` years. The second one is 0,
# and it divides by zero.

if __name__ == "__main__":
    numbers = [10**39 + 3, 0, NUMBERS[2]]
    jobs = [Process(target=show_factor, args=(n,)) for n in numbers]
    try:
        run_all(jobs, at_most=2)
    except RuntimeError as error:
        print("stopped:", error)

# %%
# Main stopped the first process, which the cross at the end of its bar shows, and never started
# the third. The ``finally`` stops them also when ``start()`` fails, or when another exception or
# Ctrl-C ends ``run_all``. A process that does not end within five seconds is killed. (What a
# stopped job leaves half done: :ref:`sphx_glr_lessons_spawning_stop_a_process.py`.) In your
# program do not catch this error, so that it ends with status 1. If you give each process a
# ``name=``, the error says which job failed.
#
# ``join()`` in order notices it last
# -----------------------------------
# One process looks for a factor. The other one divides by zero.
#
# .. pair:: whichever_first
#
# The broken program waits for the process that it started first, while the other one has failed.
#
# Take the first answer, and stop the others
# ------------------------------------------
# How long Pollard's method takes depends on the number with which it begins. So three processes
# begin with different ones. Each has a pipe of its own to main:

from multiprocessing import Pipe


def send_factor(writer, n, begin):
    """Send a factor of n."""
    writer.send(by_rho(n, begin))


def first_factor(n, begins):
    """Return the factor that is found first."""
    racers = {}
    try:
        for begin in begins:
            reader, writer = Pipe(duplex=False)
            args = (writer, n, begin)
            racer = Process(target=send_factor, args=args)
            racer.start()
            writer.close()
            racers[reader] = racer
        first = wait(racers)[0]
        factor = first.recv()
        racers.pop(first).join()
        return factor
    finally:
        stop(racers.values())


if __name__ == "__main__":
    print("first factor:", first_factor(NUMBERS[3], [2, 3, 7]))

# %%
# Main stopped the other two. ``wait`` takes connections, too. A connection is ready when there is
# something to receive, or when its process has ended and main has closed its own ``writer``. Then
# ``recv()`` raises ``EOFError`` or ``OSError``, so a failure ends the race, too. A loop for many
# answers: :ref:`sphx_glr_lessons_communication_wait_on_many.py`.
#
# .. chance::
#
#    Which of them is first also depends on when the operating system lets each one run.
#
# Do not take one queue for all: ``terminate()`` may hit a process that holds the queue's lock
# (`the manual
# <https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Process.terminate>`__).
#
# When the sentinel is late or early
# ----------------------------------
# Under fork and spawn on Linux and macOS, the sentinel is the reading end of a pipe, and the
# child holds the other end. So it is
#
# - **late** when the child has forked a process itself, which has inherited that end. The
#   sentinel is ready when both have ended; ``join()`` does not wait for that.
# - **early** when the child closes all its open files, as libraries that make daemons do.
#   ``join()`` then waits for the rest.
#
# When main is killed
# -------------------
# Then no ``finally`` runs, and the processes keep running as orphans
# (:ref:`sphx_glr_lessons_spawning_parent_killed.py`). SIGTERM kills main, too: it comes from
# ``kill``, ``docker stop`` and systemd. On Linux and macOS, a handler turns it into an exception:
# ``signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))``. Under fork the jobs inherit it:
# stopped by ``terminate()``, they have the exit code 1. No handler catches SIGKILL.
#
# .. platform:: Windows
#
#    Up to Python 3.12 ``wait`` takes 63 objects at most: ``ValueError: need at most 63 handles``
#    (`since 3.13 it waits in batches
#    <https://github.com/python/cpython/blob/3.13/Lib/multiprocessing/connection.py#L1036>`__).
#
# When to use something else
# --------------------------
# If no job has to be stopped, use an executor: :func:`concurrent.futures.wait` with
# ``FIRST_COMPLETED`` or ``FIRST_EXCEPTION``. It cannot stop *one* job that has begun. On Python
# 3.14 and later its ``terminate_workers()`` and ``kill_workers()`` stop all of them, and so does
# ``Pool.terminate()``.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_spawning_how_many_processes.py`, for a good value of ``at_most``.
# - :ref:`sphx_glr_lessons_communication_pipe_ends.py`, for a worker that dies before its answer.

# sphinx_gallery_lesson_added = "2026-11-29"
# sphinx_gallery_lesson_order = 100
# sphinx_gallery_lesson_failures = "a child divides by zero on purpose, and others are stopped"
# sphinx_gallery_lesson_short = "Whichever ends first"
# sphinx_gallery_lesson_asked = ["wait for the first process to finish", "join any process"]
# sphinx_gallery_lesson_asked = ["multiprocessing.connection.wait", "Process.sentinel"]
# sphinx_gallery_lesson_asked = ["stop all processes when one fails"]
# sphinx_gallery_lesson_asked = ["terminate the other processes when one finds the result"]
# sphinx_gallery_lesson_asked = ["start a new process when one finishes"]
# sphinx_gallery_lesson_asked = ["run at most N processes at a time"]
# sphinx_gallery_lesson_asked = ["exitcode is None after the sentinel is ready"]
# sphinx_gallery_lesson_asked = ["wait for a result or the death of a process"]
# sphinx_gallery_lesson_asked = ["waitpid any child", "select on processes", "race of processes"]
