"""
A nested list or dict in a Manager dict does not change
=======================================================

Your workers append to a list that is inside a ``Manager().dict()``. There is no error, but the
list stays empty. In short: ``shared["pump"]`` is a copy, and you append to the copy. Store a
``manager.list()`` or ``manager.dict()`` in place of the plain one, or change the copy and store
it again, under a lock.
"""

# %%
# Lists of the manager as values
# ------------------------------
# Workers read the notes of a workshop and build an index: for each word, a list of the files that
# mention it.

import re
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Manager

NOTES = {
    "monday.txt": "The pump leaks. A new seal is on its way.",
    "tuesday.txt": "The seal is here, the pump runs.",
    "friday.txt": "The pump leaks again.",
}
WORDS = ["leaks", "pump", "seal"]


def index_file(name, text, index):
    """Append the name to the list of each word in the text."""
    words = set(re.findall(r"\w+", text.lower()))
    for word in words.intersection(WORDS):
        index[word].append(name)  # (1)


if __name__ == "__main__":
    with Manager() as manager:
        index = manager.dict()
        for word in WORDS:  # (2)
            index[word] = manager.list()
        with ProcessPoolExecutor(2) as executor:
            tasks = []
            for name, text in NOTES.items():
                args = (name, text, index)
                tasks.append(executor.submit(index_file, *args))
        for task in tasks:
            task.result()
        found = {}  # (3)
        for word, files in index.items():
            found[word] = sorted(files[:])
    for word, names in found.items():
        print(f"{word}: {', '.join(names)}")

# %%
# 1. Here ``index[word]`` is a proxy of the list, not a list. Its ``append`` goes to the manager
#    (:ref:`what a proxy is <sphx_glr_lessons_shared_memory_manager_dict.py>`). It is one call, so
#    it needs no lock.
# 2. Main stores a list of the manager for each word. It need not keep a proxy of it: when a proxy
#    comes in as a value, the manager `keeps the list alive
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/managers.py#L944-L954>`__.
# 3. Main makes plain lists before the manager ends. ``files[:]`` is one message.
#
# .. chance::
#
#    The order in a list is that in which the workers appended, so main sorts.
#
# Why a plain list stays empty
# ----------------------------
# Here the values are plain lists. The cure stores each list again:
#
# .. pair::
#
# 1. For ``index[word]`` the worker asks the manager for the item.
# 2. The manager pickles its list and sends it. The worker unpickles a new list.
# 3. ``append`` changes the new list, and nothing tells the manager. At the end of the line the
#    list is gone.
#
# That is how a Manager works, and reports of it are closed as `not a bug
# <https://github.com/python/cpython/issues/76719>`__. Whatever you get from a proxy is such a
# copy, unless it is a proxy itself. That goes for ``get()``, ``items()``, ``values()``, slices
# and the attributes of a :class:`~multiprocessing.managers.Namespace`, too. So these lines change
# nothing in the manager either:
#
# .. code-block:: python
#
#    shared["pump"]["hours"] = 8  # a plain dict inside
#    grid[0][1] = 5  # a manager.list of plain lists
#    state.rows.append(7)  # a Namespace
#
# Store proxies first, and they do:
#
# .. code-block:: python
#
#    shared["pump"] = manager.dict()
#    grid = manager.list([manager.list(row) for row in rows])
#    state.rows = manager.list()
#
# The attributes of an object get lost, too
# -----------------------------------------
# A ``SimpleNamespace`` is used here in place of an object of your own class.

from types import SimpleNamespace

if __name__ == "__main__":
    with Manager() as workshop:
        pumps = workshop.dict(north=SimpleNamespace(hours=0))
        pumps["north"].hours += 8
        print("changed:", pumps["north"].hours)
        pump = pumps["north"]
        pump.hours += 8
        pumps["north"] = pump
        print("stored again:", pumps["north"].hours)

# %%
# The first ``+= 8`` changed a copy. ``pumps["north"] = pump`` sent the changed copy back.
#
# Which cure?
# -----------
# - **Store it again** works for any object, and also for a word that is not there yet: ``with
#   lock: index[word] = index.get(word, []) + [name]``. The lock is a ``manager.Lock()``. Without
#   it two workers can get the same list, and what the first one stores is overwritten. The whole
#   list travels twice, so this suits short ones. ``index[word] += [name]`` does the same: it gets
#   the list, extends it, and sets the item. It needs the lock, too.
# - **Nested proxies** suit long lists. Let main make them before the tasks begin: if you pass
#   the manager to a task, it fails with ``TypeError: Pickling an AuthenticationString object is
#   disallowed for security reasons``.
# - **A flat key** needs neither lock nor inner list: ``index[word, name] = True``. Main groups
#   the keys at the end.
#
# **In a loop over one inner list, get its proxy once**: ``files = index[word]``. Each
# ``index[word]`` makes a new proxy, which connects to the manager twice more: when it is made
# and when it is deleted, so that the manager can `count its proxies
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/managers.py#L858-L876>`__.
#
# print shows ``<ListProxy object, ...>``
# ---------------------------------------
# ``print(index)`` lets the manager format its dict, and the values in there are proxies.
# ``index.copy()`` returns a plain dict of proxies. So does ``copy.deepcopy(index)``: it `is only
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/managers.py#L924-L925>`__
# :meth:`~multiprocessing.managers.BaseProxy._getvalue`. After the ``with`` block these proxies
# are of no use, and reading one raises ``FileNotFoundError`` or ``BrokenPipeError``. Convert each
# level, as the first program does for ``found``; for an inner dict, take ``inner.copy()``.
#
# ``for key in inner`` raises ``AttributeError: 'NoneType' object has no attribute '_registry'`` if
# ``inner`` is the proxy of a dict that you got from another proxy, even in main. Loop over
# ``inner.keys()``.
#
# ``del index[word]`` removes the proxy, but the manager keeps an inner list until it ends
# (`cpython#103136 <https://github.com/python/cpython/issues/103136>`__). If your program stores
# millions of short-lived inner lists, use plain ones and store them again.
#
# When not to use it
# ------------------
# If no worker needs the index before it is complete, as here, share nothing. Let each task return
# the words of its file, and build the dict in main: no manager and no lock.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_shared_memory_manager_dict.py`, for locks, and for what happens when
#   the manager ends too early.
# - :ref:`sphx_glr_lessons_pools_pool_map.py`, to return results instead.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 75
# sphinx_gallery_lesson_short = "Nested proxies"
# sphinx_gallery_lesson_asked = ["Manager dict of lists does not update", "dict of dicts"]
# sphinx_gallery_lesson_asked = ["append to a list inside a Manager().dict()"]
# sphinx_gallery_lesson_asked = ["nested dict in multiprocessing.Manager().dict()"]
# sphinx_gallery_lesson_asked = ["manager list of lists cannot be modified", "2D list, grid"]
# sphinx_gallery_lesson_asked = ["attributes of an object in a manager dict do not change"]
# sphinx_gallery_lesson_asked = ["convert nested proxies to a plain dict", "ListProxy object"]
# sphinx_gallery_lesson_asked = ["Pickling an AuthenticationString object is disallowed"]
