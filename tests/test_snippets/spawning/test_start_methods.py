"""What a child takes over, in each of the ways in which it can come to be."""

import multiprocessing
import re
import subprocess
import sys
import zlib
from array import array
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from snippets.spawning import start_methods as lesson
from tests.calling import Ended

FORKS = """
import multiprocessing, threading
threading.Thread(target=threading.Event().wait, args=(2,), daemon=True).start()
process = multiprocessing.get_context("fork").Process(target=print)
process.start()
process.join()
"""


KINDS = {"fork": "ForkProcess", "spawn": "SpawnProcess", "forkserver": "ForkServerProcess"}
MEMORY = Path("/proc/self/smaps_rollup")
MEGABYTE = 1024 * 1024

# A fork server that has the environment of main's first child.
SETS_FIRST = """
import multiprocessing, os
def read():
    print("discount", os.environ.get("DISCOUNT"))
if __name__ == "__main__":
    os.environ["DISCOUNT"] = "10 %"
    process = multiprocessing.get_context("forkserver").Process(target=read)
    process.start()
    process.join()
"""
rates: dict[str, float] = {}


def name_kind() -> None:
    child = multiprocessing.current_process()
    print(f"{child.name}: {type(child).__name__}")


def time_children(method: str) -> None:
    lesson.do_nothing = name_kind
    lesson.seconds_for_a_child(method)


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_context_starts_by_its_own_method(run: Callable[..., Any], method: str) -> None:
    """Whatever the default is; and the timeline names each child after it."""
    run(time_children, method)
    output: str = run.output  # type: ignore[attr-defined]
    assert sorted(output.splitlines()) == [f"{method}-{n}: {KINDS[method]}" for n in (1, 2, 3)]


def set_rates(given: dict[str, float]) -> None:
    global rates
    rates = given
    print("a worker has its rates")


def convert(amount: int) -> float:
    return amount * rates["USD"]


def convert_in_a_pool() -> list[float]:
    given = {"USD": 1.25}
    with ProcessPoolExecutor(1, initializer=set_rates, initargs=(given,)) as executor:
        return list(executor.map(convert, [100, 200]))


def test_initializer_gives_each_worker_a_variable(run: Callable[..., Any]) -> None:
    """Once in each worker, under every start method."""
    assert run(convert_in_a_pool) == [125, 250]
    assert run.output.splitlines() == ["a worker has its rates"]  # type: ignore[attr-defined]


def own_memory() -> int:
    """Return how many bytes of this process no other process shares."""
    found = re.search(r"Private_Dirty: +(\d+) kB", MEMORY.read_text())
    assert found
    return int(found[1]) * 1024


def memory_that_reading_takes() -> list[int]:
    """Return what a forked child's memory grows by when it reads a list, and an array."""
    words = [str(number) for number in range(1_000_000, 1_300_000)]
    block = array("B", bytes(20 * MEGABYTE))

    def read(write: Any) -> None:
        before = own_memory()
        assert sum(len(word) for word in words) == 7 * len(words)
        between = own_memory()
        assert zlib.crc32(block)
        write.send([between - before, own_memory() - between])

    context = multiprocessing.get_context("fork")
    reader, writer = context.Pipe(duplex=False)
    process = context.Process(target=read, args=(writer,))
    process.start()
    writer.close()
    grown: list[int] = reader.recv()
    process.join()
    return grown


@pytest.mark.skipif(not MEMORY.exists(), reason="only Linux says what a process shares")
def test_forked_child_copies_objects_that_it_reads(run: Callable[..., Any]) -> None:
    """Their reference counts are in them. An array is one object, whose block has no counts."""
    objects, block = run(memory_that_reading_takes)
    assert objects > 10 * MEGABYTE
    assert block < 5 * MEGABYTE


def test_settings_that_a_child_finds(run_program: Callable[..., Ended], start_method: str) -> None:
    """Only a forked child has both of main's changes; one of the fork server has neither."""
    lines = run_program("start_methods.py").output.splitlines()
    currency = "USD" if start_method == "fork" else "EUR"
    discount = "none" if start_method == "forkserver" else "10 %"
    found = [line for line in lines if "currency" in line]
    assert found == [
        "before: currency EUR, discount none",
        f"after: currency {currency}, discount {discount}",
        "main: currency USD, discount 10 %",
    ]


def test_each_method_is_timed(run_program: Callable[..., Ended], start_method: str) -> None:
    """The program says which method is its own, and times all that there are."""
    output = run_program("start_methods.py").output
    assert f"this program uses: {start_method}\n" in output
    for method in multiprocessing.get_all_start_methods():
        assert f"\n{method}: " in output


def test_variable_that_only_main_makes(
    run_program: Callable[..., Ended], start_method: str
) -> None:
    """A child that is no copy of main does not know it, and fails."""
    ended = run_program("start_methods.broken.py")
    forked = start_method == "fork"
    assert ("in dollars: 250.0" in ended.output) is forked
    assert ("NameError: name 'rates' is not defined" in ended.output) is not forked
    assert f"exit code: {int(not forked)}" in ended.output


def test_argument_arrives_everywhere(run_program: Callable[..., Ended]) -> None:
    """What is passed is there under every start method."""
    output = run_program("start_methods.cured.py").output
    assert output.splitlines() == ["in dollars: 250.0", "exit code: 0"]


def test_lock_of_another_thread_is_locked_in_a_fork(
    run_program: Callable[..., Ended], start_method: str
) -> None:
    """The child waits forever for a thread that it does not have."""
    if start_method == "fork":
        ended = run_program("start_methods-threads.broken.py", hangs="main's thread has the lock")
        assert ended.status is None
    else:
        ended = run_program("start_methods-threads.broken.py")
    assert ("the child has the lock" in ended.output) is (start_method != "fork")


def test_new_interpreter_has_a_lock_of_its_own(run_program: Callable[..., Ended]) -> None:
    """Whatever the default is, the cured program spawns."""
    ended = run_program("start_methods-threads.cured.py")
    assert ended.output.splitlines()[1:] == ["the child has the lock", "main is done"]


def test_lock_of_the_new_interpreter_is_another_one(tmp_path: Path) -> None:
    """The child gets it while main's thread has its own: nothing is protected between them."""
    source = Path(lesson.__file__).with_name("start_methods-threads.cured.py").read_text()
    for line in ("    started.set()\n", "    thread.join()\n"):
        assert source.count(line) == 1
        source = source.replace(line, "")
    joined = "    process.join()\n"
    script = tmp_path / "waits_first.py"
    bounded = "    process.join(40)\n    process.kill()\n    started.set()\n    thread.join()\n"
    script.write_text(source.replace(joined, bounded))
    done = subprocess.run([sys.executable, "-E", script], capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"the child has the lock" in done.stdout


def test_environment_that_is_set_before_the_first_child(tmp_path: Path) -> None:
    """The fork server, which is started then, has it."""
    script = tmp_path / "sets_first.py"
    script.write_text(SETS_FIRST)
    done = subprocess.run([sys.executable, "-E", script], capture_output=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, b"discount 10 %\n")


@pytest.mark.skipif(sys.version_info < (3, 12), reason="new in 3.12")
@pytest.mark.parametrize("shown", [False, True])
def test_warning_of_a_fork_beside_threads_is_hidden_by_default(tmp_path: Path, shown: bool) -> None:
    """Python prints it where it is asked to print all DeprecationWarnings."""
    script = tmp_path / "forks.py"
    script.write_text(FORKS)
    options = ["-W", "default"] if shown else []
    done = subprocess.run(
        [sys.executable, "-E", *options, script], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0
    assert ("use of fork() may lead to deadlocks in the child" in done.stderr) is shown
