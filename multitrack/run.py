"""One run of a script: start it, listen until all has ended or must be ended, and record it.

A recording takes one thread and no handle of the recorded process. Memory is bounded: what a
recording keeps (output.py) and HELD for lines that have not ended.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import selectors
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from multitrack import interpreters
from multitrack.descendants import Descendants
from multitrack.disk import whole
from multitrack.exclusive import GoneWhileWaiting, turn
from multitrack.hearing import Hearing, last_words
from multitrack.launch import Launched, Scratch, adopt_orphans, need_proc
from multitrack.marks import Sender
from multitrack.names import give_names
from multitrack.pictures import Album, font_lists, may_draw
from multitrack.problems import GUARD, GivenUp, failed_main
from multitrack.process_tree import Life
from multitrack.recording import EndedBy, Interpreter, Problem, ProblemKind, Process, Recording
from multitrack.script import Script
from multitrack.shm_leaks import ShmWatch, described, temporary_files
from multitrack.shorten import shortener
from multitrack.stream import Stream

TIMEOUT = 60.0  # seconds that a run may take
GRACE = 3.0  # seconds that processes may live on after main, before they count as left running
MOST_PROCESSES = 500  # alive at once; a program without its guard would go on for ever
MOST_STARTED = 5_000  # in one run
MOST_OUTPUT = 512 << 20  # bytes of one run; they are on disk
HELD = 32 << 20  # bytes in lines that have not ended; they are in memory
ENDED_BY: dict[Sender, EndedBy] = {
    "pool": "its pool",
    "manager": "its manager",
    "interpreter": "its interpreter",
    "program": "",
}
PIECES = 64  # read before the clock and the processes are looked at again


class Abandoned(Exception):
    """Whoever wanted the recording is gone."""


@dataclass(frozen=True)
class Options:
    """How to record.

    Attributes
    ----------
    timeout : seconds until everything is ended.
    grace : seconds that processes may live on after main.
    named : whether to ask the kernel for the writer of each line (Linux only).
    polling : look for processes again and again even where the kernel reports them.
    alone : wait until no other script is being recorded, and let none begin (exclusive.py).
    own_shm : give the script a /dev/shm of its own, where that can be had (own_shm.py). What it
        leaves there is certain then; but no other program finds the segments that it makes.
    python : the interpreter to play it on.
    files : what is copied into the folder that it runs in.
    full_text : where to write all output, should it be more than a recording holds; pictures are
        kept beside it, under the same name with ``.1.svg`` and so on. None: neither is kept.
    abandon : a descriptor; once it is at its end, everything is ended and Abandoned is raised.
    started : called with main's session and the run's folder before the script can do anything.
    """

    timeout: float = TIMEOUT
    grace: float = GRACE
    named: bool = sys.platform == "linux"
    polling: bool = False
    alone: bool = False
    own_shm: bool = False
    python: str = sys.executable
    files: tuple[Path, ...] = ()
    full_text: Path | None = None
    abandon: int | None = None
    started: Callable[[int, Path], None] | None = None


def record(script: Script, start_method: str, options: Options | None = None) -> Recording:
    """Play a script once and return what happened.

    Whatever happens, no process that the script started is alive afterwards, and nothing that
    other programs have in /dev/shm was touched.

    To be called in a process's main thread, once at a time: the kernel ends the script's main
    when the *thread* that started it ends (PR_SET_PDEATHSIG), and orphans come to the process.

    Raises InterpreterError when ``python`` is none, ScriptError where nothing can be recorded.
    """
    need_proc(script)
    options = options or Options()
    try:
        with turn(options.alone, options.abandon), Run(script, start_method, options) as run:
            run.listen()
            return run.recording()
    except GoneWhileWaiting:
        raise Abandoned from None


class Run:
    """One run of a script, from its start to the end of all that it started."""

    def __init__(self, script: Script, start_method: str, options: Options) -> None:
        self.script, self.start_method, self.options = script, start_method, options
        self.python = interpreters.about(options.python)
        self._given_up: GivenUp | None = None

    def __enter__(self) -> Run:
        with contextlib.ExitStack() as undo:
            adopt_orphans()
            self.descendants = Descendants(self.options.polling)
            undo.callback(self.descendants.source.close)
            self.tree = self.descendants.tree
            self.scratch = Scratch()
            undo.callback(self.scratch.remove)
            self.scratch.bring(self.options.files)
            if may_draw(self.script.source):
                self.scratch.take_fonts(font_lists(self.options.python))
            self.album = Album(self.scratch.pictures, self.scratch.work)
            self.shm = ShmWatch(
                self.options.python, self.options.own_shm, (self.scratch.top, self.script.path)
            )
            undo.callback(self.shm.close)
            self.short = shortener(
                self.scratch.top, self.script.path, self.script.root, self.python
            )
            self.stream = Stream(self.options.named)
            undo.callback(self.stream.close)
            token = secrets.token_hex(16)
            self.hearing = Hearing(
                self.script, token, self.scratch.output, self.tree, self.descendants.begin
            )
            try:
                launched = Launched(
                    self.options.python, self.scratch, self.stream.theirs, self.shm.enter
                )
            finally:
                os.close(self.stream.theirs)
            self._process = launched.process
            undo.callback(launched.end)
            self.shm.follow(launched.process.pid)
            self._born = time.monotonic()
            self.main = self.descendants.start_with(launched.process, launched.command)
            if self.options.started:
                self.options.started(self.main.pid, self.scratch.top)
            launched.go(self.script, self.start_method, token)
            undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        try:
            if self._process.poll() is None or self.tree.alive or self.descendants.look():
                self._end_all()
        finally:
            self.stream.close()
            self.descendants.close()
            self.hearing.output.close()
            self.shm.close()
            self.scratch.remove()

    # -- from start to end ---------------------------------------------------------------

    def listen(self) -> None:
        """Take in what is written and what happens until all has ended, or must be ended."""
        deadline = self._born + self.options.timeout
        with selectors.DefaultSelector() as selector:
            selector.register(self.stream, selectors.EVENT_READ)
            if self.descendants.source.fileno() >= 0:
                selector.register(self.descendants.source, selectors.EVENT_READ)
            if self.options.abandon is not None:
                selector.register(self.options.abandon, selectors.EVENT_READ)
            ended: float | None = None
            while True:
                ready = {key.fd for key, _ in selector.select(self._patience(deadline, ended))}
                self._take_in()
                if not self.stream.open and self.stream in selector.get_map():
                    selector.unregister(self.stream)
                if self.options.abandon in ready:
                    raise Abandoned
                now = time.monotonic()
                if ended is None and self._process.poll() is not None:
                    ended = now
                if ended is not None and not self.stream.open and not self.tree.alive:
                    self.descendants.look()  # for what no event told of
                    if not self.tree.alive:
                        return
                if excess := self._excess():
                    self._give_up(*excess)
                    return
                if ended is not None and now > ended + self.options.grace:
                    self._left_running()
                    return
                if ended is None and now > deadline:
                    reason = f"did not end within {self.options.timeout:g} seconds"
                    self._give_up("time limit", reason)
                    return

    def _patience(self, deadline: float, ended: float | None) -> float:
        """Return how many seconds to wait for something to happen."""
        if self.stream.ahead:
            return 0.0
        now, wait = time.monotonic(), self.descendants.source.wait
        most = (deadline if ended is None else ended + self.options.grace) - now + 0.001
        if ended is not None or not self.stream.open:
            most = min(most, 0.02)  # an adopted orphan's end must be fetched
        return max(0.0, most if wait is None else min(most, wait))

    def _excess(self) -> tuple[ProblemKind, str] | None:
        """Say which bound the script has passed, if any."""
        if len(self.tree.alive) > MOST_PROCESSES:
            return "too many processes", (
                f"more than {MOST_PROCESSES} processes were alive at once (does what starts them "
                'stand under if __name__ == "__main__":?)'
            )
        if len(self.tree.all) > MOST_STARTED:
            return "too many starts", f"more than {MOST_STARTED} processes were started"
        if self.hearing.output.size > MOST_OUTPUT:
            return "too much output", f"wrote more than {MOST_OUTPUT:,} bytes"
        if self.hearing.held > HELD:
            return "line too long", f"wrote more than {HELD:,} bytes without ending a line"
        return None

    def _take_in(self) -> None:
        """Read events, then lines: a line's writer is known by then. Then fetch the dead."""
        self.descendants.follow()
        for _ in range(PIECES):
            if not self._hear():
                break
        self.descendants.reap()

    def _hear(self) -> bool:
        """Take in one piece of what was written; False where nothing is there."""
        if not self.stream.open or (piece := self.stream.receive()) is None:
            return False
        self.descendants.writer(piece.pid, piece.time)
        for pid in self.hearing.begun:
            if pid != piece.pid and self.stream.over(pid):  # before what others wrote after its end
                self.hearing.over(pid, piece.time)
        self.hearing.take(piece.pid, piece.data, piece.time)
        return True

    # -- ends ----------------------------------------------------------------------------

    def _left_running(self) -> None:
        self.descendants.look()
        if self.tree.alive:
            self._give_up("processes left running", "main ended and left processes running")
        elif self.stream.open:
            reason = "main ended, but something still holds its output"
            self._give_up("output held open", reason)

    def _give_up(self, kind: ProblemKind, reason: str) -> None:
        """End everything; the reason and the last words become the recording's problem."""
        self.descendants.look()
        alive = list(self.tree.alive.values())
        self._given_up = GivenUp(kind, reason, alive, self.main, self.script.path, self.short)
        self._end_all()

    def _end_all(self) -> None:
        self.descendants.end(self._take_in)
        while self._hear():
            pass

    # -- what was recorded ---------------------------------------------------------------

    def recording(self) -> Recording:
        """Return what was recorded as plain data.

        Raises CannotKeep where the full text or a picture cannot be written; none is there then.
        """
        text = self.options.full_text
        with whole([text] if text else []), whole(self.album.written):
            return self._recording()

    def _recording(self) -> Recording:
        self.descendants.follow()
        self.hearing.finish(time.monotonic())
        self.descendants.label()
        give_names(self.tree.all, self.short)
        ends = [life.end for life in self.tree.all if life.end]
        born = sorted(self.tree.all, key=lambda life: (life.parent is not None, life.start))
        processes = tuple(map(self._process_of, born))
        cells = tuple(self.hearing.played_cells(self._since))
        beside = self.options.full_text and self.options.full_text.with_suffix("")
        output = self.hearing.output
        return Recording(
            script=self.script.name,
            start_method=self.start_method,
            interpreter=Interpreter(
                self.python.implementation,
                self.python.version,
                self.python.platform,
                self.python.free_threaded,
            ),
            writers="kernel" if self.stream.named else "unnamed",
            lives=self.descendants.source.source,
            complete=self.descendants.complete,
            duration=self._since(max(ends, default=time.monotonic())),
            cells=cells,
            processes=processes,
            lines=tuple(output.shown(self._since, self.short)),
            problems=self._problems(processes[0], any(p.failed or p.ended_by for p in processes)),
            shared_memory=self.shm.source,
            meanwhile=tuple(self.shm.meanwhile()),
            explanation=GUARD if self.hearing.unguarded else "",
            full=output.write_full(self.options.full_text, self.tree.all, self.short),
            pictures=self.album.pictures(beside, cells[-1].number, self.short),
        )

    def _problems(self, main: Process, troubled: bool) -> tuple[Problem, ...]:
        """Return why the run does not count as good; what follows from another is left out."""
        found = [self._given_up.problem()] if self._given_up else []
        if not found and (main.failed or main.exit_code is None):
            last = last_words(self.main, self.short)
            found.append(failed_main(main, last, self.hearing.failing_line))
        elif not found and (files := temporary_files(self.scratch.tmp, not troubled)):
            words = f"left behind temporary files: {', '.join(files)}"
            found.append(Problem("temporary files left", words))
        if not self._given_up and (left := self.shm.left()):
            words = f"left behind {', '.join(map(described, left))}"
            found.append(Problem("shared memory left", words))
        return tuple(found)

    def _process_of(self, life: Life) -> Process:
        code, by = life.ending
        sender = self.hearing.sender(life) if by == "SIGTERM" else "program"
        return Process(
            label=life.label,
            pid=life.pid,
            parent=life.parent.label if life.parent else "",
            helper=bool(life.helper),
            program=self.short(" ".join(life.program)),
            start=self._since(life.start),
            end=None if life.end is None else self._since(life.end),
            exit_code=code,
            signal=by,
            guess=life.guess,
            ended_by=ENDED_BY[sender],
            name=life.name,
        )

    def _since(self, at: float) -> float:
        """Seconds since main's birth, to a microsecond."""
        return round(max(0.0, at - self.main.start), 6)
