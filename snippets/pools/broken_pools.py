"""
BrokenProcessPool: find the task that kills its worker, and go on
=================================================================

After an hour of work: ``BrokenProcessPool: A process in the process pool was terminated abruptly
while the future was running or pending``. In short: a worker was killed or crashed. Every task
that was not done got this exception, and the executor takes no new tasks. So let each task leave
a file when it begins. Run those that had begun again, each in an executor of its own: the guilty
one kills its worker again. Submit the others to a new executor.
"""

# %%
# Go on, and find the guilty page
# -------------------------------
# Count the words of eight compressed pages. One is damaged, and crashes its worker.

import os
import tempfile
import zlib
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from contextlib import suppress
from pathlib import Path

TEXT = b"the ship left the harbour\n" * 50_000


def count_words(path):
    """Leave a mark, and count the words of a page."""
    mark = Path(f"{path}.begun")
    mark.touch()  # (1)
    data = path.read_bytes()
    if data == b"damaged":
        os._exit(1)  # ends this process, as a crash in a C library does
    words = len(zlib.decompress(data).split())
    print(f"{path.name}: {words} words")
    return words


def run(paths, workers):
    """Return the results by page, without those that a dead worker cost."""
    futures, results = {}, {}
    with ProcessPoolExecutor(workers) as executor:
        with suppress(BrokenExecutor):
            for path in paths:  # (2)
                futures[path] = executor.submit(count_words, path)
        for path, future in futures.items():
            with suppress(BrokenExecutor):
                results[path] = future.result()
    return results


def count_all(paths, tries=3):
    """Return the results, and the pages that kill their worker."""
    results, guilty, left = {}, [], list(paths)
    for _ in range(tries):
        results |= run(left, workers=2)
        left = [path for path in left if path not in results]
        begun = [path for path in left if Path(f"{path}.begun").exists()]
        print(len(left), "left, begun:", *(path.name for path in begun))
        for path in begun:  # (3)
            alone = run([path], workers=1)
            results |= alone
            if not alone:
                guilty.append(path)
            left.remove(path)
        if not left:
            return results, guilty
    raise RuntimeError(f"gave up with {len(left)} pages left")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"page{number}") for number in range(8)]
        for path in paths:
            path.write_bytes(zlib.compress(TEXT))
        paths[3].write_bytes(b"damaged")
        results, guilty = count_all(paths)
    print(len(results), "pages are counted")
    print("guilty:", *(path.name for path in guilty))

# %%
# 1. This file stays when the worker dies. So main knows which pages were begun. Keep the marks in
#    a new folder for each run: marks of an earlier run would put every page under suspicion.
# 2. The executor may break before all tasks are submitted. Then ``submit()`` raises.
# 3. Each page that was begun runs in an executor of its own. If that breaks, too, this page did
#    it.
#
# .. chance::
#
#    Which pages are left after the first round varies from run to run.
#
# In the first round, a guilty page cost more than itself:
#
# 1. The worker with the damaged page ended. A thread of main waits for that: it saw that a worker
#    was gone, but not which task it had.
# 2. It set a ``BrokenProcessPool`` as the exception of `every future that was not done
#    <https://github.com/python/cpython/blob/3.14/Lib/concurrent/futures/process.py#L574-L589>`__.
#    What was done keeps its result.
# 3. It ended the other worker with SIGTERM, in the middle of a page, since the dead one may have
#    left a lock of their queue locked.
#
# So one or two pages were begun and not done, and only one of them is guilty.
#
# In your program, end with ``if guilty: sys.exit(...)``. An exception that a task *raises* ends
# ``count_all``: :ref:`catch it, too
# <sphx_glr_lessons_pools_errors_in_workers.py:keep-the-other-results-a-future-for-each-task>`, if
# you need the other results.
#
# "the process pool is not usable anymore"
# ----------------------------------------
# A broken executor stays broken. Each later ``submit()`` raises ``BrokenProcessPool: A child
# process terminated abruptly, the process pool is not usable anymore``:
#
# .. pair::
#
# With a new executor for each task, only one page is lost. This is the simplest way to find it,
# but a slow one: the tasks run one after another, and each starts a process.
#
# Who killed the worker? Look at its exit code
# --------------------------------------------
# From Python 3.15 on, the traceback may say it: ``Process 5484 terminated abruptly with exit code
# -9`` is `the __cause__ <https://github.com/python/cpython/pull/139486>`__ of the exception.
# In older versions, get the processes before one of them dies, and their exit codes afterwards:
#
# .. code-block:: python
#
#    with ProcessPoolExecutor(4) as executor:
#        futures = [executor.submit(f, x) for x in inputs]
#        workers = multiprocessing.active_children()
#    print([worker.exitcode for worker in workers])
#
# - **-9**, SIGKILL: on Linux mostly the *OOM killer*, because memory ran out. ``journalctl -k``
#   or ``dmesg`` says ``Out of memory: Killed process``, with the PID. In a container with a
#   limit, look at ``oom_kill`` in ``/sys/fs/cgroup/memory.events``. Use fewer workers, or smaller
#   tasks. A page that runs alone may have enough memory, and is not guilty then.
# - **-11**, SIGSEGV: a C library crashed. Start your program with ``python -X faulthandler``, and
#   the worker prints its traceback before it ends.
# - **-15**, SIGTERM: the executor ended this one. Look at the others.
# - **0 or more**: ``os._exit()`` was called, or the worker failed outside your task. Then look
#   for its traceback.
#
# .. platform:: Windows
#
#    There are no signals. A crash has a large code, such as 3221225477 for an access violation.
#    A worker that the executor ended `has -15 here, too
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/popen_spawn_win32.py>`__.
#
# Broken from the start, or without a dead worker
# -----------------------------------------------
# - **The initializer raised** in a worker: :ref:`look for its traceback
#   <sphx_glr_lessons_pools_initializer.py>`.
# - **The workers cannot import your function**, or :ref:`the main guard is missing
#   <sphx_glr_lessons_spawning_main_guard.py>`.
# - **An exception or a result cannot be unpickled:** :ref:`the __cause__ says so
#   <sphx_glr_lessons_pools_errors_in_workers.py:your-own-exception-class-map-waits-forever>`.
#
# ``concurrent.futures.BrokenExecutor`` is the base class of ``BrokenProcessPool``, and easier to
# import. A ``ThreadPoolExecutor`` whose initializer fails raises another subclass of it.
#
# When not to try again
# ---------------------
# Each page that was begun and not done is run a second time. If your task sends an e-mail or
# books money, do not repeat it: report it. Each guilty page may cost a round, and the last pages
# need one more. Choose ``tries`` for that: if ``count_all`` gives up, all results are lost.
#
# A ``Pool`` raises nothing. It starts another worker, and ``map`` :ref:`waits forever
# <sphx_glr_lessons_pools_pool_map.py:a-dead-worker-leaves-map-waiting-forever>`. **Ctrl-C** ends
# ``count_all`` with ``KeyboardInterrupt``, but the ``with`` block first waits for its tasks,
# :ref:`unless you cancel them <sphx_glr_lessons_pools_ctrl_c.py>`.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_pools_errors_in_workers.py`, for tasks that raise.
# - :ref:`sphx_glr_lessons_spawning_exit_codes.py`, for all that an exit code tells.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 65
# sphinx_gallery_lesson_short = "Broken pools"
# sphinx_gallery_lesson_failures = "a page ends its worker, and the executor the other one"
# sphinx_gallery_lesson_asked = ["BrokenProcessPool, which task killed the worker"]
# sphinx_gallery_lesson_asked = ["A process in the process pool was terminated abruptly"]
# sphinx_gallery_lesson_asked = ["the process pool is not usable anymore"]
# sphinx_gallery_lesson_asked = ["retry after BrokenProcessPool with a new executor"]
# sphinx_gallery_lesson_asked = ["worker killed by the OOM killer, exit code -9"]
# sphinx_gallery_lesson_asked = ["segmentation fault in a ProcessPoolExecutor worker"]
# sphinx_gallery_lesson_asked = ["Process terminated abruptly with exit code"]
# sphinx_gallery_lesson_asked = ["concurrent.futures.BrokenExecutor or BrokenProcessPool"]
