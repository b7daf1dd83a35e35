"""What templates read of bodies and answers (platform.md §5)."""

from typing import Any

from widget_workbench.gateway.answer import Answer


def response_variables(answer: Answer) -> dict[str, Any]:
    """What a template reads of an answer (platform.md §5): `body` is None if it is not UTF-8."""
    headers: dict[str, str] = {}
    for name, value in answer.headers:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return {"body": text_or_none(answer.body), "status_code": answer.status, "headers": headers}


def body_variables(body: bytes) -> dict[str, Any]:
    """What a request body's template reads of the caller's."""
    return {"body_text": text_or_none(body), "body_raw": body}


def text_or_none(body: bytes) -> str | None:
    """A body as text; None if it is not UTF-8."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
