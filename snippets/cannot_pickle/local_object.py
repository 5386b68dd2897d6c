"""
Can't pickle local object: a function inside a function
=======================================================

.. message:: Python 3.14 and later

   _pickle.PicklingError: Can't pickle local object <function main.<locals>.double at 0x...>

.. message:: Python 3.13, and 3.11

   AttributeError: Can't get local object 'main.<locals>.double'
   AttributeError: Can't pickle local object 'main.<locals>.double'

**A function that is defined inside another function cannot be sent to a process.** Pickle sends a
function as its name, and no other process can find this one.

.. cure:: define the function at the top level of the file

   def double(item):  # here, not inside main()
       return 2 * item

If the inner function uses variables of the outer one, hand those over as arguments, for instance
with ``functools.partial(scale, factor)``.

See it happen
-------------

.. pair::

The pool's task-handler thread in the parent pickles the call, and gets the error. ``map()`` raises
it again. The workers never hear of it, and the pool ends them.

Why the name does not help
--------------------------

1. ``pool.map`` puts each task into a pipe. What goes through a pipe must be bytes, so the parent
   pickles it.
2. Pickle writes a function as two words: its module and its name. The code stays at home.
3. Here the name is ``main.<locals>.double``. It exists only while ``main()`` runs, and in this
   process alone. Pickle notices at once that no other process can look it up, and raises the error.

A ``Process`` under fork pickles nothing: the child is a copy and has the function already. So
``Process(target=double)`` works on Linux up to Python 3.13, and fails with this error on Windows,
on macOS, and with Python 3.14. A pool and an executor pickle under every start method.

Other causes of the same message
--------------------------------

The name in the message says which function or class it is. What stands before ``<locals>`` is the
function in which it was defined.

- **A lambda inside a function:** ``main.<locals>.<lambda>``. Write a ``def`` at the top level. A
  lambda at the top level has no name either: ``Can't pickle <function <lambda> at 0x...>: attribute
  lookup <lambda> on __main__ failed``, since Python 3.14 ``it's not found as __main__.<lambda>``.
- **A decorator without** ``functools.wraps``: ``decorator.<locals>.wrapper``. With
  ``@functools.wraps(function)`` above the wrapper it works.
- **An object of a class that is defined in a function:** ``main.<locals>.Item``. Move the class.
- **An attribute of the object whose method you send:** ``Job.__init__.<locals>.<lambda>``. The
  method takes its object along, with all attributes. Since Python 3.14 notes below the error name
  the attribute: ``when serializing dict item 'key'``.
- **A result:** ``MaybeEncodingError: Error sending result`` with this message inside. The task was
  done, and what it returned does not pickle. Return plain data.

Learn the subject
-----------------

- :ref:`sphx_glr_lessons_communication_what_can_be_pickled.py` shows what can travel to a
  worker at all.
- :ref:`sphx_glr_lessons_spawning_main_guard.py`: why the file itself must be safe to import.
"""

# sphinx_gallery_lesson_order = 10
# sphinx_gallery_lesson_added = "2026-11-28"
# sphinx_gallery_lesson_short = "Local object"
# sphinx_gallery_lesson_asked = ["PicklingError: Can't pickle local object <function main.<locals>"]
# sphinx_gallery_lesson_asked = ["AttributeError: Can't pickle local object 'main.<locals>.f'"]
# sphinx_gallery_lesson_asked = ["AttributeError: Can't get local object 'main.<locals>.f'"]
# sphinx_gallery_lesson_asked = ["PicklingError: Can't pickle <function <lambda>: attribute lookup"]
# sphinx_gallery_lesson_asked = ["nested function, closure or lambda in Pool.map"]
# sphinx_gallery_lesson_asked = ["when serializing dict item '_target'"]
