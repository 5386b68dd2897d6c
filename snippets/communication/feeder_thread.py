"""
put() returned, but the item never arrived
==========================================

A worker called ``put()``, no exception was raised, its exit code is 0, and main waits in
``get()`` forever. In short: ``put()`` only hands the item to a *feeder thread* and returns. That
thread pickles it later. An item that cannot be pickled is dropped there, often without a word. At
the end of this page you can find such an item and keep it from being lost.
"""

# %%
# put() does not raise when an item cannot be pickled
# ---------------------------------------------------
# A worker looks for a version number in each text that it gets, and puts what ``re`` has found.

import re
from multiprocessing import Process, Queue

VERSION = re.compile(r"\d+\.\d+\.\d+")


def find_versions(tasks, results):
    """Put a pair for each text, until None comes."""
    for name, text in iter(tasks.get, None):
        results.put((name, VERSION.search(text)))


if __name__ == "__main__":
    tasks, results = Queue(), Queue()
    worker = Process(
        target=find_versions,
        args=(tasks, results),
        name="worker",
    )
    worker.start()
    tasks.put(("README", "see the manual"))
    tasks.put(("setup.cfg", "version = 3.1.4"))
    tasks.put(("NOTES", "ask for help"))
    received = []
    while "NOTES" not in received:
        received.append(results.get(timeout=60)[0])
    tasks.put(None)
    worker.join()
    print("received:", received, "exit code:", worker.exitcode)
    tasks.close()
    tasks.join_thread()  # (1)

# %%
# 1. Main's own ``put()`` started a feeder thread in main. These two lines end it, because a fork
#    beside a running thread may hang.
#
# The pairs of README and NOTES arrived: a name, and ``None``, because nothing was found there.
# The pair of setup.cfg, the one that matters, is lost: it has a ``Match`` object, which cannot be
# pickled. The worker did not notice, went on, and ended with 0. The traceback has no line of
# ``find_versions``, because the feeder thread wrote it:
#
# .. drawing:: queue-feeder-thread
#
#    The child's feeder thread pickles and writes, while its main thread goes on.
#
# 1. ``put()`` appends the object to a buffer in its own process, and returns. The first ``put()``
#    starts the feeder thread.
# 2. The feeder thread takes the object and pickles it (`the line
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/queues.py#L262>`__). If that
#    fails, it prints the traceback and takes the next one.
# 3. It writes the bytes to the pipe, and waits while the pipe is full.
# 4. ``get()`` in the other process reads and unpickles them.
#
# Silent when put() was the worker's last act
# -------------------------------------------
# This worker ends right after ``put()``.
#
# .. pair::
#
# There is no traceback in the broken run. When a worker's function has returned,
# ``multiprocessing`` first notes that the process is ending, and then waits for the feeder
# thread. A feeder thread that fails from then on says nothing and stops (`in the source
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/queues.py#L280-L282>`__). Items
# that the worker had put *after* the bad one are lost as well.
#
# .. chance::
#
#    Mostly the function ends before the feeder thread gets the GIL. If the worker writes or waits
#    after ``put()``, or the machine is busy, the thread is first, and the traceback appears.
#
# The error goes to a log. Turn it on in main, before you start the worker:
#
# .. code-block:: python
#
#    import logging
#    import multiprocessing
#
#    multiprocessing.log_to_stderr(logging.INFO)
#
# Then ``[INFO/worker] error in queue thread: cannot pickle 're.Match' object`` appears, or the
# traceback: writing to the log takes time, and the feeder thread fails while the worker still
# runs.
#
# How to keep such an item from being lost
# ----------------------------------------
# - **Put plain data**: texts, numbers, tuples, dictionaries of them. Not a match, a lambda, an
#   open file, a lock, a generator or a database row (``sqlite3.Row``):
#   :ref:`sphx_glr_lessons_communication_what_can_be_pickled.py`.
# - **Pickle it yourself** to find the item: ``results.put(pickle.dumps(item))`` raises in your
#   line of the worker, and ``pickle.loads(results.get())`` reads it.
# - **Take a** :ref:`SimpleQueue <sphx_glr_lessons_communication_simple_queue.py>`. Its ``put()``
#   pickles at once and raises. But it waits while the pipe is full, and its ``get()`` has no
#   timeout.
# - **Take an executor**: ``result()`` raises the error
#   (:ref:`sphx_glr_lessons_spawning_arguments_and_results.py`).
#
# In main, do not call ``get()`` without a timeout. ``receive`` in
# :ref:`sphx_glr_lessons_communication_queues.py` also notices that all workers ended and an item
# is missing.
#
# An object changed after put() arrives changed
# ---------------------------------------------
# Here the worker sends a thousand lines in batches, and reuses its list.
#
# .. pair:: feeder_thread-changed
#
# Ten lists arrived with wrong contents: the worker cleared the list before the feeder thread had
# pickled it. Leave an object alone after ``put()``, and make a new one.
#
# put() has returned, but the item may not be sent yet
# ----------------------------------------------------
# - A process that has just called ``put()`` may find the queue ``empty()`` (`the manual says so
#   <https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Queue>`__).
# - A worker that ends normally, by an exception or by ``sys.exit()`` waits until its feeder
#   thread has written all items. One that is killed, is terminated, or calls ``os._exit()`` does
#   not, and what was in its buffer is lost. After ``os._exit(0)`` the exit code is 0. A daemon
#   process is terminated when main ends.
# - After Ctrl-C the worker waits for its feeder thread as well, and main no longer reads. If the
#   pipe is full, both wait until you press Ctrl-C again. A worker with ``daemon=True`` is
#   terminated instead.
# - On Linux and Windows ``put()`` does not wait for a slow reader, so the buffer may grow until
#   memory runs out. (On macOS it waits when 32767 items are unread.) ``Queue(maxsize=100)``
#   :ref:`makes it wait <sphx_glr_lessons_communication_bounded_queue.py>`.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_communication_read_before_join.py`, because a worker that waits for its
#   feeder thread can wait forever.
# - :ref:`sphx_glr_lessons_communication_sentinels.py`, so that a reader knows when all has come.

# sphinx_gallery_lesson_added = "2026-11-29"
# sphinx_gallery_lesson_order = 15
# sphinx_gallery_lesson_short = "Feeder thread"
# sphinx_gallery_lesson_failures = "an item cannot be pickled"
# sphinx_gallery_lesson_asked = ["put() does not raise when the item cannot be pickled"]
# sphinx_gallery_lesson_asked = ["queue is empty although something was put", "feeder thread"]
# sphinx_gallery_lesson_asked = ["item lost in a multiprocessing queue", "QueueFeederThread"]
# sphinx_gallery_lesson_asked = ["TypeError: cannot pickle 're.Match' object"]
# sphinx_gallery_lesson_asked = ["queue.get() waits forever, worker exit code 0"]
# sphinx_gallery_lesson_asked = ["object changed after put() arrives changed, wrong or empty list"]
# sphinx_gallery_lesson_asked = ["error in queue thread", "put a lambda in a queue"]
# sphinx_gallery_lesson_asked = ["is put() asynchronous", "os._exit loses items of a queue"]
