"""
What a manager can hold: Namespace, Value, Array, set, Queue, Lock
==================================================================

The workers of a pool share several small things: a status, a counter, a set of what they have
seen. Pass a ``multiprocessing.Value`` to a task and you get ``RuntimeError: Synchronized objects
should only be shared between processes through inheritance``. In short: take them from *one*
``with Manager() as manager:``, such as ``manager.Value("i", 0)``, and hold *one*
``manager.Lock()`` around each ``+=``.
"""

# %%
# One letter for each person
# --------------------------
# A newsletter goes by post. Three lists have the addresses, some people are on two of them, and
# one address has no postcode. So the workers have to know who has a letter already.

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Manager
from multiprocessing.managers import SyncManager

if not hasattr(SyncManager, "set"):  # before Python 3.14
    METHODS = ("__contains__", "__len__", "add")
    SyncManager.register("set", set, exposed=METHODS)

LISTS = {
    "customers": ["Anna 10115", "Ben 80331", "Carla 20095"],
    "readers": ["Ben 80331", "Dora 10435", "Emil ?"],
    "friends": ["Anna 10115", "Fritz 89073"],
}


def share(manager: SyncManager):
    """Return what the workers share."""
    return (
        manager.Namespace(),  # (1)
        manager.Value("i", 0),
        manager.Array("i", 10 * [0]),
        manager.set(),  # (2)
        manager.Queue(),
        manager.Lock(),
    )


def keep(*shared):
    """Keep the shared objects in this worker."""
    global status, letters, zones, seen, unclear, lock
    status, letters, zones, seen, unclear, lock = shared


def print_labels(name):
    """Print a label for each new person of a list."""
    for address in LISTS[name]:
        postcode = address.split()[1]
        if not postcode.isdigit():
            unclear.put(address)
            continue
        with lock:  # (3)
            if address not in seen:
                seen.add(address)
                letters.value += 1
                zones[int(postcode[0])] += 1
                print("label:", address)
    setattr(status, name, "done")


if __name__ == "__main__":
    with Manager() as manager:
        shared = share(manager)
        with ProcessPoolExecutor(2, initializer=keep, initargs=shared) as pool:
            tasks = [pool.submit(print_labels, name) for name in LISTS]
        for task in tasks:
            task.result()

        status, letters, zones, seen, unclear, _ = shared
        print(status)
        print(letters.value, "letters for", len(seen), "people")
        print("by zone:", zones[:].tolist())
        while not unclear.empty():  # no worker puts anything now
            print("unclear:", unclear.get())

# %%
# 1. The worker of a list sets an attribute of its own: ``status.friends = "done"``.
# 2. A manager has ``set`` since Python 3.14. The lines at the top add it to an older one, with
#    the methods that this program calls (:ref:`more on this
#    <sphx_glr_lessons_shared_memory_your_own_manager.py>`).
# 3. Each use of ``seen``, ``letters`` or ``zones`` sends messages to the manager. The lock keeps
#    the other worker out from the first message to the last.
#
# Each worker gets six *proxies* once, through the ``initializer``. The objects are in the manager.
#
# - **print_labels raises**: ``with lock:`` releases the lock, and ``task.result()`` raises the
#   error in main.
# - **A worker is killed**: ``result()`` raises ``BrokenProcessPool``. (In a ``Pool``, a worker
#   that is killed within ``with lock:`` leaves it locked, and the others wait forever.)
# - **Ctrl-C**: the manager ignores it, and ends with main's ``with`` block.
# - **An address is unclear**: that is an error of your data. Let your program end with
#   :func:`sys.exit` then.
#
# .. chance::
#
#    The order of the labels varies, and so does the worker that prints each of them. The lists
#    are short, so one worker may print them all.
#
# What you see of a proxy: repr, str, _getvalue
# ---------------------------------------------
# Some calls show the proxy, and others show the object in the manager.

if __name__ == "__main__":
    with Manager() as manager:
        array = manager.Array("i", [3, 0, 2])
        print("repr:", repr(array).partition(" at 0x")[0])
        print("str:", str(array))
        length = array._callmethod("__len__")
        print("length:", length)  # (1)

        copy = array._getvalue()
        copy[0] = 9  # (2)
        print("copy:", copy, "in the manager:", array)

        state = manager.Namespace(open=True)
        state._note = "ask Ben"  # (3)
        print(state, "but main has:", state._note)
        with ProcessPoolExecutor(1) as executor:
            found = executor.submit(hasattr, state, "_note").result()
        print("the worker has it:", found)

# %%
# 1. ``len(array)`` calls :meth:`~multiprocessing.managers.BaseProxy._callmethod` in this way.
#    Methods that a proxy does not expose are refused: ``_callmethod("index", (3,))`` raises
#    ``RemoteError`` with a ``KeyError``.
# 2. ``_getvalue()`` returns a copy. For a lock or a queue it fails, because these cannot be
#    pickled.
# 3. An attribute that begins with an underscore `belongs to the proxy
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/managers.py#L1134-L1150>`__.
#    It is not sent to the manager, and no worker gets it.
#
# So a debugger, which shows ``repr()``, says ``<ArrayProxy object, typeid 'Array' at 0x...>``.
# Use ``print()``.
#
# ``value -= 1`` sells too many tickets
# -------------------------------------
# Two workers sell 500 tickets.
#
# .. pair::
#
# ``left.value -= 1`` is two messages, ``get`` and ``set``, and ``if left.value <= 0`` is another.
# If the other worker comes in between, both get the same number, and a ticket is sold twice. The
# lock has to be around all three.
#
# "'ValueProxy' object has no attribute 'get_lock'"
# -------------------------------------------------
# This program is written for a :ref:`multiprocessing.Value
# <sphx_glr_lessons_shared_memory_value.py>`, which has a lock:
#
# .. pair:: manager_types-lock
#
# A manager's ``Value`` has the same name, but `is another class
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/managers.py#L1028-L1041>`__. It
# ignores ``lock=``, and ``"i"``, too: you can put a string in. ``manager.Array`` makes an
# :class:`array.array`, which checks the type. It has no lock either, and is no shared memory:
# each item that you read is a message. ``zones[:]`` gets all in one.
#
# When not to use it
# ------------------
# - **Only main needs it, at the end**: let each task return a dict, and let main add them up.
#   That is simpler and much faster.
# - **A single number or array**: pass a ``multiprocessing.Value`` or ``Array`` :ref:`through the
#   initializer <sphx_glr_lessons_shared_memory_pass_a_value.py>`. It needs no manager.
# - **A status that only main reads**: :ref:`a queue
#   <sphx_glr_lessons_communication_queue_in_a_pool.py>`.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_shared_memory_nested_proxies.py`, if you put a list into a Namespace.
# - :ref:`sphx_glr_lessons_shared_memory_lost_updates.py`, for more on ``+=``.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 72
# sphinx_gallery_lesson_short = "Manager types"
# sphinx_gallery_lesson_asked = ["manager.Namespace example", "share a set between processes"]
# sphinx_gallery_lesson_asked = ["'ValueProxy' object has no attribute 'get_lock'"]
# sphinx_gallery_lesson_asked = ["manager.Value or multiprocessing.Value"]
# sphinx_gallery_lesson_asked = ["counter shared by the workers of a pool"]
# sphinx_gallery_lesson_asked = ["Namespace attribute with an underscore is not shared"]
# sphinx_gallery_lesson_asked = ["NamespaceProxy object, typeid 'Namespace' at 0x"]
# sphinx_gallery_lesson_asked = ["get the object behind a proxy, _getvalue"]
# sphinx_gallery_lesson_asked = ["manager.set before Python 3.14", "manager.Array of ints"]
