"""Renders the templates of a stage, each where it may be."""

from collections.abc import Sequence

from widget_workbench.gateway.templates.available import available, available_names
from widget_workbench.gateway.templates.rendering import render_text
from widget_workbench.gateway.templates.template import Context, Template
from widget_workbench.gateway.templates.vetting import is_small_work
from widget_workbench.gateway.templates.workers import TIME_LIMIT, Workers


class Renderer:
    """Renders what is certain to be small work at once, everything else in workers.

    Args:
        workers: how many processes at the most.
        time_limit: seconds for a template that a worker renders.
    """

    def __init__(self, *, workers: int = 2, time_limit: float = TIME_LIMIT) -> None:
        self._workers = Workers(count=workers, time_limit=time_limit)

    async def render(self, templates: Sequence[Template], context: Context) -> list[str]:
        """The rendered texts, in the same order.

        Raises:
            TemplateRenderingError: a template is not valid, failed, or was stopped; the detail names its place.
            JwtSigningError: a template signs a JWT, and that failed.
        """
        texts: list[str] = []
        for template in templates:
            if template.is_plain:
                texts.append(template.text)
            elif is_small_work(template.text, context):
                texts.append(render_text(template, available(template, context)))
            else:
                texts.append(await self._workers.render(template, _narrowed(template, context)))
        return texts

    async def aclose(self) -> None:
        """Ends the workers; another `render` starts new ones."""
        await self._workers.aclose()


def _narrowed(template: Template, context: Context) -> Context:
    """The context without what the template's field has no access to: no secret goes where none is read."""
    names = available_names(template.field, template.in_composite)
    return Context(
        user=context.user,
        tenant_id=context.tenant_id,
        secrets=context.secrets if "get_secret" in names else {},
        variables=context.variables if "get_variable" in names else {},
        data={
            name: value
            for name, value in context.data.items()
            if name in names and name in template.names
        },
        now=context.now,
    )
