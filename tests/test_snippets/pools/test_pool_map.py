"""Pool.map: order, chunks, and what one bad input costs."""

from typing import Any

import pytest

from snippets.pools import pool_map


@pytest.mark.parametrize("chunksize", [None, 1, 5, 100])
def test_results_are_in_the_order_of_the_inputs(run: Any, chunksize: int | None) -> None:
    """Whatever the chunks are, the list is that of a loop."""
    assert run(pool_map.squares, 10, chunksize) == [n * n for n in range(10)]


def test_exception_comes_back_with_the_workers_traceback(run: Any) -> None:
    """The parent gets the type, the message, and the text of the worker's traceback."""
    name, message, cause = run(pool_map.failure, [4, 0, 2, 5, 6, 8], 3)
    assert name == "ZeroDivisionError"
    assert message
    assert f"in {pool_map.inverse.__name__}" in cause
    assert cause.rstrip('"\n').endswith(f"{name}: {message}")


def test_exception_ends_its_chunk_and_no_other(run: Any) -> None:
    """What stands after the zero in its chunk is not tried; the other chunk is."""
    run(pool_map.failure, [4, 0, 2, 5, 6, 8], 3)
    assert digits(run.output) == set("40568")
    run(pool_map.failure, [4, 0, 2, 5, 6, 8], 1)
    assert digits(run.output) == set("402568")


def test_no_exception_no_answer(run: Any) -> None:
    """Without a zero nothing is raised."""
    assert run(pool_map.failure, [1, 2, 3], 1) == []


def test_pool_agrees_with_the_loop(run: Any) -> None:
    """The two things that are compared do the same work."""
    same, _, _ = run(pool_map.loop_and_pool, 1000)
    assert same


def digits(text: str) -> set[str]:
    """Return the digits in ``text``; lines of two workers may run into each other."""
    return {character for character in text if character.isdigit()}
