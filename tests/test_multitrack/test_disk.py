"""Trouble with a disk is one error that says where and why."""

import errno
from pathlib import Path

import pytest

from multitrack.disk import CannotKeep, keeping, whole


def test_a_folder_where_a_file_should_be(tmp_path):
    """Named, and in one line."""
    with pytest.raises(CannotKeep) as caught, keeping(tmp_path):
        tmp_path.write_text("x")
    assert str(caught.value) == f"{tmp_path}: Is a directory"


@pytest.mark.parametrize("dangling", [False, True], ids=["file", "dangling link"])
def test_a_file_where_a_folder_should_be(tmp_path, dangling):
    """It is named, not what should be in it."""
    here = tmp_path / "here"
    here.symlink_to(tmp_path / "nowhere") if dangling else here.touch()
    path = here / "below" / "file"
    with pytest.raises(CannotKeep) as caught, keeping(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    assert str(caught.value) == f"{here}: a folder must be here, and this is none"


def test_what_a_write_does_not_say(tmp_path):
    """It has no file's name; whatever has one is named by it, a renaming by its goal."""
    path, other = tmp_path / "path", tmp_path / "other"
    with pytest.raises(CannotKeep) as caught, keeping(path):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert str(caught.value) == f"{path}: No space left on device"
    path.mkdir()
    other.touch()
    with pytest.raises(CannotKeep) as caught, keeping(tmp_path / "third"):
        other.replace(path)
    assert (caught.value.path, caught.value.reason) == (path, "Is a directory")
    with pytest.raises(CannotKeep) as again, keeping(tmp_path / "third"):
        raise caught.value
    assert again.value is caught.value


def test_nothing_half_written_is_left(tmp_path):
    """Also of files that the block has named only later; a whole one stays."""
    files: list[Path] = [tmp_path / "first", tmp_path / "never written"]
    with pytest.raises(KeyboardInterrupt), whole(files):
        files[0].write_text("x")
        files.append(tmp_path / "second")
        files[-1].write_text("x")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []
    with whole([tmp_path / "third"]):
        (tmp_path / "third").write_text("x")
    assert (tmp_path / "third").exists()
