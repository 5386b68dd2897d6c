"""The quiz in the reader's hands: keyboard, no JavaScript, 360 px, and nothing for axe to find."""

import pytest
import yaml

from tests.test_site.conftest import ROOT, heaviest_pages, pages
from tests.test_site.faults import LOOKS, unfold, violations

SPAWNING = "quiz/spawning.html"


def questions() -> list[dict]:
    """Read all questions as their authors wrote them."""
    files = [*ROOT.glob("snippets/*/quiz.yaml"), ROOT / "snippets/mixed_quiz.yaml"]
    return [question for file in files for question in yaml.safe_load(file.read_text("utf-8"))]


def right_inputs(question) -> list:
    """Return the inputs of a question whose choices are right."""
    right = question.locator('.quiz-why [data-right="yes"]').evaluate_all(
        "all => all.map(e => e.dataset.choice)"
    )
    return [question.locator(f'input[value="{letter}"]') for letter in right]


def test_there_are_enough_questions_and_three_in_four_are_settled_by_a_run():
    found = questions()
    assert len(found) >= 68
    assert sum(q.get("settled_by", "run") == "run" for q in found) >= 0.75 * len(found)
    for chapter in ("spawning", "communication", "shared_memory", "pools"):
        file = ROOT / "snippets" / chapter / "quiz.yaml"
        assert len(yaml.safe_load(file.read_text("utf-8"))) >= 12
    assert len(yaml.safe_load((ROOT / "snippets/mixed_quiz.yaml").read_text("utf-8"))) >= 20


def test_lessons_end_with_one_to_three_questions():
    """All of the seed's chapters do; a new lesson may come before its question."""
    counts = []
    for page in pages():
        if page.startswith("lessons/") and page.count("/") == 2 and "index" not in page:
            text = (ROOT / "build/html" / page).read_text("utf-8")
            counts.append(text.count('class="quiz-question'))
    assert max(counts) <= 3
    assert sum(count >= 1 for count in counts) >= 16


@pytest.mark.parametrize("name", sorted({SPAWNING, heaviest_pages()["quiz"]}))
def test_a_quiz_from_start_to_end_with_the_keyboard_alone(visit, name):
    """Every right answer is given by key; the score says so, and a reload keeps it."""
    visited = visit(name)
    page = visited.page
    all_questions = page.locator(".quiz-question")
    count = all_questions.count()
    for number in range(count):
        question = all_questions.nth(number)
        for chosen in right_inputs(question):
            chosen.focus()
            page.keyboard.press("Space")
        question.locator(".quiz-check").focus()
        page.keyboard.press("Enter")
        said = question.locator(".quiz-feedback").inner_text()
        assert "Right." in said, f"{name}, question {number + 1}: {said}"
        assert len(said.splitlines()) > 1  # the explanation
    score = page.locator(".quiz-score").first
    assert f"{count} of {count} right, {count} of them at the first try" in score.inner_text()
    page.reload()
    assert f"{count} of {count} right" in page.locator(".quiz-score").first.inner_text()
    assert visited.complaints == []
    assert visited.elsewhere == []


def test_a_wrong_answer_is_explained_and_can_be_tried_again(visit):
    page = visit(SPAWNING).page
    question = page.locator(".quiz-question").first
    wrong = question.locator('.quiz-why [data-right="no"]').first.get_attribute("data-choice")
    question.locator(f'input[value="{wrong}"]').check()
    question.locator(".quiz-check").click()
    feedback = question.locator(".quiz-feedback")
    assert "Not right." in feedback.inner_text()
    assert feedback.evaluate("e => e.closest('[role=status], [aria-live]') !== null")
    assert question.locator(".quiz-mark", has_text="wrong").count() == 1
    question.get_by_role("button", name="Try again").click()
    assert feedback.inner_text() == ""
    for chosen in right_inputs(question):
        chosen.check()
    question.locator(".quiz-check").click()
    assert "Right." in feedback.inner_text()
    assert "1 of 13 right, 0 of them at the first try" in (
        page.locator(".quiz-score").first.inner_text()
    )


def test_no_choice_is_no_answer(visit):
    page = visit(SPAWNING).page
    question = page.locator(".quiz-question").first
    question.locator(".quiz-check").click()
    assert "Choose an answer first." in question.locator(".quiz-feedback").inner_text()
    assert page.locator(".quiz-score").first.inner_text() == ""


def test_the_run_can_be_shown(visit):
    """Once answered: the recorded lines that settle the answer, with their processes."""
    page = visit(SPAWNING).page
    question = page.locator(".quiz-question").first
    assert not question.get_by_text("Show me the run").first.is_visible()  # predict first
    right_inputs(question)[0].check()
    question.locator(".quiz-check").click()
    run = question.locator("details", has_text="Show me the run").first
    run.locator("summary").first.click()
    assert run.locator(".lines .who").first.is_visible()


def test_without_javascript_the_answers_stand_in_details(visit):
    page = visit(SPAWNING, script=False).page
    for question in page.locator(".quiz-question").all():
        assert not question.locator(".quiz-check").is_visible()
        answers = question.locator("details.quiz-answer, details:has(.quiz-why)").first
        answers.locator("summary").first.click()
        for why in answers.locator(".quiz-why [data-right]").all():
            assert why.is_visible()
            assert len(why.inner_text()) > 20


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_axe_finds_nothing_in_what_is_answered(visit, width, scheme):
    """With every question answered wrongly or rightly and everything unfolded."""
    page = visit(SPAWNING, width=width, dark=scheme == "dark").page
    for number, question in enumerate(page.locator(".quiz-question").all()):
        want = "yes" if number % 2 else "no"
        letter = question.locator(f'.quiz-why [data-right="{want}"]').first
        question.locator(f'input[value="{letter.get_attribute("data-choice")}"]').check()
        question.locator(".quiz-check").click()
    unfold(page)
    assert violations(page) == []


def test_all_videos_stand_in_four_categories(visit):
    """Twenty plain links, no player, no picture of another host."""
    visited = visit("videos.html")
    page = visited.page
    links = page.locator('a[href^="https://www.youtube.com/watch?v="]')
    assert links.count() == 20
    assert page.locator("iframe, video, article img").count() == 0
    headings = page.locator("h2").all_inner_texts()
    for name in (
        "Multiprocessing Basics",
        "Advanced Techniques",
        "Performance",
        "Real-world Applications",
    ):
        assert any(name in heading for heading in headings)
    assert visited.elsewhere == []
