"""The build's side of the quiz: settled before a page is made, shown where it is asked for."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform
from sphinx.util.display import status_iterator
from sphinx.util.docutils import SphinxDirective

from gallery.build import pythons_file
from gallery.lesson import Lesson
from gallery.page import app_of
from gallery.quiz import page
from gallery.quiz.questions import END, MIXED, Question, QuizError, files_of, read_all
from gallery.quiz.settle import Run, Settled, path_of, settle
from multitrack.pool import NotRecorded

HEADING = "Predict first"


class Quizzes:
    """All questions of a build, and what settled them."""

    def __init__(self, questions: list[Question], settled: Settled) -> None:
        self.questions, self.settled = questions, settled

    def of(self, quiz: str) -> list[Question]:
        """Return a quiz's questions in their order."""
        return [q for q in self.questions if q.quiz == quiz]

    def on(self, lesson: str) -> list[Question]:
        """Return the questions that a lesson's page shows."""
        return [q for q in self.questions if q.on_lesson and q.lesson == lesson]


_quizzes: WeakKeyDictionary[Sphinx, Quizzes] = WeakKeyDictionary()


def snippets_of(app: Sphinx) -> Path:
    """Return the folder of the lessons, where the quizzes are, too."""
    return Path(app.srcdir, app.config.sphinx_gallery_conf["examples_dirs"]).resolve()


def settle_quizzes(app: Sphinx) -> None:
    """Read and settle all questions.

    Raises ExtensionError, which ends the build, with each question that cannot be asked, or with
    each answer that a run refutes: file, question, what was expected and what was seen.
    """
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
        questions = read_all(snippets_of(app))
        settled = settle(questions, folder, watch)
    except QuizError as error:
        raise ExtensionError(f"questions that cannot be asked:\n{error}") from None
    except NotRecorded as error:
        raise ExtensionError(str(error)) from error
    if settled.refuted:
        raise ExtensionError("answers that do not hold:\n" + "\n".join(settled.refuted))
    _quizzes[app] = Quizzes(questions, settled)


def outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Find the pages that a new file of questions belongs on: its lesson's, and all of quizzes."""
    pages = app.config.sphinx_gallery_conf["gallery_dirs"]
    known = {
        name: {os.path.normpath(env.srcdir / p) for p in env.dependencies.get(name, ())}
        for name in env.found_docs
    }
    files = {str(p): f"{pages}/{p.parent.name}/{p.name}" for p in files_of(snippets_of(app))}
    new = files.keys() - set().union(*known.values())
    lessons = {files[path].removesuffix(END) for path in new}
    return [
        name
        for name in known
        if name in lessons
        or (new and not name.startswith(f"{pages}/") and known[name] & files.keys())
    ]


def title_of(app: Sphinx, lesson: str) -> str:
    """Return the title of the lesson with this name."""
    return Lesson.read(snippets_of(app) / f"{lesson}.py").title


def _note(app: Sphinx, env: BuildEnvironment, questions: list[Question]) -> None:
    """Have the page made anew when a question or one of its recordings changes."""
    folder = Path(app.confdir, app.config.quiz_dir)
    env.note_dependency(str(pythons_file(app)))
    for question in questions:
        env.note_dependency(question.place.rpartition(":")[0])
        env.note_dependency(str(snippets_of(app) / f"{question.lesson}.py"))  # title, place
        for run in _quizzes[app].settled.recordings[question.id]:
            env.note_dependency(str(path_of(run, folder)))


def _shown(
    app: Sphinx, questions: list[Question], start: int = 1, link: bool = True
) -> Iterator[nodes.Node]:
    pages = app.config.sphinx_gallery_conf["gallery_dirs"]
    for number, question in enumerate(questions, start):
        title = title_of(app, question.lesson)
        yield from page.question_nodes(
            question,
            _quizzes[app].settled.recordings[question.id],
            number,
            page.lesson_link(question.lesson, title, pages) if link else None,
        )


def _section(document: nodes.document, title: str) -> nodes.section:
    name = nodes.fully_normalize_name(title)
    section = nodes.section("", nodes.title("", title), names=[name])
    document.note_implicit_target(section, section)
    return section


class QuizDirective(SphinxDirective):
    """``.. quiz:: spawning``: all questions of a chapter; ``.. quiz:: mixed``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Show the questions below a heading for each lesson, and the score."""
        app = app_of(self.env)
        quiz = self.arguments[0]
        questions = _quizzes[app].of(quiz)
        if not questions:
            names = ", ".join(dict.fromkeys(q.quiz for q in _quizzes[app].questions))
            raise self.error(f"no quiz is called {quiz!r}; there are {names or 'none'}")
        _note(app, self.env, questions)
        found: list[nodes.Node] = [page.score(quiz, questions)]
        number = 1  # through all sections
        for lesson, group in groupby(questions, lambda q: "" if quiz == MIXED else q.lesson):
            together = list(group)
            title = title_of(app, lesson) if lesson else "Questions"
            section = _section(self.state.document, title)
            section += list(_shown(app, together, number))
            section += page.plain_questions(together, number)
            number += len(together)
            found.append(section)
        return [*found, page.plain_answers(questions), page.score(quiz, questions)]


class QuizzesDirective(SphinxDirective):
    """``.. quizzes::``: all quizzes, each with a link, its size, and the reader's score."""

    def run(self) -> list[nodes.Node]:
        """Expect the page of a quiz at ``quiz/NAME``."""
        app = app_of(self.env)
        items = nodes.bullet_list()
        for quiz in dict.fromkeys(q.quiz for q in _quizzes[app].questions):
            questions = _quizzes[app].of(quiz)
            _note(app, self.env, questions)
            line = nodes.paragraph("", "", page.quiz_link(quiz, self.env.docname))
            line += nodes.Text(f", {len(questions)} questions")
            items += nodes.list_item("", line, page.score(quiz, questions))
        return [items]


class PredictFirst(SphinxTransform):
    """Put its questions at the end of a lesson's page, before the download."""

    default_priority = 410  # after build.TidyPage

    def apply(self, **kwargs: object) -> None:
        """Add a section."""
        app = app_of(self.env)
        pages = self.config.sphinx_gallery_conf["gallery_dirs"]
        name = self.env.docname
        if app not in _quizzes or not name.startswith(f"{pages}/"):
            return
        lesson = name.removeprefix(f"{pages}/")
        path = snippets_of(app) / f"{lesson}{END}"
        if path.is_file():
            self.env.note_dependency(str(path))
        questions = _quizzes[app].on(lesson)
        if not questions:
            return
        _note(app, self.env, questions)
        top = next(iter(self.document.findall(nodes.section)))
        section = _section(self.document, HEADING)
        section += nodes.paragraph("", "Answer first. Then look at what really happened.")
        section += list(_shown(app, questions, link=False))
        section += [page.plain_questions(questions), page.plain_answers(questions)]
        top += section
        for footer in list(self.document.findall(nodes.container)):
            if "sphx-glr-footer" in footer.get("classes", ()):
                footer.parent.remove(footer)
                top += footer


def add_files(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give a page the quiz's script where it has a question; its style is part of the site's."""
    if doctree and next(iter(doctree.findall(page.quiz_form)), None):
        app.add_js_file("quiz.js", priority=110, loading_method="defer")


def setup(app: Sphinx) -> None:
    """Register what the quiz needs."""
    page.setup(app)
    app.add_config_value("quiz_dir", "build/quiz", "env", str)
    app.connect("builder-inited", settle_quizzes, priority=110)
    app.connect("env-get-outdated", outdated)
    app.connect("html-page-context", add_files)
    app.add_directive("quiz", QuizDirective)
    app.add_directive("quizzes", QuizzesDirective)
    app.add_css_file("quiz.css")
    app.add_transform(PredictFirst)
