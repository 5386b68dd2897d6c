"""Lessons on starting processes, one script each."""
