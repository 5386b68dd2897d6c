"""What a lesson says of itself, and what is refused."""

from pathlib import Path

import pytest

from gallery.lesson import Lesson
from gallery.project import ROOT
from multitrack import cache
from multitrack.script import START_METHODS, Cell, ScriptError

SCRIPT = '''"""A title."""

x = 1

# %%
if x:
    pass
# sphinx_gallery_lesson_timeout = 2.5
'''


def refusal(path: Path) -> ScriptError:
    """Return the error that reading gives."""
    with pytest.raises(ScriptError) as caught:
        Lesson.read(path)
    return caught.value


def test_a_lesson_is_a_script_with_a_title_and_settings(write):
    """Its name is that of its folder and file."""
    lesson = Lesson.read(write(SCRIPT, "chapter/name.py"))
    assert (lesson.name, lesson.title, lesson.root) == ("chapter/name", "A title.", ROOT)
    assert lesson.cells == (Cell(1, 1, 3), Cell(2, 6, 7))
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


def test_words_for_the_search_need_no_new_recording(write):
    """As long as no line of the code moves."""
    code = "print('x')\n"
    words = "# sphinx_gallery_lesson_asked = ['stuck']\n"
    plain = cache.key_of(Lesson.read(write(code)), "fork")
    asked = Lesson.read(write(code + words + words.replace("stuck", "slow")))
    assert asked.settings.asked == ("stuck", "slow")
    assert cache.key_of(asked, "fork") == plain
    assert cache.key_of(Lesson.read(write(words + code)), "fork") != plain
