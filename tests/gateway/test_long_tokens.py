"""Tokens of any make: none keeps other calls waiting, and none is too long to be masked."""

import html
import json
import time
from collections.abc import Callable
from urllib.parse import quote

import httpx
import pytest

from widget_workbench.gateway.authentication.token_request import LONGEST_TOKEN
from widget_workbench.gateway.masking import Masking

from .community import URL, Community, connector, error_of

OAUTH = {
    "type": "oauth_client_credentials",
    "config": {
        "client_id": "me",
        "client_secret": "{{ get_secret('key') }}",
        "token_url": f"{URL}/token",
    },
}

# Seconds for the whole execution; what it took before masking had bounds was 10.
MOST_SECONDS = 2.0


def call(token: str) -> tuple[httpx.Response, Community]:
    """A call whose upstream repeats the token, in its own answer's body."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json={"access_token": token, "expires_in": 60})
        return httpx.Response(200, text=request.headers["authorization"])

    community = Community(
        connector(authentication=OAUTH), answer=answer, secrets={"key": "marker-of-a-secret"}
    )
    return community.call("GET", "/things/execute"), community


@pytest.mark.parametrize("token", ["-" * LONGEST_TOKEN, "-_~+/." * 2500, "a-" * 8000])
def test_a_long_token_is_sent_and_masked_at_once(token: str) -> None:
    started = time.perf_counter()
    response, community = call(token)

    assert response.text == f"Bearer {token}"
    assert time.perf_counter() - started < MOST_SECONDS
    (execution,) = community.executions
    headers = execution.entry()["headers"]
    assert headers["authorization"] == ("Bearer a***" if token[0] == "a" else "Bearer ***")


def test_a_token_that_no_server_takes_as_a_header_is_refused() -> None:
    response, _ = call("-" * (LONGEST_TOKEN + 1))

    error = error_of(response)
    assert error["code"] == "AUTHENTICATION_ERROR"
    assert (
        "with an access_token of 16,385 characters, and the gateway sends 16,384 at most"
        in (error["detail"])
    )
    assert "----" not in response.text


SECRETS = ["-" * 9000, "-_" * 4500, "a.b-c_~" * 1500, "\u00e9&<\"' a\\" * 1200]


@pytest.mark.parametrize(
    "written",
    [
        str,
        repr,
        html.escape,
        lambda text: quote(text, safe=""),
        lambda text: json.dumps(text)[1:-1],
        lambda text: html.escape(json.dumps(text)[1:-1]),
    ],
    ids=["as it is", "repr", "HTML", "URL", "JSON", "JSON in HTML"],
)
@pytest.mark.parametrize("secret", SECRETS, ids=lambda secret: ascii(secret[:8]))
def test_a_long_secret_is_masked_to_its_end_and_no_further(
    secret: str, written: Callable[[str], str]
) -> None:
    text = Masking([secret]).text(f"before {written(secret)} after {written(secret)} end")

    assert text.replace("'", "").replace("a***", "***").replace("\u00e9***", "***") == (
        "before *** after *** end"
    )


def test_a_long_secret_that_goes_on_in_another_way_is_masked_with_all_behind_it() -> None:
    secret = "-" * 9000

    assert Masking([secret]).text(f"before {secret[:-1]} after") == "before ***"
