"""``run`` and ``run_program``: a lesson's function is called, a program beside it is run.

Each in a fresh interpreter, under each start method.

Standard library and pytest only: the lessons' tests also run on interpreters that have nothing
else (``make evidence`` lends them pytest, which is pure Python).
"""

import contextlib
import os
import pickle
import pty
import signal
import subprocess
import sys
import threading
import time
import tty
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

HANG = 1.0  # seconds after its last words until a program is taken for one that hangs
START_METHODS = ("fork", "spawn", "forkserver")

# A reader's environment: PYTHONUNBUFFERED, for one, would tear lines of two processes.
PLAIN = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}

# Runs in the fresh interpreter. The default start method is imitated, not set,
# so that a function may still call set_start_method() itself.
CALL = """
import importlib, multiprocessing, os, pickle, sys
sys.path += filter(None, [os.environ.get("TESTS_LENT")])  # a test's module imports pytest
from multiprocessing import context
context._default_context._default_context = multiprocessing.get_context(sys.argv[1])
module, name, args, kwargs = pickle.loads(bytes.fromhex(sys.argv[2]))
result = getattr(importlib.import_module(module), name)(*args, **kwargs)
with open(sys.argv[3], "wb") as file:
    pickle.dump(result, file)
"""


# Runs a program there. It is played as main, by its path: children find it as they find any script.
# What its variables hold at its end is kept, each by itself: some cannot be pickled.
PLAY = """
import multiprocessing, pickle, runpy, sys
from multiprocessing import context
context._default_context._default_context = multiprocessing.get_context(sys.argv[1])
file, sys.argv = sys.argv[2], sys.argv[3:]
values = {}
for name, value in runpy.run_path(sys.argv[0], run_name="__main__").items():
    try:
        values[name] = pickle.dumps(value)
    except Exception:
        pass
with open(file, "wb") as file:
    pickle.dump(values, file)
"""


@pytest.fixture(params=START_METHODS)
def start_method(request: pytest.FixtureRequest) -> str:
    """Each start method in turn."""
    return str(request.param)


@pytest.fixture
def run(request: pytest.FixtureRequest, start_method: str, tmp_path: Path) -> Callable[..., Any]:
    """Call a lesson's function in a fresh interpreter under ``start_method``.

    ``run(module.function, *args, timeout=30, **kwargs)`` returns what the function
    returned. What it printed is in ``run.output``. The test fails when the function
    raises, does not end within ``timeout`` seconds, or leaves a process behind.
    """

    def call(function: Callable[..., Any], *args: Any, timeout: float = 30, **kwargs: Any) -> Any:
        answer = tmp_path / "answer.pickle"
        order = pickle.dumps((function.__module__, function.__name__, args, kwargs)).hex()
        with Terminal() as terminal:
            process = subprocess.Popen(
                [sys.executable, "-c", CALL, start_method, order, str(answer)],
                cwd=request.config.rootpath,
                stdin=subprocess.DEVNULL,
                stdout=terminal.write,
                stderr=terminal.write,
                start_new_session=True,
                env=PLAIN,
            )
            try:
                process.wait(timeout)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                end_session(process.pid)
                pytest.fail(
                    f"{function.__qualname__} did not end within {timeout} s under "
                    f"{start_method}; it said:\n{terminal.finish()}"
                )
            call.output = terminal.finish()  # type: ignore[attr-defined]
        left = session_members(process.pid)
        end_session(process.pid)
        assert process.returncode == 0, (
            f"{function.__qualname__} ended with {process.returncode} under {start_method}:\n"
            + call.output  # type: ignore[attr-defined]
        )
        assert not left, f"{function.__qualname__} left processes behind: {left}"
        return pickle.loads(answer.read_bytes())

    return call


@dataclass
class Ended:
    """How a program ended: ``status`` is None where it was still running and had to be ended."""

    output: str
    status: int | None
    values: dict[str, bytes] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        """Return what the program's variable held at its end."""
        return pickle.loads(self.values[name])


@pytest.fixture
def run_program(
    request: pytest.FixtureRequest, start_method: str, tmp_path: Path
) -> Callable[..., Ended]:
    """Run a program beside the lesson that is tested, under ``start_method``.

    ``run_program("pipe.broken.py", hangs="last words")``, from the test of a lesson of the chapter.
    ``run_program("pipe.py")["answers"]`` is what the variable of that name held at its end, and
    ``run_program("pipe.py", changed={"close()": "pass"})`` runs the program with each text replaced
    where it stands first: a mistake that the page warns of, or a reader's own change.
    The test fails when it does not end within ``timeout`` seconds, or leaves a process behind. One
    that is to hang is ended a moment after its last words: the test says whether it did.
    """
    chapter = request.path.parent.name

    def run_program(
        name: str, hangs: str = "", timeout: float = 30, changed: dict[str, str] | None = None
    ) -> Ended:
        script = request.config.rootpath / "snippets" / chapter / name
        if changed:
            program = script.read_text("utf-8")
            for old, new in changed.items():
                assert old in program, f"{old!r} is not in {name}"
                program = program.replace(old, new, 1)
            script = tmp_path.with_name(f"{tmp_path.name}.changed.py")
            script.write_text(program, "utf-8")
        variables = tmp_path.with_name(f"{tmp_path.name}.pickle")  # not beside its own files
        variables.unlink(missing_ok=True)
        with Terminal() as terminal:
            process = subprocess.Popen(
                [sys.executable, "-c", PLAY, start_method, str(variables), str(script)],
                cwd=tmp_path,
                stdin=subprocess.DEVNULL,
                stdout=terminal.write,
                stderr=terminal.write,
                start_new_session=True,
                env=PLAIN | {"NO_COLOR": "1"},  # tracebacks as text
            )
            try:
                if hangs:
                    terminal.wait_for(hangs, timeout)
                process.wait(HANG if hangs else timeout)
            except subprocess.TimeoutExpired:
                process.terminate()
                process.wait()
                end_session(process.pid)
                output = terminal.finish()
                if not hangs:
                    pytest.fail(f"{name} did not end within {timeout} s; it said:\n{output}")
                return Ended(output, None)
            values = pickle.loads(variables.read_bytes()) if variables.exists() else {}
            ended = Ended(terminal.finish(), process.returncode, values)
        left = session_members(process.pid)
        end_session(process.pid)
        assert not left, f"{name} left processes behind: {left}"
        return ended

    return run_program


@contextlib.contextmanager
def in_session(*words: object, limit: float = 60, **how: Any) -> Iterator[subprocess.Popen[str]]:
    """Start this Python with these words, in a session of its own, and end all of that at the end.

    All of it is ended after ``limit`` seconds, too: what reads from it then comes to the end.
    """
    command = [sys.executable, *map(str, words)]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": PLAIN}
    with subprocess.Popen(command, text=True, start_new_session=True, **(pipes | how)) as program:
        timer = threading.Timer(limit, end_session, (program.pid,))
        timer.start()
        try:
            yield program
        finally:
            timer.cancel()
            program.kill()
            end_session(program.pid)


class Terminal:
    """What a reader writes to: whole lines come through, whichever process prints them."""

    def __enter__(self) -> "Terminal":
        self._read, self.write = pty.openpty()
        tty.setraw(self.write)  # no carriage return is added
        self._parts: list[bytes] = []
        self._thread = threading.Thread(target=self._collect, daemon=True)
        self._thread.start()
        return self

    def _collect(self) -> None:
        with contextlib.suppress(OSError):  # EIO: nobody holds the other side any more
            while part := os.read(self._read, 1 << 16):
                self._parts.append(part)

    def wait_for(self, words: str, timeout: float) -> None:
        """Wait until these words were written; fails the test where they do not come."""
        deadline = time.monotonic() + timeout
        while words.encode() not in b"".join(self._parts):
            if time.monotonic() > deadline or not self._thread.is_alive():
                said = b"".join(self._parts).decode(errors="replace")
                pytest.fail(f"{words!r} was not written within {timeout} s, but:\n{said}")
            time.sleep(0.02)

    def finish(self) -> str:
        """Return all that was written; waits until nobody can write any more."""
        if self.write >= 0:
            os.close(self.write)
            self.write = -1
        self._thread.join(5)
        return b"".join(self._parts).decode(errors="replace")

    def __exit__(self, *_: object) -> None:
        self.finish()
        os.close(self._read)


def end_session(session: int) -> None:
    """End all processes of a session; the resource tracker, which cleans up, after the others."""
    for how, grace in ((signal.SIGTERM, 0.0), (signal.SIGKILL, 2.0)):  # it ignores SIGTERM
        for pid in session_members(session, grace):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, how)


def session_members(session: int, grace: float = 2.0) -> list[int]:
    """Pids that are still alive in ``session`` after ``grace`` seconds."""
    deadline = time.monotonic() + grace
    while True:
        alive = []
        for pid in _living():
            with contextlib.suppress(ProcessLookupError):
                if os.getsid(pid) == session:
                    alive.append(pid)
        if not alive or time.monotonic() > deadline:
            return alive
        time.sleep(0.02)


def _living() -> Iterator[int]:
    """Find all processes that have not ended."""
    if not Path("/proc/self/stat").exists():  # macOS
        listed = subprocess.run(["ps", "-axo", "pid=,stat="], capture_output=True, text=True)
        for listed_pid, state in (line.split()[:2] for line in listed.stdout.splitlines()):
            if "Z" not in state:
                yield int(listed_pid)
        return
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            pid = int(entry.name)
            # "pid (command) state ...": the command may hold anything (proc_pid_stat(5)).
            after = (entry / "stat").read_text(errors="replace").rpartition(")")[2]
            if after.split()[0] not in "ZX":
                yield pid
