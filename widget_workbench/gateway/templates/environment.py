"""Jinja2's sandbox, as the platform has it (platform.md §5)."""

from typing import Any, NoReturn

from jinja2.exceptions import SecurityError
from jinja2.runtime import Context as JinjaContext
from jinja2.runtime import Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from widget_workbench.gateway.templates import filters
from widget_workbench.gateway.templates.limits import (
    LIMITED_FILTERS,
    LIMITED_OPERATORS,
    check_padding,
)
from widget_workbench.gateway.templates.unknown_name import LeavingCodeGenerator, print_or_leave


class Variables(dict[str, Any]):
    """Variables by name, whose names win over a dict's methods: a composite's step may be called `items`."""


class NotDefined(Undefined):
    """Jinja's own undefined value; the message of its errors is the name alone, for a sentence of ours."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        return self._undefined_name if isinstance(self._undefined_name, str) else ""


class TemplateEnvironment(ImmutableSandboxedEnvironment):
    """Autoescapes, keeps a text as it is to its last line break, and evaluates nothing while it compiles."""

    code_generator_class = LeavingCodeGenerator
    intercepted_binops = frozenset(LIMITED_OPERATORS)
    print_or_leave = staticmethod(print_or_leave)

    def __init__(self) -> None:
        super().__init__(
            autoescape=True,
            keep_trailing_newline=True,
            optimized=False,
            undefined=NotDefined,
            cache_size=0,
        )
        self.binop_table.update(LIMITED_OPERATORS)
        self.filters.update(LIMITED_FILTERS)
        self.filters.update(
            from_json=filters.from_json,
            json_encode=filters.json_encode,
            base64_encode=filters.base64_encode,
            base64_decode=filters.base64_decode,
        )
        self.policies["json.dumps_function"] = filters.dump_json  # tojson's

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Variables) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def unsafe_undefined(self, obj: Any, attribute: str) -> NoReturn:
        # Jinja's own would print as an empty text.
        raise SecurityError(attribute)

    def call(self, context: JinjaContext, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        check_padding(obj, args)
        return super().call(context, obj, *args, **kwargs)
