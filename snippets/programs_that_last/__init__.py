"""Lessons about programs that last: errors, logs, a clean stop, and workers that are restarted."""
