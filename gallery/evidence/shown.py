"""The findings that this build shows: those about the lessons as they are now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.util import logging

from gallery.chapter import Chapter
from gallery.evidence.findings import Evidence, Findings, FindingsError
from gallery.evidence.gathering import key_of
from gallery.lessons import generated
from gallery.lessons.build import build_of

if TYPE_CHECKING:
    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)


class Shown:
    """The findings that fit the lessons as they are now, and what is missing."""

    def __init__(self, app: Sphinx) -> None:
        self.findings: Findings | None = None
        self.lessons: dict[str, Evidence] = {}
        self.problem = ""
        self.all = build_of(app).lessons
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


def findings_file(app: Sphinx) -> Path:
    """Return where the findings are, if they are."""
    return Path(app.confdir, app.config.evidence_file)


def look(app: Sphinx) -> None:
    """Read the findings once for the whole build and say what is missing."""
    found = Shown(app)
    build = build_of(app)
    build.keep(found)
    logger.info(found.in_a_line())
    generated.of_chapters(app, "evidence", page_of)


def page_of(chapter: Chapter) -> str:
    """Return the page of a chapter's evidence."""
    return generated.markdown(
        f"Evidence: {chapter.title}",
        "On which Pythons the lessons of a chapter and their tests were run, and whether all runs "
        f"wrote the same: {chapter.title}.",
        "What the signs and the numbers mean is said on "
        "[the page about all chapters](/evidence.md).\n\n"
        f"```{{evidence-table}} {chapter.name}\n```",
    )


def of_pages(app: Sphinx, about: str) -> object:
    """Tell apart what pages say of a lesson, of a chapter (``pools/``), or of all."""
    found = build_of(app).kept(Shown)
    pythons = found.findings.pythons if found.findings else ()
    lessons = [name for name in found.all if about in ("", name) or name.startswith(about)]
    return found.problem, pythons, [(name, found.lessons.get(name)) for name in lessons]
