"""A worker that is asked finishes its file; one that is terminated does not."""

import multiprocessing
import queue
import signal
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from snippets.spawning import stop_a_process as lesson
from tests.calling import Ended, end_session, in_session

handled: list[int] = []


def wait_for(please_stop: Any, begun: Any) -> None:
    begun.set()
    while not please_stop.wait(0.05):
        pass


def look_at(please_stop: Any, begun: Any) -> None:
    begun.set()
    while not please_stop.is_set():
        time.sleep(0.01)


def set_after_kill(target: Callable[..., None]) -> bool:
    """Return whether main comes back from set() when a worker with the event was killed."""
    please_stop, begun = multiprocessing.Event(), multiprocessing.Event()
    process = multiprocessing.Process(target=target, args=(please_stop, begun))
    process.start()
    assert begun.wait(20)
    time.sleep(0.5)  # it is in wait(), or in sleep(), nearly all the time
    process.kill()
    process.join()
    setter = threading.Thread(target=please_stop.set, daemon=True)
    setter.start()
    setter.join(1)
    return not setter.is_alive()


def interruptible(begun: Any) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also in a job started with "&"
    try:
        begun.set()
        time.sleep(60)
    finally:
        print("finally")


def interrupted() -> int | None:
    begun = multiprocessing.Event()
    process = multiprocessing.Process(target=interruptible, args=(begun,))
    process.start()
    assert begun.wait(20)
    process.interrupt()  # type: ignore[attr-defined,unused-ignore]
    process.join()
    return process.exitcode


def closed() -> list[str]:
    process = multiprocessing.Process(target=time.sleep, args=(60,))
    process.start()
    said = []
    with pytest.raises(ValueError) as running:
        process.close()
    said.append(str(running.value))
    process.kill()
    process.join()
    process.close()
    with pytest.raises(ValueError) as gone:
        process.is_alive()
    return [*said, str(gone.value)]


def note(number: int, _: object) -> None:
    """Handle SIGTERM as a server's main does: note it, and end later."""
    handled.append(number)


def wait_for_sigterm(begun: Any, own: bool) -> None:
    """End with 5 once main's handler was called here."""
    if own:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    begun.set()
    while not handled:
        time.sleep(0.01)
    sys.exit(5)


def terminated_beside_a_handler(own: bool) -> int | None:
    """Terminate a worker of a main that handles SIGTERM."""
    signal.signal(signal.SIGTERM, note)
    begun = multiprocessing.Event()
    process = multiprocessing.Process(target=wait_for_sigterm, args=(begun, own))
    process.start()
    assert begun.wait(20)
    process.terminate()
    process.join(20)
    return process.exitcode


def ends_at_once(begun: Any, please_stop: Any) -> None:
    sys.exit(3)


def never_begins(begun: Any, please_stop: Any) -> None:
    time.sleep(60)


class ShortEvent:
    """An event for which one waits a moment only, whatever the limit."""

    def __init__(self) -> None:
        self.event = multiprocessing.Event()

    def wait(self, timeout: float) -> bool:
        """Wait for a moment."""
        return self.event.wait(0.1)

    def set(self) -> None:
        """Say that it has begun."""
        self.event.set()


def start_what_fails(target: Callable[..., None]) -> str:
    """Return what main ends with."""
    lesson.Event = ShortEvent  # type: ignore[attr-defined,assignment]
    with pytest.raises(SystemExit) as error:
        lesson.start(target)
    return str(error.value.code)


def get_forever(items: Any, begun: Any) -> None:
    items.get()
    begun.set()
    while True:
        items.get()


def get_after_a_waiting_process_was_killed() -> bool:
    """Return whether main gets an item that is there."""
    items, begun = multiprocessing.Queue(), multiprocessing.Event()
    process = multiprocessing.Process(target=get_forever, args=(items, begun))
    process.start()
    items.put("first")
    assert begun.wait(20)
    time.sleep(0.5)  # it is in its second get()
    process.kill()
    process.join()
    items.put("second")
    try:
        items.get(timeout=1)
    except queue.Empty:
        return False
    return True


def send_much(sender: Any) -> None:
    sender.send_bytes(bytes(10_000_000))


def read_half_a_message(keep: bool) -> str:
    """Kill a process that is writing, and read; main keeps its writing end open, or not."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.Process(target=send_much, args=(sender,))
    process.start()
    assert receiver.poll(20)
    time.sleep(0.5)  # the length has been sent, and as much as the pipe holds
    process.kill()
    process.join()
    if not keep:
        sender.close()
    said = ["waits"]

    def read() -> None:
        try:
            receiver.recv_bytes()
        except (OSError, EOFError) as error:
            said.append(f"{type(error).__name__}: {error}")

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    reader.join(1 if keep else 20)
    return said[-1]


class Gone:
    """A process that has ended."""

    exitcode = -9

    def is_alive(self) -> bool:
        """Say so."""
        return False


class Stuck:
    """An event that a killed process has left locked."""

    def set(self) -> None:
        """Hang, as the real one would; a test wants to know."""
        raise AssertionError("set() would hang")


def test_asked_worker_finishes_its_file(run_program: Callable[..., Ended]) -> None:
    """It ends with 0 and is neither terminated nor killed."""
    output = run_program("stop_a_process.py", timeout=90).output
    asked = "main works as well\nasked.gz: closed\nexit code: 0\ncomplete: True\n"
    assert output.startswith(asked)


def changed(tmp_path: Path, old: str, new: str) -> tuple[int, str, str]:
    """Play the lesson with a change: its status, its output, its errors."""
    text = Path(lesson.__file__).read_text("utf-8")
    assert text.count(old) == 1
    script = tmp_path / "changed.py"
    script.write_text(text.replace(old, new), "utf-8")
    with in_session(script) as main:
        status = main.wait()
        end_session(main.pid)  # a worker that was not asked would go on
        output, errors = main.communicate()
    return status, output, errors


def test_failure_of_the_worker_is_one_of_the_program(tmp_path: Path) -> None:
    """A file that looks whole is not called complete."""
    begins = "begun.set()\n                if"
    fails = begins.replace("()", "(); raise OSError('disk full')")
    status, output, errors = changed(tmp_path, begins, fails)
    assert (status, "exit code: 1\n" in output, "complete" in output) == (1, True, False)
    assert errors.endswith("the worker failed\n")


@pytest.mark.parametrize("handled", [False, True])
def test_main_gets_sigterm(handled: bool, tmp_path: Path) -> None:
    """Its ``finally`` asks the worker only if a handler raises."""
    new = "signal.raise_signal(signal.SIGTERM)"
    if handled:
        new = f"signal.signal(signal.SIGTERM, lambda *_: sys.exit(1)); {new}"
    status, output, _ = changed(tmp_path, 'print("main works as well")', new)
    assert status == (1 if handled else -signal.SIGTERM)
    assert output == ("asked.gz: closed\n" if handled else "")


def test_terminated_worker_leaves_half_a_file(run_program: Callable[..., Ended]) -> None:
    """Nothing is run any more: its ``finally`` neither."""
    output = run_program("stop_a_process.py", timeout=90).output
    assert "terminated.gz: closed" not in output
    assert "exit code: -15\nCompressed file ended before the end" in output
    assert "\ncomplete: False\n" in output


def test_deaf_worker_is_killed(run_program: Callable[..., Ended]) -> None:
    """Asked, terminated, killed, in this order; a closed process is of no more use."""
    lines = run_program("stop_a_process.py", timeout=90).output.splitlines()
    assert lines[-4:] == [
        "does not listen: terminate",
        "is still there: kill",
        "exit code: -9",
        "process object is closed",
    ]


@pytest.mark.parametrize("own", [False, True])
def test_handler_of_main_is_inherited_under_fork(
    own: bool, run: Callable[..., Any], start_method: str
) -> None:
    """There terminate() calls it, and the child goes on, unless it begins with SIG_DFL."""
    code = run(terminated_beside_a_handler, own)
    assert code == (5 if start_method == "fork" and not own else -15)


@pytest.mark.parametrize(("target", "code"), [(ends_at_once, 3), (never_begins, -15)])
def test_worker_that_does_not_begin(
    target: Callable[..., None], code: int, run: Callable[..., Any]
) -> None:
    """Main says how it ended, also where it has ended it itself."""
    said = run(start_what_fails, target, timeout=60)
    assert said in (f"did not begin; exit code: {code}", "did not begin; exit code: -15")


def test_worker_is_asked_after_an_exception_in_main(tmp_path: Path) -> None:
    works = 'print("main works as well")'
    _, output, errors = changed(tmp_path, works, "raise KeyboardInterrupt")
    assert output == "asked.gz: closed\n"
    assert "KeyboardInterrupt" in errors


def test_worker_in_poll_ends_with_a_main_that_raises(start_method: str, tmp_path: Path) -> None:
    """The page's worker is woken up in main's ``finally``, so main does not wait for it."""
    text = Path(lesson.__file__).read_text("utf-8")
    begin = text.index("#    from multiprocessing import Pipe, Process")
    block = text[begin : text.index("#\n# Main keeps", begin)]
    program = textwrap.dedent("".join(line[1:] for line in block.splitlines(keepends=True)))
    for old, new in {
        "import Pipe, Process": f"import get_context\ncontext = get_context({start_method!r})\n"
        "Pipe, Process = context.Pipe, context.Process",
        "take_reading()": "pass",
        "work_of_main()": "raise OSError('no disk')",
    }.items():
        assert program.count(old) == 1
        program = program.replace(old, new)
    script = tmp_path / "program.py"
    script.write_text(program)
    with in_session(script) as main:
        errors = main.communicate()[1]
    assert errors.endswith("OSError: no disk\n")
    assert main.returncode == 1


def test_event_of_a_dead_worker_is_not_set(capsys: pytest.CaptureFixture[str]) -> None:
    assert lesson.stop(Gone(), Stuck(), seconds=20) == -9
    assert capsys.readouterr().out == ""


def test_close_needs_the_end(run: Callable[..., Any]) -> None:
    assert run(closed) == [
        "Cannot close a process while it is still running. "
        "You should first call join() or terminate().",
        "process object is closed",
    ]


def test_terminated_worker_leaves_its_temporary_file(run_program: Callable[..., Ended]) -> None:
    assert run_program("stop_a_process.broken.py").output == "files left: 1\n"


def test_sigterm_as_an_exception_removes_it(run_program: Callable[..., Ended]) -> None:
    assert run_program("stop_a_process.cured.py").output == "files left: 0\n"


def test_set_hangs_after_a_waiting_process_was_killed(run: Callable[..., Any]) -> None:
    """python/cpython#75158: once it is mended, the page says something false."""
    assert run(set_after_kill, wait_for) is False


def test_set_returns_after_a_looking_process_was_killed(run: Callable[..., Any]) -> None:
    assert run(set_after_kill, look_at) is True


def test_get_hangs_after_a_waiting_process_was_killed(run: Callable[..., Any]) -> None:
    """It held the lock of the queue's reading end."""
    assert run(get_after_a_waiting_process_was_killed, timeout=60) is False


@pytest.mark.parametrize("keep", [False, True])
def test_half_a_message(keep: bool, run: Callable[..., Any]) -> None:
    """The reader waits for the rest as long as a process could write it."""
    said = run(read_half_a_message, keep, timeout=60)
    assert said == ("waits" if keep else "OSError: got end of file during message")


@pytest.mark.skipif(sys.version_info < (3, 14), reason="new in 3.14")
def test_interrupt_runs_finally(run: Callable[..., Any]) -> None:
    assert run(interrupted) == 1
    assert "finally" in run.output  # type: ignore[attr-defined]
    assert "KeyboardInterrupt" in run.output  # type: ignore[attr-defined]
