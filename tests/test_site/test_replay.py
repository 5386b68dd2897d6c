"""Replay: the lines come again in the time of their run. The browser's clock is ours."""

import json
from itertools import pairwise

import pytest

from tests.test_site.conftest import HTML, ROOT

FIVE = "lessons/spawning/first_process.html"
CELLS = "lessons/communication/queues.html"  # several cells write
DIFFERS = "lessons/spawning/names_pids_parents.html"
METHODS = ("fork", "forkserver", "spawn")


def recorded(lesson: str, method: str) -> dict:
    """Return the recording that a page shows: the one that it offers."""
    return json.loads((HTML / "downloads" / f"{lesson}.{method}.recording.json").read_text("utf-8"))


@pytest.fixture
def visit_stopped(visit, address):
    """Open a page whose clock stands still until a test lets it run."""

    def open_page(name, **how):
        page = visit("search.html", **how).page
        page.clock.install(time=0)
        page.goto(address + name)
        page.clock.pause_at(60_000)
        return page

    return open_page


def lines(group) -> list[str]:
    """Return what can be seen of a transcript, in the page's order."""
    return group.locator(".lines").evaluate_all(
        """lists => lists.filter(l => l.checkVisibility()).flatMap(l => Array.from(l.children))
            .filter(li => getComputedStyle(li).visibility === "visible")
            .map(li => Array.from(li.children, e => e.textContent).join("|"))"""
    )


def cursor(page) -> float | None:
    """Return how far the timeline's cursor is, in percent; None where there is none."""
    at = page.locator(".variant:visible > .lives .lanes").first.evaluate(
        """e => getComputedStyle(e, "::after").content === "none" ? null
            : 100 * parseFloat(getComputedStyle(e, "::after").marginLeft)
                  / e.querySelector(".plot").getBoundingClientRect().width"""
    )
    return at


def button(group, name):
    return group.locator(".replay").get_by_role("button", name=name)


def real_speed(group):
    """Play as fast as the run was."""
    pace = button(group, "Speed")
    if pace.inner_text() != "Speed 1":
        pace.click()
    assert pace.inner_text() == "Speed 1"


@pytest.mark.parametrize("method", METHODS)
def test_the_lines_come_when_they_were_written(visit_stopped, method):
    """At any moment those are there that had been written by then, in the order of that run."""
    page = visit_stopped(f"{FIVE}?start={method}")
    run = recorded("spawning/first_process", method)
    first = next(cell["start"] for cell in run["cells"] if cell["number"] == 1)
    told = [(line["time"], f"{line['process']}|{line['text']}") for line in run["lines"]]
    group = page.locator(".recorded.transcript").first
    finished = lines(group)
    assert finished == [text for _, text in told]
    assert cursor(page) is None
    real_speed(group)
    button(group, "Replay").click()
    assert lines(group) == []
    passed, seen = 0, []
    while passed < 20 or lines(group) != finished:
        page.clock.run_for(20)
        passed += 20
        now, shown = first + passed / 1000, lines(group)
        if button(group, "Replay").count():  # it is over
            break
        # Frames are 16 ms apart, and one more may be on its way.
        assert len(shown) >= sum(time <= now - 0.04 for time, _ in told)
        assert len(shown) <= sum(time <= now + 0.001 for time, _ in told)
        assert shown == finished[: len(shown)]
        seen.append((len(shown), cursor(page)))
        assert seen[-1][1] == pytest.approx(100 * now / run["duration"], abs=4 / run["duration"])
    assert {5, 10} & {count for count, _ in seen}  # it was no jump to the end
    assert sorted(seen) == seen
    page.clock.run_for(2000)
    assert lines(group) == finished
    assert cursor(page) is None
    assert button(group, "Replay").is_visible()


def test_a_pause_holds_and_goes_on(visit_stopped):
    page = visit_stopped(f"{FIVE}?start=fork")
    group = page.locator(".recorded.transcript").first
    finished = lines(group)
    run = recorded("spawning/first_process", "fork")
    times = [line["time"] for line in run["lines"]]
    # Stop in the longest silence, while all workers sleep.
    silence, count = max((b - a, n) for n, (a, b) in enumerate(pairwise(times), 1))
    real_speed(group)
    button(group, "Replay").click()
    before = times[count - 1] - run["cells"][0]["start"] + silence / 3
    page.clock.run_for(round(1000 * before))
    button(group, "Pause").click()
    held = lines(group), cursor(page), group.locator(".replay span").inner_text()
    assert held[0] == finished[:count]
    page.clock.run_for(10_000)
    assert (lines(group), cursor(page), group.locator(".replay span").inner_text()) == held
    button(group, "Continue").click()
    page.clock.run_for(round(1000 * silence / 3))
    assert lines(group) == finished[:count]  # the ten seconds did not count
    page.clock.run_for(round(1000 * run["duration"]))
    assert lines(group) == finished


@pytest.mark.parametrize("method", METHODS)
def test_a_step_adds_one_line(visit_stopped, method):
    """By key, from none to all; the clock stands still the whole time."""
    page = visit_stopped(f"{DIFFERS}?start={method}")
    for group in page.locator(".recorded.transcript:has(.replay:visible)").all():
        finished = lines(group)
        assert len(finished) > 1
        step = button(group, "Step")
        step.focus()
        before = -1.0
        for count in range(1, len(finished) + 1):
            page.keyboard.press("Enter")
            assert lines(group) == finished[:count]
            assert cursor(page) > before
            before = cursor(page)
        page.keyboard.press("Enter")
        assert lines(group) == finished
        assert cursor(page) is None
        assert step.evaluate("e => e === document.activeElement")


def test_slow_motion_says_how_slow(visit_stopped):
    page = visit_stopped(f"{FIVE}?start=fork")
    group = page.locator(".recorded.transcript").first
    real_speed(group)
    pace = button(group, "Speed")
    pace.click()
    said = pace.inner_text()
    slow = float(said.removeprefix("Speed "))
    assert 0 < slow <= 0.5
    button(group, "Replay").click()
    page.clock.run_for(300)
    moved = float(group.locator(".replay span").inner_text().removesuffix(" s"))
    start = recorded("spawning/first_process", "fork")["cells"][0]["start"]
    assert moved - start == pytest.approx(0.3 * slow, abs=0.02 * slow + 0.001)


def test_what_nobody_could_follow_starts_slow(visit_stopped):
    """A stretch of less than 0.4 s; on a busy machine the run took longer, perhaps."""
    page = visit_stopped(f"{DIFFERS}?start=fork")
    slow = recorded("spawning/names_pids_parents", "fork")["duration"] < 0.4
    said = button(page.locator(".recorded.timeline").first, "Speed").inner_text()
    assert (said != "Speed 1") is slow


def test_all_can_be_shown_at_once(visit_stopped):
    page = visit_stopped(FIVE)
    group = page.locator(".recorded.transcript").first
    finished = lines(group)
    assert not button(group, "Show all").is_visible()
    button(group, "Replay").click()
    button(group, "Show all").click()
    assert lines(group) == finished
    assert not button(group, "Show all").is_visible()
    assert button(group, "Step").evaluate("e => e === document.activeElement")
    page.clock.run_for(5_000)
    assert lines(group) == finished


def test_a_timeline_plays_all_cells_of_its_run(visit_stopped):
    """Line by line through the page, in the order of the run."""
    page = visit_stopped(f"{CELLS}?start=spawn")
    told = recorded("communication/queues", "spawn")["lines"]
    groups = page.locator(".recorded.transcript:not(.quiz-question *)")
    assert groups.count() >= 3
    finished = [lines(group) for group in groups.all()]
    timeline = page.locator(".recorded.timeline:not(.quiz-question *)")
    for count in range(1, len(told) + 1):
        button(timeline, "Step").click()
        assert sum(len(lines(group)) for group in groups.all()) == count
    button(timeline, "Step").click()
    assert [lines(group) for group in groups.all()] == finished
    button(timeline, "Replay").click()
    assert not any(lines(group) for group in groups.all())
    page.clock.run_for(60_000)
    assert [lines(group) for group in groups.all()] == finished


def test_one_replay_at_a_time(visit_stopped):
    page = visit_stopped(f"{CELLS}?start=fork")
    groups = page.locator(".recorded.transcript:has(.replay:visible)").all()
    one, other = groups[:2]
    finished = lines(one)
    button(one, "Replay").click()
    assert lines(one) == []
    button(other, "Replay").click()
    assert lines(one) == finished
    assert lines(other) == []
    assert button(one, "Replay").is_visible()


def test_another_start_method_ends_the_replay_and_has_its_own(visit_stopped):
    page = visit_stopped(f"{DIFFERS}?start=fork")
    group = page.locator(".recorded.transcript:has(.start-switch)").first
    button(group, "Replay").click()
    page.clock.run_for(10)
    group.get_by_role("radio", name="macOS, Windows").check()
    assert button(group, "Replay").is_visible()
    told = recorded("spawning/names_pids_parents", "spawn")["lines"]
    cell = [f"{line['process']}|{line['text']}" for line in told if line["cell"] == 1]
    assert lines(group) == cell
    button(group, "Step").click()
    assert lines(group) == cell[:1]


def test_the_run_of_a_question_can_be_replayed(visit_stopped):
    page = visit_stopped("quiz/spawning.html?start=fork")
    page.evaluate(
        "document.querySelectorAll('.quiz-question').forEach(q => q.classList.add('answered'))"
    )
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    group = page.locator(".quiz-run .recorded.transcript:has(.replay:visible)").first
    finished = lines(group)
    button(group, "Step").click()
    assert lines(group) == finished[:1]
    button(group, "Show all").click()
    assert lines(group) == finished


def test_who_wants_no_motion_gets_steps(visit_stopped):
    """Nothing moves by itself; a line comes for each step."""
    page = visit_stopped(FIVE)
    page.emulate_media(reduced_motion="reduce")
    group = page.locator(".recorded.transcript").first
    finished = lines(group)
    assert not group.locator(".replay button").first.is_visible()
    button(group, "Step").click()
    page.clock.run_for(5_000)
    assert lines(group) == finished[:1]
    button(group, "Show all").click()
    assert lines(group) == finished


def test_without_javascript_the_finished_transcript_stands(visit):
    page = visit(FIVE, script=False).page
    assert page.locator(".replay").count() == 0
    assert len(lines(page.locator(".recorded.transcript").first)) == 11


def test_a_screen_reader_is_told_no_line_unasked(visit):
    """Real buttons with names, and no live region on a lesson's page."""
    page = visit(FIVE).page
    bar = page.locator(".replay").first
    names = [b.inner_text() for b in bar.get_by_role("button").all()]
    assert names[:2] == ["Replay", "Step"]
    live = "[aria-live], [role=status], [role=alert], [role=log], output"
    assert page.locator(f".recorded :is({live})").count() == 0


def test_the_script_is_small():
    """The page's weight is the reader's time."""
    assert len((ROOT / "gallery/lessons/static/replay.js").read_bytes()) <= 3 * 1024
