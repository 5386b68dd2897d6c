"""The evidence on a lesson's page: a line, and what differed from run to run."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes

from gallery import facts
from gallery.evidence.findings import TESTS, Evidence, Findings, Python, Said
from gallery.evidence.gathering import same_in_words
from gallery.evidence.shown import Shown
from gallery.in_words import in_words
from gallery.lessons.build import build_of
from gallery.lessons.links import page_link
from gallery.lessons.page import Page
from gallery.nodes import folded, load, quoted_lines
from multitrack.recording import RecordingError
from multitrack.script import START_METHODS
from multitrack.show.colours import colour_classes

TABLE = "evidence"  # the page with the whole table
NOT_GATHERED = "Evidence was not gathered for this build"
TOLD = ("fork", "forkserver", "spawn", TESTS)


def evidence_of(page: Page) -> Iterator[nodes.Node]:
    """Say what was found out about a lesson."""
    env, lesson = page.env, page.lesson
    facts.state(env, "evidence", lesson.name)
    all_shown = build_of(env).kept(Shown)
    evidence = all_shown.lessons.get(lesson.name)
    line = nodes.paragraph(classes=["evidence-line"])
    if evidence is None or all_shown.findings is None:
        said = NOT_GATHERED
        if all_shown.findings is not None:
            said = "Evidence was not gathered for this version of the lesson"
        line += [nodes.Text(f"{said} ("), nodes.literal("", "make evidence"), nodes.Text("). ")]
    else:
        line += nodes.Text(sentence(evidence, all_shown.findings) + " ")
    if TABLE in env.found_docs:
        line += page_link(env, TABLE, "All lessons, all Pythons")
    yield line
    if evidence is None or all_shown.findings is None:
        return
    if evidence.spread:
        yield spread_of(evidence)
    classes = colours(build_of(env).recordings_of(lesson))
    own = next((p for p in all_shown.findings.pythons if p.builder), None)
    for python in all_shown.findings.columns:
        if own and any(d.python == python.id for d in evidence.differences):
            yield differences_of(evidence, python, own, classes)


def sentence(evidence: Evidence, findings: Findings) -> str:
    """Say where a lesson was seen to work, where not, and whether all runs did the same."""
    works: dict[tuple[str, ...], list[Python]] = {}
    spared: dict[tuple[str, tuple[str, ...]], list[Python]] = {}
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
        for why in {row[m].why for m in TOLD if row[m].state == "not chosen"}:
            told = tuple(m for m in TOLD if row[m].state == "not chosen" and row[m].why == why)
            rest = {row[m].state for m in TOLD if m not in told}
            spared.setdefault((why, told if rest - {"skipped"} else ()), []).append(python)
        for method in TOLD:
            if row[method].state in ("failed", "crashed", "not run"):
                on = f"{row[method].state} on {python.name}, {where(method)}"
                bad.append(f"{on}: {row[method].why}")
    parts = [
        f"seen to work on {names(pythons)} under {in_words(list(methods))}"
        for methods, pythons in works.items()
    ]
    for (why, told), pythons in spared.items():
        under = f", {in_words(list(map(where, told)))}" if told else ""
        parts.append(f"not run on {names(pythons)}{under}: {why}")
    parts += [*unrun, *bad]
    if evidence.sameness:
        parts.append(same_in_words(evidence))
    text = "; ".join(parts)
    return text[:1].upper() + text[1:] + "."


def where(method: str) -> str:
    """Say in which of the cells that a lesson has on a Python."""
    return "its tests" if method == TESTS else f"under {method}"


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
                node += [nodes.paragraph("", said), quoted(lines, classes, said)]
    return node


def colours(files: dict[str, Path]) -> dict[str, str]:
    """Return the page's colours of the processes."""
    recordings = []
    for path in files.values():
        with contextlib.suppress(RecordingError):
            recordings.append(load(path))
    return colour_classes(recordings)


def quoted(lines: tuple[Said, ...], classes: dict[str, str], label: str) -> quoted_lines:
    """Show lines with their processes."""
    known = {who: classes.get(who, "p-none") for who, _ in lines}
    return quoted_lines(lines=lines, colours=known, label=label)
