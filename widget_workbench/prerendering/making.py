"""Makes first paints: all at once, since starting the browser's Python takes a second."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from widget_workbench.checking.content_scan import scan
from widget_workbench.prerendering.cache import FirstPaintCache
from widget_workbench.prerendering.comparison import Differs, compared
from widget_workbench.prerendering.conditions import Conditions
from widget_workbench.prerendering.dom import escaped
from widget_workbench.prerendering.first_paint import FirstPaint
from widget_workbench.prerendering.job import Run, run
from widget_workbench.prerendering.markup import markup
from widget_workbench.prerendering.prefetch import prefetched
from widget_workbench.prerendering.subject import Subject
from widget_workbench.runtime import runtime


def first_paints(
    subjects: Sequence[Subject],
    cache: Path,
    told: Callable[[str], None] = lambda line: None,
) -> list[FirstPaint]:
    """The first paints of widgets, made as far as that has not been done before.

    Args:
        subjects: the widgets.
        cache: the directory of what was made before, kept for all of a user's repositories.
        told: gets a line for each step that takes long.

    Raises:
        BrowserPythonError: there is no JavaScript engine to run them in.
        ShippedFilesMissing: the runtime is not there.
    """
    kept = FirstPaintCache(cache)
    keys = [subject.key(runtime().release) for subject in subjects]
    paints = [kept.find(key) for key in keys]
    missing = [number for number, paint in enumerate(paints) if paint is None]
    if missing:
        told(f"Prerendering {', '.join(subjects[number].type for number in missing)}")
        found = run([subjects[number] for number in missing], runtime())
        for number, runs in zip(missing, found, strict=True):
            paints[number] = paint = _paint(subjects[number], runs)
            kept.keep(keys[number], paint)
    return [paint for paint in paints if paint is not None]


def _paint(subject: Subject, runs: Sequence[Run] | str) -> FirstPaint:
    if isinstance(runs, str):
        return FirstPaint(reason=runs)
    conditions = [each for half in subject.runs for each in half]
    made = list(zip(conditions, runs, strict=True))
    begun = _begun(prefetched(made))
    for under, each in made:
        if reason := _without_render(each):
            paint = begun.unmarked(reason + _difference(under, conditions[0]))
            by_default = under is conditions[0] and each["touched"] is None
            return replace(paint, failure=_failure(each)) if by_default else paint
    try:
        html = markup(compared([(under, each["shown"]) for under, each in made]))
    except Differs as error:
        return begun.unmarked(str(error))
    except RecursionError:
        return begun.unmarked("its elements are nested too deeply")
    if refusal := _refusal(html):
        return begun.unmarked(
            f"the platform's content scan would reject its HTML in an entry, {refusal}"
        )
    return replace(begun, markup=html)


def _begun(calls: Sequence[Mapping[str, Any]]) -> FirstPaint:
    """What has the calls up to the first that the platform would not take in an entry: later ones may depend on it."""
    for number, call in enumerate(calls):
        paint = FirstPaint(calls=calls[: number + 1])
        if refusal := _refusal(f'<div data-prefetch="{escaped(paint.listed_calls)}"></div>'):
            what = f"the platform's content scan would reject the call of {call['options']['permalink']!r} in an entry"
            return FirstPaint(calls=calls[:number], calls_end=f"{what}, {refusal}")
    return FirstPaint(calls=calls)


def _difference(under: Conditions, first: Conditions) -> str:
    """What a run was made under, where that is other than by default."""
    if under is first:
        return ""
    changed = [
        f"the property {name!r} as {json.dumps(value, ensure_ascii=False)}"
        for name, value in under.props.items()
        if value != first.props.get(name)
    ]
    return f" (with {' and '.join(changed) or f'other conditions: {under.differs}'})"


def _without_render(run: Run) -> str:
    """Why a run has no first render that could be shown; empty where it has one."""
    if run["touched"] is not None:
        name, place = run["touched"]
        where = f" ({place})" if place else ""
        return f"it touches the page itself before its first render: {name}{where}"
    if failure := _failure(run):
        return f"it failed{failure}"
    if run["shown"] is not None:
        return ""
    if run["ready"]:
        return "its init has returned, and nothing was rendered"
    return (
        "it renders nothing before it waits for an answer: declare the view before the first await"
    )


def _failure(run: Run) -> str:
    """` (main.py, line 3): ZeroDivisionError: …`; empty where the start has not failed."""
    failure = run["failed"]
    if failure is None:
        return ""
    place = f" ({failure['place']})" if failure["place"] else ""
    return f"{place}: {failure['says']}"


def _refusal(html: str) -> str:
    """Why the platform would not take an entry with this HTML; empty where it would."""
    for finding in scan("index.html", html.encode()):
        if not finding.suspicion:
            return f"{finding.category}: {finding.reason.removesuffix('.')}"
    return ""
