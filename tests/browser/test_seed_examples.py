"""The seed's seven examples: what Python sends is what the seed's own JavaScript sends, on the same page."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page, Request, Route, expect

from .conftest import REPOSITORIES, CommunityPage, Console, Open

TWINS = Path(__file__).parent.parent / "twins"

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


EXAMPLES = [
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


def upstream(entry: dict[str, Any]) -> dict[str, Any]:
    """A recorded execution, without what tells one execution from the next."""
    kept = {key: value for key, value in entry.items() if key not in ("ms", "request_id", "status")}
    kept["headers"] = {
        name: "a UUID" if UUID.fullmatch(value) else value
        for name, value in kept["headers"].items()
    }
    return kept


def connector_request(page: Page, act: Callable[[], Any]) -> dict[str, Any]:
    """The one request to a connector that `act` brings about, once it has been answered."""
    with page.expect_request_finished(lambda request: "/connectors/" in request.url) as finished:
        act()
    return on_the_wire(finished.value)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.widget)
def test_python_and_the_seeds_javascript_send_the_same_request(
    community: Open, console: Console, example: Example
) -> None:
    opened: CommunityPage | None = None
    seen: list[dict[str, Any]] = []

    def prepare(page: Page) -> None:
        page.on(
            "request",
            lambda request: (
                seen.append(on_the_wire(request)) if "/connectors/" in request.url else None
            ),
        )
        page.route("**/_twins/*", serve_twin)

    def serve_twin(route: Route) -> None:
        name = route.request.url.rsplit("/", 1)[1]
        route.fulfill(body=(TWINS / name).read_text(), content_type="text/javascript")

    def log() -> list[dict[str, Any]]:
        assert opened is not None
        return [entry for entry in opened.preview.log() if entry["permalink"] == example.permalink]

    opened = community("examples", example.widget, prepare=prepare)
    host = opened.widget(example.widget)
    if example.button is not None:
        assert [request for request in seen if request["method"] == example.method] == []
        opened.preview.clear()
        button = host.get_by_role("button", name=re.compile(example.button)).first
        python = connector_request(opened.page, button.click)
    else:
        python = seen[-1]
    expect(host.get_by_role("alert")).to_have_count(0)
    by_python = log()[-1]

    if example.widget == "task_delete":
        console.announce("status of 404")  # the twin deletes what Python has deleted already
    opened.preview.clear()
    twin = connector_request(
        opened.page,
        lambda: opened.page.evaluate(
            "(name) => import(`/_twins/${name}.js`).then((twin) => twin.run()).catch(() => null)",
            example.widget,
        ),
    )
    by_javascript = log()[-1]

    assert python == twin
    assert upstream(by_python) == upstream(by_javascript)
    # Equal to each other is not enough: both are the seed's.
    assert (python["method"], python["path"]) == (
        example.method,
        f"/connectors/{example.permalink}/execute",
    )
    assert python["query"] == list(example.query)
    assert python["body"] == example.payload
    assert set(example.headers) <= set(python["headers"])


def test_the_seeds_headers_have_the_seeds_values(community: Open) -> None:
    opened = community("examples", "request_headers", "client_headers")
    opened.preview.clear()
    opened.page.reload()
    opened.widget("request_headers")
    opened.widget("client_headers")
    sent = {entry["permalink"]: entry["headers"] for entry in opened.preview.log()}
    assert sent["analytics-api"]["x-app-version"] == "2.1.0"
    assert sent["analytics-api"]["x-client"] == "custom-widget"
    assert sent["internal-api"]["accept-language"] == "en-US"
    assert UUID.fullmatch(sent["internal-api"]["x-request-id"])


def test_the_seeds_timeout_reaches_the_hosts_constructor(community: Open) -> None:
    def record_options(page: Page) -> None:
        page.add_init_script(
            """
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
        )

    opened = community("examples", "report", prepare=record_options)
    opened.widget("report").get_by_role("button").first.click()
    opened.page.wait_for_event("requestfinished", lambda request: "report-generator" in request.url)
    assert {"timeout": 60000} in opened.page.evaluate("() => window.constructorOptions")


def test_an_update_changes_what_a_read_shows(community: Open) -> None:
    opened = community("examples", "contact_update")
    host = opened.widget("contact_update")
    connector_request(opened.page, host.get_by_role("button").first.click)
    contact = opened.page.evaluate(
        """() => new window.WidgetServiceSDK().connectors.execute(
            {permalink: "crm-contacts", method: "GET", queryParams: {id: "contact-42"}})"""
    )
    assert contact["lastName"] == "Smith"


def test_the_report_times_out_after_200_ms_and_succeeds_with_the_seeds_60000(
    community: Open, console: Console, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REPORT_SECONDS", "1")
    shutil.copytree(REPOSITORIES["examples"], tmp_path, dirs_exist_ok=True)
    shutil.copytree(REPOSITORIES["probe"] / "widgets" / "probe", tmp_path / "widgets" / "probe")
    opened = community(tmp_path, "probe")
    opened.widget("probe")
    outcomes = opened.python(
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
