"""The errors of the kind: on one platform only."""
