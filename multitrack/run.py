"""The recorder: starts a lesson in a fresh interpreter, listens, and lets nothing escape.

A recording takes one thread and no handle of the recorded process. The lesson writes to one
end of a socket pair; Linux attaches the writer's pid to each piece that is read from the other
(SO_PASSCRED, unix(7)). See lives.py for how births and deaths are known.

Memory is bounded: what a recording keeps (output.py) and HELD for lines that have not ended.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import secrets
import selectors
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from multitrack import interpreters
from multitrack import process_events as lives
from multitrack import shm_leaks as leftovers
from multitrack import stacks as standing
from multitrack.exclusive import GoneWhileWaiting, turn
from multitrack.lines import LineAssembler, RawLine
from multitrack.marks import MarkFinder
from multitrack.output import Output, decoded
from multitrack.process_tree import Family, Life
from multitrack.recording import Interpreter, PlayedCell, Process, Recording
from multitrack.script import Script
from multitrack.shorten import shortener

STAGE = Path(__file__).with_name("stage.py")
MARKED = 199  # the descriptor that a lesson has more than in a terminal (stage.MARK)
TIMEOUT = 60.0  # seconds that a run may take
GRACE = 3.0  # seconds that processes may live on after main, before they count as left running
MOST_PROCESSES = 500  # alive at once; a program without its guard would go on for ever
MOST_STARTED = 5_000  # in one run
MOST_OUTPUT = 512 << 20  # bytes of one run; they are on disk
HELD = 32 << 20  # bytes in lines that have not ended; they are in memory
PIECE = 1 << 16  # bytes: the most that one read takes
PIECES = 64  # read before the clock and the processes are looked at again
CREDENTIALS = struct.Struct("=3i")  # struct ucred: pid, uid, gid
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
UNGUARDED = b"current process has finished its bootstrapping phase"
GONE = ("another program, gone before its name could be read",)
GUARD = (
    "Under spawn and forkserver every child imports the script first, so what starts processes "
    'must stand under if __name__ == "__main__":, or each child would start its own.'
)


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
    alone : wait until no other lesson is being recorded, and let none begin (turns.py).
    python : the interpreter to play it on.
    full_text : where to write all output, should it be more than a recording holds.
    abandon : a descriptor; once it is at its end, everything is ended and Abandoned is raised.
    started : called with main's session and the run's folder before the lesson can do anything.
    """

    timeout: float = TIMEOUT
    grace: float = GRACE
    named: bool = sys.platform == "linux"
    polling: bool = False
    alone: bool = False
    python: str = sys.executable
    full_text: Path | None = None
    abandon: int | None = None
    started: Callable[[int, Path], None] | None = None


def record(script: Script, start_method: str, options: Options | None = None) -> Recording:
    """Play a lesson once and return what happened.

    Whatever happens, no process that the lesson started is alive afterwards. A lesson that may
    have left something in /dev/shm beside others is played once more, alone (leftovers.py).

    To be called in a process's main thread, once at a time: the kernel ends the lesson's main
    when the *thread* that started it ends (PR_SET_PDEATHSIG), and orphans come to the process.

    Raises InterpreterError when ``python`` is none.
    """
    options = options or Options()
    recording, suspected = _record_once(script, start_method, options, options.alone)
    if not suspected:
        return recording
    return _record_once(script, start_method, options, True, suspected)[0]


def _record_once(
    script: Script,
    start_method: str,
    options: Options,
    alone: bool,
    earlier: list[leftovers.Segment] | None = None,
) -> tuple[Recording, list[leftovers.Segment]]:
    """Return the recording, and what it may have left in /dev/shm but that is not certain."""
    try:
        with (
            turn(alone, options.abandon),
            _set_aside(earlier or []) as aside,
            Run(script, start_method, options) as run,
        ):
            run.listen()
            left = leftovers.appeared(run.segments, script.source)
            if left and alone:
                # Such as this run left, the run before it left: nobody else is recording.
                leftovers.remove(left + aside)
                run.problems.append(f"left behind {', '.join(s.words for s in left)}")
            return run.recording(), [] if alone else left
    except GoneWhileWaiting:
        raise Abandoned from None


@contextlib.contextmanager
def _set_aside(found: list[leftovers.Segment]) -> Iterator[list[leftovers.Segment]]:
    aside = leftovers.set_aside(found)
    try:
        yield aside
    finally:
        leftovers.put_back([s for s in aside if s in leftovers.segments()])


class Run:
    """One run of a lesson, from its start to the end of all that it started."""

    def __init__(self, script: Script, start_method: str, options: Options) -> None:
        self.script, self.start_method, self.options = script, start_method, options
        self.limit = options.timeout
        self.python = interpreters.about(options.python)
        self.family = Family()
        self.problems: list[str] = []
        self.segments = leftovers.segments()
        self._unguarded = False
        self._failing_line: int | None = None
        self._token = secrets.token_hex(16)
        self._marks = MarkFinder(self._token)
        self._assembler = LineAssembler()
        self._played: list[float] = []  # when each cell ended
        self._became_python = 0.0  # when main last ran another program, before the lesson began
        self._begun = False
        self._place = re.compile(
            rb'^[\s|]*File "' + re.escape(os.fsencode(script.path)) + rb'", line (\d+)'
        )
        self._open = True
        self._lives = lives.watch(options.polling)

    # -- from start to end ---------------------------------------------------------------

    def __enter__(self) -> Run:
        adopt_orphans()
        self._before = set(lives.descendants([os.getpid()]))
        self.scratch = Path(tempfile.mkdtemp(prefix="lesson-"))
        self.short = shortener(self.scratch, self.script.path, self.script.root, self.python)
        self.output = Output(self.scratch / "output")
        try:
            self._start()
        except BaseException:
            self._lives.close()
            shutil.rmtree(self.scratch, ignore_errors=True)
            raise
        return self

    def _start(self) -> None:
        for folder in ("work", "tmp", "home"):
            (self.scratch / folder).mkdir()
        if self.options.named:
            self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
            self._ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
            self._ours.setblocking(False)
            self._read, write = self._ours.fileno(), theirs.detach()
        else:
            self._read, write = os.pipe()
            os.set_blocking(self._read, False)
        order_read, order_write = os.pipe()
        try:
            self._process = subprocess.Popen(
                [self.options.python, str(STAGE)],
                stdin=order_read,
                stdout=write,
                stderr=write,
                cwd=self.scratch / "work",
                env=self._environment(),
                start_new_session=True,
                preexec_fn=_die_with_parent(os.getpid()),
            )
        except BaseException:
            os.close(order_write)
            self._stop_reading()
            raise
        finally:
            os.close(write)
            os.close(order_read)
        self.birth = time.monotonic()
        self.main = self.family.born(self._process.pid, None, self.birth)
        self.main.forked = False
        self.main.command = (self.options.python, str(STAGE))
        self._lives.follow(self.main.pid)
        with contextlib.suppress(BrokenPipeError), os.fdopen(order_write, "wb") as file:
            if self.options.started:
                self.options.started(self.main.pid, self.scratch)
            spans = " ".join(f"{c.first}-{c.last}" for c in self.script.cells)
            words = [str(self.script.path), self.start_method, self._token, spans]
            file.write("\0".join(words).encode())

    def _environment(self) -> dict[str, str]:
        """Choose the lesson's environment; nothing of the builder's own changes it."""
        kept = {k: os.environ[k] for k in ("PATH", "SYSTEMROOT") if k in os.environ}
        return {
            **kept,
            "HOME": str(self.scratch / "home"),
            "TMPDIR": str(self.scratch / "tmp"),
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def listen(self) -> None:
        """Take in what is written and what happens until all has ended, or must be ended."""
        deadline = self.birth + self.limit
        with selectors.DefaultSelector() as selector:
            selector.register(self._read, selectors.EVENT_READ)
            if self._lives.fileno() >= 0:
                selector.register(self._lives.fileno(), selectors.EVENT_READ)
            if self.options.abandon is not None:
                selector.register(self.options.abandon, selectors.EVENT_READ)
            ended: float | None = None
            while True:
                ready = {key.fd for key, _ in selector.select(self._patience(deadline, ended))}
                self._take_in()
                if not self._open and self._read in selector.get_map():
                    selector.unregister(self._read)
                if self.options.abandon in ready:
                    raise Abandoned
                now = time.monotonic()
                if ended is None and self._process.poll() is not None:
                    ended = now
                if ended is not None and not self._open and not self.family.alive:
                    self._look()  # for what no event told of
                    if not self.family.alive:
                        return
                if excess := self._excess():
                    self._give_up(excess)
                    return
                if ended is not None and now > ended + self.options.grace:
                    self._left_running()
                    return
                if ended is None and now > deadline:
                    self._give_up(f"did not end within {self.limit:g} seconds", stands=True)
                    return

    def _patience(self, deadline: float, ended: float | None) -> float:
        """Return how many seconds to wait for something to happen."""
        now = time.monotonic()
        most = (deadline if ended is None else ended + self.options.grace) - now + 0.001
        if ended is not None or not self._open:
            most = min(most, 0.02)  # an adopted orphan's end must be fetched
        return max(0.0, most if self._lives.wait is None else min(most, self._lives.wait))

    def _excess(self) -> str:
        """Say which bound the lesson has passed, if any."""
        if len(self.family.alive) > MOST_PROCESSES:
            return (
                f"more than {MOST_PROCESSES} processes were alive at once (does what starts them "
                'stand under if __name__ == "__main__":?)'
            )
        if len(self.family.all) > MOST_STARTED:
            return f"more than {MOST_STARTED} processes were started"
        if self.output.size > MOST_OUTPUT:
            return f"wrote more than {MOST_OUTPUT:,} bytes"
        if self._assembler.held > HELD:
            return f"wrote more than {HELD:,} bytes without ending a line"
        return ""

    def _take_in(self) -> None:
        """Read events, then lines: a line's writer is known by then. Then fetch the dead."""
        self._follow_events()
        for _ in range(PIECES):
            if not self._open or (piece := self._receive()) is None:
                break
            pid, data, now = piece
            if pid and not self.family.who(pid):
                self._follow_events()
            self._hear(pid, data, now)
        self._reap()

    # -- lines ---------------------------------------------------------------------------

    def _receive(self) -> tuple[int, bytes, float] | None:
        """Read one piece: writer's pid (0 where unnamed), bytes, time. None: nothing there."""
        try:
            if self.options.named:
                data, extra, _, _ = self._ours.recvmsg(PIECE, socket.CMSG_SPACE(CREDENTIALS.size))
                pid = CREDENTIALS.unpack(extra[0][2][: CREDENTIALS.size])[0] if extra else 0
            else:
                data, pid = os.read(self._read, PIECE), 0
        except BlockingIOError:
            return None
        except ConnectionResetError:
            data, pid = b"", 0
        if not data:
            self._open = False
            return None
        return pid, data, time.monotonic()

    def _hear(self, pid: int, data: bytes, now: float) -> None:
        """Sort a piece into lines; take out the stage's marks."""
        if pid and not self.family.who(pid):  # a life too short for polling, or a lost event
            parent = self.family.who(lives.parent_of(pid))
            if not parent:  # already gone: who started it is a guess, and the recording says so
                parent, self._lives.complete = self.main, False
            self.family.born(pid, parent, now).command = lives.command_of(pid) or parent.command
        for part in self._marks.feed(pid, data):
            if isinstance(part, bytes):
                self._keep(self._assembler.feed(pid, part, now))
            elif part.number == 0:
                # What came before main's last exec is of a script that starts the interpreter.
                # Not all that was read before the mark is: the lesson may be ahead of us.
                self.family.forget_before(self._became_python)
                self._begun = True
            elif part.pid == self.main.pid:  # not a fork of main that plays on
                self._keep(self._assembler.finish(pid))
                self._played.append(now)

    def _keep(self, lines: Iterator[RawLine]) -> None:
        cell = min(len(self._played) + 1, len(self.script.cells))
        for line in lines:
            life = self.family.who(line.pid)
            (life or self.main).last = line.data[:1000]
            if life in (self.main, None) and (match := self._place.match(line.data[:1000])):
                self._failing_line = int(match[1])
            self._unguarded = self._unguarded or UNGUARDED in line.data[:1000]
            self.output.take(line, life, cell)

    # -- lives ---------------------------------------------------------------------------

    def _follow_events(self) -> None:
        for event in self._lives.read():
            if isinstance(event, lives.Birth):
                self._take_birth(event)
            elif isinstance(event, lives.Exec):
                if event.pid == self.main.pid and not self._begun:
                    self._became_python = event.time
                if runner := self.family.alive.get(event.pid):
                    runner.command = event.command or lives.command_of(event.pid) or GONE
                    runner.forked = False
            else:
                self._take_death(event)

    def _take_birth(self, event: lives.Birth) -> None:
        if event.pid == self.main.pid:
            self.main.start = self.birth = min(self.birth, event.time)
        elif parent := self.family.who_at(event.parent, event.time):
            if life := self.family.alive.get(event.pid):  # its line came before its event
                life.start = min(life.start, event.time)
                self.family.adopt(life, parent)
            else:
                self.family.born(event.pid, parent, event.time)

    def _take_death(self, event: lives.Death) -> None:
        """Take an end, also of one that was found dead before the event was read."""
        life = self.family.who_at(event.pid, event.time)
        if life and life.start <= event.time:
            self.family.died(life, event.time, event.status)

    def _reap(self) -> None:
        """Fetch the ends of main and of orphans that became our children."""
        now = time.monotonic()
        if self._process.poll() is not None and self.main.status is None:
            code = self._process.returncode
            self.family.died(self.main, now, -code if code < 0 else code << 8)
        for life in self.family.all:
            if life.fetched or life.parent is None or life.parent.end is None:
                continue
            try:
                done, status = os.waitpid(life.pid, os.WNOHANG)
            except ChildProcessError:  # its parent did, or it is not ours yet
                life.fetched = life.end is not None and now > life.end + 0.5
                continue
            if done:
                life.fetched = True
                self.family.died(life, now, status)

    def _look(self) -> set[int]:
        """Find by looking what no event told of; return the pids of all that are alive."""
        self._follow_events()
        me, ours = os.getpid(), set()
        for pid, parent in lives.descendants([me]).items():  # parents first
            if pid in self._before or not (parent == me or parent in ours):
                continue
            ours.add(pid)
            if pid not in self.family.alive:
                starter = self.family.who(parent) or self.main
                self.family.born(pid, starter, time.monotonic()).command = lives.command_of(pid)
        if sys.platform == "linux":  # where orphans come to us: who is not below us is dead
            for pid in set(self.family.alive) - ours:
                self.family.died(self.family.alive[pid], time.monotonic(), None)
        return ours

    # -- ends ----------------------------------------------------------------------------

    def _left_running(self) -> None:
        self._look()
        if self.family.alive:
            self._give_up("main ended and left processes running")
        elif self._open:
            self._give_up("main ended, but something still holds its output")

    def _give_up(self, reason: str, stands: bool = False) -> None:
        """End everything; the reason and the last words become the recording's problem."""
        self._look()
        alive = list(self.family.alive.values())
        own = [life.pid for life in alive if not life.helper]
        places = standing.where(own) if stands else {}
        told = [(life, self._last_words(life), places.get(life.pid, [])) for life in alive]
        self._end_all()
        self.family.label()
        words = [f"{reason}; alive were:"] if alive else [f"{reason}."]
        for life, last, place in told[:MOST_TOLD]:
            words.append(f"  {life.label}{last}")
            words += [f"    {self.short(frame)}" for frame in place]
        if len(told) > MOST_TOLD:
            words.append(f"  and {len(told) - MOST_TOLD} more")
        if stands and not places:
            words.append("  (Where they stood is not known: no py-spy, or it may not look.)")
        self.problems.append("\n".join(words))

    def _last_words(self, life: Life) -> str:
        """Say what a living process runs, said last, and listens on."""
        command = " ".join(life.command).replace(str(STAGE), self.script.path.name)
        known = life is self.main or "multiprocessing." in command  # its label says it all
        runs = "" if known else f" ({self.short(command)[:120]})"
        said = self.short(decoded(life.last[:200]))
        last = f" last said {said!r}" if said else " said nothing"
        return f"{runs}{last}{_listening(life.pid)}"

    def _end_all(self) -> None:
        """Kill all but helpers, which end by themselves and clean up; then whatever is left.

        Only descendants of this process are killed: a pid may have come to somebody else.
        """
        for helpers_too, patience in ((False, 1.0), (True, 5.0)):
            deadline = time.monotonic() + patience
            while True:
                ours = self._look()
                for life in list(self.family.alive.values()):
                    spared = life.helper and not helpers_too
                    if not spared and (life.pid in ours or sys.platform != "linux"):
                        with contextlib.suppress(ProcessLookupError):
                            os.kill(life.pid, signal.SIGKILL)
                self._take_in()
                if not self.family.alive or time.monotonic() > deadline:
                    break
                time.sleep(0.005)
        while self._open and (piece := self._receive()) is not None:
            self._hear(*piece)

    def _stop_reading(self) -> None:
        if self.options.named:
            self._ours.close()
        else:
            os.close(self._read)

    def __exit__(self, *_: object) -> None:
        try:
            if self._process.poll() is None or self.family.alive or self._look():
                self._end_all()
        finally:
            self._lives.close()
            self._stop_reading()
            self._process.wait()
            self._bury()
            self.output.close()
            shutil.rmtree(self.scratch, ignore_errors=True)

    def _bury(self) -> None:
        """Wait for orphans that came to us and have ended: none is to stay a zombie."""
        deadline = time.monotonic() + 1
        for life in self.family.all[1:]:
            with contextlib.suppress(ChildProcessError):  # most were their parents' to wait for
                while not life.fetched and not os.waitpid(life.pid, os.WNOHANG)[0]:
                    if time.monotonic() > deadline:
                        return
                    time.sleep(0.001)

    # -- what was recorded ---------------------------------------------------------------

    def recording(self) -> Recording:
        """Return what was recorded as plain data."""
        self._follow_events()
        now = time.monotonic()
        for pid, held in self._marks.rest():
            self._keep(self._assembler.feed(pid, held, now))
        self._keep(self._assembler.finish_all())
        self.family.label()
        end = max([life.end for life in self.family.all if life.end] or [now])
        born = sorted(self.family.all, key=lambda life: (life.parent is not None, life.start))
        processes = [self._process_of(life) for life in born]
        self._judge(processes)
        return Recording(
            lesson=self.script.name,
            start_method=self.start_method,
            interpreter=Interpreter(
                self.python.implementation,
                self.python.version,
                self.python.platform,
                self.python.free_threaded,
            ),
            writers="kernel" if self.options.named else "unnamed",
            lives=self._lives.source,
            complete=self._lives.complete,
            duration=self._since(end),
            cells=tuple(self._played_cells()),
            processes=tuple(processes),
            lines=tuple(self.output.shown(self._since, self.short)),
            problems=tuple(self.problems),
            explanation=GUARD if self._unguarded else "",
            full=self.output.write_full(self.options.full_text, self.family.all, self.short),
        )

    def _judge(self, processes: list[Process]) -> None:
        main = processes[0]
        if not self.problems and (main.failed or main.exit_code is None):
            raised = self._failing_line and main.exit_code == 1  # else nobody says where
            place = f" at line {self._failing_line}" if raised else ""
            said = self.short(decoded(self.main.last[:200]))
            last = f"; it last said {said!r}" if said else ""
            self.problems.append(f"main {main.ending}{place}{last}")
        if not self.problems:
            calm = not any(p.failed for p in processes)
            if left := leftovers.temporary_files(self.scratch / "tmp", calm):
                self.problems.append(f"left behind temporary files: {', '.join(left)}")

    def _played_cells(self) -> Iterator[PlayedCell]:
        start = 0.0
        ends = [*map(self._since, self._played), *[None] * len(self.script.cells)]
        for cell, end in zip(self.script.cells, ends, strict=False):
            unshown = self.output.unshown[cell.number]
            yield PlayedCell(cell.number, cell.first, cell.last, start, end, unshown)
            if end is None:
                return
            start = end

    def _process_of(self, life: Life) -> Process:
        code, by = life.ending
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
        )

    def _since(self, at: float) -> float:
        """Seconds since main's birth, to a microsecond."""
        return round(max(0.0, at - self.birth), 6)


MOST_TOLD = 20  # processes that a problem tells of one by one


def _listening(pid: int) -> str:
    """Say on which ports a process listens; empty when on none, or when it cannot be known."""
    with contextlib.suppress(psutil.Error, OSError):
        found = psutil.Process(pid).net_connections("inet")
        listening = [c.laddr for c in found if c.status == psutil.CONN_LISTEN]
        if listening:
            return ", listened on " + ", ".join(f"{a.ip}:{a.port}" for a in listening)
    return ""


def _libc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def adopt_orphans() -> None:
    """Have the kernel hand us every descendant whose parent ends (Linux only)."""
    if libc := _libc():
        libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _die_with_parent(parent: int) -> Callable[[], None] | None:
    """Make a preexec_fn: the lesson's main is killed should the recorder be."""
    libc = _libc()
    if libc is None:
        return None

    def preexec() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return preexec
