"""From a figure to the page: under its cell, once, and and in text."""

import json
import re

DRAWN = """
import multiprocessing
import matplotlib.pyplot as plt

if __name__ == "__main__":
    plt.plot([1, 4, 9])
    plt.title("Squares <& more>")

# %%
# A file, and what is none.

if __name__ == "__main__":
    plt.savefig("squares.png")
    open("bad.svg", "w").close()

# %%
# It differs.

if __name__ == "__main__":
    plt.close()
    print("drawing")
    plt.figure(figsize=(4, 2))
    plt.title(multiprocessing.get_start_method())
"""
IMAGE = re.compile(r'<figure class="picture"><img src="([^"]+)" alt="([^"]*)" width="(\d+)"')


def test_pictures_stand_under_their_cells(make_site):
    """In HTML and text; the same everywhere once, others by start method."""
    site = make_site()
    site.lesson("drawn", DRAWN)
    assert site.build().status == 0, site.log
    page = site.page("drawn")
    found = IMAGE.findall(page)
    assert [(alt, width) for _, alt, width in found] == [
        ("Squares &lt;&amp; more&gt;", "614"),
        ("squares.png", "640"),
        ("fork", "384"),
        ("forkserver", "384"),
        ("spawn", "384"),
    ]
    recordings = site.root / "recordings" / "tiny"
    (path,) = recordings.glob("drawn.fork.*.json")
    kept = [p["file"] for p in json.loads(path.read_text())["pictures"] if p["file"]]
    folder = site.root / "build" / "html" / "lessons" / "tiny"
    for address, name in zip([src for src, _, _ in found[:3]], kept, strict=True):
        assert (folder / address).read_bytes() == (recordings / name).read_bytes()
    assert "<figcaption>Saved as squares.png</figcaption>" in page
    assert "Left out: bad.svg (it is no SVG)" in page
    cells = re.split('class="recorded pictures(?: some)?"', page)
    assert ["plt.plot" in re.sub("<[^>]+>", "", cell) for cell in cells] == [1, 0, 0, 0]
    assert cells[-1].index("<figure") < cells[-1].index("drawing")  # before what is written
    assert IMAGE.findall(cells[0]) == []

    assert site.build("text").status == 0, site.log
    text = site.page("drawn", "text", "txt")
    assert text.index("[image: Squares <& more>]") < text.index("[image: squares.png]")
    assert "Left out: bad.svg (it is no SVG)" in text
