"""What a lesson says of itself, and what is refused."""

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


def test_a_lesson_is_a_script_with_a_title_and_settings(write):
    """Its name is that of its folder and file."""
    lesson = Lesson.read(write(SCRIPT, "chapter/name.py"))
    assert (lesson.name, lesson.title, lesson.root) == ("chapter/name", "A title.", ROOT)
    assert lesson.cells == (Cell(1, 1, 3), Cell(2, 6, 7))
    assert lesson.settings.timeout == 2.5
    assert lesson.settings.start_methods == START_METHODS


@pytest.mark.parametrize(
    ("title", "setting", "short"),
    [
        ("Pool.map: one function: many", "", "Pool.map"),
        ("Start five workers", "", "Start five workers"),
        ("Pool.map: one function", "# sphinx_gallery_lesson_short = 'map'\n", "map"),
    ],
)
def test_a_title_for_where_there_is_little_room(write, title, setting, short):
    assert Lesson.read(write(f'"""{title}"""\nx = 1\n{setting}')).short == short


def test_askers_words_add_up(write, refusal):
    """Over several lines, in their order; what is said twice is refused where it is repeated."""
    first = "x = 1\n# sphinx_gallery_lesson_asked = ['stuck', \"can't pickle\"]\n"
    lesson = Lesson.read(write(first + "# sphinx_gallery_lesson_asked = ['hangs']\n"))
    assert lesson.settings.asked == ("stuck", "can't pickle", "hangs")
    error = refusal(Lesson.read, write(first + "# sphinx_gallery_lesson_asked = ['Stuck']\n"))
    assert (error.line, "'stuck' is there twice" in error.reason) == (3, True)


@pytest.mark.parametrize(
    ("code", "line", "words"),
    [
        ("x = 1\n# sphinx_gallery_lesson_timout = 3\n", 2, "did you mean 'timeout'?"),
        ("x = 1\n# sphinx_gallery_lesson_timeout = -3\n", 2, "more than 0"),
        ("x = 1\n# sphinx_gallery_lesson_measures = 1\n", 2, "give True, claims as"),
        ("x = 1\n# sphinx_gallery_lesson_measures = []\n", 2, "give True, claims as"),
        ("x = 1\n# sphinx_gallery_lesson_measures = ['loop']\n", 2, "'loop': give \"A > B\""),
        ("x = 1\n# sphinx_gallery_lesson_measures = ['a > b > c']\n", 2, 'give "A > B"'),
        ("x = 1\n# sphinx_gallery_lesson_measures = ['a > a']\n", 2, 'give "A > B"'),
        ("x = 1\n# sphinx_gallery_lesson_measures = {'x': ['a > b']}\n", 2, "give fork, forkserv"),
        ("x = 1\n# sphinx_gallery_lesson_start_methods = ['fork']\n", 2, "belong together"),
        ("x = 1\n# sphinx_gallery_lesson_added = 'today'\n", 2, "give a day as"),
        ("x = 1\n# sphinx_gallery_lesson_added = '2026-02-30'\n", 2, "day"),
        ("x = 1\n# sphinx_gallery_lesson_start_methods = ['thread']\n", 2, "give a list of"),
        ("x = 1\n# sphinx_gallery_lesson_opens_on = 'thread'\n", 2, "give one of fork, forkserver"),
        (
            "# sphinx_gallery_lesson_start_methods = ['fork']\n"
            "# sphinx_gallery_lesson_start_methods_reason = 'why'\n"
            "x = 1\n# sphinx_gallery_lesson_opens_on = 'spawn'\n",
            4,
            "the lesson is about fork",
        ),
        ("x = 1\n# sphinx_gallery_lesson_order =\n", 2, "write a value of Python"),
        ("x = 1\n# sphinx_gallery_lesson_asked = 'stuck'\n", 2, "give a list of texts"),
        ("x = 1\n# sphinx_gallery_lesson_asked = []\n", 2, "give a list of texts"),
        ("x = 1\n# sphinx_gallery_lesson_asked = ['stuck', 3]\n", 2, "give a list of texts"),
        ("x = 1\n# sphinx_gallery_lesson_asked = [' ']\n", 2, "give words on one line"),
        ("x = 1\n# sphinx_gallery_lesson_asked = ['a\\nb']\n", 2, "give words on one line"),
        (f"x = 1\n# sphinx_gallery_lesson_asked = ['{'a' * 201}']\n", 2, "at most 200 characters"),
        ("x = 1\n# sphinx_gallery_lesson_asked = ['a',\n", 2, "on this one line"),
        ("x = 1\n# sphinx_gallery_lesson_asked = ['a', 'A']\n", 2, "'a' is there twice"),
        ("x = 1\n# sphinx_gallery_lesson_short = 'a b c d'\n", 2, "at most 3 words and 24 char"),
        (
            f"x = 1\n# sphinx_gallery_lesson_short = '{'a' * 25}'\n",
            2,
            "at most 3 words and 24 char",
        ),
        ("x = 1\n# sphinx_gallery_lesson_short = ' '\n", 2, "at most 3 words and 24 characters"),
        ("x = 1\n# sphinx_gallery_lesson_short = 3\n", 2, "at most 3 words and 24 characters"),
        ("x = 1\n# sphinx_gallery_lesson_needs = 'numpy'\n", 2, 'a list of names, ["numpy"]'),
        ("x = 1\n# sphinx_gallery_lesson_needs = ['numpy >= 2']\n", 2, "a plain name, as numpy"),
        ("x = 1\n# sphinx_gallery_lesson_files = ['../a']\n", 2, "a plain name, as words.txt"),
        ("x = 1\n# sphinx_gallery_lesson_files = ['no.txt']\n", None, "no.txt beside it"),
    ],
)
def test_what_cannot_be_played_is_refused(write, code, line, words, refusal):
    """File, line and way out are named."""
    path = write(code)
    error = refusal(Lesson.read, path)
    assert words in error.reason
    assert error.line == line
    assert str(error).startswith(f"{path}:{line}: " if line else f"{path}: ")


@pytest.mark.parametrize("code", ["print('x')\n", "print(open(__file__).read())\n"])
def test_words_for_lists_and_the_search_need_no_new_recording(write, code):
    """As long as no line of the code moves; also where the code looks at itself."""
    words = "# sphinx_gallery_lesson_asked = ['stuck']\n"
    plain = cache.key_of(Lesson.read(write(code)), "fork")
    short = "# sphinx_gallery_lesson_short = 'x'\n"
    asked = Lesson.read(write(code + short + words + words.replace("stuck", "slow")))
    assert (asked.short, asked.settings.asked) == ("x", ("stuck", "slow"))
    assert cache.key_of(asked, "fork") == plain
    assert cache.key_of(Lesson.read(write(words + code)), "fork") != plain


@pytest.mark.parametrize(
    ("setting", "counts"),
    [
        ("timeout = 7", True),
        ("measures = True", True),
        ("files = ['words.txt']", True),
        ("needs = ['psutil']", True),
        ("order = 7", False),
        ("added = '2026-11-25'", False),
        ("opens_on = 'spawn'", False),
        ("short = 'x'", False),
        ("failures = 'on purpose'", False),
        ("needs_python = (3, 11)", False),
    ],
)
def test_settings_that_decide_how_it_is_recorded_need_a_new_recording(write, setting, counts):
    """The others say where it is shown, on which Pythons it is recorded, or how that is judged."""
    write("one two\n", "words.txt")
    keys = [
        cache.key_of(Lesson.read(write(code)), "fork")
        for code in ("x = 1\n", f"x = 1\n# sphinx_gallery_lesson_{setting}\n")
    ]
    assert (keys[0] != keys[1]) == counts


def test_claims_of_measured_times_add_up(write):
    """Each for all start methods or for one; the recording is the same as with True."""
    first = "x = 1\n# sphinx_gallery_lesson_measures = ['a > b']\n"
    others = "# sphinx_gallery_lesson_measures = {'fork': ['b > c', 'a > c']}\n"
    true = "# sphinx_gallery_lesson_measures = True\n"
    lesson = Lesson.read(write(first + others + true))
    under = {m: [(c.more, c.less) for c in lesson.settings.claims_under(m)] for m in START_METHODS}
    assert under["fork"] == [("a", "b"), ("b", "c"), ("a", "c")]
    assert under["spawn"] == under["forkserver"] == [("a", "b")]
    plain = Lesson.read(write("x = 1\n" + true))
    assert (plain.settings.measures, plain.settings.claims_under("fork")) == (True, [])
    assert cache.key_of(plain, "fork") == cache.key_of(lesson, "fork")


def test_other_claims_need_no_new_recording_where_the_code_looks_at_itself(write):
    code = "print(open(__file__).read())\n# sphinx_gallery_lesson_measures = "
    one, other = (
        cache.key_of(Lesson.read(write(code + claims)), "fork")
        for claims in ("['a > b']\n", "{'spawn': ['b > a']}\n")
    )
    assert one == other


def test_what_a_lesson_needs_is_said_in_words(write):
    """Beyond Python 3.11: nothing, a newer Python, libraries."""
    assert Lesson.read(write("x = 1\n")).needs_in_words == ""
    code = "x = 1\n# sphinx_gallery_lesson_needs = ['psutil', 'pyyaml']\n"
    assert Lesson.read(write(code)).needs_in_words == "`pip install psutil pyyaml`"
    code += "# sphinx_gallery_lesson_needs_python = (3, 14)\n"
    lesson = Lesson.read(write(code))
    assert lesson.needs_in_words == "Python 3.14 or later and `pip install psutil pyyaml`"
    assert lesson.libraries == ("psutil", "pyyaml")


def test_a_file_that_is_read_needs_a_new_recording_when_it_changes(write):
    write("one two\n", "words.txt")
    lesson = Lesson.read(write("x = 1\n# sphinx_gallery_lesson_files = ['words.txt']\n"))
    assert [path.name for path in lesson.files] == ["words.txt"]
    before = cache.key_of(lesson, "fork")
    assert cache.key_of(lesson, "fork") == before
    write("one two three\n", "words.txt")
    assert cache.key_of(lesson, "fork") != before


def test_so_does_another_version_of_a_library(write, monkeypatch):
    lesson = Lesson.read(write("x = 1\n# sphinx_gallery_lesson_needs = ['psutil']\n"))
    before = cache.key_of(lesson, "fork")
    assert cache.key_of(lesson, "fork") == before
    monkeypatch.setattr(cache, "installed", lambda python, name: f"{name} 99")
    assert cache.key_of(lesson, "fork") != before


@pytest.mark.parametrize(
    "comment",
    [
        "# sphinx_gallery_lesson_order: 70",
        "# sphinx_gallery_lessn_order = 1",
        "# sphinx_gallery_thumbnail_number = 2",
        "# sphinx_gallery",
    ],
)
def test_what_looks_like_a_setting_and_is_none_is_refused(write, comment):
    path = write(f"x = 1\n{comment}\n")
    with pytest.raises(ScriptError, match=r":2: .* is no setting; write # sphinx_gallery_lesson_"):
        Lesson.read(path)


def test_what_sphinx_gallery_is_told_to_ignore_is_no_setting(write):
    code = "# sphinx_gallery_start_ignore\nx = 1\n# sphinx_gallery_end_ignore\n"
    assert Lesson.read(write(code)).settings.order == 1000
