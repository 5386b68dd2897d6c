"""For every reader: all is reached by key and seen there, paper and high contrast hold it."""

import re

import pytest

LESSON = "lessons/spawning/names_pids_parents.html"


def focused(page) -> dict:
    """Say what has the focus, and whether a reader can see that."""
    return page.evaluate(
        """() => {
            const e = document.activeElement, next = e.nextElementSibling;
            // The switch's radio is invisible; the words beside it show what is chosen.
            const box = e.matches(".switch input") ? next : e;
            const style = getComputedStyle(box), r = box.getBoundingClientRect();
            const around = e.closest(".quiz-choice, .lessons li, .doors li, .most-asked li");
            const marked = [style, around && getComputedStyle(around)].some(
                s => s && s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0);
            return {
                name: e.outerHTML.slice(0, 120), body: e === document.body, marked,
                seen: style.opacity > 0.5 && r.width > 0 && r.right > 0 && r.left < innerWidth
                    && r.bottom > 0 && r.top < innerHeight
                    && box.checkVisibility({visibilityProperty: true}),
            };
        }"""
    )


@pytest.mark.parametrize("width", [640, 1280])
@pytest.mark.parametrize("name", ["index.html", LESSON, "quiz/shared_memory.html", "evidence.html"])
def test_what_has_the_focus_can_be_seen(visit, name, width):
    """Tab through the page: never to something hidden, never without a mark."""
    page = visit(name, width=width).page
    page.emulate_media(reduced_motion="reduce")
    count, bad = 0, []
    for _ in range(150):
        page.keyboard.press("Tab")
        at = focused(page)
        if at["body"]:
            break
        count += 1
        if not (at["seen"] and at["marked"]):
            bad.append(at)
    assert bad == []
    assert count >= 8


def test_the_first_key_offers_to_skip_to_the_content(visit):
    page = visit(LESSON).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Skip to content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('article') !== null")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_paper(visit, scheme):
    """The chosen start method with its name, links as text, nothing to press, no question."""
    page = visit(f"{LESSON}?start=spawn", dark=scheme == "dark").page
    page.emulate_media(media="print", color_scheme=scheme)
    variants = page.locator(":is(.cell, #the-whole-run) .variant:visible")
    assert variants.count() >= 2
    assert {v.get_attribute("data-start") for v in variants.all()} == {"spawn"}
    assert page.locator(".switch label:visible").all_inner_texts() == ["spawn\nmacOS, Windows"]
    for what in (
        ".sidebar-drawer",
        ".toc-drawer",
        ".controls",
        ".at",
        ".copybtn",
        ".quiz-question",
    ):
        assert not any(e.is_visible() for e in page.locator(what).all()), what
    colours = page.locator("article p a").evaluate_all(
        "all => all.map(a => [getComputedStyle(a).color, getComputedStyle(a.parentNode).color])"
    )
    assert colours
    assert all(link == text for link, text in colours)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_a_lesson_takes_five_sheets_at_most(visit):
    page = visit("lessons/pools/pool_map.html").page
    sheets = page.pdf(prefer_css_page_size=True)
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", sheets)) <= 5


def test_forced_colours_keep_lives_and_marks(visit):
    """In a high contrast theme the bars are there, and so is the switch's choice."""
    page = visit(LESSON).page
    page.emulate_media(forced_colors="active")
    slice_ = page.locator(".slice:visible").first
    fills = slice_.locator(".lane:not(.axis, .p-help) rect").evaluate_all(
        "all => all.map(e => getComputedStyle(e).fill)"
    )
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert fills and paper not in fills
    look = "e => getComputedStyle(e).borderTopWidth + getComputedStyle(e).borderTopColor"
    chosen, other = ".switch input:checked + label", ".switch input:not(:checked) + label"
    assert page.locator(chosen).evaluate(look) != page.locator(other).first.evaluate(look)
