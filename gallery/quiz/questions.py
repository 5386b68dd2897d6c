"""Reading the questions and refusing what cannot be asked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from gallery import yaml_data
from gallery.lesson import Lesson
from multitrack.script import START_METHODS, ScriptError, parsed

SCHEMA = json.loads(Path(__file__).with_name("schema.json").read_text("utf-8"))
BLANK = "____"
MIXED = "mixed"
END = ".quiz.yaml"  # of the file beside a lesson
PREDICT = "predict"  # the kind that is asked in a cell, before its output
MOST_ON_A_LESSON = 3
WIDEST = 72  # characters of a program's line: more does not fit a phone
LONGEST = {"program": 25, "cure": 25, "choice": 15}  # lines
MOST_TO_PREDICT = 4  # choices
OF_A_PREDICTION = {"id", "kind", "lesson", "question", "choices", "place", "cell", "unordered"}


class QuizError(Exception):
    """Questions that cannot be asked; the message has a line for each reason."""


@dataclass(frozen=True)
class Choice:
    """An answer that can be chosen.

    ``number`` is its place in the file, from 1. ``under``: the start methods under which it is
    right, where that is not all that are asked about. ``writers``: of a prediction, how many
    processes besides main write.
    """

    number: int
    why: str
    right: bool = False
    text: str = ""
    output: str | None = None
    program: str = ""
    code: str = ""
    writers: int | None = None
    ends: str = ""
    under: tuple[str, ...] = START_METHODS


@dataclass(frozen=True)
class Expected:
    """What a program does, where that is told apart from the choices."""

    output: str | None = None
    ends: str = ""
    hangs: bool = False


@dataclass(frozen=True)
class Question:
    """A question; docs/quiz-format.md describes the fields.

    ``place`` is ``file:line``, ``lesson`` the lesson that its file is beside, ``chapter/name``;
    ``cell`` the cell whose output a prediction is about, 0 for all other questions.
    """

    id: str
    kind: str
    lesson: str
    question: str
    choices: tuple[Choice, ...]
    place: str = ""
    cell: int = 0
    on_lesson: bool = False
    mixed: bool = False
    program: str = ""
    start_methods: tuple[str, ...] = START_METHODS
    settled_by: str = "run"
    chance: bool = False
    several: bool = False
    unordered: bool = False
    limit: float = 1.5
    expect: Expected | None = None
    cure: str = ""
    cured: str = ""

    @property
    def name(self) -> str:
        """Where it stands and which it is, for messages."""
        return f"{self.place}: question {self.id!r}"

    @property
    def quiz(self) -> str:
        """The quiz that asks it: its chapter's, or the mixed one."""
        return MIXED if self.mixed else self.lesson.partition("/")[0]

    @property
    def shown(self) -> list[Choice]:
        """The choices as the page shows them: mixed, and always in the same way.

        Authors write the right one first more often than they should.
        """
        return sorted(self.choices, key=lambda choice: _lot(f"{self.id} {choice.number}"))

    def with_code(self, choice: Choice) -> str:
        """Return the program with a choice's code in place of the blank."""
        line = next(x for x in self.program.splitlines() if BLANK in x)
        indent = line[: len(line) - len(line.lstrip())]
        return self.program.replace(BLANK, choice.code.strip().replace("\n", "\n" + indent))


def _lot(text: str) -> str:
    """Return what to sort by for an order that looks like chance, and is always the same."""
    return hashlib.sha256(text.encode()).hexdigest()


def files_of(snippets: Path) -> list[Path]:
    """Find the files of questions, and those that may be meant as such."""
    return sorted(snippets.glob("**/*quiz.yaml"))


def read_all(snippets: Path) -> list[Question]:
    """Read all questions below the lessons' folder.

    First the chapters', each in the reading order of its lessons and in the order of their files.
    Then the mixed ones, in an order that tells nothing and stays the same.

    Raises
    ------
    QuizError
        With every reason why one of them cannot be asked: file, line, question, the way out.
        Nothing was run.
    """
    found: list[tuple[Lesson, list[Question]]] = []
    wrong: list[str] = []
    files = files_of(snippets)
    for path in files:
        try:
            lesson = _lesson(path, snippets)
            read = yaml_data.read(path)
        except (yaml_data.DataError, ScriptError, QuizError) as error:
            wrong.append(str(error))
            continue
        refused = list(_refused(read))
        wrong += refused
        if not refused:
            questions = [_question(lesson.name, read, n) for n in range(len(read.value))]
            wrong += [f"{q.name}: {reason}" for q in questions for reason in _reasons(q, lesson)]
            found.append((lesson, questions))

    def place(item: tuple[Lesson, list[Question]]) -> tuple[str, int, str]:
        lesson, _ = item
        return lesson.path.parent.name, lesson.settings.order, lesson.name

    questions = [q for _, of_lesson in sorted(found, key=place) for q in of_lesson]
    if len(found) == len(files):  # else too few questions are there to count
        wrong += _across(questions)
    if wrong:
        raise QuizError("\n".join(wrong))
    mixed = sorted((q for q in questions if q.mixed), key=lambda q: _lot(q.id))
    return [q for q in questions if not q.mixed] + mixed


def _lesson(path: Path, snippets: Path) -> Lesson:
    """Read the lesson that a file of questions is beside."""
    name = path.name.removesuffix(END).removesuffix(".yaml")
    lesson = path.with_name(f"{name}.py")
    well_named = path.name == name + END and name.isidentifier()
    if not (well_named and path.parent.parent == snippets and lesson.is_file()):
        raise QuizError(
            f"{path}: there is no lesson {lesson.name} beside it (questions on one.py are in "
            f"one{END}); rename or delete it"
        )
    return Lesson.read(lesson)


def _refused(read: yaml_data.Data) -> Iterator[str]:
    for place, words in yaml_data.complaints(read, SCHEMA):
        which = ""
        if place and isinstance(read.value[place[0]], dict):
            which = f" question {read.value[place[0]].get('id', '(without id)')!r}:"
        if len(place) > 2 and place[1] == "choices":
            which += f" choice {int(place[2]) + 1}:"
        yield f"{read.at(*place)}:{which} {words}"


def _question(lesson: str, read: yaml_data.Data, number: int) -> Question:
    fields: dict[str, Any] = dict(read.value[number])
    fields["choices"] = tuple(_choice(n, c) for n, c in enumerate(fields["choices"], 1))
    if "expect" in fields:
        fields["expect"] = Expected(**fields["expect"])
    if "start_methods" in fields:
        fields["start_methods"] = _in_order(fields["start_methods"])
    return Question(**fields, lesson=lesson, place=read.at(number))


def _choice(number: int, fields: dict[str, Any]) -> Choice:
    if "under" in fields:
        fields = {**fields, "under": _in_order(fields["under"])}
    return Choice(number=number, **fields)


def _in_order(methods: list[str]) -> tuple[str, ...]:
    return tuple(m for m in START_METHODS if m in methods)


def _reasons(question: Question, lesson: Lesson) -> Iterator[str]:
    """Say why a question that has the right form cannot be asked all the same."""
    if question.on_lesson and question.mixed:
        yield "on_lesson and mixed: the mixed quiz alone shows a mixed question; leave one out"
    if question.kind == PREDICT:
        yield from _in_its_cell(question, lesson)
    else:
        yield from _parts(question)
    yield from _right_ones(question)
    yield from _not_python(question)
    for text in (question.question, *(t for c in question.choices for t in (c.text, c.why))):
        for line in text.splitlines():
            if line.startswith(("#", "```", "~~~", "    ")):
                yield f"text is a paragraph with `code` and *emphasis*, nothing else: {line!r}"


def _in_its_cell(question: Question, lesson: Lesson) -> Iterator[str]:
    """Say why a prediction cannot be asked, or nothing could refute it."""
    for field in fields(Question):
        if field.name not in OF_A_PREDICTION and getattr(question, field.name) != field.default:
            yield f"a prediction has no {field.name!r}; leave it out"
    if question.cell not in (cell.number for cell in lesson.cells):
        yield f"give 'cell', the number of a cell of {lesson.name}: 1 to {len(lesson.cells)}"
    if len(question.choices) > MOST_TO_PREDICT:
        yield f"{len(question.choices)} choices; {MOST_TO_PREDICT} are the most beside an output"
    for choice in question.choices:
        if not choice.text:
            yield f"choice {choice.number}: say in 'text' what is shown"
        if choice.output is None and choice.writers is None:
            yield (
                f"choice {choice.number}: nothing could refute it; say in 'output' what the cell "
                "prints then, or in 'writers' how many processes besides main write"
            )
        for field in fields(Choice):
            given = getattr(choice, field.name) != field.default
            if given and field.name in ("program", "code", "ends", "under"):
                yield f"choice {choice.number}: a prediction has no {field.name!r}; leave it out"


PARTS = {  # kind: (what the question must have, what each choice must have)
    "prints": ({"program"}, "output"),
    "order": ({"program"}, "output"),
    "hangs": (set(), "program"),
    "missing": ({"program", "expect"}, "code"),
    "wrong": ({"program", "expect", "cure", "cured"}, "text"),
    "tool": ({"program", "expect"}, "text"),
}
HINTS = {
    "program": "a whole script",
    "expect": "what the program does: output, ends or hangs",
    "cure": "the whole program, mended",
    "cured": "what the mended program prints",
}


def _parts(question: Question) -> Iterator[str]:
    if question.cell:
        yield f"a question of kind {question.kind} has no 'cell'; leave it out"
    by_run = question.settled_by == "run"
    wanted, of_choice = PARTS[question.kind]
    there = {p for p in HINTS if getattr(question, p)}
    for part in sorted((wanted if by_run else set()) - there):
        yield f"a question of kind {question.kind} needs {part!r}: {HINTS[part]}"
    for part in sorted(there - wanted):
        yield f"a question of kind {question.kind} has no {part!r}; leave it out"
    if not by_run and question.kind not in ("wrong", "tool"):
        yield f"a run can settle a question of kind {question.kind}: settled_by must be run"
    if question.kind == "missing" and question.program.count(BLANK) != 1:
        yield f"the program needs {BLANK} (four underscores) once, where something is missing"
    if question.chance and question.kind in ("hangs", "missing", "tool"):
        yield f"chance is for outputs; a question of kind {question.kind} has no chance"
    for choice in question.choices:
        for part in ("text", "output", "program", "code"):
            value = getattr(choice, part)
            there_is = value is not None if part == "output" else bool(value)
            if part == of_choice and not there_is:
                yield (
                    f"choice {choice.number}: a question of kind {question.kind} needs {part!r} "
                    "in each choice"
                )
            if part not in (of_choice, "text") and there_is:
                yield f"choice {choice.number}: kind {question.kind} has no {part!r}; leave it out"
        if choice.writers is not None:
            yield f"choice {choice.number}: 'writers' is for predictions; leave it out"
        for key in ("ends", "under"):
            if getattr(choice, key) != getattr(Choice, key) and of_choice != "output":
                yield f"choice {choice.number}: {key!r} is for the kinds prints and order"
        extra = set(choice.under) - set(question.start_methods)
        if extra and choice.under != START_METHODS:
            yield (
                f"choice {choice.number}: under names {', '.join(sorted(extra))}, which "
                "start_methods leaves out"
            )


def _right_ones(question: Question) -> Iterator[str]:
    right = [c for c in question.choices if c.right]
    numbers = " and ".join(str(c.number) for c in right)
    if not right:
        yield "no choice is right; write right: true below the one that is"
    elif question.several and len(right) == 1:
        yield "several: true, but only one choice is right; leave several out"
    elif not question.several and len(right) > 1:
        yield (
            f"choices {numbers} are right, but one is asked for; write several: true and say in "
            "the question that there are several"
        )
    for method in question.start_methods:
        if right and not any(method in c.under for c in right):
            yield f"no choice is right under {method}; leave {method} out of start_methods"
    for choice in question.choices:
        if not choice.right and choice.under != START_METHODS:
            yield f"choice {choice.number}: under is for a choice that is right"


def sources(question: Question) -> Iterator[tuple[str, str]]:
    """Yield the name and text of each program that belongs to a question."""
    if question.kind == "missing":
        if question.program.count(BLANK) == 1:
            for choice in question.choices:
                yield f"choice-{choice.number}", question.with_code(choice)
    elif question.kind == "hangs":
        for choice in question.choices:
            yield f"choice-{choice.number}", choice.program
    elif question.program:
        yield "program", question.program
    if question.cure:
        yield "cure", question.cure


def _not_python(question: Question) -> Iterator[str]:
    for part, source in sources(question):
        try:
            parsed(Path(part), part, Path(), source.encode())
        except ScriptError as error:
            line = f", line {error.line}" if error.line else ""
            yield f"{part.replace('-', ' ')}{line}: {error.reason}"
        lines = source.splitlines()
        most = LONGEST["choice" if question.kind == "hangs" else "program"]
        if len(lines) > most:
            yield f"{part.replace('-', ' ')} has {len(lines)} lines; {most} are the most"
        for number, line in enumerate(lines, 1):
            if len(line) > WIDEST:
                yield (
                    f"{part.replace('-', ' ')}, line {number} has {len(line)} characters; "
                    f"{WIDEST} are the most"
                )


def _across(questions: list[Question]) -> Iterator[str]:
    """Say what is wrong between questions."""
    first: dict[str, Question] = {}
    shown: dict[str, list[Question]] = {}
    by_quiz: dict[str, list[Question]] = {}
    predicted: dict[str, Question] = {}
    for question in questions:
        if question.id in first:
            yield f"{question.name}: {first[question.id].place} has the same id; give another"
        first.setdefault(question.id, question)
        if question.kind == PREDICT:
            if (other := predicted.setdefault(question.lesson, question)) is not question:
                yield f"{question.name}: {other.id!r} is one, too; a lesson asks one prediction"
            continue
        if question.on_lesson:
            shown.setdefault(question.lesson, []).append(question)
        by_quiz.setdefault(question.quiz, []).append(question)
    for lesson, found in shown.items():
        for question in found[MOST_ON_A_LESSON:]:
            yield (
                f"{question.name}: {lesson} shows {len(found)} questions, and "
                f"{MOST_ON_A_LESSON} are the most; take on_lesson from one"
            )
    for quiz, found in by_quiz.items():
        advice = [q for q in found if q.settled_by == "advice"]
        if 4 * len(advice) > len(found):
            yield (
                f"{advice[-1].name}: {len(advice)} of the {len(found)} questions of the quiz "
                f"{quiz!r} are advice, and one in four is the most; add some that a run can settle"
            )
