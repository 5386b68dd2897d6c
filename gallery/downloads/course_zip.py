"""The zip files of scripts: a chapter's or the whole course's, with a README and their tests."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gallery.downloads.zip_file import zipped
from gallery.lesson import Lesson

NAME = "multiprocessing-by-example"
SUPPORT = ("by_unittest.py", "calling.py")  # in the folder of the tests

TESTS = '''\
"""The lessons' tests. ``python -m unittest`` runs them and needs nothing but Python."""

from tests.by_unittest import load_tests, offer_pytest

__all__ = ["load_tests"]

offer_pytest()
'''

README = """\
# {title}

{count}, from a course on Python's `multiprocessing`. Each is a script that runs as it is, with
Python 3.11 or later and nothing else{unless}:

    python {example}

{lessons}
## Test them

    python -m unittest

runs the tests of every lesson here under fork, spawn and forkserver: for the whole course that
takes some minutes. `python -m unittest -k {word}` runs those with `{word}` in their names. The
tests are the project's own, which are written for pytest; `tests/by_unittest.py` stands in for
it. They need Linux or macOS, and are skipped on Windows, where the scripts run all the same.

Code: MIT licence, see LICENSE. Text: CC BY 4.0.
"""


def course(lessons: Iterable[Lesson], root: Path, title: str) -> bytes:
    """Return the zip file of some lessons, everything in one folder.

    ``root`` is the folder of ``snippets/``, ``tests/`` and ``LICENSE``; a lesson whose test is
    not there comes without.
    """
    lessons = list(lessons)
    files: dict[str, bytes] = {}
    tests = root / "tests"
    for lesson in lessons:
        folder = lesson.path.parent
        for path in (
            lesson.path,
            *lesson.files,
            folder / "__init__.py",
            folder.parent / "__init__.py",
        ):
            if path.is_file():
                files[f"snippets/{path.relative_to(folder.parent)}"] = path.read_bytes()
        test = tests / "test_snippets" / folder.name / f"test_{lesson.path.stem}.py"
        if test.is_file():
            files[str(test.relative_to(root))] = test.read_bytes()
    if any(name.startswith("tests/") for name in files):
        files["tests/__init__.py"] = TESTS.encode()
        files |= {f"tests/{name}": (tests / name).read_bytes() for name in SUPPORT}
    if (root / "LICENSE").is_file():
        files["LICENSE"] = (root / "LICENSE").read_bytes()
    files["README.md"] = _readme(lessons, title).encode()
    top = NAME if len({lesson.path.parent for lesson in lessons}) > 1 else _chapter_name(lessons[0])
    return zipped({f"{top}/{name}": content for name, content in files.items()})


def _chapter_name(lesson: Lesson) -> str:
    return f"{NAME}-{lesson.path.parent.name.replace('_', '-')}"


def _readme(lessons: list[Lesson], title: str) -> str:
    listed, chapter = [], ""
    for lesson in lessons:
        if lesson.path.parent.name != chapter:
            chapter = lesson.path.parent.name
            listed.append(f"\n`snippets/{chapter}/`\n\n")
        needs = f" (needs {lesson.needs_in_words})" if lesson.needs_in_words else ""
        listed.append(f"- `{lesson.path.name}`: {lesson.title}{needs}\n")
    return README.format(
        title=title,
        unless=", unless the list says so" if any(x.needs_in_words for x in lessons) else "",
        count=f"{len(lessons)} lesson{'s' if len(lessons) != 1 else ''}",
        example=f"snippets/{lessons[0].name}.py",
        word=lessons[0].path.stem,
        lessons="".join(listed).lstrip("\n"),
    )
