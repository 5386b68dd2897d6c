"""A lesson finds what ``python lesson.py`` gives it: compared with just that."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from multitrack import launch
from multitrack.interpreters import InterpreterError, about
from multitrack.launch import MARKED, STAGE
from multitrack.own_frames import CARETS
from multitrack.recording import Recording
from multitrack.run import Options, record
from multitrack.script import Script, ScriptError
from multitrack.shorten import shortener
from tests.pythons import NEWEST, needs_newest

PYTHONS = [sys.executable, pytest.param(NEWEST, marks=needs_newest, id="newest")]


def works(python: str) -> bool:
    """Whether it is there and answers."""
    try:
        return bool(about(python))
    except InterpreterError:
        return False


OTHERS = {f"python3.{minor}" for minor in range(11, 16) if minor != sys.version_info.minor}
EVERY = [sys.executable, *(p for name in sorted(OTHERS) if (p := shutil.which(name)) and works(p))]

# What it says of itself is compared; the first word tells the line from others.
SELF = """
import sys
first = sorted(sys.modules), list(sys.meta_path), sorted(sys.path_importer_cache), dir()
import json, os, signal, threading
main = sys.modules["__main__"]
print("SELF", json.dumps({
    "modules": first[0],
    "finders": [getattr(f, "__name__", type(f).__name__) for f in first[1]],
    "importers": first[2], "names": first[3], "order": list(main.__dict__)[:10],
    "cached": main.__dict__.get("__cached__", "none"), "doc": __doc__, "main": repr(main),
    "file": __file__, "name": __name__, "package": __package__, "spec": __spec__,
    "loader": [type(__loader__).__name__, __loader__.name, __loader__.path],
    "argv": sys.argv, "path": sys.path, "orig_argv": sys.orig_argv,
    "threads": len(os.listdir("/proc/self/task")), "active": threading.active_count(),
    "descriptors": [f for f in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + f)],
    "stdin": sys.stdin.read(), "hook": sys.excepthook is sys.__excepthook__,
    "signals": [str(signal.getsignal(s)) for s in sorted(signal.valid_signals())],
    "annotations": main.__dict__.get("__annotations__", "none"),
    "globals": sorted(globals())[:3], "is_main": globals() is main.__dict__,
    "flags": str(sys.flags), "recursion": sys.getrecursionlimit(), "options": sys._xoptions,
    "warnings": sys.warnoptions, "umask": os.umask(0o22), "leads": os.getsid(0) == os.getpid(),
    "trace": [sys.gettrace(), sys.getprofile()],
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


@pytest.mark.parametrize("python", EVERY)
def test_the_interpreter_is_as_a_plain_run_finds_it(play, write, python):
    """What it knows of itself, its modules and its process; one more descriptor, and a finder."""
    path = write(SELF)
    done = plainly(path, python)
    short = shortener(Path("/nowhere"), path, path.parent, about(python))
    plain = json.loads(short(done.stdout).removeprefix("SELF "))
    recording = play(SELF, python=python)
    assert recording.ok, recording.problems
    (line,) = recording.lines
    played = json.loads(line.text.removeprefix("SELF "))
    assert sorted(set(played.pop("descriptors")) - set(plain.pop("descriptors"))) == [str(MARKED)]
    assert played.pop("finders")[1:] == plain.pop("finders")
    assert plain["argv"] == plain["orig_argv"][1:] == ["lesson.py"]
    assert plain["path"][0] == "."
    assert played == plain


def test_a_script_behind_a_link_imports_from_where_it_really_is(play, write, tmp_path):
    """As ``python link.py`` does; ``__file__`` is the link."""
    code = (
        "import sys, beside\nprint(sys.path[0] == beside.HERE, __file__ == sys.argv[0], __file__)"
    )
    write("HERE = __file__.rpartition('/')[0]\n", "real/beside.py")
    write(code, "real/script.py")
    link = tmp_path / "links" / "link.py"
    link.parent.mkdir()
    link.symlink_to("../real/script.py")
    recording = record(Script.read(link), "spawn", Options(timeout=20))
    assert [x.text for x in recording.lines] == ["True True link.py"]


@pytest.mark.parametrize("most", [199, 64])
def test_few_descriptors_are_enough(write, most):
    """The stage's own is the highest that is allowed; in a process that has none of the suite's."""
    path = write(
        "import os\nprint(os.get_inheritable(int(max(os.listdir('/proc/self/fd'),"
        " key=int))), max(map(int, os.listdir('/proc/self/fd'))))\n# %%\nprint(2)\n"
    )
    code = f"""if True:
        import resource
        from multitrack.run import Options, record
        from multitrack.script import Script
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, ({most}, most))
        print(record(Script.read({str(path)!r}), "fork", Options(timeout=20)).to_json())
    """
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    recording = Recording.from_json(done.stdout)
    assert recording.ok, recording.problems
    assert [(x.cell, x.text) for x in recording.lines] == [(1, f"False {most - 1}"), (2, "2")]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_name_that_is_not_utf_8(tmp_path, method):
    """Is a name like any other; bytes of it stand as such."""
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/n\xff.py"))
    path.write_text(
        "import multiprocessing\n"
        "def work(): print(__file__)\n"
        "if __name__ == '__main__':\n"
        "    child = multiprocessing.Process(target=work); child.start(); child.join()\n"
        "    1/0\n"
    )
    recording = record(Script.read(path), method, Options(timeout=20))
    said = [x.text for x in recording.lines]
    assert said[0] == "n\\xff.py"
    assert '  File "n\\udcff.py", line 5, in <module>' in said
    assert "main ended with 1 at line 5" in recording.problems[0].text


def test_folders_are_short_however_they_are_written(write, tmp_path):
    """By faulthandler, in a traceback, and as they are."""
    path = write(
        "import faulthandler\nfaulthandler.dump_traceback()\nprint(__file__)\n", "é😀/a.py"
    )
    recording = record(Script.read(path), "fork", Options(timeout=20))
    said = [x.text for x in recording.lines]
    assert said[1] == '  File "a.py", line 2 in <module>'
    assert said[2:] == ["a.py"]
    assert not any(str(tmp_path) in text or str(STAGE.parent.parent) in text for text in said)


@pytest.mark.parametrize("python", EVERY)
def test_the_stage_is_on_no_stack_that_a_script_prints(play, python):
    """Neither its frames nor their source, in main and in a fork; all else is there."""
    code = """
    import faulthandler, os, sys, traceback
    def where():
        traceback.print_stack(file=sys.stdout)
        print("    ^ not a caret of a traceback")
        faulthandler.dump_traceback(all_threads=False)
        print("    exec(cell, main.__dict__)")
    where()
    if os.fork() == 0:
        where()
        os._exit(0)
    os.wait()
    """
    recording = play(code, python=python)
    assert recording.ok, recording.problems

    def stack(line):
        return [
            f'  File "lesson.py", line {line}, in <module>',
            "    where()",
            '  File "lesson.py", line 4, in where',
            "    traceback.print_stack(file=sys.stdout)",
            "    ^ not a caret of a traceback",
            "Stack (most recent call first):",
            '  File "lesson.py", line 6 in where',
            f'  File "lesson.py", line {line} in <module>',
            "    exec(cell, main.__dict__)",
        ]

    for process, line in (("main", 8), ("child 1", 10)):
        said = [x.text for x in recording.lines if x.process == process]
        said = [x for x in said if not CARETS.fullmatch(x.encode())]
        assert said == stack(line)


def test_without_proc_the_way_out_is_said(play, monkeypatch):
    """And nothing is run."""
    monkeypatch.setattr(launch, "PROC", Path("/nowhere"))
    with pytest.raises(ScriptError, match=r"lesson.py: cannot be recorded: .*mount -t proc"):
        play("print('never')")


def test_only_the_scripts_first_string_is_its_docstring(play):
    """As in a script that is run whole."""
    code = """
    "doc"
    x = 1
    # %%
    "no doc"
    print(__doc__)
    # %%
    print(__doc__)
    """
    assert [x.text for x in play(code).lines] == ["doc", "doc"]


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
    lines = [line.strip() for line in STAGE.read_text().splitlines()]
    imports = {line for line in lines if line.startswith(("import ", "from "))}
    assert imports == {f"import {name}" for name in ("_io", "_thread", "os", "sys", "time")}


def test_a_closed_mark_is_not_written_elsewhere(play, tmp_path):
    """The lesson closed the stage's descriptor and has a file of its own there."""
    code = f"""
    import os
    os.close({MARKED})
    file = os.open({str(tmp_path / "own.txt")!r}, os.O_CREAT | os.O_RDWR)
    os.dup2(file, {MARKED})
    # %%
    print("still here")
    """
    recording = play(code)
    assert recording.ok
    assert (tmp_path / "own.txt").read_bytes() == b""
    assert [(x.cell, x.text) for x in recording.lines] == [(1, "still here")]
