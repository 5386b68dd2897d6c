"""Lessons on numbers that several processes read and change in one memory."""
