"""
connection.wait: read from several workers at once
==================================================

Several workers send you messages, each through a pipe of its own. While you wait in ``recv()``
for one of them, you do not see what the others have sent. In short: ``for reader in
wait(readers)``, one ``recv()`` for each, and take a reader out of the list when it raises
``EOFError``.
"""

# %%
# A pipe for each worker, and one loop
# ------------------------------------
# Three servers write logs. A worker reads each log, and sends the errors to main as it finds
# them. Main prints them as they come.

import sys
from multiprocessing import Pipe, Process
from multiprocessing.connection import wait


def find_errors(reader, writer, log):
    """Send the message of each error."""
    reader.close()
    for line in log.splitlines():
        level, message = line.split(maxsplit=1)
        if level == "ERROR":
            writer.send(message)


def print_errors(logs):
    """Print what the workers send; return who failed."""
    workers, failed = {}, []
    try:
        for name, log in logs.items():
            reader, writer = Pipe(duplex=False)
            args = (reader, writer, log)
            worker = Process(target=find_errors, args=args, name=name)
            worker.start()
            writer.close()  # (1)
            workers[reader] = worker
        while workers:
            ready = wait(workers)  # (2)
            for reader in ready:
                try:
                    message = reader.recv()
                except (EOFError, OSError):
                    reader.close()
                    worker = workers.pop(reader)
                    worker.join()  # (3)
                    if worker.exitcode != 0:
                        failed.append(worker.name)
                    continue
                print(f"{workers[reader].name}: {message}")
    finally:
        for worker in workers.values():
            worker.terminate()
    return failed


LOGS = {
    "shop": "INFO start\nERROR card refused\nINFO stop",
    "mail": "ERROR no such user\nINFO sent\nERROR mailbox full",
    "search": "INFO start\nINFO stop",
}

if __name__ == "__main__":
    if failed := print_errors(LOGS):
        sys.exit(f"failed: {failed}")
    print("all logs are read")

# %%
# 1. Main closes its copy of the writing end before it starts the next worker. While any copy is
#    open, there is no ``EOFError``: :ref:`sphx_glr_lessons_communication_pipe_ends.py`.
# 2. The keys of ``workers`` are the connections. :func:`~multiprocessing.connection.wait` waits
#    until at least one is *ready*, and returns a list of those that are. A connection is ready
#    when something can be received, **or when its worker has ended**.
# 3. The worker has ended, and its connection is out of ``workers``. The exit code says whether
#    it failed.
#
# .. chance::
#
#    Which worker comes first varies. The messages of one worker stay in order.
#
# When a worker fails
# -------------------
# The second line of the mail log has been cut off, and ``find_errors`` raises an exception.

if __name__ == "__main__":
    cut_off = LOGS | {"mail": "ERROR no such user\nERROR"}
    print("failed:", print_errors(cut_off))

# %%
# Main received what the worker had sent before, and everything from the others. It is the same
# when a worker is killed. If that happens within a message, ``recv()`` may raise an ``OSError``
# (:ref:`sphx_glr_lessons_communication_pipe_errors.py`), so catch both.
#
# If main itself raises an exception, or you press Ctrl-C, the ``finally`` ends the workers. If
# main is killed, a worker's ``send()`` raises ``BrokenPipeError`` once no copy of ``reader`` is
# open. That is why each worker closes its own.
#
# ``wait()`` returns at once, and the loop uses 100% CPU
# ------------------------------------------------------
# This loop has received everything, and still does not end.
#
# .. pair:: wait_on_many
#
# 1. Both workers have ended, and nothing is left in their pipes.
# 2. The end of a pipe stays ready, so ``wait()`` returns at once, with both connections.
# 3. ``recv()`` raises ``EOFError`` again, and ``continue`` starts the next round.
#
# Removing from ``readers`` inside the ``for`` loop is safe: ``wait()`` returns a new list.
#
# Why not one queue for all workers?
# ----------------------------------
# One queue is less code. But ``get()`` does not tell main that a worker has failed: it waits.
# And a killed worker can block the others. Here main kills the first one while it writes a long
# message, as Linux may do when memory runs out.
#
# .. pair:: wait_on_many-killed
#
# 1. The first worker took the queue's lock `and began to write
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/queues.py#L389-L397>`__.
# 2. It was killed. The lock is never released, and a part of the message is in the pipe.
# 3. The second worker waits for the lock, and main for the rest of the message.
#
# A pipe for each worker is better still, because ``recv()`` raises an exception when the worker
# is gone. ``get()`` on the *first* queue of the cured program would wait forever.
#
# ``Queue`` has the same lock, and ``terminate()`` does the same harm. A worker that is killed
# while it waits in ``get()`` never releases `the lock for reading
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/queues.py#L99-L101>`__.
#
# .. platform:: Windows
#
#    Here a queue has `no lock for writing
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/queues.py#L392-L394>`__.
#
# One message from each, then the next round
# ------------------------------------------
# The loop takes *one* message from each ready worker, then calls ``wait()`` again. So a worker
# that sends without a pause cannot keep the others out. ``while reader.poll(): reader.recv()``
# would not end while that worker sends faster than main reads.
#
# ``recv()`` waits for the rest of a message that has begun, so a worker that is paused within a
# large message holds up the loop. A thread for each worker avoids that.
#
# A time limit, sentinels and sockets
# -----------------------------------
# - **A time limit**: ``wait(workers, timeout=60)`` returns ``[]`` if *none* of them was ready for
#   a minute. For a limit for each worker, note in the loop when you last heard from it.
# - **Sentinels**: ``worker.sentinel`` in the list is ready when the worker has ended. Add it if
#   another process may keep a writing end open (:ref:`how
#   <sphx_glr_lessons_communication_pipe_ends.py:wait-for-data-or-for-the-death-of-the-worker>`).
#   To wait for ends only: :ref:`sphx_glr_lessons_spawning_whichever_first.py`.
# - **Sockets**: `connected ones
#   <https://docs.python.org/3/library/multiprocessing.html#multiprocessing.connection.wait>`__,
#   and on Linux and macOS listening ones.
#
# When to use something else
# --------------------------
# For results of function calls use an executor and :func:`~concurrent.futures.as_completed`. For
# hundreds of connections on Linux or macOS use :mod:`selectors`: ``wait()`` `registers all of
# them again in each call
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/connection.py#L1183-L1185>`__.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_communication_pipe_ends.py`, if the ``EOFError`` does not come.
# - :ref:`sphx_glr_lessons_communication_queues.py`, if one queue is enough for you.

# sphinx_gallery_lesson_added = "2026-11-29"
# sphinx_gallery_lesson_order = 70
# sphinx_gallery_lesson_short = "Wait on many"
# sphinx_gallery_lesson_failures = "a line of a log is cut off"
# sphinx_gallery_lesson_asked = ["read from multiple pipes", "receive from several workers at once"]
# sphinx_gallery_lesson_asked = ["multiprocessing.connection.wait example"]
# sphinx_gallery_lesson_asked = ["connection.wait returns immediately", "wait loop uses 100% CPU"]
# sphinx_gallery_lesson_asked = ["wait for a connection, a sentinel or a socket", "select on pipes"]
# sphinx_gallery_lesson_asked = ["queue hangs after a worker was killed or terminated"]
# sphinx_gallery_lesson_asked = ["one pipe per worker or one queue for all"]
# sphinx_gallery_lesson_asked = ["connection.wait with a timeout"]
