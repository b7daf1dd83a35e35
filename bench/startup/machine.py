"""The machine that a run's figures are of."""

from __future__ import annotations

import os
import platform
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True)
class Machine:
    """Where and when a run began.

    Attributes:
        cores: that programs may run on.
        processor: its model.
        memory: bytes.
        system: its kernel.
        load: processes that wanted a core in the minute before: above 0.5 a quiet run it was not.
        chromium: the browser's version.
        date: in UTC.
    """

    cores: int
    processor: str
    memory: int
    system: str
    load: float
    chromium: str
    date: str


def this_machine(chromium: str) -> Machine:
    """The one that this runs on.

    Args:
        chromium: the browser's version.
    """
    return Machine(
        cores=os.cpu_count() or 0,
        processor=_processor(),
        memory=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        system=f"{platform.system()} {platform.release()}",
        load=os.getloadavg()[0],
        chromium=chromium,
        date=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.+)", facts.read_text()) if facts.exists() else None
    return found[1] if found else platform.processor() or platform.machine()
