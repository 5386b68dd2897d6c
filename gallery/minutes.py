"""How long a lesson takes to read, from the words of its prose and the lines of its code.

What its processes write is not counted: it is looked over, and another run may write more.
"""

from __future__ import annotations

import ast

from gallery.lesson import SETTING, Lesson
from gallery.pair import pairs_of
from multitrack.script import comments, decoded

WORDS, LINES = 200, 30  # that are read in a minute, of prose and of code


def minutes_of(lesson: Lesson) -> int:
    """Return whole minutes, at least one; a broken program beside it is read as well."""
    counts = [_count(script) for script in (lesson, *(pair.broken for pair in pairs_of(lesson)))]
    words, code = map(sum, zip(*counts, strict=True))
    return max(1, round(words / WORDS + code / LINES))


def _count(script: Lesson) -> tuple[int, int]:
    """Count words of prose, and lines of code."""
    text = decoded(script.path, script.source)
    tree = ast.parse(text)
    opening = tree.body[0].end_lineno or 0 if ast.get_docstring(tree) else 0
    apart = dict(comments(text))
    words = code = 0
    for number, line in enumerate(text.splitlines(), 1):
        if number <= opening or (line.startswith("#") and number in apart):
            if not SETTING.match(line):
                words += sum(any(map(str.isalnum, word)) for word in line.split())
        elif line.strip() and number not in apart:
            code += 1
    return words, code
