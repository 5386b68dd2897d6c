"""Births, deaths and commands: from the kernel and by looking; and when events are lost."""

import os
import subprocess
import sys
import time

import pytest

from multitrack import descendants as following
from multitrack import polling
from multitrack import process_events as lives
from multitrack.polling import Polling, descendants, living
from multitrack.process_events import Birth, Death, Exec, ProcessEvents

needs_events = pytest.mark.skipif(
    not lives.process_events_answer(), reason="the kernel reports no process events here"
)


def gathered(source, pid: int, until: type) -> list[lives.Event]:
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


def test_polling_sees_a_life():
    """Program included, and an end whose status nobody told."""
    watch, found = Polling(), []

    def look_until(seen):
        deadline = time.monotonic() + 60
        while not seen():
            assert time.monotonic() < deadline, found
            found.extend(watch.read())
            time.sleep(watch.wait)

    # Both end with their input, and so when this block is left in any way.
    code = "import subprocess; subprocess.run(['cat'])"
    with subprocess.Popen([sys.executable, "-c", code], stdin=-1) as parent:
        watch.follow(parent.pid)
        look_until(lambda: ("cat",) in [e.command for e in found if isinstance(e, Exec)])
        parent.communicate(timeout=60)
        look_until(lambda: len([e for e in found if isinstance(e, Death)]) == 2)
    (birth,) = [e for e in found if isinstance(e, Birth)]
    assert birth.parent == parent.pid
    assert {e.pid for e in found if isinstance(e, Death)} == {birth.pid, parent.pid}
    assert all(e.status is None for e in found if isinstance(e, Death))


def test_polling_takes_its_time_where_looking_is_work(monkeypatch):
    """At most a quarter of the recorder's; that the machine was busy does not count."""
    watch = Polling()
    watch.follow(os.getpid())
    assert watch.wait == polling.LOOK_EVERY
    work = iter([0.0, 0.5])
    monkeypatch.setattr(polling.time, "thread_time", lambda: next(work))
    list(watch.read())
    assert watch.wait == 1.5
    waiting = iter(range(0, 1000, 10))
    monkeypatch.setattr(polling.time, "thread_time", lambda: 0.5)
    monkeypatch.setattr(polling.time, "monotonic", lambda: float(next(waiting)))
    list(watch.read())
    assert watch.wait == polling.LOOK_EVERY


def test_descendants_come_parents_first_and_zombies_are_dead():
    """Whatever the order of the pids."""
    code = "import subprocess; print(subprocess.Popen(['sleep', '30']).pid, flush=True); input()"
    child = subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, text=True)
    dead = subprocess.Popen(["true"])
    try:
        grandchild = int(child.stdout.readline())
        deadline = time.monotonic() + 10
        while dead.pid in living() and time.monotonic() < deadline:
            time.sleep(0.01)
        found = descendants([os.getpid()])
        assert found[grandchild] == child.pid
        assert list(found).index(child.pid) < list(found).index(grandchild)
        assert dead.pid not in found
        assert descendants([dead.pid]) == {}
    finally:
        os.kill(grandchild, 9)
        child.communicate("\n", timeout=10)
        dead.wait()


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


def test_a_guess_is_admitted(play, monkeypatch):
    """A writer that is gone before it was seen counts as main's child, and it is said."""
    code = "import os\nif os.fork() == 0: os.write(1, b'gone'); os._exit(0)\nos.wait()"
    monkeypatch.setattr(Polling, "read", lambda watch: iter(()))
    monkeypatch.setattr(following, "parent_of", lambda pid: 0)
    recording = play(code, polling=True)
    assert [(x.process, x.text) for x in recording.lines] == [("child 1", "gone")]
    assert not recording.complete


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


def test_gone_processes_have_no_command_and_no_parent():
    """Rather than an error."""
    gone = subprocess.Popen(["true"])
    gone.wait()
    assert polling.command_of(gone.pid) == ()
    assert polling.parent_of(gone.pid) == 0
    assert polling.parent_of(os.getpid()) == os.getppid()
