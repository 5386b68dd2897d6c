"""
Pass arguments to a process and get results back
================================================

Hand data to a child process, and choose a way for its result to come back,
because the return value of the function does not.
"""

# %%
# Arguments arrive, the return value does not
# -------------------------------------------
# ``args`` is a tuple and ``kwargs`` a dictionary, as in any call. Mind the comma
# in ``args=(numbers,)``: without it there is no tuple. The child computes and
# returns a number. What does main get?

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection


def total(numbers: list[int], scale: int = 1) -> int:
    """Return the sum of ``numbers``, times ``scale``."""
    result = sum(numbers) * scale
    print("the child returns", result)
    return result


def lose_the_result(numbers: list[int]) -> int | None:
    """Run ``total`` in a child; return all that is left: an exit code."""
    options = {"scale": 10}
    process = Process(target=total, args=(numbers,), kwargs=options)
    process.start()
    process.join()
    return process.exitcode


if __name__ == "__main__":
    print("exit code:", lose_the_result([1, 2, 3]))

# %%
# The arguments arrived, the result did not. The child calls ``total`` and drops
# what it returns; ``join()`` returns ``None``. The exit code is not the result
# either: 0 says that the function returned, whatever it returned.
#
# What a child changes stays in the child
# ---------------------------------------
# The next idea is to let the child change something of main's, such as a list.


def append_total(numbers: list[int]) -> None:
    """Append the sum of ``numbers`` to ``numbers``."""
    numbers.append(sum(numbers))
    print("the child's list:", numbers)


def lose_the_change(numbers: list[int]) -> list[int]:
    """Let a child append to ``numbers``; return what main has then."""
    process = Process(target=append_total, args=(numbers,))
    process.start()
    process.join()
    return numbers


if __name__ == "__main__":
    print("main's list:     ", lose_the_change([1, 2, 3]))

# %%
# The child changed its own list. There are two lists, because arguments reach a
# child as copies.
#
# How an argument is copied
# -------------------------
# That depends on the start method, and an object that tells when it is pickled
# shows it.


class Parcel:
    """An argument that says when it is pickled and unpickled."""

    packed = False

    def __getstate__(self) -> dict[str, bool]:
        """Return what pickle shall store."""
        self.packed = True
        print("packed")
        return {"packed": True}

    def __setstate__(self, state: dict[str, bool]) -> None:
        """Restore what pickle stored."""
        print("unpacked")
        self.__dict__.update(state)


def receive(parcel: Parcel) -> None:
    """Say that ``parcel`` is here."""
    print("received, packed on the way:", parcel.packed)


def send_parcel() -> bool:
    """Pass a parcel to a child; tell whether it was pickled for that."""
    parcel = Parcel()
    process = Process(target=receive, args=(parcel,))
    process.start()
    process.join()
    return parcel.packed


if __name__ == "__main__":
    send_parcel()

# %%
# Under **fork** nothing is packed: the child is a copy of main's whole memory,
# arguments included. Under **spawn** and **forkserver**, ``start()`` pickles the
# target (as a name to import) and the arguments (as values) in main, writes them
# into a pipe, and the child unpickles them. So an argument that cannot be pickled,
# such as a lambda, an open file or a ``threading.Lock``, works under fork by luck
# and makes ``start()`` raise under the other two.
#
# A pipe brings the result back
# -----------------------------
# Copies go one way only. For the way back, give the child something that
# leads out of it: one end of a :func:`multiprocessing.Pipe`.


def send_total(sender: Connection, numbers: list[int]) -> None:
    """Send the sum of ``numbers`` to whoever holds the other end."""
    sender.send(sum(numbers))


def total_by_pipe(numbers: list[int]) -> int:
    """Return the sum of ``numbers``, computed in a child.

    Raises EOFError when the child ends without an answer.
    """
    receiver, sender = Pipe(duplex=False)
    process = Process(target=send_total, args=(sender, numbers))
    process.start()
    sender.close()
    result: int = receiver.recv()
    process.join()
    return result


if __name__ == "__main__":
    print("by pipe:", total_by_pipe([1, 2, 3]))

# %%
# Two details matter. Main receives *before* it joins: a child with a large result
# waits until main reads it, and would never end otherwise. And main closes its
# copy of the sending end: then ``recv()`` raises :exc:`EOFError` if the child
# dies without an answer, where it would otherwise never return.
#
# An executor carries results and exceptions back
# -----------------------------------------------
# If results are what you want, let the library do this. An executor or a pool
# carries arguments there, and return values and exceptions back.


def totals_by_executor(lists: list[list[int]]) -> list[int]:
    """Return the sum of each list, computed in two worker processes."""
    with ProcessPoolExecutor(max_workers=2) as executor:
        return list(executor.map(total, lists))


if __name__ == "__main__":
    print("by executor:", totals_by_executor([[1, 2, 3], [4, 5, 6]]))

# %%
# .. chance::
#
#    Chance decides which worker takes which list. The results come in the order of
#    the arguments all the same.
#
# An executor pickles arguments and results under every
# start method, fork too.
#
# When not to use which: a bare ``Process`` is for work whose *effect* you want (a
# server, a writer of files) or for a conversation through pipes and queues. A
# pipe is for two processes; for several senders take a queue. And where the
# data is large, remember that each argument and each result is copied.
#
# Read next: :ref:`sphx_glr_lessons_spawning_names_pids_parents.py`, then
# :ref:`sphx_glr_lessons_communication_queues.py` and
# :ref:`sphx_glr_lessons_pools_pool_map.py`.

# sphinx_gallery_lesson_added = "2026-11-25"
# sphinx_gallery_lesson_order = 20
# sphinx_gallery_lesson_short = "Arguments and results"
# sphinx_gallery_lesson_asked = ["get the return value of a Process"]
# sphinx_gallery_lesson_asked = ["how to return a value from a process"]
# sphinx_gallery_lesson_asked = ["pass arguments to a process"]
# sphinx_gallery_lesson_asked = ["list is empty after the process appended to it"]
# sphinx_gallery_lesson_asked = ["changes made in the child are not visible in the parent"]
# sphinx_gallery_lesson_asked = ["TypeError: 'int' object is not iterable"]
# sphinx_gallery_lesson_asked = ["args needs a comma: args=(x,)"]
# sphinx_gallery_lesson_asked = ["AttributeError: Can't pickle local object 'main.<locals>.f'"]
# sphinx_gallery_lesson_asked = ["TypeError: cannot pickle '_thread.lock' object"]
# sphinx_gallery_lesson_asked = ["ProcessPoolExecutor example"]
# sphinx_gallery_lesson_asked = ["are arguments copied to the child"]
# sphinx_gallery_lesson_asked = ["what is pickled when a process starts"]
# sphinx_gallery_lesson_asked = ["results from concurrent.futures"]
