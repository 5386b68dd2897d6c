"""Predictions are held by the lesson's recording: what is right happened, what is wrong did not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from gallery.in_words import in_words
from gallery.quiz.questions import Choice, Question
from gallery.quiz.settle import beside, printed, same
from multitrack.recording import Line, Recording


def refuted(question: Question, recordings: dict[str, Recording]) -> Iterator[str]:
    """Say in words which choices the recordings refute, each once; nothing where all hold."""
    said: dict[tuple[str, str], list[str]] = defaultdict(list)
    for method, recording in recordings.items():
        lines = [line for line in recording.lines if line.cell == question.cell]
        for choice in question.choices:
            if recording.writers == "unnamed" and choice.writers is not None:
                continue  # who wrote is not known here, so nothing can be counted
            if choice.right != happened(choice, lines, question.unordered):
                not_so = "" if choice.right else "anything but "
                said[not_so + _expected(choice), _seen(lines)].append(method)
    for (expected, seen), methods in said.items():
        yield (
            f"{question.name} under {in_words(methods)}: what cell {question.cell} of "
            f"{question.lesson} wrote refutes the answer\n" + beside(expected, seen)
        )


def happened(choice: Choice, lines: list[Line], unordered: bool = False) -> bool:
    """Whether a cell's lines are what a choice says."""
    if choice.output is not None and not same(choice.output, printed(lines), unordered):
        return False
    return choice.writers in (None, len(_writers(lines)))


def _writers(lines: list[Line]) -> set[str]:
    return {line.process for line in lines} - {"main"}


def _expected(choice: Choice) -> str:
    output = (choice.output or "").rstrip("\n")
    many = "" if choice.writers is None else f"({choice.writers} processes besides main write)"
    return "\n".join(filter(None, [f"choice {choice.number}: {choice.text}", output, many]))


def _seen(lines: list[Line]) -> str:
    return "\n".join([*printed(lines), f"({len(_writers(lines))} processes besides main write)"])
