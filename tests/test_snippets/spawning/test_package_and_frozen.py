"""A worker does not have what a package's ``__main__.py`` defines; what a frozen child does."""

import os
import re
import subprocess
import sys
import zipapp
from collections.abc import Callable
from pathlib import Path

import pytest

from snippets.spawning import package_and_frozen as lesson
from tests.calling import PLAIN, Ended

posix = pytest.mark.skipif(os.name != "posix", reason="an executable script")
IMPORTS = "from report.counting import count_words\n"
FAILED = re.compile(r"AttributeError: .*'count_words'")


def test_only_a_package_needs_its_functions_elsewhere(
    run_program: Callable[..., Ended], start_method: str
) -> None:
    """``python -m`` fails unless under fork; as a script, and cured, all run everywhere."""
    said = run_program("package_and_frozen.py", timeout=90).output
    package, script, cured, app = re.split(r"python .*\n", said)[1:]
    if start_method == "fork":
        assert package == script == "    a file runs as __main__\n    3\n"
    else:
        assert package.startswith("    a file runs as __main__\n    AttributeError: ")
        assert FAILED.search(package)
        assert "BrokenProcessPool" in package
        assert "__mp_main__" not in package
        assert script == "    a file runs as __main__\n    a file runs as __mp_main__\n    3\n"
    assert cured == "    a file runs as report.cli\n    3\n"
    assert app.startswith(cured)
    assert "\nfrozen: ['--multiprocessing-fork', 'parent_pid=5', 'pipe_handle=7']\n" in app
    assert app.endswith("\nstarted by: /opt/python/bin/python3\n")
    assert re.search(r"\nscript: \['from multiprocessing.*', '--multiprocessing-fork'\]\n", app)


def say(folder: Path, start_method: str, *command: str) -> str:
    """Run a Python in the folder and return what it says."""
    done = subprocess.run(
        [sys.executable, *command, start_method],
        cwd=folder,
        env=PLAIN,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )
    return done.stdout


@pytest.mark.parametrize("command", ["report", "report/__main__.py"])
def test_the_cure_has_to_be_started_as_a_module(
    tmp_path: Path, start_method: str, command: str
) -> None:
    """As a folder or a file, the package's own folder is on the path, and not the one above."""
    package = tmp_path / "report"
    package.mkdir()
    (package / "counting.py").write_text(lesson.FUNCTION)
    (package / "cli.py").write_text(IMPORTS + lesson.MAIN)
    (package / "__main__.py").write_text(lesson.START)
    assert "ModuleNotFoundError: No module named 'report'" in say(tmp_path, start_method, command)
    assert say(tmp_path, start_method, "-m", "report").endswith("\n3\n")


@pytest.mark.parametrize("how", ["folder", "zipapp"])
def test_a_folder_and_a_zip_file_are_as_a_package(
    tmp_path: Path, start_method: str, how: str
) -> None:
    """Their ``__main__.py`` is not imported again, either."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app/__main__.py").write_text(lesson.FUNCTION + lesson.MAIN)
    zipapp.create_archive(tmp_path / "app", tmp_path / "app.pyz")
    said = say(tmp_path, start_method, "app" if how == "folder" else "app.pyz")
    assert said.count("a file runs as") == 1
    assert bool(FAILED.search(said)) == (start_method != "fork")


@pytest.mark.parametrize("how", ["console script", "-m report.cli", "__main__ as a module"])
def test_other_ways_to_start_a_program_find_its_functions(
    tmp_path: Path, start_method: str, how: str
) -> None:
    """A script or a module that is no ``__main__.py`` is imported again."""
    package = tmp_path / "report"
    package.mkdir()
    (package / "cli.py").write_text(lesson.FUNCTION + lesson.MAIN)
    (package / "__main__.py").write_text(lesson.FUNCTION + lesson.MAIN)
    if how.startswith("-m"):
        said = say(tmp_path, start_method, *how.split())
        assert said.count("__mp_main__") == (start_method != "fork")
    else:
        module = "report.cli" if how == "console script" else "report.__main__"
        script = tmp_path / "report-script"  # as pip writes it: without an ending
        start = "if __name__ == '__main__':\n    sys.exit(main())\n"
        script.write_text(f"import sys\nfrom {module} import main\n{start}")
        said = say(tmp_path, start_method, script.name)
    assert said.endswith("\n3\n")
    assert "Error" not in said


# As a packing tool makes it: one executable, which sys.executable names.
FROZEN = """#!{python}
import sys
python, sys.executable, sys.frozen = sys.executable, __file__, True
import multiprocessing.resource_tracker, multiprocessing.spawn

def main():
    print("main:", *sys.argv[1:], flush=True)
    if sys.argv[1:]:
        sys.exit(7)
    multiprocessing.set_executable(python)
    multiprocessing.resource_tracker.ensure_running()  # a Python's own does not start it
    multiprocessing.set_executable(__file__)
    process = multiprocessing.get_context("spawn").Process(target=print, args=("hello",))
    process.start()
    process.join()
    print("exit code:", process.exitcode)

if __name__ == "__main__":
    {first}
    main()
"""


@posix
@pytest.mark.parametrize(
    ("first", "helps"),
    [
        ("pass", False),
        ("multiprocessing.freeze_support()", sys.version_info >= (3, 13, 4)),
        ("multiprocessing.spawn.freeze_support()", True),  # without asking for the platform
    ],
)
def test_a_frozen_child_is_the_program_once_more(tmp_path: Path, first: str, helps: bool) -> None:
    """Without freeze_support() it runs main again; with it, it does its task."""
    program = tmp_path / "program"
    program.write_text(FROZEN.format(python=sys.executable, first=first))
    program.chmod(0o700)
    done = subprocess.run([program], env=PLAIN, capture_output=True, text=True, timeout=60)
    mine, *child, last = done.stdout.splitlines()
    assert mine == "main:"
    if helps:
        assert child == ["hello"]
        assert last == "exit code: 0"
    else:
        (said,) = child
        assert re.fullmatch(r"main: --multiprocessing-fork tracker_fd=\d+ pipe_handle=\d+", said)
        assert last == "exit code: 7"


EMBEDDING = """
import sys
python, sys.executable = sys.executable, "the application"
import multiprocessing.spawn, os
print(os.fsdecode(multiprocessing.spawn.get_executable()), flush=True)
multiprocessing.set_executable(sys.argv[2])
process = multiprocessing.get_context(sys.argv[1]).Process(target=print, args=("hello",))
process.start()
process.join()
"""


@posix
def test_children_run_the_python_that_they_are_told(tmp_path: Path, start_method: str) -> None:
    """At first it is sys.executable; under fork no program is started."""
    wrapper = tmp_path / "wrapper"
    wrapper.write_text(f'#!/bin/sh\necho started >&2\nexec "{sys.executable}" "$@"\n')
    wrapper.chmod(0o700)
    done = subprocess.run(
        [sys.executable, "-c", EMBEDDING, start_method, wrapper],
        env=PLAIN,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout == "the application\nhello\n"
    assert ("started" in done.stderr) == (start_method != "fork")
