"""A prediction where it is asked: in a cell, between the code and what it did.

All of it works without a script: the output is in a ``details`` element, and the style sheet says
which sentence belongs to the choice that was made. A script only remembers a reader's wish to see
all outputs at once.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from gallery.in_words import inline
from gallery.nodes import add_node, nothing, recorded
from gallery.quiz.question_nodes import in_text, paragraphs, tag
from gallery.quiz.questions import Choice, Question


class prediction(nodes.General, nodes.Element):
    """A question, and the output that answers it."""


class outcome(nodes.General, nodes.Element):
    """What happened: folded where there is HTML, as it is elsewhere."""


def ask_before_output(document: nodes.document, asked: Question) -> None:
    """Put a prediction around what its cell did: what was written, drawn and lived."""
    found = [n for n in document.findall(recorded) if n["cell"] == asked.cell]
    if not found:
        return  # nothing is recorded, as where no interpreter is new enough
    parent, place = found[0].parent, found[0].parent.index(found[0])
    for node in found:
        node.parent.remove(node)
    happened = outcome("", *(_verdict(choice) for choice in asked.shown), *found)
    parent.insert(place, prediction("", *_question(asked), happened, _answer(asked)))


def _question(asked: Question) -> list[nodes.Node]:
    first, *others = paragraphs(asked.question)
    choices = [_choice(choice) for choice in asked.shown]
    field = tag(
        "fieldset",
        tag("legend", *inline(first)),
        *(nodes.paragraph("", "", *inline(text)) for text in others),
        tag("div", *choices, class_="quiz-choices beside"),
    )
    words = nodes.paragraph("", "", nodes.strong("", "Predict first:"), nodes.Text(" "))
    words += inline(" ".join([first, *others]))
    items = [
        nodes.list_item("", nodes.paragraph("", "", *inline(choice.text))) for choice in asked.shown
    ]
    return [field, in_text("", words, nodes.bullet_list("", *items))]


def _choice(choice: Choice) -> nodes.Node:
    words: list[nodes.Node] = [
        tag("input", type="radio", name="predicted"),
        tag("span", *inline(choice.text)),
    ]
    if not choice.right:
        return tag("label", *words, class_="quiz-choice")
    mark = tag(
        "span", tag("span", class_="i i-check"), nodes.Text("This happened"), class_="quiz-mark"
    )
    return tag("label", *words, mark, class_="quiz-choice so")


def _verdict(choice: Choice) -> nodes.Node:
    kind, icon, word = ("right", "check", "Yes.") if choice.right else ("wrong", "cross", "No.")
    said = tag(
        "b", tag("span", class_=f"i i-{icon}"), nodes.Text(word), class_=f"quiz-verdict {kind}"
    )
    return tag("p", said, nodes.Text(" "), *inline(choice.why), class_="verdict")


def _answer(asked: Question) -> in_text:
    """Say after the output which choice it was, and why."""
    right = next(choice for choice in asked.choices if choice.right)
    return in_text("", nodes.paragraph("", "", *inline(f"**{right.text}** {right.why}")))


def visit_prediction(self: Any, node: prediction) -> None:
    """Begin the box."""
    self.body.append('<div class="ask">')


def depart_prediction(self: Any, node: prediction) -> None:
    """End it with the reader's wish, which needs a script."""
    self.body.append(
        '<label class="always"><input type="checkbox">Always show outputs at once</label></div>\n'
    )


def visit_outcome(self: Any, node: outcome) -> None:
    """Begin what opens when asked for."""
    self.body.append(
        "<details><summary><span>Show what happened</span><span>Hide what happened</span></summary>"
    )


def depart_outcome(self: Any, node: outcome) -> None:
    """End it."""
    self.body.append("</details>")


def setup(app: Sphinx) -> None:
    """Register the nodes."""
    add_node(app, prediction, visit_prediction, depart_prediction, plain=nothing)
    add_node(app, outcome, visit_outcome, depart_outcome, plain=nothing)
