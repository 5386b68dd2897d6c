"""When recv() sees the end of a pipe, when it does not, and what else it may see."""

import os
import re
import struct
import subprocess
import sys
import threading
from multiprocessing import Pipe
from pathlib import Path

import pytest


def test_the_program(run_program):
    ended = run_program("pipe_ends.py")
    assert ended.status == 0
    assert ended["prices"] == [12.5, 8.0]
    assert "[12.5, 8.0] exit code 1" in ended.output


def test_the_sentinel_ends_the_loop_where_a_copy_is_open(run_program):
    ended = run_program("pipe_ends.py", changed={"    writer.close()\n": ""})
    assert ended.status == 0
    assert "[12.5, 8.0] exit code 1" in ended.output


def test_an_error_of_main_s_own_is_not_taken_for_the_end(run_program):
    append = {"prices.append(price)": "open('/nonexistent/prices')"}
    ended = run_program("pipe_ends.py", changed=append)
    assert ended.status == 1
    assert "FileNotFoundError" in ended.output


def test_main_waits_for_its_own_copy(run_program):
    ended = run_program("pipe_ends.broken.py", hangs="3.2")
    assert ended.status is None
    assert "no more" not in ended.output
    pid, number = re.search(r"^PID (\d+) reads from N (\d+)$", ended.output, re.MULTILINE).groups()
    assert int(pid) != os.getpid() and int(number) > 2


def test_without_that_copy_the_end_comes(run_program):
    ended = run_program("pipe_ends.cured.py")
    assert ended.status == 0
    assert "no more; exit code 0" in ended.output


def test_siblings_wait_for_each_other_under_fork_only(run_program, start_method):
    hangs = "main has closed" if start_method == "fork" else ""
    ended = run_program("pipe_ends-siblings.broken.py", hangs=hangs)
    assert ended.status == (None if hangs else 0)
    assert ("exit codes: [0, 0]" in ended.output) is (not hangs)


def test_children_that_close_all_writers_end(run_program):
    ended = run_program("pipe_ends-siblings.cured.py")
    assert ended.status == 0
    assert "exit codes: [0, 0]" in ended.output


@pytest.mark.parametrize("come", [b"", b"12"])
def test_the_limit_of_poll_is_for_the_first_byte(come):
    """What has begun to come is there for ``poll()``, and ``recv()`` waits for the rest."""
    reader, writer = Pipe(duplex=False)
    received = []
    with reader, writer:
        assert not reader.poll(0.01)
        os.write(writer.fileno(), struct.pack("!i", 3) + come)
        assert reader.poll(10)
        thread = threading.Thread(target=lambda: received.append(reader.recv_bytes()))
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
        os.write(writer.fileno(), b"123"[len(come) :])
        thread.join(20)
        assert received == [b"123"]


@pytest.mark.skipif(sys.platform != "linux", reason="the page says it of Linux")
def test_finding_the_processes_that_can_write():
    reader, writer = Pipe(duplex=False)
    child = subprocess.Popen(["sleep", "60"], pass_fds=[writer.fileno()])
    with reader, writer:
        link = str(Path(f"/proc/self/fd/{reader.fileno()}").readlink())
        number = re.fullmatch(r"pipe:\[(\d+)\]", link)[1]
        command = rf"find /proc/[0-9]*/fd -lname 'pipe:\[{number}\]' -ls"
        found = subprocess.run(command, shell=True, capture_output=True, text=True).stdout
        child.kill()
        child.wait()
    writers = [line for line in found.splitlines() if "l-wx" in line]
    assert len(writers) == 2
    assert {int(re.search(r"/proc/(\d+)/", line)[1]) for line in writers} == {
        os.getpid(),
        child.pid,
    }


SIBLING_HAS_THE_READER = """
from multiprocessing import get_context

if __name__ == "__main__":
    fork = get_context("fork")
    told, tell = fork.Pipe(duplex=False)
    reader, writer = fork.Pipe(duplex=False)
    sibling = fork.Process(target=told.recv)
    sibling.start()
    worker = fork.Process(target=reader.recv)
    worker.start()
    reader.close()
    writer.send("row")
    worker.join()
    writer.send("row")
    print("no error while the sibling lives")
    tell.send(None)
    sibling.join()
    try:
        writer.send("row")
    except BrokenPipeError:
        print("no reader")
"""

SENTINEL_OF_A_PARENT = """
import os
from multiprocessing import get_context
from multiprocessing.connection import wait

def work(told):
    if os.fork() == 0:
        told.recv()
        os._exit(0)
    os._exit(7)

if __name__ == "__main__":
    context = get_context("fork")
    told, tell = context.Pipe(duplex=False)
    worker = context.Process(target=work, args=(told,))
    worker.start()
    os.waitid(os.P_PID, worker.pid, os.WEXITED | os.WNOWAIT)
    print(wait([worker.sentinel], 0.5))
    tell.send(None)
    print(wait([worker.sentinel], 20) == [worker.sentinel])
    worker.join()
    print(worker.exitcode)
"""


def played(program):
    """Run it as a file would be, and return its output."""
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    ).stdout


def test_a_forked_sibling_holds_the_reader_too():
    assert played(SIBLING_HAS_THE_READER) == "no error while the sibling lives\nno reader\n"


def test_the_sentinel_is_held_by_the_workers_own_children():
    assert played(SENTINEL_OF_A_PARENT) == "[]\nTrue\n7\n"


ONE_AFTER_THE_OTHER = """
from multiprocessing import get_context

def write(writer):
    writer.send("row")

def stay(writer, told):
    told.recv()

if __name__ == "__main__":
    fork = get_context("fork")
    told, tell = fork.Pipe(duplex=False)
    ends = []
    for target, args in [(stay, (told,)), (write, ()), (stay, (told,))]:
        reader, writer = fork.Pipe(duplex=False)
        fork.Process(target=target, args=(writer, *args)).start()
        writer.close()
        ends.append(reader)
    print(ends[1].recv())
    try:
        ends[1].poll(20) and ends[1].recv()
    except EOFError:
        print("the end, while both siblings live")
    tell.send(None)
    tell.send(None)
"""


def test_a_pipe_for_each_child_right_before_its_start_has_no_other_writer():
    """The cure under fork, where the children write."""
    assert played(ONE_AFTER_THE_OTHER) == "row\nthe end, while both siblings live\n"
