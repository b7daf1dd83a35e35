"""Which connector calls of a widget's start are begun before Python is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.prerendering_cases import CITY, COUNT, NEEDED, UNITS, WIDE, Case, text
from widget_workbench.prerendering import first_paints

Calls = list[dict[str, Any]]


def call(
    permalink: str, method: str = "GET", *props: list[str], client: Any = None, **options: Any
) -> dict[str, Any]:
    return {
        "client": client,
        "options": {"permalink": permalink, "method": method, **options},
        "props": list(props),
    }


ONE_OF_ITS_OWN = "from widget import WidgetServiceSDK"

CASES: dict[str, tuple[Case, Calls]] = {
    "a call that is awaited": (Case("await sdk.connectors.get('a')"), [call("a")]),
    "calls that are made at once, in their order": (
        Case(
            """
            sdk.resource(sdk.connectors.get, "a")
            await asyncio.gather(sdk.connectors.get("b"), sdk.connectors.execute("c", "HEAD"))
            """,
            before="import asyncio",
        ),
        [call("a"), call("b"), call("c", "HEAD")],
    ),
    "the same call twice": (
        Case("sdk.create_task(sdk.connectors.get('a')); await sdk.connectors.get('a')"),
        [call("a"), call("a")],
    ),
    "what it is called with": (
        Case(
            """
            await sdk.connectors.get(
                "a",
                query_params={"q": "x", "n": 1, "f": 0.5, "b": True},
                path_params={"id": 7, "s": "{{ x }}"},
                headers={"X-A": "b"},
            )
            """
        ),
        [
            call(
                "a",
                queryParams={"q": "x", "n": "1", "f": 0.5, "b": "true"},
                pathParams={"id": 7, "s": "{{ x }}"},
                headers={"X-A": "b"},
            )
        ],
    ),
    "empty options": (
        Case("await sdk.connectors.get('a', query_params={})"),
        [call("a", queryParams={})],
    ),
    "not what waits for an answer": (
        Case("await sdk.connectors.get('a'); await sdk.connectors.get('b')"),
        [call("a")],
    ),
    "not what waits for time": (
        Case("await asyncio.sleep(0.1); await sdk.connectors.get('a')", before="import asyncio"),
        [],
    ),
    "not what waits for the visitor": (
        Case("await sdk.web.Context.User(); await sdk.connectors.get('a')"),
        [],
    ),
    "not what depends on whether there is a visitor": (
        Case(
            """
            sdk.create_task(sdk.connectors.get("a"))
            await asyncio.sleep(0)
            if sdk.web:
                await sdk.connectors.get("b")
            """,
            before="import asyncio",
        ),
        [call("a")],
    ),
    "not what depends on the clock": (
        Case(
            "await sdk.connectors.get('a', query_params={'to': str(date.today())})",
            before="from datetime import date",
        ),
        [],
    ),
    "not what is random, nor what comes after it": (
        Case(
            """
            sdk.create_task(sdk.connectors.get("a"))
            sdk.create_task(sdk.connectors.get("b", headers={"X-Id": str(uuid4())}))
            await sdk.connectors.get("c")
            """,
            before="from uuid import uuid4",
        ),
        # The tasks begin when `init` waits.
        [call("c"), call("a")],
    ),
    "not another call each time": (
        Case("await sdk.connectors.get(random.choice('ab'))", before="import random"),
        [],
    ),
    "not what may do something, though what follows it": (
        Case(
            """
            sdk.create_task(sdk.connectors.post("a", payload={"a": 1}))
            sdk.create_task(sdk.connectors.composite.execute("b"))
            sdk.create_task(sdk.connectors.delete("c"))
            sdk.create_task(sdk.connectors.execute("d", "OPTIONS"))
            sdk.create_task(sdk.connectors.get("e"))
            """
        ),
        [call("e")],
    ),
    "not after a client has been changed": (
        Case(
            """
            sdk.create_task(sdk.connectors.get("a"))
            await asyncio.sleep(0)
            sdk.connectors.update_headers({"X-A": "b"})
            await sdk.connectors.get("c")
            """,
            before="import asyncio",
        ),
        [call("a")],
    ),
    "not after one of its own has been configured": (
        Case(
            """
            client = WidgetServiceSDK(timeout=5000).connectors
            client.configure(headers={})
            await client.get("a")
            """,
            before=ONE_OF_ITS_OWN,
        ),
        [],
    ),
    "by a client of its own": (
        Case(
            """
            client = WidgetServiceSDK(headers={"X-App": "1"}, timeout=timedelta(seconds=5))
            sdk.create_task(client.connectors.get("a"))
            await sdk.connectors.get("b")
            """,
            before=f"{ONE_OF_ITS_OWN}\nfrom datetime import timedelta",
        ),
        [call("b"), call("a", client={"headers": {"X-App": "1"}, "timeout": 5000})],
    ),
    "by a client without options": (
        Case("await WidgetServiceSDK().connectors.get('a')", before=ONE_OF_ITS_OWN),
        [call("a", client={})],
    ),
    "not by a client with a token": (
        Case("await WidgetServiceSDK(csrf_token='t').connectors.get('a')", before=ONE_OF_ITS_OWN),
        [],
    ),
    "not by a client that a property makes": (
        Case(
            "await WidgetServiceSDK(headers={'X-Units': sdk.props['units']}).connectors.get('a')",
            before=ONE_OF_ITS_OWN,
            properties=[UNITS],
        ),
        [],
    ),
    "with properties": (
        Case(
            """
            city, count = sdk.props["city"], sdk.props["count"]
            await sdk.connectors.get(
                "a", query_params={"q": city, "n": count}, headers={"X-Units": sdk.props["units"]}
            )
            """,
            properties=[CITY, COUNT, UNITS],
        ),
        [
            call(
                "a",
                "GET",
                ["queryParams", "q", "city"],
                ["queryParams", "n", "count"],
                ["headers", "X-Units", "units"],
                queryParams={"q": "Warsaw", "n": "5"},
                headers={"X-Units": "metric"},
            )
        ],
    ),
    "with a property, where there is one": (
        Case(
            """
            if sdk.props.get("city"):
                sdk.create_task(sdk.connectors.get("a", path_params={"city": sdk.props["city"]}))
            sdk.create_task(sdk.connectors.get("b"))
            """,
            properties=[text("city")],
        ),
        # Where there is none, Python's first call is another: the loader begins nothing there.
        [
            call(
                "a",
                "GET",
                ["pathParams", "city", "city"],
                pathParams={
                    "city": "Q0x <b>&amp;</b> \"quoted\" 'it' {{ city }} </div><script>--> aB/Ü 100% sure"
                },
            ),
            call("b"),
        ],
    ),
    "with a permalink that a property gives": (
        Case("await sdk.connectors.get(sdk.props['city'])", properties=[NEEDED]),
        [
            {
                "client": None,
                "options": {"permalink": "Warsaw", "method": "GET"},
                "props": [["permalink", "city"]],
            }
        ],
    ),
    "not with a property in a text": (
        Case(
            "await sdk.connectors.get('a', query_params={'q': f\"{sdk.props['city']},PL\"})",
            properties=[CITY],
        ),
        [],
    ),
    "not with a number that stays one": (
        Case(
            "await sdk.connectors.get('a', path_params={'n': sdk.props['count']})",
            properties=[COUNT],
        ),
        [],
    ),
    "not with a yes or no": (
        Case(
            "await sdk.connectors.get('a', query_params={'w': sdk.props['wide']})",
            properties=[WIDE],
        ),
        [],
    ),
    "not what a property decides": (
        Case("await sdk.connectors.get('a' if sdk.props['wide'] else 'b')", properties=[WIDE]),
        [],
    ),
    "of a widget that keeps its skeleton": (
        Case(
            "sdk.create_task(sdk.connectors.get('a')); await asyncio.sleep(0); sdk.root.focus()",
            before="import asyncio",
        ),
        [call("a")],
    ),
    "not after the page was touched": (
        Case("sdk.root.focus(); await sdk.connectors.get('a')"),
        [],
    ),
}


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Calls]:
    """What is called of the widgets, by their cases' names."""
    subjects = [case.subject(f"w{number}") for number, (case, _) in enumerate(CASES.values())]
    made = first_paints(subjects, tmp_path_factory.mktemp("cache"))
    return {
        name: [dict(call) for call in paint.calls] for name, paint in zip(CASES, made, strict=True)
    }


@pytest.mark.parametrize("name", CASES)
def test_what_is_begun(begun: Mapping[str, Calls], name: str) -> None:
    assert begun[name] == CASES[name][1]
