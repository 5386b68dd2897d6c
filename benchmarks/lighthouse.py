"""``make lighthouse``: Lighthouse's scores of one page of each kind, in its mobile setting.

The site is served on loopback with gzip, as hosts do. Needs npm (Node 20) and Chromium or Chrome;
npx fetches the pinned Lighthouse. Exits with 1 where a page does not keep what is asked here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.chromium import MISSING, find_browser  # noqa: E402
from tests.test_site.serving import served  # noqa: E402

VERSION = "12.2.3"
PAGES = (
    "index.html",
    "lessons/spawning/first_process.html",
    "lessons/pools/pool_map.html",
    "lessons/spawning/index.html",
    "quiz/spawning.html",
    "search.html?q=sentinel",
)
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
# At most; LCP and TBT in milliseconds.
BOUNDS = {
    "largest-contentful-paint": 1000.0,
    "total-blocking-time": 50.0,
    "cumulative-layout-shift": 0.0,
}
FLAGS = "--headless=new --no-sandbox --disable-gpu"


def report(address: str, folder: Path) -> dict:
    """Run Lighthouse on a page and return its report."""
    output = folder / "report.json"
    subprocess.run(
        [
            *("npx", "--yes", f"lighthouse@{VERSION}", address, "--quiet", "--output=json"),
            *(f"--output-path={output}", f"--only-categories={','.join(CATEGORIES)}"),
            f"--chrome-flags={FLAGS}",
            # A page of results is not for search engines, and says so.
            *(["--skip-audits=is-crawlable"] if "search" in address else []),
        ],
        env={**os.environ, "CHROME_PATH": find_browser()},
        check=True,
        timeout=300,
    )
    return json.loads(output.read_text())


def complaints(found: dict) -> list[str]:
    """Say which audits cost a point."""
    return [
        f"{audit['id']}: {audit['title']} {audit.get('displayValue', '')}".rstrip()
        for category in found["categories"].values()
        for ref in category["auditRefs"]
        for audit in [found["audits"][ref["id"]]]
        if ref["weight"] and audit["score"] is not None and audit["score"] < 0.9
    ]


def main(names: list[str]) -> int:
    """Print a line a page, and below it what keeps it from 100."""
    if not find_browser():
        print(MISSING, file=sys.stderr)
        return 2
    failed = False
    print("page: " + ", ".join([*CATEGORIES, *BOUNDS]))
    with served(ROOT / "build/html") as address, tempfile.TemporaryDirectory() as folder:
        for name in names or PAGES:
            found = report(address + name, Path(folder))
            scores = [round(100 * found["categories"][c]["score"]) for c in CATEGORIES]
            values = {a: found["audits"][a]["numericValue"] for a in BOUNDS}
            print(f"{name}: {scores} " + ", ".join(f"{v:.3g}" for v in values.values()))
            wrong = complaints(found)
            wrong += [f"{a} is {v:.4g}" for a, v in values.items() if v > BOUNDS[a]]
            print("".join(f"  {line}\n" for line in wrong), end="", flush=True)
            failed |= bool(wrong) or min(scores) < 100
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
