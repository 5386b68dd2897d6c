"""Who unlinks a block of shared memory, and what the resource tracker does if nobody does."""

import os
import signal
import subprocess
import sys
import time
from multiprocessing import Event, Process, resource_tracker
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

import pytest

from snippets.shared_memory import who_unlinks
from tests.calling import in_session

LEAKED = "leaked shared_memory objects"
SHM = Path("/dev/shm")
linux = pytest.mark.skipif(not SHM.is_dir(), reason="blocks are files on Linux only")


def gone(name, seconds=30):
    """Wait until the block is unlinked."""
    deadline = time.monotonic() + seconds
    while (SHM / name).exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    return not (SHM / name).exists()


def test_program(run_program):
    ended = run_program("who_unlinks.py")
    assert (ended.status, ended.output) == (0, "errors: 10000\n")


def test_both_halves_are_counted_in_the_block():
    log = b"ERROR 1\nINFO 2\nERROR 3\n"
    block = SharedMemory(create=True, size=len(log))
    try:
        block.buf[: len(log)] = log
        counts = [who_unlinks.count_errors(block.name, *part) for part in [(0, 8), (8, 23)]]
    finally:
        block.close()
        block.unlink()
    assert counts == [1, 1]
    assert who_unlinks.make_log().count(b"ERROR") == 10_000


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("    block = SharedMemory(name)\n", "raise ValueError('on purpose')"),
        ("        with ProcessPoolExecutor(2) as pool:\n", "raise KeyboardInterrupt"),
    ],
)
def test_finally_unlinks_after_an_exception(run_program, line, error):
    """A worker raises, or Ctrl-C reaches main: nothing is leaked."""
    indent = " " * (len(line) - len(line.lstrip()) + 4 * line.endswith(":\n"))
    ended = run_program("who_unlinks.py", changed={line: f"{line}{indent}{error}\n"})
    assert ended.status != 0
    assert error.split("(")[0].removeprefix("raise ") in ended.output
    assert LEAKED not in ended.output


def test_without_unlink_it_is_leaked(run_program):
    ended = run_program("who_unlinks.py", changed={"block.unlink()  # (3)": "pass"})
    assert ended.status == 0
    assert LEAKED in ended.output


def test_unlinked_before_the_workers_attach(run_program):
    """So main waits for the workers first."""
    early = {"parts = [": "block.unlink()\n        parts = ["}
    ended = run_program("who_unlinks.py", changed=early)
    assert ended.status == 1
    assert "FileNotFoundError" in ended.output


def test_a_slice_that_lives_stops_close():
    block = SharedMemory(create=True, size=3)
    try:
        part = block.buf[:2]
        with pytest.raises(BufferError):
            block.close()
        part.release()
    finally:
        block.close()
        block.unlink()


def test_broken_leaks_and_cured_does_not(run_program):
    told = "total: 5.75\nnot added: could not convert string to float: b'none'\n"
    broken, cured = run_program("who_unlinks.broken.py"), run_program("who_unlinks.cured.py")
    assert broken.status == cured.status == 0
    assert broken.output.startswith(told)
    assert LEAKED in broken.output
    assert ("shutdown: {'/psm_" in broken.output) is (sys.version_info >= (3, 13))
    assert cured.output == told


def test_a_pool_that_is_older_than_the_block(run_program, start_method):
    """Only forked workers have trackers of their own: the others inherit one."""
    broken, cured = (run_program(f"who_unlinks-pool.{how}.py") for how in ("broken", "cured"))
    assert broken.status == cured.status == 0
    assert broken.output.startswith("6 words\n")
    assert cured.output == "6 words\n"
    own = start_method == "fork"
    assert (LEAKED in broken.output) is own
    assert ("No such file or directory" in broken.output) is own


@linux
def test_the_workers_tracker_takes_the_block_from_main(run_program, start_method):
    """If the worker ends before main unlinks."""
    wait = (
        "            pool.close()\n            pool.join()\n"
        "            import pathlib, time\n"
        "            path = pathlib.Path('/dev/shm', block.name)\n"
        f"            for _ in range(1000 if {start_method == 'fork'} else 20):\n"
        "                time.sleep(0.02 * path.exists())\n"
    )
    line = "        finally:\n            block.close()\n            block.unlink()\n"
    head, _, tail = line.partition("\n")
    ended = run_program("who_unlinks-pool.broken.py", changed={line: f"{head}\n{wait}{tail}"})
    vanished = start_method == "fork"
    assert ("FileNotFoundError" in ended.output) is vanished
    assert ended.status == vanished


@pytest.mark.parametrize(
    "changed",
    [
        {
            "    pool = Pool(1)": "    from multiprocessing import resource_tracker\n"
            "    resource_tracker.ensure_running()\n    pool = Pool(1)"
        },
        {
            "from multiprocessing import Pool": "from concurrent.futures import "
            "ProcessPoolExecutor as Pool",
            "pool.apply(count_words, args)": "pool.submit(count_words, *args).result()",
            "        pool.close()\n        pool.join()\n": "",
        },
    ],
    ids=["ensure_running", "executor"],
)
def test_other_cures_of_the_old_pool(run_program, changed):
    ended = run_program("who_unlinks-pool.broken.py", changed=changed)
    assert (ended.status, ended.output) == (0, "6 words\n")


def test_another_program_takes_the_block_away(run_program):
    """Before 3.13 a moment after its end: so wait until its tracker holds its errors no more."""
    wait = {"check=True)": "check=True, stderr=subprocess.PIPE)"}
    ended = run_program("who_unlinks-reader.broken.py", changed=wait)
    assert ended.status == 1
    assert ended.output.startswith("read: frame 1\n")
    assert "frame 2" not in ended.output
    assert "CalledProcessError" in ended.output  # the second reader's
    assert "FileNotFoundError: [Errno 2]" in ended.output  # main's
    assert LEAKED in run_program("who_unlinks-reader.broken.py").output


def test_cured_reader_leaves_it(run_program):
    ended = run_program("who_unlinks-reader.cured.py")
    assert (ended.status, ended.output) == (0, "read: frame 1\nread: frame 2\n")


def test_track_is_new_in_3_13():
    block = SharedMemory(create=True, size=1)
    try:
        if sys.version_info >= (3, 13):
            SharedMemory(block.name, **{"track": False}).close()
        else:
            with pytest.raises(TypeError, match="track"):
                SharedMemory(block.name, **{"track": False})
    finally:
        block.close()
        block.unlink()


@linux
@pytest.mark.skipif(sys.version_info < (3, 13), reason="track is new in 3.13")
def test_a_block_made_with_track_false_is_left():
    making = "SharedMemory(create=True, size=1, track=False)"
    code = f"from multiprocessing.shared_memory import *; print({making}.name)"
    made = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    left = SHM / made.stdout.strip()
    assert left.is_file()
    left.unlink()
    assert made.stderr == ""


def attach(name, unregister):
    """Attach and close, in a child."""
    block = SharedMemory(name)
    if unregister:
        resource_tracker.unregister("/" + name, "shared_memory")
    block.close()


def after_a_child(unregister):
    """Return what the block holds when a child that had attached has ended."""
    block = SharedMemory(create=True, size=1)
    child = Process(target=attach, args=(block.name, unregister))
    child.start()
    child.join()
    again = SharedMemory(block.name)
    if unregister:
        resource_tracker.unregister("/" + block.name, "shared_memory")
    again.buf[0] = 7
    again.close()
    held = block.buf[0]
    block.close()
    block.unlink()
    return held


@pytest.mark.parametrize("unregister", [False, True])
def test_a_child_shares_the_tracker(run, unregister):
    """Its end takes nothing away; but ``unregister()`` there spoils main's entry."""
    assert run(after_a_child, unregister) == 7
    assert (run.output == "") is not unregister
    assert ("KeyError" in run.output) is unregister


MAKER = """
import sys, time
from multiprocessing import Process, set_start_method
from multiprocessing.shared_memory import SharedMemory
from tests.test_snippets.shared_memory.test_who_unlinks import hold
if __name__ == "__main__":
    set_start_method(sys.argv[1])
    block = SharedMemory(create=True, size=1)
    child = Process(target=hold, args=(block.name, sys.argv[2]))
    child.start()
    print(block.name, flush=True)
    time.sleep(60)
"""


def hold(name, file):
    """Attach, say the pid in a file, and wait to be killed."""
    block = SharedMemory(name)
    path = Path(file)
    path.with_suffix(".new").write_text(str(os.getpid()))
    path.with_suffix(".new").rename(path)
    time.sleep(60)
    block.close()


@linux
def test_main_and_then_the_worker_are_killed(start_method, tmp_path):
    """The tracker waits for both, then it unlinks."""
    script, pid = tmp_path / "maker.py", tmp_path / "pid"
    script.write_text(MAKER)
    path = [str(Path(__file__).parents[3]), *filter(None, [os.environ.get("TESTS_LENT")])]
    environment = {name: v for name, v in os.environ.items() if not name.startswith("PYTHON")}
    environment["PYTHONPATH"] = os.pathsep.join(path)
    words = script, start_method, pid
    with in_session(*words, env=environment) as maker:
        name = maker.stdout.readline().strip()
        deadline = time.monotonic() + 30
        while not pid.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        maker.kill()
        maker.wait()
        assert not gone(name, 0.5)
        os.kill(int(pid.read_text()), signal.SIGKILL)
        assert gone(name)
        assert LEAKED in maker.stderr.read()


KILLED_TOO = """
import os, signal
from multiprocessing import resource_tracker
from multiprocessing.shared_memory import SharedMemory
block = SharedMemory(name, create=True, size=1)
os.kill(resource_tracker._resource_tracker._pid, signal.SIGKILL)
os.kill(os.getpid(), signal.SIGKILL)
"""


@linux
def test_without_the_tracker_the_name_stays_taken():
    name = f"who_unlinks_{os.getpid()}"
    try:
        subprocess.run([sys.executable, "-c", f"name = {name!r}{KILLED_TOO}"], timeout=60)
        assert (SHM / name).exists()
        with pytest.raises(FileExistsError):
            SharedMemory(name, create=True, size=1)
        old = SharedMemory(name)  # the cure
        old.close()
        old.unlink()
        assert not (SHM / name).exists()
    finally:
        (SHM / name).unlink(missing_ok=True)


def make_and_wait(name_is_there, file):
    """Make a block in a child that will be killed."""
    block = SharedMemory(create=True, size=1)
    Path(file).write_text(block.name)
    name_is_there.set()
    time.sleep(60)


def killed_child_made_it(file):
    """Return whether the block outlived the child that made it."""
    resource_tracker.ensure_running()
    ready = Event()
    child = Process(target=make_and_wait, args=(ready, file))
    child.start()
    assert ready.wait(30)
    child.kill()
    child.join()
    time.sleep(0.3)
    return (SHM / Path(file).read_text()).exists()


@linux
def test_the_tracker_waits_for_the_end_of_the_program(run, tmp_path):
    file = tmp_path / "name"
    assert run(killed_child_made_it, str(file)) is True
    assert gone(file.read_text())
    assert LEAKED in run.output
