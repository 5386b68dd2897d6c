"""Who is alive at this moment, and who is whose child."""

import ctypes
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from multitrack import process_table
from multitrack.process_table import command_of, descendants, is_alive, living, parent_of

ROOT = Path(__file__).resolve().parents[2]
NO_PROC = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /proc && exec "$@"', "sh"]

# Its first thread ends, the other one goes on until its input ends, and then ends all with 7.
FIRST_THREAD_ENDS = """
import ctypes, os, sys, threading
def go_on():
    while "Z" not in open(f"/proc/self/task/{os.getpid()}/stat").read(): pass
    print("alone", flush=True)
    sys.stdin.read()
    os._exit(7)
threading.Thread(target=go_on).start()
ctypes.CDLL(None).pthread_exit(None)
"""


def dead_within(pid: int, seconds: float = 30) -> bool:
    """Wait for a process to end; it stays a zombie."""
    deadline = time.monotonic() + seconds
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.005)
    return not is_alive(pid)


@pytest.mark.parametrize("by", ["children files", "whole table", "psutil"])
def test_descendants_come_parents_first(monkeypatch, by):
    """Whatever the system offers; who has ended is among them only when asked for."""
    monkeypatch.setattr(process_table, "_kernel_lists_children", lambda: by == "children files")
    monkeypatch.setattr(process_table, "LINUX", by != "psutil")
    code = "import subprocess; print(subprocess.Popen(['cat']).pid, flush=True); input()"
    child = subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, text=True)
    dead = subprocess.Popen(["true"])
    try:
        grandchild = int(child.stdout.readline())
        assert dead_within(dead.pid)
        found = descendants(os.getpid())
        assert found[child.pid] == os.getpid()
        assert found[grandchild] == child.pid
        assert list(found).index(child.pid) < list(found).index(grandchild)
        assert os.getpid() not in found
        assert dead.pid not in found
        assert descendants(os.getpid(), zombies=True)[dead.pid] == os.getpid()
        assert descendants(dead.pid, zombies=True) == {}
        assert {child.pid, grandchild, os.getpid()} <= set(living())
        assert dead.pid not in living()
    finally:
        child.communicate("\n", timeout=30)
        dead.wait()


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "pthread_exit"), reason="no threads of C here")
def test_a_process_lives_as_long_as_any_of_its_threads():
    """Its first one may be a zombie for long."""
    command = [sys.executable, "-c", FIRST_THREAD_ENDS]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as process:
        assert process.stdout.readline() == "alone\n"
        assert is_alive(process.pid)
        assert process.pid in descendants(os.getpid())
        process.stdin.close()
        assert dead_within(process.pid)
    assert process.returncode == 7


@pytest.mark.parametrize("linux", [process_table.LINUX, False], ids=["own way", "psutil"])
def test_gone_processes_have_no_command_and_no_parent(monkeypatch, linux):
    """Rather than an error."""
    monkeypatch.setattr(process_table, "LINUX", linux)
    gone = subprocess.Popen(["true"])
    assert dead_within(gone.pid)
    assert command_of(gone.pid) == ()
    gone.wait()
    assert command_of(gone.pid) == ()
    assert parent_of(gone.pid) == 0
    assert not is_alive(gone.pid)
    assert parent_of(os.getpid()) == os.getppid()


def test_a_command_is_told_word_by_word():
    """Also an empty word, and one with a space."""
    words = ["-c", "input()", "", "two words", "\udcff"]
    with subprocess.Popen([sys.executable, *words], stdin=-1) as process:
        while command_of(process.pid)[1:] != tuple(words):
            assert process.poll() is None
        process.communicate(b"\n")


@pytest.mark.skipif(
    subprocess.run([*NO_PROC, "true"], capture_output=True).returncode != 0,
    reason="/proc cannot be hidden from a process here: that wants root",
)
def test_without_proc_there_is_a_clear_error(write):
    """And no traceback."""
    command = [*NO_PROC, sys.executable, "-m", "multitrack", "record", write("print(1)")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert "there is no /proc, which shows the processes; mount it" in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
