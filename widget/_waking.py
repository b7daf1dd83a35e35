"""What an interpreter has to be told that was started at another time and in another place: its memory is a snapshot."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping


def wake(surroundings: Mapping[str, str]) -> None:
    """Makes an interpreter this visitor's own.

    Args:
        surroundings: variables of the environment.
    """
    os.environ.update(surroundings)
    if hasattr(time, "tzset"):  # not on every author's computer
        time.tzset()
    _reseed()


def _reseed() -> None:
    """Draws anew what was drawn at import. What draws from the operating system each time is fresh by itself.

    The seed of strings' hashes is not among it: objects in memory are where their hashes have put them.
    """
    if (random := sys.modules.get("random")) is not None:
        random.seed()
    if (tempfile := sys.modules.get("tempfile")) is not None:
        tempfile._name_sequence = None
    if (logging := sys.modules.get("logging")) is not None:
        logging._startTime = time.time_ns()
