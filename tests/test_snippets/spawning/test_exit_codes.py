"""Processes are waited for with one deadline, and each exit code says how its process ended."""

import multiprocessing
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing import Process
from pathlib import Path
from typing import Any, cast

import pytest

from snippets.spawning import exit_codes as lesson
from tests.calling import HANG, PLAIN, Ended, in_session

END = "exit code:"


def code_of(target: Callable[..., Any], *args: Any) -> int | None:
    process = Process(target=target, args=args)
    process.start()
    process.join(20)
    return process.exitcode


def fail_in_thread() -> None:
    thread = threading.Thread(target=open, args=("missing.txt",))
    thread.start()
    thread.join()


class Unreadable:
    """It can be sent, and cannot be read."""

    def __reduce__(self) -> tuple[type, tuple[str]]:
        """Have a copy made that is none."""
        return int, ("seven",)


def codes_of_failures() -> list[int | None]:
    return [code_of(fail_in_thread), code_of(print, Unreadable())]


def tell_parent(sender: Any, receiver: Any) -> None:
    """Say who started this process, and wait for a word."""
    sender.send(os.getppid())
    receiver.recv()


def code_after_the_fork_server_was_killed() -> int | None:
    receiver, theirs = multiprocessing.Pipe(duplex=False)
    their_receiver, sender = multiprocessing.Pipe(duplex=False)
    process = Process(target=tell_parent, args=(theirs, their_receiver))
    process.start()
    os.kill(receiver.recv(), signal.SIGKILL)
    process.join(20)
    sender.send("end")
    return process.exitcode


def codes_after_exit() -> list[int | None]:
    codes = [None, True, 255, 256, -1]
    return [code_of(sys.exit, code) for code in codes] + [code_of(os._exit, 256 + 4)]


def wait_for_two(first: float, second: float, seconds: float) -> list[str]:
    """Return who did not make it."""
    processes = [
        Process(target=time.sleep, args=(duration,), name=str(duration))
        for duration in (first, second)
    ]
    for process in processes:
        process.start()
    late = [process.name for process in lesson.wait_for_all(processes, seconds)]
    for process in processes:
        process.kill()
        process.join()
    return late


class Slow:
    """A process that keeps who waits for it for a moment; it notes the limit it was given."""

    def __init__(self) -> None:
        self.limit = -1.0

    def join(self, timeout: float) -> None:
        """Wait for a moment, whatever the limit."""
        self.limit = timeout
        time.sleep(0.05)

    def is_alive(self) -> bool:
        """Say that it has ended."""
        return False


def test_stuck_process_is_found_and_stopped(run_program: Callable[..., Ended]) -> None:
    """The third has no exit code until main ends it; a healthy one may be late beside others."""
    output = run_program("exit_codes.py", timeout=60).output
    before, after = re.findall(r"^\[.*\]$", output, re.MULTILINE)
    assert before.endswith(", None]")
    assert re.fullmatch(r"\[(0|-15), (1|-15), -15\]", after)
    assert output.index("still running") > output.index(before)


def test_ways_to_end(run_program: Callable[..., Ended]) -> None:
    ended = run_program("exit_codes.py", timeout=60)
    assert [line for line in ended.output.splitlines() if re.match(r"[\w .()]+: -?\d", line)] == [
        "raises: 1, failed with 1",
        "calls sys.exit(3): 3, failed with 3",
        "calls os._exit(4): 4, failed with 4",
        f"is killed: -9, {lesson.describe(-9)}",
        f"crashes in C: -11, {lesson.describe(-11)}",
    ]
    assert ended.output.count("FileNotFoundError: [Errno 2]") == 1
    assert ended.status == 0  # whatever the children did


def test_codes_in_words() -> None:
    assert lesson.describe(None) == "still running"
    assert "signal 9" in lesson.describe(-9)


def test_only_who_is_late_is_returned(run: Callable[..., Any]) -> None:
    assert run(wait_for_two, 0, 600, 10, timeout=60) == ["600"]


def test_the_deadline_is_one_for_all() -> None:
    """What one takes is missing for the next, down to nothing."""
    first, second, third = processes = [Slow() for _ in range(3)]
    lesson.wait_for_all(cast("list[Process]", processes), 0.08)
    assert 0 < first.limit <= 0.08
    assert 0 <= second.limit <= first.limit - 0.05
    assert third.limit == 0


def test_numbers_are_cut_to_eight_bits(run: Callable[..., Any]) -> None:
    """sys.exit() is a good end; 256 looks like one."""
    assert run(codes_after_exit, timeout=60) == [0, 1, 255, 0, 255, 4]


def test_failures(run: Callable[..., Any], start_method: str) -> None:
    """One in a thread is none; a child that could not begin has 1; under fork nothing is read."""
    assert run(codes_of_failures, timeout=60) == [0, 0 if start_method == "fork" else 1]


def code_beside_ignored_sigchld(handled: bool) -> tuple[int | None, bool]:
    """Return the code, and whether join() came back."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    if handled:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    process = Process(target=sys.exit, args=(3,))
    joined = threading.Thread(target=process.join)
    process.start()
    joined.start()
    joined.join(20)
    code = process.exitcode
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    return code, not joined.is_alive()


@pytest.mark.parametrize("handled", [False, True])
def test_sigchld_is_ignored(handled: bool, run: Callable[..., Any], start_method: str) -> None:
    """The kernel forgets the code of main's own child; a fork server's child is not main's."""
    forgotten = not handled and start_method != "forkserver"
    code = run(code_beside_ignored_sigchld, handled, timeout=60)
    assert code == (None if forgotten else 3, True)


def never_started() -> int | None:
    return Process(target=print).exitcode


def test_process_that_was_never_started(run: Callable[..., Any]) -> None:
    assert run(never_started) is None


def test_killed_fork_server(run: Callable[..., Any], start_method: str) -> None:
    if start_method != "forkserver":
        pytest.skip("of forkserver only")
    assert run(code_after_the_fork_server_was_killed, timeout=60) == 255


def test_ctrl_c_at_the_hang(start_method: str, tmp_path: Path) -> None:
    """Main ends with 0, and no process stays."""
    text = Path(lesson.__file__).with_name("exit_codes.broken.py").read_text("utf-8")
    text = text.replace(
        "from multiprocessing import Process",
        f"""import atexit, multiprocessing
Process = multiprocessing.get_context({start_method!r}).Process""",
    )
    script = tmp_path / "changed.py"
    # Registered later, called earlier: multiprocessing's own function comes right after it.
    script.write_text(f"{text}    atexit.register(print, 'at its end', flush=True)\n", "utf-8")
    with in_session(script, stderr=subprocess.STDOUT) as main:
        assert main.stdout
        while "at its end" not in main.stdout.readline():
            assert main.poll() is None
        time.sleep(HANG)
        os.killpg(main.pid, signal.SIGINT)
        assert "Exception ignored in atexit callback" in main.stdout.read()  # by all, to the end
        main.wait()
    assert main.returncode == 0


def test_broken_hangs_after_its_last_line(run_program: Callable[..., Ended]) -> None:
    ended = run_program("exit_codes.broken.py", hangs=END)
    assert ended.status is None
    assert f"{END} None" in ended.output


def test_cured_ends(run_program: Callable[..., Ended]) -> None:
    ended = run_program("exit_codes.cured.py")
    assert ended.status == 0
    assert ended.output == f"{END} -15\n"


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_faulthandler_names_the_line(method: str, tmp_path: Path) -> None:
    """The option reaches the children under every start method."""
    script = tmp_path / "crash.py"
    script.write_text(
        "import ctypes, multiprocessing, sys\n"
        "def crash():\n    ctypes.string_at(0)\n"
        "if __name__ == '__main__':\n"
        "    p = multiprocessing.get_context(sys.argv[1]).Process(target=crash)\n"
        "    p.start(); p.join(); print(p.exitcode)\n"
    )
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", script, method],
        capture_output=True,
        text=True,
        timeout=60,
        env=PLAIN,
    )
    assert done.stdout == "-11\n"
    assert f'File "{script}", line 3 in crash' in done.stderr
