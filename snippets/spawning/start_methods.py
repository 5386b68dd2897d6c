"""
Start methods compared: fork, spawn and forkserver
==================================================

Know what a child process takes over from its parent under each start method,
what each costs, and how to choose one.
"""

# %%
# The default depends on the platform
# -----------------------------------
# The *start method* is how a new process comes to be. Every platform has a
# default:
#
# ==================  ======================  ===================================
# start method        default on              a child is
# ==================  ======================  ===================================
# ``fork``            Linux, up to 3.13       a copy of the process that starts it
# ``spawn``           Windows; macOS          a new interpreter
# ``forkserver``      Linux, from 3.14        a copy of a small server process
# ==================  ======================  ===================================
#
# .. platform:: macOS, Windows
#
#    macOS has had spawn as its default since Python 3.8; Windows never had another
#    start method.

import importlib
import os
import sys
import time
from multiprocessing import (
    Pipe,
    Process,
    get_all_start_methods,
    get_context,
    get_start_method,
    set_start_method,
)
from multiprocessing.connection import Connection

if __name__ == "__main__":
    print("default:", get_start_method())
    print("available:", sorted(get_all_start_methods()))

# %%
# What each costs until the first word
# ------------------------------------
# How long is it from ``start()`` to the child's first word? A *context*, from
# :func:`multiprocessing.get_context`, has all that the module has, bound to one
# start method, so one program can try them all.


def speak(sender: Connection) -> None:
    """Send one word."""
    sender.send("hello")


def first_word(method: str) -> float:
    """Return the seconds from start() to a child's first word."""
    context = get_context(method)
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=speak, args=(sender,))
    begin = time.perf_counter()
    process.start()
    sender.close()
    receiver.recv()
    seconds = time.perf_counter() - begin
    process.join()
    return seconds


if __name__ == "__main__":
    for method in get_all_start_methods():
        first, second = first_word(method), first_word(method)
        print(f"{method:10} {first:.3f} s, then {second:.3f} s")

# %%
# As a rule fork is the fastest by far. Spawn starts an interpreter and imports
# this file for every child. Forkserver pays for an interpreter once, with its
# first child; after that each child is a fork of that small server, though up to
# Python 3.13.7, and in 3.14.0, it still imports this file itself. The more your file
# imports, the more each such import costs.
#
# What a child finds of main's changes
# ------------------------------------
# Main asks one child, changes three things about itself,
# and asks another.

setting = "from the file"


def look(sender: Connection) -> None:
    """Send what this process finds."""
    sender.send(
        {
            "global variable": setting,
            "os.environ": os.environ.get("SETTING"),
            "module imported": "colorsys" in sys.modules,
        }
    )


def ask_child() -> dict[str, object]:
    """Return what a new child, started by the default method, finds."""
    receiver, sender = Pipe(duplex=False)
    process = Process(target=look, args=(sender,))
    process.start()
    sender.close()
    found: dict[str, object] = receiver.recv()
    process.join()
    return found


def compare() -> tuple[dict[str, object], dict[str, object]]:
    """Return what a child finds before main changes, and after."""
    global setting
    before = ask_child()
    setting = "changed"
    os.environ["SETTING"] = "changed"
    importlib.import_module("colorsys")
    return before, ask_child()


if __name__ == "__main__":
    before, after = compare()
    for what in before:
        print(f"{what}: {before[what]}, then {after[what]}")

# %%
# .. drawing:: what-fork-copies
# .. drawing:: what-spawn-imports
# .. drawing:: what-forkserver-does
#
# - **fork**: the second child has all three changes, because it is a copy of main
#   at the moment of ``start()``. It also has every open file, sharing the
#   position in it with main. What it does not have is main's other threads: only
#   the thread that calls ``start()`` goes on in the child, and a lock that another
#   thread held at that moment is never released in the child. That is why
#   Python 3.12 and later warn of a fork in a program with threads, and why
#   Linux has another default now.
# - **spawn**: the child imports this file afresh. The change to the global
#   variable and the import happened in main's memory only. The environment is
#   passed on as it is at ``start()``.
# - **forkserver**: here too the child's version of this file is an import of its
#   own, made by the child, or, from Python 3.13.8 and 3.14.1 on, once by the
#   server. The environment went to the *server*, when that started. A change that
#   main makes later reaches no child.
#
# Under spawn and forkserver no open file comes along, save the standard streams
# and what the library itself passes on, such as the ends of a pipe.
#
# Nothing here raised an error, and that makes a change of platform or of Python
# version dangerous: a program that relied on fork goes on, with the old value.
# The cure works everywhere: whatever a child needs, pass it as an argument.
#
# Set the method once, and first
# ------------------------------
# To choose a start method, a program can call
# :func:`multiprocessing.set_start_method`, once, as its first act under the
# guard. Later is too late.


def set_too_late() -> str:
    """Set the start method after its first use; return the error's text."""
    get_start_method()
    try:
        set_start_method("spawn")
    except RuntimeError as error:
        return str(error)
    return "no error"


if __name__ == "__main__":
    print("RuntimeError:", set_too_late())

# %%
# The method is fixed by whatever needs it first: a queue, a lock, a pool, a
# process, and even the question ``get_start_method()``. So a library must not set
# it, for it would decide for the whole program. It takes a context, as
# ``first_word`` does, and uses ``context.Process``, ``context.Queue`` and
# ``context.Lock``, all from one context: a lock made for fork cannot be given to
# a spawned child.
#
# Which one to choose: the default
# --------------------------------
# Start with your platform's default, and write programs that would run under
# spawn. Take fork on purpose only where children must have a large structure
# without copying it, and no thread runs in the parent.
#
# .. platform:: macOS
#
#    Avoid fork: system libraries may start threads of their own.
#
# Read next: :ref:`sphx_glr_lessons_spawning_main_guard.py`, if your children fail
# as soon as you leave fork, :ref:`sphx_glr_lessons_spawning_arguments_and_results.py`
# for what travels, and :ref:`sphx_glr_lessons_communication_queues.py` to go on.

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_order = 50
# sphinx_gallery_lesson_measures = True
# sphinx_gallery_lesson_short = "Start methods"
# sphinx_gallery_lesson_asked = ["difference between fork and spawn"]
# sphinx_gallery_lesson_asked = ["worked on 3.13, fails on 3.14"]
# sphinx_gallery_lesson_asked = ["default start method in Python 3.14"]
# sphinx_gallery_lesson_asked = ["RuntimeError: context has already been set", "set_start_method"]
# sphinx_gallery_lesson_asked = ["global variable is not set in the child"]
# sphinx_gallery_lesson_asked = ["works on Linux, fails on macOS", "spawn is slow"]
# sphinx_gallery_lesson_asked = ["NameError: name is not defined in a worker"]
# sphinx_gallery_lesson_asked = ["DeprecationWarning: fork() may lead to deadlocks in the child"]
# sphinx_gallery_lesson_asked = ["child deadlocks after fork with threads"]
# sphinx_gallery_lesson_asked = ["SemLock created in a fork context"]
# sphinx_gallery_lesson_asked = ["environment variables and open files in a child", "get_context"]
