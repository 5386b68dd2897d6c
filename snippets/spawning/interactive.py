"""
Use processes from Jupyter, IDLE or the prompt
==============================================

You gave a function that you had typed in a notebook or at the prompt to a pool. You got
``AttributeError: module '__main__' has no attribute 'f'``, ``BrokenProcessPool``, or a cell that
never ends. In short: write the function to a file and import it. As two cells of a notebook (at
the prompt, save ``workers.py`` with an editor, and type the rest):

.. code-block:: python

   %%writefile workers.py
   def longest_word(text):
       return max(text.split(), key=len)

.. code-block:: python

   from concurrent.futures import ProcessPoolExecutor
   from workers import longest_word

   with ProcessPoolExecutor() as executor:
       print(list(executor.map(longest_word, ["a cell that ends"])))
"""

# %%
# What Python says at the prompt
# ------------------------------
# You need not copy this cell: it only types lines into a new Python. ``python -i`` is the prompt.
# ``python -`` reads a program from standard input, as ``python < file`` does.

import re
import subprocess
import sys
import tempfile
from multiprocessing import get_start_method
from pathlib import Path

FUNCTION = """
def longest_word(text):
    return max(text.split(), key=len)

"""

CALL = """
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
multiprocessing.set_start_method("METHOD")
executor = ProcessPoolExecutor(1)
print(executor.submit(longest_word, "a cell that ends").result())
"""

# without >>>
NO_PROMPT = "import sys; sys.ps1 = sys.ps2 = ''"


def session(option, typed, folder):
    """Type lines into a Python; print its results and errors."""
    more = ["-c", NO_PROMPT] if option == "-i" else []
    ended = subprocess.run(
        [sys.executable, option, *more],
        input=typed + CALL.replace("METHOD", get_start_method()),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        timeout=60,
    )
    print("python", option)
    for line in ended.stdout.replace(folder, "...").splitlines():
        # results, and the last lines of tracebacks
        if re.match(r"\w[\w. ]*$|[\w.]+(Error|Pool): ", line):
            print("   ", line)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        session("-i", FUNCTION, folder)
        session("-", FUNCTION, folder)

# %%
# Under **fork** both work: the child is a copy of main and has the function. That is why your
# notebook worked on Linux up to Python 3.13. Under **spawn** and **forkserver** they fail. What
# you see depends on the version:
#
# - **3.14, 3.15**: ``AttributeError: module '__main__' has no attribute 'f'``
# - **3.12, 3.13**: ``Can't get attribute 'f' on <module '__main__' (<class
#   '_frozen_importlib.BuiltinImporter'>)>``
# - **3.13.4 and later 3.13, in a terminal**: ``... on <module '__mp_main__' from
#   '.../_pyrepl/__main__.py'>``
# - **3.11**: ``Can't get attribute 'f' on <module '__main__' (built-in)>``
#
# If the program comes from standard input, the worker looks for a file ``<stdin>``, which does
# not exist: ``FileNotFoundError``. Under forkserver main may end with ``ConnectionResetError``
# (Python 3.14) or ``EOFError: unexpected EOF`` (3.13).
#
# .. platform:: Windows
#
#    The error is ``OSError: [Errno 22] Invalid argument: '...\\<stdin>'``, or ``<input>`` in
#    PyCharm's console (`dask/dask#5302 <https://github.com/dask/dask/issues/5302>`__).
#
# Why the worker does not find the function
# -----------------------------------------
# 1. Main pickles the task. A function is pickled as two names: ``__main__`` and ``longest_word``.
#    Its code does not go along.
# 2. A new worker imports your main file, if there is one: main sends ``__main__.__file__``
#    (`spawn.py
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/spawn.py#L190-L202>`__).
#    The prompt, IPython, Jupyter, IDLE's shell and ``python -c`` have none. (In 3.13.4 and later
#    3.13 the prompt has `a file of Python's own
#    <https://github.com/python/cpython/issues/129098>`__.)
# 3. The worker looks for ``longest_word`` in its own ``__main__``. It is not there, and the
#    worker dies.
#
# With the function in a module
# -----------------------------
# The pickle now says ``workers`` and ``longest_word``, which every worker can import.

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "workers.py").write_text(FUNCTION)
        session("-i", "from workers import longest_word\n", folder)
        session("-", "from workers import longest_word\n", folder)

# %%
# The prompt works under every start method, and so do IPython, Jupyter and ``python -c``, without
# a main guard: no file of yours is imported again. Standard input works under fork only: save the
# program, and run ``python file.py``.
#
# - **After** ``%cd`` **or** ``os.chdir()`` a worker ends with ``ModuleNotFoundError: No module
#   named 'workers'``: it looks in the folder in which main imported ``multiprocessing``, and
#   ``%%writefile`` writes into the new one. Call ``sys.path.insert(0, os.getcwd())`` before you
#   make the pool.
# - The module must import what its functions use. It does not see the notebook's variables: pass
#   them as arguments.
# - **After a change to the file, restart the kernel.** Until then main has the old function, and
#   new workers may have the new one. After ``importlib.reload(workers)``, repeat ``from workers
#   import longest_word``, or you get ``PicklingError: ... it's not the same object as
#   workers.longest_word``. Then start a new pool.
#
# A Pool hangs where an executor complains
# ----------------------------------------
# With ``del __file__`` this program has no main file, like a notebook.
#
# .. pair:: interactive
#
# Under spawn and forkserver:
#
# 1. A worker of the pool takes a task, cannot unpickle it, and dies (`pool.py
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/pool.py#L112-L117>`__).
# 2. The pool starts another worker, but does not send the task again, and ``map`` waits forever.
#
# In a program from standard input each worker dies at its start, and the pool starts new ones
# without end.
#
# To end it, interrupt the kernel, or press Ctrl-C. On Windows that may not help (`the manual
# <https://docs.python.org/3/library/threading.html#threading.Lock.acquire>`__): restart the
# kernel, or close the window.
#
# Under **fork** a pool knows only what was defined before it. ``map`` hangs with a function of a
# later cell, too, so make the pool last.
#
# ``print`` shows nothing
# -----------------------
# - **Jupyter** on Linux and macOS shows what children print, and their tracebacks. On Windows
#   they are in the window in which Jupyter was started.
# - **IDLE**: children write to the window from which IDLE was started. Start that with ``python
#   -m idlelib`` (on Windows not with ``pythonw``; `the manual
#   <https://docs.python.org/3/library/idle.html#running-user-code>`__).
#
# Better: return the text and print it in main.
#
# When to use something else
# --------------------------
# - **You want to keep functions in cells.** `joblib
#   <https://joblib.readthedocs.io/en/stable/parallel.html>`__ sends their code along (with
#   ``cloudpickle``).
# - **The work waits** for a network or a disk: use ``ThreadPoolExecutor``.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_spawning_main_guard.py`, for what a child runs of a file.
# - :ref:`sphx_glr_lessons_spawning_package_and_frozen.py`, where ``python -m`` fails with the
#   same ``AttributeError``.

# sphinx_gallery_lesson_added = "2026-11-29"
# sphinx_gallery_lesson_order = 120
# sphinx_gallery_lesson_failures = "workers cannot find a function that was typed"
# sphinx_gallery_lesson_opens_on = "spawn"
# sphinx_gallery_lesson_short = "Prompt and Jupyter"
# sphinx_gallery_lesson_asked = ["AttributeError: module '__main__' has no attribute"]
# sphinx_gallery_lesson_asked = ["Can't get attribute 'f' on <module '__main__' (built-in)>"]
# sphinx_gallery_lesson_asked = ["Pool hangs in a Jupyter notebook on Windows or macOS"]
# sphinx_gallery_lesson_asked = ["FileNotFoundError: No such file or directory: '<stdin>'"]
# sphinx_gallery_lesson_asked = ["multiprocessing in IDLE, in the interactive shell, in IPython"]
# sphinx_gallery_lesson_asked = ["print in a child shows nothing in Jupyter or IDLE"]
# sphinx_gallery_lesson_asked = ["BrokenProcessPool in a notebook", "%%writefile workers.py"]
# sphinx_gallery_lesson_asked = ["PicklingError: it's not the same object as, after reload"]
