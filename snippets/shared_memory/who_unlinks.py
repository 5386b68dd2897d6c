"""
Leaked shared_memory objects: who unlinks a block
=================================================

Your program ends with ``UserWarning: resource_tracker: There appear to be 1 leaked shared_memory
objects to clean up at shutdown``. Or a block vanishes while you still use it, with
``FileNotFoundError: '/psm_...'``. In short: the process that makes a block calls ``unlink()``,
once, in a ``finally``; every process that uses it calls ``close()``; and another *program*
attaches with ``track=False`` (since Python 3.13).
"""

# %%
# One process unlinks, and all of them close
# ------------------------------------------
# Main puts a log into a :ref:`block <sphx_glr_lessons_shared_memory_blocks.py>`, and two workers
# count the errors in one half each.

import re
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.shared_memory import SharedMemory


def make_log():
    """Return a log in which each ninth request failed."""
    lines = []
    for number in range(90_000):
        level = "ERROR" if number % 9 == 0 else "INFO"
        lines.append(f"{level} request {number}\n")
    return "".join(lines).encode()


def count_errors(name, first, last):
    """Count in a part of the block."""
    block = SharedMemory(name)
    try:
        with block.buf[first:last] as part:
            return len(re.findall(rb"ERROR", part))
    finally:
        block.close()  # (1)


if __name__ == "__main__":
    log = make_log()
    block = SharedMemory(create=True, size=len(log))
    try:
        block.buf[: len(log)] = log
        half = log.index(b"\n", len(log) // 2)
        parts = [(0, half), (half, len(log))]
        with ProcessPoolExecutor(2) as pool:
            futures = []
            for part in parts:
                args = (block.name, *part)
                futures.append(pool.submit(count_errors, *args))
            print("errors:", sum(f.result() for f in futures))
    finally:  # (2)
        block.close()
        block.unlink()  # (3)

# %%
# 1. ``close()`` gives up this process's view of the block. Slices of ``buf`` must go first, or it
#    raises ``BufferError``: the ``with`` releases this one.
# 2. The pool's ``with`` has waited for the workers, so none of them needs the name any more.
# 3. ``unlink()`` removes the *name*. The memory itself goes with the last ``close()``.
#
# If a worker raises, ``result()`` raises in main, and the ``finally`` runs. It also runs after
# Ctrl-C. A second ``unlink()`` raises ``FileNotFoundError``, in whichever process.
#
# .. drawing:: who-unlinks-shared-memory
#
#    1. Main makes a block.
#    2. The child opens it by its name.
#    3. Both close it.
#    4. Main unlinks it.
#    5. If not, the resource tracker does, and warns.
#
# What the resource tracker does
# ------------------------------
# The warning comes from the *resource tracker*, a Python process. On Linux and macOS it cleans up
# what a program leaves behind:
#
# 1. The first process that makes a block `starts the tracker
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/resource_tracker.py#L236>`__
#    and keeps a pipe to it. Children of ``multiprocessing`` that start later inherit the pipe,
#    under every start method.
# 2. Each ``SharedMemory(...)`` `registers its name
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/shared_memory.py#L122>`__
#    with the tracker, also one that only attaches. ``unlink()`` takes the name off the tracker's
#    list; ``close()`` does not.
# 3. When the last process that holds the pipe has ended, the tracker `warns and unlinks
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/resource_tracker.py#L475>`__
#    each name that is left.
#
# The tracker ignores Ctrl-C and SIGTERM. If main is killed, even by ``kill -9``, it still cleans
# up once the workers have ended, too. But not before: a server that never unlinks fills up the
# memory.
#
# An exception skips ``unlink()``
# -------------------------------
# Here ``none`` is not a number, and ``result()`` raises:
#
# .. pair::
#
# The pool was started before the block
# -------------------------------------
# Under fork you can get the warning, and lose blocks, although you unlink all of them:
#
# .. pair:: who_unlinks-pool
#
# 1. :class:`~multiprocessing.pool.Pool` forks its workers at once. There is no tracker yet, so
#    they have no pipe to it.
# 2. Main makes a block, and starts a tracker.
# 3. The worker attaches, and starts a second tracker, for itself alone.
# 4. The worker ends. Its tracker still has the name on its list, warns, and unlinks it.
#
# Here main unlinked first, so the worker's tracker adds ``No such file or directory``. If the
# worker ends first, its tracker takes the block away from main.
#
# The cure makes a block before the pool, so that the tracker runs when ``Pool`` forks. On Linux
# and macOS ``multiprocessing.resource_tracker.ensure_running()`` starts it without a block. It is
# undocumented, but `SharedMemoryManager needs it, too
# <https://github.com/python/cpython/pull/13276>`__. A
# :class:`~concurrent.futures.ProcessPoolExecutor` is another cure: it starts its workers at the
# first ``submit()``. Under spawn and forkserver `starting a process starts the tracker
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/popen_spawn_posix.py#L39-L41>`__.
#
# Another program reads the block: ``track=False``
# ------------------------------------------------
# A reader that you start with ``subprocess``, or in a second terminal, inherits no pipe either.
# When it ends, its tracker unlinks the block that others still need (`python/cpython#82300
# <https://github.com/python/cpython/issues/82300>`__). Here the file runs itself as the reader,
# and the second time there is no block:
#
# .. pair:: who_unlinks-reader
#
# Before Python 3.13 ``track=False`` is a ``TypeError``. There the cured reader attaches, and
# calls ``unregister()`` to take the name off its tracker's list. That is undocumented, and a
# reader that is killed between the two still takes the block away.
#
# Never call ``unregister()`` in a child, which shares main's tracker: after that, main's
# ``unlink()`` makes the tracker print a ``KeyError``.
#
# What is left after a crash
# --------------------------
# A block is left only if the tracker was killed, too, as by ``killpg`` with SIGKILL, or if it was
# made with ``track=False``. It stays until the machine starts again, or its container ends. If you
# chose the name yourself, the next run gets ``FileExistsError``. Let Python choose, or attach to
# the old block and unlink it.
#
# .. platform:: Linux
#
#    ``ls /dev/shm`` lists the blocks, and ``rm`` unlinks one. macOS cannot list them.
#
# .. platform:: Windows
#
#    No tracker looks after blocks, and ``unlink()`` does nothing. A block goes when the last
#    process has closed it or ended. So keep main's open until the others have attached.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_shared_memory_shared_memory_manager.py`, if you make many blocks.
# - :ref:`sphx_glr_lessons_shared_memory_shared_array.py`: an Array has no name to unlink.
# - :ref:`sphx_glr_lessons_spawning_parent_killed.py`, for workers that outlive a killed main.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 50
# sphinx_gallery_lesson_short = "Who unlinks"
# sphinx_gallery_lesson_asked = ["There appear to be 1 leaked shared_memory objects"]
# sphinx_gallery_lesson_asked = ["shared memory disappears when another process exits"]
# sphinx_gallery_lesson_asked = ["unlink() raises FileNotFoundError /psm_"]
# sphinx_gallery_lesson_asked = ["close() or unlink()", "track=False before Python 3.13"]
# sphinx_gallery_lesson_asked = ["resource_tracker KeyError", "what is the resource tracker"]
# sphinx_gallery_lesson_asked = ["list or delete shared memory in /dev/shm"]
