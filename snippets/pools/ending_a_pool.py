"""
Ending a pool: close, join, terminate and with
==============================================

Leave a pool without losing work: what ``with Pool()`` really does at the end of
its block, and how to let the workers finish.
"""

# %%
# ``with`` does not wait for the tasks
# ------------------------------------
# A task with a beginning and an end. Four of them go to two workers. The
# program waits for the first result, does something else for a moment, and
# leaves the block:

import multiprocessing
import time
from multiprocessing import Pool


def work(seconds: float) -> float:
    """Sleep for ``seconds`` and return them."""
    print(f"{seconds} s of work: begin")
    try:
        time.sleep(seconds)
    finally:
        print(f"{seconds} s of work: end")
    return seconds


def leave_early(naps: list[float]) -> tuple[int, list[int | None]]:
    """Get the first result only; return results, exit codes."""
    with Pool(2) as pool:
        tasks = [pool.apply_async(work, (nap,)) for nap in naps]
        workers = multiprocessing.active_children()
        tasks[0].get()
        time.sleep(0.2)  # something else to do
    done = sum(task.ready() for task in tasks)
    return done, [worker.exitcode for worker in workers]


if __name__ == "__main__":
    done, codes = leave_early([0.1, 1, 1, 1])
    print(f"results: {done} of 4, exit codes: {codes}")


# %%
# Four tasks were submitted and one result came. Of the others, what had begun
# did not end: not even its ``finally`` ran. The last task never began at all.
#
# A file that is left by ``with`` is closed, with its data written. A pool that
# is left by ``with`` is *terminated*: ``__exit__`` calls
# :meth:`~multiprocessing.pool.Pool.terminate`, not ``close`` and not ``join``.
# What happens then:
#
# 1. The parent stops handing out tasks. What is still in the pipe is thrown
#    away.
# 2. Each worker that has not ended yet gets SIGTERM. The operating system ends
#    it where it stands: no ``finally``, no ``atexit``, no output that waits in
#    a buffer, no release of a lock it holds.
# 3. The parent waits for the workers to be gone.
#
# An exit code of ``-15`` says "ended by signal 15", which is SIGTERM. The
# timeline shows the same.
#
# .. platform:: Windows
#
#    There is no such signal. The system ends the process where it stands, too, and
#    the exit code reads the same.
#
# The program is not told. No exception, no warning; a callback is never called.
# And a task that was lost never becomes ready, so a ``get`` after the block would
# never return. With a limit it gives up:


def ask_too_late() -> str:
    """Return what ``get`` raises after the block."""
    with Pool(1) as pool:
        task = pool.apply_async(work, (1,))
    try:
        task.get(timeout=0.2)
    except multiprocessing.TimeoutError as error:
        return type(error).__name__
    return "nothing"


if __name__ == "__main__":
    print("get() after the block raises", ask_too_late())


# %%
# Let it finish
# -------------
# :meth:`~multiprocessing.pool.Pool.close` says that no more tasks will come,
# and returns at once. :meth:`~multiprocessing.pool.Pool.join` then waits: for
# all tasks, for all callbacks, and for the workers, which are sent a sentinel
# each and end by themselves. Both belong *inside* the block:


def close_and_join(naps: list[float]) -> tuple[int, list[int | None]]:
    """Let all tasks finish; return results and exit codes."""
    with Pool(2) as pool:
        tasks = [pool.apply_async(work, (nap,)) for nap in naps]
        workers = multiprocessing.active_children()
        pool.close()
        pool.join()
    done = sum(task.ready() for task in tasks)
    return done, [worker.exitcode for worker in workers]


if __name__ == "__main__":
    done, codes = close_and_join([0.1, 0.2, 0.2, 0.2])
    print(f"results: {done} of 4, exit codes: {codes}")


# %%
# Every ``begin`` has its ``end``, and the workers ended with 0. The
# ``terminate`` at the end of the block found nothing left to do. It still has a
# use: if an exception leaves the block early, the workers do not stay behind.
#
# ``ready`` does not mean "went well". ``join`` raises no task's exception, so
# call ``get`` on each result too. In fact that is the other way to finish: a
# block that calls ``get`` on *every* result has nothing to lose at its end.
# ``map`` and ``starmap`` do so by themselves, which is why ``with Pool`` is
# fine around them. Their workers are idle when the block ends; some read the
# sentinel in time and end with 0, others get SIGTERM first. It does no harm,
# except to output in a buffer: when stdout goes to a file or a pipe, lines that a
# worker printed may be missing. ``close`` and ``join`` save those, too.
#
# In the right order
# ------------------
# ``join`` without ``close`` could wait without end, because the program may yet
# submit a task. Python refuses. And a pool that was closed or terminated takes
# no more work:


def out_of_order() -> list[str]:
    """Return the messages of two calls at the wrong time."""
    messages = []
    with Pool(1) as pool:
        try:
            pool.join()
        except ValueError as error:
            messages.append(str(error))
    try:
        pool.apply_async(work, (0.1,))
    except ValueError as error:
        messages.append(str(error))
    return messages


if __name__ == "__main__":
    for message in out_of_order():
        print("ValueError:", message)


# %%
# A pool without ``with`` that nobody ends keeps its workers until it is garbage
# collected. While a task is unfinished, its result refers to the pool, so that
# comes at the end of the program at the earliest: the pool is terminated then,
# and the work is lost in the same way. Python gives a ``ResourceWarning`` for
# such a pool, which is hidden by default: run with ``python -X dev`` to see it.
# Do not leave it to the collector, which may come late or never: end every pool
# yourself.
#
# When to terminate
# -----------------
# When the rest of the work is of no use: the answer was found, or an error
# makes the rest pointless. Then ``with`` does what you want. Do not do it to
# workers that write files, hold locks or talk to a queue: the file stays half
# written and the lock stays taken.
#
# ``ProcessPoolExecutor`` of ``concurrent.futures`` is the opposite: its
# ``with`` *waits* for all tasks. Code that is moved from one to the other
# changes its meaning at the end of the block.
#
# To end and to watch over single processes, go back to
# :ref:`sphx_glr_lessons_spawning_first_process.py`; for the sentinels that you
# send yourself, to :ref:`sphx_glr_lessons_communication_sentinels.py`.

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_order = 40
# sphinx_gallery_lesson_short = "close and join"
# sphinx_gallery_lesson_asked = ["close, terminate or join a pool"]
# sphinx_gallery_lesson_asked = ["results are lost after with Pool"]
# sphinx_gallery_lesson_asked = ["ValueError: Pool not running"]
# sphinx_gallery_lesson_asked = ["ValueError: Pool is still running", "pool workers do not end"]
# sphinx_gallery_lesson_asked = ["wait for all tasks of a pool", "with Pool() kills the workers"]
# sphinx_gallery_lesson_asked = ["get() hangs after the pool was closed"]
# sphinx_gallery_lesson_asked = ["stop a pool early, cancel tasks"]
# sphinx_gallery_lesson_asked = ["ResourceWarning: unclosed running multiprocessing pool"]
# sphinx_gallery_lesson_asked = ["graceful shutdown of a pool"]
# sphinx_gallery_lesson_asked = ["SIGTERM: finally is not run in a worker"]
