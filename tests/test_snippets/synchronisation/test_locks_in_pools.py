"""A lock goes to a pool's workers when they start, or as a manager's proxy; import makes others."""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Lock, Manager, Pool
from pathlib import Path
from typing import Any

import pytest

from tests.calling import Ended

REFUSED = "Lock objects should only be shared between processes through inheritance"
SEMLOCK = (
    "A SemLock created in a fork context is being shared with a process in a spawn context. This "
    "is not supported. Please use the same context to create multiprocessing objects and Process."
)
LOCKED = '    with lock, path.open("ab") as file:\n        start = file.tell()  # (1)\n'
DAMAGED = '            raise ValueError(f"day {day} is damaged")\n'
MAP = "            places = list(executor.map(pack, DAYS, repeat(path)))\n"
GATED = {
    MAP: "            days = executor.map(pack, DAYS, repeat(path))\n"
    "            path.with_name('go').touch()\n            places = list(days)\n"
}
WAIT = (
    f"    import os, signal, time\n{LOCKED}"
    "        while not path.with_name('go').exists():\n            time.sleep(0.01)\n"
)
any_method = pytest.mark.parametrize("start_method", ["fork"])  # the claim is about none of them


def test_program(run_program: Callable[..., Ended]) -> None:
    """Each day is at its place, three times; what main writes is in order."""
    ended = run_program("locks_in_pools.py", timeout=60)
    assert ended.status == 0, ended.output
    assert ended.output.count("all days are intact\n") == 3
    assert [f"packed day {day}" in ended.output for day in range(1, 7)] == [True] * 6
    assert ended["places"] == sorted(ended["places"])


@any_method
@pytest.mark.parametrize(
    "mistake", ['with path.open("ab") as file:', 'with path.open("ab") as file, lock:']
)
def test_places_are_wrong_without_the_lock_or_in_the_other_order(
    run_program: Callable[..., Ended], mistake: str
) -> None:
    """While one worker is about to write, the other one opens the file."""
    slow = LOCKED + "        import time; time.sleep(0.2)\n"
    changed = {
        LOCKED: slow.replace('with lock, path.open("ab") as file:', mistake),
        DAMAGED: "            print('damaged')\n            return\n",
    }
    ended = run_program("locks_in_pools.py", timeout=60, changed=changed)
    assert ended.status == 0, ended.output
    assert ended.output.count("damaged\n") == 2  # and main writes alone in the third
    assert ended.output.rpartition("damaged\n")[2].startswith("all days are intact\n")


@any_method
@pytest.mark.parametrize("places", ["[]", "[*places[1:], places[0]]"])
def test_a_damaged_archive_is_an_error(run_program: Callable[..., Ended], places: str) -> None:
    """Not a line of output of a program that ends with 0."""
    read = "    stored = path.read_bytes()\n"
    ended = run_program("locks_in_pools.py", changed={read: f"    places = {places}\n{read}"})
    assert ended.status == 1 and "ValueError: " in ended.output
    assert "intact" not in ended.output


def test_broken(run_program: Callable[..., Ended]) -> None:
    """The method takes the object along, and that its lock."""
    ended = run_program("locks_in_pools.broken.py")
    assert ended.status == 1
    assert f"RuntimeError: {REFUSED}" in ended.output
    assert "complete" not in ended.output.splitlines()[-1]


def test_cured(run_program: Callable[..., Ended]) -> None:
    ended = run_program("locks_in_pools.cured.py")
    assert (ended.status, ended.output) == (0, "complete: True\n")


def with_a_lock(day: int, lock: Any) -> int:
    """Take the lock that came along."""
    with lock:
        return day


def refusals() -> list[str]:
    lock = Lock()
    with Pool(1) as pool, ProcessPoolExecutor(1) as executor:
        said = [str(executor.submit(with_a_lock, 1, lock).exception(50))]
        try:
            pool.map(repr, [(1, lock), (2, lock)])
        except RuntimeError as error:
            said.append(str(error))
    return said


def test_a_lock_in_a_task_is_refused(run: Callable[..., Any]) -> None:
    assert run(refusals) == [REFUSED] * 2


# Both workers begin to append at the same time.
TOGETHER = {
    "    places = []\n": "    places = []\n"
    "    path.with_name(str(numbers[0])).touch()\n"
    '    while len(list(path.parent.glob("[01]"))) < 2:\n        time.sleep(0.01)\n',
}


def test_a_lock_made_at_import(run_program: Callable[..., Ended], start_method: str) -> None:
    """Under forkserver it depends on whether the forkserver has imported the file."""
    ended = run_program("locks_in_pools-global.broken.py", timeout=60, changed=TOGETHER)
    assert ended.status == 0, ended.output
    imports = sys.version_info >= (3, 13, 8) and sys.version_info[:3] != (3, 14, 0)
    shared = start_method == "fork" or (start_method == "forkserver" and imports)
    assert len(ended["right"]) == 400
    assert all(ended["right"]) is shared


def test_a_lock_of_main(run_program: Callable[..., Ended]) -> None:
    ended = run_program("locks_in_pools-global.cured.py", timeout=60, changed=TOGETHER)
    assert ended.status == 0, ended.output
    assert len(ended["right"]) == 400 and all(ended["right"])


@any_method
@pytest.mark.parametrize("how", ["raises", "is killed"])
def test_a_worker_raises_or_is_killed_with_the_lock(
    run_program: Callable[..., Ended], how: str
) -> None:
    """The executor tells of both, and does not hang."""
    kill = "        os.kill(os.getpid(), signal.SIGKILL)\n"
    end = "        if len(data) and path.stat().st_size == 0: raise ValueError('full')\n"
    changed = GATED | {LOCKED: WAIT + (end if how == "raises" else kill)}
    ended = run_program("locks_in_pools.py", timeout=60, changed=changed)
    assert ended.status == 1
    assert ("ValueError: full" if how == "raises" else "BrokenProcessPool") in ended.output


@any_method
def test_a_pool_hangs_when_the_holder_is_killed(run_program: Callable[..., Ended]) -> None:
    """The second worker, and the one that replaces the first, wait for the lock."""
    text = Path("snippets/synchronisation/locks_in_pools.py").read_text()
    executor = text[text.index("        with ProcessPoolExecutor(\n") : text.index(MAP)]
    changed = {
        executor: "        from multiprocessing import Pool\n"
        "        with Pool(2, keep, (Lock(),)) as pool:\n",
        MAP: "            places = pool.starmap(pack, zip(DAYS, repeat(path)))\n",
        LOCKED: "    import os, signal\n"
        f"{LOCKED}        print('dying')\n        os.kill(os.getpid(), signal.SIGKILL)\n",
    }
    ended = run_program("locks_in_pools.py", "dying", 60, changed)
    assert ended.status is None
    assert ended.output.count("dying") == 1


def die_with(lock: Any, go: Path) -> None:
    with lock:
        while not go.exists():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGKILL)


def kill_the_holder(folder: Path) -> tuple[str, bool, bool]:
    """Return the executor's error, and whether main gets the lock then, and when it is released."""
    with Manager() as manager:
        lock = manager.Lock()
        with ProcessPoolExecutor(1) as executor:
            task = executor.submit(die_with, lock, folder / "go")
            (folder / "go").touch()
            error = type(task.exception(50)).__name__
        found = lock.acquire(True, 0.5)
        lock.release()
        return error, found, lock.acquire(True, 20)


@any_method
def test_a_managers_lock_stays_taken(run: Callable[..., Any], tmp_path: Path) -> None:
    assert run(kill_the_holder, tmp_path) == ("BrokenProcessPool", False, True)


def is_free(lock: Any) -> None:
    """End with 3 if the lock is taken."""
    sys.exit(0 if lock.acquire(timeout=0.1) else 3)


shared: Any = None


def keep(lock: Any) -> None:
    global shared
    shared = lock


def taken() -> bool:
    return not shared.acquire(timeout=0.1)


def locks_of_other_contexts() -> tuple[dict[str, Any], list[bool]]:
    """Return what a taken lock of one context is in a process of another, and in workers of its."""
    found: dict[str, Any] = {}
    for made in multiprocessing.get_all_start_methods():
        for started in multiprocessing.get_all_start_methods():
            context: Any = multiprocessing.get_context(started)
            lock = multiprocessing.get_context(made).Lock()
            lock.acquire()
            process = context.Process(target=is_free, args=(lock,))
            try:
                process.start()
            except RuntimeError as error:
                found[f"{made} to {started}"] = str(error)
            else:
                process.join()
                found[f"{made} to {started}"] = process.exitcode
    context = multiprocessing.get_context("spawn")
    lock = context.Lock()
    lock.acquire()
    with ProcessPoolExecutor(1, mp_context=context, initializer=keep, initargs=(lock,)) as workers:
        of_both = [workers.submit(taken).result()]
    with context.Pool(1, keep, (lock,)) as pool:
        return found, [*of_both, pool.apply(taken)]


@any_method
def test_which_contexts_take_which_lock(run: Callable[..., Any]) -> None:
    """Only fork's locks are refused, and only by other contexts."""
    found, of_both = run(locks_of_other_contexts, timeout=60)
    refused = {words for words, what in found.items() if what == SEMLOCK}
    assert refused == {"fork to spawn", "fork to forkserver"}
    assert [found[words] for words in found.keys() - refused] == [3] * 7
    assert of_both == [True, True]
