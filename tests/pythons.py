"""Interpreters besides the tests' own, where the machine has them."""

import shutil

import pytest

from multitrack.interpreters import InterpreterError, about


def _newest() -> tuple[str, str]:
    """Return the newest from 3.14 on that works here; or one that does not, and why.

    It may be there and not see this folder.
    """
    why = []
    for version in ("3.15", "3.14"):
        python = shutil.which(f"python{version}") or f"python{version}"
        try:
            if about(python).version.startswith(f"{version}."):
                return python, ""
            why.append(f"{python} is not Python {version}")
        except InterpreterError as error:
            why.append(str(error))
    return python, "; ".join(why)


NEWEST, MISSING = _newest()
needs_newest = pytest.mark.skipif(bool(MISSING), reason=MISSING)
