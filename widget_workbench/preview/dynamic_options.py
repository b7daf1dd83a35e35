"""Options that a server gives for a field of the No-Code Builder: `dynamicOptions` (platform.md §2).

The builder's own page may ask any server; the community's page may not, by its Content-Security-Policy. So the preview
asks, by the way and within the rules of connectors: a host of `[upstreams]` is the repository's own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from widget_workbench.gateway import Configuration, NetworkTransport
from widget_workbench.gateway.answer import Answer
from widget_workbench.gateway.destination import choose_transport
from widget_workbench.gateway.errors import GatewayError
from widget_workbench.gateway.network.addresses import GuardedBackend
from widget_workbench.gateway.network.exchange import Limits, send_once
from widget_workbench.manifest import DynamicOptions, OptionsEndpoint, OptionsMapping, Property
from widget_workbench.repository import Repository

SECONDS = 15.0
SIZE = 2_000_000  # bytes of an answer
MOST = 500  # options that are handed on
MOST_VALUES = 50  # whose labels are asked for

Option = dict[str, Any]

_TOKEN = re.compile(r"\{(?P<name>q|value)\}")


class OptionsError(Exception):
    """There are no options, in a sentence that says why."""


class OptionsClient:
    """Asks for options.

    Args:
        configuration: gives upstreams and exempt hosts; asked at each request.
    """

    def __init__(self, configuration: Callable[[], Configuration]) -> None:
        self._configuration = configuration
        self._network = NetworkTransport(GuardedBackend(exempt=self._is_exempt))

    async def found(self, options: DynamicOptions, search: str) -> list[Option]:
        """The options for what was typed.

        Args:
            options: the field's.
            search: in the place of `{q}`.

        Returns:
            Each with `value` and `label`.

        Raises:
            OptionsError: the server gives none.
        """
        return await self._asked(options.endpoint, options.mapping, {"q": search, "value": ""})

    async def of_values(self, options: DynamicOptions, values: list[str]) -> list[Option]:
        """The options of values that are chosen already, of which nobody knows the labels.

        Args:
            options: the field's.
            values: in the place of `{value}`, one at a time.

        Returns:
            Those that the server knows.

        Raises:
            OptionsError: the server gives none.
        """
        endpoint = options.values_endpoint or options.endpoint
        found: list[Option] = []
        for value in values[:MOST_VALUES]:
            answer = await self._asked(endpoint, options.mapping, {"q": "", "value": value})
            found += [option for option in answer if _as_javascript(option["value"]) == value]
        return found

    async def aclose(self) -> None:
        await self._network.aclose()

    async def _asked(
        self, endpoint: OptionsEndpoint, mapping: OptionsMapping, tokens: Mapping[str, str]
    ) -> list[Option]:
        suspended = self._configuration().suspended
        if suspended is not None:
            raise OptionsError(suspended)
        try:
            request = _request(endpoint, tokens)
            answer = await send_once(
                request,
                lambda url: choose_transport(url, self._configuration(), self._network),
                Limits.from_now(seconds=SECONDS, size=SIZE),
            )
        except GatewayError as error:
            raise OptionsError(error.detail) from None
        except UnicodeEncodeError:
            raise OptionsError(
                f"A header for {endpoint.endpoint} would hold other letters than ASCII's, which no header may."
            ) from None
        except (httpx.InvalidURL, ValueError) as error:
            raise OptionsError(f"`endpoint` {endpoint.endpoint!r} is no URL: {error}.") from None
        return list(_mapped(answer, mapping, request.url.host))[:MOST]

    def _is_exempt(self, host: str, port: int) -> bool:
        return self._configuration().allowed_hosts.exempt(host, port)


def dynamic_options_of(repository: Repository, widget_type: str, name: str) -> DynamicOptions:
    """The `dynamicOptions` of a widget's property.

    Raises:
        OptionsError: it has none.
    """
    for field in _properties(repository, widget_type):
        if field.name == name and field.dynamic_options is not None:
            return field.dynamic_options
    raise OptionsError(f"The widget {widget_type!r} has no property {name!r} with dynamicOptions.")


def _properties(repository: Repository, widget_type: str) -> Iterator[Property]:
    for widget in repository.widgets:
        if widget.type == widget_type:
            yield from widget.manifest.configuration.properties


def _request(endpoint: OptionsEndpoint, tokens: Mapping[str, str]) -> httpx.Request:
    url = httpx.URL(_filled(endpoint.endpoint, {k: quote(v, safe="") for k, v in tokens.items()}))
    params = _filled(endpoint.params, tokens)
    if params:
        url = url.copy_merge_params({name: _text(value) for name, value in params.items()})
    headers = {name: _filled(value, tokens) for name, value in endpoint.headers.items()}
    body = _filled(endpoint.body, tokens)
    if endpoint.method == "GET" or body is None:
        return httpx.Request(endpoint.method, url, headers=headers)
    if isinstance(body, str):
        return httpx.Request(endpoint.method, url, headers=headers, content=body)
    return httpx.Request(endpoint.method, url, headers=headers, json=body)


def _filled(value: Any, tokens: Mapping[str, str]) -> Any:
    """The value with `{q}` and `{value}` replaced in each of its texts."""
    if isinstance(value, str):
        return _TOKEN.sub(lambda token: tokens[token["name"]], value)
    if isinstance(value, list):
        return [_filled(each, tokens) for each in value]
    if isinstance(value, dict):
        return {key: _filled(each, tokens) for key, each in value.items()}
    return value


def _as_javascript(value: str | float | bool) -> str:
    """The text that the page has of a value."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _text(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _mapped(answer: Answer, mapping: OptionsMapping, host: str) -> Iterator[Option]:
    if answer.status != HTTPStatus.OK:
        raise OptionsError(f"{host} answered with the HTTP status {answer.status}.")
    try:
        content = json.loads(answer.body)
    except ValueError:
        raise OptionsError(f"{host} answered with something that is not JSON.") from None
    rows = _at(content, mapping.path)
    if not isinstance(rows, list):
        where = (
            f"at `mapping.path` {mapping.path!r}"
            if mapping.path
            else "at the top (no `mapping.path`)"
        )
        raise OptionsError(f"The answer of {host} has no array {where}.")
    for row in rows:
        value = _at(row, mapping.value_key) if isinstance(row, dict) else row
        if value is None:
            raise OptionsError(
                f"An option of {host} has no {mapping.value_key!r}, the `mapping.valueKey`."
            )
        if not isinstance(value, str | int | float):
            raise OptionsError(
                f"The value of an option of {host} is neither text, a number nor a boolean."
            )
        label = _at(row, mapping.label_key) if isinstance(row, dict) else row
        yield {"value": value, "label": str(value if label is None else label)}


def _at(value: Any, path: str) -> Any:
    """What stands under a path such as `data.items`; None where nothing does."""
    for key in filter(None, path.split(".")):
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value
