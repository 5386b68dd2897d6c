"""
Wait with a time limit and read the exit code
=============================================

A job that takes a second on other days has been running since last night. Another worker was
killed, and your program still ended with status 0. In short: ``join(timeout)``, then
``is_alive()``, then ``exitcode``:

========  ==================  ==============================================
exitcode  main's, in a shell  How the process ended
========  ==================  ==============================================
None                          it is still running, or was never started
0         0                   the function returned
1         1                   it raised, or the child could not begin
N         N                   ``sys.exit(N)`` or ``os._exit(N)``
-15       143                 SIGTERM, from ``terminate()``
-9        137                 SIGKILL, from ``kill()``, or out of memory
-11       139                 SIGSEGV, a crash in compiled code
========  ==================  ==============================================

Your shell shows only how *main* ended: after signal N, 128 + N. A killed worker does not change it.
"""

# %%
# One deadline for all processes
# ------------------------------
# Three processes check whether a text is a sentence. The third text, a checksum without a full
# stop, would need centuries: the regular expression tries every way to cut the 64 characters into
# words (*catastrophic backtracking*). In a thread it would freeze main, too: ``re`` holds the GIL
# (if there is one).

import re
import sys
import time
from multiprocessing import Process

SENTENCE = re.compile(r"(\w+ ?)+\.")


def check(text):
    """Exit with 1 if the text is no sentence."""
    if not SENTENCE.fullmatch(text):
        sys.exit(f"not a sentence: {text}")


def wait_for_all(processes, seconds):
    """Wait, at most so long for all together; return those still running."""
    deadline = time.monotonic() + seconds
    for process in processes:
        left = deadline - time.monotonic()
        process.join(max(0, left))  # (1)
    return [process for process in processes if process.is_alive()]


if __name__ == "__main__":
    texts = [
        "Each process has its own memory.",
        "See chapter 3",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ]
    checks = [Process(target=check, args=(text,)) for text in texts]
    for process in checks:
        process.start()
    stuck = wait_for_all(checks, 5)  # (2)
    print([process.exitcode for process in checks])
    for process in stuck:
        print("still running:", process.name)
        process.terminate()  # (3)
        process.join()
    print([process.exitcode for process in checks])

# %%
# 1. ``join(timeout)`` returns ``None`` in either case: when the process has ended, and when the
#    time is up. :meth:`~multiprocessing.Process.is_alive` tells the two apart. All processes
#    share one deadline: the longer we wait for the first, the less is left for the next.
# 2. The limit also covers the *start* of the processes. Choose it for a busy machine: in a real
#    program allow a minute.
# 3. The limit ended the waiting, not the process.
#
# Your program ends with 0, whatever its workers did
# --------------------------------------------------
# ``join()`` never raises the exception of a child. So the program above comes to its end and
# exits with 0 after two failures, and the shell, cron or CI believes it. Pass the failure on, at
# the end of main:
#
# .. code-block:: python
#
#    failed = [p.name for p in checks if p.exitcode != 0]
#    if failed:
#        sys.exit(f"failed: {failed}")
#
# Give each process a ``name=`` for this list. ``!= 0`` also finds the negative codes. It finds
# ``None``, too, but then terminate that process first: ``sys.exit()`` would wait for it.
#
# What each exit code means
# -------------------------
# ``describe`` turns an :attr:`~multiprocessing.Process.exitcode` into words. (This cell goes on
# from cell 1.)

import ctypes
import os
import signal


def describe(code):
    """Say in words how a process ended."""
    if code is None:
        return "still running"
    if code < 0:
        return f"killed by signal {-code} ({signal.strsignal(-code)})"
    return f"failed with {code}" if code else "ended well"


if __name__ == "__main__":
    ways = {
        "raises": Process(target=open, args=("missing.txt",)),
        "calls sys.exit(3)": Process(target=sys.exit, args=(3,)),
        "calls os._exit(4)": Process(target=os._exit, args=(4,)),
        "is killed": Process(target=time.sleep, args=(60,)),
        "crashes in C": Process(target=ctypes.string_at, args=(0,)),
    }
    for process in ways.values():
        process.start()
    ways["is killed"].kill()
    for way, process in ways.items():
        process.join()
        print(f"{way}: {process.exitcode}, {describe(process.exitcode)}")

# %%
# - **None** after ``join()`` without a limit: main ignores SIGCHLD, or inherited that. Call
#   ``signal.signal(signal.SIGCHLD, signal.SIG_DFL)`` in main.
# - **0**: the function returned, or called ``sys.exit()`` with nothing, ``None`` or 0. An
#   exception in a *thread* of the child is printed, and the code is still 0 (``result()`` of a
#   ``ThreadPoolExecutor`` raises it).
# - **1**: the function raised, or the child could not begin: under spawn and forkserver, for
#   instance, an argument could not be unpickled. The child printed the traceback.
# - **N**: ``os._exit(N)`` skips all ``finally`` blocks and does not flush what was written to
#   files. On Linux and macOS only the last eight bits are kept: 256 becomes 0, and -1 becomes
#   255. Under forkserver, 255 also means that the fork server was killed.
# - **-9**: if you did not call :meth:`~multiprocessing.Process.kill`, suspect that the machine or
#   the container ran out of memory. Look into ``journalctl -k`` or ``docker inspect``
#   (``OOMKilled``).
# - **-11**: here ``ctypes`` read address 0. Start your program with ``python -X faulthandler``:
#   it prints the Python line that called into C (:mod:`faulthandler`).
# - **-6**: SIGABRT, a failed assertion in C. **-7**: SIGBUS on Linux, often a full ``/dev/shm``.
#
# .. platform:: Windows
#
#    There are no signals. ``terminate()`` and ``kill()`` are the same, and give -15
#    (`popen_spawn_win32.py
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/popen_spawn_win32.py>`__). A
#    crash in C gives a large positive number: 3221225477, which is 0xC0000005, is an access
#    violation. In the program above ``ctypes`` turns it into an ``OSError``, so the exit code is
#    1.
#
# After ``join(timeout)`` the program hangs at its end
# ----------------------------------------------------
# Here main assumes that one second was enough.
#
# .. pair:: exit_codes
#
# Both print their last line. Then the interpreter of the broken program calls ``join()`` without
# a limit for each child (`util.py
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/util.py#L480-L487>`__), also
# after ``sys.exit()``. A child with ``daemon=True`` is terminated there instead
# (:ref:`sphx_glr_lessons_spawning_daemons.py`).
#
# Then pass the failure on, as above.
#
# If you press Ctrl-C while it hangs, main prints ``Exception ignored in atexit callback`` and
# ends with status 0. The terminal interrupts the child as well, which ends because ``re`` looks
# for signals. A child in other C code may go on after main has ended.
#
# When to use something else
# --------------------------
# - **You want the result, or the exception**: use an executor
#   (:ref:`sphx_glr_lessons_spawning_arguments_and_results.py`).
# - **Each job has a limit of its own**: wait for whichever ends first
#   (:ref:`sphx_glr_lessons_spawning_whichever_first.py`).
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_spawning_stop_a_process.py`, because a process that missed its deadline
#   may be in the middle of something.
# - :ref:`sphx_glr_lessons_spawning_names_pids_parents.py`, to find a process in a log.

# sphinx_gallery_lesson_added = "2026-11-29"
# sphinx_gallery_lesson_order = 35
# sphinx_gallery_lesson_failures = "each shows another way to end"
# sphinx_gallery_lesson_short = "Exit codes"
# sphinx_gallery_lesson_asked = ["exit code of a child process", "exitcode -9", "exitcode -15"]
# sphinx_gallery_lesson_asked = ["exitcode -11 segmentation fault", "did my worker crash"]
# sphinx_gallery_lesson_asked = ["killed by SIGKILL, out of memory", "exit code 137"]
# sphinx_gallery_lesson_asked = ["sys.exit() in a child", "os._exit in a child"]
# sphinx_gallery_lesson_asked = ["how did the process end", "exitcode is None"]
# sphinx_gallery_lesson_asked = ["exception in a child process is not raised in the parent"]
# sphinx_gallery_lesson_asked = ["program exits with 0 although a worker failed"]
# sphinx_gallery_lesson_asked = ["join with timeout", "wait for a process with a time limit"]
# sphinx_gallery_lesson_asked = ["join(timeout) returns None", "is_alive"]
# sphinx_gallery_lesson_asked = ["program hangs at exit after join(timeout)"]
# sphinx_gallery_lesson_asked = ["one deadline for several processes"]
# sphinx_gallery_lesson_asked = ["exception in a thread of a child process, exit code 0"]
# sphinx_gallery_lesson_asked = ["exit code 3221225477, 0xC0000005", "exit code 255"]
