"""Exceptions in workers: what main gets of them, what they cost, and which cannot travel."""

import functools
import logging
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Event, Pool
from multiprocessing.pool import MaybeEncodingError  # type: ignore[attr-defined]
from pathlib import Path
from typing import Any

import pytest

from tests.calling import Ended, in_session

LIMIT = 30


def test_program(run_program: Callable[..., Ended]) -> None:
    """The good files are read; each note names the row; what cannot travel harms nothing."""
    ended = run_program("errors_in_workers.py", timeout=60)
    assert ended.status == 0, ended.output
    assert list(ended["totals"]) == ["north", "west"]
    notes = [error.__notes__ for error in ended["failed"]]
    assert notes == [["south, row 2: tue n/a"], ["east, row 3: wed"]]
    assert "ValueError: could not convert string to float: 'n/a'\nsouth, row 2: tue" in ended.output
    assert "result: cannot pickle 'generator' object\ntask: PicklingError\n" in ended.output
    assert ended.output.endswith("the next task: 4\n")


def test_the_last_line_that_the_page_recommends(run_program: Callable[..., Ended]) -> None:
    """It prints the worker's traceback of each failed task, with its note."""
    last = 'print("read:", *totals)'
    raises = f'{last}\n    if failed: raise ExceptionGroup("meters", failed)'
    ended = run_program("errors_in_workers.py", timeout=60, changed={last: raises})
    assert ended.status == 1
    assert ended.output.count("_RemoteTraceback") == 2
    assert ended.output.count("in usage") == 2
    assert "ExceptionGroup: meters (2 sub-exceptions)" in ended.output


def test_print_hides_where_it_failed(run_program: Callable[..., Ended]) -> None:
    broken, cured = (run_program(f"errors_in_workers.{which}.py") for which in ("broken", "cured"))
    assert (broken.status, broken.output) == (0, "6 euros\nfailed: 'sugar'\n")
    assert cured.status == 0
    worker, _, main = cured.output.partition("direct cause")
    assert "_RemoteTraceback" in worker and "in total" in worker
    assert 'KeyError: \'sugar\'\n"""' in worker
    assert "in total" not in main and "result()" in main


SCRIPTS = Path(__file__).resolve().parents[3] / "snippets/pools"
GUARD = 'if __name__ == "__main__":\n'


def as_script(name: str, start_method: str, tmp_path: Path) -> Path:
    """Return a copy to be run by its path: only then main finds its class as children name it."""
    program = (SCRIPTS / name).read_text("utf-8")
    assert program.count(GUARD) == 1
    sets = f"{GUARD}    __import__('multiprocessing').set_start_method('{start_method}')\n"
    script = tmp_path / "script.py"
    script.write_text(program.replace(GUARD, sets), "utf-8")
    return script


def test_an_exception_with_two_arguments_hangs(start_method: str, tmp_path: Path) -> None:
    script = as_script("errors_in_workers-class.broken.py", start_method, tmp_path)
    with in_session(script, limit=90) as process:
        assert process.stderr
        said = []
        for line in process.stderr:
            said.append(line)
            if "missing 1 required positional argument: 'row'" in line:
                break
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)
    assert "(_handle_results)" in said[0]


def test_it_travels_if_it_passes_on_both(start_method: str, tmp_path: Path) -> None:
    script = as_script("errors_in_workers-class.cured.py", start_method, tmp_path)
    with in_session(script) as process:
        assert process.communicate() == ("caught: row 2: tue n/a\n", "")
    assert process.returncode == 0


class BadRow(Exception):
    """The page's broken class."""

    def __init__(self, number: int, row: str) -> None:
        super().__init__(f"row {number}: {row}")


class Defaults(Exception):
    """Its arguments have defaults."""

    def __init__(self, number: int = 0, row: str = "") -> None:
        super().__init__(f"row {number}: {row}")


class ByKeyword(Exception):
    """It has the page's __reduce__, for arguments that must be named."""

    def __init__(self, *, number: int, row: str) -> None:
        super().__init__(f"row {number}: {row}")
        self.number, self.row = number, row

    def __reduce__(self) -> Any:
        make = functools.partial(ByKeyword, number=self.number, row=self.row)
        return make, (), vars(self)


class WithoutState(ByKeyword):
    """It forgets the notes."""

    def __reduce__(self) -> Any:
        return functools.partial(WithoutState, number=self.number, row=self.row), ()


def noted(kind: Any) -> None:
    try:
        float("n/a")
    except ValueError as error:
        found = kind(number=2, row="tue n/a")
        found.add_note("south")
        raise found from error


def held() -> None:
    error = ValueError("bad row")
    error.lock = threading.Lock()  # type: ignore[attr-defined]
    raise error


def told(error: BaseException | None) -> tuple[str, str, str, list[str]]:
    notes = getattr(error, "__notes__", [])
    return type(error).__name__, str(error), str(error and error.__cause__), notes


def in_an_executor() -> list[tuple[str, str, str, list[str]]]:
    with ProcessPoolExecutor(1) as executor:
        calls = [
            executor.submit(noted, ByKeyword),
            executor.submit(noted, WithoutState),
            executor.submit(noted, Defaults),
            executor.submit(held),
            executor.submit(sys.exit, 3),
        ]
        found = [told(call.exception(LIMIT)) for call in calls]
    with ProcessPoolExecutor(1) as executor:
        found.append(told(executor.submit(noted, BadRow).exception(LIMIT)))
    return found


def test_what_an_executor_raises(run: Callable[..., Any]) -> None:
    """Notes, a chained exception, and three classes; a lock; sys.exit; and a class in the end."""
    kept, lost, garbled, lock, exits, broken = run(in_an_executor, timeout=90)
    assert kept[:2] == ("ByKeyword", "row 2: tue n/a") and kept[3] == ["south"]
    assert lost[:2] == ("WithoutState", "row 2: tue n/a") and lost[3] == []
    assert "ValueError: could not convert" in kept[2] and "in noted" in kept[2]
    assert garbled[:2] == ("Defaults", "row row 2: tue n/a: ")
    assert lock[:2] == ("TypeError", "cannot pickle '_thread.lock' object")
    assert "ValueError: bad row\n" in lock[2]
    assert exits[:2] == ("SystemExit", "3")
    assert broken[0] == "BrokenProcessPool"
    assert "BadRow.__init__() missing 1 required positional argument: 'row'" in broken[2]


def in_a_pool() -> list[tuple[str, str, str, list[str]]]:
    found = []
    with Pool(1) as pool:
        for function, args in ((noted, (ByKeyword,)), (held, ()), (iter_rows, ())):
            try:
                pool.apply_async(function, args).get(LIMIT)
            except (ByKeyword, MaybeEncodingError) as error:
                found.append((*told(error)[:2], type(error.__cause__).__name__, told(error)[3]))
    return found


def iter_rows() -> Any:
    yield "mon 4.1"


def test_what_a_pool_raises(run: Callable[..., Any]) -> None:
    """What could not be sent is MaybeEncodingError; of an exception it does not show the text."""
    sent, lock, generator = run(in_a_pool)
    assert sent == ("ByKeyword", "row 2: tue n/a", "RemoteTraceback", ["south"])
    refused = "Error sending result: '<multiprocessing.pool.ExceptionWithTraceback object at 0x"
    assert lock[0] == "MaybeEncodingError" and lock[1].startswith(refused)
    assert "bad row" not in lock[1]
    assert generator[0] == "MaybeEncodingError" and "'generator' object" in generator[1]


go: Any = None


def keep(event: Any) -> None:
    global go
    go = event


def fail_or_wait(number: int) -> int:
    assert number, "bad"
    assert go.wait(LIMIT)
    return number


def cancelled_by_map() -> int:
    """Return how many of twenty calls are never made after the first one raised."""
    event = Event()
    with ProcessPoolExecutor(1, initializer=keep, initargs=(event,)) as executor:
        calls: list[Any] = []
        submit = executor.submit
        executor.submit = lambda *args: calls.append(submit(*args)) or calls[-1]  # type: ignore
        with pytest.raises(AssertionError):
            list(executor.map(fail_or_wait, range(20)))
        event.set()
    return sum(call.cancelled() for call in calls)


def test_after_an_error_map_cancels_the_rest(run: Callable[..., Any]) -> None:
    """All but the first one, and the few that had been passed on."""
    assert 20 - 4 <= run(cancelled_by_map) < 20


def logged() -> None:
    logging.basicConfig()
    with ProcessPoolExecutor(1) as executor:
        try:
            executor.submit(noted, ByKeyword).result()
        except ByKeyword:
            logging.exception("failed")


def test_logging_has_the_worker_s_part(run: Callable[..., Any]) -> None:
    run(logged)
    said = run.output  # type: ignore[attr-defined]
    assert "ERROR:root:failed" in said and "_RemoteTraceback" in said and "in noted" in said


def test_how_a_function_within_a_function_is_refused() -> None:
    def within() -> None:
        """Do nothing."""

    kind = pickle.PicklingError if sys.version_info >= (3, 14) else AttributeError
    with pytest.raises(kind):
        pickle.dumps(within)


def test_pickle_tells_whether_a_class_travels() -> None:
    with pytest.raises(TypeError):
        pickle.loads(pickle.dumps(BadRow(2, "x")))
    assert str(pickle.loads(pickle.dumps(ByKeyword(number=2, row="x")))) == "row 2: x"
