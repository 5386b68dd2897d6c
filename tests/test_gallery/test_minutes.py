"""How long a lesson takes to read."""

import pytest

from gallery.lesson import Lesson
from gallery.minutes import minutes_of

PROSE = "# " + "word " * 100 + "\n"  # half a minute
CODE = "x = 1\n" * 15  # half a minute


@pytest.mark.parametrize(
    ("source", "minutes"),
    [
        ("x = 1\n", 1),
        (CODE * 6, 3),
        (f"{CODE * 6}# %%\n{PROSE * 4}", 5),
        (f'"""{"word " * 400}\n"""\n\n\n\n{CODE * 2}', 3),
        (f'"""{"word " * 200}"""\n{CODE * 2}', 2),
        (f"{CODE * 2}# sphinx_gallery_lesson_asked = ['{'a ' * 90}']\n", 1),
        (f"{CODE * 2}{'# ===== ---- | ' * 100}\n", 1),
        ("def f():\n" + "    # a note within the code\n" * 100 + "    return 1\n\n\n", 1),
        ('x = """\n' + "# of a text, and no comment\n" * 44 + f'"""\n{CODE}', 2),
    ],
)
def test_words_and_lines_of_code_count(write, source, minutes):
    """Neither settings, rulers, empty lines nor the comments within code do."""
    assert minutes_of(Lesson.read(write(source))) == minutes


def test_a_broken_program_is_read_with_its_lesson(write):
    """Of the cured one only what is another."""
    write(f'{CODE * 4}# sphinx_gallery_lesson_fails = "x"\n', "lesson.broken.py")
    write(CODE * 20, "lesson.cured.py")
    assert minutes_of(Lesson.read(write(PROSE * 2))) == 3
