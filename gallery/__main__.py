"""``python -m gallery``: the command line of authors."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from gallery.project import ROOT

REFUSED = 2  # the exit status of argparse, too
# Commands with options of their own: --help says them.
PASSED_ON = {
    "quiz": "settle questions without building the site",
    "evidence": "run the lessons and their tests on every Python that is found",
    "links": "look whether the links to other sites are alive",
}


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(
        prog="python -m gallery",
        description="Make lessons and the site. To record any script, see "
        "python -m multitrack record --help.",
        epilog="Exit status: 0 when all went well, 1 when there is something to be mended, 2 when "
        "nothing was done, or not all, because of an error.",
    )
    commands = top.add_subparsers(dest="command", required=True)
    new = commands.add_parser(
        "new",
        help="make a lesson and its test from a template that already runs, or a chapter",
        description="Write snippets/CHAPTER/NAME.py and tests/test_snippets/CHAPTER/"
        "test_NAME.py; with --error an error page and its two programs, with --chapter what a "
        "chapter needs. Nothing that exists is overwritten, and nothing else is needed: the next "
        "build shows it.",
        epilog="Examples: python -m gallery new pools/my_lesson; "
        "python -m gallery new --error hangs/forgotten_sentinel; "
        'python -m gallery new --chapter synchronisation "Locks and friends"',
    )
    new.add_argument("lesson", metavar="CHAPTER/NAME", nargs="?", help="two Python names")
    new.add_argument("--error", action="store_true", help="make an error page")
    new.add_argument("--chapter", nargs=2, metavar=("NAME", "TITLE"), help="make a chapter")
    page = commands.add_parser(
        "page", help="record one lesson and build its page, in a few seconds"
    )
    page.add_argument("lesson", metavar="CHAPTER/NAME")
    build = commands.add_parser("build", help="build the site: what `make` does")
    build.add_argument("--builder", default="html", help="one of Sphinx's builders (%(default)s)")
    build.add_argument("--root", type=Path, default=ROOT, help="the project's folder")
    build.add_argument("--target", type=Path, help="where the site goes, else build/BUILDER")
    build.add_argument("--jobs", type=int, help="processes that read and write pages")
    build.add_argument("--quiet", action="store_true", help="only say what is to be mended")
    build.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of conf.py"
    )
    for name, what in PASSED_ON.items():
        commands.add_parser(name, help=what, add_help=False)
    return top


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says and return the exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    if given and given[0] in PASSED_ON:
        return passed_on(given[0], given[1:])
    options = parser().parse_args(given)
    if options.command == "new":
        return new(options)
    from gallery.build_site import build, build_page

    if options.command == "page":
        return build_page(ROOT, options.lesson.removeprefix("snippets/").removesuffix(".py"))
    settings = dict(setting.partition("=")[::2] for setting in options.set)
    return build(
        options.root.absolute(),
        builder=options.builder,
        target=options.target and options.target.absolute(),
        quiet=options.quiet,
        jobs=options.jobs,
        **settings,
    )


def new(options: argparse.Namespace) -> int:
    """Make a lesson, an error page, or a chapter."""
    from gallery.new_lesson import TemplateError, new_chapter, new_lesson

    if bool(options.lesson) == bool(options.chapter):
        print("error: name a lesson, CHAPTER/NAME, or a --chapter NAME TITLE", file=sys.stderr)
        return REFUSED
    try:
        made = (
            new_chapter(*options.chapter)
            if options.chapter
            else new_lesson(options.lesson, error=options.error)
        )
    except TemplateError as error:
        print(f"error: {error}", file=sys.stderr)
        return REFUSED
    for path in made:
        print(f"wrote {path}")
    return 0


def passed_on(command: str, arguments: list[str]) -> int:
    """Have a part do what is its own."""
    if command == "quiz":
        from gallery.quiz.__main__ import main as settle

        return settle(arguments)
    if command == "evidence":
        from gallery.evidence.__main__ import main as gather

        return gather(arguments)
    from gallery.build_site import build
    from gallery.network import PROBE, network

    if not network():
        print(f"Links to other sites: not checked: no network ({PROBE} does not answer).")
        return 0
    return build(ROOT, builder="linkcheck", quiet=True)


if __name__ == "__main__":
    sys.exit(main())
