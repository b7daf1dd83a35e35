"""Renders one template here and now; every failure becomes a sentence that holds no value."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jinja2
from jinja2.exceptions import SecurityError, TemplateRuntimeError, UndefinedError

from widget_workbench.gateway.errors import GatewayError, JwtSigningError, TemplateRenderingError
from widget_workbench.gateway.suggestions import ended
from widget_workbench.gateway.templates.available import ALL_NAMES, available_names
from widget_workbench.gateway.templates.compilation import (
    NO_SUCH,
    InvalidTemplate,
    compile_template,
    meant_instead,
)
from widget_workbench.gateway.templates.filters import EmptyJson
from widget_workbench.gateway.templates.inspection import OF_THE_PAYLOAD, findings
from widget_workbench.gateway.templates.limits import OUTPUT_LIMIT
from widget_workbench.gateway.templates.refusal import Refusal, UndefinedInput
from widget_workbench.gateway.templates.template import Template
from widget_workbench.gateway.templates.unknown_name import UnknownName

# What Python raises where a template treats a value as what it is not; its own words could quote the value.
_REASONS: Mapping[type[BaseException], str] = {
    RecursionError: "it nests too deeply",
    MemoryError: "it needs too much memory",
    OverflowError: "a number or a range in it is too large",
    ZeroDivisionError: "it divides by zero",
    TypeError: "a value is not of the type that an operation, a filter or a function takes",
    ValueError: "an operation, a filter or a function does not take a value that it is given",
    LookupError: "an element is not there",
    AttributeError: "an attribute is not there",
    SecurityError: "it uses what templates have no access to",
}


def render_text(template: Template, variables: dict[str, Any]) -> str:
    """The rendered text.

    Args:
        variables: what `available` gives for it.

    Raises:
        TemplateRenderingError: the template is not valid, or failed.
        JwtSigningError: it signs a JWT, and that failed.
    """
    compiled: jinja2.Template | None = None
    try:
        compiled = compile_template(template.text)
        return _joined(compiled.root_render_func(compiled.new_context(variables)))
    except InvalidTemplate as error:
        raise TemplateRenderingError(ended(f"The template of {template.place} {error}")) from None
    except JwtSigningError as error:
        raise JwtSigningError(f"{template.place}: {error.detail}") from None
    except Exception as error:
        where = _line(compiled, error) if "\n" in template.text else ""
        reason = _reason(template, error, variables)
        failure = f"The template of {template.place} failed{where}: {reason}"
        # The cause is for those who ask what kind it was; its words are not for any answer.
        raise TemplateRenderingError(ended(failure)) from error


def _joined(pieces: Iterator[str]) -> str:
    texts: list[str] = []
    length = 0
    for piece in pieces:
        length += len(piece)
        if length > OUTPUT_LIMIT:
            raise Refusal(f"its text is longer than {OUTPUT_LIMIT:,} characters")
        texts.append(piece)
    return "".join(texts)


def _reason(template: Template, error: Exception, variables: Mapping[str, Any]) -> str:
    steps = tuple(variables.get("steps", ()))
    match error:
        case UndefinedInput():
            return _undefined(template, error.name, error.needs, steps) or error.reason
        case EmptyJson():
            return error.reason + _about_the_payload(template, variables)
        case Refusal():
            return error.reason
        case UndefinedError():
            needs = "nothing can be read from it or done with it"
            return (
                _undefined(template, error.message or "", needs, steps)
                or "it reads from what is not defined, or does something with it"
            )
        case UnknownName():
            name = error.message or ""
            what = repr(name) if name in template.text else "a name"
            return f"it needs the value of {what}, which no secret or variable has"
        case GatewayError():
            return error.detail
        case TemplateRuntimeError() if found := NO_SUCH.match(error.message or ""):
            kind, name = found["kind"], found["name"]
            if name not in template.text:
                return f"there is no such {kind}"
            return f"there is no such {kind} {name!r}{meant_instead(kind, name)}"
    for type_, reason in _REASONS.items():
        if isinstance(error, type_):
            return reason
    return f"{type(error).__name__} in one of its expressions"


def _undefined(template: Template, name: str, needs: str, steps: Sequence[str]) -> str | None:
    """`name` may be a value's, so it is told only where the template's text has it."""
    if not name or name not in template.text:
        return None
    hint = next((each.hint for each in findings(template, steps) if each.name == name), "")
    if name in ALL_NAMES - available_names(template.field, template.in_composite):
        return f"{name} is not available in {template.field.value}{hint}"
    return f"{name!r} is not defined, and {needs}{hint}"


def _about_the_payload(template: Template, variables: Mapping[str, Any]) -> str:
    """What follows "… was given an empty text", where that may be the payload's."""
    empty = {name for name in OF_THE_PAYLOAD if name in variables and not variables[name]}
    if template.in_composite:
        return "".join(f": {found}" for found in findings(template) if found.name in empty)
    return ": the call has no payload" if empty else ""


def _line(compiled: jinja2.Template | None, error: Exception) -> str:
    """The template's innermost line: " in line 3"."""
    lines: list[int] = []
    trace = error.__traceback__
    while trace is not None:
        if compiled is not None and trace.tb_frame.f_code.co_filename == "<template>":
            lines.append(compiled.get_corresponding_lineno(trace.tb_lineno))
        trace = trace.tb_next
    return f" in line {lines[-1]}" if lines else ""
