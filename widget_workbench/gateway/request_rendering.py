"""A definition's texts as they are sent, as the log shows them, and as a test call shows them (platform.md §5)."""

from collections.abc import Mapping
from functools import cached_property

from widget_workbench.gateway.authentication import Credentials
from widget_workbench.gateway.definitions import Connector, Step
from widget_workbench.gateway.errors import JwtSigningError, TemplateRenderingError
from widget_workbench.gateway.masking import masked
from widget_workbench.gateway.occasion import Occasion
from widget_workbench.gateway.path_parameters import PathParameters
from widget_workbench.gateway.request_templates import (
    REQUEST_BODY,
    is_confidential,
    request_templates,
)
from widget_workbench.gateway.resolved_request import Merging, ResolvedRequest, resolve_request
from widget_workbench.gateway.template_variables import body_variables
from widget_workbench.gateway.templates import Renderer, Template


class RequestRendering:
    """The definition's texts as they are sent, as the log shows them, and as a test call shows them."""

    def __init__(
        self,
        renderer: Renderer,
        definition: Connector | Step,
        occasion: Occasion,
        merging: Merging,
        path: PathParameters,
    ) -> None:
        self.definition = definition
        self.occasion = occasion
        self.merging = merging
        self.templates = _kept(request_templates(definition), merging)
        self._renderer = renderer
        self._data = {"pathParams": path.values, **body_variables(occasion.call.body)}
        self._confidential = {
            place: template
            for place, template in self.templates.items()
            if is_confidential(template)
        }
        self._rendered: Mapping[str, str] = {}

    @property
    def is_confidential(self) -> bool:
        return bool(self._confidential)

    @property
    def has_confidential_body(self) -> bool:
        """Whether the body that its template makes may hold a token; the field has no secrets."""
        return REQUEST_BODY in self._confidential

    @cached_property
    def unresolved(self) -> frozenset[str]:
        """Texts that rendering left as they are, for want of a secret or variable: they hold none."""
        return frozenset(
            template.text
            for place, template in self.templates.items()
            if not template.is_plain and self._rendered[place] == template.text
        )

    def resolved(self, rendered: Mapping[str, str], credentials: Credentials) -> ResolvedRequest:
        """The request that these texts and credentials make."""
        return resolve_request(
            self.definition,
            self.merging,
            rendered,
            self.occasion.call.body,
            credential_headers=credentials.headers,
            credential_query=credentials.query,
        )

    async def rendered(self) -> Mapping[str, str]:
        """By place, as they are sent."""
        secrets = self.occasion.configuration.secrets
        self._rendered = await self._render(self.templates, secrets)
        return self._rendered

    async def rendered_masked(self) -> Mapping[str, str]:
        """As sent, but made of masked secrets: so that none shows through what a template makes of it."""
        secrets = {
            name: masked(value) for name, value in self.occasion.configuration.secrets.items()
        }
        return {**self._rendered, **await self._rendered_confidential(secrets)}

    async def rendered_without_secrets(self) -> Mapping[str, str]:
        """As sent, but each expression of a secret as its own text."""
        return {**self._rendered, **await self._rendered_confidential({})}

    async def _rendered_confidential(self, secrets: Mapping[str, str]) -> Mapping[str, str]:
        try:
            return await self._render(self._confidential, secrets)
        except (TemplateRenderingError, JwtSigningError):
            pass  # nobody signs with a masked key, nor reads JSON in one: one by one, then
        rendered: dict[str, str] = {}
        for place, template in self._confidential.items():
            try:
                rendered |= await self._render({place: template}, secrets)
            except (TemplateRenderingError, JwtSigningError):
                rendered[place] = masked(self._rendered[place]) if secrets else template.text
        return rendered

    async def _render(
        self, templates: Mapping[str, Template], secrets: Mapping[str, str]
    ) -> dict[str, str]:
        context = self.occasion.context(secrets, **self._data)
        texts = await self._renderer.render(list(templates.values()), context)
        return dict(zip(templates, texts, strict=True))


def _kept(templates: Mapping[str, Template], merging: Merging) -> Mapping[str, Template]:
    """Without those whose parameter or header the caller overrides."""
    kept = merging.kept
    return {
        place: template
        for place, template in templates.items()
        if place in kept or not place.startswith(("headers[", "query_parameters["))
    }
