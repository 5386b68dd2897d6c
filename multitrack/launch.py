"""Starting the stage: a fresh interpreter in folders and an environment of its own."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from multitrack import pictures
from multitrack.script import Script, ScriptError

STAGE = Path(__file__).with_name("stage.py")
MARKED = 199  # the descriptor that a script has more than in a terminal (stage.MARK)
PROC = Path("/proc/self/stat")
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


class Scratch:
    """The folders of one run: where it works, its home, its temporary files, and our own file."""

    def __init__(self) -> None:
        self.top = Path(tempfile.mkdtemp(prefix="multitrack-"))
        self.work, self.tmp, self.home = (self.top / name for name in ("work", "tmp", "home"))
        self.pictures = self.top / "pictures"
        try:
            for folder in (self.work, self.tmp, self.home, self.pictures):
                folder.mkdir()
        except OSError:
            self.remove()
            raise
        self.output = self.top / "output"

    def bring(self, files: tuple[Path, ...]) -> None:
        """Copy files into the folder that the script runs in."""
        for file in files:
            shutil.copy(file, self.work)

    def environment(self) -> dict[str, str]:
        """Choose the script's environment; nothing of the builder's own changes it."""
        kept = {k: os.environ[k] for k in ("PATH", "SYSTEMROOT") if k in os.environ}
        return {
            **kept,
            "HOME": str(self.home),
            "TMPDIR": str(self.tmp),
            "LANG": "C.UTF-8",
            "MPLBACKEND": "agg",  # there is no display
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def take_fonts(self, lists: Iterable[Path]) -> None:
        """Give Matplotlib its lists of fonts, as after its first run on a machine (pictures.py)."""
        if lists:
            cache = self.home / ".cache" / "matplotlib"
            cache.mkdir(parents=True)
            for path in lists:
                shutil.copy(path, cache)

    def remove(self) -> None:
        """Remove all of it."""
        shutil.rmtree(self.top, ignore_errors=True)


class Launched:
    """The stage, which waits for its order: ``go`` lets it play, ``end`` ends it.

    ``enter`` is called by its process before it becomes the interpreter.
    """

    def __init__(
        self, python: str, scratch: Scratch, output: int, enter: Callable[[], None] | None = None
    ) -> None:
        order, write = os.pipe()
        self._order = os.fdopen(write, "wb")
        try:
            self.process = subprocess.Popen(
                [python, str(STAGE)],
                stdin=order,
                stdout=output,
                stderr=output,
                cwd=scratch.work,
                env=scratch.environment(),
                start_new_session=True,
                preexec_fn=_preparation(os.getpid(), enter),
            )
        except BaseException:
            self._order.close()
            raise
        finally:
            os.close(order)
        self.command = (python, str(STAGE))
        self._pictures = scratch.pictures

    def go(self, script: Script, start_method: str, token: str) -> None:
        """Say what to play; the script's standard input is at its end from then on."""
        spans = " ".join(f"{c.first}-{c.last}" for c in script.cells)
        limits = [str(pictures.MOST), str(pictures.LARGEST)]
        words = [str(script.path), start_method, token, spans, str(self._pictures), *limits]
        with contextlib.suppress(BrokenPipeError), self._order:
            self._order.write(b"\0".join(map(os.fsencode, words)))

    def end(self) -> None:
        """End main alone, for a run that does not come about."""
        self.process.kill()
        self.process.wait()
        self._order.close()


def need_proc(script: Script) -> None:
    """Raise ScriptError where Linux does not show its processes."""
    if sys.platform == "linux" and not PROC.exists():
        raise ScriptError(
            script.path,
            None,
            "cannot be recorded: there is no /proc, which shows the processes; mount it "
            "(mount -t proc proc /proc)",
        )


def _libc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def adopt_orphans() -> None:
    """Have the kernel hand us every descendant whose parent ends (Linux only)."""
    if libc := _libc():
        libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _preparation(parent: int, enter: Callable[[], None] | None) -> Callable[[], None] | None:
    """Make a preexec_fn: the script's main is killed should the recorder be."""
    libc = _libc()
    if libc is None:
        return None

    def preexec() -> None:
        if enter:
            enter()
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return preexec
