"""How a question looks: a form where there is HTML, text with the answers at its end elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from gallery.in_words import in_words, inline
from gallery.nodes import add_node, block, load, load_all, nothing, skip, transcript_of
from gallery.quiz.questions import Choice, Question, sources
from gallery.quiz.settle import CHANCE_RUNS, Run, choice_of, methods_of, printed, same
from multitrack.script import START_METHODS

LETTERS = "ABCDE"
VOID = ("input",)
WIDEST_BESIDE = 32  # characters of a line, where outputs stand beside each other


class html(nodes.General, nodes.Element):
    """An element of HTML: ``tag`` and ``attrs``, children as usual."""


class question(nodes.General, nodes.Element):
    """A question as a page of the site asks it."""


class in_text(nodes.General, nodes.Element):
    """The same where there are no forms: in text and Markdown."""


Files = dict[Run, Path]


def tag(kind: str, /, *children: nodes.Node, **attrs: str) -> html:
    """Make an element; ``class_`` and ``data_x`` become ``class`` and ``data-x``."""
    named = {k.rstrip("_").replace("_", "-"): v for k, v in attrs.items()}
    return html("", *children, tag=kind, attrs=named)


def paragraphs(text: str) -> list[str]:
    """Cut at empty lines."""
    return [part for part in text.strip().split("\n\n") if part.strip()]


def program(source: str) -> nodes.literal_block:
    """Return a program as a block."""
    return block(source.rstrip("\n"), "python")


def question_nodes(
    asked: Question,
    files: Files,
    number: int,
    link: nodes.Node | None,
    env: BuildEnvironment,
) -> list[nodes.Node]:
    """Return a question with its answer and runs.

    ``files`` has the recordings of the runs; ``link`` leads to the lesson, and is None on the
    lesson's own page.
    """
    first, *others = paragraphs(asked.question)
    name = f"quiz-{asked.id}"
    legend = tag(
        "legend", tag("span", nodes.Text(f"{number}. "), class_="quiz-number"), *inline(first)
    )
    field = tag("fieldset", legend)
    field += [nodes.paragraph("", "", *inline(text)) for text in others]
    if asked.program:
        field += program(asked.program)
    if asked.several:
        field += tag("p", nodes.Text("Choose all that are right."), class_="quiz-hint")
    outputs = [line for c in asked.choices for line in (c.output or "").splitlines()]
    beside = bool(outputs) and max(map(len, outputs)) <= WIDEST_BESIDE
    choices = [_choice(asked, c, x) for x, c in zip(LETTERS, asked.shown, strict=False)]
    field += tag("div", *choices, class_="quiz-choices" + " beside" * beside)
    form = tag(
        "form",
        field,
        tag("button", nodes.Text("Check"), class_="quiz-check"),
        tag("button", nodes.Text("Show the answer"), type="button", class_="quiz-tell"),
        tag("div", role="status", class_="quiz-feedback"),
        # Goes nowhere even where nothing listens: only a dialog would be closed.
        method="dialog",
    )
    answer = tag(
        "details",
        tag("summary", nodes.Text("The answer, explained")),
        *_answer(asked, files, link),
        class_="quiz-answer",
    )
    parts = [form, answer]
    if runs := list(_runs(asked, files, env)):
        summary = tag("summary", nodes.Text("Show me the run" + "s" * (len(files) > 1)))
        parts.append(tag("details", summary, *runs, class_="quiz-run"))
    first_of_page = link is not None and number == 1  # which is shown before a script comes
    box = tag("div", *parts, class_="quiz-question" + " now" * first_of_page, id=name)
    return [question("", box), _in_text(asked, number)]


def _choice(question: Question, choice: Choice, letter: str) -> html:
    kind = "checkbox" if question.several else "radio"
    field = tag("input", type=kind, name="choice", value=letter)
    words: list[nodes.Node] = [field, tag("b", nodes.Text(letter))]
    if choice.program:  # is no part of a label
        text = inline(choice.text) if choice.text else [nodes.Text("This program")]
        label = tag("label", *words, tag("span", *text))
        return tag("div", label, program(choice.program), class_="quiz-choice")
    if choice.text:
        words.append(tag("span", *inline(choice.text)))
    if choice.output is not None:
        words.append(tag("samp", nodes.Text(choice.output.rstrip("\n") or "(nothing is printed)")))
        if choice.ends:
            words.append(tag("small", nodes.Text(f"main ends with {choice.ends}")))
    if choice.code:
        words.append(tag("code", nodes.Text(choice.code.rstrip("\n"))))
    return tag("label", *words, class_="quiz-choice")


def right_letters(question: Question) -> str:
    """Return the letters of the right choices, in words."""
    pairs = zip(LETTERS, question.shown, strict=False)
    *most, last = [letter for letter, choice in pairs if choice.right]
    return f"{', '.join(most)} and {last} are right" if most else f"{last} is right"


def settled_words(question: Question) -> str:
    """Say how it is known which answer is right."""
    if question.settled_by == "advice":
        return "This is advice: no run can settle it."
    methods = question.start_methods
    where = in_words(methods)
    many = f"{CHANCE_RUNS} runs" if question.chance else "runs" if methods[1:] else "a run"
    once = {methods_of(question, part) for part, _ in sources(question)} - {methods}
    for others in once:
        what = "the mended program" if question.cure else "wrong choices"
        where += f" (of {what} under {in_words(others)} alone)"
    return f"Settled by {many} under {where}, made when this page was built."


def _answer(question: Question, files: Files, link: nodes.Node | None) -> Iterator[nodes.Node]:
    items = []
    for letter, choice in zip(LETTERS, question.shown, strict=False):
        says = nodes.strong("", f"{letter} is {'right' if choice.right else 'wrong'}.")
        right = {"class_": "right"} if choice.right else {}
        items.append(tag("li", says, nodes.Text(" "), *inline(choice.why), **right))
    yield tag("ul", *items, class_="quiz-why")
    if question.chance:
        yield _counted(question, files)
    said = nodes.paragraph("", settled_words(question), classes=["quiz-settled"])
    if link:
        said += [nodes.Text(" Taught in "), link, nodes.Text(".")]
    yield said


def _runs(question: Question, files: Files, env: BuildEnvironment) -> Iterator[nodes.Node]:
    """Show what ran: of several runs under one start method the first, and how often each."""
    letters = {c.number: letter for letter, c in zip(LETTERS, question.shown, strict=False)}
    parts: dict[str, dict[str, Path]] = {}
    for run, file in files.items():
        by_method = parts.setdefault(run.part, {})
        if run.number == 1:
            by_method[run.start_method] = file

    def place(part: str) -> str:
        return part if part in ("program", "cure") else letters[choice_of(question, part).number]

    for part in sorted(parts, key=lambda p: (p == "cure", place(p))):
        by_method = {m: parts[part][m] for m in START_METHODS if m in parts[part]}
        drawn = True
        if part == "cure":
            yield tag("p", nodes.strong("", "Mended:"), class_="quiz-part")
            yield program(question.cure)
        elif part != "program":
            words = (
                f"Program {place(part)}:" if question.kind == "hangs" else f"With {place(part)}:"
            )
            yield tag("p", nodes.strong("", words), class_="quiz-part")
            drawn = question.kind == "hangs" or choice_of(question, part).right
        elif question.cure:
            yield tag("p", nodes.strong("", "As it stands above:"), class_="quiz-part")
        if question.chance and part == "program":
            yield tag("p", nodes.Text("One of those runs:"))
        yield from _run(by_method, question.limit, drawn, env)


def _counted(question: Question, files: Files) -> html:
    """Draw how often the runs printed what; a right choice that none of them printed, too."""
    recordings = (load(file) for run, file in files.items() if run.part == "program")
    seen = Counter("\n".join(printed(recording.lines)) for recording in recordings)
    rows = [(output, count) for output, count in seen.most_common()]
    rows += [
        (choice.output.rstrip("\n"), 0)
        for choice in question.shown
        if choice.right
        and choice.output
        and not any(same(choice.output, x.split("\n"), question.unordered) for x in seen)
    ]
    total = sum(seen.values())
    items = [
        tag(
            "li",
            tag("samp", nodes.Text(output)),
            tag(
                "svg",
                tag("rect", width=str(count), height="1"),
                viewBox=f"0 0 {total} 1",
                preserveAspectRatio="none",
                aria_hidden="true",
            ),
            tag("b", nodes.Text(f"{count} of {total}")),
        )
        for output, count in rows
    ]
    title = tag("p", nodes.Text(f"What {total} runs printed:"))
    return tag("div", title, tag("ul", *items), class_="quiz-counts")


def _run(
    files: dict[str, Path], limit: float, drawn: bool, env: BuildEnvironment
) -> Iterator[nodes.Node]:
    """Show runs of one program: its lines, and its processes' lives."""
    lines = transcript_of(files, None, drawn=drawn, env=env)
    if hanging := [method for method, recording in load_all(files).items() if recording.hung]:
        under = "" if len(hanging) == len(files) else f" under {' and '.join(hanging)}"
        ended = f"It had not ended after {limit:g} s{under}; the recorder ended it."
        lines["note"] = f"{lines['note']} {ended}".strip()
    yield lines


def _bold(text: str) -> list[nodes.Node]:
    return [nodes.strong("", text), nodes.Text(" ")]


def _in_text(question: Question, number: int) -> in_text:
    """Return a question as text."""
    first, *others = paragraphs(question.question)
    plain = in_text("", nodes.paragraph("", "", *_bold(f"Question {number}."), *inline(first)))
    plain += [nodes.paragraph("", "", *inline(text)) for text in others]
    if question.program:
        plain += program(question.program)
    for letter, choice in zip(LETTERS, question.shown, strict=False):
        ends = f" (main ends with {choice.ends})" if choice.ends else ""
        plain += nodes.paragraph("", "", *_bold(f"{letter}{ends}."), *inline(choice.text))
        if choice.output is not None:
            plain += block(choice.output or "(nothing is printed)")
        plain += [program(source) for source in (choice.code, choice.program) if source]
    return plain


def answers(questions: list[Question], start: int = 1) -> in_text:
    """Return the answers as text."""
    plain = in_text("", nodes.paragraph("", "", nodes.strong("", "Answers")))
    for number, question in enumerate(questions, start):
        words = _bold(f"{number}. {right_letters(question)}.")
        plain += nodes.paragraph("", "", *words, nodes.Text(settled_words(question)))
        items = nodes.bullet_list()
        for letter, choice in zip(LETTERS, question.shown, strict=False):
            said = nodes.paragraph("", "", *_bold(f"{letter}:"), *inline(choice.why))
            items += nodes.list_item("", said)
        plain += items
    return plain


def score(questions: list[Question]) -> html:
    """Return the place where a list of quizzes shows the score, once there is one."""
    return tag("span", class_="quiz-score", data_questions=" ".join(q.id for q in questions))


def steps(count: int) -> html:
    """Return what leads through the questions of a page where one is shown at a time."""
    return tag(
        "div",
        tag("button", nodes.Text("Previous"), type="button"),
        tag("p", nodes.Text(f"Question 1 of {count}"), role="status"),
        tag("button", nodes.Text("Next"), type="button"),
        tag("progress", max=str(count), value="1", aria_hidden="true"),
        class_="quiz-steps",
    )


def _visit_tag(self: Any, node: html) -> None:
    attrs = "".join(f' {name}="{escape(value)}"' for name, value in node["attrs"].items())
    self.body.append(f"<{node['tag']}{attrs}>")


def _depart_tag(self: Any, node: html) -> None:
    if node["tag"] not in VOID:
        self.body.append(f"</{node['tag']}>")


def setup(app: Sphinx) -> None:
    """Register the nodes."""
    add_node(app, html, _visit_tag, _depart_tag)
    add_node(app, question, nothing)
    add_node(app, in_text, skip, plain=nothing)
