"""The picture of a run and the words beside it."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from multitrack.recording import Interpreter, Line, PlayedCell, Process, Recording
from multitrack.show.colours import colour_classes, natural
from multitrack.show.timeline import (
    evidence,
    has_slice,
    html_of,
    lanes,
    played_in,
    seconds,
    slice_of,
    step,
    words,
)


def life(label, start, end, *, parent="main", helper=False, code=0, signal="", by=""):
    return Process(label, 100, parent, helper, "", start, end, code, signal, ended_by=by)


@pytest.fixture
def recording():
    """Record main, two children, one of which is killed, and a helper."""
    return Recording(
        script="tiny/one",
        start_method="spawn",
        interpreter=Interpreter("cpython", "3.11.7", "linux"),
        writers="kernel",
        lives="process events",
        complete=True,
        duration=2.0,
        cells=(PlayedCell(1, 1, 9, 0.0, 0.5), PlayedCell(2, 12, 20, 0.5, 1.9)),
        processes=(
            life("main", 0.0, 2.0, parent=""),
            life("resource tracker", 0.1, 2.0, helper=True),
            life("child 2", 0.6, 1.0, code=None, signal="SIGTERM"),
            life("child 1", 0.5, 1.5),
        ),
        lines=(Line("child 1", 2, 1.0, "hello"), Line("main", 2, 1.9, "done")),
    )


def test_a_worker_that_its_pool_ended_has_no_cross(recording):
    """It is said how it ended, in the figure, in words and below."""
    ended = life("child 2", 0.6, 1.0, code=None, signal="SIGTERM", by="its pool")
    tame = replace(recording, processes=(*recording.processes[:2], ended, recording.processes[3]))
    html = html_of(tame, colour_classes([tame]))
    assert html_of(recording, colour_classes([recording])).count("&#215;") == 1
    assert "&#215;" not in html
    assert "<b>child 2 <small>SIGTERM</small></b>" in html
    assert "SIGTERM" not in slice_of(tame, colour_classes([tame]), 2, {})
    assert "&#215;" in slice_of(recording, colour_classes([recording]), 2, {})
    assert "child 2: from 600 ms to 1.00 s, ended by SIGTERM, by its pool." in list(words(tame))
    assert "; child 2 ended by SIGTERM, by its pool; starts" in evidence(tame)
    two = replace(tame, processes=(*tame.processes, replace(ended, label="child 3", name="")))
    assert "; child 2 and child 3 each ended by SIGTERM, by its pool; starts" in evidence(two)
    three = replace(two, processes=(*two.processes, replace(ended, label="child 4", name="")))
    assert "; 3 of them each ended by SIGTERM, by its pool; starts" in evidence(three)


def test_main_first_children_in_order_helpers_last(recording):
    assert [p.label for p in lanes(recording)] == ["main", "child 1", "child 2", "resource tracker"]


def test_words_say_what_the_picture_shows(recording):
    assert list(words(recording)) == [
        "main: from 0 ms to 2.00 s, ended with 0.",
        "child 1: from 500 ms to 1.50 s, ended with 0.",
        "child 2: from 600 ms to 1.00 s, ended by SIGTERM.",
        "resource tracker: from 100 ms to 2.00 s, ended with 0.",
        "Cell 1 (lines 1 to 9): from 0 ms to 500 ms.",
        "Cell 2 (lines 12 to 20): from 500 ms to 1.90 s.",
    ]


def test_evidence_names_interpreter_method_and_endings(recording):
    said = evidence(recording)
    assert "CPython 3.11.7, Linux, under spawn: 3 processes and resource tracker, 2.00 s" in said
    assert "child 2 ended by SIGTERM" in said
    assert "as the kernel reported them" in said


def test_polling_is_admitted(recording):
    said = evidence(replace(recording, lives="polling", complete=False))
    assert "short lives may be missing" in said
    assert "another run may number the children otherwise" in said
    assert "3 processes" in said
    assert "guess" not in said


def test_a_guess_is_called_one(recording):
    """In words, in the picture, and once for all."""
    main, guess, *rest = recording.processes
    guess = replace(guess, guess=True)
    recording = replace(recording, processes=(main, guess, *rest))
    assert [sentence for sentence in words(recording) if "guess" in sentence] == [
        next(sentence for sentence in words(recording) if sentence.startswith(guess.label))
    ]
    assert "what is called a guess was not seen as it happened" in evidence(recording)
    assert html_of(recording, colour_classes([recording])).count('<rect class="guess"') == 1


def drawn(html: str) -> dict[str, list[tuple[str, ...]]]:
    """Return for each lane what is drawn: bars with their width, dots, and crosses."""
    found = {}
    for lane in re.findall(r'<div class="lane .*?</div>', html):
        name = "".join(ElementTree.fromstring(lane).find("b").itertext())
        shapes = ElementTree.fromstring(lane).find("svg")
        found[name] = [
            (e.tag, e.get("x") or e.get("cx"), *([e.get("width")] if e.get("width") else []))
            for e in shapes
        ]
    return found


def test_bars_stand_where_the_lives_were(recording):
    """Across, the picture is in percent of the whole run, from 1 to 98."""
    html = html_of(recording, colour_classes([recording])).replace("lane axis", "axis")
    lives = drawn(html.replace("lane bands", "bands"))
    assert lives == {
        "main": [("rect", "1.0%", "97.0%"), ("circle", "93.2%")],
        "child 1": [("rect", "25.2%", "48.5%"), ("circle", "49.5%")],
        "child 2 SIGTERM": [("rect", "30.1%", "19.4%"), ("text", "49.5%")],
        "resource tracker": [("rect", "5.8%", "92.2%")],
    }


def test_dots_of_the_whole_run_are_apart(recording):
    """A slice has one for each line."""
    lines = [Line("main", 2, at, "x") for at in (0.6, 0.601, 0.61, 0.7)]
    html = html_of(replace(recording, lines=tuple(lines)), colour_classes([recording]))
    assert re.findall('cx="(.*?)%"', html) == ["30.1", "35.0"]


def test_a_slice_has_the_lives_of_a_cell_and_a_dot_for_each_line(recording):
    """A bar that goes on beyond it has its end out of the picture."""
    html = slice_of(recording, colour_classes([recording]), 1, {"main": [1000, 4000]})
    assert '<div class="slice" data-from="0" data-to="5000">' in html
    assert drawn(html.replace("lane axis", "axis")) == {
        "main": [("rect", "1.0%", "102.0%"), ("circle", "20.4%"), ("circle", "78.6%")],
        "resource tracker": [("rect", "20.4%", "82.6%")],
    }
    html = slice_of(recording, colour_classes([recording]), 2, {})
    assert 'data-from="5000" data-to="20000"' in html
    assert list(drawn(html.replace("lane axis", "axis"))) == [
        *("main", "child 1", "child 2 SIGTERM", "resource tracker")
    ]


def test_lanes_are_numbered_as_in_the_whole_run(recording):
    """Also where a slice has not all of them."""
    html = slice_of(recording, colour_classes([recording]), 1, {})
    assert re.findall(r'class="lane ([\w-]+)" data-l="(\d)"', html) == [
        ("p-main", "0"),
        ("p-help", "3"),
    ]


def test_a_strip_says_where_in_the_run_a_slice_lies(recording):
    html = slice_of(recording, colour_classes([recording]), 2, {})
    assert "500 ms to 2.00 s of the run" in html
    assert '<rect x="25.0%" width="75.0%"/></svg></p>' in html
    alone = replace(recording, cells=(PlayedCell(1, 1, 9, 0.0, 1.9),))
    assert 'class="where"' not in slice_of(alone, colour_classes([alone]), 1, {})


def test_a_cell_that_started_nothing_has_no_slice_for_main_s_lines_alone(recording):
    """It has one where a process began, and where another than main lived while it had lines."""
    first, second = recording.cells
    cells = (first, replace(second, end=1.6), PlayedCell(3, 21, 22, 1.6, 1.9))
    three = replace(recording, cells=cells)
    # The tracker is born in the first, and still there in the third, as child 3 is later.
    assert [has_slice(three, n, written=False) for n in (1, 2, 3)] == [True, True, False]
    assert not has_slice(three, 3, written=True)
    late = replace(three, processes=(*three.processes, life("child 3", 1.2, 1.8)))
    assert has_slice(late, 3, written=True)
    assert not has_slice(late, 3, written=False)


@pytest.mark.parametrize(
    ("cell", "last", "stretch"),
    [
        (1, 0, (0, 5000)),
        (1, 4000, (0, 5000)),
        (1, 6000, (0, 6001)),
        (2, 0, (5000, 20000)),
        (None, 0, (0, 20000)),
    ],
)
def test_the_last_cell_goes_on_to_the_end_of_the_run(recording, cell, last, stretch):
    """And each cell to its last line: a child may go on writing while main is behind its cell."""
    assert played_in(recording, cell, last) == stretch


def test_numbers_of_cells_lead_to_them_where_they_are_on_the_page(recording):
    classes = colour_classes([recording])
    linked = html_of(recording, classes, linked=True)
    assert re.findall(r'<a href="#(cell-\d)" aria-label="Cell \d">', linked) == ["cell-1", "cell-2"]
    assert "href" not in html_of(recording, classes)


def test_a_label_that_looks_like_markup_is_escaped(recording):
    first, *others = recording.processes
    odd = replace(others[-1], program="<b>sh</b>")
    html = html_of(replace(recording, processes=(first, odd)), {"main": "p-main", "child 1": "p1"})
    assert "<b>sh" not in html


def test_a_process_has_one_colour_under_every_start_method(recording):
    forked = replace(recording, processes=recording.processes[:1] + recording.processes[3:])
    classes = colour_classes([forked, recording])
    assert classes["main"] == "p-main"
    assert classes["resource tracker"] == "p-help"
    assert classes["child 1"] == "p1"
    assert classes["child 2"] == "p2"


def test_the_tenth_child_comes_after_the_second():
    labels = ["child 10", "child 2", "child 1.1", "child 1", "main"]
    assert sorted(labels, key=natural) == ["child 1", "child 1.1", "child 2", "child 10", "main"]


@pytest.mark.parametrize(
    ("duration", "tick"), [(0.006, 0.001), (0.05, 0.01), (0.63, 0.2), (2.1, 0.5), (61, 20)]
)
def test_ticks_are_round(duration, tick):
    assert step(duration) == pytest.approx(tick)


def ticks(recording, cells):
    html = slice_of(replace(recording, cells=cells), colour_classes([recording]), 2, {})
    return re.findall(r'y="13">(.*?)<', html)


def test_ticks_have_as_many_places_as_they_need(recording):
    """Milliseconds before the first second is over; from then on seconds."""
    first, third = PlayedCell(1, 1, 9, 0.0, 0.5), PlayedCell(3, 21, 22, 1.9, 1.9)
    assert ticks(recording, (first, PlayedCell(2, 12, 20, 0.5, 0.53), third)) == [
        *("500 ms", "505 ms", "510 ms", "515 ms", "520 ms", "525 ms")
    ]
    assert ticks(recording, (first, PlayedCell(2, 12, 20, 1.41, 1.5), third)) == [
        *("1.42 s", "1.44 s", "1.46 s", "1.48 s")
    ]
    assert ticks(recording, (first, PlayedCell(2, 12, 20, 0.3, 1.9), third)) == [
        *("0.5 s", "1.0 s", "1.5 s")
    ]


def test_seconds_are_readable():
    assert [seconds(x) for x in (0, 0.0123, 0.9, 1, 12.345)] == [
        "0 ms",
        "12 ms",
        "900 ms",
        "1.00 s",
        "12.35 s",
    ]
