"""Sphinx's settings: `make docs` builds the site from this directory into build/docs."""

from __future__ import annotations

from widget_workbench import __version__

project = "Widget Workbench"
author = "the Widget Workbench authors"
project_copyright = author
version = release = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_click",
    "sphinx_copybutton",
    "sphinx_design",
    "docs.accessible",
    "docs.gallery.extension",
    "docs.pictures",
]
exclude_patterns = ["javascript", "gallery"]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

# Docstrings quote code by single backticks, as Markdown does.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_class_signature = "separated"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
python_use_unqualified_type_names = True

html_theme = "furo"
html_title = "Widget Workbench"
html_favicon = "site/icon.svg"
html_static_path = ["site"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
html_theme_options = {
    "navigation_with_keys": False,
    # Each has a contrast of 4.5 to 1 on furo's grounds.
    "light_css_variables": {
        "color-brand-primary": "#6c2fb5",
        "color-brand-content": "#6c2fb5",
        "color-brand-visited": "#6c2fb5",
    },
    "dark_css_variables": {
        "color-brand-primary": "#c9a6f5",
        "color-brand-content": "#c9a6f5",
        "color-brand-visited": "#c9a6f5",
    },
}
copybutton_exclude = ".linenos, .gp, .go"
