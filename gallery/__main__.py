"""``python -m gallery``: for authors of lessons."""

from __future__ import annotations

import argparse
import sys

from gallery.new_lesson import TemplateError, new_lesson

REFUSED = 2  # the exit status of argparse, too


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(
        prog="python -m gallery",
        description="Make new lessons.",
        epilog="Exit status: 0 when all went well, 2 when nothing was done because of what was "
        "asked. To record a script, see python -m multitrack record --help.",
    )
    commands = top.add_subparsers(dest="command", required=True)
    new = commands.add_parser(
        "new",
        help="make a lesson and its test from a template that already runs",
        description="Write snippets/CHAPTER/NAME.py and tests/test_snippets/CHAPTER/"
        "test_NAME.py. Nothing that exists is overwritten, and nothing else is needed: the "
        "next build shows the lesson.",
        epilog="Example: python -m gallery new communication/simple_queue",
    )
    new.add_argument("lesson", metavar="CHAPTER/NAME", help="two Python names and a slash")
    return top


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says and return the exit status."""
    options = parser().parse_args(arguments)
    try:
        for path in new_lesson(options.lesson):
            print(f"wrote {path}")
    except TemplateError as error:
        print(f"error: {error}", file=sys.stderr)
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main())
