"""What a run leaves behind in /dev/shm and in its temporary folder.

In a /dev/shm of the run's own (own_shm.py) everything at the end was left by the run. The
machine's is for all of its programs: what is there after the run and was not before is perhaps
the script's and perhaps another program's. So it is only told, and never touched.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from multitrack import own_shm
from multitrack.own_shm import SHM, OwnShm
from multitrack.recording import ShmSource
from multitrack.shorten import visible


@dataclass(frozen=True)
class Entry:
    """Something in /dev/shm; a folder's name ends with a slash."""

    name: str
    inode: int


class ShmWatch:
    """Looks at /dev/shm before a run and after it.

    ``enter`` is to be called by the process that becomes main, where it is not None, and
    :meth:`follow` before it can do anything. A run that needs files in the machine's /dev/shm
    has none of its own.
    """

    def __init__(self, python: str, own: bool, needed: Iterable[Path] = ()) -> None:
        own = own and not any(path.resolve().is_relative_to(SHM) for path in needed)
        way = own_shm.way(python) if own else None
        self.enter: Callable[[], None] | None = own_shm.entering(way) if way else None
        self._own: OwnShm | None = None
        self._before = entries()

    def follow(self, pid: int) -> None:
        """Find main's /dev/shm."""
        if self.enter:
            with contextlib.suppress(OSError):
                self._own = OwnShm(pid)

    @property
    def source(self) -> ShmSource:
        """Which /dev/shm is looked at."""
        if self._own:
            return "own"
        return "machine" if SHM.is_dir() else "none"

    def left(self) -> list[str]:
        """Return the names of what the run certainly left, once all of its processes ended."""
        return sorted(_name(e) for e in self._own.entries()) if self._own else []

    def meanwhile(self) -> list[str]:
        """Return the names of what appeared during the run, perhaps by another program."""
        return [] if self._own else sorted(e.name for e in appeared(self._before))

    def close(self) -> None:
        """Let go of a /dev/shm of the run's own, with what is in it."""
        if self._own:
            self._own.close()


def described(name: str) -> str:
    """Say in words what a name in /dev/shm stands for."""
    if name.endswith("/"):
        return f"the folder /dev/shm/{name}"
    if name.startswith("sem."):  # as the C library calls them
        return f"the named semaphore /{name[4:]}"
    return f"the shared memory segment {name}"


def entries() -> set[Entry]:
    """Return what of our user is in /dev/shm; nothing where the system has no such folder."""
    found = set()
    with contextlib.suppress(OSError), os.scandir(SHM) as there:
        for entry in there:
            with contextlib.suppress(OSError):
                state = entry.stat(follow_symlinks=False)
                if state.st_uid == os.getuid():
                    found.add(Entry(_name(entry), state.st_ino))
    return found


def appeared(before: Iterable[Entry]) -> set[Entry]:
    """Return what came since, is still there, and is held by no living process."""
    new = entries() - set(before)
    return _not_held(new) & entries() if new else new


def _name(entry: os.DirEntry[str] | Path) -> str:
    return visible(entry.name) + ("/" if entry.is_dir() and not entry.is_symlink() else "")


def _not_held(candidates: set[Entry]) -> set[Entry]:
    """Leave out what a living process has open or mapped: it is in use.

    Compared by inode: in another root folder or mount the same file has another path.
    """
    held: set[int] = set()
    device = SHM.stat().st_dev
    numbers = f"{os.major(device):02x}:{os.minor(device):02x}"
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            for line in (folder / "maps").read_text(errors="replace").splitlines():
                # address perms offset dev inode path (proc_pid_maps(5))
                fields = line.split(maxsplit=5)
                if fields[3] == numbers:
                    held.add(int(fields[4]))
        with contextlib.suppress(OSError):
            for link in os.scandir(folder / "fd"):
                with contextlib.suppress(OSError):
                    state = link.stat()
                    if state.st_dev == device:
                        held.add(state.st_ino)
    return {entry for entry in candidates if entry.inode not in held}


def temporary_files(folder: Path, calm: bool) -> list[str]:
    """Return what stands in a run's TMPDIR, folders with a slash.

    multiprocessing keeps sockets in a folder ``pymp-*`` that it removes itself, unless a process
    is ended before it can: those count only when ``calm``, that is when no process ended badly.
    """
    paths = sorted(folder.iterdir())
    return [_name(path) for path in paths if calm or not path.name.startswith("pymp-")]
