"""What a test needs: the marks by which `make check` leaves it to `make test`.

They are found by what a test uses, and not given by hand, ``long`` aside. A test that uses what it
has no mark for fails, wherever it runs. pyproject.toml says what each mark means.
"""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Generator, Iterator
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

from tests.pythons import NEWEST

BUILT = Path(__file__).resolve().parents[1] / "build" / "html"


def kinds(item: pytest.Function) -> Iterator[str]:
    """Name what a test needs, by its fixtures, its parameters, and the functions that it calls."""
    fixtures = item._fixtureinfo.name2fixturedefs
    made_by: list[Any] = [f.func for found in fixtures.values() for f in found]
    functions = called([item.function, *made_by])
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    if any(map(has_paths_of_the_site, {f.__module__ for f in functions})):
        yield "built_site"
    elif "browser" in fixtures:
        yield "built_site"  # nearly always; the others wait with them
    if "make_site" in fixtures:
        yield "tiny_site"
    if any("NEWEST" in f.__code__.co_names for f in functions) or any(map(is_other, parameters)):
        yield "other_python"


def called(functions: list[Any]) -> list[Any]:
    """Add the functions of tests/ that these call, and so on."""
    found = list(dict.fromkeys(functions))
    for function in found:
        for name in function.__code__.co_names:
            value = function.__globals__.get(name)
            of_tests = isinstance(value, FunctionType) and value.__module__.startswith("tests.")
            if of_tests and value not in found:
                found.append(value)
    return found


@cache
def has_paths_of_the_site(module: str) -> bool:
    """Whether a module of tests/ knows a path of the built site."""
    return any(map(is_of_the_site, vars(sys.modules[module]).values()))


def is_of_the_site(value: object) -> bool:
    """Whether this is a path of the built site."""
    return isinstance(value, Path) and value.is_relative_to(BUILT)


def is_other(value: object) -> bool:
    """Whether this is the command of a Python other than the one that tests."""
    return value == NEWEST or (
        isinstance(value, str)
        and re.fullmatch(r"python3\.\d+t?", Path(value).name) is not None
        and shutil.which(value) is not None
        and os.path.realpath(value) != os.path.realpath(sys.executable)
        and not value.startswith(tempfile.gettempdir())  # a test made it, of this one
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the marks."""
    for item in items:
        if isinstance(item, pytest.Function):
            for kind in kinds(item):
                item.add_marker(kind)


class Uses:
    """What the test that is running has used: an audit hook, which nothing gets past."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, str]] = set()
        self.watching = False

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Note what a mark is for."""
        if not self.watching:
            return
        if event in ("open", "os.listdir", "os.scandir"):
            path = arguments[0]
            if isinstance(path, str | Path) and is_of_the_site(Path(path)):
                self.seen.add(("built_site", f"reads {path}"))
        elif event == "subprocess.Popen":
            command, words = arguments[:2]
            if is_other(os.fspath(command)):
                self.seen.add(("other_python", f"starts {command}"))
            if not isinstance(words, str) and "sphinx" in words:
                self.seen.add(("tiny_site", "builds a site"))


USES = Uses()
sys.addaudithook(USES)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Fail a test that uses what it has no mark for."""
    USES.seen, USES.watching = set(), True
    try:
        result = yield
    finally:
        USES.watching = False
    wrong = [what for kind, what in USES.seen if item.get_closest_marker(kind) is None]
    assert not wrong, f"tests/kinds.py does not see that this test {', '.join(wrong)}"
    return result
