"""The evidence on a tiny site: what is there, what does not fit, and what was not gathered."""

import dataclasses
import re
from types import SimpleNamespace
from typing import Any

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
from gallery.evidence.on_lessons import sentence
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


def test_the_sentence_says_what_was_seen():
    assert sentence(evidence(), findings(evidence(), GONE)) == (
        "Seen to work on CPython 3.11.7 and 3.14.8 under fork, forkserver and spawn; "
        "the same lines in the same order in 15 of 15 runs."
    )


def test_the_sentence_says_what_failed_and_what_was_not_run():
    bad = {**OK, "spawn": Cell("crashed", "main ended by SIGSEGV"), "tests": Cell("failed", "x")}
    assert sentence(evidence(new=bad, orders=4), findings(evidence(), BROKEN)) == (
        "Seen to work on CPython 3.11.7 under fork, forkserver and spawn; "
        "seen to work on CPython 3.14.8 under fork and forkserver; "
        "not run on python3.12: it crashed when it was started; "
        "crashed on CPython 3.14.8, under spawn: main ended by SIGSEGV; "
        "failed on CPython 3.14.8, its tests: x; "
        "the same lines in 15 of 15 runs, in 4 orders."
    )


def test_a_lesson_for_a_newer_python_says_so():
    skipped = {m: Cell("skipped", "needs Python 3.14") for m in OK}
    one = dataclasses.replace(evidence(), cells={OWN.id: skipped, NEW.id: OK}, sameness={})
    assert sentence(one, findings(one)) == (
        "Seen to work on CPython 3.14.8 under fork, forkserver and spawn; "
        "not run on CPython 3.11.7: needs Python 3.14."
    )
    assert in_short(one) == ("same-unknown", "not compared")


def test_a_python_without_a_library_is_no_failure():
    lacks = {m: Cell("not here", "numpy is not installed there") for m in OK}
    assert sentence(evidence(new=lacks), findings(evidence(new=lacks))) == (
        "Seen to work on CPython 3.11.7 under fork, forkserver and spawn; "
        "not run on CPython 3.14.8: numpy is not installed there; "
        "the same lines in the same order in 15 of 15 runs."
    )


WHY = "not chosen: it has not changed since commit 314418d of 2026-11-26"
SPARED = {m: Cell("not chosen", WHY) for m in OK}
ONE = {m: Cell("ok", "", 0.5, 1, 1) for m in OK}


def run_once(own=SPARED) -> Evidence:
    """Return the evidence of a lesson that was run once, on the newest Python."""
    return Evidence("k", {OWN.id: own, NEW.id: ONE}, {ALL: Sameness(0, 0, 0, 0)})


def test_what_was_run_once_claims_no_more():
    assert sentence(run_once(), findings(run_once())) == (
        "Seen to work on CPython 3.14.8 under fork, forkserver and spawn; "
        f"not run on CPython 3.11.7: {WHY}; there was one run under each start method."
    )
    assert in_short(run_once(), 15) == ("same-unknown", "not compared")


def test_what_was_kept_of_a_lesson_is_told_from_what_was_not_run():
    some = run_once({**SPARED, "fork": ONE["fork"]})
    assert (
        f"not run on CPython 3.11.7, under forkserver, under spawn and its tests: {WHY};"
    ) in sentence(some, findings(some))
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
    assert "Evidence was not gathered for this build" in site.page("lesson")
    assert "Seen to work" not in site.page("lesson")

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
    assert "Seen to work on CPython 3.11.7 under fork, forkserver and spawn; seen to work" in page
    assert "<summary>On CPython 3.14.8 these lines differ</summary>" in page
    assert ">bye</span>" in page
    assert "What was not the same in all 15 runs" in page
    assert "not gathered for this version of the lesson" in site.page("plain")
    overview = (site.root / "build/html/evidence.html").read_text("utf-8")
    assert "no python3.13" in overview
    assert 'href="evidence/tiny.html"' in overview
    assert re.search(r"<p>1 of 2</p></td>\s*<td><p>0 of 2</p>", overview)
    table = (site.root / "build/html/evidence/tiny.html").read_text("utf-8")
    assert 'class="state-failed"' in table
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
    assert "not gathered for this version of the lesson" in site.page("lesson")
    assert "Seen to work" not in site.page("lesson")

    file.write_text("{}")
    site.build()
    assert site.status == 0, site.log
    assert "evidence: cannot be read (evidence.json: its version is None, this is 3)" in site.log
    assert "Evidence was not gathered for this build" in site.page("lesson")


def test_a_lesson_for_a_newer_python_is_built_without_being_played(make_site):
    """The page stands, says why nothing is recorded, and claims nothing."""
    site = make_site()
    site.lesson("future", "# sphinx_gallery_lesson_needs_python = (3, 99)\nraise SystemExit(1)\n")
    site.lesson("plain", "print('hello')\n")
    site.build()
    assert site.status == 0, site.log
    assert "Not recorded: the lesson needs Python 3.99" in site.page("future")
    assert "Evidence was not gathered" in site.page("future")
    assert "hello" in site.page("plain")
