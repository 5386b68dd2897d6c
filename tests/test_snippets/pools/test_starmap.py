"""Pool.starmap: tuples, fixed arguments, and what cannot be pickled."""

import sys
from typing import Any

from snippets.pools import starmap


def test_tuples_are_unpacked(run: Any) -> None:
    """Each tuple is one call, and results are in the order of the tuples."""
    pairs = [(2, 10), (10, 3), (3, 4), (7, 0), (0, 7)]
    assert run(starmap.powers, pairs) == [base**exponent for base, exponent in pairs]


def test_no_tuples_no_results(run: Any) -> None:
    """An empty input is no error."""
    assert run(starmap.powers, []) == []


def test_map_does_not_unpack(run: Any) -> None:
    """With ``map`` the second argument is missing, and the function is never entered."""
    assert "exponent" in run(starmap.map_error, [(2, 10), (10, 3)])
    assert run.output == ""


def test_partial_fixes_an_argument(run: Any) -> None:
    """A partial of a module-level function travels."""
    assert run(starmap.to_the_power, 3, [1, 2, 3]) == [1, 8, 27]


def test_lambda_is_refused_and_the_pool_survives(run: Any) -> None:
    """The lambda cannot be pickled under any start method; the next call works."""
    refused, squares = run(starmap.lambda_then_partial, [3, 4])
    assert refused == ("PicklingError" if sys.version_info >= (3, 14) else "AttributeError")
    assert squares == [9, 16]
