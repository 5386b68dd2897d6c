"""The stage's frames go, with their source; what looks like them stays."""

from multitrack.launch import STAGE
from multitrack.lines import Lines
from multitrack.own_frames import OwnFrames

SOURCE = [line.strip() for line in STAGE.read_text().splitlines()]
AT = SOURCE.index("exec(cell, main.__dict__)") + 1
FRAME = f'  File "{STAGE}", line {AT}, in play'


def left(*written: str, pid: int = 7, frames: OwnFrames | None = None) -> list[str]:
    """Return which of the lines are left."""
    lines = (frames or OwnFrames()).without(Lines(pid, 1.0, "\n".join(written).encode()))
    return lines.data.decode().split("\n") if lines else []


def test_a_frame_with_its_source_and_carets():
    """Whatever parts of it a Python prints, and in an exception group, too."""
    rest = ['  File "a.py", line 1, in <module>', "    f()", "    ~^^"]
    assert left(FRAME, f"    {SOURCE[AT - 1]}", "    ~~~~^^^^", *rest) == rest
    assert left(FRAME, f"    {SOURCE[AT - 1]}", *rest) == rest
    assert left(FRAME, *rest) == rest
    group = [f"  | {FRAME}", f"  |     {SOURCE[AT - 1]}", "  |     ~~~~^^^^"]
    assert left("  + Exception Group", *group, "  | E: x") == ["  + Exception Group", "  | E: x"]


def test_what_else_has_its_name_stays():
    """A source line that is not after its frame, carets of another, and what a script says."""
    said = [str(STAGE), f"    {SOURCE[AT - 1]}", "    ^", f"see {FRAME}"]
    assert left(*said) == said
    faulthandler = f'  File "{STAGE}", line {AT} in play'
    assert left(faulthandler, f"    {SOURCE[AT - 1]}") == [f"    {SOURCE[AT - 1]}"]


def test_in_pieces_of_two_writers():
    """Each goes on where it was; where nothing is left there is nothing."""
    frames = OwnFrames()
    assert left(FRAME, frames=frames) == []
    assert left(f"    {SOURCE[AT - 1]}", pid=8, frames=frames) == [f"    {SOURCE[AT - 1]}"]
    assert left(f"    {SOURCE[AT - 1]}", frames=frames) == []
    assert left("    ^^^", "    ^^^", frames=frames) == ["    ^^^"]


def test_whether_the_last_line_has_its_end():
    """Where that one goes, the line before it had its own."""
    lines = OwnFrames().without(Lines(7, 1.0, f"before\n{FRAME}".encode(), ended=False))
    assert lines == Lines(7, 1.0, b"before", ended=True)
    lines = OwnFrames().without(Lines(7, 1.0, f"{FRAME}\nafter".encode(), ended=False))
    assert lines == Lines(7, 1.0, b"after", ended=False)
