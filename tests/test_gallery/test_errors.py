"""An error page answers first, and lists of errors say of each its message and its cure."""

import re

import pytest

from gallery.errors.error_page import Error
from gallery.lesson import Lesson

PAGE = '''"""
It cannot be done
=================

.. message::

   ValueError:
       not this
   OSError: not that

.. message:: On Windows

   WindowsError: neither

**You tried to do it.** It cannot be done.

.. cure:: call ``other()``

   other()

See it happen
-------------

.. pair::
"""
'''
NO_MESSAGE = '''"""
It waits
========

.. symptom::

   ^C

**It waits.** For you.

.. cure:: go on

   go()
"""
'''
BROKEN = "raise ValueError('not this')\n# sphinx_gallery_lesson_fails = 'ValueError'\n"
HEADER = """.. chapter_section: Errors

.. meta::
   :description: What {name} is about.

{title}
=======================

Words.

.. errors:: {name}
"""
INDEX = """# Tiny

```{chapters}
:caption: Chapters
```

```{toctree}
:caption: Errors

errors
```
"""
ERRORS = """# Errors

```{errors} fails
- `KeyError: 1`

  Look first: {ref}`a lesson <sphx_glr_lessons_tiny_one.py:a-heading>`
```

```{errors} waits
```

```{errors} empty
```
"""


def read(write, text: str) -> Error:
    """Read a page."""
    return Error.of(Lesson.read(write(text, "fails/one.py")))


def test_lists_have_each_message_in_a_line_and_the_cure(write):
    """What is indented goes on with the message above it; a symptom is none."""
    error = read(write, PAGE)
    assert error.messages == (
        "ValueError: not this",
        "OSError: not that",
        "WindowsError: neither",
    )
    assert error.cure == "call ``other()``"
    waits = read(write, NO_MESSAGE)
    assert (waits.title, waits.messages, waits.cure) == ("It waits", (), "go on")
    assert Lesson.read(write(NO_MESSAGE, "fails/two.py")).intro == "**It waits.** For you."


@pytest.mark.parametrize("kind", ["message", "cure"])
def test_a_page_without_an_answer_is_none(write, kind):
    text = re.sub(rf"^\.\. {kind}::", ".. note::", PAGE, flags=re.MULTILINE)
    with pytest.raises(ValueError, match=r"begins with the message, as \.\. message::"):
        read(write, text)


@pytest.fixture(scope="module")
def site(make_site):
    """Make a site with two families of errors that have a page, and one that has none."""
    site = make_site()
    for name in ("fails", "waits", "empty"):
        (site.chapter(name) / "GALLERY_HEADER.rst").write_text(
            HEADER.format(name=name, title=f"The family {name}")
        )
    for name, text in (("fails", PAGE), ("waits", NO_MESSAGE)):
        folder = site.root / "snippets" / name
        (folder / f"{name}_one.py").write_text(text)
        (folder / f"{name}_one.broken.py").write_text(BROKEN)
        (folder / f"{name}_one.cured.py").write_text("print('good')\n")
    site.lesson("one", "x = 1\n\n# %%\n# A heading\n# ---------\n#\n# Words.\n")
    (site.root / "docs" / "index.md").write_text(INDEX)
    (site.root / "docs" / "errors.md").write_text(ERRORS)
    assert site.build().status == 0, site.log
    return site


def page(site, name: str) -> str:
    """Return a built page."""
    return (site.root / "build/html" / name).read_text("utf-8")


def test_the_index_has_a_section_for_each_family_that_has_something(site):
    """Its pages, and what its content says; there is no page of a family without pages."""
    html = page(site, "errors.html")
    assert re.findall(r"<h2>(.*?)<a", html) == ["The family fails", "The family waits"]
    first, second = re.findall(r'<ul class="[^"]*errors[^"]*">.*?</ul>', html, re.DOTALL)
    assert re.findall(r'<span class="pre">(.*?)</span>', first.partition("</p>")[0]) == (
        ["ValueError:", "not", "this", "OSError:", "not", "that", "WindowsError:", "neither"]
    )
    assert 'Call <code class="docutils literal notranslate"><span class="pre">other()' in first
    assert 'href="lessons/fails/fails_one.html' in first
    assert 'href="lessons/tiny/one.html#a-heading"' in first
    assert "KeyError:" in first
    assert "<p>It waits</p>" in second
    assert "Go on: " in second
    assert not (site.root / "build/html/lessons/empty").exists()


def test_a_family_s_page_lists_its_own(site):
    html = page(site, "lessons/fails/index.html")
    assert len(re.findall(r'<ul class="[^"]*errors', html)) == 1
    assert 'href="fails_one.html' in html
    assert "KeyError" not in html


def test_the_course_lists_none_of_them_and_names_and_downloads_do(site):
    assert "fails" not in page(site, "lessons/index.html")
    assert (site.root / "build/downloads/fails/fails_one.cured.py").is_file()


def test_a_page_shows_messages_as_they_are_and_the_cure_as_code(site):
    html = page(site, "lessons/fails/fails_one.html")
    boxes = re.findall(
        r'<div class="(message|cure)"><p><span class="i i-(\w+)"></span>(.*?)</p>', html
    )
    assert [(kind, icon) for kind, icon, _ in boxes] == [
        ("message", "cross"),
        ("message", "cross"),
        ("cure", "check"),
    ]
    assert [words for *_, words in boxes[:2]] == ["The message", "On Windows"]
    assert "ValueError:\n    not this\nOSError: not that\n" in html
    twin = page(site, "lessons/fails/fails_one.html.md")
    assert "```none\nValueError:\n    not this\nOSError: not that\n```" in twin
    assert "Cure: call `other()`\n\n```python\nother()\n```" in twin


def test_a_cure_of_many_lines_and_a_page_without_one_are_refused(make_site):
    site = make_site()
    (site.chapter("fails") / "GALLERY_HEADER.rst").write_text(
        HEADER.format(name="fails", title="F")
    )
    folder = site.root / "snippets" / "fails"
    for name, text in (
        ("long", PAGE.replace("   other()", "   x = 1\n" * 6)),
        ("none", PAGE.replace(".. cure::", ".. note::")),
    ):
        (folder / f"{name}.py").write_text(text)
        (folder / f"{name}.broken.py").write_text(BROKEN)
        (folder / f"{name}.cured.py").write_text("print('good')\n")
    assert site.build().status == 2
    assert f"{folder}/none.py:1: an error page begins with the message" in site.log
    for file in folder.glob("none.*"):
        file.unlink()
    assert site.build().status == 1
    assert f"{folder}/long.py:17: ERROR: a cure has at most 5 lines" in site.log
