"""Lists and marks of a text."""

from gallery.in_words import in_words, inline


def test_a_list_in_words():
    assert in_words(["fork"]) == "fork"
    assert in_words(["fork", "spawn"]) == "fork and spawn"
    assert in_words(iter(["fork", "forkserver", "spawn"])) == "fork, forkserver and spawn"


def test_marks_become_nodes_and_nothing_else_does():
    found = list(inline("a `<b>` *c* **d** [no](link) <i>e</i>"))
    kinds = [(type(node).__name__, node.astext()) for node in found if node.children]
    assert kinds == [("literal", "<b>"), ("emphasis", "c"), ("strong", "d")]
    assert "".join(node.astext() for node in found) == "a <b> c d [no](link) <i>e</i>"
