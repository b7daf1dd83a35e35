"""The time from a change of data to the painted frame that shows it, measured against a peer in one run: `make bench`.

The peer is the same table of 1,000 rows in JavaScript by hand, which goes over all rows as well. Both stand on one page
and take turns, and the page holds the clock (bench/repository/widgets/rendering_javascript).
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.engines.engines import ENGINES, Engine, EngineMissing
from tests.engines.smoke import drive
from widget_workbench.preview import running

REPOSITORY = Path(__file__).parent / "repository"
PAGE = "?widgets=rendering_python,rendering_javascript&workbench=none"
PAGE_SECONDS = 150

ACTIONS = {"change": "10 rows changed", "insert": "one inserted at the top", "first": "first shown"}
# Of the ratio; what is first shown has none.
AIMS = {"change": 2.0, "insert": 2.0}

Times = Mapping[str, Mapping[str, Sequence[tuple[float, float]]]]


def main(arguments: Sequence[str]) -> int:
    """Prints the table; the exit status is 1 if an engine is missing or did not measure."""
    parser = argparse.ArgumentParser(prog="python -m bench.rendering", description=__doc__)
    parser.add_argument("engines", nargs="*", metavar="ENGINE", help="of those in tests/engines")
    names = parser.parse_args(arguments).engines or list(ENGINES)
    print("1,000 rows with handlers, from the change of data to the DOM and to the painted frame")
    print("Median milliseconds; the ratio is that of the frames\n")
    print(f"{'':<36}{'JavaScript':>20}{'widget':>20}{'ratio':>8}  aim")
    measured = list(map(_print_engine, map(ENGINES.__getitem__, names)))
    return 0 if all(measured) else 1


def _print_engine(engine: Engine) -> bool:
    try:
        times = _measure(engine)
    except (EngineMissing, NotMeasured) as error:
        print(f"{engine.name}: {error}", file=sys.stderr)
        return False
    for action, description in ACTIONS.items():
        by_hand, widget = (_medians(times[action][peer]) for peer in ("javascript", "python"))
        ratio = widget[1] / by_hand[1]
        print(
            f"{engine.name:<12}{description:<24}{_both(by_hand)}{_both(widget)}{ratio:>8.2f}{_judged(action, ratio)}",
            flush=True,
        )
    return True


def _judged(action: str, ratio: float) -> str:
    aim = AIMS.get(action)
    if aim is None:
        return ""
    return f"  ≤ {aim:g}{'' if ratio <= aim else ', missed'}"


class NotMeasured(Exception):
    """The page set no result; the message has what the driver knows of it."""


def _measure(engine: Engine) -> Times:
    driver = engine.find()
    with running(REPOSITORY) as url:
        task = {**driver.task, "seconds": PAGE_SECONDS, "urls": [url + PAGE]}
        printed, complaint = drive(driver, task)
    report: dict[str, Any] = json.loads(printed[-1]) if printed else {}
    times: Times | None = report.get("result")
    if times is None:
        raise NotMeasured(
            complaint or report.get("failure") or "\n".join(report.get("console", ()))
        )
    return times


def _medians(times: Sequence[tuple[float, float]]) -> tuple[float, float]:
    changed, painted = zip(*times, strict=True)
    return statistics.median(changed), statistics.median(painted)


def _both(medians: tuple[float, float]) -> str:
    return f"{medians[0]:>10.1f}{medians[1]:>10.1f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
