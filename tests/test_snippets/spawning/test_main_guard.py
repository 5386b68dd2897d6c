"""The program without a guard breaks unless it forks; the cured one never does."""

import sys
from collections.abc import Callable
from typing import Any

from snippets.spawning import main_guard as lesson


def last_error(start_method: str, version: tuple[int, ...]) -> str:
    """Return the error that ends the broken program itself; empty where only a child dies.

    From 3.13.8 and 3.14.1 on the fork server runs the program's file first (gh-126631) and dies
    of it; from 3.15 on it passes over the error (gh-141860).
    """
    if start_method != "forkserver":
        return ""
    if (3, 13, 8) <= version < (3, 14):
        return "EOFError"
    return "ConnectionResetError" if (3, 14, 1) <= version < (3, 15) else ""


def test_broken(run: Callable[..., Any], start_method: str) -> None:
    """Without the guard, the child greets under fork only."""
    status = run(lesson.run_program, lesson.BROKEN)
    output = run.output  # type: ignore[attr-defined]

    forked = start_method == "fork"
    assert ("hello from the child" in output) is forked
    assert ("RuntimeError" in output) is not forked
    error = last_error(start_method, sys.version_info[:3])
    for name in ("EOFError", "ConnectionResetError"):
        assert (name in output) is (name == error)
    assert ("exit code of the child: 1" in output) is (not forked and not error)
    assert status == int(bool(error))


def test_cured(run: Callable[..., Any], start_method: str) -> None:
    """With the guard, the child greets once, and the file is run again harmlessly."""
    status = run(lesson.run_program, lesson.CURED)
    output = run.output  # type: ignore[attr-defined]

    assert status == 0
    assert output.count("hello from the child") == 1
    assert "Error" not in output
    assert ("__mp_main__" in output) is (start_method != "fork")
