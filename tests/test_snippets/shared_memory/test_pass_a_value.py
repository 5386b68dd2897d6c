"""A Value goes along when a process is started, and at no other time."""

import os
import signal
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import (
    Barrier,
    Event,
    Manager,
    Pool,
    Queue,
    Semaphore,
    SimpleQueue,
    Value,
    active_children,
    get_context,
)
from pathlib import Path
from queue import Empty
from typing import Any

import pytest

from snippets.shared_memory import pass_a_value

REFUSED = "objects should only be shared between processes through inheritance"


def test_program(run_program):
    """The one divisor below the root is found; four kinds of objects are refused."""
    ended = run_program("pass_a_value.py", timeout=60)
    assert ended.status == 0, ended.output
    (divisor,) = (number for number in ended["divisors"] if number)
    assert pass_a_value.NUMBER % divisor == 0
    assert ended.output.count("found") == 1
    for name in ("Synchronized", "SynchronizedArray", "Lock", "Queue"):
        assert ended.output.count(f"\n{name} {REFUSED}\n") == 1


def test_the_parts_leave_no_candidate_out(run_program):
    """All odd numbers up to the root, and beyond."""
    parts = run_program("pass_a_value.py", timeout=60)["parts"]
    assert [n for part in parts for n in part] == list(range(3, parts[-1].stop, 2))
    assert parts[-1].stop ** 2 > pass_a_value.NUMBER


def test_the_flag_is_set_by_the_finder_and_obeyed_by_the_others():
    flag = Value("b", 0)
    pass_a_value.keep(flag)
    assert pass_a_value.find_divisor(range(3, 99, 2)) is None
    assert flag.value == 0
    assert pass_a_value.find_divisor(range(2_750_001, 2_750_041, 2)) == 2_750_021
    assert flag.value == 1
    assert pass_a_value.find_divisor(range(2_750_001, 2_750_041, 2)) is None


def test_broken(run_program):
    """A task is refused under every start method, and main is told."""
    ended = run_program("pass_a_value.broken.py")
    assert ended.status == 1
    assert f"RuntimeError: Synchronized {REFUSED}" in ended.output
    assert "words" not in ended.output.splitlines()[-1]


def test_cured(run_program):
    ended = run_program("pass_a_value.cured.py")
    assert (ended.status, ended.output) == (0, "14 words\n")


def test_global_is_shared_only_under_fork(run_program, start_method):
    ended = run_program("pass_a_value-global.broken.py")
    words = 12 if start_method == "fork" else 0
    assert (ended.status, ended.output) == (0, f"{words} words\n")


def test_argument_is_shared_always(run_program):
    ended = run_program("pass_a_value-global.cured.py")
    assert (ended.status, ended.output) == (0, "12 words\n")


def put_into_queue():
    """Return whether a Value that was put into a Queue arrives within a second."""
    queue = Queue()
    queue.put(Value("i", 0))
    try:
        queue.get(timeout=1)
    except Empty:
        return False
    finally:
        queue.close()
    return True


def test_a_queue_loses_the_value_without_raising(run):
    """put() returns, the feeder thread complains, nothing arrives."""
    assert run(put_into_queue) is False
    assert f"RuntimeError: Synchronized {REFUSED}" in run.output


def add(number):
    """Add 1 to what the initializer kept."""
    kept = vars(pass_a_value)["found"]
    with kept.get_lock():
        kept.value += number


def use_executor():
    """Return the sum that the workers made, and what a Value in a task raises."""
    total = Value("i", 0)
    with ProcessPoolExecutor(2, initializer=pass_a_value.keep, initargs=(total,)) as executor:
        list(executor.map(add, [1, 2, 3]))
        error = executor.submit(add, total).exception()
    return total.value, f"{type(error).__name__}: {error}"


def test_an_executor_has_the_same_parameters_and_the_same_rule(run):
    assert run(use_executor) == (6, f"RuntimeError: Synchronized {REFUSED}")


def refuse_bare():
    """Return what a Value without a lock says in a task."""
    with Pool(1) as pool:
        try:
            pool.apply(add, (Value("i", 0, lock=False),))
        except RuntimeError as error:
            return str(error)


def test_a_value_without_a_lock_is_refused_too(run):
    """So the lock is not the only reason."""
    assert run(refuse_bare) == f"c_int {REFUSED}"


def fail(folder):
    """Leave a file, and fail."""
    Path(folder, str(os.getpid())).touch()
    raise ValueError("on purpose")


def pool_with_a_bad_initializer(folder):
    """Return whether the map is ready when several workers have failed."""
    with Pool(2, fail, (folder,)) as pool:
        answer = pool.map_async(abs, [1], chunksize=1)
        deadline = time.monotonic() + 20
        while len(list(Path(folder).iterdir())) < 5 and time.monotonic() < deadline:
            time.sleep(0.02)
        return len(list(Path(folder).iterdir())) >= 5, answer.ready()


def executor_with_a_bad_initializer(folder):
    """Return what the executor's future raises."""
    with ProcessPoolExecutor(1, initializer=fail, initargs=(folder,)) as executor:
        return type(executor.submit(abs, 1).exception()).__name__


def test_an_initializer_that_fails(run, tmp_path):
    """A pool goes on replacing its workers, an executor gives up."""
    assert run(pool_with_a_bad_initializer, str(tmp_path)) == (True, False)
    assert run(executor_with_a_bad_initializer, str(tmp_path)) == BrokenProcessPool.__name__


def fail_and_interrupt(folder, main):
    """Fail; the fifth one to do so presses Ctrl-C."""
    Path(folder, str(os.getpid())).touch()
    if len(list(Path(folder).iterdir())) == 5:
        os.kill(main, signal.SIGINT)
    raise ValueError("on purpose")


def interrupt_a_bad_initializer(folder):
    """Return whether an interrupt ends the wait for a pool whose workers fail.

    (Without ``chunksize``, ``map`` divides by the number of workers, which may be 0 just then.)
    """
    try:
        with Pool(1, fail_and_interrupt, (folder, os.getpid())) as pool:
            pool.map(abs, [1], chunksize=1)
    except KeyboardInterrupt:
        return True
    return False


def test_ctrl_c_ends_the_endless_tracebacks(run, tmp_path):
    assert run(interrupt_a_bad_initializer, str(tmp_path)) is True


def pool_without_the_comma(_):
    """Return whether the map is ready though no worker could begin."""
    no_tuple: Any = Value("i", 0)
    with Pool(1, pass_a_value.keep, no_tuple) as pool:
        first = {child.pid for child in active_children()}
        answer = pool.map_async(abs, [1], chunksize=1)
        deadline = time.monotonic() + 20
        while first <= {child.pid for child in active_children()} and time.monotonic() < deadline:
            time.sleep(0.02)
        return answer.ready()


def test_initargs_has_to_be_a_tuple(run):
    assert run(pool_without_the_comma, None) is False
    assert "must be an iterable, not Synchronized\n" in run.output


def add_to_proxy(number, lock, results):
    """Use what a manager made."""
    for _ in range(50):
        with lock:
            number.value += 1
    results.put(hasattr(number, "get_lock"))


def use_proxies():
    """Return what two tasks made of proxies that were sent to them."""
    with Manager() as manager, Pool(2) as pool:
        number, lock, results = manager.Value("i", 4), manager.Lock(), manager.Queue()
        pool.starmap(add_to_proxy, [(number, lock, results)] * 2, chunksize=1)
        return number.value, results.get(timeout=20), results.get(timeout=20)


def test_proxies_can_be_sent(run):
    """The Value's has no lock of its own, so a proxy of a lock goes along."""
    assert run(use_proxies) == (104, False, False)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (Event, "Condition"),
        (partial(Barrier, 2), "Condition"),
        (Semaphore, "Semaphore"),
        (SimpleQueue, "SimpleQueue"),
    ],
)
def test_what_else_is_refused(make, name):
    """An event and a barrier are refused under the name of what they are made of."""
    with pytest.raises(RuntimeError, match=f"^{name} {REFUSED}"):
        SimpleQueue().put(make())


def ignore(*_):
    """Be an initializer."""


def test_a_lock_for_fork_is_refused_by_a_pool_of_spawn():
    fork: Any = get_context("fork")
    with pytest.raises(RuntimeError, match="A SemLock created in a fork context is being shared"):
        get_context("spawn").Pool(1, ignore, (fork.Lock(),))
