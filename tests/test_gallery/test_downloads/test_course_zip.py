"""The zips of scripts, unpacked into an empty folder and tested with pytest there."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from gallery.downloads import course_zip
from gallery.downloads.zip_file import zipped
from gallery.lesson import Lesson, script_of, scripts_in
from gallery.pair import scripts_of
from tests.test_gallery.test_downloads.project import ROOT

LESSONS = [Lesson.read(path) for path in scripts_in(ROOT / "snippets")]
SCRIPTS = [script for lesson in LESSONS for script in scripts_of(lesson)]
CHAPTERS = sorted({lesson.chapter for lesson in LESSONS})
PLAIN = {n: v for n, v in os.environ.items() if not n.startswith(("PYTHON", "PYTEST", "TESTS"))}


def unpacked(lessons: list[Lesson], folder: Path, root: Path = ROOT) -> Path:
    """Zip lessons, unpack them and return the zip's one folder."""
    for script in (script for lesson in lessons for script in scripts_of(lesson)):
        path = folder / "scripts" / f"{script.name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(script_of(script))
    contents = course_zip.contents(lessons, root, folder / "scripts", "Title")
    (folder / "course.zip").write_bytes(zipped(contents))
    with zipfile.ZipFile(folder / "course.zip") as archive:
        archive.extractall(folder / "unpacked")
    (top,) = (folder / "unpacked").iterdir()
    return top


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a folder as a reader would, for a minute at most."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env=PLAIN,
        timeout=180,
        start_new_session=True,
    )


def pytest_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``python -m pytest``; another project is around the folder, and is not meant."""
    (folder.parent / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    return run(folder, "-m", "pytest", "-p", "no:cacheprovider", *arguments)


@pytest.fixture(scope="session")
def spawning(tmp_path_factory) -> Path:
    """Unpack the zip of a chapter."""
    lessons = [lesson for lesson in LESSONS if lesson.chapter == "spawning"]
    return unpacked(lessons, tmp_path_factory.mktemp("chapter"))


@pytest.mark.long  # a chapter's tests, each under three start methods
def test_the_tests_of_a_chapter_s_zip_pass_under_pytest(spawning):
    done = pytest_in(spawning, "-k", "first_process", "-v")
    assert done.returncode == 0, done.stdout + done.stderr
    for method in ("fork", "spawn", "forkserver"):
        assert re.search(rf"test_first_process\.py::\w+\[{method}\] PASSED", done.stdout)


def test_all_tests_of_a_chapter_s_zip_are_found(spawning):
    done = pytest_in(spawning, "--collect-only", "-q")
    assert done.returncode == 0, done.stdout + done.stderr
    there = {path.name for path in (ROOT / "tests/test_snippets/spawning").glob("test_*.py")}
    assert len(there) >= 5
    assert set(re.findall(r"test_snippets/spawning/(test_\w+\.py)::", done.stdout)) == there


def test_a_wrong_answer_fails(tmp_path):
    top = unpacked([Lesson.read(ROOT / "snippets/spawning/arguments_and_results.py")], tmp_path)
    script = top / "snippets/spawning/arguments_and_results.py"
    script.write_text(script.read_text().replace("weekday() == 4", "weekday() == 5"))
    done = pytest_in(top, "-k", "test_executor_brings_results")
    assert done.returncode == 1
    assert re.search(r"\d failed", done.stdout)


def test_what_the_course_s_zip_holds(tmp_path):
    """Each script without its settings, and its test as it is."""
    top = unpacked(LESSONS, tmp_path)
    assert top.name == course_zip.NAME
    names = {str(p.relative_to(top)) for p in top.rglob("*") if p.is_file()}
    tests = [f"tests/test_snippets/{x.chapter}/test_{x.path.stem}.py" for x in LESSONS]
    expected = {str(script.path.relative_to(ROOT)) for script in SCRIPTS} | set(tests)
    expected |= {f"snippets/{chapter}/__init__.py" for chapter in CHAPTERS}
    expected |= {"snippets/__init__.py"} if (ROOT / "snippets/__init__.py").exists() else set()
    more = {"tests/__init__.py", "tests/calling.py", "conftest.py", "pytest.ini"}
    assert names == expected | more | {"README.md", "LICENSE"}
    for name in (*tests, "tests/calling.py", "LICENSE"):
        assert (top / name).read_bytes() == (ROOT / name).read_bytes()
    for script in SCRIPTS:
        assert (top / script.path.relative_to(ROOT)).read_bytes() == script_of(script)


@pytest.mark.long  # all lessons, one by one
@pytest.mark.parametrize(
    "script", [x for x in SCRIPTS if not x.settings.fails], ids=lambda script: script.name
)
def test_a_script_runs_in_an_empty_folder(script, tmp_path):
    (tmp_path / script.path.name).write_bytes(script_of(script))
    done = run(tmp_path, script.path.name)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_a_zip_is_the_same_whenever_its_contents_are(tmp_path):
    (tmp_path / "file").write_bytes(b"1")
    one = zipped({"b": b"2", "a": b"1"})
    assert one == zipped({"a": tmp_path / "file", "b": b"2"})
    assert one != zipped({"a": b"1", "b": b"3"})


NEEDS = '''"""
Needs
=====
"""
from pathlib import Path

import no_such_library


def words():
    return Path(__file__).with_name("words.txt").read_text().split()
# sphinx_gallery_lesson_files = ["words.txt"]
'''
TEST = """
from snippets.tiny import {name}


def test_it(run):
    assert run({name}.words) == ["one", "two"]
"""
LIBRARY = '# sphinx_gallery_lesson_needs = ["no-such-library"]\n'
PYTHON = "# sphinx_gallery_lesson_needs_python = (3, 99)\n"


@pytest.fixture
def tiny(write) -> dict[str, Lesson]:
    """Make three lessons that read a file: one needs a library, another a Python of the future."""
    write("one two", "snippets/tiny/words.txt")
    write("", "snippets/tiny/__init__.py")
    plain = NEEDS.replace("import no_such_library\n", "").replace("Needs\n", "Plain\n")
    scripts = {
        "plain": plain,
        "library": NEEDS + LIBRARY,
        "python": plain.replace("import Path", "import NoPath") + PYTHON,
    }
    write((ROOT / "tests/calling.py").read_text(), "tests/calling.py")
    lessons = {}
    for name, code in scripts.items():
        lessons[name] = Lesson.read(write(code, f"snippets/tiny/{name}.py"))
        write(TEST.format(name=name), f"tests/test_snippets/tiny/test_{name}.py")
    return lessons


def test_what_a_lesson_needs_comes_with_it_or_is_named(tiny, tmp_path):
    """Files are in the zip, libraries in the README; tests of what is missing are left out."""
    root = tiny["plain"].path.parents[2]
    top = unpacked(list(tiny.values()), tmp_path / "zip", root)
    assert (top / "snippets/tiny/words.txt").read_text() == "one two"
    readme = (top / "README.md").read_text()
    assert "- `library.py`: Needs (needs `pip install no-such-library`)\n" in readme
    assert "- `python.py`: Plain (needs Python 3.99 or later)\n" in readme
    assert "- `plain.py`: Plain\n" in readme
    assert "nothing else, unless the list says so:" in readme
    done = pytest_in(top)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout
    said = re.findall(r"left out, for the README names what it needs: (\S+)", done.stdout)
    assert said == [f"tests/test_snippets/tiny/test_{name}.py" for name in ("library", "python")]


def test_a_lesson_whose_needs_are_there_is_tested(tiny, tmp_path):
    path = tiny["library"].path
    path.write_text(
        path.read_text().replace("no_such_library", "pytest").replace("no-such-library", "pytest")
    )
    top = unpacked([Lesson.read(path)], tmp_path / "zip", path.parents[2])
    done = pytest_in(top)
    assert "3 passed" in done.stdout, done.stdout


def test_a_test_that_cannot_be_imported_for_another_reason_fails(tiny, tmp_path):
    root = tiny["plain"].path.parents[2]
    test = root / "tests/test_snippets/tiny/test_plain.py"
    test.write_text(test.read_text().replace("import plain", "import gone"))
    top = unpacked([tiny["plain"]], tmp_path / "zip", root)
    assert "nothing else:" in (top / "README.md").read_text()
    assert pytest_in(top).returncode == 2
