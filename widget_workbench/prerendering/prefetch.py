"""The connector calls that every run of a widget makes before anything that it waits for: the loader may begin them.

Nothing is ever answered in a run, and no time passes, so whatever a run has called depends on no answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from widget_workbench.prerendering.conditions import Conditions
from widget_workbench.prerendering.printed import printed, text_of

Call = Mapping[str, Any]

_SAFE_METHODS = ("GET", "HEAD")

# What the loader may make a client with. Who brings a CSRF token has reasons that no build knows.
_CLIENT_OPTIONS = frozenset({"headers", "timeout"})


@dataclass(frozen=True)
class _Run:
    """What one run has called, as far as that may be begun; None where nothing more may be."""

    props: Mapping[str, Any]
    calls: Sequence[Call | None]

    def call(self, number: int) -> Call | None:
        return self.calls[number] if number < len(self.calls) else None

    def has_texts(self, names: set[str]) -> bool:
        return all(text_of(self.props.get(name)) for name in names)


def prefetched(runs: Sequence[tuple[Conditions, Mapping[str, Any]]]) -> list[Call]:
    """The calls in their order, each with its `client`, its `options`, and the paths of what only prints a property.

    The list ends where the runs differ in more than that, and where a client is changed. Calls that may do something
    are left out, and those after them are not: they do not wait for them either.

    Args:
        runs: of each its conditions, and what there is to say of it.
    """
    # Where a property has no text that a call prints, the loader begins neither that call nor a later one.
    bound = [_Run(conditions.props, _safe(run["calls"])) for conditions, run in runs]
    found: list[Call] = []
    while (call := _common(bound, len(found))) is not None:
        found.append(call)
        bound = [run for run in bound if run.has_texts(_printed_by(call))]
    return found


def _safe(calls: Sequence[Call | None]) -> list[Call | None]:
    safe: list[Call | None] = []
    for call in calls:
        if call is None:
            return [*safe, None]
        if not call["composite"] and call["options"]["method"] in _SAFE_METHODS:
            safe.append(call)
    return safe


def _common(runs: Sequence[_Run], number: int) -> Call | None:
    """The call that all runs make at a place, as far as they have the texts for it; None where there is none."""
    names = {name for run in runs for name, value in run.props.items() if text_of(value)}
    # What it is made of shows where nothing is missing: elsewhere it may be left out.
    call = _agreed([run for run in runs if run.has_texts(names)], number)
    if call is None:
        return None
    able = (run for run in runs if run.has_texts(_printed_by(call)))
    return call if all(_makes(run, call, number) for run in able) else None


def _agreed(runs: Sequence[_Run], number: int) -> Call | None:
    """One call in the place of several that differ in nothing but printed properties."""
    calls = [run.call(number) for run in runs]
    first = calls[0] if calls else None
    if first is None or not _CLIENT_OPTIONS.issuperset(first["client"] or ()):
        return None
    options = [dict(_leaves(call["options"])) for call in calls if call is not None]
    if len(options) < len(calls) or any(each.keys() != options[0].keys() for each in options):
        return None
    paths = []
    for path, value in options[0].items():
        values = [each[path] for each in options]
        if any(other != value for other in values):
            seen = [(run.props, other) for run, other in zip(runs, values, strict=True)]
            if (found := printed(seen, value)) is None:
                return None
            paths.append([*path, found.prop])
    return {"client": first["client"], "options": first["options"], "props": paths}


def _makes(run: _Run, call: Call, number: int) -> bool:
    """Whether a run makes a call, with its own properties."""
    made = run.call(number)
    if made is None or made["client"] != call["client"]:
        return False
    expected = dict(_leaves(call["options"]))
    for *path, name in call["props"]:
        expected[tuple(path)] = text_of(run.props.get(name))
    return dict(_leaves(made["options"])) == expected


def _printed_by(call: Call) -> set[str]:
    return {path[-1] for path in call["props"]}


def _leaves(
    options: Mapping[str, Any], path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in options.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, (*path, name))
        else:
            yield (*path, name), value
