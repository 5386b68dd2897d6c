"""Uses are found from code alone: what is imported, and what objects evidently are."""

import textwrap
from pathlib import Path

import pytest

from gallery.lesson import Lesson, scripts_in
from gallery.names.catalogue import taught_by
from gallery.names.manual import read_manual
from gallery.names.uses import uses

ROOT = Path(__file__).resolve().parents[3]
MANUAL = read_manual()
P = "multiprocessing.Process"
QUEUE = "multiprocessing.Queue"
CONNECTION = "multiprocessing.connection.Connection"
POOL = "multiprocessing.pool.Pool"


def found(code: str) -> set[str]:
    """Return the names that the code uses; imports of modules aside."""
    names = {name for name, _ in uses(textwrap.dedent(code), MANUAL)}
    return {name for name in names if MANUAL.names[name].kind != "module"}


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("import multiprocessing\nmultiprocessing.cpu_count()", {"multiprocessing.cpu_count"}),
        (
            "import multiprocessing as mp\nmp.Lock().acquire()",
            {"multiprocessing.Lock", "multiprocessing.Lock.acquire"},
        ),
        ("from multiprocessing import Process as P\nP().start()", {P, f"{P}.start"}),
        (
            "from multiprocessing import connection as c\nc.wait([])",
            {"multiprocessing.connection.wait"},
        ),
        (
            "import multiprocessing.connection\nmultiprocessing.connection.Client('x').poll()",
            {"multiprocessing.connection.Client", f"{CONNECTION}.poll"},
        ),
        ("from multiprocessing import Process", set()),  # not used
        ("import threading\nthreading.Lock().acquire()", set()),
        ("from queue import Queue\nQueue().put(1)", set()),
        ("Process().start()", set()),  # whose?
        ("from multiprocessing import Process\n'Process().start()'\n# Process().join()", set()),
    ],
)
def test_imports(code, names):
    assert found(code) == names


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("p = Process()\np.start()", {f"{P}.start"}),
        ("p = q = Process()\nq.start()", {f"{P}.start"}),
        ("if p := Process():\n    p.start()", {f"{P}.start"}),
        ("[Process() for _ in x][0].join()", {f"{P}.join"}),
        ("ps = [Process() for _ in x]\nfor p in ps:\n    p.join()", {f"{P}.join"}),
        (
            "ps = []\nfor _ in x:\n    p = Process()\n    ps.append(p)\nprint([q.pid for q in ps])",
            {f"{P}.pid"},
        ),
        ("ps = [*[Process()], *x]\nps[-1].kill()", {f"{P}.kill"}),
        ("for n, p in enumerate([Process()]):\n    p.name", {f"{P}.name"}),
        ("for a, p in zip(x, [Process()]):\n    p.name", {f"{P}.name"}),
        ("d = {'a': Process()}\nfor k, p in d.items():\n    p.name", {f"{P}.name"}),
        ("d = {}\nd['a'] = Process()\nd['a'].start()", {f"{P}.start"}),
        ("all(p.is_alive() for p in (Process(), Process()))", {f"{P}.is_alive"}),
        ("p = Process() if x else None\np.start()", {f"{P}.start"}),
        ("p = Process()\np = 3\np.start()", set()),  # no process any more
        (
            "p = None\ndef f():\n    global p\n    p = Process()\ndef g():\n    p.start()",
            {f"{P}.start"},
        ),
        ("def g():\n    p.start()\np = Process()", {f"{P}.start"}),  # below its use
        ("def f(p: Process) -> None:\n    p.start()", {f"{P}.start"}),
        ("def f(ps: list[Process]) -> None:\n    [p.start() for p in ps]", {f"{P}.start"}),
        ("def f(p: 'Process | None') -> None:\n    p.start()", {f"{P}.start"}),
        ("def f() -> list[Process]: ...\nfor p in f():\n    p.start()", {f"{P}.start"}),
        ("def f():\n    return Process()\nf().start()", {f"{P}.start"}),
        (
            "@contextmanager\ndef f() -> Iterator[Process]: ...\nwith f() as p:\n    p.start()",
            {f"{P}.start"},
        ),
        (
            "class W(Process):\n    def run(self):\n        self.name\n\nW().start()",
            {f"{P}.run", f"{P}.name", f"{P}.start"},
        ),
        (
            "class W:\n def __init__(self):\n  self.p = Process()\n def go(self):\n  self.p.pid",
            {f"{P}.pid"},
        ),
        ("class W(NamedTuple):\n    p: Process\n\ndef f(w: W):\n    w.p.start()", {f"{P}.start"}),
        ("p = lambda p: p.start()", set()),
    ],
)
def test_what_an_object_is(code, names):
    head = "from multiprocessing import Process\nfrom contextlib import contextmanager\n"
    assert found(head + code) - {P} == names


@pytest.mark.parametrize(
    ("code", "names"),
    [
        (
            "a, b = mp.Pipe()\nb.send(a.recv())",
            {"multiprocessing.Pipe", f"{CONNECTION}.send", f"{CONNECTION}.recv"},
        ),
        (
            "c = mp.get_context('spawn')\nc.Queue().put(1)",
            {"multiprocessing.get_context", QUEUE, f"{QUEUE}.put"},
        ),
        ("def f(q: mp.queues.Queue):\n    list(iter(q.get, None))", {QUEUE, f"{QUEUE}.get"}),
        ("mp.JoinableQueue().put(1)", {"multiprocessing.JoinableQueue", f"{QUEUE}.put"}),
        ("with mp.Pool(2) as pool:\n    pool.map(f, x)", {POOL, f"{POOL}.map"}),
        (
            "with mp.Pool(2) as p:\n  rs = [p.apply_async(f) for _ in x]\n[r.get() for r in rs]",
            {POOL, f"{POOL}.apply_async", "multiprocessing.pool.AsyncResult.get"},
        ),
        ("mp.parent_process().pid", {"multiprocessing.parent_process", f"{P}.pid"}),
        (
            "for p in mp.active_children():\n    p.exitcode",
            {"multiprocessing.active_children", f"{P}.exitcode"},
        ),
        (
            "with mp.Manager() as m:\n    m.dict()",
            {"multiprocessing.Manager", "multiprocessing.managers.SyncManager.dict"},
        ),
        (
            "m = mp.Manager()\nm.shutdown()",
            {"multiprocessing.Manager", "multiprocessing.managers.BaseManager.shutdown"},
        ),
        (
            "from concurrent import futures as f\nf.ProcessPoolExecutor().submit(g).result()",
            {
                "concurrent.futures.ProcessPoolExecutor",
                "concurrent.futures.Executor.submit",
                "concurrent.futures.Future.result",
            },
        ),
        ("from concurrent.futures import *", set()),
        (
            "from multiprocessing import managers as m\nclass M(m.BaseManager): ...\nM.register(1)",
            {
                "multiprocessing.managers.BaseManager",
                "multiprocessing.managers.BaseManager.register",
            },
        ),
        ("try:\n    f()\nexcept mp.TimeoutError:\n    pass", {"multiprocessing.TimeoutError"}),
    ],
)
def test_what_calls_give(code, names):
    assert found("import multiprocessing as mp\n" + code) == names


def test_a_manager_s_proxy():
    proxy = "multiprocessing.managers.BaseProxy"
    code = "import multiprocessing as mp\nproxy = mp.Manager().list()\n"
    assert f"{proxy}._getvalue" in found(code + "proxy._getvalue()")
    assert f"{proxy}.__repr__" in found(code + "print(repr(proxy))")
    assert f"{proxy}.__str__" in found(code + "print(str(proxy))")
    assert not any(name.startswith(proxy) for name in found(code + "print(repr(1), str(2))"))


@pytest.mark.parametrize(
    "call",
    [
        "f(1, mp.Queue())",
        "f(1, q=mp.Queue())",
        "mp.Process(target=f, args=(1, mp.Queue()))",
        "mp.Pool(initializer=f, initargs=(1, mp.Queue()))",
        "mp.Pool().apply_async(f, [1, mp.Queue()])",
        "mp.Pool().starmap(f, [(n, mp.Queue()) for n in x])",
        "mp.Pool().map(g, [mp.Queue() for _ in x])",
        "x.submit(f, 1, mp.Queue())",
        "x.run_in_executor(x, f, 1, mp.Queue())",
        "g(mp.Queue())",  # which hands it on
        "W(mp.Queue())",
        "W(q=mp.Queue())",
    ],
)
def test_what_a_function_is_given(call):
    code = """
        import multiprocessing as mp
        class W:
            def __init__(self, q):
                self.q = q
            def go(self):
                f(1, self.q)
        def f(n, q):
            q.qsize()
        def g(q):
            f(1, q)
        """
    code = textwrap.dedent(code)
    assert f"{QUEUE}.qsize" in found(code + call)
    assert f"{QUEUE}.qsize" not in found(code + call.replace("mp.Queue()", "x"))


def test_an_import_counts_for_its_module():
    code = "from multiprocessing.shared_memory import SharedMemory\nimport multiprocessing.pool"
    assert uses(code, MANUAL) == [
        ("multiprocessing.shared_memory", 1),
        ("multiprocessing.pool", 2),
    ]


def test_a_program_in_a_string_is_code():
    code = 'PROGRAM = """\nfrom multiprocessing import Process\nProcess().start()\n"""'
    assert found(code) == {P, f"{P}.start"}
    assert {line for _, line in uses(code, MANUAL)} == {1}


def test_a_use_has_the_line_where_its_name_ends():
    code = "import multiprocessing as m\n(\n    m\n    .Process()\n    .start()\n)"
    assert uses(code, MANUAL)[1:] == [(P, 4), (f"{P}.start", 5)]


KNOWN: dict[
    str, dict[str, tuple[int, ...]]
] = {  # seen by eye in the lessons: name, and the cells that use it
    "spawning/first_process": {
        P: (2,),
        f"{P}.start": (2,),
        f"{P}.join": (2,),
        f"{P}.exitcode": (2, 3),
        f"{P}.name": (3,),
    },
    "communication/pipe": {f"{CONNECTION}.recv": (1, 2), f"{P}.exitcode": (1, 2)},
    "communication/pipe_ends": {
        "multiprocessing.connection.wait": (1,),
        f"{P}.sentinel": (1,),
    },
    "communication/pipe_errors": {f"{CONNECTION}.poll": (1,), f"{P}.kill": (1,)},
    "communication/read_before_join": {
        f"{P}.is_alive": (2,),
        f"{QUEUE}.get": (1, 2),
    },
    "communication/feeder_thread": {f"{QUEUE}.put": (1,), f"{QUEUE}.join_thread": (1,)},
    "pools/ending_a_pool": {
        "multiprocessing.active_children": (1,),
        f"{P}.exitcode": (1,),
        f"{POOL}.terminate": (),
    },
    "pools/apply_async": {"multiprocessing.pool.AsyncResult.ready": (1,), f"{POOL}.apply": (2,)},
    "spawning/start_methods": {"multiprocessing.get_context": (3,), f"{P}.start": (2, 3)},
    "spawning/contexts": {"multiprocessing.set_start_method": (2,)},
}


@pytest.mark.parametrize("name", KNOWN)
def test_known_uses_are_in_their_cells(name):
    taught = taught_by(Lesson.read(ROOT / "snippets" / f"{name}.py"), MANUAL)
    assert {n: taught.cells.get(n, ()) for n in KNOWN[name]} == KNOWN[name]


def test_every_lesson_can_be_searched():
    paths = scripts_in(ROOT / "snippets")
    assert paths
    for path in paths:
        taught = taught_by(Lesson.read(path), MANUAL)
        assert taught.title
        assert {n for cells in taught.cells.values() for n in cells} <= {
            cell.number for cell in Lesson.read(path).cells
        }


def test_what_no_lesson_is_about_is_in_no_lesson():
    used = {
        name
        for x in scripts_in(ROOT / "snippets")
        for name in taught_by(Lesson.read(x), MANUAL).cells
    }
    assert [name.full for name in MANUAL if name.why_not and name.full in used] == []


def test_programs_beside_a_lesson_count_without_a_cell(write):
    code = (
        "from multiprocessing import Pool\nif __name__ == '__main__':\n    Pool(2).map(abs, [1])\n"
    )
    write(code + "# sphinx_gallery_lesson_fails = 'x'\n", "tiny/one.broken.py")
    write("import multiprocessing\nmultiprocessing.cpu_count()\n", "tiny/one.cured.py")
    taught = taught_by(Lesson.read(write('"""Title."""\n', "tiny/one.py")), MANUAL)
    assert {n for n, cells in taught.cells.items() if cells == ()} == set(taught.cells)
    assert {"multiprocessing.pool.Pool.map", "multiprocessing.cpu_count"} <= set(taught.cells)
