"""Which version of our code something was made by: comments and docstrings change nothing."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from hashlib import sha256
from pathlib import Path

from gallery.kept import Kept
from multitrack import prose
from multitrack.prose import undocumented

_kept = Kept("code", __file__, prose.__file__)


def version_of(paths: Iterable[Path]) -> str:
    """Hash the code of Python files, and the bytes of all others; folders are all in them."""
    digest = sha256()
    for path in sorted(paths):
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                data = file.read_bytes()
                digest.update(file.name.encode() + b"\0")
                is_code = file.suffix == ".py"
                digest.update(_kept.of(data, partial(_code, data)) if is_code else data)
    return digest.hexdigest()[:16]


def _code(source: bytes) -> bytes:
    """Return a hash of what runs."""
    return sha256(undocumented(source)).digest()
