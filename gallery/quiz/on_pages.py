"""The build's side of the quiz: settled before a page is made, shown where it is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import groupby
from math import ceil
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util.display import status_iterator
from sphinx.util.docutils import SphinxDirective

from gallery import facts
from gallery.lessons import generated
from gallery.lessons.build import Build, build_of
from gallery.lessons.links import lesson_link, page_link
from gallery.lessons.lists import ListDirective
from gallery.lessons.page import Page
from gallery.nodes import begin_section, load_all
from gallery.quiz import in_cells, predictions, question_nodes
from gallery.quiz.questions import MIXED, PREDICT, Question, QuizError, read_all
from gallery.quiz.settle import Run, Settled, path_of, settle
from multitrack.pool import NotRecorded

HEADING = "Check yourself"
MOST = 20  # questions on a page: with their runs, each is some 3 kB to be sent


class Quizzes:
    """All questions of a build, and what settled them."""

    def __init__(self, questions: list[Question], settled: Settled, folder: Path) -> None:
        self.questions = [q for q in questions if q.kind != PREDICT]
        self.predictions = {q.lesson: q for q in questions if q.kind == PREDICT}
        self.settled, self.folder = settled, folder

    def on(self, lesson: str) -> list[Question]:
        """Return the questions that a lesson's page shows."""
        return [q for q in self.questions if q.on_lesson and q.lesson == lesson]

    @cached_property
    def pages(self) -> dict[str, list[Question]]:
        """The questions of each page, the mixed ones last: ``pools``, ``pools-2`` ...

        Where there are too many for one page they are spread evenly; a chapter begins another
        page only before a lesson.
        """
        found: dict[str, list[Question]] = {}
        in_order = sorted(self.questions, key=lambda q: q.quiz == MIXED)
        for quiz, of_quiz in groupby(in_order, lambda q: q.quiz):
            all_of_quiz = list(of_quiz)
            number, page = 1, found.setdefault(quiz, [])
            wanted = len(all_of_quiz) / ceil(len(all_of_quiz) / MOST)
            for _, group in groupby(all_of_quiz, lambda q: q.id if q.mixed else q.lesson):
                together = list(group)
                size = len(page) + len(together)
                if page and (size > MOST or size - len(together) / 2 > wanted):
                    number += 1
                    page = found.setdefault(f"{quiz}-{number}", [])
                page += together
        return found

    def page_with(self, question: Question) -> str:
        """Return the page that asks a question."""
        return next(name for name, found in self.pages.items() if question in found)


def settle_quizzes(app: Sphinx) -> None:
    """Read and settle all questions, and have the quizzes' pages written.

    Raises ExtensionError, which ends the build, with each question that cannot be asked, or with
    each answer that a run refutes: file, question, what was expected and what was seen.
    """
    build = build_of(app)
    folder = Path(app.confdir, app.config.quiz_dir)

    def watch(runs: Iterator[Run], count: int) -> Iterable[Run]:
        return status_iterator(
            runs,
            "settling questions... ",
            color="brown",
            length=count,
            verbosity=app.verbosity,
            stringify_func=lambda run: f"{run.question.id} under {run.start_method}",
        )

    try:
        questions = in_reading_order(build, read_all(build.snippets))
        settled = settle(questions, folder, watch)
    except QuizError as error:
        raise ExtensionError(f"questions that cannot be asked:\n{error}") from None
    except NotRecorded as error:
        raise ExtensionError(str(error)) from error
    quizzes = Quizzes(questions, settled, folder)
    refuted = list(settled.refuted)
    for lesson, prediction in quizzes.predictions.items():
        refuted += predictions.refuted(
            prediction, load_all(build.recordings_of(build.lessons[lesson]))
        )
    if refuted:
        raise ExtensionError("answers that do not hold:\n" + "\n".join(refuted))
    build.keep(quizzes)
    pages = {name: page_of(build, name, of[0].quiz) for name, of in quizzes.pages.items()}
    generated.write(app, "quiz", pages)


def in_reading_order(build: Build, questions: list[Question]) -> list[Question]:
    """Return the questions on the lessons of this build, in the lessons' order."""
    places = {name: place for place, name in enumerate(build.lessons)}
    return sorted(
        (q for q in questions if q.lesson in places),
        key=lambda q: 0 if q.quiz == MIXED else places[q.lesson],
    )


def title_of(build: Build, name: str, quiz: str) -> str:
    """Return the title of a page: its chapter's, and the number of a further page."""
    chapters = {chapter.name: chapter.title for chapter in build.chapters}
    part = f", part {name.rpartition('-')[2]}" if name != quiz else ""
    return chapters.get(quiz, "All chapters, mixed") + part


def page_of(build: Build, name: str, quiz: str) -> str:
    """Return a page of a quiz."""
    title = title_of(build, name, quiz)
    if quiz == MIXED:
        opening = "Questions from all chapters. Nothing tells you beforehand what one is about."
    else:
        chapter = next(chapter for chapter in build.chapters if chapter.name == quiz)
        opening = f"The chapter is [](/{build.page_of(f'{quiz}/index')}.rst). {chapter.card}"
    return generated.markdown(
        f"{HEADING}: {title}",
        f"Questions about multiprocessing, with answers that runs have settled: {title}.",
        f"{opening}\n\n```{{quiz}} {name}\n```",
    )


def shown(app: Sphinx, about: str) -> object:
    """Tell the questions of a lesson or of a quiz's page apart by all that is said of them."""
    quizzes = build_of(app).kept(Quizzes)
    found = quizzes.on(about) if "/" in about else quizzes.pages.get(about, [])
    recordings = quizzes.settled.recordings
    said = [(q, [(run, r.key) for run, r in recordings[q.id].items()]) for q in found]
    return said, quizzes.predictions.get(about), found and quizzes.page_with(found[0])


def sizes(app: Sphinx, about: str) -> object:
    """Tell which pages there are, by their titles, and which questions each has."""
    build = build_of(app)
    return [
        (name, title_of(build, name, found[0].quiz), [q.id for q in found])
        for name, found in build.kept(Quizzes).pages.items()
    ]


def _nodes(
    env: BuildEnvironment, questions: list[Question], start: int = 1, link: bool = True
) -> Iterator[nodes.Node]:
    quizzes = build_of(env).kept(Quizzes)
    for number, question in enumerate(questions, start):
        files: dict[Run, Path] = {}
        for run in quizzes.settled.recordings[question.id]:
            files[run] = path_of(run, quizzes.folder)
            env.note_dependency(str(files[run]))
        to_lesson = lesson_link(env, question.lesson) if link else None
        yield from question_nodes.question_nodes(question, files, number, to_lesson, env)


class QuizDirective(SphinxDirective):
    """``.. quiz:: spawning``: the questions of a page."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Show the questions below a heading for each lesson, and the score."""
        build = build_of(self.env)
        quizzes, quiz = build.kept(Quizzes), self.arguments[0]
        questions = quizzes.pages.get(quiz)
        if not questions:
            names = ", ".join(quizzes.pages)
            raise self.error(f"no quiz is called {quiz!r}; there are {names or 'none'}")
        facts.state(self.env, "questions", quiz)
        found: list[nodes.Node] = [question_nodes.steps(len(questions))]
        number = 1  # through all sections
        for lesson, group in groupby(questions, lambda q: "" if q.quiz == MIXED else q.lesson):
            together = list(group)
            title = build.lessons[lesson].title if lesson else "Questions"
            section = begin_section(self.state.document, title)
            section += list(_nodes(self.env, together, number))
            number += len(together)
            found.append(section)
        return [*found, question_nodes.answers(questions)]


class QuizzesDirective(ListDirective):
    """``.. quizzes::``: all quizzes, each with a link, its size, and the reader's score."""

    def run(self) -> list[nodes.Node]:
        """Have the navigation list them, too."""
        build = build_of(self.env)
        facts.state(self.env, "quizzes")
        items = nodes.bullet_list()
        entries = {}
        for name, questions in build.kept(Quizzes).pages.items():
            title = title_of(build, name, questions[0].quiz)
            entries[f"quiz/{name}"] = title
            link = page_link(self.env, f"quiz/{name}", title)
            count = nodes.Text(f", {_counted(questions)}")
            line = nodes.paragraph("", "", link, count, question_nodes.score(questions))
            items += nodes.list_item("", line)
        return [items, self.tree(list(entries), titles=entries)]


def _counted(questions: list[Question]) -> str:
    return f"{len(questions)} question{'s' * (len(questions) > 1)}"


def check_yourself(page: Page) -> Iterator[nodes.Node]:
    """Ask a lesson's own questions at the end of its page."""
    build = build_of(page.env)
    if not build.keeps(Quizzes):
        return
    facts.state(page.env, "questions", page.lesson.name)
    quizzes = build.kept(Quizzes)
    questions = quizzes.on(page.lesson.name)
    if questions:
        section = begin_section(page.document, HEADING)
        section["classes"].append("check-yourself")
        section += [*_nodes(page.env, questions, link=False), question_nodes.answers(questions)]
        name = quizzes.page_with(questions[0])
        text = f"All {_counted(quizzes.pages[name])} of the chapter"
        more = page_link(page.env, f"quiz/{name}", text)
        section += nodes.paragraph("", "", more, nodes.Text("."), classes=["quiz-more"])
        yield section


def ask_first(page: Page) -> None:
    """Ask a lesson's prediction in its cell, where the answer is the output."""
    build = build_of(page.env)
    if build.keeps(Quizzes) and (asked := build.kept(Quizzes).predictions.get(page.lesson.name)):
        in_cells.ask_before_output(page.document, asked)


def add_files(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give a page the scripts that it needs. The style of questions is part of the site's."""
    if not doctree:
        return
    if any(any(doctree.findall(kind)) for kind in (question_nodes.question, in_cells.prediction)):
        app.add_js_file("quiz.js", priority=110)
    if _has(doctree, "quiz-steps") or _has(doctree, "quiz-score"):
        app.add_js_file("quiz-pages.js", priority=111)


def _has(doctree: nodes.document, css: str) -> bool:
    tags = doctree.findall(question_nodes.html)
    return any(tag["attrs"].get("class") == css for tag in tags)
