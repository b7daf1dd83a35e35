"""The preview's application: its URLs, and what answers them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import BaseRoute, Mount, Route

from widget_workbench import shipped
from widget_workbench.gateway import UPSTREAM_TIME_LIMIT, Execution, Gateway
from widget_workbench.preview.changes import Changes
from widget_workbench.preview.community import CommunityApi, Content, Database, Visitor
from widget_workbench.preview.configuration import member_of
from widget_workbench.preview.dynamic_options import (
    OptionsClient,
    OptionsError,
    dynamic_options_of,
)
from widget_workbench.preview.files import IMMUTABLE, REVALIDATED, answer_content, file_within
from widget_workbench.preview.hosted_widget import NotServedError
from widget_workbench.preview.library import library_entry, thumbnail_file
from widget_workbench.preview.log import ExecutionLog
from widget_workbench.preview.page import (
    PageParameters,
    age_in_words,
    community_content,
    page_data,
    profile_fields_of,
    read_parameters,
    registration,
    told_problems,
    visitor_of,
)
from widget_workbench.preview.publication import PublishedDirectory
from widget_workbench.preview.security import (
    SECURITY_HEADERS,
    OwnOriginOnly,
    SecurityHeaders,
    content_security_policy,
)
from widget_workbench.preview.site import Reading, Site
from widget_workbench.preview.sources import Bundle, Sources
from widget_workbench.preview.visitors import Visitors
from widget_workbench.repository import Widget


def create_app(
    root: Path,
    *,
    bundle: Bundle | None = None,
    published: Path | None = None,
    static: Callable[[str], Path] = shipped.static,
    upstream_time_limit: float = UPSTREAM_TIME_LIMIT,
    on_execution: Callable[[Execution], None] = lambda execution: None,
) -> Starlette:
    """The preview of a widget repository, as an ASGI application.

    `app.state.site` is what it shows: a `Site`. `app.state.changes` tells pages what is saved: `Changes`, to be closed
    before the server waits for its connections.

    Args:
        root: the repository.
        bundle: makes widgets' published trees; default: `widget_workbench.bundle`.
        published: a built tree, to be shown in the place of what `root` would be built to.
        static: gives the directory of a part of `static/`.
        upstream_time_limit: seconds that an upstream has for its whole answer.
        on_execution: told of each connector execution.

    Raises:
        RepositoryError: `root` is no widget repository.
        RejectedError: the platform would not publish the built tree.
        ShippedFilesMissing: the runtime or the page is not installed.
    """
    preview = _Preview(
        _site(root, bundle, published),
        published=published is not None,
        static=static,
        upstream_time_limit=upstream_time_limit,
        on_execution=on_execution,
    )
    app = Starlette(
        routes=preview.routes(),
        middleware=[Middleware(SecurityHeaders), Middleware(OwnOriginOnly)],
        exception_handlers={
            HTTPException: _answer_http_error,
            NotServedError: _answer_not_served,
            Exception: _answer_failure,
        },
        lifespan=preview.lifespan,
    )
    app.state.site = preview.site
    app.state.changes = preview.changes
    return app


def _site(root: Path, bundle: Bundle | None, published: Path | None) -> Site:
    if published is not None:
        directory = PublishedDirectory(root, published)
        return Site(root, directory, directory.publication)
    sources = Sources(root, bundle or _own_bundle())
    return Site(root, sources, sources.reading)


def _own_bundle() -> Bundle:
    from widget_workbench import bundle

    return bundle


class _Preview:
    """The endpoints of one preview."""

    def __init__(
        self,
        site: Site,
        *,
        published: bool,
        static: Callable[[str], Path],
        upstream_time_limit: float,
        on_execution: Callable[[Execution], None],
    ) -> None:
        self.site = site
        self._published = published
        self._community = static("community")
        self._workbench = static("workbench")
        self._template = _page_template(self._community)
        self._visitors = Visitors(lambda: member_of(site.reading.repository.settings.user))
        self._database = Database()
        self._content = Content(self._database)
        self._community_api = CommunityApi(self._database, self._visitors, self._visitor)
        self._log = ExecutionLog()
        # One reading after another: the latest is to be the one that is shown, and told of.
        self._reading = asyncio.Lock()
        self.changes = Changes(site.root, self._glance, self._what_is_saved)
        self._on_execution = on_execution
        self._options = OptionsClient(site.configuration)
        self._gateway = Gateway(
            configuration=site.configuration,
            record=self._record,
            identify=self._visitors.identify,
            time_limit=upstream_time_limit,
        )

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self._page),
            *self._community_api.routes("/_community/api"),
            Route("/_community/{name:path}", self._community_file),
            Route("/_workbench/{name:path}", self._workbench_file),
            *(self._hosting() if self._published else self._sources()),
            Route("/_preview/log", self._read_log, methods=["GET"]),
            Route("/_preview/log", self._clear_log, methods=["DELETE"]),
            Route("/_preview/thumbnail/{type}", self._thumbnail),
            Route("/_preview/options/{type}/{property}", self._dynamic_options),
            Mount("/connectors", self._gateway),
            *([Route("/{path:path}", self._own_hosting)] if self._published else []),
        ]

    def _sources(self) -> list[BaseRoute]:
        return [
            Route("/_runtime/{key}/{name:path}", self._runtime_file),
            Route("/widgets/{type}/{path:path}", self._widget_file),
            Route("/_saved/{state}/{type}/{path:path}", self._saved_file),
            Route("/_preview/changes", self._changes),
        ]

    def _hosting(self) -> list[BaseRoute]:
        return [Route("/_hosted/{key}/{type}/{path:path}", self._hosted_file)]

    @asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        yield
        await self._gateway.aclose()
        await self._options.aclose()
        await self.site.upstreams.aclose()
        self._database.close()

    async def _page(self, request: Request) -> Response:
        """Shows the repository as it is now."""
        async with self._reading:
            reading, problems = await run_in_threadpool(self.site.read)
            self.site.show(reading, problems)
        repository = reading.repository
        site = request.headers.get("sec-fetch-site", "none")
        parameters = read_parameters(
            request.query_params, repository, from_elsewhere=site not in ("none", "same-origin")
        )
        html = self._template.render(
            page=page_data(parameters, repository, self.site.problems, reading.url_of),
            csrf_token=await run_in_threadpool(
                self._visitors.token, parameters.user, parameters.profile_fields
            ),
            community=community_content(self._content),
            workbench=self._workbench_data(parameters, reading),
            modules=self._modules(parameters),
        )
        policy = content_security_policy(wasm=parameters.csp != "nowasm")
        headers = {"Content-Security-Policy": policy, "Cache-Control": REVALIDATED}
        return HTMLResponse(html, headers=headers)

    def _workbench_data(
        self, parameters: PageParameters, reading: Reading
    ) -> dict[str, Any] | None:
        """What the page's workbench begins with (workbench-data.js); None where there is to be none."""
        if parameters.workbench == "none":
            return None
        settings = reading.repository.settings
        return {
            "follows": not self._published,
            "server": self.changes.server,
            "profileFields": profile_fields_of(parameters, settings.user),
            **self._told(reading),
        }

    async def _glance(self) -> dict[str, Any]:
        """Reads what has been saved, and gives what open pages are told of it."""
        async with self._reading:
            return await self._read_and_told()

    async def _what_is_saved(self) -> dict[str, Any]:
        async with self._reading:
            if await run_in_threadpool(self.site.is_current):
                return self._told(self.site.reading)
            return await self._read_and_told()

    async def _read_and_told(self) -> dict[str, Any]:
        reading, problems = await run_in_threadpool(self.site.glance)
        self.site.show(reading, problems)
        return self._told(reading)

    def _told(self, reading: Reading) -> dict[str, Any]:
        files = reading.files
        return {
            "problems": told_problems(self.site.problems),
            "widgets": {
                widget.type: {
                    **files[widget.type],
                    "python": widget.python,
                    "registration": registration(widget, self._saved_url(reading, widget)),
                    "library": library_entry(widget),
                }
                for widget in reading.repository.widgets
            },
        }

    def _saved_url(self, reading: Reading, widget: Widget) -> str:
        """Where a page that is open finds a widget as it is saved now."""
        if widget.python or self._published:
            return reading.url_of(widget.type)
        return f"/_saved/{reading.files[widget.type]['rest']}/{quote(widget.type)}/"

    def _changes(self, request: Request) -> Response:
        if request.method == "HEAD":
            # A stream without a body would have no end all the same.
            return Response(media_type="text/event-stream")
        return StreamingResponse(
            self.changes.stream(),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store"},
        )

    def _modules(self, parameters: PageParameters) -> list[str]:
        """The addresses of all that the page imports: a browser that has to find each in another asks late."""
        directories = {"_community": self._community}
        if parameters.workbench != "none":
            directories["_workbench"] = self._workbench
        return [
            f"/{name}/{file.name}"
            for name, directory in directories.items()
            for file in sorted(directory.glob("*.js"))
        ]

    def _visitor(self, role: str | None) -> Visitor:
        return visitor_of(role, self.site.reading.repository.settings.user)

    def _widget_file(self, request: Request) -> Response:
        widget_type, path = request.path_params["type"], request.path_params["path"]
        content = self.site.reading.hosted(widget_type).content(path)
        return answer_content(request, content, path, caching=REVALIDATED)

    def _saved_file(self, request: Request) -> Response:
        state, widget_type = request.path_params["state"], request.path_params["type"]
        path = request.path_params["path"]
        hosted = self.site.reading.hosted(widget_type)
        content = hosted.at(f"/_saved/{quote(state)}/{quote(widget_type)}/").content(path)
        return answer_content(request, content, path, caching=REVALIDATED)

    def _hosted_file(self, request: Request) -> Response:
        """A file of what is live, or was when the page was loaded."""
        key, widget_type = request.path_params["key"], request.path_params["type"]
        path = request.path_params["path"]
        content = self.site.hosted(key, widget_type).content(path)
        return answer_content(request, content, path, caching=REVALIDATED)

    def _runtime_file(self, request: Request) -> Response:
        name = request.path_params["name"]
        content = self.site.shared_file(request.path_params["key"], name)
        return answer_content(request, content, name, caching=IMMUTABLE)

    def _own_hosting(self, request: Request) -> Response:
        """The author's own hosting on the community's origin, of a runtime that a build has left to it."""
        path = request.path_params["path"]
        try:
            content = self.site.shared_file(self.site.reading.key, path)
        except NotServedError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        return answer_content(request, content, path, caching=REVALIDATED)

    def _community_file(self, request: Request) -> Response:
        return _static_file(request, self._community)

    def _workbench_file(self, request: Request) -> Response:
        return _static_file(request, self._workbench)

    def _read_log(self, request: Request) -> Response:
        entries = self._log.entries(request.query_params.get("request_id"))
        return JSONResponse(entries, headers={"Cache-Control": "no-store"})

    def _clear_log(self, request: Request) -> Response:
        self._log.clear()
        return Response(status_code=204)

    def _thumbnail(self, request: Request) -> Response:
        file = thumbnail_file(self.site.reading.repository, request.path_params["type"])
        return answer_content(request, _content_of(file), file.name, caching=REVALIDATED)

    async def _dynamic_options(self, request: Request) -> Response:
        """The options of a field, for `?q=…`, or those of `?value=…`, which may stand more than once."""
        query, headers = request.query_params, {"Cache-Control": "no-store"}
        try:
            options = dynamic_options_of(
                self.site.reading.repository,
                request.path_params["type"],
                request.path_params["property"],
            )
            values = query.getlist("value")
            found = (
                await self._options.of_values(options, values)
                if values
                else await self._options.found(options, query.get("q", ""))
            )
        except OptionsError as error:
            return JSONResponse({"error": str(error)}, HTTPStatus.BAD_GATEWAY, headers)
        return JSONResponse({"options": found}, headers=headers)

    def _record(self, execution: Execution) -> None:
        self._log.record(execution)
        self._on_execution(execution)


def _page_template(directory: Path) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(directory),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["age_in_words"] = age_in_words
    environment.policies["json.dumps_kwargs"] = {}  # keeps the order that the author chose
    return environment.get_template("index.html")


def _static_file(request: Request, directory: Path) -> Response:
    name = request.path_params["name"]
    file = file_within(directory, name)
    if file is None:
        raise NotServedError(f"There is no file {name!r} here.")
    return answer_content(request, _content_of(file), name, caching=REVALIDATED)


def _content_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:  # it went meanwhile
        raise NotServedError(f"{file.name!r} cannot be read: {error.strerror}.") from None


def _answer_not_served(request: Request, error: Exception) -> Response:
    return PlainTextResponse(str(error), 404, {"Cache-Control": "no-store"})


def _answer_failure(request: Request, error: Exception) -> Response:
    """The traceback is the terminal's. Starlette answers so outside of all middleware."""
    sentence = "The preview failed at this request; the terminal that it runs in has the traceback."
    return PlainTextResponse(sentence, 500, {**SECURITY_HEADERS, "Cache-Control": "no-store"})


def _answer_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.NOT_FOUND:
        sentence = f"Nothing is at {request.url.path}. The community page is at /."
    elif error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = ", ".join(sorted((error.headers or {})["Allow"].split(", ")))
        sentence = f"{request.url.path} does not answer to {request.method}, but to {allowed}."
    else:
        sentence = error.detail
    return PlainTextResponse(sentence, error.status_code, error.headers)
