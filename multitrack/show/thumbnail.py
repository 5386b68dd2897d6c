"""The thumbnail: a run's lives as a small picture, in the colours of the page that it stands in."""

from __future__ import annotations

from multitrack.recording import Recording
from multitrack.show.colours import colour_classes
from multitrack.show.timeline import lanes

WIDTH, HEIGHT = 100, 40  # units; the page says how large one is
MOST = 12  # processes
SHORTEST = 1.5  # units: what can be seen of a life


def thumbnail(recording: Recording) -> str:
    """Return an SVG without words: a bar is a process, from its start to its end."""
    order, classes = lanes(recording)[:MOST], colour_classes([recording])
    span = recording.duration or 1e-6
    lane = min(8.0, HEIGHT / len(order))
    bars = []
    for row, process in enumerate(order):
        end = span if process.end is None else process.end
        width = max(SHORTEST, (end - process.start) / span * WIDTH)
        left = min(process.start / span * WIDTH, WIDTH - width)
        bars.append(
            f'<rect class="{classes[process.label]}" x="{left:.1f}" y="{row * lane:.1f}" '
            f'width="{width:.1f}" height="{lane * 0.75:.1f}" rx="1.2"/>'
        )
    return (
        f'<svg class="thumbnail" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" '
        f'aria-hidden="true">{"".join(bars)}</svg>'
    )
