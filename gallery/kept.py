"""What an earlier process found out, so that the next one need not.

Parsing takes most of the time of a build that has nothing to do. A value is kept by a hash of all
that it was made of, and forgotten when the code that makes it changes. Deleting the folder is
always safe.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import pickle
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

from gallery.project import ROOT

FOLDER = ROOT / "build" / "kept"
MOST = 3000  # values; those that were not asked for lately go

T = TypeVar("T")


class Kept:
    """Values of one kind. ``makers``: the files of the code that makes them."""

    def __init__(self, name: str, *makers: str | Path) -> None:
        self.file = FOLDER / f"{name}.pickle"
        self.makers = makers
        self._values: dict[str, Any] | None = None
        self._known = 0  # how many were there when they were read

    def of(self, made_of: bytes, make: Callable[[], T]) -> T:
        """Return the value of this; make it where it is not kept."""
        if self._values is None:
            self._values = self._read()
            self._known = len(self._values)
            atexit.register(self._write)
        key = sha256(made_of).hexdigest()
        value = self._values.pop(key) if key in self._values else make()
        self._values[key] = value  # behind all others: asked for last
        return cast(T, value)

    def _version(self) -> str:
        code = [Path(maker).read_bytes() for maker in (__file__, *self.makers)]
        return sha256(b"\0".join(code)).hexdigest()

    def _read(self) -> dict[str, Any]:
        with contextlib.suppress(Exception):  # a file that was cut, or of other classes
            version, values = pickle.loads(self.file.read_bytes())
            if version == self._version():
                return cast("dict[str, Any]", values)
        return {}

    def _write(self) -> None:
        values = self._values or {}
        if len(values) <= self._known:
            return
        kept = dict(list(values.items())[-MOST:])
        new = self.file.with_name(f"{self.file.name}.{os.getpid()}.new")
        with contextlib.suppress(OSError):  # the next process finds it out again
            self.file.parent.mkdir(parents=True, exist_ok=True)
            new.write_bytes(pickle.dumps((self._version(), kept)))
            new.replace(self.file)
