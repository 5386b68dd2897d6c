"""The table of evidence and the lines on the lessons' pages, in the browser."""

import re

import pytest

from gallery.evidence.findings import FILE, TESTS, Findings


@pytest.fixture(scope="module", autouse=True)
def tested() -> str:
    """Return the name of a lesson whose tests passed: CI gathers evidence of what changed last."""
    findings = Findings.load(FILE) if FILE.exists() else None
    for name, evidence in findings.lessons.items() if findings else ():
        if any(row[TESTS].state == "ok" for row in evidence.cells.values()):
            return name
    pytest.skip("the site was built without evidence: run make evidence, then make")


@pytest.fixture(scope="module")
def chapter(tested) -> str:
    """Return the page of its chapter's evidence."""
    return f"evidence/{tested.split('/')[0]}.html"


def shown_as(name: str) -> str:
    """Return how the table names a lesson."""
    return name.split("/")[1].replace("_", " ")


def shown(page) -> list[str]:
    """Return the names of the lessons that the table shows."""
    return page.locator("table.evidence-table tbody tr:visible td:first-child").all_inner_texts()


def test_the_filter(visit, chapter):
    page = visit(chapter).page
    everything = shown(page)
    assert len(everything) >= 3
    assert page.locator(".evidence-filter output").inner_text() == (
        f"{len(everything)} of {len(everything)} lessons"
    )
    python = page.get_by_label("Python", exact=True)
    columns = page.locator("table.evidence-table thead th:visible")
    before = columns.count()
    python.select_option(index=1)
    assert columns.count() == before - len(python.locator("option").all()) + 2
    assert shown(page) == everything
    python.select_option("all")

    state = page.get_by_label("With a result that is")
    state.select_option("ok")
    assert shown(page)
    for name in state.locator("option").all_inner_texts()[1:]:
        state.select_option(name)
        kind = f".state-{name.replace(' ', '-')}"
        rows = page.locator("table.evidence-table tbody tr:visible")
        assert rows.count() == rows.filter(has=page.locator(kind)).count() > 0
    state.select_option("all")

    runs = page.get_by_label("Its runs wrote")
    for value in [option.get_attribute("value") for option in runs.locator("option").all()[1:]]:
        runs.select_option(value)
        rows = page.locator("table.evidence-table tbody tr")
        assert len(shown(page)) == rows.filter(has=page.locator(f".{value}")).count()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_phone_shows_the_whole_table_without_scrolling_sideways(visit, script, tested, chapter):
    page = visit(chapter, width=360, script=script).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    table = page.locator("table.evidence-table")
    assert table.evaluate("e => e.scrollWidth <= e.clientWidth + 1")
    assert table.evaluate("e => e.parentElement.scrollWidth <= e.parentElement.clientWidth + 1")
    assert len(shown(page)) >= 3
    row = page.locator("table.evidence-table tbody tr").nth(shown(page).index(shown_as(tested)))
    for words in ("CPython 3.11", "fork", "forkserver", "spawn", "tests"):
        assert words in row.inner_text()


def test_the_overview_leads_to_each_chapter(visit, tested, chapter):
    page = visit("evidence.html").page
    rows = page.locator("table.evidence-overview tbody tr")
    assert rows.count() >= 4
    cells = [row.locator("td").all_inner_texts()[1:] for row in rows.all()]
    assert all(re.search(r"\d+ of \d+|^\d+ not run$", cell) for row in cells for cell in row)
    page.locator(f"table.evidence-overview a[href$='{chapter}']").click()
    page.wait_for_url(f"**/{chapter}")
    assert shown_as(tested) in shown(page)


def test_a_badge_leads_to_the_evidence(visit, tested, chapter):
    page = visit(f"lessons/{tested}.html").page
    link = page.locator(".badges").get_by_role("link")
    assert re.search("same lines|of the lines|Tested on Python 3|Failed", link.inner_text())
    link.click()
    page.wait_for_url(f"**/{chapter}")
