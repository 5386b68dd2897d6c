"""The zips of scripts, unpacked into an empty folder and tested with the standard library."""

import json
import os
import re
import subprocess
import venv
import zipfile
from pathlib import Path

import pytest

from gallery.downloads.archive import zipped
from gallery.downloads.course import SUPPORT, course
from gallery.lesson import Lesson

ROOT = Path(__file__).resolve().parents[3]
FILES = ROOT / "build" / "html" / "downloads"
CHAPTERS = sorted(p.parent.name for p in ROOT.glob("snippets/*/__init__.py"))
PLAIN = {n: v for n, v in os.environ.items() if not n.startswith(("PYTHON", "PYTEST", "TESTS"))}


@pytest.fixture(scope="session")
def bare_python(tmp_path_factory) -> Path:
    """Make an environment of the standard library alone."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    found = subprocess.run(
        [python, "-c", "import pytest"], capture_output=True, text=True, env=PLAIN, timeout=60
    )
    assert "No module named 'pytest'" in found.stderr
    return python


def unpacked(name: str, folder: Path) -> Path:
    """Unpack a zip and return its one folder."""
    with zipfile.ZipFile(FILES / name) as archive:
        archive.extractall(folder)
    (top,) = folder.iterdir()
    return top


def run(
    python: Path, folder: Path, *arguments: str, timeout: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run a Python in a folder, for ``timeout`` seconds at most."""
    return subprocess.run(
        [python, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env=PLAIN,
        timeout=timeout,
        start_new_session=True,
    )


def unittest(python: Path, folder: Path, *arguments: str) -> tuple[int, str]:
    """Run ``python -m unittest`` and return how many tests passed, and what was said.

    Fails when a test failed or was skipped.
    """
    done = run(python, folder, "-m", "unittest", *arguments, timeout=500)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^OK$", done.stderr, re.MULTILINE), done.stderr
    return int(re.search(r"^Ran (\d+) tests?", done.stderr, re.MULTILINE)[1]), done.stderr


@pytest.mark.timeout(600)
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_course_passes_its_tests_without_any_dependency(chapter, bare_python, tmp_path):
    """Every test of the course; by chapter, and each has its time limit."""
    top = unpacked("multiprocessing-by-example.zip", tmp_path)
    count, _ = unittest(bare_python, top, "-k", f"*test_snippets.{chapter}.*")
    tests = list((ROOT / "tests" / "test_snippets" / chapter).glob("test_*.py"))
    written = sum(len(re.findall(r"^def test_", p.read_text(), re.MULTILINE)) for p in tests)
    assert count > written  # most run under three start methods


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_is_its_part_of_the_course(chapter, bare_python, tmp_path):
    """Byte for byte, so that what holds for the course holds for it; and its tests are found."""
    top = unpacked(f"{chapter}.zip", tmp_path / "chapter")
    course = unpacked("multiprocessing-by-example.zip", tmp_path / "course")
    names = {p.relative_to(top) for p in top.rglob("*") if p.is_file()}
    of_course = {p.relative_to(course) for p in course.rglob("*") if p.is_file()}
    others = set(CHAPTERS) - {chapter}
    assert names == {name for name in of_course if not others.intersection(name.parts)}
    for name in names - {Path("README.md")}:
        assert (top / name).read_bytes() == (course / name).read_bytes(), name
    count, _ = unittest(bare_python, top, "-k", "*[[]fork]")
    assert count


def test_a_failure_fails(bare_python, tmp_path):
    """What stands in for pytest must not let wrong answers through."""
    top = unpacked("spawning.zip", tmp_path)
    script = top / "snippets/spawning/arguments_and_results.py"
    script.write_text(script.read_text().replace("sum(numbers) * scale", "sum(numbers)"))
    done = run(bare_python, top, "-m", "unittest", "-k", "test_total")
    assert done.returncode != 0
    assert "FAILED (failures=1)" in done.stderr


def test_a_test_that_wants_more_of_pytest_says_so(bare_python, tmp_path):
    top = unpacked("spawning.zip", tmp_path)
    (top / "tests/test_more.py").write_text("def test_more(monkeypatch):\n    pass\n")
    done = run(bare_python, top, "-m", "unittest", "-k", "test_more")
    assert done.returncode != 0
    assert "no fixture 'monkeypatch' in by_unittest.py" in done.stderr


@pytest.mark.parametrize(
    "path", sorted(FILES.glob("*/*.py")), ids=lambda p: f"{p.parent.name}/{p.stem}"
)
def test_a_script_runs_in_an_empty_folder(path, bare_python, tmp_path):
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes())
    done = run(bare_python, tmp_path, path.name)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_every_lesson_can_be_downloaded():
    """A script, a notebook, and for each start method a recording and a trace."""
    for script in ROOT.glob("snippets/*/[!_]*.py"):
        stem = FILES / script.parent.name / script.stem
        assert stem.with_suffix(".py").read_bytes() == script.read_bytes()
        assert json.loads(stem.with_suffix(".ipynb").read_text())["nbformat"] == 4
        kinds = {p.name.split(".", 2)[2] for p in stem.parent.glob(f"{stem.name}.*.json")}
        assert kinds == {"recording.json", "trace.json"}


def test_a_zip_is_the_same_whenever_its_contents_are():
    one = zipped({"b": b"2", "a": b"1"})
    assert one == zipped({"a": b"1", "b": b"2"})
    assert one != zipped({"a": b"1", "b": b"3"})


NEEDS = '''"""
Needs
=====
"""
from pathlib import Path

import no_such_library


def words():
    return Path(__file__).with_name("words.txt").read_text().split()
# sphinx_gallery_lesson_needs = ["no-such-library"]
# sphinx_gallery_lesson_files = ["words.txt"]
'''
TEST = """
from snippets.tiny import {name}


def test_it(run):
    assert run({name}.words) == ["one", "two"]
"""


@pytest.fixture
def tiny(write) -> list[Lesson]:
    """Make a project of two lessons that read a file; one needs a library that is nowhere."""
    write("one two", "snippets/tiny/words.txt")
    plain = NEEDS.replace("import no_such_library\n", "").replace("Needs\n", "Plain\n")
    plain = plain.replace('# sphinx_gallery_lesson_needs = ["no-such-library"]\n', "")
    for name, code in (("needs", NEEDS), ("plain", plain)):
        write(code, f"snippets/tiny/{name}.py")
        write(TEST.format(name=name), f"tests/test_snippets/tiny/test_{name}.py")
    for name in SUPPORT:
        write((ROOT / "tests" / name).read_text(), f"tests/{name}")
    path = write("", "snippets/tiny/__init__.py")
    return [Lesson.read(path.with_name(f"{name}.py")) for name in ("needs", "plain")]


def test_what_a_lesson_needs_comes_with_it_or_is_named(tiny, bare_python, tmp_path):
    """Files are in the zip, libraries in the README; tests of what is missing are skipped."""
    root = tiny[0].path.parents[2]
    (tmp_path / "course.zip").write_bytes(course(tiny, root, "Tiny"))
    with zipfile.ZipFile(tmp_path / "course.zip") as archive:
        archive.extractall(tmp_path / "out")
    (top,) = (tmp_path / "out").iterdir()
    assert (top / "snippets/tiny/words.txt").read_text() == "one two"
    readme = (top / "README.md").read_text()
    assert "- `needs.py`: Needs (needs `pip install no-such-library`)\n" in readme
    assert "- `plain.py`: Plain\n" in readme
    assert "nothing else, unless the list says so:" in readme
    done = run(bare_python, top, "-m", "unittest", "-v")
    assert done.returncode == 0, done.stderr
    assert "test_needs.py ... skipped 'no_such_library is not installed'" in done.stderr
    assert "Ran 4 tests" in done.stderr
    assert "OK (skipped=1)" in done.stderr


def test_a_test_that_cannot_be_imported_for_another_reason_fails(tiny, bare_python, tmp_path):
    root = tiny[1].path.parents[2]
    test = root / "tests/test_snippets/tiny/test_plain.py"
    test.write_text(test.read_text().replace("import plain", "import gone"))
    (tmp_path / "course.zip").write_bytes(course(tiny[1:], root, "Tiny"))
    with zipfile.ZipFile(tmp_path / "course.zip") as archive:
        archive.extractall(tmp_path / "out")
    (top,) = (tmp_path / "out").iterdir()
    assert "nothing else:" in (top / "README.md").read_text()
    assert run(bare_python, top, "-m", "unittest").returncode != 0
