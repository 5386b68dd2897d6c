"""A broken program and its cure: which files they are, what they say, how they differ."""

import pytest

from gallery.lesson import Lesson
from gallery.pair import Change, marks, pairs_of, run_of, scripts_of, strays
from multitrack.script import ScriptError

TITLE = '"""\nTitle\n=====\n\nWhat it does.\n"""\n'
BROKEN = """\
import os


def work():
    os.sync()
    return 1  # broken: not enough


print(work())

# sphinx_gallery_lesson_fails = "wrong"
"""
CURED = """\
import os


def work():
    os.sync()
    # cured: counts both
    return 2


print(work())
"""


@pytest.fixture
def lesson(write):
    """Write a lesson with its own pair and another one."""
    for name in ("pipe", "pipe-end"):
        write(BROKEN, f"tiny/{name}.broken.py")
        write(CURED, f"tiny/{name}.cured.py")
    write(TITLE + "print(1)\n", "tiny/pipe_line.py")
    code = "print(1)\n# sphinx_gallery_lesson_files = ['a.txt']\n"
    code += "# sphinx_gallery_lesson_timeout = 20\n"
    write("", "tiny/a.txt")
    return Lesson.read(write(TITLE + code, "tiny/pipe.py"))


def test_pairs_are_called_as_their_lesson(lesson):
    """Or begin with its name and a hyphen; they are as the lesson says."""
    own, other = pairs_of(lesson)
    assert (own.name, other.name) == ("tiny/pipe", "tiny/pipe-end")
    assert [program.name for program in own.programs] == ["tiny/pipe.broken", "tiny/pipe.cured"]
    assert pairs_of(Lesson.read(lesson.path.with_name("pipe_line.py"))) == []
    for program in own.programs:
        assert program.settings.timeout == 20
        assert program.files == (lesson.path.with_name("a.txt"),)
        assert program.root == lesson.path.parent
    assert own.broken.settings.fails_under("spawn") == ("wrong",)
    assert own.cured.settings.fails == ()
    assert list(strays(lesson.path.parent, [own, other])) == []
    assert len(list(strays(lesson.path.parent, [own]))) == 2


def test_a_lesson_without_code_is_its_programs(write, lesson):
    """A reader runs them alone; whether the lesson works is whether the cure does."""
    assert [x.name for x in scripts_of(lesson)][:2] == ["tiny/pipe", "tiny/pipe.broken"]
    assert run_of(lesson) is lesson
    bare = Lesson.read(write(TITLE + "# A comment.\n", "tiny/pipe.py"))
    assert bare.cells == ()
    assert [x.name for x in scripts_of(bare)][:2] == ["tiny/pipe.broken", "tiny/pipe.cured"]
    assert run_of(bare).name == "tiny/pipe.cured"


def test_marks_are_comments_that_say_why(lesson):
    pair, _ = pairs_of(lesson)
    assert marks(pair.broken) == {6: "not enough"}
    assert marks(pair.cured) == {6: "counts both"}


def test_the_difference_leaves_marks_and_settings_aside(lesson):
    """A mark alone on a line is no line."""
    pair, _ = pairs_of(lesson)
    assert pair.changes == [
        *(Change(" ", number) for number in (3, 4, 5)),
        Change("-", 6),
        Change("+", 7),
        *(Change(" ", number) for number in (8, 9, 10)),
    ]


def test_what_is_far_from_a_change_is_left_out(write):
    lines = [f"x{n} = {n}" for n in range(1, 21)]
    write("\n".join(lines) + "\n# sphinx_gallery_lesson_fails = 'x'\n", "tiny/far.broken.py")
    lines[0], lines[19] = "x1 = 0", "x20 = 0"
    write("\n".join(lines) + "\n", "tiny/far.cured.py")
    (pair,) = pairs_of(Lesson.read(write(TITLE, "tiny/far.py")))
    numbers = [(change.sign, change.number) for change in pair.changes]
    assert numbers == [
        *(("-", 1), ("+", 1), (" ", 2), (" ", 3), (" ", 4)),
        (" ", 0),
        *((" ", 17), (" ", 18), (" ", 19), ("-", 20), ("+", 20)),
    ]


@pytest.mark.parametrize(
    ("broken", "cured", "words"),
    [
        ("x = 1\n", CURED, r"one\.broken\.py: say how it fails"),
        (BROKEN, "", r"one\.cured\.py: the file is empty"),
        (BROKEN, None, r"one\.cured\.py: there is no such file"),
        (BROKEN, BROKEN, r"one\.cured\.py: lesson_fails: a cured program has to end well"),
        (
            BROKEN + "# sphinx_gallery_lesson_order = 1\n",
            CURED,
            "lesson_order is to be set in one.py",
        ),
        (
            BROKEN.replace('"wrong"', "3"),
            CURED,
            r"one\.broken\.py:11: lesson_fails = 3: give a text",
        ),
        (BROKEN.replace('"wrong"', "{'x': 'y'}"), CURED, "'x': give fork, forkserver, spawn"),
        ("# sphinx_gallery_lesson_fails = 'x'\n", CURED, "there is no code in it"),
    ],
)
def test_what_is_refused_names_the_file(write, broken, cured, words):
    write(broken, "tiny/one.broken.py")
    if cured is not None:
        write(cured, "tiny/one.cured.py")
    with pytest.raises(ScriptError, match=words):
        pairs_of(Lesson.read(write(TITLE + "x = 1\n", "tiny/one.py")))


def test_how_it_fails_may_depend_on_the_start_method(write, lesson):
    by_method = BROKEN.replace('"wrong"', '{"spawn": ["hangs", "Oops"], "fork": "SIGKILL"}')
    write(by_method, "tiny/pipe.broken.py")
    settings = pairs_of(lesson)[0].broken.settings
    assert settings.fails_under("spawn") == ("hangs", "Oops")
    assert settings.fails_under("fork") == ("SIGKILL",)
    assert settings.fails_under("forkserver") == ()


def test_a_program_that_is_to_hang_is_given_little_time(write, lesson):
    """Only under the start methods where it is to hang."""
    fails = '{"spawn": "hangs", "forkserver": ["hangs", "Oops"]}'
    write(BROKEN.replace('"wrong"', fails), "tiny/pipe.broken.py")
    pair, _ = pairs_of(lesson)
    limits = {m: pair.broken.limit(m) for m in ("fork", "forkserver", "spawn")}
    assert limits == {"fork": 20, "forkserver": 10, "spawn": 5}
    assert pair.broken.conditions != pair.cured.conditions
