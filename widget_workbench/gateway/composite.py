"""Executes a composite connector: its steps, one after the other (platform.md §5)."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from widget_workbench.gateway.answer import Answer
from widget_workbench.gateway.call import NOTHING, Call
from widget_workbench.gateway.call_execution import CallExecutor, refuse_guest
from widget_workbench.gateway.definitions import CompositeConnector, Step
from widget_workbench.gateway.errors import (
    ConnectorMisconfiguredError,
    GatewayError,
    StepHttpError,
)
from widget_workbench.gateway.execution import StepRecord, as_object
from widget_workbench.gateway.occasion import Occasion
from widget_workbench.gateway.template_variables import response_variables, text_or_none
from widget_workbench.gateway.timing import milliseconds_since


async def execute_composite(
    composite: CompositeConnector,
    occasion: Occasion,
    records: list[StepRecord],
    executor: CallExecutor,
) -> Answer:
    """The last step's answer.

    A step gets nothing of the caller's but what its templates take from `request`: parameters and headers of one call
    are not those of every service that a composite calls.

    Args:
        records: gets one for each step that is begun.

    Raises:
        GatewayError: a step failed, or answered with an error; nothing in it tells of earlier steps' data.
        ConnectorMisconfiguredError: there are no steps.
    """
    for index, step in enumerate(composite.steps):  # before the first one has changed anything
        with _in_step(step, index):
            refuse_guest(step, occasion.user, owner=_named(composite, step))
    request = _request_variables(occasion.call)
    answers: dict[str, Any] = {}
    answer: Answer | None = None
    for index, step in enumerate(composite.steps):
        record = StepRecord(name=step.name)
        records.append(record)
        started = time.perf_counter()
        step_occasion = replace(
            occasion, call=NOTHING, data={"request": request, "steps": dict(answers)}
        )
        try:
            with _in_step(step, index), occasion.timing.step(step.name):
                answer = await executor.execute(
                    step,
                    step_occasion,
                    record,
                    owner=_named(composite, step),
                    cache_name=f"composite/{composite.permalink}/{index}/{step.name}",
                )
                if answer.status >= 400:
                    raise StepHttpError(
                        f"The upstream of step {step.name!r} answered with the status {answer.status}."
                    )
        finally:
            record.ms = milliseconds_since(started)
            occasion.masking = step_occasion.masking
        answers[step.name] = response_variables(answer)
    if answer is None:
        raise ConnectorMisconfiguredError(
            f"Composite connector {composite.permalink!r} has no steps to execute."
        )
    return answer


@contextmanager
def _in_step(step: Step, index: int) -> Iterator[None]:
    """Gives the step's scope to a failure in it."""
    try:
        yield
    except GatewayError as error:
        error.place_in_step(step.name, index)
        raise


def _named(composite: CompositeConnector, step: Step) -> str:
    return f"Step {step.name!r} of composite connector {composite.permalink!r}"


def _request_variables(call: Call) -> dict[str, Any]:
    """What steps read of the composite's own request; of its headers Content-Type only."""
    content_type = call.header("content-type")
    query = as_object(call.query)
    return {
        "body_text": text_or_none(call.body),
        "body_raw": call.body,
        "headers": {"content-type": content_type} if content_type else {},
        "query_parameters": query,
    }
