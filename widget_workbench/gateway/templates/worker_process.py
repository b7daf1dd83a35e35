"""A worker from its parent's side: a process, its pipes, and its end."""

import contextlib
import os
import subprocess
import sys
import time
import weakref
from pathlib import Path
from typing import Any

import widget_workbench
from widget_workbench.gateway.errors import TemplateRenderingError
from widget_workbench.gateway.templates.message import read_message, write_message
from widget_workbench.gateway.templates.template import Context, Template
from widget_workbench.gateway.templates.worker import rendered_text, request_message

# The module search path is the parent's: an interpreter of its own may not know of an editable install. The packages
# named here are only the way to a module: their own `__init__` imports an HTTP stack, which takes 0.4 s.
_START = """
import sys, types
sys.path[:] = sys.argv[2:]
for name in ("widget_workbench.gateway", "widget_workbench.gateway.authentication"):
    module = types.ModuleType(name)
    module.__path__ = [sys.argv[1] + "/" + name.partition(".")[2].replace(".", "/")]
    sys.modules[name] = module
from widget_workbench.gateway.templates.worker import main
main()
"""

# The environment holds secrets, which a worker has no use for; these it may not start without.
_ENVIRONMENT = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TEMP", "TMP", "TMPDIR")

_NO_WINDOW: int = getattr(subprocess, "CREATE_NO_WINDOW", 0)


class WorkerProcess:
    """One worker. Not for several threads at once.

    It is ended when this object is gone, and ends by itself when this process does.

    Raises:
        OSError: the process cannot be started.
    """

    def __init__(self) -> None:
        package = Path(widget_workbench.__file__).parent
        search_path = [str(package.parent), *filter(None, sys.path)]
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _START, str(package), *search_path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # What Python says when it ends in the middle of a template may quote a value.
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
            creationflags=_NO_WINDOW,
        )
        self._end = weakref.finalize(self, _end, self._process)

    @property
    def is_alive(self) -> bool:
        return self._end.alive and self._process.poll() is None

    @property
    def pid(self) -> int:
        return self._process.pid

    def render(self, template: Template, context: Context, time_limit: float) -> str:
        """Renders one template; the process has ended after a failure to do so in time.

        Args:
            time_limit: seconds from when it begins to render.

        Raises:
            TemplateRenderingError: the template failed, or was stopped.
            JwtSigningError: it signs a JWT, and that failed.
        """
        started = time.monotonic()
        reply = self._ask(request_message(template, context, time_limit))
        if reply is not None:
            return rendered_text(reply)
        self.close()
        if time.monotonic() - started >= time_limit:
            raise TemplateRenderingError(
                f"The template of {template.place} was stopped after {time_limit:g} s: it takes too long."
            )
        raise TemplateRenderingError(
            f"The template of {template.place} was stopped: the process that rendered it has ended, "
            "for want of memory perhaps."
        )

    def kill(self) -> None:
        """Ends the process while another thread waits for its reply, and does not wait for its end."""
        self._process.kill()

    def close(self) -> None:
        """Ends the process; may be called more than once."""
        self._end()

    def _ask(self, request: dict[str, Any]) -> dict[str, Any] | None:
        """The reply, or None where the process has ended instead."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            write_message(self._process.stdin, request)
            return read_message(self._process.stdout)
        except (OSError, ValueError):
            return None  # a pipe without its other end, or one that `close` has closed meanwhile


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        assert pipe is not None
        # What was still to be written has nowhere to go.
        with contextlib.suppress(OSError):
            pipe.close()
