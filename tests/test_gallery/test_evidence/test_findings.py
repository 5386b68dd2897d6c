"""The file of findings: whole or refused."""

import json

import pytest

from gallery.evidence.findings import (
    ALL,
    Cell,
    Difference,
    Evidence,
    Findings,
    FindingsError,
    Python,
    Sameness,
    Spread,
)


def example() -> Findings:
    """Return findings with one of everything."""
    cells = {"fork": Cell("ok", "", 0.5, 5, 5), "tests": Cell("failed", "1 of 2 tests", 1.0, 2, 1)}
    same = {"fork": Sameness(5, 1, 1, 2), ALL: Sameness(5, 1, 1, 2)}
    difference = Difference("cpython-3.14.8", ("fork",), 3, (("main", "new"),), ())
    evidence = Evidence(
        "k", {"cpython-3.14.8": cells}, same, (Spread("1 … 3", 5, 5, 1, 1),), (difference,)
    )
    return Findings(
        (Python("cpython-3.14.8", "CPython 3.14.8", "3.14.8", "ok", "", True),),
        {"tiny/lesson": evidence},
    )


def test_what_was_written_is_read(tmp_path):
    example().save(tmp_path / "new" / "evidence.json")
    assert Findings.load(tmp_path / "new" / "evidence.json") == example()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda d: d.update(version=2), "its version is 2, this is 3"),
        (lambda d: d.pop("lessons"), "'lessons' is a required property"),
        (lambda d: d["pythons"][0].update(state="fine"), "$.pythons[0].state"),
        (lambda d: d["lessons"]["tiny/lesson"]["cells"].update(pypy={}), "no Python called 'pypy'"),
        (lambda d: d["lessons"].update(lesson={}), "does not match"),
        (lambda d: d["lessons"]["tiny/lesson"].pop("key"), "'key' is a required property"),
    ],
)
def test_what_is_not_so_is_refused(change, why):
    data = json.loads(example().to_json())
    change(data)
    with pytest.raises(FindingsError) as caught:
        Findings.from_json(json.dumps(data))
    assert why in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "[" * 100_000])
def test_what_is_no_findings_at_all_is_refused(text):
    with pytest.raises(FindingsError):
        Findings.from_json(text)


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(FindingsError):
        Findings.load(tmp_path)
    (tmp_path / "x.json").write_bytes(b"\xff")
    with pytest.raises(FindingsError):
        Findings.load(tmp_path / "x.json")


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    file = tmp_path / "evidence.json"
    example().save(file)
    monkeypatch.setattr(Findings, "to_json", lambda self: "x" * 10 + "\udc80")
    with pytest.raises(UnicodeEncodeError):
        example().save(file)
    monkeypatch.undo()
    assert Findings.load(file) == example()
    assert [p.name for p in tmp_path.iterdir()] == ["evidence.json"]
