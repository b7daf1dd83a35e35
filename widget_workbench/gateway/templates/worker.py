"""A process that renders templates, and ends when one takes too long: its side of the pipes.

What is rendered here may be hostile. It has a limit of memory, and of time: a thread of C, which needs no lock of the
interpreter's, ends the process when the time is over, even in the middle of one large multiplication, and also when
nobody is left to wait for it.
"""

import contextlib
import faulthandler
import os
import signal
import sys
from dataclasses import asdict
from typing import Any, TextIO

from widget_workbench.gateway.errors import JwtSigningError, TemplateRenderingError
from widget_workbench.gateway.identity import User
from widget_workbench.gateway.templates.available import available
from widget_workbench.gateway.templates.message import read_message, write_message
from widget_workbench.gateway.templates.rendering import render_text
from widget_workbench.gateway.templates.template import Context, Field, Template

MEMORY_LIMIT = 512 * 1024 * 1024  # bytes of address space


def request_message(template: Template, context: Context, time_limit: float) -> dict[str, Any]:
    """What a worker is asked: to render this within so many seconds."""
    user = asdict(context.user)
    return {
        "template": [template.text, template.place, template.field.name, template.in_composite],
        "user": {**user, "profile_fields": list(context.user.profile_fields.items())},
        "tenant_id": context.tenant_id,
        "secrets": dict(context.secrets),
        "variables": dict(context.variables),
        "data": dict(context.data),
        "now": context.now,
        "time_limit": time_limit,
    }


def rendered_text(reply: dict[str, Any]) -> str:
    """What a worker has answered.

    Raises:
        TemplateRenderingError, JwtSigningError: as `render_text`.
    """
    match reply:
        case {"text": str(text)}:
            return text
        case {"signing_failed": str(detail)}:
            raise JwtSigningError(detail)
    raise TemplateRenderingError(reply["failed"])


def main() -> None:
    """Answers requests until there are no more."""
    # Ctrl-C goes to every process of the terminal; this one ends with its parent, which closes the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit_memory()
    requests, replies = sys.stdin.buffer, sys.stdout.buffer
    with open(os.devnull, "w", encoding="ascii") as nowhere:
        while (request := read_message(requests)) is not None:
            write_message(replies, _reply(request, nowhere))


def _reply(request: dict[str, Any], nowhere: TextIO) -> dict[str, Any]:
    text, place, field, in_composite = request["template"]
    template = Template(text, place, Field[field], in_composite)
    variables = available(template, _context(request))
    faulthandler.dump_traceback_later(request["time_limit"], exit=True, file=nowhere)
    try:
        return {"text": render_text(template, variables)}
    except JwtSigningError as error:
        return {"signing_failed": error.detail}
    except TemplateRenderingError as error:
        return {"failed": error.detail}
    finally:
        faulthandler.cancel_dump_traceback_later()


def _context(request: dict[str, Any]) -> Context:
    user = request["user"]
    return Context(
        user=User(**{**user, "profile_fields": dict(user["profile_fields"])}),
        tenant_id=request["tenant_id"],
        secrets=request["secrets"],
        variables=request["variables"],
        data=request["data"],
        now=request["now"],
    )


def _limit_memory() -> None:
    if sys.platform == "win32":
        return
    import resource

    # macOS has the name and not the limit: time and the length of the output are limited there, too.
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
