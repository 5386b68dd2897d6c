"""
Pool.apply_async: results, callbacks and lost errors
====================================================

Hand tasks to a pool one by one without waiting, collect each result when you
need it, and make sure that no error gets lost.
"""

# %%
# ``apply`` waits, so nothing runs in parallel
# --------------------------------------------
# :meth:`~multiprocessing.pool.Pool.apply` calls a function in a worker and
# waits for its result. :meth:`~multiprocessing.pool.Pool.apply_async` gives you
# an :class:`~multiprocessing.pool.AsyncResult` at once: a receipt, on which you
# ask for the result later, with ``get``. First the one that waits:

import multiprocessing
import os
import threading
import time
from multiprocessing import Pool


def inverse(number: int) -> float:
    """Return 1 / ``number`` after 0.1 s; 0 is an error."""
    print(f"inverting {number}")
    time.sleep(0.1)
    return 1 / number


def one_by_one(numbers: list[int]) -> list[float]:
    """Return the inverses; the next task waits for the last."""
    results = []
    with Pool(2) as pool:
        for number in numbers:
            results.append(pool.apply(inverse, (number,)))
            print(f"got the inverse of {number}")
    return results


if __name__ == "__main__":
    print(one_by_one([2, 4]))


# %%
# Two workers, but each call ended before the next began: the lines of ``main``
# and the workers alternate in every run. ``apply`` never runs two tasks at
# once. Use it when you want one call to happen in *another* process, not when
# you want speed.
#
# Ask later
# ---------
# Now the receipt. ``ready`` asks without waiting, ``get`` waits, at most
# ``timeout`` seconds:


def ask_early(seconds: float) -> dict[str, object]:
    """Ask for a nap's result before and after its end."""
    with Pool(1) as pool:
        nap = pool.apply_async(time.sleep, (seconds,))
        answers: dict[str, object] = {"ready at first": nap.ready()}
        try:
            nap.get(timeout=0.1)
        except multiprocessing.TimeoutError:
            answers["early get"] = "TimeoutError"
        answers["later get"] = nap.get()
        answers["successful"] = nap.successful()
    return answers


if __name__ == "__main__":
    for question, answer in ask_early(0.4).items():
        print(f"{question}: {answer}")


# %%
# - The timeout ended the *waiting*, not the task: the second ``get`` had its
#   result (``sleep`` returns ``None``). A task that has begun can only be
#   stopped with its worker.
# - The exception is :exc:`multiprocessing.TimeoutError`. It is no subclass of
#   the built-in ``TimeoutError``, so ``except TimeoutError`` misses it.
# - ``successful`` may be asked only when ``ready`` says ``True``; before that
#   it raises ``ValueError``. For a task that failed it is ``False``, and
#   ``get`` raises the task's exception.
#
# Callbacks
# ---------
# Instead of asking you can be told. ``callback`` is called with the result,
# often as short as ``callback=print``. Where does it run?


def callback_place() -> list[bool]:
    """Return if a callback ran in this process, this thread."""
    pid, thread = os.getpid(), threading.current_thread()
    same = []

    def note(result: float) -> None:
        here = threading.current_thread()
        print(f"{result} arrived in {here.name}")
        same.extend([os.getpid() == pid, here is thread])

    with Pool(1) as pool:
        pool.apply_async(inverse, (4,), callback=note).wait()
    return same


if __name__ == "__main__":
    process, thread = callback_place()
    print(f"same process: {process}, same thread: {thread}")


# %%
# The gutter says ``main``: it ran in the parent, so it may change the parent's
# variables, and it need not be picklable (``note`` is a local function). But it
# did not run in the main thread. A pool has three threads in the parent: one
# replaces workers that ended, one sends tasks, one receives results. The name
# in the output is that of the third. The order is:
#
# 1. A worker sends its result; the thread reads it from the pipe.
# 2. The thread calls ``callback``, and waits until it returns.
# 3. The thread marks the result as ready. ``wait`` and ``get`` wake up, and
#    ``callback`` is done.
# 4. The thread reads the next result.
#
# So a callback shares variables with the main thread while both run, and needs
# a :class:`threading.Lock` where they write the same ones. And it holds up all
# others. Here the first callback waits until the main thread says ``release``;
# only then can the second result arrive:


def held_up() -> tuple[bool, float, bool]:
    """Return ready(), get() and ready() of the second result."""
    entered, release = threading.Event(), threading.Event()

    def dawdle(_: float) -> None:
        entered.set()
        release.wait(10)

    with Pool(2) as pool:
        pool.apply_async(inverse, (2,), callback=dawdle)
        entered.wait(10)
        second = pool.apply_async(inverse, (5,))
        second.wait(0.3)
        before = second.ready()
        release.set()
        return before, second.get(), second.ready()


if __name__ == "__main__":
    before, result, after = held_up()
    print(f"ready: {before}, then {after}; result: {result}")


# %%
# A worker printed ``inverting 5`` and had the answer a tenth of a second later.
# The parent waited three times as long and did not get it, because the one
# thread that receives was inside ``dawdle``. Keep callbacks to a line or two:
# append to a list, put on a queue. One that raises is worse: its traceback is
# printed, the thread ends, and from then on *no* result arrives.
#
# Without ``get``, an error is lost
# ---------------------------------
# Three tasks, one worker. The second and third divide by zero. The first two
# have a ``callback``, the third has an ``error_callback``. ``close`` and
# ``join`` let the pool finish:


def heard() -> list[object]:
    """Return what the callbacks of three tasks were given."""
    calls: list[object] = []
    hear = calls.append
    with Pool(1) as pool:
        pool.apply_async(inverse, (4,), callback=hear)
        pool.apply_async(inverse, (0,), callback=hear)
        pool.apply_async(inverse, (0,), error_callback=hear)
        pool.close()
        pool.join()
    return calls


if __name__ == "__main__":
    for call in heard():
        print("heard:", repr(call))


# %%
# Three tasks ran, two were heard of. The second task failed, and there is no
# trace of it: no output, no traceback, exit status 0. ``callback`` is for
# success only. The exception did come back, and was kept in the receipt for
# ``get`` to raise; the program did not keep the receipt.
#
# The rule: for every ``apply_async``, either call ``get`` on what it returned,
# or give it an ``error_callback``. ``wait`` is not enough: it raises nothing.
#
# When not to use it
# ------------------
# If all inputs are known and all results are wanted, ``map`` says it in one
# line and cannot lose an error. If you want each result as soon as it is there,
# in a plain loop instead of a callback, look at
# :meth:`~multiprocessing.pool.Pool.imap_unordered`.
#
# Next: why the last program needs ``close`` and ``join``, in
# :ref:`sphx_glr_lessons_pools_ending_a_pool.py`.

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_order = 30
# sphinx_gallery_lesson_short = "apply_async"
# sphinx_gallery_lesson_asked = ["apply_async does nothing", "apply_async shows no error"]
# sphinx_gallery_lesson_asked = ["exceptions in a pool are swallowed"]
# sphinx_gallery_lesson_asked = ["callback of apply_async is not called", "error_callback"]
# sphinx_gallery_lesson_asked = ["multiprocessing.context.TimeoutError"]
# sphinx_gallery_lesson_asked = ["timeout for a task in a pool", "apply or apply_async"]
# sphinx_gallery_lesson_asked = ["submit tasks to a pool one by one"]
# sphinx_gallery_lesson_asked = ["except TimeoutError does not catch it", "AsyncResult.get"]
# sphinx_gallery_lesson_asked = ["results as soon as they are ready, imap_unordered"]
# sphinx_gallery_lesson_asked = ["asynchronous tasks"]
