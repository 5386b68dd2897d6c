"""The lesson on the hang of join(): made for real, in bounds, and cured."""

from snippets.communication import read_before_join

SMALL, LARGE = 1_000, 1_000_000


def test_small_data_hides_the_mistake(run):
    """The child ends by itself although nobody has read."""
    assert run(read_before_join.join_first, SMALL, patience=20) == (True, SMALL)


def test_large_data_hangs_until_it_is_read(run):
    """The child is still there after the limit; reading sets it free."""
    assert run(read_before_join.join_first, LARGE, patience=3) == (False, LARGE)


def test_the_child_waits_for_its_feeder_thread(run):
    """The child's alarm names the functions that the prose names."""
    run(read_before_join.join_first, LARGE, patience=3)
    for function in ("_send", "_finalize_join", "_exit_function"):
        assert f" in {function}\n" in run.output


def test_reading_first_does_not_hang(run):
    """Read, then join: the child exits with 0."""
    assert run(read_before_join.read_first, LARGE) == (0, LARGE)
