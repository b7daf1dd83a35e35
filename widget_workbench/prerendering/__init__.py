"""A widget's first paint, made at build time: its first render's HTML, and the connector calls to begin before Python.

Each Python widget is run in the browser's own Python, several times and under different conditions, up to its first
render. What all runs agree on stands in the entry (docs/start-up.md).
"""

from widget_workbench.prerendering.first_paint import NOTHING, FirstPaint
from widget_workbench.prerendering.making import first_paints
from widget_workbench.prerendering.subject import Subject

__all__ = ["NOTHING", "FirstPaint", "Subject", "first_paints"]
