"""On which Pythons the lessons were run, and whether they did the same each time.

``python -m gallery.evidence`` gathers, into one file of plain data (findings.py); the site
shows what is there (pages.py).
"""
