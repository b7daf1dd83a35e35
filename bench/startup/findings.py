"""What a run has found."""

from __future__ import annotations

from dataclasses import dataclass, field

from .engines import EngineStarts
from .host_page import Vitals
from .instances import Crowds
from .machine import Machine
from .phone import Held
from .starting import Starts
from .weighing import Weights


@dataclass
class Findings:
    """Of a run, or of the part of one that was asked for.

    Attributes:
        machine: that it ran on.
        repeats: how often each was measured.
        starts: in Chromium.
        engines: the starts in the others, by name.
        weights: bytes and memory.
        crowds: many widgets on one page; None where they were not measured.
        host_page: what widgets do to the host's page, by its name in host_page.py.
        phone: what the page's process holds on a phone, by contender.
    """

    machine: Machine
    repeats: int
    starts: Starts = field(default_factory=dict)
    engines: dict[str, EngineStarts] = field(default_factory=dict)
    weights: Weights = field(default_factory=dict)
    crowds: Crowds | None = None
    host_page: dict[str, list[Vitals]] = field(default_factory=dict)
    phone: dict[str, list[Held]] = field(default_factory=dict)
