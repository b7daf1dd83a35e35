"""Searches while one types: a debounced GET request whose stale answers are dropped, in a combobox."""

import re
from string.templatelib import Template
from typing import TYPE_CHECKING

from widget import Event, Sdk

if TYPE_CHECKING:
    from ._props import Props


async def init(sdk: Sdk[Props]) -> None:
    state = sdk.state(query="", active="")  # active: the article that the arrow keys have reached

    async def search(query: str) -> dict:
        if not query:
            return {"total": 0, "articles": []}
        return await sdk.connectors.get("help-search", query_params={"q": query})

    found = sdk.resource(search, debounce=0.2, start=False)

    def ask(query: str) -> None:
        state.query, state.active = query, ""
        found.reload(query.strip())

    def retry() -> None:
        sdk.query("input").focus()  # the button goes
        found.reload()

    def articles() -> list[dict]:
        if not state.query.strip() or not found.value or found.error:
            return []
        return found.value["articles"]

    def press(event: Event) -> None:
        places = ["", *(article["id"] for article in articles())]  # "" is the field itself
        place = places.index(state.active) if state.active in places else 0
        match event.key:
            case _ if event.js.isComposing:
                return
            case "ArrowDown":
                state.active = places[(place + 1) % len(places)]
            case "ArrowUp":
                state.active = places[place - 1]
            case "Home" if place:
                state.active = places[1]
            case "End" if place:
                state.active = places[-1]
            case "Enter" if place:
                sdk.query(f"#{state.active}").click()
            case "Escape" if state.query:
                ask("")
            case _:
                return
        event.js.preventDefault()
        if state.active:
            sdk.query(f"#{state.active}").scrollIntoView(block="nearest")

    def status() -> Template | str:
        if not state.query.strip():
            return "Answers appear as you type."
        if found.error:
            return t'<span class="error">{found.error}</span> <button onclick={retry}>Try again</button>'
        if found.pending:
            return "Searching…"
        if not found.value or not articles():
            return f"Nothing found for “{state.query}”. Try fewer or other words."
        return f"Showing {len(articles())} of {found.value['total']}"

    @sdk.view
    def view() -> Template:
        shown = articles()
        return t"""
          <section class="card" aria-labelledby="title">
            <h2 id="title">{sdk.props["title"]}</h2>
            <input role="combobox" aria-labelledby="title" aria-autocomplete="list"
              aria-controls="articles" aria-expanded={bool(shown)}
              aria-activedescendant={state.active or None}
              autocomplete="off" placeholder="Search the help center" value={state.query}
              oninput={(lambda event: ask(event.value))} onkeydown={press}>
            <p role="status">{status()}</p>
            <div id="articles" role="listbox" aria-label="Articles" aria-busy={found.pending}
              hidden={not shown}>
              {(option(article, state.query, article["id"] == state.active) for article in shown)}
            </div>
          </section>
        """


def option(article: dict, query: str, active: bool) -> Template:
    return t"""
      <a id={article["id"]} role="option" aria-selected={active} tabindex="-1" href={article["url"]}>
        <strong>{marked(article["title"], query)}</strong>
        <small>{article["section"]}</small>
        <span>{marked(article["summary"], query)}</span>
      </a>
    """


def marked(text: str, query: str) -> list[Template | str]:
    """The text in pieces, with marks on the beginnings of words that were asked for."""
    words = "|".join(map(re.escape, query.split()))
    pieces = re.split(rf"(?<!\w)({words})", text, flags=re.IGNORECASE)
    return [t"<mark>{each}</mark>" if i % 2 else each for i, each in enumerate(pieces)]
