"""Where in its line a template is not valid: Jinja tells the line alone, and a body is often one long line."""

import re
from bisect import bisect_right

import jinja2

_LINE_BREAK = re.compile(r"\r\n|\r")


def error_position(environment: jinja2.Environment, text: str) -> tuple[int, int] | None:
    """The line and column, both from 1, at which a text stops being a template; None where that cannot be told.

    It is parsed once more with each token in a line of its own, so that the line that Jinja tells is the token.
    """
    text = _LINE_BREAK.sub("\n", text)
    tokens: list[str] = []
    starts: list[int] = []  # of each token in the text
    lines: list[int] = []  # of each token where each has its own
    end, line = 0, 1
    try:
        for _, _, token in environment.lex(text):
            start = text.find(token, end)  # white space that `{%-` removes is in no token
            if start < 0:
                return None
            tokens.append(token)
            starts.append(start)
            lines.append(line)
            end = start + len(token)
            line += token.count("\n") + 1
    except jinja2.TemplateSyntaxError:
        return _line_and_column(text, end)
    try:
        environment.parse("\n".join(tokens))
    except jinja2.TemplateSyntaxError as error:
        index = bisect_right(lines, error.lineno) - 1
        return _line_and_column(text, starts[index]) if index >= 0 else None
    return None


def _line_and_column(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n") + 1, offset - before.rfind("\n")
