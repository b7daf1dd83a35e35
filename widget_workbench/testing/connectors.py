"""The connectors of a community in a test: stubbed, replayed, or executed by the repository's own definitions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from difflib import get_close_matches
from pathlib import Path

from widget_workbench.fixtures import (
    Fixtures,
    MalformedFixturesError,
    RecordedExchange,
    read_fixtures,
)
from widget_workbench.gateway import (
    BrokenConnector,
    Connectors,
    Definition,
    GatewayError,
    MethodNotAllowedError,
    destinations,
    fingerprint,
    is_composite,
)
from widget_workbench.repository import Repository
from widget_workbench.testing.stubs import (
    CompositeStubs,
    ConnectorCall,
    ConnectorStubs,
    StubAnswer,
    StubbedConnector,
    UnmatchedCallError,
)

# What a call gets that nothing answers: its test fails, whatever the widget makes of it.
_NOBODY = StubAnswer(failure="network")


class CommunityConnector(StubbedConnector):
    """One connector of a community: `community.connectors["weather-api"]`."""

    def __init__(self, stubs: CommunityConnectors, permalink: str, *, composite: bool) -> None:
        super().__init__(stubs, permalink, composite=composite)
        self._connectors = stubs

    def leave_real(self) -> None:
        """Executes it from now on, whatever it leads to: a host on the network, or a permalink that nobody has.

        A `respond(when=…)` after this answers the calls that it accepts.
        """
        self._connectors.leave_real(self._permalink, self._composite)


class CommunityComposites(CompositeStubs):
    """The composite connectors of a community, by permalink."""

    def __init__(self, connectors: CommunityConnectors) -> None:
        super().__init__(connectors)
        self._connectors = connectors

    def __getitem__(self, permalink: str) -> CommunityConnector:
        return CommunityConnector(self._connectors, permalink, composite=True)


class CommunityConnectors(ConnectorStubs):
    """The connectors of a community, by permalink: `community.connectors`.

    Args:
        root: the widget repository.
        before_calls: called before calls are shown, so that those under way have arrived.

    Attributes:
        composite: the composite ones, by permalink: `community.connectors.composite["dashboard"]` is a
            `CommunityConnector`, too.
    """

    name = "community.connectors"

    def __init__(self, root: Path, before_calls: Callable[[], None]) -> None:
        super().__init__(before_calls)
        self.composite: CommunityComposites = CommunityComposites(self)
        self._real: set[tuple[str, bool]] = set()
        self._root = root
        self._repository: Repository | None = None
        self._earlier = 0
        self._sources: list[str] = []
        self._fixtures: Fixtures | None = None
        self._replays: Counter[str] = Counter()

    def __getitem__(self, permalink: str) -> CommunityConnector:
        """A connector, be it one that the repository defines or not."""
        return CommunityConnector(self, permalink, composite=False)

    def leave_real(self, permalink: str, composite: bool) -> None:
        """Executes a connector whatever it leads to; `CommunityConnector.leave_real` does."""
        self._stubs.pop((permalink, composite), None)
        self._real.add((permalink, composite))

    def may_be_declined(self, call: ConnectorCall) -> bool:
        return (call.permalink, call.composite) in self._real

    @property
    def of_test(self) -> list[tuple[ConnectorCall, str]]:
        """The calls of the running test that have arrived so far, and where the answer comes from."""
        told = list(zip(self._calls, self._sources, strict=True))
        return told[self._earlier :]

    def begin_test(self) -> None:
        """Takes the calls so far for those of earlier tests, where several share the community."""
        self._earlier = len(self._calls)

    def hold(self, repository: Repository) -> None:
        """Takes the definitions that a page is opened with."""
        self._repository = repository
        self._definitions = Connectors(repository.connectors, repository.unreadable_connectors)

    def replay(self) -> None:
        """Answers by what is recorded in the repository's `fixtures/`; calls nobody."""
        self._fixtures = read_fixtures(self._root)

    def answer(self, call: ConnectorCall) -> StubAnswer | None:
        """How the host page is to answer: None where the gateway is to execute the connector."""
        try:
            stubbed = super().answer(call)
            answer = stubbed if self.may_be_declined(call) else self._checked(call, stubbed)
        except UnmatchedCallError as unmatched:
            who = f'The widget "{call.widget}"' if call.widget else "A widget"
            self._unmatched.append(f"{who} called {call}, and nothing answers it:\n{unmatched}")
            self._sources.append("not answered")
            return _NOBODY
        self._sources.append(
            "stubbed" if stubbed else "replayed" if answer else "executed by its definition"
        )
        return answer

    def complaints(self) -> Iterator[str]:
        """What went wrong since the last time, each in a message."""
        yield from super().complaints()
        yield from self._misspelt()

    def _respond(self, call: ConnectorCall) -> str:
        return f"{self.name_of(call.permalink, call.composite)}.respond(json=…)"

    def _misspelt(self) -> Iterator[str]:
        """Stubs of connectors that nobody calls, and nobody knows."""
        called = {(call.permalink, call.composite) for call in self._calls}
        for permalink, composite in self.stubbed:
            known = self._permalinks(composite)
            if (permalink, composite) in called or permalink in known or not known:
                continue
            yield (
                f"{self.name_of(permalink, composite)} is stubbed, but nothing calls it, and the repository defines no"
                f" such connector{_did_you_mean(permalink, known)}"
            )

    def _permalinks(self, composite: bool) -> list[str]:
        """Of the connectors that the repository defines."""
        return [
            definition.permalink
            for definition in (self._repository.connectors if self._repository else ())
            if is_composite(definition) == composite
        ]

    def _checked(self, call: ConnectorCall, stubbed: StubAnswer | None) -> StubAnswer | None:
        """The answer, where the call is one that the definitions allow and that stays on this computer.

        Raises:
            UnmatchedCallError: it is not.
        """
        definition = self._definition(call, needed=stubbed is None)
        if stubbed is not None or definition is None:
            return stubbed
        if self._fixtures is not None:
            return self._replayed(self._fixtures, call, definition)
        self._refuse_to_leave(call, definition)
        return None

    def _definition(self, call: ConnectorCall, *, needed: bool) -> Definition | None:
        """The connector's definition; a stubbed one needs none, but is held to the method of the one it has."""
        try:
            if call.composite:
                return self._definitions.find_composite(call.permalink)
            return self._definitions.find(call.permalink, call.method)
        except MethodNotAllowedError as error:
            raise UnmatchedCallError(error.detail) from None
        except GatewayError as error:
            if not needed:
                return None
            hint = _did_you_mean(call.permalink, self._permalinks(call.composite))
            raise UnmatchedCallError(
                f"{error.detail.rstrip('.')}{hint}\n"
                f"Answer it by {self._respond(call)}, or define it in a connectors.json."
            ) from None

    def _replayed(
        self, fixtures: Fixtures, call: ConnectorCall, definition: Definition
    ) -> StubAnswer:
        try:
            recorded = fixtures.find(call)
            if not recorded:
                raise UnmatchedCallError(fixtures.explain(call))
        except MalformedFixturesError as error:
            raise UnmatchedCallError(str(error)) from None
        valid = [each.answer for each in recorded if not _is_stale(each, definition)]
        if not valid:
            raise UnmatchedCallError(
                "What is recorded of it in fixtures/ is stale, since the connector's definition has changed since.\n"
                f"Record it anew by `widget preview --record`, or answer it by {self._respond(call)}."
            )
        # One after the other, as they were recorded; the last one stays.
        number = self._replays[str(call)]
        self._replays[str(call)] += 1
        answer = valid[min(number, len(valid) - 1)]
        return StubAnswer(answer.status, answer.body, answer.content_type)

    def _refuse_to_leave(self, call: ConnectorCall, definition: Definition) -> None:
        """Raises UnmatchedCallError where executing the connector would call somebody on the network."""
        repository = self._repository
        assert repository is not None  # of the page that calls
        if repository.unreadable_settings is not None:
            return  # the gateway calls nobody until preview.toml can be read, and says so
        near = {
            *repository.settings.upstreams,
            *repository.bad_upstreams,
            *repository.settings.allow_hosts,
        }
        for destination in destinations(definition, near):
            if destination.mapped:
                continue
            whom = destination.host or "a host that a template decides"
            step = f" at its step {destination.step!r}" if destination.step else ""
            name = self.name_of(call.permalink, call.composite)
            raise UnmatchedCallError(
                f"It would call {whom}{step}, and a test calls nobody on the network.\nAnswer it by {name}"
                f".respond(json=…), map the host in [upstreams] of preview.toml, or say {name}.leave_real()."
            )


def _is_stale(exchange: RecordedExchange, definition: Definition) -> bool:
    """Whether it was recorded with another definition; what somebody wrote by hand names none."""
    return (
        exchange.definition is not None
        and not isinstance(definition, BrokenConnector)
        and exchange.definition != fingerprint(definition)
    )


def _did_you_mean(permalink: str, known: Collection[str]) -> str:
    """The end of a sentence about a permalink that there is not."""
    close = get_close_matches(permalink, known, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; there are: {', '.join(dict.fromkeys(known))}." if known else "."
