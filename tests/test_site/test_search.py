"""The search in the browser: right pages first, by keyboard, from a file, with nothing found."""

import re

import pytest

from tests.test_site.conftest import HTML, ROOT, pages

QUERIES = ROOT / "tests/test_site/queries.tsv"
WANTED = 0.95  # of the queries; the right page among the first three
LESSON = "lessons/pools/starmap.html"
RESULTS = ".search-results > li > a"


def queries() -> list[tuple[str, set[str]]]:
    """Return each query and the addresses of its pages."""
    found = []
    for line in QUERIES.read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            query, names = line.split("\t")
            found.append((query, {address(name) for name in names.split()}))
    return found


def address(name: str) -> str:
    """Return the address of a page that is named as in the queries' file."""
    lesson = f"lessons/{name}.html"
    return lesson if "/" in name else f"{name}.html"


def found(page, query: str, most: int = 3) -> list[str]:
    """Type a query; return the addresses of the first results."""
    page.locator("#search-field").fill(query)
    links = page.eval_on_selector_all(RESULTS, "all => all.map(a => a.getAttribute('href'))")
    return links[:most]


def test_the_queries_are_many_and_name_pages_that_exist():
    """A name of a page that is still to be written is fine as long as another one is there."""
    asked = [query for query, _ in queries()]
    assert len(asked) >= 100
    assert len(set(asked)) == len(asked)
    there = set(pages())
    assert [query for query, wanted in queries() if not wanted & there] == []


def test_the_right_page_is_among_the_first_three(visit):
    visited = visit("search.html")
    missed = [
        f"{query}: {', '.join(first)}"
        for query, wanted in queries()
        for first in [found(visited.page, query)]
        if not wanted & set(first)
    ]
    assert len(missed) <= (1 - WANTED) * len(queries()), "\n".join(missed)
    assert visited.complaints == visited.elsewhere == []


@pytest.mark.parametrize(
    "message",
    [
        "AttributeError: Can't get attribute 'f' on <module '__main__'",
        "TypeError: power() missing 1 required positional argument: 'exponent'",
        "_pickle.PicklingError: Can't pickle <function <lambda> at 0x7f3c>: attribute lookup "
        "<lambda> on __main__ failed",
    ],
)
def test_a_whole_error_message_finds_its_lesson_first(visit, message):
    assert found(visit("search.html").page, message, 1) == [LESSON]


def test_a_result_shows_its_chapter_and_the_words_in_their_place(visit):
    page = visit("search.html?q=starmap+zip").page
    first = page.locator(".search-results > li").first
    assert first.locator("a").first.get_attribute("href") == LESSON
    assert first.locator(".search-chapter").inner_text() == "Process pools"
    marked = {word.lower() for word in first.locator("mark").all_inner_texts()}
    assert "zip" in marked
    assert "pages, the best first" in page.get_by_role("status").inner_text()


@pytest.mark.parametrize("name", ["index.html", LESSON])
def test_a_search_by_keyboard_alone(visit, name):
    """From a page: / and words and Enter; in the results: arrows and Enter."""
    page = visit(name).page
    page.keyboard.press("/")
    page.keyboard.type("starmap/zip")  # the second / is one of the words
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=starmap%2Fzip*")
    assert page.locator("#search-field").input_value() == "starmap/zip"
    page.wait_for_selector(RESULTS)

    def focused() -> str:
        return page.evaluate("document.activeElement.getAttribute('href') || ''")

    assert focused() == ""
    page.keyboard.press("ArrowDown")
    assert focused() == LESSON
    page.keyboard.press("ArrowDown")
    assert focused() not in ("", LESSON)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.id") == "search-field"
    page.keyboard.press("Enter")
    assert focused() == LESSON
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{LESSON}")


def test_the_slash_leads_to_the_search_where_the_sidebar_is_folded(visit):
    page = visit("index.html", width=360).page
    page.keyboard.press("/")
    page.wait_for_url("**/search.html*")
    assert page.evaluate("document.activeElement.id") == "search-field"


def test_going_back_shows_the_same_results(visit):
    page = visit("search.html").page
    page.locator("#search-field").fill("sentinel")
    page.locator(RESULTS).first.click()
    page.wait_for_url("**/lessons/**")
    page.go_back()
    page.wait_for_selector(RESULTS)
    assert page.locator("#search-field").input_value() == "sentinel"


def test_nothing_found_says_what_to_try(visit):
    page = visit("search.html?q=xylophone").page
    assert "No page" in page.get_by_role("status").inner_text()
    nothing = page.locator(".search-nothing")
    assert nothing.is_visible()
    links = nothing.locator("a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert links == ["names.html", "lessons/index.html"]
    assert all((HTML / link).is_file() for link in links)
    page.locator("#search-field").fill("queue")
    assert not nothing.is_visible()
    page.locator("#search-field").fill("")
    assert page.locator(RESULTS).count() == 0
    assert page.get_by_role("status").inner_text() == ""


def test_what_is_typed_is_never_markup(visit):
    visited = visit("search.html?q=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E+queue")
    assert visited.page.locator(RESULTS).count() > 0
    assert visited.page.locator("#furo-main-content img").count() == 0
    assert visited.complaints == []


def test_without_javascript_the_page_says_so_and_where_to_look(visit):
    page = visit("search.html", script=False).page
    assert "needs JavaScript" in page.locator("#furo-main-content noscript").inner_text()
    assert page.locator("#furo-main-content a[href='names.html']").first.is_visible()
    assert not page.locator("#search-field").is_visible()


def test_the_search_page_has_one_heading_and_no_script_of_its_own():
    """Its scripts are files; the theme's one line for colours is on every page."""
    text = (HTML / "search.html").read_text("utf-8")
    assert len(re.findall(r"<h1[ >]", text)) == 1
    main = re.search(r'<article role="main".*?</article>', text, re.DOTALL)[0]
    assert "<script" not in main
    assert not re.search(r"\son\w+=", main)
    for script in ("search-index.js", "search.js"):
        assert script in text
        assert script not in (HTML / "index.html").read_text("utf-8")


def test_lessons_end_with_what_they_are_asked_as(visit):
    page = visit(LESSON).page
    assert "pool.map with two arguments" in page.locator(".also-asked").inner_text()
