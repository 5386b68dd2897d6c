"""What must be so for every lesson."""

import sys
from pathlib import Path

import pytest

from gallery.lesson import SHORT, WORDS, Lesson, scripts_in
from gallery.pair import programs_of

ROOT = Path(__file__).resolve().parents[2]
LESSONS = scripts_in(ROOT / "snippets")
PROGRAMS = [program.path for path in LESSONS for program in programs_of(Lesson.read(path))]
names = pytest.mark.parametrize("path", LESSONS, ids=lambda p: f"{p.parent.name}/{p.stem}")


def test_there_are_lessons():
    assert len(LESSONS) >= 16


@names
def test_the_lesson_has_a_test(path):
    test = ROOT / "tests/test_snippets" / path.parent.name / f"test_{path.stem}.py"
    assert test.is_file(), f"{path.parent.name}/{path.stem} has no test: write {test.name}"
    text = test.read_text("utf-8")
    assert "def test_" in text, f"{test.name} tests nothing"
    assert f"from snippets.{path.parent.name} import" in text or "run_program(" in text


@names
def test_the_lesson_s_name_hides_no_module(path):
    """The script's folder comes first in sys.path: a queue.py there would be everybody's queue."""
    assert path.stem not in sys.stdlib_module_names


@names
def test_the_lesson_has_a_place_in_its_chapter(path):
    assert Lesson.read(path).settings.order < 1000, "set sphinx_gallery_lesson_order"


@names
def test_the_lesson_has_a_title_for_the_sidebar(path):
    short = Lesson.read(path).short
    assert len(short) <= SHORT and len(short.split()) <= WORDS, "set sphinx_gallery_lesson_short"


def test_no_two_lessons_of_a_chapter_have_the_same_place():
    places = [(p.parent.name, Lesson.read(p).settings.order) for p in LESSONS]
    assert len(set(places)) == len(places)


@pytest.mark.parametrize("path", LESSONS + PROGRAMS, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_the_code_fits_a_phone_and_can_be_copied(path):
    """No no-break space, no tab, no line over 100 characters."""
    text = path.read_text("utf-8")
    assert "\xa0" not in text
    assert "\t" not in text
    long = [n for n, line in enumerate(text.splitlines(), 1) if len(line) > 100]
    assert long == []


@pytest.mark.parametrize("path", LESSONS + PROGRAMS, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_the_lesson_imports_nothing_of_this_project(path):
    """A download must run alone."""
    text = path.read_text("utf-8")
    for package in ("gallery", "multitrack", "snippets", "tests"):
        assert f"import {package}" not in text
        assert f"from {package}" not in text
