"""A progress bar: what comes as it is ready, what holds it back, and what tqdm does."""

import contextlib
import importlib
import importlib.util
import io
import multiprocessing
import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.calling import Ended

needs_tqdm = pytest.mark.skipif(not importlib.util.find_spec("tqdm"), reason="it needs tqdm")
FOUND = """import os
sys.path += filter(None, [os.environ.get("TESTS_LENT")])
from tqdm import tqdm"""
LENT = {"from tqdm import tqdm": FOUND}  # where the tests' libraries are lent


@needs_tqdm
def test_program(run_program: Callable[..., Ended]) -> None:
    """In a terminal each bar overwrites the last one; both ways count the same errors."""
    ended = run_program("progress_bar.py", timeout=60, changed=LENT)
    assert ended.status == 0, ended.output
    own = ended.output.partition("errors: ")[0]
    bars = [f"[{'#' * (4 * n):.<20}] {n} of 5" for n in range(1, 6)]
    assert own == "\r".join(bars) + "\n"
    total = sum(ended["THOUSANDS"].values())
    assert ended["errors"] == total
    assert ended.output.count(f"errors: {total}\n") == 2


@needs_tqdm
@pytest.mark.parametrize("disable", [", disable=None", ""])
def test_in_a_file(tmp_path: Path, request: pytest.FixtureRequest, disable: str) -> None:
    """Each of the plain bars has a line; tqdm is silent, or writes one long line."""
    script = tmp_path / "bar.py"
    program = (request.config.rootpath / "snippets/pools/progress_bar.py").read_text("utf-8")
    program = program.replace("from tqdm import tqdm", FOUND).replace(", disable=None", disable)
    script.write_text(program.replace("0,", ",").replace("90}", "9}"), "utf-8")
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run([sys.executable, str(script)], capture_output=True, timeout=60, env=env)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(b" of 5" + os.linesep.encode()) == 5
    if disable:
        assert done.stderr == b""
    else:
        assert b"  0%|" in done.stderr and b"100%|" in done.stderr
        assert done.stderr.count(b"\n") == 1


@needs_tqdm
def test_a_failed_task_ends_the_program(run_program: Callable[..., Ended]) -> None:
    """A line that is no request: the bar is not finished, and the status is 1."""
    bad = {"'\"GET /index": "'no request\\n\"GET /index", **LENT}
    ended = run_program("progress_bar.py", timeout=60, changed=bad)
    assert ended.status == 1
    assert "TypeError" in ended.output
    assert "5 of 5" not in ended.output


# Monday's log is not counted before the first bar was drawn.
GATE = {
    "    errors = 0\n    for": """    errors = 0
    import os
    while day == "Mon" and not os.path.exists("drawn"):
        pass
    for""",
    "            errors += count": """            open("drawn", "w").close()
            errors += count""",
    "700_000": "100",
}


def test_map_holds_the_bar_back(run_program: Callable[..., Ended]) -> None:
    """The bar waits for Monday, which waits for the bar."""
    ended = run_program("progress_bar.broken.py", hangs="Thu is counted", changed=GATE)
    assert ended.status is None
    assert " of 4" not in ended.output


def test_as_completed_does_not(run_program: Callable[..., Ended]) -> None:
    ended = run_program("progress_bar.cured.py", changed=GATE)
    assert ended.status == 0, ended.output
    assert ended.output.count(" of 4: ") == 4
    assert "1 of 4: Mon" not in ended.output


def test_only_results_make_two_steps(run_program: Callable[..., Ended]) -> None:
    ended = run_program("progress_bar-within.broken.py", changed={"200, 400": "10, 20"})
    assert ended.status == 0
    said = [line for line in ended.output.splitlines() if "%" in line]
    assert said == ["50 % of the pictures", "100 % of the pictures"]


# Each worker waits in its fifth row until main has said what it sees.
SEEN = {
    "200, 400": "10, 20",
    "rows[number] = row + 1": "rows[number] = row + 1\n        while row == 4 and not "
    "__import__('os').path.exists('seen'):\n            pass",
    "shown = tenths": "shown = tenths\n                if tenths == 5:\n"
    "                    open('seen', 'w').close()",
}


def test_rows_are_seen_while_the_tasks_run(run_program: Callable[..., Ended]) -> None:
    """If main saw none, this would not end."""
    ended = run_program("progress_bar-within.cured.py", changed=SEEN)
    assert ended.status == 0, ended.output
    assert "50 % of the pictures\n" in ended.output
    assert "100 % of the pictures\n" in ended.output


@needs_tqdm
def test_tqdm_shows_the_rows(run_program: Callable[..., Ended]) -> None:
    """It counts the 20 rows, and not the two results."""
    found = FOUND.replace("\n", "\n        ")
    changed = {
        "200, 400": "10, 20",
        "shown = 0": f"shown = 0\n        import sys\n        {found}\n"
        "        bar = tqdm(total=2 * ROWS, file=sys.stdout, ncols=70)",
        "tenths = 10 * sum(rows) // (2 * ROWS)": "tenths = shown\n            "
        "bar.n = sum(rows)\n            bar.refresh()\n            print(bar)",
    }
    ended = run_program("progress_bar-within.cured.py", timeout=60, changed=changed)
    assert ended.status == 0, ended.output
    assert "| 20/20 " in ended.output


def workers_of_an_executor() -> list[int]:
    """Return how many there are before the first submit, and after it."""
    with ProcessPoolExecutor(2) as executor:
        counts = [len(multiprocessing.active_children())]
        future = executor.submit(abs, -1)
        counts.append(len(multiprocessing.active_children()))
        future.result()
    return counts


def test_submit_starts_the_workers(run: Callable[..., Any], start_method: str) -> None:
    """Under fork all of them, so a bar that is made afterwards starts no thread beside it."""
    before, after = run(workers_of_an_executor)
    assert before == 0
    assert after == 2 if start_method == "fork" else after >= 1


@pytest.mark.parametrize(
    ("fault", "says"),
    [("1 / 0", "ZeroDivisionError"), ("__import__('os')._exit(1)", "BrokenProcessPool")],
)
def test_a_task_that_ends_badly(run_program: Callable[..., Ended], fault: str, says: str) -> None:
    """Main does not wait for rows that never come. Both tasks are submitted by then."""
    gate = {
        "200, 400": "10, 20",
        "inside = 0\n": "inside = 0\n    import os\n    while not os.path.exists('go'):\n"
        f"        pass\n    {fault}\n",
        "shown = 0": "shown = 0\n        open('go', 'w').close()",
    }
    ended = run_program("progress_bar-within.cured.py", changed=gate)
    assert ended.status == 1
    assert says in ended.output
    assert "%" not in ended.output


@needs_tqdm
def test_what_tqdm_draws() -> None:
    """Without total no bar; with disable=None nothing where there is no terminal."""
    tqdm = importlib.import_module("tqdm").tqdm
    drawn = {}
    how: dict[str, dict[str, Any]] = {
        "total": {"total": 3},
        "none": {},
        "quiet": {"total": 3, "disable": None},
    }
    for name, options in how.items():
        file = io.StringIO()
        assert list(tqdm(iter("abc"), file=file, **options)) == list("abc")
        drawn[name] = file.getvalue()
    assert "100%|" in drawn["total"] and "3/3" in drawn["total"]
    assert "3it" in drawn["none"] and "|" not in drawn["none"]
    assert drawn["quiet"] == ""


def bars_of_process_map() -> tuple[list[str], list[int], list[str]]:
    """Return the last states of its bars, one of them of a failed call, and its warnings."""
    process_map = importlib.import_module("tqdm.contrib.concurrent").process_map
    last, counts = [], []
    for function, inputs, how in (
        (abs, range(40), {"chunksize": 1}),
        (abs, range(40), {"chunksize": 10}),
        (int, ["1", "two"], {}),
    ):
        file = io.StringIO()
        with contextlib.suppress(ValueError):
            results = process_map(function, inputs, max_workers=1, file=file, mininterval=0, **how)
            counts.append(len(results))
        last.append(file.getvalue().split("\r")[-1])
    with warnings.catch_warnings(record=True) as caught, contextlib.suppress(ValueError):
        warnings.simplefilter("always")
        process_map(abs, range(1_001), max_workers=0)  # it warns before it refuses that
    return last, counts, [str(one.message) for one in caught]


@needs_tqdm
def test_process_map(run: Callable[..., Any]) -> None:
    """A chunk counts as one result (tqdm 4.70), and a failed task as a done one."""
    (whole, chunks, failed), counts, (warned,) = run(bars_of_process_map, timeout=60)
    assert counts == [40, 40]
    assert " 40/40 " in whole and " 4/40 " in chunks and " 2/2 " in failed
    assert "Iterable length 1001 > 1000 but `chunksize` is not set" in warned


def with_a_lock() -> list[str]:
    """Give the lock of tqdm to workers, first its own one; say what is wrong."""
    tqdm = importlib.import_module("tqdm").tqdm
    said = []
    tqdm(disable=False, file=io.StringIO()).close()
    try:
        multiprocessing.set_start_method("spawn")
    except RuntimeError as error:
        said.append(str(error))
    for _ in range(2):
        how: dict[str, Any] = {"initializer": tqdm.set_lock, "initargs": (tqdm.get_lock(),)}
        with ProcessPoolExecutor(1, **how) as executor:
            try:
                said.append(str(executor.submit(abs, -1).result()))
            except TypeError as error:
                said.append(str(error))
        tqdm.set_lock(multiprocessing.RLock())
    return said


@needs_tqdm
def test_one_lock_for_all_workers(run: Callable[..., Any], start_method: str) -> None:
    own = "1" if start_method == "fork" else "cannot pickle '_thread.RLock' object"
    assert run(with_a_lock, timeout=60) == ["context has already been set", own, "1"]
