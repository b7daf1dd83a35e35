"""Under what a widget is rendered: each run differs from the first in one thing, so that a difference has one cause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from widget_workbench.manifest import PlatformFields
from widget_workbench.prerendering.properties import SEVERAL, together, variations

_EVERYTHING = "several things at once"
_PAGE = "the page or the build (tokens, versions, addresses)"
_START = "each start of Python (the order of a set, an object's address)"


@dataclass(frozen=True)
class Conditions:
    """Of one run.

    Attributes:
        differs: in what from the first run's, as a message says it; empty of the first itself.
        props: the properties.
        now: milliseconds since 1970.
        zone: the time zone.
        seed: of what is random.
        locale: of the environment.
        web: whether the page has the community's Web SDK.
        page: a name, for what else one page and one build differ in from others: versions, stamps, addresses.
        color: of the page's design tokens.
    """

    differs: str
    props: Mapping[str, Any]
    now: int = 1_767_776_645_000  # Wednesday, 7 January 2026, 09:04:05 UTC
    zone: str = "UTC"
    seed: int = 281
    locale: str = "en_US.UTF-8"
    web: bool = True
    page: str = "one"
    color: str = "#2B3346"

    @property
    def is_single(self) -> bool:
        """Whether it differs from the first in one thing alone."""
        return self.differs not in (_EVERYTHING, SEVERAL)

    @property
    def assets(self) -> str:
        """Where the platform has put the widget's assets."""
        return f"https://{self.page}.assets.invalid/"

    def written(self) -> dict[str, Any]:
        """For the job."""
        return {
            **asdict(self),
            "assets": self.assets,
            "tokens": {"color-content-default": self.color, "space-100": f"{len(self.page)}px"},
        }


# Each day of the week, at hours and in months that lie apart. Milliseconds since 1970.
_CLOCKS = (
    1_772_410_220_000,  # Monday, 2 March 2026, 00:10:20 UTC
    1_810_016_492_000,  # Tuesday, 11 May 2027, 06:21:32
    1_835_440_240_000,  # Tuesday, 29 February 2028, 12:30:40
    1_949_931_950_000,  # Thursday, 16 October 2031, 15:45:50
    946_664_152_000,  # Friday, 31 December 1999, 18:15:52
    2_005_768_798_000,  # Saturday, 23 July 2033, 21:59:58
    1_793_504_013_000,  # Sunday, 1 November 2026, 03:33:33
)

# Whose first numbers, `random.random()` and what is chosen by them, lie far apart.
_MIDDLE, _HIGH = 476, 394


def conditions_of(manifest: PlatformFields) -> tuple[list[Conditions], list[Conditions]]:
    """The runs, for two interpreters that are started with different seeds of their strings' hashes.

    The first of all is the one that is shown. What a package finds as it is imported, it finds once an interpreter: the
    second one begins with everything other than in the first.
    """
    default, *others = variations(manifest)
    first = Conditions("", default.values)
    everything = replace(
        first,
        differs=_EVERYTHING,
        props=together(manifest, 0),
        now=_CLOCKS[-1],
        zone="Pacific/Auckland",
        seed=_HIGH,
        locale="nl_NL.UTF-8",
        web=False,
        page="another",
        color="#0A0B0C",
    )
    here = [
        first,
        *(replace(first, differs="the clock", now=now) for now in _CLOCKS),
        replace(first, differs="the time zone", zone="Pacific/Auckland"),
        replace(first, differs="what is random", seed=_MIDDLE),
        replace(first, differs="what is random", seed=_HIGH),
        replace(first, differs="the locale", locale="nl_NL.UTF-8"),
        replace(first, differs="the visitor (sdk.web)", web=False),
        replace(first, differs=_PAGE, page="another", color="#0A0B0C"),
    ]
    there = [
        everything,
        replace(first, differs=_START),
        *(replace(first, differs=each.differs, props=each.values) for each in others),
    ]
    return here, there
