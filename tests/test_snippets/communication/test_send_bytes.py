"""What is one message, what is not, and what comes of a message that is too long."""

import os
import socket
import struct
import sys
import threading
from array import array
from multiprocessing import BufferTooShort, Pipe, ProcessError
from multiprocessing.connection import Listener
from pickle import UnpicklingError, dumps

import pytest


@pytest.fixture
def pipe():
    reader, writer = Pipe(duplex=False)
    with reader, writer:
        yield reader, writer


def test_the_program(run_program):
    ended = run_program("send_bytes.py")
    assert ended.status == 0
    assert ended["frames"] == [lamp(place) for place in (5, 5, 5, 99, 99)]
    assert "frames of {307200} bytes" in ended.output
    assert ended.output.count("something moved in frame") == 1
    assert "something moved in frame 4" in ended.output
    sound = ended["sound"]
    assert len(sound) == 20_000
    for second, start in enumerate((0, 8_000, 16_000), 1):
        assert max(sound[start : start + 8_000]) == 49 * second
    assert sound[16_000:] == array("h", [n % 50 * 3 for n in range(4_000)])
    assert "main has enough" in ended.output


def lamp(place):
    frame = bytearray(640 * 480)
    frame[place] = 255
    return bytes(frame)


def test_a_camera_that_fails_ends_the_program_with_1(run_program):
    ended = run_program("send_bytes.py", changed={"[5, 5, 5, 99, 99]": "[5, 5, 640 * 480]"})
    assert ended.status == 1
    assert "IndexError" in ended.output
    assert "camera: exit code 1" in ended.output


def test_a_frame_that_is_too_long_is_refused_and_noticed(run_program):
    ended = run_program("send_bytes.py", changed={"recv_bytes(SIZE)": "recv_bytes(999)"})
    assert ended.status == 1
    assert "OSError: bad message length" in ended.output


def test_a_small_last_frame_that_is_too_long_is_noticed(run_program):
    """The camera has ended with 0: only main can know."""
    dark = "        frame[place] = 0\n"
    ended = run_program(
        "send_bytes.py",
        changed={"640 * 480": "1000", dark: f"{dark}    writer.send_bytes(bytes(SIZE + 1))\n"},
    )
    assert ended.status == 1
    assert "OSError: bad message length" in ended.output


def test_half_a_frame_is_noticed(run_program):
    dark = "        frame[place] = 0\n"
    half = 'import os, struct; os.write(writer.fileno(), struct.pack("!i", 9) + b"half")'
    ended = run_program("send_bytes.py", changed={dark: f"{dark}    {half}\n"})
    assert ended.status == 1
    assert "OSError: got end of file during message" in ended.output


def test_a_recorder_that_fails_ends_the_program_with_1(run_program):
    ended = run_program("send_bytes.py", changed={"loudness += 1": "loudness += 1 // loudness"})
    assert ended.status == 1
    assert "ZeroDivisionError" in ended.output
    assert "EOFError" in ended.output


@pytest.mark.skipif(sys.platform == "win32", reason="there the sender raises AssertionError")
def test_rows_come_in_pieces(run_program):
    ended = run_program("send_bytes.broken.py")
    assert ended.status == 0
    assert ended["sizes"] == [8] + [0] * 14


def test_flat_bytes_come_whole(run_program):
    ended = run_program("send_bytes.cured.py")
    assert ended.status == 0
    assert ended["sizes"] == [64]
    assert "exit code: 0" in ended.output


@pytest.mark.skipif(sys.platform == "win32", reason="the page says it of the others")
def test_grey_pixels_are_a_huge_length(pipe):
    """The first message has as many bytes as the frame has rows, here of 10 pixels."""
    reader, writer = pipe
    writer.send_bytes(memoryview(bytes([100]) * 60).cast("B", (6, 10)))
    assert reader.recv_bytes() == bytes([100]) * 6
    errors = []

    def receive():
        try:
            reader.recv_bytes()
        except OSError as error:
            errors.append(error)

    thread = threading.Thread(target=receive)
    thread.start()
    thread.join(0.5)
    assert thread.is_alive()
    writer.close()
    thread.join(20)
    assert [str(error) for error in errors] == ["got end of file during message"]


@pytest.mark.skipif(sys.platform == "win32", reason="the page says it of the others")
def test_a_huge_length_is_refused_if_there_is_a_limit(pipe):
    reader, writer = pipe
    writer.send_bytes(memoryview(bytes([100]) * 60).cast("B", (6, 10)))
    reader.recv_bytes(60)
    with pytest.raises(OSError, match="bad message length"):
        reader.recv_bytes(60)


def test_rows_of_larger_items_come_whole(pipe):
    reader, writer = pipe
    rows = memoryview(bytes(range(12))).cast("H", (2, 3))
    writer.send_bytes(rows)
    assert reader.recv_bytes() == bytes(range(12))


def test_an_array_of_numpy(pipe):
    """The cure of the page, there and back; also where the array is a part of another."""
    numpy = pytest.importorskip("numpy")
    reader, writer = pipe
    whole = numpy.arange(96, dtype="uint8").reshape(8, 12)
    for frame in (whole, whole[:, ::2]):
        writer.send_bytes(frame.ravel())
        came = numpy.frombuffer(reader.recv_bytes(), "uint8").reshape(frame.shape)
        assert (came == frame).all()
        assert not came.flags.writeable
        assert came.copy().flags.writeable
    writer.send(whole)
    came = reader.recv()
    assert came.shape == whole.shape
    assert came.dtype == whole.dtype
    writer.send_bytes(whole)
    assert len(reader.recv_bytes()) == 8  # this is what the page warns of


def test_each_message_is_whole_and_an_empty_one_is_a_message(pipe):
    reader, writer = pipe
    sent = [b"12", b"", b"345"]
    for message in sent:
        writer.send_bytes(message)
    writer.close()
    assert [reader.recv_bytes() for _ in sent] == sent
    with pytest.raises(EOFError):
        reader.recv_bytes()


def test_a_text_has_to_be_encoded(pipe):
    with pytest.raises(TypeError):
        pipe[1].send_bytes("text")


def test_the_buffer_can_be_used_again(pipe):
    reader, writer = pipe
    buffer = bytearray(b"old")
    writer.send_bytes(buffer)
    buffer[:] = b"new"
    assert reader.recv_bytes() == b"old"


def test_a_part_is_counted_in_bytes(pipe):
    reader, writer = pipe
    writer.send_bytes(array("h", [1, 2, 3, 4]), 2, 4)
    assert array("h", reader.recv_bytes()) == array("h", [2, 3])


def test_an_odd_offset_or_size_is_rounded_down(pipe):
    reader, writer = pipe
    samples = array("h", [0, 0, 0])
    writer.send_bytes(b"abcd")
    assert reader.recv_bytes_into(samples, 1) == 4
    assert samples.tobytes() == b"abcd\0\0"
    samples = array("h", [0, 0, 0])
    writer.send_bytes(b"abc")
    assert reader.recv_bytes_into(samples) == 3
    assert samples.tobytes() == b"ab\0\0\0\0"


def test_of_an_array_with_rows_only_the_rows_count(pipe):
    reader, writer = pipe
    rows = memoryview(bytearray(12)).cast("B", (3, 4))
    writer.send_bytes(bytes(12))
    with pytest.raises(BufferTooShort):
        reader.recv_bytes_into(rows)
    writer.send_bytes(bytes(12))
    assert reader.recv_bytes_into(rows.cast("B")) == 12


def test_what_does_not_fit_is_in_the_error_and_the_next_one_comes(pipe):
    reader, writer = pipe
    buffer = bytearray(4)
    writer.send_bytes(b"too long")
    writer.send_bytes(b"next")
    with pytest.raises(BufferTooShort) as failed:
        reader.recv_bytes_into(buffer)
    assert failed.value.args[0] == b"too long"
    assert buffer == bytes(4)
    assert issubclass(BufferTooShort, ProcessError)
    assert not issubclass(BufferTooShort, OSError)
    assert reader.recv_bytes_into(buffer) == 4
    assert buffer == b"next"


def test_a_message_over_the_limit_closes_a_one_way_pipe(pipe):
    reader, writer = pipe
    writer.send_bytes(b"1234")
    writer.send_bytes(b"12345")
    assert reader.recv_bytes(4) == b"1234"
    with pytest.raises(OSError, match="bad message length"):
        reader.recv_bytes(4)
    assert reader.closed


def test_a_message_over_the_limit_leaves_a_two_way_pipe_for_sending():
    ours, theirs = Pipe()
    with ours, theirs:
        theirs.send_bytes(b"12345")
        with pytest.raises(OSError, match="bad message length"):
            ours.recv_bytes(4)
        with pytest.raises(OSError, match="write-only"):
            ours.recv_bytes()
        ours.send_bytes(b"still")
        assert theirs.recv_bytes() == b"still"


@pytest.mark.skipif(sys.platform == "win32", reason="there it reads up to 128 bytes before")
def test_the_limit_holds_before_the_message_is_read(pipe):
    """Only its length has come."""
    reader, writer = pipe
    os.write(writer.fileno(), struct.pack("!i", 1_000_000))
    with pytest.raises(OSError, match="bad message length"):
        reader.recv_bytes(999)


def test_a_listener_with_a_key_refuses_a_browser():
    """The page names it as a cause of the same message."""
    with (
        Listener(("localhost", 0), authkey=b"key") as listener,
        socket.create_connection(listener.address) as browser,
    ):
        browser.sendall(b"GET / HTTP/1.1\r\n\r\n")
        with pytest.raises(OSError, match="bad message length"):
            listener.accept()


def test_recv_unpickles_what_was_sent_as_bytes(pipe):
    reader, writer = pipe
    writer.send_bytes(b"frame")
    with pytest.raises(UnpicklingError, match="invalid load key, 'f'"):
        reader.recv()
    writer.send([1, 2])
    assert reader.recv_bytes()[:1] == dumps([1, 2])[:1]


class Surprise:
    """What the pickle of a stranger may be."""

    def __reduce__(self):
        return (divmod, (7, 2))


def test_a_pickle_runs_code_in_the_receiver(pipe):
    reader, writer = pipe
    writer.send(Surprise())
    assert reader.recv() == (3, 1)  # the receiver has called divmod
    writer.send(Surprise())
    assert b"divmod" in reader.recv_bytes()
