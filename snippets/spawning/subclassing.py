"""
Subclass Process and override run()
===================================

Your worker has settings, and several methods that use them. A subclass of ``Process`` keeps
them together: ``Converter(folder).start()``. In short: call ``super().__init__()`` first, keep in
``__init__`` what can be pickled, and open everything else in ``run()``. What ``run()`` sets stays
in the child.
"""

# %%
# A converter with its own settings
# ---------------------------------
# Each ``Converter`` turns the CSV files of one folder into JSON. ``run()`` is what the child
# executes.

import csv
import json
import sys
from multiprocessing import Process
from pathlib import Path
from tempfile import TemporaryDirectory


def convert(path, delimiter):
    """Write the rows of a CSV file as JSON beside it; return how many."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter=delimiter))
    for row in rows:
        row["price"] = float(row["price"])
    path.with_suffix(".json").write_text(json.dumps(rows))
    return len(rows)


class Converter(Process):
    """Convert all CSV files of a folder, in a process of its own."""

    def __init__(self, folder, delimiter=";"):
        super().__init__()  # (1)
        self.name = f"converter-{folder.name}"
        self.folder = folder
        self.delimiter = delimiter
        self.rows = 0

    def run(self):  # (2)
        """Do the work; called in the child."""
        for path in sorted(self.folder.glob("*.csv")):
            self.rows += convert(path, self.delimiter)
        print(f"rows in the child: {self.rows}")


def make_files(top, shops):
    """Make a folder with three CSV files for each shop."""
    for shop in shops:
        (top / shop).mkdir()
        for month in [1, 2, 3]:
            text = "item;price\n" + "tea;2.50\n" * 100
            (top / shop / f"month-{month}.csv").write_text(text)


if __name__ == "__main__":
    with TemporaryDirectory() as top:
        make_files(Path(top), ["north", "south"])
        converters = [Converter(folder) for folder in Path(top).iterdir()]
        for converter in converters:
            converter.start()  # (3)
        for converter in converters:
            converter.join()
        codes = [converter.exitcode for converter in converters]
        written = len(list(Path(top).glob("*/*.json")))
    rows = [converter.rows for converter in converters]
    print("exit codes:", codes, "files written:", written)
    print("rows in main:", rows)
    if any(codes):
        sys.exit("a converter failed")

# %%
# 1. Call ``super().__init__()`` first. Without it, ``start()`` raises ``AttributeError:
#    'Converter' object has no attribute '_closed'``.
# 2. :meth:`~multiprocessing.Process.run` takes no arguments, and what it returns is lost. What it
#    needs comes from ``self``.
# 3. Call ``start()``, never ``run()`` yourself: that does the work in main.
#
# The files are there, and each child counted its rows. In main, ``rows`` is still 0 in both
# objects.
#
# What the child gets of ``self``
# -------------------------------
# There are two objects:
#
# 1. ``Converter(folder)`` runs ``__init__`` in main. It never runs in the child.
# 2. ``start()`` hands the object over. Under **fork** the child is a copy of main and has the
#    object with it. Under **spawn** and **forkserver**, main pickles the object with all its
#    attributes and sends it (`the line in CPython
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/popen_spawn_posix.py#L47>`__).
# 3. The child calls ``run()`` on its own object.
#
# So main does not see what ``run()`` sets, and the child does not see what main sets after
# ``start()``. To bring something back, pass a ``Queue`` of ``multiprocessing`` to ``__init__``:
#
# .. code-block:: python
#
#    self.results.put(self.rows)  # the last line of run()
#
#    rows = results.get(timeout=60)  # in main, before join()
#
# If ``run()`` raises first, nothing is put, and ``get()`` without a timeout would wait forever.
#
# ``TypeError: cannot pickle '_io.TextIOWrapper' object``
# -------------------------------------------------------
# A worker counts the lines of a file. The broken one opens it in ``__init__``. Look at it under
# spawn or forkserver; under fork nothing is pickled, and it works:
#
# .. pair:: subclassing
#
# The open file is an attribute, so it has to be pickled, too. (Since 3.12 the message is ``cannot
# pickle 'TextIOWrapper' instances``.) Linux pickles by default since Python 3.14. A
# ``threading.Lock`` or a database connection fails in the same way. A lambda, or a function or
# class defined inside a function, raises ``PicklingError``, or ``AttributeError`` up to 3.13.
#
# Keep in ``__init__`` what is needed to open it, here the path, and open it in ``run()``. What
# ``multiprocessing`` makes may be an attribute: its ``Queue``, ``Event``, ``Lock`` and
# ``Connection`` are pickled for a process that is being started.
#
# Under spawn and forkserver the class itself must be at the top level of a *file*. If it is under
# the guard, at the prompt or in a notebook, ``start()`` returns, and the child ends with
# ``AttributeError`` and exit code 1.
#
# .. platform:: Windows
#
#    The child prints ``EOFError: Ran out of input``, too: it was created before main pickled the
#    object (`popen_spawn_win32.py
#    <https://github.com/python/cpython/blob/3.13/Lib/multiprocessing/popen_spawn_win32.py>`__).
#
# If ``run()`` raises, only the exit code tells main
# --------------------------------------------------
# This converter gets the wrong delimiter, so no row has a ``price``.

if __name__ == "__main__":
    with TemporaryDirectory() as top:
        make_files(Path(top), ["east"])
        converter = Converter(Path(top) / "east", delimiter=",")
        converter.start()
        converter.join()
    failed = converter.exitcode != 0
    print("failed:", failed)

# %%
# The child printed the traceback, and its exit code is 1. ``join()`` raised nothing. End with a
# failure yourself, as the first cell does: ``if failed: sys.exit(1)``. For Ctrl-C see
# :ref:`sphx_glr_lessons_spawning_first_process.py`.
#
# When a plain class is better
# ----------------------------
# For most programs it is. A class that is not a ``Process`` can be tested without one, and an
# executor can run its methods. ``executor.map()`` brings back results, and exceptions:


from concurrent.futures import ProcessPoolExecutor


class Conversion:
    """The same work, without a process."""

    def __init__(self, folder, delimiter=";"):
        self.folder = folder
        self.delimiter = delimiter

    def convert_all(self):
        """Convert all files; return how many rows."""
        paths = sorted(self.folder.glob("*.csv"))
        return sum(convert(path, self.delimiter) for path in paths)


if __name__ == "__main__":
    with TemporaryDirectory() as top, ProcessPoolExecutor(2) as executor:
        make_files(Path(top), ["north", "south"])
        work = [Conversion(folder) for folder in Path(top).iterdir()]
        counts = list(executor.map(Conversion.convert_all, work))
    print("rows that came back:", counts)

# %%
# A method can be the target of a bare process, too: ``Process(target=work[0].convert_all)``. What
# it returns is lost, as with ``run()``.
#
# When a subclass is right, and how to stop it
# --------------------------------------------
# Subclass for a worker that runs as long as your program, such as a watcher. Setting
# ``self.running = False`` in main does nothing in the child. A pipe reaches it:
#
# .. code-block:: python
#
#    from multiprocessing import Pipe, Process
#
#    class Watcher(Process):
#        def __init__(self):
#            super().__init__()
#            self.receiver, self.sender = Pipe(duplex=False)
#
#        def run(self):
#            while not self.receiver.poll(1):  # once a second
#                print("looking")
#
#        def stop(self):
#            self.sender.send(None)
#            self.join(10)
#            if self.is_alive():
#                self.terminate()
#                self.join()
#
#    if __name__ == "__main__":
#        watcher = Watcher()
#        watcher.start()
#        try:
#            work_of_main()
#        finally:
#            watcher.stop()
#
# Without ``finally``, main would wait for the watcher forever after an exception. Use a pipe and
# not an event, whose ``set()`` hangs if the watcher was killed in ``wait()``
# (:ref:`sphx_glr_lessons_spawning_stop_a_process.py`).
#
# Two traps:
#
# - **Names that Process uses.** ``self.name`` is the process's name. ``self.pid``,
#   ``self.exitcode`` and ``self.sentinel`` cannot be set: ``AttributeError``. A method called
#   ``close``, ``join``, ``kill`` or ``terminate`` replaces the process's own.
# - **Contexts.** ``class Converter(Process)`` uses the program's start method. In a library with
#   a context of its own, write ``class Converter(context.Process)``, and ``context.Queue()`` for
#   what it holds.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_spawning_contexts.py`, for that last point.
# - :ref:`sphx_glr_lessons_spawning_arguments_and_results.py`, for the ways to get results back.

# sphinx_gallery_lesson_added = "2026-11-29"
# sphinx_gallery_lesson_order = 80
# sphinx_gallery_lesson_failures = "a converter gets the wrong delimiter on purpose"
# sphinx_gallery_lesson_short = "Subclassing Process"
# sphinx_gallery_lesson_asked = ["subclass multiprocessing.Process", "override run()"]
# sphinx_gallery_lesson_asked = ["class MyProcess(Process)", "Process as a class"]
# sphinx_gallery_lesson_asked = ["AttributeError: object has no attribute '_closed'"]
# sphinx_gallery_lesson_asked = ["attribute set in run() is not seen in the parent"]
# sphinx_gallery_lesson_asked = ["self attributes are not updated in the main process"]
# sphinx_gallery_lesson_asked = ["TypeError: cannot pickle '_io.TextIOWrapper' object"]
# sphinx_gallery_lesson_asked = ["TypeError: cannot pickle 'TextIOWrapper' instances"]
# sphinx_gallery_lesson_asked = ["run() or start()", "return value of run()"]
# sphinx_gallery_lesson_asked = ["subclass of Process or target", "is __init__ called in the child"]
# sphinx_gallery_lesson_asked = ["use a class method as target of a process"]
