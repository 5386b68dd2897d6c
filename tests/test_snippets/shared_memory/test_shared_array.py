"""Many numbers in shared memory: the race on each element, and its two cures."""

import sys
from multiprocessing import Array
from pathlib import Path

import pytest

from snippets.shared_memory import shared_array

THREE = [1.0, 2.0, 3.0]
MANY = [1.0] * 5_000


def test_unlocked_doublings_are_lost_but_never_invented(run):
    """Each element was doubled once at least and four times at most."""
    assert set(run(shared_array.double_four_times, MANY)) <= {2.0, 4.0, 8.0, 16.0}


@pytest.mark.parametrize(
    ("values", "expected"), [(THREE, [16.0, 32.0, 48.0]), (MANY, [16.0] * 5_000)]
)
def test_locking_the_pass_is_exact(run, values, expected):
    """Cure 1: no doubling is lost."""
    assert run(shared_array.double_four_times, values, shared_array.double_all_locked) == expected


@pytest.mark.parametrize("workers", [1, 2, 3, 4])
def test_slices_are_exact_for_any_number_of_workers(run, workers):
    """Cure 2: the slices cover every element once, also when some are empty."""
    assert run(shared_array.double_in_slices, THREE, workers) == [16.0, 32.0, 48.0]


def test_many_elements_in_slices(run):
    """Cure 2 holds where the race used to strike."""
    assert run(shared_array.double_in_slices, MANY, 4) == [16.0] * 5_000


def test_slices_copy_and_the_size_is_fixed():
    """A changed copy leaves the array alone; wrong sizes and types raise."""
    copy, numbers, errors = shared_array.look_closer()
    assert copy == [99, 20, 30]
    assert numbers == [10, 21, 31]
    assert [error.split(":")[0] for error in errors] == ["ValueError", "TypeError"]


def test_a_size_is_not_an_initializer():
    """``Array("d", 3)`` is three zeros, ``Array("d", [3])`` one element; no append."""
    assert Array("d", 3)[:] == [0.0, 0.0, 0.0]
    assert Array("d", [3])[:] == [3.0]
    assert not hasattr(Array("d", 3), "append")


def test_no_lesson_of_the_chapter_hides_a_standard_module():
    """``python array.py`` would hide the array module that multiprocessing needs."""
    scripts = Path(shared_array.__file__).parent.glob("*.py")
    assert not {script.stem for script in scripts} & sys.stdlib_module_names
