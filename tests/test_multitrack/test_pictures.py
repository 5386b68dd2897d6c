"""Figures and saved pictures belong to a recording: which, of which cell, and what is refused."""

import base64
import struct
import zlib

import pytest

from multitrack import pictures
from multitrack.pictures import LARGEST, MOST, NotShown, png_size, svg_size

SVG = "<svg xmlns='http://www.w3.org/2000/svg' width='{}' height='10'/>"


def chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def png(width: int, height: int, more: bytes = b"") -> bytes:
    """Make a grey picture."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * width) * height)
    parts = [chunk(b"IHDR", head), chunk(b"IDAT", rows), more, chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def shown(recording) -> list[tuple[int, str, str]]:
    """Return cell, title and kind of each picture that is kept."""
    return [(p.cell, p.title, p.kind) for p in recording.pictures if not p.left_out]


# -- figures -----------------------------------------------------------------------------


def test_figures_that_are_open_when_a_cell_ends(play, tmp_path):
    """Each as it looks then, once; they stay open, and what is drawn on them later is there."""
    code = """
    import warnings
    warnings.simplefilter("error")
    import matplotlib.pyplot as plt
    plt.plot([1, 2, 3])
    plt.title("A line")
    plt.show()
    # %%
    print("nothing new", plt.get_fignums())
    # %%
    plt.xlabel("more")
    other, (left, right) = plt.subplots(1, 2)
    left.set_title("left")
    right.set_title("right")
    gone = plt.figure("closed")
    plt.close(gone)
    plt.figure(1)
    # %%
    print(plt.gcf().number, plt.gca().get_title(), plt.gca().get_xlabel())
    plt.close("all")
    plt.figure()
    # %%
    plt.gcf().suptitle("A title of all")
    plt.gcf().subplots().set_title("of one")
    """
    recording = play(code, full_text=tmp_path / "kept" / "x.txt")
    assert recording.ok, recording.problems
    assert [x.text for x in recording.lines] == ["nothing new [1]", "1 A line more"]
    assert shown(recording) == [
        (1, "A line", "svg"),
        (3, "A line", "svg"),
        (3, "left; right", "svg"),
        (4, "Figure 1", "svg"),
        (5, "A title of all", "svg"),
    ]
    first, second = recording.pictures[:2]
    assert (first.file, second.file) == ("x.1.svg", "x.2.svg")
    assert (first.width, first.height) == (614, 461)
    kept = [(tmp_path / "kept" / p.file).read_bytes() for p in recording.pictures]
    assert [len(data) for data in kept] == [p.bytes for p in recording.pictures]
    assert len(set(kept)) == len(kept)
    assert all(svg_size(data) == (614, 461) for data in kept)
    assert not any(p.saved for p in recording.pictures)
    assert [p.label for p in recording.processes] == ["main"]  # nothing looked for fonts


@pytest.mark.long  # matplotlib, again and again
def test_the_same_figure_gives_the_same_bytes(play, tmp_path):
    """In another run, too."""
    code = """
    import matplotlib.pyplot as plt
    plt.imshow([[1, 2], [3, 4]])
    plt.plot([0, 1], marker="o")
    """
    one, other = tmp_path / "one.txt", tmp_path / "other.txt"
    play(code, full_text=one)
    play(code, full_text=other)
    data = one.with_name("one.1.svg").read_bytes()
    assert data == other.with_name("other.1.svg").read_bytes()
    assert b"<metadata" not in data


@pytest.mark.long  # matplotlib, again and again
def test_figures_that_are_too_large_or_cannot_be_drawn(play):
    """One with very many points is drawn as PNG; the other's error is told, and is no failure."""
    code = r"""
    import matplotlib.pyplot as plt
    plt.figure("points")
    plt.plot(range(300_000), [n * 7919 % 1000 for n in range(300_000)], "o")
    plt.figure("wrong")
    plt.title("$\\nothing$")
    """
    recording = play(code)
    assert recording.ok, recording.problems
    points, wrong = recording.pictures
    assert (points.title, points.kind, points.width, points.height) == ("points", "png", 640, 480)
    assert (wrong.title, wrong.left_out, wrong.file) == (r"$\nothing$", "not drawn", "")
    assert "Unknown symbol" in wrong.why
    assert recording.lines == ()


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_figures_of_other_processes_are_not_shown(play, method):
    """Main's cells have ends; what a worker saved, main's working folder has."""
    code = """
    import multiprocessing
    def draw(number):
        import matplotlib.pyplot as plt
        plt.plot([number])
        plt.savefig(f"worker{number}.png")
    # %%
    if __name__ == "__main__":
        with multiprocessing.Pool(2) as pool:
            pool.map(draw, [1, 2])
        pool.join()
    """
    recording = play(code, method)
    assert recording.ok, recording.problems
    assert shown(recording) == [(2, "worker1.png", "png"), (2, "worker2.png", "png")]


def test_a_fork_of_main_that_plays_on_shows_nothing(play):
    """Or all would be there twice."""
    code = f"""
    import os
    here, there = os.pipe()
    child = os.fork()
    # %%
    if child:
        os.write(there, b"x")
        os.waitpid(child, 0)
    else:
        os.read(here, 1)
        open("child.svg", "w").write({SVG.format(1)!r})
    """
    assert shown(play(code)) == [(2, "child.svg", "svg")]


# -- saved pictures ----------------------------------------------------------------------


def test_pictures_that_were_saved(play, tmp_path):
    """By the cell that saved them, as they were at its end; also after the last, and on failure."""
    code = f"""
    import atexit, os
    def save(name, width):
        with open(name, "w") as file:
            file.write({SVG!r}.format(width))
    save("a.svg", 1)
    # %%
    save("a.svg", 2)
    open("b.PNG", "wb").write({png(3, 4)!r})
    open("c.txt", "w").write("no picture")
    os.mkdir("d.png")
    os.mkdir("inner")
    save("inner/e.svg", 1)
    # %%
    os.utime("a.svg")
    os.chdir("inner")
    save("../b.svg", 5)
    # %%
    atexit.register(save, "../f.svg", 6)
    save("../g.svg", 7)
    raise SystemExit(1)
    """
    recording = play(code, full_text=tmp_path / "x.txt")
    assert [(p.cell, p.title, p.file, p.width) for p in recording.pictures] == [
        (1, "a.svg", "x.1.svg", 1),
        (2, "a.svg", "x.2.svg", 2),
        (2, "b.PNG", "x.3.png", 3),
        (3, "a.svg", "x.4.svg", 2),
        (3, "b.svg", "x.5.svg", 5),
        (4, "g.svg", "x.6.svg", 7),
        (4, "f.svg", "x.7.svg", 6),
    ]
    assert all(p.saved for p in recording.pictures)
    assert (tmp_path / "x.3.png").read_bytes() == png(3, 4)


def test_what_is_left_out_is_told(play):
    """Too many, too large, and what is not what its name says."""
    code = f"""
    for number in range({MOST + 3}):
        open(f"{{number:03}}.svg", "w").write({SVG.format(1)!r})
    # %%
    open("large.png", "wb").write(bytes({LARGEST + 1}))
    open("text.png", "w").write("no picture")
    open("n\\xe9\\udcff.svg", "w").write("<svg/>")
    """
    recording = play(code)
    assert recording.ok, recording.problems
    assert [(p.cell, p.title) for p in recording.pictures[:MOST]] == [
        (1, f"{n:03}.svg") for n in range(MOST)
    ]
    assert [(p.cell, p.title, p.left_out, p.why) for p in recording.pictures[MOST:]] == [
        (1, "3 more", "too many", "at most 12 of a cell are kept"),
        (2, "large.png", "too large", "it has 2.0 MB, and at most 2.0 are kept"),
        (2, "n\xe9\\udcff.svg", "refused", "it is no SVG"),
        (2, "text.png", "refused", "it is no PNG"),
    ]
    assert all(p.file == "" for p in recording.pictures)  # nobody asked for files


def test_a_script_that_meddles(play, tmp_path):
    """Neither a folder that is gone nor an index that names others' files does harm."""
    secret = tmp_path / "secret.svg"
    secret.write_text(SVG.format(9))
    index = b"1\0\0t\0" + bytes(secret) + b"\x005\0\0x\0\0t\0\x005\0\x001\0u\0"
    code = f"""
    import os, shutil
    album = os.path.join(os.path.dirname(os.getcwd()), "pictures")
    with open(os.path.join(album, "index"), "wb") as file:
        file.write({index!r})
    # %%
    shutil.rmtree(os.getcwd())
    # %%
    print("still here")
    """
    recording = play(code, full_text=tmp_path / "x.txt")
    assert recording.ok, recording.problems
    assert shown(recording) == []
    assert [x.text for x in recording.lines] == ["still here"]


# -- what is refused ---------------------------------------------------------------------


def test_a_png_is_whole_and_nothing_else():
    assert png_size(png(3, 4)) == (3, 4)
    good = png(3, 4)
    for bad in (b"", good[:8], good[:-1], good + b"x", b"x" + good, good[:20] + b"x" + good[21:]):
        with pytest.raises(NotShown):
            png_size(bad)
    with pytest.raises(NotShown):
        png_size(b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b""))


@pytest.mark.parametrize("size", [(0, 5), (20_000, 20_000)])
def test_a_picture_that_nobody_can_show(size, tmp_path):
    """However few bytes it has."""
    path = tmp_path / "a.png"
    head = struct.pack(">IIBBBBB", *size, 1, 0, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IEND", b""))
    with pytest.raises(NotShown, match="pixels large"):
        pictures.read(path)


def svg(inside: str = "", attributes: str = "", before: str = "") -> bytes:
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"{before}<svg {spaces} {attributes}>{inside}</svg>".encode()


@pytest.mark.parametrize(
    "data",
    [
        svg("<rect fill='url(#g)'/><use href='#a'/><use xlink:href='#a'/>"),
        svg("<text>a \\ b // c url(x) onload</text><title>&lt;script&gt;</title>"),
        svg(f"<image href='data:image/png;base64,\n{base64.b64encode(png(1, 1)).decode()}'/>"),
        svg("<style>* { stroke-linejoin: round }</style>"),
        svg(before='<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/x.dtd">'),
        svg(
            '<metadata><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            '<r:x r:resource="http://purl.org/y"/></r:RDF></metadata>'
        ),
    ],
)
def test_an_svg_that_only_draws(data):
    assert svg_size(data) == (300, 150)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text",
        b"<svg/>",
        b"<html xmlns='http://www.w3.org/1999/xhtml'/>",
        svg("<script>alert(1)</script>"),
        svg("<g><script href='x'/></g>"),
        svg("<x:script xmlns:x='http://www.w3.org/2000/svg'/>"),
        svg("<foreignObject><p/></foreignObject>"),
        svg("<p xmlns='http://www.w3.org/1999/xhtml'/>"),
        svg("<a href='#x'/>"),
        svg("<set attributeName='href' to='x'/>"),
        svg("<animate attributeName='href'/>"),
        svg(attributes="onload='alert(1)'"),
        svg("<g OnClick='x'/>"),
        svg(attributes="xml:base='http://x.test/'"),
        svg("<image href='http://x.test/a.png'/>"),
        svg("<image xlink:href='//x.test/a.png'/>"),
        svg("<image href='a.png'/>"),
        svg("<image href='data:image/svg+xml;base64,AAAA'/>"),
        svg("<use href='other.svg#a'/>"),
        svg("<style>@import 'x.css';</style>"),
        svg("<style>@im<![CDATA[port 'x.css']]></style>"),
        svg("<style>* { fill: url(http://x.test/) }</style>"),
        svg("<style>* { fill: URL( 'x.svg#a' ) }</style>"),
        svg("<style>* { mask: image-set('x.png' 1x) }</style>"),
        svg("<g style='fill: u\\72l(x)'/>"),
        svg("<g fill='url(x)'/>"),
        svg("<g fill='url(&#x78;)'/>"),
        svg(before="<!DOCTYPE svg [<!ENTITY a 'b'>]>"),
        svg(before="<!DOCTYPE svg [<!ATTLIST svg onload CDATA 'alert(1)'>]>"),
        svg(before="<?xml-stylesheet href='x.css'?>"),
        svg(before="<?xml version='1.0' encoding='none-such'?>"),
        svg("&nbsp;"),
        svg() + b"<svg/>",
    ],
)
def test_an_svg_that_could_do_more(data):
    with pytest.raises(NotShown):
        svg_size(data)


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ("width='460.8pt' height='345.6pt'", (614, 461)),
        ("width='2in' height='2.54cm'", (192, 96)),
        ("width='100%' height='100%' viewBox='0 0 30 60'", (30, 60)),
        ("width='90' viewBox='0, 0, 30, 60'", (90, 180)),
        ("height='.5' viewBox='0 0 30 60'", (1, 1)),
        ("width='nan' height='-3' viewBox='0 0 0 0'", (300, 150)),
    ],
)
def test_how_large_an_svg_is_shown(attributes, size):
    assert svg_size(svg(attributes=attributes)) == size
