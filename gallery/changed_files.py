"""What git says has changed since a revision."""

from __future__ import annotations

import math
import subprocess
from collections.abc import Iterable
from pathlib import Path


class RevisionError(LookupError):
    """Git, or the checkout, or the revision is not there; says what git says."""


def changed_files(root: Path, since: str) -> list[str]:
    """Return what differs from the commit at which HEAD left a revision, new files among it.

    The names are those below ``root``, with slashes. Raises RevisionError.
    """
    base = left_at(root, since)
    changed = _git(root, "diff", "-z", "--name-only", "--no-renames", "--relative", base)
    new = _git(root, "ls-files", "-z", "--others", "--exclude-standard")
    return (changed + new).split("\0")[:-1]


def left_at(root: Path, since: str) -> str:
    """Return the commit at which HEAD left a revision. Raises RevisionError."""
    return _git(root, "merge-base", since, "HEAD").strip()


def last_change(root: Path, files: Iterable[Path]) -> float:
    """Return when one of these files was committed last, in seconds since 1970.

    That is infinity for what is not committed yet, and 0 for no change. Raises RevisionError.
    """
    names = sorted({str(file) for file in files})
    if _git(root, "status", "--porcelain", "--", *names):
        return math.inf
    return float(_git(root, "log", "-1", "--format=%ct", "--", *names) or 0)


def in_words(root: Path, commit: str) -> str:
    """Name a commit for readers: ``commit 314418d of 2026-11-28``. Raises RevisionError."""
    return _git(root, "show", "-s", "--format=commit %h of %cs", commit).strip()


def _git(root: Path, *words: str) -> str:
    said = f"git {' '.join(words)} says"
    try:
        done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RevisionError(f"{said}: {error}") from None
    if done.returncode:
        raise RevisionError(f"{said}: {done.stderr.strip() or 'there is none'}")
    return done.stdout
