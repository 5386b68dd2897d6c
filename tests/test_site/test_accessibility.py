"""For every reader: axe finds nothing, all is reached by key, small windows and paper hold it."""

from pathlib import Path

import axe_playwright_python
import pytest

from tests.test_site.conftest import pages

AXE = next(Path(axe_playwright_python.__file__).parent.rglob("axe.min.js")).read_text("utf-8")
LESSON = "lessons/spawning/names_pids_parents.html"
# One page of each kind; a quiz's page is in test_quiz.py, answered and not.
KINDS = [
    "index.html",
    LESSON,
    "lessons/spawning/index.html",
    "lessons/index.html",
    "quiz.html",
    "names.html",
    "downloads.html",
    "evidence.html",
    "how-to-read.html",
    "recording-format.html",
    "videos.html",
    "search.html",
]
LOOKS = [(width, scheme) for scheme in ("light", "dark") for width in (360, 1280)]


def violations(page) -> list[tuple[str, str]]:
    """Run axe with all its rules; return each broken rule and the first place."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE)
    # All rules; only the account of what is right is left out, and it takes most of the time.
    found = page.evaluate(
        "axe.run({selectors: false, resultTypes: ['violations']}).then(r => r.violations)"
    )
    return [(v["id"], v["nodes"][0]["html"][:200]) for v in found]


def unfold(page) -> None:
    """Open whatever is folded, and have what is too wide made reachable."""
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.evaluate("dispatchEvent(new Event('resize'))")
    # What is too wide is noticed when a frame has been laid out: it is over by the next one.
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("half", [0, 1])
def test_axe_finds_nothing_on_any_page(visit, address, half):
    """All unfolded. One page of each kind in both widths and schemes, every page in one of them."""
    page = visit("index.html").page
    found = []
    for number, name in enumerate(pages()):
        if number % 2 != half:
            continue
        looks = LOOKS if name in KINDS else [LOOKS[number // 2 % len(LOOKS)]]
        page.goto(address + name)
        for width, scheme in looks:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            unfold(page)
            found += [(name, width, scheme, *one) for one in violations(page)]
    assert found == []


def test_the_kinds_are_pages():
    assert set(KINDS) <= set(pages())


@pytest.mark.parametrize("width", [360, 640])
def test_nothing_scrolls_sideways_with_all_unfolded(visit, address, width):
    """360 px is a phone, 640 px a window of 1,280 at a zoom of 200 %."""
    page = visit("index.html", width=width).page
    for name in pages():
        page.goto(address + name)
        unfold(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{name} is {wide} px wide in a window of {width}"


def focused(page) -> dict:
    """Say what has the focus, and whether a reader can see that."""
    return page.evaluate(
        """() => {
            const e = document.activeElement, next = e.nextElementSibling;
            // The switch's radio is invisible; the words beside it show what is chosen.
            const box = e.matches(".start-switch input") ? next : e;
            const style = getComputedStyle(box), r = box.getBoundingClientRect();
            const around = e.closest(".quiz-choice, .sd-card");
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


def test_a_narrow_window_s_navigation_opens_by_key(visit):
    """The theme has a label, for a pointer; there is a button in it."""
    page = visit(LESSON, width=640).page
    link = page.locator(".sidebar-tree a", has_text="Quiz").first
    assert not link.is_visible()
    button = page.get_by_role("button", name="Toggle site navigation sidebar")
    button.focus()
    page.keyboard.press("Enter")
    link.wait_for(state="visible")
    assert button.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Enter")
    link.wait_for(state="hidden")
    button.click()  # the label does not undo it
    link.wait_for(state="visible")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_paper(visit, scheme):
    """The outputs under all start methods with their names, links as text, nothing to press."""
    page = visit(f"{LESSON}?start=spawn", dark=scheme == "dark").page
    page.emulate_media(media="print", color_scheme=scheme)
    variants = page.locator(".variant:not(.quiz-question *)")
    assert variants.count() >= 6
    for variant in variants.all():
        assert variant.is_visible()
        assert variant.locator(".variant-name").is_visible()
        assert variant.get_attribute("data-start") in variant.locator(".variant-name").inner_text()
    for what in (".sidebar-drawer", ".toc-drawer", "button", ".start-switch", ".replay"):
        assert not any(e.is_visible() for e in page.locator(what).all()), what
    colours = page.locator("article p a").evaluate_all(
        "all => all.map(a => [getComputedStyle(a).color, getComputedStyle(a.parentNode).color])"
    )
    assert colours
    assert all(link == text for link, text in colours)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_forced_colours_keep_lives_and_marks(visit):
    """In a high contrast theme the bars are there, and so is the switch's choice."""
    page = visit(LESSON).page
    page.emulate_media(forced_colors="active")
    plot = page.locator(".plot:visible").first
    fills = plot.locator(".life:not(.p-help)").evaluate_all(
        "all => all.map(e => getComputedStyle(e).fill)"
    )
    paper = page.evaluate("getComputedStyle(document.querySelector('.content')).backgroundColor")
    assert fills and paper not in fills
    chosen = page.locator(".start-switch input:checked + span:visible").first
    other = page.locator(".start-switch input:not(:checked) + span:visible").first
    look = "e => getComputedStyle(e).borderTopWidth + getComputedStyle(e).borderTopColor"
    assert chosen.evaluate(look) != other.evaluate(look)
