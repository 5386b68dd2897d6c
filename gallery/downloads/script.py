"""A lesson's script as readers get it: without what it says to this site."""

from __future__ import annotations

from gallery.lesson import SETTING, Lesson
from multitrack.script import comments, decoded


def script_of(lesson: Lesson) -> bytes:
    """Return the script without the comments that are settings.

    Those at the end are cut, in place of any other there is an empty line: code keeps its lines.
    """
    lines = lesson.source.split(b"\n")
    numbers = [
        number
        for number, comment in comments(decoded(lesson.path, lesson.source))
        if SETTING.match(comment.strip())
    ]
    for number in numbers:
        lines[number - 1] = b"\r" if lines[number - 1].endswith(b"\r") else b""
    script = b"\n".join(lines)
    if numbers and not b"".join(lines[numbers[-1] :]).strip():
        script = script.rstrip() + (b"\r\n" if lines[0].endswith(b"\r") else b"\n")
    return script
