"""What all tests share: calling a lesson's function in a fresh interpreter."""

import contextlib
import os
import pickle
import pty
import signal
import subprocess
import sys
import textwrap
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from gallery import leftovers
from gallery.lesson import Lesson
from gallery.recorder import Options, record
from gallery.recording import Recording
from tests.chromium import MISSING, find_browser

ROOT = Path(__file__).resolve().parent.parent
START_METHODS = ("fork", "spawn", "forkserver")

# A reader's environment: PYTHONUNBUFFERED, for one, would tear lines of two processes.
PLAIN = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}

# Runs in the fresh interpreter. The default start method is imitated, not set,
# so that a function may still call set_start_method() itself.
CALL = """
import importlib, multiprocessing, pickle, sys
from multiprocessing import context
context._default_context._default_context = multiprocessing.get_context(sys.argv[1])
module, name, args, kwargs = pickle.loads(bytes.fromhex(sys.argv[2]))
result = getattr(importlib.import_module(module), name)(*args, **kwargs)
with open(sys.argv[3], "wb") as file:
    pickle.dump(result, file)
"""


@pytest.fixture(params=START_METHODS)
def start_method(request: pytest.FixtureRequest) -> str:
    """Each start method in turn."""
    return str(request.param)


@pytest.fixture
def run(start_method: str, tmp_path: Path) -> Callable[..., Any]:
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
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=terminal.write,
                stderr=terminal.write,
                start_new_session=True,
                env=PLAIN,
            )
            try:
                process.wait(timeout)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                pytest.fail(
                    f"{function.__qualname__} did not end within {timeout} s under "
                    f"{start_method}; it said:\n{terminal.finish()}"
                )
            call.output = terminal.finish()  # type: ignore[attr-defined]
        left = session_members(process.pid)
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        assert process.returncode == 0, (
            f"{function.__qualname__} ended with {process.returncode} under {start_method}:\n"
            + call.output  # type: ignore[attr-defined]
        )
        assert not left, f"{function.__qualname__} left processes behind: {left}"
        return pickle.loads(answer.read_bytes())

    return call


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


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a tiny script, ``write(code)``, and return its path; the code may be indented."""

    def write(code: str, name: str = "lesson.py") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(code), encoding="utf-8")
        return path

    return write


@pytest.fixture
def play(write: Callable[..., Path]) -> Callable[..., Recording]:
    """Record a tiny script: ``play(code, start_method="fork", **options)`` gives the Recording.

    The options are those of gallery.recorder.Options; the time limit is 20 seconds.
    """

    def play(code: str, start_method: str = "fork", **options: Any) -> Recording:
        lesson = Lesson.read(write(code))
        return record(lesson, start_method, Options(**{"timeout": 20, **options}))

    return play


def session_members(session: int, grace: float = 2.0) -> list[int]:
    """Pids that are still alive in ``session`` after ``grace`` seconds."""
    deadline = time.monotonic() + grace
    while True:
        alive = []
        for process in psutil.process_iter():
            try:
                if os.getsid(process.pid) == session and process.status() != psutil.STATUS_ZOMBIE:
                    alive.append(process.pid)
            except (psutil.NoSuchProcess, ProcessLookupError):
                continue
        if not alive or time.monotonic() > deadline:
            return alive
        time.sleep(0.02)


def pytest_report_header() -> str | None:
    """Say first what will not be tested."""
    return None if find_browser() else MISSING


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it last, too."""
    if not find_browser():
        terminalreporter.write_line(MISSING, red=True)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Note what is there before the suite."""
    session.config.stash[BEFORE] = leftovers.segments()


BEFORE = pytest.StashKey[set[leftovers.Segment]]()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the suite if a process or a segment of shared memory is left after it."""
    if hasattr(session.config, "workerinput"):
        return  # a worker of xdist: its controller looks
    deadline = time.monotonic() + 10
    while True:
        processes = [p for p in psutil.Process().children(recursive=True) if alive(p)]
        segments = leftovers.appeared(session.config.stash[BEFORE], b"")
        if not (processes or segments) or time.monotonic() > deadline:
            break
        time.sleep(0.1)
    for process in processes:
        print(f"\nleft running after the suite: {process}")
    for segment in segments:
        print(f"\nleft after the suite: {segment.words}")
    if processes or segments:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def alive(process: psutil.Process) -> bool:
    """Whether it runs, and is no helper that lives as long as the suite."""
    try:
        helper = "multiprocessing.resource_tracker" in " ".join(process.cmdline())
        return process.status() != psutil.STATUS_ZOMBIE and not helper
    except psutil.NoSuchProcess:
        return False
