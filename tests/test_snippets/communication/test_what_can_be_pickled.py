"""What pickle takes and what it refuses, and where the refusal is seen."""

import collections
import csv
import importlib.util
import io
import logging
import pickle
import queue
import re
import socket
import sqlite3
import sys
import threading
import types
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import date
from functools import partial
from multiprocessing import Pool, Process, Queue, SimpleQueue
from multiprocessing.pool import MaybeEncodingError  # type: ignore[attr-defined]
from pathlib import Path
from typing import Any

import pytest

from snippets.communication import what_can_be_pickled as lesson

REFUSED = ["discount", "lock", "log", "prices", "numbers"]
NO_DATABASE = "TypeError: cannot pickle 'sqlite3.Connection' object"
DOUBLE = lambda number: 2 * number  # noqa: E731 (the page is about lambdas)


def test_program(run_program):
    ended = run_program("what_can_be_pickled.py", timeout=60)
    assert ended.status == 0, ended.output
    assert ended["refused"] == REFUSED
    assert "can be pickled: ['order', 'rounding', 'vat']\n" in ended.output
    assert """MaybeEncodingError: TypeError("cannot pickle 're.Match' object")\n""" in ended.output


def test_the_advised_result_arrives(run_program):
    cure = {'-\\d+", text)': '-\\d+", text)[0]'}
    ended = run_program("what_can_be_pickled.py", changed=cure, timeout=60)
    assert (ended.status, "Maybe" in ended.output) == (0, False)


def test_a_connection_is_refused(run_program):
    ended = run_program("what_can_be_pickled.broken.py", timeout=60)
    assert ended.status == 1
    assert NO_DATABASE in ended.output
    hint = "when serializing dict item 'database'" in ended.output
    assert hint is (sys.version_info >= (3, 14))


def test_each_copy_opens_the_database(run_program):
    """In main once, and once for each of three tasks."""
    ended = run_program("what_can_be_pickled.cured.py", timeout=60)
    assert ended.status == 0
    assert ended.output.count("opened books.db\n") == 4
    assert ended.output.endswith("[9, 15, 12]\n")


def test_the_class_of_the_worker_is_its_own(run_program, start_method):
    ended = run_program("what_can_be_pickled-class.broken.py", timeout=60)
    in_worker = 214 if start_method == "fork" else 238
    assert (ended.status, ended.output) == (0, f"in main: 214\nin the worker: {in_worker}\n")


def test_an_attribute_of_the_object_travels(run_program):
    ended = run_program("what_can_be_pickled-class.cured.py", timeout=60)
    assert (ended.status, ended.output) == (0, "in main: 214\nin the worker: 214\n")


def test_a_change_after_the_start_is_not_inherited(run_program):
    """Under fork it counts that the worker was started after the change."""
    late = {
        "    Invoice.vat = 7": "    pass",
        'print("in main:"': 'executor.submit(abs, 1).result(); Invoice.vat = 7; print("in main:"',
    }
    ended = run_program("what_can_be_pickled-class.broken.py", changed=late, timeout=60)
    assert (ended.status, ended.output) == (0, "in main: 214\nin the worker: 238\n")


def numbers():
    """Make a generator."""
    yield 1


class Item:
    """At the top level of a module."""


def objects_refused():
    """Return pairs of an object and what pickle says of it."""
    file = "'_io.%s' object" if sys.version_info < (3, 12) else "'%s' instances"
    database = sqlite3.connect(":memory:")
    database.row_factory = sqlite3.Row
    lock = "cannot pickle '_thread.lock' object"
    return [
        (threading.Lock(), lock),
        (threading.RLock(), "cannot pickle '_thread.RLock' object"),
        (queue.Queue(), lock),
        (threading.Event(), lock),
        (logging.StreamHandler(), "cannot pickle '_thread.RLock' object"),
        (Future(), "cannot pickle '_thread.RLock' object"),
        (sys.__stdin__, "cannot pickle " + file % "TextIOWrapper"),
        (io.BufferedReader(io.BytesIO()), "cannot pickle " + file % "BufferedReader"),
        (numbers(), "cannot pickle 'generator' object"),
        ({}.keys(), "cannot pickle 'dict_keys' object"),
        (re.match("a", "a"), "cannot pickle 're.Match' object"),
        (database, "cannot pickle 'sqlite3.Connection' object"),
        (database.execute("SELECT 1").fetchone(), "cannot pickle 'sqlite3.Row' object"),
        (sys, "cannot pickle 'module' object"),
        (csv.reader([]), "cannot pickle '_csv.reader' object"),
    ]


def test_the_messages():
    """As the page has them, on the Python that runs this."""
    for value, message in objects_refused():
        with pytest.raises(TypeError) as error:
            pickle.dumps(value)
        assert str(error.value) == message
        if isinstance(value, sqlite3.Connection):
            value.close()


def test_the_messages_of_functions():
    def local():
        """Be refused."""

    class Local:
        """Be refused."""

    if sys.version_info >= (3, 14):
        unknown, inner = "it's not found as ", "Can't pickle local object <"
        kind: type[Exception] = pickle.PicklingError
    else:
        unknown, inner = "attribute lookup <lambda> on ", "Can't (get|pickle) local object '"
        kind = AttributeError
    with pytest.raises(pickle.PicklingError, match=f"^Can't pickle <function <lambda>.*{unknown}"):
        pickle.dumps(DOUBLE)
    for value in (local, Local, Local(), lambda: 1):
        with pytest.raises(kind, match=f"^{inner}"):
            pickle.dumps(value)
        assert lesson.find_refused({"it": value}) == ["it"]


def test_what_travels():
    travels = [1, "x", b"x", date(2026, 1, 1), Path("x"), re.compile("x"), numbers, Item, Item()]
    travels += [partial(max, 1), [Item()], {"a": (1, 2)}, Item.__repr__, max, tuple(numbers())]
    travels += [collections.Counter("aab"), types.SimpleNamespace(a=1)]
    assert lesson.find_refused(dict(enumerate(travels))) == []


def test_a_method_takes_its_object_along():
    item = Item()
    assert lesson.find_refused({"method": item.__repr__}) == []
    vars(item)["lock"] = threading.Lock()
    assert lesson.find_refused({"method": item.__repr__}) == ["method"]


class Lean:
    """As the page's code block: an attribute is left out."""

    def __init__(self):
        self.log, self.lock, self.vat = sys.__stderr__, threading.Lock(), 7

    def __getstate__(self):
        return {**vars(self), "log": None, "lock": None}


def test_attributes_can_be_left_out():
    copy = pickle.loads(pickle.dumps(Lean()))
    assert vars(copy) == {"log": None, "lock": None, "vat": 7}


class Owner:
    """It keeps its own pool."""

    def __init__(self, pool):
        self.pool = pool

    def work(self, number):
        """Return the number."""
        return number


def map_my_own_method():
    """Return what the map of a method says whose object keeps the pool."""
    with Pool(1) as pool:
        try:
            return pool.map(Owner(pool).work, [1])
        except NotImplementedError as error:
            return str(error)


def test_an_object_with_a_pool(run):
    expected = "pool objects cannot be passed between processes or pickled"
    assert run(map_my_own_method, timeout=60) == expected


def start_with_a_lambda():
    """Return the child's exit code, or the error of start()."""
    process = Process(target=lambda: sys.exit(3))
    try:
        process.start()
    except (AttributeError, pickle.PicklingError) as error:
        return type(error).__name__
    process.join(50)
    return process.exitcode


def test_start_pickles_nothing_under_fork(run, start_method):
    error = "PicklingError" if sys.version_info >= (3, 14) else "AttributeError"
    assert run(start_with_a_lambda, timeout=60) == (3 if start_method == "fork" else error)


def refused_in(how):
    """Return the error that a lock in a task, or a result, becomes."""
    lock: Any = threading.Lock()
    with Pool(1) as pool, ProcessPoolExecutor(1) as executor:
        calls = {
            "task of a pool": lambda: pool.map(abs, [lock]),
            "task of an executor": lambda: executor.submit(abs, lock).result(50),
            "result of a pool": lambda: pool.map(lesson.find_order, ["a LDN-1"]),
            "result of an executor": lambda: executor.submit(lesson.find_order, "a L-1").result(50),
        }
        try:
            return calls[how]()
        except (TypeError, MaybeEncodingError) as error:
            return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ("task of a pool", "TypeError: cannot pickle '_thread.lock' object"),
        ("task of an executor", "TypeError: cannot pickle '_thread.lock' object"),
        ("result of a pool", "MaybeEncodingError: Error sending result: "),
        ("result of an executor", "TypeError: cannot pickle 're.Match' object"),
    ],
)
def test_where_a_task_and_a_result_are_refused(run, how, error):
    assert run(refused_in, how, timeout=60).startswith(error)


class Torn(Exception):
    """It can be pickled, and not be unpickled."""

    def __init__(self, shop, price):
        super().__init__(shop)


def raise_torn(shop):
    """Raise what main cannot unpickle."""
    raise Torn(shop, 1)


def break_an_executor():
    """Return the error that an executor makes of it."""
    with ProcessPoolExecutor(1) as executor:
        return type(executor.submit(raise_torn, "Leeds").exception(50)).__name__


def test_an_exception_that_cannot_be_unpickled_breaks_an_executor(run):
    assert run(break_an_executor, timeout=60) == "BrokenProcessPool"


def say(connected):
    """Send a word."""
    connected.send(b"here")
    connected.close()


def send_a_socket():
    """Return what a worker sent through a socket of its task, and whether pickle refuses it."""
    ours, theirs = socket.socketpair()
    with ours, theirs, ProcessPoolExecutor(1) as executor:
        executor.submit(say, theirs).result(50)
        return ours.recv(4), lesson.find_refused({"theirs": theirs})


def test_a_pool_sends_a_socket(run):
    assert run(send_a_socket, timeout=60) == (b"here", ["theirs"])


def put_a_lock():
    """Return what SimpleQueue's put() raises; Queue's raises nothing."""
    lock: Any = threading.Lock()
    lossy = Queue()
    lossy.put(lock)
    lossy.close()
    lossy.join_thread()
    try:
        SimpleQueue().put(lock)
    except TypeError as error:
        return str(error)


def test_put_of_a_queue_does_not_raise(run):
    assert run(put_a_lock, timeout=60) == "cannot pickle '_thread.lock' object"


def call(data, *args):
    """Load a function and call it: the page's code block."""
    return pickle.loads(data)(*args)


def send_by_value():
    """Return what a lambda made in a worker, its bytes and what cloudpickle refuses."""
    import cloudpickle  # type: ignore[import-untyped]

    data = cloudpickle.dumps(lambda total: total * 0.9)
    refused = []
    with ProcessPoolExecutor(1) as executor:
        result = executor.submit(call, data, 100).result(50)
    database = sqlite3.connect(":memory:")
    for value in (threading.Lock(), numbers(), database):
        try:
            cloudpickle.dumps(value)
        except TypeError:
            refused.append(type(value).__name__)
    database.close()
    return result, refused


@pytest.mark.skipif(not importlib.util.find_spec("cloudpickle"), reason="needs cloudpickle")
def test_cloudpickle_sends_the_code(run):
    result, refused = run(send_by_value, timeout=60)
    assert (result, refused) == (90.0, ["lock", "generator", "Connection"])
