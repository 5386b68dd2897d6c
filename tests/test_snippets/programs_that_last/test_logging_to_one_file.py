"""One process writes the log; what is lost if several do, or if a worker is killed."""

import contextlib
import logging
import multiprocessing
import os
import re
import textwrap
import threading
import time
from collections.abc import Callable
from logging.handlers import QueueHandler, QueueListener
from pathlib import Path
from typing import Any

import pytest

from snippets.programs_that_last import logging_to_one_file as lesson
from tests.calling import Ended

LINE = re.compile(r"^[\d-]{10} [\d:,]{12} (\w+-\d|MainProcess) (\w+) (.*)$", re.MULTILINE)
LOG_AT_ITS_END = {
    "        main(path)\n        print(path.read_text()": "        try:\n            main(path)\n"
    "        finally:\n            print(path.read_text()"
}


def test_program(run_program: Callable[..., Ended]) -> None:
    """The workers' records have their names, one a traceback; main's last line is the last."""
    ended = run_program("logging_to_one_file.py")
    assert ended.status == 0, ended.output
    log, _, more = ended.output.partition("[INFO/")
    lines = LINE.findall(log)
    assert {name for name, _, text in lines[:-1]} <= {f"{lines[0][0][:-1]}{n}" for n in (1, 2)}
    assert lines[-1] == ("MainProcess", "INFO", "all shops: 54 ordered")
    texts = [text for _, _, text in lines]
    assert sorted(texts[:-1]) == [
        "north: 19 ordered",
        "south: 5 ordered",
        "south: line left out",
        "west: 30 ordered",
    ]
    assert texts.index("south: line left out") < texts.index("south: 5 ordered")
    after = log.partition("south: line left out\n")[2]
    assert after.startswith("Traceback ") and "ValueError: invalid literal" in after
    assert "sum: 9" in more
    for told in ("child process calling self.run()", "process exiting with exitcode 0"):
        assert more.count(told) == 1
    assert "/MainProcess]" not in more


def test_without_format_the_message_is_formatted_twice(run_program: Callable[..., Ended]) -> None:
    changed = {'        format="%(message)s",  # (1)\n': ""}
    ended = run_program("logging_to_one_file.py", changed=changed)
    assert " INFO INFO:orders:north: 19 ordered" in ended.output


FAILURES = {
    "task": {"        except ValueError:\n": "        except KeyError:\n"},
    "Ctrl-C": {"total = sum(": "__import__('signal').raise_signal(2)\n            total = sum("},
}


@pytest.mark.parametrize("how", ["task", "Ctrl-C"])
def test_the_log_is_whole_after_a_failure(run_program: Callable[..., Ended], how: str) -> None:
    """A task raises, or Ctrl-C ends main: what the workers logged is in the file."""
    ended = run_program("logging_to_one_file.py", changed=LOG_AT_ITS_END | FAILURES[how])
    assert ended.status == (1 if how == "task" else -2)
    lines = [text for _, _, text in LINE.findall(ended.output)]
    assert {"north: 19 ordered", "west: 30 ordered"} <= set(lines)
    assert ("south: 5 ordered" in lines) is (how == "Ctrl-C")
    assert not any("all shops" in text for text in lines)


def test_under_the_guard_only(run_program: Callable[..., Ended], start_method: str) -> None:
    ended = run_program("logging_to_one_file.broken.py")
    assert ended.status == 0
    assert ("INFO north: 2 lines" in ended.output) is (start_method == "fork")
    assert "MainProcess INFO all shops: 19 ordered" in ended.output


def test_in_each_worker(run_program: Callable[..., Ended]) -> None:
    ended = run_program("logging_to_one_file.cured.py")
    assert ended.status == 0
    assert re.fullmatch(r"\w+-1 INFO north: 2 lines\nMain.*: 19 ordered\n", ended.output)


def test_two_rotate(run_program: Callable[..., Ended], start_method: str) -> None:
    """Main removes the worker's lines, also those of a forked worker with main's handler."""
    changes: list[dict[str, str]] = [{}]
    if start_method == "fork":
        changes.append({"        initializer=log_to_file,": "        initializer=None,"})
        changes[1]["        initargs=(path,),\n"] = ""
    for changed in changes:
        ended = run_program("logging_to_one_file-rotate.broken.py", changed=changed)
        assert ended.status == 0, ended.output
        assert 0 < int(ended.output.rpartition(" ")[2]) < 10


def test_one_rotates(run_program: Callable[..., Ended]) -> None:
    ended = run_program("logging_to_one_file-rotate.cured.py")
    assert (ended.status, ended.output) == (0, "lines of the worker: 40\n")


class Count(logging.Handler):
    """Count the records."""

    records = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Count one."""
        self.records += 1


def direct() -> dict[str, Any]:
    """Return the two classes that the page shows."""
    text = Path(lesson.__file__).read_text()
    block = text.partition("#    class DirectHandler")[2].partition("#\n# Now a worker")[0]
    code = textwrap.dedent(
        f"#    class DirectHandler{block}".replace("#   ", "").replace("#\n", "\n")
    )
    names: dict[str, Any] = {"QueueHandler": QueueHandler, "QueueListener": QueueListener}
    exec(code, names)
    return names


def log_and_die(records: Any, direct_ones: bool) -> None:
    """Log, and end at once."""
    handler = direct()["DirectHandler"] if direct_ones else QueueHandler
    logging.basicConfig(level=logging.INFO, handlers=[handler(records)])
    for number in range(100):
        logging.info("row %d", number)
    os._exit(0)


def stopped(listener: Any, limit: float) -> bool:
    stopping = threading.Thread(target=listener.stop, daemon=True)
    stopping.start()
    stopping.join(limit)
    return not stopping.is_alive()


def records_of_a_dead_worker(direct_ones: bool) -> int:
    count = Count()
    records: Any = multiprocessing.SimpleQueue() if direct_ones else multiprocessing.Queue()
    process = multiprocessing.Process(target=log_and_die, args=(records, direct_ones))
    with contextlib.nullcontext() if direct_ones else records._wlock:  # so its thread has to wait
        process.start()
        listener = (direct()["DirectListener"] if direct_ones else QueueListener)(records, count)
        listener.start()
        process.join()
    assert stopped(listener, 20)
    return count.records


@pytest.mark.parametrize("direct_ones", [False, True])
def test_the_last_records_of_a_dead_worker(run: Callable[..., Any], direct_ones: bool) -> None:
    """They are lost in its feeder thread; none is with a SimpleQueue."""
    assert run(records_of_a_dead_worker, direct_ones) == (100 if direct_ones else 0)


def die_with_the_lock(records: Any) -> None:
    """End as if killed while the feeder thread writes."""
    records._wlock.acquire()
    os._exit(0)


def stop_with_a_lock_taken() -> tuple[bool, bool]:
    """Return whether stop() returns, and whether it does when the lock is released."""
    records = multiprocessing.Queue()
    process = multiprocessing.Process(target=die_with_the_lock, args=(records,))
    process.start()
    process.join()
    listener = QueueListener(records, Count())
    listener.start()
    before = stopped(listener, 1)
    records._wlock.release()  # type: ignore[attr-defined]
    deadline = time.monotonic() + 20
    while listener._thread and time.monotonic() < deadline:
        time.sleep(0.01)
    return before, listener._thread is None


def test_a_lock_that_a_dead_worker_holds(run: Callable[..., Any]) -> None:
    assert run(stop_with_a_lock_taken) == (False, True)


def log_with_a_lock(records: Any) -> None:
    lesson.log_to(records, logging.INFO)
    logging.info("%s", threading.Lock())
    logging.info("kept", extra={"lock": threading.Lock()})
    logging.info("last")


def records_with_locks() -> int:
    records: Any = multiprocessing.Queue()
    process = multiprocessing.Process(target=log_with_a_lock, args=(records,))
    process.start()
    count = Count()
    listener = QueueListener(records, count)
    listener.start()
    process.join()
    listener.stop()
    return count.records


def test_an_argument_need_not_be_picklable_but_extra_must(run: Callable[..., Any]) -> None:
    assert run(records_with_locks) in (1, 2)  # at its end the feeder gives up


def log_beside_a_writer() -> tuple[bool, bool]:
    """Return whether a child that logs ends, forked while a thread writes the file and later."""
    reader, writer = os.pipe()
    logging.basicConfig(
        level=logging.INFO, handlers=[logging.StreamHandler(os.fdopen(writer, "w"))]
    )
    thread = threading.Thread(target=logging.info, args=("x" * 200_000,))
    thread.start()
    os.read(reader, 1)  # now it writes, until the pipe is full
    ends = []
    for limit in (1.5, 20):
        process = multiprocessing.Process(target=logging.info, args=("in the child",))
        process.start()
        if thread.is_alive():
            left = 200_000
            while left:
                left -= len(os.read(reader, left))
            thread.join()
        process.join(limit)
        ends.append(process.exitcode == 0)
        process.kill()
    return ends[0], ends[1]


@pytest.mark.parametrize("start_method", ["fork"])
def test_a_forked_child_and_the_lock_of_an_open_file(run: Callable[..., Any]) -> None:
    assert run(log_beside_a_writer) == (False, True)
