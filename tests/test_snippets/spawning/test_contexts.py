"""A library works with the context that it is given, and leaves the start method open."""

import hashlib
import inspect
import itertools
import multiprocessing
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.synchronize import SemLock
from pathlib import Path
from typing import Any

import pytest

from snippets.spawning import contexts as lesson
from tests.calling import Ended

KINDS = {"fork": "ForkProcess", "spawn": "SpawnProcess", "forkserver": "ForkServerProcess"}
OPEN = (3, 13, 12) <= sys.version_info < (3, 14) or sys.version_info >= (3, 14, 3)  # gh-109263
DIGITS = ["sha256 has 64 digits", "sha512 has 128 digits"]
CHECKED = pytest.mark.skipif(
    "fork context" not in inspect.getsource(SemLock.__getstate__),
    reason="the child crashes before python/cpython#77377 was mended",
)
SEMLOCK = "A SemLock created in a fork context is being shared with a process in a spawn context"


def digests_with(method: str) -> tuple[list[str], str | None]:
    found = lesson.digests(lesson.FILES, multiprocessing.get_context(method))
    return found, multiprocessing.get_start_method(allow_none=True)


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_workers_are_started_as_the_context_says(run: Callable[..., Any], method: str) -> None:
    """Whatever the program's own start method is; and that stays open (python/cpython#109263)."""
    expected = [hashlib.sha256(path.read_bytes()).hexdigest() for path in lesson.FILES]
    found, decided = run(digests_with, method, timeout=60)
    assert found == expected
    if method == "fork" or OPEN:
        assert decided is None
    output = run.output  # type: ignore[attr-defined]
    assert output.count(f"in a {KINDS[method]}\n") == len(lesson.FILES)


def test_program_s_start_method_is_fixed_by_its_first_use(
    run_program: Callable[..., Ended], start_method: str
) -> None:
    """Setting it is too late then, even to what it is."""
    ended = run_program("contexts.py", timeout=90)
    assert ended["fixed"] == start_method
    assert len(ended["results"]) == 3
    assert "all the same: True" in ended.output
    assert "RuntimeError: context has already been set" in ended.output


@CHECKED
def test_lock_of_another_context(run_program: Callable[..., Ended], start_method: str) -> None:
    """Where the program's own start method is fork, a spawned process cannot have its lock."""
    ended = run_program("contexts.broken.py", timeout=60)
    if start_method == "fork":
        assert SEMLOCK in ended.output
        assert ended.status == 1
    else:
        assert (sorted(ended.output.splitlines()), ended.status) == (DIGITS, 0)


def test_lock_of_the_same_context(run_program: Callable[..., Ended]) -> None:
    """It works under every start method of the program."""
    ended = run_program("contexts.cured.py", timeout=60)
    assert (sorted(ended.output.splitlines()), ended.status) == (DIGITS, 0)


def mixtures_that_fail() -> list[tuple[str, str, str]]:
    failed = []
    for made, given in itertools.product(KINDS, KINDS):
        for kind in ("Lock", "Queue"):
            thing = getattr(multiprocessing.get_context(made), kind)()
            context: Any = multiprocessing.get_context(given)
            process = context.Process(target=repr, args=(thing,))
            try:
                process.start()
            except RuntimeError as error:
                assert "A SemLock created in a fork context" in str(error)
                failed.append((made, given, kind))
            else:
                process.join()
                assert process.exitcode == 0
    return failed


@CHECKED
def test_only_what_fork_made_does_not_fit(run: Callable[..., Any]) -> None:
    """From fork to a process that is not a copy; every other mixture works."""
    others = [
        ("fork", given, kind) for given in ("spawn", "forkserver") for kind in ("Lock", "Queue")
    ]
    assert run(mixtures_that_fail, timeout=90) == others


def fixed_by(what: str) -> bool:
    spawn = multiprocessing.get_context("spawn")
    if what == "executor":
        ProcessPoolExecutor(1)
    elif what == "an executor with a context":
        ProcessPoolExecutor(1, mp_context=spawn)
    elif what == "Process":
        multiprocessing.Process(target=print)
    elif what == "RawValue":
        multiprocessing.RawValue("i")
    else:
        getattr(multiprocessing, what)()
    return multiprocessing.get_start_method(allow_none=True) is not None


@pytest.mark.parametrize(
    ("what", "fixed"),
    [
        ("executor", True),
        ("Lock", True),
        ("get_context", True),
        ("an executor with a context", False),
        ("Process", False),
        ("Pipe", False),
        ("RawValue", False),
    ],
)
def test_what_fixes_the_start_method(run: Callable[..., Any], what: str, fixed: bool) -> None:
    """A process does so when it is started, not when it is made."""
    assert run(fixed_by, what, timeout=60) is fixed


FORCED = """
import multiprocessing
if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    lock = multiprocessing.Lock()
    multiprocessing.set_start_method("spawn", force=True)
    multiprocessing.Process(target=print, args=(lock,)).start()
"""
UNGUARDED = """
import multiprocessing
multiprocessing.set_start_method("spawn")
if __name__ == "__main__":
    child = multiprocessing.Process(target=print)
    child.start()
    child.join()
    print("exit code", child.exitcode)
"""


TWICE = """
import multiprocessing
multiprocessing.set_start_method("fork")
for method in ["fork", "spawn"]:
    if multiprocessing.get_start_method(allow_none=True) != method:
        print("setting", method, flush=True)
        multiprocessing.set_start_method(method)
"""


@pytest.mark.parametrize(
    ("program", "words"),
    [
        pytest.param(FORCED, [SEMLOCK], marks=CHECKED),
        (UNGUARDED, ["context has already been set", "exit code 1"]),
        (TWICE, ["setting spawn\nTraceback", "context has already been set"]),
    ],
    ids=["forced", "unguarded", "twice"],
)
def test_ways_to_set_it_that_fail(tmp_path: Path, program: str, words: list[str]) -> None:
    """What was made before does not fit; a child sets it again; another one is not kept."""
    script = tmp_path / "program.py"
    script.write_text(program)
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=False
    )
    for word in words:
        assert word in done.stdout + done.stderr
