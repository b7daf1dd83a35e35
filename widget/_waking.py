"""What an interpreter has to be told that was started elsewhere, long ago: its memory is a snapshot."""

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
    _look_up_time_zone()
    _reseed()


def _look_up_time_zone() -> None:
    """Sets what `time` has looked up at import. The browser's Python has no `time.tzset`, which would do it."""
    year = time.localtime().tm_year
    halves = (time.localtime(time.mktime((year, month, 1, 0, 0, 0, 0, 1, -1))) for month in (1, 7))
    standard, summer = sorted(halves, key=lambda moment: moment.tm_gmtoff)
    time.timezone, time.altzone = -standard.tm_gmtoff, -summer.tm_gmtoff
    time.daylight = int(time.timezone != time.altzone)
    time.tzname = (standard.tm_zone, summer.tm_zone)


def _reseed() -> None:
    """Draws anew what was drawn at import. What draws from the operating system each time is fresh by itself.

    The seed of strings' hashes is not among it: objects in memory are where their hashes have put them.
    """
    if (random := sys.modules.get("random")) is not None:
        random.seed()
    if (tempfile := sys.modules.get("tempfile")) is not None:
        tempfile._name_sequence = None  # type: ignore[attr-defined]  # drawn when it is next asked for
    if (logging := sys.modules.get("logging")) is not None:
        logging._startTime = time.time_ns()  # type: ignore[attr-defined]  # of `relativeCreated`
