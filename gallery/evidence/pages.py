"""The evidence on the site: a line on each lesson's page, and the whole table on one page."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from gallery.build import lesson_files, recordings_folder
from gallery.evidence.findings import (
    ALL,
    TESTS,
    Cell,
    Evidence,
    Findings,
    FindingsError,
    Python,
    Said,
)
from gallery.evidence.gathering import key_of, same_in_words
from gallery.lesson import Lesson
from gallery.page import app_of, in_words, link_to, recorded
from gallery.pythons import recordings_of
from multitrack.recording import Line, Recording, RecordingError
from multitrack.script import START_METHODS, ScriptError
from multitrack.show.colours import colour_classes
from multitrack.show.timeline import seconds
from multitrack.show.transcript import html_of, text_of

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

logger = logging.getLogger(__name__)

TABLE = "evidence"  # the page with the whole table
KEPT = "_lesson_evidence"  # the attribute of the app that has what this build shows
NOT_GATHERED = "Evidence was not gathered for this build"
SYMBOLS = {
    **{"ok": "✓", "failed": "✗", "crashed": "✗"},
    **{"skipped": "\N{EN DASH}", "not here": "\N{EN DASH}", "not run": "?"},
}
TOLD = ("fork", "forkserver", "spawn", TESTS)


class folded(nodes.General, nodes.Element):
    """What a reader may open; ``summary`` says what it is. All of it where nothing folds."""


class Shown:
    """The findings that fit the lessons as they are now, and what is missing."""

    def __init__(self, app: Sphinx) -> None:
        self.findings: Findings | None = None
        self.lessons: dict[str, Evidence] = {}
        self.problem = ""
        self.all: dict[str, Lesson] = {}
        for path in lesson_files(app):
            try:
                lesson = Lesson.read(path)
            except ScriptError:  # the build has said so
                continue
            self.all[lesson.name] = lesson
        file = findings_file(app)
        if not file.exists():
            self.problem = "was not gathered"
            return
        try:
            self.findings = Findings.load(file)
        except FindingsError as error:
            self.problem = f"cannot be read ({file.name}: {error})"
            return
        self.lessons = {
            name: evidence
            for name, lesson in self.all.items()
            if (evidence := self.findings.lessons.get(name)) and evidence.key == key_of(lesson)
        }

    def in_a_line(self) -> str:
        """Say what there is and what is missing."""
        if self.findings is None:
            return f"evidence: {self.problem}; run make evidence"
        there = ", ".join(p.name for p in self.findings.columns if p.state == "ok")
        missing = sorted(set(self.all) - set(self.lessons))
        if not missing:
            return f"evidence: all {len(self.all)} lessons on {there}"
        some = ", ".join(missing[:3]) + (", ..." if len(missing) > 3 else "")
        return (
            f"evidence: {len(self.lessons)} of {len(self.all)} lessons on {there}; none for {some} "
            "as it is now; run make evidence"
        )

    def digests(self) -> dict[str, str]:
        """Return for each page that shows evidence a mark of what it shows."""
        pythons = [asdict(p) for p in self.findings.pythons] if self.findings else []

        def mark(*parts: object) -> str:
            return hashlib.sha256(json.dumps([pythons, *parts]).encode()).hexdigest()

        lessons = {n: asdict(e) for n, e in self.lessons.items()}
        return {n: mark(lessons.get(n), self.problem) for n in self.all} | {
            TABLE: mark(lessons, sorted(self.all), self.problem)
        }


def findings_file(app: Sphinx) -> Path:
    """Return where the findings are, if they are."""
    return Path(app.confdir, app.config.evidence_file)


def look(app: Sphinx) -> None:
    """Read the findings once for the whole build and say what is missing."""
    found = Shown(app)
    setattr(app, KEPT, found)
    logger.info(found.in_a_line())


def shown(env: BuildEnvironment) -> Shown:
    """Return the findings that this build shows."""
    found: Shown = getattr(app_of(env), KEPT)
    return found


def outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Have the pages read again whose evidence is another than when they were read."""
    pages = app.config.sphinx_gallery_conf["gallery_dirs"]
    now = shown(env).digests()
    before: dict[str, str] = getattr(env, "evidence_shown", {})
    env.evidence_shown = now  # type: ignore[attr-defined]
    names = [n for n in now if now[n] != before.get(n)]
    docs = [n if n == TABLE else f"{pages}/{n}" for n in names]
    return [d for d in docs if d in env.all_docs]


# -- a lesson's page ------------------------------------------------------------------------


class EvidenceLine(SphinxTransform):
    """Puts the evidence under the timeline of a lesson's page."""

    default_priority = 410

    def apply(self, **kwargs: object) -> None:
        """Add the nodes; nothing on pages that are no lesson's."""
        pages = self.config.sphinx_gallery_conf["gallery_dirs"]
        all_shown = shown(self.env)
        lesson = all_shown.all.get(self.env.docname.removeprefix(f"{pages}/"))
        if not self.env.docname.startswith(f"{pages}/") or lesson is None:
            return
        timelines = [n for n in self.document.findall(recorded) if n["kind"] == "timeline"]
        if not timelines:
            return
        place = timelines[0]  # the lesson's own; a question's runs come after it
        folder = recordings_folder(app_of(self.env))
        new = list(self.of(lesson, all_shown, folder))
        place.parent.insert(place.parent.index(place) + 1, new)

    def of(self, lesson: Lesson, all_shown: Shown, folder: Path) -> Iterator[nodes.Node]:
        """Yield what the page says."""
        evidence = all_shown.lessons.get(lesson.name)
        line = nodes.paragraph(classes=["evidence-line"])
        if evidence is None or all_shown.findings is None:
            said = NOT_GATHERED
            if all_shown.findings is not None:
                said = "Evidence was not gathered for this version of the lesson"
            line += [nodes.Text(f"{said} ("), nodes.literal("", "make evidence"), nodes.Text("). ")]
        else:
            line += nodes.Text(sentence(evidence, all_shown.findings) + " ")
        if TABLE in self.env.found_docs:
            line += link_to(
                "doc",
                f"/{TABLE}",
                nodes.inline("", "All lessons, all Pythons"),
                refdoc=self.env.docname,
            )
        yield line
        if evidence is None or all_shown.findings is None:
            return
        if evidence.spread:
            yield spread_of(evidence)
        classes = colours(lesson, folder)
        own = next((p for p in all_shown.findings.pythons if p.builder), None)
        for python in all_shown.findings.columns:
            if own and any(d.python == python.id for d in evidence.differences):
                yield differences_of(evidence, python, own, classes)


def sentence(evidence: Evidence, findings: Findings) -> str:
    """Say where a lesson was seen to work, where not, and whether all runs did the same."""
    works: dict[tuple[str, ...], list[Python]] = {}
    bad, unrun = [], []
    for python in findings.columns:
        row = evidence.cells.get(python.id)
        if row is None:
            unrun.append(f"not run on {python.name}: {python.why}")
            continue
        good = tuple(m for m in START_METHODS if row[m].state == "ok")
        if good:
            works.setdefault(good, []).append(python)
        skipped = {row[m].why for m in START_METHODS if row[m].state in ("skipped", "not here")}
        if not good and skipped:
            unrun.append(f"not run on {python.name}: {'; '.join(sorted(skipped))}")
        for method in TOLD:
            if row[method].state in ("failed", "crashed", "not run"):
                where = "its tests" if method == TESTS else f"under {method}"
                bad.append(f"{row[method].state} on {python.name}, {where}: {row[method].why}")
    parts = [
        f"seen to work on {names(pythons)} under {in_words(list(methods))}"
        for methods, pythons in works.items()
    ]
    parts += [*unrun, *bad]
    if evidence.sameness:
        parts.append(same_in_words(evidence))
    text = "; ".join(parts)
    return text[:1].upper() + text[1:] + "."


def names(pythons: list[Python]) -> str:
    """Name several Pythons, and what they have in common once."""
    words: list[str] = []
    for python in pythons:
        first, rest = python.name.split(" ", 1)
        known = any(word.split(" ", 1)[0] == first for word in words[:1])
        words.append(rest if known else python.name)
    return in_words(words)


def spread_of(evidence: Evidence) -> nodes.Node:
    """List the lines that were not the same in every run."""
    runs = evidence.spread[0].runs
    items = nodes.bullet_list()
    for one in evidence.spread:
        times = f"{one.least} to {one.most} times" if one.least != one.most else ""
        times = times or (f"{one.most} times" if one.most > 1 else "")
        text = nodes.paragraph("", "", nodes.literal("", one.text.strip()), nodes.Text(": in "))
        text += nodes.Text(f"{one.seen} of {runs} runs" + (f", {times}" if times else ""))
        items += nodes.list_item("", text)
    return folded("", items, summary=f"What was not the same in all {runs} runs")


def differences_of(
    evidence: Evidence, python: Python, own: Python, classes: dict[str, str]
) -> nodes.Node:
    """Show the lines that differ on a Python from those on the builder's own."""
    node = folded(summary=f"On {python.name} these lines differ")
    for difference in evidence.differences:
        if difference.python != python.id:
            continue
        times = f"each of {difference.runs} runs" if difference.runs > 1 else "one run"
        under = in_words(list(difference.methods))
        for lines, where, other in (
            (difference.only_there, python, own),
            (difference.only_here, own, python),
        ):
            if lines:
                often = f", in {times}" if where is python else ""
                said = f"Under {under}, on {where.name}{often}, and not on {other.name}:"
                node += [nodes.paragraph("", said), transcript(lines, classes, said)]
    return node


def transcript(lines: tuple[Said, ...], classes: dict[str, str], label: str) -> nodes.Node:
    """Show lines with their processes."""
    shown_lines = [Line(who, 1, 0.0, text) for who, text in lines]
    known = {who: classes.get(who, "p-none") for who, _ in lines}
    node = recorded(kind="transcript", everywhere=True, note="")
    node["variants"] = {"fork": html_of(shown_lines, known, label)}
    text = text_of(shown_lines)
    node += nodes.literal_block(text, text, language="none")
    return node


def colours(lesson: Lesson, folder: Path) -> dict[str, str]:
    """Return the page's colours of the processes."""
    recordings = []
    for path in recordings_of(lesson, folder).values():
        try:
            recordings.append(Recording.load(path))
        except RecordingError:
            continue
    return colour_classes(recordings)


# -- the table ------------------------------------------------------------------------------


class EvidenceTable(SphinxDirective):
    """``.. evidence-table::``, all lessons on all Pythons."""

    def run(self) -> list[nodes.Node]:
        """Return the list of Pythons and the table."""
        all_shown = shown(self.env)
        if all_shown.findings is None or not all_shown.lessons:
            said = nodes.paragraph("", f"{NOT_GATHERED} (")
            said += [nodes.literal("", "make evidence"), nodes.Text(").")]
            return [said]
        return [self.pythons(all_shown.findings), self.table(all_shown)]

    def pythons(self, findings: Findings) -> nodes.Node:
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

    def table(self, all_shown: Shown) -> nodes.Node:
        """Build a docutils table: every builder can show it."""
        findings = all_shown.findings
        assert findings is not None
        columns = findings.columns
        table = nodes.table(classes=["evidence-table"])
        group = nodes.tgroup(cols=len(columns) + 2)
        group += [nodes.colspec(colwidth=w) for w in (22, *[20] * len(columns), 22)]
        head = nodes.row()
        runs = max(
            (e.sameness[ALL].runs for e in all_shown.lessons.values() if e.sameness), default=0
        )
        for name in ("Lesson", *(p.name for p in columns), f"{runs} runs"):
            head += nodes.entry("", nodes.paragraph("", name))
        body = nodes.tbody()
        for name, lesson in all_shown.all.items():
            body += self.row(name, lesson, all_shown.lessons.get(name), columns)
        group += [nodes.thead("", head), body]
        table += group
        return table

    def row(
        self, name: str, lesson: Lesson, evidence: Evidence | None, columns: list[Python]
    ) -> nodes.Node:
        """Build a lesson's row; its classes are what the filter looks at."""
        chapter = name.split("/")[0]
        row = nodes.row(classes=[f"chapter-{chapter.replace('_', '-')}"])
        pages = self.config.sphinx_gallery_conf["gallery_dirs"]
        text = nodes.inline("", name.replace("_", " "))
        link = link_to("doc", f"/{pages}/{name}", text, refdoc=self.env.docname)
        row += nodes.entry("", nodes.paragraph("", "", link))
        for python in columns:
            entry = nodes.entry(classes=[f"python-{python.id.replace('.', '-')}"])
            entry += nodes.paragraph("", python.name, classes=["evidence-python"])
            cells = evidence.cells.get(python.id) if evidence else None
            entry += self.cells(cells or _not_run(python, evidence))
            row += entry
        last = nodes.entry(classes=["evidence-same"])
        kind, said = in_short(evidence)
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
            state = "" if cell.state == "ok" else f" {cell.state}"
            text = f"{SYMBOLS[cell.state]} {method}{state}{took}".replace("  ", " ")
            item = nodes.list_item(classes=[f"state-{cell.state.replace(' ', '-')}"])
            item += nodes.paragraph("", text)
            if cell.why:
                item += folded("", nodes.paragraph("", cell.why), summary="why")
            items += item
        return items


def _not_run(python: Python, evidence: Evidence | None) -> dict[str, Cell]:
    why = python.why or ("" if evidence else "not gathered for this version of the lesson")
    return {method: Cell("not run", why) for method in TOLD}


def in_short(evidence: Evidence | None) -> tuple[str, str]:
    """Say in a few words what varied; the first of the two is a class, for the filter."""
    if evidence is None or not evidence.sameness:
        return "same-unknown", "not compared"
    methods = [s for m, s in evidence.sameness.items() if m != ALL]
    everywhere = evidence.sameness[ALL]
    if any(s.lines > 1 for s in methods):
        return "same-lines-differ", f"{everywhere.lines} variants of the lines"
    aside = ", numbers aside" if evidence.spread else ""
    if all(s.orders == 1 for s in methods):
        return "same-all", f"same lines{aside}, same order"
    return "same-order-differs", f"same lines{aside}, {everywhere.orders} orders"


# -- Sphinx ---------------------------------------------------------------------------------


def visit_folded_html(self: Any, node: folded) -> None:
    """Begin a details element."""
    self.body.append(
        f'<details class="evidence-folded"><summary>{self.encode(node["summary"])}</summary>\n'
    )


def depart_folded_html(self: Any, node: folded) -> None:
    """End it."""
    self.body.append("</details>\n")


def visit_folded_text(self: Any, node: folded) -> None:
    """Say what follows."""
    self.new_state(0)
    self.add_text(f"{node['summary']}:")
    self.end_state()


def depart_folded_text(self: Any, node: folded) -> None:
    """Nothing to close."""


def visit_folded_plain(self: Any, node: folded) -> None:
    """Show the children."""


def add_script(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Have the filter on the table's page only."""
    if app.builder.name == "epub":  # a book runs no scripts
        return
    if page == TABLE and doctree is not None and any(doctree.findall(nodes.table)):
        app.add_js_file("evidence.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    """Register all of it."""
    app.add_config_value("evidence_file", "build/evidence.json", "env", str)
    app.add_node(
        folded,
        html=(visit_folded_html, depart_folded_html),
        text=(visit_folded_text, depart_folded_text),
        latex=(visit_folded_plain, depart_folded_text),
        man=(visit_folded_plain, depart_folded_text),
        texinfo=(visit_folded_plain, depart_folded_text),
    )
    app.add_transform(EvidenceLine)
    app.add_directive("evidence-table", EvidenceTable)
    app.connect("builder-inited", look, priority=110)  # after the lessons are recorded
    app.connect("env-get-outdated", outdated)
    app.connect("html-page-context", add_script)
    app.add_css_file("evidence.css")
