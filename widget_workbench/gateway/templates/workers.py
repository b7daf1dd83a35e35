"""A few workers, started when they are first needed and kept."""

import asyncio

from widget_workbench.gateway.errors import TemplateRenderingError
from widget_workbench.gateway.templates.template import Context, Template
from widget_workbench.gateway.templates.worker_pool import Job, WorkerPool

TIME_LIMIT = 1.0  # seconds for one template
WAIT_LIMIT = 15.0  # seconds for one template and those before it, as an upstream has


class Workers:
    """Renders templates in processes of their own.

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
        self._pool: WorkerPool | None = None

    async def render(self, template: Template, context: Context) -> str:
        """The rendered text.

        Raises:
            TemplateRenderingError: the template failed, was stopped, or did not get its turn; or the workers were
                closed meanwhile.
            JwtSigningError: it signs a JWT, and that failed.
        """
        if self._pool is None:
            self._pool = WorkerPool(self._count, self._time_limit)
        pool, job = self._pool, Job(template, context)
        pool.submit(job)
        try:
            async with asyncio.timeout(self._wait_limit):
                return await asyncio.wrap_future(job.text)
        except TimeoutError:
            pool.abandon(job)
            raise TemplateRenderingError(
                f"The template of {template.place} was not rendered within {self._wait_limit:g} s: "
                "other templates, which take long, were before it."
            ) from None

    async def aclose(self) -> None:
        """Ends the workers, and with them what they are at; another `render` starts new ones."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.to_thread(pool.close)
