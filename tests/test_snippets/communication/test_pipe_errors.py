"""What recv() and send() raise when the process at the other end of a pipe has gone."""

import os
import re
import struct
import sys
import threading
from multiprocessing import Pipe

import pytest


def test_the_program(run_program):
    ended = run_program("pipe_errors.py")
    assert ended.status == 0
    cut_off = re.search(r"exit code -9, (EOFError|OSError)\(", ended.output)
    assert cut_off  # which one: see test_the_end_within_a_message
    if sys.platform == "linux":
        assert "exit code 1, ConnectionResetError(104" in ended.output
    assert "found: class ArgumentParser" in ended.output
    assert "BrokenPipeError(" in ended.output


def test_a_helper_that_has_read_all_leaves_an_end(run_program):
    ended = run_program("pipe_errors.py", changed={'["n/a", "12.50"]': '["n/a"]'})
    assert ended.status == 0
    assert "exit code 1, EOFError()" in ended.output


def test_with_a_reader_of_its_own_main_does_not_notice_that_the_other_is_gone(run_program):
    start = "    search.start()\n"
    unclosed = {start + "    reader.close()\n": start}
    ended = run_program("pipe_errors.py", hangs="found:", changed=unclosed)
    assert ended.status is None
    assert "BrokenPipeError" not in ended.output


@pytest.mark.skipif(sys.platform != "linux", reason="the page says it of Linux")
def test_a_send_that_waits_is_reset():
    """Many small messages fill the pipe, and none is read: the other end closes."""
    ours, theirs = Pipe()
    sent, errors = [], []

    def fill():
        try:
            while True:
                ours.send("x" * 100)
                sent.append(1)
        except OSError as error:
            errors.append(error)

    thread = threading.Thread(target=fill)
    thread.start()
    before = -1
    while before != len(sent):  # it stands still: send() waits
        before = len(sent)
        thread.join(0.5)
    theirs.close()
    thread.join(20)
    ours.close()
    assert [type(error) for error in errors] == [ConnectionResetError]


def test_the_end_between_two_messages():
    reader, writer = Pipe(duplex=False)
    writer.send("whole")
    writer.close()
    with reader:
        assert reader.recv() == "whole"
        with pytest.raises(EOFError):
            reader.recv()


@pytest.mark.parametrize(("data", "error"), [(b"", EOFError), (b"x", OSError)])
def test_the_end_within_a_message(data, error):
    """Only when a part of the data has come is it an OSError: its length may come alone."""
    reader, writer = Pipe(duplex=False)
    os.write(writer.fileno(), struct.pack("!i", 1000) + data)
    writer.close()
    with reader, pytest.raises(error) as failed:
        reader.recv()
    assert failed.type is error
