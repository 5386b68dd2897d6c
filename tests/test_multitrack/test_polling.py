"""Births, commands and ends by looking, and what is only a guess then."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from multitrack import pidfds, polling, process_table
from multitrack.launch import adopt_orphans
from multitrack.polling import Polling
from multitrack.process_events import Birth, Death, Exec
from tests.test_multitrack.test_process_table import FIRST_THREAD_ENDS


def told_afterwards() -> bool:
    """Whether the kernel tells how a process ended that was waited for already."""
    watch = pidfds.Pidfds()
    try:
        child = os.posix_spawn("/bin/sh", ["sh", "-c", "exit 3"], {})
        if not watch.hold(child):
            return False
        os.waitpid(child, 0)
        list(watch.ended())
        return [status for _, _, status in watch.statuses()] == [3 << 8]
    finally:
        watch.close()


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere psutil does the looking")
needs_statuses = pytest.mark.skipif(
    not told_afterwards(), reason="how a process ended is told from Linux 6.15 on"
)


@pytest.fixture
def watch():
    """Return a source that follows nothing yet."""
    adopt_orphans()
    watch = Polling()
    yield watch
    watch.close()


def read_until(watch, events, seen) -> None:
    """Look again and again until ``seen()``; the events are added to a list."""
    deadline = time.monotonic() + 60
    while not seen():
        assert time.monotonic() < deadline, events
        events.extend(watch.read())
        time.sleep(watch.wait)


def of(events, kind, pid=None) -> list:
    """Return the events of a kind, of one process or of all."""
    return [e for e in events if isinstance(e, kind) and pid in (None, e.pid)]


# All of these end with their input, and so when the block is left in any way.
PROGRAM = "import subprocess, sys; sys.exit(subprocess.run(['cat']).returncode)"


@pytest.mark.parametrize("by", ["pidfds", "no pidfds", "psutil"])
def test_a_life_is_seen(watch, monkeypatch, by):
    """With who started it, what it runs, and its end; psutil is the way of other systems."""
    if by != "pidfds":
        monkeypatch.setattr(watch._pidfds, "hold", lambda pid: False)
    if by == "psutil":
        monkeypatch.setattr(process_table, "LINUX", False)
        monkeypatch.setattr(process_table, "_kernel_lists_children", lambda: False)
    events = []
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdin=-1) as parent:
        watch.follow(parent.pid)
        read_until(watch, events, lambda: ("cat",) in [e.command for e in of(events, Exec)])
        alive = time.monotonic()
        parent.communicate(timeout=60)
        read_until(watch, events, lambda: {e.pid for e in of(events, Death)} > {parent.pid})
    (birth,) = of(events, Birth)
    assert birth.parent == parent.pid
    assert not birth.guess
    assert {e.pid for e in of(events, Death)} == {birth.pid, parent.pid}
    assert birth.time < alive < min(e.time for e in of(events, Death))
    assert not watch.complete


@needs_statuses
def test_how_it_ended_is_told_though_another_one_waited(watch):
    """Later, as an event of the same time."""
    code = "import os, sys; pid = os.fork(); pid or (input(), os._exit(5)); os.waitpid(pid, 0)"
    events = []
    with subprocess.Popen([sys.executable, "-c", code], stdin=-1) as parent:
        watch.follow(parent.pid)
        read_until(watch, events, lambda: of(events, Birth))
        (child,) = (e.pid for e in of(events, Birth))
        parent.stdin.write(b"\n")
        parent.stdin.flush()
        read_until(watch, events, lambda: [e.status for e in of(events, Death, child)][1:])
    first, second = of(events, Death, child)
    assert (first.status, second.status) == (None, 5 << 8)
    assert first.time == second.time


def test_who_was_dead_at_the_first_look_is_known_once(watch):
    """Nobody has waited for them yet: all are seen, and what they were is a guess."""
    code = """
import os, sys
for number in range(50):
    os.fork() or os._exit(number)
print("born", flush=True)
sys.stdin.read()
"""
    events = []
    with subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1) as parent:
        watch.follow(parent.pid)
        parent.stdout.readline()
        deadline = time.monotonic() + 30
        children = process_table.descendants(parent.pid, zombies=True)
        while any(map(process_table.is_alive, children)):
            assert time.monotonic() < deadline
        read_until(watch, events, lambda: len(of(events, Death)) >= 50)
        for _ in range(3):
            events += watch.read()
    births = of(events, Birth)
    assert [e.pid for e in births] == list(children)
    assert len(of(events, Death)) == 50
    assert all(e.guess and e.parent == parent.pid for e in births)


def test_whose_child_an_orphan_was_is_not_known(watch):
    """When its parent had ended before anybody looked."""
    code = "import os, sys; os.fork() and os._exit(0); print(os.getpid(), flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdin=-1) as main:
        watch.follow(main.pid)
        parent = subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1)
        orphan = int(parent.stdout.readline())
        assert parent.wait(30) == 0
        assert os.getppid() != process_table.parent_of(orphan) == os.getpid()
        (birth,) = of(list(watch.read()), Birth, orphan)
        assert birth.parent == 0
        assert birth.guess
        parent.stdin.close()
        parent.stdout.close()
        os.waitpid(orphan, 0)


def test_what_was_there_before_is_not_looked_at():
    """Nor what it starts."""
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdin=-1) as other:
        watch = Polling()
        try:
            while not process_table.descendants(other.pid):
                assert other.poll() is None
            assert list(watch.read()) == []
        finally:
            watch.close()


def test_the_first_threads_end_is_not_the_process_s(watch):
    """Only that of the last one is."""
    command, events = [sys.executable, "-c", FIRST_THREAD_ENDS], []
    with subprocess.Popen(command, stdin=-1, stdout=-1) as process:
        watch.follow(process.pid)
        process.stdout.readline()
        for _ in range(5):
            events += watch.read()
        assert of(events, Death) == []
        process.stdin.close()
        read_until(watch, events, lambda: of(events, Death, process.pid))


def test_looking_takes_its_time_where_it_is_work(watch, monkeypatch):
    """At most a quarter of the recorder's; that the machine was busy does not count."""
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


def test_descriptors_are_left_for_others(monkeypatch):
    """A quarter of what this process may have is the most."""
    monkeypatch.setattr(pidfds.resource, "getrlimit", lambda what: (8, 8))
    watch = pidfds.Pidfds()
    try:
        assert [watch.hold(os.getpid()) for _ in range(3)] == [True, True, False]
    finally:
        watch.close()


def test_no_descriptor_stays():
    """Neither of the living nor of the dead."""
    before = list(Path("/proc/self/fd").iterdir())
    watch = Polling()
    child = subprocess.Popen(["true"])
    watch.follow(child.pid)
    watch._hold(os.getpid(), ())
    child.wait()
    list(watch.read())
    watch.close()
    assert len(list(Path("/proc/self/fd").iterdir())) == len(before)


def test_who_becomes_another_program_is_seen_alive(watch, monkeypatch):
    """Though it has no command for that moment."""
    events = []
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdin=-1) as parent:
        watch.follow(parent.pid)
        while not (found := process_table.descendants(parent.pid)):
            assert parent.poll() is None
        with monkeypatch.context() as patch:
            patch.setattr(polling, "command_of", lambda pid: ())
            events += watch.read()
        read_until(watch, events, lambda: ("cat",) in [e.command for e in of(events, Exec)])
    (birth,) = of(events, Birth)
    assert [birth.pid] == list(found)
    assert not birth.guess
