"""A project of a few lessons, and as much of Sphinx as the downloads ask for."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from gallery.downloads import offered_files
from gallery.lesson import Lesson
from gallery.lessons import build
from multitrack.recording import Interpreter, Line, PlayedCell, Process, Recording

ROOT = Path(__file__).resolve().parents[3]
LESSON = '''"""
{title}
===================

What it does.
"""
from multiprocessing import Process

if __name__ == "__main__":
    print({word!r})

# %%
# Next: :ref:`sphx_glr_lessons_first_{next}.py`.

# sphinx_gallery_lesson_order = {order}
# sphinx_gallery_lesson_asked = ["{asked}"]
'''
MAKERS = ("notebook", "trace", "zipped")


class Application:
    """Stands in for Sphinx's, once for each build."""

    def __init__(self, root: Path, **settings: Any) -> None:
        conf = {"examples_dirs": "../snippets", "gallery_dirs": "lessons"}
        self.confdir, self.srcdir, self.outdir = root, root / "docs", root / "build" / "html"
        self.builder = SimpleNamespace(download_support=True, format="html")
        self.config = SimpleNamespace(
            **{
                "sphinx_gallery_conf": conf,
                "recordings_dir": "build/recordings",
                "downloads_dir": "build/downloads",
                "only_lesson": "",
                "for_offline_zip": False,
                "project": "Tiny",
                **settings,
            }
        )


class Project:
    """Lessons ``one`` and ``two`` in the chapter ``first``, ``three`` in ``second``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.made: dict[str, int] = {}
        self.app: Any = None
        (root / "docs").mkdir(parents=True)
        (root / "tests").mkdir()
        (root / "tests" / "calling.py").write_bytes((ROOT / "tests" / "calling.py").read_bytes())
        (root / "docs" / "downloads.md").write_text("# Downloads\n")
        (root / "LICENSE").write_text("MIT\n")
        for chapter in ("first", "second"):
            folder = root / "snippets" / chapter
            folder.mkdir(parents=True)
            (folder / "__init__.py").touch()
            (folder / "GALLERY_HEADER.rst").write_text(f"{chapter}\n==========\n")
        for order, (name, following) in enumerate(
            {"first/one": "two", "first/two": "one", "second/three": "three"}.items(), 1
        ):
            self.lesson(name, next=following, order=order)

    def lesson(self, name: str, **words: Any) -> Path:
        """Write a lesson, and a recording of it under each start method where there is none."""
        words = {
            "title": f"The lesson {name}",
            "word": "said",
            "next": "two",
            "order": 1,
            "asked": "how",
        } | words
        path = self.root / "snippets" / f"{name}.py"
        path.write_text(LESSON.format(**words))
        for method, file in self.recordings(path).items():
            file.parent.mkdir(parents=True, exist_ok=True)
            if not file.exists():
                file.write_text(recording(name, method).to_json())
        return path

    def recordings(self, path: Path) -> dict[str, Path]:
        """Return the files of a lesson's recordings."""
        return build.recordings_of(Lesson.read(path), self.root / "build" / "recordings")

    def build(self, monkeypatch: Any, **settings: Any) -> dict[str, int]:
        """Make and publish the downloads; return how many notebooks, traces and zips were made."""
        self.made = dict.fromkeys(MAKERS, 0)
        self.app = Application(self.root, **settings)
        with monkeypatch.context() as patch:
            for maker in MAKERS:
                patch.setattr(offered_files, maker, self._counted(maker))
            build.look(self.app)
            offered_files.make_downloads(self.app)
            offered_files.publish(self.app, None)
        return {maker: count for maker, count in self.made.items() if count}

    def _counted(self, maker: str) -> Callable[..., object]:
        make = getattr(offered_files, maker)

        def counted(*words: Any) -> object:
            self.made[maker] += 1
            return make(*words)

        return counted

    @property
    def downloads(self) -> Path:
        """The folder of the files."""
        return self.root / "build" / "downloads"

    @property
    def names(self) -> set[str]:
        """The files that are there."""
        files = (path for path in self.downloads.rglob("*") if path.is_file())
        return {path.relative_to(self.downloads).as_posix() for path in files}


def recording(name: str, method: str, said: str = "said") -> Recording:
    """Return what a run of one line might be."""
    return Recording(
        name,
        method,
        Interpreter("cpython", "3.11.7", "linux"),
        "kernel",
        "process events",
        True,
        0.5,
        (PlayedCell(1, 1, 10, 0.1, 0.2),),
        (Process("main", 7, "", False, "", 0.0, 0.5, 0, ""),),
        (Line("main", 1, 0.15, said),),
    )
