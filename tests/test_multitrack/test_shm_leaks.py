"""What a lesson leaves is named and removed; what is others' is not touched."""

import contextlib
import mmap
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gallery.project import ROOT
from multitrack import shm_leaks as leftovers
from multitrack.recording import Problem
from multitrack.shm_leaks import SHM, Segment, appeared, remove, segments

pytestmark = pytest.mark.skipif(not SHM.is_dir(), reason="the system has no /dev/shm")


@contextlib.contextmanager
def segment(name: str, size: int = 4096) -> Iterator[Path]:
    """Put a file into /dev/shm for the time of the block."""
    path = SHM / name
    path.write_bytes(b"\0" * size)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def names(found: list[Segment], *wanted: str) -> set[str]:
    """Return those of the wanted that were found: other programs may leave things meanwhile."""
    return {s.name for s in found} & set(wanted)


@pytest.fixture
def name() -> str:
    """Return a name that nobody else has."""
    return f"psm_{secrets.token_hex(6)}"


LEAK = """
import _posixshmem, os
handle = _posixshmem.shm_open("/{name}", os.O_CREAT | os.O_RDWR, 0o600)
os.ftruncate(handle, 64)
print("made it")
"""


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_segment_left_is_named_and_removed(play, name, method):
    """Though the script ended with 0; both runs' are gone."""
    recording = play(LEAK.format(name=name), method)
    words = f"left behind the shared memory segment {name}"
    assert recording.problems == (Problem("shared memory left", words),)
    assert not (SHM / name).exists()


def test_the_run_beside_others_and_the_run_alone_leave_nothing(play):
    """A script that makes a new name each time leaves two."""
    mark = f"psm_{secrets.token_hex(4)}"
    code = LEAK.replace('"/{name}"', f'f"/{mark}-{{os.getpid()}}"')
    recording = play(code)
    assert len(recording.problems) == 1
    assert f"left behind the shared memory segment {mark}-" in recording.problems[0].text
    assert list(SHM.glob(f"{mark}*")) == []


def test_a_named_semaphore(play):
    """As the C library makes it, under the name that the script gave it."""
    name = f"ours-{secrets.token_hex(4)}"
    code = f"""
    import ctypes, os
    libc = ctypes.CDLL(None)
    libc.sem_open.restype = ctypes.c_void_p
    assert libc.sem_open(b"/{name}", os.O_CREAT, 0o600, 1)
    """
    recording = play(code)
    words = f"left behind the named semaphore /{name}"
    assert recording.problems == (Problem("shared memory left", words),)
    assert not (SHM / f"sem.{name}").exists()


def test_shared_memory_that_the_resource_tracker_removes_is_not_left(play):
    """Its warning is in the transcript; the machine is clean."""
    code = """
    from multiprocessing.shared_memory import SharedMemory
    memory = SharedMemory(create=True, size=64)
    """
    recording = play(code)
    assert recording.ok, recording.problems
    assert any("leaked shared_memory" in x.text for x in recording.lines)


def test_temporary_files_are_named(play):
    """Those in the lesson's own TMPDIR, which is removed."""
    code = """
    import tempfile
    handle, name = tempfile.mkstemp(prefix="forgotten-", suffix=".txt")
    tempfile.mkdtemp(prefix="folder-")
    """
    (problem,) = play(code).problems
    assert problem.kind == "temporary files left"
    head, _, left = problem.text.partition(": ")
    assert head == "left behind temporary files"
    folder, file = left.split(", ")
    assert folder.startswith("folder-") and folder.endswith("/")
    assert file.startswith("forgotten-") and file.endswith(".txt")
    assert not list(Path("/tmp").glob(f"lesson-*/tmp/{file}"))


def test_a_socket_file_is_a_temporary_file(play):
    """With its name."""
    code = """
    import os, socket
    server = socket.socket(socket.AF_UNIX)
    server.bind(os.environ["TMPDIR"] + "/server.sock"); server.listen()
    """
    words = "left behind temporary files: server.sock"
    assert play(code).problems == (Problem("temporary files left", words),)


@pytest.mark.parametrize(
    ("end", "problem"),
    [
        ("os._exit(0)", "left behind temporary files: pymp-"),
        ("os._exit(3)", "main ended with 3"),
    ],
)
def test_multiprocessings_own_folder(play, end, problem):
    """It is left where main ends at once; that counts when nothing else is wrong."""
    code = f"""
    import os
    from multiprocessing import util
    util.get_temp_dir()
    {end}
    """
    (said,) = play(code).problems
    assert said.text.startswith(problem)


def test_what_was_there_before_is_not_the_lessons(name):
    """Nor what has another's name."""
    other = f"other-{name}"
    with segment(name), segment(other):
        before = segments()
        assert names(appeared(before, b""), name, other) == set()
        assert names(appeared(set(), b""), name, other) == {name}


def test_what_somebody_holds_is_not_a_leftover(name):
    """Open, or mapped without being open, by any process."""
    before = segments()
    with segment(name) as path:
        with path.open("rb"):
            assert names(appeared(before, b""), name) == set()
        with path.open("r+b") as file:
            mapped = mmap.mmap(file.fileno(), 0)
        try:
            assert names(appeared(before, b""), name) == set()
        finally:
            mapped.close()
        code = f"import sys; f = open({str(path)!r}); print(flush=True); sys.stdin.read()"
        holder = subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1)
        try:
            holder.stdout.readline()
            assert names(appeared(before, b""), name) == set()
        finally:
            holder.communicate(timeout=10)
        assert names(appeared(before, b""), name) == {name}


def test_a_name_of_another_kind_must_stand_in_the_script():
    """So that no other program's file is taken for the lesson's."""
    before = segments()
    name = f"mine_{secrets.token_hex(4)}x"
    with segment(name):
        assert names(appeared(before, b"x = 1"), name) == set()
        assert names(appeared(before, f"SharedMemory('{name}')".encode()), name) == {name}
    numbered = f"{name}_{os.getpid()}"
    with segment(numbered):
        assert names(appeared(before, f"SharedMemory(f'{name}_' + pid)".encode()), numbered)


def test_what_goes_meanwhile_is_not_a_leftover(name, monkeypatch):
    """A resource tracker was about to remove it."""
    before = segments()
    with segment(name) as path:
        monkeypatch.setattr(leftovers.time, "sleep", lambda _: path.unlink(missing_ok=True))
        assert names(appeared(before, b""), name) == set()


def test_set_aside_and_put_back(name):
    """As it was, unless something else has the name by then."""
    with segment(name) as path:
        was = Segment(name, path.stat().st_ino)
        aside = leftovers.set_aside([was, Segment(f"{name}-gone", 1)])
        assert not path.exists()
        leftovers.put_back(aside)
        assert path.stat().st_ino == was.inode
        aside = leftovers.set_aside([was])
        path.write_text("another")
        leftovers.put_back(aside)
        assert path.read_text() == "another"
    assert list(SHM.glob(f"*{name}*")) == []


def test_removing_spares_what_is_held_and_what_took_the_name(name):
    """Another file under the same name is another file."""
    with segment(name) as path:
        was = Segment(name, path.stat().st_ino)
        with path.open("rb"):
            remove([was])
            assert path.exists()
        remove([Segment(name, was.inode + 1)])
        assert path.exists()
        remove([was])
        assert not path.exists()


def test_ordinary_lessons_leave_nothing(play):
    """Queues, locks, shared arrays and a manager, each under its own start method."""
    code = """
    import multiprocessing
    def work(queue, lock, array):
        with lock: array[0] += 1
        queue.put(1)
    if __name__ == "__main__":
        queue, lock = multiprocessing.Queue(), multiprocessing.Lock()
        array = multiprocessing.Array("i", 3)
        child = multiprocessing.Process(target=work, args=(queue, lock, array))
        child.start(); print(queue.get(), array[0]); child.join()
    """
    for method in ("fork", "spawn", "forkserver"):
        recording = play(code, method)
        assert recording.ok, recording.problems


NEIGHBOUR = """
import contextlib, multiprocessing, os, select, sys
context = multiprocessing.get_context("spawn")  # its semaphores have names while they live
number = 0
while not select.select([0], [], [], 0)[0]:
    locks = [context.Lock() for _ in range(10)]
    number += 1
    if number == 5:
        print(flush=True)
    if number % 5 == 0 and not os.fork():  # one that ends with its semaphores
        os.execv(sys.executable, [sys.executable, "-c",
            "import multiprocessing; keep = multiprocessing.get_context('spawn').Queue()"])
    with contextlib.suppress(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
"""


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_neighbours_whose_semaphores_come_and_go_accuse_nobody(write, method):
    """The machine is busy with programs that are no lessons and wait for no turn.

    Recorded by another process: orphans of this one's children would come to its recorder.
    """
    path = write("""
    import multiprocessing
    def work(queue): queue.put(1)
    if __name__ == "__main__":
        queue = multiprocessing.Queue()
        child = multiprocessing.Process(target=work, args=(queue,))
        child.start(); print(queue.get()); child.join()
    """)
    neighbours = [
        subprocess.Popen([sys.executable, "-c", NEIGHBOUR], stdin=-1, stdout=-1) for _ in range(2)
    ]
    try:
        for neighbour in neighbours:
            neighbour.stdout.readline()
        for _ in range(3):
            done = subprocess.run(
                [sys.executable, "-m", "multitrack", "record", path, "--start-method", method],
                cwd=ROOT,
                capture_output=True,
                text=True,
                timeout=100,
            )
            assert done.returncode == 0, done.stdout + done.stderr
    finally:
        for neighbour in neighbours:
            neighbour.communicate(timeout=30)
