"""Pool.map: the list of a loop, chunks, one bad input, one dead worker."""

import os
import sys
import time
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import Pool, active_children
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

BROKEN = "ValueError: could not convert string to float: '2,50'"


def test_program(run_program: Any) -> None:
    """A pool gives the list of the loop; after a death only an executor says anything."""
    ended = run_program("pool_map.py", timeout=90)
    assert ended.status == 0, ended.output
    assert ended["pooled"] == ended["looped"]
    assert 10 < min(ended["looped"]) < max(ended["looped"]) < 81
    assert ended["pool_numbers"] == ended["numbers"]
    assert "pool: results did not come\nexecutor: a worker died\n" in ended.output


@pytest.mark.parametrize("end", ["pass", "sys.exit()"])
def test_only_a_death_keeps_the_answer_away(run_program: Any, end: str) -> None:
    """Without it all results come; ``sys.exit()`` ends a pool's worker, and not an executor's."""
    changed = {"os._exit(1)": end, "import os\n": "import sys\n"}
    ended = run_program("pool_map.py", timeout=90, changed=changed)
    if end == "pass":
        assert ended.status == 0
        loaded = [f"{van} is loaded" for van in ended["VANS"]]
        assert f"pool: results came\n{loaded}\n" in ended.output
    else:
        assert "pool: results did not come" in ended.output
        assert "executor:" not in ended.output and "prices" not in ended.output


def test_broken(run_program: Any) -> None:
    """One exception: the rest of its chunk is not tried, the other chunk is done and lost."""
    ended = run_program("pool_map.broken.py")
    assert ended.status == 1
    assert "multiprocessing.pool.RemoteTraceback" in ended.output
    assert ended.output.count(BROKEN) == 2  # the worker's text, then main's own
    assert "in cents\n" in ended.output
    read = [line.split()[1] for line in ended.output.splitlines() if line.startswith("reading")]
    assert sorted(read) == ["1.80", "2,50", "4.10"]
    assert "results" not in ended.values


def test_cured(run_program: Any) -> None:
    """Caught in the worker, it costs one result."""
    ended = run_program("pool_map.cured.py")
    assert ended.status == 0, ended.output
    assert ended["results"] == [(None, BROKEN), (320, None), (180, None), (410, None)]


def pid(_: object) -> int:
    """Return who does it, after long enough for others to have their turn."""
    time.sleep(0.05)
    return os.getpid()


def chunks(count: int, workers: int, chunksize: int | None) -> tuple[list[int], int]:
    """Return which process worked on each of some inputs, and the size of a chunk."""
    with Pool(workers) as some:
        answer = some.map_async(pid, range(count), chunksize)
        return answer.get(), answer._chunksize  # type: ignore[attr-defined]


def test_one_worker_takes_all_of_a_chunk(run: Any) -> None:
    """Two chunks of two keep two workers at the most; by default ten inputs are five chunks."""
    pids, size = run(chunks, 4, 4, 2)
    assert size == 2
    assert pids[0] == pids[1] and pids[2] == pids[3]
    pids, size = run(chunks, 10, 2, None)
    assert size == 2
    assert all(pids[place] == pids[place + 1] for place in range(0, 10, 2))


def exit_or_note(folder: str, number: int) -> int:
    """End the worker of one input; leave a file for each other one."""
    if number == 1:
        sys.exit("bad input")
    Path(folder, str(number)).touch()
    return number


def after_a_death(folder: str) -> tuple[int, int, list[int], bool]:
    """Return how many workers are there and how many died, who still works, and what is ready."""
    with Pool(2) as some:
        before = {child.pid for child in active_children()}
        answer = some.starmap_async(exit_or_note, [(folder, n) for n in range(4)], chunksize=1)
        while len(list(Path(folder).iterdir())) < 3 or before <= {
            child.pid for child in active_children()
        }:
            time.sleep(0.02)
        while len(after := {child.pid for child in active_children()}) < 2:
            time.sleep(0.02)
        answer.wait(0.2)
        return len(after), len(before - after), some.map(pid, range(4), 1), answer.ready()


def test_a_worker_that_exits_is_replaced_and_its_task_is_lost(run: Any, tmp_path: Path) -> None:
    """All others are done, the pool works on, and the call that lost a task is never ready."""
    folder = tmp_path / "done"
    folder.mkdir()
    workers, died, pids, ready = run(after_a_death, str(folder))
    assert (workers, died, len(pids), ready) == (2, 1, 4, False)


def exit_when_told(go: Path, how: str) -> None:
    """End the worker, but not before the next task is submitted."""
    while not go.exists():
        time.sleep(0.01)
    if how == "sys.exit":
        sys.exit(3)
    os._exit(3)


def exit_in_an_executor(how: str, folder: str) -> tuple[list[str], bool]:
    """Return what each future raises when a task ends itself, and whether the worker lives on."""
    go = Path(folder, "go")
    with ProcessPoolExecutor(1) as executor:
        before = executor.submit(os.getpid).result()
        futures: list[Future[Any]] = [
            executor.submit(abs, -1),
            executor.submit(exit_when_told, go, how),
            executor.submit(os.getpid),
        ]
        go.touch()
        names = [type(future.exception()).__name__ for future in futures]
        return names, names[2] == "NoneType" and futures[2].result() == before


def test_an_executor_notices_a_death_and_survives_sys_exit(run: Any, tmp_path: Path) -> None:
    """What was answered before is kept; SystemExit is the result of sys.exit()."""
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    found = run(exit_in_an_executor, "sys.exit", str(tmp_path / "one"))
    assert found == (["NoneType", "SystemExit", "NoneType"], True)
    broken = BrokenProcessPool.__name__
    found = run(exit_in_an_executor, "os._exit", str(tmp_path / "other"))
    assert found == (["NoneType", broken, broken], False)


def positive(number: int) -> int:
    """Raise on one input."""
    if number == 1:
        raise ValueError("bad")
    return number


def one_by_one(chunksize: int) -> list[object]:
    """Return what each ``next()`` of imap gives."""
    found: list[object] = []
    with Pool(1) as some:
        results = iter(some.imap(positive, iter(range(3)), chunksize))
        for _ in range(3):
            try:
                found.append(next(results))
            except ValueError as error:
                found.append(str(error))
            except StopIteration:
                found.append("nothing more")
    return found


def test_imap_goes_on_after_an_exception(run: Any) -> None:
    """One input fails, the next ``next()`` has the next result."""
    assert run(one_by_one, 1) == [0, "bad", 2]


def test_imap_in_larger_chunks_ends_with_an_exception(run: Any) -> None:
    """The error ends the iterator: what came before it in its chunk and all after it is lost."""
    assert run(one_by_one, 2) == ["bad", "nothing more", "nothing more"]


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="Linux only")
def test_how_many_workers_there_are_by_default() -> None:
    """From 3.13 on as many as this process may use cores; before, as the machine has."""
    counts = "process_cpu_count" if sys.version_info >= (3, 13) else "cpu_count"
    with mock.patch.object(os, counts, return_value=3), Pool() as some:
        assert some._processes == 3  # type: ignore[attr-defined]
    if sys.version_info >= (3, 13) and "PYTHON_CPU_COUNT" not in os.environ:
        assert os.process_cpu_count() == len(os.sched_getaffinity(0))
