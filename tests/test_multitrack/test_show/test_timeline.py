"""The picture of a run and the words beside it."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from multitrack.recording import Interpreter, Line, PlayedCell, Process, Recording
from multitrack.show.colours import colour_classes, natural
from multitrack.show.timeline import evidence, html_of, lanes, seconds, step, words


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
    assert 'child 2 <small class="ending">SIGTERM</small>' in html
    assert "child 2: from 600 ms to 1.00 s, ended by SIGTERM, by its pool." in list(words(tame))
    assert "; child 2 ended by SIGTERM, by its pool; starts" in evidence(tame)
    two = replace(tame, processes=(*tame.processes, replace(ended, label="child 3")))
    assert "; child 2, child 3 each ended by SIGTERM, by its pool; starts" in evidence(two)


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
    from dataclasses import replace

    said = evidence(replace(recording, lives="polling", complete=False))
    assert "short lives may be missing" in said
    assert "another run may number the children otherwise" in said
    assert "3 processes" in said
    assert "guess" not in said


def test_a_guess_is_called_one(recording):
    """In words, in the picture, and once for all."""
    from dataclasses import replace

    main, guess, *rest = recording.processes
    guess = replace(guess, guess=True)
    recording = replace(recording, processes=(main, guess, *rest))
    assert [sentence for sentence in words(recording) if "guess" in sentence] == [
        next(sentence for sentence in words(recording) if sentence.startswith(guess.label))
    ]
    assert "what is called a guess was not seen as it happened" in evidence(recording)
    assert html_of(recording, colour_classes([recording])).count('class="life guess"') == 1


def test_bars_stand_where_the_lives_were(recording):
    """Across, the picture is in percent of the whole run."""
    html = html_of(recording, colour_classes([recording]))
    svg = ElementTree.fromstring(re.search(r"<svg.*?</svg>", html, re.DOTALL)[0])
    bars = [r for r in svg.iter("rect") if r.get("class").startswith("life")]
    assert [(b.get("x"), b.get("width")) for b in bars] == [
        ("0.0%", "100.0%"),
        ("25.0%", "50.0%"),
        ("30.0%", "20.0%"),
        ("5.0%", "95.0%"),
    ]
    assert [c.get("cx") for c in svg.iter("circle")] == ["95.0%", "50.0%"]
    assert "SIGTERM" in html


def test_a_label_that_looks_like_markup_is_escaped(recording):
    from dataclasses import replace

    first, *others = recording.processes
    odd = replace(others[-1], program="<b>sh</b>")
    html = html_of(replace(recording, processes=(first, odd)), {"main": "p-main", "child 1": "p1"})
    assert "<b>" not in html


def test_a_process_has_one_colour_under_every_start_method(recording):
    from dataclasses import replace

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


def test_seconds_are_readable():
    assert [seconds(x) for x in (0, 0.0123, 0.9, 1, 12.345)] == [
        "0 ms",
        "12 ms",
        "900 ms",
        "1.00 s",
        "12.35 s",
    ]


def test_lines_show_who_started_whom_unless_there_are_many(recording):
    from dataclasses import replace

    def lines(count: int) -> int:
        child = recording.processes[1]
        many = [replace(child, label=f"child {n}", parent="main") for n in range(1, count)]
        family = replace(recording, processes=(recording.processes[0], *many), lines=())
        return html_of(family, colour_classes([family])).count('<line class="born"')

    assert lines(3) == 2
    assert lines(12) == 11
    assert lines(13) == 0
