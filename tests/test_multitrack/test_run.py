"""What the recorder claims, each on a tiny script of its own."""

import socket
import sys
import time
from pathlib import Path

import psutil
import pytest

from multitrack import problems, stacks
from multitrack import run as recorder
from multitrack.interpreters import about
from multitrack.process_events import process_events_answer
from multitrack.recording import Problem
from multitrack.script import START_METHODS
from tests.pythons import NEWEST, needs_newest

needs_events = pytest.mark.skipif(
    not process_events_answer(), reason="without process events a short life may be missed"
)

HELPERS = {
    "fork": set(),
    "spawn": {"resource tracker"},
    "forkserver": {"resource tracker", "fork server", "fork server 2"},  # the child's own
}
CELLS = [(1, 1, 14), (2, 17, 22), (3, 25, 26)]

FAMILY = """
import multiprocessing, os, time

def grandchild():
    print("from a grandchild")
    time.sleep(0.2)

def work(number):
    print("from child", number)
    time.sleep(0.2)
    if number == 1:
        child = multiprocessing.Process(target=grandchild)
        child.start()
        child.join()

# %%
if __name__ == "__main__":
    print("from main")
    for number in (1, 2):
        child = multiprocessing.Process(target=work, args=(number,))
        child.start()
        child.join()

# %%
if __name__ == "__main__":
    print("the end")
"""
# What polling must see lives longer, for the machine may be busy.
SLOW_FAMILY = FAMILY.replace("0.2", "1.0")


def said(recording) -> list[tuple[str, str]]:
    """Return who wrote what."""
    return [(line.process, line.text) for line in recording.lines]


def test_every_way_to_write_is_heard_with_its_writer(play):
    """print, os.write, C code, and a program that a child starts."""
    code = """
    import ctypes, multiprocessing, os, subprocess, sys, time

    def work():
        print("printed")
        print("to stderr", file=sys.stderr)
        os.write(1, b"written\\n")
        libc = ctypes.CDLL(None)
        libc.write(2, b"by C\\n", 5)
        libc.puts(b"by puts")
        libc.fflush(None)
        shell = subprocess.Popen(["sh", "-c", "echo by a program; read x"], stdin=-1)
        time.sleep(0.3)
        shell.communicate(b"x")

    if __name__ == "__main__":
        child = multiprocessing.Process(target=work)
        child.start()
        child.join()
        print("main")
    """
    recording = play(code)
    assert recording.ok
    assert said(recording) == [
        ("child 1", "printed"),
        ("child 1", "to stderr"),
        ("child 1", "written"),
        ("child 1", "by C"),
        ("child 1", "by puts"),
        ("child 1.1", "by a program"),
        ("main", "main"),
    ]
    assert recording.writers == "kernel"
    programs = {p.label: p.program for p in recording.processes}
    assert programs == {
        "main": "",
        "child 1": "",
        "child 1.1": "sh -c echo by a program; read x",
    }


@pytest.mark.parametrize(
    "polling",
    [
        pytest.param(False, id="events", marks=needs_events),
        pytest.param(True, id="polling", marks=pytest.mark.long),  # it polls all the time
    ],
)
@pytest.mark.parametrize("method", START_METHODS)
def test_the_family_is_known(play, method, polling):
    """Labels, parents, helpers, ends; cells; and where the lives come from."""
    recording = play(SLOW_FAMILY if polling else FAMILY, method, polling=polling)
    assert recording.ok, recording.problems
    assert said(recording) == [
        ("main", "from main"),
        ("child 1", "from child 1"),
        ("child 1.1", "from a grandchild"),
        ("child 2", "from child 2"),
        ("main", "the end"),
    ]
    assert [line.cell for line in recording.lines] == [2, 2, 2, 2, 3]
    assert recording.start_method == method
    assert recording.lives == ("polling" if polling else "process events")
    processes = {p.label: p for p in recording.processes}
    assert {p.label for p in recording.processes if p.helper} == HELPERS[method]
    assert processes.keys() - HELPERS[method] == {"main", "child 1", "child 1.1", "child 2"}
    by = "fork server" if method == "forkserver" else "main"
    assert processes["child 1"].parent == by
    assert processes["main"].parent == ""
    assert all(p.program == "" for p in recording.processes)
    for process in recording.processes:
        assert process.end is not None
        assert process.start < process.end <= recording.duration
        if not polling:
            assert process.exit_code == 0, process
    times = [line.time for line in recording.lines]
    assert times == sorted(times)
    assert [(c.number, c.first, c.last) for c in recording.cells] == CELLS
    ends = [c.end for c in recording.cells]
    assert ends == sorted(ends)


@pytest.mark.long  # seconds of waiting, twice
def test_events_and_polling_tell_the_same(play):
    """Save for what older kernels do not tell: how a child ended that its parent waited for."""
    code = SLOW_FAMILY.replace("if number == 1:", "os._exit(5)\n    if number == 1:")
    events, polled = play(code), play(code, polling=True)
    assert [p.exit_code for p in events.processes] == [0, 5, 5]
    assert [(p.label, p.parent) for p in events.processes] == [
        (p.label, p.parent) for p in polled.processes
    ]
    assert polled.processes[1].ending in ("ended with 5", "end not seen")


@pytest.mark.parametrize("method", START_METHODS)
def test_one_pipe_without_names(play, method):
    """The same lines in the same order, and nobody's name on them."""
    recording = play(FAMILY, method, named=False, polling=True)
    assert recording.ok, recording.problems
    assert said(recording) == [
        ("", "from main"),
        ("", "from child 1"),
        ("", "from a grandchild"),
        ("", "from child 2"),
        ("", "the end"),
    ]
    assert [line.cell for line in recording.lines] == [2, 2, 2, 2, 3]
    assert recording.writers == "unnamed"


def test_a_failure_without_names_has_its_line_and_last_words(play):
    """Any line may be main's then."""
    recording = play("print(1)\n# %%\n1/0\n", named=False)
    words = "main ended with 1 at line 3; it last said 'ZeroDivisionError: division by zero'"
    assert recording.problems == (Problem("main failed", words),)


@pytest.mark.parametrize(
    ("code", "ending", "problem"),
    [
        ("import sys; sys.exit(2)", "ended with 2", "main ended with 2"),
        ("import os; os._exit(3)", "ended with 3", "main ended with 3"),
        (
            "import os; print('bye', flush=True); os.abort()",
            "ended by SIGABRT",
            "main ended by SIGABRT; it last said 'bye'",
        ),
        ("import os; os.kill(os.getpid(), 9)", "ended by SIGKILL", "main ended by SIGKILL"),
        ("import os; os.kill(os.getpid(), 40)", "ended by signal 40", "main ended by signal 40"),
        (
            "def f():\n    raise ValueError('x')\n\nf()",
            "ended with 1",
            "main ended with 1 at line 2; it last said 'ValueError: x'",
        ),
    ],
)
def test_how_main_ended(play, code, ending, problem):
    """By code or by the signal's name, and that is a failure."""
    recording = play(code)
    assert recording.main.ending == ending
    assert recording.problems == (Problem("main failed", problem),)
    assert not recording.ok


@needs_events
@pytest.mark.parametrize("method", START_METHODS)
def test_how_children_ended(play, method):
    """Main goes on, so the run is good; what ended badly is known."""
    code = """
    import multiprocessing, os, signal, sys, time

    def raises():
        raise ValueError("in a child")

    def killed():
        os.kill(os.getpid(), signal.SIGKILL)

    def exits():
        sys.exit(7)

    def deeper():
        child = multiprocessing.Process(target=raises)
        child.start()
        child.join()

    def sleeps():
        time.sleep(60)

    if __name__ == "__main__":
        for target in (raises, killed, exits, deeper, sleeps):
            child = multiprocessing.Process(target=target)
            child.start()
            if target is sleeps:
                child.terminate()
            child.join()
    """
    recording = play(code, method)
    assert recording.ok, recording.problems
    assert {p.label: p.ending for p in recording.processes if not p.helper} == {
        "main": "ended with 0",
        "child 1": "ended with 1",
        "child 2": "ended by SIGKILL",
        "child 3": "ended with 7",
        "child 4": "ended with 0",
        "child 4.1": "ended with 1",
        "child 5": "ended by SIGTERM",
    }
    failed = ["child 1", "child 2", "child 3", "child 4.1", "child 5"]
    assert [p.label for p in recording.failed_by_themselves] == failed
    for child in ("child 1", "child 4.1"):
        lines = [text for who, text in said(recording) if who == child]
        assert '  File "lesson.py", line 5, in raises' in lines
        assert lines[-1] == "ValueError: in a child"


WAITS = {
    "a queue": "multiprocessing.Queue().get()",
    "busy": "while True: pass",
    "a deadlock": "lock = multiprocessing.Lock(); lock.acquire(); lock.acquire()",
    "SIGTERM ignored": "signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(999)",
    "endless output": "while True: print('y')",
}


@pytest.mark.parametrize("what", WAITS)
def test_the_time_limit(play, what):
    """Everything is ended; who was alive, where each stood, what each last said."""
    code = f"""
    import multiprocessing, signal, time

    def work(here):
        print("I am here")
        here.set()
        time.sleep(999)

    if __name__ == "__main__":
        here = multiprocessing.Event()
        multiprocessing.Process(target=work, args=(here,)).start()
        here.wait()
        print("main begins")
        {WAITS[what]}
    """
    recording = play(code, timeout=2)
    assert recording.duration < 15
    (problem,) = recording.problems
    head, *rest = problem.text.splitlines()
    assert problem.kind == "time limit"
    assert recording.hung
    assert head == "did not end within 2 seconds; alive were:"
    last = "y" if what == "endless output" else "main begins"
    assert any(x.startswith(f"  main last said {last!r}") for x in rest)
    assert "  Process-1 (python lesson.py) last said 'I am here'" in rest
    assert recording.main.signal == "SIGKILL"
    assert all(p.end is not None for p in recording.processes)
    assert all(not psutil.pid_exists(p.pid) for p in recording.processes)

    if stacks.finder():
        assert "    lesson.py:7 in work" in rest
        assert any(x.startswith("    lesson.py:14 in <module>") for x in rest)
    else:
        assert rest[-1] == "  (Where they stood is not known: no py-spy, or it may not look.)"


def test_without_py_spy_the_report_says_so(play, monkeypatch):
    """It is no requirement."""
    monkeypatch.setattr(stacks, "finder", lambda: None)
    (problem,) = play("import time; time.sleep(60)", timeout=0.5).problems
    assert problem.text.splitlines()[1:] == [
        "  main said nothing",
        "  (Where they stood is not known: no py-spy, or it may not look.)",
    ]


LEFT = {
    "a child": "os.fork() or stay()",
    "its own group": "os.fork() or (os.setpgid(0, 0), stay())",
    "its own session": "os.fork() or (os.setsid(), stay())",
    "a double fork": "os.fork() or (os.fork() and os._exit(0)) or stay()",
    "a daemon": "daemon()",
    "a program": "subprocess.Popen(['sleep', '98'], start_new_session=True); os.write(there, b'x')",
}


@pytest.mark.parametrize("polling", [False, True], ids=["events", "polling"])
@pytest.mark.parametrize("what", LEFT)
def test_what_lives_on_after_main_is_found_and_ended(play, what, polling):
    """By name and command."""
    code = f"""
    import os, subprocess, sys, time
    here, there = os.pipe()

    def stay():
        os.write(there, b"x")
        time.sleep(99)

    def daemon():
        if os.fork():
            return
        os.setsid()
        if os.fork():
            os._exit(0)
        os.chdir("/")
        os.write(there, b"x")
        os.closerange(0, 256)
        time.sleep(99)

    if __name__ == "__main__":
        {LEFT[what]}
        os.read(here, 1)
        os._exit(0)
    """
    recording = play(code, grace=0.3, polling=polling)
    (problem,) = recording.problems
    head, line = problem.text.splitlines()
    assert problem.kind == "processes left running"
    assert recording.hung
    assert head == "main ended and left processes running; alive were:"
    command = "sleep 98" if what == "a program" else "python lesson.py"
    assert line.startswith("  sleep " if what == "a program" else "  child ")
    assert line.endswith(f"({command}) said nothing")
    left = [p for p in recording.processes if p.signal == "SIGKILL" or p.end is None]
    assert len(left) == 1
    assert not psutil.pid_exists(left[0].pid)


def test_a_listening_socket_of_what_lives_on_is_named(play):
    """With its port."""
    code = """
    import os, socket, time
    server = socket.create_server(("127.0.0.1", 0))
    print(server.getsockname()[1], flush=True)
    if os.fork() == 0:
        time.sleep(99)
    os._exit(0)
    """
    recording = play(code, grace=0.3)
    port = int(recording.lines[0].text)
    assert f"listened on 127.0.0.1:{port}" in recording.problems[0].text
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_a_fork_bomb_is_stopped(play, monkeypatch):
    """At a bound on living processes, with a word on the guard."""
    monkeypatch.setattr(recorder, "MOST_PROCESSES", 12)
    code = """
    import subprocess, sys, time
    for _ in range(2):
        subprocess.Popen([sys.executable, __file__])
    time.sleep(60)
    """
    recording = play(code)
    (problem,) = recording.problems
    assert problem.kind == "too many processes"
    assert problem.text.startswith(
        "more than 12 processes were alive at once (does what starts them "
    )
    assert all(not psutil.pid_exists(p.pid) for p in recording.processes)


def test_endless_starting_is_stopped(play, monkeypatch):
    """Though never many are alive."""
    monkeypatch.setattr(recorder, "MOST_STARTED", 20)
    code = "import subprocess\nwhile True: subprocess.run(['true'])\n"
    assert (
        play(code).problems[0].text.startswith("more than 20 processes were started; alive were:")
    )


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_a_missing_guard_is_explained(play, method):
    """In one sentence, whatever the script does about its failed child."""
    code = """
    import multiprocessing
    def work(): print("never")
    child = multiprocessing.Process(target=work)
    child.start()
    child.join()
    """
    recording = play(code, method)
    assert recording.explanation == problems.GUARD
    assert [p.ending for p in recording.failed_children] == ["ended with 1"]
    assert ("child 1", "never") not in said(recording)
    assert play(code, "fork").explanation == ""


@pytest.mark.long  # a pool that starts workers until the limit
def test_a_pool_without_its_guard_ends_at_the_limit(play):
    """It starts a new worker for each that fails, for ever."""
    code = "import multiprocessing\npool = multiprocessing.Pool(1)\npool.map(abs, [1])\n"
    recording = play(code, "spawn", timeout=4)
    assert recording.problems[0].text.startswith("did not end within 4 seconds")
    assert recording.explanation == problems.GUARD


def test_the_marker_cannot_be_forged(play):
    """A script that writes the form of a mark, on the stage's own descriptor too, just writes."""
    code = """
    import os
    forged = f"\\x1e{'0' * 32}:{os.getpid()}:1;"
    print(forged)
    os.write(199, forged.encode() + b"\\n")
    # %%
    print("second")
    """
    recording = play(code)
    assert recording.ok
    assert [(x.cell, x.text[33:34] or x.text) for x in recording.lines][:2] == [(1, ":"), (1, ":")]
    assert recording.lines[-1].cell == 2
    assert len(recording.cells) == 2


@pytest.mark.parametrize("named", [True, False])
def test_a_fork_of_main_that_plays_on(play, named):
    """Its cells are not main's."""
    code = """
    import os, time
    child = os.fork()
    # %%
    print("second", child == 0)
    # %%
    if child:
        os.waitpid(child, 0)
        print("main third")
    else:
        print("child third")
    """
    recording = play(code, named=named)
    assert recording.ok, recording.problems
    assert len(recording.cells) == 3
    assert sorted(x.text for x in recording.lines) == [
        "child third",
        "main third",
        "second False",
        "second True",
    ]
    assert [x.cell for x in recording.lines if x.text == "main third"] == [3]


def test_text_is_kept_faithfully(play):
    """Whatever it does to a terminal is for the page to tame."""
    strange = [
        b"\x1b[31mred\x1b[0m",
        b"10%\r20%\r100%",
        b"\0nul",
        b"\x1b]0;title\x07",
        "e\u0301 \u202eright-to-left \u05d0".encode(),
        b"<script>alert(1)</script> ``x`` .. raw:: html",
        b"crlf\r",
        b"",
        b"  spaces  ",
    ]
    code = f"import os\nfor data in {strange!r}: os.write(1, data + b'\\n')\n"
    assert [x.text for x in play(code).lines] == [data.decode() for data in strange]
    recording = play("import os\nos.write(1, b'\\xff\\xfe ok\\nno end')\n")
    assert [(x.text, x.ended) for x in recording.lines] == [
        ("\\xff\\xfe ok", True),
        ("no end", False),
    ]


def test_a_line_not_ended_stays_in_its_cell(play):
    """And does not run into the next cell's first."""
    recording = play("print('a', end='')\n# %%\nprint('b')\n")
    assert [(x.cell, x.text, x.ended) for x in recording.lines] == [(1, "a", False), (2, "b", True)]


def test_many_writers_at_once(play):
    """64 of them, in pieces, and no line is torn or lost."""
    code = """
    import multiprocessing, os

    def work(number, barrier):
        barrier.wait()
        for line in range(20):
            os.write(1, f"{number:02} ".encode())
            os.write(1, f"{line:02} {'x' * 80}\\n".encode())

    if __name__ == "__main__":
        barrier = multiprocessing.Barrier(64)
        children = [multiprocessing.Process(target=work, args=(n, barrier)) for n in range(64)]
        for child in children: child.start()
        for child in children: child.join()
    """
    recording = play(code)
    assert recording.ok, recording.problems
    by: dict[str, list[str]] = {}
    for line in recording.lines:
        by.setdefault(line.process, []).append(line.text)
    assert len(by) == 64
    numbers = set()
    for lines in by.values():
        (number,) = {x[:2] for x in lines}
        numbers.add(number)
        assert lines == [f"{number} {n:02} {'x' * 80}" for n in range(20)]
    assert len(numbers) == 64


OTHERS = {
    "threads and fork": """
        import os, threading
        go = threading.Event()
        thread = threading.Thread(target=go.wait); thread.start()
        pid = os.fork()
        if pid == 0:
            print("child"); os._exit(0)
        os.waitpid(pid, 0); go.set(); thread.join(); print("main")
    """,
    "asyncio": """
        import asyncio
        async def main():
            process = await asyncio.create_subprocess_exec("echo", "child")
            await process.wait(); print("main")
        asyncio.run(main())
    """,
    "concurrent.futures": """
        import concurrent.futures
        def work(): print("child")
        if __name__ == "__main__":
            with concurrent.futures.ProcessPoolExecutor(1) as pool: pool.submit(work).result()
            print("main")
    """,
    "subprocess": """
        import subprocess, sys
        subprocess.run([sys.executable, "-c", "print('child')"]); print("main")
    """,
    "multiprocessing.dummy": """
        from multiprocessing.dummy import Pool
        with Pool(2) as pool: pool.map(print, ["main"])
        print("main")
    """,
    "a manager": """
        import multiprocessing
        def work(names): names.append(1); print("child")
        if __name__ == "__main__":
            with multiprocessing.Manager() as manager:
                names = manager.list()
                child = multiprocessing.Process(target=work, args=(names,))
                child.start(); child.join(); print("main")
    """,
    "__main__ elsewhere": """
        import runpy, pathlib, multiprocessing
        pathlib.Path("other.py").write_text("print(__name__)")
        runpy.run_path("other.py", run_name="main")
    """,
}


@pytest.mark.parametrize("method", START_METHODS)
@pytest.mark.parametrize("what", OTHERS)
def test_other_ways_to_do_several_things_at_once(play, what, method):
    """Recorded like anything else."""
    recording = play(OTHERS[what], method)
    assert recording.ok, recording.problems
    texts = [(who.split()[0], text) for who, text in said(recording)]
    if what in ("multiprocessing.dummy", "__main__ elsewhere"):
        assert set(texts) == {("main", "main")}
    else:
        assert texts == [("child", "child"), ("main", "main")]


INTERPRETERS = """
    from concurrent import futures, interpreters
    def work(): return 7
    if __name__ == "__main__":
        other = interpreters.create()
        other.exec("print('other')")
        other.close()
        with futures.InterpreterPoolExecutor(1) as pool:
            print(pool.submit(work).result())
"""


@needs_newest
@pytest.mark.parametrize("method", START_METHODS)
def test_interpreters(play, method):
    """They are no processes: what they write is main's."""
    recording = play(INTERPRETERS, method, python=NEWEST)
    assert recording.ok, recording.problems
    assert said(recording) == [("main", "other"), ("main", "7")]
    assert [p.label for p in recording.processes] == ["main"]


def test_nothing_of_the_builders_own_environment_gets_in(play, monkeypatch):
    """Variables that change what a lesson does, and those that name the user."""
    monkeypatch.setenv("PYTHONSTARTUP", "/nowhere")
    monkeypatch.setenv("PYTHONHASHSEED", "3")
    monkeypatch.setenv("USER", "somebody")
    code = "import os\nprint(sorted(os.environ)); print(os.getcwd(), os.environ['TMPDIR'])"
    recording = play(code)
    names, folders = [x.text for x in recording.lines]
    assert names == str(
        [
            "HOME",
            "LANG",
            "MPLBACKEND",
            "PATH",
            "PYTHONDONTWRITEBYTECODE",
            "PYTHONUNBUFFERED",
            "TMPDIR",
        ]
    )
    assert folders == ". /tmp"


def test_the_recording_names_no_host(play):
    """Unless the script prints it."""
    assert socket.gethostname() not in play(FAMILY).to_json()


def test_the_time_of_a_script_that_starts_the_interpreter_is_not_main_s(play, write):
    """Process events tell when it became the interpreter."""
    wrapper = write(f'#!/bin/sh\nsleep 1\nexec {sys.executable} "$@"\n', "python")
    wrapper.chmod(0o755)
    about(str(wrapper))  # not in the time that is measured
    before = time.monotonic()
    recording = play("print('x')", python=str(wrapper))
    took = time.monotonic() - before
    if recording.lives == "polling":
        pytest.skip("nothing here tells of exec")
    assert took - recording.duration > 1
    assert recording.main.start == 0
    assert [p.label for p in recording.processes] == ["main"]


def test_files_are_copies_in_the_folder_that_it_runs_in(play, tmp_path):
    """The script may change them."""
    words = tmp_path / "words.txt"
    words.write_text("one two")
    code = """
        from pathlib import Path
        path = Path("words.txt")
        print(path.read_text())
        path.write_text("changed")
    """
    recording = play(code, files=(words,))
    assert recording.ok, recording.problems
    assert said(recording) == [("main", "one two")]
    assert words.read_text() == "one two"


@needs_newest
def test_another_interpreter(play):
    """The recording says which one played."""
    code = "import sys; print('.'.join(map(str, sys.version_info[:3])))"
    recording = play(code, python=NEWEST)
    assert recording.interpreter.version.startswith(("3.14.", "3.15."))
    assert recording.lines[0].text == recording.interpreter.version
    assert recording.interpreter.implementation == "cpython"
    assert recording.interpreter.free_threaded is False


def zombies() -> set[int]:
    """Return our children that have ended and that nobody has waited for."""
    every = psutil.Process().children()
    return {p.pid for p in every if p.status() == psutil.STATUS_ZOMBIE}


def test_nothing_of_a_recording_stays(play, monkeypatch, tmp_path):
    """No folder, no descriptor, no process."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    play("x = 1")  # the lock's files, and what is cached
    files, descriptors = sorted(tmp_path.iterdir()), len(list(Path("/proc/self/fd").iterdir()))
    dead = zombies()  # of other tests
    play(FAMILY, "forkserver")
    play("import time; time.sleep(60)", timeout=0.2)
    assert sorted(tmp_path.iterdir()) == files
    assert len(list(Path("/proc/self/fd").iterdir())) == descriptors
    assert zombies() <= dead


@needs_events
def test_a_late_recorder_forgets_nobody(play, monkeypatch):
    """Births that are read before the stage's first mark are the lesson's all the same."""
    take_in = recorder.Run._take_in

    def late(run):
        if not run.tree.alive.keys() - {run.main.pid}:
            time.sleep(0.5)  # the mark, both children and their lines wait to be read
        take_in(run)

    monkeypatch.setattr(recorder.Run, "_take_in", late)
    recording = play(FAMILY)
    assert [p.label for p in recording.processes] == ["main", "child 1", "child 1.1", "child 2"]
    assert all(p.exit_code == 0 for p in recording.processes)
    assert ("child 1.1", "from a grandchild") in said(recording)
