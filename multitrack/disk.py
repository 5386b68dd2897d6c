"""Files that cannot be written: one error that says where and why, and nothing half-written."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path


class CannotKeep(OSError):
    """A file that cannot be written: says which it is, or what is in its way, and why."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path, self.reason = path, reason


@contextlib.contextmanager
def keeping(path: Path) -> Iterator[None]:
    """Raise CannotKeep where the block, which writes the file, has trouble with the disk."""
    try:
        yield
    except CannotKeep:
        raise
    except OSError as error:
        for folder in path.parents:
            if os.path.lexists(folder) and not folder.is_dir():
                raise CannotKeep(folder, "a folder must be here, and this is none") from None
        # Of a renaming the goal; a write does not say of which file it was.
        where = error.filename2 or error.filename or path
        raise CannotKeep(Path(where), error.strerror or str(error)) from None


@contextlib.contextmanager
def whole(files: Iterable[Path]) -> Iterator[None]:
    """Remove the files, of which the block may make more, if it does not come to its end."""
    try:
        yield
    except BaseException:
        for file in files:
            with contextlib.suppress(OSError):
                file.unlink()
        raise
