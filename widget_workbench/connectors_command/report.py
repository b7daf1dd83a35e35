"""What came of a trial, for a person at a terminal."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import click

from widget_workbench.connectors_command.layout import bar, columns, cut, sentences
from widget_workbench.connectors_command.trial import Outcome
from widget_workbench.visible_text import visible

# Of a body that is shown without --full.
_MOST_LINES = 60
_MOST_CHARACTERS = 6_000

_MARGIN = "    "
_NONE = "None was made."
_NONE_YET = "None was made: the request for a token comes before it."
_TOO_LONG = "… the gateway tells no more of it."
_NOT_SENT = " (not sent)"
_WAYS_TO_SIGN_IN = {
    "--guest": "Here: leave out --guest.",
    "preview.toml": "Here: take guest = true out of preview.toml's [user].",
}
_SECRET = re.compile(r"get_secret\('([^']+)'\)")
_BAR_CELLS = 40
_COLOURS = {"external": "cyan", "transform": "magenta", "cache": "yellow"}


def report(outcome: Outcome, *, full: bool = False) -> Iterator[str]:
    """The lines to print: the outcome in one, the request, the response, and where the time went.

    Args:
        outcome: of the trial.
        full: whether all of a long body is shown.
    """
    width = columns() - len(_MARGIN)
    sections = (
        (_request_title(outcome), _request(outcome, width, full)),
        ("Error", _error(outcome, width)),
        ("Response", _response(outcome, width, full)),
        ("Time", _time(outcome)),
    )
    yield ""
    yield f"  {_headline(outcome)}"
    for title, lines in sections:
        content = list(lines)
        if content:
            yield ""
            yield f"  {click.style(title, bold=True)}"
            yield from (f"{_MARGIN}{line}".rstrip() for line in content)
    yield ""
    if outcome.request_id:
        yield click.style(f"  Request ID {outcome.request_id}", dim=True)
        yield ""


def _headline(outcome: Outcome) -> str:
    trial = outcome.trial
    colour = "green" if outcome.succeeded else "red"
    status = click.style(f"{outcome.status} {outcome.phrase}".strip(), fg=colour, bold=True)
    total = outcome.durations.get("total")
    parts = [trial.method, click.style(trial.permalink, bold=True), status]
    if total is not None:
        parts.append(click.style(f"{total:.1f} ms", dim=True))
    return "  ".join(parts)


def _request_title(outcome: Outcome) -> str:
    is_told = outcome.sent is None or "steps" in outcome.sent  # by the text, by each step
    return "Request" if is_told or outcome.is_sent else f"Request{_mark(outcome)}"


def _mark(outcome: Outcome) -> str:
    """What is said of a request that did not go out."""
    is_cached = (outcome.timing or {}).get("cache_hit")
    return "" if is_cached else _NOT_SENT


def _request(outcome: Outcome, width: int, full: bool) -> Iterator[str]:
    sent = outcome.sent
    if sent is None:
        if outcome.error is not None:
            yield _none(outcome)
        return
    if "steps" not in sent:
        yield from _one_request(sent, width, full)
        yield from _of_masks(outcome, width)
        return
    for number, step in enumerate(sent["steps"], start=1):
        if number > 1:
            yield ""
        is_sent = (
            "url" not in step or number > len(outcome.sent_steps) or outcome.sent_steps[number - 1]
        )
        mark = "" if is_sent else _mark(outcome)
        yield click.style(f"{number}. {visible(str(step.get('name', '')))}{mark}", bold=True)
        if "url" in step:
            yield from _one_request(step, width, full)
        else:
            yield _none(outcome)
    yield from _of_masks(outcome, width)


def _of_masks(outcome: Outcome, width: int) -> Iterator[str]:
    """What an expression stands for: the same is sent as it stands where there is no such secret."""
    names = dict.fromkeys(_SECRET.findall(json.dumps(outcome.sent, ensure_ascii=False)))
    for name in names:
        if name in outcome.secrets:
            told = f"Where the secret '{name}' stands, its value was used, and is not shown."
            yield from ("", *(click.style(line, dim=True) for line in sentences(told, width)))


def _none(outcome: Outcome) -> str:
    """Why there is no request to show; the error tells the rest."""
    return _NONE_YET if _lacks_a_token(outcome) else _NONE


def _lacks_a_token(outcome: Outcome) -> bool:
    return (outcome.error or {}).get("code") == "AUTHENTICATION_ERROR"


def _one_request(sent: Mapping[str, Any], width: int, full: bool) -> Iterator[str]:
    """As `X-Debug-Request` tells it, which leaves out what makes it too long for a header."""
    method, url = str(sent.get("method", "")), visible(str(sent.get("url", "")))
    first, *rest = cut(url, width - len(method) - 1)
    yield f"{method} {click.style(first, fg='cyan')}"
    for part in rest:
        yield " " * (len(method) + 1) + click.style(part, fg="cyan")
    for name, values in (sent.get("headers") or {}).items():
        for value in values if isinstance(values, list) else [values]:
            yield from _header(visible(name), visible(str(value)), width)
    body = sent.get("body")
    if body:
        yield ""
        yield from _cut_body(_pretty(body), width, full)
        if sent.get("body_truncated"):
            yield click.style(_TOO_LONG, dim=True)
    if sent.get("truncated"):
        yield click.style(_TOO_LONG, dim=True)


def _header(name: str, value: str, width: int) -> Iterator[str]:
    first, *rest = cut(f"{name}: {value}".replace("\n", "\\n"), width)
    yield click.style(first[: len(name) + 1], dim=True) + first[len(name) + 1 :]
    for part in rest:
        yield from cut(f"  {part}", width)


def _error(outcome: Outcome, width: int) -> Iterator[str]:
    """The envelope, in sentences."""
    error = outcome.error
    if error is None:
        return
    code = visible(str(error.get("code", "")))
    scope = error.get("scope")
    yield click.style(code, fg="red") + (f"  {visible(str(scope))}" if scope else "")
    yield from sentences(str(error.get("detail", "")), width)
    params = error.get("params")
    if params and not outcome.trial.composite:
        options = " ".join(f"--path {name}=…" for name in params)
        yield from sentences(f"Here: {options}", width)
    if code == "GUEST_REFUSED" and outcome.guest_by is not None:
        yield _WAYS_TO_SIGN_IN[outcome.guest_by]


def _response(outcome: Outcome, width: int, full: bool) -> Iterator[str]:
    if outcome.error is not None:
        return  # told as an error
    size = len(outcome.response.content)
    yield click.style(
        "  ".join(filter(None, (visible(outcome.content_type), _counted(size, "byte")))), dim=True
    )
    if outcome.note is not None:
        for line in sentences(f"{outcome.note[:1].upper()}{outcome.note[1:]}.", width):
            yield click.style(line, fg="yellow")
    if outcome.text is None:
        yield "Not text: --json shows it as Base64."
        return
    try:
        shown = _indented(outcome.json)
    except (ValueError, RecursionError):
        shown = outcome.text
    if shown:
        yield from _cut_body(shown, width, full)


def _pretty(text: str) -> str:
    """JSON with its structure shown, any other text as it is."""
    try:
        return _indented(json.loads(text))
    except (ValueError, RecursionError):
        return text


def _indented(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)


def _cut_body(text: str, width: int, full: bool) -> Iterator[str]:
    """A body's lines, the first of them where there are many."""
    shown = text if full else text[:_MOST_CHARACTERS]
    lines = visible(shown).removesuffix("\n").split("\n")
    pieces = [piece for line in lines for piece in cut(line, width)]
    if full or (len(pieces) <= _MOST_LINES and len(shown) == len(text)):
        yield from pieces
        return
    yield from pieces[:_MOST_LINES]
    yield click.style(f"… the beginning of {len(text):,} characters; --full shows all.", dim=True)


def _time(outcome: Outcome) -> Iterator[str]:
    """A bar for each stage, as long as its share of the whole time."""
    durations = dict(outcome.durations)
    total = durations.pop("total", None)
    if total is None:
        return
    name_width = max(map(len, (*durations, "total")))
    for name, duration in durations.items():
        share = duration / total if total > 0 else 0.0
        drawn = f"{bar(share, _BAR_CELLS):{_BAR_CELLS}}"
        coloured = click.style(drawn, fg=_COLOURS.get(name, "blue"))
        yield f"{name:{name_width}}  {coloured}  {duration:8.1f} ms"
    yield f"{'total':{name_width}}  {'':{_BAR_CELLS}}  {total:8.1f} ms"
    if not _lacks_a_token(
        outcome
    ):  # that error tells itself whom it asked, and whether they answered
        yield from (click.style(line, dim=True) for line in _circumstances(outcome.timing or {}))


def _circumstances(timing: Mapping[str, Any]) -> Iterable[str]:
    host = timing.get("external_host")
    if host is None:
        return
    if timing.get("timeout"):
        yield f"{visible(str(host))} was called, and did not answer in time."
    elif timing.get("cache_hit"):
        yield f"The answer of {visible(str(host))} came from the cache."
    else:
        yield f"{visible(str(host))} was called."


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
