"""Each piece has its writer, and it is known when a writer has written its last."""

import os
from collections.abc import Iterator

import pytest

from multitrack.stream import Stream


@pytest.fixture(params=[True, False], ids=["named", "unnamed"])
def stream(request) -> Iterator[Stream]:
    """Make a stream whose other end this test holds."""
    stream = Stream(named=request.param)
    yield stream
    stream.close()


@pytest.fixture
def named() -> Iterator[Stream]:
    """Make a stream that names its writers."""
    stream = Stream(named=True)
    yield stream
    stream.close()
    os.close(stream.theirs)


class Writer:
    """A process that writes what it is told to, once it is told."""

    def __init__(self, stream: Stream) -> None:
        words, self._words = os.pipe()
        self._done, done = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            os.close(self._words)
            while said := os.read(words, 100):
                os.write(stream.theirs, said)
                os.write(done, b".")
            os._exit(0)
        os.close(words)
        os.close(done)

    def write(self, data: bytes) -> None:
        """Return when it is written."""
        os.write(self._words, data)
        assert os.read(self._done, 1)

    def end(self, wait: bool = True) -> None:
        """Let it end; without ``wait`` nobody has fetched its status yet."""
        os.close(self._words)
        assert not os.read(self._done, 1)
        os.waitid(os.P_PID, self.pid, os.WEXITED | (0 if wait else os.WNOWAIT))
        os.close(self._done)


def test_what_is_written_is_received_until_all_have_closed(stream):
    """Nothing there is not yet the end."""
    assert stream.receive() is None
    assert stream.open
    os.write(stream.theirs, b"one\n")
    piece = stream.receive()
    assert (piece.pid, piece.data) == (os.getpid() if stream.named else 0, b"one\n")
    os.close(stream.theirs)
    assert stream.receive() is None
    assert not stream.open


@pytest.mark.parametrize("wait", [True, False], ids=["fetched", "a zombie"])
def test_a_writer_is_over_when_it_has_ended_and_its_last_piece_is_received(named, wait):
    """Its pieces stand behind another's: they are read ahead, and nothing changes its place."""
    writer, me = Writer(named), os.getpid()
    writer.write(b"begun")
    assert named.receive().data == b"begun"
    assert not named.over(writer.pid)
    os.write(named.theirs, b"other")
    writer.write(b", ended")
    assert not named.over(writer.pid)
    writer.end(wait)
    assert not named.over(writer.pid)
    os.write(named.theirs, b"later")
    assert (piece := named.receive())
    assert (piece.pid, piece.data) == (me, b"other")
    assert not named.over(writer.pid)
    assert (piece := named.receive())
    assert (piece.pid, piece.data) == (writer.pid, b", ended")
    assert named.over(writer.pid)
    assert (piece := named.receive())
    assert (piece.pid, piece.data) == (me, b"later")
    assert named.receive() is None
    assert named.open
    if not wait:
        os.waitpid(writer.pid, 0)
