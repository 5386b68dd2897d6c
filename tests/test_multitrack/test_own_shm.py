"""A /dev/shm of a run's own: main and all that it starts find it, and nobody else does."""

import contextlib
import ctypes
import os
import secrets
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from multitrack import own_shm, stacks
from multitrack.own_shm import SHM, OwnShm, entering, way

ROOT = Path(__file__).resolve().parents[2]
WAY = way(sys.executable)
as_root = pytest.mark.skipif(WAY != "mount namespace", reason="only root may mount here")
PR_CAPBSET_DROP, CAP_SYS_ADMIN = 24, 21

# Says what it finds in a folder and leaves something there, each once it is given a line.
PROGRAM = """
import os, sys
folder = sys.argv[1]
sys.stdin.readline()
print(sorted(os.listdir(folder)), flush=True)
open(f"{folder}/left", "w").close()
os.mkdir(f"{folder}/folder")
sys.stdin.readline()
"""


@contextlib.contextmanager
def program(way: own_shm.Way, folder: Path = SHM) -> Iterator[subprocess.Popen]:
    """Start PROGRAM with a /dev/shm of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
        preexec_fn=entering(way),
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def says(process: subprocess.Popen) -> str:
    """Let it go on, and return what it says."""
    process.stdin.write("\n")
    return process.stdout.readline().strip()


@pytest.fixture(params=["mount namespace", "user namespace"])
def each_way(request) -> own_shm.Way:
    """Each way that can be had here, also where the other one is better."""
    with contextlib.suppress(OSError, subprocess.SubprocessError), program(request.param) as tried:
        OwnShm(tried.pid).close()
        return request.param
    pytest.skip(f"no {request.param} can be had here")


@pytest.fixture
def segment() -> Iterator[Path]:
    """Put something into the machine's /dev/shm."""
    path = SHM / f"psm_{secrets.token_hex(6)}"
    path.touch()
    yield path
    path.unlink(missing_ok=True)


def test_what_a_program_leaves_is_seen_and_is_not_on_the_machine(each_way, segment):
    """Nor does the program see what is on the machine."""
    with program(each_way) as process, contextlib.closing(OwnShm(process.pid)) as own:
        assert own.entries() == []
        assert says(process) == "[]"
        process.communicate()
        assert {e.name: e.is_dir() for e in own.entries()} == {"left": False, "folder": True}
    assert segment.exists()
    assert not (SHM / "left").exists()


def test_it_is_as_large_as_the_machines(each_way):
    """And of the same mode: no program is to meet another limit."""
    with program(each_way) as process:
        folder = Path(f"/proc/{process.pid}/root{SHM}")
        ours, machines = os.statvfs(folder), os.statvfs(SHM)
        assert ours.f_blocks * ours.f_frsize == machines.f_blocks * machines.f_frsize
        assert ours.f_files == machines.f_files
        assert folder.stat().st_mode == SHM.stat().st_mode


def test_the_machines_own_is_not_taken_for_one(segment):
    """As when a namespace could not be had at the last moment."""
    with pytest.raises(FileNotFoundError, match="of its own"):
        OwnShm(os.getpid())


def test_no_descriptor_is_left(each_way):
    """Neither when it is the program's own nor when it is not."""
    before = sorted(Path("/proc/self/fd").iterdir())
    with program(each_way) as process:
        OwnShm(process.pid).close()
    with contextlib.suppress(FileNotFoundError):
        OwnShm(os.getpid())
    assert set(Path("/proc/self/fd").iterdir()) <= set(before)  # the rest was other tests'


def test_without_a_namespace_it_goes_on_with_the_machines(monkeypatch):
    """The kernel has no more of them, say."""

    class Library:
        class mount:
            argtypes: tuple[()] = ()

        @staticmethod
        def unshare(flags: int) -> int:
            return -1

    monkeypatch.setattr(own_shm.ctypes, "CDLL", lambda *_, **__: Library)
    assert entering("mount namespace")() is None


RECORDER = """
import os, sys
from multitrack.launch import Launched, Scratch
from multitrack.own_shm import entering
from multitrack.script import Script
output = os.open(os.devnull, os.O_RDWR)
launched = Launched(sys.executable, Scratch(), output, entering(sys.argv[1]))
launched.go(Script.read(sys.argv[2]), "fork", "token")
print(launched.process.pid, flush=True)
sys.stdin.read()
"""


def test_main_ends_with_its_recorder(each_way, write, tmp_path):
    """Also in namespaces of its own."""
    recorder = subprocess.Popen(
        [sys.executable, "-c", RECORDER, each_way, write("import time; time.sleep(100)")],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    main = os.pidfd_open(int(recorder.stdout.readline()))
    try:
        assert select.select([main], [], [], 0)[0] == []
        recorder.kill()
        assert select.select([main], [], [], 20)[0] == [main]
    finally:
        recorder.communicate()
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(main, signal.SIGKILL)
        os.close(main)


@pytest.mark.skipif(not stacks.finder(), reason="there is no py-spy")
@pytest.mark.skipif(WAY is None, reason="no namespace can be had here")
def test_where_main_stands_can_be_seen(play):
    """From outside of its namespaces."""
    recording = play("import time\ntime.sleep(60)", own_shm=True, timeout=1)
    assert recording.shared_memory == "own"
    (problem,) = recording.problems
    assert "lesson.py:2 in <module>" in problem.text


def nested(function, prepare) -> str:
    """Call functions in a process with mounts of its own; return what the first one returned."""
    read, write = os.pipe()
    if not (child := os.fork()):
        try:
            entering("mount namespace")()
            prepare()
            os.write(write, function().encode())
        except BaseException as error:
            os.write(write, repr(error).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    return said


def mount(*words: str | Path) -> None:
    """Call mount(8)."""
    subprocess.run(["mount", *words], check=True, capture_output=True)


@as_root
def test_other_paths_to_it_lead_to_the_new_one(tmp_path):
    """As below a folder that an interpreter's wrapper does chroot to."""
    other = tmp_path / "other root's \\ /dev/shm"
    other.mkdir(parents=True)

    def found() -> str:
        (SHM / "machines").touch()
        with program("mount namespace", other) as process:
            own = OwnShm(process.pid)
            said = says(process)
            process.communicate()
            return f"{said} {sorted(e.name for e in own.entries())}"

    said = nested(found, lambda: mount("--bind", SHM, other))
    assert said == "[] ['folder', 'left']"


@as_root
def test_the_machines_mounts_stay_and_the_program_follows_them(tmp_path):
    """Also where the machine's mounts are shared between namespaces, as systemd has them."""

    def found() -> str:
        before = Path("/proc/self/mountinfo").read_text()
        with program("mount namespace") as process:
            same = Path("/proc/self/mountinfo").read_text() == before
            mount("-t", "tmpfs", "later", tmp_path)
            follows = str(tmp_path) in Path(f"/proc/{process.pid}/mountinfo").read_text()
            return f"{same} {follows}"

    assert nested(found, lambda: mount("--make-rshared", "/")) == "True True"


def test_no_way_where_the_program_would_see_a_difference():
    """Root without the right to mount gets it in a user namespace, and other rights with it."""
    libc = ctypes.CDLL(None)

    def asked(prepare) -> str:
        code = "import sys; from multitrack.own_shm import way; print(way(sys.executable))"
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            preexec_fn=prepare,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    assert asked(lambda: None) == str(WAY)
    if os.geteuid() == 0:
        assert asked(lambda: libc.prctl(PR_CAPBSET_DROP, CAP_SYS_ADMIN)) == "None"


@as_root
def test_no_way_where_the_interpreter_has_another_dev_shm(tmp_path):
    """Its wrapper takes it into a place of its own."""
    wrapper = tmp_path / "python"
    inner = f'mount -t tmpfs other {SHM} && exec {sys.executable} "$@"'
    wrapper.write_text(f"#!/bin/sh\nexec unshare -m sh -c '{inner}' sh \"$@\"\n")
    wrapper.chmod(0o755)
    assert subprocess.run([wrapper, "-c", "pass"], check=True).returncode == 0
    assert way(str(wrapper)) is None


def test_no_way_without_an_interpreter(tmp_path):
    """One that is missing, or fails."""
    assert way(str(tmp_path / "none")) is None
    assert way("/bin/false") is None


RECORDED = """
import sys
from multitrack.run import Options, record
from multitrack.script import Script
recording = record(Script.read(sys.argv[1]), "spawn", Options(own_shm=True))
assert recording.ok, recording.problems
print(recording.shared_memory, recording.writers, len(recording.processes))
print([line.text for line in recording.lines])
"""
SCRIPT = """
import multiprocessing, os
def work(queue): queue.put((os.getresuid(), os.getresgid(), os.getgroups()))
if __name__ == "__main__":
    queue = multiprocessing.Queue()
    child = multiprocessing.Process(target=work, args=(queue,))
    child.start(); print(queue.get(), flush=True); child.join()
"""
USER = 12345


def as_user(words: list[str | Path], groups: list[int], **more: str) -> subprocess.CompletedProcess:
    """Run a Python that another user can run, with the recorder where it can find it."""
    libraries = Path(psutil.__file__).parents[1]
    return subprocess.run(
        ["/usr/bin/python3", *words],
        env={"PYTHONPATH": f"{ROOT}:{libraries}", "PATH": os.defpath, **more},
        cwd="/",
        user=USER,
        group=USER,
        extra_groups=groups,
        capture_output=True,
        text=True,
        timeout=60,
    )


def user_can() -> bool:
    """Whether a user other than root can record here, and have a namespace."""
    code = "from multitrack.own_shm import way; import sys; print(way(sys.executable))"
    with contextlib.suppress(OSError, ValueError, subprocess.SubprocessError):
        return as_user(["-c", code], []).stdout == "user namespace\n"
    return False


@pytest.fixture
def script() -> Iterator[Path]:
    """Write SCRIPT where every user can read and write."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        path = Path(folder, "script.py")
        path.write_text(SCRIPT)
        yield path


@pytest.mark.skipif(not user_can(), reason="no user but root can have a namespace here")
@pytest.mark.parametrize(("groups", "where"), [([], "own"), ([24, 27], "machine")])
def test_a_user_who_is_not_root(script, groups, where):
    """Has one, too; not where it would take the user's further groups from the program's sight."""
    done = as_user(["-c", RECORDED, script], groups, TMPDIR=str(script.parent))
    assert done.stdout.splitlines() == [
        f"{where} kernel 3",  # main, its child, the resource tracker
        repr([str(((USER,) * 3, (USER,) * 3, groups))]),
    ], done.stderr
