"""Workers: many lessons at once, and nothing left however one of them ends."""

import errno
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from gallery.project import ROOT
from multitrack import pool as workers
from multitrack.pool import Job, NotRecorded, WorkerDied, record_all
from multitrack.recording import Recording
from tests.disks import small_disk

# A lesson whose child leaves the group, and which says once all stands where its folder is.
WAITS = """
import os, subprocess, sys, time
subprocess.Popen(["sleep", "97"], start_new_session=True)
if os.fork() == 0:
    time.sleep(97)
open({mark!r}, "w").write(os.environ["TMPDIR"])
time.sleep(97)
"""


def until(true: Callable[[], object], what: str) -> None:
    """Wait for something, for 20 seconds at most."""
    deadline = time.monotonic() + 20
    while not true():
        if time.monotonic() > deadline:
            pytest.fail(f"never came: {what}")
        time.sleep(0.02)


def of_folder(folder: str) -> list[psutil.Process]:
    """Return the living processes whose TMPDIR is this."""
    found = []
    for process in psutil.process_iter():
        try:
            mine = process.environ().get("TMPDIR") == folder
            if mine and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


@pytest.fixture(autouse=True)
def own_turns(monkeypatch):
    """Have a temporary folder of our own, so that no measured time of others is waited for."""
    with tempfile.TemporaryDirectory(prefix="t-", ignore_cleanup_errors=True) as folder:
        monkeypatch.setenv("TMPDIR", folder)
        yield


@pytest.fixture
def waits(write, tmp_path) -> tuple[Path, Path]:
    """Write the lesson that waits, and where it says that it does."""
    mark = tmp_path / "mark"
    return write(WAITS.format(mark=str(mark))), mark


ASKS = """
import sys
from multitrack.pool import Job, record_all
list(record_all([Job(sys.argv[1], "fork")], 1))
"""


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_when_the_asking_process_is_ended(waits, by):
    """By kill -9, Ctrl-C or a plain kill."""
    path, mark = waits
    asking = subprocess.Popen(
        [sys.executable, "-c", ASKS, str(path)], cwd=ROOT, stderr=subprocess.DEVNULL
    )
    try:
        until(mark.exists, "the lesson")
        until(mark.read_text, "the lesson's folder")
        folder = mark.read_text()
        assert len(of_folder(folder)) == 3
        (worker,) = psutil.Process(asking.pid).children()
        asking.send_signal(by)
        asking.wait(20)
        until(lambda: not of_folder(folder), "the end of the lesson's processes")
        until(lambda: not worker.is_running() or worker.status() == "zombie", "the worker's end")
        assert not Path(folder).exists()
    finally:
        asking.kill()
        asking.wait()


@pytest.mark.long  # ten recordings, each ended at another moment
@pytest.mark.parametrize("moment", [n / 8 for n in range(1, 11)])
def test_nothing_is_left_by_kill_9_at_any_moment(write, moment):
    """While workers start, lessons start, play and end, and recordings are sent back."""
    code = """
    import multiprocessing, time
    def work(n): print("child", n); time.sleep(0.05)
    if __name__ == "__main__":
        for n in range(3):
            child = multiprocessing.Process(target=work, args=(n,)); child.start(); child.join()
    """
    asks = ASKS.replace('[Job(sys.argv[1], "fork")], 1', "JOBS, 3").replace(
        "list(", "JOBS = [Job(sys.argv[1], m) for m in ('fork', 'spawn', 'forkserver')] * 2\nlist("
    )
    with tempfile.TemporaryDirectory(prefix="k9-") as folder:
        asking = subprocess.Popen(
            [sys.executable, "-c", asks, str(write(code))],
            cwd=ROOT,
            env={**os.environ, "TMPDIR": folder},
            start_new_session=True,
        )
        try:
            time.sleep(moment)
        finally:
            asking.kill()
            asking.wait()
        until(lambda: not naming(folder), "the end of all that was started")
        assert not [path for path in Path(folder).glob("multitrack-*") if path.is_dir()]


def naming(folder: str) -> list[psutil.Process]:
    """Return the living processes whose environment names a folder."""
    found = []
    for process in psutil.process_iter():
        try:
            named = any(folder in value for value in process.environ().values())
            if named and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def test_a_worker_killed_in_the_middle_leaves_nothing(waits):
    """The near side was told of the run, and ends it."""
    path, mark = waits
    results = record_all([Job(str(path), "fork")], 1)
    before = set(psutil.Process().children())

    def kill() -> None:
        until(mark.exists, "the lesson")
        until(mark.read_text, "the lesson's folder")
        for child in set(psutil.Process().children()) - before:
            if "multitrack.pool" in child.cmdline():
                child.kill()

    import threading

    thread = threading.Thread(target=kill)
    thread.start()
    with pytest.raises(WorkerDied, match=r"lesson\.py under fork ended with -9"):
        next(results)
    thread.join(20)
    folder = mark.read_text()
    assert of_folder(folder) == []
    assert not Path(folder).parent.exists()


def test_an_abandoned_iteration_leaves_nothing(waits, write):
    """Whoever stops listening stops the lessons."""
    path, mark = waits
    quick = write("print(1)", "quick.py")
    results: Any = record_all([Job(str(path), "fork"), Job(str(quick), "fork")], 2)
    job, recording = next(results)
    assert job.path == str(quick)
    assert recording.ok
    until(mark.exists, "the lesson")
    until(mark.read_text, "the lesson's folder")
    results.close()
    assert of_folder(mark.read_text()) == []


def test_many_jobs(write):
    """Each is given back once, with its own recording."""
    jobs = [
        Job(str(write(f"print({n})", f"n{n}.py")), method)
        for n in range(4)
        for method in ("fork", "spawn")
    ]
    found = dict(record_all(jobs, 3))
    assert found.keys() == set(jobs)
    for job, recording in found.items():
        assert recording.start_method == job.start_method
        assert [x.text for x in recording.lines] == [Path(job.path).stem[1:]]


def test_what_a_job_can_say(write, tmp_path):
    """Time limit, unnamed lines, polling, and where the full text goes."""
    path = write("import time\nfor n in range(3000): print(n)\ntime.sleep(60)\n")
    job = Job(
        str(path), "fork", 0.7, named=False, polling=True, full_text=str(tmp_path / "full.txt")
    )
    ((_, recording),) = record_all([job], 1)
    assert recording.problems[0].text.startswith("did not end within 0.7 seconds")
    assert (recording.writers, recording.lives) == ("unnamed", "polling")
    assert (tmp_path / "full.txt").read_text().count("\n") == 3000


@pytest.mark.parametrize(
    ("job", "words"),
    [
        (Job("/nowhere.py", "fork"), "there is no such file"),
        (Job(__file__, "fork", python="/bin/false"), "/bin/false ended with 1"),
    ],
)
def test_what_keeps_a_worker_from_it_is_said(job, words):
    """Rather than a traceback of the worker's."""
    with pytest.raises(NotRecorded, match=words):
        list(record_all([job], 1))


def test_trouble_with_the_disk_is_said(write, tmp_path):
    """There is no room for the full text, say; here its folder is a file."""
    (tmp_path / "file").touch()
    path = write("for n in range(3000): print(n)")
    job = Job(str(path), "fork", full_text=str(tmp_path / "file" / "full.txt"))
    said = r"lesson\.py could not be recorded under fork: .*file: a folder must be here"
    with pytest.raises(NotRecorded, match=said):
        list(record_all([job], 1))


SAVES = """
for n in range(3000): print(n)
svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
open("a.svg", "w").write(svg)
open("b.svg", "w").write(svg + " " * 500_000)
"""


@pytest.mark.parametrize(
    ("room", "file"), [(4, "full.txt"), (128, "full.2.svg")], ids=["full text", "picture"]
)
def test_a_full_disk_is_said_and_nothing_half_written_is_left(write, tmp_path, capfd, room, file):
    """Nor what was whole: it belongs to no recording."""
    with small_disk(tmp_path / "small", room) as folder:
        job = Job(str(write(SAVES)), "fork", full_text=str(folder / "full.txt"))
        with pytest.raises(NotRecorded) as caught:
            list(record_all([job], 1))
        assert str(caught.value) == (
            f"{job.path} could not be recorded under fork: {folder / file}: No space left on device"
        )
        assert list(folder.iterdir()) == []
    assert capfd.readouterr().err == ""


def test_a_full_disk_of_temporary_files_is_said(write, tmp_path, capfd, monkeypatch):
    """The run is ended, with all that it started, and its folder removed."""
    code = """
    import multiprocessing, time
    def work():
        while True: print("x" * 1000)
    if __name__ == "__main__":
        for _ in range(3): multiprocessing.Process(target=work).start()
        time.sleep(60)
    """
    with small_disk(tmp_path / "small", 512) as folder:
        monkeypatch.setenv("TMPDIR", str(folder))
        job = Job(str(write(code)), "spawn")
        with pytest.raises(NotRecorded) as caught:
            list(record_all([job], 1))
        said = str(caught.value)
        assert said.startswith(
            f"{job.path} could not be recorded under spawn: {folder}/multitrack-"
        )
        assert said.endswith("/output: No space left on device")
        assert [path for path in folder.iterdir() if path.is_dir()] == []
        assert naming(str(folder)) == []
    assert "Traceback" not in capfd.readouterr().err


def test_a_recorder_that_cannot_be_started_is_said(write, monkeypatch):
    """There may be no more processes, or descriptors."""

    def none_left(*_: object, **__: object) -> None:
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", none_left)
    with pytest.raises(NotRecorded, match=r"no recorder can be started: .*unavailable"):
        list(record_all([Job(str(write("print(1)")), "fork")], 1))


def test_a_worker_tells_of_the_run_before_it_begins(write):
    """So that it can be ended without the worker; and it ends when its input does."""
    path = write("print(1)")
    with subprocess.Popen(
        [sys.executable, "-m", "multitrack.pool"], cwd=ROOT, stdin=-1, stdout=-1, text=True
    ) as worker:
        worker.stdin.write(json.dumps({"path": str(path), "start_method": "fork"}) + "\n")
        worker.stdin.flush()
        session, folder = json.loads(worker.stdout.readline())["run"]
        rest, _ = worker.communicate(timeout=60)
    assert worker.returncode == 0
    assert not psutil.pid_exists(session)
    assert not Path(folder).exists()
    for line in rest.splitlines():  # it may have been done by then or not
        assert Recording.from_json(json.loads(line)["recording"]).main.pid == session


def test_ending_a_run_spares_all_others(tmp_path):
    """Only the session, and who has the folder in the environment."""
    folder = tmp_path / "run"
    folder.mkdir()
    env = {**os.environ, "TMPDIR": f"{folder}/tmp"}
    stays = subprocess.Popen(["sleep", "96"], env={**env, "TMPDIR": f"{folder}2/tmp"})
    by_environment = subprocess.Popen(["sleep", "96"], env=env)
    by_session = subprocess.Popen(["sleep", "96"], start_new_session=True)
    try:
        # Nobody waits for the two here until later: zombies do not count.
        assert workers.end_run(by_session.pid, folder) == []
        assert by_session.wait(10) == by_environment.wait(10) == -signal.SIGKILL
        assert stays.poll() is None
        assert not folder.exists()
    finally:
        for process in (stays, by_environment, by_session):
            process.kill()
            process.wait()


def test_a_job_brings_a_script_s_files(write, tmp_path):
    """Also over the pipe to a worker; a file that is gone is an error that names it."""
    words = tmp_path / "words.txt"
    words.write_text("one two")
    job = Job(str(write("print(open('words.txt').read())")), "fork", files=(str(words),))
    ((_, recording),) = record_all([job], 1)
    assert [line.text for line in recording.lines] == ["one two"]
    words.unlink()
    with pytest.raises(NotRecorded, match=r"could not be recorded under fork: .*words\.txt"):
        list(record_all([job], 1))
