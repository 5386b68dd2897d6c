"""The errors of the kind: wrong result, no error."""
