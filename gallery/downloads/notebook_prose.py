"""A lesson's prose, reStructuredText, as Markdown for a notebook."""

from __future__ import annotations

import re
from typing import cast

from docutils.parsers.rst.tableparser import SimpleTableParser
from docutils.statemachine import StringList
from sphinx_gallery.notebook import rst2md

ROLE = re.compile(r":(?:[\w-]+:)?([\w-]+):`(?:([^`<]+?)\s*<[^`>]+>|([^`]+))`")
TABLE = re.compile(r"^=+(?: +=+)+\n(?:.+\n)+?=+(?: +=+)+\n(?:(?:.+\n)+=+(?: +=+)+\n)?", re.M)
CALLED = {"func", "meth"}
# What rst2md asks of sphinx-gallery's configuration.
CONFIGURATION = {"notebook_images": False}


def markdown(rest: str, levels: dict[tuple[str | None, str], int], titles: dict[str, str]) -> str:
    """Convert a block of prose.

    ``levels`` has the level of each style of heading, and is filled as they come; ``titles``
    has the title of each lesson by its name (``chapter/name``).
    """
    text = TABLE.sub(_table, rest.rstrip() + "\n")
    text = ROLE.sub(lambda match: _role(match, titles), text)
    converted = cast(str, rst2md(text, CONFIGURATION, ".", levels))
    return converted.replace("``", "`").strip()


def _role(match: re.Match[str], titles: dict[str, str]) -> str:
    """Write what a reader of the site sees: a name as code, a lesson by its title."""
    role, title, target = match.groups()
    if title:
        return f"*{title}*" if role == "ref" else f"``{' '.join(title.split())}``"
    if role == "ref":
        for name, lesson in titles.items():
            if target == f"sphx_glr_lessons_{name.replace('/', '_')}.py":
                return f"*{lesson}* (`{name}.py`)"
        return f"*{target}*"
    shown = target.rpartition(".")[2] if target.startswith("~") else target
    return f"``{shown}{'()' if role in CALLED and not shown.endswith(')') else ''}``"


def _table(match: re.Match[str]) -> str:
    """Write a simple table with bars."""
    lines = StringList(match[0].splitlines(), "")
    _, head, body = SimpleTableParser().parse(lines)
    rows = [[" ".join(cell[3]).strip() if cell else "" for cell in row] for row in [*head, *body]]
    written = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([written[0], "|" + " --- |" * len(rows[0]), *written[1:]]) + "\n"
