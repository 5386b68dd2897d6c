"""
asyncio and processes: run CPU-bound work without freezing the loop
===================================================================

Your asyncio program answers requests, until one of them needs a long calculation: then nothing
answers any more. In short: ``await loop.run_in_executor(executor, function, argument)`` with a
``ProcessPoolExecutor``. The function runs in another process, and the event loop goes on.
"""

# %%
# Workers plan, and the loop goes on
# ----------------------------------
# Which is the shortest tour of a delivery van? ``best_tour`` tries all orders of its stops. The
# coroutine ``serve`` plays the rest of your program.

import asyncio
import random
from concurrent.futures import ProcessPoolExecutor
from itertools import permutations
from math import dist

VANS = ["red van", "blue van", "green van"]


def best_tour(van):
    """Return the length of the shortest tour through all stops."""
    rng = random.Random(van)
    home, *stops = [(rng.random(), rng.random()) for _ in range(9)]
    best = min(sum(map(dist, (home, *order), (*order, home))) for order in permutations(stops))
    print(van, "is planned")
    return best


async def serve(answers):
    """Answer a request every 10 milliseconds."""
    while True:
        await asyncio.sleep(0.01)
        answers.append("ok")


async def main(executor):
    """Plan all tours, and serve meanwhile."""
    loop = asyncio.get_running_loop()
    answers = []
    server = asyncio.create_task(serve(answers))
    calls = [  # (1)
        loop.run_in_executor(executor, best_tour, van) for van in VANS
    ]
    tours = await asyncio.gather(*calls)  # (2)
    server.cancel()
    for van, length in zip(VANS, tours, strict=True):
        print(f"{van}: {length:.2f} km")
    print("answered meanwhile:", len(answers) > 3)


if __name__ == "__main__":
    with ProcessPoolExecutor(2) as executor:  # (3)
        asyncio.run(main(executor))

# %%
# 1. :meth:`~asyncio.loop.run_in_executor` submits the call and returns an asyncio future at once.
#    It takes positional arguments only: use :func:`functools.partial` for the others.
# 2. ``await`` gives the loop to the other coroutines until the results are there, in the order of
#    the calls. If a call raised, ``gather`` raises its exception, and the other calls run on. If
#    a worker is killed, all unfinished calls raise ``BrokenProcessPool``.
# 3. Start one executor for the whole program, not one for each request.
#
# The future is of asyncio, so all its tools work:
#
# - ``for call in asyncio.as_completed(calls): print(await call)`` gives each result as it is
#   ready. Let the function return its input as well, to know whose result it is.
# - A ``TaskGroup`` wants coroutines, and says ``TypeError: a coroutine was expected, got <Future
#   ...>``. Write an ``async def`` around ``return await loop.run_in_executor(...)``.
#
# Called directly, it freezes the loop
# ------------------------------------
# A server on this machine plans tours, and tells a monitor that it is alive. The monitor asks
# while a tour is planned.
#
# .. pair::
#
# ``async`` makes nothing parallel. The loop can switch to another coroutine only at an ``await``
# that has to wait, and ``best_tour`` has none. So the monitor's request lay in the socket until
# the tour was planned.
#
# ``asyncio.to_thread(best_tour, 8)``, which is ``run_in_executor(None, ...)``, is no cure for a
# calculation in pure Python. Its thread and the loop share one GIL, so the answers come, but
# late, and two tours in two threads take as long as one after the other. Threads are right for
# blocking *I/O*, and for libraries that release the GIL. ``loop.set_default_executor()`` refuses
# a process pool: ``TypeError: executor must be ThreadPoolExecutor instance``.
#
# wait_for gives up, the worker does not
# --------------------------------------
# Main wants a tour within 0.3 seconds.
#
# .. pair:: asyncio_and_processes-timeout
#
# ``wait_for`` cancels the future. That drops a call that still waits in the executor. But nothing
# tells a worker to stop, so the task kept its worker busy, and the ``with`` block waited for it.
# The cured task looks at the clock itself. If you cannot change the function, start it as a
# :ref:`Process of its own <sphx_glr_lessons_spawning_stop_a_process.py>`, which you can kill, or
# call ``executor.terminate_workers()`` (since Python 3.14), which ends all of them.
#
# Ctrl-C, and the end of the executor
# -----------------------------------
# On Ctrl-C, ``asyncio.run`` cancels ``main``. ``gather`` passes that on, so the waiting calls are
# dropped. ``KeyboardInterrupt`` comes out of ``asyncio.run``, and the ``with`` block waits for
# the calls that the workers have got. Under spawn and forkserver, Ctrl-C in a terminal interrupts
# those that run.
#
# **Keep the ``with`` block outside of ``asyncio.run``**, as above. Inside a coroutine, its end
# waits in the loop's own thread, and nothing else runs. If the executor has to end earlier, write
# ``await asyncio.to_thread(executor.shutdown)``.
#
# Under fork, choose another start method
# ---------------------------------------
# The executor starts its workers at the first call, so while the loop runs. Under fork they
# inherit what asyncio has set up:
#
# - its handler for Ctrl-C (`in the source
#   <https://github.com/python/cpython/blob/3.14/Lib/asyncio/runners.py#L115-L117>`__). So a
#   worker takes no notice of the first Ctrl-C, and finishes its task.
# - locks that other threads hold at that moment, if ``to_thread`` has started any. The worker may
#   hang, and Python 3.12 and later warn: ``DeprecationWarning: This process is multi-threaded,
#   use of fork() may lead to deadlocks in the child``.
#
# ``ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))`` avoids both.
#
# "cannot pickle 'coroutine' object"
# ----------------------------------
# A worker process has no loop, and a coroutine cannot be sent to it, nor back. An ``async def``
# function in ``run_in_executor(executor, download, url)`` returns a coroutine, which ends in
# ``TypeError: cannot pickle 'coroutine' object``. Give the worker a plain function. If it needs a
# loop, let it call ``asyncio.run(download(url))``.
#
# ``queue.get()`` of a ``multiprocessing.Queue`` freezes the loop, too. Write ``await
# asyncio.to_thread(queue.get)``. Its thread cannot be cancelled, and ``asyncio.run`` waits for it
# at the end: so put a last ``None`` into the queue.
#
# When asyncio is enough
# ----------------------
# Waiting for many connections needs no processes: a single loop waits for thousands. To run
# another *program*, use :func:`asyncio.create_subprocess_exec`, which needs no executor. And a
# calculation of a few milliseconds may stay in the loop: to send it to a worker costs time, too.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_pools_initializer.py`, to load a model once in each worker.
# - :ref:`sphx_glr_lessons_spawning_start_methods.py`, to know what a worker inherits.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 85
# sphinx_gallery_lesson_short = "asyncio"
# sphinx_gallery_lesson_asked = ["asyncio with multiprocessing, ProcessPoolExecutor"]
# sphinx_gallery_lesson_asked = ["run_in_executor with a process pool, CPU-bound work"]
# sphinx_gallery_lesson_asked = ["event loop blocked by a long calculation, server freezes"]
# sphinx_gallery_lesson_asked = ["asyncio.to_thread is not faster, GIL"]
# sphinx_gallery_lesson_asked = ["TypeError: cannot pickle 'coroutine' object"]
# sphinx_gallery_lesson_asked = ["asyncio.wait_for does not stop the worker of an executor"]
# sphinx_gallery_lesson_asked = ["TypeError: executor must be ThreadPoolExecutor instance"]
# sphinx_gallery_lesson_asked = ["multiprocessing.Queue.get in asyncio"]
# sphinx_gallery_lesson_asked = ["Ctrl-C with asyncio and ProcessPoolExecutor"]
