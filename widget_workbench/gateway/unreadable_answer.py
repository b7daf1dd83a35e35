"""Answers that look good, and that no caller can read: `response_body` has made something of them that is no JSON."""

import json
import re

from widget_workbench.gateway.answer import Answer
from widget_workbench.gateway.definitions import CompositeConnector, Connector

# What the host's client parses (platform.md §4): in an answer of the 2xx kind.
_JSON_TYPE = re.compile(rb"application/(?:.+\+)?json", re.IGNORECASE)

_ESCAPED_QUOTE = "&#34;"  # Jinja2's autoescape


def unreadable(definition: Connector | CompositeConnector, answer: Answer) -> str | None:
    """Why the JSON of an answer cannot be parsed, in a clause that holds nothing of its text.

    Args:
        definition: whose answer it is; that of a composite is its last step's.
        answer: as it goes to the caller.

    Returns:
        None where nothing is amiss, or where no `response_body` made the text: then the upstream is to blame.
    """
    last = definition.steps[-1] if isinstance(definition, CompositeConnector) else definition
    if not last.response_body or not answer.body or not 200 <= answer.status <= 299:
        return None
    media_type = dict(answer.headers).get(b"content-type", b"").partition(b";")[0].strip()
    if not _JSON_TYPE.fullmatch(media_type):
        return None
    text = answer.body.decode("utf-8-sig", "replace")
    try:
        # Python refuses integers of more than 4,300 digits, which a browser takes.
        json.loads(text, parse_int=float, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        where = f" (line {error.lineno}, column {error.colno})"
    except ValueError:
        where = ""
    except RecursionError:
        return None  # a browser's parser goes deeper
    else:
        return None
    way_out = f": {_ESCAPED_QUOTE} is an escaped quote, use | tojson or | safe"
    return f"not valid JSON after response_body{where}{way_out if _ESCAPED_QUOTE in text else ''}"


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")
