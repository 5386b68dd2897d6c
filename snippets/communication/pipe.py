"""
Pipe: ask a helper process, and get its answers
===============================================

A lookup is quick once there is an index, but building the index is slow, and if that crashes,
your program must go on. Build it in a process of its own, do other work meanwhile, and ask when
you need an answer. At the end of this page you can let two processes talk through a pipe, notice
that the other one has died, and choose between ``Pipe`` and ``Queue``.
"""

# %%
# The helper keeps its index
# --------------------------
# You have a script whose imports are missing. The helper reads Python's own library, and notes
# which modules define which function or class. Main finds the functions that the script calls,
# and asks for each.

import re
import sysconfig
from multiprocessing import Pipe, Process
from pathlib import Path

SCRIPT = """
copytree(source, target)
for folder, folders, files in walk(target):
    print(split(folder))
"""
DEFINITION = re.compile(r"^(?:def|class) (\w+)", re.MULTILINE)


def build_index():
    """Return the modules that define each name."""
    index = {}
    library = Path(sysconfig.get_path("stdlib"))
    for file in sorted(library.glob("*.py")):
        for name in DEFINITION.findall(file.read_text("utf-8")):
            index.setdefault(name, []).append(file.stem)
    return index


def answer(conn, other_end):
    """Answer until main closes its end or has died."""
    other_end.close()  # (1)
    index = build_index()
    print("the index is ready")
    try:
        while True:
            name = conn.recv()
            conn.send(index.get(name, []))
    except (EOFError, OSError):
        print("no more questions")


if __name__ == "__main__":
    ours, theirs = Pipe()
    helper = Process(
        target=answer,
        args=(theirs, ours),
        name="helper",
    )
    helper.start()
    theirs.close()  # (2)
    names = re.findall(r"(\w+)\(", SCRIPT)
    answers = {}
    with ours:
        for name in names:
            ours.send(name)  # (3)
            answers[name] = ours.recv()
            print(f"{name}: {answers[name]}")
    helper.join()
    print("exit code:", helper.exitcode)

# %%
# 1. A pipe is two-way: it has two ends, and each can send and receive. The helper gets both and
#    closes main's.
# 2. Main closes its copy of the helper's end. While a copy is open, ``recv()`` waits, even if the
#    helper is dead: :ref:`sphx_glr_lessons_communication_pipe_ends.py`.
# 3. :meth:`~multiprocessing.connection.Connection.send` pickles the object and writes it at once,
#    and waits while the pipe is full. :meth:`~multiprocessing.connection.Connection.recv` waits
#    until a whole object has come.
#
# (``print`` is a builtin, which no file defines.) Main searched the script while the helper built
# the index, and then waited in ``recv()``. From there the two take turns, so the work is done in
# the same order in every run.
#
# At its end the ``with`` block closed main's end, and ``recv()`` raised :exc:`EOFError` in the
# helper, which then returned. It also returns if main raises an exception, because ``with``
# closes the end then, too, or if main is killed, because the kernel closes what a dead process
# had open. If main left an answer unread, the helper gets an ``OSError`` instead, so it catches
# both. Two limits:
#
# - A busy helper notices the end only at its next ``recv()`` or ``send()``.
# - Under fork, a second helper inherits main's end of the first one's pipe and keeps the first
#   alive, unless it closes that copy (:ref:`how
#   <sphx_glr_lessons_communication_pipe_ends.py:under-fork-a-sibling-holds-it-too>`).
#
# When the helper dies
# --------------------
# A list cannot be a key of a ``dict``, so the second question here ends the helper with an
# exception.


from multiprocessing.connection import Connection


def ask(ours: Connection, helper: Process, name):
    """Return the answer; raises RuntimeError if the helper has died."""
    try:
        ours.send(name)
        return ours.recv()
    except (EOFError, OSError) as error:
        ours.close()
        helper.join()
        raise RuntimeError(f"helper: exit code {helper.exitcode}") from error


if __name__ == "__main__":
    ours, theirs = Pipe()
    helper = Process(target=answer, args=(theirs, ours), name="helper")
    helper.start()
    theirs.close()
    try:
        with ours:
            print(ask(ours, helper, "walk"))
            print(ask(ours, helper, ["walk"]))
    except RuntimeError as error:
        print(f"{error}, {error.__cause__!r}")
    helper.join()

# %%
# The helper wrote the traceback. The exit code says how the helper ended: 1 is an exception or
# ``sys.exit(1)``, and -9 a helper that was killed, perhaps by the kernel for lack of memory.
# Start another helper, or let the ``RuntimeError`` end the program. Which exception comes depends
# on the moment, so catch both kinds: ``EOFError`` and ``OSError`` (:ref:`what each one means
# <sphx_glr_lessons_communication_pipe_errors.py>`).
#
# To keep the helper alive after a bad question, catch the exception inside its loop and send, for
# example, ``("error", str(error))``. Do this in any case if the helper opens files: a missing
# file is an ``OSError``, too, so the ``except`` above would end the helper silently, with exit
# code 0. If the helper can hang, call ``ours.poll(seconds)`` before ``recv()`` (:ref:`with care
# <sphx_glr_lessons_communication_pipe_ends.py:recv-with-a-timeout-poll-first>`). Ctrl-C in a
# terminal interrupts both processes, and both print a ``KeyboardInterrupt``.
#
# Both send, neither receives: a deadlock
# ---------------------------------------
# A helper compresses files. Main sends all of them first, and collects the results afterwards.
#
# .. pair::
#
# 1. The helper sends results that main does not receive yet. The pipe fills up in that direction,
#    and the helper waits in ``send()``.
# 2. Main goes on sending until the other direction is full, and then waits in ``send()`` too.
#
# The cure takes turns. To keep two cores busy, send in one thread and receive in another, or use
# a pool (:ref:`sphx_glr_lessons_pools_pool_map.py`).
#
# Pipe or Queue?
# --------------
# Take a **pipe** when exactly two processes talk, or when one has to notice that the other has
# ended. Take a **queue** when several processes read or write, or when the writer must not wait.
#
# With ``Pipe(duplex=False)`` the first end only receives and the second only sends. If main
# closes its ``writer`` after ``start()``, main needs no count and no last message: ``recv()``
# raises ``EOFError`` after the last object (:ref:`the program
# <sphx_glr_lessons_communication_pipe_ends.py:the-parent-kept-its-own-copy>`).
#
# Is a pipe faster than a queue? A small question and its answer take about half the time that
# they take through two queues, because ``Queue`` hands each item to a feeder thread first.
# ``SimpleQueue`` has none: it is a pipe with locks, and as fast.
#
# Never let two processes or threads use one end at once in the same direction. On Linux and macOS
# a message is `its length, then that many bytes
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/connection.py#L428-L449>`__,
# and no lock keeps two messages apart. On Windows a second thread that sends gets ``ValueError:
# concurrent send_bytes() calls are not supported`` (`in the source
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/connection.py#L295-L299>`__).
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_communication_pipe_ends.py`, if ``recv()`` never returns, or with
#   two helpers.
# - :ref:`sphx_glr_lessons_communication_wait_on_many.py`, with a pipe for each worker.
# - :ref:`sphx_glr_lessons_communication_send_bytes.py`, for images or sound.

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_order = 40
# sphinx_gallery_lesson_short = "Pipe"
# sphinx_gallery_lesson_failures = "the helper cannot look up a list"
# sphinx_gallery_lesson_asked = ["Pipe or Queue", "is a pipe faster than a queue"]
# sphinx_gallery_lesson_asked = ["bidirectional, two-way communication of parent and child"]
# sphinx_gallery_lesson_asked = ["send and receive messages from a child process"]
# sphinx_gallery_lesson_asked = ["a helper process that answers questions"]
# sphinx_gallery_lesson_asked = ["detect that the other process has died"]
# sphinx_gallery_lesson_asked = ["both processes wait in send()", "pipe deadlock"]
# sphinx_gallery_lesson_asked = ["duplex=False", "Connection.send() and recv()"]
