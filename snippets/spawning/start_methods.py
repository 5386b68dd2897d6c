"""
fork, spawn, forkserver: what a child process starts with
=========================================================

Your program works on your Linux machine. On Windows, on a Mac or with Python 3.14, a worker does
not know a variable that main has set. In short: pass it as an argument. This page shows
what a child gets from its parent under each start method, what each costs, and which one to choose.
"""

# %%
# Which start method do you have?
# -------------------------------
# The *start method* is how Python makes a new process.
#
# - **fork**: the child is a copy of the process that starts it. The default on Linux up to Python
#   3.13.
# - **spawn**: the child is a new interpreter. The default on macOS, and the only method on
#   Windows.
# - **forkserver**: the child is a copy of a small helper process, the *fork server*. The default
#   on Linux since Python 3.14.

from multiprocessing import get_start_method

if __name__ == "__main__":
    print("this program uses:", get_start_method())

# %%
# What a child finds of main's changes
# ------------------------------------
# A child reads a module-level variable and an environment variable. Main changes both, and
# another child reads them.

import os
from multiprocessing import Process

currency = "EUR"


def read_settings(when):
    """Print the settings as this process has them."""
    discount = os.environ.get("DISCOUNT", "none")
    print(f"{when}: currency {currency}, discount {discount}")


def read_in_child(when):
    """Let a new process read the settings."""
    process = Process(target=read_settings, args=(when,))
    process.start()
    process.join()


def change_settings():
    """Change both settings in the process that calls this."""
    global currency
    currency = "USD"
    os.environ["DISCOUNT"] = "10 %"


if __name__ == "__main__":
    read_in_child("before")
    change_settings()
    read_in_child("after")
    read_settings("main")

# %%
# The "after" line differs with the start method:
#
# - **fork**: USD, 10 %. The child is a copy of main at the moment of ``start()``.
# - **spawn**: EUR, 10 %. The child imports the file, so ``currency`` is what the file says. The
#   environment is passed on as it is at ``start()``.
# - **forkserver**: EUR, none. The variable is again what the file says. The environment went to
#   the *server* when the first child was started. A later change in main reaches no child: set
#   the variable before the first ``start()``, or in the child itself.
#
# .. drawing:: what-fork-copies
# .. drawing:: what-spawn-imports
# .. drawing:: what-forkserver-does
#
# Python raises no error here: the child works with old values. If main *creates* the variable,
# spawn and forkserver raise a ``NameError``. Under fork it works, so the mistake goes unnoticed
# on Linux with Python 3.13.
#
# .. pair:: start_methods
#
# The lines under ``if __name__ == "__main__":`` are not run in such a child, so ``rates`` does
# not exist there. **Pass what a child needs as an argument: that works everywhere.** For the
# workers of a pool, :ref:`ProcessPoolExecutor(initializer=set_rates, initargs=(rates,))
# <sphx_glr_lessons_pools_initializer.py>` calls ``set_rates(rates)`` once in each worker.
#
# What each method costs
# ----------------------
# We time a child that does nothing, from ``start()`` to the end of ``join()``.
# ``get_context(method)`` is ``multiprocessing`` for one start method.

import time
from multiprocessing import get_all_start_methods, get_context


def do_nothing():
    """Return at once."""


def seconds_for_a_child(method):
    """Return the time of a child that does nothing: the best of three."""
    context = get_context(method)
    times = []
    for n in (1, 2, 3):
        began = time.perf_counter()
        process = context.Process(target=do_nothing, name=f"{method}-{n}")
        process.start()
        process.join()
        times.append(time.perf_counter() - began)
        assert process.exitcode == 0
    return min(times)


if __name__ == "__main__":
    for method in sorted(get_all_start_methods()):
        print(f"{method}: {seconds_for_a_child(method) * 1000:.1f} ms")

# %%
# - **fork** takes a few milliseconds while main is small, and longer the more memory main uses.
# - **forkserver** takes some milliseconds, and longer for the first child, because that starts
#   the server.
# - **spawn** takes many times as long: each child is a new interpreter and imports your file,
#   with every library that the file imports.
# - To pay less, start a few processes and reuse them, as a pool does:
#   :ref:`sphx_glr_lessons_pools_pool_map.py`.
#
# Why fork is no longer the default
# ---------------------------------
# A forked child is a copy of main with one thread only: the one that called ``start()``. Here
# another thread of main holds a lock at that moment. In a real program it is often a lock inside
# a C library.
#
# .. pair:: start_methods-threads
#
# The forked child's copy of the lock is locked, and the thread that would release it does not
# exist there. So the child waits forever. In the cured program the child has a lock of its own,
# made when it imports the file. A ``threading.Lock`` protects nothing between processes: use a
# ``multiprocessing.Lock``.
#
# Because of threads, Python no longer uses fork by default: on macOS since 3.8, where system
# libraries may start some and children crashed, and on Linux since 3.14. Python 3.12 and later
# warn, with ``DeprecationWarning: This process (pid=...) is multi-threaded, use of fork() may
# lead to deadlocks in the child``. The warning is hidden by default: you see it with ``python -X
# dev`` and under pytest.
#
# Which one to choose
# -------------------
# - **Take the default**, and write programs that run under spawn: they run on every platform. To
#   try it on Linux, run your tests once with ``set_start_method("spawn")``.
# - **It worked on 3.13 and fails on 3.14?** Until it is fixed, go back to fork on Linux with one
#   line, the first under the guard: ``if sys.platform == "linux": set_start_method("fork")``.
#   Anything earlier that uses the method makes it raise :ref:`context has already been set
#   <sphx_glr_lessons_spawning_contexts.py>`.
# - **fork on purpose** only on Linux, where no other thread runs in main, to let children read a
#   large array without a copy. (A list of many objects is copied as the child reads it: reading
#   changes their reference counts.)
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_spawning_main_guard.py`, if your children fail as soon as you leave
#   fork.
# - :ref:`sphx_glr_lessons_spawning_contexts.py`, for a start method in one part of a program, or
#   in a library.

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_opens_on = "spawn"
# sphinx_gallery_lesson_order = 50
# sphinx_gallery_lesson_measures = ["spawn > fork", "spawn > forkserver"]
# sphinx_gallery_lesson_short = "Start methods"
# sphinx_gallery_lesson_asked = ["difference between fork and spawn"]
# sphinx_gallery_lesson_asked = ["worked on 3.13, fails on 3.14"]
# sphinx_gallery_lesson_asked = ["default start method in Python 3.14", "set_start_method"]
# sphinx_gallery_lesson_asked = ["global variable is not set in the child"]
# sphinx_gallery_lesson_asked = ["works on Linux, fails on macOS", "spawn is slow"]
# sphinx_gallery_lesson_asked = ["NameError: name is not defined in a worker"]
# sphinx_gallery_lesson_asked = ["DeprecationWarning: fork() may lead to deadlocks in the child"]
# sphinx_gallery_lesson_asked = ["child deadlocks after fork with threads"]
# sphinx_gallery_lesson_asked = ["environment variables in a child", "get_start_method"]
# sphinx_gallery_lesson_asked = ["starting a process is slow, startup time"]
