"""
Pool.starmap: call a function with several arguments
====================================================

Your function takes two arguments, and ``pool.map`` says ``TypeError: profit() missing 1 required
positional argument: 'price'``. In short: ``pool.starmap(profit, [(60, 2.0), (80, 2.0)])``, with a
tuple for each call. This page also shows constant and keyword arguments, and how to see which
call has failed.
"""

# %%
# Each tuple becomes one call
# ---------------------------
# A kiosk buys newspapers for 1.20 each. How many should it buy a day, and what should it charge?
# ``profit`` simulates many days.

import random
from multiprocessing import Pool


def profit(papers, price, days=20_000):
    """Return the kiosk's mean profit a day."""
    rng = random.Random(2026)  # the same readers every time
    total = 0.0
    for _ in range(days):
        readers = round(rng.gauss(150 - 35 * price, 20))
        total += max(0, min(papers, readers)) * price - papers * 1.20
    print(f"{papers} papers at {price:.2f}: {total / days:.2f}")
    return total / days


if __name__ == "__main__":
    plans = [(60, 2.0), (80, 2.0), (60, 2.5), (80, 2.5)]
    with Pool(2) as pool:
        profits = pool.starmap(  # (1)
            profit, plans
        )
    best = max(zip(profits, plans, strict=True))
    print("best:", best[1])

# %%
# 1. For ``(60, 2.0)``, :meth:`~multiprocessing.pool.Pool.starmap` calls ``profit(60, 2.0)``, as
#    if you had written ``profit(*plan)``.
#
# Otherwise it is like :meth:`~multiprocessing.pool.Pool.map`: the inputs go to the workers in
# chunks, and the results are in the order of the inputs.
#
# "missing 1 required positional argument"
# ----------------------------------------
# ``map`` passes each item as *one* argument, so ``papers`` becomes the whole tuple, and no value
# is left for ``price``.
#
# .. pair::
#
# The call failed before the first line of ``profit``, so no worker printed anything. The opposite
# mistake is ``starmap`` where ``map`` would do. It unpacks whatever it gets:
#
# - ``starmap(load, ["a.csv"])``: ``TypeError: load() takes 1 positional argument but 5 were
#   given``. It made arguments of the five characters. Use ``map``.
# - ``starmap(profit, [(60, 2.0, 2_000, 1)])``: ``takes from 2 to 3 positional arguments but 4
#   were given``. The tuple is longer than the list of parameters.
# - ``starmap(load, [7])``: ``TypeError: 'int' object is not iterable``. Use ``map``.
#
# Two lists, or each with each
# ----------------------------
# ``zip`` makes tuples from two lists, and :func:`itertools.product` combines each value with
# each.

from itertools import product

if __name__ == "__main__":
    papers, prices = [60, 80], [2.2, 2.6]
    with Pool(2) as pool:
        later = pool.starmap_async(profit, product(papers, prices))
        zipped = pool.starmap(profit, zip(papers, prices, strict=True))
        table = later.get()
    print(len(zipped), "results, then", len(table))

# %%
# ``starmap_async`` returned at once, so the workers had all calls to do from the beginning.
#
# Without ``strict=True``, ``zip`` ends with the shorter list and drops the rest without a
# warning.
#
# ``starmap`` is not lazy. It `makes a list of all tuples
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/pool.py#L477-L478>`__ before
# the first call, and returns when the last one is done. For results as they come, let the
# function take one tuple and use :ref:`imap <sphx_glr_lessons_pools_imap.py>`.
#
# A constant argument, keyword arguments
# --------------------------------------
# ``starmap`` passes positional arguments only. For keyword arguments, give ``map`` a function
# that takes a dictionary. :func:`functools.partial` makes an argument constant. If only one
# argument is left then, plain ``map`` is enough.

from functools import partial


def profit_of(plan):
    """Call profit() with keyword arguments."""
    return profit(**plan)


if __name__ == "__main__":
    two_plans = [
        {"papers": 60, "price": 2.0, "days": 2_000},
        {"papers": 60, "price": 2.5},
    ]
    with Pool(2) as pool:
        named = pool.map(profit_of, two_plans)
        at_two = pool.map(partial(profit, price=2.0), [60, 70])
    print("two calls each:", len(named), len(at_two))

# %%
# The *first* argument must be fixed by its position: ``partial(profit, 60)``. With ``papers=60``
# the call fails: ``profit() got multiple values for argument 'papers'``.
#
# A ``partial`` is pickled with its constants, `once for each chunk
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/pool.py#L635-L640>`__. A large
# table or dataframe would go through the pipe each time: let the pool's :ref:`initializer
# <sphx_glr_lessons_pools_initializer.py>` put it into a global of each worker, once.
#
# Which call has failed?
# ----------------------
# If a call raises, ``starmap`` raises that exception in main when all chunks are done, and the
# other results are lost, :ref:`as with map
# <sphx_glr_lessons_pools_pool_map.py:one-bad-input-costs-all-results>`. The traceback names the
# line, but not the arguments. A note does:


def noted_profit(papers, price):
    """Call profit(); name the arguments if it fails."""
    try:
        return profit(papers, price)
    except Exception as error:
        error.add_note(f"papers={papers!r}, price={price!r}")
        raise


if __name__ == "__main__":
    with Pool(2) as pool:
        try:
            pool.starmap(noted_profit, [(60, 2.0), (60, "2,50")])
        except TypeError as error:
            print(f"{error} ({error.__notes__[0]})")

# %%
# Without the ``except`` in main the program ends with 1, and the note is the last line of the
# traceback. To keep the results of all other calls, return the error as a text.
#
# A lambda does not travel
# ------------------------
# ``pool.map(lambda papers: profit(papers, 2.0), [60, 70])`` fails under every start method:
#
# - ``PicklingError: Can't pickle <function <lambda> at 0x...>: attribute lookup <lambda> on
#   __main__ failed``, or ``it's not found as __main__.<lambda>``.
# - ``Can't pickle local object``, on Python 3.13 ``Can't get local object``: a lambda or ``def``
#   inside another function. It is an ``AttributeError`` up to 3.13, and a ``PicklingError`` from
#   3.14 on.
#
# A function is pickled as the name of its module and its own name, and the worker looks it up
# there. A lambda has no name that could be found. Use a ``def`` at the top level of the file.
#
# ``AttributeError: Can't get attribute 'f' on <module '__main__' ...>``, from Python 3.14 on
# ``module '__main__' has no attribute 'f'``, comes from a worker that did not find ``f``. (In
# scripts under spawn and forkserver, it says ``__mp_main__``.) ``f`` was typed at the prompt or
# in a notebook, or defined under the main guard; or, under fork, defined after ``Pool()``. The
# worker dies, and ``starmap`` hangs. Put ``f`` in a file, above the guard.
#
# An executor needs no starmap
# ----------------------------
# ``map`` of an executor takes several lists, as the built-in one does, and
# :func:`itertools.repeat` for what is constant. It is the first choice in new code: if a worker
# is killed, ``starmap`` :ref:`waits forever
# <sphx_glr_lessons_pools_pool_map.py:a-dead-worker-leaves-map-waiting-forever>`, and an executor
# raises ``BrokenProcessPool``.

from concurrent.futures import ProcessPoolExecutor
from itertools import repeat

if __name__ == "__main__":
    with ProcessPoolExecutor(2) as executor:
        results = list(executor.map(profit, [60, 70], repeat(2.0)))
    print("the same:", results == at_two)

# %%
# An executor's ``map`` ends with the shortest list, without a warning, and sends each call in a
# message of its own. For thousands of quick calls pass ``chunksize=500``, or take ``starmap``,
# which makes chunks by itself.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_pools_apply_async.py`, if not all calls are known when you start, and for
#   the ``AsyncResult`` that ``starmap_async`` returns.
# - :ref:`sphx_glr_lessons_cannot_pickle_local_object.py`, on functions that do not travel.

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_order = 20
# sphinx_gallery_lesson_short = "starmap"
# sphinx_gallery_lesson_asked = ["pool.map with two arguments", "pool.map with several arguments"]
# sphinx_gallery_lesson_asked = ["pass a constant argument to every call"]
# sphinx_gallery_lesson_asked = ["TypeError: f() missing 1 required positional argument"]
# sphinx_gallery_lesson_asked = ["takes 1 positional argument but 5 were given"]
# sphinx_gallery_lesson_asked = ["keyword arguments in pool.map", "zip two lists for a pool"]
# sphinx_gallery_lesson_asked = ["PicklingError: Can't pickle <function <lambda>>"]
# sphinx_gallery_lesson_asked = ["attribute lookup <lambda> on __main__ failed"]
# sphinx_gallery_lesson_asked = ["Can't get attribute 'f' on <module '__mp_main__' from file.py"]
# sphinx_gallery_lesson_asked = ["lambda in pool.map", "Can't pickle local object"]
# sphinx_gallery_lesson_asked = ["AttributeError: Can't get local object"]
# sphinx_gallery_lesson_asked = ["functools.partial in a pool", "itertools.product with a pool"]
# sphinx_gallery_lesson_asked = ["worker function must be at module level", "is starmap lazy"]
