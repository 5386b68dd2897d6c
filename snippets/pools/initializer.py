"""
Load a model or open a connection once per worker: initializer
==============================================================

Each of your tasks needs something that takes long to load: a model, a table, a database
connection. Loaded in the task, it is loaded again for each input. Passed as an argument, it is
pickled again for each one, or cannot be pickled at all. In short: with
``ProcessPoolExecutor(initializer=load, initargs=(path,))`` each worker calls ``load(path)`` once,
when it starts. ``load`` keeps the result in a global variable, where the tasks find it.
"""

# %%
# Each worker loads the table once
# --------------------------------
# A file has 20,000 places, and eight cars have sent their positions, in km. Which place is each
# car nearest to?

import json
import math
import random
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path


def write_places(path):
    """Write a table of made-up places."""
    rng = random.Random(1)
    names = [f"place {number}" for number in range(20_000)]
    rows = [(name, 500 * rng.random(), 500 * rng.random()) for name in names]
    path.write_text(json.dumps(rows))


def read_places(path):
    """Return the name and the position of each place."""
    rows = json.loads(path.read_text())
    print(f"{len(rows)} places loaded")
    return rows


def load(path):
    """Keep the places in a global variable of this worker."""
    global places  # (1)
    places = read_places(path)


def nearest(car):
    """Return the name of the place that is nearest to a car."""
    return min(places, key=lambda place: math.dist(car, place[1:]))[0]


if __name__ == "__main__":
    rng = random.Random(2)
    cars = [(500 * rng.random(), 500 * rng.random()) for _ in range(8)]
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder, "places.json")
        write_places(table)
        with ProcessPoolExecutor(
            max_workers=2,
            initializer=load,  # (2)
            initargs=(table,),  # (3)
        ) as executor:
            found = list(executor.map(nearest, cars))
    print(f"{len(cars)} cars, the first one near {found[0]}")

# %%
# 1. Without this line ``places`` would be a local variable, and gone when ``load`` returns.
# 2. The function itself, not ``load(table)``: that would call it here, in main.
# 3. Its arguments, a tuple: with one argument it needs the comma. They reach each worker when it
#    starts, so a Lock or a Queue is allowed here
#    (:ref:`sphx_glr_lessons_shared_memory_pass_a_value.py`).
#
# The table was loaded twice, not eight times: once in each worker, before its first task.
# ``nearest`` finds it in the global variable. :class:`~multiprocessing.pool.Pool` has the same
# two parameters.
#
# Each worker has its own copy. If one changes it, the others do not see that. A worker that
# :ref:`replaces another one <sphx_glr_lessons_pools_maxtasksperchild.py>` runs the initializer,
# too.
#
# What it costs to pass it with each task
# ---------------------------------------
# With the table as an argument, main pickles it for each task, and the worker unpickles it:

import pickle

if __name__ == "__main__":
    rows = [[f"place {n}", n / 7, n / 9] for n in range(20_000)]  # as big
    megabytes = len(pickle.dumps((rows, cars[0]))) / 1e6
    print(f"with a table: {megabytes:.1f} MB a task")
    print(f"position only: {len(pickle.dumps(cars[0]))} bytes a task")

# %%
# A :func:`functools.partial` or a method of an object is pickled with all that it holds, so
# neither helps.
#
# "cannot pickle 'sqlite3.Connection' object"
# -------------------------------------------
# A worker looks up a price. The broken program passes main's connection to it.
#
# .. pair::
#
# A connection is an open file and memory of a C library, which cannot be sent. Send the path, and
# let each worker connect. If the database is a server, send its address.
#
# Under fork, ``initargs=(connection,)`` or a global variable of main *seems* to work, because the
# workers inherit it. Do not do that: SQLite's authors warn that it may `corrupt the database
# <https://www.sqlite.org/howtocorrupt.html#_carrying_an_open_database_across_a_fork_>`__.
#
# "'NoneType' object is not subscriptable": global was forgotten
# --------------------------------------------------------------
# .. pair:: initializer-global
#
# The broken ``load`` set a local variable, which is no error. The first task failed, because the
# global ``rates`` was still ``None``. Without the line ``rates = None`` the message is ``name
# 'rates' is not defined``.
#
# An initializer that raises: BrokenProcessPool, or a map that never returns
# --------------------------------------------------------------------------
# Here the file that the initializer reads does not exist:

if __name__ == "__main__":
    missing = Path("none.json")
    with ProcessPoolExecutor(
        max_workers=1,
        initializer=load,
        initargs=(missing,),
    ) as executor:
        broken = executor.submit(nearest, cars[0])
    print("main got:", type(broken.exception()).__name__)

# %%
# The reason, a ``FileNotFoundError``, is in the traceback that the worker logged below
# ``Exception in initializer``. Main gets ``BrokenProcessPool`` only, and no task was run.
# ``result()`` and ``map`` raise it: in your program let that end main. It is the same if the
# worker is killed while it loads.
#
# With a ``Pool`` it is worse. The worker dies, the pool `starts another one
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/pool.py#L334-L343>`__, and that
# dies as well. ``map`` waits forever while the tracebacks scroll by. (Called while there is no
# worker, it `raises ZeroDivisionError
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/pool.py#L480-L481>`__.) If you
# need a ``Pool`` and loading may fail, load as in the next section.
#
# A cached function loads at the first task
# -----------------------------------------
# Without an initializer, the first task in each worker can load the table:

from functools import cache

places_in = cache(read_places)


def nearest_in(path, car):
    """Return the nearest place; the first call loads the table."""
    return min(places_in(path), key=lambda place: math.dist(car, place[1:]))[0]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder, "places.json")
        write_places(table)
        with ProcessPoolExecutor(1) as executor:
            again = list(executor.map(nearest_in, [table] * 8, cars))
            failed = executor.submit(nearest_in, missing, cars[0])
        print("the same:", again == found)
        print("no table:", type(failed.exception()).__name__)

# %%
# The task carries the path only. :func:`functools.cache` keeps what the first call returned, in
# each worker. A failure is an exception of the task, so it comes to main as itself, from a
# ``Pool``, too, and is not cached: the next task tries again. An initializer is better for what
# cannot be sent with a task, such as a lock.
#
# Close it when the worker ends
# -----------------------------
# When a process ends, the system closes its files and connections, but what you did not commit or
# flush may be lost, so do that in the task. If something has to be called at the end, write
# ``atexit.register(shop.close)`` in the initializer:
#
# - An executor's workers call it at the end of the ``with`` block, and a pool's after
#   ``pool.close()`` and ``pool.join()``. The end of ``with Pool()`` alone may :ref:`kill the
#   workers <sphx_glr_lessons_pools_ending_a_pool.py>` before that.
# - Before Python 3.13, only spawned workers call it (`gh-83856
#   <https://github.com/python/cpython/issues/83856>`__). There, pass
#   ``mp_context=get_context("spawn")`` to the executor.
#
# When you need no initializer
# ----------------------------
# - What is quick to make, such as a compiled regular expression, goes to the top level of the
#   file.
# - Eight workers with a model of 2 GB need 16 GB. Numbers can be shared:
#   :ref:`sphx_glr_lessons_shared_memory_shared_array.py`. Under fork, and only there, workers
#   inherit what main loaded into a global variable before it made the pool.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_pools_maxtasksperchild.py`, if what a worker keeps grows.
# - :ref:`sphx_glr_lessons_communication_queue_in_a_pool.py`, to report progress through a queue
#   that the initializer got.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 50
# sphinx_gallery_lesson_short = "initializer"
# sphinx_gallery_lesson_asked = ["load a model once per worker", "Pool initializer and initargs"]
# sphinx_gallery_lesson_asked = ["one database connection for each worker of a pool"]
# sphinx_gallery_lesson_asked = ["TypeError: cannot pickle 'sqlite3.Connection' object"]
# sphinx_gallery_lesson_asked = ["exception in the initializer: Pool hangs, restarts workers"]
# sphinx_gallery_lesson_asked = ["BrokenProcessPool because of an initializer"]
# sphinx_gallery_lesson_asked = ["NameError: global of the initializer not defined"]
# sphinx_gallery_lesson_asked = ["atexit in a pool worker", "close a connection when a worker ends"]
