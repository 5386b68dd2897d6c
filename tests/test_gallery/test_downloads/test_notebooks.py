"""Every lesson's notebook, run top to bottom in Jupyter's kernel; the start methods take turns."""

import json
import os
import re
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

from gallery.downloads.notebook import NotebookError, notebook
from gallery.lesson import Lesson, script_of, scripts_in
from gallery.pair import programs_of
from multitrack.pool import Job, record_all
from multitrack.script import START_METHODS

ROOT = Path(__file__).resolve().parents[3]
LESSONS = [x for x in map(Lesson.read, scripts_in(ROOT / "snippets")) if x.cells]
# A reader's environment. Under PYTEST_* the kernel would not watch what other processes write.
PLAIN = {n: v for n, v in os.environ.items() if not n.startswith(("PYTHON", "PYTEST"))}

# Run by the kernel as it starts: a notebook for readers has no cell for it.
# There print() writes each argument and the line's end by itself, and another process's line may
# come between them. Here each thread's line goes on as a whole.
IMITATE = """\
import sys
import threading
from multiprocessing import context
context._default_context._default_context = context._default_context.get_context({method!r})
def by_line(write, begun=threading.local()):
    def whole(text):
        begun.text = getattr(begun, "text", "") + text
        if begun.text.endswith("\\n"):
            write(begun.text)
            begun.text = ""
        return len(text)
    return whole
sys.stdout.write = by_line(sys.stdout.write)
"""

# What a run may say or not, beyond numbers: the lesson's own text says that it is chance.
CHANCE = {
    "pools/ending_a_pool": r"(south|west|east): begun",  # terminated before it began, or after
    "pools/shutting_down": r"\d were running; of these done: ",  # when the error comes
    "pools/broken_pools": r"\d left, begun:",  # how far the others were when a worker died
    # The tracker outlives main: it may warn when the kernel no longer listens.
    "spawning/parent_killed": r".*resource_tracker: There appear to be",
    "shared_memory/structures": r"\d done,",  # how far each worker is when main looks
    "programs_that_last/logging_to_one_file": r"#-\d\d-\d\d ",  # which worker, and when
    "synchronisation/deadlock": r"attempt \d: gave lock ",  # which one, and how often
    "shared_memory/shareable_list": r"(first look|next): ",
}
# Times, pids, counts of a race, and how many threads a kernel had before.
VARIES = re.compile(r" *\b\d+\.\d+| *\d{3,}|(?<=Thread-)\d+|(?<=lost) \d+")
# reST: roles, literals, borders of tables, directives, links; a line of backquotes is Markdown's.
LEFT = re.compile(r":\w+:`|``|^=+( =+)*$|^ *\.\. |>`_|\)_", re.MULTILINE)
FENCE = re.compile(r"^ *```+\w*$", re.MULTILINE)
TEXTS = re.compile(r'""".*?"""', re.DOTALL)  # a program that a lesson writes is one
FOLDER = re.compile(r"^/\S*/(?=lib/python\d)")  # the page leaves it out
STACK = re.compile(r"\s|Traceback|Thread 0x|Timeout \(|$")  # where a function stands, by file


HEAD = '"""\nTitle\n=====\n\nWhat.\n"""\n'
NAMED_FILE = """
# %%
import subprocess
import sys
from multiprocessing import Process

TEXT = f'''two lines
  of {"text"}'''


def work() -> None:
    print("child of", __file__.rpartition("/")[2])


if __name__ == "__main__":
    if sys.argv[1:] == ["again"]:
        print("again")
        sys.exit()
    process = Process(target=work)
    process.start()
    process.join()
    print(TEXT)
    print('''not
    moved''')
    subprocess.run([sys.executable, __file__, "again"], check=True)
    process.exitcode
"""


def run_notebook(text: str, method: str, folder: Path, timeout: int = 60) -> nbformat.NotebookNode:
    """Run a notebook in an empty folder and return it with its outputs."""
    startup = folder / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "start_method.py").write_text(IMITATE.format(method=method))
    work = folder / "work"
    work.mkdir()
    read = nbformat.reads(text, as_version=4)
    with tempfile.TemporaryDirectory(prefix="kernel-") as sockets:  # their names must be short
        manager = AsyncKernelManager(
            kernel_name="python3", transport="ipc", connection_file=f"{sockets}/kernel.json"
        )
        client = NotebookClient(
            read, km=manager, timeout=timeout, resources={"metadata": {"path": str(work)}}
        )
        with ThreadPoolExecutor(1) as thread:  # its event loop is not to be left in this one
            env = {**PLAIN, "IPYTHONDIR": str(folder / "ipython")}
            thread.submit(client.execute, cleanup_kc=True, env=env).result()
    return read


def said(outputs: nbformat.NotebookNode) -> list[str]:
    """Return the lines that a notebook's processes wrote, both streams."""
    lines = []
    for cell in outputs.cells:
        if cell.cell_type == "code" and not cell.source.startswith("%%writefile"):
            assert {output.output_type for output in cell.outputs} <= {"stream"}
            for name in ("stdout", "stderr"):
                whole = "".join(o.text for o in cell.outputs if o.name == name)
                lines += whole.splitlines()
    return lines


def certain(lines: list[str], lesson: str) -> Counter:
    """Count lines without what differs from run to run: times, pids, stacks, chance."""
    chance = re.compile(CHANCE.get(lesson, r"(?!)"))
    masked = (VARIES.sub("#", FOLDER.sub("", line)) for line in lines if not STACK.match(line))
    return Counter(line for line in masked if not chance.match(line))


def in_turn(number: int, lesson: Lesson) -> str:
    """Choose a start method: the next lesson has the next one, for each takes a kernel."""
    return lesson.settings.start_methods[number % len(lesson.settings.start_methods)]


@pytest.mark.long  # a kernel for each lesson
@pytest.mark.parametrize(
    ("lesson", "method"),
    [pytest.param(one, in_turn(n, one), id=one.name) for n, one in enumerate(LESSONS)],
)
def test_a_notebook_says_what_the_page_says(lesson, method, tmp_path):
    # The page's recording may be of another Python than the notebook's.
    ((_, recording),) = record_all([Job.of(lesson, method, timeout=lesson.settings.timeout)])
    assert recording.ok
    expected = certain([line.text for line in recording.lines], lesson.name)
    assert expected
    outputs = run_notebook(notebook(lesson, {}), method, tmp_path)
    assert certain(said(outputs), lesson.name) == expected


@pytest.mark.long  # a kernel for each start method
@pytest.mark.parametrize("method", START_METHODS)
def test_a_lesson_may_name_its_file(method, write, tmp_path):
    """It reads ``__file__``, runs itself as a program, and has texts of several lines."""
    code = NAMED_FILE + "# sphinx_gallery_lesson_order = 10\n"
    lesson = Lesson.read(write(HEAD + code, "named.py"))
    outputs = run_notebook(notebook(lesson, {}), method, tmp_path / "run")
    expected = ["child of named.py", "two lines", "  of text", "not", "    moved", "again"]
    assert Counter(filter(None, said(outputs))) == Counter(expected)
    assert (tmp_path / "run/work/named.py").read_bytes() == script_of(lesson)
    assert "sphinx_gallery" not in notebook(lesson, {})


def cells(text: str, kind: str) -> list[str]:
    """Return a notebook's cells of one kind."""
    return ["".join(c["source"]) for c in json.loads(text)["cells"] if c["cell_type"] == kind]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_a_notebook_is_valid_and_says_how_it_works(lesson):
    text = notebook(lesson, {})
    nbformat.validate(json.loads(text))
    first, *_ = cells(text, "markdown")
    assert first.startswith("# ")
    assert "%%writefile" in first
    prose = "\n".join(cells(text, "markdown"))
    assert not LEFT.search(FENCE.sub("", prose)), "reST is left"
    for program in programs_of(lesson):
        assert f"`{program.path.name}`\n\n```python\n{script_of(program).decode().strip()}" in prose
    script = f"%%writefile {lesson.path.name}\n"  # of a lesson that runs itself: all of it
    code = [cell for cell in cells(text, "code") if not cell.startswith(script)]
    assert "__name__ ==" not in TEXTS.sub("", "\n".join(code))


def test_a_notebook_says_what_it_needs_and_reads(write):
    write("one two", "words.txt")
    code = '"""\nTitle\n=====\n"""\nx = 1\n'
    code += "# sphinx_gallery_lesson_needs = ['psutil']\n"
    code += "# sphinx_gallery_lesson_files = ['words.txt']\n"
    (first, *_) = cells(notebook(Lesson.read(write(code, "reads.py")), {}), "markdown")
    assert "`reads.py`. It needs `pip install psutil`. It reads `words.txt`, to be" in first
    (first, *_) = cells(notebook(LESSONS[0], {}), "markdown")
    assert "It needs" not in first
    assert "It reads" not in first


def test_definitions_stand_between_the_words_about_them():
    """In the order of the script: prose, definitions, main; not all definitions on top."""
    lesson = next(lesson for lesson in LESSONS if lesson.name == "communication/queues")
    kinds = [
        ("module" if "".join(c["source"]).startswith("%%writefile") else c["cell_type"])
        for c in json.loads(notebook(lesson, {}))["cells"]
    ]
    assert kinds == [
        *("markdown", "module", "code"),  # title, whole_lines
        *("markdown", "module", "code"),  # cell 1
        *("markdown", "module", "code", "markdown"),  # cell 2
    ]


@pytest.mark.parametrize(
    ("code", "needed"),
    [("print(list(map(open, [])))", True), ("open('x').close()", False), ("opened = 1", False)],
)
def test_open_that_is_handed_on_is_python_s(write, code, needed):
    """IPython has one of its own in its place, which cannot be sent to a process."""
    source = f"{HEAD}if __name__ == '__main__':\n    {code}\n"
    (*_, main) = cells(notebook(Lesson.read(write(source, "one.py")), {}), "code")
    assert main.startswith("from builtins import open\n") == needed


def test_what_only_the_program_does_is_in_the_script_alone(write):
    """A kernel has arguments of its own, so it is not for the notebook's main either."""
    code = "import sys\n\nprint(__file__)\n"
    code = f"{HEAD}{code}if __name__ == '__main__' and sys.argv[1:]:\n    print(2)\n"
    *_, whole, _, module = cells(notebook(Lesson.read(write(code, "one.py")), {}), "code")
    assert whole == f"%%writefile one.py\n{code}".strip()
    assert module.startswith("%%writefile one_cell_1.py")
    assert "print(__file__)" in module
    assert "print(2)" not in module


@pytest.mark.parametrize(
    ("code", "line", "word"),
    [
        (
            "import sys\nif __name__ == '__main__' and sys.argv:\n    print(1)\n",
            2,
            "a guard that asks for more is never true in a notebook",
        ),
        (
            "count = 0\n# %%\ndef add():\n    global count\n    count += 1\n",
            3,
            "rebinds 'count', which another cell defines",
        ),
        (
            "limit = 1\ndef show():\n    print(limit)\n"
            "if __name__ == '__main__':\n    limit = 2\n    show()\n",
            1,
            "main rebinds 'limit', which functions read",
        ),
    ],
)
def test_what_a_notebook_would_do_otherwise_is_refused(write, code, line, word):
    """Named with its line and the way out, instead of a notebook that says something else."""
    lesson = Lesson.read(write(code))
    with pytest.raises(NotebookError, match=re.escape(word)) as caught:
        notebook(lesson, {})
    assert f"lesson.py:{line}:" in str(caught.value)


@pytest.mark.parametrize("character", [*"\x01\x0c\x1b\x1c\x7f\x85\ufeff\u2028", "\r\n"])
def test_control_characters_make_a_valid_notebook_that_has_them(tmp_path, character):
    """In code, in a text, in prose and in the title."""
    path = tmp_path / "odd.py"
    ends = character if character == "\r\n" else "\n"
    odd = "" if character == "\r\n" else character
    source = f'"""\nTi{odd}tle\n=====\n"""\n\nTEXT = "a{odd}b"\n# %%\n# Pro{odd}se.\nprint(TEXT)\n'
    path.write_bytes(source.replace("\n", ends).encode())
    text = notebook(Lesson.read(path), {}).encode().decode()
    nbformat.validate(json.loads(text))
    assert f'TEXT = "a{odd}b"' in "\n".join(cells(text, "code"))
    assert "print(TEXT)" in "\n".join(cells(text, "code"))
    assert "se." in "\n".join(cells(text, "markdown"))


def test_a_title_is_shown_as_text(write):
    title = "Can't pickle <function <lambda>>"
    lesson = Lesson.read(write(f'"""\n{title}\n{"=" * len(title)}\n"""\nx = 1\n', "title.py"))
    (first, *_) = cells(notebook(lesson, {}), "markdown")
    assert first.splitlines()[0] == r"# Can't pickle \<function \<lambda>>"
