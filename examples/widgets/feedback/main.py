"""Feedback on the community: a validated form whose POST is shown at once, and can be taken back for some seconds."""

import asyncio
from datetime import date
from string.templatelib import Template
from typing import TYPE_CHECKING

from widget import ConnectorError, Event, Sdk

if TYPE_CHECKING:
    from ._props import Props


async def init(sdk: Sdk[Props]) -> None:
    state = sdk.state(draft={}, problems={}, mine=None, undoable=False, notice="")
    recent = sdk.resource(sdk.connectors.get, "feedback-list")

    async def send(event: Event) -> None:
        state.draft, state.problems = event.form, problems(event.form)
        if state.problems:
            sdk.query(f"[name={next(iter(state.problems))}]").focus()
            return
        payload = {"rating": int(state.draft["rating"]), "comment": state.draft["comment"].strip()}
        state.mine = payload | {"id": "mine", "member": "You", "posted": str(date.today())}
        state.notice = "Sending your feedback…"
        sdk.query(".notice").focus()  # the form goes, and its button with it
        try:
            sent = await sdk.connectors.post("feedback-add", payload=payload)
        except ConnectorError as error:
            state.mine, state.notice = None, error
            return
        state.mine = mine = sent | {"member": "You"}
        state.undoable, state.notice = True, "Thank you for your feedback."
        await asyncio.sleep(sdk.props["undoSeconds"])
        if state.mine is mine:
            state.undoable = False

    async def undo() -> None:
        mine, state.mine, state.undoable = state.mine, None, False
        state.notice = "Your feedback is taken back. You can change it and send it again."
        sdk.query(".notice").focus()
        try:
            await sdk.connectors.delete("feedback-remove", query_params={"id": mine["id"]})
        except ConnectorError as error:
            state.mine, state.undoable, state.notice = mine, True, error

    def form() -> Template:
        return t"""
          <form novalidate onsubmit={send}>
            <fieldset>
              <legend>Your rating</legend>
              {(star(number, state.draft, state.problems) for number in range(1, 6))}
              {problem("rating", state.problems)}
            </fieldset>
            <label>
              What should we know?
              <textarea name="comment" rows="3" maxlength="500" aria-describedby="comment-problem"
                aria-invalid={"comment" in state.problems}>{state.draft.get("comment")}</textarea>
            </label>
            {problem("comment", state.problems)}
            <button>Send feedback</button>
          </form>
        """

    def voices(feedback: list[dict]) -> Template:
        shown = [state.mine, *feedback] if state.mine else feedback
        if not shown:
            return t'<p class="empty">Nobody has said anything yet. Be the first.</p>'
        average = sum(each["rating"] for each in shown) / len(shown)
        return t"""
          <p class="average"><strong>{average:.1f}</strong> of 5 stars in the last {len(shown)} ratings</p>
          <ul>{(voice(each) for each in shown)}</ul>
        """

    def notice() -> Template:
        failed = isinstance(state.notice, ConnectorError)
        return t"""
          <p class={"error" if failed else None}>
            {state.notice} {state.undoable and t"<button onclick={undo}>Undo</button>"}
          </p>
        """

    @sdk.view
    def view() -> Template:
        return t"""
          <section class="card" aria-labelledby="title">
            <h2 id="title">How are we doing?</h2>
            <div class="notice" role="status" tabindex="-1">{state.notice and notice()}</div>
            {None if state.mine else form()}
            <h3>What members say</h3>
            {recent.show(voices)}
          </section>
        """


def problems(form: dict) -> dict[str, str]:
    """What is missing, by the name of the field."""
    found = {}
    if not form["rating"]:
        found["rating"] = "Choose one to five stars."
    if len(form["comment"].strip()) < 10:
        found["comment"] = "Tell us a little more: at least ten characters."
    return found


def problem(field: str, problems: dict[str, str]) -> Template:
    return t'<p class="problem" id="{field}-problem">{problems.get(field)}</p>'


def star(number: int, draft: dict, problems: dict[str, str]) -> Template:
    return t"""
      <label class="star">
        <input type="radio" name="rating" value={number} checked={draft.get("rating") == str(number)}
          aria-label="{number} of 5 stars" aria-describedby="rating-problem"
          aria-invalid={"rating" in problems}>
      </label>
    """


def voice(feedback: dict) -> Template:
    rating, posted = feedback["rating"], date.fromisoformat(feedback["posted"])
    return t"""
      <li key={feedback["id"]}>
        <span class="stars" role="img" aria-label="{rating} of 5 stars">{"★" * rating}{"☆" * (5 - rating)}</span>
        <small>{feedback["member"]}, {posted:%-d %B}</small>
        <p>{feedback["comment"]}</p>
      </li>
    """
