"""What the zips of scripts hold: a chapter's lessons or all, a README, and their tests."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from gallery.lesson import Lesson
from gallery.pair import scripts_of

NAME = "multiprocessing-by-example"

# pytest takes the folder for its own, whatever is around it; names of tests may come twice.
INI = """\
[pytest]
addopts = --import-mode=importlib
pythonpath = .
testpaths = tests
"""

CONFTEST = '''\
"""Has pytest find ``run``, and leave out tests of lessons that need what is not here."""

import sys
from importlib.metadata import PackageNotFoundError, distribution

pytest_plugins = ["tests.calling"]

# The oldest Python and the libraries that a lesson needs, by its test.
NEEDS = {needs}


def lacks(python, libraries):
    """Whether one of them is not here."""
    try:
        return sys.version_info < tuple(python) or not all(map(distribution, libraries))
    except PackageNotFoundError:
        return True


collect_ignore = [test for test, needs in NEEDS.items() if lacks(*needs)]


def pytest_report_header():
    """Say what is left out."""
    return [f"left out, for the README names what it needs: {{test}}" for test in collect_ignore]
'''

README = """\
# {title}

{count}, from a course on Python's `multiprocessing`. Each is a script that runs as it is, with
Python 3.11 or later and nothing else{unless}:

    python {example}

{lessons}
## Test them

    python -m pip install pytest
    python -m pytest

runs the tests of every lesson here under fork, spawn and forkserver: for the whole course that
takes some minutes. `python -m pytest -k {word}` runs those with `{word}` in their names. They need
Linux or macOS; the scripts run on Windows, too.

Code: MIT licence, see LICENSE. Text: CC BY 4.0.
"""


def contents(
    lessons: Iterable[Lesson], root: Path, scripts: Path, title: str
) -> dict[str, bytes | Path]:
    """Return what a zip of some lessons holds: contents, or files that have them, by name.

    ``root`` is the folder of ``snippets/``, ``tests/`` and ``LICENSE``, ``scripts`` that of the
    scripts as readers get them. A lesson whose test is not there comes without.
    """
    lessons = list(lessons)
    runnable = {lesson.name: [script.name for script in scripts_of(lesson)] for lesson in lessons}
    files: dict[str, bytes | Path] = {}
    needs: dict[str, tuple[tuple[int, ...], tuple[str, ...]]] = {}
    for lesson in lessons:
        folder = lesson.path.parent
        for name in runnable[lesson.name]:
            files[f"snippets/{name}.py"] = scripts / f"{name}.py"
        for path in (*lesson.files, folder / "__init__.py", folder.parent / "__init__.py"):
            if path.is_file():
                files[f"snippets/{path.relative_to(folder.parent)}"] = path
        test = f"tests/test_snippets/{folder.name}/test_{lesson.path.stem}.py"
        if (root / test).is_file():
            files[test] = root / test
            if lesson.needs_in_words:
                needs[test] = lesson.settings.needs_python, lesson.settings.needs
    if any(name.startswith("tests/") for name in files):
        files["tests/__init__.py"] = b'"""The tests of the lessons."""\n'
        files["tests/calling.py"] = root / "tests" / "calling.py"
        files["conftest.py"] = CONFTEST.format(needs=json.dumps(needs, indent=4)).encode()
        files["pytest.ini"] = INI.encode()
    if (root / "LICENSE").is_file():
        files["LICENSE"] = root / "LICENSE"
    files["README.md"] = _readme(lessons, runnable, title).encode()
    top = NAME if len({x.chapter for x in lessons}) > 1 else _chapter_name(lessons[0])
    return {f"{top}/{name}": content for name, content in files.items()}


def _chapter_name(lesson: Lesson) -> str:
    return f"{NAME}-{lesson.chapter.replace('_', '-')}"


def _readme(lessons: list[Lesson], runnable: dict[str, list[str]], title: str) -> str:
    listed, chapter = [], ""
    for lesson in lessons:
        if lesson.chapter != chapter:
            chapter = lesson.chapter
            listed.append(f"\n`snippets/{chapter}/`\n\n")
        needs = f" (needs {lesson.needs_in_words})" if lesson.needs_in_words else ""
        names = ", ".join(f"`{name.partition('/')[2]}.py`" for name in runnable[lesson.name])
        listed.append(f"- {names}: {lesson.title}{needs}\n")
    return README.format(
        title=title,
        unless=", unless the list says so" if any(x.needs_in_words for x in lessons) else "",
        count=f"{len(lessons)} lesson{'s' if len(lessons) != 1 else ''}",
        example=f"snippets/{runnable[lessons[0].name][-1]}.py",
        word=lessons[0].path.stem,
        lessons="".join(listed).lstrip("\n"),
    )
