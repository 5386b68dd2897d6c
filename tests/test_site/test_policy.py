"""The Content-Security-Policy: every page has one, and nothing that a page does is against it."""

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser

import pytest
from playwright.sync_api import Page

from gallery.site import policy as ours
from tests.test_site.conftest import HTML, heaviest_pages, pages
from tests.test_site.faults import Visit, equipped
from tests.test_site.serving import served

LESSON = "lessons/spawning/names_pids_parents.html"


class Policies(HTMLParser):
    """The policies in a page, and the markup that a policy must not need to allow."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.wrong: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a policy, what comes before the first one, and code in an attribute."""
        its = dict(attrs)
        if tag == "meta" and (its.get("http-equiv") or "").lower() == "content-security-policy":
            self.found.append(its["content"] or "")
        if tag in ("script", "style", "link") and not self.found:
            self.wrong.append(f"<{tag}> comes before the policy")
        self.wrong += [
            f'{name}="{value}" of <{tag}>'
            for name, value in attrs
            if name == "style" or name.startswith("on")
        ]


@cache
def policies() -> dict[str, Policies]:
    """Read all pages."""
    return {name: Policies((HTML / name).read_text("utf-8")) for name in pages()}


@pytest.fixture(scope="module")
def roots() -> Iterator[dict[str, str]]:
    """Give the site's addresses: of a server's root, of a folder of it, and of its file."""
    with served(HTML) as root, served(HTML, "/some/course/") as below:
        yield {"root": root, "below": below, "file": HTML.as_uri() + "/"}


class Site:
    """The site below one of its roots, called to open a page."""

    def __init__(self, page: Page, root: str, at_root: bool) -> None:
        self.visit, self.root, self.at_root = Visit(page, root), root, at_root

    def __call__(self, name: str) -> Page:
        """Open a page."""
        self.visit.page.goto(self.root + name)
        equipped(self.visit.page)
        return self.visit.page

    def refused(self) -> list[str]:
        """Return what was against the page's policy, and what else went wrong till now."""
        return self.visit.refused() + self.visit.complaints


@pytest.fixture(params=["root", "below", "file"])
def open_page(browser, roots, request) -> Iterator[Site]:
    """Open a page, from wherever the site is."""
    with browser.new_context() as context:
        yield Site(context.new_page(), roots[request.param], request.param == "root")


def test_every_page_has_a_policy_that_allows_no_inline_code():
    for name, its in policies().items():
        (policy,) = its.found
        assert policy == ours.written(ours.directives()), name
        assert its.wrong == [], name


def test_what_a_policy_must_not_need_is_found():
    wrong = Policies("<link href=a><meta http-equiv=content-security-policy content=b>").wrong
    assert wrong == ["<link> comes before the policy"]
    page = "<meta http-equiv=Content-Security-Policy content=b><p style='c: d' onclick=e><style>"
    assert Policies(page).wrong == ['style="c: d" of <p>', 'onclick="e" of <p>']


def test_no_page_does_what_its_policy_forbids(open_page):
    """One page of each kind, from each root; test_every_page.py opens all from one."""
    for name in heaviest_pages().values():
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
    page.locator(".theme-toggle").click()
    assert page.evaluate("document.body.dataset.theme") != before
    page.locator("label[for=start-spawn]").click()
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
    page.keyboard.press("/")
    page.keyboard.type("sentinel")
    page.locator("[role=option]", has_text="Sentinels").first.wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?*")
    page.locator(".search-results a", has_text="Sentinels").first.wait_for()
    page.wait_for_load_state("networkidle")
    assert open_page.refused() == []


def test_the_file_for_servers_allows_what_the_pages_allow():
    (served,) = re.findall(
        r"^  Content-Security-Policy: (.*)$", (HTML / "_headers").read_text(), re.M
    )
    allowed = {d.split()[0]: set(d.split()[1:]) for d in served.split("; ")}
    for its in policies().values():
        for directive in its.found[0].split("; "):
            name, *sources = directive.split()
            assert set(sources) - {"file:"} <= allowed[name]
    assert allowed["frame-ancestors"] == {"'none'"}
    assert "file:" not in served
    assert "unsafe" not in served
