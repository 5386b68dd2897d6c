"""The shell of every page: the bar, the section beside it, the list of contents, keys, and room."""

import gzip
import re
from html.parser import HTMLParser

import pytest

from tests.test_site.conftest import HTML, heaviest_pages, pages
from tests.test_site.faults import equipped

LESSON = "lessons/pools/pool_map.html"


class Beside(HTMLParser):
    """What stands beside a page: its links, and for each chapter whether it is open."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.inside = False
        self.open: list[bool] = []
        self.links: list[str] = []
        self.current: list[str] = []
        text = (HTML / name).read_text("utf-8")
        found = re.search(r'<nav class="sidebar-tree".*?</nav>', text, re.DOTALL)
        self.feed(found[0] if found else "")

    def handle_starttag(self, tag, attrs):
        """Note chapters and links."""
        attrs = dict(attrs)
        if tag == "details":
            self.open.append("open" in attrs)
        if tag == "a":
            self.links.append(attrs["href"])
            if attrs.get("aria-current") == "page":
                self.current.append(attrs["href"])


@pytest.mark.parametrize("name", [name for name in pages() if name.startswith("lessons/")])
def test_one_chapter_is_open_and_the_page_is_marked(name):
    beside = Beside(name)
    course = set(re.findall(r'href="(\w+)/index.html', (HTML / "lessons/index.html").read_text()))
    others = {path.parent.name for path in HTML.glob("lessons/*/index.html")} - course
    is_course = name == "lessons/index.html" or name.split("/")[1] in course
    assert len(beside.open) == len(course if is_course else others)
    assert beside.open.count(True) == (name != "lessons/index.html")
    assert len(beside.current) == 1
    assert len(beside.links) <= 30


@pytest.mark.parametrize(
    ("name", "section"),
    [
        (LESSON, "Learn"),
        ("lessons/index.html", "Learn"),
        ("lessons/hangs/index.html", "Errors"),
        ("glossary.html", "Reference"),
        ("quiz/pools.html", "Check yourself"),
        ("evidence.html", None),
        ("search.html", None),
        ("index.html", None),
    ],
)
def test_the_bar_marks_the_section(visit, name, section):
    page = visit(name).page
    marked = page.locator(".site-bar .sections [aria-current]").all_inner_texts()
    assert marked == ([section] if section else [])


def test_what_is_for_maintainers_is_at_the_foot_only(visit):
    page = visit(LESSON).page
    assert page.locator(".site-bar, aside").get_by_role("link", name="Evidence").count() == 0
    assert page.locator("footer").get_by_role("link", name="Evidence").is_visible()


@pytest.mark.parametrize("script", [True, False])
def test_a_narrow_window_s_menu_opens_by_key(visit, script):
    page = visit(LESSON, width=360, script=script).page
    link = page.locator("aside").get_by_role("link", name="Reference")
    chapter = page.locator(".sidebar-tree summary", has_text="Communication")
    assert not link.is_visible()
    button = page.get_by_role("button", name="Menu")
    button.focus()
    page.keyboard.press("Enter")
    link.wait_for()
    assert chapter.is_visible()
    chapter.focus()
    page.keyboard.press("Enter")
    opened = chapter.locator("xpath=parent::details[@open]")
    opened.get_by_text(re.compile(r"^All \d+ lessons$")).first.wait_for()
    page.keyboard.press("Escape")
    link.wait_for(state="hidden")
    button.click()
    link.wait_for()
    button.click()
    link.wait_for(state="hidden")


def test_a_finger_hits_what_is_there(visit):
    """In a narrow window all that is pressed in the shell is 44 pixels high."""
    page = visit(LESSON, width=360).page
    page.get_by_role("button", name="Menu").click()
    page.locator(".toc-drawer details").evaluate("e => e.open = true")
    pressed = ".site-bar :is(button, input), .related-pages a"
    pressed += ", :is(.sidebar-drawer, .toc-drawer) :is(a, summary)"
    small = page.locator(pressed).evaluate_all(
        "all => all.filter(e => e.offsetHeight && e.offsetHeight < 44).map(e => e.outerHTML)"
    )
    assert small == []


def test_the_contents_are_beside_the_text_where_there_is_room(visit):
    page = visit(LESSON, width=1200, script=False).page
    link, words = page.locator(".toc-tree a:visible").first, page.locator("article h2").first
    assert link.bounding_box()["x"] > words.bounding_box()["x"] + words.bounding_box()["width"]
    assert link.bounding_box()["y"] < 300
    page.set_viewport_size({"width": 1199, "height": 900})
    assert not page.locator(".toc-tree a:visible").count()
    page.locator(".toc-drawer summary").click()
    assert link.bounding_box()["y"] < words.bounding_box()["y"]


def test_pages_with_headings_have_a_list_of_contents():
    told = re.compile(r"^hide-toc: true$", re.MULTILINE)
    for name in pages():
        text = (HTML / name).read_text("utf-8")
        source = HTML.parents[1] / "docs" / name.replace(".html", ".md")
        hidden = source.is_file() and told.search(source.read_text("utf-8"))
        article = text.partition("<article")[2].partition("</article>")[0]
        headings = len(re.findall(r"<section [^>]*>\s*(?:<span[^>]*></span>)*<h[23]", article))
        if not hidden:
            assert ("toc-drawer" in article) == (headings > 0), name


def test_the_heading_that_one_reads_below_is_marked(visit):
    page = visit(LESSON).page
    assert page.locator(".toc-tree [aria-current]").count() == 0
    for title in ("One bad input", "A pool uses the others"):
        heading = page.get_by_role("heading", name=title)
        heading.evaluate("e => e.scrollIntoView({behavior: 'instant'})")
        page.locator(".toc-tree [aria-current]", has_text=title).wait_for()
        assert page.locator(".toc-tree [aria-current]").count() == 1


def test_arrows_turn_the_page_unless_something_has_the_focus(visit):
    page = visit(LESSON).page
    page.locator(".find input").focus()
    page.keyboard.type("ab")
    page.keyboard.press("ArrowRight")
    page.locator(".find input").fill("")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Control+ArrowRight")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/imap.html")
    equipped(page).keyboard.press("ArrowLeft")
    page.wait_for_url("**/pool_map.html")
    equipped(page).keyboard.press("ArrowLeft")
    page.wait_for_url("**/pools/index.html")


@pytest.mark.parametrize("key", ["/", "Control+k"])
@pytest.mark.parametrize("width", [360, 1280])
def test_keys_lead_to_the_search_in_the_bar(visit, key, width):
    page = visit(LESSON, width=width).page
    page.keyboard.press(key)
    assert page.evaluate("document.activeElement.matches('.find input')")
    page.keyboard.type("a/b")
    assert page.locator(".find input").input_value() == "a/b"


def test_the_search_field_works_without_scripts(visit):
    page = visit(LESSON, script=False).page
    page.locator(".find input").fill("queue")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=queue")


@pytest.mark.parametrize(("dark", "steps"), [(False, "dark light auto"), (True, "light dark auto")])
def test_the_theme_s_button_changes_what_is_seen_and_is_remembered(visit, dark, steps):
    page = visit(LESSON, dark=dark).page
    button = page.locator(".theme-toggle")
    paper = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(paper)
    for step in steps.split():
        button.click()
        assert page.evaluate("document.body.dataset.theme") == step
        assert button.get_attribute("aria-label") == f"Theme: {step}. Change"
        assert (page.evaluate(paper) == before) == (
            step == ("dark" if dark else "light") or step == "auto"
        )
        page.reload()
        equipped(page)
        assert page.evaluate("document.body.dataset.theme") == step
    assert page.evaluate(paper) == before


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("kind", heaviest_pages())
def test_nothing_moves_while_a_page_loads(browser, address, kind, width):
    """With the choices of an earlier visit, which come before anything is drawn."""
    with browser.new_context(viewport={"width": width, "height": 900}) as context:
        page = context.new_page()
        page.add_init_script(
            """localStorage.setItem("theme", "dark"); localStorage.setItem("start", "spawn");
            window.moved = [];
            new PerformanceObserver(list => list.getEntries().forEach(shift => moved.push(
                [shift.value, ...shift.sources.map(s => s.node?.outerHTML?.slice(0, 80))]
            ))).observe({type: "layout-shift", buffered: true});"""
        )
        page.goto(address + heaviest_pages()[kind], wait_until="networkidle")
        equipped(page)
        assert page.evaluate("moved") == []


@pytest.mark.parametrize("name", ["index.html", LESSON, "quiz/pools.html"])
def test_words_are_seen_before_a_script_is_asked_for(visit, name):
    page = visit(name).page
    painted, asked = page.evaluate(
        """[performance.getEntriesByName("first-contentful-paint")[0].startTime,
            performance.getEntriesByType("resource").filter(one => one.name.includes(".js"))
                .map(one => one.startTime)]"""
    )
    assert asked and min(asked) >= painted


@pytest.mark.parametrize("width", [1280, 1440, 2000])
def test_lines_of_prose_are_at_most_seventy_characters_wide(visit, width):
    """By the sheet's measure: 36 em of their own size. Code and tables may be wider."""
    page = visit(LESSON, width=width).page
    em = page.locator("section:not(#run-it) > :is(p, ul, ol):not([class])").evaluate_all(
        "all => all.map(e => e.clientWidth / parseFloat(getComputedStyle(e).fontSize))"
    )
    assert 30 < max(em) <= 36.1
    code = page.locator("article .highlight").first
    assert code.evaluate("e => e.clientWidth") > page.locator("article p").nth(1).evaluate(
        "e => e.clientWidth"
    )


def test_what_all_pages_load_is_small():
    """Of 40 kB that a lesson may cost."""
    css, js = (
        gzip.compress((HTML / f"_static/site-pages.{x}").read_bytes(), 6) for x in ("css", "js")
    )
    assert len(css) <= 12_000
    assert len(js) <= 3_000


def test_on_paper_there_is_no_shell(visit):
    page = visit(LESSON).page
    page.emulate_media(media="print")
    for part in (
        ".site-bar",
        ".sidebar-drawer",
        ".toc-drawer",
        ".way",
        "footer",
        ".skip-to-content",
    ):
        assert not page.locator(part).is_visible(), part
    assert page.locator("h1").bounding_box()["x"] < 20
