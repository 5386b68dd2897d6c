"""``make links``: are the links to other sites alive? Says so where there is no network to ask."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request

from gallery.project import ROOT

PROBE = "https://docs.python.org/3/"
PATIENCE = 5.0  # seconds


def network(address: str = PROBE, patience: float = PATIENCE) -> bool:
    """Whether something out there answers, be it with an error."""
    try:
        urllib.request.urlopen(address, timeout=patience).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def main() -> int:
    """Run Sphinx's linkcheck, or say that nothing was checked; return the exit status."""
    if not network():
        print(f"Links to other sites: not checked: no network ({PROBE} does not answer).")
        return 0
    from sphinx.cmd.build import main as build

    folders = [str(ROOT / "docs"), str(ROOT / "build" / "links")]
    return build(["-b", "linkcheck", "-q", "-n", "-c", str(ROOT), *folders])


if __name__ == "__main__":
    sys.exit(main())
