"""Lost updates: certain in slow motion, bounded at full speed, none under the lock."""

import pytest

from snippets.shared_memory import lost_updates

EXPECTED = lost_updates.WORKERS * lost_updates.EACH


def test_slow_motion_always_loses_one_update(run):
    """Both workers read 7, so both write 8."""
    assert run(lost_updates.slow_motion) == 8
    words = run.output.replace(",", " ").split()
    assert [int(word) for word in words if word.isdigit()] == [7, 8, 7, 8]


@pytest.mark.parametrize("lock", [True, False])
def test_bare_increments_never_count_too_much(run, lock):
    """How much is lost is left to chance: all but two at worst, nothing at best."""
    got, seconds = run(lost_updates.count_with, lost_updates.add_bare, lock)
    assert 2 <= got <= EXPECTED
    assert seconds > 0


@pytest.mark.parametrize("add", [lost_updates.add_locked, lost_updates.add_once])
def test_the_cures_are_exact(run, add):
    """No increment is lost."""
    got, seconds = run(lost_updates.count_with, add)
    assert got == EXPECTED
    assert seconds > 0
