"""The errors of the kind: leaks and leftovers."""
