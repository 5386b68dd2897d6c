"""The errors of the kind: cannot pickle."""
