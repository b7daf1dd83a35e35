"""What page loads with Python widgets cost, in bytes: `python -m docs.cost_model` prints the tables of docs/cost.md.

The sizes are those of a build of the examples, taken apart by when a browser fetches what. They are the files' own:
what a server adds by its headers, or saves by compressing, is left out, except where a table says so.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from widget_workbench.bundle import Bundled, build
from widget_workbench.bundle.entry import LOADER, MANIFEST, STYLE
from widget_workbench.bundle.published import ENTRY, is_module

EXAMPLES = Path(__file__).parents[1] / "examples"

SMALL, LARGE = "weather", "directory"
"""The examples that the tables are of: one without dependencies, and one with pydantic."""

NOT_MODIFIED = 560
"""Bytes of an answer that a file has not changed, headers and all: as the preview gives it to Chromium."""

VISITS = 1_000_000

MONTH = 30 * 24 * 3600
"""Seconds."""

# What servers compress; the rest is compressed already, or served without a type that tells.
_TEXT = (".html", ".js", ".mjs", ".json", ".css", ".py")


@dataclass(frozen=True)
class Weights:
    """A widget's bytes, by when a browser fetches them.

    Attributes:
        entry: the HTML fragment.
        loader: JavaScript, named by the entry.
        manifest: bundle.json.
        core: the JavaScript of Pyodide's core.
        own: the widget's modules, their bytecode, and style.css.
        wasm: the core's WebAssembly.
        snapshot: of Python's memory.
        packages: that the widget depends on.
        late: the rest of the standard library.
        late_is_due: whether the widget's start waits for that.
        by_address: how many files the browser knows by their address alone.
        calls: how many connector calls are made before Python is there.
    """

    entry: int
    loader: int
    manifest: int
    core: int
    own: int
    wasm: int
    snapshot: int
    packages: int
    late: int
    late_is_due: bool
    by_address: int
    calls: int

    @property
    def unstarted(self) -> int:
        """What a widget costs that nobody starts: what its entry names."""
        return self.entry + self.loader

    @property
    def addressed(self) -> int:
        """What is fetched anew wherever its address is another, or the browser has dropped it."""
        return self.unstarted + self.manifest + self.core + self.own

    @property
    def until_ready(self) -> int:
        """Of a first visit, what comes before the widget is ready."""
        due = self.late if self.late_is_due else 0
        return self.addressed + self.wasm + self.snapshot + self.packages + due

    @property
    def first_visit(self) -> int:
        """With what comes when the page is idle."""
        return self.until_ready + (0 if self.late_is_due else self.late)

    @property
    def asked(self) -> int:
        """A further page load, where the host has the browser ask whether each file is still the same."""
        return self.by_address * NOT_MODIFIED

    @property
    def released(self) -> int:
        """The first visit after a release of the runtime with the same Pyodide: another loader, another snapshot."""
        return self.addressed + self.snapshot

    @property
    def beside_another(self) -> int:
        """What this widget adds to a page that has started another one, which shares no package with it.

        The core is the page's, and so is the late library, which comes when the page is idle in any case.
        """
        return self.unstarted + self.manifest + self.own + self.packages


@dataclass(frozen=True)
class Mix:
    """Of what kind a community's page loads are; the first five are shares that make up one.

    Attributes:
        name: for the table.
        new: by somebody whose browser has nothing.
        further: another page, or the same again, soon after.
        later: when the browser has dropped what it knew by address, and has what it knew by content.
        republished: the first one after the widget was published anew.
        released: the first one after a release of the runtime with the same Pyodide.
        unseen: of all but the further ones, the share in which nobody comes near the widget.
    """

    name: str
    new: float
    further: float
    later: float
    republished: float
    released: float
    unseen: float

    def __post_init__(self) -> None:
        shares = (self.new, self.further, self.later, self.republished, self.released)
        if not math.isclose(sum(shares), 1) or min(*shares, self.unseen) < 0 or self.unseen > 1:
            raise ValueError(f"the shares of {self.name!r} are not those of a whole")

    def bytes_for(self, weights: Weights, visits: int = VISITS) -> float:
        """Over the wire, for so many page loads with one widget."""
        started = (
            self.new * weights.first_visit
            + (self.later + self.republished) * weights.addressed
            + self.released * weights.released
        )
        loads = self.new + self.later + self.republished + self.released
        unstarted = loads * weights.unstarted
        each = (1 - self.unseen) * started + self.unseen * unstarted + self.further * weights.asked
        return each * visits

    def calls_for(self, weights: Weights, visits: int = VISITS) -> float:
        """Connector calls for so many page loads, as far as they are made before Python is there."""
        starts = self.further + (1 - self.further) * (1 - self.unseen)
        return starts * weights.calls * visits


MIXES = (
    Mix("members", new=0.05, further=0.6, later=0.3, republished=0.04, released=0.01, unseen=0.3),
    Mix("mixed", new=0.3, further=0.5, later=0.16, republished=0.03, released=0.01, unseen=0.3),
    Mix("from a search", new=0.8, further=0.15, later=0.05, republished=0, released=0, unseen=0.3),
)
"""Assumed, to be replaced by a community's own."""


def upstream_calls(calls: float, max_age: float, seconds: float = MONTH) -> float:
    """The most calls that reach a service of which all visitors get the same answer.

    Args:
        calls: that widgets make.
        max_age: seconds for which the service lets its answer be kept.
        seconds: in which the calls are made.
    """
    return min(calls, seconds / max_age) if max_age > 0 else calls


class ModelError(Exception):
    """The model takes a build apart in another way than the build's report does."""


def measured(tree: Path, *, compressed: bool = False) -> dict[str, Weights]:
    """The weights of the examples, built.

    Args:
        tree: an empty directory's path, or one that holds an earlier build.
        compressed: whether the server compresses text, by gzip.

    Raises:
        ModelError: the parts do not add up to what the build reports as the first visit.
    """
    report = build(EXAMPLES, tree, Bundled(), frozen=True).report
    found = {}
    for widget in report.widgets:
        if widget.type in (SMALL, LARGE):
            directory = tree / "widgets" / widget.type
            raw = weights_of(directory, len(widget.prefetched))
            if raw.until_ready != widget.first_visit_bytes:
                raise ModelError(
                    f"{widget.type}: {raw.until_ready} bytes by the model, and {widget.first_visit_bytes} by the report"
                )
            found[widget.type] = (
                weights_of(directory, len(widget.prefetched), size=compressed_size)
                if compressed
                else raw
            )
    return found


def size_of(file: Path) -> int:
    """A file's bytes."""
    return file.stat().st_size


def compressed_size(file: Path) -> int:
    """Its bytes over the wire, where the server compresses text."""
    if file.suffix not in _TEXT:
        return size_of(file)
    return len(zlib.compress(file.read_bytes(), 6, wbits=31))


def weights_of(directory: Path, calls: int, size: Callable[[Path], int] = size_of) -> Weights:
    """The weights of one built widget.

    Args:
        directory: the widget's, of a built tree.
        calls: that are made before Python is there.
        size: of a file.
    """
    parts = dict.fromkeys(("core", "wasm", "snapshot", "dependency", "late", "own"), 0)
    by_address, late_is_due = 3, False
    for record in json.loads((directory / MANIFEST).read_text("utf-8"))["files"]:
        path, part = record["path"], record.get("part")
        if part is None and (is_module(path.removesuffix("c")) or path == STYLE):
            part = "own"
        if part in parts:
            parts[part] += size(directory / path)
            by_address += part in ("core", "own")
            late_is_due |= bool(record.get("due"))
    return Weights(
        entry=size(directory / ENTRY),
        loader=size(directory / LOADER),
        manifest=size(directory / MANIFEST),
        core=parts["core"],
        own=parts["own"],
        wasm=parts["wasm"],
        snapshot=parts["snapshot"],
        packages=parts["dependency"],
        late=parts["late"],
        late_is_due=late_is_due,
        by_address=by_address,
        calls=calls,
    )


@dataclass(frozen=True)
class Bytes:
    """A cell of a table that is a size."""

    value: float

    def __str__(self) -> str:
        return in_units(self.value)


@dataclass(frozen=True)
class Count:
    """One that is a number of calls."""

    value: float

    def __str__(self) -> str:
        return f"{two_digits(self.value):,.0f}"


Cell: TypeAlias = "str | Bytes | Count"


@dataclass(frozen=True)
class Table:
    """A table of the page.

    Attributes:
        head: its columns' titles.
        rows: its cells, row by row.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    def __str__(self) -> str:
        words = [isinstance(cell, str) and "%" not in cell for cell in self.rows[0]]
        rule = ["---" if is_word else "--:" for is_word in words]
        lines = [self.head, rule, *([str(cell) for cell in row] for row in self.rows)]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


UNITS = {"B": 1.0, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}


def two_digits(value: float) -> float:
    """A number with two significant digits."""
    return float(f"{value:.1e}")


def in_units(value: float) -> str:
    """A size with two significant digits: `7.6 MB`."""
    rounded = two_digits(value)
    unit = max(
        (each for each in UNITS if UNITS[each] <= rounded), key=UNITS.__getitem__, default="B"
    )
    number = rounded / UNITS[unit]
    return f"{number:.1f} {unit}" if number < 10 and unit != "B" else f"{number:.0f} {unit}"


_WHEN = {
    "entry": "with the page",
    "loader": "with the page",
    "manifest": "when the widget starts",
    "core": "when the first widget of the page starts",
    "own": "when the widget starts",
    "wasm": "when the first widget of the page starts",
    "snapshot": "when the first widget of the page starts",
    "packages": "when the widget starts",
    "late": "when the page is idle, or when it is needed",
}


def parts_table(weights: dict[str, Weights], zipped: dict[str, Weights]) -> Table:
    """What a widget is made of."""
    names = [each.name for each in fields(Weights) if each.name in _WHEN]
    return Table(
        ("part", "fetched", SMALL, "if compressed", LARGE),
        [
            (
                name,
                _WHEN[name],
                Bytes(getattr(weights[SMALL], name)),
                Bytes(getattr(zipped[SMALL], name)),
                Bytes(getattr(weights[LARGE], name)),
            )
            for name in names
        ],
    )


def loads_table(weights: dict[str, Weights], zipped: dict[str, Weights]) -> Table:
    """What a page load costs, by what the browser has."""
    loads: list[tuple[str, Callable[[Weights], int]]] = [
        ("first visit ever, until the widget is ready", lambda each: each.until_ready),
        ("first visit ever, in all", lambda each: each.first_visit),
        ("next page load of the session, files kept by address", lambda each: 0),
        ("the same, where the host has each file asked about", lambda each: each.asked),
        ("a later visit, only Cache Storage still warm", lambda each: each.addressed),
        ("after a publish that changed `main.py`", lambda each: each.addressed),
        ("after a release of the runtime, same Pyodide", lambda each: each.released),
        ("after a release with another Pyodide", lambda each: each.first_visit),
        ("a second instance on the page", lambda each: 0),
        (
            "a widget of another type on the page, in addition",
            lambda each: each.beside_another,
        ),
        ("data is saved, and nobody touches the widget", lambda each: each.unstarted),
        ("data is saved, and somebody does", lambda each: each.until_ready),
        ("nobody scrolls to the widget", lambda each: each.unstarted),
    ]
    return Table(
        ("page load", SMALL, "if compressed", LARGE),
        [
            (
                what,
                Bytes(cost(weights[SMALL])),
                Bytes(cost(zipped[SMALL])),
                Bytes(cost(weights[LARGE])),
            )
            for what, cost in loads
        ],
    )


def mixes_table() -> Table:
    """The assumptions."""
    shares = [
        ("first visit ever", "new"),
        ("next page load of the session", "further"),
        ("a later visit, Cache Storage warm", "later"),
        ("first one after a publish", "republished"),
        ("first one after a release", "released"),
        ("of all but the second row: nobody comes near the widget", "unseen"),
    ]
    return Table(
        ("share of page loads", *(mix.name for mix in MIXES)),
        [(what, *(f"{getattr(mix, name):.0%}" for mix in MIXES)) for what, name in shares],
    )


def million_table(weights: dict[str, Weights], zipped: dict[str, Weights]) -> Table:
    """What a million page loads cost."""

    def row(what: str, cell: Callable[[Mix], Cell]) -> Sequence[Cell]:
        return (what, *map(cell, MIXES))

    return Table(
        ("a million page loads", *(mix.name for mix in MIXES)),
        [
            row(f"{SMALL}: transferred", lambda mix: Bytes(mix.bytes_for(weights[SMALL]))),
            row(f"{SMALL}: if compressed", lambda mix: Bytes(mix.bytes_for(zipped[SMALL]))),
            row(f"{LARGE}: transferred", lambda mix: Bytes(mix.bytes_for(weights[LARGE]))),
            row(f"{SMALL}: on average", lambda mix: Bytes(mix.bytes_for(weights[SMALL], 1))),
            row(f"{SMALL}: connector calls", lambda mix: Count(mix.calls_for(weights[SMALL]))),
            row(
                "of these, at the service, kept for 10 minutes",
                lambda mix: Count(upstream_calls(mix.calls_for(weights[SMALL]), 600)),
            ),
        ],
    )


def tables() -> list[Table]:
    """The page's, in its order."""
    with TemporaryDirectory() as directory:
        tree = Path(directory, "dist")
        weights, zipped = measured(tree), measured(tree, compressed=True)
    return [
        parts_table(weights, zipped),
        loads_table(weights, zipped),
        mixes_table(),
        million_table(weights, zipped),
    ]


if __name__ == "__main__":
    print("\n\n".join(map(str, tables())))
