"""Lines as a terminal would leave them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitrack.show.terminal import plain, rendered

STEERING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("nothing special", "nothing special"),
        ("", ""),
        ("10%\r20%\r30%", "30%"),
        ("a long line\rshort", "shortg line"),
        ("a long line\r\x1b[Kshort", "short"),
        ("gone\x1b[2K\rnew", "new "),
        ("ends with CR\r", "ends with CR"),
        ("typo\b\bes", "tyes"),
        ("a\tb", "a       b"),
        ("12345678\tb", "12345678        b"),
        ("nul \0 bell \x07 del \x7f", "nul \u2400 bell \u2407 del \u2421"),
        ("\x1b]0;a title\x07text", "text"),
        ("\x1b]8;;http://example.invalid\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]0;never ended", ""),
        ("\x1b[10;10Hmoved\x1b[?25l", "moved"),
        ("\x1b(Bset", "set"),
        ("alone \x1b", "alone \u241b"),
        ("right \u202eto left\u202c", "right \\u202eto left\\u202c"),
        ("caf\u0065\u0301", "caf\u0065\u0301"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("line\u2028separator", "line\\u2028separator"),
        ("C1 \x9b31m", "C1 \\u009b31m"),
    ],
)
def test_what_a_terminal_would_leave(written, left):
    assert plain(written) == left


def test_colours_become_classes():
    assert list(rendered("\x1b[31mred\x1b[0m plain \x1b[1;4;92mgood\x1b[39;22m under")) == [
        ("red", "fg-red"),
        (" plain ", ""),
        ("good", "fg-green bold underline"),
        (" under", "underline"),
    ]


def test_colours_without_a_class_leave_the_text():
    assert list(rendered("\x1b[38;5;208morange\x1b[0m")) == [("orange", "")]
    assert list(rendered("\x1b[38;2;1;2;3;1mbold\x1b[m")) == [("bold", "bold")]


def test_overwriting_keeps_the_new_colour():
    assert list(rendered("\x1b[31mwait\x1b[0m\r\x1b[32mdone")) == [("done", "fg-green")]


@given(st.text())
def test_no_control_character_is_ever_left(text):
    """Whatever a script prints, a page gets only what can be seen."""
    for part, classes in rendered(text):
        assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in part)
        assert not any(unicodedata.bidirectional(c) in STEERING for c in part)
        assert set(classes) <= set("abcdefghijklmnopqrstuvwxyz- ")


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_plain_text_is_left_alone(text):
    assert plain(text) == text
