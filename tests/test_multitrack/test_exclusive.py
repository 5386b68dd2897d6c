"""Many side by side, or one alone."""

import os
import subprocess
import sys
import threading

import pytest

from gallery.project import ROOT
from multitrack import exclusive as turns
from multitrack.exclusive import GoneWhileWaiting, turn


@pytest.fixture(autouse=True)
def own_locks(monkeypatch, tmp_path):
    """Keep out of the way of real recordings."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def gone() -> int:
    """Return a descriptor that is at its end."""
    read, write = os.pipe()
    os.close(write)
    return read


def is_free(alone: bool) -> bool:
    """Whether a turn could be had at once."""
    abandon = gone()
    try:
        with turn(alone, abandon):
            return True
    except GoneWhileWaiting:
        return False
    finally:
        os.close(abandon)


def test_many_side_by_side_and_one_alone():
    """Shared turns go together; an exclusive one with none."""
    with turn(False), turn(False):
        assert is_free(False)
        assert not is_free(True)
    with turn(True):
        assert not is_free(False)
        assert not is_free(True)
    assert is_free(True)


def test_who_waits_to_be_alone_lets_nobody_new_in():
    """Or it might wait for ever."""
    inside, leave = threading.Event(), threading.Event()

    def alone() -> None:
        with turn(True):
            inside.set()
            leave.wait(20)

    with turn(False):
        thread = threading.Thread(target=alone)
        thread.start()
        try:
            for _ in range(500):
                if not is_free(False):
                    break
                threading.Event().wait(0.01)
            else:
                pytest.fail("others were let in")
            assert not inside.is_set()
        except BaseException:
            leave.set()
            raise
    assert inside.wait(20)
    leave.set()
    thread.join(20)
    assert is_free(True)


def test_a_turn_ends_with_its_process(tmp_path):
    """However that ends."""
    code = (
        f"import tempfile; tempfile.tempdir = {str(tmp_path)!r}\n"
        "from multitrack.exclusive import turn\n"
        "with turn(True): print(flush=True); input()\n"
    )
    holder = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdin=-1, stdout=-1)
    holder.stdout.readline()
    assert not is_free(False)
    holder.kill()
    holder.communicate(timeout=10)
    assert is_free(True)


def test_who_waits_long_says_for_whom_and_gives_up(monkeypatch, tmp_path, capfd):
    """A holder that never ends must not stall every other build for ever."""
    monkeypatch.setattr(turns, "TELL_AFTER", 0.1)
    monkeypatch.setattr(turns, "GIVE_UP_AFTER", 0.3)
    code = (
        f"import tempfile; tempfile.tempdir = {str(tmp_path)!r}\n"
        "from multitrack.exclusive import turn\n"
        "with turn(True): print(flush=True); input()\n"
    )
    holder = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdin=-1, stdout=-1)
    try:
        holder.stdout.readline()
        who = f"process {holder.pid} to finish recording"
        with pytest.raises(TimeoutError, match=f"{who}; end it, or set TMPDIR"), turn(False):
            pytest.fail("was let in")
        assert f"waiting for {who}" in capfd.readouterr().err
    finally:
        holder.communicate(timeout=10)
    assert is_free(True)
