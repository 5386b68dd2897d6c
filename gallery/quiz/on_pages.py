"""The build's side of the quiz: settled before a page is made, shown where it is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import groupby
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
from gallery.lessons.links import lesson_link, link_to
from gallery.lessons.lists import ListDirective
from gallery.lessons.page import Page
from gallery.nodes import begin_section
from gallery.quiz import question_nodes
from gallery.quiz.questions import MIXED, Question, QuizError, read_all
from gallery.quiz.settle import Run, Settled, path_of, settle
from multitrack.pool import NotRecorded

HEADING = "Predict first"
MOST = 20  # questions on a page: with their runs, each is some 3 kB to be sent


class Quizzes:
    """All questions of a build, and what settled them."""

    def __init__(self, questions: list[Question], settled: Settled, folder: Path) -> None:
        self.questions, self.settled, self.folder = questions, settled, folder

    def on(self, lesson: str) -> list[Question]:
        """Return the questions that a lesson's page shows."""
        return [q for q in self.questions if q.on_lesson and q.lesson == lesson]

    @cached_property
    def pages(self) -> dict[str, list[Question]]:
        """The questions of each page, the mixed ones last: ``pools``, ``pools-2`` ...

        A chapter begins another page before a lesson whose questions would be too many on one.
        """
        found: dict[str, list[Question]] = {}
        in_order = sorted(self.questions, key=lambda q: q.quiz == MIXED)
        for quiz, of_quiz in groupby(in_order, lambda q: q.quiz):
            number, page = 1, found.setdefault(quiz, [])
            for _, group in groupby(of_quiz, lambda q: q.id if q.mixed else q.lesson):
                together = list(group)
                if page and len(page) + len(together) > MOST:
                    number += 1
                    page = found.setdefault(f"{quiz}-{number}", [])
                page += together
        return found


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
    if settled.refuted:
        raise ExtensionError("answers that do not hold:\n" + "\n".join(settled.refuted))
    quizzes = Quizzes(questions, settled, folder)
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


def page_of(build: Build, name: str, quiz: str) -> str:
    """Return a page of a quiz."""
    if quiz == MIXED:
        title = "All chapters, mixed"
        opening = "Questions from all chapters. Nothing tells you beforehand what one is about."
    else:
        chapter = next(chapter for chapter in build.chapters if chapter.name == quiz)
        page = build.page_of(f"{quiz}/index")
        title, opening = chapter.title, f"The chapter is [](/{page}.rst). {chapter.card}"
    if name != quiz:
        title += f", part {name.rpartition('-')[2]}"
    return generated.markdown(
        f"Quiz: {title}",
        f"Questions about multiprocessing, with answers that runs have settled: {title}.",
        f"{opening}\n\n```{{quiz}} {name}\n```",
    )


def shown(app: Sphinx, about: str) -> object:
    """Tell the questions of a lesson or of a quiz's page apart by all that is said of them."""
    quizzes = build_of(app).kept(Quizzes)
    found = quizzes.on(about) if "/" in about else quizzes.pages.get(about, [])
    recordings = quizzes.settled.recordings
    return [(q, [(run, r.key) for run, r in recordings[q.id].items()]) for q in found]


def sizes(app: Sphinx, about: str) -> object:
    """Tell which questions each page has."""
    pages = build_of(app).kept(Quizzes).pages
    return [(name, [q.id for q in of_page]) for name, of_page in pages.items()]


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
        found: list[nodes.Node] = [question_nodes.score(quiz, questions)]
        number = 1  # through all sections
        for lesson, group in groupby(questions, lambda q: "" if q.quiz == MIXED else q.lesson):
            together = list(group)
            title = build.lessons[lesson].title if lesson else "Questions"
            section = begin_section(self.state.document, title)
            section += list(_nodes(self.env, together, number))
            number += len(together)
            found.append(section)
        return [*found, question_nodes.answers(questions), question_nodes.score(quiz, questions)]


class QuizzesDirective(ListDirective):
    """``.. quizzes::``: all quizzes, each with a link, its size, and the reader's score."""

    def run(self) -> list[nodes.Node]:
        """Have the navigation list them, too."""
        quizzes = build_of(self.env).kept(Quizzes)
        facts.state(self.env, "quizzes")
        items = nodes.bullet_list()
        for quiz, questions in quizzes.pages.items():
            text = nodes.inline("", quiz, classes=["std", "std-doc"])
            link = link_to("doc", f"/quiz/{quiz}", text, refdoc=self.env.docname, refexplicit=False)
            line = nodes.paragraph("", "", link, nodes.Text(f", {len(questions)} questions"))
            items += nodes.list_item("", line, question_nodes.score(quiz, questions))
        return [items, self.tree([f"quiz/{quiz}" for quiz in quizzes.pages])]


def predict_first(page: Page) -> Iterator[nodes.Node]:
    """Ask a lesson's own questions at the end of its page."""
    build = build_of(page.env)
    if not build.keeps(Quizzes):
        return
    facts.state(page.env, "questions", page.lesson.name)
    questions = build.kept(Quizzes).on(page.lesson.name)
    if questions:
        section = begin_section(page.document, HEADING)
        section += nodes.paragraph("", "Answer first. Then look at what really happened.")
        section += [*_nodes(page.env, questions, link=False), question_nodes.answers(questions)]
        yield section


def add_files(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give a page the quiz's script where it has a question; its style is part of the site's."""
    if doctree and next(iter(doctree.findall(question_nodes.question)), None):
        app.add_js_file("quiz.js", priority=110, loading_method="defer")
