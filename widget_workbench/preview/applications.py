"""ASGI applications of the repository, loaded by file and run as a server would run them."""

import asyncio
import hashlib
import importlib.util
import logging
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from widget_workbench.preview.repository_traceback import repository_traceback

logger = logging.getLogger(__name__)


class ApplicationError(Exception):
    """The application cannot be loaded, in a sentence that names the file."""


@dataclass(frozen=True)
class ModuleFile:
    """The file that a module was imported from, as it was then."""

    file: Path
    digest: str | None

    @classmethod
    def now(cls, file: Path) -> "ModuleFile":
        return cls(file, _digest(file))

    @property
    def has_changed(self) -> bool:
        return _digest(self.file) != self.digest


def _digest(file: Path) -> str | None:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return None


def load_application(root: Path, target: str) -> "Application":
    """The application `"module:app"` of a repository.

    The module is a file (or package) below the root, imported anew under a name of its own: the
    repository is not put on Python's path.

    Raises:
        ApplicationError: there is no such file or name in it, or importing it failed.
    """
    module_name, _, attribute_path = target.partition(":")
    file = _module_file(root, module_name)
    module_file = ModuleFile.now(file)  # before the import: what is saved meanwhile has changed
    module = _imported(file, module_name)
    application: Any = module
    for attribute in attribute_path.split("."):
        try:
            application = getattr(application, attribute)
        except AttributeError:
            raise ApplicationError(f"{file.name} has no {attribute_path!r}") from None
    if not callable(application):
        raise ApplicationError(f"{attribute_path!r} in {file.name} is no ASGI application")
    return Application(target, application, module_file, root)


def _module_file(root: Path, module_name: str) -> Path:
    base = root.joinpath(*module_name.split("."))
    candidates = (base.with_name(f"{base.name}.py"), base / "__init__.py")
    for file in candidates:
        if file.is_file() and file.resolve().is_relative_to(root.resolve()):
            return file.resolve()
    raise ApplicationError(f"there is no file {candidates[0].relative_to(root).as_posix()}")


def _imported(file: Path, module_name: str) -> ModuleType:
    digest = hashlib.sha256(str(file).encode()).hexdigest()[:12]
    name = f"_preview_upstream_{digest}_{module_name.rpartition('.')[2]}"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where dataclasses and pickle look a module up
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        where = _line_in(file, error)
        raise ApplicationError(
            f"{file.name}{where} could not be imported: {type(error).__name__}: {error}"
        ) from error
    return module


def _line_in(file: Path, error: BaseException) -> str:
    """`, line 12,` for the last line of the file that the error came through."""
    if isinstance(error, SyntaxError) and error.filename == str(file):
        return f", line {error.lineno},"
    line = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(file):
            line = trace.tb_lineno
        trace = trace.tb_next
    return f", line {line}," if line is not None else ""


class Application:
    """An application with its lifespan, started at the first request and ended by `aclose`.

    Exceptions go to the log, with their traceback as far as it is the repository's.

    Raises:
        httpx.RemoteProtocolError: when called, if the application ends without a complete answer. One that answers
            in full and raises after that, as frameworks do with their own 500, has answered.
    """

    def __init__(self, name: str, app: ASGIApp, module: ModuleFile, root: Path) -> None:
        self.module = module
        self._name = name
        self._app = app
        self._root = root
        self._lifespan = _Lifespan(app)
        self._starting = asyncio.Lock()
        self._started = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answered = False

        async def watch(message: Message) -> None:
            nonlocal answered
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                answered = True

        reason = "it ended without an answer"
        try:
            async with self._starting:
                if not self._started:
                    await self._lifespan.start()
                    self._started = True
            await self._app({**scope, "state": dict(self._lifespan.state)}, receive, watch)
        except Exception as error:
            trace = repository_traceback(error, self._root)
            logger.error("The upstream %r failed.\n%s", self._name, trace)
            reason = f"it raised {type(error).__name__}: {error}"
        if not answered:
            raise httpx.RemoteProtocolError(f"the upstream {self._name!r} broke off: {reason}")

    async def aclose(self) -> None:
        if self._started:
            self._started = False
            await self._lifespan.stop()


class _Lifespan:
    """ASGI's lifespan protocol, from the server's side; an application need not know it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.state: dict[str, Any] = {}
        self._failure: Exception | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._to_app: asyncio.Queue[Message] = asyncio.Queue()
        self._from_app: asyncio.Queue[Message] = asyncio.Queue()
        self._task = asyncio.create_task(self._run())
        answer = await self._exchange("lifespan.startup")
        if answer is not None and answer["type"] == "lifespan.startup.failed":
            await self._task
            # Frameworks put a whole traceback there, whose last line tells what happened.
            lines = str(answer.get("message", "")).strip().splitlines()
            message = f"its startup failed: {lines[-1] if lines else ''}".strip()
            raise RuntimeError(message) from self._failure

    async def stop(self) -> None:
        if self._task is not None and not self._task.done():
            await self._exchange("lifespan.shutdown")
            await self._task

    async def _exchange(self, event: str) -> Message | None:
        """The application's answer to an event; None when it has ended without one."""
        assert self._task is not None
        await self._to_app.put({"type": event})
        answer = asyncio.create_task(self._from_app.get())
        await asyncio.wait({answer, self._task}, return_when=asyncio.FIRST_COMPLETED)
        if answer.done():
            return answer.result()
        answer.cancel()
        return None

    async def _run(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}}
        try:
            await self._app({**scope, "state": self.state}, self._to_app.get, self._from_app.put)
        except Exception as error:
            self._failure = error
            # An application without a lifespan says so by an exception (ASGI, "Lifespan").
            logger.debug("An upstream ended its lifespan.", exc_info=True)
