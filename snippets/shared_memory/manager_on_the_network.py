"""
Share a queue between programs or machines: a manager with an address and authkey
=================================================================================

Workers that are started separately, in other terminals or on other machines, should take jobs
from one queue. A ``multiprocessing.Queue`` does not reach them. In short: one program serves a
``queue.Queue`` with ``BaseManager(address, authkey=key).get_server()``. Each worker calls
``register("jobs")`` and ``connect()``, and then uses the queue like its own.
"""

# %%
# A coordinator with two queues
# -----------------------------
# The coordinator has numbers to factorize. It serves both queues in a thread.

import json
import queue
import secrets
from multiprocessing.managers import BaseManager
from threading import Thread


class Board(BaseManager):
    """What the coordinator offers."""


def coordinate(file, numbers):
    """Return the smallest factor of each number; the workers find it."""
    jobs = queue.Queue()  # (1)
    results = queue.Queue()
    Board.register("jobs", callable=lambda: jobs)
    Board.register("results", callable=lambda: results)
    key = secrets.token_bytes(32)
    board = Board(("127.0.0.1", 0), authkey=key)
    server = board.get_server()  # (2)
    Thread(target=server.serve_forever, daemon=True).start()
    part = file.with_suffix(".part")
    part.write_text(json.dumps([*server.address, key.hex()]))
    part.replace(file)  # (3)
    for number in numbers:
        jobs.put(number)
    factors = dict(results.get(timeout=60) for _ in numbers)
    jobs.put(None)
    return factors


# %%
# 1. Each client that calls ``jobs()`` gets a proxy of what the registered function returns: this
#    one queue.
# 2. :meth:`~multiprocessing.managers.BaseManager.get_server` makes a server that runs in this
#    process. ``start()`` would start one in :ref:`a child
#    <sphx_glr_lessons_shared_memory_your_own_manager.py>`.
# 3. Port 0 lets the kernel choose a free port. The workers read address and key from this file,
#    which ``replace()`` makes appear whole. Keep it in a folder that only you can read.
#
# Workers that connect
# --------------------
# In your project these are two programs: one calls ``coordinate(file, numbers)``, the other one
# ``work(file)``, in as many terminals as you like. **The first must stay until the workers have
# ended**, with ``input()`` for example, and then delete the file. Here main starts two workers,
# which share nothing but the file.

import time
from math import isqrt
from multiprocessing import Process
from pathlib import Path
from tempfile import TemporaryDirectory


class Remote(BaseManager):
    """What a worker uses of the board."""


Remote.register("jobs")
Remote.register("results")


def connect(file):
    """Connect to the coordinator, as soon as it has written its file."""
    while not file.exists():
        time.sleep(0.1)
    host, port, key = json.loads(file.read_text())
    board = Remote((host, port), authkey=bytes.fromhex(key))
    board.connect()  # (1)
    return board


def work(file):
    """Take jobs until there is a None, and leave that to the other workers."""
    board = connect(file)
    jobs, results = board.jobs(), board.results()
    while (number := jobs.get()) is not None:
        divisors = range(2, isqrt(number) + 1)
        factor = next((d for d in divisors if number % d == 0), number)
        print(f"{number}: {factor}")
        results.put((number, factor))
    jobs.put(None)  # (2)


if __name__ == "__main__":
    numbers = range(10**12 + 31, 10**12 + 69, 8)
    with TemporaryDirectory() as folder:
        file = Path(folder, "board.json")
        workers = [
            Process(target=work, args=(file,), daemon=True)  # ends with main
            for _ in range(2)
        ]
        for worker in workers:
            worker.start()
        factors = coordinate(file, numbers)
        for worker in workers:
            worker.join()
    primes = [number for number in numbers if factors[number] == number]
    print("primes:", primes)
    if any(worker.exitcode for worker in workers):
        raise SystemExit("a worker has failed")

# %%
# 1. :meth:`~multiprocessing.managers.BaseManager.connect` says at once whether the address and
#    the key are right. ``register("jobs")`` without a callable only says which name to ask for.
# 2. The coordinator does not know how many workers there are, so each leaves the ``None`` for the
#    next one.
#
# Which worker did which job differs from run to run. ``get()`` was called in the worker and ran
# in the coordinator: a thread there waited for the next job, and sent a pickled copy of it. A job
# must hold its data, because a path may mean nothing on another machine.
#
# Each client sees an empty queue
# -------------------------------
# It looks natural to register the class ``queue.Queue`` itself:
#
# .. pair::
#
# For every ``jobs()`` the server calls what was registered. The class made a new queue each time.
# Create the queue once, and register a function that returns it.
#
# A worker that dies takes its job along
# --------------------------------------
# After ``get()`` the job is in the worker only. If the worker raises or is killed, the queue does
# not get it back. Even a worker that is killed *while it waits* costs a job: its thread in the
# coordinator still waits in ``get()``, takes the next job, and cannot send it.
#
# Our coordinator waits 60 seconds for each result. Then ``get()`` raises :exc:`queue.Empty`, and
# the program ends with 1. To go on instead, collect the results in a loop, and after
# ``queue.Empty`` put all numbers without a result into ``jobs`` again. A dictionary does not mind
# a second result.
#
# If the coordinator ends first, a worker that waits in ``get()`` gets ``EOFError``, or an
# ``OSError`` such as ``ConnectionResetError``, and ends with 1. A worker may catch both around
# the loop and take them for the end.
#
# Why a client cannot connect
# ---------------------------
# - ``AuthenticationError: digest sent was rejected``: it has another key. Without ``authkey``
#   each program has its own random key. The server goes on.
# - ``ConnectionRefusedError: [Errno 111] Connection refused`` (on Linux): the server has ended
#   and left its file, or it listens on ``127.0.0.1`` of another machine.
# - ``RemoteError`` that ends with ``KeyError: 'tasks'``: the server has not registered this name.
# - ``AuthenticationError`` in a pool's worker: ``jobs`` was passed to a task, and a proxy that is
#   pickled for a task leaves out the key. The worker dies: an executor raises
#   ``BrokenProcessPool``, and ``Pool`` **waits forever**. Call ``connect(file)`` in the task.
#
# Only on a network that you trust
# --------------------------------
# The key :ref:`never travels
# <sphx_glr_lessons_communication_listener_and_client.py>`. But **nothing is encrypted**, and both
# sides unpickle what comes, which can run any code. Between machines, give the server a fixed
# port on ``127.0.0.1``, copy the file to each worker's machine, and open an SSH tunnel there:
# ``ssh -N -L 5000:127.0.0.1:5000 coordinator``.
#
# How the server ends
# -------------------
# Here its threads are daemons and end with the coordinator. A program that does nothing but serve
# calls ``server.serve_forever()`` in main. There Ctrl-C ends it `with status 0
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/managers.py#L168-L188>`__, and
# the jobs in its queues are lost. A client has no ``shutdown()``.
#
# When to use something else
# --------------------------
# - **Your program starts the workers itself**: a pool or a :ref:`queue
#   <sphx_glr_lessons_communication_queues.py>` needs no address and no key.
# - **No job may be lost**: Celery or RQ, with RabbitMQ or Redis, keep jobs and retry them.
# - **Many machines**: Dask or Ray notice dead workers.
# - **Clients that you do not trust, or that are not Python**: HTTP and JSON.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_shared_memory_your_own_manager.py`: serve an object of your own class.
# - :ref:`sphx_glr_lessons_communication_listener_and_client.py`: one connection for each client,
#   and full control.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 85
# sphinx_gallery_lesson_short = "Network manager"
# sphinx_gallery_lesson_asked = ["share a queue between two Python scripts"]
# sphinx_gallery_lesson_asked = ["BaseManager remote server and client", "serve_forever"]
# sphinx_gallery_lesson_asked = ["distribute jobs to several computers with multiprocessing"]
# sphinx_gallery_lesson_asked = ["every client gets its own empty queue from a BaseManager"]
# sphinx_gallery_lesson_asked = ["manager.connect() AuthenticationError digest sent was rejected"]
# sphinx_gallery_lesson_asked = ["stop a manager started with get_server"]
# sphinx_gallery_lesson_asked = ["is a remote manager secure"]
