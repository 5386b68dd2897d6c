"""Sphinx's configuration: ``sphinx-build -c . docs build/html``."""

import os
import sys
import tomllib
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).parent
sys.path.insert(0, str(ROOT))

from gallery.lessons.hooks import CellResults, DoNotExecute, NoArguments  # noqa: E402

project = "Multiprocessing by Example"
author = "the authors of Multiprocessing by Example"
copyright = "2026, " + author
version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
language = "en"

extensions = [
    "sphinx.ext.intersphinx",
    "myst_parser",
    "sphinx_gallery.gen_gallery",
    "gallery",
]
exclude_patterns = ["**/sg_execution_times.rst", "sg_execution_times.rst"]
myst_enable_extensions = ["colon_fence", "deflist"]
nitpicky = True
# It means the folder that the project is in: lessons' own names have none.
suppress_warnings = ["sphinx_gallery.space_in_filename"]

# The inventory is a file of this project: links need no network to be made.
intersphinx_mapping = {
    "python": ("https://docs.python.org/3.15", str(ROOT / "docs" / "python-3.15-objects.inv")),
}
intersphinx_timeout = 1

sphinx_gallery_conf = {
    "examples_dirs": "../snippets",
    "gallery_dirs": "lessons",
    "within_subsection_order": "gallery.lessons.hooks.ReadingOrder",
    "filename_pattern": r"\.py$",
    "ignore_pattern": r"__init__\.py|\.(broken|cured)\.py",
    # A lesson is shown as it was recorded, never executed here: see gallery/lessons/hooks.py.
    "show_memory": DoNotExecute(),
    "image_scrapers": (CellResults(),),
    "reset_argv": NoArguments(),
    "reset_modules": (),
    "abort_on_example_error": True,
    "capture_repr": (),
    "inspect_global_variables": False,
    "remove_config_comments": True,
    "default_thumb_file": str(ROOT / "docs" / "_static" / "logo.svg"),  # lists draw their own
    "notebook_extensions": set(),
    "download_all_examples": False,
    "min_reported_time": 1e9,
    "write_computation_times": False,
    "show_signature": False,
    "copyfile_regex": "",
    "css": (),  # text.css has what we use of it
}

html_theme = "furo"
html_title = project
# In the page: as a file it is asked for before the words are drawn, and costs a round trip.
html_favicon = "data:image/svg+xml," + quote((ROOT / "docs/_static/favicon.svg").read_text(), ":/")
pygments_style = "gallery.site.code_colours.Light"
pygments_dark_style = "gallery.site.code_colours.Dark"
# Where the site will be; without it, it is at home anywhere: docs/hosting.md.
html_baseurl = os.environ.get("SITE_URL") or os.environ.get("READTHEDOCS_CANONICAL_URL", "")
# Where its source is, on a host like GitHub; without it, no page has links to change or report it.
if repository := os.environ.get("REPOSITORY_URL", "").rstrip("/"):
    edit_address = f"{repository}/edit/main/{{path}}"
    report_address = f"{repository}/issues/new?template=mistake.yml&page={{page}}"
html_static_path = ["docs/_static"]
html_css_files = ["decision.css", "glossary.css", "cheat-sheet.css"]
html_sidebars = {"**": ["sidebar/navigation.html"]}
html_permalinks_icon = "#"
html_copy_source = False
html_use_index = False  # nothing here is indexed that way
html_show_sourcelink = False
templates_path = ["docs/_templates"]
