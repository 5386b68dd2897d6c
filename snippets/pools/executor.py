"""
ProcessPoolExecutor: submit, map and as_completed
=================================================

You have a slow function and many inputs. You want to use all cores, get each result as soon as it
is there, and know which input has failed. In short: ``for result in executor.map(function,
inputs)`` is enough if the first error may end the loop. Otherwise call
``executor.submit(function, input)`` for each input, and ``result()`` on every future that it
returns.
"""

# %%
# map: results in the order of the inputs
# ---------------------------------------
# A shop gets orders with misspelled names. For each, the program looks for the most similar
# customer.

from concurrent.futures import ProcessPoolExecutor
from difflib import get_close_matches
from itertools import product

FIRST = ["Anna", "Ben", "Carla", "Emma", "Grace", "Hugo", "Ida", "Lea", "Max"]
LAST = ["Baker", "Cook", "Fisher", "Mason", "Miller", "Parker", "Taylor"]
TOWNS = ["Bath", "Derby", "Dover", "Leeds", "London", "Oxford", "York"]
CUSTOMERS = [" ".join(words) for words in product(FIRST, LAST, TOWNS)]


def find_customer(name):
    """Return the customer whose name is most similar."""
    found = get_close_matches(name, CUSTOMERS, n=1, cutoff=0.8)
    if not found:
        raise LookupError(f"no customer is like {name!r}")
    print("found", found[0])
    return found[0]


if __name__ == "__main__":
    names = ["Ana Cok York", "Maks Tailor Bath", "Lea Beker Leds"]
    with ProcessPoolExecutor() as executor:
        found = executor.map(find_customer, names)
        for name, customer in zip(names, found, strict=True):
            print(f"{name} is {customer}")

# %%
# ``map`` hands over all inputs and returns an iterator. Its results come *in the order of the
# inputs*, whichever was found first. With three names a plain loop is faster, because the workers
# have to start. With thousands and a ``chunksize``, the executor is. It has up to
# :func:`os.process_cpu_count` workers (before Python 3.13, :func:`os.cpu_count`; on Windows at
# most 61).
#
# - **An exception ends it.** The loop raises what the function raised, and no other result
#   comes. Calls that have not been passed on to the workers are cancelled.
# - **Many short calls** need ``chunksize=500``: each message to a worker then has 500 inputs
#   (:ref:`how many to choose <sphx_glr_lessons_pools_chunksize.py>`).
# - **Several arguments**: ``map(f, xs, ys)`` calls ``f(x, y)`` for each pair.
#
# submit: which input does a future belong to?
# --------------------------------------------
# ``submit`` returns a *future* for each call. It does not know its input, so keep the inputs in a
# dictionary with the futures as keys. No customer is like the last name.

from concurrent.futures import as_completed

if __name__ == "__main__":
    names = ["Gracie Cook Dovr", "Hugo Millar Derbi", "Tom Jones Rome"]
    failed = []
    with ProcessPoolExecutor(max_workers=2) as executor:
        futures = {executor.submit(find_customer, n): n for n in names}
        for future in as_completed(futures):
            name = futures[future]
            try:
                print(f"{name} is {future.result()}")
            except LookupError as error:
                print("failed:", error)
                failed.append(name)
    print("to ask again:", failed)

# %%
# :func:`~concurrent.futures.as_completed` gives each future when it is done, and an error costs
# only its own input. (End your program with ``if failed: sys.exit("not all found")``.) A future
# has
#
# - ``result()``: waits, then returns the result or raises the function's exception.
#   ``result(timeout=5)`` ends the *waiting* with ``TimeoutError``, :ref:`not the call
#   <sphx_glr_lessons_pools_deadline.py>`;
# - ``exception()``: waits, then returns the exception, or ``None`` if there was none;
# - ``done()``: does not wait. It is ``True`` also after an exception;
# - ``cancel()``: drops the call, unless it was already passed on to the workers. (At most
#   ``max_workers + 1`` calls wait there.)
#
# .. chance::
#
#    The order of ``as_completed`` changes from run to run.
#
# A forgotten result() hides the exception
# ----------------------------------------
# Three bills are written to files. Cook's hours have a comma, so ``float`` raises an exception.
#
# .. pair::
#
# The broken program ends with 0, though a bill is missing. The worker sent the exception to main,
# where the future keeps it. The end of the ``with`` block *waits* for all calls, but does not
# look at their results. So call ``result()`` even if the function returns nothing, and end with
# ``sys.exit("a bill is missing")`` after an error. ``executor.map(write_bill, ...)`` alone on a
# line reports no error either. (More: :ref:`sphx_glr_lessons_pools_errors_in_workers.py`.)
#
# map reads all inputs first: buffersize, or wait
# -----------------------------------------------
# A generator makes the readings of 200 days.
#
# .. pair:: executor-ahead
#
# In the broken program ``map`` `submits every input
# <https://github.com/python/cpython/blob/3.14/Lib/concurrent/futures/_base.py#L619-L624>`__
# before it returns. Large inputs fill up the memory. The cured one never has more than 20
# unfinished calls. :func:`~concurrent.futures.wait` with ``FIRST_COMPLETED`` returns as soon as a
# future is done, so the means come in any order. (The default, ``ALL_COMPLETED``, waits for all.)
#
# Since Python 3.14, ``executor.map(mean, days(), buffersize=20)`` is enough, and it keeps the
# order. With a ``chunksize``, 20 *chunks* are read ahead.
#
# When the workers start
# ----------------------
# One call is submitted to an executor that may have three workers.

from multiprocessing import active_children

if __name__ == "__main__":
    with ProcessPoolExecutor(max_workers=3) as executor:
        future = executor.submit(find_customer, "Ida Bakr Oxfort")
        print("workers:", len(active_children()))
        print("found for main:", future.result())

# %%
# No worker starts before the first ``submit``:
#
# - Under **spawn** and **forkserver**, a ``submit`` starts one more worker if none is idle, up to
#   ``max_workers``.
# - Under **fork**, the first ``submit`` `starts them all
#   <https://github.com/python/cpython/blob/3.14/Lib/concurrent/futures/process.py#L846-L850>`__.
#   No worker is forked later, beside the executor's thread: that may end in a deadlock.
#
# They live until the end of the block, so use *one* executor for all your calls. ``initializer=``
# :ref:`loads something once in each worker <sphx_glr_lessons_pools_initializer.py>`, and
# ``max_tasks_per_child=`` :ref:`replaces workers <sphx_glr_lessons_pools_maxtasksperchild.py>`.
#
# A worker is killed, or you press Ctrl-C
# ---------------------------------------
# If a worker dies, every future that is not done raises ``BrokenProcessPool``, and the executor
# takes no more calls (:ref:`sphx_glr_lessons_pools_broken_pools.py`). Results that came before
# stay in their futures.
#
# After Ctrl-C, the end of the block may still wait. In a loop over ``map`` it waits for the calls
# that were passed on, in a loop over ``as_completed`` for all that are left (:ref:`how to drop
# them <sphx_glr_lessons_pools_ctrl_c.py>`).
#
# When to use something else
# --------------------------
# - **The calls wait for a network, or run in C without the GIL**: use threads
#   (:ref:`sphx_glr_lessons_pools_thread_pool.py`).
# - **You want chunks and each result as soon as it is ready**: a ``Pool`` can
#   (:ref:`sphx_glr_lessons_pools_pool_or_executor.py`).
# - **Your program is asynchronous**: :ref:`sphx_glr_lessons_pools_asyncio_and_processes.py`.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_pools_progress_bar.py`, to show how many futures are done.
# - :ref:`sphx_glr_lessons_pools_shutting_down.py`, for what the end of the block does.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 25
# sphinx_gallery_lesson_short = "Executors"
# sphinx_gallery_lesson_asked = ["ProcessPoolExecutor submit or map"]
# sphinx_gallery_lesson_asked = ["which input does a future belong to, dict of futures"]
# sphinx_gallery_lesson_asked = ["ProcessPoolExecutor hides exceptions, no error shown"]
# sphinx_gallery_lesson_asked = ["executor.map reads the whole generator, buffersize"]
# sphinx_gallery_lesson_asked = ["concurrent.futures wait FIRST_COMPLETED, ALL_COMPLETED"]
# sphinx_gallery_lesson_asked = ["limit the number of pending futures"]
# sphinx_gallery_lesson_asked = ["executor.map stops at the first exception"]
# sphinx_gallery_lesson_asked = ["when does ProcessPoolExecutor start its workers"]
