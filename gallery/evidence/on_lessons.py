"""The evidence on a lesson's page: a badge, and what differed from run to run."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes

from gallery import facts
from gallery.evidence.findings import ALL, TESTS, Evidence, Findings, Python, Said
from gallery.evidence.gathering import repeated
from gallery.evidence.shown import Shown
from gallery.in_words import in_words
from gallery.lessons.build import build_of
from gallery.lessons.links import page_link
from gallery.lessons.page import Page
from gallery.lessons.page_head import badge
from gallery.nodes import folded, load, quoted_lines
from gallery.pythons import version_of
from multitrack.recording import RecordingError
from multitrack.show.colours import colour_classes

TOLD = ("fork", "forkserver", "spawn", TESTS)
BAD = {"failed", "crashed"}


def evidence_badge(page: Page) -> Iterator[nodes.list_item]:
    """Say what was found out about a lesson, and link to the table; nothing where nothing was."""
    env, lesson = page.env, page.lesson
    facts.state(env, "evidence", lesson.name)
    shown = build_of(env).kept(Shown)
    evidence = shown.lessons.get(lesson.name)
    icon, words = in_a_badge(evidence, shown.findings) if evidence and shown.findings else ("", "")
    if words:
        table = f"evidence/{lesson.chapter}"
        link = page_link(env, table, words) if table in env.found_docs else nodes.Text(words)
        yield badge(icon, link)


def in_a_badge(evidence: Evidence, findings: Findings) -> tuple[str, str]:
    """Return an icon and words for what matters most; no words where there is nothing to say."""
    rows = [(p.version, evidence.cells[p.id]) for p in findings.columns if p.id in evidence.cells]
    bad = [version for version, row in rows if any(row[m].state in BAD for m in TOLD)]
    if bad:
        return "cross", f"Failed on Python {in_words(bad)}"
    if repeated(evidence):
        return same_in_short(evidence)
    versions = sorted({version_of(v)[:2] for v, row in rows if row[TESTS].state == "ok"})
    names = [".".join(map(str, version)) for version in versions]
    return "check", f"Tested on Python {in_words(names)}" if names else ""


def same_in_short(evidence: Evidence) -> tuple[str, str]:
    """Say whether repeated runs on the builder's own Python wrote the same lines."""
    everywhere = evidence.sameness[ALL]
    if any(same.lines > 1 for method, same in evidence.sameness.items() if method != ALL):
        return "die", f"{everywhere.lines} variants of the lines in {everywhere.runs} runs"
    aside = ", numbers aside," if evidence.spread else ""
    each = "" if everywhere.lines == 1 else " under each start method,"
    return "check", f"The same lines{aside}{each} in {everywhere.runs} of {everywhere.runs} runs"


def differences_between_runs(page: Page) -> Iterator[nodes.Node]:
    """Show the lines that were not the same in every run, or on every Python."""
    build, lesson = build_of(page.env), page.lesson
    shown = build.kept(Shown)
    evidence, findings = shown.lessons.get(lesson.name), shown.findings
    if evidence is None or findings is None:
        return
    if evidence.spread:
        yield spread_of(evidence)
    classes = colours(build.recordings_of(lesson))
    own = next((p for p in findings.pythons if p.builder), None)
    for python in findings.columns:
        if own and any(d.python == python.id for d in evidence.differences):
            yield differences_of(evidence, python, own, classes)


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
