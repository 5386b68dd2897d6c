"""The program without a guard breaks unless it forks; the cured one never does."""

import sys
from collections.abc import Callable
from typing import Any

from snippets.spawning import main_guard as lesson


def test_broken(run: Callable[..., Any], start_method: str) -> None:
    """Without the guard, the child greets under fork only."""
    status = run(lesson.run_program, lesson.BROKEN)
    output = run.output  # type: ignore[attr-defined]

    forked = start_method == "fork"
    assert ("hello from the child" in output) is forked
    assert ("RuntimeError" in output) is not forked
    # From 3.14.1 the fork server dies of it, and its client cannot go on.
    server_dies = start_method == "forkserver" and sys.version_info >= (3, 14, 1)
    assert ("ConnectionResetError" in output) is server_dies
    assert status == int(server_dies)


def test_cured(run: Callable[..., Any], start_method: str) -> None:
    """With the guard, the child greets once, and the file is run again harmlessly."""
    status = run(lesson.run_program, lesson.CURED)
    output = run.output  # type: ignore[attr-defined]

    assert status == 0
    assert output.count("hello from the child") == 1
    assert "Error" not in output
    assert ("__mp_main__" in output) is (start_method != "fork")
