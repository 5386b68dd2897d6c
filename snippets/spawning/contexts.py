"""
Use a start method for one pool only: contexts
==============================================

You want spawn for one pool, or write a library that starts processes in other people's programs.
``set_start_method()`` decides for the whole program, or ends with ``RuntimeError: context has
already been set``. In short: ``spawn = multiprocessing.get_context("spawn")``, then
``spawn.Pool(4)`` or ``ProcessPoolExecutor(4, mp_context=spawn)``. All other processes keep the
program's start method.
"""

# %%
# A function that takes a context
# -------------------------------
# ``digests`` computes the SHA-256 of files with at most two workers.

import hashlib
import sysconfig
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import current_process, get_all_start_methods, get_context
from pathlib import Path

LIBRARY = Path(sysconfig.get_path("stdlib"))
FILES = [LIBRARY / "argparse.py", LIBRARY / "ast.py"]


def digest(path):
    """Return the SHA-256 of a file."""
    kind = type(current_process()).__name__
    print(f"{path.name} in a {kind}")
    return hashlib.sha256(path.read_bytes()).hexdigest()


def digests(paths, context=None):
    """Return the SHA-256 of each file; context: how to start workers."""
    executor = ProcessPoolExecutor(2, mp_context=context)
    with executor:  # (1)
        return list(executor.map(digest, paths))


if __name__ == "__main__":
    results = []
    for name in get_all_start_methods():
        context = get_context(name)
        results.append(digests(FILES, context))
    print("all the same:", results.count(results[0]) == len(results))

# %%
# 1. ``mp_context`` wants a context, not its name. ``None`` means the program's own start method.
#
# The class name in each line shows how its worker was started. So one program used every start
# method of its platform (on Windows that is spawn alone), without setting one for the whole
# program.
#
# :func:`~multiprocessing.get_context` returns a context: an object with what the module
# ``multiprocessing`` offers (``Process``, ``Pool``, ``Queue``, ``Lock``, ``Manager``, ...), for
# one start method. A name that the platform does not have raises ``ValueError: cannot find
# context for 'fork'``.
#
# If your library uses ``Pool``, write ``context = context or multiprocessing.get_context()`` and
# ``context.Pool(2)``, in the function that starts the pool. At the top of the module it would be
# wrong: without a name, ``get_context()`` fixes the program's method.
#
# .. platform:: macOS
#
#    In your program leave out ``fork``: the system's libraries may start threads, and a forked
#    process may crash then (`the manual
#    <https://docs.python.org/3/library/multiprocessing.html#contexts-and-start-methods>`__).
#
# Take everything from the same context
# -------------------------------------
# This library starts processes with the context spawn, and gives them a lock:
#
# .. pair:: contexts
#
# ``multiprocessing.Lock()`` belongs to the program's start method. If that is fork, ``start()``
# raises ``A SemLock created in a fork context is being shared with a process in a spawn
# context``:
#
# 1. Under fork, ``Lock()`` removes the name of its semaphore at once: a copy of the process does
#    not need it.
# 2. ``start()`` pickles the arguments for the new process, and so the lock.
# 3. A spawned process has to find the semaphore by its name. There is none, so the lock refuses
#    to be pickled (`the check in CPython
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/synchronize.py#L108>`__).
#    Python 3.11.2 (Debian 12) has `no such check yet
#    <https://github.com/python/cpython/issues/77377>`__: the child crashes, with exit code -11.
#
# The same holds for ``Queue``, ``Event``, ``Value`` and all others that have a lock in them. Only
# this direction fails: from fork to a process of spawn or forkserver. So the broken program runs
# on Linux with Python 3.14, whose default is forkserver, and fails on 3.13.
#
# ``RuntimeError: context has already been set``
# ----------------------------------------------
# The program's own start method is open until something needs it. Then it is fixed.

from multiprocessing import get_start_method, set_start_method

if __name__ == "__main__":
    digests(FILES)
    fixed = get_start_method()  # (1)
    print("fixed:", fixed)
    try:
        set_start_method("spawn")
    except RuntimeError as error:
        print("RuntimeError:", error)

# %%
# 1. Even this question fixes the default. To look without fixing it, call
#    ``get_start_method(allow_none=True)``: it returns ``None`` while nothing is fixed.
#
# ``digests(FILES)`` without a context had fixed it already. After that
# :func:`~multiprocessing.set_start_method` raises, even for the same method. The usual causes:
#
# - **It is called too late.** Before it, a process was started, a pool, executor, lock, queue or
#   manager was made, or ``get_start_method()`` or ``get_context()`` was called without an
#   argument. Call it as the first line under the guard. To find an import that fixes the method,
#   print ``get_start_method(allow_none=True)`` between the imports. If a library has called
#   ``set_start_method``, take a context for your own processes.
# - **It comes after** ``freeze_support()``, on Python 3.13.4 to 3.13.13 and 3.14.0 to 3.14.4
#   (`python/cpython#140814 <https://github.com/python/cpython/issues/140814>`__). Swap the two
#   lines.
# - **A library has started a process of a spawn or forkserver context**, on 3.11, 3.12, and up to
#   3.13.11 and 3.14.2. That fixed the program's method, too (`python/cpython#109263
#   <https://github.com/python/cpython/issues/109263>`__).
# - **It is not under the guard.** A spawned child sets its start method, then imports your file
#   and sets it once more (:ref:`sphx_glr_lessons_spawning_main_guard.py`).
# - **It is called twice**, for example in a notebook's cell. Write ``if
#   get_start_method(allow_none=True) != "spawn":`` before it: then it is set once, and raises
#   only if another method is fixed.
#
# ``force=True`` silences the error, and changes the method for everything that comes after. A
# lock or queue that another part of the program has made under fork does not fit the new
# processes. ``force=True`` is for tests.
#
# When not to use a context
# -------------------------
# If the whole program uses one method, call ``set_start_method`` once, or take the default.
#
# A library should take a context from its caller, as ``digests`` does. If it works with one
# method only, say spawn because it uses threads, call ``get_context("spawn")`` in it, and write
# into its documentation that every program that uses it needs a main guard. Up to Python 3.13.11
# and 3.14.2 such a program must call its own ``set_start_method()`` before it uses the library.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_spawning_start_methods.py`, for what differs between the methods.
# - :ref:`sphx_glr_lessons_spawning_subclassing.py`, because a subclass of ``Process`` has its
#   context in its base class.

# sphinx_gallery_lesson_added = "2026-11-29"
# sphinx_gallery_lesson_order = 90
# sphinx_gallery_lesson_short = "Contexts"
# sphinx_gallery_lesson_asked = ["RuntimeError: context has already been set", "get_context"]
# sphinx_gallery_lesson_asked = ["A SemLock created in a fork context is being shared"]
# sphinx_gallery_lesson_asked = ["set_start_method force=True", "get_start_method allow_none"]
# sphinx_gallery_lesson_asked = ["start method in a library", "mp_context ProcessPoolExecutor"]
# sphinx_gallery_lesson_asked = ["use spawn for one pool only", "Pool with a context"]
# sphinx_gallery_lesson_asked = ["two start methods in one program"]
# sphinx_gallery_lesson_asked = ["ValueError: cannot find context for 'fork'"]
# sphinx_gallery_lesson_asked = ["set_start_method in a notebook, called twice"]
