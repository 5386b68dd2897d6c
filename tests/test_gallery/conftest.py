"""A tiny site: its own lessons, built by the project's own configuration."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from gallery import pythons
from multitrack.interpreters import about

ROOT = Path(__file__).resolve().parents[2]

CONF = f"""
import importlib.util, sys
from pathlib import Path
sys.path.insert(0, {str(ROOT)!r})
spec = importlib.util.spec_from_file_location("project_conf", {str(ROOT / "conf.py")!r})
project_conf = importlib.util.module_from_spec(spec)
spec.loader.exec_module(project_conf)
globals().update((k, v) for k, v in vars(project_conf).items() if k[0] != "_")
from gallery import pythons
pythons.searched = lambda: (Path(__file__).parent / "pythons").read_text().split()
recordings_dir = "recordings"
html_static_path, html_css_files, html_js_files, templates_path = [], [], [], []
"""

INDEX = """# Tiny

```{chapters}
:caption: Chapters
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

    def lesson(self, name: str, code: str, chapter: str = "tiny", title: str = "") -> Path:
        """Write ``snippets/CHAPTER/NAME.py`` with a title in front."""
        path = self.root / "snippets" / chapter / f"{name}.py"
        title = title or name
        path.write_text(TITLE.format(title=title, rule="=" * len(title)) + code, encoding="utf-8")
        return path

    def chapter(self, name: str) -> Path:
        """Make an empty chapter."""
        folder = self.root / "snippets" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "GALLERY_HEADER.rst").write_text(f"{name.title()}\n====================\n")
        (folder / "__init__.py").touch()
        return folder

    def find(self, *pythons: str) -> None:
        """Have builds find these besides the tests' own Python, which they take otherwise."""
        (self.root / "pythons").write_text("\n".join(pythons))

    def build(self, builder: str = "html", jobs: int = 1) -> "Site":
        """Build as the Makefile does."""
        command = [sys.executable, "-m", "gallery", "build", "--root", str(self.root)]
        done = subprocess.run(
            [*command, "--builder", builder, "--jobs", str(jobs)],
            cwd=ROOT,
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


@pytest.fixture(autouse=True)
def only_this_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """Record on the tests' own Python, whatever others there are."""
    own = pythons.Found(sys.executable, about(sys.executable))
    monkeypatch.setattr(pythons, "for_tabs", lambda: (own,))


@pytest.fixture
def fake_python(tmp_path: Path) -> Callable[[str], str]:
    """Write an interpreter that is this one and says that it is of another version."""

    def write(version: str) -> str:
        path = tmp_path / f"python{version}"
        other = (
            "import sys, platform; sys.version += ' other';"
            f"sys.implementation.cache_tag = 'cpython-{''.join(version.split('.')[:2])}';"
            f"platform.python_version = lambda: '{version}'; exec(sys.argv.pop(1))"
        )
        path.write_text(
            f'#!/bin/sh\n[ "$1" = -I ] || exec {sys.executable} "$@"\n'
            f'exec {sys.executable} -I -c "{other}" "$3" "$4"\n'
        )
        path.chmod(0o755)
        return str(path)

    return write


@pytest.fixture(scope="session")
def make_site(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Site]:
    """Make an empty tiny site with one chapter, ``tiny``."""

    def make() -> Site:
        root = tmp_path_factory.mktemp("tiny") / "site"
        site = Site(root)
        (root / "docs").mkdir(parents=True)
        (root / "conf.py").write_text(CONF)
        (root / "docs" / "index.md").write_text(INDEX)
        site.chapter("tiny")
        (root / "snippets" / "GALLERY_HEADER.rst").write_text("Tiny\n====\n")
        (root / "pythons").touch()
        return site

    return make
