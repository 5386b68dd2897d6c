"""
send_bytes: send images, sound and other raw bytes
==================================================

One process has the frames of a camera, samples of sound or blocks of a file, and another one
needs them. ``send()`` would pickle them, ``send_bytes()`` sends the bytes as they are. In short:
each ``writer.send_bytes(frame)`` is one message, and each ``reader.recv_bytes()`` returns one
whole message.
"""

# %%
# One call, one message
# ---------------------
# A camera process sends frames, and main reports in which of them something has moved. Each frame
# here is black but for one pixel, the lamp. In your program a camera fills it.

import sys
from itertools import pairwise
from multiprocessing import Pipe, Process

SIZE = 640 * 480  # pixels, a byte each


def film(reader, writer, places):
    """Send a frame with a lamp at each place."""
    reader.close()
    frame = bytearray(SIZE)
    for place in places:
        frame[place] = 255
        writer.send_bytes(frame)  # (1)
        frame[place] = 0


def receive_all(reader):
    """Return the frames that come."""
    frames = []
    try:
        while True:  # (2)
            frame = reader.recv_bytes(SIZE)
            frames.append(frame)
    except EOFError:  # (3)
        return frames


if __name__ == "__main__":
    reader, writer = Pipe(duplex=False)
    args = (reader, writer, [5, 5, 5, 99, 99])
    camera = Process(target=film, args=args, name="camera")
    camera.start()
    writer.close()
    with reader:
        frames = receive_all(reader)
    camera.join()
    print("frames of", {len(frame) for frame in frames}, "bytes")
    for number, (last, frame) in enumerate(pairwise(frames), 2):
        if frame != last:
            print("something moved in frame", number)
    if camera.exitcode != 0:
        sys.exit(f"camera: exit code {camera.exitcode}")

# %%
# 1. :meth:`~multiprocessing.connection.Connection.send_bytes` takes ``bytes``, a ``bytearray``,
#    an ``array``, a ``memoryview``: anything with a buffer. (Encode a ``str`` first.) When it
#    returns, the bytes are written, and the camera can change its ``bytearray``.
# 2. Each round receives one frame. :meth:`~multiprocessing.connection.Connection.recv_bytes`
#    waits for it, and refuses one that is longer than ``SIZE``, the ``maxlength``.
# 3. The end of the pipe. It comes after a crash, too, so main looks at the exit code. Half a
#    frame, or one that is too long, is an ``OSError`` that ends main
#    (:ref:`sphx_glr_lessons_communication_pipe_errors.py`).
#
# On Linux and macOS a pipe is a stream of bytes. ``recv_bytes()`` still returns whole frames,
# because ``send_bytes()`` `writes the length first
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/connection.py#L428-L449>`__.
# An empty message, ``b""``, is not the end.
#
# An image of NumPy arrives in pieces
# -----------------------------------
# An image of NumPy or OpenCV is an array of rows. Send ``frame.ravel()``, not ``frame``. The
# receiver makes the rows again: ``numpy.frombuffer(message, "uint8").reshape(480, 640)``. That
# array is read-only; add ``.copy()`` if you want to change it.
#
# This program needs no NumPy: ``memoryview.cast()`` makes 8 rows of 8 black pixels.
#
# .. pair:: send_bytes
#
# 1. ``send_bytes()`` wrote ``len(frame)``, the number of *rows*, as the length of the message.
# 2. Then it wrote all pixels.
# 3. Main took the first 8 bytes for the whole frame, and then four pixels at a time for the
#    length of another message. Four black pixels are a length of 0. Dark grey ones are a huge
#    length, and ``recv_bytes()`` waits for bytes that never come. With a ``maxlength`` it raises
#    an ``OSError``.
#
# Rows of larger items arrive whole, because they are `cast to bytes first
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/connection.py#L197-L211>`__.
# (The report, `cpython#81818 <https://github.com/python/cpython/issues/81818>`__, was closed as
# "not a bug".)
#
# .. platform:: Windows
#
#    Here ``send_bytes(frame)`` raises an ``AssertionError`` (`in the source
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/connection.py#L319>`__).
#
# Receive into an array that you have
# -----------------------------------
# Main wants two and a half seconds of sound in one array. The recorder sends a second in each
# message.

from array import array
from multiprocessing import BufferTooShort

RATE = 8_000  # samples in a second


def record(reader, writer):
    """Send a tone that grows louder, until main has gone."""
    reader.close()
    loudness = 0
    try:
        while True:
            loudness += 1
            tone = [n % 50 * loudness for n in range(RATE)]
            writer.send_bytes(array("h", tone))
    except ConnectionError:
        print("main has enough")


def fill(sound, reader):
    """Fill the array with what comes."""
    filled = 0  # bytes
    try:
        while True:
            filled += reader.recv_bytes_into(
                sound,
                filled,  # (1)
            )
    except BufferTooShort as error:
        message = error.args[0]  # (2)
    rest = array("h", message)
    first = filled // sound.itemsize
    sound[first:] = rest[: len(sound) - first]


if __name__ == "__main__":
    sound = array("h", bytes(40_000))  # 20,000 samples
    reader, writer = Pipe(duplex=False)
    args = (reader, writer)
    recorder = Process(target=record, args=args, name="recorder")
    recorder.start()
    writer.close()
    with reader:
        fill(sound, reader)
    recorder.join()
    print(len(sound), "samples, the loudest", max(sound))
    if recorder.exitcode != 0:
        sys.exit(f"recorder: exit code {recorder.exitcode}")

# %%
# 1. :meth:`~multiprocessing.connection.Connection.recv_bytes_into` puts the message into the
#    array from the byte ``filled`` on, and returns how many bytes came.
# 2. The third second did not fit. ``error.args[0]`` has all of it, and main takes the part that
#    fits. Then main closes its end, and the recorder's next ``send_bytes()`` raises
#    ``BrokenPipeError``, a ``ConnectionError``.
#
# **Offsets and sizes count bytes, not items**, also in ``send_bytes(sound, offset, size)``. With
# ``array("h")``, two bytes a sample, ``recv_bytes_into()`` `rounds
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/connection.py#L239-L255>`__ an
# odd offset or size down without an error, and samples are wrong or lost. Give it a flat array:
# of an image it counts only the rows, and raises ``BufferTooShort`` although there is room.
#
# ``recv_bytes_into()`` saves no memory: it receives the message first, and then copies it. If the
# recorder dies before the array is full, main ends with an ``EOFError`` or ``OSError``.
#
# OSError: bad message length
# ---------------------------
# A message is longer than the ``maxlength`` of ``recv_bytes()``. A ``Listener`` with an
# ``authkey`` raises it, too, when a browser or another program that is no ``Client`` connects.
#
# The error comes `before the whole message is read
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/connection.py#L451-L459>`__, so
# that is the end of the connection: a one-way pipe is closed, a two-way one can only send.
# ``BufferTooShort`` comes after the message is read, so you can go on. It is a ``ProcessError``,
# not an ``OSError``.
#
# send() or send_bytes()?
# -----------------------
# Use ``send()`` for Python objects, and for an array that has to arrive with its shape and type.
# Bytes are better when
#
# - **you do not trust the sender**, such as a worker that opens files from strangers. ``recv()``
#   unpickles, and a pickle can run any code in your process, as the manual warns at
#   :meth:`~multiprocessing.connection.Connection.recv`. Send JSON or :mod:`struct` as bytes, and
#   give ``recv_bytes()`` a ``maxlength``.
# - **the data is large**: ``send()`` makes a pickle, a second copy, before it writes.
#
# Do not mix them: ``recv()`` tries to unpickle what ``send_bytes()`` sent, and raises something
# like ``UnpicklingError: invalid load key``. ``recv_bytes()`` returns the pickle that
# ``send()`` made.
#
# If several processes read the data, share the memory:
# :ref:`sphx_glr_lessons_shared_memory_shared_array.py`.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_communication_pipe_ends.py`, if ``recv_bytes()`` never returns.
# - :ref:`sphx_glr_lessons_communication_wait_on_many.py`, for several cameras.

# sphinx_gallery_lesson_added = "2026-11-29"
# sphinx_gallery_lesson_order = 80
# sphinx_gallery_lesson_short = "Raw bytes"
# sphinx_gallery_lesson_asked = ["send_bytes and recv_bytes", "send an image through a pipe"]
# sphinx_gallery_lesson_asked = ["send a numpy array with send_bytes", "send() or send_bytes()"]
# sphinx_gallery_lesson_asked = ["OSError: bad message length", "recv_bytes maxlength"]
# sphinx_gallery_lesson_asked = ["multiprocessing.context.BufferTooShort", "recv_bytes_into"]
# sphinx_gallery_lesson_asked = ["_pickle.UnpicklingError: invalid load key"]
# sphinx_gallery_lesson_asked = ["is recv() safe with an untrusted sender"]
# sphinx_gallery_lesson_asked = ["send audio samples to another process"]
