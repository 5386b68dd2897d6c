"""A new lesson and its test, or a new chapter, from templates that already work."""

from __future__ import annotations

import keyword
import re
import sys
from datetime import date
from pathlib import Path

from gallery.chapter import HEADER, LAST, SECTIONS, read_chapters
from gallery.lesson import DEFAULT_ORDER, SHORT, WORDS, Lesson, scripts_in
from gallery.project import ROOT

LESSON = '''"""
{title}
{rule}

Say in one or two sentences what the reader will be able to do after this page.
"""

# %%
# Say what the smallest honest program is, and why.

from multiprocessing import Process, Queue


def double(number: int, results: Queue) -> None:
    """Put twice the number into ``results``."""
    print(f"doubling {{number}}")
    results.put(2 * number)


def double_in_child(number: int) -> int:
    """Return twice the number, as worked out by another process."""
    results: Queue = Queue()
    child = Process(target=double, args=(number, results))
    child.start()
    answer: int = results.get(timeout=10)
    child.join()
    return answer


if __name__ == "__main__":
    print("the answer is", double_in_child(21))

# %%
# Say what to notice in the output, where it goes wrong, and what to read next.

# sphinx_gallery_lesson_order = {order}
# sphinx_gallery_lesson_short = "{short}"
# sphinx_gallery_lesson_added = "{today}"
'''

TEST = '''"""The lesson {chapter}/{name}."""

from snippets.{chapter} import {name}


def test_the_child_returns_the_answer(run):
    """The value comes back from another process under each start method."""
    assert run({name}.double_in_child, 4) == 8
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


def new_lesson(lesson: str, root: Path = ROOT) -> list[Path]:
    """Write a lesson and its test and return their paths within the project.

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
    return _write(
        root,
        {
            folder / f"{name}.py": LESSON.format(
                title=title, rule="=" * len(title), order=order, short=short, today=date.today()
            ),
            root / "tests/test_snippets" / chapter / f"test_{name}.py": TEST.format(
                chapter=chapter, name=name
            ),
        },
    )


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
