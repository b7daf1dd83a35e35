"""Which widget asked for a package, directly or through others: for messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from widget_workbench.dependencies.browser_python import PYTHON, applies

Ask = tuple[str, str, str]
"""The asking package's name and version, both empty for a widget, and the requirement as text."""

_MOST_CAUSES = 6


class Askers:
    """Who asks for what.

    Args:
        asked: the requirements by widget type.
        asks: what packages ask for, as far as pip came across it.
    """

    def __init__(self, asked: Mapping[str, tuple[str, ...]], asks: Iterable[Ask]) -> None:
        self._widgets: dict[str, list[tuple[str, Requirement]]] = {}
        for widget_type, texts in asked.items():
            for requirement in map(Requirement, texts):
                if applies(requirement.marker):
                    name = canonicalize_name(requirement.name)
                    self._widgets.setdefault(name, []).append((widget_type, requirement))
        self._parents: dict[str, list[str]] = {}
        for parent, _, text in asks:
            if parent:
                self._parents.setdefault(name_of(text), []).append(name_of(parent))

    def of(self, name: str, said: str = "it") -> str:
        """Who asks for a package: "widget `a` asks for jinja2, which needs it".

        Args:
            name: the package's normalised name.
            said: what to call it.
        """
        chain = self._chain(name)
        if chain[0] not in self._widgets:
            return "it is not known which widget asks for it"
        types = list(dict.fromkeys(widget_type for widget_type, _ in self._widgets[chain[0]]))
        listed = " and ".join(f"`{each}`" for each in types)
        subject = f"widget {listed} asks" if len(types) == 1 else f"widgets {listed} ask"
        return f"{subject} for {', which needs '.join([*chain[:-1], said])}"

    def conflict(self, causes: Iterable[Ask]) -> list[str]:
        """Each cause of a conflict in words; of those that differ in the asking package's version, the first alone."""
        told: list[str] = []
        met: set[tuple[str, str]] = set()
        for parent, version, text in causes:
            name, asking = name_of(text), name_of(parent)
            if (asking, name) in met:
                continue
            met.add((asking, name))
            if parent:
                asker = self.of(asking, said=asking)
                told.append(f"{asking} {version} needs {_plain(text)} ({asker})")
            else:
                told += self._widgets_asking(name)
        rest = len(told) - _MOST_CAUSES
        return [*told[:_MOST_CAUSES], *([f"and {rest} more"] if rest > 0 else [])]

    def _widgets_asking(self, name: str) -> list[str]:
        """All requirements that widgets have of that package: the others belong to the conflict, too."""
        return [
            f"widget `{widget_type}` asks for {requirement}"
            for widget_type, requirement in self._widgets.get(name, [])
        ]

    def _chain(self, name: str) -> list[str]:
        """The names from one that a widget asks for to this one, as few as there are."""
        waiting = [[name]]
        met = {name}
        for chain in waiting:
            if chain[0] in self._widgets:
                return chain
            for parent in self._parents.get(chain[0], []):
                if parent not in met:
                    met.add(parent)
                    waiting.append([parent, *chain])
        return [name]


def name_of(text: str) -> str:
    """The normalised name of the package that a requirement, as pip writes it, is about."""
    try:
        return canonicalize_name(Requirement(text).name)
    except InvalidRequirement:
        return canonicalize_name(text.partition(" ")[0].partition("[")[0])


def _plain(text: str) -> str:
    """A requirement without its marker."""
    if text.startswith("Python "):
        return f"{text}, and widgets run on Python {PYTHON}"
    return text.partition(";")[0].strip()
