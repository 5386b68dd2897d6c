"""
Stop a process: ask it, terminate it, kill it
=============================================

Your worker runs in a loop, and you want it to stop. ``terminate()`` leaves you half a file. In
short: ask the worker, wait, and only then force it.
"""

# %%
# Ask first, then terminate, then kill
# ------------------------------------
# .. code-block:: python
#
#    please_stop.set()  # an event that the worker looks at
#    process.join(10)
#    if process.is_alive():
#        process.terminate()
#        process.join(10)
#    if process.is_alive():
#        process.kill()
#        process.join()
#
# ``collect`` writes to a gzip file, which is complete only when it has been closed. After each
# thousand lines it looks at its :class:`~multiprocessing.Event`. (``begun`` is for this page: it
# lets main go on when part of the file is on disk.)

import gzip
import hashlib
import itertools
import signal
import sys
import tempfile
from multiprocessing import Event, Process
from pathlib import Path


def collect(path, begun, please_stop):
    """Write one reading after the other until asked to stop."""
    try:
        with gzip.open(path, "wt") as file:
            for number in itertools.count():
                file.write(f"{number} {number**0.5}\n")
                if number == 40_000:  # part of the file is on disk
                    begun.set()
                if number % 1000 == 0 and please_stop.is_set():
                    break  # (1)
    finally:
        print(f"{path.name}: closed")


def stop(process, please_stop, seconds):
    """Ask, then terminate, then kill; return the exit code."""
    if process.is_alive():
        please_stop.set()
        process.join(seconds)
    if process.is_alive():
        print("does not listen: terminate")
        process.terminate()  # (2)
        process.join(seconds)
    if process.is_alive():
        print("is still there: kill")
        process.kill()  # (3)
        process.join()
    return process.exitcode


def start(target, *args):
    """Start a worker, and wait until it is at work."""
    begun, please_stop = Event(), Event()
    process = Process(target=target, args=(*args, begun, please_stop))
    process.start()
    if not begun.wait(60):
        code = stop(process, please_stop, seconds=1)
        sys.exit(f"did not begin; exit code: {code}")
    return process, please_stop


def is_complete(path):
    """Return whether a gzip file can be read to its end."""
    try:
        return bool(gzip.decompress(path.read_bytes()))
    except EOFError as error:
        print(error)
        return False


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        asked = Path(folder, "asked.gz")
        process, please_stop = start(collect, asked)
        try:
            print("main works as well")
        finally:
            code = stop(process, please_stop, seconds=20)
        print("exit code:", code)
        if code != 0:
            sys.exit("the worker failed")
        print("complete:", is_complete(asked))

# %%
# 1. The worker stops where it can: between two lines.
# 2. :meth:`~multiprocessing.Process.terminate` sends SIGTERM, which ends a Python process at once
#    unless it handles the signal.
# 3. :meth:`~multiprocessing.Process.kill` sends SIGKILL, which a process cannot handle or ignore.
#
# The worker closed the file and ended with 0. (It prints ``closed`` after an exception, too, so
# look at the exit code.)
#
# Main's ``finally`` asks the worker even if main raises. Ctrl-C in a terminal reaches the workers
# as well, and their ``finally`` blocks run. If only main is to react, begin each worker with
# ``signal.signal(signal.SIGINT, signal.SIG_IGN)``. Then main's ``finally`` has to ask them, or
# main waits for them forever at its end.
#
# A worker that sleeps between two rounds
# ---------------------------------------
# Let it sleep in ``poll()``, from which main can wake it:
#
# .. code-block:: python
#
#    from multiprocessing import Pipe, Process
#
#    def watch(receiver):
#        while not receiver.poll(60):  # up to a minute
#            take_reading()
#
#    if __name__ == "__main__":
#        receiver, sender = Pipe(duplex=False)
#        process = Process(target=watch, args=(receiver,))
#        process.start()
#        try:
#            work_of_main()
#        finally:
#            sender.send(None)  # then join, terminate, kill
#
# Main keeps ``receiver`` open, so ``send()`` does not raise if the worker is gone. With
# ``please_stop.wait(60)``, :ref:`check the exit code before set()
# <sphx_glr_lessons_synchronisation_event.py:set-hangs-a-waiting-worker-was-killed>`.
#
# What ``terminate()`` leaves behind
# ----------------------------------
# The same worker, not asked:

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        ended = Path(folder, "terminated.gz")
        process, please_stop = start(collect, ended)
        process.terminate()
        process.join()
        print("exit code:", process.exitcode)
        print("complete:", is_complete(ended))

# %%
# There is no line ``terminated.gz: closed``. ``finally``, ``with`` and ``atexit`` are skipped,
# and what was still in a buffer is lost, here the end of the file.
#
# ``terminate()`` does not stop the process
# -----------------------------------------
# This worker turns SIGTERM into an exception. But Python runs a signal handler only between two
# bytecode instructions, and this worker is in one long call into C.


def stretch(begun, please_stop):
    """Make one very long call into C."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))
    begun.set()
    hashlib.pbkdf2_hmac("sha256", b"password", b"salt", 10**9)


if __name__ == "__main__":
    process, please_stop = start(stretch)
    print("exit code:", stop(process, please_stop, seconds=0.5))

# %%
# The handler is not called before that call returns, so ``kill()`` had to end the worker. -9 is
# SIGKILL, as -15 above was SIGTERM (:ref:`sphx_glr_lessons_spawning_exit_codes.py`).
#
# **Under fork a child inherits main's signal handlers.** If main's handler for SIGTERM does not
# raise, ``terminate()`` does not end the child. Begin each worker with
# ``signal.signal(signal.SIGTERM, signal.SIG_DFL)``, or with a handler of its own.
#
# .. platform:: Windows
#
#    ``kill()`` is ``terminate()`` there. The process cannot react, and its exit code is -15
#    (`popen_spawn_win32.py
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/popen_spawn_win32.py>`__).
#
# "process object is closed"
# --------------------------

if __name__ == "__main__":
    process.close()
    try:
        process.join()
    except ValueError as error:
        print(error)

# %%
# :meth:`~multiprocessing.Process.close` releases what main still holds of an ended process. Call
# it last, or not at all: the garbage collector does the same. If the process still runs,
# ``close()`` raises ``ValueError: Cannot close a process while it is still running``.
#
# Let ``finally`` run on SIGTERM
# ------------------------------
# systemd and most batch systems send SIGTERM to all processes of a job, also to the workers:
#
# .. pair:: stop_a_process
#
# ``sys.exit()`` raises ``SystemExit`` in the worker, so ``finally`` removes the file. Set the
# handler as the worker's first step. On Windows ``terminate()`` never calls it.
#
# **Main needs the handler, too.** ``kill`` and ``docker stop`` signal main only. Without a
# handler its ``finally`` does not run, and after a ``kill`` the worker goes on.
#
# Since Python 3.14 :meth:`~multiprocessing.Process.interrupt` sends SIGINT, as Ctrl-C does: the
# worker raises ``KeyboardInterrupt``, and ``finally`` runs, unless it ignores SIGINT. On Windows
# it raises ``AttributeError``.
#
# What a killed process leaves locked
# -----------------------------------
# - **A lock** that it held stays locked: the next ``acquire()`` waits forever.
# - **A queue**: a worker that waits in ``get()`` holds the queue's reading lock. Kill it, and
#   ``get()`` in the others never returns, although items are there.
# - **A pipe or queue** that it was writing to may end in half a message. The reader waits for the
#   rest, or, if no other process can write, gets ``EOFError`` or ``OSError``.
# - **An event on which it was waiting.** ``set()`` waits until every waiter has woken up. A
#   killed one never does, so ``set()`` hangs in *main* (`CPython issue 75158
#   <https://github.com/python/cpython/issues/75158>`__). Ask with ``is_set()``, and give each
#   worker its own event. ``is_set()`` locks the event for a moment, too: in a tight loop, ask
#   once in a thousand rounds.
#
# So terminate a process only if it shares nothing with the others, or end them all.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_communication_sentinels.py`, for workers that wait at a queue.
# - :ref:`sphx_glr_lessons_pools_ending_a_pool.py`, for pools.
# - :ref:`sphx_glr_lessons_spawning_daemons.py`, because a daemon is terminated for you.
# - :ref:`sphx_glr_lessons_spawning_parent_killed.py`, if it is main that is killed.

# sphinx_gallery_lesson_added = "2026-11-29"
# sphinx_gallery_lesson_order = 37
# sphinx_gallery_lesson_failures = "two workers are ended by signals, to see what is lost"
# sphinx_gallery_lesson_short = "Stop a process"
# sphinx_gallery_lesson_asked = ["stop a process", "kill a process", "terminate a process"]
# sphinx_gallery_lesson_asked = ["stop a process gracefully", "cancel a running process"]
# sphinx_gallery_lesson_asked = ["terminate() does not run finally", "clean up on SIGTERM"]
# sphinx_gallery_lesson_asked = ["difference between terminate and kill"]
# sphinx_gallery_lesson_asked = ["Cannot close a process while it is still running"]
# sphinx_gallery_lesson_asked = ["ValueError: process object is closed"]
# sphinx_gallery_lesson_asked = ["Process.interrupt", "stop an infinite loop in a process"]
# sphinx_gallery_lesson_asked = ["lock stays locked after terminate", "Event.set() hangs"]
# sphinx_gallery_lesson_asked = ["terminate() does not stop the process"]
# sphinx_gallery_lesson_asked = ["Compressed file ended before the end-of-stream marker"]
# sphinx_gallery_lesson_asked = ["a flag that tells workers to stop"]
