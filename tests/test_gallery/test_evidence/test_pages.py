"""The evidence on a tiny site: what is there, what does not fit, and what was not gathered."""

import dataclasses
import re
from types import SimpleNamespace
from typing import Any

import pytest

from gallery.evidence.findings import (
    ALL,
    Cell,
    Difference,
    Evidence,
    Findings,
    Python,
    Sameness,
    Spread,
)
from gallery.evidence.gathering import in_lines, key_of, same_in_words
from gallery.evidence.on_lessons import in_a_badge
from gallery.evidence.table import EvidenceTable, counted, in_short
from gallery.lesson import Lesson

OWN = Python("cpython-3.11.7", "CPython 3.11.7", "3.11.7", "ok", "", True)
NEW = Python("cpython-3.14.8", "CPython 3.14.8", "3.14.8", "ok", "")
GONE = Python("none-3.13", "CPython 3.13", "3.13", "missing", "no python3.13")
BROKEN = Python("python3.12", "python3.12", "", "broken", "it crashed when it was started")
OK = {m: Cell("ok", "", 0.5, 5, 5) for m in ("fork", "forkserver", "spawn", "tests")}
SAME = {m: Sameness(5, 1, 1, 1) for m in ("fork", "forkserver", "spawn")}


def evidence(key="k", new=OK, orders=1, **more) -> Evidence:
    """Return the evidence of a lesson."""
    same = {**SAME, "spawn": Sameness(5, 1, 1, orders), ALL: Sameness(15, 1, 1, orders)}
    return Evidence(key, {OWN.id: OK, NEW.id: new}, same, **more)


def findings(one: Evidence, *pythons: Python) -> Findings:
    """Return findings of one lesson, tiny/lesson."""
    return Findings((OWN, NEW, *pythons), {"tiny/lesson": one})


@pytest.mark.parametrize(
    ("sameness", "more", "words"),
    [
        (SAME | {ALL: Sameness(15, 1, 1, 4)}, {}, "The same lines in 15 of 15 runs"),
        (
            SAME | {ALL: Sameness(15, 2, 2, 2)},
            {},
            "The same lines under each start method, in 15 of 15 runs",
        ),
        (
            SAME | {ALL: Sameness(15, 1, 1, 1)},
            {"spread": (Spread("lost 1 … 9", 15, 15, 1, 1),)},
            "The same lines, numbers aside, in 15 of 15 runs",
        ),
    ],
)
def test_a_badge_says_that_repeated_runs_wrote_the_same(sameness, more, words):
    one = dataclasses.replace(evidence(), sameness=sameness, **more)
    assert in_a_badge(one, findings(one, GONE, BROKEN)) == ("check", words)


def test_a_badge_says_that_chance_decides_the_lines():
    same = {**SAME, "spawn": Sameness(5, 3, 3, 3), ALL: Sameness(15, 3, 3, 3)}
    one = dataclasses.replace(evidence(), sameness=same)
    assert in_a_badge(one, findings(one)) == ("die", "3 variants of the lines in 15 runs")


@pytest.mark.parametrize("where", ["spawn", "tests"])
@pytest.mark.parametrize("state", ["failed", "crashed"])
def test_a_badge_says_first_of_all_what_failed(where, state):
    one = evidence(new={**OK, where: Cell(state, "main ended by SIGSEGV")})
    assert in_a_badge(one, findings(one)) == ("cross", "Failed on Python 3.14.8")


def test_a_lesson_for_a_newer_python_was_tested_there_only():
    skipped = {m: Cell("skipped", "needs Python 3.14") for m in OK}
    one = dataclasses.replace(evidence(), cells={OWN.id: skipped, NEW.id: OK}, sameness={})
    assert in_a_badge(one, findings(one)) == ("check", "Tested on Python 3.14")
    assert in_short(one) == ("same-unknown", "not compared")


def test_a_python_without_a_library_is_no_failure():
    lacks = {m: Cell("not here", "numpy is not installed there") for m in OK}
    one = dataclasses.replace(evidence(new=lacks), sameness={})
    assert in_a_badge(one, findings(one)) == ("check", "Tested on Python 3.11")


def test_versions_are_named_in_their_order_and_once():
    nine = Python("p", "CPython 3.9.9", "3.9.9", "ok", "")
    one = dataclasses.replace(evidence(), sameness={})
    one.cells.update({"p": OK, "q": OK})
    found = findings(one, nine, Python("q", "CPython 3.14.2", "3.14.2", "ok", ""))
    assert in_a_badge(one, found) == ("check", "Tested on Python 3.9, 3.11 and 3.14")


WHY = "not chosen: it has not changed since commit 314418d of 2026-11-26"
SPARED = {m: Cell("not chosen", WHY) for m in OK}
ONE = {m: Cell("ok", "", 0.5, 1, 1) for m in OK}


def run_once(own=SPARED) -> Evidence:
    """Return the evidence of a lesson that was run once, on the newest Python."""
    return Evidence("k", {OWN.id: own, NEW.id: ONE}, {ALL: Sameness(0, 0, 0, 0)})


def test_what_was_run_once_claims_no_more():
    assert in_a_badge(run_once(), findings(run_once())) == ("check", "Tested on Python 3.14")
    assert in_short(run_once(), 15) == ("same-unknown", "not compared")
    untested = {NEW.id: ONE | {"tests": SPARED["fork"]}, OWN.id: SPARED}
    one = Evidence("k", untested, {ALL: Sameness(0, 0, 0, 0)})
    assert in_a_badge(one, findings(one)) == ("check", "")


def test_what_was_kept_of_a_lesson_is_told_from_what_was_not_run():
    some = run_once({**SPARED, "fork": ONE["fork"]})
    both = findings(some).python(OWN.id), findings(some).python(NEW.id)
    assert next(in_lines("a/b", some, list(both))).startswith(
        "a/b: 3.11.7 ok in part, 3.14.8 ok; there was one run"
    )


def test_the_overview_counts_apart_what_was_not_run():
    lessons = {"a/one": evidence(), "a/two": run_once(), "a/bad": evidence(new=SPARED)}
    shown: Any = SimpleNamespace(lessons=lessons)
    assert counted(shown, [*lessons, "a/none"], OWN) == "2 of 3, 1 not run"
    assert counted(shown, [*lessons, "a/none"], NEW) == "2 of 3, 1 not run"
    assert counted(shown, ["a/two"], OWN) == "1 not run"
    assert counted(shown, ["a/two"], NEW) == "1 of 1"


def test_a_cell_that_was_not_chosen_says_not_run():
    cells = dict(SPARED, fork=ONE["fork"])
    items = EvidenceTable.cells(None, cells).astext()
    assert "✓ fork 500 ms" in items
    assert "? spawn not run" in items
    assert WHY in items


def test_what_varied_is_said_in_words():
    varied = dataclasses.replace(
        evidence(), sameness={"fork": Sameness(5, 3, 3, 3), ALL: Sameness(5, 3, 3, 3)}
    )
    assert same_in_words(varied) == "the lines differed: 3 variants in 5 runs"
    assert in_short(varied, 5) == ("same-lines-differ", "3 variants of the lines")
    assert in_short(evidence(orders=2), 15) == ("same-order-differs", "same lines, 2 orders")
    assert in_short(evidence(), 15) == ("same-all", "same lines, same order")
    assert in_short(evidence(), 20) == ("same-all", "same lines, same order (15 runs)")


def badges(page: str) -> list[tuple[str, str]]:
    """Return the icons and words of a page's badges that tell of evidence."""
    line = re.search(r'<ul class="badges.*?</ul>', page, re.DOTALL)[0]
    found = re.findall(r'<span class="(i i-[^"]+)"></span>(.*?)</p>', line)
    texts = [(icon, re.sub(r"<[^>]+>", "", words)) for icon, words in found]
    return [badge for badge in texts if not re.match(r"\d+ minute", badge[1])]


def test_a_site_with_fitting_evidence_then_with_evidence_of_another_version(make_site):
    """Only the pages whose evidence changed are read again."""
    site = make_site()
    index = site.root / "docs" / "index.md"
    index.write_text(index.read_text() + "\n```{toctree}\nevidence\n```\n")
    (site.root / "docs" / "evidence.md").write_text("# Evidence\n\n```{evidence-overview}\n```\n")
    path = site.lesson("lesson", "print('hello')\n")
    site.lesson("plain", "print('hello')\n")
    site.build()
    assert site.status == 0, site.log
    assert "evidence: was not gathered; run make evidence" in site.log
    assert badges(site.page("lesson")) == []

    difference = Difference(NEW.id, ("fork",), 3, (("main", "bye"),), (("main", "hello"),))
    one = evidence(
        key=key_of(Lesson.read(path)),
        new={**OK, "fork": Cell("failed", "why <not>", 0.1, 1, 0)},
        spread=(Spread("lost 1 … 9", 15, 15, 1, 1),),
        differences=(difference,),
    )
    file = site.root / "build" / "evidence.json"
    findings(one, BROKEN, GONE).save(file)
    site.build()
    assert site.status == 0, site.log
    assert (
        "evidence: 1 of 2 lessons on CPython 3.11.7, CPython 3.14.8; none for tiny/plain"
        in site.log
    )
    page = site.page("lesson")
    assert badges(page) == [("i i-cross", "Failed on Python 3.14.8")]
    assert 'href="../../evidence/tiny.html"' in page[page.index("i-cross") :].partition("</li>")[0]
    assert page.index("i-cross") < page.index('id="cell-1"') < page.index("these lines differ")
    assert "<summary>On CPython 3.14.8 these lines differ</summary>" in page
    assert ">bye</span>" in page
    assert "What was not the same in all 15 runs" in page
    assert badges(site.page("plain")) == []
    overview = (site.root / "build/html/evidence.html").read_text("utf-8")
    assert "no python3.13" in overview
    assert 'href="evidence/tiny.html"' in overview
    assert re.search(r"<p>1 of 2</p></td>\s*<td><p>0 of 2</p>", overview)
    table = (site.root / "build/html/evidence/tiny.html").read_text("utf-8")
    assert 'class="state-failed"' in table
    assert "not gathered for this version of the lesson" in table
    assert "why &lt;not&gt;" in table
    assert "evidence.js" in table
    assert "evidence.js" not in page

    site.build("text")
    assert site.status == 0, site.log
    text = (site.root / "build/text/evidence/tiny.txt").read_text("utf-8")
    assert "fork failed 100 ms" in text
    assert "main | bye" in site.page("lesson", "text", "txt")

    path.write_text(path.read_text("utf-8") + "print('more')\n", encoding="utf-8")
    site.build()
    assert site.status == 0, site.log
    assert badges(site.page("lesson")) == []
    assert "these lines differ" not in site.page("lesson")

    file.write_text("{}")
    site.build()
    assert site.status == 0, site.log
    assert "evidence: cannot be read (evidence.json: its version is None, this is 3)" in site.log
    assert badges(site.page("lesson")) == []


def test_a_lesson_for_a_newer_python_is_built_without_being_played(make_site):
    """The page stands, says why nothing is recorded, and claims nothing."""
    site = make_site()
    site.lesson("future", "# sphinx_gallery_lesson_needs_python = (3, 99)\nraise SystemExit(1)\n")
    site.lesson("plain", "print('hello')\n")
    site.build()
    assert site.status == 0, site.log
    assert "Not recorded: the lesson needs Python 3.99" in site.page("future")
    assert badges(site.page("future")) == []
    assert "Recorded on" not in site.page("future")
    assert "hello" in site.page("plain")
