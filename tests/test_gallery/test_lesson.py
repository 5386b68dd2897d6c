"""Scripts are read, cut into cells, and refused with place and way out before anything runs."""

from pathlib import Path

import pytest

from gallery.lesson import START_METHODS, Cell, Lesson, LessonError

SCRIPT = '''"""A title."""

import os

# %%
# Prose.

@staticmethod
def f():
    """
    # %% not a marker
    """

x = 1

####################
if x:
    pass
# sphinx_gallery_lesson_timeout = 2.5
'''


def refusal(path: Path) -> LessonError:
    """Return the error that reading gives."""
    with pytest.raises(LessonError) as caught:
        Lesson.read(path)
    return caught.value


def test_cells_have_their_real_lines(write):
    """Decorators count, and a marker within a string does not."""
    lesson = Lesson.read(write(SCRIPT, "chapter/name.py"))
    assert lesson.name == "chapter/name"
    assert lesson.cells == (Cell(1, 1, 3), Cell(2, 8, 14), Cell(3, 17, 18))
    assert lesson.settings.timeout == 2.5
    assert lesson.settings.start_methods == START_METHODS


def test_askers_words_add_up(write):
    """Over several lines, in their order; what is said twice is refused where it is repeated."""
    first = "x = 1\n# sphinx_gallery_lesson_asked = ['stuck', \"can't pickle\"]\n"
    lesson = Lesson.read(write(first + "# sphinx_gallery_lesson_asked = ['hangs']\n"))
    assert lesson.settings.asked == ("stuck", "can't pickle", "hangs")
    error = refusal(write(first + "# sphinx_gallery_lesson_asked = ['Stuck']\n"))
    assert (error.line, "'stuck' is there twice" in error.reason) == (3, True)


@pytest.mark.parametrize(
    ("code", "line", "words"),
    [
        ("x = 1\n# %%\nx = = 2\n", 3, "not Python: invalid syntax"),
        ("x = 1\n# %%\nreturn x\n", 3, "not Python: 'return' outside function"),
        ("x = 1\n# %%\nfrom __future__ import annotations\n", 3, "not Python"),
        ("def f():\n    x = 1\n# %%\n    y = 2\n", 3, "a cell begins inside a statement"),
        ("", None, "the file is empty"),
        ("# only\n", None, "there is no code in it"),
        ("x = 1\n\0", 2, "not Python"),
        ("# -*- coding: latin-1 -*-\nx = 1\n", 1, "save it as UTF-8"),
        ("x = 1\n# sphinx_gallery_lesson_timout = 3\n", 2, "did you mean 'timeout'?"),
        ("x = 1\n# sphinx_gallery_lesson_timeout = -3\n", 2, "more than 0"),
        ("x = 1\n# sphinx_gallery_lesson_measures = 1\n", 2, "type bool"),
        ("x = 1\n# sphinx_gallery_lesson_start_methods = ['fork']\n", 2, "belong together"),
        ("x = 1\n# sphinx_gallery_lesson_added = 'today'\n", 2, "give a day as"),
        ("x = 1\n# sphinx_gallery_lesson_added = '2026-02-30'\n", 2, "day"),
        ("x = 1\n# sphinx_gallery_lesson_start_methods = ['thread']\n", 2, "give a list of"),
        ("x = 1\n# sphinx_gallery_lesson_order =\n", 2, "write a value of Python"),
        ("x = 1\n# sphinx_gallery_lesson_asked = 'stuck'\n", 2, "give a list of texts"),
        ("x = 1\n# sphinx_gallery_lesson_asked = []\n", 2, "give a list of texts"),
        ("x = 1\n# sphinx_gallery_lesson_asked = ['stuck', 3]\n", 2, "give a list of texts"),
        ("x = 1\n# sphinx_gallery_lesson_asked = [' ']\n", 2, "give words on one line"),
        ("x = 1\n# sphinx_gallery_lesson_asked = ['a\\nb']\n", 2, "give words on one line"),
        (f"x = 1\n# sphinx_gallery_lesson_asked = ['{'a' * 201}']\n", 2, "at most 200 characters"),
        ("x = 1\n# sphinx_gallery_lesson_asked = ['a',\n", 2, "on this one line"),
        ("x = 1\n# sphinx_gallery_lesson_asked = ['a', 'A']\n", 2, "'a' is there twice"),
    ],
)
def test_what_cannot_be_played_is_refused(write, code, line, words):
    """File, line and way out are named."""
    path = write(code)
    error = refusal(path)
    assert words in error.reason
    assert error.line == line
    assert str(error).startswith(f"{path}:{line}: " if line else f"{path}: ")


def test_bytes_that_are_not_utf8(tmp_path):
    """The line of the first wrong byte is named."""
    path = tmp_path / "latin.py"
    path.write_bytes(b"x = 1\ny = '\xe9'\n")
    error = refusal(path)
    assert (error.line, error.reason) == (2, "not UTF-8 (byte 0xe9); save it as UTF-8")


def test_what_is_no_script(tmp_path):
    """Missing, a directory, a device."""
    assert "no such file" in refusal(tmp_path / "none.py").reason
    assert "a directory" in refusal(tmp_path).reason
    assert "not an ordinary file" in refusal(Path("/dev/zero")).reason


def test_no_permission(write, monkeypatch):
    """Root may read everything, so the error is made to come."""

    def forbidden(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    path = write("x = 1\n")
    monkeypatch.setattr(Path, "read_bytes", forbidden)
    assert "no permission" in refusal(path).reason


def test_other_trouble_with_the_disk(write, monkeypatch):
    """Whatever the system says is passed on."""

    def broken(path: Path) -> bytes:
        raise OSError(5, "Input/output error")

    path = write("x = 1\n")
    monkeypatch.setattr(Path, "read_bytes", broken)
    assert refusal(path).reason == "cannot be read: Input/output error"
