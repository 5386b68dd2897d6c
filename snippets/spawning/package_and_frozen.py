"""
Start processes from a package, a zipapp or a frozen .exe
=========================================================

Your program works as a script. As ``python -m report`` it fails with ``AttributeError: module
'__main__' has no attribute 'f'`` (before Python 3.14: ``Can't get attribute 'f' on <module
'__main__' ...``). Or PyInstaller made an executable of it, and it opens one window after another.

In short: keep the functions that workers run in a module beside ``__main__.py``, and begin with
``freeze_support()``:

.. code-block:: python

   # report/__main__.py
   from multiprocessing import freeze_support

   from report.cli import main

   if __name__ == "__main__":
       freeze_support()
       main()
"""

# %%
# ``python -m report`` cannot find its own function
# -------------------------------------------------
# Main writes a package ``report``, whose ``__main__.py`` defines a function and starts a worker
# for it. Main runs this file in two ways.

import re
import subprocess
import sys
import tempfile
from multiprocessing import get_start_method
from pathlib import Path

FUNCTION = """
def count_words(text):
    return len(text.split())
"""

MAIN = """
import multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor
print("a file runs as", __name__, flush=True)

def main():
    multiprocessing.set_start_method(sys.argv[1])
    with ProcessPoolExecutor(1) as executor:
        print(executor.submit(count_words, "three short words").result())

if __name__ == "__main__":
    main()
"""


def run(folder, *command):
    """Run Python in the folder; print its results and errors."""
    ended = subprocess.run(
        [sys.executable, *command, get_start_method()],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        timeout=60,
    )
    print("python", *command)
    for line in ended.stdout.splitlines():
        # results, and the last lines of tracebacks
        if re.match(r"\w[\w. ]*$|[\w.]+(Error|Pool): ", line):
            print("   ", line)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder, "report")
        package.mkdir()
        (package / "__main__.py").write_text(FUNCTION + MAIN)
        run(folder, "-m", "report")
        run(folder, "report/__main__.py")

# %%
# ``python report/__main__.py`` works under every start method. ``python -m report`` works under
# **fork** only, and since Python 3.14 the default on Linux is **forkserver**. Under spawn and
# forkserver the main file is imported again for the workers, with one exception. Above, each file
# says under which name it runs:
#
# - **A script is imported again**, as ``__mp_main__``, so the worker has its functions.
# - **The** ``__main__.py`` **of a package, folder or zip file is not imported again.** Such a
#   file often starts the program without asking for ``__name__`` (`spawn.py
#   <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/spawn.py#L250-L257>`__). The
#   task names ``__main__.count_words``, and the worker's ``__main__`` has no such function.
#
# A ``Process`` prints the same ``AttributeError`` and ends with exit code 1. A ``Pool`` waits
# forever (:ref:`sphx_glr_lessons_spawning_interactive.py`).
#
# The cure: functions in a module beside ``__main__.py``
# ------------------------------------------------------
# Now the task names ``report.counting.count_words``, which a worker can import. Main runs the
# package, and then packs it as a zipapp and runs that.
#
# .. code-block:: text
#
#    report/
#        __init__.py
#        __main__.py   imports main and calls it
#        cli.py        def main(): ...
#        counting.py   def count_words(text): ...

import zipapp

START = """
from report.cli import main

if __name__ == "__main__":
    main()
"""

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder, "source", "report")
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        (package / "counting.py").write_text(FUNCTION)
        imports = "from report.counting import count_words"
        (package / "cli.py").write_text(imports + MAIN)
        (package / "__main__.py").write_text(START)
        run(package.parent, "-m", "report")
        app = Path(folder, "report.pyz")
        zipapp.create_archive(package.parent, app, main="report.cli:main")
        run(folder, "report.pyz")

# %%
# Both work under every start method. But ``python report/__main__.py`` and ``python report`` end
# with ``ModuleNotFoundError: No module named 'report'``, because ``sys.path`` begins with the
# package's own folder. Type ``python -m report`` in the folder above. These work, too:
#
# - **A console script**: ``report = "report.cli:main"`` in ``[project.scripts]``. pip writes a
#   small file that imports ``report.cli``.
# - ``python -m report.cli``: a module with another name than ``__main__`` is imported again, by
#   its name. It needs the main guard.
#
# What a frozen program starts
# ----------------------------
# PyInstaller, cx_Freeze and others put Python and your program into one executable, and
# ``sys.executable`` is that program. ``get_command_line`` (undocumented) returns the command that
# starts a child. Main asks for that of Windows, first as a script, then as a frozen program:

from multiprocessing import freeze_support, spawn

WINDOWS = {"parent_pid": 5, "pipe_handle": 7}

if __name__ == "__main__":  # (1)
    freeze_support()
    command = spawn.get_command_line(**WINDOWS)
    print("script:", command[-2:])
    sys.frozen = True  # (2)
    command = spawn.get_command_line(**WINDOWS)
    print("frozen:", command[1:])
    del sys.frozen

# %%
# 1. :func:`~multiprocessing.freeze_support` returns at once: main is no frozen child.
# 2. The packing tools set it. We pretend.
#
# A script's child is a Python that gets its task with ``-c``. A frozen child is **your program,
# started once more** with arguments such as these:
#
# 1. It runs from the top as ``"__main__"``, so the main guard does not stop it.
# 2. ``freeze_support()`` finds ``--multiprocessing-fork`` in ``sys.argv``, does the work of the
#    child with the functions that are defined so far, and exits (`spawn.py
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/spawn.py#L67-L80>`__).
# 3. Without it the child goes on: it opens the window, reads the arguments, and starts children,
#    which do the same. Or ``argparse`` complains of ``unrecognized arguments:
#    --multiprocessing-fork``. To end them all: ``taskkill /F /IM report.exe`` on Windows, ``pkill
#    -x report`` elsewhere.
#
# So ``freeze_support()`` is the first line under the guard, before ``argparse``, a window, and
# the first process, lock or pool. If an *import* does one of these, call it before that import.
# In a program that is not frozen it does nothing. (On Python 3.13.4 to 3.13.13 and 3.14.0 to
# 3.14.4 it fixes the start method: call ``set_start_method()`` before it.)
#
# .. platform:: Linux, macOS
#
#    PyInstaller `requires it on all platforms
#    <https://pyinstaller.org/en/stable/common-issues-and-pitfalls.html#multi-processing>`__, and
#    replaces it with a version of its own. Python's own is not enough there: it does not know the
#    resource tracker and the fork server, which are started from the same executable
#    (`python/cpython#76327 <https://github.com/python/cpython/issues/76327>`__).
#
# Which Python the children run
# -----------------------------
# In an application that embeds Python, ``sys.executable`` may be the application, and each child
# starts it once more. Or ``sys.executable`` is empty, and no child starts. Tell
# ``multiprocessing`` where a Python is, before the first process, lock or queue:
# ``multiprocessing.set_executable(path)``. It has to be the same version, with the same packages.
# On Windows an application without a console gives the path of ``pythonw.exe``. Main asks for the
# command once more:

import os
from multiprocessing import set_executable

if __name__ == "__main__":
    set_executable("/opt/python/bin/python3")
    command = spawn.get_command_line(**WINDOWS)
    print("started by:", os.fsdecode(command[0]))
    set_executable(sys.executable)  # as before

# %%
# :func:`~multiprocessing.set_executable` has no effect under fork. Do not call it in a frozen
# program.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_spawning_main_guard.py`, which you need as well.
# - :ref:`sphx_glr_lessons_spawning_interactive.py`, for functions that are in no file at all.

# sphinx_gallery_lesson_added = "2026-11-29"
# sphinx_gallery_lesson_order = 130
# sphinx_gallery_lesson_failures = "workers cannot find a function of __main__.py"
# sphinx_gallery_lesson_opens_on = "spawn"
# sphinx_gallery_lesson_short = "Packages and .exe"
# sphinx_gallery_lesson_asked = ["multiprocessing fails in __main__.py with python -m package"]
# sphinx_gallery_lesson_asked = ["module '__main__' has no attribute, forkserver, Python 3.14"]
# sphinx_gallery_lesson_asked = ["Can't get attribute on <module '__main__'>, python -m"]
# sphinx_gallery_lesson_asked = ["freeze_support: what does it do, where does it go"]
# sphinx_gallery_lesson_asked = ["PyInstaller exe opens many windows, starts itself endlessly"]
# sphinx_gallery_lesson_asked = ["error: unrecognized arguments: --multiprocessing-fork"]
# sphinx_gallery_lesson_asked = ["multiprocessing with a zipapp, .pyz, a console script"]
# sphinx_gallery_lesson_asked = ["sys.executable is not python, embedded"]
# sphinx_gallery_lesson_asked = ["multiprocessing.set_executable, pythonw.exe"]
