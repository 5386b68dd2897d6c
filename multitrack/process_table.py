"""The system's table of processes: who is alive at this moment, who is whose child, what each runs.

On Linux this is /proc; elsewhere psutil knows.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import psutil

LINUX = sys.platform == "linux"
GONE = (FileNotFoundError, ProcessLookupError)  # how /proc says that a process is no more


def is_alive(pid: int) -> bool:
    """Whether a process has not ended; one that only waits to be waited for has."""
    if not LINUX:
        with contextlib.suppress(psutil.NoSuchProcess):
            return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
        return False
    try:
        # The command stands in brackets and may itself contain some.
        state, *rest = _read(f"/proc/{pid}/stat").rpartition(b")")[2].split(maxsplit=18)
    except GONE:
        return False
    except PermissionError:  # somebody else's, and /proc is mounted to hide it
        return True
    # A first thread that has ended is a zombie for as long as other threads go on.
    return state not in (b"Z", b"X") or int(rest[16]) > 1


def pids() -> int:
    """Return how many pids Linux gives out before it begins again."""
    with contextlib.suppress(OSError):
        return int(_read("/proc/sys/kernel/pid_max"))
    return 1 << 22  # the most that there can be


def living() -> list[int]:
    """Return the pids of all living processes of the machine."""
    return [pid for pid in psutil.pids() if is_alive(pid)]


def descendants(root: int, *, zombies: bool = False) -> dict[int, int]:
    """Return every process below ``root`` with its parent, parents first.

    Living ones, and with ``zombies`` also those that have ended but were not waited for. A
    process that ends while its siblings are listed may hide one of them for this time.
    """
    children = _children if _kernel_lists_children() else _all_children()
    found: dict[int, int] = {}
    todo = [root]
    for parent in todo:  # which grows
        for pid in children(parent):
            if pid not in found and (zombies or is_alive(pid)):
                found[pid] = parent
                todo.append(pid)
    return found


@cache
def _kernel_lists_children() -> bool:
    """Whether the kernel has CONFIG_PROC_CHILDREN: the work is that of one tree then."""
    return Path(f"/proc/self/task/{os.getpid()}/children").exists()


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(*GONE, PermissionError):
        for task in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 - a third of iterdir()'s time
            with contextlib.suppress(*GONE):
                found += map(int, _read(f"/proc/{pid}/task/{task}/children").split())
    return found


def _all_children() -> Callable[[int], Iterable[int]]:
    table: dict[int, list[int]] = {}
    for process in psutil.process_iter(["ppid"]):
        table.setdefault(process.info["ppid"], []).append(process.pid)
    return lambda pid: table.get(pid, ())


def command_of(pid: int) -> tuple[str, ...]:
    """Return a process's command line; empty when it is gone or has none."""
    if not LINUX:
        with contextlib.suppress(psutil.Error):
            return tuple(psutil.Process(pid).cmdline())
        return ()
    with contextlib.suppress(*GONE, PermissionError):
        words = os.fsdecode(_read(f"/proc/{pid}/cmdline"))
        return tuple(words.removesuffix("\0").split("\0")) if words else ()
    return ()


def parent_of(pid: int) -> int:
    """Return the pid of a process's parent; 0 when it is gone."""
    with contextlib.suppress(psutil.Error):
        return int(psutil.Process(pid).ppid())
    return 0


def _read(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - done a thousand times a second
        return file.read()
