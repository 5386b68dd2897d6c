"""A new lesson and its test, from a template that already runs."""

from __future__ import annotations

import keyword
import re
from datetime import date
from pathlib import Path

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
# sphinx_gallery_lesson_added = "{today}"
'''

TEST = '''"""The lesson {chapter}/{name}."""

from snippets.{chapter} import {name}


def test_the_child_returns_the_answer(run):
    """The value comes back from another process under each start method."""
    assert run({name}.double_in_child, 4) == 8
'''


class TemplateError(Exception):
    """The lesson cannot be made; says why and what to do."""


def new_lesson(lesson: str, root: Path = ROOT) -> list[Path]:
    """Write a lesson and its test and return their paths within the project.

    Raises TemplateError when the name is not ``chapter/name``, the chapter does not exist or
    one of the files does.
    """
    match = re.fullmatch(r"([a-z][a-z0-9_]*)/([a-z][a-z0-9_]*)", lesson)
    if not match or keyword.iskeyword(match[2]):
        raise TemplateError(f"{lesson!r} is not CHAPTER/NAME in small letters, digits and _")
    chapter, name = match.groups()
    folder = root / "snippets" / chapter
    if not (folder / "__init__.py").exists():
        chapters = sorted(p.parent.name for p in (root / "snippets").glob("*/__init__.py"))
        raise TemplateError(f"there is no chapter {chapter!r}; there are {', '.join(chapters)}")
    twins = list((root / "snippets").glob(f"*/{name}.py"))
    if twins:
        raise TemplateError(f"{twins[0].relative_to(root)} exists; lessons have names of their own")
    title = name.replace("_", " ").capitalize()
    order = 10 * (len(list(folder.glob("[!_]*.py"))) + 1)
    files = {
        folder / f"{name}.py": LESSON.format(
            title=title, rule="=" * len(title), order=order, today=date.today()
        ),
        root / "tests/test_snippets" / chapter / f"test_{name}.py": TEST.format(
            chapter=chapter, name=name
        ),
    }
    for path in files:
        if path.exists():
            raise TemplateError(f"{path.relative_to(root)} exists; nothing was written")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [path.relative_to(root) for path in files]
