"""Lost updates: certain in slow motion, many where the reading comes first, none under the lock."""

import re
from multiprocessing import Barrier, Process, Value

import pytest

from snippets.shared_memory import lost_updates


def test_program(run_program):
    """Both workers read 7, so both write 8; portions of any size are exact."""
    ended = run_program("lost_updates.py", timeout=60)
    assert ended.status == 0, ended.output
    assert ended.output.startswith("read 7, wrote 8\nread 7, wrote 8\n7 + 1 + 1 = 8\n")
    expected = ended["expected"]
    assert expected == 4 * 12 * 2500
    assert re.findall(r"portions of (\d+): \d+\.\d ms\ncounted (\d+) of (\d+)", ended.output) == [
        (portion, str(expected), str(expected)) for portion in ("1", "1000")
    ]


def counted(output: str) -> tuple[int, int]:
    """Return what was counted, and what should have been."""
    match = re.fullmatch(r"counted (\d+) of (\d+)\n", output)
    assert match, output
    return int(match[1]), int(match[2])


def test_broken_loses_words(run_program):
    """At least one text of each worker is there, and many are not."""
    got, expected = counted(run_program("lost_updates.broken.py").output)
    assert expected == 4 * 500 * 2400
    assert 2400 <= got < expected
    assert got % 2400 == 0


def test_cured_is_exact(run_program):
    got, expected = counted(run_program("lost_updates.cured.py").output)
    assert got == expected


@pytest.mark.parametrize("half", ["broken", "cured"])
def test_a_worker_that_fails_is_noticed(run_program, half):
    """Else a total that is too small would come with exit code 0."""
    line = "    start.wait(timeout=60)\n"
    changed = {line: f"{line}    raise ValueError\n"}
    ended = run_program(f"lost_updates.{half}.py", changed=changed)
    assert ended.status == 1
    assert ended.output.endswith("a worker failed\n")


def slow_motion(lock: bool) -> int:
    """Return what 7 has become."""
    counter, both_read = Value("i", 7, lock=lock), Barrier(2)
    lost_updates.run_all(
        [Process(target=lost_updates.add_slowly, args=(counter, both_read)) for _ in range(2)]
    )
    return counter.value


@pytest.mark.parametrize("lock", [True, False])
def test_an_update_is_lost_with_and_without_the_value_s_own_lock(run, lock):
    assert run(slow_motion, lock) == 8


@pytest.mark.parametrize("portion", [7, 30_000, 10**6])
def test_what_is_left_of_a_portion_counts_too(run, portion):
    got, seconds = run(lost_updates.count_with, portion)
    assert got == 4 * 12 * 2500
    assert seconds > 0


class Order:
    """Notes who is asked first, as ``words.value += count()`` asks."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    @property
    def value(self) -> int:
        """Note the reading."""
        self.notes.append("read")
        return 0

    @value.setter
    def value(self, new: int) -> None:
        self.notes.append(f"write {new}")

    def count(self) -> int:
        """Note the counting."""
        self.notes.append("count")
        return 5


def test_python_reads_before_it_counts():
    words = Order()
    words.value += words.count()
    assert words.notes == ["read", "count", "write 5"]


def fail_in(number: int) -> None:
    """Fail as a worker."""
    raise ValueError(number)


def run_one_that_fails() -> str:
    """Return how the program would end."""
    try:
        lost_updates.run_all([Process(target=fail_in, args=(1,)), Process(target=abs, args=(1,))])
    except SystemExit as end:
        return str(end)
    return "well"


def test_a_failure_ends_the_program(run):
    assert run(run_one_that_fails) == "a worker failed"
