"""`FakeSdk`: a widget's functions without a page, as they are in one."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import contextvars
import inspect
import re
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import widget
from widget import (
    Composite,
    ConnectorError,
    ConnectorNetworkError,
    Connectors,
    Sdk,
    WidgetServiceSDK,
)
from widget._calling import current as _current
from widget._instance import Instance
from widget._templates import Interpolation, Template
from widget._view import MOST_RUNS_OF_ITS_OWN
from widget_workbench.testing import UnmatchedCallError
from widget_workbench.testing.fake_sdk import FakeSdk, _Stage

from .connector_cases import CASES, OBSERVE, ConnectorCase


def observed(sdk: FakeSdk, case: ConnectorCase) -> dict[str, Any]:
    names = {"sdk": sdk, **{name: getattr(widget, name) for name in widget.__all__}}
    source = OBSERVE.format(before=case.before, call=case.call)

    async def observe() -> None:
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        outcome = eval(compile(source, "<case>", "exec", flags=flags), names)
        if inspect.isawaitable(outcome):
            await outcome

    sdk.run(observe())
    result: dict[str, Any] = names["result"]
    return result


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_call_gives_what_a_community_page_gives(case: ConnectorCase) -> None:
    with FakeSdk() as sdk:
        if case.respond is not None:
            sdk.connectors["api"].respond(**case.respond)
            sdk.connectors.composite["report"].respond(**case.respond)
        outcome = observed(sdk, case)
        calls = [asdict(call) for call in sdk.connectors.calls]
        assert case.told(outcome, calls) == case.expected()
        assert sdk.verify() == []


@pytest.fixture
def sdk() -> Iterator[FakeSdk]:
    with FakeSdk(props={"city": "Warsaw", "rows": 5.0}) as sdk:
        yield sdk
        assert sdk.verify() == []


def test_it_is_what_init_receives(sdk: FakeSdk) -> None:
    assert isinstance(sdk, Sdk)
    assert isinstance(sdk.connectors, Connectors)
    assert isinstance(sdk.connectors.composite, Composite)
    assert isinstance(sdk.props, Mapping)


def test_each_member_of_an_sdk_is_one_that_a_test_has_or_that_a_page_has(sdk: FakeSdk) -> None:
    public = {name for name in vars(Sdk) if not name.startswith("_")}
    # What needs nothing of the host works as it is.
    inherited = {
        *(
            "asset",
            "build",
            "create_task",
            "listen",
            "off",
            "on",
            "on_error",
            "render",
            "resource",
            "state",
            "yield_",
            "view",
        )
    }
    assert public - inherited - vars(FakeSdk).keys() == set()


@pytest.mark.parametrize(
    "use",
    [
        lambda sdk: sdk.root,
        lambda sdk: sdk.js,
        lambda sdk: sdk.query("b"),
        lambda sdk: sdk.query_all("b"),
    ],
)
def test_what_needs_a_page_says_how_to_test_it(sdk: FakeSdk, use: Callable[[Any], object]) -> None:
    with pytest.raises(RuntimeError, match=r"^sdk\.\w+ needs a page, .* the fixture community"):
        use(sdk)


def test_an_asset_is_known_by_its_path(sdk: FakeSdk) -> None:
    assert sdk.asset("images/logo.svg") == "assets/images/logo.svg"


def test_what_no_sdk_has_is_an_ordinary_mistake(sdk: FakeSdk) -> None:
    with pytest.raises(AttributeError, match="'FakeSdk' object has no attribute 'rot'"):
        sdk.rot  # type: ignore[attr-defined]  # noqa: B018


def test_props_are_live_and_nobody_elses(sdk: FakeSdk) -> None:
    props = sdk.props
    assert repr(props) == "Props({'city': 'Warsaw', 'rows': 5})"
    given = {"tags": ["a"]}
    sdk.set_props(given)
    given["tags"].append("b")
    props["tags"].append("c")
    assert dict(props) == {"city": "Warsaw", "rows": 5, "tags": ["a"]}
    with pytest.raises(
        KeyError, match=r"^there is no property 'town'; there are 'city', 'rows', 'tags'\. "
    ):
        props["town"]
    assert props.get("town") is None
    with pytest.raises(
        AttributeError, match=r'^properties are not attributes: write sdk.props\["city"\]$'
    ):
        _ = props.city
    assert "town" not in props
    with pytest.raises(TypeError, match=r'props\["when"\] is an object'):
        sdk.set_props({"when": object()})


def test_changed_props_reach_the_handlers(sdk: FakeSdk) -> None:
    heard: list[object] = []

    async def later(props: dict[str, Any]) -> None:
        await asyncio.sleep(0.01)
        heard.append(("later", props["city"]))

    sdk.on("propsChanged", heard.append)
    sdk.on("propsChanged", later)
    sdk.on("propsChanged", lambda: heard.append("without data"))
    sdk.set_props({"city": "Łódź"})
    assert heard == [{"city": "Łódź", "rows": 5}, "without data", ("later", "Łódź")]


def test_a_handler_hears_an_event_once_until_it_is_unsubscribed(sdk: FakeSdk) -> None:
    heard: list[object] = []
    sdk.on("mine", heard.append)
    stop = sdk.on("mine", heard.append)
    sdk.emit("mine", {"n": 1.0})
    stop()
    stop()
    sdk.emit("mine", 2)
    sdk.on("mine", heard.append)
    sdk.off("mine", heard.append)
    sdk.emit("mine", 3)
    assert heard == [{"n": 1}]
    with pytest.raises(TypeError, match="data is an object"):
        sdk.emit("mine", object())  # type: ignore[arg-type]


def test_design_tokens_change_with_their_event() -> None:
    sdk = FakeSdk(design_tokens={"space-100": "8px"})
    heard: list[object] = []
    sdk.on("designTokensChanged", heard.append)
    sdk.set_design_tokens({"--space-100": "9px", "radius-050": None})
    assert heard == [{"space-100": "9px", "radius-050": None}] == [sdk.design_tokens]


def test_the_web_sdk_is_what_the_test_gives() -> None:
    async def user() -> dict[str, str]:
        return {"username": "guest"}

    sdk = FakeSdk(web=SimpleNamespace(Context=SimpleNamespace(User=user)))
    assert sdk.web is not None
    assert sdk.run(sdk.web.Context.User()) == {"username": "guest"}
    assert FakeSdk().web is None


def raising() -> None:
    raise KeyError("city")


async def raising_later() -> None:
    await asyncio.sleep(0)
    raise KeyError("later")


@pytest.mark.parametrize(("handler", "key"), [(raising, "city"), (raising_later, "later")])
def test_what_a_handler_raises_is_reported_and_told_to_the_widget(
    sdk: FakeSdk, handler: Callable[[], object], key: str
) -> None:
    heard: list[dict[str, Any]] = []
    sdk.on("error", heard.append)
    sdk.on("mine", handler)
    sdk.on("mine", lambda: heard.append({"next": True}))
    sdk.emit("mine")
    (problem,) = sdk.verify()
    assert problem.startswith("A handler or a task raised what nobody awaits:\n\nTraceback")
    assert problem.endswith(f"KeyError: '{key}'")
    assert f"in {handler.__name__}\n    raise KeyError" in problem
    assert problem.count("File ") == 1
    assert {"next": True} in heard
    (error,) = (data for data in heard if "error" in data)
    assert error["message"] == f"""The widget "fake" failed: KeyError: '{key}'"""
    assert error["error"].stack in problem


def test_what_a_handler_of_errors_raises_is_not_told_again(sdk: FakeSdk) -> None:
    sdk.on("error", lambda data: raising())
    sdk.on("mine", raising)
    sdk.emit("mine")
    assert [str(error) for error in sdk.reported] == ["'city'", "'city'"]
    sdk.reported.clear()


def test_on_error_is_told_once_of_each_thing_that_is_raised(sdk: FakeSdk) -> None:
    heard: list[BaseException] = []
    sdk.on_error(heard.append)

    async def told_later(error: BaseException) -> None:
        await asyncio.sleep(0)
        heard.append(error)

    sdk.on_error(told_later)
    sdk.on("mine", raising)
    sdk.on("mine", raising_later)
    sdk.on("mine", lambda: sdk.create_task(raising_later()).set_name("owned"))
    sdk.on("mine", lambda: asyncio.create_task(raising_later()).set_name("forgotten"))
    sdk.emit("mine")
    sdk.run(asyncio.sleep(0.01))
    assert sorted(str(error) for error in sdk.reported) == ["'city'"] + ["'later'"] * 3
    # By each handler once.
    assert sorted(map(id, heard)) == sorted(map(id, sdk.reported * 2))
    sdk.reported.clear()


async def raising_in_a_task(sdk: FakeSdk) -> None:
    sdk.create_task(raising_later())
    await asyncio.sleep(0.001)


@pytest.mark.parametrize(
    ("handler", "key"),
    [
        (lambda sdk: raising(), "city"),
        (lambda sdk: raising_later(), "later"),
        (raising_in_a_task, "later"),
    ],
)
def test_what_a_handler_of_on_error_raises_is_reported_and_told_to_none(
    sdk: FakeSdk, handler: Callable[[FakeSdk], object], key: str
) -> None:
    heard: list[str] = []
    emitted: list[object] = []

    def told(error: BaseException) -> object:
        heard.append(str(error))
        # Whatever goes wrong, the test comes to its end.
        return handler(sdk) if len(heard) < 9 else None

    def failing() -> None:
        raise LookupError("first")

    sdk.on_error(told)
    sdk.on("error", emitted.append)
    sdk.on("mine", failing)
    sdk.emit("mine")
    sdk.run(asyncio.sleep(0.01))
    assert heard == ["first"]
    assert len(emitted) == 1
    assert [str(error) for error in sdk.reported] == ["first", f"'{key}'"]
    sdk.reported.clear()


def test_an_unsubscriber_ends_its_own_subscription_and_no_later_one(sdk: FakeSdk) -> None:
    heard: list[object] = []
    for subscribe in (
        partial(sdk.on, "mine", heard.append),
        partial(sdk.on, "destroy", lambda: heard.append("destroy")),
        partial(sdk.on_error, heard.append),
    ):
        stop = subscribe()
        stop()
        subscribe()
        stop()
    # Taken once more, it takes the place of the earlier one, whose unsubscriber is spent with it.
    earlier = sdk.on("twice", heard.append)
    sdk.on("twice", heard.append)
    earlier()

    def fail() -> None:
        raise LookupError("told")

    sdk.on("fail", fail)
    for event in ("mine", "twice", "fail", "destroy"):
        sdk.emit(event, event)
    assert heard == ["mine", "twice", sdk.reported.pop(), "destroy"]


def test_an_unsubscriber_of_on_error_ends_it(sdk: FakeSdk) -> None:
    heard: list[BaseException] = []
    stop = sdk.on_error(heard.append)
    sdk.on_error(heard.append)
    sdk.on("mine", raising)
    sdk.emit("mine")
    assert heard == [sdk.reported.pop()]
    stop()
    stop = sdk.on_error(heard.append)
    stop()
    sdk.emit("mine")
    assert len(heard) == 1
    sdk.reported.clear()


def generating() -> Iterator[None]:
    yield


async def generating_later() -> AsyncIterator[None]:
    yield


@pytest.mark.parametrize("handler", [generating, generating_later])
def test_a_handler_that_holds_a_yield_is_reported(
    sdk: FakeSdk, handler: Callable[[], object]
) -> None:
    sdk.on("mine", handler)
    sdk.emit("mine")
    (error,) = sdk.reported
    assert isinstance(error, TypeError)
    assert str(error) == (
        f"the handler {handler.__name__} holds a yield, so calling it runs nothing"
    )
    sdk.reported.clear()


def test_a_message_is_the_exceptions_own_line_whatever_notes_it_has(sdk: FakeSdk) -> None:
    messages: list[str] = []
    sdk.on("error", lambda data: messages.append(data["message"]))

    def noted() -> None:
        error = ValueError("no such city")
        error.add_note("(in the form)")
        error.add_note("(on Tuesday)")
        raise error

    sdk.on("mine", noted)
    sdk.emit("mine")
    assert messages == ['The widget "fake" failed: ValueError: no such city']
    # The traceback has them.
    assert sdk.verify()[0].endswith("ValueError: no such city\n(in the form)\n(on Tuesday)")


def test_what_a_task_raises_is_reported(sdk: FakeSdk) -> None:
    async def init() -> None:
        sdk.create_task(raising_later())
        forgotten = asyncio.create_task(raising_later())
        forgotten.set_name("forgotten")
        del forgotten
        await asyncio.sleep(0.01)

    sdk.run(init())
    assert len(sdk.verify()) == 2


def test_a_test_may_expect_what_is_reported(sdk: FakeSdk) -> None:
    sdk.on("mine", raising)
    sdk.emit("mine")
    assert isinstance(sdk.reported.pop(), KeyError)
    assert sdk.verify() == []


def test_run_gives_the_result_and_lets_tasks_go_on_in_the_next_run(sdk: FakeSdk) -> None:
    ticks: list[int] = []

    async def tick() -> None:
        for number in range(10):
            ticks.append(number)
            await asyncio.sleep(0.01)

    async def init() -> str:
        sdk.create_task(tick())
        await asyncio.sleep(0.03)
        return "ready"

    assert sdk.run(init()) == "ready"
    so_far = len(ticks)
    assert 2 <= so_far < 10
    sdk.run(asyncio.sleep(0.03))
    assert len(ticks) > so_far


def test_run_raises_what_the_coroutine_raises_at_the_authors_line(sdk: FakeSdk) -> None:
    sdk.connectors["api"].respond(error="network")

    async def load() -> None:
        await sdk.connectors.get("api")

    with pytest.raises(ConnectorNetworkError) as raised:
        sdk.run(load())
    assert [entry.name for entry in raised.traceback if Path(entry.path) == Path(__file__)][
        -1
    ] == "load"
    assert raised.traceback[-1].name == "load"


def test_run_says_where_a_coroutine_waits_that_is_not_done_in_time(sdk: FakeSdk) -> None:
    async def load() -> None:
        await asyncio.Event().wait()

    async def init() -> None:
        await load()

    with pytest.raises(TimeoutError) as raised:
        sdk.run(init(), timeout=0.02)
    assert re.fullmatch(
        r"fake_sdk\.run\(\) was not done within 0\.02 s: .*\binit waits in .*\bload, at .*test_fake_sdk\.py, line \d+: "
        r"`await asyncio\.Event\(\)\.wait\(\)`\.",
        str(raised.value),
    )


def test_run_wants_a_coroutine_and_no_running_loop(sdk: FakeSdk) -> None:
    with pytest.raises(TypeError, match=r"takes a coroutine, such as init\(fake_sdk\)"):
        sdk.run(raising_later)  # type: ignore[arg-type]

    async def test() -> None:
        sdk.run(raising_later())

    with pytest.raises(RuntimeError, match="await the coroutine instead"):
        asyncio.run(test())


def test_a_loop_that_stands_still_is_no_running_one(marked: asyncio.AbstractEventLoop) -> None:
    variable = contextvars.ContextVar[str]("variable")
    variable.set("of the test")
    heard: list[str] = []
    ended: list[str] = []

    async def later() -> None:
        await asyncio.sleep(0.01)
        heard.append(variable.get())

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("work")

    async def init(sdk: FakeSdk) -> None:
        sdk.on("mine", later)
        sdk.on("propsChanged", later)
        sdk.on("destroy", later)
        asyncio.create_task(work()).set_name("work")
        await asyncio.sleep(0)

    with FakeSdk() as sdk:
        sdk.run(init(sdk))
        sdk.emit("mine")
        sdk.set_props({"city": "Warsaw"})
        assert heard == ["of the test"] * 2
        with pytest.raises(KeyError):
            sdk.run(raising_later())
        assert asyncio.get_running_loop() is marked
        assert ended == []
    assert ended == ["work"]
    assert asyncio.get_running_loop() is marked
    with FakeSdk() as sdk:
        sdk.run(init(sdk))
        sdk.destroy()
        assert heard == ["of the test"] * 3


@pytest.fixture
def marked() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop that is marked as running and stands still, as Playwright leaves its own."""
    loop = asyncio.new_event_loop()
    asyncio._set_running_loop(loop)
    try:
        yield loop
    finally:
        asyncio._set_running_loop(None)
        loop.close()


def test_a_loop_that_calls_without_a_task_runs(sdk: FakeSdk) -> None:
    outcome: list[object] = []

    async def later() -> None:
        await asyncio.sleep(0)
        outcome.append("later")

    def called() -> None:
        assert asyncio.current_task() is None
        sdk.emit("mine")
        outcome.append("begun")
        with pytest.raises(RuntimeError, match="await the coroutine instead"):
            sdk.run(later())
        outcome.append("refused")

    async def test() -> None:
        sdk.on("mine", later)
        asyncio.get_running_loop().call_soon(called)
        await asyncio.sleep(0.01)
        await sdk.handlers_finished()

    asyncio.run(test())
    assert outcome == ["begun", "refused", "later"]


def test_in_an_async_test_handlers_are_awaited(sdk: FakeSdk) -> None:
    heard: list[str] = []

    async def later() -> None:
        await asyncio.sleep(0.01)
        heard.append("later")

    async def test() -> None:
        sdk.on("mine", later)
        sdk.emit("mine")
        assert heard == []
        await sdk.handlers_finished()
        assert heard == ["later"]

    asyncio.run(test())


def test_destroy_says_farewell_and_cancels_all_that_the_widget_owns(sdk: FakeSdk) -> None:
    ended: list[str] = []

    async def work(name: str) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(name)

    async def farewell() -> None:
        await asyncio.sleep(0.01)
        ended.append("farewell")

    tasks: list[asyncio.Task[None]] = []

    async def init() -> None:
        sdk.on("destroy", farewell)
        sdk.on("destroy", lambda: ended.append("destroy"))
        sdk.create_task(work("its own"))
        tasks.append(asyncio.create_task(work("forgotten")))
        await asyncio.sleep(0)

    sdk.run(init())
    sdk.destroy()
    assert sorted(ended) == ["destroy", "farewell", "forgotten", "its own"]
    sdk.destroy()
    sdk.emit("mine")


@pytest.mark.parametrize(
    ("ask", "what"),
    [
        (lambda sdk: sdk.on("mine", print), 'sdk.on("mine", …)'),
        (lambda sdk: sdk.on_error(print), "sdk.on_error(…)"),
        (lambda sdk: sdk.listen("click", "button", print), "sdk.listen(…)"),
        (lambda sdk: sdk.view(lambda: None), "sdk.view"),
        (lambda sdk: sdk.resource(lambda: asyncio.sleep(0)), "sdk.resource(…)"),
        (lambda sdk: sdk.asset("logo.svg"), "sdk.asset(…)"),
        (lambda sdk: sdk.build, "sdk.build"),
    ],
)
def test_what_is_asked_for_after_the_end_is_named_with_the_way_out(
    sdk: FakeSdk, ask: Callable[[FakeSdk], object], what: str
) -> None:
    sdk.destroy()
    with pytest.raises(RuntimeError) as refusal:
        ask(sdk)
    assert str(refusal.value) == (
        f"this widget has left the page, so {what} is of no use any more; end such work in a handler of "
        'sdk.on("destroy", …)'
    )


def test_destroying_from_within_does_not_cancel_the_test(sdk: FakeSdk) -> None:
    async def test() -> str:
        sdk.create_task(asyncio.sleep(60))
        await asyncio.sleep(0)
        sdk.destroy()
        await asyncio.sleep(0)
        return "alive"

    assert sdk.run(test()) == "alive"


def test_what_is_under_way_is_cancelled_at_the_end_with_its_stubs_in_place() -> None:
    ended: list[object] = []

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(await get_by_a_client_of_ones_own())

    async def init(sdk: FakeSdk) -> None:
        sdk.create_task(work())
        await asyncio.sleep(0)

    with FakeSdk() as sdk:
        sdk.connectors["api"].respond(json="farewell")
        sdk.run(init(sdk))
        assert ended == []
    assert ended == ["farewell"]


async def get_by_a_client_of_ones_own() -> Any:
    return await WidgetServiceSDK(headers={"X-A": "1"}).connectors.get("api")


def test_a_client_of_the_codes_own_is_answered_by_the_stubs(sdk: FakeSdk) -> None:
    sdk.connectors["api"].respond(json=1)
    assert sdk.run(get_by_a_client_of_ones_own()) == 1
    assert asyncio.run(get_by_a_client_of_ones_own()) == 1
    assert [call.headers for call in sdk.connectors["api"].calls] == [{"x-a": "1"}] * 2


def test_without_a_fake_in_use_there_is_no_client_of_ones_own() -> None:
    sdk = FakeSdk()
    sdk.connectors["api"].respond(json=1)
    assert sdk.run(get_by_a_client_of_ones_own()) == 1
    with sdk:
        assert asyncio.run(get_by_a_client_of_ones_own()) == 1
    with pytest.raises(ImportError, match="there is no host page here"):
        asyncio.run(get_by_a_client_of_ones_own())


def test_of_two_fakes_each_answers_its_own_code(sdk: FakeSdk) -> None:
    sdk.connectors["api"].respond(json="first")
    with FakeSdk() as second:
        second.connectors["api"].respond(json="second")
        assert sdk.run(get_by_a_client_of_ones_own()) == "first"
        assert second.run(get_by_a_client_of_ones_own()) == "second"
        assert asyncio.run(get_by_a_client_of_ones_own()) == "second"
    assert asyncio.run(get_by_a_client_of_ones_own()) == "first"


def test_a_real_widget_beside_the_test_keeps_the_real_host(sdk: FakeSdk) -> None:
    real = Instance(_Stage())
    sdk.connectors["api"].respond(json=1)
    context = contextvars.copy_context()
    context.run(_current.set, weakref.ref(real))
    # By `js`, which is not here, the real host is reached.
    with pytest.raises(ImportError, match="there is no host page here"):
        context.run(WidgetServiceSDK)
    assert sdk.connectors.calls == []


def test_a_call_that_nothing_answers_is_told_at_once_and_at_the_end(sdk: FakeSdk) -> None:
    async def forgiving() -> None:
        with contextlib.suppress(ConnectorError):
            await sdk.connectors.get("api", query_params={"q": "Warsaw"})

    message = (
        "Nothing answers GET api with query {'q': 'Warsaw'}:\n"
        'Answer it by fake_sdk.connectors["api"].respond(json=…).'
    )
    with pytest.raises(UnmatchedCallError) as raised:
        sdk.run(forgiving())
    assert str(raised.value) == message
    assert sdk.verify() == [message]
    assert sdk.verify() == []
    with pytest.raises(UnmatchedCallError, match=r'fake_sdk\.connectors\.composite\["report"\]'):
        sdk.run(sdk.connectors.composite.execute("report"))
    assert len(sdk.verify()) == 1


def test_an_unmatched_call_of_a_handler_is_told_once(sdk: FakeSdk) -> None:
    async def load() -> None:
        await sdk.connectors.get("api")

    sdk.on("mine", load)
    sdk.emit("mine")
    assert len(sdk.verify()) == 1


def test_sequences_and_conditions_are_the_stubs(sdk: FakeSdk) -> None:
    api = sdk.connectors["api"]
    api.respond(sequence=[{"json": 1}, {"status": 500}])
    api.respond(json="Łódź", when=lambda call: call.query.get("q") == "Łódź")

    async def get(**query: str) -> Any:
        return await sdk.connectors.get("api", query_params=query)

    assert sdk.run(get()) == 1
    assert sdk.run(get(q="Łódź")) == "Łódź"
    with pytest.raises(ConnectorError, match="status 500"):
        sdk.run(get())
    with pytest.raises(UnmatchedCallError, match=r"^Nothing answers GET api:\n.*this is call 3"):
        sdk.run(get())
    assert len(sdk.connectors.calls) == 4
    assert len(sdk.verify()) == 1


def test_a_stub_that_is_required_and_not_called_is_told(sdk: FakeSdk) -> None:
    sdk.connectors["api"].respond(json=1, required=True)
    assert sdk.verify() == [
        'A stub waits for calls that did not come: fake_sdk.connectors["api"].respond(…, required=True) was never '
        "called."
    ]


def test_others_go_on_while_a_call_is_out_and_a_cancelled_call_stops_waiting(sdk: FakeSdk) -> None:
    sdk.connectors["api"].respond(json=1)
    sdk.connectors["slow"].respond(json=1, delay=60)
    order: list[str] = []

    async def other() -> None:
        order.append("other")

    async def test() -> None:
        sdk.create_task(other())
        await sdk.connectors.get("api")
        order.append("answer")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await sdk.connectors.get("slow")

    sdk.run(test())
    assert order == ["other", "answer"]


def test_the_host_is_ready(sdk: FakeSdk) -> None:
    sdk.run(sdk.when_ready())
    assert sdk.version == "1.0.0"
    assert sdk.connectors.get_base_url().endswith("/connectors")


def text(value: object) -> Template:
    return Template("<p>", Interpolation(value, "value"), "</p>")


def test_what_is_rendered_is_there_as_html(sdk: FakeSdk) -> None:
    assert sdk.html == ""
    sdk.render(text("<Łódź>"))
    assert sdk.html == "<p>&lt;Łódź&gt;</p>"
    with pytest.raises(TypeError):
        sdk.render("<b>plain</b>")  # type: ignore[arg-type]
    assert sdk.html == "<p>&lt;Łódź&gt;</p>"


def test_an_init_runs_whole_and_its_view_with_it(sdk: FakeSdk) -> None:
    sdk.connectors["api"].respond(json={"temp": 21}, delay=0.01)

    async def init(sdk: Sdk) -> None:
        state = sdk.state(count=0)
        runs: list[None] = []
        weather = sdk.resource(sdk.connectors.get, "api")

        @sdk.view
        def view() -> Template:
            runs.append(None)
            told = weather.value, sdk.props["city"], sdk.design_tokens.get("radius"), state.count
            return text(f"run {len(runs)}: {told}")

        def add() -> None:
            state.count += 1
            state.count += 1

        sdk.listen("click", "button", add)
        sdk.on("added", add)
        await asyncio.sleep(0)

    sdk.run(init(sdk))
    assert sdk.html == "<p>run 1: (None, 'Warsaw', None, 0)</p>"
    sdk.run(asyncio.sleep(0.02))
    assert sdk.html == "<p>run 2: ({'temp': 21}, 'Warsaw', None, 0)</p>"
    sdk.emit("added")
    assert sdk.html == "<p>run 3: ({'temp': 21}, 'Warsaw', None, 2)</p>"
    sdk.set_props({"city": "Łódź"})
    assert sdk.html == "<p>run 4: ({'temp': 21}, 'Łódź', None, 2)</p>"
    sdk.set_design_tokens({"radius": "8px"})
    assert sdk.html == "<p>run 5: ({'temp': 21}, 'Łódź', '8px', 2)</p>"
    sdk.destroy()
    assert sdk.html == "<p>run 5: ({'temp': 21}, 'Łódź', '8px', 2)</p>"


def test_a_view_hears_of_properties_after_the_authors_own_handlers(sdk: FakeSdk) -> None:
    state = sdk.state(city="")

    @sdk.view
    def view() -> Template:
        return text(state.city)

    @partial(sdk.on, "propsChanged")
    def changed(props: dict[str, Any]) -> None:
        state.city = props["city"].upper()

    sdk.set_props({"city": "Łódź"})
    assert sdk.html == "<p>ŁÓDŹ</p>"


def test_a_view_stays_a_function_and_there_is_one(sdk: FakeSdk) -> None:
    @sdk.view
    def card() -> Template:
        return text("card")

    assert card().strings == ("<p>", "</p>")
    with pytest.raises(
        RuntimeError, match=r"^the widget has a view already, card, and a widget has one"
    ):
        sdk.view(card)


def failing() -> Template:
    raise KeyError("first run")


async def waiting_init(sdk: Sdk) -> None:
    sdk.view(failing)
    await asyncio.sleep(0.01)


async def short_init(sdk: Sdk) -> None:
    sdk.view(failing)


@pytest.mark.parametrize("init", [waiting_init, short_init])
def test_what_a_views_first_run_raises_is_as_if_init_had(
    sdk: FakeSdk, init: Callable[[Sdk], Any]
) -> None:
    with pytest.raises(KeyError, match="first run"):
        sdk.run(init(sdk))
    assert sdk.verify() == []


def test_in_an_async_test_a_view_that_fails_is_told_by_its_html_or_at_the_end(sdk: FakeSdk) -> None:
    async def test() -> None:
        await waiting_init(sdk)
        with pytest.raises(KeyError, match="first run"):
            sdk.html  # noqa: B018

    asyncio.run(test())
    assert sdk.verify() == []
    with FakeSdk() as second:
        asyncio.run(waiting_init(second))
        (problem,) = second.verify()
        assert problem.endswith("KeyError: 'first run'")


def test_what_a_view_raises_later_is_reported_and_what_was_shown_stays(sdk: FakeSdk) -> None:
    state = sdk.state(divisor=1)
    heard: list[BaseException] = []
    sdk.on_error(heard.append)

    @sdk.view
    def view() -> Template:
        return text(6 // state.divisor)

    assert sdk.html == "<p>6</p>"
    state.divisor = 0
    assert sdk.html == "<p>6</p>"
    state.divisor = 2
    assert sdk.html == "<p>3</p>"
    assert [type(error) for error in heard] == [ZeroDivisionError]
    assert heard == sdk.reported
    sdk.reported.clear()


def test_a_view_that_fails_whatever_on_error_sets_comes_to_rest(sdk: FakeSdk) -> None:
    most = 1 + MOST_RUNS_OF_ITS_OWN
    state = sdk.state(broken=False, failures=0)
    runs: list[bool] = []

    @sdk.view
    def view() -> Template:
        runs.append(state.broken)
        if state.broken:
            raise LookupError("each time")
        return text(f"{state.failures} failures")

    @sdk.on_error
    async def count(error: BaseException) -> None:
        await asyncio.sleep(0)
        state.failures += 1

    async def settled() -> None:
        # Of a view that never rests, enough to tell.
        seen = -1
        while seen != len(runs) < 10 * most:
            seen = len(runs)
            await asyncio.sleep(0.01)

    def set_state(**values: Any) -> None:
        for name, value in values.items():
            setattr(state, name, value)
        sdk.run(settled())

    sdk.run(settled())
    runs.clear()
    set_state(broken=True)
    assert runs == [True] * most
    # What the widget changes otherwise runs it again, and once.
    set_state(failures=-1)
    assert len(runs) == most + 1
    assert sdk.html == "<p>0 failures</p>"
    set_state(broken=False, failures=7)
    assert sdk.html == "<p>7 failures</p>"
    # And all begins anew.
    runs.clear()
    set_state(broken=True)
    assert runs == [True] * most
    assert len(sdk.reported) == 2 * most + 1
    sdk.reported.clear()


def test_an_answer_that_is_nested_too_deeply_is_refused_in_a_sentence(sdk: FakeSdk) -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(
        ValueError, match=r"respond: json= is nested too deeply to be sent as JSON$"
    ):
        sdk.connectors["api"].respond(json=deep)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda client: client.get("crm", {"a": 1}), 'get("…", query_params={"…": …})'),
        (lambda client: client.post("crm", {"a": 1}), 'post("…", payload={"…": …})'),
        (lambda client: client.put("crm", {"a": 1}), 'put("…", payload={"…": …})'),
        (lambda client: client.patch("crm", {"a": 1}), 'patch("…", payload={"…": …})'),
        (lambda client: client.delete("crm", {"a": 1}), 'delete("…", query_params={"…": …})'),
        (lambda client: client.execute("crm", "PUT", {}), 'execute("…", "PUT", payload={"…": …})'),
        (lambda client: client.execute("crm", "put", {}), 'execute("…", "PUT", payload={"…": …})'),
        (
            lambda client: client.composite.execute("crm", {}),
            'composite.execute("…", payload={"…": …})',
        ),
    ],
    ids=["get", "post", "put", "patch", "delete", "execute", "lower case", "composite"],
)
async def test_what_is_sent_without_its_name_is_answered_with_the_name(
    fake_sdk: FakeSdk, call: Callable[[Any], Awaitable[Any]], told: str
) -> None:
    with pytest.raises(TypeError) as refusal:
        await call(fake_sdk.connectors)
    assert str(refusal.value).endswith(f"as in {told}")


async def test_a_composites_method_is_not_the_callers_to_choose(fake_sdk: FakeSdk) -> None:
    client: Any = fake_sdk.connectors
    with pytest.raises(TypeError, match=r"takes no method: a composite is always called by POST$"):
        await client.composite.execute("crm", "GET")
