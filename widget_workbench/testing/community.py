"""A community that a test has to itself: its pages, and its connectors."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode

import httpx
import playwright.sync_api as playwright
import pytest

from widget_workbench.preview import running
from widget_workbench.preview.page import CONTAINERS
from widget_workbench.repository import Repository, read_repository
from widget_workbench.testing import in_page
from widget_workbench.testing.connectors import CommunityConnectors
from widget_workbench.testing.console import ERRORS, Console
from widget_workbench.testing.evidence import Evidence
from widget_workbench.testing.page import CommunityPage, Failure
from widget_workbench.testing.stubs import ConnectorCall

if TYPE_CHECKING:
    from widget_workbench.preview.sources import Bundle


_LONGEST_LOAD_MS = 120_000


class Community:
    """A community in a browser; the fixture `community` gives it.

    Args:
        root: the widget repository.
        url: of its preview, without a slash at the end.
        context: the browser's context, which the tests of a worker share with its HTTP cache.
        widget: whose modules `run_python` imports unless told otherwise.
        forget: a name of this community that is new, upon which its first page forgets what others have stored.
        unwelcome: the types of console messages that fail a test.
        timeout: seconds that a widget has to get ready.

    Attributes:
        url: as above.
        connectors: its connectors by permalink: stubbed by `community.connectors["weather-api"].respond(…)`, else
            executed by the repository's definitions and answered by the upstreams in preview.toml. Each knows its
            `calls`. A call that would leave this computer fails the test.
        pages: those that are open.
    """

    def __init__(
        self,
        root: Path,
        url: str,
        context: playwright.BrowserContext,
        *,
        widget: str | None = None,
        forget: str | None = None,
        unwelcome: frozenset[str] = ERRORS,
        timeout: float = 30.0,
    ) -> None:
        self.url = url
        self.connectors = CommunityConnectors(root, before_calls=self._catch_up)
        self.pages: list[CommunityPage] = []
        self._root = root
        self._widget = widget
        self._blank: CommunityPage | None = None
        self._forget = forget
        self._context = context
        self._unwelcome = unwelcome
        self._timeout = timeout

    def open(
        self,
        *widgets: str,
        props: Mapping[str, Any] | None = None,
        user: Literal["guest", "member", "admin"] | None = None,
        tokens: Mapping[str, str | None] | None = None,
        locale: str | None = None,
        viewport: tuple[int, int] | None = None,
        sdk: Literal["current", "legacy"] | None = None,
        errors: Literal["described", "bare"] | None = None,
        host: Literal["community", "embed"] | None = None,
        csp: Literal["platform", "nowasm"] | None = None,
        prepare: Callable[[playwright.Page], object] | None = None,
    ) -> CommunityPage:
        """Opens a community page and waits until it is loaded; its widgets may still be starting.

        Args:
            widgets: the types of those on the page, in that order, twice if named twice; "weather@Sidebar" is in
                another zone than its `containers` say. Without any, all of the repository.
            props: merged into the configured properties of each widget on the page, before it starts.
            user: who visits; by default whom preview.toml says.
            tokens: design tokens that the community has set, by name with or without the leading `--`.
            locale: the page's language, a tag such as "nl-NL"; the browser's own stays.
            viewport: width and height in CSS pixels; by default 1280 by 900, or those of pytest's `--device`.
            sdk: "legacy" for an older host, without `sdk.connectors`.
            errors: "bare" for a host whose plain errors carry a message alone.
            host: "embed" for a page outside the community, without the Web SDK.
            csp: "nowasm" for a Content-Security-Policy that forbids WebAssembly.
            prepare: gets Playwright's page before it is loaded, to route requests or add an init script.

        Raises:
            ValueError: the repository has no such widget, or the page no such zone.
        """
        __tracebackhide__ = True
        parameters = {
            "user": user,
            "locale": locale,
            "sdk": sdk,
            "errors": errors,
            "host": host,
            "csp": csp,
            "widgets": ",".join(widgets) or None,
        }
        page = self._new_page(widgets, props or {}, tokens or {})
        if viewport is not None:
            page.page.set_viewport_size({"width": viewport[0], "height": viewport[1]})
        if prepare is not None:
            prepare(page.page)
        self._load(page, {name: value for name, value in parameters.items() if value is not None})
        return page

    def run_python(
        self,
        function: Callable[..., Any] | str,
        *arguments: Any,
        widget: str | None = None,
        timeout: float = 30.0,
    ) -> Any:
        """Runs a test's function in the browser's Python, beside a widget's modules and without the widget.

        For what this computer's Python cannot import: modules with syntax of Python 3.14, or that import `js`.

        Args:
            function: of the test file, `def` or `async def`; only that file's imports go with it, and relative ones
                mean the widget's modules. Its parameter `fake_sdk` gets a `FakeSdk`. Or "module:function", a function
                of the widget's own modules.
            arguments: for its other parameters, JSON.
            widget: the widget's type; by default the one beside which the test file stands.
            timeout: seconds that an `async def` may take.

        Returns:
            What the function returns, JSON.

        Raises:
            FailedInPage: the function raised; the message has its traceback, and the variables of a failed assertion.
            TypeError: a function that cannot go to the page alone, or an argument that is not JSON.
        """
        __tracebackhide__ = True
        type = widget or self._widget
        if type is None:
            raise TypeError('run_python: name the widget whose modules are meant: widget="weather"')
        job = in_page.job(function, arguments, widget=type, root=self._root, timeout=timeout)
        if self._blank is None:
            self._blank = self._new_page((), {}, {})
            self._load(self._blank, {"widgets": ""})
        return in_page.result_of(self._blank.call_python(in_page.RUN, job, widget=type) or "")

    def replay(self) -> None:
        """Answers connectors that are not stubbed by what `widget preview --record` wrote to `fixtures/`.

        An exchange that was recorded with another definition of its connector is stale, and answers nothing.
        """
        self.connectors.replay()

    def verify(self) -> list[str]:
        """What went on that the test did not ask for, since the last time: each a message."""
        complaints = [
            f"The page {page.page.url} does not respond. Its one thread is busy: a loop that never awaits?"
            for page in self.pages
            if not page.catch_up() and page.is_stuck
        ]
        complaints += self.connectors.complaints()
        for page in self.pages:
            complaints += page.console.judge()
        return complaints

    def begin_test(self) -> None:
        """What earlier tests called and expected is theirs, where several share the community."""
        self.connectors.begin_test()
        for page in self.pages:
            page.console.begin_test()

    def answer(self, call: dict[str, Any]) -> dict[str, Any] | None:
        """How the host page is to answer a connector call; None where the gateway is to execute it."""
        answer = self.connectors.answer(ConnectorCall(**call))
        return None if answer is None else asdict(answer)

    def note_failure(self, page: playwright.Page, failure: Mapping[str, Any]) -> None:
        """Takes what a widget's `error` event told."""
        for opened in self.pages:
            if opened.page is page:
                opened.failures.append(
                    Failure(failure["type"], failure["nth"], failure["message"], failure["stack"])
                )

    def close(self) -> None:
        """Closes the pages."""
        for opened in self.pages:
            opened.page.close()
        self.pages.clear()
        for page in self._context.pages:
            if self.shows(page):
                page.close()  # a window that a widget has opened

    def shows(self, page: playwright.Page) -> bool:
        """Whether a page is of this community, be it that a widget has opened it."""
        return page.url.startswith(f"{self.url}/")

    def _new_page(
        self, widgets: Iterable[str], props: Mapping[str, Any], tokens: Mapping[str, str | None]
    ) -> CommunityPage:
        """A page of the repository as it is now, not loaded yet."""
        __tracebackhide__ = True
        repository = read_repository(self._root)
        python = {widget.type: widget.python for widget in repository.widgets}
        _refuse_unknown(widgets, repository)
        self.connectors.hold(repository)
        setup = {"props": dict(props), "tokens": dict(tokens), "forget": self._forget}
        self._forget = None
        script = f"window.widgetTestSetup = {json.dumps(setup, allow_nan=False)};"
        page = self._context.new_page()
        # On a busy computer a page takes long, and what is awaited after it has a time limit of its own.
        page.set_default_navigation_timeout(_LONGEST_LOAD_MS)
        page.add_init_script(script)
        opened = CommunityPage(
            page,
            Console(page, self._unwelcome),
            python=python,
            timeout=self._timeout,
        )
        self.pages.append(opened)
        return opened

    def _load(self, page: CommunityPage, parameters: Mapping[str, str]) -> None:
        page.page.goto(f"{self.url}/?{urlencode(parameters)}")

    def _catch_up(self) -> None:
        for page in self.pages:
            page.catch_up()


class CommunityFactory:
    """Makes communities in one browser, one HTTP cache and one preview for each repository; `community_factory`.

    Args:
        context: of the browser.
        unwelcome: the types of console messages that fail a test.
        timeout: seconds that a widget has to get ready.
        traced: whether a failing test's trace is kept.

    Attributes:
        communities: those that are in use.
        evidence: what is kept of tests that fail.
    """

    def __init__(
        self,
        context: playwright.BrowserContext,
        *,
        unwelcome: frozenset[str],
        timeout: float,
        traced: bool,
    ) -> None:
        self.communities: list[Community] = []
        self.evidence = Evidence(context, traced=traced)
        self.begin_test(os.environ.get("PYTEST_CURRENT_TEST", ""))
        self._context = context
        self._unwelcome = unwelcome
        self._timeout = timeout
        self._servers = ExitStack()
        # Without a proxy of the environment, which would not find this computer.
        self._client = self._servers.enter_context(httpx.Client(trust_env=False))
        self._urls: dict[tuple[Path, Bundle | None, Path | None], str] = {}
        # For the pages that widgets open; those of tests have a setup of their own.
        context.add_init_script(
            "window.widgetTestSetup ??= { props: {}, tokens: {}, forget: null };"
        )
        context.expose_binding("widgetTestCall", self._answer)
        context.expose_binding("widgetTestFailure", self._note_failure)

    def begin_test(self, title: str) -> None:
        """Evidence is of what happens from here on."""
        self.evidence.begin(title)
        for community in self.communities:
            community.begin_test()

    @contextmanager
    def __call__(
        self,
        root: Path,
        widget: str | None = None,
        *,
        judge: bool = True,
        bundle: Bundle | None = None,
        published: Path | None = None,
    ) -> Iterator[Community]:
        """A community of a widget repository, whose pages close at the end.

        Args:
            root: the repository.
            widget: whose modules `run_python` imports unless told otherwise.
            judge: whether what went on there that no test has been told of is a failure at the end.
            bundle: makes widgets' published trees; by default as the preview does.
            published: the tree that `widget build` has made of the repository, to be hosted as the platform does.

        Raises:
            RepositoryError: `root` is no widget repository.
            RejectedError: the platform would not publish the built tree.
        """
        root = root.resolve()
        url = self._url(root, bundle, published)
        forget = None
        if not self.communities:
            self._context.clear_cookies()
            forget = secrets.token_hex()
            # What a test's widget liked, or voted for, is not the next test's.
            self._client.post(f"{url}/_community/api/reset").raise_for_status()
        community = Community(
            root,
            url,
            self._context,
            widget=widget,
            forget=forget,
            unwelcome=self._unwelcome,
            timeout=self._timeout,
        )
        self.communities.append(community)
        try:
            yield community
            if judge and (complaints := community.verify()):
                pytest.fail("\n\n".join(complaints), pytrace=False)
        finally:
            self.communities.remove(community)
            community.close()

    def _url(self, root: Path, bundle: Bundle | None, published: Path | None) -> str:
        """Of the preview that shows a repository, which is started if it does not run yet."""
        key = (root, bundle, published)
        if key not in self._urls:
            running_preview = self._servers.enter_context(running(root, bundle, published))
            self._urls[key] = running_preview.rstrip("/")
        return self._urls[key]

    def close(self) -> None:
        """Stops the previews."""
        self._servers.close()

    def _answer(self, source: Mapping[str, Any], call: dict[str, Any]) -> dict[str, Any] | None:
        community = self._community(source["page"])
        return community.answer(call) if community else None

    def _note_failure(self, source: Mapping[str, Any], failure: Mapping[str, Any]) -> None:
        if community := self._community(source["page"]):
            community.note_failure(source["page"], failure)

    def _community(self, page: playwright.Page) -> Community | None:
        """The one that has opened the page, or whose widget has; None where it is closing."""
        for community in reversed(self.communities):
            if any(opened.page is page for opened in community.pages):
                return community
        return next((each for each in reversed(self.communities) if each.shows(page)), None)


def _refuse_unknown(widgets: Iterable[str], repository: Repository) -> None:
    __tracebackhide__ = True
    known = [widget.type for widget in repository.widgets]
    for named in widgets:
        # As the page reads its address.
        widget, at, zone = named.rpartition("@") if named not in known else (named, "", "")
        if not at:
            widget = named
        elif zone not in CONTAINERS:
            raise ValueError(
                f"{named!r} is in no zone of the page; write a widget's type alone, or with one of: "
                f"{', '.join(f'@{container}' for container in CONTAINERS)}."
            )
        if widget in known:
            continue
        for problem in repository.problems:
            if Path(problem.path).is_relative_to(f"widgets/{widget}"):
                raise ValueError(f"{problem.path}: {problem.message}")
        there = ", ".join(known) or "none"
        raise ValueError(
            f"The repository {repository.root} has no widget {widget!r}; there are: {there}."
        )
