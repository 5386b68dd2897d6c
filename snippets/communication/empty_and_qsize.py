"""
Queue.empty(), qsize() and get_nowait(): what they tell you
===========================================================

Is the queue empty? How many items are left? You ask, but ``empty()`` is ``True`` although you
have just put something, and ``qsize()`` raises ``NotImplementedError`` on a colleague's Mac. In
short: an answer can be wrong as soon as you have it. Use it to show progress or to save work,
never to decide that all items have come. At the end of this page you know what each method looks
at, and what a timeout tells you.
"""

# %%
# Take back what no worker has begun
# ----------------------------------
# A PIN is stored as a slow hash, and you have forgotten it. Two workers try blocks of ten PINs.
# When one of them has found it, main drains the queue: it takes the other blocks back, so that
# the workers need not try them.

import hashlib
import queue
from multiprocessing import Process, Queue


def hashed(pin):
    """Return the hash of a PIN."""
    return hashlib.pbkdf2_hmac("sha256", pin.encode(), b"salt", 500)


def try_pins(wanted, blocks, results):
    """Put a list for each block: the PIN, or nothing."""
    for first in iter(blocks.get, None):
        pins = [f"{n:04}" for n in range(first, first + 10)]
        results.put([pin for pin in pins if hashed(pin) == wanted])
    print("no more blocks")


def waiting(items):
    """Return about how many items are in the queue."""
    try:
        return items.qsize()
    except NotImplementedError:  # (1)
        return "unknown"


def take_back(items):
    """Take what is there; return the number."""
    count = 0
    try:
        while True:
            items.get(timeout=0.2)  # (2)
            count += 1
    except queue.Empty:
        return count


if __name__ == "__main__":
    blocks, results = Queue(), Queue()
    args = (hashed("0842"), blocks, results)
    workers = []
    for _ in range(2):
        worker = Process(target=try_pins, args=args, daemon=True)
        worker.start()
        workers.append(worker)
    firsts = range(0, 10_000, 10)
    for first in firsts:
        blocks.put(first)
    for _ in firsts:
        if found := results.get(timeout=60):
            break
    else:
        raise SystemExit("no PIN fits")
    print("PIN:", *found)
    print("blocks waiting:", waiting(blocks))
    print("taken back:", take_back(blocks))
    for _ in workers:
        blocks.put(None)
    for worker in workers:
        worker.join()
    codes = [worker.exitcode for worker in workers]
    if any(codes):
        raise SystemExit(f"exit codes: {codes}")

# %%
# 1. On macOS. Show the progress without the number there.
# 2. Why not ``get_nowait()``, which is ``get(block=False)``? It also raises :exc:`queue.Empty` if
#    a worker is reading at that moment and `has the lock
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/queues.py#L106-L107>`__.
#    Main would stop too early. (Import ``Empty`` and ``Full`` from ``queue``. A traceback says
#    ``_queue.Empty``.)
#
# The two numbers can differ, because the workers go on taking blocks. If main stops too early,
# the workers try some blocks for nothing, and the PIN is the same. So a wrong answer does no harm
# here.
#
# If a worker dies with the block that has the PIN, no result has it. Then ``get(timeout=60)``
# raises ``Empty``, and the program ends with an error. (Main may join before it has read all
# results only because they fit in the pipe:
# :ref:`sphx_glr_lessons_communication_read_before_join.py`.)
#
# empty() is True right after put()
# ---------------------------------
# A worker puts one large table, and asks at once:


def load(tables):
    """Put a table of orders, and ask."""
    tables.put([(number, number * 1.5) for number in range(300_000)])
    there = tables.empty(), waiting(tables)
    print("after put(): empty() is {}, qsize() is {}".format(*there))


if __name__ == "__main__":
    tables = Queue()
    loader = Process(target=load, args=(tables,), daemon=True)
    loader.start()
    table = tables.get(timeout=60)
    there = tables.empty(), waiting(tables)
    print("after get(): empty() is {}, qsize() is {}".format(*there))
    try:
        tables.get_nowait()
    except queue.Empty:
        print("get_nowait() raises Empty")
    loader.join()

# %%
# After ``put()``, ``empty()`` says that there is nothing, and ``qsize()`` counts one item. Both
# are right: they look at different places. After ``get()``, all three agree.
#
# - ``qsize()`` and ``full()`` ask the semaphore that ``put()`` and ``get()`` count with: `items
#   put and not yet got
#   <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/queues.py#L122-L130>`__.
#   Without a ``maxsize``, ``full()`` is ``False`` (:ref:`what maxsize counts
#   <sphx_glr_lessons_communication_bounded_queue.py:what-maxsize-counts>`).
# - ``empty()`` and ``get_nowait()`` ask whether there is `something in the pipe
#   <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/connection.py#L461-L463>`__.
#
# Between the two is the feeder thread (:ref:`sphx_glr_lessons_communication_feeder_thread.py`),
# which was still pickling the table. A small item takes less time, but not none.
#
# .. platform:: macOS
#
#    ``qsize()`` raises ``NotImplementedError``, because ``sem_getvalue()`` is not implemented
#    there (`the manual
#    <https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Queue.qsize>`__).
#
# ``Empty`` after a timeout: slow, or dead?
# -----------------------------------------
# A worker asks the servers of three shops for an answer. York's server is slow today.
#
# .. pair::
#
# ``Empty`` says that nothing came for half a second, and not why. The worker may have finished,
# have died, or still be busy. The broken program thinks that it has finished: York and Bath are
# missing (and Leeds, if the worker starts slowly), and the exit status is 0. A longer timeout
# does not help if a server is slower still.
#
# So ask the process. The cured program does so *before* ``get()``, because whatever a worker put
# before it ended well is in the pipe by then. The exit code tells whether it ended well.
#
# The timeout counts only up to the first byte. Once a part of an item has come, ``get()`` waits
# for the rest, :ref:`timeout or not
# <sphx_glr_lessons_communication_queues.py:a-dead-worker-puts-nothing-get-waits-forever>`.
#
# ``while not queue.empty()`` loses items, or hangs
# -------------------------------------------------
# - **Too early**: no item has come yet, so the loop ends (:ref:`an example
#   <sphx_glr_lessons_communication_queues.py:empty-is-true-before-the-first-item-comes>`).
# - **Two processes read**: both see the last item. One takes it, and the other one waits in
#   ``get()`` forever. ``get_nowait()`` asks and takes in one step, but it, too, can be too early.
#
# To end a loop, count the items, or send a sentinel
# (:ref:`sphx_glr_lessons_communication_sentinels.py`).
#
# close(), and there is no shutdown()
# -----------------------------------
# After ``close()``, ``put()`` and ``get()`` *in the same process* raise ``ValueError: Queue
# <multiprocessing.queues.Queue object at 0x...> is closed``. Other processes do not notice it:
# their ``get()`` goes on waiting.
#
# :meth:`queue.Queue.shutdown`, new in Python 3.13, is for threads. A ``multiprocessing.Queue``
# has none, up to Python 3.15 (`the issue <https://github.com/python/cpython/issues/147965>`__):
# ``AttributeError: 'Queue' object has no attribute 'shutdown'``. Put sentinels. Or take a
# ``Manager().Queue()``, which has one from 3.13 on: it is a ``queue.Queue`` in the manager's
# process.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_communication_queues.py`, for ``receive()``, which also notices a
#   worker that has died.
# - :ref:`sphx_glr_lessons_spawning_stop_a_process.py`, to stop workers in the middle of a task.

# sphinx_gallery_lesson_added = "2026-11-29"
# sphinx_gallery_lesson_order = 38
# sphinx_gallery_lesson_short = "empty() and qsize()"
# sphinx_gallery_lesson_asked = ["queue.empty() is True although items were put"]
# sphinx_gallery_lesson_asked = ["NotImplementedError: qsize() on macOS", "is qsize() reliable"]
# sphinx_gallery_lesson_asked = ["get_nowait raises Empty", "_queue.Empty from get(timeout=1)"]
# sphinx_gallery_lesson_asked = ["while not queue.empty() hangs"]
# sphinx_gallery_lesson_asked = ["drain a queue, remove all items", "how many items are left"]
# sphinx_gallery_lesson_asked = ["ValueError: Queue is closed", "Queue.shutdown() missing"]
# sphinx_gallery_lesson_asked = ["AttributeError: 'Queue' object has no attribute 'shutdown'"]
# sphinx_gallery_lesson_asked = ["queue get timeout, slow or dead producer"]
# sphinx_gallery_lesson_asked = ["clear a queue, remove all items"]
