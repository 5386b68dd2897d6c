"""
Daemon processes: helpers that end with main
============================================

Your program needs a server beside it, or a process that watches a folder. Such a helper runs in
an endless loop, so your program never ends. In short: ``daemon=True`` ends the helper together
with main. If you came for ``AssertionError: daemonic processes are not allowed to have
children``: use a ``ProcessPoolExecutor`` for the outer pool. Its workers are not daemons.
"""

# %%
# A server that lives as long as main
# -----------------------------------
# A daemon of ``multiprocessing`` is a child that main terminates at its end. (A Unix daemon lives
# on in the background.) This one serves files over HTTP.

import functools
import tempfile
from contextlib import closing
from http.client import HTTPConnection
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import Pipe, Process
from pathlib import Path


class Handler(SimpleHTTPRequestHandler):
    """Serves files, and prints which one is asked for."""

    def log_request(self, code="-", size="-"):
        """Print the path, without the time of day."""
        print("asked for", self.path, flush=True)


def serve(folder, sender):
    """Serve the files of a folder for as long as this process lives."""
    handler = functools.partial(Handler, directory=folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    sender.send(server.server_port)
    try:
        server.serve_forever()
    finally:
        print("the server has shut down")


def fetch(port, path):
    """Return a file of the server."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    with closing(connection):
        connection.request("GET", path)
        response = connection.getresponse()
        if response.status != 200:
            raise OSError(f"{path}: {response.status} {response.reason}")
        return response.read().decode()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "prices.csv").write_text("tea,3\nmilk,2\n")
        Path(folder, "orders.csv").write_text("tea,10\nmilk,4\ntea,1\n")
        receiver, sender = Pipe(duplex=False)
        server = Process(
            target=serve,
            args=(folder, sender),
            daemon=True,  # (1)
        )
        server.start()
        sender.close()
        port = receiver.recv()  # (2)
        for name in ["prices.csv", "orders.csv"]:
            rows = fetch(port, f"/{name}").splitlines()
            print(f"{name} has {len(rows)} rows")
        print("the server runs:", server.is_alive())

# %%
# 1. ``daemon`` has to be set before ``start()``. Later, ``server.daemon = True`` raises
#    ``AssertionError: process has already started``.
# 2. The server tells its port when it is ready. If it dies before that, ``recv()`` raises
#    ``EOFError``, because main has closed its own ``sender``.
#
# The program is over, and so is the server: main terminated it on its way out. With
# ``daemon=False``, the default, main would wait for the server, forever.
#
# In a test suite main is the test runner, so the server outlives its test: call
# ``server.terminate()`` and ``server.join()`` in the fixture.
#
# What happens to a daemon at the end of main
# -------------------------------------------
# When main comes to its end, its interpreter does this (`util.py
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/util.py#L480-L487>`__):
#
# 1. It waits for threads that are not daemons, and for the pending tasks of executors. Then it
#    ends pools and managers.
# 2. It calls ``terminate()`` for each daemon.
# 3. It calls ``join()`` for each child, daemon or not.
#
# So SIGTERM (on Windows ``TerminateProcess``) ends a daemon in the middle of its work. The line
# ``the server has shut down`` is missing above, although it is in a ``finally`` block. Without
# ``flush=True``, what the daemon printed would be missing, too, if it went to a file or a pipe.
#
# Daemons end before the other children. If a worker needs the server, join that worker before
# main ends.
#
# Step 3 has no time limit. A daemon that ignores SIGTERM keeps main from ending. Under fork, so
# does a daemon that inherited main's handler for SIGTERM, unless the handler raises
# (:ref:`sphx_glr_lessons_spawning_stop_a_process.py`).
#
# Main may end in other ways:
#
# - **An exception**: as above.
# - **Ctrl-C** in a terminal reaches the daemons as well. Their ``finally`` blocks run until main
#   terminates them.
# - **SIGKILL, os._exit(), or a SIGTERM that main does not handle**: the daemon lives on
#   (:ref:`sphx_glr_lessons_spawning_parent_killed.py`).
#
# Work that must be finished is no work for a daemon
# --------------------------------------------------
# Here a daemon counts prime numbers.
#
# .. pair:: daemons-lost
#
# The broken program did not print the count, and still ended with 0. Wait for the process, as the
# cured one does, or leave out ``daemon=True``: then main waits at its end.
#
# .. chance::
#
#    A daemon with little to do may be done before main ends, so a test with a small input may
#    pass.
#
# "daemonic processes are not allowed to have children"
# -----------------------------------------------------
# A daemon that is terminated could not end its own children, so ``start()`` refuses to make any
# (`process.py
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/process.py#L118>`__). The
# workers of a ``Pool`` are daemons, too.
#
# .. pair:: daemons
#
# The workers of a ``ProcessPoolExecutor`` are not daemons, so they may start processes. So may a
# plain ``Process``. In your own program make the inner pool an executor, too: if one of its
# workers is killed, it raises an error, where a ``Pool`` hangs. (A warning of the resource
# tracker below the error is harmless.)
#
# But a pool of 8 in each worker of a pool of 8 makes 72 processes. Better:
#
# - **If the inner work computes**, make one list of it, for one pool:
#
#   .. code-block:: python
#
#      titles = [t for t, book in books.items() for _ in book]
#      chapters = [text for book in books.values() for text in book]
#      words = dict.fromkeys(books, 0)
#      counts = pool.map(count_words, chapters)
#      for title, count in zip(titles, counts):
#          words[title] += count
#
# - **If the inner work waits** for a network or a disk, use threads in the pool's worker: a
#   ``ThreadPoolExecutor``.
# - **A program of its own**, started by ``subprocess.run(...)``, is allowed in a daemon. It goes
#   on if the daemon is terminated.
#
# In a library's daemon, such as a worker of PyTorch's ``DataLoader``, you have the last two. Both
# messages of this page come from an ``assert``: ``python -O`` removes the check, not the problem.
#
# When to use something else
# --------------------------
# - **It should live on after your program**: let systemd, launchd or a container run it.
# - **It has to clean up**: ask it, and wait (:ref:`sphx_glr_lessons_spawning_stop_a_process.py`).
# - **It mostly waits**: a thread with ``daemon=True`` may do.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_spawning_parent_killed.py`, because a daemon needs main's orderly end.
# - :ref:`sphx_glr_lessons_pools_pool_map.py`, for the one pool that replaces two nested ones.

# sphinx_gallery_lesson_added = "2026-11-29"
# sphinx_gallery_lesson_order = 60
# sphinx_gallery_lesson_short = "Daemon processes"
# sphinx_gallery_lesson_asked = ["daemon=True", "what is a daemon process"]
# sphinx_gallery_lesson_asked = ["daemonic processes are not allowed to have children"]
# sphinx_gallery_lesson_asked = ["pool inside a pool", "nested pools", "start a Pool in a worker"]
# sphinx_gallery_lesson_asked = ["AssertionError: process has already started"]
# sphinx_gallery_lesson_asked = ["end child processes when the program ends"]
# sphinx_gallery_lesson_asked = ["program does not end because a child runs forever"]
# sphinx_gallery_lesson_asked = ["daemon process is terminated before it is done"]
# sphinx_gallery_lesson_asked = ["background process that lives on after the program"]
# sphinx_gallery_lesson_asked = ["python -O daemonic processes"]
# sphinx_gallery_lesson_asked = ["HTTP server in a background process"]
