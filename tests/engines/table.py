"""The table of the smoke set: every case, and what it came to in each engine."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from .smoke import OPENED, PAGES, EngineRun, Outcome

PASSED, FAILED, NOT_RUN = "ok", "FAILED", "not run"

# A page that went wrong may print the same thing at every turn of a loop.
CONSOLE_LINES = 10


def table(runs: Sequence[EngineRun]) -> str:
    """Every case in a row, every engine in a column, each page under its heading with the seconds that it took."""
    rows: list[tuple[str, Sequence[str]]] = [("", [run.heading for run in runs])]
    for page in PAGES:
        rows.append((page, [f"{run.pages[page].seconds:.1f} s" for run in runs]))
        rows += [
            (f"  {case}", [_cell(_outcome(run, page, case)) for run in runs])
            for case in cases(runs, page)
        ]
    first = max(len(name) for name, _ in rows)
    widths = [max(len(cells[column]) for _, cells in rows) for column in range(len(runs))]
    return "\n".join(
        "  ".join((f"{name:{first}}", *map(str.ljust, cells, widths))).rstrip()
        for name, cells in rows
    )


def failures(runs: Sequence[EngineRun]) -> list[str]:
    """A text for each case that did not hold somewhere: where, and what was found instead."""
    return [
        text
        for run in runs
        for page in PAGES
        for case in cases(runs, page)
        if (text := _failure(run, page, case))
    ]


def consoles(runs: Sequence[EngineRun]) -> Iterator[str]:
    """What was printed to the console of each page that has a failure."""
    for run in runs:
        for page, found in run.pages.items():
            if found.console and any(_failure(run, page, case) for case in cases(runs, page)):
                printed = "\n".join(found.console[:CONSOLE_LINES])
                yield f"{run.heading}, {page.lower()}, printed to the console:\n{_set_in(printed)}"


def cases(runs: Sequence[EngineRun], page: str) -> list[str]:
    """The names of a page's cases, those of every engine: what one did not come to is not passed over."""
    return list(dict.fromkeys(case for run in runs for case in run.pages[page].outcomes))


def _failure(run: EngineRun, page: str, case: str) -> str:
    """Empty where the case held, or where the page as a whole has failed, which says enough."""
    outcome = _outcome(run, page, case)
    if outcome is None and run.pages[page].outcomes[OPENED].passed:
        return f"{run.heading}, {page.lower()}: {NOT_RUN}: {case}"
    if outcome is None or outcome.passed:
        return ""
    return f"{run.heading}, {page.lower()}: {FAILED}: {case}\n{_set_in(outcome.detail)}"


def _outcome(run: EngineRun, page: str, case: str) -> Outcome | None:
    return run.pages[page].outcomes.get(case)


def _cell(outcome: Outcome | None) -> str:
    if outcome is None:
        return NOT_RUN
    return PASSED if outcome.passed else FAILED


def _set_in(text: str) -> str:
    return textwrap.indent(text, "    ")
