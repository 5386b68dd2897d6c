"""
EOFError or BrokenPipeError: the other process has gone
=======================================================

Two of your processes talk through a pipe, and one of them has ended. The other one gets an
exception from ``recv()`` or ``send()``, and which one depends on the moment. At the end of this
page you can tell the four apart, and you know what to catch.
"""

# %%
# Which exception, and what it means
# ----------------------------------
# The messages are those of Linux:
#
# ``EOFError`` from ``recv()``
#    Every copy of the other end is closed, and nothing more will come. Whether the other process
#    had finished or crashed is in its exit code.
#
# ``OSError: got end of file during message`` from ``recv()``
#    The other process ended while it was sending this message.
#
# ``ConnectionResetError: [Errno 104] Connection reset by peer`` from ``recv()``
#    In a two-way pipe: the other process ended before it had received what you sent. Start a new
#    process and send it again. (A ``send()`` that waits because the pipe is full can raise it,
#    too.)
#
# ``BrokenPipeError: [Errno 32] Broken pipe`` from ``send()``
#    No copy of the receiving end is open. Stop sending.
#
# Around ``recv()`` catch ``(EOFError, OSError)``: all but ``EOFError`` are kinds of ``OSError``.
# Around ``send()`` catch ``ConnectionError``, which the last two are. Then look at the exit code.
# If no exception comes and the program waits instead, some process holds a copy of the other end:
# :ref:`sphx_glr_lessons_communication_pipe_ends.py`.
#
# OSError: killed in the middle of a message
# ------------------------------------------
# Main kills a worker that has begun to send one message, far larger than the pipe.

from multiprocessing import Pipe, Process


def send_much(reader, writer):
    """Send ten million bytes as one message."""
    reader.close()
    writer.send(bytes(10_000_000))


if __name__ == "__main__":
    reader, writer = Pipe(duplex=False)
    worker = Process(target=send_much, args=(reader, writer), name="worker")
    worker.start()
    writer.close()
    if reader.poll(30):
        worker.join(0.5)  # time to fill the pipe
    worker.kill()
    worker.join()
    try:
        print("bytes received:", len(reader.recv()))
    except (EOFError, OSError) as error:
        print(f"exit code {worker.exitcode}, {error!r}")

# %%
# A part of the message had come, so it is an ``OSError``. If you catch only ``EOFError``, a
# worker that the kernel kills for lack of memory can end your program, too.
#
# .. chance::
#
#    The length of a message of more than 16 KiB `is written first, by itself
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/connection.py#L439-L449>`__.
#    If the worker is killed right after that, ``recv()`` raises ``EOFError``.
#
# .. platform:: Windows
#
#    Here ``recv()`` raises ``EOFError``: it `turns Windows' broken pipe into one
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/connection.py#L356-L360>`__.
#
# ConnectionResetError: your question was never read
# --------------------------------------------------
# Main sends two texts through a two-way pipe, and wants a number for each. The first one raises
# an exception in the helper.


def convert(conn, other_end):
    """Answer each text with its number."""
    other_end.close()
    while True:
        conn.send(float(conn.recv()))


if __name__ == "__main__":
    ours, theirs = Pipe()
    for text in ["n/a", "12.50"]:
        ours.send(text)
    helper = Process(target=convert, args=(theirs, ours), name="helper")
    helper.start()
    theirs.close()
    try:
        print("number:", ours.recv())
    except (EOFError, OSError) as error:
        helper.join()
        print(f"exit code {helper.exitcode}, {error!r}")

# %%
# ``"12.50"`` was still in the pipe when the helper ended. A two-way pipe is a `pair of sockets
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/connection.py#L567-L582>`__,
# and on Linux the kernel tells the sender, at its next call, that what it sent was thrown away.
# Had the helper read both texts before it died, ``recv()`` would have raised ``EOFError``.
#
# BrokenPipeError: the reader is gone
# -----------------------------------
# Main sends files, and the worker ends when it has found what it looks for.

import sysconfig
from pathlib import Path


def find(word, reader, writer):
    """Receive files until a word is in one."""
    writer.close()
    try:
        while word not in (text := reader.recv()):
            pass
        line = text[text.index(word) :].splitlines()[0]
        print("found:", line.decode())
    except (EOFError, OSError):
        print("not found in what came")


if __name__ == "__main__":
    library = Path(sysconfig.get_path("stdlib"))
    reader, writer = Pipe(duplex=False)
    search = Process(
        target=find,
        args=(b"class ArgumentParser", reader, writer),
        name="search",
    )
    search.start()
    reader.close()
    try:
        with writer:
            for file in sorted(library.glob("*.py")):
                writer.send(file.read_bytes())
    except ConnectionError as error:
        print(repr(error))
    search.join()
    print("exit code", search.exitcode)

# %%
# The message is ``BrokenPipeError: [Errno 32] Broken pipe``. Exit code 0 says that the reader
# wanted no more. Without ``reader.close()`` main would fill the pipe and wait in ``send()``
# forever. If ``send()`` raises nothing, that does not prove that the reader has read everything.
#
# .. platform:: Windows
#
#    The message is ``BrokenPipeError: [WinError 232] The pipe is being closed`` or
#    ``BrokenPipeError: [WinError 109] The pipe has been ended``.
#
# You made no pipe yourself?
# --------------------------
# Look which call is in the traceback:
#
# - ``start()``, under spawn and forkserver: the child ended before it had read its arguments,
#   often because the file has no ``if __name__ == "__main__":`` or the child cannot import it
#   (:ref:`sphx_glr_lessons_spawning_main_guard.py`). Its own traceback is further up.
# - A method of a Manager's dict, list or queue: the manager's process has ended. Join the
#   children inside the ``with Manager()`` block
#   (:ref:`sphx_glr_lessons_shared_memory_manager_dict.py`).
#
# When to use something else
# --------------------------
# If you only want results, use an executor: it notices a worker that has died, and raises
# ``BrokenProcessPool`` in your program (:ref:`sphx_glr_lessons_pools_pool_map.py`).
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_spawning_exit_codes.py`, to find out how the other process ended.
# - :ref:`sphx_glr_lessons_communication_pipe_ends.py`, if no exception comes at all.

# sphinx_gallery_lesson_added = "2026-11-29"
# sphinx_gallery_lesson_order = 47
# sphinx_gallery_lesson_short = "Errors of pipes"
# sphinx_gallery_lesson_failures = "a worker is killed, and a helper gets a text that is no number"
# sphinx_gallery_lesson_asked = ["EOFError from recv()", "multiprocessing connection EOFError"]
# sphinx_gallery_lesson_asked = ["OSError: got end of file during message"]
# sphinx_gallery_lesson_asked = ["BrokenPipeError: [Errno 32] Broken pipe"]
# sphinx_gallery_lesson_asked = ["ConnectionResetError: [Errno 104] Connection reset by peer"]
# sphinx_gallery_lesson_asked = ["BrokenPipeError: [WinError 232] The pipe is being closed"]
# sphinx_gallery_lesson_asked = ["BrokenPipeError: [WinError 109] The pipe has been ended"]
