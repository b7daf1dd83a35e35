"""Widget Workbench: what runs on a widget author's computer."""

import logging

__version__ = "0.1.0"

# Whoever shows the log adds a handler; without any, Python itself would print warnings to stderr.
logging.getLogger(__name__).addHandler(logging.NullHandler())
