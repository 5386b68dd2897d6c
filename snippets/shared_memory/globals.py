"""
A global variable does not change in the parent
===============================================

Your workers add to a global variable or append to a global list. In each worker it grows, and in
the parent it stays 0 or empty, without an error. In short: every process has globals of its own,
and ``global total`` means this process's ``total``. Call the function with a
``ProcessPoolExecutor``, let it *return* its number, and add up in the parent.
"""

# %%
# Each process has a total of its own
# -----------------------------------
# A shop has a table of sales for each month. One process for each table counts its rows, and adds
# them to the global ``total``.

import os
import sys
from multiprocessing import Process

SALES = {
    "january": "tea,3.50\n" * 300,
    "february": "tea,3.50\n" * 200,
}
total = 0


def count_rows(month, table):
    """Add the rows of a table to the global total."""
    global total
    total += len(table.splitlines())
    print(f"{month}: total is {total}, pid {os.getpid()}")


def run_all(workers):
    """Start all and wait for all; end the program if one failed."""
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        sys.exit("a worker failed")


if __name__ == "__main__":
    run_all([Process(target=count_rows, args=item) for item in SALES.items()])
    print(f"main: total is {total}, pid {os.getpid()}")

# %%
# Three pids, three processes, three variables named ``total``:
#
# 1. Main starts two workers. Each has a ``total`` of its own, with the value 0.
# 2. Each worker adds its rows to *its* ``total``, and prints it.
# 3. Each worker ends, and its ``total`` ends with it.
# 4. Main prints its own ``total``, which is still 0.
#
# ``join()`` brings nothing back but the exit code. And ``global`` does not reach beyond the
# process: it makes the function change the variable of the *module* rather than a local one.
#
# A list, a dict, a class attribute: the same
# -------------------------------------------
# Main first adds January to a list, a dict and a class. Then a child adds February.

sizes = []
rows_of = {}


class Report:
    """Counts the files."""

    files = 0


def note(who, month, rows):
    """Add a month to all three, and show them."""
    sizes.append(rows)
    rows_of[month] = rows
    Report.files += 1
    show(who)


def show(who):
    """Print what this process has."""
    print(f"{who}: {sizes}, {rows_of}, files: {Report.files}")
    print(f"{who}: id of the list: {id(sizes)}")


if __name__ == "__main__":
    note("main", "January", 300)
    run_all([Process(target=note, args=("child", "February", 200))])
    show("main")

# %%
# Main still has only January. What the child *began* with depends on the start method:
#
# - **fork**: the child is a copy of main as it was at ``start()``, so it has January.
#   Even the ``id`` is the same, and yet there are two lists: ``id()`` is an address in the memory
#   of one process, and says nothing about another one's. What main changes after ``start()`` does
#   not reach the child.
# - **spawn** and **forkserver**: the child gets its globals by an import of the file, so
#   ``sizes`` begins as ``[]``. What main did under ``if __name__ == "__main__":`` is not there,
#   because that part is not run in the child
#   (:ref:`sphx_glr_lessons_spawning_start_methods.py`).
#
# A list or an object of your own passed as an argument is a copy in the child under all three,
# and so is ``self`` in ``Process(target=self.run)``: what the child changes does not come back.
#
# The cure: return it
# -------------------
# Workers count the errors in logs. The broken program adds them to a global, the cured one
# returns them.
#
# .. pair::
#
# A function that returns its number needs no ``global`` and no lock. If it raises an exception,
# or its worker is killed (``BrokenProcessPool``), reading the results in main raises
# too. The broken program reads none, so it would hide both. For a list or a dict, return a part
# of it from each call, and join the parts in main with ``extend`` or ``update``.
#
# In a pool, the global lives on in the worker
# --------------------------------------------
# A worker of a pool does many tasks, and its globals last from one to the next. Here each call
# counts the words of a text in a global ``Counter`` and *returns* it. Two workers, three texts:
#
# .. pair:: globals-pool
#
# At least one worker had to do a second text, and then its ``Counter`` still held the words of
# the first. The worker returned those words twice, and main added them twice. The cured program
# makes a new ``Counter`` in each call.
#
# .. chance::
#
#    Which worker gets which text differs from run to run, and so does the wrong number. With as
#    many workers as texts it may be right, and fail with more.
#
# That a global lasts is useful for what is slow to make and does not change, such as a table or a
# model: make it in each worker (:ref:`sphx_glr_lessons_pools_initializer.py`).
#
# What to use instead, the simplest first
# ---------------------------------------
# 1. **The parent needs the results**: return them, as above
#    (:ref:`sphx_glr_lessons_pools_pool_map.py`).
# 2. **You start each** ``Process`` **yourself**: it drops what its function returns, so send the
#    results through a queue (:ref:`sphx_glr_lessons_communication_queues.py`).
# 3. **A number must be known while the work goes on**, such as the progress: a Value
#    (:ref:`sphx_glr_lessons_shared_memory_value.py`). Pass it as an argument: a *global* Value
#    :ref:`works under fork only
#    <sphx_glr_lessons_shared_memory_pass_a_value.py:a-global-value-works-under-fork-only>`.
# 4. **All processes change one dict or list** while they work: a Manager's
#    (:ref:`sphx_glr_lessons_shared_memory_manager_dict.py`). Each access is a message,
#    and so is slow.
#
# Threads do share globals. If the work is mostly waiting, for files or servers, take a
# :class:`~concurrent.futures.ThreadPoolExecutor`, and a lock around each ``+=``.
#
# Let a forked child begin without main's values
# ----------------------------------------------
# Each child that main forks first calls what was given to :func:`os.register_at_fork`:

if __name__ == "__main__":
    if hasattr(os, "register_at_fork"):  # not on Windows
        os.register_at_fork(after_in_child=sizes.clear)
    run_all([Process(target=show, args=("new",))])

# %%
# Under fork the list is empty, and the dict is main's. Under spawn and forkserver all three begin
# as in the file.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_spawning_arguments_and_results.py`, for results of a plain ``Process``.
# - :ref:`sphx_glr_lessons_shared_memory_value.py`, if you do need a number that all can see.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 5
# sphinx_gallery_lesson_short = "Globals"
# sphinx_gallery_lesson_asked = ["my global variable does not change in multiprocessing"]
# sphinx_gallery_lesson_asked = ["global counter is still 0 after join"]
# sphinx_gallery_lesson_asked = ["global list is empty after the processes have ended"]
# sphinx_gallery_lesson_asked = ["append to a global list or dict in a child process"]
# sphinx_gallery_lesson_asked = ["class attribute is not updated by a Process, self"]
# sphinx_gallery_lesson_asked = ["same id() in parent and child, different value"]
# sphinx_gallery_lesson_asked = ["global keeps its value between tasks of a pool worker"]
# sphinx_gallery_lesson_asked = ["os.register_at_fork", "do processes share global variables"]
