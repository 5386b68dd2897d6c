"""
Sentinels: tell a consumer that no more items will come
=======================================================

A loop over a queue has to end, and you do not know how many items will come. In short: each
producer puts ``None`` after its last item, and the consumer stops when it has as many ``None`` as
there are producers. Such a last item is a *sentinel*, or poison pill. At the end of this page
your loop ends with any number of producers and consumers, and a producer that died is not
mistaken for one that has finished.
"""

# %%
# One sentinel from each producer
# -------------------------------
# Which orders are not paid? A process for each shop reads its orders.

import queue
from multiprocessing import Process, Queue

ORDERS = {
    "Leeds": "Ada 12.50 paid\nBob 8.00 open\nCleo 31.00 open\n",
    "York": "Eve 7.80 paid\nDan 5.25 open\n",
}


def find_open(shop, orders, results):
    """Put each order that is not paid, then None."""
    for line in orders.splitlines():
        customer, amount, state = line.split()
        if state == "open":
            results.put((shop, customer, float(amount)))
    results.put(None)  # (1)


def start(orders, results):
    """Start a producer for each shop."""
    producers = []
    for shop, text in orders.items():
        process = Process(
            target=find_open,
            args=(shop, text, results),
            name=shop,
            daemon=True,
        )
        process.start()
        producers.append(process)
    return producers


def receive(results, producers):
    """Return the next item; raises RuntimeError if none can come."""
    while True:
        codes = {p.name: p.exitcode for p in producers}
        try:
            return results.get(timeout=0.5)
        except queue.Empty:  # (2)
            failed = {name for name, code in codes.items() if code}
            if failed or None not in codes.values():
                raise RuntimeError(f"ended early: {failed or codes}") from None


def collect(results, producers):
    """Return all items; raises RuntimeError if a producer died."""
    items, missing = [], len(producers)
    while missing:
        item = receive(results, producers)
        if item is None:
            missing -= 1  # (3)
        else:
            items.append(item)
    return items


if __name__ == "__main__":
    results = Queue()
    producers = start(ORDERS, results)
    unpaid = sorted(collect(results, producers))
    for process in producers:
        process.join()
    for order in unpaid:
        print(*order)

# %%
# 1. What one process puts arrives in order, so its ``None`` comes after its last item.
# 2. A producer that died puts no ``None``. When nothing has come for half a second, main looks at
#    the exit codes. A code of ``None`` belongs to a process that still runs.
# 3. After the ``None`` of one producer, items of the others may come. After the last ``None`` no
#    more can come.
#
# With one producer, ``for item in iter(results.get, None)`` is the short form. If the producer
# dies, it waits forever.
#
# A killed producer sends no sentinel
# -----------------------------------
# A million orders keep York busy, and main kills it. The kernel does the same when memory runs
# out.

if __name__ == "__main__":
    many = {"York": "Eve 7.80 paid\n" * 1_000_000 + ORDERS["York"]}
    producers = start(ORDERS | many, results)
    producers[-1].kill()
    try:
        print(len(collect(results, producers)), "orders are open")
    except RuntimeError as error:
        print(error)

# %%
# A producer that raises is noticed, too: its exit code is 1. Do not catch the ``RuntimeError`` in
# your program; then it ends with status 1. ``daemon=True`` ends the producers that still run. Do
# not use the queue after this error: a killed producer may hold its lock. (If it was killed in
# the middle of a large item, ``get()`` waits for the rest, :ref:`timeout or not
# <sphx_glr_lessons_communication_queues.py:a-dead-worker-puts-nothing-get-waits-forever>`.)
#
# If the other producers should go on, give each item a field for the error, as in
# :ref:`sphx_glr_lessons_communication_queues.py`, put ``None`` afterwards, and let main end with
# an error status.
#
# ``finally: put(None)`` hides a failure
# --------------------------------------
# It looks careful: whatever happens, the consumer gets its sentinel. Here the third price has a
# decimal comma.
#
# .. pair::
#
# The sentinel says "I have finished", and the producer had not. The broken program prints a total
# of two prices of four, and ends with status 0. So put the sentinel after the loop, not in a
# ``finally``.
#
# One sentinel for each consumer
# ------------------------------
# Two consumers take customers from one queue. An item that one consumer takes is gone for the
# other, and so is a sentinel.
#
# .. pair:: sentinels-one
#
# Here one consumer took the only ``None`` and ended. The other one waits in ``get()``, and main
# waits in ``join()``. A consumer that raises has exit code 1, and its letter is not written.
#
# .. chance::
#
#    Which consumer takes which letter, and which one the sentinel, varies.
#
# Several producers and several consumers
# ---------------------------------------
# If the consumers put results, each of them is a producer, too: it puts a ``None`` after its last
# result, and ``collect(results, consumers)`` reads them.
#
# With several producers as well, main puts the sentinels when all producers have ended, because
# items of another producer may come after those of the first. Until then it watches the
# consumers, too: if they have died, the pipe fills up, and the producers cannot end.
#
# .. code-block:: python
#
#    everyone = producers + consumers
#    for process in producers:
#        while process.is_alive() and not any(c.exitcode for c in consumers):
#            process.join(timeout=0.5)
#        if process.exitcode != 0:
#            raise RuntimeError([p.exitcode for p in everyone])
#    for _ in consumers:
#        tasks.put(None)
#    items = collect(results, consumers)
#
# Make all of them daemon processes, so that the error ends them. (This also notices a consumer
# that was killed in ``get()``, which may lock out the others.)
#
# None, and not object()
# ----------------------
# Between threads ``STOP = object()`` is a popular sentinel. Between processes each item is
# pickled and made anew, because only bytes go through a queue's pipe:
#
# .. drawing:: an-object-through-a-pipe
#
# What arrives is another object, even under fork: ``item is STOP`` is false, and the loop goes
# on. ``None`` is unpickled as the reader's own ``None``. If ``None`` is data, take a member of an
# :class:`enum.Enum`, or a class itself, which pickle looks up by name. If the items are NumPy
# arrays, compare with ``is``, because ``iter(results.get, None)`` compares with ``==``.
#
# When to use something else
# --------------------------
# - You know how many items will come: count them
#   (:ref:`sphx_glr_lessons_communication_queues.py`).
# - You call one function for many inputs: a pool or an executor does the counting
#   (:ref:`sphx_glr_lessons_pools_pool_map.py`).
# - After Ctrl-C no sentinels come, and none are needed: ``daemon=True`` ends the producers. To
#   stop healthy workers early, use an ``Event``
#   (:ref:`sphx_glr_lessons_spawning_stop_a_process.py`).
# - Tasks make more tasks: :ref:`sphx_glr_lessons_communication_joinable_queue.py`.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_communication_producers_that_fail.py`, if any of several may fail.
# - :ref:`sphx_glr_lessons_communication_pipe.py`: there the kernel says "that was all".

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_order = 30
# sphinx_gallery_lesson_short = "Sentinels"
# sphinx_gallery_lesson_failures = "main kills a producer"
# sphinx_gallery_lesson_asked = ["stop a consumer, end a worker loop", "poison pill"]
# sphinx_gallery_lesson_asked = ["how does a worker know that the queue is finished"]
# sphinx_gallery_lesson_asked = ["while True: queue.get() never ends", "producer consumer example"]
# sphinx_gallery_lesson_asked = ["one consumer does not stop", "how many sentinels"]
# sphinx_gallery_lesson_asked = ["several producers and consumers", "for item in queue"]
# sphinx_gallery_lesson_asked = ["a producer died, the consumer waits", "iter(queue.get, None)"]
# sphinx_gallery_lesson_asked = ["sentinel value in a queue", "enum or object() as a sentinel"]
# sphinx_gallery_lesson_asked = ["stop workers that read from a queue", "what is a sentinel"]
