"""The examples' embedded upstream, and that the examples' connectors reach it."""

import asyncio
import importlib.util
import json
import re
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partialmethod
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.applications import Starlette

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
WIDGETS = sorted(path.parent.name for path in EXAMPLES.glob("widgets/*/main.py"))
SEED_CALLS = sorted((ROOT / "tests" / "twins").glob("*.js"))


class Upstream:
    """Calls an upstream in this process."""

    def __init__(self, app: Starlette) -> None:
        self._transport = httpx.ASGITransport(app)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def answer() -> httpx.Response:
            async with httpx.AsyncClient(
                transport=self._transport, base_url="https://upstream.example"
            ) as client:
                return await client.request(method, path, **options)

        return asyncio.run(answer())

    get = partialmethod(request, "GET")
    post = partialmethod(request, "POST")
    put = partialmethod(request, "PUT")
    delete = partialmethod(request, "DELETE")


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """A new upstream, its database as at each start."""
    spec = importlib.util.spec_from_file_location("examples_upstream", EXAMPLES / "upstream.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield Upstream(module.app)
    module.app.state.database.close()


def connectors() -> list[dict[str, Any]]:
    files = [EXAMPLES / "preview.connectors.json", *EXAMPLES.glob("widgets/*/connectors.json")]
    return [connector for file in files for connector in json.loads(file.read_text())["connectors"]]


def test_the_weather_comes_in_the_units_that_are_asked_for(upstream: Upstream) -> None:
    metric = upstream.get("/weather", params={"q": "Warsaw", "units": "metric"}).json()
    imperial = upstream.get("/weather", params={"q": "warsaw", "units": "imperial"}).json()
    assert metric["name"] == imperial["name"] == "Warsaw"
    assert imperial["temperature"] == pytest.approx(metric["temperature"] * 1.8 + 32, abs=0.1)


def test_an_unknown_city_is_named_in_the_answer(upstream: Upstream) -> None:
    answer = upstream.get("/weather", params={"q": "Atlantis"})
    assert answer.status_code == 404
    assert answer.json() == {"status": 404, "message": "No weather is known for 'Atlantis'."}


def test_a_created_contact_can_be_read(upstream: Upstream) -> None:
    jane = {"firstName": "Jane", "lastName": "Doe", "email": "jane@example.com"}
    created = upstream.post("/contacts", json=jane)
    assert created.status_code == 201
    assert created.json() == {"id": "contact-43", **jane}
    assert upstream.get("/contacts", params={"id": "contact-43"}).json() == created.json()


def test_a_contact_without_an_email_is_refused(upstream: Upstream) -> None:
    answer = upstream.post("/contacts", json={"firstName": "Jane", "lastName": "Doe"})
    assert answer.status_code == 422
    assert answer.json()["message"] == "A new contact needs email."


def test_an_update_changes_what_a_reading_shows(upstream: Upstream) -> None:
    which = {"id": "contact-42"}
    assert upstream.get("/contacts", params=which).json()["lastName"] == "Doe"
    upstream.put("/contacts", params=which, json={"firstName": "Jane", "lastName": "Smith"})
    assert upstream.get("/contacts", params=which).json() == {
        "id": "contact-42",
        "firstName": "Jane",
        "lastName": "Smith",
        "email": "jane@example.com",
    }


def test_a_task_can_be_deleted_once(upstream: Upstream) -> None:
    which = {"taskId": "task-99"}
    assert upstream.delete("/tasks", params=which).json() == {"id": "task-99", "deleted": True}
    assert upstream.delete("/tasks", params=which).status_code == 404
    assert "task-99" not in [task["id"] for task in upstream.get("/tasks").json()]


def test_an_emptied_task_list_starts_over_at_the_next_reading(upstream: Upstream) -> None:
    tasks = upstream.get("/tasks").json()
    assert tasks[0]["id"] == "task-99"
    for task in tasks:
        upstream.delete("/tasks", params={"taskId": task["id"]})
    assert upstream.get("/tasks").json() == tasks


def test_notices_are_in_the_language_of_the_request(upstream: Upstream) -> None:
    english = upstream.get("/notices", headers={"Accept-Language": "en-US", "X-Request-Id": "r"})
    dutch = upstream.get("/notices", headers={"Accept-Language": "nl-NL"})
    assert english.json()["requestId"] == "r"
    assert english.json()["notices"][1]["title"] == "New status page"
    assert dutch.json()["notices"][1]["title"] == "Nieuwe statuspagina"


def test_a_metric_sums_its_days(upstream: Upstream) -> None:
    answer = upstream.get("/metrics", headers={"X-Client": "custom-widget"}).json()
    assert answer["client"] == "custom-widget"
    assert all(metric["total"] == sum(metric["days"]) for metric in answer["metrics"])


def test_a_longer_range_reports_more(upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORT_SECONDS", "0")
    month = upstream.post("/reports", json={"range": "last-30-days"}).json()
    quarter = upstream.post("/reports", json={"range": "last-90-days"}).json()
    assert quarter["range"] == "last-90-days"
    for short, long in zip(month["rows"], quarter["rows"], strict=True):
        assert short["category"] == long["category"]
        assert short["replies"] < long["replies"]


def test_an_unknown_range_is_refused(upstream: Upstream) -> None:
    assert upstream.post("/reports", json={"range": "for-ever"}).status_code == 422


def test_tickets_are_counted_in_the_weeks_that_begin_in_a_time(upstream: Upstream) -> None:
    monday = date.today() - timedelta(date.today().weekday())
    times = {"from": str(monday - timedelta(13)), "to": str(date.today())}
    counted = upstream.get("/ticket-insights", params=times).json()
    assert counted["weeks"] == [str(monday - timedelta(7))]
    assert counted["series"] == [
        {"label": "Opened", "counts": [49]},
        {"label": "Solved", "counts": [52]},
    ]
    everything = upstream.get("/ticket-insights", params={**times, "from": "2000-01-01"}).json()
    assert len(everything["weeks"]) == 26
    assert all(date.fromisoformat(week).isoweekday() == 1 for week in everything["weeks"])
    assert (
        upstream.get("/ticket-insights", params={"from": "soon", "to": "later"}).status_code == 422
    )


def test_the_directory_has_records_of_every_kind(upstream: Upstream) -> None:
    records = upstream.get("/directory").json()["records"]
    assert None in records
    assert {"id", "ID", "contactId"} <= {key for record in records for key in record or ()}


@pytest.mark.parametrize("connector", connectors(), ids=lambda connector: connector["name"])
def test_a_connector_reaches_a_route_of_the_upstream(
    connector: dict[str, Any], upstream: Upstream
) -> None:
    url = urlsplit(connector["url"])
    settings = tomllib.loads((EXAMPLES / "preview.toml").read_text())
    assert settings["upstreams"][url.hostname] == "upstream:app"
    # Without parameters or a body some answer 404 or 422, in the upstream's own words.
    answer = upstream.request(connector["method"], url.path, json={})
    assert answer.json() != {"status": 404, "message": "Not Found"}
    assert answer.status_code != 405


def test_each_call_of_the_seed_has_its_example() -> None:
    assert len(SEED_CALLS) == 7
    assert {call.stem for call in SEED_CALLS} <= set(WIDGETS)


@pytest.mark.parametrize("name", WIDGETS)
def test_a_widget_is_complete(name: str) -> None:
    directory = EXAMPLES / "widgets" / name
    manifest = json.loads((directory / "widget.json").read_text())
    assert manifest["title"]
    defaults = {
        p["name"]: p["defaultValue"]
        for p in manifest.get("configuration", {}).get("properties", [])
    }
    assert manifest.get("defaultConfig", {}) == defaults
    assert (directory / "style.css").is_file()
    assert (directory / "skeleton.html").is_file()


@pytest.mark.parametrize("call", SEED_CALLS, ids=lambda call: call.stem)
def test_the_seeds_call_has_a_connector_of_its_method(call: Path) -> None:
    called = dict(re.findall(r'(permalink|method): "([\w-]+)"', call.read_text()))
    assert called in [
        {"permalink": connector["permalink"], "method": connector["method"]}
        for connector in connectors()
    ]
