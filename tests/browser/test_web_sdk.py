"""The community Web SDK (platform.md §3) on the fake page, from JavaScript and from Python."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import expect

from widget_workbench.testing import Community, CommunityFactory, CommunityPage

from .conftest import PROBE, Probe

# What the browser prints of an answer that is no success.
REFUSED = r"Failed to load resource: .*/_community/api/"

RUN = """async () => {
    const { Content, Context, User, Subscription, loadScript } = window.ChWebSdk;
    const titles = ({ results }) => results.map(({ title }) => title);
    const names = ({ results }) => results.map(({ username }) => username);
    try {
        return { value: await (async () => { %s })() };
    } catch (error) {
        return { error: error.message, status: error.status, isError: error instanceof Error };
    }
}"""


class Visit:
    """A page without widgets, and one of its visitors."""

    def __init__(self, community: Community, user: Literal["guest", "member", "admin"]) -> None:
        self.opened: CommunityPage = community.open(user=user)

    def run(self, source: str) -> dict[str, Any]:
        """What the JavaScript returns, or throws."""
        outcome: dict[str, Any] = self.opened.page.evaluate(RUN % source)
        return outcome

    def value(self, source: str) -> Any:
        outcome = self.run(source)
        assert "value" in outcome, outcome
        return outcome["value"]


@pytest.fixture(scope="module")
def plain(
    community_factory: CommunityFactory, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Community]:
    """A community whose repository has no widgets."""
    root = tmp_path_factory.mktemp("repository")
    (root / "widgets").mkdir()
    with community_factory(root) as community:
        yield community


@pytest.fixture(scope="module")
def member(plain: Community) -> Visit:
    return Visit(plain, "member")


@pytest.fixture(scope="module")
def guest(plain: Community) -> Visit:
    return Visit(plain, "guest")


@pytest.fixture(autouse=True)
def fresh_content(member: Visit) -> None:
    member.opened.page.evaluate("() => window.community.resetContent()")


# What there is

MEMBERS = {
    "Content": ["Article", "Conversation", "Idea", "ProductUpdate", "Question", "search"],
    "Context": ["User"],
    "User": ["getById", "getByRole", "getRecentlyActive", "getUsersById", "list", "search"],
    "Subscription": [
        "getCategorySubscriptionStatus",
        "getTopicSubscriptionStatus",
        "subscribeToCategory",
        "subscribeToTopic",
        "unsubscribeFromCategory",
        "unsubscribeFromTopic",
    ],
}


def test_it_has_every_member_that_the_platform_lists(member: Visit) -> None:
    listed = member.value(
        """
        const names = (object) => Object.keys(object).sort();
        const { loadScript: _, ...namespaces } = window.ChWebSdk;
        return Object.fromEntries(Object.entries(namespaces).map(([name, value]) => [name, names(value)]));
        """
    )
    assert listed == MEMBERS
    for type in MEMBERS["Content"][:-1]:
        assert member.value(f"return Object.keys(Content.{type}(1)).sort()") == [
            "like",
            "likeReply",
            "search",
            "unlike",
            "unlikeReply",
            "unvote",
            "vote",
        ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            'return titles(await Content.search("login", {limit: 2}))[0]',
            "Login page in two languages?",
        ),
        ('return titles(await Content.search("login", {limit: 2, page: 7}))', []),
        ("return (await Content.search()).results.length", 30),
        ('return (await Content.search("", {limit: 3})).results.length', 3),
        ("return (await Content.search(null, {limit: 3, unknown: true})).limit", 3),
        (
            'return (await Content.search("login", {contentType: ["question", "article"]})).results'
            ".map(({contentType}) => contentType)",
            ["question", "article"],
        ),
        ('return titles(await Content.search("calendar", {categoryId: 4})).length', 1),
        ('return "metadata" in (await Content.search("login")).results[0]', True),
        (
            'return "metadata" in (await Content.search("login", {fetchMetadata: false})).results[0]',
            False,
        ),
        (
            'return titles(await Content.Question().search("login"))',
            ["Login page in two languages?"],
        ),
        (
            'return titles(await Content.Question().search("login", {contentType: "article"})).length',
            1,
        ),
        (
            'return titles(await Content.Article().search("login", {limit: 1}))',
            ["Login problems: what to check first"],
        ),
        ('return titles(await Content.Conversation().search("rotterdam")).length', 1),
        ('return titles(await Content.Idea().search("polls")).length', 1),
        ('return titles(await Content.ProductUpdate().search("drafts")).length', 1),
        ("return await Content.Idea(401).vote()", {"privateId": 401, "voted": True, "votes": 215}),
        (
            "return await Content.Idea('401').unvote()",
            {"privateId": 401, "voted": False, "votes": 214},
        ),
        (
            "return await Content.Article(301).like()",
            {"privateId": 301, "liked": True, "likes": 113},
        ),
        (
            "return await Content.Article(301).unlike()",
            {"privateId": 301, "liked": False, "likes": 112},
        ),
        (
            "return await Content.Question(101).likeReply(5001)",
            {"replyId": 5001, "liked": True, "likes": 13},
        ),
        (
            "return await Content.Question(101).unlikeReply(5001)",
            {"replyId": 5001, "liked": False, "likes": 12},
        ),
        ("return await Context.User()", {"userId": 7, "username": "ann", "role": "member"}),
        ('return names(await User.search("neumann"))', ["clara"]),
        ("return (await User.getById(1009)).name", "Devraj Nair"),
        ("return (await User.getById('7')).username", "ann"),
        (
            "return (await User.getUsersById([1002, 1, 1001])).map((user) => user.userId)",
            [1002, 1001],
        ),
        ("return await User.getUsersById([])", []),
        ("return (await User.list()).total", 13),
        ("return names(await User.getRecentlyActive({limit: 2}))", ["ann", "mirela"]),
        ('return names(await User.getByRole("moderator", {limit: 1, page: 1}))', ["sanne"]),
        (
            "return [await Subscription.subscribeToTopic(101), await Subscription.getTopicSubscriptionStatus(101),"
            " await Subscription.unsubscribeFromTopic(101)]",
            [{"topicId": 101, "subscribed": subscribed} for subscribed in (True, True, False)],
        ),
        (
            "return [await Subscription.subscribeToCategory(1), await Subscription.getCategorySubscriptionStatus(1),"
            " await Subscription.unsubscribeFromCategory(1)]",
            [{"categoryId": 1, "subscribed": subscribed} for subscribed in (True, True, False)],
        ),
    ],
)
def test_what_it_gives(member: Visit, source: str, expected: Any) -> None:
    assert member.value(source) == expected


def test_a_mark_is_seen_by_the_next_search_and_the_next_page(plain: Community) -> None:
    visit = Visit(plain, "member")
    visit.value("await Content.Question(101).like(); await Content.Idea(403).vote(); return 1")
    metadata = visit.value('return (await Content.search("checklist short")).results[0].metadata')
    assert (metadata["likes"], metadata["liked"]) == (43, True)
    visit.opened.page.reload()
    expect(visit.opened.page.locator("#topic-101")).to_contain_text("43 likes")
    expect(visit.opened.page.locator("#topic-403")).to_contain_text("144 votes")


def test_the_visitor_is_who_the_page_was_asked_for_as(plain: Community, guest: Visit) -> None:
    assert guest.value("return await Context.User()") == {"userId": None, "username": "guest"}
    assert (
        guest.value("return (await Subscription.getTopicSubscriptionStatus(101)).subscribed")
        is False
    )
    admin = Visit(plain, "admin")
    assert admin.value("return await Context.User()") == {
        "userId": 7,
        "username": "ann",
        "role": "admin",
    }
    assert admin.value('return names(await User.getByRole("admin"))') == ["ann", "devraj", "helen"]


# What it refuses


@pytest.mark.parametrize(
    ("source", "status", "message"),
    [
        ("return Content.Idea(999).vote()", 404, "No topic has the private id 999."),
        ("return Content.Article(401).like()", 404, "401 is not an article, but an idea."),
        (
            "return Content.Question(101).vote()",
            400,
            "Only ideas can be voted for, and 101 is a question.",
        ),
        (
            "return Content.Idea(401).likeReply(5001)",
            404,
            "Topic 401 has no reply with the id 5001.",
        ),
        (
            'return Content.search("x", {limit: 1000})',
            400,
            "limit has to be a whole number from 1 to 100, not 1000.",
        ),
        (
            'return Content.search("x", {page: -1})',
            400,
            "page has to be a whole number from 0 on, not -1.",
        ),
        (
            'return Content.search("x", {contentType: "blog"})',
            400,
            '"blog" is no content type; there are: article, question, conversation, idea, productUpdate.',
        ),
        ("return User.getById(999)", 404, "No user has the id 999."),
        (
            'return User.getByRole("owner")',
            400,
            'No user has the role "owner"; there are: admin, member, moderator.',
        ),
        ("return Subscription.subscribeToTopic(999)", 404, "No topic has the private id 999."),
        (
            "return Subscription.getCategorySubscriptionStatus(999)",
            404,
            "No category has the id 999.",
        ),
    ],
)
def test_what_the_community_refuses(member: Visit, source: str, status: int, message: str) -> None:
    member.opened.console.expect(REFUSED)
    assert member.run(source) == {"error": message, "status": status, "isError": True}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "return Content.Idea().vote()",
            "vote() needs a topic: give its private id, as in Content.Idea(101).vote().",
        ),
        (
            "return Content.ProductUpdate(null).like()",
            "like() needs a topic: give its private id, as in Content.ProductUpdate(101).like().",
        ),
        (
            'return Content.Idea("../users").vote()',
            """A topic's private id has to be a number, not "../users".""",
        ),
        ("return Content.Idea(401).likeReply()", "A reply's id has to be a number, not undefined."),
        ("return Content.search({limit: 5})", 'The query has to be a string, not {"limit":5}.'),
        ("return User.search(5)", "The query has to be a string, not 5."),
        ("return User.getById()", "A user's id has to be a number, not undefined."),
        ("return User.getUsersById(7)", "getUsersById() takes a list of ids."),
        ('return User.getUsersById(["x"])', """A user's id has to be a number, not "x"."""),
        (
            "return Subscription.subscribeToCategory(1.5)",
            "A category's id has to be a number, not 1.5.",
        ),
        ("return loadScript()", "loadScript() takes the URL of a script, not undefined."),
        (
            'return loadScript("https://")',
            'loadScript() takes the URL of a script, not "https://".',
        ),
    ],
)
def test_what_it_refuses_without_asking(member: Visit, source: str, message: str) -> None:
    outcome = member.run(f"const promise = (() => {{ {source} }})(); return promise")
    assert (outcome.get("error"), outcome["isError"]) == (message, True)


@pytest.mark.parametrize(
    ("source", "action"),
    [
        ("return Content.Article(301).like()", "like"),
        ("return Content.Idea(401).vote()", "vote"),
        ("return Content.Question(101).likeReply(5001)", "like"),
        ("return Subscription.subscribeToTopic(101)", "subscribe"),
        ("return Subscription.unsubscribeFromCategory(1)", "subscribe"),
    ],
)
def test_a_guest_who_acts(guest: Visit, source: str, action: str) -> None:
    guest.opened.console.expect(REFUSED)
    message = f"A guest cannot {action}: sign in first."
    assert guest.run(source) == {"error": message, "status": 401, "isError": True}


def test_a_token_that_has_expired(plain: Community) -> None:
    visit = Visit(plain, "member")
    visit.opened.console.expect(REFUSED)
    outcome = visit.run("await window.community.expireCsrfToken(); return Content.Idea(401).vote()")
    assert outcome["status"] == 403
    assert outcome["error"] == "The page's CSRF token has expired. Load the page again."
    assert visit.value("return (await Content.search('polls')).total") == 1
    visit.value(
        "await window.community.renewCsrfToken(); return (await Content.Idea(401).vote()).voted"
    )


def test_a_community_that_cannot_be_reached(plain: Community) -> None:
    visit = Visit(plain, "member")
    visit.opened.console.expect("Failed to load resource")
    visit.opened.page.route("**/_community/api/**", lambda route: route.abort())
    assert visit.run("return User.list()")["error"] == "The community could not be reached."


def test_loading_a_script(plain: Community) -> None:
    visit = Visit(plain, "member")
    visit.opened.console.expect(
        "Failed to load resource", "Refused to execute script", "Content Security Policy"
    )
    loaded: list[str] = []

    def serve(route: Any) -> None:
        loaded.append(route.request.url)
        route.fulfill(
            body="window.loads = (window.loads ?? 0) + 1;", content_type="text/javascript"
        )

    visit.opened.page.route("https://unpkg.com/library.js", serve)
    assert visit.value(
        """
        const once = "https://unpkg.com/library.js";
        const values = await Promise.all([loadScript(once), loadScript(once)]);
        await loadScript(once);
        return [values, window.loads];
        """
    ) == [[None, None], 1]
    assert loaded == ["https://unpkg.com/library.js"]
    for address in ("/no-such-script.js", "https://elsewhere.example/library.js"):
        error = visit.run(f"return loadScript({json.dumps(address)})")["error"]
        assert error.startswith("The script http")
        assert "could not be loaded" in error


# From Python

PYTHON = """
web = sdk.web

async def refused(awaitable):
    try:
        await awaitable
    except Exception as error:
        return f"{type(error).__name__}: {error}"

async def names(awaitable):
    return [user["username"] for user in (await awaitable)["results"]]

found = await web.Content.search("login", limit=2, page=0, contentType=["question", "article"], fetchMetadata=True)
types = []
for name in ("Article", "Question", "Conversation", "Idea", "ProductUpdate"):
    of_type = getattr(web.Content, name)
    [topic] = (await of_type().search("", limit=1, fetchMetadata=False))["results"]
    item = of_type(topic["privateId"])
    types.append([topic["contentType"], (await item.like())["liked"], (await item.unlike())["liked"]])
idea, question = web.Content.Idea(401), web.Content.Question(101)
result = {
    "search": [type(found).__name__, found["total"], found["results"][0]["metadata"]["votes"]],
    "types": types,
    "vote": [await idea.vote(), (await idea.unvote())["voted"]],
    "reply": [await question.likeReply(5001), (await question.unlikeReply(5001))["liked"]],
    "visitor": await web.Context.User(),
    "users": [
        await names(web.User.search("neumann", limit=5)),
        (await web.User.getById(1009))["name"],
        [user["userId"] for user in await web.User.getUsersById([1002, 1001])],
        (await web.User.list(limit=1, page=1))["page"],
        await names(web.User.getRecentlyActive(limit=1)),
        await names(web.User.getByRole("moderator", limit=1, page=1)),
    ],
    "subscriptions": [
        (await web.Subscription.subscribeToTopic(101))["subscribed"],
        (await web.Subscription.getTopicSubscriptionStatus(101))["subscribed"],
        (await web.Subscription.unsubscribeFromTopic(101))["subscribed"],
        (await web.Subscription.subscribeToCategory(1))["subscribed"],
        (await web.Subscription.getCategorySubscriptionStatus(1))["subscribed"],
        (await web.Subscription.unsubscribeFromCategory(1))["subscribed"],
    ],
    "script": [await web.loadScript("https://unpkg.com/library.js"), js.window.fromScript],
    "refused": [
        await refused(idea.likeReply(5001)),
        await refused(web.Content.Idea().vote()),
        await refused(web.Content.search(limit=5)),
        await refused(web.User.getById(999)),
    ],
}
"""

TOLD = {
    "search": ["dict", 2, None],
    "types": [
        ["article", True, False],
        ["question", True, False],
        ["conversation", True, False],
        ["idea", True, False],
        ["productUpdate", True, False],
    ],
    "vote": [{"privateId": 401, "voted": True, "votes": 215}, False],
    "reply": [{"replyId": 5001, "liked": True, "likes": 13}, False],
    "visitor": {"userId": 7, "username": "ann", "role": "member"},
    "users": [["clara"], "Devraj Nair", [1002, 1001], 1, ["ann"], ["sanne"]],
    "subscriptions": [True, True, False, True, True, False],
    "script": [None, "here"],
    "refused": [
        "JsException: Error: Topic 401 has no reply with the id 5001.",
        "JsException: Error: vote() needs a topic: give its private id, as in Content.Idea(101).vote().",
        'JsException: Error: The query has to be a string, not {"limit":5}.',
        "JsException: Error: No user has the id 999.",
    ],
}


def test_every_function_from_python(community_factory: CommunityFactory) -> None:
    with community_factory(PROBE) as community:
        probe = Probe(
            community,
            prepare=lambda page: page.route(
                "https://unpkg.com/library.js",
                lambda route: route.fulfill(body="window.fromScript = 'here';"),
            ),
        )
        community.pages[-1].console.expect(REFUSED)
        assert probe.python(PYTHON) == TOLD
        assert probe.page.evaluate(
            """() => {
                const { sdkOf } = window.community;
                return sdkOf(document.querySelector("gs-cc-registry-widget")).web === window.ChWebSdk;
            }"""
        )


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        # An older page has the global alone, which Python finds.
        ({"sdk": "legacy"}, [True, False, "ann"]),
        ({"host": "embed"}, [False, False, None]),
    ],
    ids=["an older page", "an embed"],
)
def test_hosts_that_have_less(
    community_factory: CommunityFactory, parameters: dict[str, Any], expected: list[Any]
) -> None:
    with community_factory(PROBE) as community:
        probe = Probe(community, **parameters)
        assert (
            probe.python(
                """
username = (await sdk.web.Context.User())["username"] if sdk.web else None
result = [hasattr(js.window, "ChWebSdk"), bool(sdk.js.web), username]
"""
            )
            == expected
        )
