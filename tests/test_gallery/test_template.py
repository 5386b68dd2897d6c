"""A new lesson and its test run as they are."""

import shutil
import subprocess
import sys
from datetime import date

import pytest

from gallery.lesson import Lesson
from gallery.project import ROOT
from gallery.template import TemplateError, new_lesson
from multitrack.run import Options, record


@pytest.fixture
def project(tmp_path):
    """Make a project with one chapter, and the project's own way to test."""
    root = tmp_path / "project"
    chapter = root / "snippets" / "tiny"
    chapter.mkdir(parents=True)
    for folder in (chapter, chapter.parent):
        (folder / "__init__.py").touch()
    (root / "tests").mkdir()
    shutil.copy(ROOT / "pyproject.toml", root)
    for path in (ROOT / "tests").glob("[!t]*.py"):
        shutil.copy(path, root / "tests")
    for name in ("gallery", "multitrack"):
        (root / name).symlink_to(ROOT / name)
    return root


def test_the_lesson_and_its_test_pass(project):
    """Under every start method, without a word changed."""
    lesson, test = new_lesson("tiny/first_steps", project)
    assert str(lesson) == "snippets/tiny/first_steps.py"
    assert str(test) == "tests/test_snippets/tiny/test_first_steps.py"
    read = Lesson.read(project / lesson)
    assert read.settings.order == 10
    assert date.fromisoformat(read.settings.added) <= date.today()
    for method in read.settings.start_methods:
        recording = record(read, method, Options(timeout=30))
        assert recording.ok, recording.problems
        assert [(x.process, x.text) for x in recording.lines] == [
            ("child 1", "doubling 21"),
            ("main", "the answer is 42"),
        ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(test)],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout


def test_the_next_lesson_comes_after(project):
    """Its order is one step on."""
    new_lesson("tiny/one", project)
    lesson, _ = new_lesson("tiny/two", project)
    assert Lesson.read(project / lesson).settings.order == 20


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("tiny", "is not CHAPTER/NAME"),
        ("tiny/class", "is not CHAPTER/NAME"),
        ("tiny/Upper", "is not CHAPTER/NAME"),
        ("tiny/../x", "is not CHAPTER/NAME"),
        ("other/x", "there is no chapter 'other'; there are tiny"),
    ],
)
def test_names_that_will_not_do(project, name, words):
    """Nothing is written."""
    with pytest.raises(TemplateError, match=words):
        new_lesson(name, project)
    assert [p.name for p in project.rglob("*.py") if p.parent.name == "tiny"] == ["__init__.py"]


def test_nothing_is_overwritten(project):
    """Neither a lesson of that name in any chapter, nor a test."""
    new_lesson("tiny/one", project)
    with pytest.raises(TemplateError, match=r"snippets/tiny/one\.py exists"):
        new_lesson("tiny/one", project)
    test = project / "tests/test_snippets/tiny/test_two.py"
    test.write_text("# mine\n")
    with pytest.raises(TemplateError, match=r"test_two\.py exists; nothing was written"):
        new_lesson("tiny/two", project)
    assert test.read_text() == "# mine\n"
    assert not (project / "snippets/tiny/two.py").exists()
