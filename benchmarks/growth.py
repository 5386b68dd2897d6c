"""How the build and the pages grow with the number of lessons.

``python benchmarks/growth.py --pages 16 250`` makes copies of this project with so many lessons
in a temporary folder and measures them side by side. The lessons that are added are those of
today under other names and titles, with their recordings, so that no build but that of a changed
lesson records anything. ``--only-make FOLDER`` leaves such a copy for a closer look.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import itertools
import json
import math
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from html.parser import HTMLParser
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from gallery.lesson import Lesson  # noqa: E402
from gallery.pythons import recorded_on  # noqa: E402
from multitrack import cache  # noqa: E402

CHAPTERS = 12  # at most so many are added
RECORDINGS = Path("build", "recordings")
RECORDED = (RECORDINGS, Path("build", "quiz"))  # what no build is to make anew
CHANGED = Path("snippets", "communication", "queues.py")  # it waits for half a second, in one line
LIMIT = 3600  # seconds for one build
CLEAN = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
CORES = len(os.sched_getaffinity(0))

# Pages of a kind; the heaviest one counts. Where there is none, the table has a dash.
KINDS = {
    "landing": "index.html",
    "lesson": "lessons/*/[!i]*.html",
    "chapter index": "lessons/*/index.html",
    "all lessons": "lessons/index.html",
    "names": "names*/**/*.html names.html",
    "downloads": "downloads/**/*.html downloads.html",
    "evidence": "evidence/**/*.html evidence.html",
    "quiz": "quiz/**/*.html quiz.html",
    "search": "search.html",
}
SEARCH_INDEX = "_static/search-index*.js _static/search-index/**/*.js search/**/*.js"


class NotMeasured(Exception):
    """Ends the program with a message."""


# -- a copy of this project with more lessons ---------------------------------------------------


def lesson_files(folder: Path) -> list[Path]:
    """Find the scripts of the lessons, in the order of their names."""
    return sorted(p for p in folder.glob("snippets/*/*.py") if not p.name.startswith("_"))


def make_copy(folder: Path, pages: int) -> None:
    """Make a copy of what git tracks, with so many lessons and their recordings.

    Raises NotMeasured where a lesson of today has no recording that still holds.
    """
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    )
    for file in filter(None, listed.stdout.split("\0")):
        if (ROOT / file).is_file():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / file, folder / file)
    for kept in RECORDED:
        if (ROOT / kept).is_dir():
            shutil.copytree(ROOT / kept, folder / kept)
    originals = lesson_files(folder)
    if pages < len(originals):
        raise NotMeasured(f"there are {len(originals)} lessons: --pages {pages} is too few")
    for path in originals:
        check_recorded(path, folder)
    chapters = add_lessons(folder, originals, pages - len(originals))
    list_chapters(folder / "docs" / "index.md", chapters)


def check_recorded(path: Path, folder: Path) -> None:
    """Raise NotMeasured where a lesson has no recording that still holds."""
    lesson = replace(Lesson.read(path), root=folder)
    for method, python in recorded_on(lesson).items():
        recording, why = cache.load(lesson, method, folder / RECORDINGS, python)
        if recording is None:
            raise NotMeasured(
                f"there is no recording of {lesson.name} under {method} that holds"
                f"{f' ({why})' if why else ''}: run make first"
            )


def add_lessons(folder: Path, originals: list[Path], count: int) -> list[str]:
    """Add so many copies of lessons in chapters of about the same size; return the chapters."""
    chapters = [f"more_{n:02}" for n in range(1, min(CHAPTERS, math.ceil(count / 4)) + 1)]
    for number, (chapter, path) in enumerate(
        itertools.islice(zip(itertools.cycle(chapters), itertools.cycle(originals)), count)
    ):
        new = folder / "snippets" / chapter / f"{path.stem}_{number:03}.py"
        if not new.parent.is_dir():
            new.parent.mkdir()
            title = f"More lessons {chapter[-2:]}"
            header = f"{title}\n{'=' * len(title)}\n\nLessons that were made to measure growth.\n"
            (new.parent / "GALLERY_HEADER.rst").write_text(header)
            (new.parent / "__init__.py").write_text(f'"""{title}."""\n')
        source = path.read_text("utf-8")
        new.write_text(retitled(source, Lesson.read(path).title, number), encoding="utf-8")
        copy_test(path, new, folder)
        copy_recordings(path, new, folder)
    return chapters


def retitled(source: str, title: str, number: int) -> str:
    """Return a lesson's source with a title and a place of its own, in as many lines."""
    new = f"{title}, variation {number}"
    source, found = re.subn(
        rf"^{re.escape(title)}\n([=\-])+$",
        lambda match: f"{new}\n{match[1] * len(new)}",
        source,
        count=1,
        flags=re.MULTILINE,
    )
    if not found:
        raise NotMeasured(f"the lesson {title!r} has no line below its title")
    return re.sub(r"(?m)^(#\s*sphinx_gallery_lesson_order\s*=).*", rf"\1 {number + 1}", source)


def copy_test(path: Path, new: Path, folder: Path) -> None:
    """Copy a lesson's test, which the downloads offer."""
    tests = folder / "tests" / "test_snippets"
    test = tests / path.parent.name / f"test_{path.stem}.py"
    if test.is_file():
        copied = tests / new.parent.name / f"test_{new.stem}.py"
        copied.parent.mkdir(exist_ok=True)
        text = re.sub(rf"\b{path.stem}\b", new.stem, test.read_text("utf-8"))
        text = text.replace(f"snippets.{path.parent.name}", f"snippets.{new.parent.name}")
        copied.write_text(text, encoding="utf-8")


def copy_recordings(path: Path, new: Path, folder: Path) -> None:
    """Keep a lesson's recordings as those of another lesson, which does the same."""
    lesson, other = (replace(Lesson.read(p), root=folder) for p in (path, new))
    for method, python in recorded_on(lesson).items():
        recording, _ = cache.load(lesson, method, folder / RECORDINGS, python)
        assert recording is not None  # check_recorded has seen it
        old_path, new_path = (
            cache.path_of(one.name, method, folder / RECORDINGS, python) for one in (lesson, other)
        )
        new_path.parent.mkdir(parents=True, exist_ok=True)

        def beside(
            name: str, old_path: Path = old_path, new_path: Path = new_path
        ) -> str:  # the full text, or a picture
            renamed = name.replace(old_path.stem, new_path.stem, 1)
            shutil.copy2(old_path.with_name(name), new_path.with_name(renamed))
            return renamed

        full = recording.full
        copied = replace(
            recording,
            script=other.name,
            full=replace(full, file=beside(full.file)) if full and full.file else full,
            pictures=tuple(
                replace(p, file=beside(p.file)) if p.file else p for p in recording.pictures
            ),
        )
        key = cache.key_of(other, method, python)
        cache.save(copied, key, folder / RECORDINGS, python)


def list_chapters(index: Path, chapters: list[str]) -> None:
    """Add chapters where a page lists them; nothing where chapters are found by their folders."""
    if not index.is_file():
        return
    text = index.read_text("utf-8")
    if listed := re.findall(r"(?m)^lessons/\w+/index$", text):
        lines = [listed[-1], *(f"lessons/{chapter}/index" for chapter in chapters)]
        text = re.sub(rf"(?m)^{listed[-1]}$", "\n".join(lines), text)
        index.write_text(text, encoding="utf-8")


# -- builds ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Build:
    """What a build took; sizes in MB. ``read``, ``written``: pages; ``recorded``: recordings."""

    seconds: float
    cpu: float
    largest_process: float
    together: float
    read: int
    written: int
    recorded: int

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s, CPU {self.cpu:.1f} s, {self.read} pages read"


def build(folder: Path, jobs: int) -> Build:
    """Build the site as ``make`` does; raise NotMeasured where that fails."""
    pages, recordings = pages_of(folder), recordings_in(folder)
    with tempfile.TemporaryFile("w+") as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "gallery", "build", "--jobs", str(jobs)],
            cwd=folder,
            env=CLEAN,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        with memory_of(process.pid) as peak:
            _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read()
    if process.returncode:
        wrong = [line for line in said.splitlines() if re.search("WARNING|ERROR|rror:", line)]
        raise NotMeasured("the build failed:\n" + "\n".join(wrong[:20] or said.splitlines()[-20:]))
    found = re.search(r"(\d+) added, (\d+) changed, (\d+) removed", said)
    return Build(
        seconds=seconds,
        cpu=usage.ru_utime + usage.ru_stime,
        largest_process=usage.ru_maxrss / 1024,
        together=max(peak, default=0) / 1e6,
        read=int(found[1]) + int(found[2]) if found else 0,
        written=len(pages_of(folder) - pages),
        recorded=len(recordings_in(folder) - recordings),
    )


@contextlib.contextmanager
def memory_of(pid: int) -> Iterator[list[int]]:
    """Sample the memory of a process and its descendants, what they share counted once."""
    samples: list[int] = []
    over = threading.Event()

    def sample() -> None:
        while not over.wait(1):
            total = 0
            with contextlib.suppress(psutil.Error):
                process = psutil.Process(pid)
                for one in [process, *process.children(recursive=True)]:
                    with contextlib.suppress(psutil.Error):
                        total += getattr(one.memory_full_info(), "pss", 0)
            samples.append(total)

    killer = threading.Timer(LIMIT, lambda: psutil.Process(pid).kill())
    thread = threading.Thread(target=sample)
    thread.start()
    killer.start()
    try:
        yield samples
    finally:
        killer.cancel()
        over.set()
        thread.join()


def stamps(files: Iterator[Path]) -> set[tuple[str, int]]:
    """Return files with the moments at which they were written."""
    return {(str(file), file.stat().st_mtime_ns) for file in files}


def pages_of(folder: Path) -> set[tuple[str, int]]:
    """Return the pages of a site with their stamps."""
    return stamps((folder / "build" / "html").rglob("*.html"))


def recordings_in(folder: Path) -> set[tuple[str, int]]:
    """Return the recordings with their stamps."""
    return stamps(file for kept in RECORDED for file in (folder / kept).rglob("*.json"))


def change_prose(source: str) -> str:
    """Return a lesson with one line of prose changed: the first below a cell's mark."""
    changed, found = re.subn(r"(?m)(^# %%.*\n# .*\w)", r"\1 indeed", source, count=1)
    if not found:
        raise NotMeasured(f"there is no prose in {CHANGED} to change")
    return changed


def change_code(source: str) -> str:
    """Return a lesson with one line of code changed."""
    changed = source.replace("timeout=0.5", "timeout=0.4", 1)
    if changed == source:
        raise NotMeasured(f"there is no timeout=0.5 in {CHANGED} to change")
    return changed


# -- pages -------------------------------------------------------------------------------------


class Counter(HTMLParser):
    """Counts what a page is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.elements = self.images = self.requests = 0
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count an element, and what a browser loads for it at once."""
        self.elements += 1
        said = dict(attrs)
        self.images += tag == "img"
        style = tag == "link" and "stylesheet" in (said.get("rel") or "")
        image = tag == "img" and said.get("loading") != "lazy"
        source = said.get("href") if style else said.get("src")
        if source and (style or image or tag == "script"):
            self.loaded.append(source.partition("?")[0])


@dataclass(frozen=True)
class Page:
    """What a page weighs: its own HTML, and what a browser loads at once beside it."""

    name: str
    html: int
    gzipped: int
    elements: int
    images: int
    requests: int


def weight(path: Path, site: Path) -> Page:
    """Weigh a page."""
    data = path.read_bytes()
    counter = Counter()
    counter.feed(data.decode())
    return Page(
        name=path.relative_to(site).as_posix(),
        html=len(data),
        gzipped=len(gzip.compress(data)),
        elements=counter.elements,
        images=counter.images,
        requests=1 + len(set(counter.loaded)),
    )


def matching(site: Path, patterns: str) -> list[Path]:
    """Find the files that one of several patterns fits."""
    return sorted({path for pattern in patterns.split() for path in site.glob(pattern)})


def gzipped(files: list[Path]) -> float:
    """Return the weight of files over the wire, in kB."""
    return sum(len(gzip.compress(file.read_bytes())) for file in files) / 1000


def first_of_index(index: list[Path]) -> list[Path]:
    """Return the files of the search's index that first results need: the others are numbered."""
    return [file for file in index if not re.search(r"-\d+\.js$", file.name)]


# -- the table ---------------------------------------------------------------------------------


@dataclass
class Row:
    """A line of the table: a value for each number of pages.

    ``limit`` is a goal's most; ``grows`` says that the last value may be no more than a tenth
    above the first.
    """

    name: str
    unit: str
    values: list[float | None]
    limit: float | None = None
    grows: bool = True

    @property
    def goal(self) -> str:
        """Return the goal in words."""
        most = f"at most {self.limit:g}" if self.limit is not None else ""
        return ", ".join(filter(None, [most, "" if self.grows else "does not grow"]))

    @property
    def verdict(self) -> str:
        """Return ``met``, ``missed`` or, where there is no goal or nothing to compare, nothing."""
        known = [value for value in self.values if value is not None]
        wrong = []
        if self.limit is not None and known:
            wrong.append(max(known) > self.limit)
        if not self.grows and len(known) > 1:
            wrong.append(known[-1] > 1.1 * known[0])
        return ("missed" if any(wrong) else "met") if wrong else ""


def measure(folder: Path, pages: int, say: Callable[[str], None]) -> list[Row]:
    """Build a copy of the project with so many lessons in several ways; return rows."""
    pristine = folder / f"of-{pages}"
    make_copy(pristine, pages)
    say("copied")
    full = {}
    for jobs in (1, CORES):
        work = folder / f"{pages}-lessons-{jobs}"
        shutil.copytree(pristine, work)
        full[jobs] = build(work, jobs)
        say(f"full build, {jobs} at once: {full[jobs]}")
    partial = {}
    lesson = work / CHANGED
    changes: dict[str, Callable[[str], str]] = {
        "unchanged": str,
        "one prose line changed": change_prose,
        "one lesson's code changed": change_code,
    }
    for what, change in changes.items():
        if change is not str:
            lesson.write_text(change(lesson.read_text("utf-8")), encoding="utf-8")
        partial[what] = build(work, CORES)
        say(f"{what}: {partial[what]}")
    rows = build_rows(full, partial, pages) + page_rows(work)
    for jobs in full:
        shutil.rmtree(folder / f"{pages}-lessons-{jobs}")
    return rows


def build_rows(full: dict[int, Build], partial: dict[str, Build], lessons: int) -> list[Row]:
    """Return what builds took."""
    rows = []
    for jobs, one in full.items():
        what = f"full build, {jobs} at once"
        limit = 0.35 if jobs == CORES else None
        rows += [
            Row(what, "s", [one.seconds]),
            Row(f"{what}, a lesson", "s", [one.seconds / lessons], limit),
            Row(f"{what}, CPU", "s", [one.cpu]),
            Row(f"{what}, largest process", "MB", [one.largest_process], 1000),
            Row(f"{what}, all processes", "MB", [one.together], 1000),
            Row(f"{what}, recorded anew", "", [one.recorded]),
        ]
    for (what, one), limit in zip(partial.items(), (4, 5, 8), strict=True):
        rows += [
            Row(what, "s", [one.seconds], limit),
            Row(f"{what}, CPU", "s", [one.cpu]),
            Row(f"{what}, pages read", "", [one.read]),
            Row(f"{what}, pages written", "", [one.written]),
            Row(f"{what}, recorded anew", "", [one.recorded]),
        ]
    return rows


def page_rows(folder: Path) -> list[Row]:
    """Return what pages weigh, and what the build keeps."""
    site = folder / "build" / "html"
    heaviest = max((weight(p, site) for p in site.rglob("*.html")), key=lambda page: page.gzipped)
    rows = [Row("heaviest page, gzip", "kB", [heaviest.gzipped / 1000], grows=False)]
    for kind, patterns in KINDS.items():
        found = [weight(path, site) for path in matching(site, patterns)]
        page = max(found, key=lambda page: page.html, default=None)
        measures: tuple[tuple[str, str, Callable[[Page], float]], ...] = (
            ("HTML", "kB", lambda page: page.html / 1000),
            ("HTML, gzip", "kB", lambda page: page.gzipped / 1000),
            ("elements", "", lambda page: page.elements),
            ("images", "", lambda page: page.images),
            ("requests at once", "", lambda page: page.requests),
        )
        for what, unit, of in measures:
            grows = what == "images"
            rows.append(Row(f"{kind}: {what}", unit, [of(page) if page else None], grows=grows))
    index = matching(site, SEARCH_INDEX)
    first = first_of_index(index)
    build_folder = folder / "build"
    files = [p for p in site.rglob("*") if p.is_file() and ".doctrees" not in p.parts]
    return [
        *rows,
        Row("search index, gzip", "kB", [gzipped(index)]),
        Row("search index needed first, gzip", "kB", [gzipped(first)], 60),
        Row("doctrees", "MB", [megabytes(build_folder.rglob("*.doctree"))]),
        Row("environment", "MB", [megabytes(build_folder.rglob("environment.pickle"))]),
        Row("the site", "MB", [megabytes(iter(files))]),
        Row("the site, files", "", [len(files)]),
    ]


def megabytes(files: Iterator[Path]) -> float:
    """Return how much files hold."""
    return sum(file.stat().st_size for file in files) / 1e6


def shown(value: float | None, unit: str) -> str:
    """Write a value for people."""
    if value is None:
        return "-"
    if not unit:
        return f"{value:,.0f}"
    return f"{value:,.2f}" if value < 10 else f"{value:,.1f}"


def markdown(rows: list[Row], pages: list[int]) -> str:
    """Return the table."""
    head = ["", *(f"{number} lessons" for number in pages), "unit", "goal", ""]
    lines = [head, ["---", *["---:"] * len(pages), "---", "---", "---"]]
    for row in rows:
        values = (shown(value, row.unit) for value in row.values)
        lines.append([row.name, *values, row.unit, row.goal, row.verdict])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def machine() -> str:
    """Say what measured, and how busy it was."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"Python {platform.python_version()}, {CORES} cores, load average {load}"


def main(words: list[str] | None = None) -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", nargs="+", type=int, default=[250], help="numbers of lessons")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--only-make", type=Path, help="make the copy in this folder, and stop")
    options = parser.parse_args(words)
    try:
        if options.only_make:
            make_copy(options.only_make, options.pages[0])
            return
        before = machine()
        rows: list[Row] = []
        with tempfile.TemporaryDirectory(prefix="growth-") as name:
            for pages in options.pages:
                began = time.perf_counter()

                def say(what: str, pages: int = pages, began: float = began) -> None:
                    spent = time.perf_counter() - began
                    print(f"{pages} lessons, {spent:.0f} s: {what}", file=sys.stderr, flush=True)

                found = measure(Path(name), pages, say)
                for row, more in zip(rows, found, strict=False):
                    row.values += more.values
                rows = rows or found
    except NotMeasured as error:
        sys.exit(str(error))
    print(f"{before}; at the end: {machine().rpartition('average ')[2]}\n")
    print(markdown(rows, options.pages))
    if options.json:
        data = {"machine": before, "pages": options.pages, "rows": [asdict(row) for row in rows]}
        options.json.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
