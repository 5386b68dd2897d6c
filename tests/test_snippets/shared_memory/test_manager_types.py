"""What a manager holds besides dicts and lists, what its proxies show, and what gets lost."""

import os
import sys
from array import array
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Manager, Process, Value
from multiprocessing.managers import RemoteError
from typing import Any

import pytest

from tests.calling import Ended

LABELS = ["Anna 10115", "Ben 80331", "Carla 20095", "Dora 10435", "Fritz 89073"]
REST = [
    "Namespace(customers='done', friends='done', readers='done')",
    "5 letters for 5 people",
    "by zone: [0, 2, 1, 0, 0, 0, 0, 0, 2, 0]",
    "unclear: Emil ?",
    "repr: <ArrayProxy object, typeid 'Array'",
    "str: array('i', [3, 0, 2])",
    "length: 3",
    "copy: array('i', [9, 0, 2]) in the manager: array('i', [3, 0, 2])",
    "Namespace(open=True) but main has: ask Ben",
    "the worker has it: False",
]


@pytest.mark.parametrize("registers", ["if needed", "always"])
def test_program(run_program: Callable[..., Ended], registers: str) -> None:
    """It works in the same way with a set of its own."""
    always = {'if not hasattr(SyncManager, "set"):': "if True:"}
    changed = always if registers == "always" else {}
    if changed and sys.version_info < (3, 14):
        pytest.skip("it registers a set anyway")
    ended = run_program("manager_types.py", timeout=90, changed=changed)
    assert ended.status == 0, ended.output
    lines = ended.output.splitlines()
    assert sorted(lines[:5]) == [f"label: {address}" for address in LABELS]
    assert lines[5:] == REST


def test_a_manager_has_a_set_since_3_14(run_program: Callable[..., Ended]) -> None:
    changed = {'SyncManager.register("set", set, exposed=METHODS)': "pass"}
    ended = run_program("manager_types.py", timeout=90, changed=changed)
    new = sys.version_info >= (3, 14)
    assert ended.status == (0 if new else 1), ended.output
    assert new or "'SyncManager' object has no attribute 'set'" in ended.output


def test_too_many_tickets(run_program: Callable[..., Ended]) -> None:
    broken = run_program("manager_types.broken.py", timeout=90)
    cured = run_program("manager_types.cured.py", timeout=90)
    assert broken.status == cured.status == 0
    assert broken["sold"] > 500
    assert cured["sold"] == 500


def test_a_value_without_a_lock(run_program: Callable[..., Ended]) -> None:
    broken = run_program("manager_types-lock.broken.py")
    assert broken.status == 1
    assert "AttributeError: 'ValueProxy' object has no attribute 'get_lock'" in broken.output
    cured = run_program("manager_types-lock.cured.py")
    assert (cured.status, cured.output) == (0, "words: 9\n")


def raised(call: Callable[[], Any]) -> str:
    try:
        call()
    except (AttributeError, OverflowError, RemoteError, RuntimeError, TypeError) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def what_they_are() -> dict[str, Any]:
    found: dict[str, Any] = {}
    with Manager() as manager:
        make_value: Any = manager.Value
        value = make_value("i", 0, lock=False)
        value.value = "text"
        found["any"] = value.value
        numbers: Any = manager.Array("i", [1, 2])
        found["array"] = numbers[:] == array("i", [1, 2])
        found["checked"] = raised(lambda: numbers.__setitem__(0, "x")).partition(":")[0]
        found["no lock"] = hasattr(numbers, "get_lock") or hasattr(value, "get_lock")
        index = raised(lambda: numbers._callmethod("index", (1,)))
        found["not exposed"] = (index.partition(":")[0], "KeyError: 'index'" in index)
        proxies: list[Any] = [manager.Lock(), manager.Queue()]
        found["copies"] = [raised(proxy._getvalue).partition(":")[0] for proxy in proxies]
    return found


def test_what_they_are(run: Callable[..., Any]) -> None:
    assert run(what_they_are) == {
        "any": "text",
        "array": True,
        "checked": "TypeError",
        "no lock": False,
        "not exposed": ("RemoteError", True),
        "copies": ["RemoteError"] * 2,
    }


def die_with(lock: Any) -> None:
    with lock:
        os._exit(3)


def left_locked() -> tuple[int | None, bool]:
    with Manager() as manager:
        lock = manager.Lock()
        process = Process(target=die_with, args=(lock,))
        process.start()
        process.join()
        return process.exitcode, lock.acquire(True, 0.3)


def test_a_killed_worker_leaves_it_locked(run: Callable[..., Any]) -> None:
    assert run(left_locked) == (3, False)


def handed_to_a_task() -> str:
    with ProcessPoolExecutor(1) as executor:
        return raised(executor.submit(repr, Value("i", 0)).result)


def test_a_value_cannot_be_handed_to_a_task(run: Callable[..., Any]) -> None:
    message = "Synchronized objects should only be shared between processes through inheritance"
    assert run(handed_to_a_task) == f"RuntimeError: {message}"
