"""Births, deaths and commands: from the kernel and by looking; and when events are lost."""

import os
import struct
import time
from typing import Any

import pytest

from multitrack import descendants as following
from multitrack import process_events as lives
from multitrack.process_events import Birth, Death, Exec, ProcessEvents

needs_events = pytest.mark.skipif(
    not lives.process_events_answer(), reason="the kernel reports no process events here"
)


def gathered(source, pid: int, until: type) -> list[Any]:
    """Read until the wanted kind of event of this process has come."""
    found, deadline = [], time.monotonic() + 10
    while not any(isinstance(e, until) for e in found):
        assert time.monotonic() < deadline, found
        found += [e for e in source.read() if e.pid == pid]
        time.sleep(0.002)
    return found


@needs_events
def test_the_kernel_tells_a_life():
    """Parent, program, status and times in order, of a life of a few milliseconds."""
    events = ProcessEvents()
    try:
        before = time.monotonic()
        pid = os.posix_spawn("/bin/sh", ["sh", "-c", "exit 3"], {})
        os.waitpid(pid, 0)
        birth, run, death = gathered(events, pid, Death)
        assert isinstance(birth, Birth)
        assert birth.parent == os.getpid()
        assert isinstance(run, Exec)
        assert death.status == 3 << 8
        assert before <= birth.time <= run.time <= death.time <= time.monotonic()
        assert events.complete
    finally:
        events.close()


class Forgetful:
    """A source that loses some events, as the kernel does when its buffer is full."""

    def __init__(self, lost: tuple[type, ...]) -> None:
        self._events, self._lost = ProcessEvents(), lost
        self.source, self.wait, self.complete = self._events.source, None, False
        self.fileno, self.follow, self.close = (
            self._events.fileno,
            self._events.follow,
            self._events.close,
        )

    def read(self):
        """Leave out what is lost."""
        return (e for e in self._events.read() if not isinstance(e, self._lost))


FAMILY = """
import multiprocessing, time
def work(): print("from a child"); time.sleep(0.3)
if __name__ == "__main__":
    child = multiprocessing.Process(target=work)
    child.start(); child.join()
    print("from main")
"""


@needs_events
@pytest.mark.parametrize("lost", [(Birth,), (Death,), (Birth, Death, Exec)], ids=str)
def test_lost_events(play, monkeypatch, lost):
    """No line is without its writer, nothing counts as left running, and it is said."""
    monkeypatch.setattr(following, "watch", lambda polling: Forgetful(lost))
    recording = play(FAMILY, grace=0.5)
    assert recording.ok, recording.problems
    assert not recording.complete
    assert [(x.process, x.text) for x in recording.lines] == [
        ("child 1", "from a child"),
        ("main", "from main"),
    ]
    assert [p.parent for p in recording.processes] == ["", "main"]
    assert recording.processes[1].end is not None


@needs_events
def test_what_lives_on_is_found_though_no_event_told_of_it(play, monkeypatch):
    """A daemon with closed descriptors, whose births were lost."""
    monkeypatch.setattr(following, "watch", lambda polling: Forgetful((Birth,)))
    code = """
    import os, time
    if os.fork() == 0:
        os.setsid()
        os.closerange(0, 256)
        time.sleep(99)
    """
    (problem,) = play(code, grace=0.3).problems
    assert problem.text.startswith("main ended and left processes running; alive were:\n  child 1")


@needs_events
def test_a_full_buffer_is_noticed():
    """The kernel says so once (ENOBUFS), and events go on."""
    events = ProcessEvents()
    try:
        import socket

        events._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        for _ in range(40):
            os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)
        list(events.read())
        assert not events.complete
        pid = os.posix_spawn("/bin/true", ["true"], {})
        os.waitpid(pid, 0)
        list(events.read())
    finally:
        events.close()


FORK, EXEC, EXIT = lives.PROC_EVENT_FORK, lives.PROC_EVENT_EXEC, lives.PROC_EVENT_EXIT


def told(*messages: tuple) -> list[lives.Event | None]:
    """Return what a source makes of messages: what happened, nanoseconds, and its numbers."""
    source = object.__new__(ProcessEvents)  # without a socket
    source._threads = {}
    return [
        source._decoded(bytes(lives.HEADERS) + struct.pack("=IIQ4i", what, 0, at, *numbers))
        for what, at, numbers in (
            (what, at, (*numbers, *[0] * (4 - len(numbers)))) for what, at, *numbers in messages
        )
    ]


BORN = [(FORK, 1, 5, 5, 10, 10), (FORK, 2, 10, 10, 11, 10)]  # process 10 and its thread 11


@pytest.mark.parametrize(
    ("ends", "death"),
    [
        ([(EXIT, 3, 11, 10, 0), (EXIT, 4, 10, 10, 0)], Death(4e-9, 10, 0)),
        ([(EXIT, 3, 10, 10, 0), (EXIT, 4, 11, 10, 7 << 8)], Death(4e-9, 10, 7 << 8)),
        # Told in another order than it happened.
        ([(EXIT, 4, 11, 10, 9), (EXIT, 3, 10, 10, 9)], Death(4e-9, 10, 9)),
        # Not certain: another thread's end, or that of all?
        ([(EXIT, 3, 10, 10, 2 << 8), (EXIT, 4, 11, 10, 0)], Death(4e-9, 10, None)),
    ],
)
def test_a_process_ends_with_its_last_thread(ends, death):
    """Whichever it is, and with the status that is certain."""
    assert told(*BORN, *ends) == [Birth(1e-9, 10, 5), None, None, death]


@pytest.mark.parametrize("late", [False, True], ids=["before", "told after"])
def test_a_thread_s_exec_is_no_end(late):
    """Though the first thread ends by it: the other one has its pid from then on."""
    first, run = (EXIT, 3, 10, 10, 0), (EXEC, 4, 10, 10)
    events = told(*BORN, *((run, first) if late else (first, run)), (EXIT, 5, 10, 10, 7 << 8))
    assert [e for e in events if e] == [
        Birth(1e-9, 10, 5),
        Exec(4e-9, 10, ()),
        Death(5e-9, 10, 7 << 8),
    ]


def test_whose_birth_was_not_told_ends_with_its_first_thread():
    """That is all that is known of it."""
    assert told((EXIT, 3, 11, 10, 0), (EXIT, 4, 10, 10, 1)) == [None, Death(4e-9, 10, 1)]
