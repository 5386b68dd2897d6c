"""The folders of a run come all at once, or not at all."""

import errno
import tempfile
from pathlib import Path

import pytest

from multitrack.launch import Scratch


def test_no_folder_is_left_where_there_is_no_room_for_all(tmp_path, monkeypatch):
    """Else each try would leave one on the disk that is full."""
    made = Path.mkdir

    def full(path: Path, *more: bool) -> None:
        if path.name == "home":
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        made(path, *more)

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(OSError, match=r"No space left on device: '.*/multitrack-.*/home'"):
        Scratch()
    assert list(tmp_path.iterdir()) == []
