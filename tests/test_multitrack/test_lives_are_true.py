"""What a recording says of lives and lines, beside what the processes themselves say of it.

Every process of these scripts writes down its pid and two moments: one after it was born and one
before it ends. The recording may know nothing that contradicts them, whatever told it of the lives.
"""

import os
import socket
import threading
import time
from collections.abc import Callable
from itertools import pairwise

import pytest

from multitrack.hearing import Hearing
from multitrack.polling import Polling
from multitrack.process_events import process_events_answer
from multitrack.process_table import is_alive, parent_of
from multitrack.process_tree import ProcessTree
from multitrack.recording import Recording
from multitrack.script import START_METHODS, Script
from multitrack.stream import Stream

SOURCES = [
    pytest.param(
        False,
        id="events",
        marks=pytest.mark.skipif(not process_events_answer(), reason="no process events here"),
    ),
    pytest.param(True, id="polling"),
]

# ``here()`` at the beginning of a life; ``gone()`` at its end. A program of its own counts, too.
HEAD = """
import atexit, ctypes, multiprocessing, os, subprocess, sys, threading, time

BEGAN = {}

def here():
    BEGAN[os.getpid()] = time.monotonic()

def gone(what=""):
    with open(TRUTH, "ab", buffering=0) as file:
        file.write(f"{os.getpid()} {BEGAN[os.getpid()]} {time.monotonic()} {what}\\n".encode())

here()
"""

SCRIPTS = {
    "three children of a millisecond": """
if __name__ == "__main__":
    for number in range(3):
        if os.fork() == 0:
            here(); print("child", number, flush=True); gone(); os._exit(number)
        os.wait()
    gone()
""",
    "children that nobody waits for at once": """
if __name__ == "__main__":
    for number in range(10):
        if os.fork() == 0:
            here(); print("child", number, flush=True); gone(); os._exit(0)
    for number in range(10): os.wait()
    gone()
""",
    "silent and short": """
if __name__ == "__main__":
    for number in range(10):
        if os.fork() == 0:
            here(); gone(); os._exit(0)
        os.wait()
    print("done"); gone()
""",
    "grandchildren and orphans": """
if __name__ == "__main__":
    for number in range(5):
        if os.fork() == 0:
            here()
            if os.fork() == 0:
                here(); print("deeper", number, flush=True); time.sleep(0.01); gone(); os._exit(0)
            gone(); os._exit(0)
        os.wait()
    time.sleep(0.05); gone()
""",
    "processes": """
def work(number):
    here(); print("begins", number); time.sleep(0.01); print("ends", number); gone()
if __name__ == "__main__":
    children = [multiprocessing.Process(target=work, args=(n,)) for n in range(4)]
    for child in children: child.start()
    # %%
    for child in children: child.join()
    print("main ends"); gone()
""",
}


@pytest.fixture
def truth(play, tmp_path) -> Callable[..., tuple[Recording, dict[int, tuple[float, float]]]]:
    """Record a script after HEAD; return the recording and the moments of each pid."""

    def truth(code: str, method: str = "fork", **options):
        path = tmp_path / "truth"
        path.unlink(missing_ok=True)
        recording = play(f"TRUTH = {str(path)!r}\n" + HEAD + code, method, **options)
        told = {}
        for line in path.read_text().splitlines():
            pid, began, ended, *_ = line.split()
            told[int(pid)] = float(began), float(ended)
        return recording, told

    return truth


def contradictions(recording: Recording, told: dict[int, tuple[float, float]]) -> list[str]:
    """Say what of a recording cannot be true."""
    by_pid = {p.pid: p for p in recording.processes if not p.helper}
    # Seconds from main's birth: its own words came after that, and its end is known to both.
    main = recording.main
    began, ended = told[main.pid]
    wrong = []
    if by_pid.keys() - told.keys():
        wrong.append(f"lives that never were: {by_pid.keys() - told.keys()}")
    if recording.complete and told.keys() - by_pid.keys():
        wrong.append(f"complete without {told.keys() - by_pid.keys()}")
    for pid, (b, e) in told.items():
        process = by_pid.get(pid)
        if process is None or process.guess or process is main:
            continue
        # How long it lived, and how long after main's first words it ended, is at least this.
        if recording.complete and process.end - process.start < e - b - 2e-6:
            wrong.append(f"{process} lived at least {e - b}")
        if process.end - main.start < e - began - 2e-6:
            wrong.append(f"{process} ended not before {e - began}")
    if main.end < ended - began:
        wrong.append(f"{main} lived at least {ended - began}")
    lives = {p.label: p for p in recording.processes}
    for line in recording.lines:
        life = lives[line.process]
        if not life.start <= line.time <= life.end:
            wrong.append(f"{line} is not in the life of {life}")
        cell = recording.cells[line.cell - 1]
        if line.time < cell.start:
            wrong.append(f"{line} is before {cell}")
    if any(one.time > other.time for one, other in pairwise(recording.lines)):
        wrong.append(f"not in order: {recording.lines}")
    if any(p.start < lives[p.parent].start for p in recording.processes if p.parent):
        wrong.append(f"older than its parent: {recording.processes}")
    ends = [p.end for p in recording.processes]
    if recording.duration != max(ends):
        wrong.append(f"lasted {recording.duration}, and the last end was at {max(ends)}")
    return wrong


@pytest.mark.parametrize("polling", SOURCES)
@pytest.mark.parametrize("what", SCRIPTS)
def test_nothing_contradicts_the_processes(truth, what, polling):
    """Neither a life nor a line, nor that the recording is complete."""
    recording, told = truth(SCRIPTS[what], polling=polling)
    assert recording.ok, recording.problems
    assert contradictions(recording, told) == []
    assert recording.complete is not polling
    assert polling or not any(p.guess for p in recording.processes)


@pytest.mark.parametrize("method", START_METHODS)
def test_nothing_contradicts_them_when_polled(truth, method):
    """Under any start method."""
    recording, told = truth(SCRIPTS["processes"], method, polling=True)
    assert recording.ok, recording.problems
    assert contradictions(recording, told) == []


def test_who_is_known_by_its_lines_alone(truth, monkeypatch):
    """Was born and dead when it wrote, is a guess, and keeps the run no longer than it lasted."""
    monkeypatch.setattr(Polling, "read", lambda watch: iter(()))
    code = """
if __name__ == "__main__":
    for number in range(3):
        if os.fork() == 0:
            here(); os.write(1, b"first\\n"); os.write(1, b"last\\n"); gone(); os._exit(0)
        os.wait()
        time.sleep(0.05)
    gone()
"""

    def late(stream, receive=Stream.receive):
        piece = receive(stream)
        while piece and is_alive(piece.pid) and parent_of(piece.pid) != os.getpid():
            time.sleep(0.001)  # until the child is gone
        return piece

    monkeypatch.setattr(Stream, "receive", late)
    recording, told = truth(code, polling=True)
    assert recording.ok, recording.problems
    assert contradictions(recording, told) == []
    main, *children = recording.processes
    assert not recording.complete
    assert not main.guess
    assert [(p.label, p.parent, p.guess, p.ending) for p in children] == [
        (f"child {number}", "main", True, "end not seen") for number in (1, 2, 3)
    ]
    for child in children:
        first, last = [line.time for line in recording.lines if line.process == child.label]
        assert (child.start, child.end) == (first, last)
    assert recording.duration == main.end


@pytest.mark.parametrize("polling", SOURCES)
def test_a_stranger_that_was_given_the_output(play, tmp_path, polling):
    """Is a guess, and nobody waits for it: it is not the run's."""
    path = str(tmp_path / "socket")

    def stranger():
        connection = server.accept()[0]
        with connection:
            (descriptor,) = socket.recv_fds(connection, 1, 1)[1]
            os.write(descriptor, b"from a stranger\n")
            os.close(descriptor)

    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        thread = threading.Thread(target=stranger)
        thread.start()
        recording = play(
            f"""
            import socket
            with socket.socket(socket.AF_UNIX) as there:
                there.connect({path!r})
                socket.send_fds(there, [b"x"], [1])
                there.recv(1)
            """,
            polling=polling,
        )
        thread.join(30)
    assert recording.ok, recording.problems
    main, guess = recording.processes
    assert (guess.pid, guess.guess, guess.ending) == (os.getpid(), True, "end not seen")
    assert [(x.process, x.text) for x in recording.lines] == [(guess.label, "from a stranger")]
    assert guess.start == guess.end == recording.lines[0].time
    assert not recording.complete
    assert recording.duration == max(main.end, guess.end)


def test_children_are_numbered_as_they_were_born(truth, monkeypatch):
    """Though the second one is known by its line before anybody saw the first one."""
    seeing = False

    def blind_at_first(watch, read=Polling.read):
        return read(watch) if seeing else iter(())

    def late(stream, receive=Stream.receive):
        nonlocal seeing
        piece = receive(stream)
        seeing = seeing or bool(piece and b"born" in piece.data)
        return piece

    monkeypatch.setattr(Polling, "read", blind_at_first)
    monkeypatch.setattr(Stream, "receive", late)
    code = """
if __name__ == "__main__":
    ready, wait = os.pipe(), os.pipe()
    for number in (1, 2):
        if os.fork() == 0:
            here()
            if number == 1:
                os.write(ready[1], b"x"); os.read(wait[0], 1); os.write(1, b"born first\\n")
            else:
                os.write(1, b"born second\\n")
            gone(); os._exit(0)
        if number == 1: os.read(ready[0], 1)
    time.sleep(0.2)
    os.write(wait[1], b"x")
    os.wait(); os.wait()
    gone()
"""
    recording, told = truth(code, polling=True)
    assert contradictions(recording, told) == []
    assert {(x.process, x.text) for x in recording.lines} == {
        ("child 1", "born first"),
        ("child 2", "born second"),
    }


@pytest.mark.parametrize("polling", SOURCES)
def test_a_line_is_not_later_than_its_writer(truth, tmp_path, monkeypatch, polling):
    """However late the recorder reads; nor is what had been written before it."""

    def late(stream, receive=Stream.receive):
        deadline = time.monotonic() + 10
        while not (tmp_path / "over").exists() and time.monotonic() < deadline:
            time.sleep(0.001)
        return receive(stream)

    monkeypatch.setattr(Stream, "receive", late)
    code = f"""
if __name__ == "__main__":
    print("main before", flush=True)
# %%
if __name__ == "__main__":
    if os.fork() == 0:
        here(); os.write(1, b"child\\n"); gone(); os._exit(0)
    os.wait()
    print("main after", flush=True)
    gone()
    open({str(tmp_path / "over")!r}, "w").close()
"""
    recording, told = truth(code, polling=polling)
    assert contradictions(recording, told) == []
    child = recording.processes[1]
    before, line, after = recording.lines
    assert before.time <= recording.cells[0].end <= line.time <= child.end
    assert line.time <= after.time <= recording.main.end
    assert polling or line.time == child.end
    assert recording.cells[1].end <= recording.main.end


def test_a_cell_ended_before_what_the_next_one_did(write, tmp_path):
    """When main says so, whenever its mark was read."""
    tree, token = ProcessTree(), "0" * 32
    main = tree.born(10, None, 0.0)
    child = tree.born(11, main, 1.0)
    tree.died(child, 3.0, 0)
    tree.died(main, 6.5, 0)
    script = Script.read(write("x = 1\n# %%\ny = 2\n"))
    hearing = Hearing(script, token, tmp_path / "output", tree, lambda: None)
    hearing.take(main.pid, f"\x1e{token}:10:1@2500000000;".encode(), 5.0)
    hearing.take(child.pid, b"child\n", 6.0)
    hearing.take(main.pid, f"\x1e{token}:10:2@6250000000;".encode(), 7.0)
    hearing.finish(8.0)
    cells = [(cell.start, cell.end) for cell in hearing.played_cells(lambda at: at)]
    assert cells == [(0.0, 2.5), (2.5, 6.25)]


# What ends with 7 some time after a thread's exec, or its first thread's end.
EXEC = """
def run():
    words = [sys.executable, "-c", "import time, sys; time.sleep(0.3); print('ran'); sys.exit(7)"]
    os.execv(sys.executable, words)
gone()
threading.Thread(target=run).start()
time.sleep(60)
"""
FIRST_ENDS = """
def go_on():
    while "Z" not in open(f"/proc/self/task/{os.getpid()}/stat").read(): time.sleep(0.001)
    time.sleep(0.3); print("ran", flush=True); gone(); os._exit(7)
threading.Thread(target=go_on).start()
ctypes.CDLL(None).pthread_exit(None)
"""


@pytest.mark.parametrize("polling", SOURCES)
@pytest.mark.parametrize("who", ["main", "a child"])
@pytest.mark.parametrize("what", [EXEC, FIRST_ENDS], ids=["a thread's exec", "first thread ends"])
def test_only_the_end_of_all_threads_is_one(truth, what, who, polling):
    """Neither that of the first one, nor what a thread's exec does to the others."""
    child = "if os.fork() == 0:\n    here()" + what.replace("\n", "\n    ")
    code = what if who == "main" else f"{child}\nelse:\n    os.wait(); gone()\n"
    recording, told = truth(code, polling=polling)
    assert contradictions(recording, told) == []
    process = recording.processes[-1]
    assert process.label == ("main" if who == "main" else "child 1")
    (line,) = recording.lines
    assert (line.process, line.text) == (process.label, "ran")
    assert process.start < line.time <= process.end
    assert process.exit_code == 7 or (polling and who == "a child" and process.exit_code is None)


FAKE_LOKY = """
import os, pathlib, subprocess, sys, time
folder = pathlib.Path("loky/backend")
folder.mkdir(parents=True)
for name in ("loky", "loky/backend"): pathlib.Path(name, "__init__.py").touch()
(folder / "resource_tracker.py").write_text('''
import os, pathlib, shutil, time
def main(fd):
    print("tracks", flush=True)
    while os.read(fd, 1): pass
    time.sleep(0.3)
    shutil.rmtree(os.environ["TRACKED"])
''')
(folder / "popen_loky_posix.py").write_text("print('works'); import time; time.sleep(60)")
# %%
here, there = os.pipe()
tracker = "from loky.backend.resource_tracker import main; main(%d)" % here
subprocess.Popen([sys.executable, "-B", "-c", tracker], pass_fds=[here])
worker = [sys.executable, "-m", "loky.backend.popen_loky_posix", "--process-name", "LokyProcess-1"]
subprocess.Popen(worker)
time.sleep(60)
"""


@pytest.mark.long  # loky takes its time
@pytest.mark.parametrize("polling", SOURCES)
def test_a_library_s_helper_is_one_and_may_clean_up(play, tmp_path, polling):
    """Before it is ended; a worker is a child as any other."""
    tracked = tmp_path / "tracked"
    tracked.mkdir()
    code = f"import os; os.environ['TRACKED'] = {str(tracked)!r}\n" + FAKE_LOKY
    recording = play(code, timeout=2, polling=polling)
    assert [problem.kind for problem in recording.problems] == ["time limit"]
    found = {p.label: (p.helper, p.program, p.signal) for p in recording.processes}
    assert found == {
        "main": (False, "", "SIGKILL"),
        "resource tracker": (True, "", ""),
        "child 1": (False, "", "SIGKILL"),
    }
    assert {(x.process, x.text) for x in recording.lines} == {
        ("resource tracker", "tracks"),
        ("child 1", "works"),
    }
    assert not tracked.exists()


def test_loky(play):
    """Its own tracker, and two workers."""
    recording = play("""
    if __name__ == "__main__":
        from loky import get_reusable_executor
        print(sum(get_reusable_executor(2).map(abs, range(5))))
    """)
    assert recording.ok, recording.problems
    assert [x.text for x in recording.lines] == ["10"]
    labels = {p.label: p.helper for p in recording.processes}
    assert labels["resource tracker"]
    assert [label for label in labels if not labels[label]] == ["main", "child 1", "child 2"]
    assert all(p.program == "" for p in recording.processes)
