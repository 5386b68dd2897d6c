"""
ThreadPool and multiprocessing.dummy: the pool with threads
===========================================================

Your program waits for a hundred web pages, one after the other. Or your function is a lambda, and
a pool cannot pickle it. In short: ``from multiprocessing.pool import ThreadPool`` gives you the
same pool with threads instead of processes. Threads are for work that *waits*. For work that
computes in Python, take processes.
"""

# %%
# Eight threads wait at the same time
# -----------------------------------
# A shop's server needs a tenth of a second for each answer. (It runs in this program, so that you
# need no network.)

import time
from contextlib import closing
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.pool import ThreadPool
from threading import Thread


class Shop(BaseHTTPRequestHandler):
    """Answer each request with a price."""

    def do_GET(self):
        """Take a while, as a server far away."""
        time.sleep(0.1)
        body = str(len(self.path) * 100).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        """Write no log."""


def price(server, item):
    """Ask the shop for a price."""
    connection = HTTPConnection(*server.server_address, timeout=30)
    with closing(connection):
        connection.request("GET", f"/{item}")
        return int(connection.getresponse().read())


if __name__ == "__main__":
    items = ["tea", "milk", "bread", "salt"] * 4
    ThreadingHTTPServer.request_queue_size = 16  # connections that wait
    with ThreadingHTTPServer(("127.0.0.1", 0), Shop) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        began = time.perf_counter()
        looped = [price(server, item) for item in items]
        print(f"loop: {time.perf_counter() - began:.2f} s")
        began = time.perf_counter()
        with ThreadPool(8) as pool:  # (1)
            pooled = pool.map(  # (2)
                lambda item: price(server, item), items
            )
        print(f"eight threads: {time.perf_counter() - began:.2f} s")
        server.shutdown()
    print("the same prices:", pooled == looped)

# %%
# 1. Eight threads of this process: nothing is imported or copied, so they start at once.
# 2. No pickling: a lambda, a local function, and the open ``server`` are fine.
#
# A thread that waits for the network uses no processor, so eight of them wait at the same time.
# More threads than cores make sense here. Give the number yourself: the default is one for each
# core. The start method makes no difference to the tasks. (Under forkserver and spawn, a resource
# tracker runs beside main: a ``ThreadPool``, too, makes semaphores.)
#
# The methods are those of a :ref:`Pool <sphx_glr_lessons_pools_pool_map.py>`. Results keep their
# order. If one request fails, ``map`` raises its exception, and you do not get the prices of the
# others. To keep them, catch the exception in the task, and return it.
#
# "Can't pickle": change one import
# ---------------------------------
# .. pair::
#
# ``multiprocessing.dummy`` has the most used names of ``multiprocessing``, made of threads. Its
# ``Pool`` is ``ThreadPool``. Here that costs nothing: ``zlib`` releases the :term:`GIL` while it
# works on a large buffer, as ``hashlib`` and much of NumPy do, so the threads use several cores.
#
# **Python code of your own** is not faster with threads. Only the thread that holds the GIL runs
# it, so eight threads need as long as a loop. You need processes then, and :ref:`a function that
# can be pickled <sphx_glr_lessons_cannot_pickle_local_object.py>`. In a `free-threaded build
# <https://docs.python.org/3/howto/free-threading-python.html>`__ there is no GIL, and threads
# compute in parallel, too.
#
# Threads share your variables: take a lock
# -----------------------------------------
# Each task needs the exchange rate. The first one fetches it, and the others use it.
#
# .. pair:: thread_pool-lock
#
# While the first thread waited for the bank, the others found no rate either. With the lock, they
# wait for the first one. The same holds for ``count += 1``, or a file that several threads write:
# one thread may come between two steps of another. You need no lock if the tasks only *return*
# values.
#
# A thread cannot be killed
# -------------------------
# The task waits until main has ended the pool:

from threading import Event


def write_report(begun, go, ended):
    """Work on, whatever happens to the pool."""
    begun.set()
    go.wait(60)
    print("task: still at work")
    ended.set()


if __name__ == "__main__":
    begun, go, ended = Event(), Event(), Event()
    with ThreadPool(1) as pool:
        pool.apply_async(write_report, (begun, go, ended))
        begun.wait()
    print("main: the pool is terminated")
    go.set()
    ended.wait(60)

# %%
# The end of the block calls ``terminate()``, which drops the tasks that wait. The one that runs
# goes on, until it ends or the program does: the threads of a ``ThreadPool`` are daemons, and
# what they do at the end of main is cut off. Let a long task look at an Event between two steps
# (a global ``threading.Event`` is enough), and give each request a timeout.
#
# - **Ctrl-C** raises ``KeyboardInterrupt`` in main only, and the tasks that run go on.
# - **sys.exit()** in a task ends its thread. The result never comes, and ``get()`` waits forever.
# - **A crash** in C code or ``os._exit()`` in one task ends the whole program.
#
# multiprocessing.dummy hides mistakes
# ------------------------------------
# To debug a program, import ``Process``, ``Pool``, ``Queue`` and so on from
# ``multiprocessing.dummy``. Then everything happens in one process, so breakpoints work as usual.
# But this program works only with threads:

from multiprocessing.dummy import Process

words = []


def collect(line):
    """Put the words of a line into the list."""
    words.extend(line.split())


if __name__ == "__main__":
    process = Process(target=collect, args=("to be or not to be",))
    process.start()
    process.join()
    print(f"{len(words)} words, exit code {process.exitcode}")

# %%
# With ``from multiprocessing import Process`` the list :ref:`stays empty
# <sphx_glr_lessons_shared_memory_globals.py>`, because the child fills its own. Also:
#
# - **exitcode** is 0 even after an exception.
# - **There is no** ``terminate()``, ``kill()`` or ``pid``, no ``daemon`` argument, no
#   ``Queue.close()``, no ``Value.get_lock()``, no ``maxtasksperchild``, and no ``get_context()``.
# - **Arguments are not copied.** If a task changes its list, it changes main's.
#
# ThreadPool or ThreadPoolExecutor?
# ---------------------------------
# In new code take :class:`~concurrent.futures.ThreadPoolExecutor`, which has the interface of
# ``ProcessPoolExecutor``. The end of its block and the end of main wait for all tasks. And it tells
# you if its initializer has failed:

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.thread import BrokenThreadPool


def log_in():
    """Fail, as with a wrong password."""
    raise PermissionError("wrong password")


if __name__ == "__main__":
    with ThreadPoolExecutor(2, initializer=log_in) as executor:
        try:
            executor.submit(len, "tea").result()
        except BrokenThreadPool as error:
            print(error)

# %%
# The reason is in the traceback below ``Exception in initializer``. A ``ThreadPool`` loses its
# threads then, and ``map`` waits forever.
#
# Threads or processes?
# ---------------------
# - **Threads** for requests, databases, files and other programs, for C code that releases the
#   GIL, and for arguments that cannot be pickled.
# - **Processes** for loops in Python, for C code that crashes or leaks memory, and for tasks that
#   you must be able to kill.
#
# Where next
# ----------
# - :doc:`Do I need processes? </do-i-need-processes>`, with asyncio and other ways.
# - :ref:`sphx_glr_lessons_pools_ctrl_c.py`, for Ctrl-C with processes.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 90
# sphinx_gallery_lesson_short = "Threads"
# sphinx_gallery_lesson_measures = ["loop > eight threads"]
# sphinx_gallery_lesson_asked = ["ThreadPool or Pool", "ThreadPool or ThreadPoolExecutor"]
# sphinx_gallery_lesson_asked = ["what is multiprocessing.dummy", "pool of threads"]
# sphinx_gallery_lesson_asked = ["threads or processes for web requests", "parallel downloads"]
# sphinx_gallery_lesson_asked = ["lambda in a pool without pickling"]
# sphinx_gallery_lesson_asked = ["threads are not faster, GIL", "free-threaded Python and pools"]
# sphinx_gallery_lesson_asked = ["kill a thread, stop a ThreadPool"]
# sphinx_gallery_lesson_asked = ["concurrent.futures.thread.BrokenThreadPool"]
# sphinx_gallery_lesson_asked = ["BrokenThreadPool: A thread initializer failed"]
# sphinx_gallery_lesson_asked = ["debug a multiprocessing program in one process"]
