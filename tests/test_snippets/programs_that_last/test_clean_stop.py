"""A service that gets SIGTERM or Ctrl-C: it finishes its work, or leaves a worker behind."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.calling import Ended

ASK = "    please_stop.set()\n"
FAILS = "        path.unlink()  # (2)\n"
HALF = '        print("half a file:", any(inbox.glob("*.part")))\n'


def test_program(run_program: Callable[..., Ended]) -> None:
    """Both workers finish a file; each file is there once, packed or not."""
    changed = {HALF: f"{HALF}        print('files:', len(list(inbox.iterdir())))\n"}
    ended = run_program("clean_stop.py", changed=changed)
    assert ended.status == 0, ended.output
    for share in "12":
        assert f"share {share}: finished the file at hand\n" in ended.output
    said = "stopped by SIGTERM, exit codes: [0, 0]\nhalf a file: False\nfiles: 20\n"
    assert ended.output.endswith(said)


def test_ctrl_c_and_a_second_one(run_program: Callable[..., Ended]) -> None:
    """It ends in the same way; two signals more, in the clean-up, change nothing."""
    changed = {
        "raise_signal(signal.SIGTERM)": "raise_signal(signal.SIGINT)",
        ASK: f"    signal.raise_signal(signal.SIGINT)\n    signal.raise_signal(2)\n{ASK}",
    }
    ended = run_program("clean_stop.py", changed=changed)
    assert ended.status == 0, ended.output
    assert "stopped by SIGINT, exit codes: [0, 0]\n" in ended.output


def test_without_a_handler_nothing_is_finished(run_program: Callable[..., Ended]) -> None:
    """SIGTERM ends main; only the test's own loop of the workers sees that."""
    changed = {
        "        signal.signal(number, note)\n": "        pass\n",
        "while not please_stop.is_set():": "while not (inbox / 'end').exists():",
        "signal.raise_signal(signal.SIGTERM)": "(inbox / 'end').touch(), "
        "[w.join() for w in workers]"
        ", signal.raise_signal(signal.SIGTERM)",
    }
    ended = run_program("clean_stop.py", changed=changed)
    assert ended.status == -signal.SIGTERM
    assert "exit codes" not in ended.output


def test_a_worker_that_does_not_listen_is_killed(run_program: Callable[..., Ended]) -> None:
    """SIGTERM would not end it; main ends with 1."""
    changed = {ASK: "    workers[0].terminate()\n", "seconds=8": "seconds=0.5"}
    ended = run_program("clean_stop.py", changed=changed)
    assert ended.status == 1
    assert "not a clean stop, exit codes: [-9, -9]\n" in ended.output


def test_a_worker_that_fails_ends_the_service(run_program: Callable[..., Ended]) -> None:
    """Main notices without a signal, stops the other worker, and ends with 1."""
    changed = {
        "signal.raise_signal(signal.SIGTERM)": "pass",
        FAILS: f"{FAILS}        if share == '1':\n            raise OSError('disk full')\n",
    }
    ended = run_program("clean_stop.py", changed=changed)
    assert ended.status == 1, ended.output
    assert "not a clean stop, exit codes: [1, 0]\n" in ended.output
    assert "share 2: finished" in ended.output and "OSError: disk full" in ended.output


def test_a_worker_that_returns_ends_the_service(run_program: Callable[..., Ended]) -> None:
    """No signal came: its exit code is 0, but the service's is 1."""
    changed = {
        "signal.raise_signal(signal.SIGTERM)": "pass",
        FAILS: f"{FAILS}        if share == '1':\n            return\n",
    }
    ended = run_program("clean_stop.py", changed=changed)
    assert ended.status == 1, ended.output
    assert "not a clean stop, exit codes: [0, 0]\n" in ended.output


def test_sigterm_to_all_processes(run_program: Callable[..., Ended], start_method: str) -> None:
    """It ends the fork server, and main ends before its workers, with 1."""
    changed = {
        "signal.raise_signal(signal.SIGTERM)": "__import__('os').killpg(0, signal.SIGTERM)",
        FAILS: f"{FAILS}        time.sleep(1)\n",
    }
    ended = run_program("clean_stop.py", changed=changed)
    early = start_method == "forkserver"
    assert ended.status == (1 if early else 0), ended.output
    assert f"exit codes: {[255, 255] if early else [0, 0]}\n" in ended.output


@pytest.mark.parametrize("half", ["broken", "cured"])
def test_the_worker_of_a_service(run_program: Callable[..., Ended], half: str) -> None:
    ended = run_program(f"clean_stop.{half}.py")
    assert ended.status == 0, ended.output
    ends = half == "cured"
    assert f"worker: begun\nworker ended with its service: {ends}\n" in ended.output


def set_in_a_handler(main_is: str) -> bool:
    """Return whether a handler's set() returns, if main is within the event or not."""
    event: Any = multiprocessing.Event()
    seen = threading.Event()

    def handle(*_: object) -> None:
        event.set()
        seen.set()

    signal.signal(signal.SIGTERM, handle)

    def watch() -> None:
        if main_is == "waiting":
            while not event._cond._sleeping_count.get_value():
                time.sleep(0.01)
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)
        returned.append(seen.wait(1))
        if main_is == "inside":
            event._cond.release()
        if main_is == "waiting" and not returned[0]:
            event._cond._woken_count.release()

    returned: list[bool] = []
    if main_is == "inside":
        event._cond.acquire()  # as is_set() does
    watcher = threading.Thread(target=watch)
    watcher.start()
    if main_is == "waiting":
        event.wait(20)
    watcher.join()
    return returned[0]


@pytest.mark.parametrize("main_is", ["outside", "inside", "waiting"])
def test_set_in_a_signal_handler(run: Callable[..., Any], main_is: str) -> None:
    assert run(set_in_a_handler, main_is) is (main_is == "outside")


def send_later(sender: Any, parent: int) -> None:
    os.kill(parent, signal.SIGTERM)
    time.sleep(0.3)
    sender.send("done")


def resumed() -> tuple[bool, int]:
    noted: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: noted.append(number))
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.Process(target=send_later, args=(sender, os.getpid()))
    process.start()
    found = receiver.poll(30)
    process.join()
    return found, len(noted)


def test_a_call_is_resumed_after_the_handler(run: Callable[..., Any]) -> None:
    assert run(resumed) == (True, 1)
