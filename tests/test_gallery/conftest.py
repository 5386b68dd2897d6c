"""A tiny site: its own lessons, built by the project's own configuration."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

CONF = f"""
import importlib.util, sys
from pathlib import Path
sys.path.insert(0, {str(ROOT)!r})
spec = importlib.util.spec_from_file_location("project_conf", {str(ROOT / "conf.py")!r})
project_conf = importlib.util.module_from_spec(spec)
spec.loader.exec_module(project_conf)
globals().update((k, v) for k, v in vars(project_conf).items() if k[0] != "_")
recordings_dir = "recordings"
html_static_path, html_css_files, html_js_files, templates_path = [], [], [], []
sphinx_gallery_conf = {{
    **sphinx_gallery_conf,
    "subsection_order": None,
    "image_scrapers": (Transcripts(str(Path(__file__).parent / "recordings")),),
}}
"""

INDEX = """# Tiny

```{toctree}
lessons/index
```
"""

TITLE = '''"""
{title}
{rule}

What it does.
"""
'''


@dataclass
class Site:
    """A tiny site on disk; ``status`` and ``log`` are of the last build."""

    root: Path
    status: int = -1
    log: str = ""

    def lesson(self, name: str, code: str) -> Path:
        """Write ``snippets/tiny/NAME.py`` with a title in front."""
        path = self.root / "snippets" / "tiny" / f"{name}.py"
        path.write_text(TITLE.format(title=name, rule="=" * len(name)) + code, encoding="utf-8")
        return path

    def build(self, builder: str = "html", strict: bool = True) -> "Site":
        """Run sphinx-build as the Makefile does."""
        words = ["-n", "-c", ".", "docs", f"build/{builder}"]
        strictness = ["-W", "--keep-going"] if strict else []
        done = subprocess.run(
            [sys.executable, "-m", "sphinx", "-b", builder, *strictness, *words],
            cwd=self.root,
            capture_output=True,
            text=True,
            timeout=100,
        )
        self.status, self.log = done.returncode, done.stdout + done.stderr
        return self

    def page(self, name: str, builder: str = "html", end: str = "html") -> str:
        """Return a built lesson's page."""
        path = self.root / "build" / builder / "lessons" / "tiny" / f"{name}.{end}"
        return path.read_text(encoding="utf-8")


@pytest.fixture
def make_site(tmp_path: Path) -> Callable[[], Site]:
    """Make an empty tiny site with one chapter, ``tiny``."""

    def make() -> Site:
        root = tmp_path / "site"
        chapter = root / "snippets" / "tiny"
        chapter.mkdir(parents=True)
        (root / "docs").mkdir()
        (root / "conf.py").write_text(CONF)
        (root / "docs" / "index.md").write_text(INDEX)
        for folder in (chapter, chapter.parent):
            (folder / "GALLERY_HEADER.rst").write_text("Tiny\n====\n")
        (chapter / "__init__.py").touch()
        return Site(root)

    return make
