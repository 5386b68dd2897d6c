"""The lessons: a folder a chapter, a script a lesson."""
