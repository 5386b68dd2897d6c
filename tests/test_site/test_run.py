"""A run on a page: its lines, dots and lanes are linked, and it can be replayed.

The browser's clock is ours.
"""

import json
from itertools import pairwise

import pytest

from tests.test_site.conftest import HTML
from tests.test_site.faults import equipped

FOUR = "lessons/spawning/first_process.html"
DIFFERS = "lessons/spawning/names_pids_parents.html"
QUICK = "lessons/pools/starmap.html"  # over before an eye can follow, on any machine
METHODS = ("fork", "forkserver", "spawn")
WORKERS = 2  # the cell of FOUR with four workers at once, two lines of each, and two of main


def recorded(lesson: str, method: str) -> dict:
    """Return the recording that a page shows: the one that it offers."""
    return json.loads((HTML / "downloads" / f"{lesson}.{method}.recording.json").read_text("utf-8"))


def of_workers(method: str) -> list[dict]:
    """Return the recorded lines of the cell with four workers."""
    told = recorded("spawning/first_process", method)["lines"]
    return [line for line in told if line["cell"] == WORKERS]


@pytest.fixture
def first_run(visit, address):
    """Open a page whose clock stands still, and return the first run that can be seen on it."""

    def open_run(name, script=True, **how):
        page = visit("search.html", script=script, **how).page
        if script:
            page.clock.install(time=0)
        page.goto(address + name)
        equipped(page)
        if script:
            page.clock.pause_at(60_000)
        cell = f"#cell-{WORKERS}" if name.startswith(FOUR) else ""
        run = page.locator(f"{cell} .variant:visible:has(.slice)").first
        run.scroll_into_view_if_needed()
        if script:
            run.locator(".controls").wait_for()
        return run

    return open_run


def lines(run) -> list[str]:
    """Return the words of the lines that can be seen."""
    return run.locator(".lines li[data-t] > .said").evaluate_all(
        """said => said.filter(e => getComputedStyle(e).visibility === "visible")
            .map(e => e.textContent)"""
    )


def button(run, name):
    return run.locator(".controls").get_by_role("button", name=name)


def cursor(run) -> float | None:
    """Return how far the replay is, as a part of the slice; None where all of it is shown."""
    return run.locator(".slice").evaluate(
        """e => e.classList.contains("playing")
            ? Number(getComputedStyle(e).getPropertyValue("--at")) : null"""
    )


def real_speed(run):
    """Play as fast as the run was."""
    if button(run, "Slowed").count():
        button(run, "Slowed").click()
    assert button(run, "Speed: 1x").count() or not button(run, "Speed").count()


def lit(run) -> tuple[list[str], int, list[str]]:
    """Return which lines, how many dots and which lanes are lit."""
    return (
        run.locator(".lines li.lit > .said").all_inner_texts(),
        run.locator("circle.lit").count(),
        run.locator(".lane.lit > b").all_inner_texts(),
    )


@pytest.mark.parametrize("method", METHODS)
def test_the_lines_come_when_they_were_written(first_run, method):
    """At any moment those are there that had been written by then, in the order of that run."""
    run = first_run(f"{FOUR}?start={method}")
    told = of_workers(method)
    texts, times = ([line[part] for line in told] for part in ("text", "time"))
    start = int(run.locator(".slice").get_attribute("data-from") or "") / 1e4
    assert lines(run) == texts
    assert cursor(run) is None
    real_speed(run)
    button(run, "Replay").click()
    passed, seen = 0, []
    while passed < 30_000:
        run.page.clock.run_for(20)
        passed += 20
        now, shown = start + passed / 1000, lines(run)
        if button(run, "Replay").count():  # it is over
            break
        # Frames are 16 ms apart, the first only begins, and one more may be on its way.
        assert len(shown) >= sum(time <= now - 0.06 for time in times)
        assert len(shown) <= sum(time <= now + 0.002 for time in times)
        assert shown == texts[: len(shown)]
        seen.append((len(shown), cursor(run)))
    assert {4, 8} & {count for count, _ in seen}  # it was no jump to the end
    assert sorted(seen) == seen
    assert lines(run) == texts
    assert cursor(run) is None


def test_a_pause_holds_and_goes_on(first_run):
    run = first_run(f"{FOUR}?start=fork")
    texts = lines(run)
    told = recorded("spawning/first_process", "fork")
    times = [line["time"] for line in of_workers("fork")]
    # Stop in the longest silence, while all workers compute.
    silence, count = max((b - a, n) for n, (a, b) in enumerate(pairwise(times), 1))
    start = int(run.locator(".slice").get_attribute("data-from") or "") / 1e4
    real_speed(run)
    button(run, "Replay").click()
    run.page.clock.run_for(round(1000 * (times[count - 1] - start + silence / 3)))
    button(run, "Pause").click()
    held = lines(run), cursor(run)
    assert held[0] == texts[:count]
    run.page.clock.run_for(10_000)
    assert (lines(run), cursor(run)) == held
    button(run, "Replay").click()
    run.page.clock.run_for(round(1000 * silence / 3))
    assert lines(run) == texts[:count]  # the ten seconds did not count
    run.page.clock.run_for(round(1000 * told["duration"]) + 100)
    assert lines(run) == texts


@pytest.mark.parametrize("method", METHODS)
def test_a_step_adds_one_line(first_run, method):
    """By key, from none to all; the clock stands still the whole time."""
    run = first_run(f"{DIFFERS}?start={method}")
    texts = lines(run)
    assert len(texts) > 1
    step = button(run, "Step")
    step.focus()
    before = -1.0
    for count in range(1, len(texts) + 1):
        run.page.keyboard.press("Enter")
        assert lines(run) == texts[:count]
        at = cursor(run)
        assert count == len(texts) or (at is not None and at > before)
        before = before if at is None else at
    while cursor(run) is not None:  # to the end of the slice
        run.page.keyboard.press("Enter")
    assert lines(run) == texts
    assert step.evaluate("e => e === document.activeElement")


def test_slow_motion_says_how_slow(first_run):
    run = first_run(f"{QUICK}?start=fork")
    if not button(run, "Slowed").count():
        button(run, "Speed: 1x").click()
    factor = int(button(run, "Slowed").inner_text().removeprefix("Slowed ").removesuffix("x"))
    assert factor > 1
    button(run, "Replay").click()
    run.page.clock.run_for(1000)
    ends = [int(run.locator(".slice").get_attribute(f"data-{end}") or "") for end in ("from", "to")]
    moved = (cursor(run) or 0) * (ends[1] - ends[0]) / 1e4
    assert moved == pytest.approx(1 / factor, rel=0.1)


def test_the_scrubber_moves_through_the_run(first_run):
    run = first_run(f"{FOUR}?start=fork")
    texts = lines(run)
    scrubber = run.get_by_role("slider", name="Moment of the run")
    scrubber.fill("500")
    assert cursor(run) == pytest.approx(0.5, abs=0.01)
    assert lines(run) == texts[: len(lines(run))]
    assert 0 < len(lines(run)) < len(texts)
    scrubber.press("Home")
    assert lines(run) == []
    scrubber.press("End")
    assert lines(run) == texts
    assert cursor(run) is None


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_moves_under_the_finger(first_run, width):
    """Each control keeps its place, and so does what comes below, while a run is replayed."""
    run = first_run(f"{FOUR}?start=fork", width=width)

    def places():
        return run.evaluate(
            """run => [...run.querySelectorAll(".controls button, .scrub input"), run.parentElement]
                .map(e => {
                  const {left, top, width, height} = e.getBoundingClientRect();
                  return [left, top + scrollY, width, height];
                }).flat()"""
        )

    before = places()
    for name in ("Replay", "Pause", "Step", "Step"):
        button(run, name).click()
        run.page.clock.run_for(50)
        assert places() == pytest.approx(before, abs=1), name


def test_the_controls_take_no_room_that_was_not_theirs(visit, address):
    """What comes when a run comes near has its place from the beginning."""
    page = visit(FOUR).page
    box = page.locator(".variant:visible:has(.slice)").first
    box.scroll_into_view_if_needed()  # a page may begin with prose
    height = "e => e.getBoundingClientRect().height"
    page.locator(".controls").first.wait_for()
    with_them = box.evaluate(height)
    box.locator(".scrub, .controls").evaluate_all("all => all.forEach(e => e.remove())")
    box.locator(".slice").evaluate("e => e.classList.remove('equipped')")
    assert box.evaluate(height) == pytest.approx(with_them, abs=1)


def test_a_line_lights_its_dot_and_its_lane(first_run):
    run = first_run(f"{FOUR}?start=fork")
    line = run.locator(".lines li[data-t]").nth(2)
    line.hover()
    said, dots, lanes = lit(run)
    assert said == [line.locator(".said").inner_text()]
    assert dots == 1
    assert lanes == [line.locator(".who").inner_text()]
    run.page.mouse.move(0, 0)
    assert lit(run) == ([], 0, [])


def test_a_dot_lights_its_line(first_run):
    run = first_run(f"{FOUR}?start=fork")
    lane = run.locator(".lane:has(circle)").nth(1)
    lane.locator("circle").last.hover()
    own = run.locator(f'.lines li[data-l="{lane.get_attribute("data-l")}"] > .said')
    assert lit(run) == ([own.last.inner_text()], 1, [lane.locator("b").inner_text()])


def test_a_lane_lights_and_pins_the_lines_of_its_process(first_run):
    run = first_run(f"{FOUR}?start=fork")
    lane = run.locator(".lane:has(circle)").nth(1)
    own = run.locator(f'.lines li[data-l="{lane.get_attribute("data-l")}"] > .said')
    name = lane.get_by_role("button")
    name.focus()
    run.page.keyboard.press("Enter")
    run.page.mouse.move(0, 0)
    assert name.get_attribute("aria-pressed") == "true"
    assert lit(run)[0] == own.all_inner_texts()
    assert run.locator(".lines li.pin").count() == own.count() == 2
    run.page.keyboard.press("Escape")
    assert run.locator(".pin").count() == 0
    assert name.get_attribute("aria-pressed") == "false"


def test_lines_are_one_stop_of_the_tab_key_and_arrows_move(first_run):
    run = first_run(f"{FOUR}?start=fork")
    times = run.locator(".lines .at")
    assert [t.get_attribute("tabindex") for t in times.all()].count("0") == 1
    times.first.focus()
    run.page.keyboard.press("ArrowDown")
    run.page.keyboard.press("ArrowDown")
    assert times.nth(2).evaluate("e => e === document.activeElement")
    assert lit(run)[0] == [lines(run)[2]]
    run.page.keyboard.press("Enter")
    assert times.nth(2).get_attribute("aria-pressed") == "true"
    run.page.keyboard.press("End")
    assert times.last.evaluate("e => e === document.activeElement")
    assert [t.get_attribute("tabindex") for t in times.all()].count("0") == 1
    assert run.locator(".lines li.pin > .said").all_inner_texts() == [lines(run)[2]]


def test_the_time_of_a_line_is_its_own(first_run):
    run = first_run(f"{FOUR}?start=spawn")
    told = [line["time"] for line in of_workers("spawn")]
    said = [float(text.removesuffix(" s")) for text in run.locator(".at").all_inner_texts()]
    assert said == pytest.approx(told, abs=0.006)  # it is rounded


def test_who_wants_no_motion_gets_line_after_line(first_run):
    run = first_run(f"{FOUR}?start=fork")
    run.page.emulate_media(reduced_motion="reduce")
    texts = lines(run)
    real_speed(run)
    button(run, "Replay").click()
    for count in range(1, len(texts)):
        run.page.clock.run_for(1 if count == 1 else 500)
        assert lines(run) == texts[:count]
    run.page.clock.run_for(5_000)
    assert lines(run) == texts


def test_the_run_of_another_start_method_has_its_own(first_run):
    run = first_run(f"{DIFFERS}?start=fork")
    run.page.locator("label[for=start-spawn]").click()
    other = run.page.locator(".variant[data-start=spawn]:visible:has(.slice)").first
    other.locator(".controls").wait_for()
    told = recorded("spawning/names_pids_parents", "spawn")["lines"]
    cell = int(other.evaluate("e => e.closest('.cell').id.slice(5)"))
    texts = [line["text"] for line in told if line["cell"] == cell]
    assert lines(other) == texts
    button(other, "Step").click()
    assert lines(other) == texts[:1]


def test_without_javascript_the_finished_run_stands(first_run):
    run = first_run(FOUR, script=False)
    assert run.locator("button, input").count() == 0
    assert len(lines(run)) == 10
