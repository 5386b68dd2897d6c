"""
Pool.starmap: several arguments per call
========================================

Call a function of two or more arguments in a pool, keep some of them fixed, and
know which functions can travel to a worker and which cannot.
"""

# %%
# Each tuple becomes one call
# ---------------------------
# Each input is a tuple, and :meth:`~multiprocessing.pool.Pool.starmap` unpacks
# it: ``(2, 10)`` becomes ``power(2, 10)``. The name comes from the star in
# ``power(*pair)``. All else is as with ``map``: chunks, results in the order of
# the inputs, and a call that blocks until all are there.

import pickle
from collections.abc import Iterable
from functools import partial
from multiprocessing import Pool


def power(base: int, exponent: int) -> int:
    """Return ``base`` to the power of ``exponent``."""
    print(f"{base} to the power of {exponent}")
    return base**exponent


def powers(pairs: Iterable[tuple[int, int]]) -> list[int]:
    """Return the power for each (base, exponent) in ``pairs``."""
    with Pool(2) as pool:
        return pool.starmap(power, pairs)


if __name__ == "__main__":
    print(powers([(2, 10), (10, 3), (3, 4)]))


# %%
# Arguments that stand in two lists are brought together by ``zip``. Say
# ``strict=True``: without it, ``zip`` ends with the shorter list and drops the
# rest without a word.

if __name__ == "__main__":
    bases, exponents = [2, 3, 4], [7, 5, 3]
    print(powers(zip(bases, exponents, strict=True)))


# %%
# To combine every base with every exponent, use ``itertools.product`` in place
# of ``zip``.
#
# The usual mistake is ``map`` with tuples. ``map`` passes each item as *one*
# argument, so ``base`` becomes the tuple and nothing is left for ``exponent``:


def map_error(pairs: list[tuple[int, int]]) -> str:
    """Return the message of the TypeError that ``map`` raises."""
    with Pool(2) as pool:
        try:
            pool.map(power, pairs)
        except TypeError as error:
            return str(error)
    return ""


if __name__ == "__main__":
    print("TypeError:", map_error([(2, 10), (10, 3)]))


# %%
# The call failed in the worker, before the first line of ``power``: no worker
# printed anything.
#
# Fixed arguments
# ---------------
# When only one argument varies, :func:`functools.partial` fixes the others,
# and plain ``map`` will do. It is also the way to keyword arguments:
# ``starmap`` unpacks positional ones only.


def to_the_power(exponent: int, bases: list[int]) -> list[int]:
    """Return each base to the power of ``exponent``."""
    with Pool(2) as pool:
        return pool.map(partial(power, exponent=exponent), bases)


if __name__ == "__main__":
    print(to_the_power(3, [1, 2, 3]))


# %%
# A ``partial`` is pickled as what it is: the *name* of the function, and the
# *values* of the fixed arguments. It is pickled again for every chunk. That
# costs nothing for a small number; a table of a hundred megabytes would go
# through the pipe once per chunk. Hand such a thing over once per worker, by
# the ``initializer`` of the pool.
#
# A lambda does not travel
# ------------------------
# ``lambda base: power(base, 2)`` would say the same as a ``partial``. In a pool
# it fails:


def lambda_then_partial(bases: list[int]) -> tuple[str, list[int]]:
    """Return the error's name, and the squares of ``bases``."""
    refused = "nothing"
    with Pool(2) as pool:
        try:
            pool.map(lambda base: power(base, 2), bases)
        except (pickle.PicklingError, AttributeError) as error:
            refused = type(error).__name__
        return refused, pool.map(partial(power, exponent=2), bases)


if __name__ == "__main__":
    refused, squares = lambda_then_partial([3, 4])
    print("The lambda raised", refused)
    print("The partial returned", squares)


# %%
# A function is pickled as its module and its name, never as its code. The
# worker imports the module and looks the name up. All lambdas are called
# ``<lambda>``, and no module has anything under that name. The same goes for a
# function that is defined inside another one.
#
# The *type* of the error depends on the Python version: for a lambda inside a
# function it is ``AttributeError`` up to 3.13 and :exc:`pickle.PicklingError`
# from 3.14. At the top level of a file it is ``PicklingError`` everywhere.
# Catch both, or better, neither: use a ``def`` at module level or a
# ``partial``.
#
# The start method does not matter here. Under fork a ``Process`` can run a
# lambda, because the child is a copy of the parent and nothing is pickled. The
# workers of a pool exist *before* the task does, so the task must go through a
# pipe under every start method. The pickling happens in the parent, in a thread
# of the pool; the error reaches you through ``map``. The workers never heard of
# that task, which is why the same pool could do the next one.
#
# When not to use it
# ------------------
# If the tuples exist only for ``starmap``'s sake, a function that takes one
# object is often easier to read and to extend. And when the tasks are not all
# known when you start, hand them in one by one:
# :ref:`sphx_glr_lessons_pools_apply_async.py`.

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_order = 20
# sphinx_gallery_lesson_short = "starmap"
# sphinx_gallery_lesson_asked = ["pool.map with two arguments", "pool.map with several arguments"]
# sphinx_gallery_lesson_asked = ["pass a constant argument to every call"]
# sphinx_gallery_lesson_asked = ["TypeError: f() missing 1 required positional argument"]
# sphinx_gallery_lesson_asked = ["keyword arguments in pool.map"]
# sphinx_gallery_lesson_asked = ["PicklingError: Can't pickle <function <lambda>>"]
# sphinx_gallery_lesson_asked = ["attribute lookup <lambda> on __main__ failed"]
# sphinx_gallery_lesson_asked = ["lambda in pool.map", "Can't pickle local object"]
# sphinx_gallery_lesson_asked = ["AttributeError: Can't get attribute 'f' on <module '__main__'>"]
# sphinx_gallery_lesson_asked = ["functools.partial in a pool"]
# sphinx_gallery_lesson_asked = ["worker function must be at module level"]
# sphinx_gallery_lesson_asked = ["zip two lists for a pool"]
