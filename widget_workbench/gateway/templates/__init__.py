"""Templates of connector definitions: Jinja2 in a sandbox, with platform.md §5's variables, functions and filters.

    renderer = Renderer()
    [text] = await renderer.render([Template(text, "headers[0].value", Field.SENT)], context)

Whatever a template does, rendering it takes neither long nor much memory of this process: what is not small for
certain is rendered in a process of its own, which is ended when it takes too long (`workers`).
"""

from widget_workbench.gateway.templates.inspection import Finding, findings, hyphen_hint
from widget_workbench.gateway.templates.renderer import Renderer
from widget_workbench.gateway.templates.template import Context, Field, Template
from widget_workbench.gateway.templates.url import check_url_template, path_parameter_keys

__all__ = [
    "Context",
    "Field",
    "Finding",
    "Renderer",
    "Template",
    "check_url_template",
    "findings",
    "hyphen_hint",
    "path_parameter_keys",
]
