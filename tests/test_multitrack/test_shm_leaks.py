"""What a script leaves is named; what is others' is neither touched nor held against it."""

import mmap
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from multitrack import own_shm, shm_leaks
from multitrack.pool import Job, record_all
from multitrack.recording import Problem
from multitrack.run import Options, record
from multitrack.script import Script
from multitrack.shm_leaks import SHM, Entry, appeared, described, entries
from tests.pythons import NEWEST, needs_newest

pytestmark = pytest.mark.skipif(not SHM.is_dir(), reason="the system has no /dev/shm")
can = pytest.mark.skipif(
    own_shm.way(sys.executable) is None, reason="no script can have a /dev/shm of its own here"
)
each = pytest.mark.parametrize("own", [pytest.param(True, marks=can), False])
NEIGHBOUR = Path(__file__).resolve().parents[1] / "neighbour.py"


@pytest.fixture
def name() -> Iterator[str]:
    """Give a name that nobody else has, and remove what is there under it."""
    name = f"psm_{secrets.token_hex(6)}"
    yield name
    for path in SHM.glob(f"*{name}*"):
        path.rmdir() if path.is_dir() else path.unlink()


def names(found: Iterable[Entry], *wanted: str) -> set[str]:
    """Return those of the wanted that were found: other programs may leave things meanwhile."""
    return {entry.name for entry in found} & set(wanted)


LEAK = """
import ctypes, os, _posixshmem
handle = _posixshmem.shm_open("/NAME", os.O_CREAT | os.O_RDWR, 0o600)
os.ftruncate(handle, 64)
os.mkdir("/dev/shm/folder_NAME")
libc = ctypes.CDLL(None)
libc.sem_open.restype = ctypes.c_void_p
assert libc.sem_open(b"/NAME", os.O_CREAT, 0o600, 1)
"""


@can
@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.parametrize(
    "python", [sys.executable, pytest.param(NEWEST, marks=needs_newest)], ids=["this", "newest"]
)
def test_what_is_in_the_runs_own_was_left_by_it(play, name, python, method):
    """Certainly, of whatever kind; and it is gone with the run."""
    recording = play(LEAK.replace("NAME", name), method, own_shm=True, python=python)
    left = f"the folder /dev/shm/folder_{name}/, the shared memory segment {name}"
    words = f"left behind {left}, the named semaphore /{name}"
    assert recording.problems == (Problem("shared memory left", words),)
    assert recording.shared_memory == "own"
    assert recording.meanwhile == ()
    assert list(SHM.glob(f"*{name}*")) == []


def test_what_appears_on_the_machine_is_perhaps_the_scripts(play, name):
    """So it is no problem, and it stays."""
    recording = play(LEAK.replace("NAME", name))
    assert recording.ok, recording.problems
    assert recording.shared_memory == "machine"
    wanted = {f"folder_{name}/", name, f"sem.{name}"}
    assert wanted <= set(recording.meanwhile)
    assert {path.name for path in SHM.glob(f"*{name}*")} == {n.rstrip("/") for n in wanted}


@each
def test_no_script_is_played_twice(play, name, tmp_path, own):
    """Whatever it leaves."""
    log = tmp_path / "log"
    code = f"{LEAK.replace('NAME', name)}\nprint('once', file=open({str(log)!r}, 'a'))"
    play(code, own_shm=own)
    assert log.read_text() == "once\n"


@can
def test_a_script_whose_main_fails_may_leave_something_too(play, name):
    """Both are told."""
    recording = play(LEAK.replace("NAME", name) + "raise SystemExit(3)", own_shm=True)
    assert [p.kind for p in recording.problems] == ["main failed", "shared memory left"]


@can
def test_who_is_killed_could_not_clean_up(play, name):
    """The time limit is the one problem."""
    code = LEAK.replace("NAME", name) + "import time; time.sleep(60)"
    recording = play(code, own_shm=True, timeout=1)
    assert [p.kind for p in recording.problems] == ["time limit"]


def test_a_script_that_lies_in_dev_shm_finds_itself(name):
    """There is no other /dev/shm for it."""
    folder = SHM / name
    folder.mkdir()
    script = folder / "script.py"
    script.write_text("print(open(__file__).read())")
    recording = record(Script.read(script), "fork", Options(timeout=20, own_shm=True))
    script.unlink()
    assert recording.ok, recording.problems
    assert recording.shared_memory == "machine"


def test_a_namespace_that_cannot_be_had_at_the_last_moment(play, name, monkeypatch):
    """Then it was the machine's, and the recording says so."""
    monkeypatch.setattr(own_shm, "way", lambda python: "mount namespace")
    monkeypatch.setattr(own_shm, "entering", lambda way: lambda: None)
    recording = play(LEAK.replace("NAME", name), own_shm=True)
    assert recording.ok, recording.problems
    assert recording.shared_memory == "machine"
    assert name in recording.meanwhile


@each
def test_shared_memory_that_the_resource_tracker_removes_is_not_left(play, own):
    """Its warning is in the transcript; the machine is clean."""
    code = """
    from multiprocessing.shared_memory import SharedMemory
    memory = SharedMemory(create=True, size=64)
    """
    recording = play(code, own_shm=own)
    assert recording.ok, recording.problems
    assert any("leaked shared_memory" in x.text for x in recording.lines)


@can
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_ordinary_scripts_leave_nothing(play, method):
    """Queues, locks and shared arrays."""
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
    recording = play(code, method, own_shm=True)
    assert recording.ok, recording.problems
    assert [line.text for line in recording.lines] == ["1 1"]


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
    assert not list(Path(tempfile.gettempdir()).glob(f"multitrack-*/tmp/{file}"))


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


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_what_was_there_before_did_not_appear(name, kind):
    """Neither folders nor files."""
    path = SHM / name
    path.mkdir() if kind == "folder" else path.touch()
    shown = f"{name}/" if kind == "folder" else name
    assert names(appeared(entries()), shown) == set()
    assert names(appeared([]), shown) == {shown}


def test_another_file_under_the_same_name_appeared(name):
    """Compared by inode."""
    (SHM / name).touch()
    before = entries()
    (SHM / f"{name}.new").touch()
    (SHM / f"{name}.new").rename(SHM / name)
    assert names(appeared(before), name) == {name}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_what_is_another_users_did_not_appear(name):
    """A script has its recorder's rights."""
    (SHM / name).touch()
    os.chown(SHM / name, 12345, 12345)
    assert names(appeared([]), name) == set()


def test_what_somebody_holds_is_in_use(name):
    """Open, or mapped without being open, by any process."""
    path = SHM / name
    path.write_bytes(bytes(4096))
    with path.open("rb"):
        assert names(appeared([]), name) == set()
    with path.open("r+b") as file:
        mapped = mmap.mmap(file.fileno(), 0)
    try:
        assert names(appeared([]), name) == set()
    finally:
        mapped.close()
    code = f"import sys; f = open({str(path)!r}); print(flush=True); sys.stdin.read()"
    holder = subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1)
    try:
        holder.stdout.readline()
        assert names(appeared([]), name) == set()
    finally:
        holder.communicate(timeout=10)
    assert names(appeared([]), name) == {name}


def test_what_goes_while_it_is_looked_at_did_not_appear(name, monkeypatch):
    """Its maker was about to remove it."""
    path = SHM / name
    path.touch()
    looked = shm_leaks._not_held
    monkeypatch.setattr(shm_leaks, "_not_held", lambda new: path.unlink() or looked(new))
    assert names(appeared([]), name) == set()


def test_names_are_fit_to_be_shown(name):
    """Whatever a script calls them."""
    (SHM / f"{name}\x1b[2J").touch()
    Path(os.fsdecode(os.fsencode(SHM / name) + b"\xe9")).touch()
    found = {entry.name for entry in entries() if entry.name.startswith(name)}
    assert found == {f"{name}\\x1b[2J", f"{name}\\udce9"}


def test_descriptions():
    """Of each kind."""
    assert described("psm_1") == "the shared memory segment psm_1"
    assert described("sem.mine") == "the named semaphore /mine"
    assert described("joblib_1/") == "the folder /dev/shm/joblib_1/"


@pytest.mark.long  # a second recorder at work all the time
@each
def test_a_neighbour_loses_nothing_and_nobody_is_accused(write, own):
    """It makes shared memory, hands it over and drops it beside ten recordings.

    Recorded by other processes: orphans of this one's children would come to its recorder.
    """
    script = Script.read(
        write("""
        import multiprocessing
        def work(queue): queue.put(1)
        if __name__ == "__main__":
            queue = multiprocessing.Queue()
            child = multiprocessing.Process(target=work, args=(queue,))
            child.start(); print(queue.get()); child.join()
        """)
    )
    jobs = [Job.of(script, ("fork", "spawn")[n % 2], own_shm=own) for n in range(10)]
    neighbour = subprocess.Popen([sys.executable, NEIGHBOUR], stdin=-1, stdout=-1, text=True)
    try:
        neighbour.stdout.readline()
        recordings = [recording for _, recording in record_all(jobs, 2)]
    finally:
        said, _ = neighbour.communicate(timeout=60)
    made, lost = (int(words.split()[0]) for words in said.split(","))
    assert (made > 1, lost) == (True, 0)
    assert [recording.problems for recording in recordings] == [()] * 10
    if own:
        assert [recording.meanwhile for recording in recordings] == [()] * 10
