"""
Share an object of your own class between processes: BaseManager.register
=========================================================================

Several processes must use one object of your class: they sell from one stock, or share a cache or
a rate limiter. In short: register the class with a subclass of ``BaseManager``. Its server
process keeps the object, and each worker gets a *proxy*, whose methods run in the server. Two
calls can run at the same time, so the class needs a lock.
"""

# %%
# One stock for two sales channels
# --------------------------------
# Each worker reads a file of orders, and takes every article from the same stock.

import threading
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing.managers import BaseManager
from pathlib import Path
from tempfile import TemporaryDirectory


class SoldOut(Exception):
    """There is no piece of the article left."""


class Stock:
    """How many pieces of each article are left."""

    def __init__(self, pieces):
        self.pieces = pieces
        self._lock = threading.Lock()

    def take(self, article):
        """Take one piece."""
        with self._lock:  # (1)
            if self.pieces[article] == 0:
                raise SoldOut(article)
            self.pieces[article] -= 1

    def left(self):
        """Return the pieces of all articles."""
        with self._lock:
            return dict(self.pieces)


class Shop(BaseManager):
    """Its server keeps the stock."""


Shop.register("Stock", Stock)  # (2)


def fulfil(file, stock):
    """Take what a file orders; return the numbers of the refused orders."""
    orders = file.read_text().split()
    refused = []
    for number, article in enumerate(orders, 1):
        try:
            stock.take(article)
        except SoldOut:
            refused.append(number)
    print(f"{file.stem}: {len(orders) - len(refused)} of {len(orders)} orders")
    return refused


if __name__ == "__main__":
    with TemporaryDirectory() as folder, Shop() as shop:
        files = [Path(folder, "web.txt"), Path(folder, "phone.txt")]
        for file in files:
            file.write_text("tea\ncoffee\ntea\n" * 500)
        goods = {"tea": 1600, "coffee": 1600}
        stock = shop.Stock(goods)  # (3)
        with ProcessPoolExecutor(2) as executor:
            refused = list(executor.map(fulfil, files, repeat(stock)))
        left = stock.left()
    print("refused:", sum(map(len, refused)), "left:", left)

# %%
# 1. All calls run in the server, in its threads. A :class:`threading.Lock` is right here.
# 2. :meth:`~multiprocessing.managers.BaseManager.register` gives ``Shop`` a method ``Stock()``.
# 3. The ``with`` block has started the server. ``shop.Stock(...)`` creates an object there and
#    returns a proxy.
#
# How many orders each channel fulfilled differs from run to run. The sum does not: no piece was
# sold twice.
#
# What happens in one call
# ------------------------
# 1. A worker calls ``stock.take("tea")``. Its proxy pickles the method's name and the arguments,
#    and sends them to the server.
# 2. The server has a `thread for each connection
#    <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/managers.py#L190-L198>`__.
#    The worker's thread there unpickles the request and calls the method.
# 3. It sends back the pickled result or exception, which the proxy returns or raises.
#
# So arguments and results are copies. An exception arrives without the server's traceback:
# you do not see which line of ``take()`` raised it. If a result or an exception cannot be
# pickled, ``RemoteError: Unserializable message`` comes instead. If it cannot be unpickled, the
# worker gets that error, such as a ``TypeError``.
#
# Two threads in one method: five tickets, six sold
# -------------------------------------------------
# Two box offices sell five tickets, and both can be between the check and the change.
#
# .. pair::
#
# Both threads saw the last ticket. The lock makes check and change one step. Ask a real bank
# outside the lock: reserve a ticket, ask, and put it back if the bank says no.
#
# If a worker is killed during a call, its thread in the server finishes the method: the
# lock is released, and the ticket counts as sold. A ``multiprocessing.Lock`` that a killed worker
# held stays locked.
#
# "'AutoProxy[Stock]' object has no attribute"
# --------------------------------------------
# A proxy has the public methods of the object, but not its attributes.

if __name__ == "__main__":
    with Shop() as shop:
        stock = shop.Stock({"tea": 2})
        stock.left()["tea"] = 99
        print(stock.left())
        try:
            print(stock.pieces)
        except AttributeError as error:
            print(error)

# %%
# The 99 went into a copy. Write a method for each attribute that the workers need. **An
# assignment raises no error**: ``stock.pieces = {}`` changes the proxy in this process, not the
# stock.
#
# Methods whose names begin with an underscore are left out, too: ``stock["tea"]`` and
# ``len(stock)`` are a ``TypeError``. ``exposed`` lists the methods that the proxy gets instead:


class Shelf(Stock):
    """A stock that can be read like a dictionary."""

    def __getitem__(self, article):
        return self.left()[article]


class Storehouse(BaseManager):
    """Its server keeps the shelves."""


Storehouse.register("Shelf", Shelf, exposed=["take", "__getitem__"])

if __name__ == "__main__":
    storehouse = Storehouse(("127.0.0.1", 0))
    storehouse.start()
    try:
        shelf = storehouse.Shelf({"tea": 2})
        shelf.take("tea")
        print("tea:", shelf["tea"])
        host, port = storehouse.address
        print("server on", host)
    finally:
        storehouse.shutdown()

# %%
# ``with`` calls ``start()`` and ``shutdown()``. Port 0 becomes a free port in ``address``, to
# which :ref:`other programs can connect
# <sphx_glr_lessons_shared_memory_manager_on_the_network.py>`.
#
# The server refuses all other names. For a proxy that keeps a copy, derive a class from
# ``BaseProxy``, list the methods in ``_exposed_``, send calls with
# :meth:`~multiprocessing.managers.BaseProxy._callmethod`, and register it as ``proxytype``.
#
# To leave the result of a method ``audit()`` in the server and return a proxy, register with
# ``method_to_typeid={"audit": "Audit"}`` and ``Shop.register("Audit", create_method=False)``.
# Call it in main and pass the result on. A worker's proxy `has no manager
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/managers.py#L836-L846>`__, and
# raises ``AttributeError: 'NoneType' object has no attribute '_registry'``.
#
# When the object is gone
# -----------------------
# - **Its last proxy is deleted.** A call is then a ``RemoteError`` with a ``KeyError``. Keep one
#   in a variable of main, because ``start()`` drops the ``args`` of a ``Process``.
# - **The** ``with`` **block ends**, and the server shuts down. Wait for the workers inside it.
# - **The server is killed.** Keep what must survive in a file, or in SQLite.
#
# After the last two, each call raises ``EOFError``, or an ``OSError`` such as ``BrokenPipeError``
# or ``ConnectionRefusedError``. Ctrl-C interrupts main and the workers. The server `ignores it
# <https://github.com/python/cpython/blob/3.14/Lib/multiprocessing/managers.py#L588-L589>`__, and
# ends when main leaves the block. If main is killed, the server goes on, :ref:`unless it watches
# its parent <sphx_glr_lessons_spawning_parent_killed.py>`.
#
# When registering fails
# ----------------------
# - ``AttributeError: 'Shop' object has no attribute 'Stock'``: it was not registered.
# - ``RemoteError`` that ends with ``KeyError: 'Stock'``: it was registered after the start.
# - ``AssertionError: server not yet started``: ``with`` is missing, or ``shop.start()``.
# - ``PicklingError`` or ``AttributeError`` at the start, under spawn and forkserver: a class is
#   inside a function, or you registered a lambda.
#
# When to use something else
# --------------------------
# - **A number or a flag**: a :ref:`Value <sphx_glr_lessons_shared_memory_value.py>` needs no
#   server.
# - **A dict, a list or a queue**: :func:`multiprocessing.Manager` has them ready.
# - **Large arrays, or very many calls**: each call is two messages. Take an :ref:`Array
#   <sphx_glr_lessons_shared_memory_shared_array.py>`.
#
# Where next
# ----------
# - :ref:`sphx_glr_lessons_communication_listener_and_client.py`: the connections that a manager
#   is made of, and what the key protects.
# - :ref:`sphx_glr_lessons_shared_memory_lost_updates.py`: the same race in shared memory.

# sphinx_gallery_lesson_added = "2026-11-30"
# sphinx_gallery_lesson_order = 80
# sphinx_gallery_lesson_short = "Own manager"
# sphinx_gallery_lesson_asked = ["share a class instance between processes"]
# sphinx_gallery_lesson_asked = ["BaseManager.register example", "custom manager and proxy"]
# sphinx_gallery_lesson_asked = ["'AutoProxy[Stock]' object has no attribute 'pieces'"]
# sphinx_gallery_lesson_asked = ["set an attribute on a proxy", "are manager methods thread safe"]
# sphinx_gallery_lesson_asked = ["RemoteError: Unserializable message"]
# sphinx_gallery_lesson_asked = ["'NoneType' object has no attribute '_registry'"]
# sphinx_gallery_lesson_asked = ["AssertionError: server not yet started"]
