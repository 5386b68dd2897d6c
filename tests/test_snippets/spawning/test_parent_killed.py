"""A parent is killed: who is left behind, and who notices."""

import ast
import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

import pytest

from snippets.spawning import parent_killed as lesson
from tests.calling import PLAIN, Ended, in_session

LEFT = ["Process", "daemon", "executor worker"]  # all but the pool's worker


def elder(alive: Any, go: Any) -> None:
    """Say when the parent has ended; give up after three seconds."""
    parent = multiprocessing.parent_process()
    assert parent
    alive.send("begun")
    go.recv()
    alive.send(bool(wait([parent.sentinel], timeout=3)))


def younger(alive: Any, go: Any) -> None:
    """Live on until told, and watch nothing."""
    alive.send("begun")
    go.recv()
    alive.send("ends")


def family(connections: list[Any]) -> None:
    for target, alive, go in ((elder, *connections[:2]), (younger, *connections[2:])):
        multiprocessing.Process(target=target, args=(alive, go)).start()
    time.sleep(60)


def elder_notices() -> bool:
    """Return whether a worker sees its parent's end while a younger sibling lives."""
    (older, alive1), (go1, old_go) = (multiprocessing.Pipe(duplex=False) for _ in range(2))
    (young, alive2), (go2, young_go) = (multiprocessing.Pipe(duplex=False) for _ in range(2))
    parent = multiprocessing.Process(target=family, args=([alive1, go1, alive2, go2],))
    parent.start()
    for begun in (older, young):
        assert begun.poll(20)
        assert begun.recv() == "begun"
    parent.kill()
    parent.join()
    old_go.send("parent has ended")
    assert older.poll(20)
    noticed = bool(older.recv())
    young_go.send("end")
    assert young.poll(20)
    assert young.recv() == "ends"
    return noticed


def left(output: str) -> list[list[str]]:
    """Return who was left in each run."""
    lines = [line for line in output.splitlines() if line.startswith("left: ")]
    return [ast.literal_eval(line.removeprefix("left: ")) for line in lines]


MAIN_WITH_HANDLER = """
import hashlib, multiprocessing, signal, sys, threading, time

def tell():
    before = time.process_time()
    while time.process_time() < before + 0.2:  # the other thread is in C code then
        time.sleep(0.01)
    print("begun", flush=True)

def begin(own):
    if own:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)

def work():
    threading.Thread(target=tell).start()
    hashlib.pbkdf2_hmac("sha256", b"", b"", 10**9)

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    pool = multiprocessing.get_context(sys.argv[1]).Pool(1, begin, [sys.argv[2] == "own"])
    pool.apply(work)
"""


def test_who_is_left(run_program: Callable[..., Ended]) -> None:
    """daemon=True does not help; nothing that watches its parent is left."""
    ended = run_program("parent_killed.py", timeout=90)
    assert left(ended.output) == [LEFT, []]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param("program.kill()", "program.terminate()", [LEFT, []], id="SIGTERM"),
        pytest.param("if watch:", "if False:", [LEFT, LEFT], id="nobody-watches"),
    ],
)
def test_changed(
    old: str, new: str, expected: list[list[str]], start_method: str, tmp_path: Path
) -> None:
    """A SIGTERM that main does not handle is as bad; without the thread watching is but a word."""
    text = Path(lesson.__file__).read_text("utf-8")
    assert old in text
    text = text.replace(old, new).replace("get_start_method(), watch", f"{start_method!r}, watch")
    script = tmp_path / "changed.py"
    script.write_text(text, "utf-8")
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, timeout=90, env=PLAIN
    )
    assert left(done.stdout) == expected


def test_a_pool_s_worker_stays_with_a_younger_process(start_method: str, tmp_path: Path) -> None:
    """Under fork the others hold the writing end of its pipe if they were started later."""
    text = Path(lesson.__file__).read_text("utf-8")
    late = text[
        text.index('    args = ("pool worker"') : text.index("    time.sleep(60)\n    pool.t")
    ]
    begin = "    context = get_context(method)\n"
    text = text.replace(late, "").replace(begin, begin + late)
    text = text.replace("get_start_method(), watch", f"{start_method!r}, watch")
    script = tmp_path / "changed.py"
    script.write_text(text, "utf-8")
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, timeout=90, env=PLAIN
    )
    stays = [*LEFT, "pool worker"] if start_method == "fork" else LEFT
    assert left(done.stdout) == [stays, []]


def test_sibling_that_does_not_watch(run: Callable[..., Any], start_method: str) -> None:
    """Under fork it has inherited what would tell the elder of the parent's end."""
    assert run(elder_notices, timeout=90) is (start_method != "fork")


@pytest.mark.parametrize("own", [False, True])
def test_main_that_handles_sigterm(own: bool, start_method: str, tmp_path: Path) -> None:
    """Under fork a worker in C code has inherited the handler, and keeps main waiting."""
    script = tmp_path / "main.py"
    script.write_text(MAIN_WITH_HANDLER, "utf-8")
    hangs = start_method == "fork" and not own
    order = (script, start_method, "own" if own else "inherited")
    with in_session(*order, stderr=None) as main:
        assert main.stdout
        assert main.stdout.readline() == "begun\n"
        main.terminate()
        try:
            status = main.wait(2 if hangs else 30)
        except subprocess.TimeoutExpired:
            status = None
    assert status == (None if hangs else 1)


CURE = """
import multiprocessing, sys, time
context = multiprocessing.get_context(sys.argv[1])
{cure}
    executor.submit(int).result()
    process.start()
    os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize("unwatched", [False, True])
def test_cure_of_the_opening(unwatched: bool, start_method: str, tmp_path: Path) -> None:
    """All kinds of workers end when their parent is killed, and so does a manager if it watches."""
    text = Path(lesson.__file__).read_text("utf-8")
    begin = text.index("#    import os, threading")
    block = text[begin : text.index("#\n# If you already", begin)]
    cure = textwrap.dedent("".join(line[1:] for line in block.splitlines(keepends=True)))
    for old, new in {
        "\n    ...": "\n    time.sleep(60)",
        "Executor(": "Executor(mp_context=context, ",
        " Pool(": " context.Pool(",
        " Process(": " context.Process(",
        "SyncManager()": "SyncManager(ctx=context)",
        "manager.start(watch_parent)": f"manager.start({'' if unwatched else 'watch_parent'})",
    }.items():
        assert cure.count(old) == 1
        cure = cure.replace(old, new)
    script = tmp_path / "cure.py"
    script.write_text(CURE.format(cure=cure.rstrip()))
    with in_session(script, start_method, limit=120, stderr=None) as main:
        assert main.stdout
        assert main.wait() == -signal.SIGKILL
        # It comes to its end when the last process has ended.
        ready = wait([main.stdout.fileno()], timeout=3 if unwatched else 60)
    assert bool(ready) is not unwatched, "a process was left" if not unwatched else ""


KILLS_ITSELF = """
import ctypes, multiprocessing, os, signal, sys, time
def work(begun):
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    begun.set()
    time.sleep(60)
if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    begun = context.Event()
    context.Process(target=work, args=[begun]).start()
    if begun.wait(30):
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="of Linux only")
def test_pr_set_pdeathsig(start_method: str, tmp_path: Path) -> None:
    """The kernel ends the child with its parent: under forkserver, that is another process."""
    script = tmp_path / "program.py"
    script.write_text(KILLS_ITSELF)
    stays = start_method == "forkserver"
    with in_session(script, start_method, limit=120, stderr=None) as main:
        assert main.stdout
        assert main.wait() == -signal.SIGKILL
        ready = wait([main.stdout.fileno()], timeout=3 if stays else 60)
    assert bool(ready) is not stays


HAS_A_LOCK = """
import multiprocessing, time
if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    lock = context.Lock()
    print(lock._semlock.name, flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /dev/shm")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_group_is_killed(how: signal.Signals, tmp_path: Path) -> None:
    """SIGKILL takes the resource tracker along, which would remove the semaphore."""
    script = tmp_path / "program.py"
    script.write_text(HAS_A_LOCK)
    with in_session(script, stderr=subprocess.DEVNULL) as main:
        assert main.stdout
        name = main.stdout.readline().strip()
        file = Path("/dev/shm/sem." + name.removeprefix("/"))
        assert file.exists()
        os.killpg(main.pid, how)
        assert main.stdout.read() == ""
        deadline = time.monotonic() + (20 if how == signal.SIGTERM else 1)
        while file.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        left = file.exists()
        file.unlink(missing_ok=True)
    assert left is (how == signal.SIGKILL)


def test_orphan_ends_with_the_observer(tmp_path: Path) -> None:
    """Should the lesson itself be killed, it leaves no process behind."""
    text = Path(lesson.__file__).read_text("utf-8")
    script = tmp_path / "changed.py"
    script.write_text(
        text.replace('    print("left:"', '    os._exit(7)\n    print("left:"'), "utf-8"
    )
    read, write = os.pipe()
    done = subprocess.run([sys.executable, script], stdout=write, timeout=90, env=PLAIN)
    os.close(write)
    assert done.returncode == 7
    with os.fdopen(read) as file:
        assert file.read() == ""  # comes to its end only when the last process has ended
