"""A function that was typed is in no file: a worker finds it under fork only, or in a module."""

import contextlib
import os
import pty
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from snippets.spawning import interactive as lesson
from tests.calling import Ended, in_session

VERSION = sys.version_info[:2]
if VERSION >= (3, 14):
    MISSING = "module '__main__' has no attribute 'longest_word'"
elif VERSION >= (3, 12):
    importer = "<class '_frozen_importlib.BuiltinImporter'>"
    MISSING = f"Can't get attribute 'longest_word' on <module '__main__' ({importer})>"
else:
    MISSING = "Can't get attribute 'longest_word' on <module '__main__' (built-in)>"


def main_ends_with(start_method: str) -> str:
    """Return what main gets when the file "<stdin>" cannot be opened."""
    died = sys.version_info >= (3, 13, 8) and start_method == "forkserver"
    if died and VERSION == (3, 13):
        return "EOFError: unexpected EOF"
    if died and VERSION == (3, 14):
        return "ConnectionResetError"
    return "BrokenProcessPool"


def test_a_typed_function_is_found_in_a_module(
    run_program: Callable[..., Ended], start_method: str
) -> None:
    """At the prompt the module cures it; nothing cures standard input."""
    said = run_program("interactive.py", timeout=90).output
    sessions = re.split(r"python (-i?)\n", said)[1:]
    assert sessions[::2] == ["-i", "-", "-i", "-"]
    prompt, stdin, cured_prompt, cured_stdin = (text.splitlines() for text in sessions[1::2])
    found = ["    cell"]
    if start_method == "fork":
        assert prompt == stdin == cured_prompt == cured_stdin == found
        return
    assert prompt[0] == f"    AttributeError: {MISSING}"
    assert "BrokenProcessPool" in prompt[1]
    assert cured_prompt == found
    for lines in stdin, cured_stdin:
        assert len(lines) == 2, lines  # in one run of hundreds there were more: it says which
        error, last = lines
        assert error.startswith("    FileNotFoundError: [Errno 2]")
        assert error.endswith("<stdin>'")
        assert main_ends_with(start_method) in last


@pytest.mark.parametrize("typed", [True, False])
def test_a_program_without_a_file_is_as_the_prompt(
    tmp_path: Path, start_method: str, typed: bool
) -> None:
    """With ``python -c``."""
    (tmp_path / "workers.py").write_text(lesson.FUNCTION)
    code = lesson.FUNCTION if typed else "from workers import longest_word\n"
    code += lesson.CALL.replace("METHOD", start_method)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    if typed and start_method != "fork":
        assert MISSING in done.stderr
        assert "BrokenProcessPool" in done.stderr
        assert done.returncode == 1
    else:
        assert (done.stdout, done.stderr) == ("cell\n", "")


def test_a_pool_waits_for_a_task_that_a_worker_lost(
    run_program: Callable[..., Ended], start_method: str
) -> None:
    """Both tasks kill a worker; the pool has others, and waits."""
    if start_method == "fork":
        assert run_program("interactive.broken.py").output == "['waits', 'forever']\n"
        return
    ended = run_program("interactive.broken.py", hangs=MISSING)
    assert ended.status is None
    assert "['waits'" not in ended.output


def test_a_function_of_a_module_ends_the_pool_s_wait(run_program: Callable[..., Ended]) -> None:
    """The same program, with one line more."""
    ended = run_program("interactive.cured.py")
    assert ended.output == "['waits', 'forever']\n"
    assert ended.status == 0


def test_from_standard_input_a_pool_starts_workers_without_end(tmp_path: Path) -> None:
    """Each dies as it starts, without a task: there are soon more than were asked for."""
    program = tmp_path / "program.py"
    program.write_text(
        "import multiprocessing, time\n"
        "pool = multiprocessing.get_context('spawn').Pool(1)\n"
        "time.sleep(600)\n"
    )
    with (
        program.open() as typed,
        in_session("-", cwd=tmp_path, stdin=typed, stdout=subprocess.DEVNULL) as process,
    ):
        died = 0
        assert process.stderr
        for line in process.stderr:
            died += "FileNotFoundError" in line
            if died == 5:
                break
        process.terminate()
        process.stderr.read()  # until the tracker has removed what main left, and ended
    assert died == 5


@pytest.mark.parametrize("inserted", [False, True])
def test_after_a_change_of_folder_a_worker_looks_in_the_first(
    tmp_path: Path, start_method: str, inserted: bool
) -> None:
    """Main finds the module in the new one."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/workers.py").write_text(lesson.FUNCTION)
    code = "import multiprocessing.process, os, sys\nos.chdir('sub')\n"
    code += "sys.path.insert(0, os.getcwd())\n" if inserted else ""
    code += "from workers import longest_word\n" + lesson.CALL.replace("METHOD", start_method)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    if inserted or start_method == "fork":
        assert (done.stdout, done.stderr) == ("cell\n", "")
    else:
        assert "ModuleNotFoundError: No module named 'workers'" in done.stderr
        assert "BrokenProcessPool" in done.stderr


RELOADED = """
import importlib, multiprocessing, pickle, workers
from workers import longest_word
importlib.reload(workers)
try:
    pickle.dumps(longest_word)
except pickle.PicklingError as error:
    print(error)
from workers import longest_word
with multiprocessing.get_context("spawn").Pool(1) as pool:
    print(pool.map(longest_word, ["a cell that ends"]))
"""


def test_after_a_reload_the_name_has_to_be_imported_again(tmp_path: Path) -> None:
    """The old function is not the one that the module has."""
    (tmp_path / "workers.py").write_text(lesson.FUNCTION)
    done = subprocess.run(
        [sys.executable, "-c", RELOADED], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    refused, found = done.stdout.splitlines()
    assert refused.endswith("it's not the same object as workers.longest_word")
    assert found == "['cell']"


LATER = """
import multiprocessing
pool = multiprocessing.get_context("fork").Pool(1)
def later(x): return x

try:
    print(pool.apply_async(later, (1,)).get(2))
except multiprocessing.TimeoutError:
    print("waits")

pool.terminate()
"""


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_pool_has_only_what_was_defined_before_it(tmp_path: Path) -> None:
    """The worker is a copy of main as it was."""
    done = subprocess.run(
        [sys.executable, "-c", LATER], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "waits\n"
    assert "AttributeError" in done.stderr


@pytest.mark.skipif(VERSION != (3, 13), reason="the prompt of 3.13 is a file of its own")
def test_the_prompt_of_3_13_is_a_module_of_its_own() -> None:
    """In a terminal the message names it, since python/cpython#129098 was mended in 3.13.4."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ |= {"TERM": "xterm", "NO_COLOR": "1"}
        os.execv(sys.executable, [sys.executable, "-q"])
    limit = threading.Timer(60, os.kill, (pid, signal.SIGKILL))
    limit.start()
    typed = (
        "import multiprocessing as m\n",
        "def f(): pass\n\n",
        "p = m.get_context('spawn').Process(target=f); p.start(); p.join(); exit()\n",
    )
    said = b""
    try:
        os.write(terminal, "".join(typed).encode())
        with contextlib.suppress(OSError):  # EIO: its end
            while part := os.read(terminal, 1 << 16):
                said += part
    finally:
        limit.cancel()
        os.waitpid(pid, 0)
        os.close(terminal)
    if sys.version_info >= (3, 13, 4):
        assert re.search(rb"'f' on <module '__mp_main__' from '\S*/_pyrepl/__main__.py'>", said)
    else:
        assert re.search(rb"'f' on <module '__main__' \(<class '\S*BuiltinImporter'>\)>", said)


NOTEBOOK = [
    "import multiprocessing\nmultiprocessing.set_start_method('spawn')",
    "from concurrent.futures import ProcessPoolExecutor",
    "def longest_word(text):\n    return max(text.split(), key=len)",
    "with ProcessPoolExecutor(1) as executor:\n"
    "    error = executor.submit(longest_word, 'a cell').exception()\n"
    "    print(type(error).__name__)",
    "%%writefile workers.py\n" + lesson.FUNCTION,
    "from workers import longest_word",
    "with ProcessPoolExecutor(1) as executor:\n"
    "    print(*executor.map(longest_word, ['a cell that ends']))",
    "process = multiprocessing.Process(target=print, args=('from a child',))\n"
    "process.start()\nprocess.join()",
    "import time\ntime.sleep(2)",  # a child's line may come after its cell
]


@pytest.mark.long  # a kernel
def test_in_jupyter_as_the_page_says(tmp_path: Path) -> None:
    """The two cells of the opening; the traceback and the child's line are under the cells."""
    nbformat = pytest.importorskip("nbformat")
    from tests.test_gallery.test_downloads.test_notebooks import run_notebook

    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in NOTEBOOK]
    cells = run_notebook(nbformat.writes(notebook), "spawn", tmp_path).cells
    said = ["".join(output.get("text", "") for output in cell.outputs) for cell in cells]
    assert f"AttributeError: {MISSING}" in said[3]
    assert "BrokenProcessPool" in said[3]
    assert said[6] == "cell\n"
    assert "from a child" in "".join(said[7:])
