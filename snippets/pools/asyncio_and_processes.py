"""
asyncio and processes: run CPU-bound work without freezing the loop
===================================================================

Your asyncio program answers requests, until one of them needs a long calculation: then nothing
answers any more. In short: ``await loop.run_in_executor(executor, function, argument)`` with a
``ProcessPoolExecutor``. The function runs in another process, and the event loop goes on.
"""

# %%
# Called directly, it freezes the loop
# ------------------------------------
# Which is the shortest tour of a delivery van? ``best_tour`` tries all orders of its stops. The
# coroutine ``serve`` takes the part of the rest of your program: it tells a monitor that the
# program is alive.
#
# .. pair::
#
# In the broken program, the monitor got no answer until all tours were planned. The loop can
# switch to another coroutine only at an ``await`` that has to wait, and ``best_tour`` has none.
# In the cured one:
#
# 1. :meth:`~asyncio.loop.run_in_executor` submits a call and returns an asyncio future at once.
#    It takes positional arguments only: use :func:`functools.partial` for the others.
# 2. At the ``await``, the loop goes on with ``serve``, while two workers plan.
# 3. ``gather`` returns the results in the order of the calls. If a call raised, it raises that
#    exception, and the other calls run on. If a worker is killed, all unfinished calls raise
#    ``BrokenProcessPool``.
#
# To get each result as soon as it is ready, write ``for call in asyncio.as_completed(calls):
# print(await call)``.
#
# A ``TaskGroup`` wants coroutines, and says ``TypeError: a coroutine was expected, got <Future
# ...>``. Write an ``async def`` around ``return await loop.run_in_executor(...)``.
#
# asyncio.to_thread is no cure
# ----------------------------
# ``asyncio.to_thread(best_tour, van)`` is ``run_in_executor(None, ...)``: a thread, which shares
# one GIL with the loop (but not in a free-threaded build). So the answers come, but late, and two
# threads are no faster than one. Threads are right for blocking *I/O*, and for libraries that
# release the GIL. ``loop.set_default_executor()`` refuses a process pool: ``TypeError: executor
# must be ThreadPoolExecutor instance``.
#
# wait_for gives up, the worker does not
# --------------------------------------
# Main wants a tour within 0.05 seconds.
#
# .. pair:: asyncio_and_processes-timeout
#
# ``wait_for`` cancels the future. That drops a call which waits in the executor, but not the few
# that are already on their way to the workers. And nothing tells a worker to stop: the task kept
# it busy, and the ``with`` block waited.
#
# The cured task looks at the clock itself. Its time begins when a worker begins it, so main may
# wait longer. If you cannot change the function, start it as a :ref:`Process of its own
# <sphx_glr_lessons_spawning_stop_a_process.py>`, which you can kill. Since Python 3.14 there is
# ``executor.kill_workers()``, too. It kills all workers, and you need a new executor.
#
# Ctrl-C, and the end of the executor
# -----------------------------------
# On Ctrl-C, ``asyncio.run`` cancels ``main``. ``gather`` passes that on, which drops the waiting
# calls as above. ``asyncio.run`` raises ``KeyboardInterrupt``, and the ``with`` block waits for
# the calls that are left. Under spawn and forkserver, Ctrl-C in a terminal interrupts those that
# run.
#
# **Keep the with block outside of asyncio.run**, as above. Inside a coroutine, its end waits in
# the loop's own thread, and nothing else runs. Start one executor for the whole program, not one
# for each request.
#
# If a web framework runs the loop for you, create the executor in its startup code. In its
# shutdown code, write ``await asyncio.to_thread(executor.shutdown)``.
#
# Under fork, choose another start method
# ---------------------------------------
# The executor starts its workers at the first call, so while the loop runs. Under fork they
# inherit:
#
# - asyncio's handler for Ctrl-C (`in the source
#   <https://github.com/python/cpython/blob/3.14/Lib/asyncio/runners.py#L115-L117>`__). So a
#   worker ignores the first Ctrl-C, and finishes its task. If you call
#   ``loop.add_signal_handler(SIGTERM, ...)``, as servers do, ``terminate()`` does not end a
#   worker.
# - locks that other threads, such as one of ``to_thread``, hold at that moment. The worker may
#   hang. Python 3.12 and later warn of it if you run them with ``-W default``.
#
# ``ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))`` avoids both.
#
# "cannot pickle 'coroutine' object"
# ----------------------------------
# In ``run_in_executor(executor, download, url)``, ``download`` was an ``async def``. In the
# worker it returns a coroutine, which cannot be sent back. Give the worker a plain function. If
# it needs a loop, let it call ``asyncio.run(download(url))``.
#
# Queues and notebooks
# --------------------
# **queue.get()** of a ``multiprocessing.Queue`` freezes the loop, too. Write ``await
# asyncio.to_thread(queue.get)``. Its thread cannot be cancelled, and ``asyncio.run`` waits for it
# at the end: so put a last ``None`` into the queue.
#
# **In a notebook**, a loop runs already: ``RuntimeError: asyncio.run() cannot be called from a
# running event loop``. Write ``await main(executor)``, and import your functions from a module.
#
# When asyncio is enough
# ----------------------
# One loop can wait for thousands of connections, without processes. A calculation of a few
# milliseconds may stay in it. To run another *program*, use
# :func:`asyncio.create_subprocess_exec`.
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
