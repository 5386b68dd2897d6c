"""Who is who, who started whom, and how each process ended."""

import signal
from collections.abc import Callable
from typing import Any

from snippets.spawning import names_pids_parents as lesson


def test_names(run: Callable[..., Any]) -> None:
    """A child has the name that it was given."""
    main, child = run(lesson.ask_child, "parser")
    assert main.name == "MainProcess"
    assert child.name == "parser"


def test_default_name(run: Callable[..., Any]) -> None:
    """A child without a name gets one that counts."""
    _, child = run(lesson.ask_child)
    assert child.name == "Process-1"


def test_parents(run: Callable[..., Any], start_method: str) -> None:
    """parent_process() is right everywhere; getppid() is not, under forkserver."""
    main, child = run(lesson.ask_child)
    assert main.parent is None
    assert child.pid != main.pid
    assert child.parent == main.pid
    assert (child.getppid == main.pid) is (start_method != "forkserver")


def test_exit_codes(run: Callable[..., Any]) -> None:
    """Return, sys.exit(3), an exception and SIGTERM, in this order."""
    codes = run(lesson.exit_codes)
    assert list(codes.values()) == [0, 3, 1, -signal.SIGTERM]
