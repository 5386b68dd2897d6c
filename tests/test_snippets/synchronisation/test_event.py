"""Events: one set() wakes all, a pulse does not, and a killed waiter keeps set() waiting."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing import Event, Pipe, Pool, Process, SimpleQueue
from pathlib import Path
from typing import Any

from tests.calling import Ended

LIMIT = 120  # seconds: far more than a busy machine needs
TOTALS = {"north": 20, "south": 35}


def last_totals(output: str) -> dict[str, int]:
    """Return the last total that each worker printed."""
    lines = [line.split(": ") for line in output.splitlines()]
    return {line[0]: int(line[1]) for line in lines if line[0] in TOTALS}


def test_program(run_program: Callable[..., Ended]) -> None:
    ended = run_program("event.py", timeout=LIMIT)
    assert ended.status == 0, ended.output
    before, _, after = ended.output.partition("main: the database is ready")
    assert "begins" not in before and after.count("begins") == 2
    assert last_totals(ended.output) == TOTALS
    assert ended.output.count("stops") == 2


def test_the_stop_comes_at_once(run_program: Callable[..., Ended]) -> None:
    """And each worker looks once more after it."""
    ended = run_program("event.py", timeout=LIMIT, changed={"stop.wait(0.2)": "stop.wait(600)"})
    assert ended.status == 0, ended.output
    assert last_totals(ended.output) == TOTALS


def test_a_sleeping_worker_does_not_see_the_stop(run_program: Callable[..., Ended]) -> None:
    slept = {"stop.wait(0.2)": "time.sleep(600) or stop.is_set()"}
    assert run_program("event.py", timeout=LIMIT, hangs="main: stop", changed=slept).status is None


def test_no_database(run_program: Callable[..., Ended]) -> None:
    """The workers end with an error, and so does main."""
    never = {"ready.wait(60)": "ready.wait(0.1)", "tell(ready, workers)": "workers[0].join()"}
    ended = run_program("event.py", timeout=LIMIT, changed=never)
    assert ended.status == 1
    assert "the database is not ready" in ended.output
    assert "begins" not in ended.output


def test_main_sets_nothing_when_a_worker_was_killed(run_program: Callable[..., Ended]) -> None:
    """A worker is killed while it waits: without the check main hangs."""
    asleep = "while not repr(stop._cond).endswith(', 2)>'): time.sleep(0.1)"
    end = "workers[0].kill(); workers[0].join(); print('killed')"
    kill = "\n        ".join([asleep, end, "tell(stop, workers)"])
    quick = {"stop.wait(0.2)": "stop.wait(600)", "tell(stop, workers)": kill}
    ended = run_program("event.py", timeout=LIMIT, changed=quick)
    assert ended.status == 1
    assert "exit codes: [-9, None]" in ended.output
    unchecked = {"    if any(codes):": "    if False:"}
    changed = quick | unchecked
    assert run_program("event.py", timeout=LIMIT, hangs="killed", changed=changed).status is None


def test_a_pulse_is_missed(run_program: Callable[..., Ended]) -> None:
    ended = run_program("event.broken.py", timeout=LIMIT, hangs="main has all rates")
    assert ended.status is None
    assert ended.output.count("100 EUR") < 6


def test_an_event_for_each_step(run_program: Callable[..., Ended]) -> None:
    ended = run_program("event.cured.py", timeout=LIMIT)
    assert ended.status == 0
    assert ended.output.count("100 EUR") == 6


def test_set_waits_for_a_killed_worker(run_program: Callable[..., Ended]) -> None:
    """The other does not wake, either."""
    ended = run_program("event-killed.broken.py", timeout=LIMIT, hangs="main stops the second")
    assert ended.status is None
    assert "second: stopped" not in ended.output


def test_a_manager_s_event_does_not(run_program: Callable[..., Ended]) -> None:
    ended = run_program("event-killed.cured.py", timeout=LIMIT)
    assert ended.status == 0
    assert "second: stopped" in ended.output


def wait_often(event: Any, main: Any) -> None:
    while True:
        main.send(event.wait())
        main.recv()


def wait_until_asleep(event: Any) -> None:
    """Wait until one process is in ``event.wait()``."""
    deadline = time.monotonic() + LIMIT
    while not repr(event._cond).endswith(", 1)>"):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def sleeps(pid: int) -> bool:
    """Return whether a process sleeps: one that is counted as a waiter may not yet."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():  # macOS
        time.sleep(1)
        return True
    return stat.read_text().rpartition(")")[2].split()[0] == "S"


def woken_by_pulses() -> bool:
    """Return whether wait(), without a timeout, returned False in a process that was woken."""
    event = Event()
    main, worker = Pipe()
    Process(target=wait_often, args=(event, worker), daemon=True).start()
    for _ in range(100):
        wait_until_asleep(event)
        event.set()
        event.clear()
        assert main.poll(LIMIT)
        if not main.recv():
            return True
        main.send("again")
    return False


def test_a_woken_process_may_get_false(run: Callable[..., Any]) -> None:
    assert run(woken_by_pulses, timeout=LIMIT) is True


def wait_with(handler: str, event: Any, began: Any) -> None:
    if handler == "exit":
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    elif handler == "set":
        signal.signal(signal.SIGTERM, lambda *_: event.set())
    signal.signal(signal.SIGINT, signal.default_int_handler)
    began.put(None)
    event.wait()


def after_a_signal(how: str, number: int) -> tuple[bool, bool]:
    """Signal a waiting process; return whether it ended, and whether set() does then."""
    event, began = Event(), SimpleQueue()
    process = Process(target=wait_with, args=(how, event, began), daemon=True)
    process.start()
    began.get()
    wait_until_asleep(event)
    assert process.pid
    while not sleeps(process.pid):
        time.sleep(0.01)
    os.kill(process.pid, number)
    process.join(LIMIT if how == "exit" else 1)
    ended = process.exitcode is not None
    setting = threading.Thread(target=event.set, daemon=True)
    setting.start()
    setting.join(LIMIT if how == "exit" else 1)
    returned = not setting.is_alive()
    if not ended:
        process.kill()
    return ended, returned


def after_each_signal() -> list[tuple[bool, bool]]:
    ctrl_c = after_a_signal("exit", signal.SIGINT)
    return [after_a_signal("exit", signal.SIGTERM), ctrl_c, after_a_signal("set", signal.SIGTERM)]


def test_signals_to_a_waiting_worker(run: Callable[..., Any]) -> None:
    """One whose handler raises ends, and harms nobody; one whose handler calls set() hangs."""
    expected = [(True, True), (True, True), (False, False)]
    assert run(after_each_signal, timeout=LIMIT) == expected


def through_map() -> str:
    event = Event()
    with Pool(1) as pool:
        try:
            pool.map(id, [event])
        except RuntimeError as error:
            return str(error)
    return ""


def test_a_pool_s_task_takes_no_event(run: Callable[..., Any]) -> None:
    words = "Condition objects should only be shared between processes through inheritance"
    assert run(through_map, timeout=LIMIT) == words
