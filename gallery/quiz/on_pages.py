"""The build's side of the quiz: settled before a page is made, shown where it is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
from gallery.quiz import question_nodes
from gallery.quiz.questions import MIXED, Question, QuizError, read_all
from gallery.quiz.settle import Run, Settled, path_of, settle
from multitrack.pool import NotRecorded

HEADING = "Predict first"


class Quizzes:
    """All questions of a build, and what settled them."""

    def __init__(self, questions: list[Question], settled: Settled, folder: Path) -> None:
        self.questions, self.settled, self.folder = questions, settled, folder

    def of(self, quiz: str) -> list[Question]:
        """Return a quiz's questions in their order."""
        return [q for q in self.questions if q.quiz == quiz]

    def on(self, lesson: str) -> list[Question]:
        """Return the questions that a lesson's page shows."""
        return [q for q in self.questions if q.on_lesson and q.lesson == lesson]

    @property
    def names(self) -> list[str]:
        """The quizzes that there are, the mixed one last."""
        names = dict.fromkeys(q.quiz for q in self.questions)
        return sorted(names, key=lambda name: name == MIXED)


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
    generated.write(app, "quiz", {quiz: page_of(build, quiz) for quiz in quizzes.names})


def in_reading_order(build: Build, questions: list[Question]) -> list[Question]:
    """Return the questions on the lessons of this build, in the lessons' order."""
    places = {name: place for place, name in enumerate(build.lessons)}
    return sorted(
        (q for q in questions if q.lesson in places),
        key=lambda q: 0 if q.quiz == MIXED else places[q.lesson],
    )


def page_of(build: Build, quiz: str) -> str:
    """Return the page of a quiz."""
    if quiz == MIXED:
        title = "All chapters, mixed"
        opening = "Questions from all chapters. Nothing tells you beforehand what one is about."
    else:
        chapter = next(chapter for chapter in build.chapters if chapter.name == quiz)
        page = build.page_of(f"{quiz}/index")
        title, opening = chapter.title, f"The chapter is [](/{page}.rst). {chapter.card}"
    return generated.markdown(
        f"Quiz: {title}",
        f"Questions about multiprocessing, with answers that runs have settled: {title}.",
        f"{opening}\n\n```{{quiz}} {quiz}\n```",
    )


def shown(app: Sphinx, about: str) -> object:
    """Tell the questions of a lesson or of a quiz apart by all that a page says of them."""
    quizzes = build_of(app).kept(Quizzes)
    found = quizzes.on(about) if "/" in about else quizzes.of(about)
    recordings = quizzes.settled.recordings
    return [(q, [(run, r.key) for run, r in recordings[q.id].items()]) for q in found]


def sizes(app: Sphinx, about: str) -> object:
    """Tell how many questions each quiz has."""
    quizzes = build_of(app).kept(Quizzes)
    return [(quiz, [q.id for q in quizzes.of(quiz)]) for quiz in quizzes.names]


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
    """``.. quiz:: spawning``: all questions of a chapter; ``.. quiz:: mixed``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Show the questions below a heading for each lesson, and the score."""
        build = build_of(self.env)
        quizzes, quiz = build.kept(Quizzes), self.arguments[0]
        questions = quizzes.of(quiz)
        if not questions:
            names = ", ".join(quizzes.names)
            raise self.error(f"no quiz is called {quiz!r}; there are {names or 'none'}")
        facts.state(self.env, "questions", quiz)
        found: list[nodes.Node] = [question_nodes.score(quiz, questions)]
        number = 1  # through all sections
        for lesson, group in groupby(questions, lambda q: "" if quiz == MIXED else q.lesson):
            together = list(group)
            title = build.lessons[lesson].title if lesson else "Questions"
            section = nodes.section(
                "", nodes.title("", title), names=[nodes.fully_normalize_name(title)]
            )
            self.state.document.note_implicit_target(section, section)
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
        for quiz in quizzes.names:
            questions = quizzes.of(quiz)
            text = nodes.inline("", quiz, classes=["std", "std-doc"])
            link = link_to("doc", f"/quiz/{quiz}", text, refdoc=self.env.docname, refexplicit=False)
            line = nodes.paragraph("", "", link, nodes.Text(f", {len(questions)} questions"))
            items += nodes.list_item("", line, question_nodes.score(quiz, questions))
        return [items, self.tree([f"quiz/{quiz}" for quiz in quizzes.names])]


def predict_first(page: Page) -> Iterator[nodes.Node]:
    """Ask a lesson's own questions at the end of its page."""
    build = build_of(page.env)
    if not build.keeps(Quizzes):
        return
    facts.state(page.env, "questions", page.lesson.name)
    questions = build.kept(Quizzes).on(page.lesson.name)
    if questions:
        section = page.section(HEADING)
        section += nodes.paragraph("", "Answer first. Then look at what really happened.")
        section += [*_nodes(page.env, questions, link=False), question_nodes.answers(questions)]
        yield section


def add_files(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give a page the quiz's script where it has a question; its style is part of the site's."""
    if doctree and next(iter(doctree.findall(question_nodes.question)), None):
        app.add_js_file("quiz.js", priority=110, loading_method="defer")
