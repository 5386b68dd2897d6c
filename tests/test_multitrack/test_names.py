"""Each process has the name that its program gave it, or what it is for; and none has another's."""

import sys

import pytest

from multitrack.descendants import GONE
from multitrack.marks import Started
from multitrack.names import LONGEST, give_names
from multitrack.process_tree import ProcessTree
from multitrack.script import START_METHODS
from tests.pythons import NEWEST, needs_newest

PYTHONS = [sys.executable, pytest.param(NEWEST, marks=needs_newest, id="newest")]


def named(*children):
    """Return the names of main's children, each told as Started's rest or as a command."""
    tree = ProcessTree()
    main = tree.born(10, None, 0.0)
    main.command, main.forked = ("python", "stage.py"), False
    for pid, child in enumerate(children, 11):
        life = tree.born(pid, main, float(pid))
        if child and child[0] in ("process", "pool", "executor", "manager"):
            life.started = Started(pid, *child)
        elif child:
            life.command, life.forked = child, False
    tree.label()
    give_names(tree.all, lambda text: text.replace("/venv/bin/python", "python"))
    assert main.name == "main"
    assert len({life.name for life in tree.all}) == len(tree.all)
    return [life.name for life in tree.all[1:]]


def test_pools_count_by_their_first_worker():
    """Workers in the order of birth; the pool of another parent is another pool."""
    assert named(
        ("pool", 10, 1, "ForkPoolWorker-1"),
        ("executor", 10, 2, "Process-2"),
        ("pool", 10, 3, "ForkPoolWorker-3"),
        ("pool", 99, 1, "ForkPoolWorker-2:1"),
        ("pool", 10, 1, "ForkPoolWorker-4"),
    ) == [
        "pool 1, worker 1",
        "executor 1, worker 1",
        "pool 2, worker 1",
        "pool 3, worker 1",
        "pool 1, worker 2",
    ]


def test_the_same_name_twice():
    """Each has its label behind it; a label is nobody else's name."""
    assert named(
        ("process", 10, 0, "worker"),
        ("process", 10, 0, "worker"),
        ("process", 10, 0, "main"),
        ("process", 10, 0, "child 5"),
        (),
        ("manager", 10, 0, "SyncManager-6"),
        ("process", 10, 0, "worker (child 2)"),
    ) == [
        "worker (child 1)",
        "worker (child 2)",
        "main (child 3)",
        "child 5 (child 4)",
        "child 5",
        "manager",
        "worker (child 2) (child 7)",
    ]


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (("/usr/bin/sleep", "5"), "sleep"),
        (("/venv/bin/python", "/tmp/x/greet.py", "spawn"), "python greet.py"),
        (("python3.13t", "-X", "dev", "-u", "greet.py"), "python greet.py"),
        (("python3", "-m", "http.server", "0"), "python -m http.server"),
        (("python3", "-c", "print(1)"), "python"),
        (("python3", "-"), "python"),
        (GONE, "child 1"),
    ],
)
def test_a_foreign_program(command, name):
    """Its command without arguments; of Python, what it runs."""
    assert named(command) == [name]


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("x" * LONGEST, "x" * LONGEST),
        ("x" * (LONGEST + 1), "x" * (LONGEST - 3) + "..."),
        (" ", "child 1"),
        ("a\nb\x1b[31m", r"a\nb\x1b[31m"),
    ],
)
def test_what_a_program_calls_a_process(given, name):
    """Is shown in one line, not too long, and steers no terminal."""
    assert named(("process", 10, 0, given)) == [name]


EVERYTHING = """
import multiprocessing, os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Process, get_context

def nothing(*_): pass

def deeper():
    run(Process(target=nothing), Process(target=nothing, name="deep"))

def run(*processes):
    for process in processes: process.start(); process.join()

class Walker(Process):
    pass

def pool():
    with multiprocessing.Pool(2) as pool:
        pool.map(nothing, range(2))

if __name__ == "__main__":
    run(Process(), get_context().Process(), Walker(), Process(name="wörker\\udc80"))
    run(Process(target=deeper, name="parent"))
    pool()
    # %%
    pool()
    for _ in "ab":
        with ProcessPoolExecutor(1) as executor:
            executor.submit(nothing).result()
    with multiprocessing.Manager(): pass
    if not (pid := os.fork()): os._exit(0)
    os.waitpid(pid, 0)
"""
NAMES = {
    "main": "main",
    "child 1": "Process-1",
    "child 2": "Process-2",
    "child 3": "Walker-3",
    "child 4": "wörker\\udc80",
    "child 5": "parent",
    "child 5.1": "Process-5:1",
    "child 5.2": "deep",
    "child 6": "pool 1, worker 1",
    "child 7": "pool 1, worker 2",
    "child 8": "pool 2, worker 1",
    "child 9": "pool 2, worker 2",
    "child 10": "executor 1, worker 1",
    "child 11": "executor 2, worker 1",
    "child 12": "manager",
    "child 13": "child 13",
}


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("method", START_METHODS)
def test_the_same_names_under_every_start_method(play, python, method):
    """Though nobody holds the objects any more, and those of a child are not main's."""
    recording = play(EVERYTHING, method, python=python, timeout=60)
    assert recording.ok, recording.problems
    assert recording.lines == ()
    assert {p.label: p.name for p in recording.processes if not p.helper} == NAMES
    assert all(p.name == p.label for p in recording.processes if p.helper)
    assert recording.name_of("child 5.2") == "deep"
    assert recording.name_of("") == ""


@pytest.mark.parametrize("method", ["forkserver", "spawn"])
def test_who_is_ended_before_saying_a_word(play, method):
    """Its parent knows what it has started."""
    recording = play(
        """
        import multiprocessing, os
        if __name__ == "__main__":
            with multiprocessing.Pool(2): pass
            child = multiprocessing.Process(name="short"); child.start(); child.kill(); child.join()
        """,
        method,
    )
    assert recording.ok, recording.problems
    names = [p.name for p in recording.processes if not p.helper]
    assert names == ["main", "pool 1, worker 1", "pool 1, worker 2", "short"]


def test_a_worker_that_is_replaced(play):
    """Its pool goes on, and has one worker more."""
    recording = play(
        """
        import multiprocessing
        if __name__ == "__main__":
            with multiprocessing.Pool(1, maxtasksperchild=1) as pool:
                print(*pool.map(abs, range(3), chunksize=1))
                pool.close(); pool.join()
        """
    )
    assert recording.ok, recording.problems
    names = [p.name for p in recording.processes]
    assert names == ["main", *(f"pool 1, worker {n}" for n in range(1, len(names)))]
    assert len(names) >= 4


@pytest.mark.parametrize("method", START_METHODS)
@pytest.mark.parametrize("closed", [False, True])
def test_the_program_s_own_file_gets_no_mark(play, tmp_path, method, closed):
    """Where its output goes into a file, a child tells its name on the other stream, or nowhere."""
    file = tmp_path / "file"
    recording = play(
        f"""
        import multiprocessing, os
        def work(): print("into the file")
        if __name__ == "__main__":
            file = os.open({str(file)!r}, os.O_WRONLY | os.O_CREAT)
            os.dup2(file, 1)
            if {closed}: os.dup2(file, 2)
            child = multiprocessing.Process(target=work, name="writer"); child.start(); child.join()
        """,
        method,
    )
    assert recording.ok, recording.problems
    assert recording.lines == ()
    assert file.read_text() == "into the file\n"
    known = not closed or method == "fork"  # a fork has the stage's own descriptor
    name = "writer" if known else "child 1"
    assert recording.name_of("child 1") == name


def test_where_writers_are_not_named(play):
    """A process is known by what it says of itself."""
    recording = play(EVERYTHING, "spawn", named=False, timeout=60)
    assert recording.ok, recording.problems
    assert {p.label: p.name for p in recording.processes if not p.helper} == NAMES


def test_nobody_keeps_what_the_program_lets_go(play):
    """A look into a frame keeps its variables; the program's own frames are not looked into."""
    recording = play(
        """
        import gc, multiprocessing, weakref
        def start():
            gc.disable()
            child = multiprocessing.Process()
            child.start(); child.join()
            gone = weakref.ref(child)
            child = None
            print(gone())
        if __name__ == "__main__": start()
        """
    )
    assert [x.text for x in recording.lines] == ["None"]
