"""``make lighthouse``: Lighthouse's scores of one page of each kind, in its mobile setting.

The site is served on loopback with gzip, as hosts do. Each page is loaded ``--runs`` times in turn
with a page of the bare theme, and the medians are told: what the machine is busy with beside, both
have. Needs npm (Node 20) and Chromium or Chrome; npx fetches the pinned Lighthouse. Exits with 1
where a page does not keep what is asked here.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

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
    "errors.html",
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


def bare_page(folder: Path) -> Path:
    """Build a page of a few words with the theme and nothing of ours; return its site's folder."""
    source, site = folder / "bare", folder / "bare-site"
    source.mkdir()
    (source / "index.rst").write_text("Bare\n====\n\nA page of the theme.\n")
    command = [sys.executable, "-m", "sphinx", "-q", "-C", "-D", "html_theme=furo"]
    subprocess.run([*command, str(source), str(site)], check=True, timeout=120)
    return site


def figures(found: dict) -> dict[str, float]:
    """Return the scores, of 100, and the values that are bounded."""
    scores = {c: round(100 * found["categories"][c]["score"]) for c in CATEGORIES}
    return scores | {audit: found["audits"][audit]["numericValue"] for audit in BOUNDS}


def medians(runs: list[dict]) -> dict[str, float]:
    """Return the median of each figure."""
    told = [figures(found) for found in runs]
    return {name: median(one[name] for one in told) for name in told[0]}


def main(arguments: list[str]) -> int:
    """Print a line a page, and below it what keeps it from 100."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("pages", nargs="*", default=PAGES)
    asked = parser.parse_args(arguments)
    if not find_browser():
        print(MISSING, file=sys.stderr)
        return 2
    failed = False
    print("page: " + ", ".join([*CATEGORIES, *BOUNDS]) + " (in brackets the bare theme's)")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        with served(ROOT / "build/html") as address, served(bare_page(folder)) as bare:
            for name in asked.pages:
                runs, beside = [], []
                for _ in range(asked.runs):
                    runs.append(report(address + name, folder))
                    beside.append(report(bare, folder))
                ours, theirs = medians(runs), medians(beside)
                print(
                    f"{name}: " + ", ".join(f"{v:.3g} ({theirs[n]:.3g})" for n, v in ours.items())
                )
                wrong = [] if min(ours[c] for c in CATEGORIES) == 100 else complaints(runs[-1])
                wrong += [f"{a} is {ours[a]:.4g}" for a in BOUNDS if ours[a] > BOUNDS[a]]
                print("".join(f"  {line}\n" for line in wrong), end="", flush=True)
                failed |= bool(wrong) or min(ours[c] for c in CATEGORIES) < 100
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
