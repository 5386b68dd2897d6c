"""All that a run has started: followed while it lives, found by looking, and ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable

from multitrack import process_table
from multitrack.polling import Polling
from multitrack.process_events import Birth, Exec, ProcessEvents, process_events_answer
from multitrack.process_table import LINUX, command_of, descendants, parent_of
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
        self.guessed = False  # whether somebody wrote of whom the source had not told
        self._before = set(descendants(os.getpid()))
        self._began_python = 0.0  # when main last ran another program, before the script began
        self._began = False

    def start_with(self, process: subprocess.Popen[bytes], command: tuple[str, ...]) -> Life:
        """Follow main from now on."""
        self._process = process
        main = self.tree.born(process.pid, None, time.monotonic())
        main.forked, main.command = False, command
        self.source.follow(process.pid)
        return main

    def begin(self) -> None:
        """Forget what was before main became the interpreter that plays the script.

        A script may start the interpreter; the run's time begins after it. Not all that happened
        before the stage's first mark was read is its: the program may be ahead of us.
        """
        self.tree.forget_before(self._began_python)
        self.tree.main.start = max(self.tree.main.start, self._began_python)
        self._began = True

    @property
    def complete(self) -> bool:
        """Whether no start and no end can have been missed."""
        return self.source.complete and not self.guessed

    def writer(self, pid: int, at: float) -> Life | None:
        """Return who wrote what came at that time; None where the system names no writer."""
        if not pid:
            return None
        life = self.tree.who(pid)
        if life and not life.unseen and life.start <= at:
            return life  # nearly always
        if not life:
            self.follow()
            life = self.tree.who(pid)
        if not life:  # too short a life for polling, or a lost event
            self.guessed = True
            parent = self.tree.who(parent_of(pid))
            life = self.tree.born(pid, parent or self.tree.main, at, guess=True)
            life.command = command_of(pid) or life.command
            if pid not in descendants(os.getpid()):  # a stranger with our output, or gone
                life.unseen = True
                self.tree.died(life, at, None)
        if life.unseen:
            life.end = at
        life.start = min(life.start, at)  # seen after it had written
        return life

    # -- what happens ---------------------------------------------------------------------

    def follow(self) -> None:
        """Take in what the source tells."""
        for event in self.source.read():
            if isinstance(event, Birth):
                self._take_birth(event)
            elif isinstance(event, Exec):
                if event.pid == self.tree.main.pid and not self._began:
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
        if event.pid == self.tree.main.pid:
            self.tree.main.start = min(self.tree.main.start, event.time)
            return
        parent = self.tree.who_at(event.parent, event.time) if event.parent else self.tree.main
        if not parent:  # a stranger
            return
        if life := self.tree.alive.get(event.pid):  # its line, or a look, came before its event
            life.start = min(life.start, event.time)
            if event.parent:
                self.tree.adopt(life, parent)
                life.guess = event.guess
        else:
            self.tree.born(event.pid, parent, event.time, guess=event.guess)

    def reap(self) -> None:
        """Fetch the ends of main and of orphans that became our children."""
        now = time.monotonic()
        if self._process.poll() is not None and self.tree.main.status is None:
            code = self._process.returncode
            self.tree.died(self.tree.main, now, -code if code < 0 else code << 8)
        for life in self.tree.all:
            if life.fetched or life.parent is None:
                continue
            if life.parent.end is None and not life.guess:  # whose child may be an orphan already
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
        for pid, parent in descendants(me).items():  # parents first
            if pid in self._before or not (parent == me or parent in ours):
                continue
            ours.add(pid)
            if pid not in self.tree.alive:
                starter, now = self.tree.who(parent), time.monotonic()
                life = self.tree.born(pid, starter or self.tree.main, now, guess=not starter)
                life.command = command_of(pid)
        # Orphans come to us on Linux: who is not below us, not even at a second look, is dead.
        if LINUX and (missing := self.tree.alive.keys() - ours):
            for pid in missing - descendants(me).keys():
                self.tree.died(self.tree.alive[pid], time.monotonic(), None)
        return ours

    def label(self) -> None:
        """Give all their names, by the order of their births."""
        if LINUX and isinstance(self.source, Polling):
            self.tree.correct_starts(process_table.pids())
        self.tree.label()

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
                    if not spared and (life.pid in ours or not LINUX):
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
