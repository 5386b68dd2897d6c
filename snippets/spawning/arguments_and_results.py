"""
Get a result back from a process
================================

You gave a function to a process, it computed something, and ``join()`` returned ``None``. This
page shows how to get a result or an exception back, and why a list that the child appends to
stays empty.

In short, use an executor:

.. code-block:: python

   from concurrent.futures import ProcessPoolExecutor

   def double(number):
       return number * 2

   if __name__ == "__main__":
       with ProcessPoolExecutor() as executor:
           future = executor.submit(double, 21)
           print(future.result())
"""

# %%
# Arguments arrive, the return value does not
# -------------------------------------------

from datetime import date
from multiprocessing import Process


def unlucky_days(first_year, last_year):
    """Return the dates of all Fridays on the 13th of a month."""
    if first_year > last_year:
        raise ValueError(f"{first_year} is after {last_year}")
    days = []
    for year in range(first_year, last_year + 1):
        for month in range(1, 13):
            if date(year, month, 13).weekday() == 4:
                days.append(date(year, month, 13))
    print(f"{first_year} to {last_year}: {len(days)} days")
    return days


if __name__ == "__main__":
    process = Process(
        target=unlucky_days,
        args=(2001,),
        kwargs={"last_year": 2100},
    )
    process.start()
    print("join() returned", process.join())
    print("exit code:", process.exitcode)

# %%
# Both arguments arrived: ``args`` is a tuple, ``kwargs`` a dictionary. The result did not come
# back, because the child drops what the function returns. Exit code 0 says only that it returned.
#
# A single argument needs a comma, as above:
#
# - ``args=(2001)`` is a number: ``TypeError: 'int' object is not iterable``.
# - ``args=("Ann")`` is a text, and each letter becomes an argument: ``TypeError: greet() takes 1
#   positional argument but 3 were given``. The same happens to a list: write ``args=(days,)``.
#
# What the child changes stays in the child
# -----------------------------------------


def append_days(days, first_year, last_year):
    """Append what unlucky_days finds to the list."""
    days.extend(unlucky_days(first_year, last_year))
    print("the child's list has", len(days))


if __name__ == "__main__":
    days = []
    process = Process(target=append_days, args=(days, 2001, 2100))
    process.start()
    process.join()
    print("main's list has", len(days))

# %%
# The child works on a copy of its arguments. It filled its own list, which was gone when the
# child ended. A global variable is no different. So let the function *return* the list.
#
# An executor brings results and exceptions back
# ----------------------------------------------
# The last of three tasks has its years in the wrong order.

from concurrent.futures import ProcessPoolExecutor

if __name__ == "__main__":
    with ProcessPoolExecutor(max_workers=2) as executor:
        futures = [  # (1)
            executor.submit(unlucky_days, first, last)
            for first, last in [(1901, 2000), (2001, 2100), (2200, 2101)]
        ]
    for future in futures:
        try:  # (2)
            found = future.result()
            print(len(found), "days, the first is", found[0])
        except ValueError as error:
            print("failed:", error)

# %%
# 1. :class:`~concurrent.futures.ProcessPoolExecutor` starts processes, *workers*. ``submit``
#    hands them a task and returns a *future* at once: a place where the result will be. The end
#    of the ``with`` block waits for all tasks.
# 2. ``result()`` waits for the result and returns it. If the function raised, it raises that
#    exception here, in main. Call it for every future: an exception that you never ask for is
#    lost in silence.
#
# Any worker may take any task. The results come in the order of the list, because the loop asks
# in that order. This program ends with 0 although a task failed: in yours, count the failures,
# and end with ``if failed: sys.exit(f"{failed} failed")``.
#
# If a worker is killed, each future that is not done raises ``BrokenProcessPool``, which ``except
# ValueError`` does not catch. The same happens if an exception cannot be unpickled, for example
# because its ``__init__`` takes two arguments and hands on only one to ``super().__init__``.
#
# **Ctrl-C** interrupts only the tasks that are running: the workers take the next ones, and main
# waits for them all. These lines drop the tasks that have not begun:
#
# .. code-block:: python
#
#    with ProcessPoolExecutor() as executor:
#        try:
#            futures = [executor.submit(f, x) for x in many]
#            for future in futures:
#                print(future.result())
#        except BaseException:
#            executor.shutdown(cancel_futures=True)
#            raise
#
# A process of your own answers through a pipe
# --------------------------------------------
# If you start the process yourself, for instance to stop it when it takes too long, give it one
# end of a :func:`~multiprocessing.Pipe` (:ref:`sphx_glr_lessons_communication_pipe.py`).

import sys
from multiprocessing import Pipe


def send_days(sender, first_year, last_year):
    """Send what unlucky_days finds through the pipe."""
    sender.send(unlucky_days(first_year, last_year))


def days_by_pipe(first_year, last_year):
    """Return what a child finds; EOFError or OSError if it failed."""
    receiver, sender = Pipe(duplex=False)
    process = Process(
        target=send_days,
        args=(sender, first_year, last_year),
    )
    process.start()
    sender.close()  # (1)
    try:
        return receiver.recv()  # (2)
    finally:
        process.join()


if __name__ == "__main__":
    try:
        answer = days_by_pipe(2001, 2100)
    except (EOFError, OSError) as error:
        sys.exit(f"the child failed: {error!r}")
    print("main got", len(answer))

# %%
# 1. Main closes its copy of the sending end. Otherwise ``recv()`` waits forever if the child ends
#    without an answer (:ref:`sphx_glr_lessons_communication_pipe_ends.py`). Now it raises
#    :exc:`EOFError`, or ``OSError`` if the child was killed while it sent.
# 2. Main receives first and joins afterwards. The other order hangs as soon as the result is
#    large:
#
# .. pair::
#
# A pipe holds 64 KiB on Linux, and a list of 8,000 floats is too large for it. The child's
# ``send()`` waits until main reads, and main waits in ``join()`` until the child ends. With a
# small result it works, so the mistake shows up late. A queue has the same trap:
# :ref:`sphx_glr_lessons_communication_read_before_join.py`.
#
# How an argument is copied
# -------------------------
# To *pickle* an object is to turn it into bytes, from which another process can rebuild it. Under
# **fork** no argument of a ``Process`` is pickled, because the child is a copy of main. Under
# **spawn** and **forkserver**, ``start()`` pickles the function, as a name to import, and the
# arguments. An executor pickles tasks and results under all three. These cannot be pickled
# (:ref:`why, and what to send instead <sphx_glr_lessons_communication_what_can_be_pickled.py>`):
#
# - a lambda, or anything defined inside a function: ``Can't pickle <function <lambda> ...>``,
#   ``Can't pickle local object``, ``Can't get local object``
#   (:ref:`sphx_glr_lessons_cannot_pickle_local_object.py`). Write a ``def`` at the top of the
#   file.
# - an open file: ``TypeError: cannot pickle 'TextIOWrapper' instances``, on 3.11
#   ``'_io.TextIOWrapper' object``. Pass its path.
# - a ``threading.Lock``: ``TypeError: cannot pickle '_thread.lock' object``. Make a
#   ``multiprocessing.Lock``, and hand it over when processes start
#   (:ref:`sphx_glr_lessons_shared_memory_pass_a_value.py`).
#
# When to use something else
# --------------------------
# - **Arguments or results are very large.** Send the name of a file, or share memory:
#   :ref:`sphx_glr_lessons_shared_memory_shared_array.py`.
# - **Several processes send many results while they run.** Use a queue:
#   :ref:`sphx_glr_lessons_communication_queues.py`.
#
# Where next
# ----------
# :ref:`sphx_glr_lessons_pools_pool_map.py`, when there are many inputs for one function.

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_order = 20
# sphinx_gallery_lesson_short = "Arguments and results"
# sphinx_gallery_lesson_asked = ["get the return value of a Process"]
# sphinx_gallery_lesson_asked = ["how to return a value from a process"]
# sphinx_gallery_lesson_asked = ["pass arguments to a process"]
# sphinx_gallery_lesson_asked = ["list is empty after the process appended to it"]
# sphinx_gallery_lesson_asked = ["changes made in the child are not visible in the parent"]
# sphinx_gallery_lesson_asked = ["TypeError: 'int' object is not iterable"]
# sphinx_gallery_lesson_asked = ["args needs a comma: args=(x,)"]
# sphinx_gallery_lesson_asked = ["AttributeError: Can't pickle local object 'main.<locals>.f'"]
# sphinx_gallery_lesson_asked = ["TypeError: cannot pickle '_thread.lock' object"]
# sphinx_gallery_lesson_asked = ["ProcessPoolExecutor example", "join() returns None"]
# sphinx_gallery_lesson_asked = ["are arguments copied to the child"]
# sphinx_gallery_lesson_asked = ["what is pickled when a process starts"]
# sphinx_gallery_lesson_asked = ["results from concurrent.futures", "future.result()"]
# sphinx_gallery_lesson_asked = ["exception from a child process in the parent"]
# sphinx_gallery_lesson_asked = ["the return value of a Process is lost"]
# sphinx_gallery_lesson_asked = ["retrieve values from functions that run in parallel"]
