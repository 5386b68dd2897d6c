"""What pages load: one style and one script, whatever parts there are."""

import re

from gallery import PACKAGE
from gallery.site.code_colours import stylesheet, unmark
from gallery.site.joined_assets import RELATIVE


def test_what_has_relative_addresses_is_not_joined():
    assert RELATIVE.search("a { background: url(images/x.png) }")
    assert RELATIVE.search("@import 'other.css';")
    assert not RELATIVE.search("a { background: url('data:image/svg+xml,x'); mask: url(#id) }")


def test_code_has_a_rule_for_each_look_in_both_themes():
    style = stylesheet()
    for word, (light, dark) in {
        "k": ("#5A32A3", "#C3A6FF"),
        "s1": ("#1D6B3F", "#93D6A5"),
        "mi": ("#96480F", "#F0B17A"),
    }.items():
        colour = rf"color: light-dark\({light},{dark}\)"
        assert re.search(rf"\.highlight :is\([^)]*\.{word}\b[^)]*\){{{colour}}}", style), word
    assert style.count("{") == 8  # one for each look that is not plain ink
    assert ".n," not in style


def test_words_that_are_plain_ink_carry_no_mark():
    body = '<span class="k">def</span><span class="w"> </span><span class="n">f</span>'
    body += '<a href="#"><span class="n">os</span><span class="o">.</span></a>'
    body += '<span class="who">n</span>'
    context = {"body": body}
    unmark(None, "page", "page.html", context, None)
    left = '<span class="k">def</span> f<a href="#">os.</a><span class="who">n</span>'
    assert context == {"body": left}


def test_each_icon_is_where_its_number_says():
    text = (PACKAGE / "site" / "static" / "icons.css").read_text("utf-8")
    numbers = [int(n) for n in re.findall(r"--n: (\d+);", text)]
    assert numbers == list(range(19))
    assert [int(y) for y in re.findall(r"translate\(0 (\d+)\)", text)] == [24 * n for n in numbers]
    assert "calc(var(--n) * 100% / 18)" in text
    assert f"viewBox='0 0 24 {24 * 19}'" in text


def test_styles_use_names_that_one_of_them_sets():
    """A colour that has no name any more is none: nothing else would tell."""
    text = "".join(path.read_text("utf-8") for path in PACKAGE.rglob("static/*.css"))
    used = set(re.findall(r"var\((--[\w-]+)", text))
    assert {"--accent", "--measure"} <= used
    set_by_scripts = {"--at"}  # how far a replay is
    assert used - set(re.findall(r"(--[\w-]+)\s*:", text)) - set_by_scripts == set()
