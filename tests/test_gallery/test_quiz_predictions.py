"""Predictions in cells: what cannot be asked, what recordings refute, and where a page asks it."""

import pytest

from gallery.quiz.__main__ import main
from gallery.quiz.predictions import refuted
from gallery.quiz.questions import Choice, Question, QuizError, read_all
from multitrack.recording import Line, Recording
from tests.test_gallery.test_quiz import question
from tests.test_gallery.test_quiz_pages import FORM, make_quiz, quiz_page

CHOICES = """
- text: One.
  output: |
    1
  right: true
  why: It prints it.
- text: Two.
  output: |
    2
  why: It does not print that.
"""


def prediction(choices=CHOICES, **fields) -> str:
    """Write a prediction on ``print(1)``."""
    given = {"question": "What comes?", "cell": "1", "start_methods": None, "program": None}
    return question("guess", "predict", choices, **{**given, **fields})


@pytest.fixture
def snippets(tmp_path):
    """Write questions on a lesson of one cell; return the lessons' folder."""
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "one.py").write_text('"""\nOne\n===\n\nIt prints.\n"""\nprint(1)\n')

    def write(*questions):
        (tmp_path / "tiny" / "one.quiz.yaml").write_text("\n".join(questions), "utf-8")
        return tmp_path

    return write


def test_a_prediction_is_read(snippets):
    (found,) = read_all(snippets(prediction()))
    assert (found.kind, found.cell, found.lesson) == ("predict", 1, "tiny/one")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (prediction(cell=None), "give 'cell', the number of a cell of tiny/one: 1 to 1"),
        (prediction(cell="2"), "give 'cell', the number of a cell of tiny/one: 1 to 1"),
        (prediction(program="|\n  print(1)"), "a prediction has no 'program'"),
        (prediction(on_lesson="true"), "a prediction has no 'on_lesson'"),
        (prediction(chance="true"), "a prediction has no 'chance'"),
        (prediction(settled_by="advice"), "a prediction has no 'settled_by'"),
        (prediction(CHOICES.replace("text: Two.\n  output", "output")), "choice 2: say in 'text'"),
        (prediction(CHOICES.replace("  output: |\n    2\n", "")), "choice 2: nothing could refute"),
        (prediction(CHOICES.replace("why: It prints", "ends: '0'\n  why: It prints")), "'ends'"),
        (prediction(CHOICES * 2), "choices 1 and 3 are right"),
        (
            prediction(CHOICES + CHOICES.partition("- text: Two")[0] * 3),
            "5 choices; 4 are the most",
        ),
        (question(cell="1"), "a question of kind prints has no 'cell'"),
        (question(choices=CHOICES.replace("  right", "  writers: 1\n  right")), "for predictions"),
    ],
)
def test_a_bad_prediction_is_refused(snippets, text, words):
    with pytest.raises(QuizError) as error:
        read_all(snippets(text))
    assert words in str(error.value)


def test_a_lesson_asks_for_one_prediction(snippets):
    with pytest.raises(QuizError, match="'more': 'guess' is one, too; a lesson asks one"):
        read_all(snippets(prediction(), prediction().replace("guess", "more")))


def recording(*lines: tuple[str, int, str], method="fork", writers="kernel") -> Recording:
    """Make a recording in which these lines were written: process, cell and text."""
    written = tuple(Line(process, cell, 0.1, text) for process, cell, text in lines)
    return Recording("x", method, None, writers, "polling", True, 1.0, (), (), written)


def asked(*choices: dict, **fields) -> Question:
    """Return a prediction for cell 2; the first choice is right."""
    made = [Choice(n, "Because.", n == 1, "It.", **given) for n, given in enumerate(choices, 1)]
    return Question("guess", "predict", "a/b", "What?", tuple(made), cell=2, **fields)


def test_what_the_recordings_show_under_every_start_method_holds():
    question = asked({"output": "...\nbye\n"}, {"output": "...\nno\n"})
    shown = recording(("main", 1, "no"), ("main", 2, "hello"), ("child 1", 2, "bye"))
    assert list(refuted(question, {"fork": shown, "spawn": shown})) == []


def test_what_did_not_happen_under_one_start_method_is_told():
    question = asked({"output": "bye\n"}, {"output": "no\n"})
    good, bad = recording(("main", 2, "bye")), recording(("main", 2, "bye then"))
    (report,) = refuted(question, {"fork": good, "forkserver": bad, "spawn": bad})
    assert "question 'guess' under forkserver and spawn: what cell 2 of a/b wrote" in report
    expected, _, seen = report.partition("seen:")
    assert "bye" in expected
    assert "bye then" in seen


def test_a_wrong_choice_that_happened_is_told():
    question = asked({"output": "...\nbye\n"}, {"output": "hello\n...\n"})
    (report,) = refuted(question, {"fork": recording(("main", 2, "hello"), ("main", 2, "bye"))})
    assert "anything but choice 2" in report


def test_processes_that_write_are_counted():
    lines = [("main", 2, "x"), ("child 1", 2, "x"), ("child 2", 2, "x"), ("child 3", 1, "x")]
    assert list(refuted(asked({"writers": 2}, {"writers": 3}), {"fork": recording(*lines)})) == []
    (first, second) = refuted(asked({"writers": 3}, {"writers": 2}), {"fork": recording(*lines)})
    assert "(3 processes besides main write)" in first.partition("seen:")[0]
    assert "(2 processes besides main write)" in first.partition("seen:")[2]
    assert "anything but choice 2" in second


def test_nothing_is_counted_where_the_system_names_no_writers():
    lines = recording(("", 2, "x"), ("", 2, "y"), writers="unnamed")
    assert list(refuted(asked({"writers": 2}, {"writers": 1}), {"fork": lines})) == []


def test_order_may_not_count():
    question = asked({"output": "a\nb\n"}, {"output": "c\n"}, unordered=True)
    assert list(refuted(question, {"fork": recording(("main", 2, "b"), ("main", 2, "a"))})) == []


def test_a_prediction_is_asked_in_its_cell_and_nowhere_else(make_site):
    site = make_quiz(make_site, prediction(), question("q1"))
    assert site.build().status == 0, site.log
    page = site.page("one")
    cell = page[page.index('<section class="cell"') :].partition("</section>")[0]
    parts = ('class="highlight', 'class="ask"', "What comes?", "<details><summary>")
    places = [cell.index(part) for part in (*parts, "It prints it.", 'class="recorded transcript')]
    assert places == sorted(places)
    assert places[-1] < cell.rindex("</details>") < cell.index("Always show outputs at once")
    assert "quiz.js" in page
    assert FORM not in page
    asked = quiz_page(site)
    assert asked.count(FORM) == 1
    assert "What comes?" not in asked
    assert "Question 1 of 1" in asked


def test_in_text_the_question_comes_before_the_output(make_site):
    site = make_quiz(make_site, prediction())
    assert site.build("text").status == 0, site.log
    page = site.page("one", "text", "txt")
    places = [page.index(x) for x in ("print(1)", "What comes?", "* Two.", "main", "It prints it.")]
    assert places == sorted(places)


def test_a_page_follows_its_prediction_and_a_refuted_one_ends_the_build(make_site):
    site = make_quiz(make_site, prediction())
    assert site.build().status == 0, site.log
    file = site.root / "snippets" / "tiny" / "one.quiz.yaml"
    file.write_text(prediction(question="What now?"))
    assert site.build().status == 0, site.log
    assert "What now?" in site.page("one")
    file.write_text(prediction(CHOICES.replace("    1\n", "    7\n")))
    assert site.build().status != 0
    assert "answers that do not hold" in site.log
    assert "'guess' under fork, forkserver and spawn: what cell 1 of tiny/one wrote" in site.log
    file.unlink()
    assert site.build().status == 0, site.log
    assert 'class="ask"' not in site.page("one")


def test_the_command_says_what_it_could_not_check(capsys, tmp_path):
    name = "pools/pool_map"
    options = ["--folder", str(tmp_path / "quiz"), "--recordings", str(tmp_path)]
    assert main(["predict-a-worker-that-dies", *options]) == 0
    said = capsys.readouterr().out
    assert "'predict-a-worker-that-dies': not checked" in said
    assert f"make page L={name}" in said
