"""A lesson's prose, reStructuredText, as Markdown for a notebook."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from textwrap import dedent, indent
from types import MappingProxyType

from docutils.parsers.rst.tableparser import SimpleTableParser
from docutils.statemachine import StringList

from gallery.lesson import Lesson, script_of
from gallery.lessons.blocks import Levels, as_markdown
from gallery.pair import BROKEN, CURED, Pair

# A directive, or the end of a paragraph ("this::"), and the indented lines below it.
CODE = re.compile(
    r"^(?P<margin> *)(?:\.\. code(?:-block)?:: *(?P<language>\S*)\n(?:(?P=margin) +:\S+:.*\n)*"
    r"|(?!\.\. )(?P<said>\S.*?)?(?P<colon> ?)::\n)"
    r"\n+(?P<code>(?P=margin) +\S.*\n(?:(?P=margin) .*\n|\n)*)",
    re.M,
)
ROLE = re.compile(r":(?:[\w-]+:)?([\w-]+):`(?:([^`<]+?)\s*<[^`>]+>|([^`]+))`")
LITERAL = re.compile(r"``(.+?)``(?!`)", re.S)
# Only a page can draw it; its caption speaks of what is drawn.
DRAWING = re.compile(r"^( *)\.\. drawing::.*\n(?:\1 +\S.*\n|\n(?=\1 +\S))*\n?", re.M)
PAIR = re.compile(r"^( *)\.\. pair::[ ]*(\S*)[ ]*$", re.M)
# A text and its address: one underline, or two where the text is no name to refer to.
LINK = re.compile(r"`([^`<]+?)\s*<([^`<>]+)>`__?")
TABLE = re.compile(r"^=+(?: +=+)+\n(?:.+\n)+?=+(?: +=+)+\n(?:(?:.+\n)+=+(?: +=+)+\n)?", re.M)
# What Markdown would take for HTML; what stands in backquotes (an address, say) is left alone.
HTML = re.compile(r"(`[^`]*`)|(<|&(?=#?\w+;))")
KEPT = re.compile(r"^( *)\0(\d+)\0$|\0(\d+)\0", re.M)
CALLED = {"func", "meth"}


def markdown(
    rest: str,
    levels: Levels,
    labelled: Mapping[str, Lesson],
    pairs: Mapping[str, Pair] = MappingProxyType({}),
) -> str:
    """Convert a block of prose.

    ``levels`` has the level of each style of heading, and is filled as they come; ``labelled``
    has the lessons that the prose may refer to, by the labels of their pages; ``pairs`` has the
    programs beside the lesson, by the names that the prose may give them.
    """
    kept: list[str] = []  # code, which nothing may change: a number stands for it meanwhile

    def keep(text: str) -> str:
        kept.append(text)
        return f"\0{len(kept) - 1}\0"

    def keep_block(match: re.Match[str]) -> str:
        said = f"{match['said']}{'' if match['colon'] else ':'}" if match["said"] else ""
        before = f"{match['margin']}{said}\n\n" if said else ""
        return f"{before}{match['margin']}{keep(_fenced(match['code'], match['language']))}\n\n"

    text = CODE.sub(keep_block, DRAWING.sub("", rest.rstrip() + "\n"))
    text = PAIR.sub(lambda match: _pair(match, pairs, keep), text)
    text = TABLE.sub(_table, text)
    text = ROLE.sub(lambda match: _role(match, labelled), text)
    text = LITERAL.sub(lambda match: keep(_literal(match[1])), text)
    text = HTML.sub(lambda match: match[1] or f"\\{match[2]}", text)
    text = LINK.sub(lambda match: f"[{match[1]}]({''.join(match[2].split())})", text)
    text = as_markdown(text, levels)
    return KEPT.sub(lambda m: indent(kept[int(m[2] or m[3])], m[1] or ""), text).strip()


def _fence(code: str, least: int) -> str:
    """Return backquotes that end nowhere in the code."""
    return "`" * max([least, *(len(found) + 1 for found in re.findall("`+", code))])


def _fenced(code: str, language: str | None) -> str:
    code = dedent(code).strip("\n")
    fence = _fence(code, 3)
    return f"{fence}{language or ''}\n{code}\n{fence}"


def _literal(code: str) -> str:
    fence = _fence(code, 1)
    space = " " if "`" in code else ""
    return f"{fence}{space}{code}{space}{fence}"


def _pair(match: re.Match[str], pairs: Mapping[str, Pair], keep: Callable[[str], str]) -> str:
    """Write both programs; those of another lesson are not at hand: name their files."""
    margin, name = match.groups()
    written = []
    for said, end in (("Broken", BROKEN), ("Cured", CURED)):
        if name not in pairs:
            written.append(f"**{said}:** ``{name}{end}``")
            continue
        program: Lesson = getattr(pairs[name], said.lower())
        code = keep(_fenced(script_of(program).decode("utf-8-sig"), "python"))
        written += [f"**{said}:** ``{program.path.name}``", code]
    return indent("\n\n".join(written), margin)


def _role(match: re.Match[str], labelled: Mapping[str, Lesson]) -> str:
    """Write what a reader of the site sees: a name as code, a lesson by its title."""
    role, title, target = match.groups()
    if title:
        return f"*{title}*" if role == "ref" else f"``{' '.join(title.split())}``"
    if role == "ref":
        lesson = labelled.get(target)
        return f"*{lesson.title}* (``{lesson.name}.py``)" if lesson else f"*{target}*"
    shown = target.rpartition(".")[2] if target.startswith("~") else target.removeprefix("!")
    return f"``{shown}{'()' if role in CALLED and not shown.endswith(')') else ''}``"


def _table(match: re.Match[str]) -> str:
    """Write a simple table with bars."""
    lines = StringList(match[0].splitlines(), "")
    _, head, body = SimpleTableParser().parse(lines)
    rows = [[" ".join(cell[3]).strip() if cell else "" for cell in row] for row in [*head, *body]]
    rows = [[cell.replace("|", r"\|") for cell in row] for row in rows]
    written = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([written[0], "|" + " --- |" * len(rows[0]), *written[1:]]) + "\n"
