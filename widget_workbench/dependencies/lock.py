"""What a repository's dependencies come to: which packages in which versions, and which widget needs which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, Self

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

from widget_workbench.dependencies.browser_python import PLATFORM, PYTHON_SERIES, applies
from widget_workbench.dependencies.package import Package

FORMAT = 1
"""The newest format of the file that this reads, and the one that it writes."""


def _requirement(text: str) -> str:
    try:
        Requirement(text)
    except InvalidRequirement:
        raise ValueError(f"{text!r} is no requirement") from None
    return text


class Target(BaseModel):
    """The Python that the packages are for."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    python: str = PYTHON_SERIES
    platform: str = PLATFORM


class Lock(BaseModel):
    """The content of `widgets.lock`.

    `requirements` are what each widget type asks for, as written; a type that asks for nothing is absent.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    format: Literal[1] = 1
    target: Target = Target()
    requirements: dict[str, tuple[Annotated[str, AfterValidator(_requirement)], ...]] = {}
    packages: tuple[Package, ...] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        names = [package.name for package in self.packages]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"{', '.join(twice)}: stands in it twice")
        for widget_type in self.requirements:
            self._reached(widget_type)
        return self

    def of(self, widget_type: str) -> tuple[Package, ...]:
        """The packages that a widget needs, also through others, in the order of their names.

        Args:
            widget_type: the widget's type; one that asks for nothing needs none.
        """
        reached = self._reached(widget_type)
        return tuple(package for package in self.packages if package.name in reached)

    def needed(self) -> frozenset[str]:
        """The names of the packages that some widget needs."""
        return frozenset().union(*(self._reached(each) for each in self.requirements))

    def _reached(self, widget_type: str) -> frozenset[str]:
        asked = (Requirement(text) for text in self.requirements.get(widget_type, ()))
        return reached(self.packages, (each for each in asked if applies(each.marker)))


def reached(packages: Iterable[Package], asked: Iterable[Requirement]) -> frozenset[str]:
    """The names of all packages that some requirements lead to.

    Args:
        packages: those there are.
        asked: requirements that apply.

    Raises:
        ValueError: one of the packages is not there.
    """
    by_name: Mapping[str, Package] = {package.name: package for package in packages}
    met: set[tuple[str, str]] = set()
    waiting = list(asked)
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name not in by_name:
            raise ValueError(f"{name} is asked for, and is not in it")
        links = [Requirement(text) for text in by_name[name].requires]
        for extra in ("", *requirement.extras):
            if (name, extra) not in met:
                met.add((name, extra))
                waiting += [link for link in links if applies(link.marker, extra)]
    return frozenset(name for name, _ in met)
