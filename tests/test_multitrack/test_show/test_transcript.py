"""The lines of a run: whose they are, and when they were written."""

import re

import pytest

from multitrack.recording import Interpreter, Line, PlayedCell, Process, Recording
from multitrack.show.colours import colour_classes
from multitrack.show.transcript import dots_of, html_of, lines_of, quoted_html, said_in


@pytest.fixture
def make():
    """Make the recording of a run with lines of main and its child in its second cell."""

    def make(*lines):
        return Recording(
            script="tiny/one",
            start_method="fork",
            interpreter=Interpreter("cpython", "3.11.7", "linux"),
            writers="kernel",
            lives="process events",
            complete=True,
            duration=2.0,
            cells=(PlayedCell(1, 1, 9, 0.0, 0.5), PlayedCell(2, 12, 20, 0.5, 1.9)),
            processes=(
                Process("main", 100, "", False, "", 0.0, 2.0, 0, ""),
                Process("child 1", 101, "main", False, "", 0.5, 1.0, 0, ""),
            ),
            lines=(Line("main", 1, 0.2, "first"), *(Line(who, 2, at, t) for who, at, t in lines)),
        )

    return make


def shown(recording, cell=2):
    items = said_in(recording, lines_of(recording, cell))
    return html_of(recording, items, colour_classes([recording]), "Output")


def test_a_process_is_named_once_a_block(make):
    html = shown(make(("main", 0.6, "a"), ("main", 0.7, "b"), ("child 1", 0.8, "c")))
    assert re.findall(r'<li class="([\w -]+)"', html) == ["p-main new", "p-main", "p1 new"]
    assert re.findall(r'class="who">(.*?)<', html) == ["main", "child 1"]


def test_a_line_has_its_moment_and_its_lane(make):
    """Tenths of ms from the start of the run, and the place of its process in the whole run."""
    html = shown(make(("child 1", 0.6, "a"), ("main", 0.6105, "b")))
    assert re.findall(r'data-t="(\d+)" data-l="(\d+)"', html) == [("6000", "1"), ("6105", "0")]


def test_no_two_lines_come_at_once(make):
    """A step through the run shows one line; lines of another cell count, too."""
    recording = make(("main", 0.2, "a"), ("main", 0.20002, "b"), ("child 1", 0.7, "c"))
    items = said_in(recording, lines_of(recording, 2))
    assert [item.at for item in items] == [2001, 2002, 7000]
    assert dots_of(items) == {"main": [2001, 2002], "child 1": [7000]}


def test_behind_the_fold_a_process_is_named_anew(make):
    html = shown(make(*(("main", 0.6, str(n)) for n in range(45))))
    head, _, rest = html.partition("<details>")
    assert head.count("<li") == 40
    assert rest.startswith("<summary>Show all 45 lines</summary>")
    assert re.findall(r'<ol class="lines" role="list" start="41"', rest)
    assert [part.count('class="who"') for part in (head, rest)] == [1, 1]


def test_lines_whose_writer_is_not_known_have_no_lane(make):
    recording = make(("", 0.6, "a"))
    assert '<li class="p-none new" data-t="6000"><span class="who"></span>' in shown(recording)


def test_lines_of_no_recording_have_no_moment():
    html = quoted_html([("main", "<a>"), ("main", "b")], {"main": "p-main"}, "Lines & more")
    assert "data-" not in html
    assert 'aria-label="Lines &amp; more"' in html
    assert re.findall(r'class="said">(.*?)</span>', html) == ["&lt;a&gt;", "b"]
    assert html.count('class="who"') == 1


def test_frames_of_libraries_are_folded_and_the_message_is_not(make):
    """A folded stretch is one item, with one dot."""
    texts = [
        "Traceback (most recent call last):",
        '  File "lib/python3.13/multiprocessing/process.py", line 313, in _bootstrap',
        "    self.run()",
        '  File "lib/python3.13/multiprocessing/process.py", line 108, in run',
        "    self._target(*self._args)",
        '  File "one.py", line 3, in work',
        "    1 / 0",
        "ZeroDivisionError: division by zero",
    ]
    recording = make(*(("child 1", 0.6, text) for text in texts))
    html = shown(recording)
    assert re.findall(r'<li class="p1 ?([\w ]*)"', html) == ["new", "frames", "own", "own", "error"]
    assert html.count("<details>") == 1
    assert "<details><summary>2 library frames</summary>" in html
    folded = html.partition("<details>")[2].partition("</details>")[0]
    assert "_bootstrap" in folded and "_target" in folded
    assert "ZeroDivisionError" not in folded
    items = said_in(recording, lines_of(recording, 2))
    assert dots_of(items) == {"child 1": [6000, 6001, 6005, 6006, 6007]}
