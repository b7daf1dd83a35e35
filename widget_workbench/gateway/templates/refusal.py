"""What a template asked for and does not get."""

from jinja2.exceptions import TemplateRuntimeError


class Refusal(TemplateRuntimeError):
    """A function, filter or operator refuses its input.

    The message continues "The template of … failed: " and holds nothing of any value, which may be a secret.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
