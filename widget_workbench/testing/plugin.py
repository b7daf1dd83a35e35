"""The pytest plugin of the test kit: its options, fixtures and hooks.

pytest finds it once the package is installed; `pytest` alone runs the tests beside a repository's widgets:

    from playwright.sync_api import expect
    from widget_workbench.testing import Community


    def test_shows_the_city(community: Community) -> None:
        community.connectors["weather-api"].respond(json={"name": "Warsaw", "temperature": 21})
        page = community.open("weather", props={"city": "Warsaw"})
        expect(page.widget("weather")).to_contain_text("21 °C")
        assert community.connectors["weather-api"].calls[0].query == {"q": "Warsaw"}

It stands on pytest-playwright, whose options hold: `--headed`, `--slowmo`, `--browser`, `--output`. It works with
pytest-xdist: each worker has a browser, an HTTP cache and a preview of its own.

A test that uses `community` fails, also after its last line, when a page has printed an error that it did not expect,
when an exception or a Promise's rejection was caught by nobody, when a connector was called that nothing answers, and
when a stub that is required was not called. Of a test that fails, a screenshot of each page and a trace of all that was
done are kept in the directory that `--output` names.
"""

# Every pytest session on the computer imports this module: what is heavy is imported where it is used.
from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from widget_workbench.testing.async_tests import pytest_pyfunc_call
from widget_workbench.testing.collection import (
    pytest_pycollect_makemodule,
    repository_of,
    skip_what_the_host_cannot_import,
    widget_of,
)

if TYPE_CHECKING:
    import playwright.sync_api as playwright

    from widget_workbench.testing.community import Community, CommunityFactory
    from widget_workbench.testing.fake_sdk import FakeSdk

# Hooks that stand in a module of their own.
__all__ = ["pytest_pycollect_makemodule", "pytest_pyfunc_call"]

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
    with community_factory(widget_repository, widget_of(request.path)) as community:
        yield community


@pytest.fixture(scope="session")
def community_factory(
    browser_type: playwright.BrowserType,
    browser_type_launch_args: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
    pytestconfig: pytest.Config,
) -> Iterator[CommunityFactory]:
    """Makes communities for fixtures of a wider scope.

    `with community_factory(root) as community:` closes the community's pages at the end. All of a worker's communities
    are in one browser and share its HTTP cache. What a test stores there (cookies, localStorage, IndexedDB) is gone for
    the next.
    """
    from widget_workbench.testing.community import CommunityFactory
    from widget_workbench.testing.console import ERRORS, WARNINGS

    # A profile on disk: the cache of one in memory takes no file as large as Pyodide's.
    context = browser_type.launch_persistent_context(
        tmp_path_factory.mktemp("browser"),
        **{**browser_type_launch_args, **_executable(browser_type.name, browser_type_launch_args)},
    )
    unwelcome = ERRORS | WARNINGS if pytestconfig.getini("widget_warnings") else ERRORS
    factory = CommunityFactory(
        context,
        unwelcome=unwelcome,
        timeout=pytestconfig.getoption("--widget-timeout"),
        traced=pytestconfig.getoption("--widget-trace") == "on-failure",
    )
    pytestconfig.stash[_FACTORY] = factory
    yield factory
    del pytestconfig.stash[_FACTORY]
    factory.close()
    context.close()


@pytest.fixture
def fake_sdk(request: pytest.FixtureRequest) -> Iterator[FakeSdk]:
    """An `Sdk` without a browser, for unit tests of a widget's functions; its connectors are stubbed."""
    from widget_workbench.testing.fake_sdk import FakeSdk

    with FakeSdk() as sdk:
        request.node.stash[_FAKE_SDK] = sdk
        yield sdk


def _executable(browser_name: str, given: dict[str, Any]) -> dict[str, Any]:
    """Of Chromium, the one that `make browser` finds; of another engine, Playwright's own."""
    if browser_name != "chromium" or "executable_path" in given or given.get("channel"):
        return {}
    from widget_workbench.browser import BrowserMissing, find_browser, launch_arguments

    try:
        browser = find_browser()
    except BrowserMissing as missing:
        pytest.fail(str(missing), pytrace=False)
    if browser is None:
        pytest.fail(
            "No browser for the tests was found: run `python -m widget_workbench.browser --install`, or install Chrome"
            " or Chromium.",
            pytrace=False,
        )
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
    except Exception as failure:
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
    return Path(item.config.getoption("--output")).absolute() / name[-120:]


def _factory(item: pytest.Item) -> CommunityFactory | None:
    """The maker of communities, if this test uses one."""
    if "community_factory" not in getattr(item, "fixturenames", ()):
        return None
    return item.config.stash.get(_FACTORY, None)
