"""
Sentinels: tell a consumer that no more items will come
=======================================================

You will be able to end a loop over a queue exactly when its producers have
finished, with any number of producers and of consumers.

A *sentinel* is an item that means "that was all". (It has nothing to do with
:attr:`multiprocessing.Process.sentinel`, which is a handle of a process.)
"""

# %%
# Many producers, one consumer
# ----------------------------
#
# Nobody knows in advance how many divisors a number has, so the parent cannot
# count results. Each producer puts ``None`` when it is done. The ``finally``
# makes it do so even when it fails with an exception.

from multiprocessing import Process, Queue, queues


def put_divisors(number: int, results: queues.Queue) -> None:
    """Put each divisor as ``(number, divisor)``, then None."""
    try:
        for divisor in range(1, number + 1):
            if number % divisor == 0:
                results.put((number, divisor))
    finally:
        results.put(None)


def collect(results: queues.Queue, producers: int) -> list:
    """Return all items, up to the last of ``producers`` sentinels."""
    items: list = []
    for _ in range(producers):
        items.extend(iter(results.get, None))
    return items


def divisors(numbers: list[int]) -> list[tuple[int, int]]:
    """Return pairs ``(number, divisor)``, sorted."""
    results: queues.Queue = Queue()
    producers = [Process(target=put_divisors, args=(n, results)) for n in numbers]
    for producer in producers:
        producer.start()
    found = collect(results, len(producers))
    for producer in producers:
        producer.join()
    return sorted(found)


if __name__ == "__main__":
    print(divisors([6, 7]))

# %%
# ``iter(results.get, None)`` calls ``get()`` again and again, yields what it
# returns, and stops at ``None``. ``collect`` does that once for each producer.
# It does not matter whose ``None`` ends which round, nor that items of other
# producers come between. Every producer's ``None`` comes after its own items.
# So when as many sentinels have been read as there are producers, everything
# has been read.
#
# Why None, and not object()
# --------------------------
#
# Between threads ``object()`` is a popular sentinel, for nothing else in the
# program is identical with it. Between processes an item is pickled and made
# anew, so what arrives may be *another* object. Here a child sends three
# candidates, and the parent compares each with its own:


class Stop:
    """A sentinel: the class itself is sent, never an instance."""


SENTINELS = {"None": None, "a class": Stop, "object()": object()}


def put_sentinels(outbox: queues.Queue) -> None:
    """Put the three sentinels in order."""
    for sentinel in SENTINELS.values():
        outbox.put(sentinel)


def recognised() -> dict[str, bool]:
    """Return which sentinels are identical after their journey."""
    inbox: queues.Queue = Queue()
    child = Process(target=put_sentinels, args=(inbox,))
    child.start()
    known = {name: inbox.get() is own for name, own in SENTINELS.items()}
    child.join()
    return known


if __name__ == "__main__":
    print("recognised:", recognised())

# %%
# ``None`` is pickled as "the None of whoever reads this". A class is pickled
# by its name and looked up on the other side. A plain ``object()`` carries
# nothing by which it could be found again, so the reader got a new one. That
# holds even under fork, where both processes began with the same memory. No
# error was raised: a consumer that loops over ``iter(get, SENTINEL)`` with it
# would take its sentinel for data, and wait on.
#
# So use ``None``. If ``None`` is data in your program, take a class such as
# ``Stop`` or a member of an :class:`enum.Enum`. And if your items are arrays,
# whose ``==`` is neither true nor false, write the loop with ``is``, for
# ``iter()`` compares with ``==``:
# ``while (item := tasks.get()) is not None:``.
#
# One producer, several consumers
# -------------------------------
#
# The other way round each consumer needs a sentinel of its own, because what
# one consumer took is gone for the others. Each consumer is a producer too, of
# results, and ends those with ``None`` in turn.


def square_all(tasks: queues.Queue, results: queues.Queue) -> None:
    """Put the square of each task until None comes; then put None."""
    for number in iter(tasks.get, None):
        results.put(number * number)
    results.put(None)


def start_two(tasks: queues.Queue, results: queues.Queue) -> list[Process]:
    """Start two consumers and return them."""
    consumers = [Process(target=square_all, args=(tasks, results)) for _ in range(2)]
    for consumer in consumers:
        consumer.start()
    return consumers


def squares(numbers: list[int]) -> list[int]:
    """Return the squares, made by two consumers, sorted."""
    tasks: queues.Queue = Queue()
    results: queues.Queue = Queue()
    consumers = start_two(tasks, results)
    for item in [*numbers, None, None]:
        tasks.put(item)
    found = collect(results, len(consumers))
    for consumer in consumers:
        consumer.join()
    tasks.close()
    tasks.join_thread()
    return sorted(found)


if __name__ == "__main__":
    print(squares([1, 2, 3, 4, 5]))

# %%
# .. chance::
#
#    The consumer that is free takes the next number. One of the two may even get
#    nothing but its sentinel.
#
# The last two lines before ``return`` end the feeder thread that ``put()`` had
# started in the main process, so that the next child is not forked beside it.
#
# With several producers *and* several consumers no producer may put the
# consumers' sentinels, because another producer's tasks could still come after
# them. Join the producers first, which cannot hang while the consumers are
# reading. Then put one sentinel for each consumer.
#
# Where it goes wrong: one sentinel for two
# -----------------------------------------


def one_by_one(patience: float = 0.5) -> list[int]:
    """Return how many of two consumers wait after 1, 2 sentinels.

    Each consumer gets ``patience`` seconds to end.
    """
    tasks: queues.Queue = Queue()
    results: queues.Queue = Queue()
    consumers = start_two(tasks, results)
    waiting = []
    for _ in consumers:
        tasks.put(None)
        results.get()  # one consumer has come to its end
        for consumer in consumers:
            consumer.join(timeout=patience)
        waiting.append(sum(c.is_alive() for c in consumers))
    return waiting


if __name__ == "__main__":
    with_one, with_two = one_by_one()
    print(f"after one sentinel {with_one} of 2 consumers waits")
    print(f"after the second one {with_two} of 2")

# %%
# One consumer took the only sentinel and ended. The other waited in ``get()``
# for an item that the parent was not going to put, and a ``join()`` without a
# limit would have waited with it. Which of the two it is, is chance. The second
# sentinel set it free.
#
# When not to use it
# ------------------
#
# A sentinel is a promise that only a living producer can keep. One that is
# killed puts none, and its consumer waits for ever, unless it calls
# ``get(timeout=...)`` and looks at the producer's exit code. If the number of
# items is known, count them, as in
# :ref:`sphx_glr_lessons_communication_queues.py`. If you only want a function
# called for many inputs, a pool keeps these books for you:
# :ref:`sphx_glr_lessons_pools_pool_map.py`.
#
# Read next: :ref:`sphx_glr_lessons_communication_pipe.py`. Between two
# processes the kernel can say "that was all", without a sentinel.

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_order = 30
# sphinx_gallery_lesson_short = "Sentinels"
# sphinx_gallery_lesson_asked = ["stop a consumer, end a worker loop", "poison pill"]
# sphinx_gallery_lesson_asked = ["how does a worker know that the queue is finished"]
# sphinx_gallery_lesson_asked = ["while True: queue.get() never ends", "producer consumer example"]
# sphinx_gallery_lesson_asked = ["one consumer does not stop", "None as the last item in a queue"]
# sphinx_gallery_lesson_asked = ["several producers and consumers", "for item in queue"]
# sphinx_gallery_lesson_asked = ["signal the end of a queue", "how many sentinels"]
