"""Lessons about process pools: many tasks for a few workers."""
