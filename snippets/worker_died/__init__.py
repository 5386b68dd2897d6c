"""The errors of the kind: a worker died."""
