"""Whether there is a network, so that links to other sites can be looked at."""

from __future__ import annotations

import urllib.error
import urllib.request

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
