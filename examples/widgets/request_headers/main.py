"""Notices from an internal service: a GET request with headers of its own."""

from datetime import date
from string.templatelib import Template
from typing import TYPE_CHECKING
from uuid import uuid4

from widget import Sdk

if TYPE_CHECKING:
    from ._props import Props


async def init(sdk: Sdk[Props]) -> None:
    state = sdk.state(request_id="")

    async def fetch() -> dict:
        # The service's logs know the request by this id: support can look it up.
        state.request_id = str(uuid4())
        return await sdk.connectors.execute(
            permalink="internal-api",
            method="GET",
            headers={
                "X-Request-Id": state.request_id,
                "Accept-Language": sdk.props["language"],
            },
        )

    notices = sdk.resource(fetch, start=False)

    @sdk.view
    def view() -> Template:
        return t"""
          <section class="card" aria-labelledby="title">
            <h2 id="title">Company notices</h2>
            {notices.show(listing)}
            <p class="reference">Reference <code>{state.request_id}</code></p>
          </section>
        """

    await notices.reload()


def listing(data: dict) -> Template:
    return t"""
      <ul>{map(item, data["notices"])}</ul>
      <p class="empty">There are no notices today.</p>
    """


def item(notice: dict) -> Template:
    published = date.fromisoformat(notice["published"])
    return t"""
      <li>
        <time datetime={published}>{published:%-d %B}</time>
        <strong>{notice["title"]}</strong>
        <p>{notice["body"]}</p>
      </li>
    """
