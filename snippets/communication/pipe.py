"""
Pipe: a conversation between two processes
==========================================

You will be able to let two processes talk through a
:func:`multiprocessing.Pipe`, to notice when the other side has ended, and to
choose between a pipe and a queue.
"""

# %%
# ``Pipe()`` returns the two ends of a connection. What one end sends, the
# other receives, in both directions.

from collections.abc import Iterator
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection


def square_on_request(client: Connection) -> None:
    """Answer each number with its square, until None comes."""
    while (number := client.recv()) is not None:
        client.send(number * number)


def ask_for_squares(numbers: list[int]) -> list[int]:
    """Return the squares, asked for one at a time, in order."""
    ours, theirs = Pipe()
    child = Process(target=square_on_request, args=(theirs,))  # (1)
    child.start()
    theirs.close()  # (2)
    squares = []
    for number in numbers:
        ours.send(number)  # (3)
        squares.append(ours.recv())
    ours.send(None)
    child.join()
    return squares


if __name__ == "__main__":
    print(ask_for_squares([3, 1, 2]))

# %%
# 1. The parent keeps one end and gives the other to the child, as a copy.
# 2. The parent closes its own copy of the child's end, so that ``ours.recv()``
#    raises an error if the child dies, and does not wait without end.
# 3. :meth:`send() <multiprocessing.connection.Connection.send>` pickles in the
#    calling thread and writes at once.
#
# The answers are in the order of the questions, on every run: one process
# speaks, the other listens, in turn. No feeder thread is involved, so an object
# that cannot be pickled raises its error in ``send()``, and a full pipe makes
# ``send()`` wait.
#
# The end of the data
# -------------------
#
# With ``duplex=False`` the pipe is one-way: the first end only receives, the
# second only sends. Such a pipe can say that no more will come. ``recv()``
# raises :exc:`EOFError` when everything has been read *and every copy of the
# writing end is closed*.


def receive_all(reader: Connection) -> Iterator[int]:
    """Yield what arrives, until all writing ends are closed."""
    while True:
        try:
            yield reader.recv()
        except EOFError:
            return


def send_all(numbers: list[int], writer: Connection) -> None:
    """Send each number, then close this process's copy."""
    for number in numbers:
        writer.send(number)
    writer.close()


def read_from_child(numbers: list[int]) -> list[int]:
    """Return what a child sent, read to the end of the data."""
    reader, writer = Pipe(duplex=False)
    child = Process(target=send_all, args=(numbers, writer))
    child.start()
    writer.close()  # or receive_all() would never end
    received = list(receive_all(reader))
    child.join()
    return received


if __name__ == "__main__":
    print(read_from_child([10, 20, 30]))

# %%
# Neither a count nor a sentinel was needed. The end comes even when the child
# is killed, because the kernel closes all that a dead process had open. A
# queue cannot do that.
#
# Where it goes wrong: a copy is still open
# -----------------------------------------
#
# ``start()`` *copied* the writing end into the child. The parent's own stayed
# open, and as long as any copy is open, more could be written, so ``recv()``
# waits. Without its ``writer.close()`` the parent above would have waited for
# itself, even with the child long dead.
#
# Now the other way round: the child reads. Nothing is sent; the only question
# is whether the child sees the end of the data within half a second.
# :meth:`~multiprocessing.connection.Connection.poll` answers it without the
# risk of a ``recv()`` that never returns: it is true when there is something
# to receive, the end included. In the first two calls the child gets the
# reading end only, in the third also the writing end, in order to close it.


def watch_for_end(
    reader: Connection,
    writer: Connection | None,
    answer: Connection,
) -> None:
    """Close ``writer``; send whether the end comes within 0.5 s."""
    if writer is not None:
        writer.close()
    answer.send(reader.poll(0.5))


def child_sees_end(parent_closes: bool, child_closes: bool) -> bool:
    """Return whether a reading child sees the end of the data."""
    reader, writer = Pipe(duplex=False)
    ours, theirs = Pipe(duplex=False)
    copy = writer if child_closes else None
    child = Process(target=watch_for_end, args=(reader, copy, theirs))
    child.start()
    if parent_closes:
        writer.close()
    seen = ours.recv()
    child.join()
    return seen


if __name__ == "__main__":
    print("neither closes:", child_sees_end(False, False))
    print("the parent closes:", child_sees_end(True, False))
    print("both close:", child_sees_end(True, True))

# %%
# In the first line the parent's copy is open, and the child would wait without
# end.
#
# The second line depends on the start method; choose another one at the top of
# the page and see it change. A *forked* child inherits everything that is open in its
# parent, the writing end among it, whether or not it was handed over. It
# waits for itself, and the line says ``False``. A child of ``spawn`` or
# ``forkserver`` has only what it was given, and sees the end.
#
# In the third line no copy is left, and the end comes under every start
# method.
#
# So the habit that works everywhere is: hand over both ends, and let each
# process close, as its first act, the end that it does not use.
#
# Queue or Pipe
# -------------
#
# Take a pipe when exactly two processes talk, when they ask and answer, or
# when one must notice that the other has ended. It has no thread and no lock,
# so it is also the quicker of the two.
#
# Take a queue when more than two processes are involved, or when the writer
# must not wait: :ref:`sphx_glr_lessons_communication_queues.py`.
#
# Two warnings:
#
# - Never let two processes, or two threads, read from the same end at once, or
#   write to the same end at once. A message is a length followed by that many
#   bytes, and no lock keeps the parts of two messages apart: the data can be
#   corrupted. A queue is, in essence, a one-way pipe with those locks.
# - If both sides send more than the pipe holds before either receives, both
#   wait in ``send()`` without end. It is the deadlock of
#   :ref:`sphx_glr_lessons_communication_read_before_join.py` again, so take
#   turns, as the first program does.
#
# Read next: :ref:`sphx_glr_lessons_shared_memory_value.py`, for data that does
# not travel at all.

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_order = 40
# sphinx_gallery_lesson_short = "Pipe"
# sphinx_gallery_lesson_asked = ["Pipe or Queue", "recv() blocks forever", "EOFError from recv()"]
# sphinx_gallery_lesson_asked = ["two-way communication between two processes"]
# sphinx_gallery_lesson_asked = ["send and receive messages from a child process"]
# sphinx_gallery_lesson_asked = ["detect that the other process has died"]
# sphinx_gallery_lesson_asked = ["BrokenPipeError: [Errno 32] Broken pipe"]
# sphinx_gallery_lesson_asked = ["close the unused end of a pipe", "recv with a timeout, poll"]
# sphinx_gallery_lesson_asked = ["duplex=False", "Connection.send() and recv()"]
