"""How long the stages of an execution took, and the headers that tell it (platform.md §5)."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass
class Timing:
    """The stages of one execution, in milliseconds.

    Attributes:
        transform_ms: templates, signing and the making of the request.
        cache_ms: looking up and keeping answers.
        external_ms: upstreams and token endpoints.
        steps: those of a composite connector, by name.
        cache_hit: whether an upstream's answer came from the cache.
        timed_out: whether an upstream or token endpoint did not answer in time.
        external_host: the upstream that was called, or whose cached answer was used; the last one of a composite.
    """

    started: float = field(default_factory=time.perf_counter)
    transform_ms: float = 0.0
    cache_ms: float = 0.0
    external_ms: float = 0.0
    steps: dict[str, float] = field(default_factory=dict)
    cache_hit: bool = False
    external_host: str | None = None
    timed_out: bool = False
    total_ms: float = 0.0

    @contextmanager
    def measure(self, stage: Literal["transform", "cache", "external"]) -> Iterator[None]:
        """Adds to a stage; what is measured as external inside of another one is external alone."""
        name = f"{stage}_ms"
        started, external_before = time.perf_counter(), self.external_ms
        try:
            yield
        finally:
            elsewhere = self.external_ms - external_before
            spent = milliseconds_since(started) - elsewhere
            setattr(self, name, getattr(self, name) + spent)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self.steps[name] = milliseconds_since(started)

    def finish(self) -> None:
        self.total_ms = milliseconds_since(self.started)

    @property
    def setup_ms(self) -> float:
        """What no stage counts: reading the call, finding the definition, writing the answer."""
        return max(0.0, self.total_ms - self.transform_ms - self.cache_ms - self.external_ms)

    def server_timing(self) -> str:
        """The value of `Server-Timing`."""
        stages = {
            "setup": self.setup_ms,
            "transform": self.transform_ms,
            "cache": self.cache_ms,
            "external": self.external_ms,
            **{f"step.{name}": duration for name, duration in self.steps.items()},
            "total": self.total_ms,
        }
        return ", ".join(f"{name};dur={duration:.2f}" for name, duration in stages.items())

    def connector_timing(self, request_id: str, error: str | None = None) -> str:
        """The value of `X-Connector-Timing`.

        Args:
            error: the code of an answer that was the gateway's own.
        """
        content: dict[str, Any] = {
            "request_id": request_id,
            "total_ms": round(self.total_ms, 2),
            "internal_ms": round(max(0.0, self.total_ms - self.external_ms), 2),
            "external_ms": round(self.external_ms, 2),
            "breakdown": {
                "setup_ms": round(self.setup_ms, 2),
                "transform_ms": round(self.transform_ms, 2),
                "cache_ms": round(self.cache_ms, 2),
                "http_request_ms": round(self.external_ms, 2),
            },
            "cache_hit": self.cache_hit,
        }
        if self.external_host is not None:
            content["external_host"] = self.external_host
        if self.timed_out:
            content["timeout"] = True
        if error is not None:
            content["error"] = error
        return json.dumps(content, separators=(",", ":"))


def milliseconds_since(started: float) -> float:
    """Since a `time.perf_counter()`."""
    return (time.perf_counter() - started) * 1000
