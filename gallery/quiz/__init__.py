"""The quiz: questions as data, answers that a run has settled, and the page that asks them."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
