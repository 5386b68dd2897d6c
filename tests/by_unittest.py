"""Runs tests that are written for pytest with the standard library's unittest.

The lessons that readers download come with this project's own tests of them, unchanged. Of
pytest those use a little, and this offers it: ``parametrize``, ``raises``, ``fail`` and
the fixtures ``run`` and ``start_method`` (those of calling.py), ``tmp_path`` and ``capfd``. A
test that wants more fails and says so.
"""

import contextlib
import fnmatch
import importlib
import inspect
import itertools
import multiprocessing
import os
import re
import sys
import tempfile
import types
import unittest
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


class Raises:
    """``with raises(error, match=pattern):``, as pytest has it."""

    def __init__(self, error: type[BaseException], *, match: str = "") -> None:
        self.error, self.match = error, match

    def __enter__(self) -> "Raises":
        return self

    def __exit__(self, kind: type | None, value: BaseException | None, trace: object) -> bool:
        assert kind is not None, f"{self.error.__name__} was not raised"
        if not isinstance(value, self.error):
            return False
        assert re.search(self.match, str(value)), f"{value} does not match {self.match!r}"
        return True


def parametrize(names: str | tuple, values: Any, ids: Any = None) -> Callable:
    """Note the values on the test; :func:`cases` makes a case of each."""
    keys = [n.strip() for n in names.split(",")] if isinstance(names, str) else list(names)
    rows = [row if len(keys) > 1 else (row,) for row in values]

    def note(function: Any) -> Any:
        function.parameters = [
            *getattr(function, "parameters", []),
            [dict(zip(keys, row, strict=True)) for row in rows],
        ]
        return function

    return note


def fail(reason: str) -> None:
    """End a test."""
    raise AssertionError(reason)


def fixture(function: Any = None, **_: Any) -> Any:
    """Leave a fixture the function that it is: :class:`Case` calls it."""
    return function or (lambda function: function)


def offer_pytest() -> None:
    """Let ``import pytest`` in the tests find the above, unless pytest itself runs them."""
    module = types.ModuleType("pytest")
    module.__dict__.update(
        raises=Raises,
        fail=fail,
        fixture=fixture,
        mark=types.SimpleNamespace(parametrize=parametrize),
        FixtureRequest=types.SimpleNamespace,
    )
    sys.modules.setdefault("pytest", module)


class CapturedDescriptors:
    """The fixture ``capfd``: what is written to descriptors 1 and 2, also by others."""

    def __enter__(self) -> "CapturedDescriptors":
        self._kept = {n: os.dup(n) for n in (1, 2)}
        self._files = {n: tempfile.TemporaryFile() for n in (1, 2)}  # noqa: SIM115
        self._flush()
        for number, file in self._files.items():
            os.dup2(file.fileno(), number)
        return self

    def readouterr(self) -> types.SimpleNamespace:
        """Return ``out`` and ``err``, what was written so far."""
        self._flush()
        texts = []
        for file in self._files.values():
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
        return types.SimpleNamespace(out=texts[0], err=texts[1])

    def _flush(self) -> None:
        sys.stdout.flush()
        sys.stderr.flush()

    def __exit__(self, *_: object) -> None:
        self._flush()
        for number, copy in self._kept.items():
            os.dup2(copy, number)
            os.close(copy)
            self._files[number].close()


class Case(unittest.TestCase):
    """A test function with its values and its start method."""

    def __init__(self, function: Callable, values: dict[str, Any], method: str) -> None:
        super().__init__("call")
        self.function, self.values, self.method = function, values, method

    def id(self) -> str:
        """Return the name by which ``-k`` finds it."""
        what = [str(value) for value in self.values.values()] + [self.method] * bool(self.method)
        end = f"[{'-'.join(what)}]" if what else ""
        return f"{self.function.__module__}.{self.function.__name__}{end}"

    __str__ = id

    def call(self) -> None:
        """Call the function with what it asks for."""
        if os.name != "posix":
            self.skipTest("the tests look at terminals and sessions, which Windows has not")
        with contextlib.ExitStack() as stack:
            given = dict(self.values)
            for name in inspect.signature(self.function).parameters:
                if name not in given:
                    given[name] = self._fixture(name, stack)
            self.function(**given)

    def _fixture(self, name: str, stack: contextlib.ExitStack) -> Any:
        if name == "start_method":
            return self.method
        if name == "tmp_path":
            return Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if name == "run":
            from tests import calling

            config = types.SimpleNamespace(rootpath=HERE.parent)
            folder = self._fixture("tmp_path", stack)
            return calling.run(types.SimpleNamespace(config=config), self.method, folder)
        if name == "capfd":
            return stack.enter_context(CapturedDescriptors())
        raise NotImplementedError(f"no fixture {name!r} in {Path(__file__).name}: add it there")


def cases(function: Callable) -> Iterator[Case]:
    """Make a case for each combination of a test's values and the start methods."""
    asks = set(inspect.signature(function).parameters)
    methods = multiprocessing.get_all_start_methods() if asks & {"run", "start_method"} else [""]
    for rows in itertools.product(*getattr(function, "parameters", [])):
        for method in methods:
            yield Case(function, {k: v for row in rows for k, v in row.items()}, method)


def load_tests(
    loader: unittest.TestLoader, standard: unittest.TestSuite, pattern: str | None
) -> unittest.TestSuite:
    """Find every test of this folder; ``python -m unittest`` asks for them."""
    suite = unittest.TestSuite()
    for path in sorted(HERE.rglob("test_*.py")):
        parts = path.relative_to(HERE).with_suffix("").parts
        try:
            module = importlib.import_module(".".join(("tests", *parts)))
        except ModuleNotFoundError as error:
            if (error.name or "").split(".")[0] in ("", "snippets", "tests"):
                raise
            suite.addTest(_skipped(path, f"{error.name} is not installed"))
            continue
        for name, function in vars(module).items():
            if name.startswith("test_") and inspect.isfunction(function):
                suite.addTests(case for case in cases(function) if _wanted(loader, case))
    return suite


def _skipped(path: Path, why: str) -> unittest.TestCase:
    """Make a test that says why a file's tests are not run."""
    return unittest.FunctionTestCase(unittest.skip(why)(lambda: None), description=path.name)


def _wanted(loader: unittest.TestLoader, case: Case) -> bool:
    patterns = loader.testNamePatterns
    return not patterns or any(fnmatch.fnmatchcase(case.id(), pattern) for pattern in patterns)
