"""
Give a task a deadline: end it when it is stuck
===============================================

One of your tasks never ends. ``result(timeout=60)`` raises ``TimeoutError``, but the task runs
on, keeps its worker busy, and your program does not end. In short: to end a task you have to end
its process. Give each task a process of its own, and kill that after the deadline. No result of
another task is lost.
"""

# %%
# A process for each task, two at a time
# --------------------------------------
# A program reads how many files each backup has saved. The first line of the log is cut off, and
# has no colon. For such a line this regular expression tries every way to split the words, and
# each further letter doubles the time (*catastrophic backtracking*).

import re
import traceback
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Pipe, Process

LINE = re.compile(r"(\w+ ?)+: (\d+) files")
LOG = [
    "backup of the customers of the north was cut off",
    "backup of orders: 1200 files",
    "backup of invoices: 1,5 files",
    "backup of photos: 48000 files",
]


def files(line):
    """Return how many files were saved."""
    return int(LINE.match(line)[2])


def answer(function, argument, sender):
    """Do one task, in its process: send its result, or its error."""
    sender.send("begun")
    try:
        sender.send((function(argument), None))
    except Exception as error:
        error.add_note(traceback.format_exc())
        sender.send((None, error))


def in_time(function, argument, seconds):
    """Call the function in a process, and kill that if it is late."""
    receiver, sender = Pipe(duplex=False)
    process = Process(target=answer, args=(function, argument, sender))
    process.start()
    sender.close()
    try:
        receiver.recv()  # (1)
        if not receiver.poll(seconds):
            raise TimeoutError(f"not done in {seconds} s")
        result, error = receiver.recv()  # (2)
    except BaseException:
        process.kill()  # (3)
        raise
    finally:
        process.join()
    if error:
        raise error
    return result


if __name__ == "__main__":
    with ProcessPoolExecutor(2) as executor:
        tasks = [executor.submit(in_time, files, line, 1) for line in LOG]
        for line, task in zip(LOG, tasks, strict=True):
            print(line, "->", repr(task.exception() or task.result()))

# %%
# 1. The child's first message says that it has begun, so the deadline does not include the start
#    of the process.
# 2. A child that was killed, or that crashed, sends nothing more. Then ``in_time`` raises
#    ``EOFError``, or on Windows `BrokenPipeError
#    <https://github.com/python/cpython/issues/85180>`__.
# 3. :meth:`~multiprocessing.Process.kill` ends any code, in C too. The child uses its own pipe
#    and no lock or queue of the executor, so no other task is harmed.
#
# Each of the two workers starts a process for its task, and waits for it. The first task was
# killed at its deadline, and its worker lived on. Meanwhile the other worker did the rest. The
# third line does not match, so ``files`` raised. In your own program, call ``task.result()``
# alone: it raises the error, and the program ends with status 1. The note that ``answer`` adds is
# the child's traceback, which would be lost otherwise.
#
# **In a Pool, in_time fails:** its workers are daemons, which may not have children.
#
# **Ctrl-C** in a terminal reaches every process. Each worker kills its child, and then begins the
# next task, unless you :ref:`cancel the rest <sphx_glr_lessons_pools_shutting_down.py>`.
#
# **A killed child** runs no ``finally``, so let it write files :ref:`whole or not at all
# <sphx_glr_lessons_pools_ending_a_pool.py:killed-while-it-writes-a-file-is-whole-or-not-there>`.
# A program that it has started goes on. If your tasks run programs, use threads and
# ``subprocess.run(command, timeout=60)``, which kills the program.
#
# Why ``result(timeout=...)`` does not stop the task
# --------------------------------------------------
# .. pair::
#
# The limit of :meth:`~concurrent.futures.Future.result` ends the *waiting*. ``cancel()`` returns
# ``False`` for a task that has begun. The end of the block waits for the task; without ``with``,
# the interpreter waits for it at its exit.
#
# The end of a ``Pool``'s block :ref:`kills the workers
# <sphx_glr_lessons_pools_ending_a_pool.py>`. That is enough if fewer tasks are stuck than the
# pool has workers. Otherwise no worker is left for the rest, and each ``get()`` raises
# ``TimeoutError``, also for tasks that never began.
#
# The worker stops itself: ``setitimer``
# --------------------------------------
# Each task pays for the start of a process (under forkserver, each worker also for a fork server
# of its own). For thousands of short tasks that is too much. On Linux and macOS the worker can
# set an alarm:

import signal


def too_late(number, frame):
    """End what the main thread does."""
    raise TimeoutError("not done in 1 s")


def files_in_time(line):
    """Call files, for a second at most."""
    signal.signal(signal.SIGALRM, too_late)
    signal.setitimer(signal.ITIMER_REAL, 1)
    try:
        return files(line)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)  # off


if __name__ == "__main__":
    if hasattr(signal, "setitimer"):  # not on Windows
        with ProcessPoolExecutor(2) as executor:
            tasks = [executor.submit(files_in_time, line) for line in LOG]
        for line, task in zip(LOG, tasks, strict=True):
            print(line, "->", repr(task.exception() or task.result()))

# %%
# ``match`` raised the exception, the worker lived on, and main got the error as any other. This
# works because :mod:`re` is C code that `looks for signals
# <https://github.com/python/cpython/blob/3.14/Modules/_sre/sre_lib.h>`__ while it searches
# (``MAYBE_CHECK_SIGNALS``). There are limits:
#
# - **A long call into C** that does not look, as in :mod:`hashlib` or much of NumPy: the handler
#   runs when :ref:`the call returns
#   <sphx_glr_lessons_spawning_stop_a_process.py:terminate-does-not-stop-the-process>`.
# - **except Exception** in the task may swallow the ``TimeoutError``.
# - **A thread** of the task is not interrupted: handlers run in the worker's main thread.
#
# :func:`faulthandler.dump_traceback_later(60, exit=True) <faulthandler.dump_traceback_later>`
# works everywhere, in C code too. It prints where the process is stuck, and ends it. Call it
# first in ``answer``, with fewer seconds than the deadline. If a worker of an executor calls it,
# the whole pool breaks.
#
# Why not kill the worker of a pool?
# ----------------------------------
# - **Pool**: after ``os.kill(pid, signal.SIGKILL)`` the pool starts another worker, and only that
#   task's ``get()`` waits forever. But the worker may just have finished: an idle one `holds the
#   lock of the pool's queue
#   <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/queues.py#L383-L386>`__ while
#   it waits. Then no worker gets a task any more, and even the end of the block hangs.
# - **Executor**: when one worker dies, each unfinished task raises ``BrokenProcessPool``. From
#   Python 3.14 on, :ref:`kill_workers() <sphx_glr_lessons_pools_shutting_down.py>` ends them all.
#   The other tasks need a new executor, and you cannot see which task was stuck: ``running()`` is
#   also true for tasks in the workers' queue.
#
# When you need none of this
# --------------------------
# If the task waits for something, give the deadline to that: ``urlopen(url, timeout=10)``, the
# timeout of your database. And fix the task if you can: ``(\w+ )*\w+: (\d+) files`` reads the
# same lines, and fails at once on the first.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_pools_shutting_down.py`, to drop the tasks that have not begun.
# - :ref:`sphx_glr_lessons_spawning_stop_a_process.py`, to ask a process before you kill it.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 70
# sphinx_gallery_lesson_short = "Task deadline"
# sphinx_gallery_lesson_failures = "a process that is stuck is killed"
# sphinx_gallery_lesson_asked = ["timeout for each task of a pool", "kill a task that hangs"]
# sphinx_gallery_lesson_asked = ["future.result(timeout) does not stop the task"]
# sphinx_gallery_lesson_asked = ["future.cancel() returns False, cancel a running task"]
# sphinx_gallery_lesson_asked = ["ProcessPoolExecutor hangs after TimeoutError"]
# sphinx_gallery_lesson_asked = ["one stuck worker blocks the whole pool"]
# sphinx_gallery_lesson_asked = ["signal.alarm in a worker", "setitimer does not interrupt"]
# sphinx_gallery_lesson_asked = ["kill one worker of a Pool by its pid"]
# sphinx_gallery_lesson_asked = ["limit the time of a function call"]
