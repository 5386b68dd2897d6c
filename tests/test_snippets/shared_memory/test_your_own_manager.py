"""One object for all workers: who runs its methods, what comes back, and how it is lost."""

import os
import pickle
import signal
import sys
import threading
import time
import weakref
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Process
from multiprocessing.managers import BaseManager, BaseProxy, RemoteError
from pathlib import Path
from typing import Any

import pytest

from snippets.shared_memory import your_own_manager as lesson
from tests.calling import in_session, session_members

PROGRAM = Path(lesson.__file__)
GONE = (EOFError, OSError)


class Refused(Exception):
    """It can be pickled and unpickled."""


class Unmade(Exception):
    """It can be pickled, and cannot be made again from its text alone."""

    def __init__(self, article, left):
        super().__init__(f"{article}: {left}")


class Store:
    """What the page says of methods, to be tried."""

    def __init__(self):
        self.done = 0
        self.lock = threading.Lock()

    def where(self):
        """Return the process and the thread that run this."""
        return os.getpid(), threading.get_ident()

    def refuse(self):
        """Raise an exception that can be pickled."""
        raise Refused("no")

    def refuse_badly(self):
        """Raise one that cannot."""
        error: Any = ValueError("no")
        error.lock = self.lock
        raise error

    def refuse_unmade(self):
        """Raise one that cannot be unpickled."""
        raise Unmade("tea", 0)

    def give(self):
        """Return what cannot be pickled."""
        return self.lock

    def slow(self, file, go_on):
        """Hold the lock until a file is there; say so with another one."""
        with self.lock:
            Path(file).touch()
            wait_for(go_on)
            self.done += 1

    def count(self):
        """Return how many slow calls have ended."""
        with self.lock:
            return self.done

    def audit(self):
        """Return a list that may stay in the server."""
        return ["first"]

    def _hidden(self):
        return 1


class Remembering(BaseProxy):
    """A proxy with a state of its own."""

    _exposed_ = ("count",)

    def count(self: Any):
        """Ask the server once."""
        if not hasattr(self, "known"):
            self.known = self._callmethod("count")
        return self.known


class Stores(BaseManager):
    """A manager for it."""


Stores.register("Store", Store, method_to_typeid={"audit": "Audit"})
Stores.register("Audit", create_method=False)
Stores.register("Small", Store, exposed=["count"])
Stores.register("Own", Store, proxytype=Remembering)


def started() -> Any:
    """Return a manager, of which a type checker knows no method."""
    return Stores()


def wait_for(file):
    """Return once there is such a file."""
    last = time.monotonic() + 60
    while not Path(file).exists():
        assert time.monotonic() < last
        time.sleep(0.01)


def error_of(call, *args):
    """Return what it raises."""
    try:
        call(*args)
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def test_no_piece_is_sold_twice(run_program):
    ended = run_program("your_own_manager.py", timeout=60)
    assert ended.status == 0
    assert sum(map(len, ended["refused"])) == 2 * 1000 - 1600
    assert ended["left"] == {"tea": 0, "coffee": 1600 - 2 * 500}
    assert "'AutoProxy[Stock]' object has no attribute 'pieces'" in ended.output
    assert "\n{'tea': 2}\n" in ended.output and "tea: 1\nserver on 127.0.0.1\n" in ended.output


class Paused(dict):
    """Pieces of which each look takes a while, so that another thread can look, too."""

    def __getitem__(self, article):
        time.sleep(0.05)
        return super().__getitem__(article)


def test_the_stock_holds_its_lock_from_the_check_to_the_change():
    stock = lesson.Stock(Paused(tea=1))
    start, refused = threading.Barrier(2), []

    def take():
        start.wait(30)
        try:
            stock.take("tea")
        except lesson.SoldOut:
            refused.append("tea")

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert refused == ["tea"]
    assert stock.left() == {"tea": 0}


def test_a_worker_that_fails_ends_the_program(run_program):
    """The exception goes from the server to the worker, and from there to main."""
    changed = {r'"tea\ncoffee\ntea\n"': r'"tea\nmilk\ntea\n"'}
    ended = run_program("your_own_manager.py", changed=changed, timeout=60)
    assert ended.status == 1
    assert "KeyError: 'milk'" in ended.output
    assert "self.pieces[article]" not in ended.output  # the server's line


def test_without_a_lock_they_oversell(run_program):
    ended = run_program("your_own_manager.broken.py", timeout=60)
    assert ended.status == 0
    assert "sold: 6 of 5" in ended.output


def test_with_a_lock_they_do_not(run_program):
    ended = run_program("your_own_manager.cured.py", timeout=60)
    assert ended.status == 0
    assert "sold: 5 of 5" in ended.output


def threads_of_the_server():
    """Return where two processes' calls ran, and where main's did, with main's pid."""
    with started() as stores:
        store = stores.Store()
        here = {store.where(), store.where()}
        with ProcessPoolExecutor(1) as executor:
            there = executor.submit(store.where).result()
        return here, there, os.getpid(), stores._process.pid


def test_each_client_has_a_thread_in_the_server(run):
    here, there, main, server = run(threads_of_the_server)
    assert len(here) == 1
    assert {pid for pid, _ in [*here, there]} == {server}
    assert main != server
    assert there not in here


def errors_of_calls():
    """Return the errors that a proxy raises."""
    with started() as stores:
        store, small, own = stores.Store(), stores.Small(), stores.Own()
        store.done = 7
        return {
            "own": error_of(store.refuse),
            "exception": error_of(store.refuse_badly),
            "unmade": error_of(store.refuse_unmade),
            "result": error_of(store.give),
            "read": error_of(getattr, store, "lock"),
            "hidden": error_of(getattr, store, "_hidden"),
            "by force": error_of(store._callmethod, "_hidden"),
            "item": error_of(lambda: store["tea"]),
            "len": error_of(len, store),
            "not listed": error_of(getattr, small, "give"),
            "listed": small.count(),
            "not listed, by force": error_of(small._callmethod, "where"),
            "own proxy": (own.count(), own.known),
            "own, by force": error_of(own._callmethod, "where"),
            "assigned": (store.done, store.count()),
        }


def test_what_a_proxy_raises(run):
    found = run(errors_of_calls)
    assert isinstance(found["own"], Refused) and str(found["own"]) == "no"
    assert found["own"].__cause__ is None
    for name in ("exception", "result"):
        assert isinstance(found[name], RemoteError)
        assert "Unserializable message" in str(found[name])
    for name in ("read", "hidden", "not listed"):
        assert isinstance(found[name], AttributeError)
        assert "AutoProxy" in str(found[name])
    assert isinstance(found["unmade"], TypeError) and "__init__()" in str(found["unmade"])
    assert found["own proxy"] == (0, 0)
    for name in ("by force", "not listed, by force", "own, by force"):
        assert isinstance(found[name], RemoteError)
    assert isinstance(found["item"], TypeError) and isinstance(found["len"], TypeError)
    assert found["listed"] == 0
    assert found["assigned"] == (7, 0)


def kept_in_the_server():
    """Return what a proxy of a result does in main and a worker, and what the worker raises."""
    with started() as stores:
        store = stores.Store()
        audit = store.audit()
        with ProcessPoolExecutor(1) as executor:
            executor.submit(audit.append, "second").result()
            return audit.index("second"), executor.submit(error_of, store.audit).result()


def test_a_result_that_stays_in_the_server(run):
    place, error = run(kept_in_the_server)
    assert place == 1
    assert isinstance(error, AttributeError)
    assert str(error) == "'NoneType' object has no attribute '_registry'"


def objects_of_the_server():
    """Return how many objects the server has, before and after its proxy is deleted."""
    with started() as stores:
        store = stores.Store()
        kept = stores._number_of_objects()
        del store
        return kept, stores._number_of_objects()


def test_the_last_proxy_takes_the_object_along(run):
    assert run(objects_of_the_server) == (1, 0)


def passed_and_not_kept():
    """Return whether main has the proxy after start(), and the error of a copy."""
    with Stores() as stores:
        store = stores.Store()  # type: ignore[attr-defined]  # mypy does not know it
        pickled, kept = pickle.dumps(store), weakref.ref(store)
        process = Process(target=repr, args=(store,))
        del store
        process.start()
        gone = kept() is None
        process.join()
        return gone, error_of(pickle.loads, pickled)


def test_start_drops_the_proxy_in_args(run):
    gone, error = run(passed_and_not_kept)
    assert gone
    assert isinstance(error, RemoteError) and "KeyError" in str(error)


def killed_in_a_call(folder):
    """Kill a worker whose call runs in the server, and count the calls that ended there."""
    inside, go_on = f"{folder}/inside", f"{folder}/go_on"
    with started() as stores:
        store = stores.Store()
        worker = Process(target=store.slow, args=(inside, go_on))
        worker.start()
        wait_for(inside)
        worker.kill()
        worker.join()
        Path(go_on).touch()
        return worker.exitcode, store.count()


def test_a_killed_worker_leaves_no_lock_behind(run, tmp_path):
    assert run(killed_in_a_call, str(tmp_path)) == (-signal.SIGKILL, 1)


def after_the_end(kill):
    """Return the errors of calls after the server has ended."""
    with started() as stores:
        store = stores.Store()
        store.count()
        if kill:
            os.kill(stores._process.pid, signal.SIGKILL)
            stores._process.join()
        else:
            stores.shutdown()
        return [error_of(store.count), error_of(store.count), error_of(stores.Store)]


@pytest.mark.parametrize("kill", [True, False])
def test_calls_after_the_server_has_ended(run, kill):
    *calls, new = run(after_the_end, kill)
    assert all(isinstance(error, GONE) for error in calls), calls
    assert isinstance(new, GONE if kill else AssertionError)


def wrong_registrations():
    """Return the errors of the page's list, and what a class in a function raises."""
    not_started = error_of(started().Store)

    class Local:
        pass

    class Late(BaseManager):
        pass

    Late.register("Local", Local)
    local = error_of(start_and_end, Late())
    with started() as stores:
        missing = error_of(lambda: stores.Other())
        Stores.register("Other", list)
        late = error_of(lambda: stores.Other())
    return not_started, missing, late, local


def start_and_end(manager):
    """Start it; an error where that goes well, too."""
    manager.start()
    manager.shutdown()
    raise SystemError("well")


def test_registering(run, start_method):
    not_started, missing, late, local = run(wrong_registrations)
    assert isinstance(not_started, AssertionError)
    assert str(not_started) == "server not yet started"
    assert str(missing) == "'Stores' object has no attribute 'Other'"
    assert isinstance(late, RemoteError)
    assert "KeyError: 'Other'" in str(late).rstrip("-\n").splitlines()[-1]
    if start_method == "fork":
        assert isinstance(local, SystemError)
    else:
        assert type(local).__name__ in ("PicklingError", "AttributeError")


@pytest.mark.skipif(sys.platform == "win32", reason="a group of processes gets the signal")
def test_ctrl_c_ends_all(tmp_path):
    """The terminal sends the signal to all processes; the server is ended by main's block."""
    program = PROGRAM.read_text("utf-8")
    call = "        try:\n            stock.take("
    assert call in program
    program = program.replace(
        call,
        "        if number == 1500:\n"
        '            Path("last").touch()\n'
        "            threading.Event().wait(60)\n" + call,
        1,
    )
    script = tmp_path / "program.py"
    script.write_text(program, "utf-8")
    with in_session(script, cwd=tmp_path) as main:
        wait_for(tmp_path / "last")
        os.killpg(main.pid, signal.SIGINT)
        _, errors = main.communicate(timeout=60)
        assert main.returncode != 0
        assert "KeyboardInterrupt" in errors
        assert not session_members(main.pid, 10)
