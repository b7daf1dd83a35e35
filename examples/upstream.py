"""The services behind the examples' connectors, played by one small application.

`preview.toml` maps every host that a connector names to `app`, so a connector's URL reaches the route
of its path. Contacts, tasks and feedback live in an in-memory database that is new at each start.
"""

import asyncio
import os
import re
import sqlite3
from datetime import date, timedelta

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

# city: (country, sky, description, °C, °C felt, % humidity, hPa, m/s wind, ° it comes from)
WEATHER = {
    "Amsterdam": ("NL", "Rain", "light rain", 12.4, 11.1, 87, 1007, 7.2, 240),
    "Kraków": ("PL", "Clouds", "scattered clouds", 17.8, 17.2, 61, 1016, 2.6, 270),
    "Lisbon": ("PT", "Clear", "clear sky", 24.6, 24.9, 48, 1019, 4.1, 330),
    "London": ("GB", "Clouds", "overcast clouds", 14.2, 13.6, 78, 1011, 5.1, 220),
    "New York": ("US", "Clear", "clear sky", 20.3, 19.8, 52, 1021, 3.1, 290),
    "Reykjavík": ("IS", "Snow", "light snow", -1.3, -6.4, 83, 998, 8.7, 20),
    "Tokyo": ("JP", "Rain", "moderate rain", 19.5, 19.9, 91, 1004, 3.6, 110),
    "Warsaw": ("PL", "Clouds", "few clouds", 18.6, 18.1, 56, 1017, 3.4, 250),
}

NOTICES = {
    "en": [
        ("Winter opening hours", "Support answers from 9:00 to 17:00 between the holidays."),
        ("New status page", "Incidents and planned maintenance now have a page of their own."),
        ("Office hours with the team", "Bring your questions every second Thursday."),
    ],
    "nl": [
        ("Openingstijden in de winter", "Tussen de feestdagen zijn we er van 9.00 tot 17.00 uur."),
        ("Nieuwe statuspagina", "Storingen en gepland onderhoud hebben nu een eigen pagina."),
        ("Spreekuur met het team", "Stel je vragen elke tweede donderdag."),
    ],
}

# label: what was counted on each of the last seven days, then the sum of the seven days before
METRICS = {
    "Visitors": ([1204, 1318, 1297, 1402, 1366, 811, 774], 7589),
    "New topics": ([31, 42, 38, 45, 40, 17, 14], 231),
    "Replies": ([122, 140, 156, 149, 161, 68, 59], 812),
}

# category: topics and replies of an average day, share of the topics that were solved
ACTIVITY = {
    "Questions": (9.1, 34.2, 0.75),
    "Ideas": (3.2, 11.7, 0.28),
    "How-to guides": (1.4, 5.3, 0.93),
    "Product updates": (0.4, 6.9, 0.5),
}
REPORT_DAYS = {"last-30-days": 30, "last-90-days": 90, "last-365-days": 365}

# tickets opened and solved in each of the last whole weeks, the oldest first
TICKETS = [
    *[(38, 35), (41, 37), (44, 40), (39, 42), (47, 41), (52, 45), (49, 50), (43, 47), (40, 44)],
    *[(36, 38), (31, 35), (28, 30), (33, 29), (45, 36), (58, 44), (63, 52), (55, 58), (51, 56)],
    *[(48, 53), (46, 49), (50, 47), (44, 48), (42, 45), (47, 43), (53, 49), (49, 52)],
]

# section: title and summary of its articles
HELP_CENTER = {
    "Getting started": [
        ("Set up your workspace", "Name it, choose a region and add your logo in five minutes."),
        ("Invite your team", "Send invitations one by one, or import a list of e-mail addresses."),
        ("Import data from a spreadsheet", "Map columns to fields and check the first rows."),
        ("Take the guided tour", "Learn the ten features that most teams use every day."),
    ],
    "Account & security": [
        ("Reset your password", "What to do when the e-mail with the link does not arrive."),
        (
            "Set up two-factor authentication",
            "Use an app or a security key, and keep backup codes.",
        ),
        ("Sign in with single sign-on (SSO)", "Connect Okta, Entra ID or any SAML 2.0 provider."),
        ("Manage roles & permissions", "Decide who may see, edit and export which data."),
        ("Review the audit log", "Find out who changed a setting, and when."),
    ],
    "Reports": [
        ("Build your first report", "Pick a data source, group it and share the result."),
        ("Schedule a report by e-mail", "Have a PDF or spreadsheet sent every Monday morning."),
        ("Export a report to CSV", "Export what you see, or all rows including hidden columns."),
        ("Why totals differ between reports", "Time zones, filters and late data, explained."),
    ],
    "Integrations": [
        ("Connect Slack", "Post alerts to a channel, and answer them without leaving Slack."),
        ("Connect Salesforce", "Keep accounts and contacts in step, in both directions."),
        ("Create an API key", "Give a script access, and take it away again."),
        ("Receive webhooks", "Check signatures, answer quickly and handle repeats."),
        ("Rate limits of the API", "How many requests you may send, and what 429 means."),
    ],
    "Billing": [
        ("Change your plan", "Upgrade at once, or downgrade at the end of the period."),
        ("Download an invoice", "Find every invoice since you joined, as PDF."),
        ("Add a purchase order number", "Have it printed on each of the coming invoices."),
    ],
}

# Contacts as four systems left them here: whoever reads them has to sort out the keys, dates, numbers and gaps.
DIRECTORY = [
    {
        "id": 1001,
        "name": "Amara Okafor",
        "email": "amara.okafor@northwind.example",
        "company": {"name": "Northwind Traders", "city": "Utrecht"},
        "seats": 250,
        "since": "2021-03-15",
    },
    {
        "ID": "1002",
        "firstName": "Bram",
        "lastName": "de Vries",
        "e-mail": "bram@northwind.example",
        "company": {"name": "Northwind Traders", "city": "Utrecht"},
        "seats": "250",
        "since": "01.09.2022",
    },
    {
        "contactId": "1003",
        "fullName": "Chiara Ricci",
        "mail": None,
        "account": "Fabbrica Ricci",
        "seats": "1,200",
        "since": "2019-11-04",
    },
    None,
    {
        "id": 1004,
        "name": "  Dmitri Sokolov ",
        "email": "",
        "company": {"name": "Tailspin Toys", "city": None},
        "seats": "75",
        "since": "24.12.2023",
    },
    {
        "ID": "1005",
        "firstName": "Emma",
        "lastName": "Lindqvist",
        "email": "emma@tailspin.example",
        "account": {"name": "Tailspin Toys", "city": "Malmö"},
        "seats": 80,
        "since": "2024-02-30",
    },
    {
        "contactId": 1006,
        "fullName": "Fatima Zahra",
        "mail": "fatima@contoso.example",
        "company": {"name": "Contoso", "city": "Casablanca"},
        "seats": "n/a",
        "since": "2023-06-01",
    },
    {
        "id": "1001",
        "name": "Amara Okafor",
        "email": "amara@northwind.example",
        "company": {"name": "Northwind Traders", "city": "Utrecht"},
        "seats": "300",
        "since": "15.03.2021",
    },
    {
        "id": 1007,
        "name": "George O'Neill",
        "email": "george.oneill@contoso.example",
        "company": {"name": "Contoso", "city": "Galway"},
        "seats": 40,
        "since": "2022-05-17",
    },
    {
        "id": 1008,
        "name": "Hana Kovářová",
        "email": "hana at fabrikam",
        "company": {"name": "Fabrikam", "city": "Brno"},
        "seats": 15,
        "since": "2024-09-02",
    },
    {
        "ID": "1009",
        "firstName": "Ivo",
        "lastName": "Marković",
        "e-mail": "ivo@fabrikam.example",
        "account": {"name": "Fabrikam", "city": "Zagreb"},
        "seats": "15",
        "since": "08.01.2025",
    },
    {"name": "Jun Tanaka", "email": "jun@contoso.example", "seats": 5, "since": "2025-04-11"},
    {
        "contactId": "1011",
        "fullName": "Klara Weiß",
        "mail": "klara@ricci.example",
        "account": "Fabbrica Ricci",
        "seats": " 30 ",
        "since": "19.07.2020",
    },
]

# member, rating, comment, days ago
FEEDBACK = [
    ("priya", 5, "The new search finds what I need at the first try. Thank you!", 1),
    ("tomasz", 4, "Great answers from other members. Notifications could be calmer.", 2),
    ("lucia_m", 5, "Office hours saved my rollout. Please keep doing them.", 4),
    ("amara", 4, "I would love a digest of the ideas that were delivered.", 6),
    ("jens", 3, "Good articles, but some screenshots show the old navigation.", 8),
]

SCHEMA = """
CREATE TABLE contacts (id INTEGER PRIMARY KEY, firstName TEXT, lastName TEXT, email TEXT);
CREATE TABLE feedback
    (id INTEGER PRIMARY KEY, member TEXT, rating INTEGER, comment TEXT, posted TEXT);
CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT, due TEXT);
INSERT INTO contacts VALUES (42, 'Jane', 'Doe', 'jane@example.com');
"""
TASKS = [
    (99, "Renew the support contract", 2),
    (100, "Review the onboarding guide", 5),
    (101, "Invite the beta group", 9),
]


def new_database() -> sqlite3.Connection:
    """A database of one contact, three tasks and five members' feedback.

    Its queries run on the event loop, one at a time and in microseconds; the thread check is off
    because a server may import this module in another thread than the loop's.
    """
    database = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    database.row_factory = sqlite3.Row
    database.executescript(SCHEMA)
    fill_tasks(database)
    database.executemany(
        "INSERT INTO feedback (member, rating, comment, posted) VALUES (?, ?, ?, ?)",
        [
            (member, rating, comment, str(date.today() - timedelta(age)))
            for member, rating, comment, age in FEEDBACK
        ],
    )
    return database


def fill_tasks(database: sqlite3.Connection) -> None:
    due = [(id, title, str(date.today() + timedelta(days))) for id, title, days in TASKS]
    database.executemany("INSERT INTO tasks VALUES (?, ?, ?)", due)


async def weather(request: Request) -> JSONResponse:
    """GET /weather?q=Warsaw&units=metric|imperial"""
    asked = request.query_params.get("q", "")
    city = next((city for city in WEATHER if city.casefold() == asked.casefold()), None)
    if city is None:
        raise HTTPException(404, f"No weather is known for {asked!r}.")
    country, sky, description, degrees, felt, humidity, pressure, wind, origin = WEATHER[city]
    if request.query_params.get("units") == "imperial":
        degrees, felt, wind = degrees * 1.8 + 32, felt * 1.8 + 32, wind * 2.237
    return JSONResponse(
        {
            "name": city,
            "country": country,
            "sky": sky,
            "description": description,
            "temperature": round(degrees, 1),
            "feelsLike": round(felt, 1),
            "humidity": humidity,
            "pressure": pressure,
            "wind": {"speed": round(wind, 1), "degrees": origin},
        }
    )


async def read_contact(request: Request) -> JSONResponse:
    """GET /contacts?id=contact-42"""
    return JSONResponse(contact(request.app.state.database, request.query_params.get("id", "")))


async def create_contact(request: Request) -> JSONResponse:
    """POST /contacts with firstName, lastName and email"""
    values = await contact_values(request)
    if missing := {"firstName", "lastName", "email"} - values.keys():
        raise HTTPException(422, f"A new contact needs {' and '.join(sorted(missing))}.")
    database = request.app.state.database
    row = database.execute(
        "INSERT INTO contacts (firstName, lastName, email)"
        " VALUES (:firstName, :lastName, :email) RETURNING id",
        values,
    ).fetchone()
    return JSONResponse(contact(database, f"contact-{row['id']}"), 201)


async def update_contact(request: Request) -> JSONResponse:
    """PUT /contacts?id=contact-42 with the values to change; the others stay as they are"""
    database, key = request.app.state.database, request.query_params.get("id", "")
    values = contact(database, key) | await contact_values(request)
    database.execute(
        "UPDATE contacts SET firstName = :firstName, lastName = :lastName, email = :email"
        " WHERE 'contact-' || id = :id",
        values,
    )
    return JSONResponse(contact(database, key))


async def contact_values(request: Request) -> dict[str, str]:
    values = await request.json()
    return {name: values[name] for name in ("firstName", "lastName", "email") if name in values}


def contact(database: sqlite3.Connection, key: str) -> dict[str, str]:
    row = database.execute("SELECT * FROM contacts WHERE 'contact-' || id = ?", [key]).fetchone()
    if row is None:
        raise HTTPException(404, f"There is no contact {key!r}.")
    return dict(row) | {"id": key}


async def list_tasks(request: Request) -> JSONResponse:
    """GET /tasks, the most urgent first

    A list that was emptied starts over at the next reading, so that a demonstration never runs dry.
    """
    database = request.app.state.database
    query = "SELECT 'task-' || id AS id, title, due FROM tasks ORDER BY due"
    rows = database.execute(query).fetchall()
    if not rows:
        fill_tasks(database)
        rows = database.execute(query).fetchall()
    return JSONResponse([dict(row) for row in rows])


async def delete_task(request: Request) -> JSONResponse:
    """DELETE /tasks?taskId=task-99"""
    key = request.query_params.get("taskId", "")
    deleted = request.app.state.database.execute("DELETE FROM tasks WHERE 'task-' || id = ?", [key])
    if not deleted.rowcount:
        raise HTTPException(404, f"There is no task {key!r}.")
    return JSONResponse({"id": key, "deleted": True})


async def notices(request: Request) -> JSONResponse:
    """GET /notices, in the language that Accept-Language asks for"""
    language = request.headers.get("accept-language", "en")
    texts = NOTICES.get(language[:2], NOTICES["en"])
    return JSONResponse(
        {
            "requestId": request.headers.get("x-request-id"),
            "language": language,
            "notices": [
                {"title": title, "body": body, "published": str(date.today() - timedelta(7 * age))}
                for age, (title, body) in enumerate(texts)
            ],
        }
    )


async def metrics(request: Request) -> JSONResponse:
    """GET /metrics: the last seven days of the community"""
    return JSONResponse(
        {
            "client": request.headers.get("x-client"),
            "metrics": [
                {"label": label, "days": days, "total": sum(days), "change": sum(days) / before - 1}
                for label, (days, before) in METRICS.items()
            ],
        }
    )


async def ticket_insights(request: Request) -> JSONResponse:
    """GET /ticket-insights?from=2026-03-02&to=2026-03-29: the weeks that begin in that time, of the last 26"""
    try:
        start, end = (date.fromisoformat(request.query_params[name]) for name in ("from", "to"))
    except (KeyError, ValueError):
        raise HTTPException(422, "Both from and to are dates, as 2026-03-02.") from None
    monday = date.today() - timedelta(date.today().weekday())
    weeks = [
        (monday - timedelta(7 * age), *counts)
        for age, counts in zip(range(len(TICKETS), 0, -1), TICKETS, strict=True)
    ]
    asked = [week for week in weeks if start <= week[0] <= end]
    return JSONResponse(
        {
            "weeks": [str(begin) for begin, _, _ in asked],
            "series": [
                {"label": "Opened", "counts": [opened for _, opened, _ in asked]},
                {"label": "Solved", "counts": [solved for _, _, solved in asked]},
            ],
        }
    )


async def directory(request: Request) -> JSONResponse:
    """GET /directory: the contacts of all customers"""
    return JSONResponse({"records": DIRECTORY})


async def report(request: Request) -> JSONResponse:
    """POST /reports with {"range": "last-90-days"}; takes REPORT_SECONDS (3), as a real one would"""
    range_ = (await request.json()).get("range")
    if range_ not in REPORT_DAYS:
        raise HTTPException(422, f"The range is one of {', '.join(REPORT_DAYS)}.")
    await asyncio.sleep(float(os.environ.get("REPORT_SECONDS", "3")))
    days = REPORT_DAYS[range_]
    rows = [
        {
            "category": category,
            "topics": round(topics * days),
            "replies": round(replies * days),
            "solved": solved,
        }
        for category, (topics, replies, solved) in ACTIVITY.items()
    ]
    return JSONResponse({"range": range_, "rows": rows})


async def search(request: Request) -> JSONResponse:
    """GET /search?q=export+report: the six best articles that have each of the words

    An article has a word that one of its own begins with; those with all of them in the title come first.
    """
    words = request.query_params.get("q", "").casefold().split()
    articles = [(section, *texts) for section in HELP_CENTER for texts in HELP_CENTER[section]]
    found = [
        {
            "id": f"article-{number}",
            "title": title,
            "summary": summary,
            "section": section,
            "url": f"/?article={number}#articles",  # in the community itself
        }
        for number, (section, title, summary) in enumerate(articles, 1)
        if words and has(words, f"{title} {summary} {section}")
    ]
    found.sort(key=lambda article: not has(words, article["title"]))
    return JSONResponse({"total": len(found), "articles": found[:6]})


def has(words: list[str], text: str) -> bool:
    return all(re.search(rf"(?<!\w){re.escape(word)}", text.casefold()) for word in words)


async def list_feedback(request: Request) -> JSONResponse:
    """GET /feedback, the latest first"""
    rows = request.app.state.database.execute(
        "SELECT * FROM feedback ORDER BY posted DESC, id DESC LIMIT 6"
    )
    return JSONResponse([feedback(row) for row in rows])


async def add_feedback(request: Request) -> JSONResponse:
    """POST /feedback?member=ann with {"rating": 4, "comment": "…"}"""
    values = await request.json()
    comment = str(values.get("comment", ""))
    if values.get("rating") not in range(1, 6) or not 10 <= len(comment) <= 500:
        raise HTTPException(
            422, "Feedback is a rating of 1 to 5 and a comment of 10 to 500 characters."
        )
    row = request.app.state.database.execute(
        "INSERT INTO feedback (member, rating, comment, posted) VALUES (?, ?, ?, ?) RETURNING *",
        [member(request), values["rating"], comment, str(date.today())],
    ).fetchone()
    return JSONResponse(feedback(row), 201)


async def delete_feedback(request: Request) -> JSONResponse:
    """DELETE /feedback?id=feedback-5&member=ann: members take back their own, and nobody else's"""
    key = request.query_params.get("id", "")
    deleted = request.app.state.database.execute(
        "DELETE FROM feedback WHERE 'feedback-' || id = ? AND member = ?", [key, member(request)]
    )
    if not deleted.rowcount:
        raise HTTPException(404, f"You have no feedback {key!r}.")
    return JSONResponse({"id": key, "deleted": True})


def member(request: Request) -> str:
    """Who calls, as the connector's definition says and no browser can."""
    name = request.query_params.get("member", "")
    if not name:
        raise HTTPException(401, "Only members give feedback.")
    return name


def feedback(row: sqlite3.Row) -> dict[str, str | int]:
    return dict(row) | {"id": f"feedback-{row['id']}"}


async def refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return JSONResponse({"status": error.status_code, "message": error.detail}, error.status_code)


app = Starlette(
    routes=[
        Route("/weather", weather),
        Route("/contacts", read_contact),
        Route("/contacts", create_contact, methods=["POST"]),
        Route("/contacts", update_contact, methods=["PUT"]),
        Route("/tasks", list_tasks),
        Route("/tasks", delete_task, methods=["DELETE"]),
        Route("/notices", notices),
        Route("/metrics", metrics),
        Route("/ticket-insights", ticket_insights),
        Route("/directory", directory),
        Route("/reports", report, methods=["POST"]),
        Route("/search", search),
        Route("/feedback", list_feedback),
        Route("/feedback", add_feedback, methods=["POST"]),
        Route("/feedback", delete_feedback, methods=["DELETE"]),
    ],
    exception_handlers={HTTPException: refused},
)
app.state.database = new_database()
