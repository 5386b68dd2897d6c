"""A lesson finds what ``python lesson.py`` gives it: compared with just that."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from multitrack.launch import MARKED, STAGE
from tests.pythons import NEWEST, needs_newest

PYTHONS = [sys.executable, pytest.param(NEWEST, marks=needs_newest, id="newest")]

# What it says of itself is compared; the first word tells the line from others.
SELF = """
import sys
first = sorted(sys.modules), list(sys.meta_path), list(sys.path_hooks)
import json, os, signal, threading
main = sys.modules["__main__"]
print("SELF", json.dumps({
    "modules": first[0],
    "finders": [getattr(f, "__name__", type(f).__name__) for f in first[1]],
    "names": sorted(n for n in dir(main) if n.startswith("__")),
    "file": __file__, "name": __name__, "package": __package__, "spec": __spec__,
    "loader": [type(__loader__).__name__, __loader__.name, __loader__.path],
    "argv": sys.argv, "path": sys.path, "orig_argv": sys.orig_argv[2:],
    "threads": len(os.listdir("/proc/self/task")), "active": threading.active_count(),
    "descriptors": [f for f in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + f)],
    "stdin": sys.stdin.read(), "hook": sys.excepthook is sys.__excepthook__,
    "signals": [str(signal.getsignal(s)) for s in sorted(signal.valid_signals())],
    "annotations": main.__dict__.get("__annotations__", "none"),
    "globals": sorted(globals())[:3], "is_main": globals() is main.__dict__,
    "flags": str(sys.flags), "recursion": sys.getrecursionlimit(),
}))
"""


def plainly(path: Path, python: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a script as a reader does, in the environment that the recorder chooses."""
    names = ("PATH", "LANG")
    env = {n: os.environ[n] for n in names if n in os.environ} | {
        "HOME": str(path.parent),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        **more,
    }
    return subprocess.run(
        [python, str(path)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=env,
        cwd=path.parent,
        timeout=30,
        start_new_session=True,
    )


@pytest.mark.parametrize("python", PYTHONS)
def test_the_interpreter_is_as_a_plain_run_finds_it(play, write, python):
    """Modules, names of ``__main__``, path, threads, signals; one more descriptor, and a finder."""
    path = write(SELF)
    plain = json.loads(plainly(path, python).stdout.removeprefix("SELF "))
    recording = play(SELF, python=python)
    assert recording.ok, recording.problems
    (line,) = recording.lines
    # The recorder shortens folders; the two are compared in that form.
    text = json.dumps(plain).replace(f"{path.parent}/", "").replace(f'"{path.parent}"', '"."')
    played = json.loads(line.text.removeprefix("SELF "))
    assert sorted(set(played.pop("descriptors")) - set(plain.pop("descriptors"))) == ["199"]
    assert played.pop("finders")[1:] == plain.pop("finders")
    for name in ("file", "argv", "loader", "annotations", "modules", "names"):
        wanted = json.loads(text)[name]
        assert played.pop(name) == wanted, name
        plain.pop(name)
    assert played.pop("path")[0] == "."
    assert len(plain.pop("path")) > 1
    assert played == plain


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize(
    "code",
    [
        "import os\nprint(input())\n",
        "1/0\n",
        "def f():\n    raise ValueError('x') from KeyError(1)\nf()\n",
        "import sys\nsys.exit('a reason')\n",
        "import sys\nsys.exit(4)\n",
        "import os\nos._exit(3)\n",
        "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\n",
        "raise KeyboardInterrupt\n",
        "import warnings\nwarnings.warn('careful')\n",
        "import sys\nsys.excepthook = lambda kind, *rest: print('hook', kind.__name__)\n1/0\n",
        "import threading\nt = threading.Thread(target=lambda: 1/0, name='T')\n"
        "t.start(); t.join()\n",
        "from . import x\n",
        "import atexit\natexit.register(print, 'last')\nprint('first')\n",
        "import sys\nsys.stdout = None\nprint('gone')\n",
        "import sys\nsys.stdout = sys.stderr\nprint('other')\n",
        "import sys\nprint('before')\nsys.stdout.detach()\n",
        "import sys\nprint('before')\nsys.stdout.close()\n",
        "import os\nos.write(1, b'before\\n')\nos.close(1)\nos.close(2)\n",
        "import os\nos.closerange(0, 256)\n",
        "import os\nprint('x', flush=True)\nn = os.open(os.devnull, os.O_WRONLY)\nos.dup2(n, 1)\n"
        "print('nowhere')\n",
        "import multiprocessing\nmultiprocessing.freeze_support()\nprint('thawed')\n",
        "import multiprocessing as m\nm.set_start_method('spawn')\nm.set_start_method('fork')\n",
        "import multiprocessing as m\nprint(m.get_start_method(allow_none=True))\n"
        "m.set_start_method('spawn')\nprint(m.get_start_method())\n",
        "import multiprocessing as m\nprint(m.get_start_method())\nm.set_start_method('spawn')\n",
        "x: int = 3\nprint(__annotations__)\n",
        "import this_module_does_not_exist\n",
        "print('no end', end='')\n",
    ],
)
def test_awkward_scripts_do_what_they_do_in_a_terminal(play, write, code, python):
    """The same lines, the same end."""
    path = write(code)
    plain = plainly(path, python)
    method = "forkserver" if python == NEWEST else "fork"  # the defaults of Linux
    recording = play(code, method, python=python)
    shown = plain.stdout.replace(f"{path.parent}/", "")
    lines = shown.replace("/usr/lib/", "lib/").splitlines()
    said = [line.text for line in recording.lines]
    if python == sys.executable:
        lines = [
            x.replace(str(Path(os.__file__).parent), f"lib/{Path(os.__file__).parent.name}")
            for x in lines
        ]
    assert said == lines
    code_or_signal = (
        recording.main.exit_code
        if plain.returncode >= 0
        else -getattr(__import__("signal"), recording.main.signal)
    )
    assert code_or_signal == plain.returncode
    assert recording.ok == (plain.returncode == 0)


def test_future_statements_hold_across_cells(play):
    """As they do in a script."""
    code = """
    from __future__ import annotations
    # %%
    def f(x: not_defined_anywhere) -> None: ...
    # %%
    print(f.__annotations__["x"])
    """
    assert [x.text for x in play(code).lines] == ["not_defined_anywhere"]


def test_line_numbers_are_the_scripts(play):
    """In a later cell, and after a form feed, which ends no line."""
    code = "x = '''a\x0cb\u2028c'''\n# %%\n\n\nraise ValueError(x[0])\n"
    recording = play(code)
    assert '  File "lesson.py", line 5, in <module>' in [x.text for x in recording.lines]
    assert "at line 5" in recording.problems[0].text


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_the_default_start_method_is_imitated_not_set(play, method, python):
    """The script may still set one; a child knows what it was started by."""
    code = """
    import multiprocessing as m, sys
    if __name__ == "__main__":
        print(m.get_start_method(allow_none=True))
    # %%
    def work():
        print("child", m.get_start_method())
    if __name__ == "__main__":
        child = m.Process(target=work); child.start(); child.join()
        print(m.get_start_method(), [f for f in sys.meta_path if "stage" in str(f)])
    """
    recording = play(code, method, python=python)
    assert recording.ok, recording.problems
    said = [(x.process, x.text) for x in recording.lines]
    assert said == [
        ("main", "None"),
        ("child 1", f"child {method}"),
        ("main", f"{method} []"),
    ]


def test_the_stage_imports_only_what_every_interpreter_has_loaded():
    """Or the lesson would find a module that ``python lesson.py`` does not load."""
    lines = STAGE.read_text().splitlines()
    assert [x for x in lines if x.lstrip().startswith(("import ", "from "))] == [
        "import os",
        "import sys",
        "import _io",
        "import sys",
    ]
    assert MARKED == 199


def test_a_closed_mark_is_not_written_elsewhere(play, tmp_path):
    """The lesson closed the stage's descriptor and has a file of its own there."""
    code = f"""
    import os
    os.close(199)
    file = os.open({str(tmp_path / "own.txt")!r}, os.O_CREAT | os.O_RDWR)
    os.dup2(file, 199)
    # %%
    print("still here")
    """
    recording = play(code)
    assert recording.ok
    assert (tmp_path / "own.txt").read_bytes() == b""
    assert [(x.cell, x.text) for x in recording.lines] == [(1, "still here")]
