"""A block by its name: what is in it, what remains of it, what keeps it from closing."""

import os
import pickle
import re
import signal
import sys
import time
from array import array
from math import sin
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

import pytest

from snippets.shared_memory import blocks
from tests.calling import in_session

EXPORTED = "BufferError: cannot close exported pointers exist"
LESSON = Path(blocks.__file__)
SHM = Path("/dev/shm")


def gone(name: str) -> bool:
    """Say whether there is no such block (it is not opened, so no tracker learns of it)."""
    assert re.fullmatch(r"psm_\w+", name)
    return not SHM.is_dir() or not (SHM / name).exists()


@pytest.fixture
def block():
    block = SharedMemory(create=True, size=10)
    try:
        yield block
    finally:
        block.close()
        block.unlink()


def test_program(run_program):
    """The tasks amplify what main has put there, as a loop does; the block is removed."""
    ended = run_program("blocks.py")
    assert ended.status == 0, ended.output
    quiet, factor = array("h", ended["quiet"]), 32_767 / ended["peak"]
    assert len(quiet) == blocks.SAMPLES
    assert max(map(abs, quiet)) == ended["peak"]
    assert ended["loud"] == array("h", [int(sample * factor) for sample in quiet])
    assert ended.output.count("loudest of this part") == blocks.PARTS
    if sys.platform == "linux":
        assert "size: 5\n" in ended.output
    assert ended.output.index("taken") < ended.output.index("still") < ended.output.index("gone")
    assert gone(ended["name"])
    assert "leaked" not in ended.output


def test_no_sample_is_pickled(run_program):
    """A task's arguments are short, the block itself too."""
    ended = run_program("blocks.py")
    longest = pickle.dumps((ended["name"], ended["cuts"][-2], ended["size"], 32_767 / 1_763))
    assert len(longest) < 100 < len(ended["quiet"])


@pytest.mark.parametrize("task", ["find_peak", "amplify"])
def test_a_task_that_raises_ends_the_program_and_the_block(run_program, task):
    """The exception comes to main, and the ``finally`` removes the block."""
    where = "peak = max(abs" if task == "find_peak" else "int(samples[n] * factor)"
    how = "peak = len(abs" if task == "find_peak" else "samples[n] * factor"
    last = "        block.close()\n"
    ended = run_program(
        "blocks.py", changed={where: how, last: f"        print(block.name)\n{last}"}
    )
    assert ended.status == 1, ended.output
    assert "TypeError" in ended.output
    name = re.search(r"^psm_\w+$", ended.output, re.MULTILINE)
    assert name and gone(name[0])
    assert "leaked" not in ended.output
    assert "BufferError" not in ended.output


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_what_a_killed_worker_wrote_stays(run_program):
    """Main gets a BrokenProcessPool, and the half of a part that is done is in the block."""
    line = "            samples[n] = int(samples[n] * factor)\n"
    die = "            if n == 9: import os; os.kill(os.getpid(), 9)\n"
    ended = run_program(
        "blocks.py",
        changed={
            "PARTS = 4": "PARTS = 1",
            line: line + die,
            "finally:\n": "finally:\n        print(block.name, bytes(block.buf[:40]).hex())\n",
        },
    )
    assert ended.status == 1
    assert "BrokenProcessPool" in ended.output
    found = re.search(r"^(psm_\w+) ([0-9a-f]{80})$", ended.output, re.MULTILINE)
    assert found and gone(found[1])
    quiet = [int(n / 50 * sin(n / 20)) for n in range(20)]
    factor = 32_767 / 1_763
    samples = array("h", bytes.fromhex(found[2]))
    assert samples.tolist() == [int(s * factor) for s in quiet[:10]] + quiet[10:]


@pytest.mark.skipif(sys.platform == "win32", reason="a signal")
def test_ctrl_c_removes_the_block(tmp_path):
    """All processes get it, as in a terminal; the tasks wait for it in the middle of their work."""
    program = tmp_path / "interrupted.py"
    text = LESSON.read_text("utf-8")
    line = "        for n in range(first, end):\n"
    assert line in text
    wait = f"{line}            if n == first: import time; print('at work', flush=True); "
    text = text.replace(line, f"{wait}time.sleep(60)\n")
    text = text.replace("    finally:\n", "    finally:\n        print(block.name)\n", 1)
    program.write_text(text, "utf-8")
    with in_session(program) as running:
        assert running.stdout
        for _ in range(2 * blocks.PARTS):  # a peak of each part, and then this
            line = running.stdout.readline()
        assert line == "at work\n"
        os.killpg(running.pid, signal.SIGINT)
        said, errors = running.communicate()
    assert running.returncode != 0
    assert "KeyboardInterrupt" in errors
    name = re.search(r"^psm_\w+$", said, re.MULTILINE)
    assert name and gone(name[0])


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL; there is no tracker")
def test_when_main_is_killed_the_block_stays_until_the_workers_end(tmp_path):
    """The executor's workers wait for a task forever; each of them holds the tracker's pipe."""
    program = tmp_path / "killed.py"
    text = LESSON.read_text("utf-8")
    line = "            for _ in executor.map(amplify"
    assert line in text
    wait = "            import time; print(block.name, *executor._processes, flush=True)\n"
    program.write_text(text.replace(line, f"{wait}            time.sleep(60)\n{line}"), "utf-8")
    with in_session(program) as running:
        assert running.stdout
        for line in running.stdout:
            if line.startswith("psm_"):
                break
        name, *workers = line.split()
        assert len(workers) == blocks.PARTS
        running.kill()
        running.wait()
        time.sleep(2)
        assert not SHM.is_dir() or not gone(name)
        for worker in workers:
            os.kill(int(worker), signal.SIGTERM)
        for _ in range(200):
            if gone(name):
                break
            time.sleep(0.1)
        assert gone(name)


def test_a_slice_keeps_the_block_from_closing(run_program):
    ended = run_program("blocks.broken.py")
    assert ended.status == 1
    assert EXPORTED in ended.output
    assert "as in a loop" not in ended.output
    assert ("Exception ignored" in ended.output) == (sys.version_info < (3, 14))


def test_with_releases_it(run_program):
    ended = run_program("blocks.cured.py")
    assert (ended.status, ended.output) == (0, "as in a loop: True\n")


@pytest.mark.parametrize("cure", ["view.release()", "view = bytes(view)"])
def test_other_ways_to_end_a_view(run_program, cure):
    """``release()``, and a copy in its place; without them the error comes in main, too."""
    ended = run_program(
        "blocks.cured.py",
        changed={
            "        block.buf[:size] = photo": "        view = block.buf[:9]\n        " + cure
        },
    )
    assert EXPORTED not in ended.output
    assert "as in a loop: False" in ended.output


def test_a_view_in_main(run_program):
    ended = run_program(
        "blocks.cured.py", changed={"block.buf[:size] = photo": "view = block.buf[:9]"}
    )
    assert ended.status == 1
    assert EXPORTED in ended.output


def test_close_ends_the_access_of_one_and_unlink_the_name(block):
    other = SharedMemory(block.name)
    other.close()
    with pytest.raises(TypeError, match="not subscriptable"):
        other.buf[0]
    block.buf[0] = 7
    again = SharedMemory(block.name)
    assert again.buf[0] == 7
    again.close()


def test_the_object_closes_the_block_when_it_goes(block):
    """So it has to be kept as long as its ``buf``: the page says so."""
    with pytest.raises(ValueError, match="released memoryview"):
        SharedMemory(block.name).buf[0]


@pytest.mark.skipif(sys.platform == "win32", reason="unlink() does nothing there")
def test_after_unlink_no_one_can_open_it_and_a_second_unlink_fails():
    block = SharedMemory(create=True, size=10)
    block.unlink()
    block.buf[0] = 7
    with pytest.raises(FileNotFoundError):
        SharedMemory(block.name)
    with pytest.raises(FileNotFoundError):
        block.unlink()
    block.close()


def test_a_slice_takes_as_many_bytes_as_it_is_long(block):
    with pytest.raises(ValueError, match="different structures"):
        block.buf[:3] = b"ab"


def test_the_object_is_pickled_as_its_name(block):
    block.buf[0] = 7
    text = pickle.dumps(block)
    assert block.name.encode() in text
    other = pickle.loads(text)
    block.buf[0] = 8
    assert other.buf[0] == 8
    other.close()


@pytest.mark.skipif(sys.platform != "linux", reason="the others round it up")
def test_on_linux_the_size_is_exact(block):
    other = SharedMemory(block.name)
    assert block.size == other.size == len(block.buf) == len(other.buf) == 10
    other.close()
