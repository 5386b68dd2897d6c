"""
What can be sent to another process, and what cannot be pickled
===============================================================

You gave an object to a process, a pool or a queue, and got ``TypeError: cannot pickle
'_thread.lock' object``, or a ``PicklingError``. Python *pickles* what it sends: it turns it into
bytes. In short: data is sent as a copy, a function or class of a module as its name. A lock, an
open file or a database connection belongs to one running process and cannot be sent. Find such an
attribute, and leave it out.
"""

# %%
# Find the attribute that cannot be pickled
# -----------------------------------------
# An object of your class can be sent if all its attributes can:

import pickle
import re
import sqlite3
import sys
import threading


class Billing:
    """Makes invoices."""

    def __init__(self):
        self.vat = {"book": 7, "pen": 19}
        self.order = re.compile(r"[A-Z]+-\d+")
        self.rounding = round
        self.discount = lambda total: total * 0.9
        self.lock = threading.Lock()
        self.log = sys.stderr
        self.prices = sqlite3.connect(":memory:")
        self.numbers = (n for n in range(1000, 2000))


def find_refused(values):
    """Return the names of the values that cannot be pickled."""
    refused = []
    for name, value in values.items():
        try:
            pickle.dumps(value)  # (1)
        except Exception:
            refused.append(name)
    return refused


if __name__ == "__main__":
    billing = Billing()
    refused = find_refused(vars(billing))
    print("refused:", refused)
    print("can be pickled:", sorted(vars(billing).keys() - refused))
    billing.prices.close()

# %%
# 1. This line raises what a pool would raise, except for a socket, which a pool can send. If the
#    value is an object of your class, look into it: ``find_refused(vars(value))``. From Python
#    3.14 on, the traceback names the attribute: ``when serializing dict item 'lock'``.
#
# **These can be sent:** numbers, strings, dates, paths, NumPy arrays and dataframes; lists,
# dictionaries and :func:`functools.partial` of such values; functions and classes at the top
# level of a module, as names that :ref:`the worker must find
# <sphx_glr_lessons_pools_starmap.py:a-lambda-does-not-travel>`; and objects of such classes.
#
# **These are refused:**
#
# ``Can't pickle <function <lambda> at 0x...>: attribute lookup <lambda> on __main__ failed``
#    A lambda. From 3.14 on: ``it's not found as __main__.<lambda>``. Write a ``def`` at the top
#    level of the file.
#
# ``Can't pickle local object``, on 3.13 ``Can't get local object``
#    A function or class inside a function, such as ``discount`` above: :ref:`the error's page
#    <sphx_glr_lessons_cannot_pickle_local_object.py>`.
#
# ``cannot pickle '_thread.lock' object``, or ``'_thread.RLock'``
#    A lock, or an object that has one: a ``queue.Queue``, a ``threading.Event``, an executor, a
#    handler of ``logging``. Leave it out. You can pass a lock of ``multiprocessing`` :ref:`when a
#    process starts <sphx_glr_lessons_shared_memory_pass_a_value.py>`.
#
# ``cannot pickle 'TextIOWrapper' instances``, on 3.11 ``'_io.TextIOWrapper' object``
#    An open file (``BufferedReader``: a binary one). Send its path.
#
# ``cannot pickle 'generator' object``, ``'dict_keys'``, ``'re.Match'``, ``'sqlite3.Row'``
#    Send ``list(generator)``, ``list(keys)``, ``match[0]``, ``tuple(row)``.
#
# ``cannot pickle 'sqlite3.Connection' object``, ``cannot pickle 'module' object``
#    Connect, or import, in the worker. Under fork, too: a child `must not use an inherited
#    connection <https://www.sqlite.org/faq.html#q6>`__.
#
# ``pool objects cannot be passed between processes or pickled``
#    Your object has the pool as an attribute, and you map a method of it. Keep the pool
#    elsewhere.
#
# Send the file name, not the connection
# --------------------------------------
# Two workers call ``catalog.price``. A method is sent with its object, and so with the
# connection.
#
# .. pair::
#
# ``__reduce__`` tells pickle to make the copy by calling ``Catalog(file)``, which opens the
# database again. The copy has only what ``__init__`` sets. The output shows the cost: every task
# opens the database. For many short tasks, let each worker open it once, in an :ref:`initializer
# <sphx_glr_lessons_pools_initializer.py>`.
#
# If the worker does not need an attribute, this method of your class leaves it out:
#
# .. code-block:: python
#
#    def __getstate__(self):
#        return {**vars(self), "log": None, "lock": None}
#
# Both are ``None`` in the copy.
#
# A class is sent as its name
# ---------------------------
# Main lowers the VAT for all invoices. Under spawn and forkserver the worker does not see it:
#
# .. pair:: what_can_be_pickled-class
#
# The invoice was copied, with its own attributes. Of its class only the name was sent. Under
# **spawn** and **forkserver** the worker gets the class from another import of the file. Under
# **fork** it inherits the change, which main made before the worker started.
#
# Where you see the error
# -----------------------
# - **start()** raises it under spawn and forkserver. Fork pickles nothing. So
#   ``Process(target=lambda: ...)`` works on Linux up to Python 3.13, and fails from 3.14 on,
#   which uses forkserver.
# - **map() or result()** raises it under every start method: tasks are always pickled.
# - **put()** of a ``Queue`` raises nothing. Its feeder thread prints a traceback, and :ref:`the
#   item is lost <sphx_glr_lessons_communication_feeder_thread.py>`.
# - **A result** can be refused, too, after the work is done:

from multiprocessing import Pool
from multiprocessing.pool import MaybeEncodingError


def find_order(text):
    """Return the match of an order number."""
    return re.search(r"[A-Z]+-\d+", text)


if __name__ == "__main__":
    with Pool(2) as pool:
        try:
            pool.map(find_order, ["paid: LDN-17", "open: YRK-4"])
        except MaybeEncodingError as error:
            print("MaybeEncodingError:", error.exc)

# %%
# A pool `wraps the reason
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/pool.py#L130-L136>`__ in
# ``MaybeEncodingError: Error sending result``. An executor raises the ``TypeError`` itself. An
# exception that main cannot *unpickle* is worse: a pool :ref:`hangs
# <sphx_glr_lessons_pools_errors_in_workers.py>`, an executor raises ``BrokenProcessPool``.
#
# .. platform:: Windows
#
#    ``start()`` `starts the child before it pickles
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/popen_spawn_win32.py#L97>`__.
#    So the child ends with ``EOFError: Ran out of input``. Main's traceback has the cause.
#
# cloudpickle sends lambdas and local functions
# ---------------------------------------------
# `cloudpickle <https://github.com/cloudpipe/cloudpickle>`__ pickles the code of a function, not
# its name. Send the bytes, and load them in the worker:
#
# .. code-block:: python
#
#    import pickle
#    from concurrent.futures import ProcessPoolExecutor
#
#    import cloudpickle
#
#    def call(data, *args):
#        return pickle.loads(data)(*args)
#
#    if __name__ == "__main__":
#        data = cloudpickle.dumps(lambda total: total * 0.9)
#        with ProcessPoolExecutor() as executor:
#            print(executor.submit(call, data, 100).result())
#
# Locks, generators and connections are still refused.
#
# When not to pickle at all
# -------------------------
# Large data takes long to copy. Send a file name, or :ref:`share memory
# <sphx_glr_lessons_shared_memory_shared_array.py>`.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_communication_queue_in_a_pool.py`, to send a queue.

# sphinx_gallery_lesson_added = "2026-11-29"
# sphinx_gallery_lesson_order = 50
# sphinx_gallery_lesson_short = "Pickling"
# sphinx_gallery_lesson_opens_on = "spawn"
# sphinx_gallery_lesson_asked = ["TypeError: cannot pickle '_thread.lock' object"]
# sphinx_gallery_lesson_asked = ["TypeError: cannot pickle 'TextIOWrapper' instances"]
# sphinx_gallery_lesson_asked = ["TypeError: cannot pickle '_io.TextIOWrapper' object"]
# sphinx_gallery_lesson_asked = ["TypeError: cannot pickle 'sqlite3.Connection' object"]
# sphinx_gallery_lesson_asked = ["TypeError: cannot pickle 'generator' object"]
# sphinx_gallery_lesson_asked = ["MaybeEncodingError: Error sending result"]
# sphinx_gallery_lesson_asked = ["EOFError: Ran out of input"]
# sphinx_gallery_lesson_asked = ["NotImplementedError: pool objects cannot be passed"]
# sphinx_gallery_lesson_asked = ["find which attribute cannot be pickled"]
# sphinx_gallery_lesson_asked = ["cloudpickle with multiprocessing", "__reduce__, __getstate__"]
