"""
Bounded queue: keep a fast producer from filling memory
=======================================================

Main reads a large file and puts its parts in a queue. The workers are slower than main, and
``put()`` does not wait for them. Soon the whole file is in memory. In short: with
``Queue(maxsize=2)``, ``put()`` waits while two items are unread, so main reads only as fast as
the workers work (*back-pressure*). At the end of this page you also avoid its two traps: a worker
that has died, and two bounded queues that block each other.
"""

# %%
# Without a bound, main reads everything at once
# ----------------------------------------------
# Main reads the log of a web server in parts, and two workers compress them. Compressing a part
# takes much longer than reading it. (Why ``put`` looks at exit codes comes further down.)

import lzma
import queue
import sys
from multiprocessing import Process, Queue
from pathlib import Path
from tempfile import TemporaryDirectory

LINES = [b"10.0.0.%d /page/%d\n" % (n % 251, n * n) for n in range(24_000)]
PART = 80_000  # bytes; some megabytes in a real program


def compress(folder, parts):
    """Write each part to a file, until None comes."""
    if not folder.is_dir():
        sys.exit(f"there is no folder {folder.name!r}")
    for number, lines in iter(parts.get, None):
        packed = lzma.compress(b"".join(lines))
        (folder / f"part{number}.xz").write_bytes(packed)
        print(f"part {number} is compressed")


def put(item, parts, workers):
    """Put the item; raises RuntimeError if a worker failed, or none is left."""
    while True:
        codes = [worker.exitcode for worker in workers]
        if any(codes) or None not in codes:
            raise RuntimeError(f"exit codes: {codes}")
        try:
            return parts.put(item, timeout=0.5)
        except queue.Full:
            pass  # look at the workers again


def archive(log, folder, parts):
    """Let two workers compress the log."""
    workers = []
    for _ in range(2):
        args = (folder, parts)
        worker = Process(target=compress, args=args, daemon=True)
        worker.start()
        workers.append(worker)
    try:
        with log.open("rb") as file:
            number = 0
            while lines := file.readlines(PART):
                number += 1
                put((number, lines), parts, workers)
        print("main has put all parts")
        for _ in workers:
            put(None, parts, workers)
        for worker in workers:
            worker.join()
        codes = [worker.exitcode for worker in workers]
        if any(codes):
            raise RuntimeError(f"exit codes: {codes}")
    except BaseException:  # (1)
        parts.cancel_join_thread()
        raise
    parts.close()
    parts.join_thread()


def try_it(parts):
    """Archive the lines above."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        log = folder / "web.log"
        log.write_bytes(b"".join(LINES))
        archive(log, folder, parts)
        print("files:", len(list(folder.glob("part*.xz"))))


if __name__ == "__main__":
    try_it(Queue())

# %%
# 1. After an error or Ctrl-C the workers end, and no process reads the parts that are left.
#    Without this line, main would wait at its end until all of them have gone through the pipe
#    (:ref:`sphx_glr_lessons_communication_read_before_join.py`).
#
# No ``put()`` waited: main had put all parts long before the last one was compressed. This log is
# small. With a log of 40 GB, main runs out of memory.
#
# maxsize makes put() wait
# ------------------------
# The only change is the queue:

if __name__ == "__main__":
    try_it(Queue(maxsize=2))

# %%
# Now main waits for the workers. It is at most four parts ahead: two are in the queue, and each
# worker has one. The log may have any size.
#
# .. chance::
#
#    The order of the lines varies. The limit of four holds in every run.
#
# What maxsize counts
# -------------------
# It counts the items that were put and not yet got:
#
# 1. ``put()`` `takes a place
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/queues.py#L87>`__, or waits
#    for one.
# 2. The feeder thread (:ref:`sphx_glr_lessons_communication_feeder_thread.py`) writes the item to
#    the pipe. The place stays taken.
# 3. A worker's ``get()`` reads the item and `frees the place
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/queues.py#L102>`__. Then the
#    worker begins to work on it.
#
# It counts items, not bytes, so put parts of about the same size.
#
# **How large?** One or two places for each worker are enough if main is always faster than the
# workers. More places help only if main is slow now and then, as with a network. Memory has to
# hold ``maxsize`` items, one more for each worker and for main, and pickled copies of some of
# them.
#
# A dead worker frees no place: put() waits forever
# -------------------------------------------------
# Here the only worker ends at once, because the folder for the archive is missing:

if __name__ == "__main__":
    with TemporaryDirectory() as name:
        folder = Path(name, "archive")
        parts = Queue(maxsize=2)
        args = (folder, parts)
        worker = Process(target=compress, args=args, daemon=True)
        worker.start()
        for number in [1, 2]:  # there is room for two
            parts.put_nowait((number, LINES[:10]))
        try:
            put((3, LINES[:10]), parts, [worker])
        except RuntimeError as error:
            print("RuntimeError:", error)

# %%
# A plain ``parts.put(item)`` waits forever here: the queue is full, and no process reads it. So
# our ``put`` waits for half a second, catches :exc:`queue.Full`, looks at the exit codes, and
# tries again. It gives up if one worker has failed, because its part is lost, or if all have
# ended (``None`` is the code of a running worker). In your program, do not catch the
# ``RuntimeError``: let it end the program.
#
# :meth:`~multiprocessing.Queue.put_nowait` never waits: with a third item it would have raised
# ``queue.Full``. Use it for items that you may drop, such as a progress report.
#
# Two bounded queues in a circle: a deadlock
# ------------------------------------------
# A worker finds the total in each invoice. Main puts all invoices in one queue, and then reads
# the totals from another. Both queues have a bound.
#
# .. pair::
#
# 1. Main does not read yet, so ``totals`` is full after four invoices. The worker waits in
#    ``totals.put()`` with the fifth.
# 2. Four more invoices fill ``invoices``. Main waits in ``invoices.put()`` with the tenth, before
#    it has read one total.
#
# With nine invoices the broken program ends well, so a small test does not find the bug. The
# cured program has no bound for the results. They wait in the worker's memory, which is fine if
# they are small. If they are large, keep both bounds: put as many tasks as ``maxsize`` allows,
# and then one more for each result that you get. (In your program, call the ``put`` from above
# here, too.)
#
# A crawler's workers put new tasks in the queue that they read. When all of them wait in
# ``put()``, none reads. Leave that queue without a bound.
#
# When to use something else
# --------------------------
# - **The workers can read the data themselves**: put file names. They are small, so you need no
#   bound.
# - **You call one function for many inputs**: from Python 3.14 on,
#   ``executor.map(function, inputs, buffersize=4)`` `reads only so far ahead
#   <https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.Executor.map>`__.
#   Without ``buffersize`` it reads all inputs first, as ``Pool.map`` does.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_communication_sentinels.py`, for how the workers learn that no more
#   parts will come.
# - :ref:`sphx_glr_lessons_communication_queues.py`, to notice a dead worker in ``get()``, too.

# sphinx_gallery_lesson_added = "2026-11-29"
# sphinx_gallery_lesson_order = 36
# sphinx_gallery_lesson_short = "Bounded queue"
# sphinx_gallery_lesson_failures = "a worker has no folder to write to"
# sphinx_gallery_lesson_asked = ["multiprocessing queue memory grows", "back-pressure"]
# sphinx_gallery_lesson_asked = ["Queue(maxsize)", "what does maxsize of a queue count"]
# sphinx_gallery_lesson_asked = ["queue.put() blocks forever", "producer faster than consumer"]
# sphinx_gallery_lesson_asked = ["queue.Full", "put_nowait", "put with a timeout"]
# sphinx_gallery_lesson_asked = ["two queues deadlock", "how large should maxsize be"]
# sphinx_gallery_lesson_asked = ["limit how many tasks wait in a queue"]
