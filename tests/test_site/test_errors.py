"""Error pages and pairs of programs in the reader's hands."""

import re

import pytest

from tests.test_site.conftest import HTML, ROOT
from tests.test_site.faults import equipped

REFUSED = "lessons/does_not_start/bootstrapping.html"
HANGS = "lessons/hangs/join_before_get.html"
PAGES = [
    str(path.relative_to(HTML))
    for header in ROOT.glob("snippets/*/GALLERY_HEADER.rst")
    if "chapter_section: Errors" in header.read_text("utf-8")
    for path in sorted((HTML / "lessons" / header.parent.name).glob("[!i]*.html"))
]
VIEWS = ("broken", "cured", "difference")


def seen(page) -> list[str]:
    """Return which views of the first pair can be seen."""
    return [v for v in VIEWS if page.locator(f".pair > .view.{v}").first.is_visible()]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (360, 740)])
def test_the_cure_is_on_the_first_screen(visit, name, width, height):
    page = visit(name, width=width).page
    page.set_viewport_size({"width": width, "height": height})
    box = page.locator(".cure").bounding_box()
    assert box["y"] + box["height"] <= height
    assert page.locator(".message").first.bounding_box()["y"] < box["y"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("script", [True, False])
def test_a_pair_shows_one_of_three_with_and_without_javascript(visit, script):
    """A press on the word chooses."""
    page = visit(REFUSED, script=script).page
    assert seen(page) == ["broken"]
    for view in ("cured", "difference", "broken"):
        page.locator(f".pair label.{view}").click()
        assert seen(page) == [view]


def test_a_pair_is_one_stop_of_the_tab_key_and_arrows_choose(visit):
    page = visit(REFUSED).page
    page.locator(".pair input").first.focus()
    page.keyboard.press("ArrowRight")
    assert seen(page) == ["cured"]
    page.keyboard.press("ArrowRight")
    assert seen(page) == ["difference"]
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('fieldset')") is None


def test_paper_has_both_programs(visit):
    page = visit(REFUSED).page
    page.emulate_media(media="print")
    assert seen(page) == ["broken", "cured"]
    assert not page.locator(".pair fieldset").is_visible()


@pytest.mark.parametrize("view", ["broken", "cured"])
def test_what_is_copied_is_the_file(visit, view):
    page = visit(REFUSED).page
    page.locator(f".pair label.{view}").click()
    shown = page.locator(f".view.{view} pre").first.evaluate("pre => pre.textContent")
    file = HTML / "downloads/does_not_start" / f"bootstrapping.{view}.py"
    assert shown == file.read_text("utf-8")
    mark = page.locator(f".view.{view} .why").first
    assert mark.evaluate("why => why.querySelector('.vh').getBoundingClientRect().width") <= 1


def test_the_switch_chooses_what_happened(visit):
    """It opens where the error is; under fork the broken program greets."""
    page = visit(REFUSED).page
    assert page.evaluate("document.documentElement.dataset.start") == "spawn"
    lines = page.locator(".view.broken .lines:visible")
    assert "has finished its bootstrapping phase" in lines.inner_text()
    page.locator("label[for=start-fork]").click()
    assert "hello from the child" in lines.inner_text()


def test_a_program_that_hangs_says_when_it_was_ended_and_where_it_stood(visit):
    page = visit(HANGS).page
    broken = page.locator(".view.broken")
    assert re.search(r"was given 10 s, and was still running: we ended it", broken.inner_text())
    broken.locator("summary", has_text="Where its processes stood").click()
    assert "BaseProcess.join" in broken.inner_text() or "not known" in broken.inner_text()


def test_the_list_of_errors_leads_to_pages_and_to_headings_of_lessons(visit):
    page = visit("errors.html").page
    entry = page.locator("ul.errors > li", has_text="bootstrapping phase")
    assert "Start processes under the guard" in entry.inner_text()
    entry.click(position={"x": 5, "y": 5})  # all of it is the link
    page.wait_for_url(f"**/{REFUSED}*")
    page.go_back()
    equipped(page)
    links = page.locator("ul.errors a[href*='#']")
    assert links.count() >= 8
    for href in links.evaluate_all("all => all.map(a => a.href)"):
        file, _, anchor = href.partition("#")
        text = (HTML / file.partition("/lessons/")[2].join(["lessons/", ""])).read_text("utf-8")
        assert f'id="{anchor}"' in text, href


def test_every_error_page_is_listed(visit):
    page = visit("errors.html").page
    hrefs = page.locator("ul.errors a").evaluate_all("all => all.map(a => a.pathname.slice(1))")
    assert set(PAGES) <= set(hrefs)
    assert len(PAGES) >= 3
