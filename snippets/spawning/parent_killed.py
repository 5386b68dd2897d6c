"""
Orphans: what happens to workers when the parent is killed
==========================================================

Your program was killed: by ``kill -9``, by the kernel when memory ran out, or by a time limit.
Its workers live on. In short: ``daemon=True`` does not help. Each worker has to watch its parent.
"""

# %%
# End the orphans that you have now
# ---------------------------------
# 1. List all processes: ``ps -eo ppid,pid,pgid,args --forest``, on macOS ``ps -axo
#    ppid,pid,pgid,command``. Orphans of fork have your program's command, those of spawn
#    ``multiprocessing.spawn``, those of forkserver ``multiprocessing.forkserver``.
# 2. Their parent (PPID) is 1, ``systemd --user``, or under forkserver the fork server, an orphan
#    itself.
# 3. If nothing else is in their group (PGID), ``kill -- -PGID`` ends them all. Otherwise ``kill``
#    each PID.
#
# Workers that end with their parent
# ----------------------------------
# .. code-block:: python
#
#    import os, threading
#    from concurrent.futures import ProcessPoolExecutor
#    from multiprocessing import Pool, Process, parent_process
#    from multiprocessing.connection import wait
#    from multiprocessing.managers import SyncManager
#
#    def end_with_parent():
#        wait([parent_process().sentinel])
#        os._exit(1)
#
#    def watch_parent():
#        threading.Thread(target=end_with_parent, daemon=True).start()
#
#    def work():
#        watch_parent()
#        ...
#
#    if __name__ == "__main__":
#        executor = ProcessPoolExecutor(initializer=watch_parent)
#        pool = Pool(initializer=watch_parent)
#        process = Process(target=work)
#        manager = SyncManager()  # instead of Manager()
#        manager.start(watch_parent)
#
# If you already have an initializer, call ``watch_parent()`` in it. A process that a worker
# starts has to watch, too.
#
# A program to be killed
# ----------------------
# You do not need this program, only its result below. ``service`` starts one process of each
# kind. Each connects to main, which sees it end: the kernel closes the connection.

import os
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, get_start_method, parent_process
from multiprocessing.connection import wait


def end_with(other):
    """End this process as soon as the other side is gone."""
    wait([other])
    os._exit(1)


def sign_in(kind, port, watch):
    """Connect to main; end with it, and with "watch" also with the parent."""
    observer = socket.create_connection(("127.0.0.1", port))
    observer.sendall(kind.encode())
    others = [observer]
    if watch:
        sentinel = parent_process().sentinel
        others.append(sentinel)  # (1)
    for other in others:
        threading.Thread(target=end_with, args=(other,), daemon=True).start()


def work(kind, port, watch):
    """Sleep, so that the worker does not come to its own end."""
    sign_in(kind, port, watch)
    time.sleep(60)


def service(port, method, watch):
    """Start one process of each kind, and wait to be killed."""
    context = get_context(method)
    for kind in ["Process", "daemon"]:
        process = context.Process(target=work, args=(kind, port, watch), name=kind)
        process.daemon = kind == "daemon"
        process.start()
    args = ("executor worker", port, watch)
    executor = ProcessPoolExecutor(1, context, sign_in, args)
    first = executor.submit(int)
    first.result()  # (2)
    args = ("pool worker", port, watch)
    pool = context.Pool(1, sign_in, args)
    time.sleep(60)
    pool.terminate()


if __name__ == "__main__" and sys.argv[1:]:
    service(int(sys.argv[1]), sys.argv[2], sys.argv[3] == "watch")
    sys.exit()

# %%
# 1. :attr:`!sentinel` of :func:`~multiprocessing.parent_process` becomes ready when the parent
#    has ended, however it ended.
# 2. An executor starts its worker with the first task. From then on the worker is idle.
#
# Who is left after ``kill -9``
# -----------------------------
# Main starts this file as another program, and kills it when all four have connected.


def kill_and_look(watch, seconds):
    """Kill the service; print who ends, until no process does for so long."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        port = str(server.getsockname()[1])
        order = [sys.executable, __file__, port, get_start_method(), watch]
        program = subprocess.Popen(order)
        try:
            living = {}
            for _ in range(4):
                connection, _ = server.accept()
                living[connection] = connection.recv(100).decode()
        finally:
            program.kill()
            program.wait()
    while living and (ended := wait(list(living), seconds)):
        for connection in ended:
            print("ended:", living.pop(connection))
            connection.close()
    print("left:", sorted(living.values()))
    for connection in living:  # (1)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1)
        connection.close()


if __name__ == "__main__":
    kill_and_look("", seconds=5)

# %%
# 1. Main hangs up, and waits until the rest have ended. Children 1.1 to 1.4 in the timeline are
#    the ``Process``, the daemon, and the workers of executor and pool.
#
# Only the pool's worker ended. ``daemon=True`` did not help: the parent's interpreter terminates
# daemons when it ends in order, and a killed process does nothing more. The same three are left
# after a SIGTERM that main does not handle.
#
# The resource tracker, a helper that outlives main, may warn of ``leaked semaphore objects``. It
# removes them. You need not do anything.
#
# Why the pool's worker notices and the executor's does not
# ---------------------------------------------------------
# Both wait for their next task at the reading end of a pipe, until *no* process holds the writing
# end any more.
#
# 1. A pool's worker has closed its own copy of the writing end (`pool.py
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/pool.py#L104-L106>`__). Main
#    had the last one. The worker reads ``EOFError`` and ends.
# 2. An executor's worker gets the whole queue, with both ends (`queues.py
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/queues.py#L55-L58>`__). It
#    holds a writing end itself, so it waits forever.
#
# Do not rely on that: a worker finishes its task first. And under **fork** a process that was
# started *after* the pool inherits the writing end, and keeps the pool's worker alive.
#
# The same with workers that watch
# --------------------------------

if __name__ == "__main__":
    kill_and_look("watch", seconds=10)

# %%
# No worker is left.
#
# .. chance::
#
#    The order of the four lines varies.
#
# - ``os._exit()`` ends the process from a thread, without ``finally``: ``sys.exit()`` would end
#   the thread only. On Linux and macOS ``os.kill(os.getpid(), signal.SIGTERM)`` lets a handler
#   clean up (:ref:`sphx_glr_lessons_spawning_stop_a_process.py`).
# - **All workers and managers must watch.** Under fork a younger sibling inherits the pipe behind
#   the sentinel (`popen_fork.py
#   <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/popen_fork.py#L66-L97>`__):
#   an older one notices only after all younger ones have ended.
#
# If main gets SIGTERM
# --------------------
# ``docker stop``, systemd and ``kill`` send it first. Handle it:
#
# .. code-block:: python
#
#    # in main
#    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
#    # first in each worker
#    signal.signal(signal.SIGTERM, signal.SIG_DFL)
#
# Then main's interpreter terminates daemons and pools, and waits for executors and all other
# processes: ask them to stop first. The second line is for fork, where a worker inherits main's
# handler, and one in a long C call would keep main waiting.
#
# Other ways
# ----------
# - **Kill the group.** A program started with ``subprocess.Popen(..., start_new_session=True)``
#   leads a group that ``os.killpg(program.pid, signal.SIGKILL)`` ends, on Linux and macOS. Send
#   SIGTERM first: SIGKILL also ends the resource tracker, and shared memory stays in
#   ``/dev/shm``.
# - **systemd** ends all processes of a service, **a container** all of its own when the first one
#   ends: let that be main.
# - **Linux only:** ``ctypes.CDLL(None).prctl(1, signal.SIGKILL)`` in a child. The 1 is
#   ``PR_SET_PDEATHSIG``: the kernel kills the child when the *thread* that started it ends
#   (`prctl(2) <https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html>`__). Under
#   forkserver the parent is the fork server, which lives on.
#
# .. platform:: Windows
#
#    There is no SIGKILL; after ``TerminateProcess`` children live on as well. A *job object* ends
#    them together.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_spawning_stop_a_process.py`, to end workers in order.
# - :ref:`sphx_glr_lessons_spawning_daemons.py`, for a main that ends as it should.

# sphinx_gallery_lesson_added = "2026-11-29"
# sphinx_gallery_lesson_order = 70
# sphinx_gallery_lesson_failures = "a program is killed, and its workers are ended"
# sphinx_gallery_lesson_short = "Orphans"
# sphinx_gallery_lesson_asked = ["orphan processes", "orphaned worker processes"]
# sphinx_gallery_lesson_asked = ["what happens to child processes when the parent is killed"]
# sphinx_gallery_lesson_asked = ["kill child processes when the parent dies"]
# sphinx_gallery_lesson_asked = ["workers keep running after kill -9"]
# sphinx_gallery_lesson_asked = ["daemon=True but the process survives"]
# sphinx_gallery_lesson_asked = ["ProcessPoolExecutor workers left after kill"]
# sphinx_gallery_lesson_asked = ["parent_process().sentinel", "PR_SET_PDEATHSIG"]
# sphinx_gallery_lesson_asked = ["python processes left behind, ppid 1"]
# sphinx_gallery_lesson_asked = ["There appear to be leaked semaphore objects"]
