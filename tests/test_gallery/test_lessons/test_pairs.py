"""A page that shows a broken program, its cure, and what each did."""

import re

import pytest

BROKEN = """\
import sys


def half(number):
    return number / 0  # broken: divides by 0


print(half(4), "<&>")

# sphinx_gallery_lesson_fails = "ZeroDivisionError"
"""
CURED = BROKEN.partition("\n# sphinx")[0].replace(
    "number / 0  # broken: divides by 0", "number / 2  # cured: divides by 2"
)
WAITS = """\
import time

print("waiting", flush=True)
time.sleep(60)

# sphinx_gallery_lesson_fails = "hangs"
# sphinx_gallery_lesson_timeout = 1
"""
PROSE = '''"""
One
===

What it is about.

See it
------

.. pair::

Another one, of another lesson:

.. pair:: two-waits

{more}
"""
# sphinx_gallery_lesson_order = 10
'''
DOCS = """# A page of docs

```{pair} tiny/two-waits
```
"""


@pytest.fixture(scope="module")
def site(make_site):
    """Make a lesson without code that shows two pairs, one with code, and a page of docs."""
    site = make_site()
    folder = site.root / "snippets" / "tiny"
    (folder / "one.py").write_text(PROSE.format(more=""))
    (folder / "one.broken.py").write_text(BROKEN)
    (folder / "one.cured.py").write_text(CURED)
    site.lesson("two", "print(2)\n# sphinx_gallery_lesson_order = 20\n")
    (folder / "two-waits.broken.py").write_text(WAITS)
    (folder / "two-waits.cured.py").write_text('print("ended")\n')
    index = site.root / "docs" / "index.md"
    index.write_text(index.read_text() + "\n```{toctree}\n:hidden:\n\nmore\n```\n")
    (site.root / "docs" / "more.md").write_text(DOCS)
    assert site.build().status == 0, site.log
    return site


def views(page: str) -> dict[str, list[str]]:
    """Return the HTML of what a page shows of its pairs, by kind."""
    pieces = re.split(r'<div class="view (\w+)">', page)
    found: dict[str, list[str]] = {}
    for kind, html in zip(pieces[1::2], pieces[2::2], strict=True):
        found.setdefault(kind, []).append(html)
    return found


def code_of(html: str) -> str:
    """Return the text of the first block of code, which is what is copied."""
    text = re.search(r"<pre>(.*?)</pre>", html, re.S)[1]
    return (
        re.sub("<[^>]*>", "", text)
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
        .replace("&quot;", '"')
    )


def test_both_programs_are_shown_as_their_files_are(site):
    """Without settings, and each mark is a comment to whoever copies it."""
    shown = views(site.page("one"))
    broken, waits = shown["broken"]
    assert code_of(broken) == BROKEN.partition("\n# sphinx")[0]
    assert code_of(shown["cured"][0]) == CURED
    assert code_of(waits) == WAITS.partition("\n# sphinx")[0]
    assert '<p class="file">one.broken.py</p>' in broken


def test_lines_that_matter_are_marked(site):
    """The culprit in the broken one, what is new in the cured one; icon and words with each."""
    shown = views(site.page("one"))
    for kind, icon, words in (
        ("broken", "cross", "divides by 0"),
        ("cured", "check", "divides by 2"),
    ):
        marked = re.findall(rf'<span class="ln {kind}">(.*?)\n', shown[kind][0])
        assert len(marked) == 1
        assert f'<span class="i i-{icon}"></span>{words}</span>' in marked[0]
        assert f'<span class="vh"># {kind}: </span>' in marked[0]


def test_the_difference_has_neither_marks_nor_settings(site):
    lines = re.findall(
        r'<span class="ln( \w+)?"><b>(.)</b>(.*)', views(site.page("one"))["difference"][0]
    )
    changed = [(kind, sign, re.sub("<[^>]*>", "", text)) for kind, sign, text in lines if kind]
    assert changed == [
        (" broken", "\N{MINUS SIGN}", "    return number / 0"),
        (" cured", "+", "    return number / 2"),
    ]


def test_what_happened_is_below_each(site):
    """As below a cell; of one that hangs, that it was ended, and where it stood."""
    shown = views(site.page("one"))
    assert "ZeroDivisionError" in shown["broken"][0]
    assert "File &quot;one.broken.py&quot;, line 5" in shown["broken"][0].replace('"', "&quot;")
    assert "2.0 &lt;&amp;&gt;" in shown["cured"][0]
    waits = shown["broken"][1]
    assert "waiting" in waits
    assert "It was given 1 s, and was still running: we ended it." in waits
    assert re.search(r"<summary>Where its processes stood, under \w+</summary>", waits)
    assert "did not end within 1 seconds" in waits
    for kind in ("broken", "cured"):
        for html in shown[kind]:
            assert set(re.findall(r'data-start="(\w+)"', html)) == {"fork", "forkserver", "spawn"}


def test_a_page_that_is_all_about_programs_has_a_switch_and_no_run_of_its_own(site):
    """The switch comes before the first section; of a lesson with code nothing changes."""
    page = site.page("one")
    assert page.count('class="switch"') == 1
    assert page.index('class="switch"') < page.index("<h2>See it")
    assert 'id="the-whole-run"' not in page
    assert 'id="the-whole-run"' in site.page("two")


def test_a_page_of_docs_shows_one_too(site):
    page = (site.root / "build/html/more.html").read_text("utf-8")
    shown = views(page)
    assert "waiting" in shown["broken"][0]
    assert "ended" in shown["cured"][0]


def test_markdown_shows_both_with_what_they_wrote(site):
    twin = site.page("one", end="html.md")
    for words in (
        "**Broken:** `one.broken.py`\n\n```python\nimport sys",
        "    return number / 0  # broken: divides by 0",
        "ZeroDivisionError: division by zero",
        "**Cured:** `one.cured.py`",
        "main | 2.0 <&>",
        "Where its processes stood, under ",
    ):
        assert words in twin, twin


def test_the_programs_can_be_downloaded_and_the_page_s_script_can_not(site):
    """There is nothing to run in it."""
    folder = site.root / "build" / "downloads" / "tiny"
    assert (folder / "one.cured.py").read_text() == CURED
    assert (folder / "one.broken.py").read_text() == BROKEN.partition("\n# sphinx")[0]
    assert {"two.py", "two.ipynb", "two-waits.cured.py"} <= {p.name for p in folder.iterdir()}
    assert not (folder / "one.py").exists()
    assert not (folder / "one.ipynb").exists()


def test_a_changed_program_is_recorded_and_shown_anew(site):
    path = site.root / "snippets" / "tiny" / "one.cured.py"
    path.write_text(CURED.replace("half(4)", "half(10)"))
    assert site.build().status == 0, site.log
    (cured, _) = views(site.page("one"))["cured"]
    assert "half(10)" in code_of(cured)
    assert "5.0 &lt;&amp;&gt;" in cured


def test_a_pair_that_is_not_there_is_told_at_its_place(make_site):
    """Until it is there; nothing else has to change."""
    site = make_site()
    folder = site.root / "snippets" / "tiny"
    path = folder / "one.py"
    path.write_text(PROSE.format(more=".. pair:: none"))
    (folder / "one.broken.py").write_text(BROKEN)
    (folder / "one.cured.py").write_text(CURED)
    assert site.build().status == 1
    for line, name in ((14, "tiny/two-waits"), (16, "tiny/none")):
        assert f"{path}:{line}: ERROR: there is no pair {name!r}; there are tiny/one" in site.log
    path.write_text(PROSE.format(more=""))
    site.lesson("two", "print(2)\n# sphinx_gallery_lesson_order = 20\n")
    (folder / "two-waits.broken.py").write_text(BROKEN)
    (folder / "two-waits.cured.py").write_text(CURED)
    assert site.build().status == 0, site.log
    assert len(views(site.page("one"))["broken"]) == 2


def test_programs_without_a_lesson_and_lessons_without_code_are_told_of(make_site):
    site = make_site()
    folder = site.root / "snippets" / "tiny"
    (folder / "one.py").write_text('"""\nOne\n===\n\nWords.\n"""\n')
    (folder / "two.broken.py").write_text(BROKEN)
    site.lesson("three", "x = 1\n# sphinx_gallery_lesson_fails = 'x'\n")
    assert site.build().status == 2
    for words in (
        f"{folder}/one.py: there is no code in it, and no program beside it; write a cell, or "
        "one.broken.py and one.cured.py",
        f"{folder}/two.broken.py: no half of a pair; there must be two.broken.py and two.cured.py, "
        "and the lesson",
        f"{folder}/three.py: lesson_fails is for programs NAME.broken.py; a lesson has to end well",
    ):
        assert words in site.log, site.log
