"""From questions to pages, on tiny sites."""

import re
from pathlib import Path

from gallery.quiz.on_pages import Quizzes
from gallery.quiz.questions import Question
from gallery.quiz.settle import Settled
from tests.test_gallery.test_quiz import CHILD, CHILD_CHOICES, advice, question

PAGE = """# The quiz

```{quizzes}
```
"""
FORM = '<form method="dialog">'
WITH_CHILD = question(
    question="|\n  What does `join()` *do*?\n\n  Under <b>fork</b>.",
    program=CHILD,
    choices=CHILD_CHOICES,
    on_lesson="true",
)


def make_quiz(make_site, *questions, two=()):
    site = make_site()
    site.lesson("one", "print(1)\n")
    site.lesson("two", "print(2)\n")
    for name, of_lesson in (("one", questions), ("two", two)):
        if of_lesson:
            file = site.root / "snippets" / "tiny" / f"{name}.quiz.yaml"
            file.write_text("\n".join(of_lesson))
    (site.root / "docs" / "quiz.md").write_text(PAGE)
    index = site.root / "docs" / "index.md"
    index.write_text(index.read_text() + "\n```{toctree}\nquiz\n```\n")
    return site


def quiz_page(site, builder="html", end="html"):
    return (site.root / "build" / builder / "quiz" / f"tiny.{end}").read_text("utf-8")


def test_a_question_is_a_form_with_its_answer_and_its_run(make_site):
    others = [question("q0"), question("q1"), advice("a1")]
    site = make_quiz(make_site, WITH_CHILD, two=others)
    assert site.build().status == 0, site.log
    page = quiz_page(site)
    assert page.count(FORM) == 4
    first = page[page.index('id="quiz-first"') : page.index('id="quiz-q0"')]
    for part in ("<fieldset>", "<legend>", 'type="radio"', ">Check</button>", 'role="status"'):
        assert part in first
    assert re.search(r"<legend>.*1\. .*<span class=\"pre\">join\(\)</span>.*<em>do</em>", first)
    assert "&lt;b&gt;fork&lt;/b&gt;" in first
    assert "<samp>child\nmain</samp>" in first
    assert first.count('<li class="right">') == 1
    assert "Settled by a run under fork" in first
    assert 'href="../lessons/tiny/one.html' in first
    assert re.search(r'class="who">Process-1</span>.*?>child</span>', first)
    assert "<svg" in first
    assert "This is advice: no run can settle it." in page
    assert page.index("<h2>one") < page.index("<h2>two")  # a heading for each lesson
    assert "Question 1 of 4" in page
    listed = (site.root / "build" / "html" / "quiz.html").read_text("utf-8")
    assert 'data-questions="first q0 q1 a1"' in listed
    assert re.search(r'href="quiz/tiny.html"><span[^>]*>Tiny<', listed)


def test_a_lesson_ends_with_its_questions_before_the_download(make_site):
    site = make_quiz(make_site, WITH_CHILD)
    assert site.build().status == 0, site.log
    page = site.page("one")
    heading, form = page.index("<h2>Check yourself"), page.index(FORM)
    assert page.index("recorded timeline") < heading < form < page.index('class="highlight cmd"')
    assert "quiz.js" in page
    assert "quiz-pages.js" not in page
    assert re.search(r'href="../../quiz/tiny.html">.*All 1 question of the chapter', page)
    other = site.page("two")
    assert "Check yourself" not in other
    assert "quiz.js" not in other


def test_a_lesson_s_page_follows_its_quiz(make_site):
    """A quiz that comes later, and one that changes, is seen by the next build."""
    site = make_quiz(make_site, question())
    quiz = site.root / "snippets" / "tiny" / "one.quiz.yaml"
    assert site.build().status == 0, site.log
    quiz.unlink()
    assert site.build().status == 0, site.log
    assert not (site.root / "docs" / "quiz" / "tiny.md").exists()
    quiz.write_text(WITH_CHILD)
    assert site.build().status == 0, site.log
    assert "Check yourself" in site.page("one")
    assert "settling questions" in site.log
    quiz.write_text(WITH_CHILD.replace("Main waits.", "Main waits for it."))
    assert site.build().status == 0, site.log
    assert "Main waits for it." in site.page("one")
    assert "settling questions" not in site.log  # what settled it has not changed


def test_a_chapter_s_quiz_follows_its_lessons(make_site):
    """A question that comes with another lesson's first file, and one whose file goes."""
    site = make_quiz(make_site, question())
    assert site.build().status == 0, site.log
    new = site.root / "snippets" / "tiny" / "two.quiz.yaml"
    new.write_text(question("second", on_lesson="true"))
    assert site.build().status == 0, site.log
    assert quiz_page(site).index('id="quiz-first"') < quiz_page(site).index('id="quiz-second"')
    assert "Check yourself" in site.page("two")
    new.unlink()
    assert site.build().status == 0, site.log
    assert 'id="quiz-second"' not in quiz_page(site)
    assert "Check yourself" not in site.page("two")


def test_a_refuted_answer_fails_the_build(make_site):
    wrong = WITH_CHILD.replace("child\n        main\n", "main\n        nobody\n")
    assert wrong != WITH_CHILD
    site = make_quiz(make_site, wrong)
    site.build()
    assert site.status != 0
    assert "answers that do not hold" in site.log
    assert re.search(r"one\.quiz\.yaml:1: question 'first' under fork: a run refutes", site.log)
    assert re.search(r"expected:\s+main\s+nobody", site.log)
    assert re.search(r"seen:\s+child\s+main", site.log)
    assert not (site.root / "build" / "html" / "quiz").exists()


def test_a_question_that_cannot_be_asked_fails_the_build_and_nothing_is_run(make_site):
    site = make_quiz(make_site, question("good"), question("bad", kind="hangs"))
    site.build()
    assert site.status != 0
    assert "question 'bad': a question of kind hangs has no 'program'" in site.log
    assert not (site.root / "build" / "quiz").exists()


def test_an_unknown_quiz_fails_the_build(make_site):
    site = make_quiz(make_site, question())
    (site.root / "docs" / "quiz.md").write_text(PAGE + "\n```{quiz} cats\n```\n")
    site.build()
    assert site.status != 0
    assert "no quiz is called 'cats'; there are tiny" in site.log


def test_in_text_the_answers_stand_at_the_end(make_site):
    site = make_quiz(make_site, WITH_CHILD, question("second"))
    assert site.build("text").status == 0, site.log
    page = quiz_page(site, "text", "txt")
    assert page.index("**Question 1.**") < page.index("**Question 2.**") < page.index("**Answers**")
    assert page.index("**Answers**") < page.index("Main waits.")
    assert "child.join()" in page


def test_nothing_of_a_program_s_folder_is_on_the_page(make_site):
    program = "|\n  raise ValueError('no')"
    choices = "- output: |\n    ValueError: no\n  right: true\n  ends: '1'\n  why: It raises.\n"
    choices += "- output: ''\n  why: It speaks."
    site = make_quiz(make_site, question(program=program, choices=choices))
    assert site.build().status == 0, site.log
    page = quiz_page(site)
    assert "File &quot;program.py&quot;, line 1" in page
    assert str(site.root) not in page


def asked(lesson: str, count: int, mixed: bool = False) -> list[Question]:
    """Return questions on a lesson; only where they are shown is of interest."""
    ids = (f"{lesson} {n} {mixed}" for n in range(count))
    return [Question(name, "prints", lesson, "?", (), mixed=mixed) for name in ids]


def test_a_page_s_questions_do_not_grow_with_the_chapter():
    """A chapter is cut between lessons, mixed questions anywhere; order and all are kept."""
    questions = [*asked("a/one", 12), *asked("a/two", 8), *asked("a/three", 5), *asked("b/one", 2)]
    mixed = asked("a/one", 45, mixed=True)
    pages = Quizzes([*mixed, *questions], Settled(), Path()).pages
    counts = {name: len(found) for name, found in pages.items()}
    assert counts == {"a": 12, "a-2": 13, "b": 2, "mixed": 15, "mixed-2": 15, "mixed-3": 15}
    assert [q for found in pages.values() for q in found] == questions + mixed
    of_one_lesson = Quizzes(asked("c/x", 21), Settled(), Path()).pages
    assert [len(found) for found in of_one_lesson.values()] == [21]


def test_bars_show_what_the_runs_of_chance_printed(make_site):
    """Twice the same program: what always came, and what is possible and did not come."""
    choices = (
        "- output: |\n    1\n  right: true\n  why: x\n- output: |\n    2\n  right: true\n  why: y"
    )
    chance = question(choices=choices + "\n- output: '3'\n  why: z", chance="true", several="true")
    site = make_quiz(make_site, chance)
    assert site.build().status == 0, site.log
    page = quiz_page(site)
    bars = re.findall(
        r'<samp>(\d)</samp><svg viewBox="0 0 20 1".*?width="(\d+)".*?<b>(.*?)</b>', page
    )
    assert bars == [("1", "20", "20 of 20"), ("2", "0", "0 of 20")]
    assert "style=" not in page[page.index('class="quiz-counts"') :].partition("</div>")[0]
