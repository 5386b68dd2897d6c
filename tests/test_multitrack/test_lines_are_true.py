"""What a run writes comes as in a terminal: line by line, whole, where and when it was written.

Compared with a plain run in a terminal where that can be had.
"""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from multitrack.script import START_METHODS
from tests.pythons import NEWEST, needs_newest

PYTHONS = [sys.executable, pytest.param(NEWEST, marks=needs_newest, id="newest")]

# What a process, its child and its child's child find as their streams.
STREAMS = """
import json, multiprocessing, os, sys

def about(stream):
    buffer = stream.buffer
    return [
        type(stream).__name__, stream.name, stream.mode, stream.encoding, stream.errors,
        stream.newlines, stream.line_buffering, stream.write_through, type(buffer).__name__,
        buffer.name, buffer.mode, type(buffer.raw).__name__, buffer.raw.name, buffer.raw.mode,
        buffer.raw.closefd, stream is sys.__stdout__ or stream is sys.__stderr__,
        multiprocessing.process.ORIGINAL_DIR == os.getcwd(),
    ]

def child(further):
    print("FOUND", json.dumps([about(sys.stdout), about(sys.stderr)]))
    if further:
        start(further - 1)

def start(further):
    process = multiprocessing.Process(target=child, args=(further,))
    process.start()
    process.join()

if __name__ == "__main__":
    METHOD
    print("FOUND", json.dumps([about(sys.stdout), about(sys.stderr)]))
    start(1)
"""


def in_a_terminal(path: Path, python: str) -> list[str]:
    """Return the lines that a plain run writes to a terminal."""
    ours, theirs = pty.openpty()
    names = ("PATH", "LANG")
    kept = {n: os.environ[n] for n in names if n in os.environ} | {"LANG": "C.UTF-8"}
    process = subprocess.Popen(
        [python, str(path)], stdin=theirs, stdout=theirs, stderr=theirs, env=kept, cwd=path.parent
    )
    os.close(theirs)
    said = b""
    try:
        while data := os.read(ours, 4096):
            said += data
    except OSError:  # EIO: nobody holds the other end any more
        pass
    os.close(ours)
    assert process.wait(30) == 0
    return said.decode().splitlines()


def said(recording, process: str = "") -> list[str]:
    """Return what was written, by all or by one process."""
    return [line.text for line in recording.lines if process in ("", line.process)]


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("method", START_METHODS)
def test_the_streams_are_those_that_a_terminal_gives(play, write, method, python):
    """In main, in a child and in a child's child."""
    by_hand = write(STREAMS.replace("METHOD", f"multiprocessing.set_start_method({method!r})"))
    plain = [x for x in in_a_terminal(by_hand, python) if x.startswith("FOUND ")]
    recording = play(STREAMS.replace("METHOD", "pass"), method, python=python)
    assert recording.ok, recording.problems
    assert [json.loads(x.removeprefix("FOUND ")) for x in said(recording)] == [
        json.loads(x.removeprefix("FOUND ")) for x in plain
    ]
    assert len(plain) == 3


@pytest.mark.parametrize("method", START_METHODS)
def test_threads_do_not_tear_each_others_lines(play, method):
    """Each print is written at once, also in a child, and whatever the number of its arguments."""
    code = """
    import multiprocessing, threading

    def work(who, n):
        for line in range(100):
            print(who, "thread", n, "line", line)

    def several(who):
        threads = [threading.Thread(target=work, args=(who, n)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    if __name__ == "__main__":
        several("main")
        child = multiprocessing.Process(target=several, args=("child",))
        child.start()
        child.join()
    """
    recording = play(code, method)
    assert recording.ok, recording.problems
    wanted = [
        f"{who} thread {n} line {i}"
        for who in ("main", "child")
        for n in range(8)
        for i in range(100)
    ]
    assert sorted(said(recording)) == sorted(wanted)


@pytest.mark.parametrize("method", START_METHODS)
@pytest.mark.parametrize("end", ["os._exit(0)", "os.kill(os.getpid(), 9)"])
def test_who_ends_at_once_loses_the_line_that_has_not_ended_and_no_other(play, method, end):
    """As in a terminal: a pipe would lose all of them, an unbuffered stream none."""
    code = f"""
    import multiprocessing, os

    def child():
        print("whole")
        print("begun", end=" ")
        {end}

    if __name__ == "__main__":
        process = multiprocessing.Process(target=child)
        process.start()
        process.join()
        print("joined")
    """
    assert said(play(code, method)) == ["whole", "joined"]


@pytest.mark.parametrize("python", PYTHONS)
def test_what_the_fork_server_printed_is_not_printed_by_its_children_again(play, python):
    """Which they would, had it been left in a buffer that they inherit."""
    code = """
    import logging, multiprocessing
    print("imported")
    logging.basicConfig(format="%(message)s")  # holds the standard error of the server

    def child():
        logging.warning("logged")

    if __name__ == "__main__":
        for _ in range(2):
            process = multiprocessing.Process(target=child)
            process.start()
            process.join()
    """
    recording = play(code, "forkserver", python=python)
    assert recording.ok, recording.problems
    imported = [line.process for line in recording.lines if line.text == "imported"]
    # Some versions of Python do not find the script in the server, and import it in each child.
    assert imported in (["main", "fork server"], ["main", "child 1", "child 2"])
    logged = [line.process for line in recording.lines if line.text == "logged"]
    assert logged == ["child 1", "child 2"]
    assert len(recording.lines) == len(imported) + len(logged)


@pytest.mark.parametrize("method", START_METHODS)
def test_signals_take_nothing_from_a_long_line(play, method, tmp_path):
    """A write that a signal interrupts goes on where it was."""
    code = """
    import multiprocessing, signal

    def child():
        signal.signal(signal.SIGALRM, lambda *_: None)
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
        for _ in range(3):
            print("x" * 2_000_000)
        signal.setitimer(signal.ITIMER_REAL, 0)

    if __name__ == "__main__":
        process = multiprocessing.Process(target=child)
        process.start()
        process.join()
    """
    recording = play(code, method, full_text=tmp_path / "full.txt")
    assert recording.ok, recording.problems
    lines = (tmp_path / "full.txt").read_text().splitlines()
    assert [x.partition(" | ")[2].count("x") for x in lines] == [2_000_000] * 3


@pytest.mark.parametrize("polling", [False, True])
@pytest.mark.parametrize("method", START_METHODS)
def test_a_last_line_without_an_end_is_where_it_was_written(play, method, polling):
    """Not at the end of the recording; and in the cell that it was written in."""
    code = """
    import multiprocessing

    def child(n):
        print("child", n, end="")

    if __name__ == "__main__":
        for n in (1, 2):
            process = multiprocessing.Process(target=child, args=(n,))
            process.start()
            process.join()
            print("joined", n)
    # %%
    if __name__ == "__main__":
        process = multiprocessing.Process(target=child, args=(3,))
        process.start()
        process.join()
    # %%
    if __name__ == "__main__":
        print("the end")
    """
    recording = play(code, method, polling=polling)
    assert recording.ok, recording.problems
    assert [(line.cell, line.text, line.ended) for line in recording.lines] == [
        (1, "child 1", False),
        (1, "joined 1", True),
        (1, "child 2", False),
        (1, "joined 2", True),
        (2, "child 3", False),
        (3, "the end", True),
    ]


def test_a_line_that_is_begun_waits_for_its_writer_while_that_lives(play):
    """Others' lines come in between, and a cell ends."""
    code = """
    import multiprocessing

    def child(begun, go):
        print("begun", end=", ", flush=True)
        begun.set()
        go.wait()
        print("ended")

    if __name__ == "__main__":
        begun, go = multiprocessing.Event(), multiprocessing.Event()
        process = multiprocessing.Process(target=child, args=(begun, go))
        process.start()
        begun.wait()
        print("meanwhile")
    # %%
    if __name__ == "__main__":
        go.set()
        process.join()
    """
    recording = play(code)
    assert recording.ok, recording.problems
    assert [(line.process, line.cell, line.text) for line in recording.lines] == [
        ("main", 1, "meanwhile"),
        ("child 1", 2, "begun, ended"),
    ]


@pytest.mark.parametrize("method", START_METHODS)
def test_lines_of_processes_are_whole_where_writers_are_not_named(play, method, tmp_path):
    """Up to 4,096 bytes (PIPE_BUF), if they are printed at once."""
    code = """
    import multiprocessing

    def work(n):
        for line in range(1000):
            print("process", n, "line", line, "x" * (4000 if line % 100 == 0 else 40))

    if __name__ == "__main__":
        processes = [multiprocessing.Process(target=work, args=(n,)) for n in range(4)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
    """
    recording = play(code, method, named=False, full_text=tmp_path / "full.txt")
    assert recording.ok, recording.problems
    lines = [x.partition("| ")[2] for x in (tmp_path / "full.txt").read_text().splitlines()]
    torn = [x for x in lines if not re.fullmatch(r"process \d line \d+ (x{40}|x{4000})", x)]
    assert (len(lines), torn) == (4000, [])


def test_a_python_that_the_script_starts_writes_at_once(play):
    """Its output and its errors are in order, and what it has not ended is not lost."""
    code = """
    import subprocess, sys
    errors = "print('two', file=sys.stderr)"
    program = f"import os, sys; print('one'); {errors}; print('three', end=''); os._exit(0)"
    subprocess.check_call([sys.executable, "-c", program])
    print("four")
    """
    recording = play(code)
    assert [(line.process, line.text) for line in recording.lines] == [
        ("child 1", "one"),
        ("child 1", "two"),
        ("child 1", "three"),
        ("main", "four"),
    ]


def test_a_socket_has_no_name_but_other_ways_lead_to_it(play):
    """What docs/recordings.md says: which ways do not work, and what to do instead."""
    code = """
    import errno, os, subprocess, sys

    try:
        open("/dev/stdout", "w")
    except OSError as error:
        print(errno.errorcode[error.errno])
    quiet = subprocess.DEVNULL
    print(subprocess.call(["sh", "-c", "echo lost > /dev/stdout"], stderr=quiet) != 0)
    subprocess.check_call(["sh", "-c", "echo a shell >&2"])
    with open(os.dup(1), "w") as copy:
        print("a copy", file=copy)
    print("the stream", file=sys.stderr)
    """
    assert said(play(code)) == ["ENXIO", "True", "a shell", "a copy", "the stream"]
