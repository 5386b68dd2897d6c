"""Which lessons a change of files may have given other evidence."""

import pytest

from gallery.evidence.changed_lessons import changed_lessons
from gallery.evidence.lesson_tests import CALLING
from gallery.lesson import Lesson
from gallery.project import ROOT

FIRST_OF_EACH = {"one/first", "two/third"}


@pytest.fixture
def lessons(tmp_path):
    """Write two chapters: what a lesson needs, imports or reads is its alone."""
    files = {
        "snippets/one/__init__.py": "",
        "snippets/one/first.py": "import helper\n",
        "snippets/one/helper.py": "import further\n",
        "snippets/one/further.py": "",
        "snippets/one/second.py": '# sphinx_gallery_lesson_files = ["words.txt"]\nprint()\n',
        "snippets/one/words.txt": "words",
        "snippets/two/third.py": '# sphinx_gallery_lesson_needs = ["numpy"]\nprint()\n',
        "tests/test_snippets/one/test_second.py": "from snippets.one import second\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    names = ("one/first", "one/second", "two/third")
    return [Lesson.read(tmp_path / "snippets" / f"{name}.py") for name in names]


@pytest.mark.parametrize(
    ("file", "changed"),
    [
        ("snippets/one/first.py", {"one/first"}),
        ("snippets/one/further.py", {"one/first"}),
        ("snippets/one/words.txt", {"one/second"}),
        ("snippets/one/__init__.py", {"one/second"}),  # its tests import it
        ("tests/test_snippets/one/test_second.py", {"one/second"}),
        ("tests/test_snippets/one/test_first.py", {"one/first"}),  # deleted
        ("requirements/site.txt", {"two/third"}),
        ("multitrack/run.py", FIRST_OF_EACH),
        ("gallery/evidence/lesson_tests.py", FIRST_OF_EACH),
        ("multitrack/cli.py", set()),
        ("multitrack/show/terminal.py", set()),
        ("gallery/evidence/table.py", set()),
        ("snippets/one/first.quiz.yaml", set()),
        ("docs/evidence.md", set()),
    ],
)
def test_a_changed_file_s_lessons(lessons, tmp_path, file, changed):
    assert changed_lessons(lessons, [file], tmp_path) == changed


def test_what_calls_the_tests_counts_as_what_plays_the_lessons(lessons):
    name = CALLING.relative_to(ROOT).as_posix()
    assert changed_lessons(lessons, [name], ROOT) == FIRST_OF_EACH
    assert changed_lessons(lessons, [name, "README.md"], ROOT) == FIRST_OF_EACH
