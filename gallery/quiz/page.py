"""How a question looks: a form where there is HTML, text with the answers at its end elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html import escape
from typing import Any

from docutils import nodes
from markdown_it import MarkdownIt
from sphinx import addnodes
from sphinx.application import Sphinx

from gallery.page import link_to, preferred, recorded, tabs_of
from gallery.quiz.questions import Choice, Question, sources
from gallery.quiz.settle import CHANCE_RUNS, Run, choice_of, in_words, methods_of, printed
from multitrack.recording import Recording
from multitrack.script import START_METHODS
from multitrack.show import timeline, transcript
from multitrack.show.colours import colour_classes

LETTERS = "ABCDE"
VOID = ("input",)
_markdown = MarkdownIt("zero").enable(["backticks", "emphasis", "balance_pairs", "escape"])


class html(nodes.General, nodes.Element):
    """An element of HTML: ``tag`` and ``attrs``, children as usual."""


class quiz_form(nodes.General, nodes.Element):
    """What builders of web pages show."""


class quiz_plain(nodes.General, nodes.Element):
    """What all others show, e-books among them: they have no forms."""


Recordings = dict[Run, Recording]


def tag(kind: str, /, *children: nodes.Node, **attrs: str) -> html:
    """Make an element; ``class_`` and ``data_x`` become ``class`` and ``data-x``."""
    named = {k.rstrip("_").replace("_", "-"): v for k, v in attrs.items()}
    return html("", *children, tag=kind, attrs=named)


def inline(text: str) -> Iterator[nodes.Node]:
    """Parse a paragraph's text: ``code``, *emphasis* and **strong**, nothing else."""
    kinds = {"em": nodes.emphasis, "strong": nodes.strong}
    top: list[list[nodes.Node]] = [[]]
    for token in _markdown.parseInline(text.strip())[0].children or []:
        name, _, end = token.type.rpartition("_")
        if token.type == "code_inline":
            top[-1].append(nodes.literal("", token.content))
        elif end == "open":
            top.append([])
        elif end == "close":
            inner = top.pop()
            top[-1].append(kinds[name]("", "", *inner))
        else:
            top[-1].append(nodes.Text(token.content))
    yield from top[0]


def paragraphs(text: str) -> list[str]:
    """Cut at empty lines."""
    return [part for part in text.strip().split("\n\n") if part.strip()]


def code_block(source: str, language: str = "python") -> nodes.literal_block:
    """Return a program as a block."""
    source = source.rstrip("\n")
    return nodes.literal_block(source, source, language=language)


def question_nodes(
    question: Question, recordings: Recordings, number: int, link: nodes.Node | None
) -> list[nodes.Node]:
    """Return a question for the web, with its answer and runs.

    ``link`` leads to the lesson, and is None on the lesson's own page.
    """
    first, *others = paragraphs(question.question)
    name = f"quiz-{question.id}"
    legend = tag(
        "legend", tag("span", nodes.Text(f"{number}. "), class_="quiz-number"), *inline(first)
    )
    field = tag("fieldset", legend)
    field += [nodes.paragraph("", "", *inline(text)) for text in others]
    if question.program:
        field += code_block(question.program)
    if question.several:
        field += tag("p", nodes.Text("Choose all that are right."), class_="quiz-hint")
    for letter, choice in zip(LETTERS, question.shown, strict=False):
        field += _choice(question, choice, letter, f"{name}-{letter}")
    form = tag(
        "form",
        field,
        tag("button", nodes.Text("Check"), type="submit", class_="quiz-check"),
        tag("div", role="status", class_="quiz-feedback"),
        # Goes nowhere even where nothing listens: only a dialog would be closed.
        method="dialog",
    )
    answer = tag(
        "details",
        tag("summary", nodes.Text("Answer and explanations")),
        *_answer(question, link),
        class_="quiz-answer",
    )
    parts = [form, answer]
    if runs := list(_runs(question, recordings)):
        summary = tag("summary", nodes.Text("Show me the run" + "s" * (len(recordings) > 1)))
        parts.append(tag("details", summary, *runs, class_="quiz-run"))
    box = tag("div", *parts, class_="quiz-question", id=name, data_question=question.id)
    return [quiz_form("", box)]


def _choice(question: Question, choice: Choice, letter: str, name: str) -> html:
    kind = "checkbox" if question.several else "radio"
    words: list[nodes.Node] = [tag("b", nodes.Text(f"{letter} "), class_="quiz-letter")]
    if choice.text:
        words.append(tag("span", *inline(choice.text)))
    if choice.output is not None:
        output = choice.output.rstrip("\n")
        if not output:
            words.append(tag("em", nodes.Text("(nothing is printed)")))
        else:
            words.append(tag("samp", nodes.Text(output)))
        if choice.ends:
            words.append(tag("span", nodes.Text(f"and main ends with {choice.ends}")))
    if choice.code:
        words.append(tag("code", nodes.Text(choice.code.rstrip("\n"))))
    if choice.program and not choice.text:
        words.append(tag("span", nodes.Text("This program:")))
    row = tag(
        "div",
        tag("input", type=kind, name=f"quiz-{question.id}", value=letter, id=name),
        tag("label", *words, for_=name),
        class_="quiz-choice",
    )
    if choice.program:
        row += code_block(choice.program)
    return row


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


def _answer(question: Question, link: nodes.Node | None) -> Iterator[nodes.Node]:
    yield nodes.paragraph("", "", nodes.strong("", f"{right_letters(question)}."))
    items = []
    for letter, choice in zip(LETTERS, question.shown, strict=False):
        says = "right" if choice.right else "wrong"
        items.append(
            tag(
                "li",
                nodes.strong("", f"{letter} is {says}."),
                nodes.Text(" "),
                *inline(choice.why),
                data_choice=letter,
                data_right="yes" if choice.right else "no",
            )
        )
    yield tag("ul", *items, class_="quiz-why")
    said = nodes.paragraph("", settled_words(question), classes=["quiz-settled"])
    if link:
        said += [nodes.Text(" Taught in "), link, nodes.Text(".")]
    yield said


def _runs(question: Question, recordings: Recordings) -> Iterator[nodes.Node]:
    """Show what ran: of several runs under one start method the first, and how often each."""
    letters = {c.number: letter for letter, c in zip(LETTERS, question.shown, strict=False)}
    parts: dict[str, dict[str, Recording]] = {}
    for run, recording in recordings.items():
        by_method = parts.setdefault(run.part, {})
        if run.number == 1:
            by_method[run.start_method] = recording

    def place(part: str) -> str:
        return part if part in ("program", "cure") else letters[choice_of(question, part).number]

    for part in sorted(parts, key=lambda p: (p == "cure", place(p))):
        by_method = {m: parts[part][m] for m in START_METHODS if m in parts[part]}
        drawn = True
        if part == "cure":
            yield tag("p", nodes.strong("", "Mended:"), class_="quiz-part")
            yield code_block(question.cure)
        elif part != "program":
            words = (
                f"Program {place(part)}:" if question.kind == "hangs" else f"With {place(part)}:"
            )
            yield tag("p", nodes.strong("", words), class_="quiz-part")
            drawn = question.kind == "hangs" or choice_of(question, part).right
        elif question.cure:
            yield tag("p", nodes.strong("", "As it stands above:"), class_="quiz-part")
        if question.chance and part == "program":
            yield from _counted(question, recordings)
        yield from _run(by_method, question.limit, drawn)


def _counted(question: Question, recordings: Recordings) -> Iterator[nodes.Node]:
    seen = Counter("\n".join(printed(r)) for run, r in recordings.items() if run.part == "program")
    total = sum(seen.values())
    yield tag("p", nodes.Text(f"What {total} runs printed, and how often:"))
    items = [
        tag("li", nodes.Text(f"{count} of {total}: "), tag("samp", nodes.Text(output)))
        for output, count in seen.most_common()
    ]
    yield tag("ul", *items, class_="quiz-counts")
    yield tag("p", nodes.Text("One of those runs:"))


def _run(recordings: dict[str, Recording], limit: float, drawn: bool) -> Iterator[nodes.Node]:
    """Show runs of one program: its lines, and its processes' lives."""
    classes = colour_classes(recordings.values())
    written = {m: list(r.lines) for m, r in recordings.items()}
    hanging = [m for m, r in recordings.items() if r.hung]
    everywhere = len(written) == len(START_METHODS) and transcript.same_lines(recordings, written)
    times = transcript.times_of(recordings, written, preferred(written) if everywhere else "")
    note = ""
    if everywhere:
        note = "The same lines under fork, forkserver and spawn" + (
            "." if transcript.same_order(recordings, written) else "; only their order differs."
        )
        shown = preferred(written)
        written = {shown: written[shown]}
    if hanging:
        under = "" if len(hanging) == len(recordings) else f" under {' and '.join(hanging)}"
        note += f" It had not ended after {limit:g} s{under}; the recorder ended it."
    lines = recorded(kind="transcript", everywhere=everywhere, note=note.strip())
    lines["data"] = times
    lines["tabs"] = tabs_of(recordings)
    lines["variants"] = {
        m: transcript.html_of(said, classes, "Output" + ("" if everywhere else f", {m}"))
        for m, said in written.items()
    }
    yield lines
    if drawn:
        lives = recorded(kind="timeline", everywhere=False, note="")
        lives["variants"] = {m: timeline.html_of(r, classes) for m, r in recordings.items()}
        lives["tabs"] = lines["tabs"]
        lives["data"] = transcript.times_of(recordings, {m: [] for m in recordings})
        yield lives


def _bold(text: str) -> list[nodes.Node]:
    return [nodes.strong("", text), nodes.Text(" ")]


def plain_questions(questions: list[Question], start: int = 1) -> quiz_plain:
    """Return questions as text."""
    plain = quiz_plain()
    for number, question in enumerate(questions, start):
        first, *others = paragraphs(question.question)
        plain += nodes.paragraph("", "", *_bold(f"Question {number}."), *inline(first))
        plain += [nodes.paragraph("", "", *inline(text)) for text in others]
        if question.program:
            plain += code_block(question.program)
        for letter, choice in zip(LETTERS, question.shown, strict=False):
            ends = f" (main ends with {choice.ends})" if choice.ends else ""
            label = _bold(f"{letter}{ends}.")
            plain += nodes.paragraph("", "", *label, *inline(choice.text))
            if choice.output is not None:
                plain += code_block(choice.output or "(nothing is printed)", "none")
            for source in (choice.code, choice.program):
                if source:
                    plain += code_block(source)
    return plain


def plain_answers(questions: list[Question], start: int = 1) -> quiz_plain:
    """Return the answers as text."""
    plain = quiz_plain("", nodes.paragraph("", "", nodes.strong("", "Answers")))
    for number, question in enumerate(questions, start):
        words = _bold(f"{number}. {right_letters(question)}.")
        plain += nodes.paragraph("", "", *words, nodes.Text(settled_words(question)))
        items = nodes.bullet_list()
        for letter, choice in zip(LETTERS, question.shown, strict=False):
            said = nodes.paragraph("", "", *_bold(f"{letter}:"), *inline(choice.why))
            items += nodes.list_item("", said)
        plain += items
    return plain


def score(quiz: str, questions: list[Question]) -> quiz_form:
    """Return the place where the score is shown, once there is one."""
    names = " ".join(q.id for q in questions)
    return quiz_form("", tag("div", class_="quiz-score", data_quiz=quiz, data_questions=names))


def lesson_link(lesson: str, title: str, pages: str) -> addnodes.pending_xref:
    """Return a link to a lesson, ``chapter/name``."""
    label = f"sphx_glr_{pages}_{lesson.replace('/', '_')}.py"
    return link_to("ref", label, nodes.inline("", title, classes=["std", "std-ref"]))


def quiz_link(quiz: str, here: str) -> addnodes.pending_xref:
    """Return a link to a quiz's page, with the page's title."""
    text = nodes.inline("", quiz, classes=["std", "std-doc"])
    return link_to("doc", f"/quiz/{quiz}", text, refdoc=here, refexplicit=False)


def _visit_tag(self: Any, node: html) -> None:
    attrs = "".join(f' {name}="{escape(value)}"' for name, value in node["attrs"].items())
    self.body.append(f"<{node['tag']}{attrs}>")


def _depart_tag(self: Any, node: html) -> None:
    if node["tag"] not in VOID:
        self.body.append(f"</{node['tag']}>")


def _skip(self: Any, node: nodes.Node) -> None:
    raise nodes.SkipNode


def _nothing(self: Any, node: nodes.Node) -> None:
    """Let the builder show the children."""


def _visit_form(self: Any, node: quiz_form) -> None:
    if self.builder.name == "epub":
        raise nodes.SkipNode


def _visit_plain(self: Any, node: quiz_plain) -> None:
    if self.builder.name != "epub":
        raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register the nodes."""
    shown, skipped = (_nothing, _nothing), (_skip, _nothing)
    form, plain, tags = (_visit_form, _nothing), (_visit_plain, _nothing), (_visit_tag, _depart_tag)
    for node, in_html, elsewhere in (
        (html, tags, skipped),
        (quiz_form, form, skipped),
        (quiz_plain, plain, shown),
    ):
        app.add_node(
            node, html=in_html, text=elsewhere, latex=elsewhere, man=elsewhere, texinfo=elsewhere
        )
