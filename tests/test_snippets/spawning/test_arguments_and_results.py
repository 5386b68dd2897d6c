"""What travels to a child, what does not come back, and what does."""

from collections.abc import Callable
from typing import Any

import pytest

from snippets.spawning import arguments_and_results as lesson


def test_total() -> None:
    """The worker itself, in this process."""
    assert lesson.total([1, 2, 3]) == 6
    assert lesson.total([1, 2, 3], scale=10) == 60


def test_return_value_is_lost(run: Callable[..., Any]) -> None:
    """The child gets args and kwargs; main gets an exit code, not 60."""
    assert run(lesson.lose_the_result, [1, 2, 3]) == 0
    assert "60" in run.output  # type: ignore[attr-defined]


def test_change_is_lost(run: Callable[..., Any]) -> None:
    """The child changes its copy; main's list stays as it was."""
    assert run(lesson.lose_the_change, [1, 2, 3]) == [1, 2, 3]
    assert "[1, 2, 3, 6]" in run.output  # type: ignore[attr-defined]


def test_arguments_are_pickled_unless_forked(run: Callable[..., Any], start_method: str) -> None:
    """Only fork hands over arguments without pickling them."""
    assert run(lesson.send_parcel) is (start_method != "fork")


def test_result_by_pipe(run: Callable[..., Any]) -> None:
    """The child's answer arrives."""
    assert run(lesson.total_by_pipe, [1, 2, 3]) == 6


def large_total() -> int:
    """Return the size, in bits, of a total that no pipe holds at once."""
    return lesson.total_by_pipe([1 << 4_000_000]).bit_length()


def test_large_result_by_pipe(run: Callable[..., Any]) -> None:
    """A result larger than the pipe arrives too, for main reads before it joins."""
    assert run(large_total) == 4_000_001


def test_pipe_tells_of_a_dead_child(run: Callable[..., Any]) -> None:
    """A child that fails makes recv() raise EOFError, instead of waiting for ever."""
    with pytest.raises(AssertionError, match="EOFError"):
        run(lesson.total_by_pipe, ["not a number"])


def test_results_by_executor(run: Callable[..., Any]) -> None:
    """The results come in the order of the arguments."""
    lists = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    assert run(lesson.totals_by_executor, lists) == [6, 15, 24]
