"""
Exceptions in a pool's workers: traceback, lost results, hangs
==============================================================

One row of one file cannot be parsed, and your program ends with a double traceback and without
the results of all other files. Or it waits forever. In short: submit each task, and call
``result()`` on each future in a ``try``. The worker's traceback is the ``__cause__`` of what you
catch. And your own exception classes must pass all their arguments on to ``super().__init__``, or
a ``Pool`` may wait forever.
"""

# %%
# Keep the other results: a future for each task
# ----------------------------------------------
# Four meters have a file of readings each. Two files have a bad row.

import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from traceback import format_exception_only

METERS = {
    "north": ["mon 4.1", "tue 3.9", "wed 4.4"],
    "south": ["mon 2.0", "tue n/a", "wed 2.2"],
    "west": ["mon 7.5", "tue 7.1", "wed 7.7"],
    "east": ["mon 3.0", "tue 3.3", "wed"],
}


def write_meters(folder):
    """Write a file for each meter, and return their paths."""
    for name, rows in METERS.items():
        Path(folder, name).write_text("\n".join(rows))
    return [Path(folder, name) for name in METERS]


def usage(path):
    """Return the sum of a meter's readings, in kWh."""
    total = 0.0
    for number, row in enumerate(path.read_text().splitlines(), 1):
        try:
            _, kwh = row.split()
            total += float(kwh)
        except ValueError as error:
            error.add_note(  # (1)
                f"{path.name}, row {number}: {row}"
            )
            raise
    print(f"{path.name}: {total:.1f} kWh")
    return total


if __name__ == "__main__":
    totals, failed = {}, []
    with tempfile.TemporaryDirectory() as folder:
        paths = write_meters(folder)
        with ProcessPoolExecutor(2) as executor:
            futures = [executor.submit(usage, path) for path in paths]
            for path, future in zip(paths, futures, strict=True):
                try:
                    totals[path.name] = future.result()
                except Exception as error:
                    failed.append(error)
    for failure in failed:
        print("".join(format_exception_only(failure)), end="")
    print("read:", *totals)

# %%
# 1. A note travels with its exception. It says which file and which row.
#
# A worker caught each exception, sent it to main, and took the next file. In main, ``result()``
# raised it. End your program with ``if failed: raise ExceptionGroup("meters", failed)``. This
# prints the tracebacks of all failed tasks, and the status is 1.
#
# **With map, the first error ends the loop.** ``executor.map`` then `cancels all tasks
# <https://github.com/python/cpython/blob/3.14/Lib/concurrent/futures/_base.py#L648-L650>`__ that
# are not in the workers' queue yet. ``pool.map`` :ref:`throws the other results away
# <sphx_glr_lessons_pools_pool_map.py:one-bad-input-costs-all-results>`. For thousands of tasks,
# use ``map`` with a function that catches the error and returns ``traceback.format_exc()``.
#
# The worker's traceback is the __cause__
# ---------------------------------------
# .. pair::
#
# ``print(error)`` hides what you need: the message of a ``KeyError`` is only the key. A traceback
# cannot be pickled, so the worker `sends it as text
# <https://github.com/python/cpython/blob/3.14/Lib/concurrent/futures/process.py#L136-L149>`__.
# Main makes it the exception's ``__cause__``, a ``_RemoteTraceback`` (with a ``Pool``,
# ``multiprocessing.pool.RemoteTraceback``). Python prints it first, in quotes, and its last lines
# show where your code failed. The part below "direct cause" is main's.
#
# - ``logging.exception("failed")`` in the ``except`` logs both parts.
# - ``error.__traceback__`` has main's frames only. A debugger cannot show the worker's variables.
# - After ``raise BadRow(...) from error`` in the worker, main gets ``error`` as text only.
#
# Your own exception class: map waits forever
# -------------------------------------------
# .. pair:: errors_in_workers-class
#
# 1. The worker pickled the exception as its class and its ``args``. These are the arguments of
#    ``super().__init__``: one text.
# 2. A thread of main that receives results called ``BadRow("row 2: tue n/a")``, with one argument
#    instead of two. The ``TypeError: BadRow.__init__() missing 1 required positional argument``
#    `ended that thread
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/pool.py#L574-L582>`__.
# 3. No more results arrive. This call waits forever, and so does each later one.
#
# An executor does not hang: it raises ``BrokenProcessPool`` for all tasks that are not done, and
# its ``__cause__`` has the ``TypeError``. If the arguments have defaults, the text is garbled.
#
# The cured class passes on all arguments, and makes its text in ``__str__``. For keyword-only
# arguments, define ``__reduce__``. Its third item keeps the notes:
#
# .. code-block:: python
#
#    def __reduce__(self):
#        make = functools.partial(BadRow, number=self.number, row=self.row)
#        return make, (), vars(self)
#
# If the class belongs to a library, catch its exception in the worker, and ``raise
# RuntimeError(repr(error)) from error``. To test a class, print
# ``pickle.loads(pickle.dumps(BadRow(2, "x")))``: it must not raise, and its text must be right.
#
# MaybeEncodingError, or "cannot pickle": what was refused?
# ---------------------------------------------------------
# This function has a ``yield``, so its result is a generator. The other task is a ``lambda``.


def readings(path):
    """Yield a meter's readings."""
    for row in path.read_text().splitlines():
        yield float(row.split()[1])


if __name__ == "__main__":
    with ProcessPoolExecutor(1) as executor:
        result = executor.submit(readings, Path("north"))
        task = executor.submit(lambda: "north")
        print("result:", result.exception())
        print("task:", type(task.exception()).__name__)
        print("the next task:", executor.submit(len, METERS).result())

# %%
# - **The result** was refused in the worker, after the call. A ``Pool`` wraps the reason in
#   ``MaybeEncodingError: Error sending result`` (:ref:`what else is refused
#   <sphx_glr_lessons_communication_what_can_be_pickled.py>`). Return a list.
# - **The task** never left main. A ``Pool`` raises the ``PicklingError``, too. (For a
#   function within a function it is an ``AttributeError`` before Python 3.14.) Use a ``def`` at
#   the top level of the file.
# - **An exception** that holds an open file or a lock is refused, too. An executor raises the
#   ``TypeError``, with your exception above it in the worker's part. A ``Pool`` loses your
#   exception: its ``MaybeEncodingError`` shows only
#   ``<multiprocessing.pool.ExceptionWithTraceback object at 0x...>``.
#
# The next task worked. But call ``result()`` inside the ``with`` block: `before Python 3.12.8 and
# 3.13.1 <https://github.com/python/cpython/issues/125451>`__ its end may wait forever.
#
# sys.exit, a killed worker, Ctrl-C
# ---------------------------------
# - **sys.exit() in a task:** an executor's ``result()`` raises :exc:`SystemExit`, which ``except
#   Exception`` does not catch. It ends main, with the task's status. With a ``Pool`` it ends the
#   worker, and ``map`` :ref:`waits forever
#   <sphx_glr_lessons_pools_pool_map.py:a-dead-worker-leaves-map-waiting-forever>`.
# - **A worker is killed:** each future that is not done raises ``BrokenProcessPool``, without a
#   note. Repeat the files that are not in ``totals``.
# - **Ctrl-C** raises ``KeyboardInterrupt`` in main and in the tasks that run. The end of the
#   ``with`` block still waits for the other tasks, :ref:`unless you cancel them
#   <sphx_glr_lessons_pools_ctrl_c.py>`. A ``Pool`` that waits forever :ref:`may not end
#   then <sphx_glr_lessons_pools_ending_a_pool.py:ctrl-c-and-a-pool-without-with>`.
#
# If bad rows are normal, do not raise: ``return total, bad_rows``. Then one bad row does not cost
# the rest of its file.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_pools_broken_pools.py`, for workers that die without an exception.
# - :ref:`sphx_glr_lessons_pools_callbacks.py`, to be called when a task of a ``Pool`` fails.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 60
# sphinx_gallery_lesson_short = "Errors in workers"
# sphinx_gallery_lesson_asked = ["exception in a worker process, full traceback in main"]
# sphinx_gallery_lesson_asked = ["concurrent.futures.process._RemoteTraceback"]
# sphinx_gallery_lesson_asked = ["multiprocessing.pool.RemoteTraceback, direct cause"]
# sphinx_gallery_lesson_asked = ["continue after an exception in a ProcessPoolExecutor"]
# sphinx_gallery_lesson_asked = ["custom exception with two arguments, pool hangs"]
# sphinx_gallery_lesson_asked = ["TypeError: __init__() missing 1 required positional argument"]
# sphinx_gallery_lesson_asked = ["MaybeEncodingError: ExceptionWithTraceback object"]
# sphinx_gallery_lesson_asked = ["TypeError: cannot pickle 'generator' object"]
# sphinx_gallery_lesson_asked = ["which input raised the exception, add_note"]
# sphinx_gallery_lesson_asked = ["sys.exit() in a ProcessPoolExecutor task"]
