"""What is to be reached, and what was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from .chromium import Start
from .contenders import JAVASCRIPT, OURS, PYODIDE, PYSCRIPT_MPY
from .findings import Findings
from .host_page import FAR, WITH, WITH_TWINS, WITHOUT
from .instances import ALONE, COUNTS
from .weighing import FIRST, OTHER_TYPE, REPUBLISHED, SECOND


@dataclass(frozen=True)
class Bar:
    """One bar: the lower, the better.

    Attributes:
        what: is measured.
        limit: the bar.
        aim: beyond it.
        unit: of all three numbers; empty for a ratio.
        reached: None where this run did not measure it.
        beside: a further figure, in words.
    """

    what: str
    limit: float
    aim: float | None
    reached: float | None
    unit: str = ""
    beside: str = ""

    @property
    def verdict(self) -> str:
        """What came of it, by the number as it is, not as it is rounded."""
        if self.reached is None:
            return "not measured"
        # Neither is what is no number.
        if not self.reached <= self.limit:
            return "**missed**"
        return "aim reached" if self.aim is not None and self.reached <= self.aim else "reached"


def bars(found: Findings) -> Iterator[Bar]:
    """All bars, in the order of the table that set them.

    Args:
        found: by a run, or a part of one.
    """
    empty, busy = found.starts.get("empty", {}), found.starts.get("busy", {})
    init = "navigation → `init`, empty cache, ÷ "
    for peer, limit, aim in ((PYODIDE.name, 0.2, 0.12), (PYSCRIPT_MPY.name, 2.0, 1.2)):
        crowded = ratio(busy, "init", peer)
        yield Bar(
            f"{init}{peer}",
            limit,
            aim,
            ratio(empty, "init", peer),
            beside="" if crowded is None else f"busy: {crowded:.3f}",
        )
    for name in ("firefox", "webkit"):
        engine = found.engines.get(name)
        reached = ratio(engine.starts, "init", PYODIDE.name) if engine else None
        heading = engine.heading if engine else name
        yield Bar(f"the same in {heading}, ÷ {PYODIDE.name}", 0.27, 0.15, reached)
    yield Bar(
        f"first paint of the widget's content ÷ {JAVASCRIPT.name}",
        1.3,
        1.05,
        ratio(empty, "painted", JAVASCRIPT.name),
    )
    slow = found.starts.get("slow", {})
    yield Bar(
        f"data on screen, slow link, ÷ {PYODIDE.name}",
        0.5,
        0.3,
        ratio(slow, "data", PYODIDE.name),
    )
    yield from _weights(found)
    yield from _crowds(found)
    yield from _host_page(found)


def ratio(starts: Mapping[str, list[Start]], measure: str, peer: str) -> float | None:
    """Our median by a peer's.

    Args:
        starts: by contender.
        measure: an attribute of `Start`.
        peer: a contender's name.

    Returns:
        None where one of them took no part.
    """
    ours, theirs = starts.get(OURS.name), starts.get(peer)
    return middle(ours, measure) / middle(theirs, measure) if ours and theirs else None


def middle(those: list[Any], measure: str) -> float:
    """The median of an attribute."""
    values: list[float] = [getattr(each, measure) for each in those]
    return median(values)


def _weights(found: Findings) -> Iterator[Bar]:
    ours, plain = found.weights.get(OURS.name), found.weights.get(PYODIDE.name)
    yield Bar(
        "bytes over the wire before `init`, first visit",
        7.0,
        5.0,
        ours[FIRST].before_init / 1e6 if ours else None,
        unit="MB",
    )
    later = {name: ours[name] for name in (SECOND, OTHER_TYPE, REPUBLISHED)} if ours else {}
    for what, limit, sizes in (
        ("the runtime's data", 0, {name: each.runtime_data for name, each in later.items()}),
        (
            "its core's and loader's JavaScript",
            0.6,
            {name: each.runtime_javascript for name, each in later.items()},
        ),
    ):
        yield Bar(
            f"{what}: second visit, another type, republished",
            limit,
            None,
            max(sizes.values()) / 1e6 if sizes else None,
            unit="MB",
            beside=", ".join(f"{name}: {size / 1e6:.2f}" for name, size in sizes.items()),
        )
    yield Bar(
        f"memory with one widget ÷ {PYODIDE.name}",
        1.1,
        0.8,
        ours[FIRST].memory.total / plain[FIRST].memory.total if ours and plain else None,
    )


def _crowds(found: Findings) -> Iterator[Bar]:
    crowds = found.crowds
    yield Bar(
        "each further instance of a mounted type",
        10,
        3,
        median(crowds.further[ALONE]) if crowds else None,
        unit="ms",
        beside=", ".join(f"{name}: {median(costs):.1f}" for name, costs in crowds.further.items())
        if crowds
        else "",
    )
    most = COUNTS[-1]
    yield Bar(
        f"{most} widgets, all ready, ÷ one of the heaviest type",
        2,
        1.3,
        median(crowds.ready[most]) / median(crowds.ready[1]) if crowds else None,
        beside=f"`{crowds.heaviest}`" if crowds else "",
    )


def _host_page(found: Findings) -> Iterator[Bar]:
    pages = found.host_page
    for name, measure in (("LCP", "lcp"), ("INP", "inp")):
        ratios = {
            page: middle(pages[page], measure) / middle(pages[WITHOUT], measure)
            for page in (WITH, FAR, WITH_TWINS)
            if pages
        }
        yield Bar(
            f"{name} of a page with widgets below the fold ÷ without",
            1.05,
            1.0,
            ratios.get(WITH),
            beside=f"far below: {ratios[FAR]:.3g}, in JavaScript: {ratios[WITH_TWINS]:.3g}"
            if ratios
            else "",
        )
