"""A lesson as a Jupyter notebook whose children find the functions that they are to run.

A spawned child imports what it is asked to run, and cannot import a notebook. So what a cell of
the lesson defines goes to a module beside the notebook (``%%writefile``), and what stands under
``if __name__ == "__main__":`` becomes a cell of the notebook, which imports what it uses.
"""

from __future__ import annotations

import ast
import io
import json
import symtable
import tokenize
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count, dropwhile

from gallery.downloads.notebook_prose import markdown
from gallery.lesson import Lesson, script_of
from gallery.lessons.blocks import Levels, blocks
from gallery.pair import pairs_of
from multitrack.script import CELL_MARKER, Cell

HOW = """\
**How this notebook works.** A new process imports the functions that it is to run, and a
notebook cannot be imported. So each cell that begins with `%%writefile` writes its definitions to
a module beside this notebook, and the cell after it imports what it uses from there. Otherwise
this is the lesson's script, `{script}`.{needs}{reads} Run the cells from top to bottom. After a
change to a `%%writefile` cell, restart the kernel and run all cells.
{pairs}
On Linux and macOS the lines of all processes appear under the cells. On Windows the kernel does
not watch what other processes write: there, the children's lines are in the window in which
Jupyter was started.
"""

PAIRS = """
A program that is called **Broken** or **Cured** is not run here. Save it as a file of the name
beside it, and run that with `python`.
"""

LINES = '''\
%%writefile whole_lines.py
"""Has the lines of child processes appear whole, and under the cell that they belong to."""

import os
import sys
import time


def write_whole_lines():
    """Write to the descriptors that the notebook's kernel watches, a line at a time."""
    for descriptor, name in ((1, "stdout"), (2, "stderr")):
        stream = open(descriptor, "w", buffering=1, encoding="utf-8", closefd=False)
        setattr(sys, name, stream)


def wait_for_lines(_):
    """Let the kernel read what children wrote last, a second at most, before a cell ends."""
    import fcntl
    import termios

    deadline = time.monotonic() + 1
    for descriptor in (1, 2):
        try:
            while any(fcntl.ioctl(descriptor, termios.FIONREAD, bytes(4))):
                if time.monotonic() > deadline:
                    return
                time.sleep(0.001)
        except OSError:  # it is no pipe: the kernel does not watch it
            return
    time.sleep(0.01)


if "ipykernel" not in sys.modules:  # a child that imports this file
    write_whole_lines()
elif hasattr(os, "register_at_fork"):  # the notebook, where there are fork and pipes
    from IPython import get_ipython

    os.register_at_fork(after_in_child=write_whole_lines)
    get_ipython().events.register("post_run_cell", wait_for_lines)
'''


KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "file_extension": ".py"},
}


class NotebookError(Exception):
    """A lesson that would do something else as a notebook: says the line and the way out."""

    def __init__(self, lesson: Lesson, line: int, reason: str) -> None:
        super().__init__(f"{lesson.path}:{line}: {reason}")


@dataclass
class Part:
    """A cell of the lesson, cut in two: both are Python text, either may be empty."""

    cell: Cell
    module: str
    definitions: str
    main: str
    defined: set[str] = field(default_factory=set)


def notebook(lesson: Lesson, labelled: Mapping[str, Lesson]) -> str:
    """Return the notebook (nbformat 4) as JSON; ``labelled`` are the lessons that it links to.

    Raises
    ------
    NotebookError
        A name is bound in one place and used in another in a way that does not survive the cut.
    """
    text = script_of(lesson).decode("utf-8-sig")
    tree = ast.parse(text)
    parts = {
        cell.number: part for cell, part in zip(lesson.cells, _parts(lesson, text), strict=True)
    }
    _check(lesson, tree, parts)
    numbers = count(1)
    levels: Levels = defaultdict(lambda: next(numbers))
    ready = _Names(lesson, _imports(tree), parts)
    pairs = {pair.name.partition("/")[2]: pair for pair in pairs_of(lesson)}
    if lesson.path.stem in pairs:
        pairs[""] = pairs[lesson.path.stem]
    cells: list[dict[str, object]] = []
    for block in blocks(lesson):
        if isinstance(block, str):
            prose = markdown(block, levels, labelled, pairs)
            if cells:
                cells.append(_prose(prose))
            else:
                cells += [_prose(f"{prose}\n\n{_how(lesson)}"), *map(_code, _setup(lesson, text))]
            continue
        part = parts[block.number]
        if part.definitions:
            cells.append(_code(_module(lesson, part, ready)))
        if part.main:
            cells.append(_code(ready.for_main(part.main) + _silent(part.main)))
    made = {"cells": cells, "metadata": KERNEL, "nbformat": 4, "nbformat_minor": 4}
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def _prose(text: str) -> dict[str, object]:
    return {"cell_type": "markdown", "metadata": {}, "source": text.strip()}


def _code(text: str) -> dict[str, object]:
    cell = {"cell_type": "code", "metadata": {}, "source": text.strip()}
    return cell | {"execution_count": None, "outputs": []}


def _how(lesson: Lesson) -> str:
    needs = f" It needs {lesson.needs_in_words}." if lesson.needs_in_words else ""
    files = " and ".join(f"`{name}`" for name in lesson.settings.files)
    reads = f" It reads {files}, to be downloaded to the same folder." if files else ""
    pairs = PAIRS if pairs_of(lesson) else ""
    return HOW.format(script=lesson.path.name, needs=needs, reads=reads, pairs=pairs)


def _silent(main: str) -> str:
    """Keep the notebook from showing what the last statement returns: a script does not."""
    last = ast.parse(main).body[-1]
    prints = isinstance(last, ast.Expr) and ast.unparse(last).startswith("print(")
    return main.rstrip("\n") + ";" if isinstance(last, ast.Expr) and not prints else main


def _setup(lesson: Lesson, text: str) -> Iterator[str]:
    """Yield the cells before the lesson's own."""
    yield LINES
    if _names_its_file(text):
        yield f"%%writefile {lesson.path.name}\n{text}"
    yield "import whole_lines"


def _names_its_file(text: str) -> bool:
    return "__file__" in _used(text)


def _module(lesson: Lesson, part: Part, ready: _Names) -> str:
    """Return the cell that writes what a cell of the lesson defines."""
    about = f'"""What cell {part.cell.number} of {lesson.path.name} defines."""'
    futures = "".join(f"{line}\n" for line in ready.futures)
    imports = ready.for_module(part) + _own_file(lesson, part.definitions)
    code = part.definitions
    for line in ready.futures:  # it must be a file's first statement
        code = code.replace(f"{line}\n", "", 1)
    code = code.lstrip("\n")
    space = "\n\n" if code.startswith(("def ", "class ", "async ", "@")) else "\n"
    return f"%%writefile {part.module}.py\n{about}\n\n{futures}{imports}{space}{code}"


def _own_file(lesson: Lesson, text: str) -> str:
    """Give code that reads ``__file__`` the lesson's script, which is beside the notebook then."""
    if not _names_its_file(text):
        return ""
    return f'\nimport os\n\n__file__ = os.path.abspath("{lesson.path.name}")\n'


@dataclass
class _Names:
    """What a new module or the notebook has to import, and from where."""

    lesson: Lesson
    imports: dict[str, ast.Import | ast.ImportFrom]  # the statement that imports a name
    parts: dict[int, Part]
    known: dict[str, str] = field(default_factory=dict)  # what the notebook has imported

    @property
    def futures(self) -> list[str]:
        """The lesson's future statements: they hold in all of its cells."""
        texts = {ast.unparse(statement) for statement in self.imports.values()}
        return sorted(text for text in texts if text.startswith("from __future__"))

    def _from(self, name: str, before: int) -> str | None:
        """Return the module that defines a name before a cell; the last one counts."""
        numbers = [n for n, part in self.parts.items() if n < before and name in part.defined]
        return self.parts[max(numbers)].module if numbers else None

    def for_module(self, part: Part) -> str:
        """Return the imports of what a module uses of earlier cells."""
        needed = _used(part.definitions) - part.defined
        sources = {name: self._from(name, part.cell.number) for name in needed}
        return self._statements(sources, "import whole_lines")

    def for_main(self, code: str) -> str:
        """Return the imports of what a cell of the notebook uses for the first time."""
        cell = next(n for n, part in self.parts.items() if part.main == code)
        sources = {name: self._from(name, cell + 1) for name in _used(code)}
        new = {n: s for n, s in sources.items() if s and self.known.get(n) != s}
        self.known |= {n: s for n, s in new.items() if s}
        text = self._statements(new) + _own_file(self.lesson, code)
        if _hands_on_open(code):
            text = f"from builtins import open\n{text}"
        return text + "\n" if text else ""

    def _statements(self, sources: Mapping[str, str | None], *first: str) -> str:
        """Write imports: the lesson's own ones, then ``first`` and the other modules'."""
        theirs, own = set(), {*first}
        grouped: dict[str, list[str]] = defaultdict(list)
        for name, module in sorted(sources.items()):
            if module is None:
                continue
            if name not in self.imports:
                grouped[module].append(name)
            elif isinstance(statement := self.imports[name], ast.Import):
                theirs.add(ast.unparse(statement))
            else:
                alias = ast.unparse(statement).partition(" import ")
                grouped[alias[0].removeprefix("from ")].append(alias[2])
        modules = {part.module for part in self.parts.values()}
        for module, names in grouped.items():
            line = f"from {module} import {', '.join(names)}"
            (own if module in modules else theirs).add(line)
        groups = ["".join(f"{line}\n" for line in _plain_first(lines)) for lines in (theirs, own)]
        return "\n".join(filter(None, groups))


def _hands_on_open(code: str) -> bool:
    """Whether it names ``open`` and does not call it: IPython's own is no function to be sent."""
    nodes = list(ast.walk(ast.parse(code)))
    called = {node.func for node in nodes if isinstance(node, ast.Call)}
    return any(isinstance(n, ast.Name) and n.id == "open" and n not in called for n in nodes)


def _plain_first(lines: set[str]) -> list[str]:
    return sorted(lines, key=lambda line: (line.startswith("from"), line))


def _imports(tree: ast.Module) -> dict[str, ast.Import | ast.ImportFrom]:
    """Return for each name that the script imports at its top the statement that does."""
    found: dict[str, ast.Import | ast.ImportFrom] = {}
    for node in tree.body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                found[alias.asname or alias.name.split(".")[0]] = ast.Import([alias])
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                one = ast.ImportFrom(node.module, [alias], node.level)
                found[alias.asname or alias.name] = one
    return found


def _is_guard(node: ast.stmt) -> bool:
    """Whether a statement is ``if __name__ == "__main__":`` without an ``else``."""
    return isinstance(node, ast.If) and not node.orelse and _is_in_main(node.test)


def _is_of_program(node: ast.stmt) -> bool:
    """Whether a statement is ``if __name__ == "__main__" and ...:``, such as ``sys.argv[1:]``."""
    if not isinstance(node, ast.If) or node.orelse or not isinstance(node.test, ast.BoolOp):
        return False
    return isinstance(node.test.op, ast.And) and _is_in_main(node.test.values[0])


def _is_in_main(test: ast.expr) -> bool:
    if not isinstance(test, ast.Compare):
        return False
    sides = [test.left, *test.comparators]
    names = {side.id for side in sides if isinstance(side, ast.Name)}
    texts = {side.value for side in sides if isinstance(side, ast.Constant)}
    return names == {"__name__"} and texts == {"__main__"}


def _parts(lesson: Lesson, text: str) -> Iterator[Part]:
    """Cut each cell: guarded statements go to the notebook, all others to the module."""
    lines = list(io.StringIO(text))  # not splitlines(): a form feed ends no line of Python
    inside = _inside_strings(text)
    tree = ast.parse(text)
    body = tree.body[1:] if ast.get_docstring(tree, clean=False) is not None else tree.body
    before = tree.body[0].end_lineno or 0 if len(body) < len(tree.body) else 0
    for cell in lesson.cells:
        definitions, main = [], []
        for node in body:
            if not cell.first <= node.lineno <= cell.last:
                continue
            end = node.end_lineno or node.lineno
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
            above = _without_prose(lines[before : first - 1])
            if isinstance(node, ast.If) and _is_guard(node):
                main += above + _body(node, lines, inside)
            elif _is_of_program(node):
                # True in the script only, which the lesson then starts as a program.
                if not _names_its_file(text):
                    raise NotebookError(
                        lesson,
                        node.lineno,
                        "a guard that asks for more is never true in a notebook; ask for the "
                        "rest inside of it",
                    )
            else:
                definitions += above + lines[first - 1 : end]
            before = end
        part = Part(
            cell,
            f"{lesson.path.stem}_cell_{cell.number}",
            "".join(definitions).strip("\n") + "\n" if definitions else "",
            "".join(main).strip("\n") + "\n" if main else "",
        )
        part.defined = _bound(part.definitions)
        yield part


def _without_prose(lines: list[str]) -> list[str]:
    """Keep the comments and empty lines above a statement, save a marker and the prose after it."""
    markers = [n for n, line in enumerate(lines) if CELL_MARKER.match(line)]
    if not markers:
        return lines
    return list(dropwhile(lambda line: line.startswith("#"), lines[markers[-1] :]))


def _body(node: ast.If, lines: list[str], inside: set[int]) -> list[str]:
    """Return a guard's statements without their indentation; texts keep theirs."""
    first, end = node.body[0], node.end_lineno or node.lineno
    if first.lineno == node.lineno:  # if __name__ == "__main__": main()
        line = lines[node.lineno - 1].encode()[first.col_offset :].decode()
        return [line, *lines[node.lineno : end]]
    width = first.col_offset
    return [
        line if number in inside or line[:width].strip() else line[width:] or "\n"
        for number, line in enumerate(lines[node.lineno : end], node.lineno + 1)
    ]


def _inside_strings(text: str) -> set[int]:
    """Return the numbers of the lines that begin inside a string."""
    found: set[int] = set()
    opened: list[int] = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        kind = tokenize.tok_name[token.type]
        if kind == "STRING":
            found.update(range(token.start[0] + 1, token.end[0] + 1))
        elif kind in ("FSTRING_START", "TSTRING_START"):
            opened.append(token.start[0])
        elif kind in ("FSTRING_END", "TSTRING_END"):
            found.update(range(opened.pop() + 1, token.end[0] + 1))
    return found


def _used(text: str) -> set[str]:
    """Return the global names that a piece of code reads, also in its functions."""
    return {
        s.get_name() for s, top in _symbols(text) if (s.is_referenced() if top else s.is_global())
    }


def _bound(text: str) -> set[str]:
    """Return the names that a piece of code binds at its top."""
    return {
        s.get_name()
        for s, top in _symbols(text)
        if top and (s.is_assigned() or s.is_imported() or s.is_namespace())
    }


def _symbols(text: str) -> Iterator[tuple[symtable.Symbol, bool]]:
    """Yield every symbol and whether it stands outside of all functions and classes."""
    tables = [symtable.symtable(text, "<lesson>", "exec")]
    top = tables[0]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        yield from ((symbol, table is top) for symbol in table.get_symbols())


def _check(lesson: Lesson, tree: ast.Module, parts: dict[int, Part]) -> None:
    """Refuse what a module and a notebook, with globals of their own, cannot do together."""
    everywhere = set().union(*(part.defined for part in parts.values()))
    for part in parts.values():
        in_functions = {
            s.get_name() for s, top in _symbols(part.definitions) if not top and s.is_global()
        }
        elsewhere = [p for p in parts.values() if p is not part]
        for other in elsewhere:
            if rebound := _declared_global(part.definitions) & other.defined - part.defined:
                raise NotebookError(
                    lesson,
                    part.cell.first,
                    f"a function rebinds {min(rebound)!r}, which another cell defines: in a "
                    "notebook each cell's definitions are a module; define both in one cell",
                )
        for other in parts.values():
            if rebound := _bound(other.main) & in_functions & everywhere:
                raise NotebookError(
                    lesson,
                    other.cell.first,
                    f"main rebinds {min(rebound)!r}, which functions read: in a notebook they "
                    "are in a module and would not see it; pass it as an argument",
                )


def _declared_global(text: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Global):
            names.update(node.names)
    return names
