"""
JoinableQueue: wait until all tasks are done, new ones too
==========================================================

Your tasks find more tasks: links on a page, archives in an archive. How many there are is known
only at the end. In short: a worker calls ``put()`` for each task that it found, and then
``task_done()`` for its own. ``join()`` returns when ``task_done()`` was called for all of them.
A task that failed counts as done. If a worker dies with a task, ``join()`` waits forever.
"""

# %%
# Archives inside archives
# ------------------------
# A delivery is a zip file with zip files inside it. Two workers count what was sold. One of the
# inner archives is damaged.

import io
import zipfile
from multiprocessing import JoinableQueue, Process, Queue


def zipped(members):
    """Return the bytes of a zip file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def read_archive(data):
    """Return how much was sold, and the archives inside."""
    sold, inside = 0, []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            if name.endswith(".zip"):
                inside.append((name, content))
            else:
                for row in content.decode().splitlines():
                    sold += int(row.split(",")[1])
    return sold, inside


def work(tasks, results):
    """Put (name, sold, error) for each archive, then None."""
    for name, data in iter(tasks.get, None):
        try:
            sold, inside = read_archive(data)
            for found in inside:
                tasks.put(found)  # (1)
            results.put((name, sold, None))
        except Exception as error:
            results.put((name, None, repr(error)))
        finally:
            tasks.task_done()  # (2)
    results.put(None)


OLD = zipped({"dec.csv": "tea,4\n"})
NORTH = zipped({"jan.csv": "tea,3\nmilk,2\n", "old.zip": OLD})
SOUTH = zipped({"jan.csv": "tea,5\n", "feb.zip": "cut off"})
DELIVERY = zipped({"north.zip": NORTH, "south.zip": SOUTH})

if __name__ == "__main__":
    tasks, results = JoinableQueue(), Queue()
    workers = []
    for _ in range(2):
        worker = Process(target=work, args=(tasks, results), daemon=True)
        worker.start()
        workers.append(worker)
    tasks.put(("delivery.zip", DELIVERY))
    tasks.join()  # (3)
    archives = []
    for _ in workers:
        tasks.put(None)
    for _ in workers:
        archives += iter(results.get, None)
    for worker in workers:
        worker.join()
    tasks.close()
    tasks.join_thread()  # no feeder thread beside the next fork
    for name, sold, error in sorted(archives):
        print(name, error or sold)

# %%
# 1. First ``put()`` for what was found ...
# 2. ... and then ``task_done()``, whatever happened. That is why it is in a ``finally``.
# 3. Main waits for tasks that it has never seen. Only after that may it put ``None``: while a
#    worker is busy, more tasks may come.
#
# ``feb.zip`` was no zip file, and counts as done like any other. So ``work`` sends errors as
# results. At the end of your program, add:
#
# .. code-block:: python
#
#    if __name__ == "__main__":
#        if failed := [item for item in archives if item[2]]:
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
# When a worker had read ``north.zip``, it put ``old.zip``: plus 1. Then it called ``task_done()``
# for ``north.zip``: minus 1. In this order the counter is 0 only when nothing is left to do. In
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
# Try an executor first. Main submits a call for each archive that another call has found:

from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait

if __name__ == "__main__":
    total = 0
    with ProcessPoolExecutor(2) as executor:
        pending = {executor.submit(read_archive, NORTH)}
        while pending:
            ready, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in ready:
                sold, inside = future.result()
                total += sold
                for _, data in inside:
                    pending.add(executor.submit(read_archive, data))
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
    tasks, results = JoinableQueue(), Queue()
    worker = Process(target=work, args=(tasks, results), daemon=True)
    worker.start()
    tasks.put(("delivery.zip", DELIVERY))
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
