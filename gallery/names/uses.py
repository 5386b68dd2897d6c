"""Which documented names a script uses, and on which line: from its code, without running it.

sphinx-gallery looks for names too (``identify_names``), but it learns the class of an object
only from executed globals, of which there are none here, and knows files, not cells.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from gallery.names.manual import Manual

# -- what an expression may stand for; None is everything else ----------------------------------


@dataclass(frozen=True)
class Ref:
    """A module, class or function of a library, by its full name. A context is its module."""

    name: str


@dataclass(frozen=True)
class Object:
    """An instance of a class; a class of the script itself has a dot before its name."""

    cls: str


@dataclass(frozen=True)
class Each:
    """What holds any number of the same: a list, a set, an iterator."""

    of: Value | None


@dataclass(frozen=True)
class Row:
    """A tuple with known places."""

    items: tuple[Value | None, ...]


@dataclass(frozen=True)
class Table:
    """A dict."""

    keys: Value | None
    values: Value | None


@dataclass(frozen=True)
class Own:
    """A class or a function of the script."""

    node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


Value = Ref | Object | Each | Row | Table | Own
Function = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp

PROCESS = Object("multiprocessing.Process")
CONNECTION = Object("multiprocessing.connection.Connection")
RESULT = Object("multiprocessing.pool.AsyncResult")
FUTURE = Object("concurrent.futures.Future")
MEMORY = Object("multiprocessing.shared_memory.SharedMemory")
POOL = "multiprocessing.pool.Pool"
MANAGERS = "multiprocessing.managers"
PROXY = Object(f"{MANAGERS}.BaseProxy")

# What a call, or an attribute, gives. A class gives its instance.
GIVES: dict[str, Value] = {
    "multiprocessing.Pipe": Row((CONNECTION, CONNECTION)),
    "multiprocessing.Manager": Object(f"{MANAGERS}.SyncManager"),
    "multiprocessing.get_context": Ref("multiprocessing"),
    "multiprocessing.current_process": PROCESS,
    "multiprocessing.parent_process": PROCESS,
    "multiprocessing.active_children": Each(PROCESS),
    "multiprocessing.connection.Client": CONNECTION,
    "multiprocessing.connection.Listener.accept": CONNECTION,
    f"{POOL}.apply_async": RESULT,
    f"{POOL}.map_async": RESULT,
    f"{POOL}.starmap_async": RESULT,
    "multiprocessing.shared_memory.ShareableList.shm": MEMORY,
    f"{MANAGERS}.SharedMemoryManager.SharedMemory": MEMORY,
    f"{MANAGERS}.SharedMemoryManager.ShareableList": Object(
        "multiprocessing.shared_memory.ShareableList"
    ),
    **{
        f"{MANAGERS}.SyncManager.{kind}": PROXY
        for kind in ("Array", "dict", "list", "Namespace", "set", "Value")
    },
    "concurrent.futures.Executor.submit": FUTURE,
    "concurrent.futures.as_completed": Each(FUTURE),
    "concurrent.futures.wait": Row((Each(FUTURE), Each(FUTURE))),
}
BASES = {
    "multiprocessing.JoinableQueue": "multiprocessing.Queue",
    "multiprocessing.BoundedSemaphore": "multiprocessing.Semaphore",
    "multiprocessing.pool.ThreadPool": POOL,
    f"{MANAGERS}.SyncManager": f"{MANAGERS}.BaseManager",
    f"{MANAGERS}.SharedMemoryManager": f"{MANAGERS}.BaseManager",
    "concurrent.futures.ProcessPoolExecutor": "concurrent.futures.Executor",
    "concurrent.futures.ThreadPoolExecutor": "concurrent.futures.Executor",
    "concurrent.futures.InterpreterPoolExecutor": "concurrent.futures.ThreadPoolExecutor",
}
CONTEXTS = {
    f"multiprocessing.context.{kind}Context"
    for kind in ("Base", "Default", "Fork", "Spawn", "ForkServer")
}
SAME_ITEMS = {"list", "tuple", "set", "frozenset", "sorted", "reversed", "iter"}
ONE_ITEM = {"next", "min", "max"}
DICTS = {"dict", "Dict", "Mapping", "MutableMapping", "defaultdict", "OrderedDict"}


def uses(source: str | bytes, manual: Manual) -> list[tuple[str, int]]:
    """Return each documented name that the code uses, with its line; sorted, nothing twice.

    An import alone counts for the module only. A string that holds a program which imports the
    subject counts as code, all of it on the line where the string begins.
    """
    return sorted(set(_Finder(manual).of(ast.parse(source))), key=lambda use: use[::-1])


WALKS = 4  # as many functions may hand an object on to one another


class _Finder(ast.NodeVisitor):
    """Walks through the code until a walk finds nothing new.

    What a function finds in a global, and what it is given, may come further down.
    """

    def __init__(self, manual: Manual) -> None:
        self.manual = manual
        self.found: list[tuple[str, int]] = []
        self.scopes: list[dict[str, Value | None]] = [{}]
        self.shared: list[set[str]] = [set()]  # the names that a scope declares global
        self.within: list[ast.ClassDef | Function] = []
        self.bases: dict[str, list[str]] = {c: [base] for c, base in BASES.items()}
        self.members: dict[tuple[str, str], Value | None] = {}  # of the script's own classes
        self.returned: dict[ast.AST, Value | None] = {}
        self.given: dict[tuple[ast.AST, str], Value] = {}  # what a call passes for a parameter

    def of(self, tree: ast.Module) -> list[tuple[str, int]]:
        """Return the uses."""
        self.visit(tree)
        for _ in range(WALKS):
            known = dict(self.given)
            self.found.clear()
            self.visit(tree)
            if self.given == known:
                break
        return self.found

    # -- names and scopes ---------------------------------------------------------------------

    def lookup(self, name: str) -> Value | None:
        """Return what a name stands for here."""
        return next((scope[name] for scope in reversed(self.scopes) if name in scope), None)

    def bind(self, target: ast.expr, value: Value | None) -> None:
        """Assign."""
        match target:
            case ast.Name(id=name):
                scope = self.scopes[0] if name in self.shared[-1] else self.scopes[-1]
                scope[name] = value
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                places = value.items if isinstance(value, Row) else ()
                for number, inner in enumerate(targets):
                    if isinstance(inner, ast.Starred):
                        self.bind(inner.value, Each(self.item_of(value)))
                    elif len(places) == len(targets):
                        self.bind(inner, places[number])
                    else:
                        self.bind(inner, self.item_of(value))
            case ast.Attribute(value=owner, attr=attr):
                held_by = self.value(owner)
                if isinstance(held_by, Object) and value is not None:
                    self.members[held_by.cls, attr] = value
            case ast.Subscript(value=ast.Name() as held):
                if value is not None and isinstance(self.value(held), Table | None):
                    self.bind(held, Table(None, value))

    @contextmanager
    def scope(self, node: ast.ClassDef | Function | None = None) -> Iterator[None]:
        """Open a scope for names."""
        self.scopes.append({})
        self.shared.append(set())
        self.within += [node] if node else []
        yield
        self.scopes.pop()
        self.shared.pop()
        if node:
            self.within.pop()

    def note(self, full: str, line: int | None) -> None:
        """Remember a use."""
        name = self.manual.documented(full)
        if name and line and self.manual.names[name].kind != "module":
            self.found.append((name, line))

    # -- what expressions stand for -----------------------------------------------------------

    def value(self, node: ast.expr | None) -> Value | None:
        """Return what an expression stands for."""
        match node:
            case ast.Name(id=name):
                return self.lookup(name)
            case ast.Attribute(value=owner, attr=attr):
                return self.member(self.value(owner), attr)
            case ast.Call():
                return self.called(node)
            case ast.List(elts=items) | ast.Set(elts=items):
                return Each(self.first(*map(self.item, items)))
            case ast.Tuple(elts=items):
                return Row(tuple(map(self.item, items)))
            case ast.Dict(keys=keys, values=values):
                return Table(
                    self.first(*map(self.value, keys)), self.first(*map(self.value, values))
                )
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                with self.scope():
                    self.loops(node)
                    if isinstance(node, ast.DictComp):
                        return Table(self.value(node.key), self.value(node.value))
                    return Each(self.value(node.elt))
            case ast.Subscript(value=held, slice=index):
                return self.picked(self.value(held), index)
            case ast.BinOp(left=left, right=right):
                return self.first(self.value(left), self.value(right))
            case ast.IfExp(body=one, orelse=other):
                return self.first(self.value(one), self.value(other))
            case ast.BoolOp(values=values):
                return self.first(*map(self.value, values))
            case ast.NamedExpr(value=inner) | ast.Starred(value=inner) | ast.Await(value=inner):
                return self.value(inner)
        return None

    @staticmethod
    def first(*values: Value | None) -> Value | None:
        """Return the first that is known."""
        return next((v for v in values if v not in (None, Each(None))), None)

    def item(self, node: ast.expr) -> Value | None:
        """Return what one place of a list display holds."""
        value = self.value(node)
        return self.item_of(value) if isinstance(node, ast.Starred) else value

    def item_of(self, value: Value | None) -> Value | None:
        """Return what a loop over a value yields."""
        match value:
            case Each(of=item):
                return item
            case Row(items=items):
                return self.first(*items)
            case Table(keys=keys):
                return keys
        return None

    def picked(self, value: Value | None, index: ast.expr) -> Value | None:
        """Return what ``value[index]`` is."""
        match value, index:
            case Table(values=held), _:
                return held
            case _, ast.Slice():
                return value
            case Row(items=items), ast.Constant(value=int(number)) if number < len(items):
                return items[number]
        return self.item_of(value)

    def member(self, owner: Value | None, attr: str) -> Value | None:
        """Return what an attribute stands for."""
        match self.as_object(owner):
            case Ref(name=name):
                return Ref(f"{name}.{attr}")
            case Object(cls=cls):
                for base in self.lineage(cls):
                    if (base, attr) in self.members:
                        return self.members[base, attr]
                    full = f"{base}.{attr}"
                    if full in self.manual.names:
                        kind = self.manual.names[full].kind
                        return GIVES.get(full) if kind == "attribute" else Ref(full)
        return None

    @staticmethod
    def as_object(value: Value | None) -> Value | None:
        """Return a class of the script as one of its objects: both have the same attributes."""
        if isinstance(value, Own) and isinstance(value.node, ast.ClassDef):
            return Object(f".{value.node.name}")
        return value

    def lineage(self, cls: str) -> Iterator[str]:
        """Yield a class and those that it is derived from."""
        yield cls
        for base in self.bases.get(cls, ()):
            yield from self.lineage(base)

    def instance(self, name: str) -> Value:
        """Return what an object of a library's class is."""
        if name in CONTEXTS:
            return Ref("multiprocessing")
        return Object(self.manual.documented(name) or name)

    def called(self, node: ast.Call) -> Value | None:
        """Return what a call gives."""
        first = node.args[0] if node.args else None
        match node.func:
            case ast.Name(id=name) if self.lookup(name) is None:
                return self.builtin(name, node)
            case ast.Attribute(value=owner, attr="values" | "items" | "keys" | "copy" as attr):
                held = self.value(owner)
                if isinstance(held, Table):
                    views: dict[str, Value] = {
                        "values": Each(held.values),
                        "keys": Each(held.keys),
                        "items": Each(Row((held.keys, held.values))),
                        "copy": held,
                    }
                    return views[attr]
                if isinstance(held, Each) and attr == "copy":
                    return held
            case ast.Attribute(value=owner, attr="pop" | "popleft" | "get" | "setdefault" as attr):
                held = self.value(owner)
                if isinstance(held, Table):
                    return held.values
                if isinstance(held, Each) and attr.startswith("pop"):
                    return held.of
            case ast.Attribute(attr="enter_context") if first is not None:
                return self.value(first)
        function = self.value(node.func)
        match function:
            case Ref(name="contextlib.closing") if first is not None:
                return self.value(first)
            case Ref(name="itertools.chain"):
                return self.first(*map(self.value, node.args))
            case Ref(name=name):
                full = self.manual.documented(name)
                if full in GIVES:
                    return GIVES[full]
                known = self.manual.names.get(full or "")
                return self.instance(name) if known and known.kind == "class" else None
            case Own(node=ast.ClassDef(name=name)):
                return Object(f".{name}")
            case Own(node=ast.FunctionDef() | ast.AsyncFunctionDef() as defined):
                given = self.annotated(defined.returns) or self.returned.get(defined)
                wrapped = any("contextmanager" in ast.unparse(d) for d in defined.decorator_list)
                return self.item_of(given) if wrapped else given
        return None

    def builtin(self, name: str, node: ast.Call) -> Value | None:
        """Return what a call of a builtin gives."""
        values = [self.value(argument) for argument in node.args]
        items = tuple(map(self.item_of, values))
        if name == "super" and self.within:
            cls = next((n for n in reversed(self.within) if isinstance(n, ast.ClassDef)), None)
            bases = self.bases.get(f".{cls.name}" if cls else "", [])
            return Object(bases[0]) if bases else None
        if name in SAME_ITEMS and values:
            return Each(items[0])
        if name in ONE_ITEM and values:
            return items[0] if len(values) == 1 or name == "next" else self.first(*values)
        if name == "enumerate" and values:
            return Each(Row((None, items[0])))
        if name == "zip":
            return Each(Row(items))
        if name == "dict" and values:
            return values[0] if isinstance(values[0], Table) else None
        if name == "filter" and len(values) > 1:
            return Each(items[1])
        return None

    def annotated(self, node: ast.expr | None) -> Value | None:
        """Return what an annotation says of a value."""
        match node:
            case ast.Constant(value=str(text)):
                try:
                    return self.annotated(ast.parse(text.strip(), mode="eval").body)
                except SyntaxError:
                    return None
            case ast.Name() | ast.Attribute():
                known = self.as_object(self.value(node))
                if isinstance(known, Ref):
                    return self.instance(known.name)
                return known if isinstance(known, Object) else None
            case ast.BinOp(op=ast.BitOr(), left=left, right=right):
                return self.first(self.annotated(left), self.annotated(right))
            case ast.Subscript(value=generic, slice=inner):
                return self.parametrised(generic, inner)
        return None

    def parametrised(self, generic: ast.expr, inner: ast.expr) -> Value | None:
        """Return what ``generic[inner]`` says of a value."""
        name = getattr(generic, "attr", getattr(generic, "id", ""))
        parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        known = self.value(generic)
        if isinstance(known, Ref) and self.manual.documented(known.name):
            return self.instance(known.name)  # Queue[int]
        if name in ("Optional", "Union"):
            return self.first(*map(self.annotated, parts))
        if name in DICTS and len(parts) == 2:
            return Table(self.annotated(parts[0]), self.annotated(parts[1]))
        if name in ("tuple", "Tuple") and not isinstance(parts[-1], ast.Constant):
            return Row(tuple(map(self.annotated, parts)))
        if name in ("Annotated", "Final", "ClassVar"):
            return self.annotated(parts[0])
        return Each(self.annotated(parts[0])) if name != "Callable" else None

    # -- what a call passes ---------------------------------------------------------------------

    def passed(
        self,
        function: ast.expr,
        values: Iterable[Value | None],
        named: Mapping[str, ast.expr] | None = None,
    ) -> None:
        """Remember what a function of the script is called with: in order, and by name."""
        called = self.value(function)
        if not isinstance(called, Own):
            return
        made = called.node
        if isinstance(made, ast.ClassDef):
            inits = (n for n in made.body if isinstance(n, Function) and n.name == "__init__")
            made = next(inits, made)
        if isinstance(made, Function):
            names = [argument.arg for argument in _arguments(made.args)]
            given = dict(zip(names[made is not called.node :], values, strict=False))
            given |= {name: self.value(argument) for name, argument in (named or {}).items()}
            for name, value in given.items():
                if value is not None:
                    self.given.setdefault((made, name), value)

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        named = {word.arg: word.value for word in node.keywords if word.arg}
        values = [self.value(argument) for argument in node.args]
        self.passed(node.func, values, named)
        for target, args in (("target", "args"), ("initializer", "initargs")):
            if target in named and args in named:
                self.passed(named[target], self.places(named[args]))
        match node.func, values:
            case ast.Name(id="repr" | "str" as shown), [Object(cls=cls)]:
                self.note(f"{cls}.__{shown}__", node.end_lineno)
        match node.func, node.args:
            case ast.Attribute(attr="submit" | "to_thread"), [function, *_]:
                self.passed(function, values[1:])
            case ast.Attribute(attr="run_in_executor"), [_, function, *_]:
                self.passed(function, values[2:])
            case ast.Attribute(attr="apply" | "apply_async"), [function, arguments, *_]:
                self.passed(function, self.places(arguments))
            case ast.Attribute(attr="starmap" | "starmap_async"), [function, _, *_]:
                row = self.item_of(values[1])
                self.passed(function, row.items if isinstance(row, Row) else ())
            case ast.Attribute(attr=method), [function, *_] if "map" in method:
                self.passed(function, map(self.item_of, values[1:]))

    def places(self, node: ast.expr) -> Iterable[Value | None]:
        """Return what the places of a tuple or list display hold."""
        return map(self.item, node.elts) if isinstance(node, ast.Tuple | ast.List) else ()

    # -- uses ---------------------------------------------------------------------------------

    def visit_Name(self, node: ast.Name) -> None:
        known = self.lookup(node.id)
        if isinstance(known, Ref) and isinstance(node.ctx, ast.Load):
            self.note(known.name, node.lineno)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.visit(node.value)
        match self.as_object(self.value(node.value)):
            case Ref(name=name):
                self.note(f"{name}.{node.attr}", node.end_lineno)
            case Object(cls=cls):
                names = (f"{base}.{node.attr}" for base in self.lineage(cls))
                known = next((name for name in names if name in self.manual.names), "")
                self.note(known, node.end_lineno)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            top = alias.name.partition(".")[0]
            self.bind(ast.Name(alias.asname or top), Ref(alias.name if alias.asname else top))
            self.imported(alias.name, node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.level or not node.module:
            return
        self.imported(node.module, node)
        for alias in node.names:
            full = f"{node.module}.{alias.name}"
            self.bind(ast.Name(alias.asname or alias.name), Ref(full))
            self.imported(full, node)

    def imported(self, full: str, node: ast.stmt) -> None:
        """Count an import for the module."""
        if full in self.manual.modules:
            self.found.append((full, node.lineno))

    def visit_Constant(self, node: ast.Constant) -> None:
        text = node.value
        if not isinstance(text, str) or "\n" not in text or "import" not in text:
            return
        try:
            program = ast.parse(textwrap.dedent(text))
        except SyntaxError:
            return
        found = _Finder(self.manual).of(program)
        self.found += [(name, node.lineno) for name, _ in found]

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):
            return  # a docstring is prose
        self.generic_visit(node)
        match node.value:
            case ast.Call(
                func=ast.Attribute(value=ast.Name() as held, attr=attr), args=[*_, last]
            ) if attr in ("append", "add", "appendleft", "insert", "extend"):
                before, given = self.value(held), self.value(last)
                item = self.item_of(given) if attr == "extend" else given
                if item is not None and isinstance(before, Each | None):
                    self.bind(held, Each(item))

    # -- what binds names ---------------------------------------------------------------------

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        for target in node.targets:
            if not self.not_yet(target, node.value):
                self.bind(target, self.value(node.value))

    def not_yet(self, target: ast.expr, given: ast.expr | None) -> bool:
        """Whether this is a global that is None at first: it is what a function makes of it."""
        nothing = isinstance(given, ast.Constant) and given.value is None
        return (
            nothing
            and len(self.scopes) == 1
            and isinstance(target, ast.Name)
            and target.id in self.scopes[0]
        )

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.generic_visit(node)
        value = self.first(self.value(node.value), self.annotated(node.annotation))
        self.bind(node.target, value)
        if self.within and isinstance(cls := self.within[-1], ast.ClassDef):  # a field
            self.members[f".{cls.name}", getattr(node.target, "id", "")] = value

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.generic_visit(node)
        self.bind(node.target, self.value(node.value))

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        self.bind(node.target, self.item_of(self.value(node.iter)))
        for inner in [node.target, *node.body, *node.orelse]:
            self.visit(inner)

    visit_AsyncFor = visit_For

    def visit_With(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            self.visit(item.context_expr)
            if item.optional_vars:
                self.bind(item.optional_vars, self.value(item.context_expr))
                self.visit(item.optional_vars)
        for inner in node.body:
            self.visit(inner)

    visit_AsyncWith = visit_With

    def visit_Global(self, node: ast.Global) -> None:
        self.shared[-1].update(node.names)

    def visit_Return(self, node: ast.Return) -> None:
        self.generic_visit(node)
        function = next((n for n in reversed(self.within) if isinstance(n, Function)), None)
        if function and (value := self.value(node.value)) is not None:
            self.returned[function] = value

    def loops(self, node: Comprehension) -> None:
        """Bind what a comprehension's loops bind."""
        for loop in node.generators:
            self.bind(loop.target, self.item_of(self.value(loop.iter)))

    def comprehension(self, node: Comprehension) -> None:
        """Visit a comprehension, its loops first."""
        with self.scope():
            for loop in node.generators:
                self.visit(loop.iter)
                self.bind(loop.target, self.item_of(self.value(loop.iter)))
                for condition in loop.ifs:
                    self.visit(condition)
            parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
            for part in parts:
                self.visit(part)

    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_DictComp = comprehension

    def visit_Lambda(self, node: ast.Lambda) -> None:
        with self.scope():
            for argument in _arguments(node.args):
                self.bind(ast.Name(argument.arg), None)
            self.generic_visit(node)

    def visit_FunctionDef(self, node: Function) -> None:
        cls = self.within[-1] if self.within else None
        if isinstance(cls, ast.ClassDef):
            self.members[f".{cls.name}", node.name] = Own(node)
            for base in list(self.lineage(f".{cls.name}"))[1:]:
                self.note(f"{base}.{node.name}", node.lineno)  # the class overrides it
        self.bind(ast.Name(node.name), Own(node))
        for outside in [*node.decorator_list, node.args, node.returns]:
            if outside:
                self.visit(outside)
        with self.scope(node):
            for number, argument in enumerate(_arguments(node.args)):
                value = self.annotated(argument.annotation) or self.given.get((node, argument.arg))
                if number == 0 and value is None and isinstance(cls, ast.ClassDef):
                    value = Object(f".{cls.name}")
                self.scopes[-1][argument.arg] = value
            for inner in node.body:
                self.visit(inner)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for outside in [*node.decorator_list, *node.bases, *node.keywords]:
            self.visit(outside)
        bases = [self.annotated(base) for base in node.bases]
        self.bases[f".{node.name}"] = [b.cls for b in bases if isinstance(b, Object)]
        self.bind(ast.Name(node.name), Own(node))
        with self.scope(node):
            for inner in node.body:
                self.visit(inner)


def _arguments(arguments: ast.arguments) -> Iterator[ast.arg]:
    """Yield the parameters in order; what a star collects is left out."""
    yield from [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
