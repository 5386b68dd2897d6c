"""A new lesson and its test run as they are."""

import shutil
import subprocess
import sys
import sysconfig
from datetime import date
from pathlib import Path

import pytest

from gallery.chapter import read_chapters
from gallery.errors.error_page import Error
from gallery.lesson import Lesson
from gallery.lessons.record import complaints, make_recordings
from gallery.new_lesson import TemplateError, new_chapter, new_lesson
from gallery.pair import programs_of
from gallery.project import ROOT
from multitrack.run import Options, record


@pytest.fixture
def project(tmp_path):
    """Make a project with one chapter, and the project's own way to test."""
    root = tmp_path / "project"
    chapter = root / "snippets" / "tiny"
    chapter.mkdir(parents=True)
    for folder in (chapter, chapter.parent):
        (folder / "__init__.py").touch()
        (folder / "GALLERY_HEADER.rst").write_text(".. chapter_order: 20\n\nTiny\n====\n")
    (root / "tests").mkdir()
    shutil.copy(ROOT / "pyproject.toml", root)
    for path in (ROOT / "tests").glob("[!t]*.py"):
        shutil.copy(path, root / "tests")
    for name in ("gallery", "multitrack"):
        (root / name).symlink_to(ROOT / name)
    return root


def test_a_long_name_has_a_short_title_that_is_taken(project):
    lesson, _ = new_lesson("tiny/what_an_extraordinarily_long_name", project)
    assert Lesson.read(project / lesson).short == "What an extraordinarily"
    lesson, _ = new_lesson("tiny/incomprehensibilities_abounding", project)
    assert Lesson.read(project / lesson).short == "Incomprehensibilities ab"


def lines_in(package):
    files = Path(sysconfig.get_path("stdlib"), package).rglob("*.py")
    return sum(len(file.read_bytes().splitlines()) for file in files)


@pytest.mark.long  # a suite of its own
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
        *children, last = [(x.process, x.text) for x in recording.lines]
        counts = [(package, lines_in(package)) for package in ("email", "json", "logging")]
        assert sorted(text for _, text in children) == [f"{p}: {n} lines" for p, n in counts]
        assert {process for process, _ in children} <= {"child 1", "child 2"}
        assert last == ("main", f"all together: {sum(n for _, n in counts)}")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(test)],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout


@pytest.mark.long  # a suite of its own
def test_the_error_page_and_its_test_pass(project, tmp_path):
    """Its programs go as they say, without a word changed."""
    made = list(map(str, new_lesson("tiny/first_error", project, error=True)))
    test = "tests/test_snippets/tiny/test_first_error.py"
    ends = (".py", ".broken.py", ".cured.py")
    assert made == [*(f"snippets/tiny/first_error{end}" for end in ends), test]
    lesson = Lesson.read(project / made[0])
    assert Error.of(lesson).cure == "say what to do, in a few words"
    programs = programs_of(lesson)
    recordings = make_recordings(programs, tmp_path / "recordings")
    assert len(recordings) == 6
    assert list(complaints(programs, recordings)) == []
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 passed" in done.stdout


def test_the_next_lesson_comes_after(project):
    """Its order is one step on, also where lessons went."""
    first, _ = new_lesson("tiny/one", project)
    lesson, _ = new_lesson("tiny/two", project)
    assert Lesson.read(project / lesson).settings.order == 20
    (project / first).unlink()
    lesson, _ = new_lesson("tiny/three", project)
    assert Lesson.read(project / lesson).settings.order == 30


def test_a_chapter_comes_after_the_others_and_takes_lessons(project):
    header, _ = new_chapter("locks", "Locks and friends", project)
    assert str(header) == "snippets/locks/GALLERY_HEADER.rst"
    chapters = read_chapters(project / "snippets")
    assert [(c.name, c.title, c.order) for c in chapters] == [
        ("tiny", "Tiny", 20),
        ("locks", "Locks and friends", 30),
    ]
    assert chapters[1].card.startswith("Say in one sentence")
    new_lesson("locks/first_lock", project)
    with pytest.raises(TemplateError, match=r"GALLERY_HEADER\.rst exists; nothing was written"):
        new_chapter("locks", "Others", project)
    with pytest.raises(TemplateError, match="a module of the standard library"):
        new_chapter("queue", "Queues", project)
    with pytest.raises(TemplateError, match="no name of a chapter"):
        new_chapter("a/b", "Queues", project)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("tiny", "is not CHAPTER/NAME"),
        ("tiny/class", "is not CHAPTER/NAME"),
        ("tiny/Upper", "is not CHAPTER/NAME"),
        ("tiny/../x", "is not CHAPTER/NAME"),
        ("tiny/queue", "'queue' is a module of the standard library: .* Take another name"),
        ("other/x", "there is no chapter 'other'; there are tiny. To make one: .* --chapter other"),
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
