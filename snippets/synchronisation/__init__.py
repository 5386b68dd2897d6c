"""Lessons about synchronisation: processes that wait for one another."""
