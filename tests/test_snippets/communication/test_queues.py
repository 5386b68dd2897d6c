"""The lesson on queues: nothing is lost, and order is promised only per producer."""

from collections import Counter
from multiprocessing import Queue

import pytest

from snippets.communication import queues

NUMBERS = [1, 2, 3, 4, 5]
SQUARES = [("square", n, n * n) for n in NUMBERS]
CUBES = [("cube", n, n * n * n) for n in NUMBERS]


def test_everything_arrives_exactly_once(run):
    """As a multiset, for how the two producers mix is chance."""
    assert Counter(run(queues.squares_and_cubes, NUMBERS)) == Counter(SQUARES + CUBES)


@pytest.mark.parametrize("expected", [SQUARES, CUBES], ids=["squares", "cubes"])
def test_each_producers_results_keep_their_order(run, expected):
    """What one process puts comes out in the order in which it was put."""
    received = run(queues.squares_and_cubes, NUMBERS)
    assert [result for result in received if result[0] == expected[0][0]] == expected


def test_nothing_to_do(run):
    """Without numbers nothing is expected, and nothing is waited for."""
    assert run(queues.squares_and_cubes, []) == []


def test_an_empty_loop_misses_what_a_slow_producer_puts(run):
    """The broken reader gets nothing; counting gets all."""
    assert run(queues.read_until_empty, NUMBERS) == (0, len(NUMBERS))


def test_the_feeder_thread_pickles(run):
    """The object is pickled in the queue's own thread, not where put() is called."""
    assert run(queues.follow_a_parcel) == "QueueFeederThread"


def test_what_cannot_be_pickled_is_dropped(capfd):
    """put() raises nothing; the feeder thread complains, and the next item arrives."""
    queue = Queue()
    queue.put(lambda: None)
    queue.put("next")
    assert queue.get(timeout=30) == "next"
    queue.close()
    queue.join_thread()
    assert "Traceback" in capfd.readouterr().err
