"""The lesson on Barrier: phases that wait, steps that must, and workers that do not come."""

import itertools
import multiprocessing
import os
import re
import signal
import time
from multiprocessing import Array, Barrier, Pool, Process
from pathlib import Path
from threading import BrokenBarrierError
from typing import Any

import pytest

from snippets.synchronisation import barrier as lesson
from tests.calling import in_session

LESSON = Path(lesson.__file__)


def test_program(run_program: Any) -> None:
    """Every strip is looked at before one is scaled; who is missing is noticed; reset helps."""
    ended = run_program("barrier.py", timeout=60)
    assert ended.status == 0, ended.output
    first, second, third = re.split("from 0-108 to 0-255\n|after reset.*\n", ended.output)
    for phase in (first, third):
        looked = [phase.rindex(f"strip {n}: brightest") for n in range(3)]
        scaled = [phase.index(f"strip {n}: scaled by 255 / 108\n") for n in range(3)]
        assert max(looked) < min(scaled)
        assert phase.count("\nbrightest of all: 108\n") == 1
    assert "exit codes: [1, 1, 9] broken: True\nwaiting: 0 of 3\n" in second
    assert "scaled" not in second and "action" not in second
    assert second.count(": not all came\n") == 2
    assert third.count("action: brightest of all 108\n") == 1
    assert third.index("action") < min(scaled)
    assert third.endswith("exit codes: [0, 0, 0] brightest: 255\n")


def test_without_the_barrier_a_strip_is_scaled_too_early(run_program: Any) -> None:
    """The first worker is done before the others begin: they start when it has ended."""
    changed = {
        "place = barrier.wait(limit)": "place = number",
        "        worker.start()\n": "        worker.start()\n        worker.join()\n",
        '    print(f"from': '    sys.exit()\n    print(f"from',
    }
    ended = run_program("barrier.py", changed=changed)
    assert "strip 0: scaled by 255 / 48\n" in ended.output


def test_the_strips_are_the_whole_picture() -> None:
    """Also where its size is no multiple of the number of workers."""
    picture, peaks = [10] * (10 * lesson.WORKERS + 1), [10] * lesson.WORKERS
    for number in range(lesson.WORKERS):
        lesson.stretch(number, picture, peaks, Barrier(1), 1)
    assert picture == [255] * len(picture)


def test_each_at_its_own_pace(run_program: Any) -> None:
    ended = run_program("barrier.broken.py")
    assert ended.status == 0
    assert ended.output.endswith("all cells equal: False\n")


def test_in_step(run_program: Any) -> None:
    ended = run_program("barrier.cured.py", timeout=60)
    assert ended.output.endswith("all cells equal: True\n")
    assert ended.status == 0


FIRST = "        barrier.wait()  # cured: both have read\n"
LAST = "        barrier.wait()  # cured: both have written\n"


@pytest.mark.parametrize("left_out", [FIRST, LAST])
def test_one_wait_is_not_enough(run_program: Any, left_out: str) -> None:
    """The second worker is slow to begin a step, or to write one."""
    slow = "        time.sleep((first > 1) * 0.01)\n"
    begin = "    for _ in range(STEPS):\n        new"
    write = "        rod[first:last] = new\n"
    changed = {left_out: "", "import sys\n": "import sys, time\n", "STEPS = 200": "STEPS = 20"}
    if left_out == FIRST:
        changed[begin] = begin.replace("        new", f"{slow}        new")
    else:
        changed[write] = slow + write
    ended = run_program("barrier.cured.py", changed=changed)
    assert ended.output.endswith("all cells equal: False\n")


def test_two_arrays_need_one_wait(run_program: Any) -> None:
    """The second worker is slow to write: the first one does not overwrite what it reads."""
    new = "        rod[first:last] = new\n"
    changed = {
        FIRST: "",
        LAST: "        barrier.wait()\n        rod, other = other, rod\n",
        new: "        time.sleep((first > 1) * 0.01)\n" + new.replace("rod", "other"),
        "simulate(rod, first": "simulate(rod, other, first",
        "args = (rod, first": "args = (rod, other, first",
        "    barrier = B": '    other = Array("d", START, lock=False)\n    barrier = B',
        "import sys\n": "import sys, time\n",
        "STEPS = 200": "STEPS = 20",
    }
    ended = run_program("barrier.cured.py", changed=changed)
    assert ended.output.endswith("all cells equal: True\n")


def test_a_worker_that_raises_leaves_the_others(run_program: Any) -> None:
    ended = run_program("barrier-raises.broken.py", hangs="ValueError")
    assert ended.status is None
    assert "exit codes" not in ended.output


def test_a_worker_that_raises_wakes_the_others(run_program: Any) -> None:
    ended = run_program("barrier-raises.cured.py")
    assert ended.output.count("BrokenBarrierError()") == 2
    assert ended.output.endswith("exit codes: [1, 1, 1]\n")


def come(barrier: Any, call: str, *args: Any) -> None:
    """Call a method of the barrier; end with 2 if that says that it is broken."""
    try:
        getattr(barrier, call)(*args)
    except BrokenBarrierError:
        os._exit(2)


def one_waits(parties: int) -> tuple[Any, Any]:
    """Return a barrier, and a process that certainly sleeps there."""
    barrier: Any = Barrier(parties)
    waiting = Process(target=come, args=(barrier, "wait"))
    waiting.start()
    deadline = time.monotonic() + 20
    while barrier.n_waiting < 1 and time.monotonic() < deadline:
        time.sleep(0.01)
    with barrier._cond:  # free as soon as it sleeps
        assert barrier.n_waiting == 1
    return barrier, waiting


def beside_one_that_waits() -> list[tuple[str, bool, bool, int | None]]:
    """Return of each call, and whether the other was killed: if it hangs, and how that ended."""
    calls: list[tuple[Any, ...]] = [("wait", 0.3), ("abort",), ("reset",)]
    cases = []
    for call, kill in itertools.product(calls, [False, True]):
        barrier, waiting = one_waits(3)
        if kill:
            waiting.kill()
            waiting.join()
        other = Process(target=come, args=(barrier, *call))
        other.start()
        cases.append((call[0], kill, other, waiting, barrier))  # keeps its memory
    for _, kill, other, *_ in cases:
        other.join(1 if kill else 30)
    ended = []
    for name, kill, other, waiting, _ in cases:
        hangs = other.is_alive()
        other.kill()
        other.join()
        waiting.join(30)
        ended.append((name, kill, hangs, waiting.exitcode))
    return ended


@pytest.mark.parametrize("start_method", ["fork"], indirect=True)
def test_nothing_helps_who_was_killed_in_wait(run: Any) -> None:
    """Without the kill each of the three calls returns, and breaks the wait of the other."""
    assert run(beside_one_that_waits) == [
        (name, kill, kill, -signal.SIGKILL if kill else 2)
        for name in ("wait", "abort", "reset")
        for kill in (False, True)
    ]


def interrupted_alone() -> tuple[int | None, bool, int]:
    """Return how the interrupted process ended, and the barrier."""
    barrier, waiting = one_waits(2)
    time.sleep(1)  # from here on it certainly waits
    os.kill(waiting.pid, signal.SIGINT)
    waiting.join(30)
    return waiting.exitcode, barrier.broken, barrier.n_waiting


@pytest.mark.parametrize("start_method", ["spawn"], indirect=True)
def test_an_interrupt_does_not_break_the_barrier(run: Any) -> None:
    assert run(interrupted_alone) == (1, False, 0)
    assert "KeyboardInterrupt" in run.output


def test_ctrl_c_ends_all_who_wait() -> None:
    """Under fork: a forkserver's children would keep their lines in a buffer."""
    code = "import multiprocessing, runpy, sys; multiprocessing.set_start_method('fork'); "
    code += "runpy.run_path(sys.argv[1], run_name='__main__')"
    with in_session("-u", "-c", code, LESSON.with_name("barrier-raises.broken.py")) as program:
        assert program.stdout
        assert "ValueError" in program.stdout.readline()
        time.sleep(2)  # from here on the others certainly wait
        os.killpg(program.pid, signal.SIGINT)
        out, err = program.communicate()
    assert program.returncode == -signal.SIGINT
    assert err.count("\nKeyboardInterrupt") == 3
    assert "BrokenBarrierError" not in out + err


def failing() -> None:
    """Fail as an action."""
    raise ValueError("action")


def action_that_raises() -> tuple[str, bool]:
    """Return what the one process that comes sees."""
    barrier = Barrier(1, action=failing)
    try:
        barrier.wait()
    except ValueError as error:
        return str(error), barrier.broken
    return "", barrier.broken


@pytest.mark.parametrize("start_method", ["spawn"], indirect=True)
def test_an_action_that_raises_breaks_the_barrier(run: Any) -> None:
    assert run(action_that_raises) == ("action", True)
    assert not hasattr(multiprocessing, "BrokenBarrierError")


def test_a_lambda_as_action_works_under_fork_only(run_program: Any, start_method: str) -> None:
    changed = {"action=partial(tell, peaks)": "action=lambda: tell(peaks)"}
    ended = run_program("barrier.py", timeout=60, changed=changed)
    assert (ended.status == 0) == (start_method == "fork")
    assert start_method == "fork" or "pickle" in ended.output


def keep(barrier: Any, arrived: Any) -> None:
    """Keep them in a worker."""
    globals().update(barrier=barrier, arrived=arrived)


def meet(number: int) -> int:
    """Wait with the other tasks."""
    arrived[number] = 1  # type: ignore[name-defined]  # noqa: F821
    return int(barrier.wait())  # type: ignore[name-defined]  # noqa: F821


def barrier_as_an_argument() -> str:
    """Return what the call raises."""
    with Pool(1) as pool:
        try:
            return str(pool.apply(come, (Barrier(1), "wait")))
        except RuntimeError as error:
            return repr(error)


def tasks_of_a_pool(parties: int) -> tuple[list[int], list[int]]:
    """Return what came within a while, and which tasks have begun by then."""
    arrived = Array("i", parties, lock=False)
    with Pool(2, keep, (Barrier(parties), arrived)) as pool:
        task = pool.map_async(meet, range(parties), chunksize=1)
        deadline = time.monotonic() + 20
        while sum(arrived) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        try:
            places = sorted(task.get(1 if parties > 2 else 30))
        except multiprocessing.TimeoutError:
            places = []
        return places, arrived[:]


@pytest.mark.parametrize("start_method", ["fork"], indirect=True)
def test_a_barrier_in_a_pool_needs_as_many_workers(run: Any) -> None:
    assert run(tasks_of_a_pool, 2) == ([0, 1], [1, 1])
    assert run(tasks_of_a_pool, 3) == ([], [1, 1, 0])
    assert "RuntimeError" in run(barrier_as_an_argument)


def come_late(barrier: Any, go: Any) -> None:
    """Come when main says so."""
    assert go.wait(30)
    barrier.wait(timeout=30)


def barrier_of_main(keep_it: bool) -> list[int | None]:
    """Return the exit codes of two workers, where main makes another shared object meanwhile."""
    barrier, go = Barrier(2), multiprocessing.Event()
    workers = [Process(target=come_late, args=(barrier, go)) for _ in range(2)]
    for worker in workers:
        worker.start()
    kept = [barrier] if keep_it else []
    del barrier
    value = multiprocessing.Value("i", 7)
    go.set()
    for worker in workers:
        worker.join(30)
    assert value.value == 7 and len(kept) == keep_it
    return [worker.exitcode for worker in workers]


@pytest.mark.parametrize("start_method", ["fork"], indirect=True)
def test_main_keeps_the_barrier(run: Any) -> None:
    assert run(barrier_of_main, True) == [0, 0]
    assert run(barrier_of_main, False) == [1, 1]
    assert "AssertionError" in run.output
