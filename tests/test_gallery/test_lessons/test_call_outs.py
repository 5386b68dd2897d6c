"""Numbers in a cell's code that lead to the items of a list below it, and back."""

import json
import re

import pytest

from gallery.lesson import Lesson
from gallery.lessons.call_outs import wrong

CODE = """
from multiprocessing import Process

if __name__ == "__main__":
    process = Process(target=print, args=("# (1)",))  # (1)
    process.start()
    process.join()  # (2)

# %%
# 1. It is made here,
#    and not yet started.
# 2. The parent waits.
#
# Then it ends.

x = 1
"""


def said(write, code: str) -> list[str]:
    """Return what is wrong, without the file's folder."""
    path = write(f'"""\nTitle\n=====\n"""\n{code}')
    return [words.removeprefix(f"{path.parent}/") for words in wrong(Lesson.read(path))]


def test_each_has_its_item(write):
    assert said(write, CODE) == []
    assert said(write, "x = 1  # (1) is no call-out\n# (1)\n") == []


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            CODE.replace("# 2. The", "# The"),
            "lesson.py:11: # (2): the prose after the cell is to be",
        ),
        (CODE.replace("# 1. It", "# Look.\n#\n# 1. It"), "lesson.py:9: # (1): the prose after the"),
        (
            CODE.partition("# %%")[0],
            "lesson.py:9: # (1): the prose after the cell is to begin with",
        ),
        (
            CODE.replace("  # (2)", ""),
            "lesson.py:9: the list below the cell has an item 2., and no",
        ),
        (
            CODE.replace(")  # (1)", ")  # (2)"),
            "lesson.py:9: # (2): call-outs are numbered from (1",
        ),
        (
            "".join(f"x = {n}  # ({n})\n" for n in range(1, 5))
            + "\n# %%\n"
            + "".join(f"# {n}. x\n" for n in range(1, 5)),
            "lesson.py:8: # (4): a cell has at most 3 call-outs: what else is to be said?",
        ),
    ],
)
def test_what_leads_nowhere_is_told_with_its_line(write, code, words):
    assert said(write, code)[0].startswith(words)


def test_a_page_ties_them_and_a_copy_keeps_the_comments(make_site):
    site = make_site()
    script = site.lesson("one", CODE)
    assert site.build().status == 0, site.log
    page = site.page("one")
    cell, rest = re.search(r'<section class="cell" id="cell-1".*?</pre>(.*)', page, re.S), ""
    code, rest = cell[0].removesuffix(cell[1]), cell[1]
    text = re.sub("<[^>]+>", "", code[code.index("<pre>") :]).replace("&quot;", '"')
    assert "process.join()  # (2)\n" in text
    assert re.findall(r'<a class="call" id="([\w-]+)" href="([#\w-]+)"', code) == [
        ("call-1-1", "#note-1-1"),
        ("call-1-2", "#note-1-2"),
    ]
    lines = re.findall(r'<span class="called call-\d">(.*)</span>$', code, re.M)
    assert len(lines) == 2
    assert all(line.startswith("    process") and line.endswith("</a>") for line in lines)
    items = re.search(r'<ol class="arabic simple calls">(.*?)</ol>', rest, re.S)[1]
    assert re.findall(r'<li id="([\w-]+)"><p><a class="call" href="([#\w-]+)"', items) == [
        ("note-1-1", "#call-1-1"),
        ("note-1-2", "#call-1-2"),
    ]
    twin = site.page("one", end="html.md")
    assert "process.join()  # (2)" in twin
    assert "1. It is made here,\n   and not yet started." in twin
    downloads = site.root / "build" / "downloads" / "tiny"
    assert (downloads / "one.py").read_text() == script.read_text()
    notebook = "".join(
        "".join(c["source"]) for c in json.loads((downloads / "one.ipynb").read_text())["cells"]
    )
    assert "process.join()  # (2)" in notebook
    assert "1. It is made here," in notebook
    script.write_text(script.read_text().replace("  # (2)", ""))
    assert site.build().status == 2
    assert f"{script}:11: the list below the cell has an item 2., and no line has # (2)" in site.log
