"""
Queue: bring results back from several processes
================================================

Several processes work, and each of them finds results that you want in one place. In short: make
a ``Queue()``, hand it to each process as an argument, ``put()`` there, and call ``get()`` in main
as often as you expect a result. Only then call ``join()``. At the end of this page your program
also notices a worker that has died, where a plain ``get()`` would wait forever.
"""

# %%
# Two workers put, main gets
# --------------------------
# Two web servers write a log file a day. Which page took the most time on each day? Each worker
# reads the files of one server. In one file a line is damaged: ``n/a`` instead of a number.

from collections import Counter
from multiprocessing import Process, Queue
from pathlib import Path
from tempfile import TemporaryDirectory

MINUTE = "/home 40\n/search 310\n/cart 90\n/search 250\n"
LOGS = {
    "web1": {
        "web1-mon.log": MINUTE * 20_000,
        "web1-tue.log": MINUTE * 80_000,
    },
    "web2": {
        "web2-mon.log": MINUTE * 20_000,
        "web2-tue.log": MINUTE * 10_000 + "/home n/a\n",
        "web2-wed.log": MINUTE * 70_000,
    },
}


def slowest_page(file):
    """Return the page that took the most milliseconds."""
    spent = Counter()
    with file.open() as lines:
        for line in lines:
            page, milliseconds = line.split()
            spent[page] += int(milliseconds)
    return spent.most_common(1)[0][0]


def read_logs(files, results):  # (1)
    """Put one tuple for each file: its name, page, error."""
    for file in files:
        try:
            page = slowest_page(file)
            results.put((file.name, page, None))
        except Exception as error:
            results.put((file.name, None, repr(error)))


if __name__ == "__main__":
    results = Queue()
    workers, arrived, expected = [], [], 0
    with TemporaryDirectory() as folder:
        for server, logs in LOGS.items():
            files = [Path(folder, name) for name in logs]
            for file in files:
                file.write_text(logs[file.name])
            worker = Process(  # (2)
                target=read_logs,
                args=(files, results),
                name=server,
            )
            workers.append(worker)
            expected += len(files)
        for worker in workers:
            worker.start()
        for _ in range(expected):  # (3)
            name, page, error = results.get(timeout=60)
            print(name, error or page)
            arrived.append((name, page, error))
        for worker in workers:
            worker.join()

# %%
# 1. ``put()`` sends a pickled copy of the tuple: the workers share no memory with main. Each
#    tuple says where it comes from, because all of them arrive in one stream. An error is an item
#    as well, so the count stays right and the worker goes on with its next file.
# 2. Hand the queue over as an argument. A global variable works under fork only: under spawn and
#    forkserver, the workers have another queue than main, or none.
# 3. ``get()`` waits for an item. After 60 seconds without one it raises ``queue.Empty``.
#
# The items of the two servers are mixed: each arrives when its file is finished. What *one*
# process puts arrives in order: Monday, Tuesday, Wednesday.
#
# .. chance::
#
#    How the two series are mixed depends on which worker is faster. Sort the list before you
#    compare it with an expected one.
#
# A program that has errors should not end with 0. At the end, add:
#
# .. code-block:: python
#
#    if __name__ == "__main__":
#        if errors := [item for item in arrived if item[2]]:
#            raise SystemExit(f"failed: {errors}")
#
# A dead worker puts nothing: get() waits forever
# -----------------------------------------------
# The ``except`` in ``read_logs`` does not help when the worker is killed, for example by the
# kernel because memory ran out. Main waits for an item that will not come. So wait for half a
# second only, look at the exit codes, and wait again. In the program above, call
# ``receive(results, workers)`` in place of ``results.get(timeout=60)``:

import queue


def receive(results, workers):
    """Return the next item; raises RuntimeError if none can come."""
    while True:  # (1)
        codes = [worker.exitcode for worker in workers]
        try:
            return results.get(timeout=0.5)
        except queue.Empty:  # (2)
            if any(codes) or None not in codes:
                raise RuntimeError(f"exit codes: {codes}") from None


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        file = Path(folder, "web3.log")
        file.write_text(MINUTE * 300_000)
        worker = Process(
            target=read_logs,
            args=([file], results),
            name="web3",
            daemon=True,  # (3)
        )
        worker.start()
        worker.kill()
        try:
            print(receive(results, [worker]))
        except RuntimeError as error:
            print("no result:", error)
        worker.join()

# %%
# 1. The codes are read *before* ``get()``. Whatever a worker put before it ended well is in the
#    pipe by then, so a queue that is empty then stays empty.
# 2. Either a worker failed, or all have ended. ``None`` is the code of a worker that still runs.
# 3. If main gives up, other workers may still be busy. Python ends daemon processes when main
#    ends (:ref:`sphx_glr_lessons_spawning_daemons.py`).
#
# The exception to catch is :exc:`queue.Empty`, of the module ``queue``, so do not give a variable
# that name. A traceback calls it ``_queue.Empty``. ``get_nowait()`` raises it at once.
#
# ``receive`` has one gap. A worker that is killed in the middle of a large item (on Linux, more
# than 4 KiB) leaves a part of it in the pipe, and ``get()`` waits for the rest, :ref:`timeout or
# not <sphx_glr_lessons_communication_pipe_ends.py:recv-with-a-timeout-poll-first>`. Put small
# items, or use an executor.
#
# Ctrl-C in a terminal interrupts main and the workers: each prints a ``KeyboardInterrupt`` and
# ends, unless many items are unread (:ref:`sphx_glr_lessons_communication_read_before_join.py`).
#
# empty() is true before the first item comes
# -------------------------------------------
# ``while not results.empty()`` looks like "until there is no more". Here a worker hashes three
# passwords, which takes a moment each.
#
# .. pair::
#
# ``empty()`` says that the queue is empty *at this moment*, not that no more will come. Main
# asked before the first password was hashed, so the loop ended at once: no error, no data, exit
# status 0. With a faster worker the bug is harder to see: some runs get a part of the data,
# others all of it. Count, as the cured program does, or let the worker say that it has finished
# (:ref:`sphx_glr_lessons_communication_sentinels.py`). The same holds for ``qsize()``, which
# raises ``NotImplementedError`` on macOS (`in the source
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/queues.py#L122-L127>`__):
# :ref:`sphx_glr_lessons_communication_empty_and_qsize.py`.
#
# Which queue should you use?
# ---------------------------
# - **Between threads** of one process: :class:`queue.Queue`, which pickles nothing. Do not give
#   one to a process: under spawn and forkserver that is ``TypeError: cannot pickle '_thread.lock'
#   object``, and a forked child gets a copy, so that what it puts does not arrive.
# - **With a pool**: none. ``map`` returns the results in order
#   (:ref:`sphx_glr_lessons_pools_pool_map.py`). A ``multiprocessing.Queue`` among a task's
#   arguments is refused: ``Queue objects should only be shared between processes through
#   inheritance`` (:ref:`sphx_glr_lessons_communication_queue_in_a_pool.py`).
# - **One worker, or a dialogue**: a pipe also tells you when the other side has ended
#   (:ref:`sphx_glr_lessons_communication_pipe.py`).
# - **Large arrays**: a queue pickles and copies them. Share them instead
#   (:ref:`sphx_glr_lessons_shared_memory_shared_array.py`).
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_communication_feeder_thread.py`, because an item can be lost after
#   ``put()`` has returned.
# - :ref:`sphx_glr_lessons_communication_read_before_join.py`, because joining first can hang.

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_order = 10
# sphinx_gallery_lesson_short = "Queue"
# sphinx_gallery_lesson_failures = "main kills a worker"
# sphinx_gallery_lesson_asked = ["get results from several processes with a queue"]
# sphinx_gallery_lesson_asked = ["send data between processes", "pass data back to the parent"]
# sphinx_gallery_lesson_asked = ["queue.empty() returns True too early"]
# sphinx_gallery_lesson_asked = ["queue.get() blocks forever", "get with a timeout"]
# sphinx_gallery_lesson_asked = ["multiprocessing.Queue or queue.Queue"]
# sphinx_gallery_lesson_asked = ["order of items in a queue", "NotImplementedError qsize macOS"]
# sphinx_gallery_lesson_asked = ["Queue objects should only be shared between processes"]
