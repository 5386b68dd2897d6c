"""What a reader sees for each process: as well as is known as what it was started."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from multitrack.descendants import GONE
from multitrack.process_tree import Life
from multitrack.shorten import visible

LONGEST = 40  # characters; stage.py tells one more
PYTHON = re.compile(r"python[\d.]*t?")


def give_names(lives: Iterable[Life], short: Callable[[str], str]) -> None:
    """Name all lives of a run, which have their labels, each otherwise than the others.

    Of two that would have the same name, each has its label behind it.
    """
    born = sorted(lives, key=lambda life: (life.parent is not None, life.start))
    workers = _workers(born)
    known = {id(life): workers.get(id(life)) or _name(life, short) for life in born}
    often = Counter(known.values())
    taken = {life.label for life in born}
    for life in born:
        name = life.name = known[id(life)]
        if name != life.label and (often[name] > 1 or name in taken):
            name = f"{name} ({life.label})"
            while name in taken:
                name = f"{name} ({life.label})"
        life.name = name
        taken.add(name)


def _workers(born: list[Life]) -> dict[int, str]:
    """Count pools and executors, and the workers of each, by the order of their births."""
    groups: dict[tuple[str, int, int], int] = {}
    pools: Counter[str] = Counter()
    count: Counter[tuple[str, int, int]] = Counter()
    found = {}
    for life in born:
        if life.started and life.started.group:
            group = life.started.kind, life.started.parent, life.started.group
            if group not in groups:
                pools[group[0]] += 1
                groups[group] = pools[group[0]]
            count[group] += 1
            found[id(life)] = f"{group[0]} {groups[group]}, worker {count[group]}"
    return found


def _name(life: Life, short: Callable[[str], str]) -> str:
    if life.parent is None or life.helper:
        return life.label
    name = ""
    if life.started:
        name = "manager" if life.started.kind == "manager" else life.started.name
    elif life.program and life.program != GONE:
        name = _command(life.program, short)
    name = visible(short(name)).strip()
    if len(name) > LONGEST:
        name = name[: LONGEST - 3] + "..."
    return name or life.label


def _command(program: tuple[str, ...], short: Callable[[str], str]) -> str:
    """Return a command without its arguments; of a Python, what it runs."""
    name = Path(short(program[0])).name
    if not PYTHON.fullmatch(name):
        return name
    words = iter(program[1:])
    for word in words:
        if word == "-m":
            return f"python -m {next(words, '')}"
        if word == "-c":
            break
        if word in ("-X", "-W"):
            next(words, "")
        elif not word.startswith("-"):
            return f"python {Path(word).name}"
    return "python"
