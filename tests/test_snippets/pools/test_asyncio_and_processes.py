"""asyncio and processes: what freezes the loop, what is dropped, and what a worker inherits."""

import asyncio
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest

from tests.calling import Ended, in_session

LIMIT = 20
PROGRAM = "asyncio_and_processes.cured.py"


# Each tour is planned when an answer was given, or a second later.
WAIT = {
    "    rng = ": """    import os, time
    for _ in range(LIMIT):
        if os.path.exists("answered"):
            break
        time.sleep(0.01)
    else:
        print("too late")
    rng = """,
    "range(9)": "range(5)",
    "        answers.append": """        open("answered", "w").close()
        answers.append""",
    "> 3": "> 0",
}


@pytest.mark.parametrize("which", ["broken", "cured"])
def test_the_loop_goes_on(run_program: Callable[..., Ended], which: str) -> None:
    """It answers while the workers plan, and not while it plans itself."""
    limit = {"broken": "50", "cured": "2000"}[which]
    changed = WAIT | {"    rng = ": WAIT["    rng = "].replace("LIMIT", limit)}
    ended = run_program(f"asyncio_and_processes.{which}.py", timeout=60, changed=changed)
    assert ended.status == 0, ended.output
    assert ended.output.count(" is planned\n") == ended.output.count(" km\n") == 3
    vans = [line.split(":")[0] for line in ended.output.splitlines() if line.endswith(" km")]
    assert vans == ended["VANS"]
    assert ended.output.endswith(f"answered meanwhile: {which == 'cured'}\n")
    assert ended.output.count("too late\n") == (3 if which == "broken" else 0)


@pytest.mark.parametrize(
    ("fault", "says"), [("1 / 0", "ZeroDivisionError"), ("os._exit(1)", "BrokenProcessPool")]
)
def test_a_call_that_ends_badly(run_program: Callable[..., Ended], fault: str, says: str) -> None:
    """The status is not 0. All calls are submitted before the worker ends."""
    changed = {
        "    rng = ": f"    import os, time\n    while not os.path.exists('all'):\n"
        f"        time.sleep(0.01)\n    {fault}\n    rng = ",
        "    tours = ": "    open('all', 'w').close()\n    tours = ",
    }
    ended = run_program(PROGRAM, timeout=60, changed=changed)
    assert ended.status == 1
    assert says in ended.output
    assert "answered meanwhile" not in ended.output


def test_the_worker_goes_on_after_a_timeout(run_program: Callable[..., Ended]) -> None:
    """It ends its task when main has given up, which it waits for."""
    changed = {
        "    best = 1_000": "    import os, time\n    while not os.path.exists('given up'):\n"
        "        time.sleep(0.01)\n    best = 1_000",
        "best_tour, 9)": "best_tour, 5)",
        '        print("no tour in time")': '        print("no tour in time")\n'
        "        open('given up', 'w').close()",
    }
    name = "asyncio_and_processes-timeout.broken.py"
    ended = run_program(name, timeout=60, changed=changed)
    assert ended.status == 0
    assert ended.output == "no tour in time\nall orders are tried\n"


@pytest.mark.parametrize(
    ("how", "says"),
    [("9, 0", "the best so far"), ("4, 60", "all orders are tried")],
)
def test_the_worker_looks_at_the_clock(
    run_program: Callable[..., Ended], how: str, says: str
) -> None:
    name = "asyncio_and_processes-timeout.cured.py"
    ended = run_program(name, timeout=60, changed={"9, 0.05": how})
    assert (ended.status, ended.output) == (0, f"{says}\nmain has a tour: True\n")


def runs(folder: str, number: int) -> None:
    Path(folder, "begun").touch()
    while not Path(folder, "go").exists():
        time.sleep(0.01)
    Path(folder, f"{number}.ran").touch()


async def cancel_all(folder: str) -> tuple[int, set[int], set[int]]:
    """Return how many calls are cancelled, which the workers had been sent, and which ran."""
    with ProcessPoolExecutor(1) as executor:
        submitted = [executor.submit(runs, folder, number) for number in range(9)]
        calls = [asyncio.wrap_future(future) for future in submitted]
        while sum(future.running() for future in submitted) < 2:
            await asyncio.sleep(0.01)
        for call in calls:
            call.cancel()
        await asyncio.sleep(0.1)
        sent = {number for number, future in enumerate(submitted) if future.running()}
        Path(folder, "go").touch()
    ran = {int(path.stem) for path in Path(folder).glob("*.ran")}
    return sum(call.cancelled() for call in calls), sent, ran


def what_is_dropped(folder: str) -> tuple[int, set[int], set[int]]:
    return asyncio.run(cancel_all(folder))


def test_a_cancelled_call_may_run(run: Callable[..., Any], tmp_path: Path) -> None:
    """What the one worker has been sent runs, though all of the futures are cancelled."""
    folder = tmp_path / "files"
    folder.mkdir()
    cancelled, sent, ran = run(what_is_dropped, str(folder), timeout=60)
    assert cancelled == 9
    assert ran == sent
    assert 2 <= len(ran) <= 3


async def terminate(folder: str) -> str:
    """Send SIGTERM to a worker, which main has a handler for."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, int)
    with ProcessPoolExecutor(1) as executor:
        call = loop.run_in_executor(executor, runs, folder, 0)
        (worker,) = multiprocessing.active_children()
        while not Path(folder, "begun").exists():
            await asyncio.sleep(0.01)
        worker.terminate()
        await asyncio.sleep(0.5)
        Path(folder, "go").touch()
        try:
            await call
        except BrokenProcessPool:
            return "ended"
    return "goes on"


def how_terminate_ends(folder: str) -> str:
    return asyncio.run(terminate(folder))


def test_terminate_with_a_handler_in_main(
    run: Callable[..., Any], start_method: str, tmp_path: Path
) -> None:
    """Under fork a worker has inherited main's handler, and goes on."""
    folder = tmp_path / "files"
    folder.mkdir()
    says = run(how_terminate_ends, str(folder), timeout=60)
    assert says == ("goes on" if start_method == "fork" else "ended")


def sees_a_beat(folder: str, name: str, limit: float) -> bool:
    """Return whether the loop goes on while this runs."""
    Path(folder, f"{name}.begun").touch()
    end = time.monotonic() + limit
    while not (seen := Path(folder, f"{name}.beat").exists()) and time.monotonic() < end:
        time.sleep(0.01)
    Path(folder, f"{name}.{'seen' if seen else 'missed'}").touch()
    return seen


async def beat(folder: str) -> None:
    """Answer what has begun."""
    while True:
        for path in Path(folder).glob("*.begun"):
            path.with_suffix(".beat").touch()
        await asyncio.sleep(0.01)


async def ways(folder: str) -> list[bool]:
    """Return where the loop went on."""
    loop = asyncio.get_running_loop()
    beats = asyncio.create_task(beat(folder))
    with ProcessPoolExecutor(1) as executor:
        in_worker = await loop.run_in_executor(executor, sees_a_beat, folder, "worker", LIMIT)
        in_loop = sees_a_beat(folder, "loop", 0.5)
        loop.run_in_executor(executor, sees_a_beat, folder, "shutdown", LIMIT)
        await asyncio.to_thread(executor.shutdown)
    with ProcessPoolExecutor(1) as executor:
        loop.run_in_executor(executor, sees_a_beat, folder, "block", 1)
    beats.cancel()
    return [
        in_worker,
        in_loop,
        *(Path(folder, f"{n}.seen").exists() for n in ("shutdown", "block")),
    ]


def where_the_loop_goes_on(folder: str) -> list[bool]:
    return asyncio.run(ways(folder))


def test_where_the_loop_goes_on(run: Callable[..., Any], tmp_path: Path) -> None:
    """In a worker and during a shutdown in a thread; not in a call, nor at the end of a block."""
    folder = tmp_path / "files"
    folder.mkdir()
    seen = run(where_the_loop_goes_on, str(folder), timeout=60)
    assert seen == [True, False, True, False]


async def download() -> str:
    return "page"


def run_a_loop() -> str:
    return asyncio.run(download())


async def refusals() -> list[str]:
    loop = asyncio.get_running_loop()
    said = []
    with ProcessPoolExecutor(1) as executor:
        try:
            _ = await loop.run_in_executor(executor, download)
        except TypeError as error:
            said.append(str(error))
        try:
            loop.set_default_executor(executor)
        except TypeError as error:
            said.append(str(error))
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(loop.run_in_executor(executor, abs, -1))  # type: ignore[arg-type]
        except* TypeError as group_error:
            said.append(str(group_error.exceptions[0]))
        said.append(await loop.run_in_executor(executor, run_a_loop))
    return said


def refused() -> list[str]:
    return asyncio.run(refusals())


def test_what_is_refused(run: Callable[..., Any]) -> None:
    """A worker can run a loop of its own, but no coroutine comes back from it."""
    coroutine, default, group, page = run(refused)
    assert coroutine == "cannot pickle 'coroutine' object"
    assert default == "executor must be ThreadPoolExecutor instance"
    assert group.startswith("a coroutine was expected, got <Future ")
    assert page == "page"


async def read(queue: Any) -> list[object]:
    found = []
    while (item := await asyncio.to_thread(queue.get)) is not None:
        found.append(item)
    return found


def read_in_a_thread() -> list[object]:
    queue: Any = multiprocessing.Queue()
    for item in (1, 2, None):
        queue.put(item)
    return asyncio.run(read(queue))


def test_a_queue_is_read_in_a_thread(run: Callable[..., Any]) -> None:
    assert run(read_in_a_thread) == [1, 2]


CTRL_C = """
import asyncio, multiprocessing, sys, time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

def work(folder, number):
    Path(folder, f"begun {number}").touch()
    go = Path(folder, "go")
    while not go.exists():
        time.sleep(0.01)
    Path(folder, f"ended {number}").touch()

async def main(executor, folder):
    loop = asyncio.get_running_loop()
    calls = [loop.run_in_executor(executor, work, folder, n) for n in range(9)]
    try:
        await asyncio.gather(*calls)
    finally:
        print("cancelled:", sum(call.cancelled() for call in calls), flush=True)

if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    with ProcessPoolExecutor(1) as executor:
        try:
            asyncio.run(main(executor, sys.argv[2]))
        finally:
            print("asyncio has ended", flush=True)
"""


def test_ctrl_c(start_method: str, tmp_path: Path) -> None:
    """The calls that wait are dropped. Under fork a worker takes no notice, and ends its task."""
    script = tmp_path / "interrupted.py"
    script.write_text(CTRL_C)
    folder = tmp_path / "files"
    folder.mkdir()
    with in_session(script, start_method, folder) as process:
        while not (folder / "begun 0").exists() and process.poll() is None:
            time.sleep(0.01)
        time.sleep(1)  # main awaits by then
        os.killpg(process.pid, signal.SIGINT)
        assert process.stdout
        assert process.stdout.readline() == "cancelled: 9\n"
        assert process.stdout.readline() == "asyncio has ended\n"
        assert process.poll() is None  # the end of the block waits for what the worker has
        (folder / "go").touch()
        _, err = process.communicate()
    assert process.returncode == -signal.SIGINT
    assert "KeyboardInterrupt" in err
    ended = sorted(path.name for path in folder.glob("ended *"))
    assert len(ended) < 5
    assert ("ended 0" in ended) is (start_method == "fork")
