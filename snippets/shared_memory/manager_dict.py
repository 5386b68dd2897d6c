"""
Share a dict or a list between processes: Manager
=================================================

Several workers should fill one dict. You passed a plain one to them, and in main it stayed empty,
because each worker changed a copy of its own. In short: open ``with Manager() as manager:``, pass
``manager.dict()`` or ``manager.list()`` to the workers, and hold a ``manager.Lock()`` around each
``+=``. If main needs the data only at the end, return them: you need no manager.
"""

# %%
# Each table is compressed once
# -----------------------------
# A folder has tables to compress, some of them under two names. The first worker that sees a
# table compresses it, and the other one notes a copy. So workers have to know what the others
# have seen.

import hashlib
import lzma
import random
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Manager


def make_tables():
    """Return the text of each file: a and b are the same, c and d..."""
    tables = {}
    for first, second in ["ab", "cd", "ef"]:
        rng = random.Random(first)
        rows = (f"{rng.gauss(20, 5):.2f}\n" for _ in range(20_000))
        tables[first] = tables[second] = "".join(rows).encode()
    return tables


def archive(name, data, owners, copies):
    """Return the compressed data; None if another file has the same."""
    digest = hashlib.sha256(data).hexdigest()
    owner = owners.setdefault(digest, name)
    if owner != name:
        copies.append((name, owner))
        return None
    return lzma.compress(data)


if __name__ == "__main__":
    tables = make_tables()
    with Manager() as manager:  # (1)
        owners = manager.dict()
        copies = manager.list()  # (2)
        with ProcessPoolExecutor(2) as executor:
            tasks = [
                executor.submit(archive, name, data, owners, copies)
                for name, data in tables.items()
            ]
        results = [task.result() for task in tasks]
        for pair in copies[:]:
            print("the same:", *sorted(pair))
        print("different tables:", len(owners))
    print("compressed:", len(results) - results.count(None))

# %%
# 1. :func:`~multiprocessing.Manager` starts another process, the manager. It ends with the
#    ``with`` block, and what it holds is gone then, so the executor's block is inside.
# 2. The real dict and list are in the manager. Main gets a *proxy* of each, which knows the
#    manager's address. You can pass it to a task, unlike a ``multiprocessing.Queue``.
#
# ``owners.setdefault(digest, name)`` stores the name if the digest is new, and returns the name
# that is stored. It is one call, so no other worker can come between.
#
# .. chance::
#
#    The lines come in the order in which the workers appended. Which of two equal tables is
#    compressed varies, too.
#
# If ``archive`` raises, ``task.result()`` raises that exception in main; if a worker is killed, a
# ``BrokenProcessPool``. The manager `ignores Ctrl-C
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/managers.py#L588-L589>`__. Main
# does not, and ends the manager as it leaves the block.
#
# What a call of a proxy does
# ---------------------------
# 1. :meth:`~multiprocessing.managers.BaseProxy._callmethod` of the worker's proxy `sends
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/managers.py#L819-L835>`__
#    the name of the method and its arguments, pickled, and waits.
# 2. In the manager `a thread for this connection
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/managers.py#L242-L287>`__
#    calls the method of the real dict.
# 3. The thread sends the result back, or the exception, such as a ``KeyError``. The worker gets a
#    *copy*, so ``rows["a"].append(1)`` changes nothing in the manager:
#    :ref:`sphx_glr_lessons_shared_memory_nested_proxies.py`.
#
# ``counts[vote] += 1`` loses votes
# ---------------------------------
# Two workers count ballots in one dict. A barrier makes them begin together.
#
# .. pair::
#
# A single call is process-safe, but ``+=`` on an item is two: ``__getitem__`` and
# ``__setitem__``. If another worker reads the same number in between, a vote is lost
# (:ref:`sphx_glr_lessons_shared_memory_lost_updates.py`).
#
# A ``Process`` that is killed inside ``with lock:`` never releases the lock, and the next one
# that wants it waits forever. Often it is better to share nothing: each worker returns a
# :class:`collections.Counter`, and main adds them up.
#
# Why is it so slow?
# ------------------
# The same thousand ``+=``, without another worker:

import time


def count_votes(counts):
    """Return the seconds that a thousand votes take."""
    began = time.perf_counter()
    for _ in range(1000):
        counts["yes"] += 1
    return time.perf_counter() - began


if __name__ == "__main__":
    plain = count_votes({"yes": 0})
    with Manager() as counter:
        shared = count_votes(counter.dict(yes=0))
    print(f"plain dict: {plain * 1000:.3f} ms")
    print(f"manager.dict: {shared * 1000:.3f} ms")

# %%
# Each access is a message to the manager and an answer, and all workers wait for the same
# manager. Use it a few times a task, not once a row.
#
# Read all of it in one message
# -----------------------------
# ``owners.copy()`` and ``copies[:]`` return a plain dict and a plain list. ``dict(owners)`` and
# ``for item in copies`` ask for one item at a time. A proxy is not quite a dict:
#
# - **A loop over it fails in a worker**: ``for digest in owners`` raises ``AttributeError:
#   'NoneType' object has no attribute '_registry'`` (`cpython#99595
#   <https://github.com/python/cpython/issues/99595>`__). Loop over ``owners.keys()`` or
#   ``owners.items()``.
# - :meth:`print <multiprocessing.managers.BaseProxy.__str__>` shows the dict, :meth:`repr()
#   <multiprocessing.managers.BaseProxy.__repr__>` does not: a debugger shows ``<DictProxy object,
#   typeid 'dict' at 0x...>``.
# - ``json.dumps(owners)`` raises ``TypeError: Object of type DictProxy is not JSON
#   serializable``, and ``owners == {}`` is ``False`` even if it is empty. Use ``owners.copy()``.
#
# FileNotFoundError or BrokenPipeError: the manager has ended
# -----------------------------------------------------------
#
# .. pair:: manager_dict-join
#
# 1. Main left the ``with`` block while the worker was busy. That ended the manager.
# 2. The worker had no connection to the manager yet. The first error of the traceback says just
#    that: ``'ForkAwareLocal' object has no attribute 'connection'``.
# 3. The manager's address was gone: ``FileNotFoundError``. If a process has used the proxy
#    before, its next call raises ``BrokenPipeError``, also in main after the block. A call under
#    way, such as a barrier's ``wait()``, raises ``EOFError`` or ``ConnectionResetError``.
#
# Join all workers inside the block. ``Manager()`` starts a process, so it belongs under the main
# guard: :ref:`sphx_glr_lessons_does_not_start_bootstrapping.py`.
#
# ``RemoteError`` with ``KeyError: '7f...'``
# ------------------------------------------
# The manager deleted the dict, because main kept no proxy of it. ``Process(target=work,
# args=(manager.dict(),))`` ends like that unless the child connects first: `start()
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/process.py#L125>`__ drops the
# arguments. Keep the proxy in a variable of main.
#
# What else a manager can hold
# ----------------------------
# :meth:`~multiprocessing.managers.SyncManager.set` (from Python 3.14 on),
# :meth:`~multiprocessing.managers.SyncManager.Namespace` (``state.done = True``),
# :meth:`~multiprocessing.managers.SyncManager.Value` (without ``get_lock()``),
# :meth:`~multiprocessing.managers.SyncManager.Event`,
# :ref:`Queue <sphx_glr_lessons_communication_queue_in_a_pool.py>`, and more. All can be passed to
# tasks.
#
# When not to use it
# ------------------
# - **Results**: return them (:ref:`sphx_glr_lessons_pools_pool_map.py`).
# - **Data that workers only read**: pass them to the pool's ``initializer``.
# - **One number**: a :ref:`Value <sphx_glr_lessons_shared_memory_value.py>` is much faster.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_shared_memory_nested_proxies.py`, if a list in your dict does not
#   change.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 70
# sphinx_gallery_lesson_short = "Manager dict"
# sphinx_gallery_lesson_measures = ["manager.dict > plain dict"]
# sphinx_gallery_lesson_asked = ["share a dictionary between processes", "shared list"]
# sphinx_gallery_lesson_asked = ["dict passed to a process stays empty"]
# sphinx_gallery_lesson_asked = ["is Manager().dict() process-safe", "manager.Lock()"]
# sphinx_gallery_lesson_asked = ["Manager dict is slow", "convert a DictProxy to a dict"]
# sphinx_gallery_lesson_asked = ["Object of type DictProxy is not JSON serializable"]
# sphinx_gallery_lesson_asked = ["'ForkAwareLocal' object has no attribute 'connection'"]
# sphinx_gallery_lesson_asked = ["'NoneType' object has no attribute '_registry'"]
# sphinx_gallery_lesson_asked = ["multiprocessing.managers.RemoteError: KeyError"]
