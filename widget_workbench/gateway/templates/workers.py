"""A few workers, started when they are first needed and kept."""

import asyncio
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from widget_workbench.gateway.errors import TemplateRenderingError
from widget_workbench.gateway.templates.template import Context, Template
from widget_workbench.gateway.templates.worker_process import WorkerProcess

TIME_LIMIT = 1.0  # seconds for one template
WAIT_LIMIT = 15.0  # seconds for one template and those before it, as an upstream has


@dataclass
class _Job:
    template: Template
    context: Context
    worker: WorkerProcess | None = None


class Workers:
    """Renders templates in processes of their own.

    The pipes are read and written by threads, one a worker, not by the event loop: a worker may then be used from one
    loop after another, and loops that start no processes (a selector loop on Windows) will do.

    Args:
        count: how many workers at the most; other templates wait.
        time_limit: seconds for one template, from when its rendering begins.
        wait_limit: seconds for one template, from when it is asked for.
    """

    def __init__(
        self,
        *,
        count: int = 2,
        time_limit: float = TIME_LIMIT,
        wait_limit: float = WAIT_LIMIT,
    ) -> None:
        self._count = count
        self._time_limit = time_limit
        self._wait_limit = wait_limit
        self._threads: ThreadPoolExecutor | None = None
        # Of all that are alive, those that have nothing to do; a deque's ends are safe to share among threads.
        self._idle: deque[WorkerProcess] = deque()
        self._all: set[WorkerProcess] = set()

    async def render(self, template: Template, context: Context) -> str:
        """The rendered text.

        Raises:
            TemplateRenderingError: the template failed, was stopped, or did not get its turn.
            JwtSigningError: it signs a JWT, and that failed.
        """
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._count, thread_name_prefix="templates")
        loop = asyncio.get_running_loop()
        job = _Job(template, context)
        try:
            async with asyncio.timeout(self._wait_limit):
                return await loop.run_in_executor(self._threads, self._render, job)
        except TimeoutError:
            if job.worker is not None:
                job.worker.kill()
            raise TemplateRenderingError(
                f"The template of {template.place} was not rendered within {self._wait_limit:g} s: "
                "other templates, which take long, were before it."
            ) from None

    async def aclose(self) -> None:
        """Ends the workers, and with them what they are at."""
        threads, self._threads = self._threads, None
        if threads is None:
            return
        threads.shutdown(wait=False, cancel_futures=True)
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        while self._all:
            self._all.pop().close()
        self._idle.clear()

    def _render(self, job: _Job) -> str:
        worker = job.worker = self._worker(job.template)
        try:
            return worker.render(job.template, job.context, self._time_limit)
        finally:
            if worker.is_alive:
                self._idle.append(worker)
            else:
                worker.close()
                self._all.discard(worker)

    def _worker(self, template: Template) -> WorkerProcess:
        """One that has nothing to do; a new one where there is none, or where it has ended meanwhile."""
        while self._idle:
            worker = self._idle.pop()
            if worker.is_alive:
                return worker
            worker.close()
            self._all.discard(worker)
        try:
            worker = WorkerProcess()
        except OSError as error:
            raise TemplateRenderingError(
                f"The template of {template.place} could not be rendered: no process could be "
                f"started for it ({error.strerror})."
            ) from error
        self._all.add(worker)
        return worker
