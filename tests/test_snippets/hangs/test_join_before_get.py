"""A child whose item does not fit into the pipe ends when it is read, and no earlier."""


def test_join_first_waits_for_a_child_that_waits_to_be_read(run_program):
    ended = run_program("join_before_get.broken.py", hangs="the child has put its result")
    assert ended.status is None
    assert "characters received" not in ended.output


def test_get_first_ends(run_program):
    ended = run_program("join_before_get.cured.py")
    assert "characters received: 1000000" in ended.output
    assert ended.status == 0
