"""
Send a socket to another process
================================

Main accepts a connection, and a worker process should answer it. Or a helper has opened one that
main wants to use. In short: pass the socket like any other object, ``Process(target=work,
args=(sock,))`` or ``conn.send(sock)``, then close your own copy. This page shows a small server
with two workers, and why the sender must live until the receiver has the socket.
"""

# %%
# Main accepts, two workers answer
# --------------------------------
# Each client sends a word and gets a correction. Finding it is slow Python code, and the GIL would
# let only one thread run at a time. So main puts each connection into a queue, and a worker
# process takes it. Main plays the clients, too.

import re
import socket
import sysconfig
from difflib import get_close_matches
from multiprocessing import Barrier, Process, SimpleQueue
from pathlib import Path


def work(ready, queue):
    """Load the words, then answer connections until None comes."""
    library = Path(sysconfig.get_path("stdlib"))
    texts = [path.read_text("utf-8") for path in library.glob("*.py")]
    words = set(re.findall("[a-z]{4,}", " ".join(texts)))
    ready.wait()
    while (sock := queue.get()) is not None:
        with sock:
            sock.settimeout(10)  # (1)
            try:
                word = sock.makefile(encoding="utf-8").read()
                found = get_close_matches(word, words, n=1) or ["?"]
                sock.sendall(found[0].encode())
                print(f"answered {word}")
            except (OSError, UnicodeError) as error:
                print(f"not answered: {error!r}")


if __name__ == "__main__":
    queue = SimpleQueue()
    ready = Barrier(3, timeout=60)
    workers = []
    for name in ["worker 1", "worker 2"]:
        args = (ready, queue)
        worker = Process(target=work, args=args, name=name, daemon=True)
        worker.start()
        workers.append(worker)
    ready.wait()  # main and both workers
    clients = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        for word in ["recieve", "adress", "seperate"]:
            client = socket.create_connection(server.getsockname(), 30)
            client.sendall(word.encode())
            client.shutdown(socket.SHUT_WR)  # the word is complete
            clients.append(client)
            sock, _ = server.accept()
            queue.put(sock)
            sock.close()  # (2)
    answers = []
    for client in clients:
        with client:
            answers.append(client.makefile(encoding="utf-8").read())
    for _ in workers:
        queue.put(None)
    for worker in workers:
        worker.join()
    print(answers)
    if "" in answers:
        raise SystemExit("a client got no answer")

# %%
# 1. The timeout of a socket is not sent along, so the receiver sets it. If only the sender sets
#    one, the receiver gets ``BlockingIOError``.
# 2. Main closes its copy. As long as one process has the connection open, the client does not see
#    its end.
#
# .. chance::
#
#    Which worker takes which word varies from run to run.
#
# If a worker raises or is killed while it answers, its copy of the socket is closed. The client
# reads an empty answer, and main ends with an error. If no worker is left, or one was killed in
# ``get()`` while it held the queue's lock, the client gets ``TimeoutError``. The workers are
# daemons: an exception or Ctrl-C in main ends them, too. If main is killed, they :ref:`go on
# waiting <sphx_glr_lessons_spawning_parent_killed.py>`.
#
# Only an address and a number travel
# -----------------------------------
# 1. ``queue.put(sock)`` pickles the socket: main `duplicates its file descriptor
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/resource_sharer.py#L45-L58>`__
#    and gives the duplicate a number. The first time, it also starts a thread, the resource
#    sharer, which listens at an address of its own.
# 2. This address and the number go through the queue, not the descriptor.
# 3. ``queue.get()`` unpickles them: the worker connects to the address, proves with
#    ``current_process().authkey`` that it belongs to this program, and asks for this number.
# 4. The thread sends the descriptor and closes the duplicate. The worker now has a descriptor of
#    its own for the same connection.
#
# So:
#
# - The sender must live until the receiver has unpickled the socket.
# - Start the workers first. Under fork, a worker that starts later inherits all open connections,
#   and forking beside the thread is a ``DeprecationWarning`` from Python 3.12 on.
# - Send the socket once for each receiver.
# - A socket that is sent and never received stays open in the sender.
# - A program that was started separately has another ``authkey``: ``AuthenticationError: digest
#   sent was rejected`` (:ref:`why <sphx_glr_lessons_communication_listener_and_client.py>`).
#
# The ends of a ``Pipe`` travel in the same way, so main can connect two children. (On Windows
# their receiver `takes the handle out of the sender's process
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/reduction.py#L104-L135>`__,
# which has to live, too.) As an argument of ``Process``, on Linux and macOS, neither needs the
# thread: ``start()`` hands it over.
#
# The helper ended too early
# --------------------------
# A helper logs in and sends the connection to main. Main waits for the helper's end first.
#
# .. pair::
#
# The thread ended with the helper, so ``recv()`` found no file at its address:
# ``FileNotFoundError: [Errno 2] No such file or directory``. If the helper was killed, its file
# is left behind, and it is ``ConnectionRefusedError``. The cured main receives first. Its helper
# stays until main has the socket, 30 seconds at most.
#
# Why not a ``Queue``?
# --------------------
# ``Queue.put()`` leaves the pickling to its :ref:`feeder thread
# <sphx_glr_lessons_communication_feeder_thread.py>`. If you close the socket before that, the
# thread prints ``OSError: [Errno 9] Bad file descriptor``, and no worker gets this client.
# ``SimpleQueue.put()`` and ``Connection.send()`` have pickled when they return.
#
# An executor has a feeder thread, too. Close the socket when the future is done:
# ``future.add_done_callback(lambda _, sock=sock: sock.close())``. Under fork, the first
# ``submit()`` starts the workers, which inherit open connections: call ``submit(os.getpid)``
# before you accept any.
#
# "cannot pickle 'socket' object"
# -------------------------------
# Plain ``pickle.dumps(sock)`` raises this ``TypeError``. Queues, pipes and ``Process`` use a
# pickler of their own, ``ForkingPickler``, which knows sockets. It refuses an ``SSLSocket``: send
# the plain socket, and call ``wrap_socket()`` in the receiver.
#
# - ``multiprocessing.allow_connection_pickling()`` in older examples: leave it out. It `only
#   imports a module
#   <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/context.py#L171-L177>`__.
# - ``send_handle()`` and ``recv_handle()`` of ``multiprocessing.reduction`` send a descriptor
#   through a two-way ``Pipe`` itself, without a thread. They are not documented;
#   :func:`socket.send_fds` and :func:`socket.recv_fds` of Linux and macOS are.
#
# When to use something else
# --------------------------
# - If each worker may take any connection, pass the *listening* socket to them,
#   ``Process(target=work, args=(server,))``, and let each call ``server.accept()``. The kernel
#   chooses a worker that waits.
# - If answering is mostly waiting, use threads or ``asyncio``.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_communication_listener_and_client.py`, if the programs are started
#   separately.
# - :ref:`sphx_glr_lessons_communication_pipe_ends.py`: who else holds a connection open.

# sphinx_gallery_lesson_added = "2026-11-29"
# sphinx_gallery_lesson_order = 100
# sphinx_gallery_lesson_short = "Send a socket"
# sphinx_gallery_lesson_asked = ["pass a socket to a child process"]
# sphinx_gallery_lesson_asked = ["share a socket between processes", "send_handle and recv_handle"]
# sphinx_gallery_lesson_asked = ["TypeError: cannot pickle 'socket' object"]
# sphinx_gallery_lesson_asked = ["FileNotFoundError in recv() of a socket"]
# sphinx_gallery_lesson_asked = ["OSError: [Errno 9] Bad file descriptor, socket in a Queue"]
# sphinx_gallery_lesson_asked = ["hand an accepted connection to a worker process"]
# sphinx_gallery_lesson_asked = ["allow_connection_pickling", "send a connection through a Pipe"]
