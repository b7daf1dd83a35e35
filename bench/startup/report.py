"""The tables: what is printed, and what stands in bench/README.md between its marks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from statistics import median

from .bars import Bar, bars, middle
from .chromium import Start
from .contenders import JAVASCRIPT, PYODIDE, PYSCRIPT_MPY
from .findings import Findings
from .instances import Crowds
from .phone import Held
from .starting import CONDITIONS

README = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- start-up: written by bench.startup -->", "<!-- start-up: end -->"

Table = Sequence[Sequence[str]]


def report(found: Findings) -> str:
    """A run's tables, in Markdown."""
    return "\n\n".join(_parts(found))


def write(text: str) -> None:
    """Puts a run's tables in the place of the former run's.

    Args:
        text: the tables.

    Raises:
        ValueError: the README has lost its marks.
    """
    before, begin, rest = README.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(
            f"{README.name} has no lines {BEGIN!r} and {END!r}: the tables go between them."
        )
    README.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")


def _parts(found: Findings) -> Iterator[str]:
    machine = found.machine
    yield (
        f"{machine.date}: {machine.cores} cores of {machine.processor}, {machine.memory / 2**30:.0f} GiB, "
        f"{machine.system}, Chromium {machine.chromium}, load {machine.load:.1f} at the start, {found.repeats} rounds."
    )
    yield "### The bars"
    yield _table(("", "bar", "aim", "reached", "", "beside"), map(_bar_row, bars(found)))
    for condition, starts in found.starts.items():
        yield f"### Chromium, {CONDITIONS[condition]}"
        yield _starts_table(starts)
    for engine in found.engines.values():
        yield f"### {engine.heading}, empty cache"
        yield _starts_table(engine.starts)
    if found.weights:
        yield "### Over the wire, and in memory (Chromium, MB)"
        yield _weights_table(found)
    if found.crowds:
        yield "### Many widgets on one page (Chromium, ms)"
        yield _crowds_table(found.crowds)
    if found.host_page:
        yield "### The host's page with three widgets below the fold (Chromium, ms)"
        rows = [
            (
                name,
                _spread([each.lcp for each in vitals]),
                _spread([each.inp for each in vitals]),
            )
            for name, vitals in found.host_page.items()
        ]
        yield _table(("widgets", "LCP", "INP"), rows)
    if found.phone:
        yield "### The page's process on a phone (Chromium, MB)"
        yield _phone_table(found.phone)


def _bar_row(bar: Bar) -> Sequence[str]:
    unit = f" {bar.unit}" if bar.unit else ""
    reached = "" if bar.reached is None else f"{_number(bar.reached)}{unit}"
    aim = "" if bar.aim is None else f"{bar.aim:g}{unit}"
    return (bar.what, f"≤ {bar.limit:g}{unit}", aim, reached, bar.verdict, bar.beside)


def _starts_table(starts: dict[str, list[Start]]) -> str:
    # Whose medians the ratios are of.
    peers = [each.name for each in (PYODIDE, PYSCRIPT_MPY, JAVASCRIPT) if starts.get(each.name)]
    heading = (
        "",
        "loads",
        "first paint",
        "`init`",
        "data",
        "long tasks",
        *(f"`init` ÷ {peer}" for peer in peers),
    )
    rows = [
        (
            name,
            str(len(loads)),
            _spread([each.painted for each in loads]),
            _spread([each.init for each in loads]),
            _spread([each.data for each in loads]),
            _long_tasks(loads),
            *(_number(middle(loads, "init") / middle(starts[peer], "init")) for peer in peers),
        )
        for name, loads in starts.items()
        if loads
    ]
    return _table(heading, rows)


def _long_tasks(loads: list[Start]) -> str:
    if any(each.longTasks is None for each in loads):
        return "not told"
    return f"{middle(loads, 'longTasks'):.0f}, {middle(loads, 'blocked'):.0f} ms"


def _weights_table(found: Findings) -> str:
    heading = (
        "",
        "visit",
        "before `init`",
        "in all",
        "requests",
        "JS heap",
        "buffers",
        "wasm",
        "memory",
    )
    rows = [
        (
            name,
            visit,
            *map(_megabytes, (weight.before_init, weight.bytes)),
            str(len(weight.requests)),
            *map(
                _megabytes,
                (
                    weight.memory.heap,
                    weight.memory.buffers,
                    weight.memory.wasm,
                    weight.memory.total,
                ),
            ),
        )
        for name, visits in found.weights.items()
        for visit, weight in visits.items()
    ]
    return _table(heading, rows)


def _crowds_table(crowds: Crowds) -> str:
    rows = [
        (
            f"{count} of {'`' + crowds.heaviest + '`' if count == 1 else 'all types in turn'}",
            _spread(times),
        )
        for count, times in crowds.ready.items()
    ]
    rows += [(f"one `{name}`", f"{time:.0f}") for name, time in crowds.alone.items()]
    rows += [
        (f"each further `{name}`", f"{median(costs):.1f} ({min(costs):.1f} - {max(costs):.1f})")
        for name, costs in crowds.further.items()
    ]
    return _table(("", "until all are ready"), rows)


def _phone_table(phone: dict[str, list[Held]]) -> str:
    heading = ("", "at first", "at rest", "under pressure", "garbage collected")
    rows = [
        (
            name,
            *(
                _spread([getattr(each, measure) / 1e6 for each in those])
                for measure in ("started", "rested", "pressed", "collected")
            ),
        )
        for name, those in phone.items()
    ]
    return _table(heading, rows)


def _spread(values: Sequence[float]) -> str:
    return f"{median(values):.0f} ({min(values):.0f} - {max(values):.0f})"


def _number(value: float) -> str:
    """Three digits: more than the figures are good for, and enough to tell a bar from a near miss."""
    return f"{value:.3g}"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.2f}"


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heading, ["---", *["--:"] * (len(heading) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
