"""What a child takes over, in each of the ways in which it can come to be."""

import multiprocessing
from collections.abc import Callable
from typing import Any

import pytest

from snippets.spawning import start_methods as lesson


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_first_word(run: Callable[..., Any], method: str) -> None:
    """A context starts children by its own method, whatever the default is."""
    assert run(lesson.first_word, method) > 0


def test_inheritance(run: Callable[..., Any], start_method: str) -> None:
    """Only a forked child has all of main's changes."""
    before, after = run(lesson.compare)
    assert before == {
        "global variable": "from the file",
        "os.environ": None,
        "module imported": False,
    }
    assert after == {
        "global variable": "changed" if start_method == "fork" else "from the file",
        "os.environ": None if start_method == "forkserver" else "changed",
        "module imported": start_method == "fork",
    }


def test_set_too_late(run: Callable[..., Any]) -> None:
    """The start method cannot be set once it has been used."""
    assert run(lesson.set_too_late) == "context has already been set"
