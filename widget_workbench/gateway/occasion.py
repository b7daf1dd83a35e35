"""What a definition is executed on: who calls, with what, and what is told of it afterwards."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from widget_workbench.gateway.call import NOTHING, Call
from widget_workbench.gateway.execution import Configuration
from widget_workbench.gateway.identity import User
from widget_workbench.gateway.masking import Masking
from widget_workbench.gateway.templates import Context
from widget_workbench.gateway.timing import Timing


@dataclass
class Occasion:
    """One execution of a connector, or of a composite connector with all of its steps.

    Attributes:
        user: who calls.
        is_test_call: whether the resolved request is told to the caller (platform.md §5, `X-Debug-Request`).
        data: what templates read of a composite's request and of the steps before: `request` and `steps`.
        masking: knows every secret that has come up so far.
        now: Unix time in seconds, one for all templates.
    """

    configuration: Configuration
    user: User
    call: Call = NOTHING
    is_test_call: bool = False
    timing: Timing = field(default_factory=Timing)
    data: Mapping[str, Any] = field(default_factory=dict)
    now: float = field(default_factory=time.time)
    masking: Masking = field(default_factory=Masking)

    def __post_init__(self) -> None:
        self.masking = self.masking.with_secrets(self.configuration.secrets.values())

    def context(self, secrets: Mapping[str, str], **data: Any) -> Context:
        """What templates are rendered with.

        Args:
            secrets: what `get_secret` gives.
            data: variables on top of the occasion's own.
        """
        return Context(
            user=self.user,
            tenant_id=self.configuration.tenant_id,
            secrets=secrets,
            variables=self.configuration.variables,
            data={**self.data, **data},
            now=self.now,
        )
