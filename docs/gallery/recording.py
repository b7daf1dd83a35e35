"""What the examples' connectors answer, recorded for a page that has no gateway.

The examples' own gateway and upstreams are run in this process, and asked what each example asks: when it is opened,
and by what a visitor does with it. An answer is kept in the form of `fixtures/` (widget_workbench/fixtures), one file a
connector.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import httpx

from widget_workbench.fixtures import RecordedAnswer, RecordedExchange
from widget_workbench.fixtures.document import content_of
from widget_workbench.gateway import Gateway
from widget_workbench.preview.configuration import configuration_of
from widget_workbench.preview.upstreams import Upstreams
from widget_workbench.repository import Repository


@dataclass(frozen=True)
class Question:
    """A connector call as an example makes it."""

    method: str
    permalink: str
    query: Mapping[str, str] = field(default_factory=dict)
    payload: Mapping[str, Any] | None = None


class RecordingError(Exception):
    """A connector of the examples did not answer as it should, in a sentence."""


def sequences(today: date) -> list[Sequence[Question]]:
    """What the examples ask, but for the search, which `answers` asks as somebody types.

    Each sequence is asked in its order, since a call may change what a later one reads. They do not disturb one
    another.

    Args:
        today: on which it is asked.
    """
    jane = {"firstName": "Jane", "lastName": "Doe", "email": "jane@example.com"}
    smith = {"firstName": "Jane", "lastName": "Smith"}
    contact = {"id": "contact-42"}
    tasks = ("task-99", "task-100", "task-101")
    opinion = {"rating": 5, "comment": "Office hours are what I come here for."}
    return [
        [Question("GET", "weather-api", {"q": "Warsaw", "units": "metric"})],
        [Question("POST", "crm-contacts", payload=jane)],
        [
            Question("GET", "crm-contacts", contact),
            Question("PUT", "crm-contacts", contact, smith),
        ],
        [
            Question("GET", "task-list"),
            *(Question("DELETE", "task-manager", {"taskId": task}) for task in tasks),
        ],
        [Question("GET", "internal-api")],
        [Question("GET", "analytics-api")],
        *(
            [Question("POST", "report-generator", payload={"range": f"last-{days}-days"})]
            for days in (90, 30, 365)
        ),
        [
            Question("GET", "feedback-list"),
            Question("POST", "feedback-add", payload=opinion),
            Question("DELETE", "feedback-remove", {"id": "feedback-6"}),
        ],
        *([Question("GET", "ticket-insights", _last_weeks(weeks, today))] for weeks in (12, 4, 26)),
        [Question("GET", "crm-directory")],
    ]


def _last_weeks(weeks: int, today: date) -> dict[str, str]:
    """As the example `insights` has it: the first and the last day of the last whole weeks."""
    sunday = today - timedelta(today.isoweekday())
    return {"from": str(sunday - timedelta(7 * weeks - 1)), "to": str(sunday)}


def answers(repository: Repository) -> dict[str, bytes]:
    """Asks, and gives the files by name: `<permalink>.json`, as in `fixtures/`, with two further fields.

    `recorded` is the day, and `milliseconds` how long the connector takes to answer, to the tenth of a second.

    Args:
        repository: the examples.

    Raises:
        RecordingError: one of them answered with an error.
    """
    today = date.today()
    exchanges = asyncio.run(_asked(repository, today))
    by_permalink: dict[str, list[_Timed]] = {}
    for each in exchanges:
        by_permalink.setdefault(each.exchange.permalink, []).append(each)
    return {
        f"{permalink}.json": _file(today, recorded) for permalink, recorded in by_permalink.items()
    }


@dataclass(frozen=True)
class _Timed:
    exchange: RecordedExchange
    seconds: float


def _file(today: date, recorded: Iterable[_Timed]) -> bytes:
    recorded = list(recorded)
    document = {
        "recorded": str(today),
        "milliseconds": round(10 * max(each.seconds for each in recorded)) * 100,
        **json.loads(content_of([each.exchange for each in recorded])),
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


async def _asked(repository: Repository, today: date) -> list[_Timed]:
    async with _gateway(repository) as gateway:

        async def ask_all(asked: Iterable[Question]) -> list[_Timed]:
            return [await _ask(gateway, question) for question in asked]

        found = await asyncio.gather(*map(ask_all, sequences(today)), _searched(gateway))
    return [each for recorded in found for each in recorded]


@asynccontextmanager
async def _gateway(repository: Repository) -> AsyncIterator[httpx.ASGITransport]:
    upstreams = Upstreams(repository.root)
    upstreams.mount(repository.settings.upstreams, repository.bad_upstreams)
    configuration = configuration_of(repository, upstreams.transports)
    gateway = Gateway(configuration=lambda: configuration)
    try:
        yield httpx.ASGITransport(gateway)
    finally:
        await gateway.aclose()
        await upstreams.aclose()


async def _ask(gateway: httpx.ASGITransport, question: Question) -> _Timed:
    request = httpx.Request(
        question.method,
        f"http://gateway/{question.permalink}/execute",
        params=question.query,
        json=question.payload,
    )
    started = asyncio.get_running_loop().time()
    response = await gateway.handle_async_request(request)
    await response.aread()
    seconds = asyncio.get_running_loop().time() - started
    if response.is_error:
        raise RecordingError(
            f"{question.method} {question.permalink} answered {response.status_code}: {response.text}"
        )
    exchange = RecordedExchange(
        permalink=question.permalink,
        method=question.method,
        query=question.query,
        payload=question.payload,
        answer=RecordedAnswer(
            response.status_code, response.text, response.headers.get("content-type", "")
        ),
    )
    return _Timed(exchange, seconds)


# Of a word that is being typed; what comes after it differs little.
_TYPED = 3


async def _searched(gateway: httpx.ASGITransport) -> list[_Timed]:
    """The search as somebody types: each letter, then the words that the answers hold, by their first letters."""
    recorded: dict[str, _Timed] = {}
    # Nothing is found for an empty text, which answers what nothing else does (browser/recorded-answers.js).
    waiting = ["", *"abcdefghijklmnopqrstuvwxyz"]
    while waiting:
        query = waiting.pop(0)
        if query in recorded:
            continue
        recorded[query] = await _ask(gateway, Question("GET", "help-search", {"q": query}))
        for article in json.loads(recorded[query].exchange.answer.body)["articles"]:
            texts = [article[name].lower() for name in ("title", "summary", "section")]
            words = re.findall(r"\w{2,}", " ".join(texts))
            waiting += [word[:length] for word in words for length in range(2, _TYPED + 1)]
            waiting += [*words, article["title"].lower()]
    return list(recorded.values())
