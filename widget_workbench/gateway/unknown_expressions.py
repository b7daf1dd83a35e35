"""What a rendered text tells of an unknown secret or variable: its expression stays in place (platform.md §5)."""

import re

_EXPRESSION = re.compile(r"\{\{[^{}]*\}\}")
_GETTER = re.compile(r"\bget_(secret|variable)\(\s*(['\"])([^'\"]*)\2\s*\)")

_ORIGIN = re.compile(r"[^/?#]*(?://[^/?#]*)?")


def unknown_in(text: str) -> str | None:
    """`the secret 'crm_key', which secrets.toml does not give`, to go on a sentence with.

    Args:
        text: a rendered one. Of the first expression that is left in it all names are told: nothing tells which of them
            is not known.

    Returns:
        None where no such expression is left in it.
    """
    for expression in _EXPRESSION.findall(text):
        if names := dict.fromkeys((kind, name) for kind, _, name in _GETTER.findall(expression)):
            return ", or ".join(
                f"the secret {name!r}, which secrets.toml does not give"
                if kind == "secret"
                else f"the variable {name!r}, which [variables] of preview.toml does not give"
                for kind, name in names
            )
    return None


def unknown_in_origin(url: str) -> str | None:
    """As `unknown_in`, of what a rendered URL has before its path: in that, what is left leads nowhere."""
    origin = _ORIGIN.match(url)
    assert origin is not None  # it may be empty
    return unknown_in(origin[0])
