"""Gathering: every lesson and its tests on every interpreter, several at once.

What was run and did well is kept in a folder beside the file of findings, with the key of all that
it depends on, and is not run again. What did not do well is tried anew each time. Lessons that
have not changed may be spared; what is kept of them still counts.
"""

from __future__ import annotations

import hashlib
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from gallery.evidence import sameness
from gallery.evidence.findings import (
    ALL,
    TESTS,
    Cell,
    Difference,
    Evidence,
    Findings,
    Python,
    Said,
    Sameness,
)
from gallery.evidence.lesson_tests import Testing, contents, test_file
from gallery.evidence.pythons import Found
from gallery.lesson import Lesson
from gallery.pair import run_of
from gallery.pythons import version_of
from multitrack import cache
from multitrack.interpreters import installed
from multitrack.pool import AT_ONCE, Job, NotRecorded, record_all
from multitrack.recording import Recording
from multitrack.script import START_METHODS

RUNS = 5  # of each lesson under each start method on the builder's own interpreter
MORE = 2  # further runs elsewhere, where lines differ: a difference must be there in every run
GIVE_UP = 3  # runs on an interpreter that all crash or hang before it is left alone
WORST_FIRST = ("crashed", "failed", "not run", "not here", "ok", "not chosen")
CRASHES = {"SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE", "SIGTRAP", "SIGSYS"}


def key_of(lesson: Lesson) -> str:
    """Hash what a lesson is: the script, what it imports, the programs beside it, and its tests."""
    digest = hashlib.sha256()
    tests = test_file(lesson)
    for part in [*contents(lesson), tests.read_bytes() if tests.is_file() else b""]:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()[:32]


@dataclass(frozen=True)
class Place:
    """Where a run belongs: lesson, interpreter, start method, and which of several."""

    lesson: str
    python: str
    method: str
    number: int


@dataclass
class Gathering:
    """One gathering. ``say`` gets a line for each lesson that is done.

    ``spared`` names the lessons that are not run, and says why.
    """

    lessons: list[Lesson]
    found: list[Found]
    folder: Path
    runs: int = RUNS
    say: Callable[[str], None] = print
    at_once: int = AT_ONCE
    spared: Mapping[str, str] = field(default_factory=dict)
    _recordings: dict[Place, Recording] = field(default_factory=dict)
    _failures: dict[Place, str] = field(default_factory=dict)  # there is no recording at all
    _passed_over: set[Place] = field(default_factory=set)  # neither kept nor chosen
    _tests: dict[tuple[str, str], Cell] = field(default_factory=dict)
    _left_alone: dict[str, str] = field(default_factory=dict)  # interpreters given up, and why
    _awaited: Counter[str] = field(default_factory=Counter)  # runs of each lesson still to come
    _done: dict[str, Evidence] = field(default_factory=dict)

    def gather(self) -> Findings:
        """Run what must be run and return all findings.

        However this ends, nothing that was started is alive afterwards.
        """
        with Testing(self.folder) as testing:
            for lesson in self.lessons:
                for one in self._usable():
                    if unfit(lesson, one):
                        continue
                    if lesson.name not in self.spared:
                        testing.order(lesson, one)
                    else:
                        kept = testing.kept(lesson, one) or self._not_chosen(lesson)
                        self._tests[lesson.name, one.python.id] = kept
            self._record([one for one in self.lessons if not one.settings.measures], testing)
            for name, python, cell in testing.rest():
                self._tests[name, python] = cell
                self._tell_done(testing, name)
            # Each of these is alone: beside the tests it would wait for all that have begun, and
            # all that are to come for it.
            self._record([one for one in self.lessons if one.settings.measures], testing)
        pythons = tuple(self._judged(one.python) for one in self.found)
        return Findings(pythons, {lesson.name: self._done[lesson.name] for lesson in self.lessons})

    # -- what is to be run -------------------------------------------------------------------

    def _usable(self) -> list[Found]:
        return [one for one in self.found if one.about]

    def _not_chosen(self, lesson: Lesson) -> Cell:
        return Cell("not chosen", self.spared[lesson.name])

    def _wanted(self, lesson: Lesson) -> Iterator[Place]:
        for one in self._usable():
            if unfit(lesson, one):
                continue
            for method in lesson.settings.start_methods:
                for number in range(self.runs if one.python.builder else 1):
                    yield Place(lesson.name, one.python.id, method, number)

    def _more(self, lesson: Lesson) -> Iterator[Place]:
        """Where lines differ from the builder's, say which further runs are needed."""
        for python, method in self._differ(lesson):
            for number in range(1, 1 + MORE):
                yield Place(lesson.name, python, method, number)

    def _differ(self, lesson: Lesson) -> dict[tuple[str, str], tuple[list[Said], list[Said]]]:
        """Return by interpreter and start method which lines only it has, and only the builder."""
        differing = {}
        for method in lesson.settings.start_methods:
            here = self._lines(lesson, self._builder, method)
            for one in self._usable():
                there = self._lines(lesson, one.python.id, method)
                if here and there and not one.python.builder:
                    only = sameness.differing(here, there)
                    if any(only):
                        differing[one.python.id, method] = only
        return differing

    @property
    def _builder(self) -> str:
        return next((one.python.id for one in self.found if one.python.builder), "")

    def _good(self, lesson: Lesson, python: str, method: str) -> list[Recording]:
        """Return the good runs, in the order of their numbers."""
        numbers = range(max(self.runs, 1 + MORE))
        places = [Place(lesson.name, python, method, number) for number in numbers]
        found = [self._recordings[place] for place in places if place in self._recordings]
        return [recording for recording in found if judge(lesson, recording)[0] == "ok"]

    def _lines(self, lesson: Lesson, python: str, method: str) -> list[list[Said]]:
        measures = bool(lesson.settings.measures)
        return [sameness.compared(r, measures) for r in self._good(lesson, python, method)]

    # -- running -----------------------------------------------------------------------------

    def _record(self, lessons: list[Lesson], testing: Testing) -> None:
        """Record what is wanted of lessons, then what more is needed to be sure of differences."""
        self._record_places([p for lesson in lessons for p in self._wanted(lesson)], testing)
        self._record_places([p for lesson in lessons for p in self._more(lesson)], testing)

    def _record_places(self, places: list[Place], testing: Testing) -> None:
        """Record what is not kept; side by side, or alone what measures times."""
        lessons = {lesson.name: lesson for lesson in self.lessons}
        pythons = {one.python.id: one for one in self.found}
        jobs: dict[Job, list[Place]] = defaultdict(list)
        self._awaited = Counter(place.lesson for place in places)
        for place in places:
            lesson, path = lessons[place.lesson], pythons[place.python].path
            script = run_of(lesson)
            kept, _ = cache.load(script, place.method, self._folder(place), path)
            if kept:
                self._recordings[place] = kept
                self._awaited[place.lesson] -= 1
                continue
            if lesson.name in self.spared:
                self._passed_over.add(place)
                self._awaited[place.lesson] -= 1
                continue
            job = Job.of(
                script,
                place.method,
                timeout=lesson.settings.timeout,
                alone=bool(lesson.settings.measures),
                own_shm=True,
                python=path,
            )
            jobs[job].append(place)
        self._tell_done(testing, *lessons)
        at_once = 1 if any(job.alone for job in jobs) else self.at_once
        todo = [job for job, of_job in jobs.items() for _ in of_job]
        while todo:
            todo = self._record_some(todo, jobs, at_once, testing)

    def _record_some(
        self, todo: list[Job], jobs: dict[Job, list[Place]], at_once: int, testing: Testing
    ) -> list[Job]:
        """Record until all is done or an interpreter is given up; return what is left to do."""
        results = cast("Generator[tuple[Job, Recording]]", record_all(todo, at_once))
        try:
            with closing(results):
                for job, recording in results:
                    todo.remove(job)
                    place = jobs[job].pop()
                    self._keep(place, recording, job.python)
                    given_up = self._give_up(place.python)
                    self._took(place, testing)
                    if given_up:
                        break
        except NotRecorded as error:
            if error.job is None:
                raise
            todo.remove(error.job)
            place = jobs[error.job].pop()
            self._failures[place] = str(error)
            self._took(place, testing)
        for job in [job for job in todo if jobs[job][0].python in self._left_alone]:
            todo.remove(job)
            place = jobs[job].pop()
            self._failures[place] = self._left_alone[place.python]
            self._took(place, testing)
        return todo

    def _folder(self, place: Place) -> Path:
        return self.folder / place.python / str(place.number)

    def _keep(self, place: Place, recording: Recording, python: str) -> None:
        lesson = next(lesson for lesson in self.lessons if lesson.name == place.lesson)
        if judge(lesson, recording)[0] == "ok":
            key = cache.key_of(run_of(lesson), place.method, python)
            cache.save(recording, key, self._folder(place), python)
        self._recordings[place] = recording

    def _give_up(self, python: str) -> bool:
        """Leave an interpreter alone whose first runs all crashed or did not end."""
        if python in self._left_alone:
            return False
        mine = [r for place, r in self._recordings.items() if place.python == python]
        if len(mine) < GIVE_UP or not all(crashed(r) or hung(r) for r in mine):
            return False
        self._left_alone[python] = f"its first {len(mine)} runs all crashed or did not end"
        return True

    def _took(self, place: Place, testing: Testing) -> None:
        self._awaited[place.lesson] -= 1
        self._tell_done(testing, place.lesson)

    # -- what was found ----------------------------------------------------------------------

    def _tell_done(self, testing: Testing, *names: str) -> None:
        """Say a line for each of these lessons, and of those just tested, that is done."""
        heard = set(names)
        for name, python, cell in testing.done():
            self._tests[name, python] = cell
            heard.add(name)
        for lesson in self.lessons:
            if lesson.name not in heard:  # to look at all of them each time would take its time
                continue
            tested = all(
                (lesson.name, one.python.id) in self._tests or unfit(lesson, one)
                for one in self._usable()
            )
            if lesson.name in self._done or self._awaited[lesson.name] > 0 or not tested:
                continue
            settled = self._recordings.keys() | self._failures.keys() | self._passed_over
            if not settled.issuperset([*self._wanted(lesson), *self._more(lesson)]):
                continue
            self._done[lesson.name] = evidence = self._evidence(lesson)
            for line in in_lines(lesson.name, evidence, [one.python for one in self._usable()]):
                self.say(line)

    def _evidence(self, lesson: Lesson) -> Evidence:
        cells = {}
        for one in self.found:
            if one.about:
                cells[one.python.id] = {
                    **{method: self._cell(lesson, one, method) for method in START_METHODS},
                    TESTS: unfit(lesson, one) or self._tests[lesson.name, one.python.id],
                }
        runs = {m: self._good(lesson, self._builder, m) for m in lesson.settings.start_methods}
        lines = {m: self._lines(lesson, self._builder, m) for m in runs}
        if lesson.settings.measures:
            varying = {m: [list(sameness.told(r)) for r in of_m] for m, of_m in runs.items()}
        else:
            varying = lines
        return Evidence(
            key=key_of(lesson),
            cells=cells,
            sameness=_sameness({m: of_m for m, of_m in lines.items() if of_m}),
            spread=sameness.spread(varying),
            differences=tuple(self._differences(lesson)),
        )

    def _cell(self, lesson: Lesson, one: Found, method: str) -> Cell:
        if cell := unfit(lesson, one):
            return cell
        if method not in lesson.settings.start_methods:
            return Cell("skipped", lesson.settings.start_methods_reason)
        places = [
            place
            for number in range(max(self.runs, 1 + MORE))
            if (place := Place(lesson.name, one.python.id, method, number)) in self._recordings
            or place in self._failures
        ]
        recordings = [self._recordings[p] for p in places if p in self._recordings]
        if not places:
            return self._not_chosen(lesson)
        if not recordings:
            return Cell("not run", self._failures[places[0]])
        judged = [judge(lesson, r) for r in recordings]
        judged += [("failed", self._failures[p]) for p in places if p in self._failures]
        good = sum(state == "ok" for state, _ in judged)
        state, why = next(((s, w) for s, w in judged if s != "ok"), ("ok", ""))
        if good and state != "ok":
            why = f"{len(judged) - good} of {len(judged)} runs: {why}"
        seconds = statistics.median(r.duration for r in recordings)
        return Cell(state, why, round(seconds, 3), len(judged), good)

    def _differences(self, lesson: Lesson) -> Iterator[Difference]:
        """Bring together the start methods under which the same lines differ."""
        together: dict[tuple[str, tuple[Said, ...], tuple[Said, ...]], list[str]] = {}
        for (python, method), (there, here) in self._differ(lesson).items():
            together.setdefault((python, tuple(there), tuple(here)), []).append(method)
        for (python, only_there, only_here), methods in together.items():
            runs = min(len(self._good(lesson, python, m)) for m in methods)
            yield Difference(python, tuple(methods), runs, only_there, only_here)

    def _judged(self, python: Python) -> Python:
        """Return the Python as broken where no run on it was good because it was left alone."""
        why = self._left_alone.get(python.id)
        if not why:
            return python
        return Python(python.id, python.name, python.version, "broken", why, python.builder)


def unfit(lesson: Lesson, one: Found) -> Cell | None:
    """Return what stands for a lesson on a Python that is too old or lacks a library of it."""
    needs = lesson.settings.needs_python
    if one.about and version_of(one.about.version)[:2] < needs:
        return Cell("skipped", f"needs Python {'.'.join(map(str, needs))}")
    if missing := [name for name in lesson.settings.needs if not installed(one.path, name)]:
        return Cell("not here", f"{' and '.join(missing)} is not installed there")
    return None


def judge(lesson: Lesson, recording: Recording) -> tuple[str, str]:
    """Return the state of a run and, where it is not ok, why."""
    if crashed(recording):
        return (
            "crashed",
            f"{next(p.label for p in recording.processes if p.signal in CRASHES)} "
            + (next(p.ending for p in recording.processes if p.signal in CRASHES)),
        )
    if recording.problems:
        return "failed", recording.problems[0].text.splitlines()[0][:300]
    if recording.failed_by_themselves and not lesson.settings.failures:
        child = recording.failed_by_themselves[0]
        return "failed", f"{child.label} {child.ending}"
    return "ok", ""


def crashed(recording: Recording) -> bool:
    """Whether the interpreter itself came to grief in main."""
    return recording.main.signal in CRASHES


def hung(recording: Recording) -> bool:
    """Whether the run had to be ended."""
    return any(problem.kind == "time limit" for problem in recording.problems)


def in_lines(name: str, evidence: Evidence, pythons: list[Python]) -> Iterator[str]:
    """Say what was found out about a lesson: one line, and one for whatever was not good.

    Of one that was spared and of which nothing is kept, say nothing.
    """
    words, others, bad = [], [], []
    for python in pythons:
        cells = evidence.cells[python.id]
        states = {cell.state for cell in cells.values()} - {"skipped"}
        worst = next((s for s in WORST_FIRST if s in states), "skipped")
        if worst == "not chosen":
            others = ["not chosen elsewhere"]
            continue
        words.append(f"{python.version} {worst}{' in part' * ({'ok', 'not chosen'} <= states)}")
        bad += [
            f"    {python.name}, {method}: {cell.state}: {cell.why}"
            for method, cell in cells.items()
            if cell.state in ("crashed", "failed", "not run")
        ]
    if words:
        yield f"{name}: {', '.join([*words, *others])}; {same_in_words(evidence)}"
    yield from bad


def _sameness(lines: dict[str, list[list[Said]]]) -> dict[str, Sameness]:
    found = {method: sameness.sameness(runs) for method, runs in lines.items()}
    return found | {ALL: sameness.sameness([run for runs in lines.values() for run in runs])}


def repeated(evidence: Evidence) -> bool:
    """Whether there were several runs under one start method on the builder's own Python."""
    return any(same.runs > 1 for method, same in evidence.sameness.items() if method != ALL)


def same_in_words(evidence: Evidence) -> str:
    """Say whether all runs on the builder's own Python did the same."""
    methods = [s for m, s in evidence.sameness.items() if m != ALL]
    everywhere = evidence.sameness[ALL]
    runs = everywhere.runs
    if not repeated(evidence):
        rows = evidence.cells.values()
        most = max((c.runs for row in rows for m, c in row.items() if m != TESTS), default=0)
        one = "there was one run under each start method"
        return one if most == 1 else "whether its runs are the same was not looked at"
    if any(s.lines > 1 for s in methods):
        return f"the lines differed: {everywhere.lines} variants in {runs} runs"
    each = "" if everywhere.lines == 1 else " under each start method"
    aside = ", their numbers aside," if evidence.spread else ""
    same = f"the same lines{aside}{each} in {runs} of {runs} runs"
    if all(s.orders == 1 for s in methods):
        each = "" if everywhere.orders == 1 else " under each start method"
        return f"the same lines{aside} in the same order{each} in {runs} of {runs} runs"
    if all(s.writers == 1 for s in methods):
        return f"{same}, in {everywhere.orders} orders"
    return f"{same}; which process wrote which, and their order, in {everywhere.orders} ways"
