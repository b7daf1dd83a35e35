"""What a stub answers arrives in Python as the real thing would: the table that `fake_sdk` is held to, in the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

import pytest

from widget_workbench.testing import Community, CommunityFactory

from ..unit.connector_cases import CASES, OBSERVE, ConnectorCase
from .conftest import PROBE, Probe


@pytest.fixture(scope="module")
def mounted(community_factory: CommunityFactory) -> Iterator[tuple[Community, Probe]]:
    with community_factory(PROBE) as community:
        yield community, Probe(community)


@pytest.fixture
def stubbed(mounted: tuple[Community, Probe]) -> tuple[Community, Probe]:
    """One page for all of these tests; its shared client is as if it were new."""
    mounted[1].python("sdk.connectors.configure(headers={}, timeout=30_000)")
    return mounted


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_call_gives_what_it_gives_with_fake_sdk(
    stubbed: tuple[Community, Probe], case: ConnectorCase
) -> None:
    community, probe = stubbed
    earlier = len(community.connectors.calls)
    if case.respond is not None:
        community.connectors["api"].respond(**case.respond)
        community.connectors.composite["report"].respond(**case.respond)
    outcome: dict[str, Any] = probe.python(OBSERVE.format(before=case.before, call=case.call))
    calls = community.connectors.calls[earlier:]
    assert [call.widget for call in calls] == ["probe"] * len(calls)
    assert (
        case.told(outcome, [asdict(replace(call, widget=None)) for call in calls])
        == case.expected()
    )


def test_the_answers_of_a_sequence_come_in_its_order(stubbed: tuple[Community, Probe]) -> None:
    community, probe = stubbed
    community.connectors["flaky"].respond(
        sequence=[
            {"status": 503},
            {"error": "network"},
            {"error": "timeout", "delay": 0.01},
            {"json": "at last"},
        ],
        required=True,
    )
    assert probe.python(
        """
result = []
for _ in range(4):
    try:
        result.append(await sdk.connectors.get("flaky"))
    except ConnectorError as error:
        result.append(type(error).__name__)
"""
    ) == ["ConnectorExecuteError", "ConnectorNetworkError", "ConnectorTimeoutError", "at last"]


def test_calls_at_the_same_time_get_their_own_answers(stubbed: tuple[Community, Probe]) -> None:
    community, probe = stubbed
    rows = community.connectors["rows"]
    rows.respond(json="first", delay=0.15, when=lambda call: call.query["n"] == "0")
    rows.respond(json="second", delay=0.05, when=lambda call: call.query["n"] == "1")
    assert probe.python(
        """
calls = [sdk.connectors.get("rows", query_params={"n": n}) for n in range(2)]
result = await asyncio.gather(*calls)
"""
    ) == ["first", "second"]


def test_what_is_answered_in_a_test_can_change(stubbed: tuple[Community, Probe]) -> None:
    community, probe = stubbed
    answers = []
    for answer in ("before", "after"):
        community.connectors["changing"].respond(json=answer)
        answers.append(probe.python('result = await sdk.connectors.get("changing")'))
    assert answers == ["before", "after"]
    assert len(community.connectors["changing"].calls) == 2


def test_a_stub_is_held_to_the_method_that_the_connector_is_configured_for(
    community_factory: CommunityFactory,
) -> None:
    with community_factory(PROBE) as community:
        probe = Probe(community)
        community.connectors["json"].respond(json=1)
        probe.python(
            """
try:
    await sdk.connectors.put("json", payload={})
except ConnectorNetworkError:
    pass
"""
        )
        [complaint] = community.verify()
        assert 'The widget "probe" called PUT json' in complaint
        assert "is configured for" in complaint
        assert "not PUT" in complaint
