"""What counts as another version of code."""

import pytest

from gallery.code_version import version_of

CODE = '''"""A module."""

X = 1


def f(a):
    """Do it."""
    return a + X
'''


@pytest.mark.parametrize(
    ("change", "same"),
    [
        (lambda code: code.replace("A module", "The module"), True),
        (lambda code: code.replace("Do it", "Do that"), True),
        (lambda code: code.replace("X = 1", "X = 1  # one\n# a comment\n"), True),
        (lambda code: code.replace("a + X", "a - X"), False),
        (lambda code: code.replace("X = 1", "X = 2"), False),
        (lambda code: code + "\nY = 'text'\n", False),
    ],
)
def test_only_what_runs_counts(tmp_path, change, same):
    path = tmp_path / "module.py"
    path.write_text(CODE)
    before = version_of([path])
    path.write_text(change(CODE))
    assert (version_of([path]) == before) is same


def test_other_files_count_as_they_are_and_names_do_too(tmp_path):
    (tmp_path / "data.tsv").write_text("1")
    (tmp_path / "__pycache__").mkdir()
    before = version_of([tmp_path])
    (tmp_path / "__pycache__" / "x.pyc").write_bytes(b"1")
    assert version_of([tmp_path]) == before
    (tmp_path / "data.tsv").write_text("2")
    changed = version_of([tmp_path])
    (tmp_path / "data.tsv").rename(tmp_path / "other.tsv")
    assert len({before, changed, version_of([tmp_path])}) == 3
