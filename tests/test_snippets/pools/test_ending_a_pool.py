"""Ending a pool: what ``with`` loses, and what ``close`` and ``join`` save."""

import signal
from typing import Any

from snippets.pools import ending_a_pool


def test_leaving_the_block_loses_unfinished_tasks(run: Any) -> None:
    """Only the result that was waited for is there; SIGTERM ended both workers."""
    done, codes = run(ending_a_pool.leave_early, [0.1, 5, 5, 5])
    assert done == 1
    assert codes == [-signal.SIGTERM] * 2


def test_terminated_task_does_not_run_its_finally(run: Any) -> None:
    """A task writes a line as it begins and one as it ends; the long ones wrote no second."""
    run(ending_a_pool.leave_early, [0.1, 5, 5, 5])
    assert len(run.output.splitlines()) <= 4


def test_close_and_join_lose_nothing(run: Any) -> None:
    """Every result is there, and the workers ended by themselves."""
    done, codes = run(ending_a_pool.close_and_join, [0.1, 0.2, 0.2, 0.2])
    assert done == 4
    assert codes == [0, 0]


def test_lost_result_never_comes(run: Any) -> None:
    """After the block ``get`` can only time out."""
    assert run(ending_a_pool.ask_too_late) == "TimeoutError"


def test_calls_at_the_wrong_time_are_refused(run: Any) -> None:
    """``join`` before ``close`` and a task after the end raise ValueError, each its own."""
    too_early, too_late = run(ending_a_pool.out_of_order)
    assert too_early
    assert too_late
    assert too_early != too_late
