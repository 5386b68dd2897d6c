"""The quiz: questions as data, answers that a run has settled, and the pages that ask them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    """Register what the quiz needs."""
    from gallery import facts
    from gallery.quiz import in_cells, on_pages, question_nodes

    question_nodes.setup(app)
    in_cells.setup(app)
    app.add_config_value("quiz_dir", "build/quiz", "env", str)
    app.connect("builder-inited", on_pages.settle_quizzes, priority=110)
    app.connect("html-page-context", on_pages.add_files)
    app.add_directive("quiz", on_pages.QuizDirective)
    app.add_directive("quizzes", on_pages.QuizzesDirective)
    for file in ("quiz.css", "quiz-pages.css"):
        app.add_css_file(file)
    facts.register(app, "questions", on_pages.shown)
    facts.register(app, "quizzes", on_pages.sizes)
