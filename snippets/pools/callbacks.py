"""
Callbacks of a pool: where they run, and when they raise
========================================================

You want main to be told when a task is done, to book its result or to move a progress bar. In
short: ``callback`` is called with a result and ``error_callback`` with an exception, both in a
*thread of main*. A callback that raises keeps results from arriving; after a ``KeyError``, in
silence.
"""

# %%
# One function for results, one for errors
# ----------------------------------------
# Workers read orders, and main books them. The third order has no number.

import threading
from multiprocessing import Pool, TimeoutError

stock = {"tea": 40, "milk": 12}
failed = []


def read_order(text):
    """Return an item and how many pieces of it."""
    print("reading", text)
    item, pieces = text.split()
    return item, int(pieces)


def take(order):
    """Take an order from the stock."""
    item, pieces = order
    stock[item] -= pieces
    print(f"{item}: {stock[item]} left")
    print("booked in", threading.current_thread().name)


def book(order):
    """Do so, and let no exception out."""
    try:
        take(order)
    except Exception as error:  # (1)
        failed.append(error)


if __name__ == "__main__":
    with Pool(2) as pool:
        for text in ["tea 10", "milk 4", "tea ten"]:
            pool.apply_async(  # (2)
                read_order,
                (text,),
                callback=book,
                error_callback=failed.append,
            )
        pool.close()  # (3)
        pool.join()
    print(f"{stock}, failed: {failed}")

# %%
# 1. For an item that is not in ``stock``, ``take`` raises ``KeyError``. If a callback lets that
#    out, the program hangs, as you will see.
# 2. The ``error_callback`` gets the worker's exception. Without it, and without ``get()``, it
#    would be lost.
# 3. ``join()``, which needs ``close()`` before it, waits for all tasks and their callbacks.
#    Without it the end of the block would kill the workers.
#
# The last line of a real program is ``if failed: sys.exit("orders failed")``. For a progress bar,
# let *both* callbacks move it: ``lambda _: bar.update()``. For news from within a task,
# :ref:`give the workers a queue <sphx_glr_lessons_communication_queue_in_a_pool.py>`.
#
# **Is your callback not called?** The task raised (only ``error_callback`` is called), the block
# ended first, an earlier callback raised, or the worker was killed.
#
# Which thread calls it?
# ----------------------
# ``book`` could change main's ``stock``, because it ran in main. A callback is never pickled, so
# it may be a lambda or a method. But the thread was not the main one: ``_handle_results``, a
# thread of the pool, receives all results, one after another:
#
# 1. It reads a result from the pipe.
# 2. It calls ``callback`` or ``error_callback``, and waits until that returns.
# 3. It marks the ``AsyncResult`` as ready, so that ``get()`` returns. (With ``map_async``, once
#    all chunks are done: ``callback`` gets the list, or ``error_callback`` the first error.)
#
# So the callbacks of a pool do not overlap, and need no lock among themselves. (Except if a task
# cannot be pickled: then the sending thread calls ``error_callback``.) Use a
# :class:`threading.Lock` if the main thread changes the same data meanwhile.
#
# A slow callback blocks all other results. One that calls ``get()`` on another task of its pool
# waits forever: its own thread would have to receive that result.
#
# A KeyError in a callback disappears
# -----------------------------------
# Here the callback is ``take`` itself, and the first order has a typo. The worker can read it,
# but there is no ``"tee"`` in ``stock``.

if __name__ == "__main__":
    with Pool(1) as pool:
        typo = pool.apply_async(read_order, ("tee 5",), callback=take)
        good = pool.apply_async(read_order, ("tea 5",), callback=take)
        print("second order:", good.get(timeout=20))
        try:
            print("first order:", typo.get(timeout=0.5))
        except TimeoutError:
            print("first order: no result; ready:", typo.ready())

# %%
# There is no traceback, because the thread `has an except KeyError
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/pool.py#L593-L597>`__ around
# ``cache[job]._set(i, obj)``, meant for a missing ``job``. But ``_set()`` calls your callback,
# and only then marks the result as ready. So the ``KeyError`` of ``stock["tee"]`` is swallowed,
# and this task never becomes ready: ``get()`` without a limit would wait forever, and so would
# ``join()``. Later tasks work.
#
# Any other exception stops all results
# -------------------------------------
# An order without a number makes the callback raise ``ValueError``. (An ``error_callback`` that
# raises does the same.)
#
# .. pair::
#
# 1. The exception ends the thread that receives results, with a traceback that begins with
#    ``Exception in thread Thread-3 (_handle_results)``. (``sys.exit()`` in a callback ends it
#    without one.)
# 2. The workers go on, but no more results arrive. ``get()`` of a result that had not arrived
#    without a limit waits forever, and so does ``join()``.
# 3. The ``with`` block fails at its end: ``AssertionError: Cannot have cache with result_handler
#    not alive`` (``result_hander`` on Python 3.11). It ends no busy worker; the end of main does.
#    Look for the thread's traceback above it.
#
# Better still, do in the worker whatever can fail: its exceptions go to ``error_callback``.
#
# The same message without a callback
# -----------------------------------
# The thread also ends if main cannot unpickle what a worker sent, often an exception whose
# ``__init__`` takes two arguments and passes on one. Its traceback says ``TypeError: __init__()
# missing 1 required positional argument``. Raise a ``ValueError`` with a text instead, or pass
# all on: ``super().__init__(path, line)``.
#
# Neither callback is called for a worker that was killed
# -------------------------------------------------------
# If memory runs out or a C library crashes, main receives nothing. The pool starts another
# worker, but ``join()`` :ref:`waits forever
# <sphx_glr_lessons_pools_pool_map.py:a-dead-worker-leaves-map-waiting-forever>`. An executor
# raises ``BrokenProcessPool``.
#
# Without callbacks: a loop in the main thread
# --------------------------------------------
# In new code, take an executor and :func:`~concurrent.futures.as_completed`. The main thread
# handles each result as soon as it is there, and you can catch every exception.

from concurrent.futures import ProcessPoolExecutor, as_completed

if __name__ == "__main__":
    orders = ["tea 2", "tee 5", "milk two", "milk 3"]
    with ProcessPoolExecutor(2) as executor:
        futures = {executor.submit(read_order, o): o for o in orders}
        for future in as_completed(futures):
            try:
                take(future.result())
            except (KeyError, ValueError) as error:
                print(f"{futures[future]} failed: {error!r}")

# %%
# If you do need a callback, a future has :meth:`~concurrent.futures.Future.add_done_callback`. It
# is called with the future, also after an error: in a thread of main, or at once if the future is
# done already. If it raises, the executor `logs the exception
# <https://github.com/python/cpython/blob/3.14/Lib/concurrent/futures/_base.py#L332-L337>`__, also
# a ``KeyError``, and goes on.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_pools_ending_a_pool.py`, for what ``close``, ``join`` and the end of
#   the block do.

# sphinx_gallery_lesson_added = "2026-11-29"
# sphinx_gallery_lesson_order = 35
# sphinx_gallery_lesson_short = "Callbacks"
# sphinx_gallery_lesson_asked = ["callback of apply_async is not called", "error_callback"]
# sphinx_gallery_lesson_asked = ["callback runs in which thread", "callback raises an exception"]
# sphinx_gallery_lesson_asked = ["KeyError in a callback is swallowed", "get() hangs, callback"]
# sphinx_gallery_lesson_asked = ["Exception in thread Thread-3 (_handle_results)"]
# sphinx_gallery_lesson_asked = ["Cannot have cache with result_handler not alive"]
# sphinx_gallery_lesson_asked = ["AssertionError: Cannot have cache with result_hander not alive"]
# sphinx_gallery_lesson_asked = ["callback blocks other results", "add_done_callback"]
# sphinx_gallery_lesson_asked = ["exception of a worker cannot be unpickled, get() hangs"]
