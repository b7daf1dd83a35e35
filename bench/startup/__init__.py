"""The start of a widget, measured against its peers in one run: `python -m bench.startup`."""
