"""The lesson on sentinels: one per producer, one per consumer, and of the right kind."""

import queue
from typing import Any

import pytest

from snippets.communication import sentinels


def test_many_producers_one_consumer(run):
    """All divisors of all numbers, though nobody counted them in advance."""
    expected = [(1, 1), (6, 1), (6, 2), (6, 3), (6, 6), (7, 1), (7, 7)]
    assert run(sentinels.divisors, [7, 1, 6]) == expected


def test_no_producer(run):
    """Without producers no sentinel is waited for."""
    assert run(sentinels.divisors, []) == []


def test_collect_does_not_care_whose_sentinel_comes_first():
    """Items between the sentinels are kept, and what follows the last is left."""
    items: Any = queue.Queue()
    for item in ["a", None, "b", "c", None, "not ours"]:
        items.put(item)
    assert sentinels.collect(items, 2) == ["a", "b", "c"]
    assert items.get_nowait() == "not ours"


def test_a_failing_producer_still_puts_its_sentinel():
    """The ``finally`` keeps the promise."""
    results: Any = queue.Queue()
    number: Any = "six"
    with pytest.raises(TypeError):
        sentinels.put_divisors(number, results)
    assert results.get_nowait() is None


def test_one_producer_two_consumers(run):
    """Every task is done once, whoever did it."""
    assert run(sentinels.squares, [3, 1, 2, 3]) == [1, 4, 9, 9]


def test_one_sentinel_for_two_consumers_leaves_one_waiting(run):
    """One ends, one waits; the second sentinel sets it free."""
    assert run(sentinels.one_by_one, patience=1.0) == [1, 0]


def test_which_sentinels_survive_pickling(run):
    """None and a class are known again by ``is``, a plain object is not."""
    expected = {"None": True, "a class": True, "object()": False}
    assert run(sentinels.recognised) == expected
