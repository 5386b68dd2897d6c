"""Which colour each process has, as a CSS class."""

from __future__ import annotations

from collections.abc import Iterable

from multitrack.recording import Recording

COLOURS = 6  # p1 to p6 in tokens.css


def colour_classes(recordings: Iterable[Recording]) -> dict[str, str]:
    """Give each process of a page one CSS class, the same under every start method."""
    labels = {p.label: p.helper for r in recordings for p in r.processes}
    classes, number = {"": "p-none", "main": "p-main"}, 0
    for label in sorted(labels, key=natural):
        if label == "main":
            continue
        if labels[label]:
            classes[label] = "p-help"
        else:
            classes[label] = f"p{number % COLOURS + 1}"
            number += 1
    return classes


def natural(label: str) -> list[tuple[int, str]]:
    """Sort ``child 10`` behind ``child 2``, and helpers last."""
    words = label.replace(".", " ").split()
    return [(int(w), "") if w.isdigit() else (0, w) for w in words]
