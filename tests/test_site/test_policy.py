"""The Content-Security-Policy: every page has one, and nothing that a page does is against it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import ConsoleMessage

from gallery.web import policy
from tests.test_site.conftest import HTML, pages
from tests.test_site.serving import served

LESSON = "lessons/spawning/names_pids_parents.html"
# Before anything else on the page: notes what the browser refuses.
WATCH = """
addEventListener("securitypolicyviolation", event => {
  (window.refused = window.refused || []).push(
    `${event.violatedDirective} ${event.blockedURI} ${event.sample} ${event.sourceFile}`);
}, true);
"""


def is_complaint(message: ConsoleMessage) -> bool:
    """Whether it is an error, and not that the browser looked for an icon where there is none."""
    return message.type == "error" and not message.location["url"].endswith("/favicon.ico")


@pytest.fixture(scope="module")
def roots() -> Iterator[dict[str, str]]:
    """Give the site's addresses: of a server's root, of a folder of it, and of its file."""
    with served(HTML) as root, served(HTML, "/some/course/") as below:
        yield {"root": root, "below": below, "file": HTML.as_uri() + "/"}


@pytest.fixture(params=["root", "below", "file"])
def open_page(browser, roots, request):
    """Open a page, from wherever the site is; ``refused()`` says what was against its policy."""
    root = roots[request.param]
    context = browser.new_context()
    context.add_init_script(WATCH)
    page = context.new_page()
    page.set_default_timeout(20_000)
    said = []
    page.on("console", lambda m: said.append(m.text) if is_complaint(m) else None)
    page.on("pageerror", lambda error: said.append(str(error)))

    def refused() -> list[str]:
        page.wait_for_timeout(50)  # what was refused is told by an event
        return [*page.evaluate("window.refused || []"), *said]

    def open_page(name: str):
        page.goto(root + name, wait_until="load")
        return page

    open_page.refused = refused
    open_page.at_root = request.param == "root"
    yield open_page
    context.close()


def test_every_page_has_a_policy_that_allows_no_inline_code():
    for name in pages():
        text = (HTML / name).read_text("utf-8")
        (found,) = policy.META.findall(text)
        assert "unsafe" not in found, name
        assert "default-src 'none'" in found
        before = text[: text.index("Content-Security-Policy")]
        assert not re.search("<(script|style|link)", before), f"{name}: the policy comes too late"
        assert not re.search(r"<[^>]+\sstyle=", text), f"{name} has a style attribute"
        assert not re.search(r"<[^>]+\son\w+=", text), f"{name} has a handler in an attribute"


def test_no_page_does_what_its_policy_forbids(open_page):
    for name in pages():
        if name == "404.html" and not open_page.at_root:
            continue  # without an address of the site, it is made for a root
        open_page(name)
        assert open_page.refused() == [], name


def test_a_policy_that_is_broken_is_seen(open_page):
    """The tests here can fail: what a page must not do is refused, and noted."""
    page = open_page("index.html")
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {text: 'hit = 1'}))"
    )
    assert page.evaluate("typeof hit") == "undefined"
    assert any("script-src" in said for said in open_page.refused())


def test_the_theme_button_and_the_switch_work_under_the_policy(open_page):
    page = open_page(LESSON)
    before = page.evaluate("document.body.dataset.theme")
    page.locator(".theme-toggle:visible").first.click()
    assert page.evaluate("document.body.dataset.theme") != before
    page.get_by_role("radio", name="macOS, Windows").first.check()
    assert page.evaluate("document.documentElement.dataset.start") == "spawn"
    page.locator(".highlight").first.hover()
    page.locator("button.copybtn").first.click()
    assert open_page.refused() == []


def test_the_quiz_works_under_the_policy(open_page):
    page = open_page("quiz/spawning.html")
    question = page.locator(".quiz-question").first
    question.locator("input").first.check()
    question.get_by_role("button", name="Check").click()
    question.locator(".quiz-verdict").wait_for()
    assert open_page.refused() == []


def test_the_search_works_under_the_policy(open_page):
    page = open_page("index.html")
    box = page.get_by_role("textbox", name="Search").first
    box.fill("sentinel")
    box.press("Enter")
    page.wait_for_url("**/search.html?*")
    page.locator(".search-results a", has_text="Sentinels").first.wait_for()
    page.wait_for_load_state("networkidle")
    assert open_page.refused() == []


def test_the_file_for_servers_allows_what_the_pages_allow():
    (served,) = re.findall(
        r"^  Content-Security-Policy: (.*)$", (HTML / "_headers").read_text(), re.M
    )
    allowed = {d.split()[0]: set(d.split()[1:]) for d in served.split("; ")}
    for one in policy.policies(HTML):
        for directive in one.split("; "):
            name, *sources = directive.split()
            assert set(sources) - {"file:"} <= allowed[name]
    assert allowed["frame-ancestors"] == {"'none'"}
    assert "file:" not in served
    assert "unsafe" not in served
