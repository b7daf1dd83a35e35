"""The feedback form: what it refuses, what is shown before the service has answered, and what is taken back."""

import pytest
from playwright.sync_api import Locator, expect

from widget_workbench.testing import Community

COMMENT = "Office hours are what I come here for."
SENT = {"id": "feedback-9", "rating": 4, "comment": COMMENT, "posted": "2026-03-02"}


@pytest.fixture
def feedback(community: Community) -> Community:
    """A community in which nobody has said anything, and whatever is said is taken."""
    community.connectors["feedback-list"].respond(json=[])
    community.connectors["feedback-add"].respond(json=SENT, status=201)
    return community


def send(widget: Locator) -> None:
    widget.get_by_role("radio", name="4 of 5 stars").check()
    widget.get_by_label("What should we know?").fill(COMMENT)
    widget.get_by_role("button", name="Send feedback").click()


def test_what_is_missing_is_said_where_it_is_missing(feedback: Community) -> None:
    widget = feedback.open("feedback").widget("feedback")
    comment = widget.get_by_label("What should we know?")
    comment.fill("Short")
    widget.get_by_role("button", name="Send feedback").click()
    first_star = widget.get_by_role("radio", name="1 of 5 stars")
    expect(first_star).to_be_focused()
    expect(first_star).to_have_accessible_description("Choose one to five stars.")
    expect(comment).to_have_accessible_description(
        "Tell us a little more: at least ten characters."
    )
    expect(comment).to_have_attribute("aria-invalid", "true")
    expect(comment).to_have_value("Short")
    assert feedback.connectors["feedback-add"].calls == []


def test_what_is_sent_is_shown_before_the_service_has_answered(feedback: Community) -> None:
    feedback.connectors["feedback-add"].respond(json=SENT, status=201, delay=600)
    widget = feedback.open("feedback").widget("feedback")
    expect(widget).to_contain_text("Nobody has said anything yet.")
    send(widget)
    expect(widget.get_by_role("listitem")).to_contain_text(COMMENT)
    expect(widget.get_by_role("status").first).to_contain_text("Sending your feedback")
    expect(widget.locator(".notice")).to_be_focused()
    [call] = feedback.connectors["feedback-add"].calls
    assert call.payload == {"rating": 4, "comment": COMMENT}


def test_what_is_refused_is_back_in_the_form(feedback: Community) -> None:
    feedback.connectors["feedback-add"].respond(status=503, json={"message": "Back in a minute."})
    widget = feedback.open("feedback").widget("feedback")
    send(widget)
    expect(widget.get_by_role("status").first).to_contain_text("Back in a minute.")
    expect(widget.get_by_role("listitem")).to_have_count(0)
    expect(widget.get_by_role("radio", name="4 of 5 stars")).to_be_checked()
    expect(widget.get_by_label("What should we know?")).to_have_value(COMMENT)


def test_feedback_can_be_taken_back_and_changed(feedback: Community) -> None:
    feedback.connectors["feedback-remove"].respond(json={"deleted": True}, required=True)
    widget = feedback.open("feedback", props={"undoSeconds": 600}).widget("feedback")
    send(widget)
    widget.get_by_role("button", name="Undo").click()
    expect(widget.get_by_role("listitem")).to_have_count(0)
    expect(widget.get_by_label("What should we know?")).to_have_value(COMMENT)
    [call] = feedback.connectors["feedback-remove"].calls
    assert (call.method, call.query) == ("DELETE", {"id": "feedback-9"})


def test_what_cannot_be_taken_back_stays_with_the_reason(feedback: Community) -> None:
    feedback.connectors["feedback-remove"].respond(
        sequence=[{"status": 503, "json": {"message": "Back in a minute."}}, {"json": {}}],
        required=True,
    )
    widget = feedback.open("feedback", props={"undoSeconds": 600}).widget("feedback")
    send(widget)
    undo = widget.get_by_role("button", name="Undo")
    undo.click()
    expect(widget.get_by_role("status").first).to_contain_text("Back in a minute.")
    expect(widget.get_by_role("listitem")).to_contain_text(COMMENT)
    undo.click()
    expect(widget.get_by_role("listitem")).to_have_count(0)


def test_after_some_seconds_it_cannot_be_taken_back(feedback: Community) -> None:
    widget = feedback.open("feedback", props={"undoSeconds": 0.1}).widget("feedback")
    send(widget)
    expect(widget.get_by_role("status").first).to_contain_text("Thank you for your feedback.")
    expect(widget.get_by_role("button", name="Undo")).to_have_count(0)
    expect(widget.get_by_role("listitem")).to_contain_text(COMMENT)
