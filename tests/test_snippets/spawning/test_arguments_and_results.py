"""What travels to a child, what does not come back, and what does."""

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any

import pytest

from snippets.spawning import arguments_and_results as lesson
from tests.calling import PLAIN, Ended, in_session

PROGRAM = "arguments_and_results.py"
CENTURY = lesson.unlucky_days(2001, 2100)

MANY = """
import multiprocessing, sys, threading
from concurrent.futures import ProcessPoolExecutor

def f(x):
    print("begun\\n", end="", flush=True)
    threading.Event().wait(60 if x < 2 else 0.2)
    return x

if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    many = range(200)
"""
lock: Any = None


class Picky(Exception):
    """Cannot be unpickled: two arguments are needed, and one is kept."""

    def __init__(self, text: str, number: int) -> None:
        super().__init__(text)


def raise_picky() -> None:
    raise Picky("bad", 7)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def keep_lock(passed: Any) -> None:
    global lock
    lock = passed


def use_lock() -> bool:
    with lock:
        return True


def fail_in_executor(task: Callable[[], None]) -> list[str]:
    """Return the errors of the failing task and of an innocent one that waits behind it."""
    both_wait = multiprocessing.Event()  # no worker dies before the second one is submitted
    with ProcessPoolExecutor(1, initializer=both_wait.wait, initargs=(50,)) as executor:
        futures: list[Future[Any]] = [executor.submit(task), executor.submit(abs, -1)]
        both_wait.set()
    return [type(future.exception()).__name__ for future in futures]


def give_lock_to_task() -> str:
    with ProcessPoolExecutor(1) as executor:
        return str(executor.submit(print, multiprocessing.Lock()).exception())


def give_lock_to_worker() -> bool:
    with ProcessPoolExecutor(
        1, initializer=keep_lock, initargs=(multiprocessing.Lock(),)
    ) as executor:
        return executor.submit(use_lock).result()


def send_half(sender: Any, *_: int) -> None:
    """Die in the middle of a message: its length says more than what comes."""
    os.write(sender.fileno(), b"\0\0\0\x64" + b"abc")
    die()


def days_of_one_killed_while_it_sent() -> list[Any]:
    lesson.send_days = send_half
    return lesson.days_by_pipe(2001, 2100)


def code_blocks() -> list[str]:
    """Return the programs in the lesson's prose."""
    text = Path(lesson.__file__).read_text("utf-8")
    blocks = []
    for after in text.replace("\n# ", "\n").replace("\n#\n", "\n\n").split(":: python\n\n")[1:]:
        lines = after.splitlines()
        end = next(n for n, line in enumerate(lines) if line and not line.startswith("   "))
        blocks.append(textwrap.dedent("\n".join(lines[:end])))
    return blocks


def greet(name: str) -> None:
    """Greet one person."""


def test_arguments_arrive_and_the_return_value_does_not(
    run_program: Callable[..., Ended],
) -> None:
    """The child finds all days; main gets None, and an exit code."""
    output = run_program(PROGRAM).output
    first = output.index(f"2001 to 2100: {len(CENTURY)} days")
    assert first < output.index("join() returned None") < output.index("exit code: 0")


def error_of(args: Any) -> str:
    context = multiprocessing.get_context("fork")
    try:
        process = context.Process(target=greet, args=args)
    except TypeError as error:
        return str(error)
    with pytest.raises(TypeError) as raised:
        process.run()
    return str(raised.value)


def test_arguments_without_a_comma() -> None:
    """A number is no tuple, and a text or a list is taken apart."""
    assert error_of(2001) == "'int' object is not iterable"
    assert error_of("Ann").endswith("greet() takes 1 positional argument but 3 were given")
    assert error_of([1, 2, 3]).endswith("greet() takes 1 positional argument but 3 were given")


def test_change_is_lost(run_program: Callable[..., Ended]) -> None:
    """The child fills its copy; main's list stays empty."""
    ended = run_program(PROGRAM)
    assert f"the child's list has {len(CENTURY)}" in ended.output
    assert ended["days"] == []


def test_executor_brings_results_and_the_exception(run_program: Callable[..., Ended]) -> None:
    """Two tasks have their results, and the third raises in main."""
    lines = run_program(PROGRAM).output.splitlines()
    begun = lines.index("main's list has 0")
    told = [line for line in lines[begun:] if line.startswith(("171 ", "172 ", "failed"))]
    assert told == [
        "171 days, the first is 1901-09-13",
        "172 days, the first is 2001-04-13",
        "failed: 2200 is after 2101",
    ]


def test_pipe_brings_the_result(run_program: Callable[..., Ended]) -> None:
    """What main holds is what the child found."""
    assert run_program(PROGRAM)["answer"] == CENTURY


def test_pipe_tells_of_a_child_that_failed(run: Callable[..., Any]) -> None:
    """A child that raises makes recv() raise EOFError: main has closed its copy."""
    with pytest.raises(AssertionError, match="EOFError"):
        run(lesson.days_by_pipe, 2100, 2001, timeout=30)


def test_joined_before_it_is_received_a_large_result_hangs(
    run_program: Callable[..., Ended],
) -> None:
    """The child waits in send(), main in join()."""
    ended = run_program("arguments_and_results.broken.py", hangs="the child sends")
    assert ended.status is None
    assert "main has" not in ended.output


def test_received_first_it_arrives(run_program: Callable[..., Ended]) -> None:
    """Main reads while the child sends."""
    ended = run_program("arguments_and_results.cured.py")
    assert "main has 17198" in ended.output
    assert ended.status == 0


def test_program_at_the_top_runs_as_it_is(tmp_path: Path) -> None:
    """Copied into a file, it prints the result."""
    script = tmp_path / "double.py"
    script.write_text(code_blocks()[0])
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, timeout=60, env=PLAIN
    )
    assert (done.stdout, done.stderr, done.returncode) == ("42\n", "", 0)


@pytest.mark.parametrize("task", [die, raise_picky])
def test_executor_breaks(run: Callable[..., Any], task: Callable[[], None]) -> None:
    """A killed worker, or an exception that cannot be unpickled, fails the other task too."""
    assert run(fail_in_executor, task) == [BrokenProcessPool.__name__] * 2


def test_lock_goes_to_the_workers_not_to_a_task(run: Callable[..., Any]) -> None:
    """Pickled with a task it is refused; the initializer gets it as the worker starts."""
    assert "only be shared between processes through inheritance" in run(give_lock_to_task)
    assert run(give_lock_to_worker)


def test_pipe_tells_of_a_child_that_was_killed_while_it_sent(run: Callable[..., Any]) -> None:
    """Half a message is an OSError, and not the end of file."""
    with pytest.raises(AssertionError, match="got end of file during message"):
        run(days_of_one_killed_while_it_sent)


def refusal(value: Any) -> str:
    with pytest.raises((TypeError, AttributeError, pickle.PicklingError)) as raised:
        ForkingPickler.dumps(value)
    return str(raised.value)


at_the_top = lambda: None  # noqa: E731


def test_what_cannot_be_pickled() -> None:
    """Each message begins as the page says."""
    assert refusal(at_the_top).startswith("Can't pickle <function <lambda> at ")
    assert refusal(lambda: None).startswith(("Can't pickle local obj", "Can't get local obj"))
    with Path(os.devnull).open() as file:
        assert refusal(file) in {
            "cannot pickle 'TextIOWrapper' instances",
            "cannot pickle '_io.TextIOWrapper' object",
        }
    assert refusal(threading.Lock()) == "cannot pickle '_thread.lock' object"


def test_ctrl_c_drops_the_tasks_that_have_not_begun(start_method: str, tmp_path: Path) -> None:
    """Two run and are interrupted; without the page's lines all others would run, too."""
    script = tmp_path / "many.py"
    script.write_text(MANY + textwrap.indent(code_blocks()[1], "    "))
    with in_session(script, start_method, stderr=subprocess.DEVNULL, limit=90) as process:
        assert process.stdout
        assert [process.stdout.readline() for _ in range(2)] == ["begun\n"] * 2
        os.killpg(process.pid, signal.SIGINT)
        more = process.communicate()[0]
    assert more.count("begun") < 150
    assert process.returncode == -signal.SIGINT
