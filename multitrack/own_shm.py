"""A /dev/shm of a run's own: what is in it at the end was left by the run, and goes with it.

Main enters a mount namespace before it becomes the interpreter, and finds a new, empty tmpfs
under /dev/shm there; all that it starts inherits that. Nothing changes for the machine, and
where the machine mounts or unmounts something, the run's namespace follows. It takes root, or
a user namespace in which the user's own ids stand for themselves (mount_namespaces(7) and
user_namespaces(7)). In a user namespace files of other users seem to be nobody's, and no
program gains another user's rights; what a program sees of itself is the same, or that way is
not taken.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import re
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Literal

Way = Literal["mount namespace", "user namespace"]

SHM = Path("/dev/shm")
CLONE_NEWNS, CLONE_NEWUSER = 0x20000, 0x10000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_SLAVE = 2, 4, 8, 1 << 12, 1 << 14, 1 << 19
PATIENCE = 30.0  # seconds that an interpreter has to start

# Runs in the interpreter that is tried, once its standard input ends: standard library only.
PROBE = """
import json, os, resource, sys
sys.stdin.read()
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
shm = os.stat("/dev/shm")
print(json.dumps([[
    os.getresuid(), os.getresgid(), os.getgroups(), os.nice(0), oct(shm.st_mode),
    [status.get(f) for f in ("CapInh", "CapPrm", "CapEff", "CapAmb", "NoNewPrivs", "Seccomp")],
    status.get("Umask"), status.get("Cpus_allowed"),
    [resource.getrlimit(n) for k, n in sorted(vars(resource).items()) if k.startswith("RLIMIT_")],
], [shm.st_dev, shm.st_ino]]))
"""


class OwnShm:
    """The /dev/shm of a run, held open until it was looked at.

    Raises OSError when the process has the machine's.
    """

    def __init__(self, pid: int) -> None:
        with contextlib.ExitStack() as opened:
            self._folder = os.open(f"/proc/{pid}/root{SHM}", os.O_RDONLY | os.O_DIRECTORY)
            opened.callback(os.close, self._folder)
            if self.identity == _identity(SHM.stat()):
                raise FileNotFoundError(f"process {pid} has no {SHM} of its own")
            # The last to let go of a namespace takes it down, which takes milliseconds at times:
            # that must not be the end of one of the run's processes.
            opened.callback(os.close, os.open(f"/proc/{pid}/ns/mnt", os.O_RDONLY))
            self._opened = opened.pop_all()

    @property
    def identity(self) -> tuple[int, int]:
        """Device and inode of the folder."""
        return _identity(os.fstat(self._folder))

    def entries(self) -> list[os.DirEntry[str]]:
        """Return what is in it."""
        with os.scandir(self._folder) as entries:
            return list(entries)

    def close(self) -> None:
        """Let go of it; once the run's processes are gone, it is, too."""
        self._opened.close()


def entering(way: Way) -> Callable[[], None]:
    """Make a function that gives the process that calls it, and all it starts, a new /dev/shm.

    To be called between fork and exec, or in a process without threads.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mount.argtypes = [ctypes.c_char_p] * 3 + [ctypes.c_ulong, ctypes.c_char_p]
    new_user = way == "user namespace"
    uid, gid = os.geteuid(), os.getegid()
    elsewhere = _other_paths()
    machines = os.statvfs(SHM)
    # As large as the machine's: a program finds the same limits.
    size = f"mode=1777,size={machines.f_blocks * machines.f_frsize},nr_inodes={machines.f_files}"
    flags = machines.f_flag & (MS_NOSUID | MS_NODEV | MS_NOEXEC)

    def mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
        if libc.mount(*map(os.fsencode, (source, target, kind)), flags, data.encode()):
            raise OSError(ctypes.get_errno(), f"mount {target}")

    def enter() -> None:
        if libc.unshare(CLONE_NEWNS | (CLONE_NEWUSER if new_user else 0)):
            return  # OwnShm will notice
        if new_user:
            for file, ids in (("uid_map", uid), ("setgroups", None), ("gid_map", gid)):
                Path("/proc/self", file).write_text("deny" if ids is None else f"{ids} {ids} 1")
        mount("", "/", "", MS_REC | MS_SLAVE)
        mount("shm", str(SHM), "tmpfs", flags, size)
        for path in elsewhere:
            mount(str(SHM), path, "", MS_BIND)

    return enter


def _other_paths() -> list[str]:
    """Return where else the machine's /dev/shm is mounted, as in a folder that some chroot to."""
    machines = _identity(SHM.stat())
    found = set()
    for line in Path("/proc/self/mountinfo").read_bytes().splitlines():  # proc_pid_mountinfo(5)
        path = re.sub(rb"\\(\d{3})", lambda m: bytes([int(m[1], 8)]), line.split()[4])
        with contextlib.suppress(OSError):
            if _identity(Path(os.fsdecode(path)).stat()) == machines:
                found.add(os.fsdecode(path))
    return sorted(found - {str(SHM)})


@cache
def way(python: str) -> Way | None:
    """Try once how a program of this interpreter can have a /dev/shm of its own.

    It must find the new one there, and everything else as it is without. None: it cannot be had.
    """
    if not SHM.is_dir() or not Path("/proc/self/mountinfo").exists():
        return None
    plain = _seen(python, None)
    ways: tuple[Way, ...] = ("mount namespace", "user namespace")
    return next((way for way in ways if plain and _seen(python, way) == plain), None)


def _seen(python: str, way: Way | None) -> object:
    """Return what a program sees of itself; None where it did not get the /dev/shm it should."""
    try:
        process = subprocess.Popen(
            [python, "-I", "-S", "-c", PROBE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            preexec_fn=entering(way) if way else None,
            env={},
        )
    except (OSError, subprocess.SubprocessError):
        return None
    with process, contextlib.ExitStack() as opened:
        try:
            expected = _identity(SHM.stat())
            if way:
                expected = opened.enter_context(contextlib.closing(OwnShm(process.pid))).identity
            answer, _ = process.communicate(timeout=PATIENCE)
            seen, found = json.loads(answer)
            return seen if tuple(found) == expected else None
        except (OSError, ValueError, subprocess.TimeoutExpired):
            return None
        finally:
            process.kill()


def _identity(state: os.stat_result) -> tuple[int, int]:
    return state.st_dev, state.st_ino
