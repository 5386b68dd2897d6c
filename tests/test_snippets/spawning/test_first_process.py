"""Four simulations in four processes: they exist at once, and a failed one is found out."""

import multiprocessing
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from snippets.spawning import first_process
from tests.calling import PLAIN, Ended, in_session

TYPED = """
import multiprocessing
def f():
    print("f runs")

context = multiprocessing.get_context({!r})
process = context.Process(target=f)
process.start(); process.join()
"""
WAITS = """
import multiprocessing, sys, threading

def work():
    print("waiting", flush=True)
    threading.Event().wait(60)

if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    processes = [multiprocessing.Process(target=work) for _ in range(3)]
    for process in processes:
        process.start()
    print("started", flush=True)
    for process in processes:
        process.join()
"""
RESULTS = {4: "3.15", 5: "0.65", 6: "0.19", 7: "0.06"}  # of 200,000 customers


class Shop:
    """Checkouts that wait until as many processes simulate them as the barrier is for."""

    def __init__(self, barrier: Any) -> None:
        self.barrier = barrier

    def __rmul__(self, free: list[float]) -> list[float]:
        self.barrier.wait(20)
        return free


def simulate_together(processes: int) -> list[int | None]:
    barrier = multiprocessing.Barrier(processes)
    ended = first_process.simulate_all([Shop(barrier)] * processes)
    return [process.exitcode for process in ended]


def test_all_processes_exist_at_once(run: Callable[..., Any]) -> None:
    """None comes further than the barrier before all have been started."""
    assert run(simulate_together, 3, timeout=60) == [0, 0, 0]


def test_processes_find_what_the_loop_finds_and_one_fails(
    run_program: Callable[..., Ended],
) -> None:
    """Each job begins before its result, in the loop and in a process; main has waited for all."""
    ended = run_program("first_process.py", timeout=60)
    output = ended.output
    loop, processes = output.split("loop:")
    end = processes.index("four processes:")
    for number in RESULTS:
        began = loop.index(f"{number} checkouts: started")
        result = re.search(rf"{number} checkouts: \d+\.\d\d minutes", loop)
        assert result and result.start() > began
        again = processes.index(f"{number} checkouts: started")
        assert again < processes.index(result[0]) < end
    assert "exit codes: [0, 0, 0, 0]" in processes
    # The traceback of the one that failed is the child's. Main goes on, and names it.
    assert ended["failed"] == ["shop-0"]
    assert "ValueError" in output
    assert ended.status == 0


def test_joined_in_the_loop_one_runs_at_a_time(run_program: Callable[..., Ended]) -> None:
    """Main waits for each one, so the results come in the order of the numbers."""
    ended = run_program("first_process.broken.py", timeout=60)
    assert re.findall(r"running: \d", ended.output) == ["running: 1"] * 4
    assert re.findall(r"(\d) checkouts: (.*) minutes", ended.output) == [
        (str(number), result) for number, result in RESULTS.items()
    ]


def test_joined_later_all_run_at_once(run_program: Callable[..., Ended]) -> None:
    """Main goes on starting while others run; how many there are depends on who ends first."""
    ended = run_program("first_process.cured.py", timeout=60)
    running = [int(number) for number in re.findall(r"running: (\d)", ended.output)]
    assert len(running) == 4 and max(running) > 1
    assert dict(re.findall(r"(\d) checkouts: (.*) minutes", ended.output)) == {
        str(number): result for number, result in RESULTS.items()
    }


def test_what_a_target_that_was_called_gives() -> None:
    """What counts as false is no target; a number is one, and cannot be called."""
    context = multiprocessing.get_context("fork")
    for returned in (None, 0, False, "", []):
        context.Process(target=returned).run()  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="'int' object is not callable"):
        context.Process(target=7).run()  # type: ignore[arg-type]


def test_function_that_was_typed_cannot_be_imported(start_method: str) -> None:
    """Only a forked child has it. As at the prompt, main has no file."""
    done = subprocess.run(
        [sys.executable, "-c", TYPED.format(start_method)],
        capture_output=True,
        text=True,
        timeout=60,
        env=PLAIN,
    )
    if start_method == "fork":
        assert done.stdout == "f runs\n"
    elif sys.version_info < (3, 14):
        assert "AttributeError: Can't get attribute 'f'" in done.stderr
    else:
        assert "AttributeError: module '__main__' has no attribute 'f'" in done.stderr


def test_ctrl_c_interrupts_every_process(start_method: str, tmp_path: Any) -> None:
    """The terminal sends it to the group: each process prints its traceback and ends."""
    script = tmp_path / "waits.py"
    script.write_text(WAITS)
    with in_session(script, start_method) as process:
        assert process.stdout
        said = sorted(process.stdout.readline() for _ in range(4))
        assert said == ["started\n", *["waiting\n"] * 3]
        os.killpg(process.pid, signal.SIGINT)
        errors = process.communicate()[1]
    assert errors.count("KeyboardInterrupt") == 4
