"""The start-up row in Firefox and WebKitGTK: an empty cache, through the drivers of tests/engines.

A driver opens its pages one after another in one browser. Each load has an origin of its own, for which nothing is in
any cache, and is led there by a redirect after a rest (server.py): the new page is left alone first here, too.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.engines.engines import ENGINES, Engine, EngineMissing
from tests.engines.smoke import drive

from .chromium import PAGE_SECONDS, Start
from .contenders import NO_SNAPSHOT, OURS, PYODIDE, Contender

OTHER_ENGINES = ("firefox", "webkit")
CONTENDERS: Sequence[Contender] = (OURS, NO_SNAPSHOT, PYODIDE)

# At most: Chromium is where the bars ask for nine.
ROUNDS = 5


@dataclass(frozen=True)
class EngineStarts:
    """The starts in one engine.

    Attributes:
        heading: its name and version.
        starts: by contender.
    """

    heading: str
    starts: dict[str, list[Start]]


def origins_needed(repeats: int) -> int:
    """How many origins one engine's loads take."""
    return len(list(_loads(repeats)))


def measure(
    names: Sequence[str], urls: Sequence[str], repeats: int, told: Callable[[str], None]
) -> dict[str, EngineStarts]:
    """Starts the contenders in turns, in each engine.

    Args:
        names: of the engines in tests/engines.
        urls: of the page, on as many origins as `origins_needed` says; each engine has caches of its own.
        repeats: rounds, at most `ROUNDS`, after one that warms up.
        told: gets a line for each engine, and why one was left out.

    Returns:
        By the engine's name.
    """
    found = {}
    for name in names:
        told(f"Start-up in {ENGINES[name].name}")
        try:
            found[name] = _measure(ENGINES[name], urls, repeats)
        except (EngineMissing, NotMeasured) as error:
            told(f"{ENGINES[name].name} was left out: {error}")
    return found


class NotMeasured(Exception):
    """The driver brought no results; the message has what it knows."""


def _measure(engine: Engine, urls: Sequence[str], repeats: int) -> EngineStarts:
    driver = engine.find()
    loads = list(_loads(repeats))
    addresses = [
        f"{url}_bench/rest{contender.query}" for url, contender in zip(urls, loads, strict=True)
    ]
    printed, complaint = drive(driver, {**driver.task, "seconds": PAGE_SECONDS, "urls": addresses})
    version, *reports = map(json.loads, printed or ["{}"])
    if len(reports) < len(loads) or not all(report["result"] for report in reports):
        failures = [report["failure"] for report in reports if report["failure"]]
        raise NotMeasured("\n".join([*failures, complaint]) or "a page did not show its answer")
    starts: dict[str, list[Start]] = {contender.name: [] for contender in CONTENDERS}
    measured = itertools.islice(zip(loads, reports, strict=True), len(CONTENDERS), None)
    for contender, report in measured:
        starts[contender.name].append(Start(**report["result"]))
    return EngineStarts(f"{engine.name} {_number(version)}", starts)


def _loads(repeats: int) -> Iterator[Contender]:
    for number in range(min(repeats, ROUNDS) + 1):
        yield from CONTENDERS if number % 2 == 0 else reversed(CONTENDERS)


def _number(version: dict[str, Any]) -> str:
    found = re.search(r"\d+(\.\d+)?", version.get("version", ""))
    return found[0] if found else ""
