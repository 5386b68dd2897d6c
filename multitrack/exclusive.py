"""Recordings take turns: many side by side, or one alone.

A measured time is true only without a neighbour. So each recording holds a lock on a file:
shared, or, when it must be alone, exclusive. The locks are the kernel's (flock(2)) and end with
their process, however it ends. They bind all recorders of one user on one machine that share a
temporary folder. Whoever waits long says for whom, and does not wait for ever.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

LOOK_EVERY = 0.02  # seconds
TELL_AFTER = 120.0  # seconds; a lesson that runs alone, or a file of tests, may well take some
GIVE_UP_AFTER = 600.0  # seconds: ten times what a lesson may take, unless it says otherwise


class GoneWhileWaiting(Exception):
    """Whoever wanted the turn is gone."""


@contextlib.contextmanager
def turn(alone: bool, abandon: int | None = None) -> Iterator[None]:
    """Wait for the turn, and keep it for the block.

    Raises GoneWhileWaiting when the descriptor ``abandon`` comes to its end before, and
    TimeoutError, which names who is in the way, after GIVE_UP_AFTER seconds.
    """
    with contextlib.ExitStack() as stack:
        # Who waits to be alone holds the gate, so that nobody new goes in before.
        gate, room = (stack.enter_context(_opened(name)) for name in ("gate", "room"))
        _lock(gate, fcntl.LOCK_EX, abandon)
        _lock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH, abandon)
        fcntl.flock(gate, fcntl.LOCK_UN)
        yield


@contextlib.contextmanager
def _opened(name: str) -> Iterator[int]:
    path = Path(tempfile.gettempdir(), f"multitrack-{os.getuid()}.{name}")
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        yield handle
    finally:
        os.close(handle)


def _lock(handle: int, how: int, abandon: int | None) -> None:
    begun, told = time.monotonic(), False
    while True:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(handle, how | fcntl.LOCK_NB)
            return
        waited = time.monotonic() - begun
        if waited > GIVE_UP_AFTER:
            raise TimeoutError(
                f"waited {waited:.0f} s for {_holders(handle)} to finish recording; "
                "end it, or set TMPDIR to a folder of this build's own"
            )
        if waited > TELL_AFTER and not told:
            print(f"waiting for {_holders(handle)} to finish recording", file=sys.stderr)
            told = True
        if abandon is None:
            time.sleep(LOOK_EVERY)
        elif select.select([abandon], [], [], LOOK_EVERY)[0]:
            raise GoneWhileWaiting


def _holders(handle: int) -> str:
    """Name the processes that hold the file's lock, as far as the system tells."""
    number = os.fstat(handle).st_ino
    pids = []
    with contextlib.suppress(OSError):
        for line in Path("/proc/locks").read_text().splitlines():  # proc_locks(5)
            fields = line.split()
            if fields[1] == "FLOCK" and fields[5].rpartition(":")[2] == str(number):
                pids.append(fields[4])
    if not pids:
        return "another process"
    return ("process " if len(pids) == 1 else "processes ") + ", ".join(sorted(pids))
