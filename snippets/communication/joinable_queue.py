"""
JoinableQueue: wait until all tasks are done, new ones too
==========================================================

Your tasks find more tasks: links on a page, archives in an archive, reports in a report. How many
there are is known only at the end. In short: a worker calls ``put()`` for each task that it
found, and then ``task_done()`` for its own. ``join()`` returns when ``task_done()`` was called
for all of them. A task that failed counts as done. If a worker dies with a task, ``join()`` waits
forever.
"""

# %%
# Reports inside reports
# ----------------------
# A report is JSON: what a region has sold, and the reports of its towns, each as a text. Two
# workers read them. One of the inner reports is damaged.

import json
from multiprocessing import JoinableQueue, Process, Queue


def read_report(text):
    """Return how much was sold, and the reports inside."""
    report = json.loads(text)
    return sum(report["sold"]), list(report["inside"].items())


def work(tasks, results):
    """Put (name, sold, error) for each report, then None."""
    for name, text in iter(tasks.get, None):
        try:
            sold, inside = read_report(text)
            for found in inside:
                tasks.put(found)  # (1)
            results.put((name, sold, None))
        except Exception as error:
            results.put((name, None, repr(error)))
        finally:
            tasks.task_done()  # (2)
    results.put(None)


YORK = json.dumps({"sold": [4], "inside": {}})
NORTH = json.dumps({"sold": [3, 2], "inside": {"york": YORK}})
SOUTH = json.dumps({"sold": [5], "inside": {"bath": "cut off"}})
ALL = json.dumps({"sold": [], "inside": {"north": NORTH, "south": SOUTH}})

if __name__ == "__main__":
    tasks, results = JoinableQueue(), Queue()
    workers = []
    for _ in range(2):
        worker = Process(target=work, args=(tasks, results), daemon=True)
        worker.start()
        workers.append(worker)
    tasks.put(("all", ALL))
    tasks.join()  # (3)
    for _ in workers:
        tasks.put(None)
    reports = []
    for _ in workers:
        reports += iter(results.get, None)
    for worker in workers:
        worker.join()
    tasks.close()
    tasks.join_thread()  # no feeder thread beside the next fork
    for name, sold, error in sorted(reports, key=str):
        print(name, error or sold)

# %%
# 1. First ``put()`` for what was found ...
# 2. ... and then ``task_done()``, whatever happened. That is why it is in a ``finally``.
# 3. Main waits for tasks that it has never seen. Only after that may it put ``None``: while a
#    worker is busy, more tasks may come.
#
# ``bath`` was no JSON, and counts as done like any other. So ``work`` sends errors as results. At
# the end of your program, add:
#
# .. code-block:: python
#
#    if __name__ == "__main__":
#        if failed := [item for item in reports if item[2]]:
#            raise SystemExit(f"failed: {failed}")
#
# What ``join()`` counts
# ----------------------
# The queue has a counter of unfinished tasks, `a semaphore that all processes share
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/queues.py#L328-L351>`__:
#
# - ``put()`` adds 1, ``task_done()`` subtracts 1, and ``get()`` changes nothing.
# - ``join()`` returns when the counter is 0. It has no timeout.
#
# When a worker had read ``north``, it put ``york``: plus 1. Then it called ``task_done()``
# for ``north``: minus 1. In this order the counter is 0 only when nothing is left to do. In
# the other order it may be 0 for a moment, and ``join()`` returns too early. It also returns at
# once if nothing was put *yet*.
#
# Do not give this queue a ``maxsize``. When it is full, all workers may wait in ``put()``, and
# none of them takes a task. (On macOS it is full with 32767 items.)
#
# After ``join()`` the workers still run, and results may be in their buffers. To end them, main
# puts a ``None`` for each worker, reads up to the ``None`` of each, and joins them. Without this,
# ``daemon=True`` ends them together with main, and results may be lost.
#
# JoinableQueue or executor?
# --------------------------
# Try an executor first. Main submits a call for each report that another call has found:

from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait

if __name__ == "__main__":
    with ProcessPoolExecutor(2) as executor:
        total, pending = 0, {executor.submit(read_report, NORTH)}
        while pending:
            ready, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in ready:
                sold, inside = future.result()
                total += sold
                for _, text in inside:
                    pending.add(executor.submit(read_report, text))
    print("sold in the north:", total)

# %%
# ``result()`` raises what the call raised, and ``BrokenProcessPool`` if a worker was killed. Main
# sees all tasks, so it can skip one that it knows already, such as a link that is on two pages.
# Take a ``JoinableQueue`` if main has something else to do meanwhile.
#
# An exception before ``task_done()``: ``join()`` never returns
# -------------------------------------------------------------
# One of these prices has a comma, which ``float()`` does not accept.
#
# .. pair::
#
# The worker raised before its ``task_done()``, so the counter stays above 0 forever. ``finally``
# alone is not enough: ``task_done()`` is called, but the exception still ends the worker, and the
# next price stays in the queue. The ``except`` keeps the worker alive.
#
# A killed worker, and a ``join()`` that has a timeout
# ----------------------------------------------------
# No ``finally`` runs in a worker that is killed, for example because memory ran out. So let a
# thread call ``tasks.join()``. Main waits for the thread, with a timeout, and looks at the exit
# codes:

from threading import Thread


def wait_until_done(tasks, workers):
    """Wait for all tasks; RuntimeError if a worker has ended."""
    tasks.cancel_join_thread()  # main may end with a full pipe
    waiter = Thread(target=tasks.join, daemon=True)
    waiter.start()
    while waiter.is_alive():
        waiter.join(0.5)
        codes = [worker.exitcode for worker in workers]
        if any(code is not None for code in codes):
            raise RuntimeError(f"exit codes: {codes}")


if __name__ == "__main__":
    tasks = JoinableQueue()
    worker = Process(target=work, args=(tasks, Queue()), daemon=True)
    worker.start()
    tasks.put(("all", ALL))
    worker.kill()
    try:
        wait_until_done(tasks, [worker])
    except RuntimeError as error:
        print(error)

# %%
# In your program, call ``wait_until_done`` in place of ``tasks.join()``. Read the results with
# ``receive`` of :ref:`sphx_glr_lessons_communication_sentinels.py`, which notices a worker that
# dies later. Do not catch the error: then the program ends with status 1, and its workers end,
# too. Do not go on with this queue. The dead worker may hold one of its locks, and its task is
# lost.
#
# Without ``cancel_join_thread()``, main would wait at its end for a large task that no worker has
# read, also after Ctrl-C.
#
# An item that cannot be pickled makes ``join()`` wait, too: ``put()`` has counted it, and
# :ref:`the feeder thread drops it <sphx_glr_lessons_communication_feeder_thread.py>`.
# ``wait_until_done`` does not notice this.
#
# ``ValueError: task_done() called too many times``
# -------------------------------------------------
# ``task_done()`` was called more often than ``put()``. Look for a ``get(timeout=1)`` *inside* the
# ``try``: if it raises ``queue.Empty``, ``finally`` calls ``task_done()``, and there was no task.
# Call ``get()`` before the ``try``, as ``work`` does. If another worker is still busy, ``join()``
# returns before that is done, and the *other* worker gets the ``ValueError``.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_communication_sentinels.py`, when a producer knows its last item.
# - :ref:`sphx_glr_lessons_spawning_daemons.py`, for what happens to a daemon at main's end.

# sphinx_gallery_lesson_added = "2026-11-29"
# sphinx_gallery_lesson_order = 34
# sphinx_gallery_lesson_short = "JoinableQueue"
# sphinx_gallery_lesson_failures = "main kills a worker"
# sphinx_gallery_lesson_asked = ["JoinableQueue example", "JoinableQueue or executor"]
# sphinx_gallery_lesson_asked = ["JoinableQueue.join() never returns, hangs"]
# sphinx_gallery_lesson_asked = ["ValueError: task_done() called too many times"]
# sphinx_gallery_lesson_asked = ["tasks that add tasks, a worker puts new tasks in the queue"]
# sphinx_gallery_lesson_asked = ["a worker adds more work: when is the queue finished"]
# sphinx_gallery_lesson_asked = ["JoinableQueue.join() with a timeout"]
# sphinx_gallery_lesson_asked = ["JoinableQueue.join() returns too early"]
# sphinx_gallery_lesson_asked = ["stop daemon workers of a JoinableQueue"]
# sphinx_gallery_lesson_asked = ["web crawler whose workers add links to the queue"]
