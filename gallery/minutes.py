"""How long a lesson takes to read, from the words of its prose and the lines of its code.

What its processes write is not counted: it is looked over, and another run may write more.
"""

from __future__ import annotations

import ast

from gallery.lesson import SETTING, Lesson
from multitrack.script import comments, decoded

WORDS, LINES = 200, 30  # that are read in a minute, of prose and of code


def minutes_of(lesson: Lesson) -> int:
    """Return whole minutes, at least one."""
    text = decoded(lesson.path, lesson.source)
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
    return max(1, round(words / WORDS + code / LINES))
