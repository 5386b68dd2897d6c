"""An initializer loads once in each worker; what happens if it raises, and at a worker's end."""

import atexit
import functools
import multiprocessing.pool
import os
import pickle
import re
import sqlite3
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import Lock, Pool
from threading import Event
from typing import Any
from unittest.mock import patch

import pytest

from snippets.pools import initializer as lesson

GLOBAL = "    global places  # (1)\n"
LOADED = "20000 places loaded\n"

kept: Any = None  # what an initializer keeps


def test_program(run_program, tmp_path):
    """Loaded by each of two workers, and by one for the cached function."""
    ended = run_program("initializer.py", timeout=60)
    assert ended.status == 0, ended.output
    before, _, after = ended.output.partition(" cars, the first one")
    assert before == LOADED * 2 + "8"
    assert after.count(LOADED) == 1
    assert len(set(ended["found"])) > 4
    assert ended["again"] == ended["found"]
    lesson.write_places(tmp_path / "places")
    rows, cars = lesson.read_places(tmp_path / "places"), ended["cars"]
    near = [min(rows, key=lambda row: (row[1] - x) ** 2 + (row[2] - y) ** 2)[0] for x, y in cars]
    assert near == ended["found"]
    table, position = re.search(r"([\d.]+) MB a task\n.*: (\d+) bytes a task", after).groups()
    assert float(table) * 1e6 > 5_000 * int(position)
    assert 0.8 < len(pickle.dumps(rows)) / len(pickle.dumps(ended["rows"])) < 1.2
    assert "Exception in initializer" in after
    assert "FileNotFoundError" in after.partition("main got: BrokenProcessPool\n")[0]
    assert after.endswith(f"{LOADED}the same: True\nno table: FileNotFoundError\n")


def test_without_global_no_task_finds_it(run_program):
    ended = run_program("initializer.py", timeout=60, changed={GLOBAL: ""})
    assert ended.status == 1
    assert ended.output.startswith(LOADED)
    assert "NameError: name 'places' is not defined" in ended.output


def test_a_connection_is_refused(run_program):
    ended = run_program("initializer.broken.py")
    assert ended.status == 1
    assert "TypeError: cannot pickle 'sqlite3.Connection' object" in ended.output


def test_each_worker_connects(run_program):
    ended = run_program("initializer.cured.py")
    assert ended.status == 0
    assert ended.output == "4.5\n"


def test_a_connection_in_initargs_is_refused_unless_inherited(run, start_method):
    assert run(initargs_connection) == ("7" if start_method == "fork" else "refused")


def initargs_connection():
    """Use a database in memory, so that nothing can be corrupted."""
    with sqlite3.connect(":memory:") as connection:
        try:
            with ProcessPoolExecutor(1, initializer=keep, initargs=(connection,)) as executor:
                return executor.submit(ask_kept).result()
        except TypeError as error:
            assert "cannot pickle 'sqlite3.Connection' object" in str(error)
            return "refused"


def keep(value):
    global kept
    kept = value


def ask_kept():
    return str(kept.execute("SELECT 3 + 4").fetchone()[0])


def ask_lock():
    with kept:
        return "locked"


def test_a_lock_may_be_in_initargs(run):
    assert run(lock_in_initargs) == "locked"


def lock_in_initargs():
    with ProcessPoolExecutor(1, initializer=keep, initargs=(Lock(),)) as executor:
        return executor.submit(ask_lock).result()


def test_global_forgotten(run_program):
    ended = run_program("initializer-global.broken.py")
    assert ended.status == 1
    assert ended.output.startswith("rates loaded: 2\n")
    assert ended.output.rstrip().endswith("TypeError: 'NoneType' object is not subscriptable")
    ended = run_program("initializer-global.broken.py", changed={"rates = None\n": ""})
    assert "NameError: name 'rates' is not defined" in ended.output.rstrip().splitlines()[-1]


def test_global_cured(run_program):
    ended = run_program("initializer-global.cured.py")
    assert ended.status == 0
    assert ended.output == "rates loaded: 2\n[8.0, 5.0]\n"


def note_and_raise(path):
    with path.open("a") as file:
        file.write("tried\n")
    raise FileNotFoundError("no model")


def note_and_die(path):
    with path.open("a") as file:
        file.write("tried\n")
    os._exit(9)


def tries_of_a_pool(path, initializer):
    with Pool(1, initializer, (path,)) as pool:
        answer = pool.map_async(abs, [-1], chunksize=1)
        deadline = time.monotonic() + 25
        while time.monotonic() < deadline:
            if path.exists() and path.read_text().count("tried") >= 4:
                break
            time.sleep(0.02)
        return path.read_text().count("tried") >= 4, answer.ready()


@pytest.mark.parametrize("initializer", [note_and_raise, note_and_die])
def test_a_pool_starts_workers_again_and_again(run, tmp_path, initializer):
    assert run(tries_of_a_pool, tmp_path / "tries", initializer) == (True, False)


def fail():
    raise SystemExit(1)  # ends the worker without a traceback


def maps_before_the_next_worker():
    """Call when the only worker has ended, and hold the start of the next one so long."""
    start: Any = multiprocessing.pool.Pool._repopulate_pool_static  # type: ignore[attr-defined]
    ended, called = Event(), Event()

    def start_late(*args):
        if workers:
            ended.set()
            called.wait(25)
        workers.append(start(*args))

    workers: list[None] = []
    late = patch.object(
        multiprocessing.pool.Pool, "_repopulate_pool_static", staticmethod(start_late)
    )
    with late, Pool(1, fail) as pool:
        assert ended.wait(25)
        try:
            pool.map_async(abs, [-1])
        except ZeroDivisionError:
            return "no worker"
        finally:
            called.set()


def test_map_divides_by_the_number_of_workers(run):
    assert run(maps_before_the_next_worker) == "no worker"


def broken_by(path, initializer):
    with ProcessPoolExecutor(1, initializer=initializer, initargs=(path,)) as executor:
        try:
            executor.submit(note_task, path).result()
        except BrokenProcessPool as error:
            return path.read_text(), str(error)


def note_task(path):
    with path.open("a") as file:
        file.write("task\n")


@pytest.mark.parametrize("initializer", [note_and_raise, note_and_die])
def test_an_executor_breaks_and_runs_no_task(run, tmp_path, initializer):
    noted, error = run(broken_by, tmp_path / "tries", initializer)
    assert noted == "tried\n"
    assert "A process in the process pool was terminated abruptly" in error


@functools.cache
def cached(path):
    note_task(path)
    if path.read_text().count("task") < 2:
        raise FileNotFoundError("not yet")
    return "loaded"


def twice_in_a_pool(path):
    with Pool(1) as pool:
        try:
            pool.apply(cached, (path,))
        except FileNotFoundError as error:
            return str(error), pool.map(cached, [path, path]), path.read_text().count("task")


def test_a_failure_is_not_cached_and_comes_to_main_from_a_pool(run, tmp_path):
    assert run(twice_in_a_pool, tmp_path / "tasks") == ("not yet", ["loaded", "loaded"], 2)


def at_exit(path):
    atexit.register(note_task, path)


def closed_and_joined(path):
    with Pool(1, at_exit, (path,)) as pool:
        pool.apply(abs, (-1,))
        pool.close()
        pool.join()
    pooled = path.exists()
    path.unlink(missing_ok=True)
    with ProcessPoolExecutor(1, initializer=at_exit, initargs=(path,)) as executor:
        executor.submit(abs, -1).result()
    return pooled, path.exists()


def test_atexit_in_a_worker(run, start_method, tmp_path):
    runs = start_method == "spawn" or sys.version_info >= (3, 13)
    assert run(closed_and_joined, tmp_path / "closed") == (runs, runs)


def killed_in_its_task(path):
    """End a worker in a task, by the end of the block: it is not idle then."""
    with Pool(1, at_exit, (path,)) as pool:
        pool.apply_async(wait_for_ever, (path.with_suffix(".begun"),))
        while not path.with_suffix(".begun").exists():
            time.sleep(0.02)
    return path.exists()


def wait_for_ever(path):
    path.touch()
    time.sleep(60)


def test_a_killed_worker_does_not_call_atexit(run, tmp_path):
    assert run(killed_in_its_task, tmp_path / "closed") is False


def open_and_write(path):
    global kept
    kept = path.open("w")
    kept.write("a line")


def wait_with_a_file(path):
    """End the worker while the line is in its buffer."""
    with Pool(1, open_and_write, (path,)) as pool:
        pool.apply_async(wait_for_ever, (path.with_suffix(".begun"),))
        while not path.with_suffix(".begun").exists():
            time.sleep(0.02)
    return path.read_text()


def test_what_was_not_flushed_is_lost(run, tmp_path):
    assert run(wait_with_a_file, tmp_path / "written") == ""


def test_a_partial_and_a_method_are_pickled_with_what_they_hold():
    rows = [("place", 1.0, float(number)) for number in range(1000)]
    whole = len(pickle.dumps(rows))
    assert len(pickle.dumps(functools.partial(lesson.nearest_in, rows))) > whole
    assert len(pickle.dumps(Counter(rows).most_common)) > whole


def global_before_the_pool():
    keep("main's")
    with Pool(1) as pool:
        return pool.apply(has_kept)


def has_kept():
    return kept or "nothing"


def test_what_main_loaded_is_there_under_fork_only(run, start_method):
    expected = "main's" if start_method == "fork" else "nothing"
    assert run(global_before_the_pool) == expected


def test_two_workers_have_a_copy_each(run):
    assert run(changed_in_a_worker) == (["a", "b"], ["a"])


def changed_in_a_worker():
    keep(["a"])
    with ProcessPoolExecutor(1, initializer=keep, initargs=(["a"],)) as executor:
        return executor.submit(append_b).result(), kept


def append_b():
    kept.append("b")
    return kept
