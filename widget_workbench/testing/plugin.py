"""The pytest plugin of the test kit: its options, fixtures and hooks.

pytest finds it once the package is installed; `pytest` alone runs the tests beside a repository's widgets:

    from playwright.sync_api import expect
    from widget_workbench.testing import Community


    def test_shows_the_city(community: Community) -> None:
        community.connectors["weather-api"].respond(json={"name": "Warsaw", "temperature": 21})
        page = community.open("weather", props={"city": "Warsaw"})
        expect(page.widget("weather")).to_contain_text("21 °C")
        assert community.connectors["weather-api"].calls[0].query == {"q": "Warsaw"}

It stands on pytest-playwright, whose options `--headed`, `--slowmo`, `--browser`, `--device` and `--output` hold. It
works with pytest-xdist: each worker has a browser, an HTTP cache and a preview of its own.

A test that uses `community` fails, also after its last line, when a page has printed an error that it did not expect,
when an exception or a Promise's rejection was caught by nobody, when a connector was called that nothing answers, and
when a stub that is required was not called. Of a test that fails, a screenshot of each page and a trace of all that was
done are kept in the directory that `--output` names.
"""

# Every pytest session on the computer imports this module: what is heavy is imported where it is used.
from __future__ import annotations

import hashlib
import re
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from widget_workbench.testing.async_tests import pytest_pyfunc_call
from widget_workbench.testing.collection import (
    IN_THE_PAGE,
    pytest_pycollect_makemodule,
    repository_of,
    skip_what_the_host_cannot_import,
    widget_of,
)

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, BrowserType, Playwright

    from widget_workbench.testing.community import Community, CommunityFactory
    from widget_workbench.testing.fake_sdk import FakeSdk

# Hooks that stand in a module of their own.
__all__ = ["pytest_pycollect_makemodule", "pytest_pyfunc_call"]

DESKTOP = {"width": 1280, "height": 900}
"""The window that a page is opened in unless a test asks for another."""

_FACTORY = pytest.StashKey["CommunityFactory"]()
_FAKE_SDK = pytest.StashKey["FakeSdk"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("widget", "widgets for a Customer Community")
    group.addoption(
        "--widget-timeout",
        type=float,
        default=30.0,
        metavar="SECONDS",
        help="How long a widget may take to get ready (default: 30).",
    )
    group.addoption(
        "--widget-trace",
        choices=("on-failure", "off"),
        default="on-failure",
        help="Whether a failing test's trace is kept (default: on-failure).",
    )
    parser.addini(
        "widget_repository",
        "The widget repository, where it is not the nearest directory above a test that holds widgets/.",
        default="",
    )
    parser.addini(
        "widget_warnings",
        "Whether an unexpected warning on a page's console fails a test as an error does.",
        type="bool",
        default=False,
    )


@pytest.fixture
def widget_repository(request: pytest.FixtureRequest) -> Path:
    """The widget repository that `community` shows; a test module may have a fixture of this name of its own."""
    named: str = request.config.getini("widget_repository")
    if named:
        return request.config.rootpath / named
    root = repository_of(request.path)
    if root is None:
        pytest.fail(
            f"No widget repository was found: no directory above {request.path} holds widgets/<type>/widget.json. Name"
            " it by widget_repository in pytest's configuration, or by a fixture widget_repository.",
            pytrace=False,
        )
    return root


@pytest.fixture
def community(
    request: pytest.FixtureRequest, community_factory: CommunityFactory, widget_repository: Path
) -> Iterator[Community]:
    """A community for this test alone: opens pages, stubs connectors, knows what was called."""
    # pytest_runtest_call judges it, as part of the test.
    with community_factory(widget_repository, widget_of(request.path), judge=False) as community:
        yield community


@pytest.fixture(scope="session")
def community_factory(
    community_context: BrowserContext, pytestconfig: pytest.Config
) -> Iterator[CommunityFactory]:
    """Makes communities for fixtures of a wider scope.

    `with community_factory(root) as community:` closes the community's pages at the end. All of a worker's communities
    are in one browser and share its HTTP cache. What a test stores there (cookies, localStorage, IndexedDB) is gone for
    the next.
    """
    from widget_workbench.testing.community import CommunityFactory
    from widget_workbench.testing.console import ERRORS, WARNINGS

    factory = CommunityFactory(
        community_context,
        unwelcome=ERRORS | WARNINGS if pytestconfig.getini("widget_warnings") else ERRORS,
        timeout=pytestconfig.getoption("--widget-timeout"),
        traced=pytestconfig.getoption("--widget-trace") == "on-failure",
    )
    pytestconfig.stash[_FACTORY] = factory
    yield factory
    del pytestconfig.stash[_FACTORY]
    factory.close()


@pytest.fixture(scope="session")
def community_context(
    browser_type: BrowserType,
    browser_type_launch_args: dict[str, Any],
    playwright: Playwright,
    device: str | None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[BrowserContext]:
    """The browser of a worker, with one profile; a project may have a fixture of this name of its own.

    It asks pages for reduced motion: a screenshot shows what has come to rest. `page.emulate_media` undoes that.
    """
    from playwright.sync_api import Error

    options = {
        **(_device(playwright, device) if device else {"viewport": DESKTOP}),
        **browser_type_launch_args,
        **_executable(browser_type.name, browser_type_launch_args),
        # Film of what moves all the time, as a skeleton does, takes as long as a start of Python.
        "reduced_motion": "reduce",
    }
    # A profile on disk: the cache of one in memory takes no file as large as Pyodide's.
    profile = tmp_path_factory.mktemp("browser")
    try:
        context = browser_type.launch_persistent_context(profile, **options)
    except Error as error:
        if "Executable doesn't exist" not in error.message:
            raise
        name = browser_type.name
        pytest.fail(
            f"Playwright's own {name} is not installed: run `python -m playwright install {name}`.",
            pytrace=False,
        )
    yield context
    context.close()


@pytest.fixture
def fake_sdk(request: pytest.FixtureRequest) -> Iterator[FakeSdk]:
    """An `Sdk` without a browser, for unit tests of a widget's functions; its connectors are stubbed."""
    from widget_workbench.testing.fake_sdk import FakeSdk

    with FakeSdk() as sdk:
        request.node.stash[_FAKE_SDK] = sdk
        yield sdk


def _device(playwright: Playwright, name: str) -> dict[str, Any]:
    """The options of a context like a device, by pytest-playwright's `--device`."""
    return {
        option: value
        for option, value in playwright.devices[name].items()
        if option != "default_browser_type"
    }


def _executable(browser_name: str, given: dict[str, Any]) -> dict[str, Any]:
    """Of Chromium, the one that `find_browser` finds; of another engine, Playwright's own."""
    if browser_name != "chromium" or "executable_path" in given or given.get("channel"):
        return {}
    from widget_workbench.browser import NOT_FOUND, BrowserMissing, find_browser, launch_arguments

    try:
        browser = find_browser()
    except BrowserMissing as missing:
        pytest.fail(str(missing), pytrace=False)
    if browser is None:
        pytest.fail(NOT_FOUND, pytrace=False)
    return {
        "executable_path": browser,
        "args": [*given.get("args", ()), *launch_arguments()],
    }


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    if (factory := _factory(item)) is not None:
        factory.begin_test(item.nodeid)
    with skip_what_the_host_cannot_import():
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fails a test that has run to its end by what it did not ask for; adds that to another failure."""
    try:
        with skip_what_the_host_cannot_import():
            result = yield
    except pytest.skip.Exception:
        _complaints(item)
        raise
    except (Exception, pytest.fail.Exception) as failure:
        for complaint in _complaints(item):
            if complaint not in str(failure):
                failure.add_note(f"\n{complaint}")
        raise
    complaints = _complaints(item)
    if complaints:
        pytest.fail("\n\n".join(complaints), pytrace=False)
    return result


def _complaints(item: pytest.Item) -> list[str]:
    """What went on that the test did not ask for."""
    factory = _factory(item)
    complaints: list[str] = []
    for community in factory.communities if factory is not None else ():
        complaints += community.verify()
    if _FAKE_SDK in item.stash:
        complaints += item.stash[_FAKE_SDK].verify()
    return complaints


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keeps what shows why a test failed, as long as its pages are open."""
    report = yield
    factory = _factory(item)
    if factory is not None and report.failed and call.when != "teardown":
        report.sections += factory.evidence.keep(factory.communities, _directory_of(item))
    return report


def _directory_of(item: pytest.Item) -> Path:
    """Where the evidence of a test is kept, below pytest-playwright's `--output`."""
    name = re.sub(r"[^0-9A-Za-z]+", "-", item.nodeid).strip("-")
    sign = hashlib.sha256(item.nodeid.encode()).hexdigest()[
        :8
    ]  # names may be alike but for a bracket
    return Path(item.config.getoption("--output")).absolute() / f"{name[-120:]}-{sign}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says what was skipped for want of the browser's Python, which pytest itself tells with `-rs` only."""
    if "s" in terminalreporter.reportchars:
        return
    told = {
        report.longrepr[2].removeprefix("Skipped: "): None
        for report in terminalreporter.stats.get("skipped", ())
        if isinstance(report.longrepr, tuple) and IN_THE_PAGE in report.longrepr[2]
    }
    if told:
        terminalreporter.section("skipped for want of the browser's Python")
        for reason in told:
            terminalreporter.line(reason)


def _factory(item: pytest.Item) -> CommunityFactory | None:
    """The maker of communities, if this test uses one."""
    factory = item.config.stash.get(_FACTORY, None)
    if factory is None or "community_factory" in getattr(item, "fixturenames", ()):
        return factory
    return factory if factory.communities else None  # by request.getfixturevalue
