"""The errors of the kind: hangs."""
