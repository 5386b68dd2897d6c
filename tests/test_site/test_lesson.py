"""A lesson's page in the reader's hands."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from docutils.nodes import make_id

from gallery.quiz.on_pages import HEADING
from tests.test_site.conftest import HTML, ROOT
from tests.test_site.faults import equipped

FOUR = "lessons/spawning/first_process.html"
DIFFERS = "lessons/spawning/exit_codes.html"  # it opens on the reader's start method
WHOLE = "lessons/spawning/arguments_and_results.html"  # its first cell is a program that is whole
NAMES = "lessons/spawning/names_pids_parents.html"  # as many lines, whatever the start method
GUARD = "lessons/spawning/main_guard.html"
# A reader's environment: PYTHONUNBUFFERED, for one, would tear lines of two processes.
PLAIN = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
METHODS = ("fork", "forkserver", "spawn")
WORKERS = "#cell-2"  # of FOUR: four at once, two lines of each, and two of main
MINUTES = {4: "3.25", 5: "0.66", 6: "0.19", 7: "0.06"}  # the same numbers at random in every run
LINES = Counter(
    [
        (f"shop-{n}", f"{n} checkouts: {what}")
        for n, minutes in MINUTES.items()
        for what in ("started", f"{minutes} minutes")
    ]
    + [("main", "four processes: # s"), ("main", "exit codes: [0, 0, 0, 0]")]
)
MEASURED = re.compile(r"\d+\.\d+(?= s$)")


def shown_lines(page, cell: str) -> Counter:
    """Count the (gutter, text) of the lines that can be seen; a process is named once a block.

    In the place of a measured time is a sharp.
    """
    found = page.eval_on_selector_all(
        f"{cell} .lines",
        """lists => lists.filter(list => list.checkVisibility()).flatMap(list => {
            let who = "";
            return [...list.children].map(li => {
                who = li.querySelector(".who")?.textContent ?? who;
                return [who, li.querySelector(".said").textContent];
            });
        })""",
    )
    return Counter((who, MEASURED.sub("#", said)) for who, said in found)


def shown_variants(page) -> set[str]:
    """Return the start methods of the variants that can be seen."""
    return set(
        page.eval_on_selector_all(
            ":is(.cell, .pair, #the-whole-run) .variant",
            "all => all.filter(v => v.checkVisibility()).map(v => v.dataset.start)",
        )
    )


def choose(page, method: str) -> None:
    """Choose a start method by a pointer, which scrolls nothing, as a locator's click would."""
    box = page.locator(f"label[for=start-{method}]").bounding_box()
    page.mouse.click(box["x"] + 10, box["y"] + 20)


def lines_by_hand(script: Path) -> list[str]:
    """Run a script in its own folder as a reader would; it must end with 0."""
    done = subprocess.run(
        [sys.executable, script.name],
        cwd=script.parent,
        env=PLAIN,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("method", METHODS)
def test_the_four_workers_and_main_say_ten_lines(visit, method):
    page = visit(f"{FOUR}?start={method}").page
    assert shown_lines(page, WORKERS) == LINES
    assert LINES.total() == 10


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("where", "count"), [(f"{WORKERS} .slice", 4), ("#the-whole-run .whole", 6)]
)
def test_the_timeline_shows_four_lives_that_overlap(visit, method, where, count):
    """Each of the four began before the first one ended; the whole run has all processes.

    Two more come in the next cell.
    """
    page = visit(f"{FOUR}?start={method}").page
    bars = page.eval_on_selector_all(
        f"{where.replace(' ', f' .variant[data-start={method}] ')} .lane:not(.axis, .bands) rect",
        """bars => bars.map(b => [b.closest(".lane").classList[1],
            parseFloat(b.getAttribute("x")), parseFloat(b.getAttribute("width"))])""",
    )
    children = [(x, x + width) for colour, x, width in bars if colour[1].isdigit()]
    assert len(children) == count
    assert max(start for start, _ in children[:4]) < min(end for _, end in children[:4])
    shown = HTML / "downloads" / "spawning" / f"first_process.{method}.recording.json"
    recording = json.loads(shown.read_text("utf-8"))
    assert len(bars) == len(recording["processes"]) - (6 - count)


def test_one_switch_for_the_whole_site(visit):
    """Choosing once changes every output of the page, and is remembered on others."""
    first = visit(DIFFERS)
    page = first.page
    assert shown_variants(page) == {"fork"}  # a Linux browser
    choice = page.get_by_role("group", name="Start method")
    assert choice.get_by_role("radio").count() == 3
    choose(page, "spawn")
    assert shown_variants(page) == {"spawn"}
    page.reload()
    equipped(page)
    assert shown_variants(page) == {"spawn"}
    assert page.locator("#start-spawn").is_checked()
    other = visit("lessons/communication/pipe.html", context=page.context).page
    assert shown_variants(other) == {"spawn"}


def test_a_page_opens_on_its_own_start_method_until_the_reader_chooses(visit):
    page = visit(GUARD).page
    assert shown_variants(page) == {"spawn"}
    assert page.locator("#start-spawn").is_checked()
    choose(page, "fork")
    page.reload()
    equipped(page)
    assert shown_variants(page) == {"fork"}
    page.goto(f"{page.url}?start=forkserver")
    equipped(page)
    assert shown_variants(page) == {"forkserver"}


def test_the_first_paint_has_the_chosen_start_method(visit):
    """Nothing that is drawn later moves anything."""
    page = visit(GUARD).page
    page.evaluate("localStorage.setItem('start', 'forkserver')")
    page.add_init_script(
        """new PerformanceObserver(list => {
            window.shift = (window.shift ?? 0) + list.getEntries().reduce((a, e) => a + e.value, 0);
        }).observe({type: "layout-shift", buffered: true})"""
    )
    page.reload(wait_until="networkidle")
    equipped(page)
    assert shown_variants(page) == {"forkserver"}
    assert page.evaluate("window.shift ?? 0") == 0


def test_the_switch_works_with_the_keyboard(visit):
    page = visit(DIFFERS).page
    page.locator(".switch input:checked").focus()
    page.keyboard.press("ArrowRight")
    assert shown_variants(page) == {"forkserver"}
    page.keyboard.press("ArrowRight")
    assert shown_variants(page) == {"spawn"}
    assert page.evaluate("document.activeElement.value") == "spawn"
    outline = page.evaluate(
        "getComputedStyle(document.activeElement.nextElementSibling).outlineStyle"
    )
    assert outline == "solid"


def test_the_switch_tells_its_state_to_a_screen_reader(visit):
    page = visit(f"{DIFFERS}?start=forkserver").page
    radio = page.get_by_role("radio", name="forkserver", exact=False).first
    assert radio.is_checked()


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_the_switch_is_one_row_and_stays_in_reach(visit, width):
    page = visit(DIFFERS, width=width).page
    boxes = [label.bounding_box() for label in page.locator(".switch label").all()]
    assert len({box["y"] for box in boxes}) == 1
    assert boxes[-1]["x"] + boxes[-1]["width"] <= width
    assert all(box["height"] >= 44 for box in boxes)
    page.locator("#cell-2 .recorded").scroll_into_view_if_needed()
    box = page.locator(".switch").bounding_box()
    assert 0 <= box["y"] <= 90


@pytest.mark.parametrize("how", ["switch", "word"])
def test_a_cell_stays_where_it_is_when_the_page_switches(visit, how):
    """What is above it has another height then, and what is in it has the same."""
    page = visit(f"{NAMES}?start=spawn").page
    cell = page.locator("#cell-2")
    cell.locator(".recorded").evaluate(
        "e => e.scrollIntoView({block: 'center', behavior: 'instant'})"
    )
    before, above = cell.bounding_box()["y"], page.locator("#cell-1").bounding_box()["height"]
    if how == "switch":
        choose(page, "fork")
    else:
        cell.get_by_role("button", name="fork", exact=True).first.click()
        assert page.evaluate("document.activeElement.closest('.variant').dataset.start") == "fork"
    assert shown_variants(page) == {"fork"}
    assert page.locator("#cell-1").bounding_box()["height"] != above
    assert abs(cell.bounding_box()["y"] - before) <= 1


def test_an_unknown_start_method_in_the_address_is_ignored(visit):
    visited = visit(f"{DIFFERS}?start=%3Cscript%3E")
    assert shown_variants(visited.page) == {"fork"}
    assert visited.complaints == []


def test_without_javascript_the_switch_works_too(visit):
    """It opens on the page's own start method; a cell's word is no control."""
    page = visit(GUARD, script=False).page
    assert shown_variants(page) == {"spawn"}
    choose(page, "fork")
    assert shown_variants(page) == {"fork"}
    assert page.locator(".says button").count() == 0
    assert page.locator(".says:visible").first.inner_text().endswith("spawn")


def test_a_question_whose_start_methods_are_others_shows_what_it_has(visit):
    """Each with its name: the switch of the page says nothing of it."""
    page = visit(f"{DIFFERS}?start=forkserver").page
    page.evaluate(
        """() => document.querySelector(".cell").insertAdjacentHTML("afterend",
            '<div class="recorded some" id="one"><div class="variant" data-start="fork">'
            + '<p class="variant-name">fork</p></div></div>')"""
    )
    assert page.locator("#one .variant").is_visible()


@pytest.mark.parametrize("name", [DIFFERS, GUARD, FOUR])
def test_a_box_without_some_start_method_says_so(visit, name):
    """The style asks only there which ones it has."""
    boxes = (
        visit(name)
        .page.locator(".recorded:has(> .variant)")
        .evaluate_all(
            """all => all.map(box => [box.matches(".some"),
            [...box.children].map(one => one.dataset.start).filter(Boolean)])"""
        )
    )
    assert boxes
    for some, methods in boxes:
        assert some == (set(methods) != {"fork", "forkserver", "spawn"})


def test_a_number_leads_to_its_cell_below_what_sticks(visit):
    page = visit(NAMES).page
    page.emulate_media(reduced_motion="reduce")  # else it slides there
    page.locator("#the-whole-run .variant:visible a[href='#cell-2'] text").click()
    assert page.url.endswith("#cell-2")
    switch = page.locator(".switch").bounding_box()
    head = page.locator("#cell-2 .head").bounding_box()
    assert switch["y"] + switch["height"] <= head["y"] <= 200


def test_the_gutter_is_not_copied(visit, address):
    page = visit(FOUR).page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address[:-1])
    page.evaluate(f"getSelection().selectAllChildren(document.querySelector('{WORKERS} .lines'))")
    page.keyboard.press("Control+C")
    copied = page.evaluate("navigator.clipboard.readText()")
    lines = [MEASURED.sub("#", line) for line in copied.splitlines() if line.strip()]
    assert Counter(lines) == Counter(text for _, text in LINES.elements())


def test_copied_code_runs(visit, address, tmp_path):
    """The copy button gives a program that prints what the page shows: a child, then main."""
    page = visit(WHOLE).page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address[:-1])
    button = page.locator("#cell-1 button.copybtn").first
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("button.copybtn.success")
    code = page.evaluate("navigator.clipboard.readText()")
    assert "\xa0" not in code
    (tmp_path / "copied.py").write_text(code)
    printed = lines_by_hand(tmp_path / "copied.py")
    shown = shown_lines(page, "#cell-1")
    assert Counter(printed) == Counter(text for _, text in shown.elements())
    assert len({who for who, _ in shown}) == 2


def test_the_download_runs_in_an_empty_folder(visit, tmp_path):
    page = visit(FOUR).page
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Script .py").click()
    downloading.value.save_as(tmp_path / "first_process.py")
    script = (ROOT / "snippets/spawning/first_process.py").read_text("utf-8")
    settings = script.index("\n# sphinx_gallery_lesson_")  # what only this site needs
    assert (tmp_path / "first_process.py").read_text("utf-8") == script[:settings]
    printed = lines_by_hand(tmp_path / "first_process.py")
    assert len(printed) == 23  # what is on stdout


def test_the_command_is_copied_and_fetches_nothing(visit, address):
    page = visit(FOUR).page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address[:-1])
    page.locator("#run-it").get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").strip() == "python first_process.py"


def test_the_page_is_copied_as_markdown(visit, address):
    visited = visit(FOUR)
    page = visited.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address[:-1])
    page.get_by_role("button", name="Copy as Markdown").click()
    page.get_by_role("button", name="Copied").wait_for()
    twin = (HTML / f"{FOUR}.md").read_text("utf-8")
    assert page.evaluate("navigator.clipboard.readText()") == twin
    assert visited.complaints == []


@pytest.mark.parametrize("why", ["no script", "from a file"])
def test_where_it_cannot_be_copied_the_link_leads_to_it(visit, browser, why):
    """A page that was opened from a file may not fetch what is beside it."""
    if why == "no script":
        page = visit(FOUR, script=False).page
        page.get_by_role("link", name="View as Markdown").click()
    else:
        page = browser.new_page()
        page.goto((HTML / FOUR).as_uri())
        equipped(page)
        page.get_by_role("button", name="Copy as Markdown").click()
    page.wait_for_url(f"**/{FOUR}.md")
    page.close()


# -- what was read ------------------------------------------------------------------------------

NAME = FOUR.removesuffix(".html")
MARKED = "[data-page] .i:visible, .i[data-page]:visible"
LISTS = f"""document.querySelector("article").insertAdjacentHTML("afterbegin",
    '<p><a data-page="{NAME}">a name</a><span class="i i-check" data-page="{NAME}" hidden></span>' +
    '<button data-forget hidden>Forget</button></p>'); dispatchEvent(new Event("pageshow"))"""


def read(page) -> list[str]:
    """Return the pages that the browser has kept as read."""
    return page.evaluate("JSON.parse(localStorage.getItem('read') || '[]')")


@pytest.mark.parametrize("end", ["#run-it", f"#{make_id(HEADING)}"])
def test_a_lesson_is_read_when_its_end_was_seen(visit, end):
    page = visit(FOUR).page
    # What is observed is told of after the next frame, to all that observe.
    page.evaluate("new Promise(told => new IntersectionObserver(told).observe(document.body))")
    assert read(page) == []
    page.locator(end).evaluate("e => e.scrollIntoView({ behavior: 'instant' })")
    page.locator(f".sidebar-tree [data-page='{NAME}']").get_by_role("img", name="read").wait_for()
    assert read(page) == [NAME]
    page.reload()
    equipped(page)
    assert read(page) == [NAME]
    other = visit("lessons/communication/pipe.html", context=page.context).page
    other.evaluate(LISTS)
    assert other.locator(f"article :is({MARKED})").count() == 2


def test_what_was_read_can_be_forgotten(visit):
    page = visit("glossary.html").page
    page.evaluate(LISTS)
    button = page.get_by_role("button", name="Forget")
    assert (button.count(), page.locator(MARKED).count()) == (0, 0)
    page.evaluate(f"localStorage.setItem('read', '[\"{NAME}\"]')")
    page.evaluate("dispatchEvent(new Event('storage'))")
    assert page.locator(MARKED).count() == 2
    button.click()
    assert (button.count(), page.locator(MARKED).count()) == (0, 0)
    assert read(page) == []


def test_what_is_kept_and_no_list_harms_nothing(visit):
    visited = visit(FOUR)
    for kept in ("{", "null", "7"):
        visited.page.evaluate(f"localStorage.setItem('read', '{kept}')")
        visited.page.reload()
        equipped(visited.page)
        assert visited.page.locator(MARKED).count() == 0
    assert visited.complaints == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_colour_is_never_alone_and_can_be_read(visit, dark):
    """Each line bears its process's name, in a colour with a contrast of at least 4.5."""
    page = visit(FOUR, dark=dark).page
    found = page.eval_on_selector_all(
        ".cell .lines .who",
        "all => all.map(w => [w.textContent, getComputedStyle(w).color,"
        " getComputedStyle(document.querySelector('.content')).backgroundColor,"
        " getComputedStyle(document.body).backgroundColor])",
    )
    colours = {name: colour for name, colour, *_ in found}
    assert set(colours) == {"main", *(f"shop-{n}" for n in (0, 4, 5, 6, 7, 8))}
    assert len(set(colours.values())) == 7
    background = found[0][3]
    assert all(contrast(colour, background) >= 4.5 for colour in colours.values())


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two CSS colours (WCAG 2.2, relative luminance)."""

    def luminance(colour: str) -> float:
        parts = [int(n) / 255 for n in re.findall(r"\d+", colour)[:3]]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)
