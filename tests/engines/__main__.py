"""Runs the smoke set in each engine and prints the table: `python -m tests.engines [--install] [ENGINE …]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence

from .engines import ENGINES, Engine, EngineMissing, install_missing
from .smoke import PAGES, EngineRun, run
from .table import cases, consoles, failures, table


def main(arguments: Sequence[str]) -> int:
    """The exit status: 1 if a case failed somewhere, or an engine is missing."""
    options = _options(arguments)
    engines = [ENGINES[name] for name in options.engines or ENGINES]
    if options.install:
        install_missing(engines)
    runs = list(_runs(engines))
    if not runs:
        return 1
    failed = failures(runs)
    for part in (table(runs), *failed, *consoles(runs), _summary(runs, len(engines))):
        print(f"\n{part}")
    return 1 if failed or len(runs) < len(engines) else 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    known = ", ".join(ENGINES)
    parser = argparse.ArgumentParser(prog="python -m tests.engines", description=__doc__)
    parser.add_argument(
        "--install", action="store_true", help="as root with apt-get, install missing engines"
    )
    parser.add_argument("engines", nargs="*", metavar="ENGINE", help=f"of {known}; default: all")
    options = parser.parse_args(arguments)
    for name in options.engines:
        if name not in ENGINES:
            parser.error(f"there is no engine {name}; there are {known}")
    return options


def _runs(engines: Iterable[Engine]) -> Iterable[EngineRun]:
    """The smoke set in each engine that is there; of each other, stderr has what to install."""
    for engine in engines:
        try:
            driver = engine.find()
        except EngineMissing as missing:
            print(missing, file=sys.stderr, flush=True)
        else:
            print(f"Running the smoke set in {engine.name}", flush=True)
            yield run(engine.name, driver)


def _summary(runs: Sequence[EngineRun], engines: int) -> str:
    count = sum(len(cases(runs, page)) for page in PAGES)
    passed = sum(
        outcome.passed
        for run in runs
        for page in run.pages.values()
        for outcome in page.outcomes.values()
    )
    failed = count * len(runs) - passed
    outcome = f"{failed} did not pass" if failed else "all passed"
    there = len(runs) if len(runs) == engines else f"{len(runs)} of {engines}"
    return f"{count} cases in {there} engines: {outcome}."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
