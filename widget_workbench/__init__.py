"""Widget Workbench: what runs on a widget author's computer."""

__version__ = "0.1.0"
