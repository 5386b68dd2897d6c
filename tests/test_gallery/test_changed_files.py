"""What git says has changed, on a repository of four commits; and what it cannot say."""

import math
import os
import subprocess

import pytest

from gallery.changed_files import RevisionError, changed_files, in_words, last_change, left_at


def test_the_changed_files_are_those_since_the_branch_left(tmp_path):
    """Committed, not committed, deleted and new ones; none that only the other branch has."""

    def git(*words):
        who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *who, *words], cwd=tmp_path, check=True, timeout=60)

    def write(*names):
        for name in names:
            (tmp_path / name).write_text(name + "\n")
        git("add", "--all")
        git("commit", "--quiet", "-m", "one")

    git("init", "--quiet", "-b", "trunk")
    write("kept", "edited", "deleted", "moved")
    git("checkout", "--quiet", "-b", "branch")
    write("committed")
    git("checkout", "--quiet", "trunk")
    write("theirs")
    git("checkout", "--quiet", "branch")
    (tmp_path / "edited").write_text("anew\n")
    (tmp_path / "deleted").unlink()
    git("mv", "moved", "now here")
    (tmp_path / "new").touch()
    wanted = ["committed", "deleted", "edited", "moved", "new", "now here"]
    assert sorted(changed_files(tmp_path, "trunk")) == wanted
    assert in_words(tmp_path, left_at(tmp_path, "trunk")).startswith("commit ")
    with pytest.raises(RevisionError, match=r"git merge-base nowhere HEAD says: .*nowhere"):
        changed_files(tmp_path, "nowhere")
    git("checkout", "--quiet", "--orphan", "apart")
    write("apart")
    with pytest.raises(RevisionError, match="git merge-base trunk HEAD says: there is none"):
        changed_files(tmp_path, "trunk")
    (tmp_path / "below").mkdir()
    write("below/one")
    assert changed_files(tmp_path / "below", "HEAD~1") == ["one"]


def test_the_last_change_is_the_latest_commit_of_any_of_the_files(tmp_path):
    """What is not committed is later than all commits; what git does not know never changed."""

    def git(*words, date="@0"):
        when = {"GIT_AUTHOR_DATE": f"{date} +0000", "GIT_COMMITTER_DATE": f"{date} +0000"}
        who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        subprocess.run(
            ["git", *who, *words], cwd=tmp_path, check=True, timeout=60, env=os.environ | when
        )

    git("init", "--quiet")
    for name, date in (("early", 1_000), ("late", 2_000)):
        (tmp_path / name).touch()
        git("add", name)
        git("commit", "--quiet", "-m", name, date=f"@{date}")
    early, late, unknown = (tmp_path / name for name in ("early", "late", "unknown"))
    assert last_change(tmp_path, [early, unknown]) == 1_000
    assert last_change(tmp_path, [early, late]) == 2_000
    assert last_change(tmp_path, [unknown]) == 0
    early.write_text("anew\n")
    assert last_change(tmp_path, [early, late]) == math.inf


def test_without_git_or_a_checkout_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(RevisionError, match="not a git repository"):
        changed_files(tmp_path, "HEAD")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RevisionError, match=r"git merge-base HEAD HEAD says: .*No such file"):
        changed_files(tmp_path, "HEAD")
