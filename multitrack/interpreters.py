"""What an interpreter says of itself."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from importlib import metadata

# Runs in the interpreter that is asked: standard library only.
QUESTION = """
import json, os, platform, sys, sysconfig
print(json.dumps({
    "implementation": platform.python_implementation().lower(),
    "version": platform.python_version(),
    "build": sys.version,
    "platform": sys.platform,
    "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    "tag": sys.implementation.cache_tag + getattr(sys, "abiflags", ""),
    "executables": sorted({sys.executable, os.path.realpath(sys.executable)}),
    "prefixes": sorted({sys.prefix, sys.base_prefix}),
    "libraries": sorted({
        f(sysconfig.get_path(name))
        for name in ("stdlib", "platstdlib", "purelib", "platlib")
        for f in (str, os.path.realpath)
    } | {os.path.dirname(os.__file__)}),
}))
"""

# So does this: the version of a library, nothing where it is not installed.
LIBRARY = """
import importlib.metadata, sys
try:
    print(importlib.metadata.version(sys.argv[1]))
except importlib.metadata.PackageNotFoundError:
    pass
"""


class InterpreterError(Exception):
    """It is missing or does not work; says which and why."""


@dataclass(frozen=True)
class About:
    """An interpreter: ``tag`` tells it from others in a file's name, the folders are absolute."""

    implementation: str
    version: str
    build: str
    platform: str
    free_threaded: bool
    tag: str
    executables: tuple[str, ...]
    prefixes: tuple[str, ...]
    libraries: tuple[str, ...]


@cache
def about(python: str) -> About:
    """Ask an interpreter, once in the life of this process.

    Raises InterpreterError when it cannot be started, fails, or does not answer in 30 seconds.
    """
    try:
        done = subprocess.run(
            [python, "-I", "-c", QUESTION], capture_output=True, text=True, timeout=30, env={}
        )
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["nothing"])[-1]
            raise InterpreterError(f"{python} ended with {done.returncode} and said {last!r}")
        return read(python, done.stdout)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InterpreterError(f"{python} does not work as a Python: {error}") from None


def read(python: str, answer: str) -> About:
    """Read what an interpreter printed when it was asked; raises InterpreterError."""
    try:
        said = json.loads(answer)
        lists = {k: tuple(v) for k, v in said.items() if isinstance(v, list)}
        return About(**(said | lists))
    except (ValueError, TypeError, AttributeError) as error:
        raise InterpreterError(f"{python} does not work as a Python: {error}") from None


@cache
def installed(python: str, library: str) -> str:
    """Return the version of a library that an interpreter has; empty where it has none."""
    if python == sys.executable:
        with contextlib.suppress(metadata.PackageNotFoundError):
            return metadata.version(library)
        return ""
    done = subprocess.run(
        [python, "-I", "-c", LIBRARY, library], capture_output=True, text=True, timeout=30
    )
    return done.stdout.strip()
