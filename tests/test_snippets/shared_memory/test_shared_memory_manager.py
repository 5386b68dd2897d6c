"""Blocks that a SharedMemoryManager frees: when it does, and when it does not."""

import os
import signal
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Process, SimpleQueue, active_children
from multiprocessing.managers import SharedMemoryManager
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

import pytest

from snippets.shared_memory import shared_memory_manager as lesson
from tests.calling import in_session, session_members

LEAKED = "leaked shared_memory objects"
SHM = Path("/dev/shm")
KEPT = []  # to the end of a program
linux = pytest.mark.skipif(not SHM.is_dir(), reason="blocks are files on Linux only")
BRIGHTNESS = "from0.raw 127.5\nfrom100.raw 177.5\nfrom50.raw 152.5\n"
FREED = "left by: on purpose\nthe name is gone\nmain still reads: ['hello', 5]\n"


def attachable(name):
    """Return whether a process can still attach."""
    try:
        SharedMemory(name).close()
    except FileNotFoundError:
        return False
    return True


def test_program(run_program):
    """All blocks are freed, after an exception as well; main can read on."""
    ended = run_program("shared_memory_manager.py", timeout=60)
    assert (ended.status, ended.output) == (0, BRIGHTNESS + FREED)


def test_a_worker_that_raises_leaks_nothing(run_program):
    line = "        with block.buf[:size] as pixels:\n"
    failing = {line: f"{line}            raise ValueError(size)\n"}
    ended = run_program("shared_memory_manager.py", changed=failing, timeout=60)
    assert ended.status == 1
    assert "ValueError: 25600\n" in ended.output
    assert LEAKED not in ended.output


def wait_for(file):
    """Keep a worker busy until the file is there."""
    deadline = time.monotonic() + 30
    while not Path(file).exists() and time.monotonic() < deadline:
        time.sleep(0.02)


def pool_outlives_manager(file):
    """Return how a task ends that starts when the manager has ended."""
    with ProcessPoolExecutor(1) as pool:
        with SharedMemoryManager() as smm:
            pool.submit(wait_for, file)
            block = smm.SharedMemory(1)
            late = pool.submit(lesson.brightness, block.name, 1)
        block.close()
        Path(file).touch()
    return type(late.exception())


def test_a_task_after_the_manager_finds_no_block(run, tmp_path):
    """So the pool has to end before the manager."""
    assert run(pool_outlives_manager, str(tmp_path / "file")) is FileNotFoundError


def test_a_block_has_a_size():
    with SharedMemoryManager() as smm, pytest.raises(ValueError, match="size"):
        smm.SharedMemory(0)


def test_broken_leaks_what_comes_after(run_program):
    told = "4 words\n2 words\n4 words\nall counted\n"
    broken = run_program("shared_memory_manager.broken.py", timeout=60)
    cured = run_program("shared_memory_manager.cured.py", timeout=60)
    assert broken.status == cured.status == 0
    assert broken.output.startswith(told)
    assert "1 leaked shared_memory objects" in broken.output
    assert cured.output == told


def unlinked(place):
    """Return which of three blocks are there after the manager, one of them unlinked by us."""
    with SharedMemoryManager() as smm:
        blocks = [smm.SharedMemory(1) for _ in range(3)]
        blocks[place].unlink()
        (server,) = active_children()
    there = [attachable(block.name) for block in blocks]
    for block, is_there in zip(blocks, there, strict=True):
        block.close()
        if is_there:
            block.unlink()
    return there, server.exitcode


def test_the_server_stops_at_the_first_that_is_gone(run):
    assert run(unlinked, 1) == ([False, False, True], -signal.SIGTERM)
    assert run(unlinked, 2) == ([False, False, False], -signal.SIGTERM)


def started():
    """Free at ``shutdown()``."""
    smm = SharedMemoryManager()
    smm.start()
    block = smm.SharedMemory(1)
    there = attachable(block.name)
    smm.shutdown()
    block.close()
    return there, attachable(block.name)


def not_shut_down():
    """Forget it."""
    smm = SharedMemoryManager()
    KEPT.append(smm)
    smm.start()
    block = smm.SharedMemory(1)
    block.close()
    return block.name


def test_start_and_shutdown(run):
    assert run(started) == (True, False)


@linux
def test_a_forgotten_shutdown_is_made_up_for(run):
    name = run(not_shut_down)
    assert not (SHM / name).exists()
    assert run.output == ""


def not_kept():
    """Lose the manager: its blocks are freed at once."""
    smm = SharedMemoryManager()
    smm.start()
    block = smm.SharedMemory(1)
    there = attachable(block.name)
    del smm
    block.close()
    return there, attachable(block.name)


def test_a_manager_that_is_not_kept_frees_its_blocks(run):
    assert run(not_kept) == (True, False)
    assert run.output == ""


def list_of_a_manager():
    """Return the sum of a ShareableList, and whether it is there after the manager."""
    with SharedMemoryManager() as smm:
        prices = smm.ShareableList([2.5, 8.0, 3.25])
        total = sum(iter(prices))
    prices.shm.close()
    return total, attachable(prices.shm.name)


def test_a_shareable_list_is_freed_as_well(run):
    assert run(list_of_a_manager) == (13.75, False)
    assert run.output == ""


def make_for_main(address, names):
    """Make a block in a worker."""
    other = SharedMemoryManager(address=address)
    other.connect()
    block = other.SharedMemory(2)
    block.buf[:2] = b"ok"
    names.put(block.name)
    block.close()


def made_by_a_worker():
    """Return what it wrote, and whether it is there at the end."""
    names = SimpleQueue()
    with SharedMemoryManager() as smm:
        worker = Process(target=make_for_main, args=(smm.address, names))
        worker.start()
        block = SharedMemory(names.get())
        worker.join()
        said = bytes(block.buf[:2])
        block.close()
    return said, attachable(block.name)


def test_a_worker_makes_a_block(run):
    assert run(made_by_a_worker) == (b"ok", False)
    assert run.output == ""


def test_each_process_still_closes():
    """The manager does not close main's blocks; a worker closes its own, and does not unlink."""
    with SharedMemoryManager() as smm, ProcessPoolExecutor(1) as pool:
        block = smm.SharedMemory(2)
        block.buf[:2] = b"\x02\x04"
        assert pool.submit(lesson.brightness, block.name, 2).result(30) == 3
        assert attachable(block.name)
    assert block.buf is not None
    block.close()


MAIN = """
import signal, sys, time
from multiprocessing import set_start_method
from multiprocessing.managers import SharedMemoryManager
if __name__ == "__main__":
    set_start_method(sys.argv[1])
    if "help" in sys.argv:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with SharedMemoryManager() as smm:
        block = smm.SharedMemory(1)
        print(block.name, smm._process.pid, flush=True)
        time.sleep(60)
"""


@pytest.fixture
def main(tmp_path, start_method):
    """Start a main whose manager has one block."""
    script = tmp_path / "main.py"
    script.write_text(MAIN)

    def main(*words):
        return in_session(script, start_method, *words)

    return main


def gone(name, seconds=30):
    """Wait until the block is unlinked."""
    deadline = time.monotonic() + seconds
    while (SHM / name).exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    return not (SHM / name).exists()


@linux
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_main_is_killed_and_the_server_keeps_the_block(main, how):
    """The tracker waits for the server, too."""
    with main() as program:
        name, pid = program.stdout.readline().split()
        program.send_signal(how)
        program.wait()
        assert not gone(name, 1.5)
        assert int(pid) in session_members(program.pid, 0)
        os.kill(int(pid), signal.SIGTERM)
        assert gone(name)
        assert LEAKED in program.stderr.read()


@linux
def test_a_handler_makes_main_leave_the_with(main):
    with main("help") as program:
        name, _ = program.stdout.readline().split()
        program.terminate()
        assert program.wait(30) == 1
        assert not (SHM / name).exists()
        assert program.stderr.read() == ""


@linux
def test_ctrl_c_frees_all(main):
    """It reaches the server, too, which ignores it."""
    with main() as program:
        name, _ = program.stdout.readline().split()
        os.killpg(program.pid, signal.SIGINT)
        assert program.wait(30) != 0
        assert not (SHM / name).exists()
        said = program.stderr.read()
        assert said.count("KeyboardInterrupt") == 1
        assert LEAKED not in said
