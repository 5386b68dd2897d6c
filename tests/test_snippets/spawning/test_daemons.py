"""A daemon serves main and ends with it; it may not have children, and its work may be lost."""

import multiprocessing
import multiprocessing.pool
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from snippets.spawning import daemons as lesson
from tests.calling import PLAIN, Ended

COUNTS = "pipes: 9 words\nlocks: 8 words\n"
SNIPPETS = Path(lesson.__file__).parent

handled: list[int] = []


def set_too_late() -> str:
    process = multiprocessing.Process(target=time.sleep, args=(60,))
    process.start()
    with pytest.raises(AssertionError) as error:
        process.daemon = True
    process.kill()
    process.join()
    return str(error.value)


def daemon_and_worker() -> None:
    """End as main with a daemon and a worker that is none."""
    ours, theirs = multiprocessing.Pipe(duplex=False)
    worker = multiprocessing.Process(target=report_end, args=(ours, theirs))
    worker.start()
    ours.close()
    daemon = multiprocessing.Process(target=hold, args=(theirs,), daemon=True)
    daemon.start()
    theirs.close()
    # Main has ended its part: the interpreter terminates the daemon, then waits for the worker.


def report_end(ours: Any, theirs: Any) -> None:
    theirs.close()  # or it would keep its own pipe open
    try:
        ours.recv()
        ours.recv()
    except EOFError:
        print("the worker outlived the daemon")


def hold(theirs: Any) -> None:
    theirs.send("begun")
    time.sleep(3600)


def helpers() -> list[Any]:
    """Do in a daemon what the rule is not about."""
    assert multiprocessing.current_process().daemon
    with ThreadPoolExecutor(1) as pool:
        words = list(pool.map(str.lower, ["SEVEN"]))
    command = [sys.executable, "-c", "print('a program')"]
    return [words, subprocess.run(command, capture_output=True, text=True).stdout]


def use_helpers() -> list[Any]:
    with multiprocessing.Pool(1) as pool:
        return pool.apply(helpers)


def go_on(theirs: Any) -> None:
    theirs.send("begun")
    while not handled:
        time.sleep(0.01)
    print("the daemon went on")


def daemon_beside_a_handler() -> None:
    """End as a main that handles SIGTERM and has a daemon."""
    signal.signal(signal.SIGTERM, lambda number, frame: handled.append(number))
    ours, theirs = multiprocessing.Pipe(duplex=False)
    multiprocessing.Process(target=go_on, args=(theirs,), daemon=True).start()
    assert ours.recv() == "begun"


def answer(connection: Any) -> None:
    while True:
        connection.send(connection.recv())


kept: list[Any] = []


def keep(connection: Any) -> None:
    """Have it from the start: to send one later takes a thread, too late for 3.12.1."""
    kept.append(connection)


def ask() -> None:
    (connection,) = kept
    connection.send("hello")
    print("the daemon answers:", connection.poll(20) and connection.recv() == "hello")


def daemon_and_pending_task() -> None:
    ours, theirs = multiprocessing.Pipe()
    multiprocessing.Process(target=answer, args=(theirs,), daemon=True).start()
    context = multiprocessing.get_context()
    executor = ProcessPoolExecutor(1, context, keep, (ours,))
    executor.submit(time.sleep, 0.5)
    executor.submit(ask)


def test_server_serves_and_ends_with_main(run_program: Callable[..., Ended]) -> None:
    """The program ends, and run_program finds that no process is left."""
    ended = run_program("daemons.py", timeout=60)
    assert ended.status == 0
    for name, rows in (("prices.csv", 2), ("orders.csv", 3)):
        assert f"asked for /{name}\n" in ended.output
        assert f"{name} has {rows} rows\n" in ended.output
    assert "the server runs: True" in ended.output
    assert "has shut down" not in ended.output


def test_what_a_daemon_printed_is_not_lost_in_a_pipe() -> None:
    """A pipe is no terminal: without a flush the lines would end with the daemon."""
    done = subprocess.run(
        [sys.executable, lesson.__file__], capture_output=True, text=True, timeout=60, env=PLAIN
    )
    assert done.stdout.count("asked for /") == 2


def test_set_after_start(run: Callable[..., Any]) -> None:
    assert run(set_too_late) == "process has already started"


def test_daemons_end_before_the_others(run: Callable[..., Any]) -> None:
    """Main terminates its daemons first, and only then waits for the rest."""
    run(daemon_and_worker, timeout=60)
    assert "the worker outlived the daemon" in run.output  # type: ignore[attr-defined]


def test_worker_of_a_pool_has_no_children(run_program: Callable[..., Ended]) -> None:
    ended = run_program("daemons.broken.py", timeout=60)
    assert "AssertionError: daemonic processes are not allowed to have children" in ended.output
    assert ended.status == 1


def test_worker_of_an_executor_may(run_program: Callable[..., Ended]) -> None:
    output = run_program("daemons.cured.py", timeout=60).output
    assert output == COUNTS


def test_o_drops_the_check(start_method: str, tmp_path: Path) -> None:
    """The rule is an assert: with -O the nested pools of the broken program work."""
    text = (SNIPPETS / "daemons.broken.py").read_text("utf-8")
    context = f"import multiprocessing\nPool = multiprocessing.get_context({start_method!r}).Pool"
    script = tmp_path / "changed.py"
    script.write_text(text.replace("from multiprocessing import Pool", context), "utf-8")
    done = subprocess.run(
        [sys.executable, "-O", script], capture_output=True, text=True, timeout=60, env=PLAIN
    )
    assert done.stdout == COUNTS


def test_o_drops_the_other_check() -> None:
    """A started process may be called a daemon then, and is none."""
    text = (
        "import multiprocessing, time\n"
        "p = multiprocessing.get_context('fork').Process(target=print, args=('ended',))\n"
        "p.start()\np.daemon = True\np.join()\n"
    )
    done = subprocess.run(
        [sys.executable, "-O", "-c", text], capture_output=True, text=True, timeout=60, env=PLAIN
    )
    assert (done.stdout, done.returncode) == ("ended\n", 0)


def count_in_a_process() -> None:
    with multiprocessing.Pool(1) as pool:
        print("counted", pool.map(len, ["abc"]))


def start_a_process_with_a_pool() -> int | None:
    process = multiprocessing.Process(target=count_in_a_process)
    process.start()
    process.join()
    return process.exitcode


def test_plain_process_may_have_a_pool(run: Callable[..., Any]) -> None:
    assert run(start_a_process_with_a_pool, timeout=60) == 0
    assert "counted [3]" in run.output  # type: ignore[attr-defined]


def test_one_pool_for_all_books() -> None:
    """The page's block counts by book, as the nested pools do."""
    text = Path(lesson.__file__).read_text("utf-8")
    begin = text.index("#      titles = ")
    block = text[begin : text.index("#\n", begin)]
    code = "".join(line.removeprefix("#      ") for line in block.splitlines(keepends=True))
    names: dict[str, Any] = {
        "books": {
            "pipes": ["a pipe has two ends", "close the other one"],
            "locks": ["take it", "give it back", "in this order"],
        },
        "count_words": lambda chapter: len(chapter.split()),
    }
    with multiprocessing.pool.ThreadPool(1) as names["pool"]:
        exec(code, names)
    said = "".join(f"{title}: {count} words\n" for title, count in names["words"].items())
    assert said == COUNTS


def test_threads_and_programs_are_allowed(run: Callable[..., Any]) -> None:
    assert run(use_helpers, timeout=60) == [["seven"], "a program\n"]


def test_handler_of_main_keeps_a_daemon(run: Callable[..., Any], start_method: str) -> None:
    """Under fork main's terminate() calls it in the daemon, which goes on; main waits."""
    run(daemon_beside_a_handler, timeout=60)
    said = "the daemon went on" in run.output  # type: ignore[attr-defined]
    assert said is (start_method == "fork")


def test_executor_finishes_before_the_daemons_end(run: Callable[..., Any]) -> None:
    """Its pending task still talks to the daemon, though main has come to its end."""
    run(daemon_and_pending_task, timeout=60)
    assert "the daemon answers: True" in run.output  # type: ignore[attr-defined]


def test_work_of_a_daemon_is_lost(run_program: Callable[..., Ended]) -> None:
    """Nothing tells of it."""
    ended = run_program("daemons-lost.broken.py")
    assert ended.output == "main has done its part\n"
    assert ended.status == 0


def test_joined_daemon_finishes(run_program: Callable[..., Ended]) -> None:
    output = run_program("daemons-lost.cured.py", timeout=60).output
    assert output == "main has done its part\n9592 primes below 100000\n"
