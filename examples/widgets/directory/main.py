# /// script
# dependencies = ["pydantic>=2.10"]
# ///
"""A directory of contacts from records that differ: pydantic reads them, and tells which ones it cannot."""

from string.templatelib import Template

from widget import Event, Sdk

from .models import Contact, Directory, Unread


async def init(sdk: Sdk) -> None:
    state = sdk.state(query="", company="")

    async def fetch() -> Directory:
        answer = await sdk.connectors.get("crm-directory")
        return Directory.read(answer["records"])

    directory = sdk.resource(fetch, start=False, retry=2)

    def search(event: Event) -> None:
        state.query, state.company = event.form["query"], event.form["company"]

    def show_all() -> None:
        state.query = state.company = ""
        sdk.query("[name=query]").focus()  # the button goes

    def filters(contacts: list[Contact]) -> Template:
        names = sorted({each.company.name for each in contacts}, key=str.casefold)
        return t"""
          <form role="search" oninput={search} onsubmit={search}>
            <label>Search
              <input type="search" name="query" value={state.query} autocomplete="off">
            </label>
            <label>Company
              <select name="company">
                <option value="">All companies</option>
                {(option(name, state.company) for name in names)}
              </select>
            </label>
          </form>
        """

    def found(contacts: list[Contact]) -> Template:
        hits = [each for each in contacts if matches(each, state.query, state.company)]
        return t"""
          <p class="count" role="status">Showing {len(hits)} of {len(contacts)}</p>
          {t'<ul class="contacts">{map(card, hits)}</ul>' if hits else nobody()}
        """

    def nobody() -> Template:
        return t"""
          <p class="empty">No contact fits. <button onclick={show_all}>Show all</button></p>
        """

    def shown(directory: Directory) -> Template:
        contacts = directory.contacts
        return t"""
          {t"{filters(contacts)}{found(contacts)}" if contacts else t'<p class="empty">Nobody is in it yet.</p>'}
          {directory.unread and unread(directory.unread)}
        """

    @sdk.view
    def view() -> Template:
        return t"""
          <section class="card" aria-labelledby="title">
            <h2 id="title">Customer directory</h2>
            {directory.show(shown)}
          </section>
        """

    await directory.reload()


def matches(contact: Contact, query: str, company: str) -> bool:
    """Whether the contact is of the company, and each word of the query stands on its card."""
    shown = (contact.name, contact.email, contact.company.name, contact.company.city)
    text = " ".join(filter(None, shown)).casefold()
    return company in ("", contact.company.name) and all(
        word in text for word in query.casefold().split()
    )


def option(name: str, chosen: str) -> Template:
    return t"<option key={name} value={name} selected={name == chosen}>{name}</option>"


def card(contact: Contact) -> Template:
    company = contact.company
    initials = "".join(word[0] for word in contact.name.split())
    return t"""
      <li key={contact.id}>
        <span class="initials" aria-hidden="true">{initials[:2].upper()}</span>
        <strong>{contact.name}</strong>
        <span>{company.name}{company.city and f", {company.city}"}</span>
        {email(contact.email)}
        <small>{contact.seats:,} seats since {contact.since:%b %Y}</small>
      </li>
    """


def email(address: str | None) -> Template:
    if address is None:
        return t'<span class="missing">No e-mail address</span>'
    return t'<a href="mailto:{address}">{address}</a>'


def unread(records: list[Unread]) -> Template:
    count = "1 record" if len(records) == 1 else f"{len(records)} records"
    return t"""
      <details>
        <summary>{count} could not be read</summary>
        <ul>{(t"<li><strong>{each.title}</strong> {' '.join(each.reasons)}</li>" for each in records)}</ul>
      </details>
    """
