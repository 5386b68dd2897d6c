"""A new lesson or error page with its test, or a new chapter, from templates that already work."""

from __future__ import annotations

import keyword
import re
import sys
from datetime import date
from pathlib import Path

from gallery.chapter import HEADER, LAST, SECTIONS, read_chapters
from gallery.lesson import DEFAULT_ORDER, SHORT, WORDS, Lesson, scripts_in
from gallery.pair import BROKEN, CURED
from gallery.project import ROOT

LESSON = '''"""
{title}
{rule}

Say in two or three sentences which problem the reader has, and what they can do after this page.
"""

# %%
# The task in a few words
# -----------------------
# Say what the smallest honest program does. It does work that somebody has on the desk.

import sysconfig
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

LIBRARY = Path(sysconfig.get_path("stdlib"))


def count_lines(package):
    """Return how many lines a package of the standard library has."""
    files = (LIBRARY / package).rglob("*.py")
    lines = sum(len(file.read_bytes().splitlines()) for file in files)
    print(f"{{package}}: {{lines}} lines")
    return lines


if __name__ == "__main__":
    with ProcessPoolExecutor(max_workers=2) as executor:
        counts = list(executor.map(count_lines, ["json", "email", "logging"]))
    print("all together:", sum(counts))

# %%
# Read the output with the reader: which process wrote which line, and what the timeline shows.
#
# Why it works, as a sentence
# ---------------------------
# Say who does what, step by step. Then what goes wrong, broken and cured.
#
# When to use something else
# --------------------------
# Say when this is not the answer, and what is.
#
# Where next
# ----------
# - One link, and the reason to follow it.

# sphinx_gallery_lesson_order = {order}
# sphinx_gallery_lesson_short = "{short}"
# sphinx_gallery_lesson_added = "{today}"
'''

TEST = '''"""The lesson {chapter}/{name}."""

from snippets.{chapter} import {name}


def test_the_workers_count_what_main_would_count(run_program):
    """The counts come back from other processes, in the order of the packages."""
    counts = run_program("{name}.py")["counts"]
    assert counts == [{name}.count_lines(package) for package in ["json", "email", "logging"]]
'''


ERROR = '''"""
{title}
{rule}

.. message::

   RuntimeError: the message, as it is printed

.. message:: Python 3.11

   The same on other versions or platforms, where it is another one; else leave this out.

**Say in one sentence what it means.** And in another one when it comes.

.. cure:: say what to do, in a few words

   print("at most five lines of code")

See it happen
-------------

Say what the smallest program does that makes it.

.. pair::

Say what to notice in the output.

Why it happens
--------------

1. Who does what first.
2. What follows from it.

Other causes of the same message
--------------------------------

- **A cause.** Its cure.

Learn the subject
-----------------

- Which lesson explains it.
"""

# sphinx_gallery_lesson_order = {order}
# sphinx_gallery_lesson_short = "{short}"
# sphinx_gallery_lesson_added = "{today}"
# sphinx_gallery_lesson_asked = ["RuntimeError: the message, as it is printed"]
'''

BROKEN_PROGRAM = """from multiprocessing import Process


def work():
    raise RuntimeError("the message, as it is printed")  # broken: say why, in three words


if __name__ == "__main__":
    process = Process(target=work)
    process.start()
    process.join()
    print("exit code:", process.exitcode)

# sphinx_gallery_lesson_fails = "RuntimeError: the message, as it is printed"
"""

CURED_PROGRAM = """from multiprocessing import Process


def work():
    print("the work is done")  # cured: say why, in three words


if __name__ == "__main__":
    process = Process(target=work)
    process.start()
    process.join()
    print("exit code:", process.exitcode)
"""

ERROR_TEST = '''"""The error page {chapter}/{name}."""


def test_it_fails_as_the_page_says(run_program):
    ended = run_program("{name}.broken.py")
    assert "RuntimeError: the message, as it is printed" in ended.output
    assert "exit code: 1" in ended.output


def test_the_cure_works(run_program):
    ended = run_program("{name}.cured.py")
    assert "exit code: 0" in ended.output
    assert ended.status == 0
'''


class TemplateError(Exception):
    """It cannot be made; says why and what to do."""


NAME = re.compile(r"[a-z][a-z0-9_]*")
INTRODUCTION = """.. chapter_order: {order}

.. meta::
   :description: Say in one sentence what a reader can do after this chapter.

{title}
{rule}

Say what this chapter is about, and when *not* to use it.
"""


def new_lesson(lesson: str, root: Path = ROOT, error: bool = False) -> list[Path]:
    """Write a lesson and its test and return their paths within the project.

    ``error``: an error page, with its two programs.

    Raises TemplateError when the name is not ``chapter/name`` or cannot be a lesson's, the chapter
    does not exist or one of the files does.
    """
    snippets = root / "snippets"
    chapter, _, name = lesson.partition("/")
    for word in (chapter, name):
        _check_name(word, f"{lesson!r} is not CHAPTER/NAME in small letters, digits and _")
    folder = snippets / chapter
    if not (folder / HEADER).exists():
        chapters = ", ".join(sorted(p.parent.name for p in snippets.glob(f"*/{HEADER}")))
        raise TemplateError(
            f"there is no chapter {chapter!r}; there are {chapters}. To make one: "
            f'python -m gallery new --chapter {chapter} "Title"'
        )
    twins = list(snippets.glob(f"*/{name}.py"))
    if twins:
        raise TemplateError(f"{twins[0].relative_to(root)} exists; lessons have names of their own")
    title = name.replace("_", " ").capitalize()
    short = " ".join(title.split()[:WORDS])[:SHORT].rstrip()
    orders = [Lesson.read(path).settings.order for path in scripts_in(folder)]
    order = 10 + max((order for order in orders if order != DEFAULT_ORDER), default=0)
    said = {"title": title, "rule": "=" * len(title), "short": short, "order": str(order)}
    said["today"] = date.today().isoformat()
    files = {folder / f"{name}.py": (ERROR if error else LESSON).format(**said)}
    if error:
        programs = {BROKEN: BROKEN_PROGRAM, CURED: CURED_PROGRAM}
        files |= {folder / f"{name}{end}": text for end, text in programs.items()}
    test = root / "tests/test_snippets" / chapter / f"test_{name}.py"
    files[test] = (ERROR_TEST if error else TEST).format(chapter=chapter, name=name)
    return _write(root, files)


def new_chapter(name: str, title: str, root: Path = ROOT) -> list[Path]:
    """Write what a chapter needs, behind all others, and return the paths within the project.

    Raises TemplateError when the name cannot be a chapter's, or there is one.
    """
    _check_name(name, f"{name!r} is no name of a chapter: use small letters, digits and _")
    if not title.strip() or not title.isprintable():
        raise TemplateError("the title is empty, or of several lines")
    chapters = [c for c in read_chapters(root / "snippets") if c.section == SECTIONS[0]]
    order = 10 + max((c.order for c in chapters if c.order != LAST), default=0)
    folder = root / "snippets" / name
    introduction = INTRODUCTION.format(order=order, title=title, rule="=" * len(title))
    return _write(
        root,
        {folder / HEADER: introduction, folder / "__init__.py": f'"""The chapter {name}."""\n'},
    )


def _check_name(name: str, otherwise: str) -> None:
    if not NAME.fullmatch(name) or keyword.iskeyword(name):
        raise TemplateError(otherwise)
    if name in sys.stdlib_module_names:
        raise TemplateError(
            f"{name!r} is a module of the standard library: a script finds what is beside it "
            f"first, so that `import {name}` would give the lesson's own file. Take another name"
        )


def _write(root: Path, files: dict[Path, str]) -> list[Path]:
    for path in files:
        if path.exists():
            raise TemplateError(f"{path.relative_to(root)} exists; nothing was written")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [path.relative_to(root) for path in files]
