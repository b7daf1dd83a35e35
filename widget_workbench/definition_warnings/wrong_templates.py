"""Templates that fail, or give nothing, whenever they are rendered."""

from collections.abc import Iterator

from widget_workbench.definition_warnings.parts import calls_of
from widget_workbench.gateway import CompositeConnector, Connector
from widget_workbench.gateway.templates import findings

_TOLD = 10  # of one template


def wrong_templates(definition: Connector | CompositeConnector) -> Iterator[tuple[str, str]]:
    """Each as (field, what is wrong); what is wrong with a composite connector without steps, too.

    Args:
        definition: the connector; nothing of it is evaluated.
    """
    if isinstance(definition, CompositeConnector) and not definition.steps:
        yield "steps", "there are none to execute, so that calling it fails"
    for part in calls_of(definition):
        for template in part.templates():
            found = findings(template, part.earlier)
            for each in found[:_TOLD]:
                yield template.place, str(each)
            if len(found) > _TOLD:
                yield template.place, f"{len(found) - _TOLD} more names in it are not defined"
