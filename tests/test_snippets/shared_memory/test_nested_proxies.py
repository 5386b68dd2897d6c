"""What is a copy and what is a proxy, inside a dict of a manager."""

import copy
import pickle
import re
import sys
from collections.abc import Iterator
from multiprocessing import Manager, Process
from multiprocessing.managers import BaseProxy, DictProxy, ListProxy
from pathlib import Path
from typing import Any

import pytest

FOUND = {
    "leaks": ["friday.txt", "monday.txt"],
    "pump": ["friday.txt", "monday.txt", "tuesday.txt"],
    "seal": ["monday.txt", "tuesday.txt"],
}


@pytest.fixture
def manager() -> Iterator[Any]:
    with Manager() as manager:
        yield manager


def test_program(run_program):
    ended = run_program("nested_proxies.py")
    assert ended.status == 0, ended.output
    assert ended["found"] == FOUND
    assert ended.output.endswith("changed: 0\nstored again: 8\n")


def test_plain_lists_in_the_program_stay_empty(run_program):
    ended = run_program("nested_proxies.py", changed={"= manager.list()": "= []"})
    assert ended["found"] == {word: [] for word in FOUND}


def test_a_word_without_a_list_ends_the_program_with_1(run_program):
    ended = run_program("nested_proxies.py", changed={"words.intersection(WORDS)": "words"})
    assert ended.status == 1
    assert "KeyError: " in ended.output


def test_broken(run_program):
    ended = run_program("nested_proxies.broken.py")
    assert (ended.status, ended.output) == (0, "pump []\nleaks []\n")


def test_cured(run_program):
    ended = run_program("nested_proxies.cured.py")
    assert ended.status == 0
    assert ended.output == "pump ['friday.txt', 'monday.txt']\nleaks ['monday.txt']\n"


def test_without_the_lock_a_file_gets_lost(run_program):
    """Both have got the list before one of them stores it: the lock's place has a barrier."""
    ended = run_program(
        "nested_proxies.cured.py",
        changed={
            "with lock:": "if True:",
            "manager.Lock()": "manager.Barrier(2)",
            "files.append(name)": "files.append(name); word == 'pump' and lock.wait(60)",
        },
    )
    assert re.search(r"^pump \['\w+.txt'\]$", ended.output, re.MULTILINE), ended.output


def test_what_is_a_copy(manager):
    shared = manager.dict(pump={"hours": 0, "notes": []})
    shared["pump"]["hours"] = 8
    shared.get("pump")["hours"] = 8
    dict(shared.items())["pump"]["hours"] = 8
    shared.values()[0]["hours"] = 8
    shared["pump"]["notes"].append(1)
    assert shared["pump"] == {"hours": 0, "notes": []}
    grid = manager.list([[0, 0], [0, 0]])
    grid[0][1] = 5
    grid[:][0][1] = 5
    assert grid[:] == [[0, 0], [0, 0]]
    state = manager.Namespace(rows=[])
    state.rows.append(7)
    assert state.rows == []


def test_what_is_a_proxy(manager):
    shared = manager.dict(pump=manager.dict(hours=0), notes=manager.list())
    for pump in (shared["pump"], shared.get("pump"), shared.values()[0], shared.items()[0][1]):
        assert isinstance(pump, DictProxy)
        pump["hours"] += 2
    assert shared["pump"].copy() == {"hours": 8}
    grid = manager.list([manager.list([0, 0])])
    grid[0][1] = 5
    assert grid[0][:] == [0, 5]
    state = manager.Namespace()
    state.rows = manager.list()
    state.rows.append(7)
    assert state.rows[:] == [7]
    assert str(shared).count("Proxy object, typeid") == 2


def test_other_cures(manager):
    index = manager.dict()
    with manager.Lock():
        index["pump"] = [*index.get("pump", []), "monday.txt"]
    index["pump"] += ["friday.txt"]
    assert index.copy() == {"pump": ["monday.txt", "friday.txt"]}
    flat = manager.dict()
    flat["pump", "monday.txt"] = True
    assert flat.keys() == [("pump", "monday.txt")]


def test_no_copy_is_deep(manager):
    index = manager.dict(pump=manager.list([1]))
    for plain in (index.copy(), copy.deepcopy(index)):
        assert type(plain) is dict
        assert isinstance(plain["pump"], ListProxy)


def test_a_loop_over_an_inner_dict_fails_in_main(manager):
    made = manager.dict(hours=8)
    inner = manager.dict(pump=made)["pump"]
    with pytest.raises(AttributeError, match="'NoneType' object has no attribute '_registry'"):
        list(iter(inner))
    assert list(made) == inner.keys() == ["hours"]
    assert inner.copy() == {"hours": 8}


def test_a_task_cannot_get_the_manager(manager):
    with pytest.raises(TypeError, match="Pickling an AuthenticationString object is disallowed"):
        pickle.dumps(manager)


def keep_inner() -> Any:
    """Read an inner proxy when the manager has ended."""
    with Manager() as manager:
        index = manager.dict(pump=manager.list([1]))
        inner = index.copy()["pump"]
    try:
        return inner[:]
    except (FileNotFoundError, BrokenPipeError) as error:
        return type(error).__name__


def test_after_the_block(run):
    assert run(keep_inner) in ("FileNotFoundError", "BrokenPipeError")


def test_each_item_makes_a_proxy_that_connects_twice(manager, monkeypatch):
    """To be counted, and at its end."""
    index = manager.dict(pump=manager.list())
    files = index["pump"]
    connected = []
    client = BaseProxy.__init__.__globals__["listener_client"]["pickle"][1]

    def noted(*args: Any, **kwargs: Any) -> Any:
        connected.append(1)
        return client(*args, **kwargs)

    listener = BaseProxy.__init__.__globals__["listener_client"]["pickle"][0]
    both = {"pickle": (listener, noted)}
    monkeypatch.setitem(BaseProxy.__init__.__globals__, "listener_client", both)
    files.append(1)
    assert not connected
    index["pump"].append(2)
    assert len(connected) == 2
    assert files[:] == [1, 2]


def memory(pid: int) -> int:
    """Return the bytes that a process has in memory."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_manager_keeps_an_inner_list(manager):
    """A plain list is freed."""
    pid = manager._process.pid
    index = manager.dict()
    before = memory(pid)
    index["pump"] = ["x" * 50_000_000]
    assert memory(pid) - before > 40_000_000
    del index["pump"]
    len(index)
    assert memory(pid) - before < 40_000_000
    index["pump"] = manager.list(["x" * 50_000_000])
    del index["pump"]
    len(index)
    assert memory(pid) - before > 40_000_000


def add(index: Any, name: str) -> None:
    index["pump"].append(name)


def only_in_the_container() -> Any:
    """Nobody but the shared dict has a proxy of the list when the child starts."""
    with Manager() as manager:
        index = manager.dict()
        index["pump"] = manager.list()
        for name in "ab":
            child = Process(target=add, args=(index, name))
            child.start()
            child.join()
        return index["pump"][:]


def test_the_container_keeps_a_list_alive(run):
    assert run(only_in_the_container) == ["a", "b"]
