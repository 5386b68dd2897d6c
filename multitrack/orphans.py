"""Ending what is left of a run whose recorder was killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from multitrack.process_table import command_of, living
from multitrack.process_tree import helper

TIDY = 1.0  # seconds that helpers of libraries have to remove what is theirs
PATIENCE = 5.0  # seconds


def end_run(session: int, scratch: Path) -> list[int]:
    """Kill what a run started and remove its folder; return the pids that would not die.

    A process belongs to the run when it is in main's session, or when its environment names
    the run's folder, as that of every descendant does unless it was taken from it on purpose.
    """
    begun = time.monotonic()
    while members := list(_members(session, scratch)):
        now = time.monotonic()
        if now > begun + PATIENCE:
            break
        for pid in members:
            if not helper(command_of(pid)) or now > begun + TIDY:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)
    shutil.rmtree(scratch, ignore_errors=True)
    return members


def _members(session: int, scratch: Path) -> Iterator[int]:
    mark = os.fsencode(scratch) + b"/"
    for pid in living():
        if pid == os.getpid():
            continue
        with contextlib.suppress(OSError):
            if os.getsid(pid) == session or mark in Path(f"/proc/{pid}/environ").read_bytes():
                yield pid
