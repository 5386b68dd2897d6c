"""chunksize: who gets what, what comes back, what a chunk shares, and what 0 does."""

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import Pool, TimeoutError
from typing import Any

import pytest

from snippets.pools import chunksize as lesson
from tests.calling import Ended

LIMIT = 20


def test_program(run_program: Callable[..., Ended]) -> None:
    """The results do not depend on chunks; errors do, in a pool and in an executor."""
    ended = run_program("chunksize.py", timeout=120)
    assert ended.status == 0, ended.output
    valid = ended["valid"]
    assert valid[1] == valid[500] == [lesson.is_valid(card) for card in ended["cards"]]
    assert 1_500 < sum(valid[1]) < 2_500  # one in ten, by chance
    shares = list(ended["shares"].values())
    assert sorted(block for share in shares for block in share) == sorted(ended["blocks"])
    assert list(range(16, 8, -1)) in [share[:8] for share in shares]  # one worker has them
    before = [10.0, 20.0, 30.0, "ValueError"]
    for who in "imap", "executor":
        assert f"{who}, 1 {before}" in ended.output
        assert f"{who}, 2 {[*before[:2], before[-1]]}" in ended.output


def test_luhn() -> None:
    assert lesson.is_valid("4111111111111111")
    assert not lesson.is_valid("4111111111111112")


def test_broken(run_program: Callable[..., Ended]) -> None:
    """Both tasks of a chunk have the same list, and so have its results."""
    ended = run_program("chunksize.broken.py")
    assert ended.status == 0
    first, second = ["Tea Ltd.", "to Ada", "to Grace"], ["Tea Ltd.", "to Alan", "to Edsger"]
    assert ended.output.splitlines() == list(map(str, [first, first, second, second]))


@pytest.mark.parametrize(
    ("name", "changed"),
    [("chunksize.cured.py", None), ("chunksize.broken.py", {"chunksize=2": "chunksize=1"})],
)
def test_cured_or_hidden(run_program: Callable[..., Ended], name: str, changed: Any) -> None:
    ended = run_program(name, changed=changed)
    assert ended.status == 0
    said = [str(["Tea Ltd.", f"to {name}"]) for name in ended["CUSTOMERS"]]
    assert ended.output.splitlines() == said


def test_a_chunksize_of_zero(run_program: Callable[..., Ended]) -> None:
    broken, cured = (run_program(f"chunksize-zero.{which}.py") for which in ("broken", "cured"))
    assert broken.status == cured.status == 0
    assert broken.output == "[None, None, None, None]\n"
    assert cured.output == "[2.5, 3.2, 1.8, 4.1]\n"


def zeros() -> list[object]:
    with Pool(1) as pool:
        said: list[object] = [pool.starmap(pow, [(2, 3)], chunksize=0)]
        for method in pool.imap, pool.imap_unordered:
            try:
                method(abs, [1], chunksize=0)
            except ValueError as error:
                said.append(str(error))
    with ProcessPoolExecutor(1) as executor:
        try:
            executor.map(abs, [1], chunksize=0)
        except ValueError as error:
            said.append(str(error))
    return said


def test_who_refuses_zero(run: Callable[..., Any]) -> None:
    refused = "Chunksize must be 1+, not 0"
    assert run(zeros) == [[None], refused, refused, "chunksize must be >= 1."]


class Counted:
    """A constant that counts how often it is pickled: once for each message."""

    pickled = 0

    def __reduce__(self) -> Any:
        Counted.pickled += 1
        return Counted, ()


def first_of(number: int, constant: object) -> int:
    return number


def messages(method: str, workers: int, length: int, **how: int) -> int:
    function = partial(first_of, constant=Counted())
    with Pool(workers) as pool:
        results = list(getattr(pool, method)(function, range(length), **how))
    assert sorted(results) == list(range(length))
    return Counted.pickled


@pytest.mark.parametrize(
    ("method", "workers", "length", "how", "expected"),
    [
        ("map", 2, 16, {}, 8),  # pairs
        ("map", 2, 100, {}, 8),
        ("map", 1, 9, {}, 3),
        ("map", 2, 5, {}, 5),
        ("imap", 1, 40, {}, 40),
        ("imap_unordered", 1, 40, {}, 40),
        ("map", 1, 20_000, {"chunksize": 500}, 40),
        ("imap", 1, 40, {"chunksize": 8}, 5),
    ],
)
def test_how_many_messages(
    run: Callable[..., Any], method: str, workers: int, length: int, how: Any, expected: int
) -> None:
    assert run(messages, method, workers, length, **how) == expected


def executor_messages() -> list[int]:
    function = partial(first_of, constant=Counted())
    counts = []
    with ProcessPoolExecutor(1) as executor:
        for how in ({}, {"chunksize": 5}):
            before = Counted.pickled
            assert list(executor.map(function, range(20), **how)) == list(range(20))
            counts.append(Counted.pickled - before)
    return counts


def test_messages_of_an_executor(run: Callable[..., Any]) -> None:
    assert run(executor_messages) == [20, 4]


def give_or_die(task: tuple[str, Any]) -> str:
    """Return what is given; die when asked to."""
    word, _ = task
    if word == "die":
        os._exit(1)
    return word


def of_a_dead_worker(chunksize: int) -> list[str]:
    """Return the results that come: the worker ends itself in the last of three tasks."""
    tasks = [("one", 0), ("two", 0), ("three", 0), ("die", 0)]
    seen = []
    with Pool(1) as pool:
        results = pool.map_async(give_or_die, [("start", 0)])
        assert results.get(timeout=LIMIT) == ["start"]
        handles = [
            pool.map_async(give_or_die, tasks[i : i + chunksize], chunksize=chunksize)
            for i in range(0, 4, chunksize)
        ]
        for handle in handles:
            try:
                seen += handle.get(timeout=LIMIT if handle is not handles[-1] else 1)
            except TimeoutError:
                seen.append("nothing")
    return seen


def test_a_dead_worker_takes_its_chunk_along(run: Callable[..., Any]) -> None:
    assert run(of_a_dead_worker, 1) == ["one", "two", "three", "nothing"]
    assert run(of_a_dead_worker, 2) == ["one", "two", "nothing"]


def pid(_: object) -> int:
    return os.getpid()


def renewed(chunksize: int) -> int:
    with Pool(1, maxtasksperchild=1) as pool:
        return len(set(pool.map(pid, range(4), chunksize=chunksize)))


def test_maxtasksperchild_counts_chunks(run: Callable[..., Any]) -> None:
    assert [run(renewed, 1), run(renewed, 2), run(renewed, 4)] == [4, 2, 1]


def say(number: int) -> int:
    print(f"worker {number}", flush=True)
    return number


def bursts() -> None:
    with Pool(1) as pool:
        for number in pool.imap(say, range(4), chunksize=4):
            print(f"main {number}", flush=True)


def test_results_come_in_bursts(run: Callable[..., Any]) -> None:
    run(bursts)
    said = run.output.splitlines()  # type: ignore[attr-defined]
    assert said == [f"{who} {number}" for who in ("worker", "main") for number in range(4)]
