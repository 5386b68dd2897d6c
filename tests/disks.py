"""Disks that are soon full, or that nobody may write to, for tests."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    """Mount a disk of this size on a folder; where that may not be done, the test is skipped."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "small", str(folder)]
        subprocess.run(mount, check=True, capture_output=True, timeout=20)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no disk can be mounted here: {error}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True, timeout=20)


@contextmanager
def read_only(folder: Path) -> Iterator[Path]:
    """Make a folder that cannot be written to, whoever tries."""
    if os.getuid():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o500)
        yield folder
        folder.chmod(0o700)
        return
    with small_disk(folder, 64):
        remount = ["mount", "-o", "remount,ro", str(folder)]
        subprocess.run(remount, check=True, capture_output=True, timeout=20)
        yield folder


def fill(folder: Path) -> None:
    """Take all the room on a disk."""
    with (folder / "filler").open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            return
