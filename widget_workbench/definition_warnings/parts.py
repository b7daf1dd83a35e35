"""A definition's parts, each with its place: calls, and the texts in them that are templates."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from widget_workbench.gateway import CompositeConnector, Connector
from widget_workbench.gateway.definitions import Step
from widget_workbench.gateway.request_templates import (
    path_parameter_templates,
    request_templates,
    response_template,
)
from widget_workbench.gateway.templates import Template


@dataclass(frozen=True)
class CallPart:
    """A connector, or a composite's step.

    Attributes:
        call: itself.
        place: `steps[1].`, nothing for a connector.
        earlier: the names of the steps before it.
    """

    call: Connector | Step
    place: str = ""
    earlier: tuple[str, ...] = ()

    def templates(self) -> Iterator[Template]:
        """All texts that may be templates, in the order in which they are rendered, by the definition's places."""
        yield from self._placed(*path_parameter_templates(self.call).values())
        yield from self._placed(*request_templates(self.call).values())
        if (response := response_template(self.call)) is not None:
            yield from self._placed(response)

    def _placed(self, *templates: Template) -> Iterator[Template]:
        for template in templates:
            yield replace(template, place=self.place + template.place)


def calls_of(definition: Connector | CompositeConnector) -> Iterator[CallPart]:
    """What executing a definition may call, in order."""
    if not isinstance(definition, CompositeConnector):
        yield CallPart(definition)
        return
    names = tuple(step.name for step in definition.steps)
    for index, step in enumerate(definition.steps):
        yield CallPart(step, f"steps[{index}].", names[:index])


def templated_length(definition: Connector | CompositeConnector) -> int:
    """Characters of all its texts that have something to render."""
    return sum(
        len(template.text)
        for part in calls_of(definition)
        for template in part.templates()
        if not template.is_plain
    )
