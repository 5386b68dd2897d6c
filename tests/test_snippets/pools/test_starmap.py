"""Pool.starmap: a call of each tuple; what it says of wrong arguments; what cannot be pickled."""

import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import repeat
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import pytest

from snippets.pools import starmap as lesson
from tests.calling import PLAIN, Ended

MISSING = "TypeError: profit() missing 1 required positional argument: 'price'"


def test_program(run_program: Callable[..., Ended]) -> None:
    """Results are in the order of the tuples, whoever worked; the note names the arguments."""
    ended = run_program("starmap.py", timeout=60)
    assert ended.status == 0, ended.output
    plans, profits = ended["plans"], ended["profits"]
    assert profits == [lesson.profit(*plan) for plan in plans]
    assert ended["best"] == (max(profits), (60, 2.5))
    zipped, table = ended["zipped"], ended["table"]
    assert zipped == [table[0], table[3]]
    assert len(table) == 4
    assert "2 results, then 4\n" in ended.output
    assert ended["named"] == [lesson.profit(60, 2.0, 2_000), lesson.profit(60, 2.5)]
    assert ended["results"] == ended["at_two"] == [profits[0], lesson.profit(70, 2.0)]
    assert "unsupported operand" in ended.output
    assert "(papers=60, price='2,50')" in ended.output
    assert "the same: True" in ended.output


def test_map_does_not_unpack(run_program: Callable[..., Ended]) -> None:
    """With ``map`` the second argument is missing, and the function is never entered."""
    ended = run_program("starmap.broken.py")
    assert ended.status == 1
    assert MISSING in ended.output
    assert "papers at" not in ended.output


def test_starmap_does(run_program: Callable[..., Ended]) -> None:
    ended = run_program("starmap.cured.py")
    assert ended.status == 0
    assert ended.output.endswith("best profit: 48.15\n")


def load(path: object) -> None:
    """Take one argument."""


def refused(function: Any, inputs: list[Any]) -> str:
    with Pool(1) as pool:
        try:
            pool.starmap(function, inputs)
        except TypeError as error:
            return str(error)
    return ""


@pytest.mark.parametrize(
    ("function", "inputs", "message"),
    [
        (load, ["a.csv"], "load() takes 1 positional argument but 5 were given"),
        (
            lesson.profit,
            [(60, 2.0, 2_000, 1)],
            "profit() takes from 2 to 3 positional arguments but 4 were given",
        ),
        (load, [7], "'int' object is not iterable"),
    ],
)
def test_what_starmap_says_of_wrong_inputs(
    run: Callable[..., Any], function: Any, inputs: list[Any], message: str
) -> None:
    assert run(refused, function, inputs) == message


def fixed() -> tuple[list[float], str]:
    with Pool(1) as pool:
        right = pool.map(partial(lesson.profit, 60), [2.0])
        try:
            pool.map(partial(lesson.profit, papers=60), [2.0])
        except TypeError as error:
            return right, str(error)
    return right, ""


def test_the_first_argument_is_fixed_by_its_position(run: Callable[..., Any]) -> None:
    text = "profit() got multiple values for argument 'papers'"
    assert run(fixed) == ([lesson.profit(60, 2.0)], text)


def counted() -> tuple[list[int], int]:
    """Return the results of two calls, and how much of the input was read before a task ran."""
    read: list[int] = []

    def pairs() -> Iterator[tuple[int, int]]:
        for number in range(50):
            read.append(number)
            yield number, 2

    with Pool(1) as pool:
        answer = pool.starmap_async(pow, pairs())
        at_once = len(read)
        return answer.get()[:3], at_once


def test_the_input_is_read_to_its_end_first(run: Callable[..., Any]) -> None:
    """When ``starmap_async`` returns, all tuples have been made; nothing was waited for."""
    assert run(counted) == ([0, 1, 4], 50)


class Counted:
    """A constant that counts how often it is pickled."""

    pickled = 0

    def __reduce__(self) -> Any:
        Counted.pickled += 1
        return Counted, ()


def first_of(pair: object, constant: object) -> object:
    return pair


def chunks_and_pickles() -> tuple[list[object], int]:
    with Pool(1) as pool:
        results = pool.map(partial(first_of, constant=Counted()), range(12), chunksize=3)
        return results, Counted.pickled


def test_a_partial_is_pickled_once_for_each_chunk(run: Callable[..., Any]) -> None:
    assert run(chunks_and_pickles) == (list(range(12)), 4)


def lambda_then_partial() -> tuple[str, str, list[int]]:
    """Return the error's name and text, and what the pool does afterwards."""
    with Pool(1) as pool:
        try:
            pool.map(lambda base: base**2, [3, 4])
        except (pickle.PicklingError, AttributeError) as error:
            return type(error).__name__, str(error), pool.map(partial(pow, exp=2), [3, 4])
    return "", "", []


def test_a_lambda_is_refused_and_the_pool_survives(run: Callable[..., Any]) -> None:
    name, text, squares = run(lambda_then_partial)
    assert name == ("PicklingError" if sys.version_info >= (3, 14) else "AttributeError")
    verb = "get" if sys.version_info[:2] == (3, 13) else "pickle"
    assert f"Can't {verb} local object" in text
    assert squares == [9, 16]


UNKNOWN = """
import sys, time
from multiprocessing import Pool, TimeoutError, active_children, set_start_method

if __name__ == "__main__":
    set_start_method(sys.argv[1])
    with Pool(1) as pool:
        before = {child.pid for child in active_children()}

        def f(first, second):
            return first + second

        answer = pool.starmap_async(f, [(1, 2)])
        deadline = time.monotonic() + 20
        while before <= {c.pid for c in active_children()} and time.monotonic() < deadline:
            time.sleep(0.02)
        try:
            answer.get(timeout=0.3)
        except TimeoutError:
            print("no answer")
"""


def test_a_worker_that_does_not_find_the_function_dies(start_method: str, tmp_path: Path) -> None:
    """It is defined under the guard, after the pool: no start method gives it to the worker."""
    script = tmp_path / "unknown.py"
    script.write_text(UNKNOWN)
    done = subprocess.run(
        [sys.executable, str(script), start_method],
        capture_output=True,
        text=True,
        timeout=60,
        env=PLAIN,
    )
    main = "__main__" if start_method == "fork" else "__mp_main__"
    old = f"AttributeError: Can't get attribute 'f' on <module '{main}' from "
    new = f"AttributeError: module '{main}' has no attribute 'f'\n"
    assert (new if sys.version_info >= (3, 14) else old) in done.stderr
    assert done.stdout == "no answer\n"


def noted_and_uncaught() -> None:
    with Pool(1) as pool:
        pool.starmap(lesson.noted_profit, [(60, "2,50")])


def test_the_note_is_the_last_line_of_the_traceback(run: Callable[..., Any]) -> None:
    with pytest.raises(AssertionError):  # it ends with 1
        run(noted_and_uncaught)
    said = run.output.rstrip().splitlines()  # type: ignore[attr-defined]
    assert "papers=60, price='2,50'" in said[-1]  # in colours on Python 3.15


def executor_maps() -> list[int]:
    with ProcessPoolExecutor(1) as executor:
        return list(executor.map(pow, [1, 2, 3], repeat(2)))


def test_map_of_an_executor_takes_several_inputs(run: Callable[..., Any]) -> None:
    assert run(executor_maps) == [1, 4, 9]
