"""
The main guard and the "bootstrapping phase" RuntimeError
=========================================================

Recognise the error of a program that starts processes without a main guard,
understand where it comes from, and cure it.
"""

# %%
# This lesson runs two small programs, one broken and one cured, each as a file of
# its own. Both are told the start method on the command line, so that the
# switch on this page reaches them too.

import subprocess
import sys
import tempfile
from multiprocessing import get_start_method
from pathlib import Path

BROKEN = """\
import multiprocessing
import sys

print("this file runs as", __name__)

def greet():
    print("hello from the child")

context = multiprocessing.get_context(*sys.argv[1:])
process = context.Process(target=greet)
process.start()
process.join()
print("exit code of the child:", process.exitcode)
"""


def run_program(source: str) -> int:
    """Run ``source`` as a program of its own; return its exit status.

    Raises subprocess.TimeoutExpired when it has not ended after 30 s.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "greet.py")
        path.write_text(source)
        command = [sys.executable, str(path), get_start_method()]
        return subprocess.run(command, timeout=30).returncode


if __name__ == "__main__":
    status = run_program(BROKEN)
    print("exit status of the broken program:", status)

# %%
# In the gutter ``child 1`` is the broken program; another process that speaks was
# started by it. Under **fork** nothing is wrong: the child is a copy of the
# running program, goes on from there, and never reads the file. Whoever wrote
# this on Linux before Python 3.14 had no reason to suspect it.
#
# Under **spawn** the greeting never comes. It happens in this order:
#
# 1. The program reaches ``process.start()``, which starts a new interpreter and
#    sends it the *name* of the function, ``greet``.
# 2. To find ``greet``, the child runs the program's file, this time under the name
#    ``__mp_main__``. The first line of its output shows it.
# 3. That run reaches ``process.start()`` too. If Python obeyed, the grandchild
#    would do the same, without end. The child knows that it is still being set up
#    and refuses, with the ``RuntimeError``.
# 4. The child dies of it. The program sees an exit code of 1, and goes on:
#    ``join()`` does not raise, and its own exit status is 0.
#
# Under **forkserver** the cause is the same ``RuntimeError``, but which process it
# ends depends on the version of Python:
#
# - Up to Python 3.13.7, and in 3.14.0, it is the story of spawn. The child is a
#   fork of the server and runs the file itself: it dies, and the program's own
#   exit status is 0.
# - From 3.13.8 on in Python 3.13, and from 3.14.1 on in 3.14, the fork server runs
#   the file first, so it is the server that dies. The program waits for an answer
#   that never comes. The last traceback is its ``EOFError`` in 3.13 and its
#   ``ConnectionResetError`` in 3.14, and its exit status is 1. The cause stands
#   above it.
# - From Python 3.15 on the server still runs the file first, but passes over the
#   error. Then the child runs the file and dies, as under spawn.
#
# The cure is to keep everything that starts processes under a condition that is
# true in the program and false in the child's run of the file.

CURED = """\
import multiprocessing
import sys

print("this file runs as", __name__)

def greet():
    print("hello from the child")

if __name__ == "__main__":
    context = multiprocessing.get_context(*sys.argv[1:])
    process = context.Process(target=greet)
    process.start()
    process.join()
    print("exit code of the child:", process.exitcode)
"""

if __name__ == "__main__":
    status = run_program(CURED)
    print("exit status of the cured program:", status)

# %%
# The child greets, under every start method. Under spawn and forkserver the file
# still runs a second time as ``__mp_main__``: the guard does not prevent that, it
# makes it harmless. So the top level of a program is the place for imports,
# functions, classes and constants, and not for reading large files, parsing
# arguments or opening connections.
#
# The message mentions ``freeze_support()``. You need it only in a program that is
# frozen into an executable; it does not replace the guard.
#
# A :class:`~multiprocessing.pool.Pool` without a guard can be worse than a
# ``Process``: it replaces each worker that dies, the new one dies too, and the
# same traceback fills the screen until you end the main program.
#
# When you do not need it: in a module that only defines things and is imported
# by others. The guard belongs to the file that you run.
#
# Read next: :ref:`sphx_glr_lessons_spawning_start_methods.py`. Every other lesson
# here is guarded, from :ref:`sphx_glr_lessons_spawning_first_process.py` on.

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_opens_on = "spawn"
# sphinx_gallery_lesson_order = 40
# sphinx_gallery_lesson_failures = "without the guard, child or fork server die of a RuntimeError"
# sphinx_gallery_lesson_short = "The main guard"
# sphinx_gallery_lesson_asked = ["RuntimeError: An attempt has been made to start a new process"]
# sphinx_gallery_lesson_asked = ["why if __name__ == '__main__' is needed", "freeze_support"]
# sphinx_gallery_lesson_asked = ["program starts again and again, endless processes"]
# sphinx_gallery_lesson_asked = ["script runs twice", "works on Linux but not on Windows"]
# sphinx_gallery_lesson_asked = ["code at the top of my file runs once per worker"]
# sphinx_gallery_lesson_asked = ["ConnectionResetError: [Errno 104] Connection reset by peer"]
# sphinx_gallery_lesson_asked = ["BrokenProcessPool on Windows"]
# sphinx_gallery_lesson_asked = ["file is imported again in each child, __mp_main__"]
