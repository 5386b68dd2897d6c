"""
End a pool: close and join, or terminate
========================================

Results are missing after ``with Pool()``, files are cut off, or the workers do not end. In short:
the end of a ``with`` block *kills* the workers. Inside the block, call ``get()`` for every task,
or ``pool.close()`` and then ``pool.join()``.

- **close(), then join()**: all tasks are finished, and the workers end with exit code 0.
- **terminate(), or the end of with**: tasks that run are killed, tasks that wait are dropped. A
  killed worker has exit code -15.
"""

# %%
# The end of ``with`` kills the workers
# -------------------------------------
# Two workers are to write four reports. Main waits for the first one only, writes a summary
# itself, and leaves the block.

import tempfile
from multiprocessing import Pool, active_children
from pathlib import Path


def is_prime(number):
    """Return whether only 1 and the number itself divide it."""
    return number > 1 and all(number % d for d in range(2, int(number**0.5) + 1))


def write_report(path, lines):
    """Write how many primes there are in each hundred numbers."""
    print(f"{path.name}: begun")
    try:
        with path.open("w") as file:
            for start in range(0, lines * 100, 100):
                count = sum(map(is_prime, range(start, start + 100)))
                file.write(f"{start},{count}\n")
    finally:
        print(f"{path.name}: finished")


if __name__ == "__main__":
    reports = {"north": 300, "south": 9_000, "west": 9_000, "east": 9_000}
    whole = []
    with tempfile.TemporaryDirectory() as folder:
        with Pool(2) as pool:
            workers = active_children()
            tasks = [
                pool.apply_async(write_report, (Path(folder, name), lines))
                for name, lines in reports.items()
            ]
            tasks[0].get()
            write_report(Path(folder, "summary"), 300)
        for path in Path(folder).iterdir():
            if path.read_text().count("\n") == reports.get(path.name):
                whole.append(path.name)
    print("whole reports:", whole)
    print("exit codes:", [worker.exitcode for worker in workers])

# %%
# Only the first report is whole. For each other one that was begun, not even ``finally`` ran, and
# its file is cut off or empty. There is no exception or warning.
#
# .. chance::
#
#    Which reports were begun depends on how fast the workers start.
#
# The end of a ``with`` closes a file. It *terminates* a pool: ``__exit__`` calls
# :meth:`~multiprocessing.pool.Pool.terminate` (`in the source
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/pool.py#L738-L739>`__). Then:
#
# 1. Main stops sending tasks, and drops those that no worker has taken.
# 2. It sends SIGTERM, signal 15, to each worker that is still there. (An idle one may have ended
#    by itself, with 0.) The kernel ends the worker where it is: no ``finally``, no ``atexit``, no
#    flush of files, no release of a lock.
# 3. It waits until the workers are gone, also for one that ignores SIGTERM.
#
# After the block, ``get()`` on a lost task waits forever; with a limit it raises
# ``multiprocessing.TimeoutError``.
#
# .. platform:: Windows
#
#    There are no signals. ``TerminateProcess`` ends the worker where it is, too, and
#    ``multiprocessing`` reports -15 for it (`popen_spawn_win32.py
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/popen_spawn_win32.py>`__).
#
# Let it finish: ``close``, then ``join``
# ---------------------------------------
# .. pair::
#
# :meth:`~multiprocessing.pool.Pool.close` says that no more tasks will come, and returns at once.
# :meth:`~multiprocessing.pool.Pool.join` waits for all tasks, their callbacks, and the end of the
# workers. It raises no task's exception: :ref:`call get() on each result
# <sphx_glr_lessons_pools_apply_async.py:without-get-an-error-is-lost>`, too.
#
# After ``map`` and ``starmap`` no task is left, so they need no ``close``. But idle workers are
# killed, too. If their output goes to a file or a pipe, the last lines that they printed may be
# lost; ``close`` and ``join`` save these.
#
# "Pool is still running", "Pool not running"
# -------------------------------------------
# ``join()`` before ``close()`` raises ``ValueError: Pool is still running``. And a pool that was
# closed or terminated takes no more work: ``ValueError: Pool not running``, often below the
# ``with`` block.
#
# ``join()`` has no timeout, and waits forever if :ref:`a worker was killed in its task
# <sphx_glr_lessons_pools_pool_map.py:a-dead-worker-leaves-map-waiting-forever>` or :ref:`a
# callback has raised <sphx_glr_lessons_pools_callbacks.py>`. Where that may happen, use
# ``get(timeout=...)``.
#
# Killed while it writes: a file is whole or not there
# ----------------------------------------------------
# Sometimes ``terminate`` is right: the answer is found, or one error makes the rest pointless. (A
# ``Pool`` cannot cancel a single task. A future can be cancelled before it begins.) Then no
# worker should write under the final name.
#
# .. pair:: ending_a_pool-file
#
# The broken program leaves a file that looks finished and is cut off. In the cured one,
# :func:`os.replace` puts the whole file in its place in one step. (On Windows it fails while
# another program has the target open.) A ``.part`` may be left over; delete it. There is no such
# cure for a queue or a lock that the worker was using.
#
# Ctrl-C, and a pool without ``with``
# -----------------------------------
# In a terminal, Ctrl-C interrupts all processes. ``get()`` or ``join()`` raises
# ``KeyboardInterrupt`` in main, and the end of the block terminates the pool. Let the workers
# ignore Ctrl-C: ``Pool(2, signal.signal, (signal.SIGINT, signal.SIG_IGN))``. Otherwise each
# prints a traceback, and one that is interrupted while it holds a lock of the pool's queue can
# leave it locked: the block never ends. (On Windows before Python 3.14, Ctrl-C `does not end the
# waiting <https://github.com/python/cpython/issues/125541>`__.)
#
# A pool without ``with`` keeps its workers until main ends. Then it is terminated, without an
# exception in main. You may see ``Exception ignored in: <function Pool.__del__ ...>`` with
# ``OSError: [Errno 9] Bad file descriptor``. A pool whose tasks are all done ends earlier if it
# is garbage collected. In both cases ``python -X dev`` shows ``ResourceWarning: unclosed running
# multiprocessing pool``.
#
# The ``with`` of an executor waits
# ---------------------------------
# In new code, take the executor. The same reports, but short:

from concurrent.futures import ProcessPoolExecutor

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        with ProcessPoolExecutor(2) as executor:
            paths = [Path(folder, name) for name in reports]
            futures = [executor.submit(write_report, path, 300) for path in paths]
        for future in futures:
            future.result()  # raises what the report raised
        print(len(list(Path(folder).iterdir())), "reports")

# %%
# The end of this block calls ``shutdown(wait=True)``, which cuts no report short. Only
# ``result()`` tells whether one has failed.
#
# To drop the rest, :ref:`call executor.shutdown(cancel_futures=True)
# <sphx_glr_lessons_pools_shutting_down.py>`. Calls that run are finished,
# and so are the few that were already passed on to the workers. To kill the workers, use
# ``terminate_workers()`` since Python 3.14, and before it a ``Pool``.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_spawning_stop_a_process.py`, to ask a process to end before you kill
#   it.

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_order = 40
# sphinx_gallery_lesson_short = "close and join"
# sphinx_gallery_lesson_asked = ["close, terminate or join a pool"]
# sphinx_gallery_lesson_asked = ["results are lost after with Pool", "pool workers do not end"]
# sphinx_gallery_lesson_asked = ["ValueError: Pool not running", "Pool is still running"]
# sphinx_gallery_lesson_asked = ["wait for all tasks of a pool", "with Pool() kills the workers"]
# sphinx_gallery_lesson_asked = ["get() hangs after the with block of a Pool"]
# sphinx_gallery_lesson_asked = ["Exception ignored in: <function Pool.__del__ at 0x...>"]
# sphinx_gallery_lesson_asked = ["OSError: [Errno 9] Bad file descriptor, Pool"]
# sphinx_gallery_lesson_asked = ["stop a pool early, cancel tasks", "graceful shutdown of a pool"]
# sphinx_gallery_lesson_asked = ["ResourceWarning: unclosed running multiprocessing pool"]
# sphinx_gallery_lesson_asked = ["SIGTERM: finally is not run in a worker", "half-written file"]
# sphinx_gallery_lesson_asked = ["ProcessPoolExecutor: does the with block wait"]
# sphinx_gallery_lesson_asked = ["Ctrl-C in a pool"]
