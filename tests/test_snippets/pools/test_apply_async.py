"""Pool.apply_async: receipts, callbacks, and errors that nobody hears of."""

from typing import Any

from snippets.pools import apply_async


def test_apply_waits_for_each_call(run: Any) -> None:
    """A number is worked on and received before the next one is begun."""
    assert run(apply_async.one_by_one, [2, 4, 8]) == [0.5, 0.25, 0.125]
    assert [character for character in run.output if character.isdigit()] == list("224488")


def test_result_is_asked_for_too_early_and_later(run: Any) -> None:
    """A timeout ends the waiting, not the task."""
    answers = run(apply_async.ask_early, 1.0)
    assert list(answers.values()) == [False, "TimeoutError", None, True]


def test_callback_runs_in_the_parent_in_another_thread(run: Any) -> None:
    """The pid is the caller's, the thread is not the main thread."""
    same_process, same_thread = run(apply_async.callback_place)
    assert same_process
    assert not same_thread


def test_slow_callback_holds_up_other_results(run: Any) -> None:
    """The second result is not ready while the first callback runs, and ready after."""
    assert run(apply_async.held_up) == (False, 0.2, True)


def test_error_without_error_callback_is_lost(run: Any) -> None:
    """Of two failing tasks only the one with an error_callback is heard of."""
    result, error = run(apply_async.heard)
    assert result == 0.25
    assert isinstance(error, ZeroDivisionError)
    assert "Traceback" not in run.output
