"""One number in shared memory: what is shared, what is not, and what the lock does."""

from multiprocessing import Queue, Value
from queue import Empty

from snippets.shared_memory import value


def test_the_value_is_shared_and_the_global_is_not(run):
    """The child adds 5 to both; the parent sees only the Value change."""
    assert run(value.change_both) == (0, 5)


def test_the_child_saw_both_numbers_change(run):
    """The plain global did change, in the child."""
    run(value.change_both)
    assert [int(word.rstrip(",")) for word in run.output.split() if word[0].isdigit()] == [5, 5]


def test_a_global_value_is_shared_only_under_fork(run, start_method):
    """Under spawn and forkserver the child adds to another Value."""
    assert run(value.change_global) == (5 if start_method == "fork" else 0)


def test_a_value_cannot_be_sent_through_a_queue(run):
    """SimpleQueue.put refuses it with a RuntimeError."""
    answer = run(value.send_late)
    assert answer.startswith("RuntimeError: ")
    assert "inheritance" in answer


def put_into_queue() -> bool:
    """Return whether a Value that was put into a Queue arrives within a second."""
    queue: Queue = Queue()
    queue.put(Value("i", 0))
    try:
        queue.get(timeout=1)
    except Empty:
        return False
    finally:
        queue.close()
    return True


def test_a_queue_loses_the_value_without_raising(run):
    """As the prose says: put() returns, the feeder thread complains, nothing arrives."""
    assert run(put_into_queue) is False
    assert "RuntimeError" in run.output


def test_counting_under_the_lock_is_exact(run):
    """Every worker's 1 is in the total."""
    assert run(value.count_workers, 5) == 5


def test_no_worker_counts_nothing(run):
    """The total starts at 0."""
    assert run(value.count_workers, 0) == 0


def test_a_c_int_wraps_round():
    """The largest int plus 1 is the smallest, without an error."""
    assert value.add_past_the_end() == -(2**31)


def test_only_a_value_with_a_lock_has_get_lock():
    """``lock=False`` gives the bare C number."""
    assert hasattr(Value("i", 0), "get_lock")
    assert not hasattr(Value("i", 0, lock=False), "get_lock")
