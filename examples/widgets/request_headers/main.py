"""Notices from an internal service: a GET request with headers of its own."""

import uuid
from datetime import date

from widget import ConnectorError, Sdk

CARD = """
<section class="card" aria-labelledby="title">
  <h2 id="title">Company notices</h2>
  <ul></ul>
  <p class="empty">There are no notices today.</p>
  <p class="reference">Reference <code></code></p>
  <template>
    <li><time></time><strong></strong><p></p></li>
  </template>
</section>
"""

FAILED = """
<section class="card" role="alert">
  <h2>Company notices</h2>
  <p class="error"></p>
  <p class="reference">Reference <code></code></p>
</section>
"""


async def init(sdk: Sdk) -> None:
    request_id = str(uuid.uuid4())
    try:
        data = await sdk.connectors.execute(
            permalink="internal-api",
            method="GET",
            headers={
                "X-Request-Id": request_id,
                "Accept-Language": sdk.props["language"],
            },
        )
    except ConnectorError as error:
        sdk.root.innerHTML = FAILED
        sdk.query(".error").textContent = str(error)
    else:
        sdk.root.innerHTML = CARD
        for notice in data["notices"]:
            append(sdk, notice)
    # The service's logs know the request by this id: support can look it up.
    sdk.query("code").textContent = request_id


def append(sdk: Sdk, notice: dict) -> None:
    row = sdk.query("template").content.cloneNode(True)
    row.querySelector("time").textContent = f"{date.fromisoformat(notice['published']):%-d %B}"
    row.querySelector("time").dateTime = notice["published"]
    row.querySelector("strong").textContent = notice["title"]
    row.querySelector("p").textContent = notice["body"]
    sdk.query("ul").append(row)
