"""
recv() never returns: who still holds the other end?
====================================================

The other process has ended or has closed its end of the pipe, and your program still waits in
``recv()``. Some process keeps a copy of that end open, and often it is the one that waits. In
short: close ``writer`` in main right after ``start()``. This page also shows how to wait for data
*or* for the death of a worker, and how to find out who holds a copy.
"""

# %%
# The parent kept its own copy
# ----------------------------
# The worker sends three prices and ends. Main reads until an exception says that this was all.
#
# .. pair::
#
# 1. ``Pipe()`` opened both ends in main.
# 2. ``start()`` gave the worker a *copy* of the writing end. Main's own stayed open.
# 3. The worker ended, and the kernel closed its copy.
# 4. Main's copy is still open, so more could come. Main waits for itself.
#
# ``recv()`` raises ``EOFError`` when the pipe is empty *and every copy of the writing end is
# closed* (`in the source
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/connection.py#L411-L426>`__).
# So each process closes the end that it does not use. Main does so after ``start()``, because
# before that the worker has no copy yet.
#
# Under fork a sibling holds it too
# ---------------------------------
# Now main sends prices to two workers. Each process closes the end that it does not use, and
# under fork both workers still wait.
#
# .. pair:: pipe_ends-siblings
#
# A forked child inherits every file descriptor that its parent has open, also those that are not
# among its arguments. Here each worker holds the writing end of its sibling's pipe, and keeps the
# sibling waiting. The cures:
#
# - **Main writes:** each child closes all writing ends, as in the cured program. It then gets
#   ``EOFError`` even if main is killed. If it must know whether main finished or died, let main
#   send ``None`` as its last message.
# - **The children write:** create a pipe, start its child, and close ``writer`` in main at once,
#   before the next pipe. (This fails if another thread starts processes meanwhile.)
# - **Use spawn or forkserver.** A child has only what it was given.
#
# Siblings inherit *readers* too. While one holds a dead worker's reader, main's ``send()`` does
# not raise ``BrokenPipeError``: it fills the pipe and then waits.
#
# Wait for data or for the death of the worker
# --------------------------------------------
# With a worker's *sentinel* you need not know who holds a copy: it becomes ready when the worker
# has ended. Here the worker dies, because the third text is not a number.

from multiprocessing import Pipe, Process
from multiprocessing.connection import wait


def convert(texts, reader, writer):
    """Send the price that each text stands for."""
    reader.close()
    for text in texts:
        writer.send(float(text))


if __name__ == "__main__":
    reader, writer = Pipe(duplex=False)
    worker = Process(
        target=convert,
        args=(["12.50", "8", "n/a", "3.20"], reader, writer),
        name="worker",
    )
    worker.start()
    writer.close()
    prices = []
    both = [worker.sentinel, reader]
    with reader:
        while reader in wait(both):  # (1)
            try:
                price = reader.recv()
            except (EOFError, OSError):
                break
            prices.append(price)
    worker.join()
    print(prices, "exit code", worker.exitcode)  # (2)

# %%
# 1. :func:`~multiprocessing.connection.wait` returns those that are ready. Both are, if the
#    worker died and its last messages are unread. So read first, and stop when only the sentinel
#    is ready. With ``timeout=5`` it returns ``[]`` after five seconds: then kill the worker
#    before ``join()``.
# 2. Only exit code 0 proves that everything has come. In your program end with ``sys.exit()`` and
#    a message if it is another one.
#
# Without ``writer.close()`` this loop ends, too. Close the copy all the same: if the worker is
# killed in the middle of a message, ``recv()`` waits for the rest while a copy is open. And if a
# worker forks children, they may inherit a copy of its sentinel, and ``wait()`` waits for them.
#
# recv() with a timeout: poll() first
# -----------------------------------
# ``recv()`` has no timeout. ``reader.poll(5)`` waits at most five seconds for something to
# receive; ``reader.poll()`` does not wait, and says whether there is something now. The end of
# the pipe counts, too.
#
# **The limit is for the first byte of a message.** ``recv()`` then waits for the rest, without a
# limit.
#
# .. platform:: Windows
#
#    At the end ``poll()`` raises ``BrokenPipeError: [WinError 109] The pipe has been ended``
#    (`cpython#85180 <https://github.com/python/cpython/issues/85180>`__). A child `that dies
#    before it has taken over its end
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/reduction.py#L106-L135>`__
#    leaves its end open in main, and ``recv()`` waits: look at the sentinel, as above.
#
# Which process has the pipe open?
# --------------------------------
# On Linux, ask the kernel. PID is the process that waits, and N the ``fileno()`` of its
# end. The first broken program prints both.
#
# .. code-block:: console
#
#    $ ls -l /proc/PID/fd/N
#    lr-x------ ... /proc/4711/fd/3 -> pipe:[91234]
#    $ find /proc/[0-9]*/fd -lname 'pipe:\[91234\]' -ls
#
# Each line with ``l-wx`` is a copy of the writing end, and its path has the ID of the process.
# (Run ``find`` as root to see all.) For a two-way pipe, a pair of sockets, use ``ss -xp``, and on
# macOS ``lsof -p PID``.
#
# When to use something else
# --------------------------
# Many workers that report to one reader need a queue
# (:ref:`sphx_glr_lessons_communication_queues.py`). If you only want results, an executor notices
# a dead worker for you (:ref:`sphx_glr_lessons_pools_pool_map.py`).
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_communication_wait_on_many.py`: the same loop for many workers.
# - :ref:`sphx_glr_lessons_communication_pipe_errors.py`, because ``recv()`` and ``send()`` raise
#   four different exceptions when the other process has gone.

# sphinx_gallery_lesson_added = "2026-11-29"
# sphinx_gallery_lesson_order = 45
# sphinx_gallery_lesson_short = "Ends of pipes"
# sphinx_gallery_lesson_failures = "a text is no number"
# sphinx_gallery_lesson_asked = ["recv() blocks forever", "conn.recv() hangs after the child died"]
# sphinx_gallery_lesson_asked = ["close the unused end of a pipe", "close a connection, EOF"]
# sphinx_gallery_lesson_asked = ["recv with a timeout, poll"]
# sphinx_gallery_lesson_asked = ["the reader never sees the end of the pipe"]
# sphinx_gallery_lesson_asked = ["which process has a pipe open", "fork inherits file descriptors"]
# sphinx_gallery_lesson_asked = ["is there data on a connection: poll()"]
# sphinx_gallery_lesson_asked = ["a child waits forever for a message"]
