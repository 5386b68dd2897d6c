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

FIVE = "lessons/spawning/first_process.html"
DIFFERS = "lessons/spawning/names_pids_parents.html"
# A reader's environment: PYTHONUNBUFFERED, for one, would tear lines of two processes.
PLAIN = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
METHODS = ("fork", "forkserver", "spawn")
LINES = Counter(
    [(f"child {n + 1}", f"Worker {n} {what}") for n in range(5) for what in ("started", "finished")]
    + [("main", "All workers completed")]
)


def shown_lines(page) -> Counter:
    """Count the (gutter, text) of the lines that can be seen."""
    found = page.eval_on_selector_all(
        ".lines li",
        """items => items.filter(li => li.checkVisibility()).map(
            li => [li.querySelector(".who").textContent, li.querySelector(".said").textContent])""",
    )
    return Counter(map(tuple, found))


def shown_variants(page) -> set[str]:
    """Return the start methods of the variants that can be seen."""
    return set(
        page.eval_on_selector_all(
            ".variant", "all => all.filter(v => v.checkVisibility()).map(v => v.dataset.start)"
        )
    )


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
def test_the_five_workers_say_eleven_lines(visit, method):
    page = visit(f"{FIVE}?start={method}").page
    assert shown_lines(page) == LINES


@pytest.mark.parametrize("method", METHODS)
def test_the_timeline_shows_five_lives_that_overlap(visit, method):
    """Every child began before the first one ended."""
    page = visit(f"{FIVE}?start={method}").page
    bars = page.eval_on_selector_all(
        f".variant[data-start={method}] .life:not(.quiz-question *)",
        """bars => bars.map(b => [b.parentNode.getAttribute("class"),
            parseFloat(b.getAttribute("x")), parseFloat(b.getAttribute("width"))])""",
    )
    children = [(x, x + width) for colour, x, width in bars if colour[1].isdigit()]
    assert len(children) == 5
    assert max(start for start, _ in children) < min(end for _, end in children)
    shown = HTML / "downloads" / "spawning" / f"first_process.{method}.recording.json"
    recording = json.loads(shown.read_text("utf-8"))
    assert len(bars) == len(recording["processes"])


def test_one_switch_for_the_whole_site(visit):
    """Choosing once changes every output of the page, and is remembered on others."""
    first = visit(DIFFERS)
    page = first.page
    assert shown_variants(page) == {"fork"}  # a Linux browser
    groups = page.get_by_role("group", name="Show the recording made as on")
    assert groups.count() >= 2
    groups.first.get_by_role("radio", name="macOS, Windows").check()
    assert shown_variants(page) == {"spawn"}
    checked = page.eval_on_selector_all(
        ".start-switch input", "all => all.filter(i => i.checked).map(i => i.value)"
    )
    assert set(checked) == {"spawn"}
    assert len(checked) >= groups.count()
    page.reload()
    assert shown_variants(page) == {"spawn"}
    other = visit("lessons/communication/pipe.html", context=page.context).page
    assert shown_variants(other) == {"spawn"}


def test_the_switch_works_with_the_keyboard(visit):
    page = visit(DIFFERS).page
    page.locator(".start-switch input:checked").first.focus()
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


def test_an_unknown_start_method_in_the_address_is_ignored(visit):
    visited = visit(f"{DIFFERS}?start=%3Cscript%3E")
    assert shown_variants(visited.page) == {"fork"}
    assert visited.complaints == []


def test_without_javascript_every_variant_stands_with_its_heading(visit):
    page = visit(DIFFERS, script=False).page
    assert page.locator(".start-switch").count() == 0
    for heading in (  # they name what the build found
        r"Linux, Python up to 3\.13 \(fork\)|fork, recorded on",
        r"Linux, Python 3\.14 and later \(forkserver\)|forkserver, recorded on",
        r"spawn: macOS, Windows \(recorded on Linux\)",
    ):
        headings = page.get_by_role("heading", name=re.compile(heading))
        assert headings.count() >= 2
        assert all(h.is_visible() for h in headings.all())
    lines = page.locator(".variant .lines:not(.quiz-question *)").all()
    assert lines
    assert all(line.is_visible() for line in lines)


def test_the_gutter_is_not_copied(visit, address):
    page = visit(FIVE).page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address[:-1])
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.lines'))")
    page.keyboard.press("Control+C")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert Counter(line for line in copied.splitlines() if line.strip()) == Counter(
        text for _, text in LINES.elements()
    )


def test_copied_code_runs(visit, address, tmp_path):
    """The copy button gives a program that prints what the page shows."""
    page = visit(FIVE).page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address[:-1])
    button = page.locator("button.copybtn").first
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("button.copybtn.success")
    code = page.evaluate("navigator.clipboard.readText()")
    assert "\xa0" not in code
    (tmp_path / "copied.py").write_text(code)
    printed = lines_by_hand(tmp_path / "copied.py")
    assert Counter(printed) == Counter(text for _, text in LINES.elements())


def test_the_download_runs_in_an_empty_folder(visit, tmp_path):
    page = visit(FIVE).page
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Script .py").click()
    downloading.value.save_as(tmp_path / "first_process.py")
    script = (ROOT / "snippets/spawning/first_process.py").read_text("utf-8")
    settings = script.index("\n# sphinx_gallery_lesson_")  # what only this site needs
    assert (tmp_path / "first_process.py").read_text("utf-8") == script[:settings]
    printed = lines_by_hand(tmp_path / "first_process.py")
    assert len(printed) == 11


def test_the_command_is_copied_and_fetches_nothing(visit, address):
    page = visit(FIVE).page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address[:-1])
    page.locator("#run-it").get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").strip() == "python first_process.py"


def test_the_page_is_copied_as_markdown(visit, address):
    visited = visit(FIVE)
    page = visited.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address[:-1])
    page.get_by_role("button", name="Copy as Markdown").click()
    page.get_by_role("button", name="Copied").wait_for()
    twin = (HTML / f"{FIVE}.md").read_text("utf-8")
    assert page.evaluate("navigator.clipboard.readText()") == twin
    assert visited.complaints == []


@pytest.mark.parametrize("why", ["no script", "from a file"])
def test_where_it_cannot_be_copied_the_link_leads_to_it(visit, browser, why):
    """A page that was opened from a file may not fetch what is beside it."""
    if why == "no script":
        page = visit(FIVE, script=False).page
        page.get_by_role("link", name="View as Markdown").click()
    else:
        page = browser.new_page()
        page.goto((HTML / FIVE).as_uri())
        page.get_by_role("button", name="Copy as Markdown").click()
    page.wait_for_url(f"**/{FIVE}.md")
    page.close()


# -- what was read ------------------------------------------------------------------------------

NAME = FIVE.removesuffix(".html")
MARKED = "[data-page] .i:visible, .i[data-page]:visible"
LISTS = f"""document.querySelector("article").insertAdjacentHTML("afterbegin",
    '<p><a data-page="{NAME}">a name</a><span class="i i-check" data-page="{NAME}" hidden></span>' +
    '<button data-forget hidden>Forget</button></p>'); dispatchEvent(new Event("pageshow"))"""


def read(page) -> list[str]:
    """Return the pages that the browser has kept as read."""
    return page.evaluate("JSON.parse(localStorage.getItem('read') || '[]')")


@pytest.mark.parametrize("end", ["#run-it", f"#{make_id(HEADING)}"])
def test_a_lesson_is_read_when_its_end_was_seen(visit, end):
    page = visit(FIVE).page
    # What is observed is told of after the next frame, to all that observe.
    page.evaluate("new Promise(told => new IntersectionObserver(told).observe(document.body))")
    assert read(page) == []
    page.locator(end).evaluate("e => e.scrollIntoView({ behavior: 'instant' })")
    page.locator(f".sidebar-tree [data-page='{NAME}']").get_by_role("img", name="read").wait_for()
    assert read(page) == [NAME]
    page.reload()
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
    visited = visit(FIVE)
    for kept in ("{", "null", "7"):
        visited.page.evaluate(f"localStorage.setItem('read', '{kept}')")
        visited.page.reload()
        assert visited.page.locator(MARKED).count() == 0
    assert visited.complaints == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_colour_is_never_alone_and_can_be_read(visit, dark):
    """Each line bears its process's name, in a colour with a contrast of at least 4.5."""
    page = visit(FIVE, dark=dark).page
    found = page.eval_on_selector_all(
        ".lines .who",
        "all => all.map(w => [w.textContent, getComputedStyle(w).color,"
        " getComputedStyle(document.querySelector('.content')).backgroundColor,"
        " getComputedStyle(document.body).backgroundColor])",
    )
    colours = {name: colour for name, colour, *_ in found}
    assert set(colours) == {"main", *(f"child {n}" for n in range(1, 6))}
    assert len(set(colours.values())) == 6
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
