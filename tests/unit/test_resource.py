"""`sdk.resource`: its states, what is repeated, and when; by a clock that jumps."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any

import pytest

from widget import ConnectorError, ConnectorExecuteError, ConnectorNetworkError, _resource
from widget._events import call_with
from widget._resource import Resource
from widget._templates import Interpolation, Template
from widget_workbench.testing.fake_sdk import FakeSdk

from . import clock

CHANCE = _resource._chance


@pytest.fixture(autouse=True)
def no_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses are as long as they can be."""
    monkeypatch.setattr(_resource, "_chance", lambda: 1.0)


@pytest.fixture
def sdk() -> Iterator[FakeSdk]:
    with FakeSdk() as sdk:
        yield sdk
        assert sdk.verify() == []


def states(resource: Resource[Any]) -> tuple[bool, str | None, Any]:
    error = resource.error
    return resource.pending, None if error is None else str(error), resource.value


async def answered(resource: Resource[Any], step: float = 0.001) -> None:
    """Waits until nothing is pending, looking every `step` seconds."""
    while resource.pending:
        await asyncio.sleep(step)


class Source:
    """A function that waits, under a test's control."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.at: list[float] = []
        self.takes = 1.0
        self.raises: BaseException | None = None

    async def __call__(self, *arguments: Any) -> str:
        self.calls.append(arguments)
        self.at.append(clock.now())
        name, takes, raises = f"answer {len(self.calls)}", self.takes, self.raises
        await asyncio.sleep(takes)
        if raises is not None:
            raise raises
        return name


@pytest.fixture
def source() -> Source:
    return Source()


def network_error(method: str = "GET") -> ConnectorError:
    return ConnectorNetworkError("no network", permalink="api", method=method)


def status_error(status: int, method: str = "GET") -> ConnectorError:
    return ConnectorExecuteError(f"status {status}", permalink="api", method=method, status=status)


# The states.


def test_it_is_pending_until_the_answer_is_there(sdk: FakeSdk, source: Source) -> None:
    async def test() -> None:
        resource = sdk.resource(source, "a", 1)
        assert states(resource) == (True, None, None)
        assert source.calls == []
        await answered(resource)
        assert states(resource) == (False, None, "answer 1")
        assert source.calls == [("a", 1)]

    clock.run(test())


def test_the_value_stays_while_another_is_pending_and_after_one_has_failed(
    sdk: FakeSdk, source: Source
) -> None:
    async def test() -> None:
        resource = sdk.resource(source)
        await answered(resource)
        source.raises = network_error()
        reloaded = resource.reload()
        assert states(resource) == (True, None, "answer 1")
        await reloaded
        assert states(resource) == (False, "no network", "answer 1")
        source.raises = None
        reloaded = resource.reload()
        assert states(resource) == (True, None, "answer 1")
        await reloaded
        assert states(resource) == (False, None, "answer 3")

    clock.run(test())


def test_one_that_does_not_start_waits_for_its_first_reload(sdk: FakeSdk, source: Source) -> None:
    async def test() -> None:
        resource = sdk.resource(source, "initial", start=False)
        assert states(resource) == (False, None, None)
        await asyncio.sleep(60)
        assert source.calls == []
        await resource.reload()
        await resource.reload("other", 2)
        await resource.reload()
        assert source.calls == [("initial",), ("other", 2), ("other", 2)]

    clock.run(test())


def test_a_value_that_is_set_is_shown_until_the_next_answer(sdk: FakeSdk, source: Source) -> None:
    async def test() -> None:
        resource = sdk.resource(source, start=False)
        sdk.view(lambda: Template(f"{resource.value}"))
        assert sdk.html == "None"
        resource.value = "optimistic"
        assert sdk.html == "optimistic"
        await resource.reload()
        assert sdk.html == "answer 1"

    clock.run(test())


def test_a_value_that_is_set_stands_in_place_of_an_error(sdk: FakeSdk, source: Source) -> None:
    async def test() -> None:
        source.raises = network_error()
        resource = sdk.resource(source)
        sdk.view(lambda: resource.show(card))
        await answered(resource)
        assert states(resource) == (False, "no network", None)
        assert "no network" in sdk.html
        resource.value = "optimistic"
        assert states(resource) == (False, None, "optimistic")
        assert sdk.html == STATUS.format("") + "<b>optimistic</b>"

    clock.run(test())


def noting(notes: list[object], note: object) -> Template:
    """What a view returns that is there to take notes."""
    notes.append(note)
    return Template("")


def test_the_view_runs_when_an_answer_is_pending_and_when_it_is_there(
    sdk: FakeSdk, source: Source
) -> None:
    shown: list[object] = []

    async def test() -> None:
        resource = sdk.resource(source)
        sdk.view(lambda: noting(shown, states(resource)))
        await answered(resource)
        await asyncio.sleep(0)
        await resource.reload()
        await asyncio.sleep(0)
        assert shown == [
            (True, None, None),
            (False, None, "answer 1"),
            (True, None, "answer 1"),
            (False, None, "answer 2"),
        ]

    clock.run(test())


# Of several calls the latest counts.


def slow_then_fast(outcomes: dict[str, Any]) -> Callable[[str], Awaitable[str]]:
    """A function whose answers come after as many seconds as they are told, also if they are cancelled."""

    async def call(name: str) -> str:
        seconds, outcome = outcomes[name]
        task = asyncio.ensure_future(asyncio.sleep(seconds))
        # Waits to the end, as code does that puts up with being cancelled.
        while not task.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.shield(task)
        if isinstance(outcome, BaseException):
            raise outcome
        return str(outcome)

    return call


@pytest.mark.parametrize("stale", ["old", network_error(), ValueError("a mistake")])
def test_what_an_earlier_call_answers_or_raises_is_dropped(sdk: FakeSdk, stale: object) -> None:
    async def test() -> None:
        call = slow_then_fast({"slow": (5, stale), "fast": (1, "new")})
        resource = sdk.resource(call, "slow")
        await asyncio.sleep(0.5)
        await resource.reload("fast")
        assert states(resource) == (False, None, "new")
        await asyncio.sleep(10)
        assert states(resource) == (False, None, "new")
        assert sdk.reported == []

    clock.run(test())


def test_whoever_awaits_an_earlier_call_gets_the_latest_answer(
    sdk: FakeSdk, source: Source
) -> None:
    async def test() -> None:
        resource = sdk.resource(source, start=False)
        first = asyncio.ensure_future(resource.reload("first"))
        await asyncio.sleep(0.5)
        second = resource.reload("second")
        await first
        assert (clock.now(), resource.value) == (1.5, "answer 2")
        assert second.done()

    clock.run(test())


def test_who_gives_up_waiting_disturbs_nobody(sdk: FakeSdk, source: Source) -> None:
    async def test() -> None:
        resource = sdk.resource(source, start=False)
        patient = resource.reload()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(resource.reload(), 0.1)
        await patient
        assert resource.value == "answer 1"

    clock.run(test())


def test_debounce_waits_for_the_last_reload_of_a_burst(sdk: FakeSdk, source: Source) -> None:
    async def test() -> None:
        resource = sdk.resource(source, "initial", debounce=0.3)
        await answered(resource)
        for text in ("w", "wa", "war"):
            resource.reload(text)
            assert resource.pending
            await asyncio.sleep(0.2)
        await answered(resource)
        await resource.reload("wars")
        assert source.calls == [("initial",), ("war",), ("wars",)]
        # The first call is asked for by nobody's typing.
        assert source.at[0] == 0
        assert source.at[1] == pytest.approx(1.0 + 0.4 + 0.3, abs=0.01)

    clock.run(test())


def test_a_reload_drops_the_call_that_is_out_though_it_has_to_wait_itself(
    sdk: FakeSdk, source: Source
) -> None:
    async def test() -> None:
        resource = sdk.resource(source, "w", debounce=0.3)
        await asyncio.sleep(0.9)
        resource.reload("wa")
        # At 1.0 the first answer would come.
        await asyncio.sleep(0.2)
        assert states(resource) == (True, None, None)
        await answered(resource)
        assert resource.value == "answer 2"

    clock.run(test())


# Repeating.

MAY_PASS = [
    network_error(),
    *map(status_error, (429, 502, 503, 504)),
    *(status_error(502, method) for method in ("HEAD", "OPTIONS", "PUT", "DELETE")),
    *(status_error(429, method) for method in ("POST", "PATCH")),
    status_error(503, "POST"),
]
MAY_NOT = [
    *map(status_error, (400, 401, 403, 404, 408, 409, 410, 422, 500, 501)),
    ConnectorError("what nobody can tell", permalink="api", method="GET"),
]
MAY_HAVE_ARRIVED = [
    network_error("POST"),
    network_error("PATCH"),
    status_error(502, "POST"),
    status_error(504, "PATCH"),
]


def named(error: ConnectorError) -> str:
    return f"{error.method} {error}"


@pytest.mark.parametrize("error", MAY_PASS, ids=named)
def test_what_may_pass_is_repeated(sdk: FakeSdk, source: Source, error: ConnectorError) -> None:
    async def test() -> None:
        source.raises, source.takes = error, 0
        resource = sdk.resource(source, "a", retry=2)
        await answered(resource)
        assert source.at == [0, 0.5, 1.5]
        assert source.calls == [("a",)] * 3
        assert resource.error is error

    clock.run(test())


@pytest.mark.parametrize("error", MAY_NOT, ids=named)
def test_what_may_not_pass_is_not_repeated(
    sdk: FakeSdk, source: Source, error: ConnectorError, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        source.raises = error
        resource = sdk.resource(source, retry=2, idempotent=True)
        await answered(resource)
        assert len(source.calls) == 1
        assert resource.error is error

    clock.run(test())
    assert caplog.messages == []


@pytest.mark.parametrize("error", MAY_HAVE_ARRIVED, ids=named)
def test_a_call_that_may_have_done_its_work_is_not_repeated_and_that_is_told_once(
    sdk: FakeSdk, source: Source, error: ConnectorError, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        source.raises = error
        resource = sdk.resource(source, retry=2)
        await answered(resource)
        await resource.reload()
        assert len(source.calls) == 2

    clock.run(test())
    assert caplog.messages == [
        f"{error.method} api is not repeated, in spite of retry=2: though it failed, it may have arrived, and done its "
        "work. If doing that twice is no harm, as of a call that only reads, write sdk.resource(…, idempotent=True)."
    ]


@pytest.mark.parametrize("error", MAY_HAVE_ARRIVED, ids=named)
def test_it_is_repeated_where_the_author_says_that_this_is_no_harm(
    sdk: FakeSdk, source: Source, error: ConnectorError, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        source.raises = error
        await answered(sdk.resource(source, retry=2, idempotent=True))
        assert len(source.calls) == 3

    clock.run(test())
    assert caplog.messages == []


def test_without_retry_nothing_is_repeated_and_nothing_said_of_it(
    sdk: FakeSdk, source: Source, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        source.raises = network_error("POST")
        await answered(sdk.resource(source))
        assert len(source.calls) == 1

    clock.run(test())
    assert caplog.messages == []


def test_it_is_pending_while_it_repeats_and_the_first_answer_ends_that(sdk: FakeSdk) -> None:
    async def test() -> None:
        api = sdk.connectors["api"]
        api.respond(
            sequence=[{"error": "network"}, {"status": 502}, {"error": "timeout"}, {"json": 7}]
        )
        resource = sdk.resource(sdk.connectors.get, "api", retry=5)
        while len(api.calls) < 4:
            assert states(resource) == (True, None, None)
            await asyncio.sleep(0.01)
        await answered(resource)
        assert states(resource) == (False, None, 7)
        assert clock.now() == pytest.approx(0.5 + 1 + 2, abs=0.05)

    clock.run(test())


def test_pauses_are_capped_and_differ(
    sdk: FakeSdk, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test(retry: int) -> list[float]:
        source.raises, source.takes = network_error(), 0
        source.at.clear()
        await answered(sdk.resource(source, retry=retry), step=10)
        return [round(later - at, 3) for at, later in zip(source.at, source.at[1:], strict=False)]

    assert clock.run(test(9)) == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    monkeypatch.setattr(_resource, "_chance", lambda: 0.0)
    assert clock.run(test(3)) == [0.25, 0.5, 1]
    assert clock.run(test(1200))[-1] == 15


def test_the_chance_is_a_share() -> None:
    chances = {CHANCE() for _ in range(100)}
    assert len(chances) > 10
    assert all(0 <= chance <= 1 for chance in chances)


def test_a_reload_ends_the_pause_and_counts_anew(sdk: FakeSdk, source: Source) -> None:
    async def test() -> None:
        source.raises, source.takes = network_error(), 0
        resource = sdk.resource(source, retry=2)
        await asyncio.sleep(0.6)
        assert source.at == [0, 0.5]
        resource.reload()
        await answered(resource)
        assert source.at == [0, 0.5, 0.6, 1.1, 2.1]

    clock.run(test())


# Mistakes.


def test_a_mistake_in_the_function_is_an_error_and_is_reported_once_in_a_row(
    sdk: FakeSdk, source: Source
) -> None:
    async def test() -> None:
        source.raises = KeyError("city")
        resource = sdk.resource(source, every=10, retry=3)
        await asyncio.sleep(60)
        assert len(source.calls) > 3
        assert isinstance(resource.error, KeyError)
        assert sdk.reported == [source.raises]
        source.raises = None
        await resource.reload()
        source.raises = KeyError("city")
        await resource.reload()
        assert len(sdk.reported) == 2
        sdk.reported.clear()

    clock.run(test())


def test_a_call_that_fails_is_no_mistake(sdk: FakeSdk, source: Source) -> None:
    async def test() -> None:
        source.raises = status_error(404)
        await answered(sdk.resource(source))
        assert sdk.reported == []

    clock.run(test())


def test_a_function_that_returns_something_to_await_will_do(sdk: FakeSdk) -> None:
    sdk.connectors["api"].respond(json={"temp": 21})

    async def test() -> None:
        resource = sdk.resource(lambda: sdk.connectors.get("api"))
        await answered(resource)
        assert resource.value == {"temp": 21}

    clock.run(test())


def test_a_function_that_returns_a_plain_value_is_told_so(sdk: FakeSdk) -> None:
    def load() -> int:
        return 7

    async def test() -> None:
        resource: Resource[Any] = sdk.resource(load)  # type: ignore[arg-type]
        await answered(resource)
        assert sdk.reported == [resource.error]
        assert isinstance(sdk.reported.pop(), TypeError)
        assert str(resource.error) == (
            "load, the function of an sdk.resource, returned int, for which nobody needs to wait; write async def, or "
            "return a call without awaiting it: lambda: sdk.connectors.get(…)"
        )

    clock.run(test())


def test_a_function_that_cancels_itself_leaves_nobody_waiting(sdk: FakeSdk, source: Source) -> None:
    async def test() -> None:
        source.raises = asyncio.CancelledError()
        resource = sdk.resource(source)
        await resource.reload()
        assert str(resource.error) == "Source was cancelled"
        assert sdk.reported.pop() is resource.error

    clock.run(test())


def test_a_function_that_reloads_itself_is_told_so(sdk: FakeSdk) -> None:
    async def test() -> None:
        async def load() -> None:
            resource.reload()

        resource = sdk.resource(load)
        await answered(resource)
        assert re.match("load calls reload.. of its own sdk.resource", str(resource.error))
        sdk.reported.clear()

    clock.run(test())


async def load(*_: Any) -> int:
    return 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"every": 0}, r"^every= must be seconds, more than 0, or None, not 0$"),
        ({"every": "60"}, r"^every= must be seconds"),
        ({"every": float("inf")}, r"^every= must be seconds"),
        ({"every": True}, r"^every= must be seconds"),
        ({"debounce": -1}, r"^debounce= must be seconds, 0 or more, not -1$"),
        ({"debounce": float("nan")}, r"^debounce= must be seconds"),
        ({"retry": -1}, r"^retry= must be a number of repetitions, 0 or more, not -1$"),
        ({"retry": 1.5}, r"^retry= must be a number of repetitions"),
        ({"retry": True}, r"^retry= must be a number of repetitions"),
    ],
)
def test_a_number_that_makes_no_sense_is_refused(
    sdk: FakeSdk, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        sdk.resource(load, **options)


def test_a_call_in_place_of_the_function_is_refused(sdk: FakeSdk) -> None:
    with pytest.raises(
        TypeError,
        match=r"^sdk\.resource takes the function itself, .*: sdk\.resource\(load, …\), not load\(…\)$",
    ):
        sdk.resource(load())  # type: ignore[arg-type]
    with pytest.raises(
        TypeError, match=r"^sdk\.resource takes a function to call and await, not 7$"
    ):
        sdk.resource(7)  # type: ignore[arg-type]


def test_making_or_reloading_one_in_the_view_is_refused(sdk: FakeSdk, source: Source) -> None:
    resource = sdk.resource(source, start=False)
    views: list[Callable[[], object]] = [
        resource.reload,
        partial(sdk.resource, source),
        partial(sdk.state, count=0),
    ]

    @sdk.view
    def view() -> Template:
        messages = []
        for use in views:
            with pytest.raises(RuntimeError) as raised:
                use()
            messages.append(str(raised.value))
        assert messages == [
            f"{what} stands in the view view, which would do it at every run; do it in init, or in a handler"
            for what in ("reload() of Source", "sdk.resource(…)", "sdk.state(…)")
        ]
        views.clear()
        return Template("")

    assert sdk.html == ""
    assert views == []
    assert source.calls == []


def test_as_a_handler_reload_is_not_given_the_event(sdk: FakeSdk, source: Source) -> None:
    async def test() -> None:
        resource = sdk.resource(source, "Warsaw")
        await call_with(resource.reload, {"an": "event"})
        assert source.calls == [("Warsaw",)]

    clock.run(test())


# Polling.


def test_it_polls_counted_from_the_answer_and_never_overlaps(sdk: FakeSdk, source: Source) -> None:
    async def test() -> None:
        source.takes = 5
        resource = sdk.resource(source, every=2)
        await asyncio.sleep(20)
        assert source.at == [0, 7, 14]
        assert resource.value == "answer 3"

    clock.run(test())


def test_a_poll_is_in_the_background(sdk: FakeSdk, source: Source) -> None:
    shown: list[object] = []

    async def test() -> None:
        resource = sdk.resource(source, every=10)
        sdk.view(lambda: noting(shown, states(resource)))
        await asyncio.sleep(11.5)
        source.raises = network_error()
        await asyncio.sleep(12)
        source.raises = None
        await asyncio.sleep(11)
        assert shown == [
            (True, None, None),
            (False, None, "answer 1"),
            (False, None, "answer 2"),
            (False, "no network", "answer 2"),
            (False, None, "answer 4"),
        ]

    clock.run(test())


def test_a_poll_is_repeated_as_any_call_and_the_next_counts_from_its_end(
    sdk: FakeSdk, source: Source
) -> None:
    async def test() -> None:
        source.raises, source.takes = network_error(), 0
        sdk.resource(source, every=10, retry=1)
        await asyncio.sleep(22)
        assert source.at == [0, 0.5, 10.5, 11, 21, 21.5]

    clock.run(test())


def test_a_reload_takes_the_place_of_the_next_poll(sdk: FakeSdk, source: Source) -> None:
    async def test() -> None:
        source.takes = 0
        resource = sdk.resource(source, every=10)
        await asyncio.sleep(8)
        await resource.reload("other")
        await asyncio.sleep(11)
        assert source.at == [0, 8, 18]
        assert source.calls == [(), ("other",), ("other",)]

    clock.run(test())


def test_a_page_that_nobody_sees_is_not_polled_for(sdk: FakeSdk, source: Source) -> None:
    async def test() -> None:
        source.takes = 0
        sdk.resource(source, every=10)
        await asyncio.sleep(4)
        sdk.page_hidden = True
        await asyncio.sleep(2)
        sdk.page_hidden = False
        await asyncio.sleep(5)
        # As if nothing had been.
        assert source.at == [0, 10]
        sdk.page_hidden = True
        await asyncio.sleep(100)
        assert source.at == [0, 10]
        sdk.page_hidden = False
        await asyncio.sleep(0)
        # At once, and then as ever.
        assert source.at == [0, 10, 111]
        await asyncio.sleep(11)
        assert source.at == [0, 10, 111, 121]

    clock.run(test())


def test_a_page_hidden_from_the_start_shows_the_first_answer_and_no_poll(
    sdk: FakeSdk, source: Source
) -> None:
    async def test() -> None:
        sdk.page_hidden = True
        resource = sdk.resource(source, every=10)
        await asyncio.sleep(0.5)
        # While the call is out, there is nothing to make up for.
        sdk.page_hidden = False
        sdk.page_hidden = True
        await asyncio.sleep(60)
        assert (source.at, resource.value) == ([0], "answer 1")

    clock.run(test())


# The end.


@pytest.mark.parametrize("seconds", [0.5, 3, 12.2])
def test_destroy_ends_the_call_the_pause_or_the_polling(
    sdk: FakeSdk, source: Source, seconds: float
) -> None:
    async def test() -> None:
        source.raises = network_error()
        resource = sdk.resource(source, every=10, retry=1)
        await asyncio.sleep(seconds)
        calls = list(source.calls)
        waiting = resource.reload() if seconds == 12.2 else asyncio.Future[None]()
        sdk.destroy()
        await asyncio.sleep(60)
        assert source.calls == calls
        assert waiting.cancelled() == (seconds == 12.2)
        sdk.page_hidden = True
        sdk.page_hidden = False
        await asyncio.sleep(60)
        assert source.calls == calls

    clock.run(test())


def test_after_the_end_it_does_nothing_but_warn_once(
    sdk: FakeSdk, source: Source, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        resource = sdk.resource(source)
        state = sdk.state(count=0)
        sdk.destroy()
        await resource.reload()
        resource.value = "late"
        state.count = 1
        assert (resource.value, state.count, source.calls) == (None, 0, [])
        with pytest.raises(RuntimeError, match="this widget has left the page"):
            sdk.resource(source, every=10)

    clock.run(test())
    with_level = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert len(with_level) == 1


# One line for all its states.


def card(value: str) -> Template:
    return Template("<b>", Interpolation(value, "value"), "</b>")


STATUS = '<p class="widget-status" role="status" tabindex="-1">{}</p>'


def test_it_shows_what_is_pending_the_value_and_both(sdk: FakeSdk, source: Source) -> None:
    async def test() -> None:
        resource = sdk.resource(source, start=False)
        sdk.view(lambda: resource.show(card))
        assert sdk.html == STATUS.format("")
        reloaded = resource.reload()
        assert sdk.html == STATUS.format("Loading…")
        await reloaded
        assert sdk.html == STATUS.format("") + "<b>answer 1</b>"
        resource.reload()
        assert sdk.html == STATUS.format("Loading…") + "<b>answer 1</b>"

    clock.run(test())


def test_it_shows_an_error_with_a_way_to_try_again(sdk: FakeSdk) -> None:
    async def test() -> None:
        sdk.connectors["api"].respond(sequence=[{"json": "<i>"}, {"status": 500, "text": "<down>"}])
        resource = sdk.resource(sdk.connectors.get, "api")
        sdk.view(lambda: resource.show(card, pending=Template("<i>Searching</i>")))
        assert sdk.html == STATUS.format("<i>Searching</i>")
        await answered(resource)
        await resource.reload()
        assert sdk.html == (
            STATUS.format("")
            + '<div class="widget-status-error" role="alert"><p>GET api failed (status 500): &lt;down&gt;</p> '
            '<button type="button">Try again</button></div><b>&lt;i&gt;</b>'
        )

    clock.run(test())


def test_what_it_says_of_an_error_is_for_the_author_to_choose(sdk: FakeSdk) -> None:
    async def test() -> None:
        sdk.connectors["api"].respond(status=500, text="<down>")
        resource = sdk.resource(sdk.connectors.get, "api")
        sdk.view(
            lambda: resource.show(card, failed=lambda error: f"Late today & {type(error).__name__}")
        )
        await answered(resource)
        assert "<p>Late today &amp; ConnectorExecuteError</p>" in sdk.html
        assert "down" not in sdk.html

    clock.run(test())


def test_an_empty_answer_is_a_value(sdk: FakeSdk) -> None:
    async def test() -> None:
        sdk.connectors["api"].respond(status=204)
        resource = sdk.resource(sdk.connectors.get, "api")
        await answered(resource)
        sdk.view(lambda: resource.show(lambda value: Template("<b>nothing</b>")))
        assert sdk.html == STATUS.format("") + "<b>nothing</b>"

    clock.run(test())
