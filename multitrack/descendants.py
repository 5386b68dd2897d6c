"""All that a run has started: followed while it lives, found by looking, and ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

from multitrack.polling import Polling, command_of, descendants, parent_of
from multitrack.process_events import Birth, Exec, ProcessEvents, process_events_answer
from multitrack.process_tree import Life, ProcessTree

GONE = ("another program, gone before its name could be read",)


def watch(polling: bool) -> ProcessEvents | Polling:
    """Return the best source of lives that this machine has, or the other one if asked to."""
    return Polling() if polling or not process_events_answer() else ProcessEvents()


class Descendants:
    """Main and all below it, in ``tree``; ``source`` tells of births and ends.

    To be made before main is started: what is below this process by then is not the run's.
    """

    def __init__(self, polling: bool) -> None:
        self.source = watch(polling)
        self.tree = ProcessTree()
        self._before = set(descendants([os.getpid()]))
        self._began_python = 0.0  # when main last ran another program, before the script began
        self._began = False

    def start_with(self, process: subprocess.Popen[bytes], command: tuple[str, ...]) -> Life:
        """Follow main from now on."""
        self._process = process
        self.main = self.tree.born(process.pid, None, time.monotonic())
        self.main.forked = False
        self.main.command = command
        self.source.follow(process.pid)
        return self.main

    def begin(self) -> None:
        """Forget what was started before main became the interpreter that plays the script.

        A script may start the interpreter. Not all that happened before the stage's first mark
        was read is its: the program may be ahead of us.
        """
        self.tree.forget_before(self._began_python)
        self._began = True

    def writer(self, pid: int, now: float) -> Life | None:
        """Return who wrote; None where the system names no writer."""
        if not pid:
            return None
        if not self.tree.who(pid):
            self.follow()
        if not self.tree.who(pid):  # a life too short for polling, or a lost event
            parent = self.tree.who(parent_of(pid))
            if not parent:  # already gone: who started it is a guess, and the recording says so
                parent, self.source.complete = self.main, False
            self.tree.born(pid, parent, now).command = command_of(pid) or parent.command
        return self.tree.who(pid)

    # -- what happens ---------------------------------------------------------------------

    def follow(self) -> None:
        """Take in what the source tells."""
        for event in self.source.read():
            if isinstance(event, Birth):
                self._take_birth(event)
            elif isinstance(event, Exec):
                if event.pid == self.main.pid and not self._began:
                    self._began_python = event.time
                if runner := self.tree.alive.get(event.pid):
                    runner.command = event.command or command_of(event.pid) or GONE
                    runner.forked = False
            else:
                # Also of one that was found dead before the event was read.
                life = self.tree.who_at(event.pid, event.time)
                if life and life.start <= event.time:
                    self.tree.died(life, event.time, event.status)

    def _take_birth(self, event: Birth) -> None:
        if event.pid == self.main.pid:
            self.main.start = min(self.main.start, event.time)
        elif parent := self.tree.who_at(event.parent, event.time):
            if life := self.tree.alive.get(event.pid):  # its line came before its event
                life.start = min(life.start, event.time)
                self.tree.adopt(life, parent)
            else:
                self.tree.born(event.pid, parent, event.time)

    def reap(self) -> None:
        """Fetch the ends of main and of orphans that became our children."""
        now = time.monotonic()
        if self._process.poll() is not None and self.main.status is None:
            code = self._process.returncode
            self.tree.died(self.main, now, -code if code < 0 else code << 8)
        for life in self.tree.all:
            if life.fetched or life.parent is None or life.parent.end is None:
                continue
            try:
                done, status = os.waitpid(life.pid, os.WNOHANG)
            except ChildProcessError:  # its parent did, or it is not ours yet
                life.fetched = life.end is not None and now > life.end + 0.5
                continue
            if done:
                life.fetched = True
                self.tree.died(life, now, status)

    def look(self) -> set[int]:
        """Find by looking what no event told of; return the pids of all that are alive."""
        self.follow()
        me, ours = os.getpid(), set()
        for pid, parent in descendants([me]).items():  # parents first
            if pid in self._before or not (parent == me or parent in ours):
                continue
            ours.add(pid)
            if pid not in self.tree.alive:
                starter = self.tree.who(parent) or self.main
                self.tree.born(pid, starter, time.monotonic()).command = command_of(pid)
        if sys.platform == "linux":  # where orphans come to us: who is not below us is dead
            for pid in set(self.tree.alive) - ours:
                self.tree.died(self.tree.alive[pid], time.monotonic(), None)
        return ours

    # -- ends -----------------------------------------------------------------------------

    def end(self, meanwhile: Callable[[], None]) -> None:
        """Kill all but helpers, which end by themselves and clean up; then whatever is left.

        Only descendants of this process are killed: a pid may have come to somebody else.
        ``meanwhile`` is called again and again, to read what the dying write.
        """
        for helpers_too, patience in ((False, 1.0), (True, 5.0)):
            deadline = time.monotonic() + patience
            while True:
                ours = self.look()
                for life in list(self.tree.alive.values()):
                    spared = life.helper and not helpers_too
                    if not spared and (life.pid in ours or sys.platform != "linux"):
                        with contextlib.suppress(ProcessLookupError):
                            os.kill(life.pid, signal.SIGKILL)
                meanwhile()
                if not self.tree.alive or time.monotonic() > deadline:
                    break
                time.sleep(0.005)

    def close(self) -> None:
        """Stop following, and wait for orphans that have ended: none is to stay a zombie."""
        self.source.close()
        self._process.wait()
        deadline = time.monotonic() + 1
        for life in self.tree.all[1:]:
            with contextlib.suppress(ChildProcessError):  # most were their parents' to wait for
                while not life.fetched and not os.waitpid(life.pid, os.WNOHANG)[0]:
                    if time.monotonic() > deadline:
                        return
                    time.sleep(0.001)
