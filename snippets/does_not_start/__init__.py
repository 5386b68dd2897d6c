"""The errors of the kind: does not start."""
