"""Questions in the reader's hands: mouse, keyboard, no JavaScript, phone, paper, and axe."""

import pytest
import yaml

from tests.test_site.conftest import HTML, ROOT, heaviest_pages, pages
from tests.test_site.faults import LOOKS, equipped, unfold, violations

SPAWNING = "quiz/spawning.html"
CHANCE = "quiz/shared_memory-2.html#quiz-lost-which-sums-are-possible"  # two of its four are right
PREDICTED = "lessons/pools/pool_map.html"
PREDICTED_TOO = "lessons/shared_memory/value.html"


def questions() -> list[dict]:
    """Read all questions as their authors wrote them."""
    return [
        {"chapter": file.parent.name, **question}
        for file in ROOT.glob("snippets/*/*.quiz.yaml")
        for question in yaml.safe_load(file.read_text("utf-8"))
    ]


def asked() -> int:
    """Return how many questions are on the chapter's first page: new lessons bring more."""
    return (HTML / SPAWNING).read_text("utf-8").count('class="quiz-question')


def inputs(question, right: bool) -> list:
    """Return the inputs of a question's right choices, or of its wrong ones."""
    are_right = question.locator(".quiz-why > li").evaluate_all(
        "all => all.map(e => e.matches('.right'))"
    )
    places = [place for place, is_right in enumerate(are_right) if is_right == right]
    return [question.locator(".quiz-choice input").nth(place) for place in places]


def answer(question, right: bool) -> None:
    """Choose all right choices, or the first wrong one that is left; check."""
    for chosen in [x for x in inputs(question, right) if x.is_enabled()][: None if right else 1]:
        chosen.check()
    question.get_by_role("button", name="Check").click()


def now(page):
    """Return the question that is shown."""
    return page.locator(".quiz-question:visible")


def progress(page) -> str:
    """Return what is said of the place among the questions."""
    return page.locator(".quiz-steps p").inner_text()


def test_there_are_enough_questions_and_three_in_four_are_settled_by_a_run():
    found = [q for q in questions() if q["kind"] != "predict"]
    assert len(found) >= 68
    assert sum(q.get("settled_by", "run") == "run" for q in found) >= 0.75 * len(found)
    for chapter in ("spawning", "communication", "shared_memory", "pools"):
        assert sum(q["chapter"] == chapter and "mixed" not in q for q in found) >= 12
    assert sum(q.get("mixed", False) for q in found) >= 20
    assert sum(q["kind"] == "predict" for q in questions()) >= 6


def test_lessons_end_with_one_to_three_questions():
    """All of the seed's chapters do; a new lesson may come before its question."""
    counts = []
    for page in pages():
        if page.startswith("lessons/") and page.count("/") == 2 and "index" not in page:
            text = (ROOT / "build/html" / page).read_text("utf-8")
            counts.append(text.count('class="quiz-question'))
    assert max(counts) <= 3
    assert sum(count >= 1 for count in counts) >= 16


# -- one question ------------------------------------------------------------------------------


def test_a_wrong_choice_is_out_with_its_reason_and_a_second_one_shows_the_answer(visit):
    page = visit(SPAWNING).page
    question = now(page)
    feedback = question.locator(".quiz-feedback")
    wrong = inputs(question, right=False)
    why = question.locator(".quiz-why > li:not(.right)").first.text_content()
    answer(question, right=False)
    assert feedback.inner_text().split() == [
        "Not",
        "yet.",
        *why.split()[3:],
    ]  # without "A is wrong."
    assert feedback.evaluate("e => e.closest('[role=status]') !== null")
    assert wrong[0].is_disabled()
    assert not wrong[0].is_checked()
    assert question.locator(".quiz-choice.wrong", has_text="Not yet").count() == 1
    assert question.locator(".quiz-choice.right").count() == 0
    answer(question, right=False)
    assert "is right." in feedback.inner_text()
    assert (
        question.locator(".quiz-choice.right", has_text="This would have been right").count() == 1
    )
    assert question.locator("input:enabled").count() == 0
    assert feedback.evaluate("e => e === document.activeElement")  # its button is gone
    assert progress(page) == f"Question 1 of {asked()}"  # and none right


def test_right_wrong_and_missed_have_borders_of_their_own(visit):
    """And an icon with a word each: nothing is told by colour alone."""
    page = visit(SPAWNING).page
    question = now(page)
    answer(question, right=False)
    question.get_by_role("button", name="Show the answer").click()
    borders = question.locator(".quiz-choice").evaluate_all(
        "all => all.map(e => [e.className.split(' ')[1] || '', getComputedStyle(e).borderStyle,"
        " parseFloat(getComputedStyle(e).borderWidth), e.querySelectorAll('.i').length])"
    )
    assert ["wrong", "dashed", 2, 1] in borders
    assert ["right", "solid", 3, 1] in borders
    assert ["", "solid", 1, 0] in borders


def test_the_right_choice_at_the_second_try(visit):
    page = visit(SPAWNING).page
    question = now(page)
    answer(question, right=False)
    answer(question, right=True)
    assert question.locator(".quiz-feedback").inner_text().startswith("Right. ")
    assert progress(page) == f"Question 1 of {asked()}, 1 right"


def test_the_answer_comes_when_asked_for(visit):
    page = visit(SPAWNING).page
    question = now(page)
    question.get_by_role("button", name="Show the answer").click()
    assert question.locator(".quiz-choice.right", has_text="This is right").count() == 1
    assert not question.get_by_role("button", name="Check").is_visible()
    assert progress(page) == f"Question 1 of {asked()}"


def test_several_right_choices_are_counted_and_stay(visit):
    page = visit(CHANCE).page
    question = now(page)
    good, others = inputs(question, right=True), inputs(question, right=False)
    good[0].check()
    others[0].check()
    question.get_by_role("button", name="Check").click()
    feedback = question.locator(".quiz-feedback")
    assert feedback.inner_text().startswith("Not yet. ")
    assert feedback.inner_text().endswith("You have 1 of the 2 that are right.")
    assert good[0].is_checked()
    assert others[0].is_disabled()
    good[1].check()
    question.get_by_role("button", name="Check").click()
    assert feedback.inner_text().startswith("Right. ")
    assert question.locator(".quiz-mark", has_text="Right").count() == 2


def test_not_all_that_are_right_is_not_yet(visit):
    question = now(visit(CHANCE).page)
    inputs(question, right=True)[0].check()
    question.get_by_role("button", name="Check").click()
    feedback = question.locator(".quiz-feedback")
    assert feedback.inner_text() == "Not yet. You have 1 of the 2 that are right."
    question.get_by_role("button", name="Check").click()
    assert "are right." in feedback.inner_text()
    marks = question.locator(".quiz-choice.right .quiz-mark").all_inner_texts()
    assert sorted(marks) == ["Right", "This would have been right"]


def test_no_choice_is_no_answer(visit):
    page = visit(SPAWNING).page
    question = now(page)
    question.get_by_role("button", name="Check").click()
    assert question.locator(".quiz-feedback").inner_text() == "Choose an answer first."
    answer(question, right=True)
    assert question.locator(".quiz-feedback").inner_text().startswith("Right. ")


def test_bars_show_the_runs_of_chance_once_it_is_answered(visit):
    question = now(visit(CHANCE).page)
    bars = question.locator(".quiz-feedback .quiz-counts li")
    assert bars.count() == 0
    answer(question, right=True)
    counts = [int(text.partition(" of ")[0]) for text in bars.locator("b").all_inner_texts()]
    assert sum(counts) == 20
    track = bars.first.locator("svg").bounding_box()["width"]
    widths = [box.bounding_box()["width"] for box in bars.locator("rect").all()]
    assert widths == pytest.approx([track * count / 20 for count in counts], abs=1)


def test_the_run_can_be_shown(visit):
    """Once answered: the recorded lines that settle the answer, with their processes."""
    question = now(visit(SPAWNING).page)
    assert not question.get_by_text("Show me the run").first.is_visible()  # answer first
    answer(question, right=True)
    run = question.locator("details", has_text="Show me the run").first
    run.locator("summary").first.click()
    assert run.locator(".lines .who:visible").count() >= 1


# -- a page of them ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted({SPAWNING, heaviest_pages()["quiz"]}))
def test_from_start_to_end_with_the_keyboard_alone(visit, name):
    """Every right answer is given by key; the result says so, and a reload keeps it."""
    visited = visit(name)
    page = visited.page
    count = page.locator(".quiz-question").count()
    for number in range(1, count + 1):
        question = now(page)
        assert question.count() == 1
        for chosen in inputs(question, right=True):
            chosen.focus()
            page.keyboard.press("Space")
        question.get_by_role("button", name="Check").focus()
        page.keyboard.press("Enter")
        said = question.locator(".quiz-feedback").inner_text()
        assert said.startswith("Right. "), f"{name}, question {number}: {said}"
        assert progress(page) == f"Question {number} of {count}, {number} right"
        onwards = "See the result" if number == count else "Next question"
        question.get_by_role("button", name=onwards).focus()
        page.keyboard.press("Enter")
    result = page.locator(".quiz-result")
    assert f"{count} of {count} right, {count} of them at the first try" in result.inner_text()
    assert result.evaluate("e => e === document.activeElement")
    page.reload()
    equipped(page)
    assert f"{count} of {count} right" in result.inner_text()
    assert visited.complaints == []
    assert visited.elsewhere == []
    page.goto(f"{visited.own}quiz.html")
    equipped(page)
    assert (
        f"you have answered {count}, {count} of them right" in page.locator("article").inner_text()
    )


def test_one_question_is_shown_and_the_buttons_lead_on_and_back(visit):
    page = visit(SPAWNING).page
    ids = page.locator(".quiz-question").evaluate_all("all => all.map(e => e.id)")
    back = page.locator(".quiz-steps").get_by_role("button", name="Previous")
    on = page.locator(".quiz-steps").get_by_role("button", name="Next")
    assert now(page).get_attribute("id") == ids[0]
    assert back.is_disabled()
    on.click()
    on.click()
    assert now(page).get_attribute("id") == ids[2]
    assert progress(page) == f"Question 3 of {asked()}"
    assert page.evaluate("location.hash") == f"#{ids[2]}"
    back.click()
    assert now(page).get_attribute("id") == ids[1]
    assert page.locator("article h2:visible").count() == 1  # its lesson's


def test_an_address_opens_its_question(visit):
    page = visit(CHANCE).page
    assert now(page).get_attribute("id") == CHANCE.partition("#")[2]
    page.evaluate("location.hash = '#quiz-value-int-in-c'")
    other = page.locator(".quiz-question").nth(2).get_attribute("id")
    page.evaluate(f"location.hash = '#{other}'")
    page.wait_for_function(f"document.querySelector('.quiz-question.now').id === '{other}'")
    section = page.locator("article section > section").nth(1)
    page.evaluate(f"location.hash = '#{section.get_attribute('id')}'")
    first = section.locator(".quiz-question").first.get_attribute("id")
    page.wait_for_function(f"document.querySelector('.quiz-question.now').id === '{first}'")


def test_the_result_names_the_lessons_behind_what_was_not_right_at_once(visit):
    page = visit(SPAWNING).page
    answer(now(page), right=True)
    on = page.locator(".quiz-steps").get_by_role("button", name="Next")
    on.click()
    question = now(page)
    answer(question, right=False)
    question.get_by_role("button", name="Show the answer").click()
    lesson = question.locator(".quiz-feedback .quiz-settled a")
    title, address = lesson.inner_text(), lesson.get_attribute("href")
    page.evaluate("location.hash = '#result'")
    result = page.locator(".quiz-result:visible")
    assert f"1 of {asked()} right, 1 of them at the first try." in result.inner_text()
    behind = result.locator("li")
    assert behind.all_inner_texts() == [f"{title}: question 2"]
    assert behind.get_by_role("link", name=title).get_attribute("href").endswith(address[3:])
    assert result.get_by_role("link", name=f"question {asked()}", exact=True).count() == 1
    assert result.get_by_role("link", name="question 1", exact=True).count() == 0
    behind.get_by_role("link", name="question 2").click()
    assert progress(page) == f"Question 2 of {asked()}, 1 right"
    page.evaluate("location.hash = '#result'")
    result.get_by_role("button", name="Start again").click()
    page.wait_for_function("!location.hash")
    assert progress(page) == f"Question 1 of {asked()}"
    assert now(page).locator("input:enabled").count() >= 2


def test_pages_come_in_the_order_of_the_course(visit):
    addresses = (
        visit("quiz.html")
        .page.locator("article li a")
        .evaluate_all("all => all.map(a => a.getAttribute('href'))")
    )
    course = ("spawning", "communication", "shared_memory", "pools", "mixed")
    places = [addresses.index(f"quiz/{chapter}.html") for chapter in course]
    assert places == sorted(places)


def test_without_javascript_all_questions_and_their_answers_stand_there(visit):
    page = visit(SPAWNING, script=False).page
    assert not page.locator(".quiz-steps").is_visible()
    for question in page.locator(".quiz-question").all():
        assert question.locator("legend").is_visible()
        assert not question.get_by_role("button", name="Check").is_visible()
        question.locator(".quiz-answer > summary").click()
        for why in question.locator(".quiz-why > li").all():
            assert why.is_visible()
            assert len(why.inner_text()) > 20


# -- predictions -------------------------------------------------------------------------------


@pytest.mark.parametrize("script", [True, False])
def test_a_prediction_has_its_verdict_and_the_output(visit, script):
    page = visit(PREDICTED, script=script).page
    ask = page.locator(".cell .ask")
    output = ask.locator(".transcript .lines:visible").first
    assert not output.is_visible()
    ask.locator(".quiz-choice", has_text="All four").click()
    assert ask.locator(".verdict:visible, .quiz-mark:visible").count() == 0
    ask.get_by_text("Show what happened").click()
    assert output.is_visible()
    assert ask.locator(".verdict:visible").all_inner_texts()[0].startswith("No. The pool starts")
    assert ask.locator(".quiz-mark:visible").inner_text() == "This happened"
    ask.locator(".quiz-choice", has_text="None").click()
    assert ask.locator(".verdict:visible").inner_text().startswith("Yes. ")
    ask.get_by_text("Hide what happened").click()
    assert not output.is_visible()


def test_who_wants_all_outputs_at_once_gets_them_everywhere(visit):
    visited = visit(PREDICTED)
    page = visited.page
    output = page.locator(".ask .transcript .lines:visible").first
    wish = page.get_by_role("checkbox", name="Always show outputs at once")
    wish.check()
    assert output.is_visible()
    page.goto(visited.own + PREDICTED_TOO)
    equipped(page)
    assert wish.is_checked()
    assert output.is_visible()
    wish.uncheck()
    assert output.is_visible()  # nothing is taken away under the reader's eyes
    page.reload()
    equipped(page)
    assert not output.is_visible()


def test_on_paper_outputs_are_shown_and_nothing_is_asked(visit):
    page = visit(PREDICTED).page
    page.emulate_media(media="print")
    assert page.locator(".ask .transcript .lines:visible").count() >= 1
    for what in (".ask legend", ".ask summary", ".always", "#check-yourself"):
        assert not page.locator(what).first.is_visible(), what


# -- for every reader --------------------------------------------------------------------------


def test_what_is_pressed_on_a_phone_is_large_enough(visit):
    low = []
    for name in (SPAWNING, CHANCE, PREDICTED):
        page = visit(name, width=360).page
        for css in ("form > button", ".quiz-steps button", ".quiz-choice", ".ask summary"):
            for part in page.locator(f"{css}:visible").all():
                box = part.bounding_box()
                if box["height"] < 44 or box["x"] < 0 or box["x"] + box["width"] > 360:
                    low.append((name, css, box))
    assert low == []


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_axe_finds_nothing_in_what_is_answered(visit, width, scheme):
    """With questions answered wrongly, rightly and on request, all shown and unfolded."""
    page = visit(SPAWNING, width=width, dark=scheme == "dark").page
    for number in range(page.locator(".quiz-question").count()):
        question = now(page)
        answer(question, right=bool(number % 2))
        if number % 3:
            question.locator(".quiz-tell:visible").evaluate_all("all => all.map(e => e.click())")
        page.locator(".quiz-steps button").last.click()
    page.evaluate(
        "document.querySelectorAll('.quiz-question').forEach(e => e.classList.add('now'))"
    )
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
