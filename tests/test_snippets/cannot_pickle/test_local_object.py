"""A function in a function has no name that a worker could look up; at the top level it has."""

import sys


def message() -> str:
    """Return the last line's beginning, which has changed twice."""
    if sys.version_info >= (3, 14):
        return "_pickle.PicklingError: Can't pickle local object <function main.<locals>.double at"
    verb = "get" if sys.version_info >= (3, 13) else "pickle"
    return f"AttributeError: Can't {verb} local object 'main.<locals>.double'"


def test_a_local_function_cannot_be_sent(run_program):
    ended = run_program("local_object.broken.py")
    if sys.version_info[:2] != (3, 12):  # the page says nothing of it
        assert message() in ended.output
    assert ended.status == 1


def test_a_function_of_the_module_can(run_program):
    ended = run_program("local_object.cured.py")
    assert (ended.output.strip(), ended.status) == ("[0, 2, 4, 6]", 0)
