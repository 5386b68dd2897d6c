"""Prose of lessons, as Markdown for notebooks."""

from textwrap import dedent

import pytest

from gallery.downloads.notebook_prose import markdown
from gallery.lesson import Lesson
from gallery.pair import Pair, pairs_of

LABEL = "sphx_glr_lessons_pools_pool_map.py"


@pytest.fixture
def labelled(write) -> dict[str, Lesson]:
    """Make a lesson that prose may refer to; its title looks like HTML."""
    code = '"""\n<lambda> and ``map``\n====\n"""\nx = 1\n'
    return {LABEL: Lesson.read(write(code, "pools/pool_map.py"))}


def test_prose_becomes_markdown(labelled):
    """Names as code, lessons by title, tables with bars."""
    rest = (
        "Use :meth:`~multiprocessing.Process.start` and :class:`multiprocessing.Queue`,\n"
        "``x`` or :meth:`send() <multiprocessing.connection.Connection.send>` or\n"
        ":attr:`!sentinel`; see\n"
        f":ref:`{LABEL}`, :ref:`this cell <{LABEL}:cell-2>`, :ref:`gone`.\n\n"
        "A part\n------\n\n"
        "=====  =====\nmethod default\n=====  =====\n``a``  b | c\n=====  =====\n"
    )
    text = markdown(rest.replace("method default", "name   what "), {(None, "-"): 2}, labelled)
    assert text == (
        "Use `start()` and `multiprocessing.Queue`,\n"
        "`x` or `send()` or\n"
        "`sentinel`; see\n"
        "*\\<lambda> and `map`* (`pools/pool_map.py`), *this cell*, *gone*.\n\n"
        "## A part\n\n"
        "| name | what |\n| --- | --- |\n| `a` | b \\| c |"
    )


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        (
            """
            Do this:

            .. code-block:: python
               :linenos:

               queue.put(``x``)  # :class:`Queue` <b>

               done()

            Then that.
            """,
            """
            Do this:

            ```python
            queue.put(``x``)  # :class:`Queue` <b>

            done()
            ```

            Then that.
            """,
        ),
        (
            """
            It says::

                >>> a_ and b_
                  deeper

            Two ::

              lines

            ::

              alone
            """,
            """
            It says:

            ```
            >>> a_ and b_
              deeper
            ```

            Two

            ```
            lines
            ```

            ```
            alone
            ```
            """,
        ),
        (
            """
            .. code-block:: markdown

               ```
               a fence
               ```
            """,
            """
            ````markdown
            ```
            a fence
            ```
            ````
            """,
        ),
        (
            """
            - an item

              .. code-block:: python

                 x = 1

            - another
            """,
            """
            - an item

              ```python
              x = 1
              ```

            - another
            """,
        ),
    ],
)
def test_code_blocks_keep_their_fence_and_all_that_is_in_them(rest, expected):
    assert markdown(dedent(rest).strip("\n"), {}, {}) == dedent(expected).strip()


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("``a``", "`a`"),
        ("``a`b``", "`` a`b ``"),
        ("``two\nlines``", "`two\nlines`"),
        ("``<lambda>`` is <lambda>", r"`<lambda>` is \<lambda>"),
        ("a < b & c", r"a \< b & c"),
        ("as &lt; is written", r"as \&lt; is written"),
        ("see `the manual <https://example.org/a>`_", "see [the manual](https://example.org/a)"),
        ("see `it <https://example.org/a_b>`__.", "see [it](https://example.org/a_b)."),
        ("`two\nlines\n<https://example.org/a>`__", "[two\nlines](https://example.org/a)"),
        ("`it <https://example.org/\na?b&lt;c>`__", "[it](https://example.org/a?b&lt;c)"),
    ],
)
def test_what_looks_like_html_is_text_and_code_is_as_written(rest, expected):
    assert markdown(rest, {}, {}) == expected


def test_code_in_a_note_stays_in_the_note():
    rest = ".. note::\n\n   Mind ``this``:\n\n   .. code-block:: python\n\n      x = 1\n\nAfter.\n"
    text = markdown(rest, {}, {})
    assert "\nMind `this`:\n\n```python\nx = 1\n```\n\n</div>\n\nAfter." in text


def test_a_hint_has_all_of_its_lines_where_a_paragraph_has_them():
    """Its first line's indentation counts: what else is in it would be taken for code."""
    rest = "A.\n\n.. platform:: Windows\n\n   There\n   it is `so <https://a.org>`__:\n\n   - one\n"
    assert markdown(f"{rest}\nB.\n", {}, {}) == (
        "A.\n\n**On Windows:** There\nit is [so](https://a.org):\n\n- one\n\nB."
    )


PROGRAM = "import os  # {kind}: ``it`` is <so>\n"


@pytest.fixture
def pairs(write) -> dict[str, Pair]:
    """Make the programs beside a lesson, named as its prose names them."""
    write(PROGRAM.format(kind="broken") + '# sphinx_gallery_lesson_fails = "x"\n', "a/b.broken.py")
    write(PROGRAM.format(kind="cured"), "a/b.cured.py")
    (found,) = pairs_of(Lesson.read(write("x = 1\n", "a/b.py")))
    return {"": found, "b": found}


@pytest.mark.parametrize("name", ["", " b"])
def test_a_pair_is_both_programs_as_readers_get_them(name, pairs):
    text = markdown(f"Before.\n\n.. pair::{name}\n\nAfter.\n", {}, {}, pairs)
    assert text == (
        "Before.\n\n"
        "**Broken:** `b.broken.py`\n\n```python\nimport os  # broken: ``it`` is <so>\n```\n\n"
        "**Cured:** `b.cured.py`\n\n```python\nimport os  # cured: ``it`` is <so>\n```\n\n"
        "After."
    )


def test_a_pair_of_another_lesson_is_named(pairs):
    text = markdown("- See:\n\n  .. pair:: c/d\n\n- E\n", {}, {}, pairs)
    expected = "- See:\n\n  **Broken:** `c/d.broken.py`\n\n  **Cured:** `c/d.cured.py`\n\n- E"
    assert text == expected


def test_a_drawing_is_left_out():
    """A notebook has no place for it, and its caption speaks of it."""
    rest = (
        "Before.\n\n.. drawing:: one\n.. drawing:: two\n\n   What ``it`` shows,\n   here.\n\n"
        "   1. A step\n\nAfter.\n"
    )
    assert markdown(rest, {}, {}) == "Before.\n\nAfter."
