"""A gateway with one upstream in this process, and what both of them saw."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from widget_workbench.gateway import (
    Configuration,
    Connectors,
    Execution,
    Gateway,
    User,
    read_definitions,
)

URL = "https://api.example/things"

ANN = User(
    id=7,
    email="ann@example.com",
    first_name="Ann",
    last_name="Example",
    username="ann",
    profile_fields={42: "Support"},
)


class Community:
    """A gateway with the upstream `api.example`.

    Args:
        connectors, composites: definitions; a bad one stays bad.
        answer: what the upstream answers.
        upstream: takes the place of `answer`.
        unreadable, suspended, user, secrets, variables: the configuration's.
        options: the gateway's.
    """

    def __init__(
        self,
        *connectors: dict[str, Any],
        composites: tuple[dict[str, Any], ...] = (),
        answer: Callable[[httpx.Request], httpx.Response] | None = None,
        upstream: httpx.AsyncBaseTransport | None = None,
        unreadable: tuple[str, ...] = (),
        suspended: str | None = None,
        user: User = ANN,
        secrets: Mapping[str, str] | None = None,
        variables: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:
        self.requests: list[httpx.Request] = []
        self.executions: list[Execution] = []
        self._answer = answer or (lambda request: httpx.Response(200, json={"ok": True}))
        definitions, self.problems = read_definitions(
            {"connectors": list(connectors), "composite_connectors": list(composites)}
        )
        configuration = Configuration(
            connectors=Connectors(definitions, unreadable),
            upstreams={"api.example": upstream or httpx.MockTransport(self._handle)},
            suspended=suspended,
            user=user,
            tenant_id="t-1",
            secrets=secrets or {},
            variables=variables or {},
        )
        self._options = {
            "configuration": lambda: configuration,
            "record": self.executions.append,
            **options,
        }

    def gateway(self) -> Gateway:
        """A gateway without anything kept from earlier calls."""
        return Gateway(**self._options)

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One call, by a gateway of its own."""
        return self.calls((method, path, options))[0]

    def calls(self, *calls: tuple[str, str, dict[str, Any]]) -> list[httpx.Response]:
        """Calls one after the other, by one gateway."""

        async def answers() -> list[httpx.Response]:
            gateway = self.gateway()
            try:
                async with httpx.AsyncClient(
                    transport=httpx.ASGITransport(gateway), base_url="http://gateway"
                ) as client:
                    return [
                        await client.request(method, path, **options)
                        for method, path, options in calls
                    ]
            finally:
                await gateway.aclose()

        return asyncio.run(answers())

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self._answer(request)


def connector(**fields: Any) -> dict[str, Any]:
    """A definition of the permalink `things`."""
    return {"name": "Things", "permalink": "things", "url": URL, **fields}


def error_of(response: httpx.Response) -> dict[str, Any]:
    """The `errors` of an envelope."""
    envelope = response.json()
    assert envelope["success"] is False
    assert envelope["request_id"] == response.headers["X-Request-ID"]
    errors: dict[str, Any] = envelope["errors"]
    return errors
