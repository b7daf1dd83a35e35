"""What a template asked for and does not get."""

from jinja2.exceptions import TemplateRuntimeError


class Refusal(TemplateRuntimeError):
    """A function, filter or operator refuses its input.

    The message continues "The template of … failed: " and holds nothing of any value, which may be a secret.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UndefinedInput(Refusal):
    """A filter was given what is not defined; the name is that of a template, unless it was made of values."""

    def __init__(self, name: str, needs: str) -> None:
        super().__init__(f"it has something that is not defined, and {needs}")
        self.name = name
        self.needs = needs
