"""
SimpleQueue: put() has written the item when it returns
=======================================================

A worker crashed, and its last message, the one that names the bad file, never came. Or an item
could not be pickled: it was lost, and ``put()`` raised nothing. In short: the ``put()`` of a
``SimpleQueue`` pickles and writes the item itself, so it raises in your own line, and what it has
written survives a crash. (A ``Queue`` leaves that to a thread in the background, the *feeder
thread*.) But ``put()`` may have to wait, and there are no timeouts. At the end of this page you
can choose between the two.
"""

# %%
# Results without a feeder thread
# -------------------------------
# Which pages of two web servers took longer than a second? For each server, a worker reads the
# log.

import time
from multiprocessing import Process, SimpleQueue

LOGS = {
    "web1": "/home 40\n/search 1310\n/cart 90\n",
    "web2": "/home 35\n/search 1250\n/report 4100\n",
}


def find_slow(server, log, results):
    """Put the server and its slow pages."""
    slow = {}
    for line in log.splitlines():
        page, milliseconds = line.split()
        if int(milliseconds) > 1_000:
            slow[page] = int(milliseconds)
    item = (server, list(slow))
    results.put(item)  # (1)


def receive(results, workers):
    """Return the next item; raises RuntimeError if a worker failed."""
    while True:
        codes = [worker.exitcode for worker in workers]
        if not results.empty():  # (2)
            return results.get()
        if any(codes) or None not in codes:
            raise RuntimeError(f"exit codes: {codes}")
        time.sleep(0.01)


if __name__ == "__main__":
    results = SimpleQueue()
    workers = []
    for server, log in LOGS.items():
        args = (server, log, results)
        worker = Process(target=find_slow, args=args, daemon=True)
        worker.start()
        workers.append(worker)
    found = dict(receive(results, workers) for _ in workers)
    for worker in workers:
        worker.join()
    for server in LOGS:
        print(server, found[server])

# %%
# 1. When ``put()`` has returned, all bytes are in the pipe. If the worker crashes in its next
#    line, main still gets the item.
# 2. ``get()`` has no timeout, so main asks ``empty()`` first. Before that it reads the exit
#    codes: whatever a worker put before it ended is in the pipe by then. Main has to be the only
#    reader, because a second one could take the item between ``empty()`` and ``get()``.
#
# ``put()`` does `everything itself
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/queues.py#L389-L397>`__:
#
# 1. It pickles the object.
# 2. It takes the lock that keeps two writers apart (on Windows it needs none).
# 3. It writes the bytes to the pipe, and waits while the pipe is full.
#
# put() raises where the mistake is
# ---------------------------------
# Suppose that we had put ``slow.keys()`` instead of ``list(slow)``:

if __name__ == "__main__":
    views = SimpleQueue()
    try:
        views.put(("web1", {"/search": 1310}.keys()))
    except TypeError as error:
        print("put() raised:", error)
    print("empty:", views.empty())
    views.close()  # (1)

# %%
# 1. Closes the pipe in this process. From then on ``put()``, ``get()`` and ``empty()`` raise
#    ``OSError: handle is closed``. Other processes do not notice. You rarely need it: Python also
#    closes the pipe when no variable refers to the queue any more.
#
# In a worker, this ``TypeError`` ends the process with a traceback that shows the line of the
# ``put()``, and with exit code 1. Then ``receive`` raises the ``RuntimeError`` in main.
#
# The last words of a crashed worker
# ----------------------------------
# A library in C crashes at one of your images. To find it, the worker says which image it begins
# with. ``os._exit(1)`` plays the crash: the process ends at once, without any clean-up.
#
# .. pair::
#
# The ``Queue`` lost the name that matters: the :ref:`feeder thread
# <sphx_glr_lessons_communication_feeder_thread.py>` died with the process before it had written
# it, so the last name belongs to a good image. With ``SimpleQueue`` the last name is the bad
# image.
#
# ``Name`` takes half a second to pickle, so that you see the loss in every run. A plain text is
# lost in most runs, but not in all.
#
# put() waits when the pipe is full
# ---------------------------------
# A pipe holds little (:ref:`64 KiB on Linux
# <sphx_glr_lessons_communication_read_before_join.py:why-join-never-returns>`). When it is full,
# the worker waits in ``put()`` until main reads. So a fast writer cannot fill memory, but, as
# with a ``Queue``:
#
# - Read before you join. If main is in ``join()`` and the worker in ``put()``, both wait forever.
# - If main puts all tasks in one ``SimpleQueue`` before it reads results from another, both sides
#   can wait in ``put()`` (:ref:`as with a pipe
#   <sphx_glr_lessons_communication_pipe.py:both-send-neither-receives-a-deadlock>`).
# - On Linux and macOS, a worker that is killed *while* it writes a large item leaves a part of it
#   in the pipe, and keeps the lock. Main then waits in ``get()``, other workers in ``put()``.
#
# What it does not have
# ---------------------
# It has ``put(item)``, ``get()``, ``empty()`` and ``close()``. Anything else is an error:
#
# - ``TypeError: SimpleQueue.get() got an unexpected keyword argument 'timeout'``
# - ``AttributeError: 'SimpleQueue' object has no attribute 'get_nowait'``, ``'qsize'`` and so on
#
# :class:`queue.SimpleQueue` is another class, for threads. Under spawn and forkserver you cannot
# give it to a process: ``cannot pickle '_queue.SimpleQueue' object``. A forked child gets a copy
# of its own.
#
# Queue or SimpleQueue?
# ---------------------
# Take a **SimpleQueue** if the writers may wait for the reader: for messages that have to survive
# a crash, or in a program that forks, because a fork while a thread runs may hang. A ``Pool``
# `uses one for its tasks, which all its workers read, and one for its results
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/pool.py#L345-L349>`__.
#
# Take a **Queue** if the writer must not wait, or if you need a timeout or a ``maxsize``
# (:ref:`sphx_glr_lessons_communication_bounded_queue.py`).
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_communication_pipe.py`, for two processes: its ``recv()`` itself tells
#   you that the other one has ended.
# - :ref:`sphx_glr_lessons_spawning_exit_codes.py`, to find out how the worker ended.

# sphinx_gallery_lesson_added = "2026-11-29"
# sphinx_gallery_lesson_order = 39
# sphinx_gallery_lesson_short = "SimpleQueue"
# sphinx_gallery_lesson_asked = ["multiprocessing.SimpleQueue", "Queue or SimpleQueue"]
# sphinx_gallery_lesson_asked = ["SimpleQueue get timeout", "SimpleQueue.put() blocks"]
# sphinx_gallery_lesson_asked = ["last message of a crashed worker is lost"]
# sphinx_gallery_lesson_asked = ["queue without a feeder thread", "does SimpleQueue hang in join"]
# sphinx_gallery_lesson_asked = ["SimpleQueue.get() got an unexpected keyword argument 'timeout'"]
# sphinx_gallery_lesson_asked = ["'SimpleQueue' object has no attribute 'get_nowait'"]
# sphinx_gallery_lesson_asked = ["TypeError: cannot pickle 'dict_keys' object", "handle is closed"]
