"""Whom a definition calls, told from its text alone."""

from typing import Any

import pytest

from widget_workbench.gateway import Destination, destinations, read_definitions

UPSTREAMS = {
    "api.example": "upstream:app",
    "api.example:8443": "x:y",
    "[2001:db8::1]": "x:y",
    "xn--mnchen-3ya.example": "x:y",
}


def destinations_of(url: str, key: str = "connectors", **fields: Any) -> list[Destination]:
    (definition,), _ = read_definitions({key: [{"name": "Things", "url": url, **fields}]})
    return list(destinations(definition, UPSTREAMS))


@pytest.mark.parametrize(
    ("url", "host", "mapped"),
    [
        ("https://api.example/things?a={{ pathParams.a }}", "api.example", True),
        (
            "https://api.example/{{ pathParams.id }}/{% if user.id %}x{% endif %}",
            "api.example",
            True,
        ),
        ("HTTPS://API.example", "api.example", True),
        ("https://api.example./", "api.example", True),
        ("https://api.example:443/", "api.example", True),
        ("https://api.example:8443/", "api.example:8443", True),
        ("https://api.example:9000/", "api.example:9000", True),
        ("https://[2001:db8::1]/", "[2001:db8::1]", True),
        ("https://münchen.example/", "xn--mnchen-3ya.example", True),
        ("https://xn--mnchen-3ya.example/", "xn--mnchen-3ya.example", True),
        ("https://xn--a/", "xn--a", False),
        ("https://other.example?a=https://api.example/", "other.example", False),
        ("https://other.example:8443/", "other.example:8443", False),
        ("https://{{ get_variable('host') }}/things", None, False),
        ("https://{{ get_variable('host') | default('a/b') }}/things", None, False),
        ("https://api.example{# note #}/things", None, False),
    ],
)
def test_a_definition_tells_its_host(url: str, host: str | None, mapped: bool) -> None:
    assert destinations_of(url) == [Destination(host, mapped)]


@pytest.mark.parametrize(
    "url",
    [
        "api.example/things",
        "https://",
        "https://a b:c/",
        "ftp://a/",
        "{{ get_variable('base') }}/things",
        "{% if user.id %}https://api.example{% endif %}",
    ],
)
def test_a_url_that_is_none_calls_nobody(url: str) -> None:
    assert destinations_of(url) == []


def test_a_host_is_mapped_for_one_port_only_where_the_mapping_says_so() -> None:
    (definition,), _ = read_definitions(
        {"connectors": [{"name": "Things", "url": "https://api.example/"}]}
    )

    assert destinations(definition, {"api.example:443"}) == (Destination("api.example", True),)
    assert destinations(definition, {"api.example:8443"}) == (Destination("api.example", False),)


def test_a_composite_connector_calls_the_hosts_of_its_steps() -> None:
    steps = [
        {"name": "one", "url": "https://api.example/a"},
        {"name": "two", "url": "https://other.example/b"},
    ]

    assert destinations_of("", "composite_connectors", steps=steps) == [
        Destination("api.example", True, "one"),
        Destination("other.example", False, "two"),
    ]


def test_a_token_is_fetched_before_the_connector_is_called() -> None:
    config = {
        "client_id": "a",
        "client_secret": "b",
        "token_url": "https://login.example/token",
        "key": "k",
        "value": "v",
    }

    assert destinations_of(
        "https://api.example/",
        authentication={"type": "oauth_client_credentials", "config": config},
    ) == [Destination("login.example", False), Destination("api.example", True)]
    assert destinations_of(
        "https://api.example/", authentication={"type": "api_key", "config": config}
    ) == [Destination("api.example", True)]


def test_a_broken_definition_calls_nobody() -> None:
    assert destinations_of("https://api.example/", method="get") == []
