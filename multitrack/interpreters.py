"""What an interpreter says of itself."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from functools import cache

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
        answer = json.loads(done.stdout)
        lists = {k: tuple(v) for k, v in answer.items() if isinstance(v, list)}
        return About(**(answer | lists))
    except (OSError, subprocess.TimeoutExpired, ValueError, TypeError) as error:
        raise InterpreterError(f"{python} does not work as a Python: {error}") from None
