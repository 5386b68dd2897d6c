"""The processes' colours: eyes of three kinds can tell them apart, and all text can be read."""

import itertools
import math
import re

import pytest

from gallery.site.code_colours import Dark, Light
from tests.test_site.conftest import ROOT

TOKENS = (ROOT / "gallery/site/static/tokens.css").read_text("utf-8")
SCHEMES = ("light", "dark")
# How colours in linear RGB look without the cones for red, green or blue (Machado et al., 2009).
EYES = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def colours(scheme: str, names: str) -> dict[str, str]:
    """Return the colours whose names fit a pattern."""
    pairs = re.findall(rf"--({names}): light-dark\((#\w+), (#\w+)\)", TOKENS)
    found = {name: both[SCHEMES.index(scheme)] for name, *both in pairs}
    assert found
    return {name: "#ffffff" if colour == "#fff" else colour for name, colour in found.items()}


def linear(colour: str) -> list[float]:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    return [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio (WCAG 2.2)."""
    bright, dim = sorted(
        (sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear(c), strict=True)))
        for c in (other, one)
    )[::-1]
    return (bright + 0.05) / (dim + 0.05)


def oklab(rgb: list[float]) -> tuple[float, ...]:
    """Return where a colour stands in Ottosson's space, in which distance is difference."""
    lms = (
        (0.4122214708, 0.5363325363, 0.0514459929),
        (0.2119034982, 0.6806995451, 0.1073969566),
        (0.0883024619, 0.2817188376, 0.6299787005),
    )
    lab = (
        (0.2104542553, 0.7936177850, -0.0040720468),
        (1.9779984951, -2.4285922050, 0.4505937099),
        (0.0259040371, 0.7827717662, -0.8086757660),
    )
    return tuple(times(lab, [math.cbrt(max(0.0, x)) for x in times(lms, rgb)]))


def times(matrix, vector) -> list[float]:
    return [sum(m * v for m, v in zip(row, vector, strict=True)) for row in matrix]


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_any_two_processes_differ(scheme, eyes):
    """Main and five children by more than twice what is just noticed, 0.02; a sixth is near some.

    Its name stands beside each.
    """
    told_apart = colours(scheme, "p-main|p[1-5]")
    assert len(told_apart) == 6
    seen = {n: oklab(times(EYES[eyes], linear(c))) for n, c in told_apart.items()}
    for one, other in itertools.combinations(seen, 2):
        assert math.dist(seen[one], seen[other]) > 0.05, f"{one} and {other}"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_words_can_be_read(scheme):
    papers = colours(scheme, "bg|panel")
    words = colours(scheme, r"p-main|p\d|p-help|ink|quiet|accent|bad|good|chance|platform")
    assert len(words) == 15
    for (name, colour), (paper, ground) in itertools.product(words.items(), papers.items()):
        assert contrast(colour, ground) >= 4.5, f"{name} on {paper}"


@pytest.mark.parametrize("style", [Light, Dark])
def test_code_can_be_read(style):
    for token, look in style:
        if look["color"]:
            assert contrast(f"#{look['color']}", style.background_color) >= 4.5, token
