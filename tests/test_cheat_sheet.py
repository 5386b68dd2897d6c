"""Nothing on the cheat sheet that was not run: each snippet, as a file, under each start method."""

import ast
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "cheat-sheet.md").read_text("utf-8")
SNIPPETS = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
METHODS = ("fork", "spawn", "forkserver")
each_snippet = pytest.mark.parametrize("snippet", SNIPPETS, ids=range(1, len(SNIPPETS) + 1))

# Imitated, not set: a snippet may set the start method itself. Its file stays as a reader has it.
PLAY = """\
import runpy
from multiprocessing import context
context._default_context._default_context = context._concrete_contexts[{!r}]
runpy.run_path("snippet.py", run_name="__main__")
"""
GUARD = "__name__ == '__main__'"


def promised(snippet: str) -> list[str]:
    """Return what the comments behind calls of print say that they print."""
    return re.findall(r"^\s*print\(.*\)  # (.+)$", snippet, re.MULTILINE)


def calls(snippet: str, name: str) -> list[ast.Call]:
    """Return the calls of a function or method."""
    found = (node for node in ast.walk(ast.parse(snippet)) if isinstance(node, ast.Call))
    return [call for call in found if ast.unparse(call.func).rpartition(".")[2] == name]


def closed(snippet: str) -> set[str]:
    """Return the names that are closed, by a call or by a ``with``."""
    held = (node for node in ast.walk(ast.parse(snippet)) if isinstance(node, ast.With))
    return {
        *(ast.unparse(call.func).rpartition(".")[0] for call in calls(snippet, "close")),
        *(ast.unparse(item.context_expr) for node in held for item in node.items),
    }


def test_there_are_snippets():
    assert len(SNIPPETS) >= 12


@pytest.mark.parametrize("method", METHODS)
@each_snippet
def test_a_snippet_does_what_it_says(snippet, method, tmp_path):
    """Its comments are its output; nothing is on stderr or left behind; it ends by itself.

    Python warns on stderr of files and pools that were left open, and of shared memory that was
    not unlinked.
    """
    assert snippet.count("print(") == len(promised(snippet)) > 0
    (tmp_path / "snippet.py").write_text(snippet)
    process = subprocess.Popen(
        [sys.executable, "-B", "-W", "default::ResourceWarning", "-c", PLAY.format(method)],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
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
    assert [path.name for path in tmp_path.iterdir()] == ["snippet.py"]


@each_snippet
def test_a_snippet_runs_where_children_import_it(snippet):
    """As on Windows and macOS: all that starts processes is under the main guard."""
    *top, last = ast.parse(snippet).body
    assert all(isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef) for node in top)
    assert isinstance(last, ast.If)
    assert ast.unparse(last.test) == GUARD
    assert re.findall(r"[\"']fork|os\.|signal\.", snippet) == []  # what not every platform has


@each_snippet
def test_a_snippet_closes_what_it_opens(snippet):
    """Python says nothing of some things that were left open."""
    for call in calls(snippet, "open") + calls(snippet, "ProcessPoolExecutor"):
        assert ast.unparse(call) in closed(snippet)
    for call in calls(snippet, "Pipe"):
        assigned = next(
            node
            for node in ast.walk(ast.parse(snippet))
            if isinstance(node, ast.Assign) and ast.unparse(node.value) == ast.unparse(call)
        )
        ends = ast.unparse(assigned.targets[0]).strip("()").split(", ")
        assert set(ends) <= closed(snippet)
    blocks = calls(snippet, "SharedMemory")
    assert len(calls(snippet, "unlink")) >= bool(blocks)
    assert len(calls(snippet, "close")) >= len(blocks)


def test_a_lock_keeps_two_processes_apart():
    """One process alone would need no lock."""
    locked = [snippet for snippet in SNIPPETS if "Lock()" in snippet or "get_lock()" in snippet]
    assert len(locked) == 2
    for snippet in locked:
        assert int(re.search(r"for \w+ in range\((\d+)\)\]", snippet)[1]) >= 2
        assert snippet.index(".start()") < snippet.index(".join()")
        assert re.search(r"with [\w.]*lock(\(\))?:", snippet)


def test_a_snippet_that_promises_too_much_is_found():
    """The checks themselves: what stands behind ``print``, and what is left open."""
    assert promised("print(1)  # 2\n    print([a, b])  # [3, 4]\nx = 1  # no\n") == ["2", "[3, 4]"]
    assert closed("a.close()\nwith b, open('c') as f: pass") == {"a", "b", "open('c')"}
    assert [ast.unparse(call) for call in calls("mp.Pipe(); x.open(); y()", "Pipe")] == [
        "mp.Pipe()"
    ]


def test_each_entry_links_to_its_lesson():
    _, *entries = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    assert len(entries) >= len(SNIPPETS)
    assert [e.splitlines()[0] for e in entries if "{ref}`" not in e] == []
