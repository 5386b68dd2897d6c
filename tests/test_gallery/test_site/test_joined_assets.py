"""What pages load: one style and one script, whatever parts there are."""

import re

from gallery.site.code_colours import Dark, Light, stylesheet
from gallery.site.joined_assets import PICTURES, RELATIVE


def test_what_has_relative_addresses_is_not_joined():
    assert RELATIVE.search("a { background: url(images/x.png) }")
    assert RELATIVE.search("@import 'other.css';")
    assert not RELATIVE.search("a { background: url('data:image/svg+xml,x'); mask: url(#id) }")


def test_the_pictures_of_admonitions_are_left_out():
    style = "body{--icon-search:url('a');--icon-info:url('data:x;y)');--icon-spark:url('b')}p{}"
    assert PICTURES.sub("", style) == "body{--icon-search:url('a');}p{}"


def test_code_has_a_rule_for_each_colour_and_each_theme():
    style = stylesheet()
    light, _, dark = style.partition("@media not print")
    assert f"body .highlight{{background:{Light.background_color};color:#23272f}}" in light
    for word, colour in {"k": "#5A32A3", "s1": "#1D6B3F", "mi": "#96480F"}.items():
        assert re.search(rf"body \.highlight :is\([^)]*\.{word}\b[^)]*\){{color: {colour}}}", light)
    assert light.count("{") == 10  # two, and a rule for each look that is not plain ink
    for body in ('body[data-theme="dark"]', 'body:not([data-theme="light"])'):
        assert dark.count(body) == 10
        assert f"{body} .highlight{{background:{Dark.background_color};" in dark
