"""What a lesson leaves on the machine once all its processes have ended.

Temporary files are easily told: the lesson has a TMPDIR of its own. /dev/shm is one for all
programs of the machine, and files of others (Chromium's, PostgreSQL's) must never be touched.
A file there is held to be the lesson's when all of this is so:

- it was not there, under this name and inode, before the lesson began;
- it is an ordinary file and ours (its owner is our user);
- its name is of the kind that Python gives to segments and the C library to named semaphores
  (``psm_``, ``sem.``), or stands in the lesson's source;
- no living process has it open or mapped, at several looks within a second: a program that
  uses a segment holds it, multiprocessing's resource tracker removes what a killed program
  left, and everything that the lesson started is dead by now;
- no other lesson was being recorded meanwhile (see turns.py). Where one was, a file found is
  only suspected. It is set aside under another name, the lesson is played once more, alone and
  on a machine as it found it the first time, and that run decides: if it leaves such a thing
  again, both are removed; if not, what was set aside gets its name back.

So a program that is no lesson of ours can only be wronged when it runs as the same user,
makes such a segment during those moments, and lets go of it everywhere while it still wants it.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
import time
from dataclasses import dataclass
from pathlib import Path

SHM = Path("/dev/shm")
KINDS = ("psm_", "sem.")
ASIDE = ".aside-"
LOOKS = 4  # at who holds a file: a resource tracker may be about to remove it
PAUSE = 0.3  # seconds between two of them


@dataclass(frozen=True)
class Segment:
    """A file in /dev/shm."""

    name: str
    inode: int

    @property
    def words(self) -> str:
        """What it is and how it is called."""
        if self.name.startswith("sem."):
            return f"the named semaphore /{self.name[4:]}"
        return f"the shared memory segment {self.name}"


def segments() -> set[Segment]:
    """Return what of ours is in /dev/shm now; nothing where the system has no such folder."""
    found = set()
    with contextlib.suppress(OSError), os.scandir(SHM) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                state = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(state.st_mode) and state.st_uid == os.getuid():
                    found.add(Segment(entry.name, state.st_ino))
    return found


def appeared(before: set[Segment], source: bytes) -> list[Segment]:
    """Return the segments that came since, that may be the script's, and that nobody holds."""
    new = [s for s in segments() - before if _may_be_of(s.name, source)]
    for look in range(LOOKS):
        if new and look:
            time.sleep(PAUSE)
        there = segments() if new else set()
        new = _not_held([s for s in new if s in there])
    return sorted(new, key=lambda s: s.name)


def remove(left: list[Segment]) -> None:
    """Remove those that are still there and still nobody's."""
    for segment in _not_held([s for s in left if s in segments()]):
        with contextlib.suppress(OSError):
            (SHM / segment.name).unlink()


def set_aside(found: list[Segment]) -> list[Segment]:
    """Give them another name for a while, and return them under it."""
    aside = []
    for segment in found:
        other = Segment(ASIDE + segment.name, segment.inode)
        if segment in segments():
            with contextlib.suppress(OSError):
                (SHM / segment.name).rename(SHM / other.name)
                aside.append(other)
    return aside


def put_back(aside: list[Segment]) -> None:
    """Give them their names again; where the name is taken by now, it is nobody's any more."""
    for segment in aside:
        path, name = SHM / segment.name, SHM / segment.name.removeprefix(ASIDE)
        with contextlib.suppress(OSError):
            if name.exists():
                path.unlink()
            else:
                path.rename(name)


def _may_be_of(name: str, source: bytes) -> bool:
    if name.startswith(KINDS):
        return True
    stem = re.sub(r"[\d_.-]*$", "", name)  # a script may add a number of its own
    return len(stem) > 3 and stem.encode() in source


def _not_held(candidates: list[Segment]) -> list[Segment]:
    """Leave out what a living process has open or mapped.

    Compared by inode: in another root folder or mount the same file has another path.
    """
    held: set[int] = set()
    device = SHM.stat().st_dev if candidates else 0
    for folder in Path("/proc").glob("[0-9]*") if candidates else ():
        with contextlib.suppress(OSError):
            for line in (folder / "maps").read_text(errors="replace").splitlines():
                # address perms offset dev inode path (proc_pid_maps(5))
                fields = line.split(maxsplit=5)
                if fields[4] != "0" and "/" in fields[-1]:
                    held.add(int(fields[4]))
        with contextlib.suppress(OSError):
            for link in os.scandir(folder / "fd"):
                with contextlib.suppress(OSError):
                    state = link.stat()
                    if state.st_dev == device:
                        held.add(state.st_ino)
    return [s for s in candidates if s.inode not in held]


def temporary_files(folder: Path, calm: bool) -> list[str]:
    """Return what stands in a lesson's TMPDIR, folders with a slash.

    multiprocessing keeps sockets in a folder ``pymp-*`` that it removes itself, unless a process
    is ended before it can: those count only when ``calm``, that is when no process ended badly.
    """
    left = []
    for path in sorted(folder.iterdir()):
        if calm or not path.name.startswith("pymp-"):
            left.append(path.name + ("/" if path.is_dir() else ""))
    return left
