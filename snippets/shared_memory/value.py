"""
Share a number between processes: Value
=======================================

Keep one number in memory that several processes read and change, hand it to a child in the
one way that works, and know what the lock inside it protects and what it does not.
"""

# %%
# Share a Value, not a plain global
# ---------------------------------
# Every process has its own memory, and with it its own ``plain``. A
# :func:`multiprocessing.Value` is different: its number lies in memory that the parent and the
# child have both mapped. The first argument is a typecode, as in the module :mod:`array`:
# ``"i"`` is a C int, ``"d"`` a C double. The number itself is the attribute ``.value``.
#
# Before you read on: the child adds 5 to both. What does the parent see afterwards?

from multiprocessing import Process, SimpleQueue, Value
from multiprocessing.sharedctypes import Synchronized

plain = 0


def add_five(shared: Synchronized) -> None:
    """Add 5 to the plain global and to the shared number."""
    global plain
    plain += 5
    shared.value += 5
    print(f"plain is {plain}, shared is {shared.value}")


def change_both() -> tuple[int, int]:
    """Return the plain and the shared number after a child's work."""
    shared = Value("i", 0)
    child = Process(target=add_five, args=(shared,))
    child.start()
    child.join()
    return plain, shared.value


if __name__ == "__main__":
    plain_after, shared_after = change_both()
    print(f"plain is {plain_after}, shared is {shared_after}")

# %%
# The gutter shows who said what. The child added 5 to both; in main, ``plain`` is still 0. The
# child had changed a variable of its own: under fork a copy, under spawn and forkserver a new
# one, made by importing this file again.
#
# The shared number arrived because the Value was an **argument** of the process:
#
# 1. ``Value("i", 0)`` makes a small file without a name, maps it into memory, and makes a lock.
# 2. While a child is started, it is given the same file and the same lock. Under fork it
#    inherits them; under spawn and forkserver the open file goes along with the arguments.
# 3. Both processes now have the same bytes in their memory. Nothing is sent afterwards.
#
# Write to ``shared.value``, not to ``shared``. ``shared = 5`` would only make your own name
# ``shared`` point at an ordinary int.
#
# A global Value is not enough
# ----------------------------
# It looks as if a Value at the top of the file could do without the argument. Choose another
# start method at the top of the page and watch the last line of the next output.
# (``lock=False`` leaves the lock out: more about it below.)

everywhere = Value("i", 0, lock=False)


def add_to_global() -> None:
    """Add 5 to the Value that this process finds in its globals."""
    everywhere.value += 5
    print(f"everywhere is {everywhere.value}")


def change_global() -> int:
    """Return the global Value's number after a child's work."""
    child = Process(target=add_to_global)
    child.start()
    child.join()
    return everywhere.value


if __name__ == "__main__":
    print(f"everywhere is {change_global()}")

# %%
# Under fork main sees 5: the child inherited the mapped memory. Under spawn and forkserver main
# sees 0: the file was imported once more, that import made **another** Value, and the child
# added 5 to that one. No error, no warning. Pass the Value as an argument.
#
# .. platform:: macOS, Windows
#
#    Programs written on Linux before Python 3.14 break in this way, as they do on Linux from
#    3.14 on.
#
# A queue cannot carry it
# -----------------------
# A Value can be handed over only while a process is being started. At any other time it refuses
# to be pickled.


def send_late() -> str:
    """Put a Value into a queue; return what Python says to that."""
    queue = SimpleQueue()
    try:
        queue.put(Value("i", 0))
    except RuntimeError as error:
        return f"{type(error).__name__}: {error}"
    finally:
        queue.close()
    return "no error"


if __name__ == "__main__":
    print(send_late())

# %%
# "Through inheritance" means: as an argument of :class:`multiprocessing.Process`.
# ``Synchronized`` is the class that wraps a Value with a lock. A
# :class:`multiprocessing.SimpleQueue` pickles in ``put``, so the error can be caught there. A
# :class:`multiprocessing.Queue` pickles later, in its feeder thread: ``put`` returns as if all
# were well, the thread prints a traceback, and the item never arrives. A pool's tasks travel
# through a queue too. Give a pool the Value through ``initializer`` and ``initargs``, which are
# arguments of its processes.
#
# What the lock protects, and what not
# ------------------------------------
# Each read of ``.value`` takes the lock, reads, and gives the lock back; each write does the
# same. So no process ever reads a number that is half written. But ``shared.value += 1`` is a
# read *and* a write, and between the two the lock is free: another worker can step in, and its
# change gets lost. ``get_lock()`` returns the lock, so that you can hold it across both.


def add_one(shared: Synchronized) -> None:
    """Add 1 while no other process can read or write the number."""
    with shared.get_lock():
        shared.value += 1


def count_workers(count: int) -> int:
    """Return the total after ``count`` workers have each added 1."""
    shared = Value("i", 0)
    workers = [Process(target=add_one, args=(shared,)) for _ in range(count)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return shared.value


if __name__ == "__main__":
    print(f"4 workers counted to {count_workers(4)}")

# %%
# Always 4, under every start method. ``.value`` takes the lock once more inside the ``with``;
# that does not hang, since the lock is an ``RLock``, which its holder may take again. (If you
# pass a lock of your own as ``lock=``, make it an ``RLock``. With a ``Lock`` the same two lines
# wait for themselves without end.) ``add_five`` did without ``get_lock``: it was alone, while main
# waited in ``join``. And ``join`` before the last read matters: it is what makes the total
# final.
#
# Without a lock it is a bare number
# ----------------------------------
# ``Value("i", 0, lock=False)`` returns the bare C number, and so does
# :func:`multiprocessing.sharedctypes.RawValue`, which never has a lock.


def add_past_the_end() -> int:
    """Return what a C int holds after its largest number plus 1."""
    small = Value("i", 2**31 - 1)
    small.value += 1
    return small.value


if __name__ == "__main__":
    for number in (Value("i", 0), Value("i", 0, lock=False)):
        kind = type(number).__name__
        print(f"{kind} has get_lock: {hasattr(number, 'get_lock')}")
    print(f"largest int plus 1: {add_past_the_end()}")

# %%
# A bare number can do where exactly one process writes and the others only look: a progress
# report, a "please stop" flag. (The documentation does not promise that such reads and writes
# are whole; for a number as small as these they are, on the usual machines.) As soon as two
# processes change it, you need a lock.
#
# The last line is a trap of another kind: with or without a lock, it is a C number and not a
# Python int. The four bytes of an ``"i"`` are full, so the sum wraps round to the smallest
# number, without an error. Use ``"q"`` (eight bytes) for counters that may grow, ``"d"`` for
# floats.
#
# **When not to use it.** A Value is for a number that changes while the work goes on. If a
# worker has one result to give, let it return the result:
# :ref:`sphx_glr_lessons_spawning_arguments_and_results.py`.
#
# Read next: many numbers at once, :ref:`sphx_glr_lessons_shared_memory_shared_array.py`; and
# what ``+= 1`` loses without the lock, counted,
# :ref:`sphx_glr_lessons_shared_memory_lost_updates.py`.

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_order = 10
# sphinx_gallery_lesson_short = "Value"
# sphinx_gallery_lesson_asked = ["share a variable between processes"]
# sphinx_gallery_lesson_asked = ["global variable does not change", "shared counter"]
# sphinx_gallery_lesson_asked = ["shared integer or flag"]
# sphinx_gallery_lesson_asked = ["Synchronized objects should only be shared through inheritance"]
# sphinx_gallery_lesson_asked = ["Queue objects should only be shared between processes"]
# sphinx_gallery_lesson_asked = ["typecode 'i' or 'd'"]
# sphinx_gallery_lesson_asked = ["give a Value to a pool, initializer and initargs"]
# sphinx_gallery_lesson_asked = ["share a boolean between processes", "Value stays 0 on Windows"]
# sphinx_gallery_lesson_asked = ["pass a queue or a lock to a pool's workers", "shared stop flag"]
