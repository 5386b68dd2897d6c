"""
Process names, pids, parents and exit codes
===========================================

Tell processes apart by name and pid, find out who started whom, and read from
the exit code how each of them ended.
"""

# %%
# Each process says who it is
# ---------------------------
# :func:`multiprocessing.current_process` is the ``Process`` object of the process
# that asks, :func:`multiprocessing.parent_process` that of its parent, and
# :func:`os.getpid` and :func:`os.getppid` are what the operating system says.
# Main and a child describe themselves.

import os
import sys
import time
from multiprocessing import Pipe, Process, current_process, parent_process
from multiprocessing.connection import Connection
from typing import NamedTuple


class Card(NamedTuple):
    """What a process knows about itself."""

    name: str
    pid: int
    parent: int | None  # according to multiprocessing
    getppid: int  # according to the operating system


def describe() -> Card:
    """Return the card of the process that calls this."""
    parent = parent_process()
    return Card(
        name=current_process().name,
        pid=os.getpid(),
        parent=parent.pid if parent else None,
        getppid=os.getppid(),
    )


def introduce(sender: Connection) -> None:
    """Print this process's card, and send it."""
    card = describe()
    print(card)
    sender.send(card)


def ask_child(name: str | None = None) -> tuple[Card, Card]:
    """Return the cards of this process and of a child called ``name``."""
    receiver, sender = Pipe(duplex=False)
    process = Process(target=introduce, args=(sender,), name=name)
    process.start()
    sender.close()
    card = receiver.recv()
    process.join()
    return describe(), card


if __name__ == "__main__":
    print(describe())
    ask_child()
    main, child = ask_child("parser")
    print("parent is main: ", child.parent == main.pid)
    print("getppid is main:", child.getppid == main.pid)

# %%
# A process without a name gets one that counts, ``Process-1``, ``Process-2``, and
# so on. Names are labels for people: they need not be unique, and nothing depends
# on them. Main is called ``MainProcess`` and has no parent in the sense of
# ``multiprocessing``.
#
# Who is the parent: two answers under forkserver
# -----------------------------------------------
# The last line depends on the start method. Under **fork** and **spawn**, main
# itself asked the operating system for the new process. Under **forkserver** it
# goes like this: main starts the fork server once; ``start()`` sends it a
# request; the server forks, and sends the pid back. So for the operating system
# the child's parent is the fork server, and ``os.getppid()`` says so.
# ``parent_process()`` names the process that called ``start()`` under all three:
# use that one.
#
# The exit code says how a process ended
# --------------------------------------
# :attr:`~multiprocessing.Process.exitcode` is ``None``
# until the process has ended; afterwards it tells how it did. Here are four
# ways; the traceback is intended.


def fail() -> None:
    """Raise an exception that nobody catches."""
    raise ValueError("provoked on purpose")


def exit_codes() -> dict[str, int | None]:
    """End four processes in four ways; return their exit codes by name."""
    processes = [
        Process(target=describe, name="returns"),
        Process(target=sys.exit, args=(3,), name="calls sys.exit(3)"),
        Process(target=fail, name="raises"),
        Process(target=time.sleep, args=(60,), name="is terminated"),
    ]
    for process in processes:
        process.start()
    processes[-1].terminate()
    for process in processes:
        process.join()
    return {process.name: process.exitcode for process in processes}


if __name__ == "__main__":
    for name, code in exit_codes().items():
        print(f"{name:18}{code}")

# %%
# - A function that returns ends its process with 0, whatever it returned.
# - :func:`sys.exit` with a number sets that number; with a text it prints the
#   text and sets 1.
# - An exception that the child does not catch is printed by the child, and sets
#   1. Main went on: ``join()`` does not raise.
# - A negative code is the signal that killed the process:
#   :meth:`~multiprocessing.Process.terminate` sends ``SIGTERM``, which is 15. If
#   you find -9 and did not call :meth:`~multiprocessing.Process.kill`, suspect a
#   system that ran out of memory; -11 is a crash in compiled code.
#
# Dead workers do not stop main
# -----------------------------
# A program whose workers all died still reaches its last line and ends with 0,
# unless it looks. After ``join()``, look at ``exitcode``.
#
# When not to use it: do not send results as exit codes, since only small numbers
# survive. Do not keep pids of ended processes: the system gives them out again.
# To have exceptions raised in main, use a pool or an executor.
#
# Read next: :ref:`sphx_glr_lessons_spawning_main_guard.py`. Where results come
# back: :ref:`sphx_glr_lessons_spawning_arguments_and_results.py` and
# :ref:`sphx_glr_lessons_pools_apply_async.py`.

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_order = 30
# sphinx_gallery_lesson_failures = "one child exits with 3, one raises, one is terminated"
# sphinx_gallery_lesson_short = "Names and pids"
# sphinx_gallery_lesson_asked = ["exit code of a child process", "exitcode -9", "exitcode -15"]
# sphinx_gallery_lesson_asked = ["exitcode -11 segmentation fault", "get the pid of a process"]
# sphinx_gallery_lesson_asked = ["parent process id, getppid", "did my worker crash"]
# sphinx_gallery_lesson_asked = ["name of the current process"]
# sphinx_gallery_lesson_asked = ["exception in a child process is not raised in the parent"]
# sphinx_gallery_lesson_asked = ["program exits with 0 although a worker failed"]
# sphinx_gallery_lesson_asked = ["killed by SIGKILL, out of memory", "sys.exit() in a child"]
# sphinx_gallery_lesson_asked = ["how did the process end"]
