"""The tables of the evidence: of all chapters, and of the lessons of one."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from gallery import facts
from gallery.evidence.findings import ALL, TESTS, Cell, Evidence, Findings, Python
from gallery.evidence.gathering import repeated
from gallery.evidence.on_lessons import TOLD
from gallery.evidence.shown import Shown
from gallery.lessons.build import build_of
from gallery.lessons.links import page_link
from gallery.lessons.lists import ListDirective
from gallery.nodes import folded
from multitrack.show.timeline import seconds

SYMBOLS = {
    **{"ok": "✓", "failed": "✗", "crashed": "✗"},
    **{"skipped": "\N{EN DASH}", "not here": "\N{EN DASH}", "not run": "?", "not chosen": "?"},
}
WORDS = {"ok": "", "not chosen": "not run"}


class EvidenceTable(ListDirective):
    """``.. evidence-table:: pools``, the lessons of a chapter on all Pythons."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        chapter = self.arguments[0]
        facts.state(self.env, "evidence", f"{chapter}/")
        all_shown = build_of(self.env).kept(Shown)
        return [self.table(all_shown, chapter) if all_shown.lessons else not_gathered()]

    def table(self, all_shown: Shown, chapter: str) -> nodes.Node:
        """Build a docutils table: every builder can show it."""
        findings = all_shown.findings
        assert findings is not None
        columns = findings.columns
        table = nodes.table(classes=["evidence-table"])
        group = nodes.tgroup(cols=len(columns) + 2)
        group += [nodes.colspec(colwidth=w) for w in (22, *[20] * len(columns), 22)]
        head = nodes.row()
        most = max(map(runs, all_shown.lessons.values()), default=0)
        last = f"{most} runs" if most else "Runs"
        for name in ("Lesson", *(p.name for p in columns), last):
            head += nodes.entry("", nodes.paragraph("", name))
        body = nodes.tbody()
        for lesson in build_of(self.env).of_chapter(chapter):
            body += self.row(lesson.name, all_shown.lessons.get(lesson.name), columns, most)
        group += [nodes.thead("", head), body]
        table += group
        return table

    def row(
        self, name: str, evidence: Evidence | None, columns: list[Python], most: int
    ) -> nodes.Node:
        """Build a lesson's row; its classes are what the filter looks at."""
        row = nodes.row()
        page = build_of(self.env).page_of(name)
        link = page_link(self.env, page, name.partition("/")[2].replace("_", " "))
        row += nodes.entry("", nodes.paragraph("", "", link))
        for python in columns:
            entry = nodes.entry(classes=[f"python-{python.id.replace('.', '-')}"])
            entry += nodes.paragraph("", python.name, classes=["evidence-python"])
            cells = evidence.cells.get(python.id) if evidence else None
            entry += self.cells(cells or _not_run(python, evidence))
            row += entry
        last = nodes.entry(classes=["evidence-same"])
        kind, said = in_short(evidence, most)
        last += nodes.paragraph("", said, classes=[kind])
        row += last
        return row

    def cells(self, cells: dict[str, Cell]) -> nodes.Node:
        """List the start methods and the tests of one lesson on one Python."""
        items = nodes.bullet_list(classes=["evidence-cells"])
        if len(set(cells.values())) == 1 and cells[TESTS].seconds is None:
            cells = {"": cells[TESTS]}  # nothing was run, for one reason
        for method, cell in sorted(cells.items(), key=lambda item: TOLD.index(item[0] or TESTS)):
            took = f" {seconds(cell.seconds)}" if cell.seconds is not None else ""
            text = f"{SYMBOLS[cell.state]} {method} {WORDS.get(cell.state, cell.state)}{took}"
            text = " ".join(text.split())
            item = nodes.list_item(classes=[f"state-{cell.state.replace(' ', '-')}"])
            item += nodes.paragraph("", text)
            if cell.why:
                item += folded("", nodes.paragraph("", cell.why), summary="why")
            items += item
        return items


def _not_run(python: Python, evidence: Evidence | None) -> dict[str, Cell]:
    why = python.why or ("" if evidence else "not gathered for this version of the lesson")
    return {method: Cell("not run", why) for method in TOLD}


def runs(evidence: Evidence) -> int:
    """Return how many runs were compared with each other."""
    return evidence.sameness[ALL].runs if repeated(evidence) else 0


def in_short(evidence: Evidence | None, most: int = 0) -> tuple[str, str]:
    """Say in a few words what varied; the first of the two is a class, for the filter.

    How many runs there were is said where it is not ``most``, which stands above.
    """
    if evidence is None or not repeated(evidence):
        return "same-unknown", "not compared"
    kind, said = _in_short(evidence)
    return kind, said if runs(evidence) == most else f"{said} ({runs(evidence)} runs)"


def _in_short(evidence: Evidence) -> tuple[str, str]:
    methods = [s for m, s in evidence.sameness.items() if m != ALL]
    everywhere = evidence.sameness[ALL]
    if any(s.lines > 1 for s in methods):
        return "same-lines-differ", f"{everywhere.lines} variants of the lines"
    aside = ", numbers aside" if evidence.spread else ""
    if all(s.orders == 1 for s in methods):
        return "same-all", f"same lines{aside}, same order"
    return "same-order-differs", f"same lines{aside}, {everywhere.orders} orders"


class EvidenceOverview(ListDirective):
    """``.. evidence-overview::``: the Pythons, and how the chapters' lessons did on them."""

    def run(self) -> list[nodes.Node]:
        """Link each chapter to its table."""
        build = build_of(self.env)
        all_shown = build.kept(Shown)
        facts.state(self.env, "evidence")
        facts.state(self.env, "lists of lessons")
        chapters = build.chapters
        tree = self.tree([f"evidence/{chapter.name}" for chapter in chapters])
        if all_shown.findings is None or not all_shown.lessons:
            return [not_gathered(), tree]
        columns = all_shown.findings.columns
        group = nodes.tgroup(cols=len(columns) + 1)
        group += [nodes.colspec(colwidth=20) for _ in range(len(columns) + 1)]
        body = nodes.tbody()
        for chapter in chapters:
            names = [lesson.name for lesson in build.of_chapter(chapter.name)]
            link = page_link(self.env, f"evidence/{chapter.name}", chapter.title)
            cells = [nodes.paragraph("", "", link)]
            cells += [nodes.paragraph("", counted(all_shown, names, one)) for one in columns]
            body += nodes.row("", *(nodes.entry("", cell) for cell in cells))
        heads = (nodes.paragraph("", words) for words in ("Chapter", *(p.name for p in columns)))
        group += [nodes.thead("", nodes.row("", *(nodes.entry("", h) for h in heads))), body]
        table = nodes.table("", group, classes=["evidence-overview"])
        return [pythons(all_shown.findings), table, tree]


def counted(all_shown: Shown, names: list[str], python: Python) -> str:
    """Say of how many lessons all was good on a Python: ``5 of 5``, or ``1 of 1, 4 not run``."""
    rows = [e.cells.get(python.id, {}) for n in names if (e := all_shown.lessons.get(n))]
    there = [{cell.state for cell in row.values()} for row in rows if row]
    good = sum("ok" in states and states <= {"ok", "skipped"} for states in there)
    spared = sum("not chosen" in s and s <= {"ok", "skipped", "not chosen"} for s in there)
    some = [f"{good} of {len(names) - spared}"] if len(names) > spared else []
    return ", ".join([*some, *([f"{spared} not run"] if spared else [])])


def not_gathered() -> nodes.paragraph:
    """Say that there is nothing to show."""
    said = nodes.paragraph("", "Evidence was not gathered for this build (")
    said += [nodes.literal("", "make evidence"), nodes.Text(").")]
    return said


def pythons(findings: Findings) -> nodes.bullet_list:
    """Name the interpreters that were there, and those that were not."""
    items = nodes.bullet_list(classes=["evidence-pythons"])
    for python in findings.pythons:
        words = {"ok": "worked", "missing": "not there", "broken": "could not be used"}
        own = ", which built this site" if python.builder else ""
        why = f": {python.why}" if python.why else ""
        said = f" {words[python.state]}{own}{why}"
        items += nodes.list_item(
            "", nodes.paragraph("", "", nodes.strong("", python.name), nodes.Text(said))
        )
    return items


def add_files(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give a page of evidence its style, and the filter where there is a table to filter."""
    tables = doctree.findall(nodes.table) if doctree else ()
    kinds = {kind for table in tables for kind in table["classes"]}
    if kinds & {"evidence-overview", "evidence-table"}:
        app.add_css_file("evidence.css")
    if "evidence-table" in kinds:
        app.add_js_file("evidence.js", loading_method="defer", blocking="render")
