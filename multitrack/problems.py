"""What is wrong with a run, as a kind and in words."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import psutil

from multitrack import stacks
from multitrack.hearing import last_words
from multitrack.launch import STAGE
from multitrack.process_tree import Life
from multitrack.recording import Problem, ProblemKind, Process

MOST_TOLD = 20  # processes that a problem tells of one by one
GUARD = (
    "Under spawn and forkserver every child imports the script first, so what starts processes "
    'must stand under if __name__ == "__main__":, or each child would start its own.'
)


class GivenUp:
    """A run that had to be ended: who was alive, what each said last and, if asked, where it stood.

    To be made while they live; ``problem`` says it once all have their labels.
    """

    def __init__(
        self,
        kind: ProblemKind,
        reason: str,
        alive: list[Life],
        main: Life,
        script: Path,
        short: Callable[[str], str],
    ) -> None:
        self.kind, self.reason = kind, reason
        self._short, self._main, self._script = short, main, script
        self._stands = kind == "time limit"
        own = [life.pid for life in alive if not life.helper]
        self._places = stacks.where(own) if self._stands else {}
        self._told = [(life, self._last_words(life)) for life in alive]

    def problem(self) -> Problem:
        """Put it into words."""
        words = [f"{self.reason}; alive were:"] if self._told else [f"{self.reason}."]
        for life, last in self._told[:MOST_TOLD]:
            words.append(f"  {life.name}{last}")
            words += [f"    {self._short(frame)}" for frame in self._places.get(life.pid, [])]
        if len(self._told) > MOST_TOLD:
            words.append(f"  and {len(self._told) - MOST_TOLD} more")
        if self._stands and not self._places:
            words.append("  (Where they stood is not known: no py-spy, or it may not look.)")
        return Problem(self.kind, "\n".join(words))

    def _last_words(self, life: Life) -> str:
        """Say what a living process runs, said last, and listens on."""
        command = " ".join(life.command).replace(str(STAGE), self._script.name)
        known = life is self._main or "multiprocessing." in command  # its name says it all
        runs = "" if known else f" ({self._short(command)[:120]})"
        said = last_words(life, self._short)
        last = f" last said {said!r}" if said else " said nothing"
        return f"{runs}{last}{_listening(life.pid)}"


def _listening(pid: int) -> str:
    """Say on which ports a process listens; empty when on none, or when it cannot be known."""
    with contextlib.suppress(psutil.Error, OSError):
        found = psutil.Process(pid).net_connections("inet")
        listening = [c.laddr for c in found if c.status == psutil.CONN_LISTEN]
        if listening:
            return ", listened on " + ", ".join(f"{a.ip}:{a.port}" for a in listening)
    return ""


def failed_main(main: Process, last: str, failing_line: int | None) -> Problem:
    """Say how main ended, where, and what it last said."""
    raised = failing_line and main.exit_code == 1  # else nobody says where
    place = f" at line {failing_line}" if raised else ""
    said = f"; it last said {last!r}" if last else ""
    return Problem("main failed", f"main {main.ending}{place}{said}")
