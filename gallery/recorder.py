"""The recorder: starts a lesson in a fresh interpreter, listens, and lets nothing escape.

A recording takes one thread and no handle of the recorded process. The lesson writes to one
end of a socket pair; Linux attaches the writer's pid to each piece that is read from the other
(SO_PASSCRED, unix(7)). See lives.py for how births and deaths are known.
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
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from gallery import lives
from gallery.lesson import Lesson
from gallery.lines import LineAssembler, RawLine
from gallery.recording import Interpreter, Line, PlayedCell, Process, Recording

STAGE = Path(__file__).with_name("stage.py")
ROOT = Path(__file__).resolve().parent.parent
GRACE = 3.0  # seconds that processes may live on after main, before they count as left running
MOST_PROCESSES = 500  # alive at once; a program without its guard would go on for ever
PIECE = 1 << 16  # bytes: the most that one read takes
CREDENTIALS = struct.Struct("=3i")  # struct ucred: pid, uid, gid
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


class Abandoned(Exception):
    """Whoever wanted the recording is gone."""


def record(
    lesson: Lesson,
    start_method: str,
    *,
    timeout: float | None = None,
    named: bool = sys.platform == "linux",
    polling: bool = False,
    python: str = sys.executable,
    abandon: int | None = None,
) -> Recording:
    """Play a lesson once and return what happened.

    Parameters
    ----------
    timeout : seconds until everything is ended; the lesson's own limit if None.
    named : whether to ask the kernel for the writer of each line (Linux only).
    polling : look for processes again and again even where the kernel reports them.
    python : the interpreter to play it on.
    abandon : a descriptor; once it is at its end, everything is ended and Abandoned is raised.

    Whatever happens, no process that the lesson started is alive afterwards.
    """
    limit = lesson.settings.timeout if timeout is None else timeout
    with Run(lesson, start_method, limit, named, polling, python, abandon) as run:
        run.listen()
        return run.recording()


@dataclass
class Life:
    """A process while it is being recorded; times are of CLOCK_MONOTONIC."""

    pid: int
    parent: Life | None
    start: float
    command: tuple[str, ...] = ()
    forked: bool = True  # False once it runs a program of its own
    end: float | None = None
    status: int | None = None
    label: str = ""
    children: list[Life] = field(default_factory=list)

    @property
    def helper(self) -> str:
        """What multiprocessing started it for, if it is one of its helpers."""
        words = " ".join(self.command)
        if "multiprocessing.resource_tracker" in words and not self.forked:
            return "resource tracker"
        if "multiprocessing.forkserver" in words and not self.forked:
            return "fork server"
        return ""


class Run:
    """One run of a lesson, from its start to the end of all that it started."""

    def __init__(
        self,
        lesson: Lesson,
        start_method: str,
        limit: float,
        named: bool,
        polling: bool,
        python: str,
        abandon: int | None,
    ) -> None:
        self.lesson, self.start_method, self.limit = lesson, start_method, limit
        self.named, self.python, self.abandon = named, python, abandon
        self.token = secrets.token_hex(16)
        self.assembler = LineAssembler()
        self.raw: list[tuple[RawLine, Life | None, int]] = []
        self.played: list[float] = []  # when each cell ended
        self.all: list[Life] = []
        self.alive: dict[int, Life] = {}
        self.by_pid: dict[int, Life] = {}
        self.problems: list[str] = []
        self._tail: dict[int, bytes] = {}  # what may be the beginning of a marker
        self._open = True
        self._lives = lives.watch(polling)

    # -- from start to end ---------------------------------------------------------------

    def __enter__(self) -> Run:
        adopt_orphans()
        self._before = {p.pid for p in psutil.Process().children()}
        self.scratch = Path(tempfile.mkdtemp(prefix="lesson-"))
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
        if self.named:
            self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
            self._ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
            self._ours.setblocking(False)
            read, write = self._ours.fileno(), theirs.detach()
        else:
            read, write = os.pipe()
            os.set_blocking(read, False)
        self._read = read
        spans = " ".join(f"{c.first}-{c.last}" for c in self.lesson.cells)
        order = "\0".join([str(self.lesson.path), self.start_method, self.token, spans])
        order_read, order_write = os.pipe()
        try:
            self._process = subprocess.Popen(
                [self.python, str(STAGE)],
                stdin=order_read,
                stdout=write,
                stderr=write,
                cwd=self.scratch / "work",
                env=self._environment(),
                start_new_session=True,
                preexec_fn=_die_with_parent(os.getpid()),
            )
        finally:
            os.close(write)
            os.close(order_read)
        self._lives.follow(self._process.pid)
        self.birth = time.monotonic()
        with contextlib.suppress(BrokenPipeError), os.fdopen(order_write, "wb") as file:
            file.write(order.encode())
        self.main = self._born(self._process.pid, None, self.birth)
        self.main.forked = False

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
            if self.abandon is not None:
                selector.register(self.abandon, selectors.EVENT_READ)
            ended: float | None = None
            while True:
                ready = {key.fd for key, _ in selector.select(self._patience(deadline, ended))}
                self._take_in()
                if not self._open and self._read in selector.get_map():
                    selector.unregister(self._read)
                if self.abandon in ready:
                    raise Abandoned
                now = time.monotonic()
                if ended is None and self._process.poll() is not None:
                    ended = now
                if ended is not None and not self._open and not self.alive:
                    return
                if len(self.alive) > MOST_PROCESSES:
                    self._give_up(
                        f"more than {MOST_PROCESSES} processes were alive at once; does what "
                        'starts them stand under if __name__ == "__main__":?'
                    )
                    return
                if ended is not None and now > ended + GRACE:
                    self._left_running()
                    return
                if ended is None and now > deadline:
                    self._give_up(f"did not end within {self.limit:g} seconds")
                    return

    def _patience(self, deadline: float, ended: float | None) -> float:
        """Return how many seconds to wait for something to happen."""
        now = time.monotonic()
        most = (deadline if ended is None else ended + GRACE) - now + 0.001
        if ended is not None or not self._open:
            most = min(most, 0.02)  # an adopted orphan's end must be fetched
        return max(0.0, most if self._lives.wait is None else min(most, self._lives.wait))

    def _take_in(self) -> None:
        """Read events, then lines: a line's writer is known by then. Then fetch the dead."""
        self._follow_events()
        while self._open and (piece := self._receive()) is not None:
            pid, data, now = piece
            if pid and pid not in self.by_pid:
                self._follow_events()
            self._hear(pid, data, now)
        self._reap()

    # -- lines ---------------------------------------------------------------------------

    def _receive(self) -> tuple[int, bytes, float] | None:
        """Read one piece: writer's pid (0 where unnamed), bytes, time. None: nothing there."""
        try:
            if self.named:
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
        """Sort a piece into lines; take out the stage's markers."""
        if pid and pid not in self.by_pid:  # a life too short for polling, or a lost event
            self._born(pid, self.main, now)
        data = self._tail.pop(pid, b"") + data
        token = self.token.encode() + b":"
        while (at := data.find(token)) >= 0 and (end := data.find(b";", at)) >= 0:
            self._keep(self.assembler.feed(pid, data[:at], now))
            if pid in (0, self.main.pid):  # not a fork of main that plays on
                self._keep(self.assembler.finish(pid))
                self.played.append(now)
            data = data[end + 1 :]
        held = at if at >= 0 else _beginning_of(token, data)
        if held >= 0:
            self._tail[pid] = data[held:]
            data = data[:held]
        self._keep(self.assembler.feed(pid, data, now))

    def _keep(self, lines: Iterator[RawLine]) -> None:
        cell = min(len(self.played) + 1, len(self.lesson.cells))
        for line in lines:
            self.raw.append((line, self.by_pid.get(line.pid), cell))

    # -- lives ---------------------------------------------------------------------------

    def _born(self, pid: int, parent: Life | None, at: float) -> Life:
        life = Life(pid, parent, at)
        if parent:
            life.command = parent.command
            parent.children.append(life)
        self.all.append(life)
        self.alive[pid] = self.by_pid[pid] = life
        return life

    def _follow_events(self) -> None:
        for event in self._lives.read():
            if isinstance(event, lives.Birth):
                if event.pid == self.main.pid:
                    self.main.start = self.birth = min(self.birth, event.time)
                elif event.pid in self.alive:  # its line came before its event
                    life = self.alive[event.pid]
                    life.start = min(life.start, event.time)
                    parent = self.by_pid.get(event.parent)
                    if parent and life.parent is not parent and life.parent:
                        life.parent.children.remove(life)
                        life.parent = parent
                        parent.children.append(life)
                elif parent := self.by_pid.get(event.parent):
                    self._born(event.pid, parent, event.time)
                elif event.parent == os.getpid() and self._adopted(event.pid):
                    self._born(event.pid, self.main, event.time)
            elif isinstance(event, lives.Exec):
                if runner := self.alive.get(event.pid):
                    runner.command = event.command or lives.command_of(event.pid)
                    runner.forked = False
            elif ended := self.alive.pop(event.pid, None):
                ended.end = event.time
                if event.status is not None:
                    ended.status = event.status

    def _adopted(self, pid: int) -> bool:
        """Whether a child of ours that polling found is an orphan of the lesson's."""
        return isinstance(self._lives, lives.Polling) and pid not in self._before

    def _reap(self) -> None:
        """Fetch the ends of main and of orphans that became our children."""
        if self._process.poll() is not None and self.main.status is None:
            code = self._process.returncode
            self.main.status = -code if code < 0 else code << 8
            self.main.end = self.main.end or time.monotonic()
            self.alive.pop(self.main.pid, None)
        for pid, life in list(self.by_pid.items()):
            if life.parent is None or (life.end is not None and pid not in self.alive):
                continue
            with contextlib.suppress(ChildProcessError):
                done, status = os.waitpid(pid, os.WNOHANG)
                if done:
                    life.status = status if life.status is None else life.status
                    life.end = life.end or time.monotonic()
                    self.alive.pop(pid, None)

    # -- ends ----------------------------------------------------------------------------

    def _left_running(self) -> None:
        self._find_strays()
        if self.alive:
            self._give_up("main ended and left processes running")
        elif self._open:
            self._give_up("main ended, but something still holds its output")

    def _give_up(self, reason: str) -> None:
        """End everything; the reason and the last words become the recording's problem."""
        self._find_strays()
        alive = list(self.alive.values())
        self._end_all()
        self._take_in()
        self._label()
        words = [f"{reason}; alive were:"] if alive else [f"{reason}."]
        said = {life.pid: self._text(raw.data) for raw, life, _ in self.raw if life}
        for life in alive:
            command = " ".join(life.command)
            runs = f" ({self._text(command.encode())})" if life.parent and command else ""
            last = f"last said {said[life.pid]!r}" if life.pid in said else "said nothing"
            words.append(f"  {life.label}{runs} {last}")
        self.problems.append("\n".join(words))

    def _find_strays(self) -> None:
        """Find by looking what no event told: descendants, adopted orphans included."""
        for process in psutil.Process().children(recursive=True):
            if process.pid in self._before or process.pid in self.alive:
                continue
            with contextlib.suppress(psutil.Error):
                if process.status() != psutil.STATUS_ZOMBIE:
                    parent = self.by_pid.get(process.ppid(), self.main)
                    self._born(process.pid, parent, time.monotonic()).command = tuple(
                        process.cmdline()
                    )

    def _end_all(self) -> None:
        """Kill all but helpers, which end by themselves and clean up; then whatever is left."""
        for helpers_too, patience in ((False, 1.0), (True, 5.0)):
            deadline = time.monotonic() + patience
            while True:
                self._find_strays()
                victims = [
                    life
                    for life in self.alive.values()
                    if helpers_too or not (life.helper or (life is self.main and life.end))
                ]
                for life in victims:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(life.pid, signal.SIGKILL)
                self._take_in()
                if not self.alive or time.monotonic() > deadline:
                    break
                time.sleep(0.005)

    def __exit__(self, *_: object) -> None:
        try:
            if self._process.poll() is None or self.alive:
                self._end_all()
        finally:
            self._lives.close()
            if self.named:
                self._ours.close()
            else:
                os.close(self._read)
            self._process.wait()
            shutil.rmtree(self.scratch, ignore_errors=True)

    # -- what was recorded ---------------------------------------------------------------

    def _label(self) -> None:
        """Name processes by their place in the family; helpers by what they are."""
        seen: dict[str, int] = {}

        def name(life: Life, prefix: str, counter: list[int]) -> None:
            for child in sorted(life.children, key=lambda c: c.start):
                if helper := child.helper:
                    seen[helper] = seen.get(helper, 0) + 1
                    child.label = helper if seen[helper] == 1 else f"{helper} {seen[helper]}"
                    name(child, "child ", main_counter)
                else:
                    counter[0] += 1
                    child.label = f"{prefix}{counter[0]}"
                    name(child, child.label + ".", [0])

        main_counter = [0]
        self.main.label = "main"
        name(self.main, "child ", main_counter)

    def _text(self, data: bytes) -> str:
        return self._shortened(data.decode("utf-8", errors="backslashreplace"))

    @property
    def _shortened(self) -> Callable[[str], str]:
        return shortener(self.scratch, self.lesson.path)

    def recording(self) -> Recording:
        """Return what was recorded as plain data."""
        for pid, tail in self._tail.items():
            self._keep(self.assembler.feed(pid, tail, time.monotonic()))
        self._keep(self.assembler.finish_all())
        self._label()
        short = self._shortened
        end = max([life.end for life in self.all if life.end] or [time.monotonic()])
        processes = [self._process_of(life, short) for life in sorted(self.all, key=_by_birth)]
        lines = tuple(
            Line(
                life.label if life else "",
                cell,
                self._since(raw.time),
                short(raw.data.decode("utf-8", errors="backslashreplace")),
                raw.ended,
            )
            for raw, life, cell in self.raw
        )
        self._judge(processes[0], lines)
        return Recording(
            lesson=self.lesson.name,
            start_method=self.start_method,
            interpreter=Interpreter(
                sys.implementation.name, ".".join(map(str, sys.version_info[:3])), sys.platform
            ),
            writers="kernel" if self.named else "unnamed",
            lives=self._lives.source,
            complete=self._lives.complete,
            duration=self._since(end),
            cells=tuple(self._played_cells()),
            processes=tuple(processes),
            lines=lines,
            problems=tuple(self.problems),
        )

    def _judge(self, main: Process, lines: tuple[Line, ...]) -> None:
        if not self.problems and (main.failed or main.exit_code is None):
            line = self._failing_line(lines)
            place = f" at line {line}" if line else ""
            said = [line.text for line in lines if line.process in ("main", "")]
            last = f"; it last said {said[-1]!r}" if said else ""
            self.problems.append(f"main {main.ending}{place}{last}")

    def _failing_line(self, lines: tuple[Line, ...]) -> int | None:
        """Return the lesson's line in main's traceback, if there is one."""
        here = f'File "{self._shortened(str(self.lesson.path))}", line '
        found = [x.text for x in lines if x.process in ("main", "") and here in x.text]
        match = re.search(r"line (\d+)", found[-1].split(here[:-6])[-1]) if found else None
        return int(match[1]) if match else None

    def _played_cells(self) -> Iterator[PlayedCell]:
        start = 0.0
        for cell, at in zip(
            self.lesson.cells,
            [*map(self._since, self.played), *[None] * len(self.lesson.cells)],
            strict=False,
        ):
            yield PlayedCell(cell.number, cell.first, cell.last, start, at)
            if at is None:
                return
            start = at

    def _process_of(self, life: Life, short: Callable[[str], str]) -> Process:
        code, by = None, ""
        if life.status is not None and os.WIFSIGNALED(life.status):
            number = os.WTERMSIG(life.status)
            by = signal.Signals(number).name if number in _SIGNALS else f"signal {number}"
        elif life.status is not None:
            code = os.WEXITSTATUS(life.status)
        own = life.forked or life is self.main or life.helper
        return Process(
            label=life.label,
            pid=life.pid,
            parent=life.parent.label if life.parent else "",
            helper=bool(life.helper),
            program="" if own or _is_spawned(life) else short(" ".join(life.command)),
            start=self._since(life.start),
            end=None if life.end is None else self._since(life.end),
            exit_code=code,
            signal=by,
        )

    def _since(self, at: float) -> float:
        """Seconds since main's birth, to a microsecond."""
        return round(max(0.0, at - self.birth), 6)


_SIGNALS = {int(s) for s in signal.Signals}


def _by_birth(life: Life) -> tuple[bool, float]:
    return life.parent is not None, life.start


def _is_spawned(life: Life) -> bool:
    return any("multiprocessing.spawn" in word for word in life.command)


def _beginning_of(token: bytes, data: bytes) -> int:
    """Where ``data`` ends with a beginning of ``token``: its index, or -1."""
    for size in range(min(len(token), len(data)), 0, -1):
        if data.endswith(token[:size]):
            return len(data) - size
    return -1


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


def shortener(scratch: Path, script: Path) -> Callable[[str], str]:
    """Return what takes this machine's folders out of a text."""
    folders = {
        str(scratch / "work"): ".",
        str(scratch / "tmp"): "/tmp",
        str(scratch / "home"): "~",
        str(scratch): "/tmp",
        str(script.parent): ".",
        str(ROOT): ".",
        str(Path.home()): "~",
    }
    if script.is_relative_to(ROOT):
        folders[str(script.parent)] = str(script.parent.relative_to(ROOT))
    for name in ("stdlib", "platstdlib", "purelib", "platlib"):
        folder = Path(sysconfig.get_path(name))
        folders[str(folder)] = f"lib/{folder.name}"
        folders[str(folder.resolve())] = f"lib/{folder.name}"
    for prefix in (sys.prefix, sys.base_prefix):
        folders[prefix] = "python"
    longest = sorted((f for f in folders if f not in ("/", "")), key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, longest)) + r"(?=/|\b)")

    def short(text: str) -> str:
        text = pattern.sub(lambda m: folders[m[0]], text)
        return text.replace('"./', '"')

    return short
