"""Measures the start of a widget, and what goes with it: `python -m bench.startup`.

It prints the tables and writes the figures to build/bench/startup.json; a whole run also writes the tables into
bench/README.md, which tells how each is measured.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from . import engines, host_page, instances, phone, starting, weighing
from .chromium import NotStarted, chromium
from .contenders import CONTENDERS
from .findings import Findings
from .machine import this_machine
from .report import report, write
from .site import CHECKOUT, serving

FIGURES = CHECKOUT / "build" / "bench" / "startup.json"

# What is measured besides the starts, in Chromium.
WEIGHT, CROWDS, HOST_PAGE, PHONE = "weight", "crowds", "host-page", "phone"
CONDITIONS = (*starting.CONDITIONS, WEIGHT, CROWDS, HOST_PAGE, PHONE)
ENGINES = ("chromium", *engines.OTHER_ENGINES)


def main(arguments: Sequence[str]) -> int:
    """The exit status: 1 if a page or an engine did not measure."""
    options = _options(arguments)
    others = [name for name in options.engines if name in engines.OTHER_ENGINES]
    try:
        found = _measure(options, others)
    except NotStarted as error:
        print(error, file=sys.stderr)
        return 1
    text = report(found)
    print(text)
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    FIGURES.write_text(json.dumps(asdict(found), indent=1))
    if options.is_whole:
        write(text)
    return 0 if len(found.engines) == len(others) else 1


def _measure(options: argparse.Namespace, others: Sequence[str]) -> Findings:
    contenders = [CONTENDERS[name] for name in options.contenders]
    conditions = [name for name in options.conditions if name in starting.CONDITIONS]
    repeats = options.repeats
    with serving(origins=engines.origins_needed(repeats)) as site, chromium() as browser:
        found = Findings(this_machine(browser.version), repeats)
        if "chromium" in options.engines:
            if conditions:
                found.starts = starting.measure(
                    browser,
                    site.url,
                    contenders=contenders,
                    conditions=conditions,
                    repeats=repeats,
                    told=_tell,
                )
            if WEIGHT in options.conditions:
                found.weights = weighing.weigh(browser, site, contenders, _tell)
            if CROWDS in options.conditions:
                found.crowds = instances.measure(browser, site.url, repeats, _tell)
            if HOST_PAGE in options.conditions:
                found.host_page = host_page.measure(browser, site.url, repeats, _tell)
            if PHONE in options.conditions:
                found.phone = phone.measure(browser, site.url, repeats, _tell)
        if others:
            found.engines = engines.measure(others, site.urls, repeats, _tell)
    return found


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.startup", description=__doc__)
    parser.add_argument("--repeats", type=int, default=9, metavar="N", help="rounds; default: 9")
    for name, choices in (
        ("engines", ENGINES),
        ("contenders", tuple(CONTENDERS)),
        ("conditions", CONDITIONS),
    ):
        parser.add_argument(
            f"--{name}",
            nargs="*",
            choices=choices,
            metavar="NAME",
            help=f"of {', '.join(choices)}; default: all",
        )
    options = parser.parse_args(arguments)
    options.is_whole = not (options.engines or options.contenders or options.conditions)
    options.engines = options.engines or ENGINES
    options.contenders = options.contenders or tuple(CONTENDERS)
    options.conditions = options.conditions or CONDITIONS
    return options


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
