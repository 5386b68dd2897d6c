"""A worker that its own pool, manager or interpreter ends is no failure; one that is killed is."""

import signal
import sys
from pathlib import Path

import pytest

from multitrack.hearing import Hearing
from multitrack.process_tree import ProcessTree
from multitrack.recording import Recording
from multitrack.script import START_METHODS, Cell, Script
from tests.pythons import NEWEST, needs_newest

PYTHONS = [sys.executable, pytest.param(NEWEST, marks=needs_newest, id="newest")]

# Every way of the standard library to end a process with SIGTERM, and the program's own.
WAYS = """
import multiprocessing, os, signal, time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.managers import BaseManager

def stay(here):
    here.set()
    time.sleep(60)

def stay_in_a_pool(_):
    HERE.set()
    time.sleep(60)

def keep(here):
    global HERE
    HERE = here

def keep_alive():
    import threading
    threading.Thread(target=time.sleep, args=(60,)).start()  # its end would wait for this

def started(**more):
    here = multiprocessing.Event()
    child = multiprocessing.Process(target=stay, args=(here,), **more)
    child.start()
    here.wait()
    return child

if __name__ == "__main__":
    here = multiprocessing.Event()
    with multiprocessing.Pool(1, keep, (here,)) as pool:
        pool.apply_async(stay_in_a_pool, (0,))
        here.wait()
    pool.join()
# %%
if __name__ == "__main__":
    here = multiprocessing.Event()
    with ProcessPoolExecutor(1, initializer=keep, initargs=(here,)) as pool:
        asked = pool.submit(stay_in_a_pool, 0)
        here.wait()
        (worker,) = pool._processes
        os.kill(worker, signal.SIGKILL)
        try:
            asked.result()
        except BrokenProcessPool:
            print("broken")
# %%
if __name__ == "__main__":
    manager = BaseManager()
    manager.start(keep_alive)
    manager.shutdown()
# %%
if __name__ == "__main__":
    child = started()
    child.terminate()
    child.join()
    child = started()
    os.kill(child.pid, signal.SIGTERM)
    child.join()
    started(daemon=True).terminate()  # and perhaps again at the interpreter's end
# %%
if __name__ == "__main__":
    started(daemon=True)
"""


def endings(recording: Recording) -> list[str]:
    """Return how the children ended, in the order of their births; helpers aside."""
    return [p.ending for p in recording.processes[1:] if not p.helper]


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("method", START_METHODS)
def test_who_ended_whom_is_known(play, method, python):
    """Also where the interpreter sends a second signal to what the program has ended."""
    recording = play(WAYS, method, python=python)
    assert recording.ok, recording.problems
    assert [x.text for x in recording.lines] == ["broken"]
    assert endings(recording) == [
        "ended by SIGTERM, by its pool",
        "ended by SIGKILL",
        "ended by SIGTERM, by its manager",
        "ended by SIGTERM",
        "ended by SIGTERM",
        "ended by SIGTERM",
        "ended by SIGTERM, by its interpreter",
    ]
    failed = [p.ending for p in recording.failed_by_themselves]
    assert failed == ["ended by SIGKILL", *["ended by SIGTERM"] * 3]
    assert Recording.from_json(recording.to_json()) == recording


@pytest.mark.parametrize("method", START_METHODS)
def test_the_others_of_a_broken_pool_did_not_fail(play, method):
    """The one that broke it did."""
    code = """
    import concurrent.futures, multiprocessing, os, signal, time

    def stay(_):
        HERE.release()
        time.sleep(60)

    def keep(here):
        global HERE
        HERE = here

    if __name__ == "__main__":
        here = multiprocessing.Semaphore(0)
        with concurrent.futures.ProcessPoolExecutor(2, None, keep, (here,)) as pool:
            asked = [pool.submit(stay, number) for number in range(2)]
            for _ in asked:
                here.acquire()
            os.kill(next(iter(pool._processes)), signal.SIGKILL)
            print(sum(future.exception() is not None for future in asked))
    """
    recording = play(code, method)
    assert recording.ok, recording.problems
    assert [x.text for x in recording.lines] == ["2"]
    assert sorted(endings(recording)) == ["ended by SIGKILL", "ended by SIGTERM, by its pool"]
    assert [p.signal for p in recording.failed_by_themselves] == ["SIGKILL"]


def test_a_pool_of_a_forked_child(play):
    """The child is told of, too."""
    code = """
    import multiprocessing, time
    def keep(here):
        here.set()
        time.sleep(60)
    def nested():
        here = multiprocessing.Event()
        with multiprocessing.Pool(1, keep, (here,)):
            here.wait()
    if __name__ == "__main__":
        child = multiprocessing.Process(target=nested); child.start(); child.join()
    """
    recording = play(code)
    assert endings(recording) == ["ended with 0", "ended by SIGTERM, by its pool"]
    assert not recording.failed_children


def test_an_exit_code_is_the_workers_own(play):
    """Whoever sent a signal: a worker that answers it with a code is judged by the code."""
    code = """
    import multiprocessing, signal, sys, time
    def keep(here):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(4))
        here.set()
        time.sleep(60)
    if __name__ == "__main__":
        here = multiprocessing.Event()
        with multiprocessing.Pool(1, keep, (here,)):
            here.wait()
    """
    assert endings(play(code)) == ["ended with 4"]


def test_telling_is_in_no_traceback_and_no_profile(play):
    """Of a signal that cannot be sent, too."""
    code = """
    import cProfile, multiprocessing, os, pstats, traceback
    profile = cProfile.Profile()
    profile.enable()
    try:
        os.kill(2**22 + 1, 15)  # there is no such pid
    except ProcessLookupError:
        profile.disable()
        traceback.print_exc()
    print([file for file, _, _ in pstats.Stats(profile).stats if "stage" in file])
    """
    said = [x.text for x in play(code).lines]
    assert said[1] == '  File "lesson.py", line 6, in <module>'
    assert said[-2:] == ["ProcessLookupError: [Errno 3] No such process", "[]"]
    assert not any("stage.py" in text for text in said)


def test_a_hook_of_the_script_that_forbids_others(play):
    """Then nobody tells who ends whom, and the script goes on."""
    code = """
    import sys
    def forbid(event, args):
        if event == "sys.addaudithook":
            raise OSError("no more")
    sys.addaudithook(forbid)
    import multiprocessing, time
    def stay(here):
        here.set()
        time.sleep(60)
    if __name__ == "__main__":
        here = multiprocessing.Event()
        with multiprocessing.Pool(1, stay, (here,)):
            here.wait()
    """
    recording = play(code)
    assert recording.ok, recording.problems
    assert endings(recording) == ["ended by SIGTERM"]


def test_what_was_told_of_another_with_the_same_pid_does_not_count():
    """Pids are used again; and the first who sent it is the one."""
    script = Script(Path("x.py"), "x", Path(), b"", (Cell(1, 1, 1),))
    tree = ProcessTree()
    main = tree.born(1, None, 0.0)
    hearing = Hearing(script, "t", Path("unused"), tree, lambda: None)
    first = tree.born(7, main, 1.0)
    hearing.take(1, b"\x1et:1:pool7;", 2.0)
    tree.died(first, 2.1, signal.SIGTERM)
    second = tree.born(7, main, 3.0)
    assert (hearing.sender(first), hearing.sender(second)) == ("pool", "program")
    hearing.take(1, b"\x1et:1:program7;\x1et:1:interpreter7;", 4.0)
    assert hearing.sender(second) == "program"
    hearing.take(1, b"\x1et:1:manager8;", 4.0)  # before its birth is known
    assert hearing.sender(tree.born(8, main, 3.9)) == "manager"
