"""Truth by running: every program of a question is recorded, and must bear the answer out.

What the answer rests on is run under each start method that the question is about: its program,
and the choices that are right. What only completes it is run once: see :func:`methods_of`.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from gallery.in_words import in_words
from gallery.pythons import python_for
from gallery.quiz.questions import Choice, Expected, Question, sources
from multitrack import cache
from multitrack.pool import Job, record_all
from multitrack.recording import LEFT, Line, Recording, RecordingError
from multitrack.script import Script

AT_ONCE = 4 * (os.cpu_count() or 1)  # more than of lessons: many programs here only wait
CHANCE_RUNS = 20  # for a question with several possible outputs, spread over the start methods
PATIENCE = 20.0  # seconds for a program that ends by itself: the machine may be busy
ELLIPSIS = "..."  # in an expected output: alone in a line it stands for any lines
TRACEBACK = "Traceback (most recent call last):"


@dataclass(frozen=True)
class Run:
    """One run of one of a question's programs.

    ``part`` names the program: ``program``, ``cure``, ``choice-2``; ``number`` counts the runs
    under one start method; ``hangs``: what the answer says, None where it says nothing.
    """

    question: Question = field(repr=False)
    part: str
    source: str = field(repr=False)
    start_method: str
    number: int = 1
    hangs: bool | None = False

    @property
    def limit(self) -> float:
        """Seconds that it may take."""
        return PATIENCE if self.hangs is False else self.question.limit

    @property
    def python(self) -> str:
        """The interpreter that it is on, the same as for lessons."""
        return python_for(self.start_method) or sys.executable

    @property
    def folder(self) -> str:
        """Where its files are, below the folder of the quiz."""
        return f"{self.question.quiz}/{self.question.id}"


@dataclass
class Settled:
    """What the runs showed: recordings by question and, in words, the answers that they refute.

    ``recorded``: how many runs were made now, and not kept from an earlier build.
    """

    recordings: dict[str, dict[Run, Recording]] = field(default_factory=lambda: defaultdict(dict))
    refuted: list[str] = field(default_factory=list)
    recorded: int = 0


def runs_of(question: Question, thorough: bool = False) -> Iterator[Run]:
    """Yield what has to be run to settle a question; nothing where it is advice.

    ``thorough``: every program under every start method.
    """
    if question.settled_by == "advice":
        return
    for part, source in sources(question):
        methods = question.start_methods if thorough else methods_of(question, part)
        chance = question.chance and part == "program"
        for number in range(CHANCE_RUNS if chance else len(methods)):
            turn, which = divmod(number, len(methods))
            yield Run(question, part, source, methods[which], turn + 1, _hangs(question, part))


def methods_of(question: Question, part: str) -> tuple[str, ...]:
    """Return the start methods under which a program is run.

    All that the question is about for its program and for right choices. A wrong choice is run
    under the first of them, fork where it is one: there most things work, and a child inherits
    what others may have to wait for. A cure is run under the last, mostly spawn: there it has to
    do without all that.
    """
    if part == "cure":
        return question.start_methods[-1:]
    if part == "program" or choice_of(question, part).right:
        return question.start_methods
    return question.start_methods[:1]


def _hangs(question: Question, part: str) -> bool | None:
    """Return whether the answer says that a program hangs; None where it may."""
    if part == "cure":
        return False
    if part == "program":
        return bool(question.expect and question.expect.hangs)
    choice = choice_of(question, part)
    if question.kind == "hangs":
        return choice.right
    return False if choice.right else None


def choice_of(question: Question, part: str) -> Choice:
    """Return the choice that a part belongs to."""
    return question.choices[int(part.removeprefix("choice-")) - 1]


def settle(
    questions: Iterable[Question],
    folder: Path,
    watch: Callable[[Iterator[Run], int], Iterable[Run]] = lambda runs, count: runs,
    thorough: bool = False,
) -> Settled:
    """Run what has not been run yet, and compare the answers with what happened.

    Parameters
    ----------
    folder : where the programs and their recordings are kept.
    watch : is given the runs as they are done, and their number; shows progress.
    thorough : as for :func:`runs_of`.

    Recordings are kept only of questions that hold; the next build tries the others again.
    """
    questions = list(questions)
    runs = [run for question in questions for run in runs_of(question, thorough)]
    keys: dict[Run, str] = {}
    todo: dict[Run, Job] = {}
    found: dict[Run, Recording] = {}
    for run in runs:
        script = _written(run, folder)
        key = cache.key_of(script, run.start_method, run.python)
        keys[run] = hashlib.sha256(f"{key} {run.limit:g} {run.number}".encode()).hexdigest()
        if kept := _kept(run, keys[run], folder):
            found[run] = kept
        else:
            todo[run] = Job.of(
                script, run.start_method, timeout=run.limit, own_shm=True, python=run.python
            )
    results = _record(dict(sorted(todo.items(), key=_lot)), found)
    for _ in watch(results, len(todo)) if todo else ():
        pass
    settled = Settled(recorded=len(todo))
    for run in runs:
        settled.recordings[run.question.id][run] = found[run]
    for question in questions:
        recordings = settled.recordings[question.id]
        if refuted := list(verdict(question, recordings)):
            settled.refuted += refuted
            continue
        for run in recordings.keys() & todo.keys():
            recordings[run] = cache.save(recordings[run], keys[run], folder, run.python)
    return settled


def _lot(item: tuple[Run, Job]) -> str:
    """Mix those that only wait with those that compute, so that neither come all at once."""
    run, job = item
    return hashlib.sha256(f"{job.path} {job.start_method} {run.number}".encode()).hexdigest()


def _written(run: Run, folder: Path) -> Script:
    path = folder / run.folder / f"{run.part.replace('-', '_')}.py"
    if not path.exists() or path.read_text("utf-8") != run.source:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(run.source, encoding="utf-8")
    return Script.read(path)


def kept_as(run: Run) -> str:
    """Return the name under which a run's recording is kept."""
    return f"{run.folder}/{run.part}.{run.number}"


def path_of(run: Run, folder: Path) -> Path:
    """Return where a run's recording is kept."""
    return cache.path_of(kept_as(run), run.start_method, folder, run.python)


def _kept(run: Run, key: str, folder: Path) -> Recording | None:
    try:
        recording = Recording.load(path_of(run, folder))
    except RecordingError:
        return None
    return recording if recording.key == key else None


def _record(todo: dict[Run, Job], found: dict[Run, Recording]) -> Iterator[Run]:
    """Record, put what comes into ``found``, and yield each run as it is done."""
    waiting: dict[Job, list[Run]] = defaultdict(list)
    for run, job in todo.items():
        waiting[job].append(run)
    results = record_all(list(todo.values()), AT_ONCE)
    with closing(cast("Generator[tuple[Job, Recording]]", results)):
        for job, recording in results:
            run = waiting[job].pop()
            found[run] = replace(recording, script=kept_as(run))
            yield run


# -- what was seen -----------------------------------------------------------------------------


def trouble(recording: Recording) -> str:
    """Return what keeps a run from telling anything, in words.

    That main failed is no trouble, for a question may be about it; nor is a file left behind.
    """
    telling = [p for p in recording.problems if p.kind not in ("main failed", *LEFT)]
    return "; ".join(problem.text.splitlines()[0] for problem in telling)


def ending(recording: Recording) -> str:
    """Return main's exit code or its signal, as questions write it."""
    return recording.main.signal or str(recording.main.exit_code)


def printed(lines: Iterable[Line]) -> list[str]:
    """Return what processes wrote, line by line; of a traceback only what was raised."""
    return _without_frames((line.process, line.text) for line in lines)


def _without_frames(lines: Iterable[tuple[str, str]]) -> list[str]:
    """Leave out the frames of tracebacks; what was raised stays. Given: process and text."""
    found = []
    inside: set[str] = set()
    for process, text in lines:
        if text.startswith(TRACEBACK):
            inside.add(process)
        elif process not in inside or not text.startswith(" "):
            inside.discard(process)
            found.append(text.rstrip())
    return found


def same(expected: str, seen: list[str], unordered: bool = False) -> bool:
    """Whether lines are those that are expected.

    A line ``...`` stands for any lines, and three dots within a line for any part of it.
    """
    wanted = _without_frames(("", line) for line in expected.splitlines())
    if unordered:
        named = Counter(line for line in wanted if line != ELLIPSIS)
        rest = Counter(seen)
        return named <= rest if ELLIPSIS in wanted else named == rest
    pattern = "".join(
        r"(?:[^\n]*\n)*"
        if line == ELLIPSIS
        else r"[^\n]*".join(map(re.escape, line.split(ELLIPSIS))) + r"\n"
        for line in wanted
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in seen)) is not None


# -- the verdict -------------------------------------------------------------------------------


def verdict(question: Question, recordings: dict[Run, Recording]) -> Iterator[str]:
    """Say in words what refutes the answers, each thing once; nothing where all hold."""
    said: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for run, recording in recordings.items():
        for expected, seen in _refutations(question, run, recording):
            said[run.part, expected, seen].append(run.start_method)
    for (part, expected, seen), methods in said.items():
        where = "" if part == "program" else f" ({part.replace('-', ' ')})"
        runs = "runs refute" if methods[1:] else "a run refutes"
        yield (
            f"{question.name}{where} under {in_words(dict.fromkeys(methods))}: {runs} the answer\n"
            + beside(expected, seen)
        )


def _refutations(question: Question, run: Run, recording: Recording) -> Iterator[tuple[str, str]]:
    """Yield what was expected of one run and what was seen instead."""
    if run.part == "cure":
        yield from _differences(Expected(question.cured, "0"), recording, question.unordered)
    elif question.kind in ("prints", "order"):
        yield from _choices(question, run, recording)
    elif question.kind == "hangs":
        yield from _hanging(run, recording)
    elif question.kind == "missing":
        assert question.expect
        wanted = replace(question.expect, ends=question.expect.ends or "0")
        differences = list(_differences(wanted, recording, question.unordered))
        if choice_of(question, run.part).right:
            yield from differences
        elif not differences:
            yield "something else, for this choice is said to be wrong", _seen(recording)
    elif question.expect:
        yield from _differences(question.expect, recording, question.unordered)


def _choices(question: Question, run: Run, recording: Recording) -> Iterator[tuple[str, str]]:
    """Compare one output with those of the choices."""
    right = [c for c in question.choices if c.right and run.start_method in c.under]
    wrong = [c for c in question.choices if c not in right]
    seen, how = printed(recording.lines), ending(recording)
    if trouble(recording):
        yield "a program that ends by itself", _seen(recording)
        return
    alike = [
        f"choice {c.number}, which is said to be wrong"
        for c in wrong
        if same(c.output or "", seen, question.unordered) and (not c.ends or how == c.ends)
    ]
    if not any(
        same(c.output or "", seen, question.unordered) and how == (c.ends or "0") for c in right
    ):
        said = " or\n".join(_said(c.output or "", c.ends or "0") for c in right)
        yield said, "\n".join([_seen(recording), *(f"(this is {words})" for words in alike)])
    elif alike:
        yield f"anything but {' and '.join(alike)}", _seen(recording)
    if not question.chance and question.several:
        for choice in right:
            if not same(choice.output or "", seen, question.unordered):
                yield _said(choice.output or "", choice.ends or "0"), _seen(recording)


def _hanging(run: Run, recording: Recording) -> Iterator[tuple[str, str]]:
    if run.hangs and not recording.hung:
        yield f"it is still there after {run.limit:g} s", _seen(recording)
    elif not run.hangs and trouble(recording):
        yield "it ends by itself", _seen(recording)


def _differences(
    expected: Expected, recording: Recording, unordered: bool
) -> Iterator[tuple[str, str]]:
    if expected.hangs:
        if not recording.hung:
            yield "it hangs", _seen(recording)
    elif trouble(recording):
        yield "a program that ends by itself", _seen(recording)
    elif expected.ends and ending(recording) != expected.ends:
        yield f"main ends with {expected.ends}", _seen(recording)
    if expected.output is not None and not same(
        expected.output, printed(recording.lines), unordered
    ):
        yield _said(expected.output, expected.ends), _seen(recording)


def _said(output: str, ends: str) -> str:
    text = output.rstrip("\n") or "(nothing is printed)"
    return text + (f"\n(main ends with {ends})" if ends else "")


def _seen(recording: Recording) -> str:
    text = "\n".join(printed(recording.lines)) or "(nothing is printed)"
    return f"{text}\n({trouble(recording) or f'main ends with {ending(recording)}'})"


def beside(expected: str, seen: str) -> str:
    """Show what was expected and what was seen, one below the other."""
    return f"  expected: {_indented(expected)}\n  seen:     {_indented(seen)}"


def _indented(text: str) -> str:
    return text if "\n" not in text else "\n" + "\n".join(f"    {x}" for x in text.split("\n"))
