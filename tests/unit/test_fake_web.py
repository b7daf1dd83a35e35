"""`sdk.web` of a `FakeSdk`: the answers that a test gives, under the host's names."""

from __future__ import annotations

from typing import Any

import pytest

from widget_workbench.testing import FakeSdk

ANSWERS: dict[str, Any] = {
    "Context.User": {"userId": 7, "username": "ann"},
    "Content.search": lambda query, **options: {"results": [query, options], "total": 1.0},
    "Content.Idea().vote": {"voted": True},
    "Content.Idea(402).vote": Exception("Only members vote."),
    "Content.Article(301).like": {"liked": True},
}


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("web.Context.User()", {"userId": 7, "username": "ann"}),
        ('web.Content.search("login", limit=5)', {"results": ["login", {"limit": 5}], "total": 1}),
        ("web.Content.Idea(401).vote()", {"voted": True}),
        ("web.Content.Article(301).like()", {"liked": True}),
    ],
)
def test_an_answer(call: str, expected: Any) -> None:
    sdk = FakeSdk(web=ANSWERS)
    assert sdk.run(eval(call, {"web": sdk.web})) == expected


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        ("web.Content.Idea(402).vote()", Exception, "^Only members vote.$"),
        (
            "web.Content.Article(302).like()",
            LookupError,
            r"fake_sdk\.web has no answer for Content\.Article\(302\)\.like\(\); there are: Context\.User, ",
        ),
        (
            "web.User.list()",
            AttributeError,
            r'fake_sdk\.web has no User; give it an answer: .*"User": ',
        ),
        ("web.Content.Idea(401).like()", AttributeError, r"has no Content\.Idea\(401\)\.like; "),
        (
            "web.Content.search(object())",
            TypeError,
            r"sdk\.web\.Content\.search\(\) argument 1 is an object",
        ),
        ("web.Content.search('x', limit=float('nan'))", ValueError, r'search\(\)\["limit"\]'),
        (
            "web.Content()",
            TypeError,
            r"sdk\.web\.Content cannot be called: .* members of it only; there are: Content\.",
        ),
        (
            "web.Content.Idea(401)()",
            TypeError,
            r"members of it only; there are: Content\.Idea\(\)\.vote, Content\.Idea\(402\)\.vote$",
        ),
    ],
)
def test_what_it_raises(call: str, error: type[Exception], sentence: str) -> None:
    sdk = FakeSdk(web=ANSWERS)
    with pytest.raises(error, match=sentence):
        sdk.run(eval(call, {"web": sdk.web}))


def test_calls_are_known() -> None:
    sdk = FakeSdk()
    assert sdk.web is None
    sdk.web = ANSWERS
    sdk.run(sdk.web.Content.search("login", limit=5))
    sdk.run(sdk.web.Content.Idea(401).vote())

    assert [(call.name, call.arguments, call.options) for call in sdk.web.calls] == [
        ("Content.search", ("login",), {"limit": 5}),
        ("Content.Idea(401).vote", (), {}),
    ]


def test_an_answer_is_a_copy() -> None:
    sdk = FakeSdk(web=ANSWERS)
    sdk.run(sdk.web.Context.User())["username"] = "changed"
    assert sdk.run(sdk.web.Context.User())["username"] == "ann"
