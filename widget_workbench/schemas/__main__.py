"""Writes the schemas anew: `python -m widget_workbench.schemas`."""

from pathlib import Path

from widget_workbench.schemas.making import FILES, written

for name in FILES:
    (Path(__file__).parent / name).write_text(written(name))
