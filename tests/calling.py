"""``run``: a lesson's function, called in a fresh interpreter under each start method.

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
from pathlib import Path
from typing import Any

import pytest

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
