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

    def of(self, name: str) -> str:
        """Who asks for a package: "widget `a` asks for jinja2, which needs it"."""
        chain = self._chain(name)
        widgets = self._widgets.get(chain[0])
        if widgets is None:
            return "it is not known which widget asks for it"
        through = [*chain[:-1], "it"]
        types = _joined([f"`{each}`" for each in dict.fromkeys(each for each, _ in widgets)])
        subject = f"widget {types} asks" if "," not in types and " and " not in types else f"widgets {types} ask"
        return f"{subject} for {', which needs '.join(through)}"

    def conflict(self, causes: Iterable[Ask]) -> list[str]:
        """Each cause of a conflict in words; of one package's versions the first alone."""
        told: dict[str, None] = {}
        parents: set[tuple[str, str]] = set()
        for parent, version, text in causes:
            if not parent:
                told.update(dict.fromkeys(self._widgets_asking(text)))
            elif (name_of(parent), name_of(text)) not in parents:
                parents.add((name_of(parent), name_of(text)))
                told[f"{name_of(parent)} {version} needs {_plain(text)} ({self.of(name_of(parent))})"] = None
        lines = list(told)
        rest = len(lines) - _MOST_CAUSES
        return [*lines[:_MOST_CAUSES], *([f"and {rest} more"] if rest > 0 else [])]

    def _widgets_asking(self, text: str) -> list[str]:
        """All requirements that widgets have of that package: the others belong to the conflict, too."""
        widgets = self._widgets.get(name_of(text), [])
        return [f"widget `{widget_type}` asks for {requirement}" for widget_type, requirement in widgets]

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


def _joined(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
