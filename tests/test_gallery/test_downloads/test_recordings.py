"""Recordings and traces, as readers get them, against their formats."""

import dataclasses
import json
from pathlib import Path
from typing import get_args

import jsonschema
import pytest

from gallery.lesson import Lesson, scripts_in
from multitrack import recording as form
from multitrack.recording import (
    FullText,
    Interpreter,
    Line,
    PlayedCell,
    Problem,
    ProblemKind,
    Process,
    Recording,
)
from multitrack.script import START_METHODS
from multitrack.show.trace import trace

ROOT = Path(__file__).resolve().parents[3]
FILES = ROOT / "build" / "html" / "downloads"
SCHEMA = json.loads((ROOT / "docs" / "recording.schema.json").read_text())
RECORDINGS = sorted(FILES.glob("*/*.recording.json"))

# What the format requires of each phase, beyond name, ph, pid and tid.
REQUIRED = {"X": {"ts", "dur"}, "i": {"ts", "s"}, "M": {"args"}}


def test_there_are_recordings_under_every_start_method():
    assert {path.name.split(".")[1] for path in RECORDINGS} == set(START_METHODS)
    lessons = map(Lesson.read, scripts_in(ROOT / "snippets"))
    played = {lesson.path.stem for lesson in lessons if lesson.cells}
    assert {path.name.split(".")[0] for path in RECORDINGS} == played


def test_the_schema_is_a_schema_and_is_offered():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert json.loads((FILES / "recording.schema.json").read_text()) == SCHEMA


@pytest.mark.parametrize(
    ("where", "kind"),
    [
        ((), Recording),
        (("interpreter",), Interpreter),
        (("full",), FullText),
        (("cells", "items"), PlayedCell),
        (("processes", "items"), Process),
        (("lines", "items"), Line),
        (("problems", "items"), Problem),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_schema_names_every_field(where, kind):
    """It is written by hand: a field that comes or goes must come or go there, too."""
    part = SCHEMA
    for step in where:
        part = part["properties"][step] if step != "items" else part["items"]
    fields = {field.name for field in dataclasses.fields(kind)}
    assert set(part["properties"]) == fields == set(part["required"])
    assert not part["additionalProperties"]
    assert all("description" in p or "items" in p for p in part["properties"].values())


def test_the_schema_has_every_kind_of_problem():
    kinds = SCHEMA["properties"]["problems"]["items"]["properties"]["kind"]["enum"]
    assert kinds == list(get_args(ProblemKind))


def test_the_schema_is_of_this_version():
    assert SCHEMA["properties"]["version"]["const"] == form.VERSION


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.name.removesuffix(".json"))
def test_a_recording_is_what_the_schema_says(path):
    data = json.loads(path.read_text("utf-8"))
    jsonschema.Draft202012Validator(SCHEMA).validate(data)
    assert Recording.from_json(path.read_text("utf-8")).ok


@pytest.mark.parametrize(
    "wrong", [{"version": 1}, {"more": 0}, {"duration": "2 s"}, {"lines": [{}]}]
)
def test_the_schema_refuses_what_is_no_recording(wrong):
    data = json.loads(RECORDINGS[0].read_text("utf-8")) | wrong
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(data)


def check_trace(data: dict, recording: Recording) -> None:
    """Check the structure: phases and their fields, times, names, nesting."""
    events = data["traceEvents"]
    assert data["displayTimeUnit"] in ("ms", "ns")
    for event in events:
        assert {"name", "ph", "pid", "tid"} <= set(event)
        assert REQUIRED[event["ph"]] <= set(event)
        assert isinstance(event["pid"], int) and isinstance(event["tid"], int)
        assert event["name"]
        for time in ("ts", "dur"):
            assert isinstance(event.get(time, 0), int) and event.get(time, 0) >= 0
        assert event.get("s", "t") in ("g", "p", "t")
    timed = [event for event in events if event["ph"] != "M"]
    assert [e["ts"] for e in timed] == sorted(e["ts"] for e in timed)
    names = {e["pid"]: e["args"]["name"] for e in events if e["name"] == "process_name"}
    assert {e["pid"] for e in timed} <= set(names)
    assert set(names.values()) >= {process.name for process in recording.processes}
    # Complete events of one thread lie inside one another or apart.
    for tid in {e["tid"] for e in timed}:
        open_until: list[int] = []
        for event in (e for e in timed if e["tid"] == tid and e["ph"] == "X"):
            while open_until and open_until[-1] <= event["ts"]:
                open_until.pop()
            end = event["ts"] + event["dur"]
            assert not open_until or end <= open_until[-1], event
            open_until.append(end)


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.name.removesuffix(".json"))
def test_a_trace_tells_what_its_recording_tells(path):
    """The same lives, cells and lines, in microseconds."""
    recording = Recording.from_json(path.read_text("utf-8"))
    data = json.loads(path.with_name(path.name.replace(".recording.", ".trace.")).read_text())
    check_trace(data, recording)
    events = data["traceEvents"]
    lives = {e["name"]: e for e in events if e["ph"] == "X" and e["cat"] in ("process", "helper")}
    assert set(lives) == {process.name for process in recording.processes}
    for process in recording.processes:
        assert lives[process.name]["ts"] == round(process.start * 1e6)
        assert lives[process.name]["pid"] == process.pid
        if process.end is not None:
            end = lives[process.name]["ts"] + lives[process.name]["dur"]
            assert end == round(process.end * 1e6)
    assert len([e for e in events if e.get("cat") == "cell"]) == len(recording.cells)
    pids = {process.label: process.pid for process in recording.processes}
    said = [(e["pid"], e["ts"], e["name"]) for e in events if e["ph"] == "i"]
    assert sorted(said) == sorted(
        (pids[line.process], round(line.time * 1e6), line.text or "(empty line)")
        for line in recording.lines
    )


def test_a_trace_of_what_was_not_seen():
    """No writers' names, an end that nobody saw, a cell that did not end."""
    recording = Recording(
        "a/b",
        "fork",
        Interpreter("cpython", "3.11.7", "darwin"),
        "unnamed",
        "polling",
        True,
        0.5,
        (PlayedCell(1, 1, 2, 0.1, 0.2), PlayedCell(2, 3, 4, 0.2, None)),
        (Process("main", 7, "", False, "", 0.0, None, None, ""),),
        (Line("", 1, 0.15, "said"),),
    )
    data = json.loads(trace(recording))
    check_trace(data, recording)
    (line,) = [e for e in data["traceEvents"] if e["ph"] == "i"]
    assert line["pid"] == 0
    (life,) = [e for e in data["traceEvents"] if e.get("cat") == "process"]
    assert life["dur"] == 500_000
