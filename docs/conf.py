"""Sphinx: Markdown through myst, one theme, no network."""

from launchwatch import __version__

project = "LaunchWatch"
author = "The LaunchWatch maintainers"
copyright = "the LaunchWatch maintainers"
release = version = __version__
extensions = ["myst_parser"]
myst_enable_extensions = ["deflist", "dollarmath"]
myst_heading_anchors = 2
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"LaunchWatch {release}"
html_copy_source = False
