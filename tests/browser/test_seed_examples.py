"""The seed's seven examples: what Python sends is what the seed's own JavaScript sends, on the same page."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from playwright.sync_api import Page, Request, expect

from widget_workbench.testing import Community

from .conftest import EXAMPLES, PROBE, TESTS, Probe

REPOSITORY = EXAMPLES

# What the seed sets, or what a body brings; the browser's own headers differ in nothing that we decide.
CHOSEN_HEADERS = (
    "accept-language",
    "content-type",
    "x-app-version",
    "x-client",
    "x-csrf-token",
    "x-path-params",
    "x-request-id",
)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Example:
    """One example: how it is made to send its request, and what of the seed's it must send."""

    widget: str
    permalink: str
    method: str
    button: str | None = None
    query: tuple[tuple[str, str], ...] = ()
    payload: dict[str, str] | None = None
    headers: tuple[str, ...] = ()


SEED_EXAMPLES = [
    Example("weather", "weather-api", "GET", query=(("q", "Warsaw"), ("units", "metric"))),
    Example(
        "contact_create",
        "crm-contacts",
        "POST",
        button="Add contact",
        payload={"firstName": "Jane", "lastName": "Doe", "email": "jane@example.com"},
    ),
    Example(
        "contact_update",
        "crm-contacts",
        "PUT",
        button="",
        query=(("id", "contact-42"),),
        payload={"firstName": "Jane", "lastName": "Smith"},
    ),
    Example("task_delete", "task-manager", "DELETE", button="", query=(("taskId", "task-99"),)),
    Example("request_headers", "internal-api", "GET", headers=("x-request-id", "accept-language")),
    Example("client_headers", "analytics-api", "GET", headers=("x-app-version", "x-client")),
    Example("report", "report-generator", "POST", button="", payload={"range": "last-90-days"}),
]


def on_the_wire(request: Request) -> dict[str, Any]:
    """What of a request we decide, made comparable."""
    url = urlsplit(request.url)
    headers = {
        name: "a UUID" if UUID.fullmatch(value) else value
        for name, value in request.headers.items()
        if name in CHOSEN_HEADERS
    }
    return {
        "method": request.method,
        "path": url.path,
        "query": parse_qsl(url.query, keep_blank_values=True),
        "headers": headers,
        "body": request.post_data_json if request.post_data else None,
    }


def executions(community: Community) -> list[dict[str, Any]]:
    """What the upstreams got, oldest first."""
    entries: list[dict[str, Any]] = httpx.get(f"{community.url}/_preview/log").json()
    return entries


def without_its_own(execution: dict[str, Any]) -> dict[str, Any]:
    """An execution, without what tells one from the next."""
    kept = {
        key: value for key, value in execution.items() if key not in ("ms", "request_id", "status")
    }
    kept["headers"] = {
        name: "a UUID" if UUID.fullmatch(value) else value
        for name, value in kept["headers"].items()
    }
    return kept


def connector_request(page: Page, act: Callable[[], Any]) -> dict[str, Any]:
    """The one request to a connector that `act` brings about, once it has been answered.

    Those that other widgets have begun before may be answered meanwhile.
    """
    begun: list[Request] = []

    def note(request: Request) -> None:
        begun.append(request)

    page.on("request", note)
    try:
        with page.expect_request_finished(
            lambda request: "/connectors/" in request.url and request in begun
        ) as finished:
            act()
    finally:
        page.remove_listener("request", note)
    return on_the_wire(finished.value)


@pytest.mark.parametrize("example", SEED_EXAMPLES, ids=lambda example: example.widget)
def test_python_and_the_seeds_javascript_send_the_same_request(
    community: Community,
    widget_repository: Path,
    monkeypatch: pytest.MonkeyPatch,
    example: Example,
) -> None:
    assets = widget_repository / "widgets" / example.widget / "assets"
    assets.mkdir(exist_ok=True)
    shutil.copy(TESTS / "twins" / f"{example.widget}.js", assets / "twin.js")
    monkeypatch.setenv("REPORT_SECONDS", "0")
    httpx.delete(f"{community.url}/_preview/log").raise_for_status()
    seen: list[dict[str, Any]] = []

    def remember(request: Request) -> None:
        if "/connectors/" in request.url:
            seen.append(on_the_wire(request))

    opened = community.open(example.widget, prepare=lambda page: page.on("request", remember))
    widget = opened.widget(example.widget)
    if example.button is not None:
        assert [request for request in seen if request["method"] == example.method] == []
        button = widget.get_by_role("button", name=re.compile(example.button)).first
        python = connector_request(opened.page, button.click)
    else:
        python = seen[-1]
    expect(widget.get_by_role("alert")).to_have_count(0)

    twin = connector_request(
        opened.page,
        lambda: opened.page.evaluate(
            # The twin of task_delete deletes what Python has deleted already.
            f"""() => import("/widgets/{example.widget}/assets/twin.js")
                .then((twin) => twin.run()).catch(() => null)"""
        ),
    )
    assert python == twin
    by_python, by_javascript = (
        without_its_own(execution)
        for execution in executions(community)
        if (execution["permalink"], execution["method"]) == (example.permalink, example.method)
    )
    assert by_python == by_javascript
    # Equal to each other is not enough: both are the seed's.
    assert (python["method"], python["path"]) == (
        example.method,
        f"/connectors/{example.permalink}/execute",
    )
    assert python["query"] == list(example.query)
    assert python["body"] == example.payload
    assert set(example.headers) <= set(python["headers"])


def test_the_seeds_headers_have_the_seeds_values(community: Community) -> None:
    page = community.open("request_headers", "client_headers")
    page.widget("request_headers")
    page.widget("client_headers")
    sent = {execution["permalink"]: execution["headers"] for execution in executions(community)}
    assert sent["analytics-api"]["x-app-version"] == "2.1.0"
    assert sent["analytics-api"]["x-client"] == "custom-widget"
    assert sent["internal-api"]["accept-language"] == "en-US"
    assert UUID.fullmatch(sent["internal-api"]["x-request-id"])


RECORD_OPTIONS = """
    window.constructorOptions = [];
    let original;
    Object.defineProperty(window, "WidgetServiceSDK", {
      configurable: true,
      get: () => original,
      set: (value) => {
        original = class extends value {
          constructor(options) {
            super(options);
            window.constructorOptions.push(structuredClone(options ?? {}));
          }
        };
      },
    });
"""


def test_the_seeds_timeout_reaches_the_hosts_constructor(community: Community) -> None:
    community.connectors["report-generator"].respond(json={"rows": []}, required=True)
    page = community.open("report", prepare=lambda page: page.add_init_script(RECORD_OPTIONS))
    widget = page.widget("report")
    widget.get_by_role("button").first.click()
    expect(widget.get_by_role("status")).to_have_text("The report is ready.")
    assert {"timeout": 60000} in page.page.evaluate("() => window.constructorOptions")


def test_an_update_changes_what_a_read_shows(community: Community) -> None:
    page = community.open("contact_update")
    button = page.widget("contact_update").get_by_role("button").first
    connector_request(page.page, button.click)
    contact = page.page.evaluate(
        """() => new window.WidgetServiceSDK().connectors.execute(
            {permalink: "crm-contacts", method: "GET", queryParams: {id: "contact-42"}})"""
    )
    assert contact["lastName"] == "Smith"


def test_the_report_times_out_after_200_ms_and_succeeds_with_the_seeds_60000(
    community: Community, monkeypatch: pytest.MonkeyPatch, widget_repository: Path
) -> None:
    monkeypatch.setenv("REPORT_SECONDS", "1")
    shutil.copytree(PROBE / "widgets" / "probe", widget_repository / "widgets" / "probe")
    outcomes = Probe(community).python(
        """
import time

async def report(timeout):
    started = time.monotonic()
    client = WidgetServiceSDK(timeout=timeout).connectors
    try:
        answer = await client.execute("report-generator", "POST", payload={"range": "last-90-days"})
        return ["rows" in answer, time.monotonic() - started]
    except ConnectorTimeoutError as error:
        return [str(error), time.monotonic() - started]

result = [await report(200), await report(60000)]
"""
    )
    assert outcomes[0][0] == "POST report-generator was not answered in time: the host waits 200 ms"
    assert 0.2 <= outcomes[0][1] < 1
    assert outcomes[1][0] is True
    assert outcomes[1][1] >= 1
