"""A recording is plain data that survives the disk, and nothing else is taken for one."""

import json
from dataclasses import replace
from typing import Any

import pytest

from multitrack.recording import VERSION, FullText, Problem, Recording, RecordingError

CODE = """
import multiprocessing, os

def work():
    print("pid", os.getpid())
    os._exit(3)

if __name__ == "__main__":
    child = multiprocessing.Process(target=work)
    child.start()
    child.join()
    print("joined", child.pid)
"""


@pytest.fixture
def recording(play) -> Recording:
    """Of a script with a child that ends badly."""
    return play(CODE)


def test_json_and_back(recording):
    """Every field comes back equal, with its type."""
    full = replace(recording, full=FullText("all.txt", 7, 99), explanation="why")
    assert Recording.from_json(full.to_json()) == full
    assert json.loads(full.to_json())["version"] == VERSION


def test_what_it_says_of_processes(recording):
    """Main is first; a child that ended badly is known, and no fault of main's."""
    assert recording.ok
    assert recording.main.label == "main"
    assert [(p.label, p.ending) for p in recording.failed_children] == [("child 1", "ended with 3")]
    child = recording.processes[1]
    assert recording.without_pids(f"pid {child.pid}") == "pid <pid of child 1>"
    assert recording.without_pids(f"1.{child.pid} x{child.pid}") == f"1.{child.pid} x{child.pid}"
    place = f'  File "lib/python3.11/process.py", line {child.pid}, in _bootstrap'
    assert recording.without_pids(place) == place


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "{}", '{"version": 1}', '{"version": "2"}', '"text"', "[" * 100_000],
)
def test_what_is_no_recording(text):
    """One kind of error for all of it."""
    with pytest.raises(RecordingError):
        Recording.from_json(text)


def test_a_field_too_many_or_too_few(recording):
    """Another program's, or a half-written one."""
    data = json.loads(recording.to_json())
    with pytest.raises(RecordingError):
        Recording.from_json(json.dumps(data | {"more": 1}))
    del data["lines"]
    with pytest.raises(RecordingError):
        Recording.from_json(json.dumps(data))


def test_cut_anywhere(recording, tmp_path):
    """A file cut short is never half a recording."""
    text, path = recording.to_json(), tmp_path / "cut.json"
    for size in range(0, len(text), 97):
        path.write_text(text[:size])
        with pytest.raises(RecordingError):
            Recording.load(path)
    with pytest.raises(RecordingError):
        Recording.load(tmp_path)


def test_an_end_by_nobody_known(recording):
    """Whoever ends a process is one of three, or the program itself."""
    text = recording.to_json().replace('"ended_by": ""', '"ended_by": "its enemy"', 1)
    with pytest.raises(RecordingError, match="no process is ended by 'its enemy'"):
        Recording.from_json(text)


def test_a_problem_of_no_known_kind(recording):
    """Whoever decides by the kind must know it."""
    kind: Any = "bad luck"
    odd = replace(recording, problems=(Problem(kind, "words"),))
    with pytest.raises(RecordingError, match="no problem is of the kind 'bad luck'"):
        Recording.from_json(odd.to_json())


@pytest.mark.parametrize(
    ("kind", "hung"),
    [("time limit", True), ("processes left running", True), ("main failed", False)],
)
def test_a_run_that_would_have_gone_on(recording, kind, hung):
    """It is known by the problem's kind, whatever the words are."""
    assert replace(recording, problems=(Problem(kind, "did not end within"),)).hung is hung
