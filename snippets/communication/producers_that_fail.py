"""
Producers and consumers that may fail: notice it, and end
=========================================================

Several producers read, several consumers compute, and one of them dies. Now the program waits
forever, or prints a total in which something is missing. In short: send errors as items, look at
all exit codes while you wait for results, and when a process was killed, end all of them and
start again with new queues. If one function can do the whole work, an executor does this for you.
"""

# %%
# Errors are items, exit codes are watched
# ----------------------------------------
# How many requests failed on each server? A producer for each server unpacks its log, and two
# consumers count. The log of web2 has a damaged line. That of web3 was cut off while it was
# copied.

import gzip
import io
import queue
from itertools import islice
from multiprocessing import Process, Queue

LOG = b"/home 200\n/cart 200\n/cart 500\n" * 10_000
LOGS = {
    "web1": gzip.compress(LOG),
    "web2": gzip.compress(LOG + b"/search\n"),
    "web3": gzip.compress(LOG)[:-20],
}


def unpack(server, batches, results):
    """Producer: put the lines of a log, in batches."""
    try:
        with gzip.open(io.BytesIO(LOGS[server]), "rt") as lines:
            while batch := list(islice(lines, 1000)):
                batches.put((server, batch))
    except Exception as error:  # (1)
        results.put((server, 0, repr(error)))


def count(batches, results):
    """Consumer: put a number for each batch, then None."""
    for server, batch in iter(batches.get, None):
        try:
            failed = sum(line.split()[1] == "500" for line in batch)
            results.put((server, failed, None))
        except Exception as error:
            results.put((server, 0, repr(error)))
    results.put(None)


def start(function, name, args):
    """Start a process, which ends with main."""
    process = Process(target=function, args=args, name=name, daemon=True)
    process.start()
    return process


def collect(producers, consumers, batches, results):
    """Return all results; raises RuntimeError if a process died."""
    batches.cancel_join_thread()  # main may end with a full pipe
    items, told, missing = [], 0, len(consumers)
    while missing:  # (2)
        codes = {p.name: p.exitcode for p in producers + consumers}
        if died := {name: code for name, code in codes.items() if code}:
            raise RuntimeError(f"died: {died}")
        over = all(codes[p.name] == 0 for p in producers)
        if over and told < len(consumers) and not batches.full():
            batches.put(None)  # (3)
            told += 1
        try:
            item = results.get(timeout=0.5)
        except queue.Empty:
            if all(codes[p.name] == 0 for p in consumers):
                raise RuntimeError("a consumer left early") from None
            continue
        if item is None:
            missing -= 1
        else:
            items.append(item)
    return items


if __name__ == "__main__":
    batches, results = Queue(maxsize=4), Queue()
    queues = (batches, results)
    producers = [start(unpack, name, (name, *queues)) for name in LOGS]
    consumers = [start(count, f"consumer {n}", queues) for n in (1, 2)]
    items = collect(producers, consumers, batches, results)
    batches.close()
    for process in producers + consumers:
        process.join()
    errors = {server: error for server, _, error in items if error}
    for server in LOGS:
        failed = sum(number for name, number, _ in items if name == server)
        print(server, errors.get(server, failed))

# %%
# 1. An error that is caught goes to main as a result. Not all lines of web3 had arrived before
#    its error, so main prints no number for it.
# 2. A killed process sends nothing, but it has an exit code: -9, or -15 on Windows. After an
#    exception that nothing caught, it is 1.
# 3. A producer does not know whether it is the last one. So main puts a ``None`` for each
#    consumer when all producers have ended with 0, because then all batches are in the pipe.
#    ``told`` is the number of ``None`` that it has put. While the queue is full, it puts none: the
#    consumers may be dead, and then ``put()`` would wait forever.
#
# Each *consumer* puts a ``None``, too (:ref:`sphx_glr_lessons_communication_sentinels.py`). If it
# calls ``sys.exit(0)`` halfway, this ``None`` is missing, and main raises. Main does not notice a
# producer that does so, nor an item that cannot be pickled, which :ref:`the feeder thread drops
# <sphx_glr_lessons_communication_feeder_thread.py>`.
#
# The program has found errors, so it must not end with 0. At its end, add:
#
# .. code-block:: python
#
#    if __name__ == "__main__":
#        if errors:
#            raise SystemExit(f"failed: {errors}")
#
# The consumer is dead, and ``put()`` waits forever
# -------------------------------------------------
# With ``maxsize=4``, ``batches.put()`` waits while four batches are in the queue. If no consumer
# lives, the producer waits forever, and so does a main that joins the producer first:
#
# .. pair::
#
# The cured program waits for whichever ends first, with :func:`multiprocessing.connection.wait`,
# and when one has failed, it ends the other
# (:ref:`sphx_glr_lessons_spawning_whichever_first.py`). Without ``maxsize`` the broken one hangs
# with more prices: the pipe fills up, and the producer cannot end.
#
# ``wait`` cannot wait for a queue and a process at the same time. So ``collect`` waits for the
# queue, and looks at the exit codes at least twice a second. Here main kills a consumer, as Linux
# does when memory runs out:

if __name__ == "__main__":
    queues = (Queue(maxsize=4), Queue())
    producer = start(unpack, "web1", ("web1", *queues))
    consumer = start(count, "consumer", queues)
    consumer.kill()
    try:
        collect([producer], [consumer], *queues)
    except RuntimeError as error:
        print(error)

# %%
# Do not catch the error in your program: then it ends with status 1, and ``daemon=True`` ends the
# processes that still run. Ctrl-C in a terminal ends all of them, too.
#
# What cannot be saved
# --------------------
# Why not start another consumer, and go on? The batch that the dead one had taken is lost. And
# the queue may be locked. Here the consumer has a second to call ``get()``, and is killed:
#
# .. pair:: producers_that_fail-lock
#
# 1. A consumer in ``get()`` takes the queue's lock, and holds it `while it waits for an item
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/queues.py#L99-L102>`__.
# 2. It is killed. The lock is a semaphore, and the kernel does not release it.
# 3. Each later ``get()`` waits for the lock, in new processes, too.
#
# So an *idle* consumer is the worst one to kill. ``terminate()`` is no better than ``kill()``,
# unless the consumer handles the signal. On Linux and macOS, a producer that is killed while it
# writes `holds another lock
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/queues.py#L266-L269>`__, and
# the other producers wait. To lose less, save each result to disk, and begin again with what is
# missing.
#
# ``collect`` has one gap: if a consumer is killed in the middle of a large *result* (on Linux,
# more than 4 KiB), ``get(timeout=0.5)`` waits for the rest forever. Keep results small, or give
# each consumer a pipe to main (:ref:`sphx_glr_lessons_communication_pipe_ends.py`).
#
# When an executor is the better answer
# -------------------------------------
# If one function can unpack *and* count a log, call ``executor.submit`` for each log.
# ``result()`` raises what went wrong in this call. After a worker was killed, each unfinished
# ``result()`` raises ``BrokenProcessPool``, and you make a new executor
# (:ref:`sphx_glr_lessons_pools_pool_map.py`). Take producers and consumers if one log should keep
# several processes busy, or never ends.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_spawning_exit_codes.py`, to find out why a process has died.
# - :ref:`sphx_glr_lessons_spawning_stop_a_process.py`, to end the others gently.

# sphinx_gallery_lesson_added = "2026-11-29"
# sphinx_gallery_lesson_order = 32
# sphinx_gallery_lesson_short = "Failing producers"
# sphinx_gallery_lesson_failures = "main kills a consumer and a producer"
# sphinx_gallery_lesson_asked = ["consumer died, producers wait, put() blocks forever"]
# sphinx_gallery_lesson_asked = ["producer died, consumer waits forever in get()"]
# sphinx_gallery_lesson_asked = ["multiple producers, multiple consumers, error handling"]
# sphinx_gallery_lesson_asked = ["restart a dead worker, same queue, hangs"]
# sphinx_gallery_lesson_asked = ["process killed while holding the lock of a queue"]
# sphinx_gallery_lesson_asked = ["queue.put() hangs when full", "who ends the consumers"]
# sphinx_gallery_lesson_asked = ["exception in a producer process is lost"]
# sphinx_gallery_lesson_asked = ["wait for a queue and a process at the same time"]
