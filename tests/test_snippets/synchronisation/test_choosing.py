"""Three tools in one program, what a killed process leaves of each, and tools of other kinds."""

import asyncio
import pickle
import queue
import threading
import time
from collections.abc import Callable
from multiprocessing import Barrier, Condition, Event, Lock, Process, Queue, Semaphore
from threading import Thread
from typing import Any

import pytest

from tests.calling import Ended

SHOPS = ["Boston", "Dallas", "Miami", "Seattle"]
WORK = "        line = total(shop, rate)\n"
any_method = pytest.mark.parametrize("start_method", ["fork"])  # the claim is about none of them


def test_program(run_program: Callable[..., Ended]) -> None:
    """Both programs make the same report."""
    ended = run_program("choosing.py", timeout=60)
    assert ended.status == 0, ended.output
    assert [f"{shop} is written" in ended.output for shop in SHOPS] == [True] * 4
    assert ended.output.endswith("4 lines in the report\nthe same: True\n")
    assert [line.partition(":")[0] for line in ended["lines"]] == SHOPS


@any_method
def test_without_the_event_there_is_no_rate(run_program: Callable[..., Ended]) -> None:
    """The first worker would have ended before main writes it."""
    changed = {
        "    if not ready.wait(timeout=60):": "    if False:",
        '        Path(folder, "rate").write_text': "        workers[0].join()\n"
        '        Path(folder, "rate").write_text',
    }
    ended = run_program("choosing.py", timeout=60, changed=changed)
    assert ended.status == 1
    assert "FileNotFoundError" in ended.output and "a shop is missing" in ended.output


@any_method
@pytest.mark.parametrize("places", [2, 3])
def test_the_semaphore_lets_in_two(run_program: Callable[..., Ended], places: int) -> None:
    """Three are in its block at the same time only if it has three places."""
    limit = {2: 0.4, 3: 20}[places]
    changed = {
        "Semaphore(2)": f"Semaphore({places})",
        WORK: f"{WORK}        import time\n"
        "        inside = Path(folder, shop + '.in')\n        inside.touch()\n"
        f"        deadline = time.monotonic() + {limit}\n"
        "        while time.monotonic() < deadline and not Path(folder, 'met').exists():\n"
        "            if len(list(Path(folder).glob('*.in'))) > 2:\n"
        "                Path(folder, 'met').touch()\n                print('three')\n"
        "            time.sleep(0.01)\n        inside.unlink()\n",
    }
    ended = run_program("choosing.py", timeout=60, changed=changed)
    assert ended.status == 0, ended.output
    assert ("three\n" in ended.output) is (places == 3)


@any_method
def test_a_worker_that_raises_gives_back_its_place(run_program: Callable[..., Ended]) -> None:
    """The others are written, and main ends with an error."""
    changed = {WORK: "        if shop in SHOPS[:2]:\n            raise ValueError(shop)\n" + WORK}
    ended = run_program("choosing.py", timeout=60, changed=changed)
    assert ended.status == 1
    assert [f"{shop} is written" in ended.output for shop in SHOPS] == [False] * 2 + [True] * 2
    assert ended.output.endswith("a shop is missing\n")


def use(kind: str, tool: Any, begun: Any) -> None:
    """Hold a tool, or wait for it, until this process is killed."""
    if kind in ("Lock", "Semaphore"):
        tool.acquire()
    elif kind == "Condition":
        tool.acquire()
        begun.set()
        tool.wait()
    begun.set()
    if kind in ("Event", "Barrier"):
        tool.wait()
    elif kind == "Queue":
        tool.get()
    time.sleep(60)


def leave_killed(kind: str, tool: Any) -> None:
    """Start a process that uses the tool, and kill it when it holds it or waits for it."""
    begun = Event()
    user = Process(target=use, args=(kind, tool, begun), daemon=True)
    user.start()
    assert begun.wait(30)
    condition = tool if kind == "Condition" else getattr(tool, "_cond", None)
    deadline = time.monotonic() + 30
    if condition:
        while not condition._sleeping_count.get_value() and time.monotonic() < deadline:
            time.sleep(0.01)
        with condition:  # it has released the lock, so it waits
            pass
    if kind == "Queue":
        while tool._rlock.acquire(False) and time.monotonic() < deadline:
            tool._rlock.release()
            time.sleep(0.01)
    user.kill()
    user.join()


def returns(call: Callable[[], Any], limit: float) -> list[str]:
    """Return what a call returned or raised; nothing while it waits."""
    found = []

    def keep() -> None:
        try:
            found.append(repr(call()))
        except Exception as error:
            found.append(type(error).__name__)

    thread = Thread(target=keep, daemon=True)
    thread.start()
    thread.join(limit)
    return found


def notify(condition: Any) -> None:
    with condition:
        condition.notify()


def what_is_left() -> dict[str, Any]:
    """Return for each tool what another process gets of it."""
    left: dict[str, Any] = {}
    lock, slots = Lock(), Semaphore(2)
    leave_killed("Lock", lock)
    leave_killed("Semaphore", slots)
    left["Lock"] = lock.acquire(timeout=0.3)
    left["Semaphore"] = [slots.acquire(timeout=0.3) for _ in range(2)]
    event, condition, barrier, items = Event(), Condition(), Barrier(3), Queue()
    leave_killed("Event", event)
    leave_killed("Condition", condition)
    leave_killed("Barrier", barrier)
    leave_killed("Queue", items)
    items.put("an item")
    calls: dict[str, Any] = {
        "Event": (event.set, event._cond),  # type: ignore[attr-defined]
        "Condition": (lambda: notify(condition), condition),
        "Barrier": (lambda: barrier.wait(0.1), barrier._cond),  # type: ignore[attr-defined]
    }
    for kind, (call, inside) in calls.items():
        found = []
        thread = Thread(target=lambda c=call, f=found: f.extend(returns(c, 30)), daemon=True)
        thread.start()
        thread.join(1)
        waits = thread.is_alive()
        inside._woken_count.release()  # as the killed one would have done
        thread.join(30)
        left[kind] = waits, found
    left["Queue"] = returns(lambda: items.get(timeout=0.3), 30)
    items.cancel_join_thread()
    absent = Barrier(2)
    left["before a Barrier"] = returns(lambda: absent.wait(0.1), 30)
    return left


@any_method
def test_what_is_left_when_a_process_is_killed(run: Callable[..., Any]) -> None:
    """Three of them go on as soon as one more process is said to be awake."""
    assert run(what_is_left, timeout=90) == {
        "Lock": False,
        "Semaphore": [True, False],
        "Event": (True, ["None"]),
        "Condition": (True, ["None"]),
        "Barrier": (True, ["BrokenBarrierError"]),
        "Queue": ["Empty"],
        "before a Barrier": ["BrokenBarrierError"],
    }


def notify_with_two_waiting() -> list[list[str]]:
    """Return what notify() does when one who waits was killed and one not, and once more."""
    condition = Condition()
    leave_killed("Condition", condition)

    def wait() -> None:
        with condition:
            condition.wait()

    waiting = Thread(target=wait)
    waiting.start()
    deadline = time.monotonic() + 30
    sleeping: Any = condition._sleeping_count  # type: ignore[attr-defined]
    while sleeping.get_value() < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    first = returns(lambda: notify(condition), 30)
    waiting.join(30)
    return [first, returns(lambda: notify(condition), 1)]


@any_method
def test_notify_hangs_when_only_the_killed_one_waits(run: Callable[..., Any]) -> None:
    assert run(notify_with_two_waiting, timeout=90) == [["None"], []]


# Both processes begin to count at the same time.
TOGETHER = {
    "    for line in LINES:\n": "    import os\n"
    "    path.with_name(str(os.getpid())).touch()\n"
    "    while len(list(path.parent.iterdir())) < 3:\n        time.sleep(0.01)\n"
    "    for line in LINES:\n",
}


def test_broken(run_program: Callable[..., Ended], start_method: str) -> None:
    """A lock of threads is refused, or copied."""
    changed = TOGETHER if start_method == "fork" else None
    ended = run_program("choosing.broken.py", timeout=60, changed=changed)
    if start_method == "fork":
        assert ended.status == 0
        assert 1 < int(ended.output.split()[-1]) < 600
    else:
        assert ended.status == 1
        assert "TypeError: cannot pickle '_thread.lock' object" in ended.output


def test_cured(run_program: Callable[..., Ended]) -> None:
    ended = run_program("choosing.cured.py", timeout=60, changed=TOGETHER)
    assert (ended.status, ended.output) == (0, "lines: 600\n")


@any_method
@pytest.mark.parametrize("half", ["broken", "cured"])
def test_a_reader_that_fails_is_noticed(run_program: Callable[..., Ended], half: str) -> None:
    """One of both raises, and the count is not printed."""
    fails = "    path.with_name('first').mkdir()\n    for line in LINES:\n"
    changed = {"    for line in LINES:\n": fails}
    ended = run_program(f"choosing.{half}.py", timeout=60, changed=changed)
    assert ended.status == 1
    assert "FileExistsError" in ended.output and ended.output.endswith("a reader failed\n")


def test_tools_of_threads_are_refused_and_those_of_asyncio_copied() -> None:
    of_threads: list[Any] = [
        threading.Lock(),
        threading.RLock(),
        threading.Semaphore(),
        threading.Event(),
        threading.Condition(),
        threading.Barrier(2),
        queue.Queue(),
    ]
    for tool in of_threads:
        with pytest.raises(TypeError, match=r"cannot pickle '_thread.R?[lL]ock' object"):
            pickle.dumps(tool)
    lock = asyncio.Lock()
    asyncio.run(lock.acquire())
    assert pickle.loads(pickle.dumps(lock)).locked()
    assert pickle.loads(pickle.dumps(lock)) is not lock


@any_method
def test_main_hangs_if_a_worker_is_killed_with_the_lock(run_program: Callable[..., Ended]) -> None:
    """The workers that come after it wait, and main waits for them."""
    dies = "        print('dying')\n        import os, signal\n"
    dies += "        os.kill(os.getpid(), signal.SIGKILL)\n"
    changed = {"        file.write(line)  # (3)\n": dies}
    ended = run_program("choosing.py", "dying", 60, changed)
    assert ended.status is None
    assert ended.output.count("dying") == 1
