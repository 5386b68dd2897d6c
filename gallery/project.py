"""Where this project is, and nothing else."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SNIPPETS = ROOT / "snippets"
RECORDINGS = ROOT / "build" / "recordings"
