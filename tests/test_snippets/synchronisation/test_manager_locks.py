"""A manager's tools are sent in tasks; what is left of them when a process is killed."""

import multiprocessing
import time
from collections.abc import Callable
from hashlib import sha256
from multiprocessing import Barrier, Event, Manager, Pool, Process, Queue, Semaphore
from multiprocessing.managers import SyncManager
from multiprocessing.reduction import ForkingPickler
from typing import Any

import pytest

from tests.calling import Ended

STOP = "            stop.set()  # (2)\n"
FOUND = '        if digest.startswith("00000"):\n'
any_method = pytest.mark.parametrize("start_method", ["fork"])  # the claim is about none of them


def test_program(run_program: Callable[..., Ended]) -> None:
    """Main has a number, the other tasks are stopped; workers use all seven."""
    ended = run_program("manager_locks.py", timeout=90)
    assert ended.status == 0, ended.output
    assert sha256(f"block 17, {ended['found']}".encode()).hexdigest().startswith("00000")
    assert "found a number: True\n5 tools were held by workers\n" in ended.output
    assert ended.output.endswith("workers\nwait() returned: [0, 1]\n")


@any_method
@pytest.mark.parametrize("stops", [True, False])
def test_only_the_event_ends_the_other_tasks(
    run_program: Callable[..., Ended], stops: bool
) -> None:
    """Only the first task finds a number, or raises."""
    changed = {FOUND: "        if not first:\n            print('found')\n"}
    if stops:
        changed[FOUND] += "            raise ValueError('no number')\n"
        ended = run_program("manager_locks.py", timeout=60, changed=changed)
        assert ended.status == 1
        assert "ValueError: no number" in ended.output
        assert "stopped at" in ended.output
    else:
        ended = run_program("manager_locks.py", "found", 60, changed | {STOP: "            pass\n"})
        assert ended.status is None


@any_method
def test_a_barrier_for_more_tasks_than_workers_hangs(run_program: Callable[..., Ended]) -> None:
    changed = {"    barrier.wait()\n": "    print('waiting')\n    barrier.wait()\n"}
    ended = run_program("manager_locks.broken.py", "waiting", 60, changed)
    assert ended.status is None
    assert ended.output.count("waiting") < 3
    assert "%" not in ended.output


@any_method
def test_a_timeout_breaks_it(run_program: Callable[..., Ended]) -> None:
    changed = {"barrier.wait()": "barrier.wait(timeout=0.3)"}
    ended = run_program("manager_locks.broken.py", timeout=60, changed=changed)
    assert ended.status == 1
    assert "BrokenBarrierError" in ended.output


def test_cured(run_program: Callable[..., Ended]) -> None:
    ended = run_program("manager_locks.cured.py", timeout=60)
    assert (ended.status, ended.output) == (0, "north: 50%\nsouth: 25%\nwest: 25%\n")


@pytest.mark.parametrize(
    ("make", "name"), [(Event, "Condition"), (lambda: Barrier(2), "Condition"), (Semaphore, "")]
)
def test_others_are_refused_in_a_task(make: Callable[[], Any], name: str) -> None:
    with pytest.raises(RuntimeError, match=f"{name or 'Semaphore'} objects should only be shared"):
        ForkingPickler.dumps(make())


def is_set(event: Any) -> bool:
    return bool(event.is_set())


def sent_and_kept_or_not(kept: bool) -> list[str]:
    """Return what main gets of an event in a queue, and of a pool's task with an event."""
    found = []
    with Manager() as manager, Pool(1) as pool:
        kept_here = []

        def event() -> Any:
            made = manager.Event()
            kept_here.extend([made] * kept)
            return made

        items: Any = Queue()
        items.put(event())
        time.sleep(0.5)  # the feeder thread has dropped it
        try:
            found.append(repr(is_set(items.get(timeout=20))))
        except Exception as error:
            found.append(f"{type(error).__name__}: {'KeyError' in str(error)}")
        pool.apply_async(time.sleep, (0.5,))
        task = pool.apply_async(is_set, (event(),))
        try:
            found.append(repr(task.get(20 if kept else 2)))
        except Exception as error:
            found.append(type(error).__name__)
    return found


@any_method
@pytest.mark.parametrize("kept", [True, False])
def test_the_manager_deletes_what_no_process_keeps(run: Callable[..., Any], kept: bool) -> None:
    """The worker that cannot read its task dies, and the pool waits."""
    expected = ["False", "False"] if kept else ["RemoteError: True", "TimeoutError"]
    assert run(sent_and_kept_or_not, kept, timeout=60) == expected


def use(kind: str, tool: Any, begun: Any) -> None:
    """Hold a tool, or wait for it, until this process is killed."""
    if kind in ("Lock", "RLock", "Semaphore", "Condition"):
        tool.acquire()
    begun.set()
    if kind in ("Event", "Barrier", "Condition"):
        tool.wait()
    time.sleep(60)


def leave_killed(kind: str, tool: Any) -> None:
    """Start a process that uses the tool, and kill it when it holds it or waits for it."""
    begun = Event()
    user = Process(target=use, args=(kind, tool, begun), daemon=True)
    user.start()
    assert begun.wait(30)
    deadline = time.monotonic() + 30
    if kind == "Barrier":
        while not tool.n_waiting and time.monotonic() < deadline:
            time.sleep(0.01)
    elif kind == "Condition":
        with tool:  # it has released the lock, so it waits
            pass
    elif kind == "Event":
        time.sleep(0.5)
    user.kill()
    user.join()


def what_is_left() -> dict[str, Any]:
    """Return for each tool what main gets of it."""
    left: dict[str, Any] = {}
    with Manager() as manager:
        for kind in ("Lock", "RLock"):
            lock = getattr(manager, kind)()
            leave_killed(kind, lock)
            left[kind] = lock.acquire(True, 0.3)
        slots, event, barrier = manager.Semaphore(2), manager.Event(), manager.Barrier(2)
        leave_killed("Semaphore", slots)
        left["Semaphore"] = [slots.acquire(True, 0.3) for _ in range(2)]
        leave_killed("Event", event)
        event.set()
        left["Event"] = event.wait(20)
        leave_killed("Barrier", barrier)
        left["Barrier"] = barrier.wait(20)
        condition = manager.Condition()
        leave_killed("Condition", condition)
        with condition:
            condition.notify()
        deadline = time.monotonic() + 30
        while (free := condition.acquire(True, 0.3)) and time.monotonic() < deadline:
            condition.release()
            time.sleep(0.05)
        left["Condition"] = free
    return left


@any_method
def test_what_is_left_when_a_process_is_killed(run: Callable[..., Any]) -> None:
    assert run(what_is_left, timeout=90) == {
        "Lock": False,
        "RLock": False,
        "Semaphore": [True, False],
        "Event": True,
        "Barrier": 1,
        "Condition": False,
    }


def call_a_killed_manager() -> list[bool]:
    """Return whether calls raise one of the named exceptions."""
    manager = SyncManager()
    manager.start()
    lock, event = manager.Lock(), manager.Event()
    (process,) = multiprocessing.active_children()
    process.kill()
    process.join()
    found = []
    calls: list[Callable[[], Any]] = [lock.acquire, event.set, event.is_set]
    for call in calls:
        try:
            call()
        except Exception as error:
            found.append(isinstance(error, EOFError | ConnectionError))
    return found


@any_method
def test_calls_of_a_killed_manager_raise(run: Callable[..., Any]) -> None:
    assert run(call_a_killed_manager) == [True] * 3
