"""The program without a guard breaks unless it forks; the cured one never does."""

import subprocess
import sys

import pytest

from tests.calling import PLAIN, in_session

EXECUTOR = """
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
    executor.submit(abs, -1).result()
"""
POOL = """
from multiprocessing import get_context

with get_context("spawn").Pool(1) as pool:
    pool.apply(abs, (-1,))
"""
LARGE = """
import multiprocessing, sys

process = multiprocessing.get_context(sys.argv[1]).Process(target=len, args=(bytes(10**6),))
process.start()
print("started")
process.join()
"""
MODULE = """
import multiprocessing, sys

print("imported as", __name__)


def greet():
    print("hello")


if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    for _ in range(2):
        process = context.Process(target=greet)
        process.start()
        process.join()
"""
NO_SERVER = ("ConnectionResetError", "ConnectionRefusedError")  # died while main asked, or before


def test_broken(run_program, start_method):
    """Without the guard, the child greets under fork only.

    From 3.13.8 and 3.14.1 on the fork server runs the program's file first (gh-126631) and dies
    of it; from 3.15 on it passes over the error (gh-141860).
    """
    if start_method == "forkserver" and sys.version_info < (3, 14):
        pytest.skip("nobody's default: the fork server would not have it as its own")
    ended = run_program("main_guard.broken.py")
    forked = start_method == "fork"
    server_dies = start_method == "forkserver" and (3, 14, 1) <= sys.version_info < (3, 15)
    assert ("hello from the child" in ended.output) is forked
    assert ("RuntimeError" in ended.output) is not forked
    assert any(name in ended.output for name in NO_SERVER) is server_dies
    assert ("exit code of the child: 1" in ended.output) is (not forked and not server_dies)
    assert ended.status == int(server_dies)


def test_cured(run_program, start_method):
    """With the guard, the child greets once, and the file is run again harmlessly."""
    ended = run_program("main_guard.cured.py")
    assert ended.status == 0
    assert ended.output.count("hello from the child") == 1
    assert "Error" not in ended.output
    assert ("__mp_main__" in ended.output) is (start_method != "fork")


def test_data_at_the_top_is_read_in_each_child(run_program, start_method):
    """Unless the child is a copy. The fork server reads it for all from 3.13.8 and 3.14.1 on."""
    output = run_program("main_guard-top.broken.py").output
    reads = output.count("reading the rates")
    version = sys.version_info
    server_reads = version >= (3, 14, 1) or (3, 13, 8) <= version < (3, 14)
    assert reads == {"fork": 1, "spawn": 3, "forkserver": 2 if server_reads else 3}[start_method]


def test_data_under_the_guard_is_read_once(run_program):
    """The children convert with the rates that they get."""
    ended = run_program("main_guard-top.cured.py")
    assert ended.output.count("reading the rates") == 1
    assert "200 EUR are 250.00 USD" in ended.output
    assert "200 EUR are 160.00 GBP" in ended.output
    assert ended.status == 0


def test_executor_without_a_guard_breaks(tmp_path):
    """Its worker dies of the RuntimeError, and main hears that the pool is broken."""
    script = tmp_path / "unguarded.py"
    script.write_text(EXECUTOR)
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60)
    assert "RuntimeError" in done.stderr
    assert "BrokenProcessPool: A process in the process pool was terminated" in done.stderr
    assert done.returncode == 1


def test_pool_without_a_guard_starts_workers_without_end(tmp_path):
    """Each worker dies of the RuntimeError, and the pool starts another one."""
    script = tmp_path / "unguarded.py"
    script.write_text(POOL)
    with in_session(script, stdout=subprocess.DEVNULL) as process:
        deaths = 0
        for line in process.stderr:
            deaths += line.startswith("RuntimeError")
            if deaths == 3:
                break
    assert deaths == 3


@pytest.mark.skipif(sys.version_info < (3, 13, 8), reason="start() never returns under spawn")
def test_large_argument_makes_start_fail(start_method, tmp_path):
    """The child dies before it has read it all. Only a forked one does not read it."""
    script = tmp_path / "large.py"
    script.write_text(LARGE)
    done = subprocess.run(
        [sys.executable, script, start_method],
        capture_output=True,
        text=True,
        timeout=60,
        env=PLAIN,
    )
    server_dies = start_method == "forkserver" and (3, 13, 8) <= sys.version_info < (3, 15)
    assert ("started" in done.stdout) is (start_method == "fork")
    if start_method != "fork" and not server_dies:
        assert "BrokenPipeError: [Errno 32] Broken pipe" in done.stderr


@pytest.mark.parametrize("package", [False, True])
def test_program_started_by_m(start_method, tmp_path, package):
    """Each child imports a module, even the fork server's, and none a package's __main__."""
    file = tmp_path / ("work/__main__.py" if package else "work.py")
    file.parent.mkdir(exist_ok=True)
    file.write_text(MODULE)
    done = subprocess.run(
        [sys.executable, "-m", "work", start_method],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        env=PLAIN,
    )
    forked = start_method == "fork"
    imported = 0 if forked or package else 2
    assert done.stdout.count("imported as __mp_main__") == imported
    assert done.stdout.count("hello") == (0 if package and not forked else 2)
    assert done.stderr.count("AttributeError") == (2 if package and not forked else 0)
