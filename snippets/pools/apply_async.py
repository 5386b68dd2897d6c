"""
Pool.apply_async: start a call now, get its result later
========================================================

You want to hand work to other processes as it comes up, perhaps several different functions, and
go on meanwhile. Or you called ``apply_async``, and nothing happens, without an error. In short:
keep what it returns, an ``AsyncResult``, and call ``get()`` on it, which returns the result or
raises the worker's exception.
"""

# %%
# Main goes on while two workers work
# -----------------------------------
# A shop adds up its orders, and simulates how long its customers would wait at three checkouts.
# These are two different functions, so ``map`` cannot do it.

import csv
import random
from multiprocessing import Pool, TimeoutError
from multiprocessing.pool import AsyncResult

ORDERS = {
    "north": "tea,3,10\nmilk,2,4",
    "south": "tea,3,2\nmilk,?,6",
    "west": "milk,2,20",
}


def revenue(shop):
    """Return the sum of price times pieces, over all orders."""
    total = 0
    for _, price, pieces in csv.reader(ORDERS[shop].splitlines()):
        total += int(price) * int(pieces)
    print(f"{shop}: {total} euros")
    return total


def waiting(checkouts, customers=200_000):
    """Return how many minutes a customer waits on average."""
    rng = random.Random(2026)  # the same customers every time
    free_at = [0.0] * checkouts  # when each checkout is free again
    now = waited = 0.0
    for _ in range(customers):
        now += rng.expovariate(1)
        first = free_at.index(min(free_at))
        begin = max(now, free_at[first])
        waited += begin - now
        free_at[first] = begin + rng.expovariate(0.4)
    return waited / customers


if __name__ == "__main__":
    with Pool(2) as pool:
        slow = pool.apply_async(  # (1)
            waiting, (3,), {"customers": 300_000}
        )
        quick: AsyncResult = pool.apply_async(revenue, ("north",))
        print("main goes on")
        try:  # (2)
            slow.get(timeout=0.01)
        except TimeoutError:
            print("not yet; ready:", slow.ready())
        euros = quick.get()  # (3)
        minutes = slow.get()
    print(f"{euros} euros, {minutes:.2f} minutes")
    print("ready:", slow.ready(), "successful:", slow.successful())

# %%
# 1. The arguments are a tuple, ``(3,)``. After it comes a dictionary of keyword arguments.
# 2. ``timeout`` ends the *waiting*, not the task, which runs on and keeps its worker busy.
# 3. ``get()`` without a limit waits for the result. Both are collected inside the ``with`` block,
#    because its end kills the workers.
#
# Both are an :class:`~multiprocessing.pool.AsyncResult`. To annotate one, import its class from
# ``multiprocessing.pool``, as above.
#
# ``except TimeoutError`` catches this only with the import above:
# ``multiprocessing.TimeoutError`` is not the built-in exception of that name. (In a traceback it
# is ``multiprocessing.context.TimeoutError``.)
#
# To stop a task that takes too long, you have to end its process. A pool can end only all of its
# workers. Start such a task as a ``Process`` of its own
# (:ref:`sphx_glr_lessons_spawning_stop_a_process.py`). Ctrl-C in a terminal interrupts the
# workers and ``get()``, as with ``map`` (:ref:`what you see then
# <sphx_glr_lessons_pools_pool_map.py:when-a-pool-is-not-worth-it>`).
#
# What an AsyncResult tells you
# -----------------------------
# - ``get()`` waits, and returns the result or raises the task's exception.
# - ``wait()`` waits, returns ``None``, and raises nothing.
# - ``ready()`` does not wait. It is ``True`` after a result and after an exception.
# - ``successful()`` is ``False`` after an exception. If the task is not ready, it raises
#   ``ValueError``.
#
# Without ``get``, an error is lost
# ---------------------------------
# One of three shops has a price that is no number.
#
# .. pair::
#
# The broken program reports nothing: the worker caught the exception and sent it to main, where
# it lies in the ``AsyncResult`` and waits for ``get()``. The status is 0. The cured program
# should not end with 0 either. Set ``failed = False`` before the loop and ``failed = True`` in
# the ``except``, and make this the last line: ``if failed: sys.exit("a shop failed")``.
#
# apply_async does nothing: five causes
# -------------------------------------
# 1. **The call raised**, and you did not call ``get()``. Often the comma is missing: with
#    ``args=("north")`` the worker calls ``revenue("n", "o", "r", "t", "h")``. Or the function is
#    :ref:`a lambda <sphx_glr_lessons_pools_starmap.py:a-lambda-does-not-travel>`.
# 2. **The pool was ended** before the task was done. The workers are killed at the end of the
#    ``with`` block, or of a script that calls neither ``get()`` nor ``close()`` and ``join()``.
# 3. **The worker died**, because memory ran out, it crashed, or it called ``sys.exit()``. The
#    pool starts another worker but not the task, and ``get()`` :ref:`waits forever
#    <sphx_glr_lessons_pools_pool_map.py:a-dead-worker-leaves-map-waiting-forever>`. Give it a
#    limit.
# 4. **The worker cannot find the function**, because you typed it at the prompt or in a notebook
#    (under fork, after ``Pool()``). The worker's traceback ends in ``AttributeError``, it dies,
#    and ``get()`` waits forever. Put the function in a file.
# 5. **Main cannot unpickle the exception.** ``get()`` waits forever, also for all later tasks
#    (:ref:`see why <sphx_glr_lessons_pools_callbacks.py:the-same-message-without-a-callback>`).
#
# apply, or get() in the loop: one at a time
# ------------------------------------------
# ``pool.apply(f, args)`` is ``apply_async(f, args).get()``. It waits, so two calls never overlap:

if __name__ == "__main__":
    with Pool(2) as pool:
        for shop in ["north", "west"]:
            total = pool.apply(revenue, (shop,))
            print(f"main has {total} of {shop}")

# %%
# To use all workers, submit all calls first and collect afterwards, as the pair does.
#
# Results as they are ready: an executor
# --------------------------------------
# ``submit()`` of a ``ProcessPoolExecutor`` is the same idea, and the first choice in new code. It
# returns a future, and :func:`~concurrent.futures.as_completed` gives you each future as soon as
# it is ready.

from concurrent.futures import ProcessPoolExecutor, as_completed

if __name__ == "__main__":
    with ProcessPoolExecutor(2) as executor:
        futures = {executor.submit(revenue, shop): shop for shop in ORDERS}
        for future in as_completed(futures):
            error = future.exception()
            print(futures[future], "failed" if error else "succeeded")

# %%
# .. chance::
#
#    The shops may come in another order: first those that are ready already, in any order, then
#    the others as they get ready.
#
# If a worker dies, each unfinished future raises ``BrokenProcessPool``. ``cancel()`` drops a call
# that has not been passed on to the workers. The end of the block waits instead of killing. And
# ``result(timeout=...)`` raises the built-in ``TimeoutError``. But an exception gets lost here,
# too, unless you call ``result()`` or ``exception()`` on every future.
#
# A ``Pool`` is better if you want to drop everything at once: an executor can
# :ref:`terminate_workers() <sphx_glr_lessons_pools_shutting_down.py>` only since Python 3.14. It
# is also better if many inputs go to *one* function: ``pool.imap_unordered(function, inputs,
# chunksize=100)`` gives you :ref:`results as soon as they are ready
# <sphx_glr_lessons_pools_imap.py>`, and sends the inputs in chunks.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_pools_callbacks.py`, if main should be told instead of asking.
# - :ref:`sphx_glr_lessons_pools_ending_a_pool.py`, because leaving the block too early loses
#   work.

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_order = 30
# sphinx_gallery_lesson_short = "apply_async"
# sphinx_gallery_lesson_asked = ["apply_async does nothing", "apply_async shows no error"]
# sphinx_gallery_lesson_asked = ["exceptions in a pool are swallowed"]
# sphinx_gallery_lesson_asked = ["multiprocessing.context.TimeoutError"]
# sphinx_gallery_lesson_asked = ["timeout for a task in a pool", "apply or apply_async"]
# sphinx_gallery_lesson_asked = ["submit tasks to a pool one by one", "asynchronous tasks"]
# sphinx_gallery_lesson_asked = ["except TimeoutError does not catch it", "AsyncResult.get"]
# sphinx_gallery_lesson_asked = ["results as soon as they are ready, imap_unordered"]
