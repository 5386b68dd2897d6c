"""The small picture of a run."""

from xml.etree import ElementTree

from multitrack.recording import Interpreter, PlayedCell, Process, Recording
from multitrack.show.thumbnail import HEIGHT, MOST, WIDTH, thumbnail


def run(*lives: tuple[str, float, float]) -> Recording:
    """Return a recording of processes with these labels, starts and ends."""
    return Recording(
        script="tiny/one",
        start_method="spawn",
        interpreter=Interpreter("cpython", "3.11.7", "linux"),
        writers="kernel",
        lives="process events",
        complete=True,
        duration=2.0,
        cells=(PlayedCell(1, 1, 9, 0.0, 2.0),),
        processes=tuple(
            Process(label, 9, "", label == "fork server", "", start, end, 0, "")
            for label, start, end in lives
        ),
        lines=(),
    )


def bars(recording: Recording) -> list[tuple[str, float, float]]:
    """Return the class, the left end and the width of each bar, from above."""
    return [
        (bar.get("class", ""), float(bar.get("x", "")), float(bar.get("width", "")))
        for bar in ElementTree.fromstring(thumbnail(recording))
    ]


def test_a_bar_is_a_process_from_its_start_to_its_end():
    seen = bars(run(("main", 0, 2), ("fork server", 0.5, 2), ("child 1", 0.5, 1)))
    assert seen == [("p-main", 0, 100), ("p1", 25, 25), ("p-help", 25, 75)]


def test_what_lives_shortly_can_be_seen_and_stays_within():
    (_, _, _), (_, left, width) = bars(run(("main", 0, 2), ("child 1", 1.999, 2)))
    assert width > 1
    assert left + width == WIDTH


def test_many_processes_fit():
    recording = run(("main", 0, 2), *((f"child {n}", 0, 1) for n in range(1, 40)))
    assert len(bars(recording)) == MOST
    for bar in ElementTree.fromstring(thumbnail(recording)):
        assert float(bar.get("y", "")) + float(bar.get("height", "")) <= HEIGHT
