"""Nothing on the cheat sheet that was not run: each snippet, under each start method."""

import ast
import html
import os
import re
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "cheat-sheet.md").read_text("utf-8")
FRAME, *SNIPPETS = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
DOTS = "    ...\n"
METHODS = ("fork", "spawn", "forkserver")

# Imitated, not set: a snippet may set the start method itself. Only the program itself does it.
IMITATE = """\
if __name__ == "__main__":
    from multiprocessing import context
    context._default_context._default_context = context._concrete_contexts[{!r}]
"""


def program(snippet: str, method: str) -> str:
    """Put a snippet into the frame: imports and functions on top, the rest for the dots."""
    lines = snippet.splitlines(keepends=True)
    tops = [
        n
        for n in ast.parse(snippet).body
        if isinstance(n, ast.FunctionDef | ast.Import | ast.ImportFrom)
    ]
    on_top = {line for n in tops for line in range(n.lineno - 1, n.end_lineno)}
    top = "".join(line for number, line in enumerate(lines) if number in on_top)
    rest = "".join(line for number, line in enumerate(lines) if number not in on_top)
    before, after = FRAME.split("if __name__")
    return (
        before
        + top
        + IMITATE.format(method)
        + "if __name__"
        + after.replace(DOTS, textwrap.indent(rest, "    "))
    )


def promised(snippet: str) -> list[str]:
    """Return what the comments behind calls of print say that they print."""
    return re.findall(r"^\s*print\(.*\)  # (.+)$", snippet, re.MULTILINE)


def test_the_frame_has_a_place_for_snippets():
    assert FRAME.count(DOTS) == 1
    assert len(SNIPPETS) >= 12


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("snippet", SNIPPETS, ids=range(1, len(SNIPPETS) + 1))
def test_a_snippet_does_what_it_says(snippet, method, tmp_path):
    """Its comments are its output, nothing is on stderr, and it ends by itself."""
    assert snippet.count("print(") == len(promised(snippet)) > 0
    (tmp_path / "snippet.py").write_text(program(snippet, method))
    process = subprocess.Popen(
        [sys.executable, "snippet.py"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONWARNINGS": "ignore::ResourceWarning"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        out, err = process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        pytest.fail(f"did not end within 30 s; it said:\n{out}{err}")
    assert err == ""
    assert out.splitlines() == promised(snippet)
    assert process.returncode == 0


def test_a_snippet_that_promises_too_much_is_found():
    """The check itself: what stands behind ``print`` is taken from the page."""
    assert promised("print(1)  # 2\n    print([a, b])  # [3, 4]\nx = 1  # no\n") == ["2", "[3, 4]"]


ROWS = re.findall(r"^\| (.+) \| (.+) \|$", PAGE.partition("## What you see")[2], re.MULTILINE)[2:]


@pytest.mark.built_site
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_an_error_s_words_stand_on_the_lesson_s_page(row):
    """A message in the table is one that the linked lesson shows, in its text or its output."""
    seen, means = row
    chapter, name = re.search(r"<sphx_glr_lessons_(.+?)\.py>", means)[1], None
    for path in ROOT.glob("snippets/*/[!_]*.py"):
        if f"{path.parent.name}_{path.stem}" == chapter:
            name = f"{path.parent.name}/{path.stem}"
    assert name, chapter
    page = (ROOT / "build" / "html" / "lessons" / f"{name}.html").read_text("utf-8")
    text = html.unescape(re.sub(r"<[^>]+>", "", page))
    for words in re.findall(r"`([^`{]+)`", seen):
        assert words in text, (words, name)


def test_each_entry_links_to_its_lesson():
    for part in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]:
        assert "{ref}`" in part, part.splitlines()[0]
