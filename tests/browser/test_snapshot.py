"""Python from a snapshot: nothing of the moment and the place where it was taken is left, and no damage goes unseen."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from widget_workbench.testing import Community, CommunityFactory

from .conftest import EXAMPLES, PROBE, Probe, without_store

DRAWN = """
import logging, os, random, secrets, tempfile, time, uuid
result = {
    "random": random.random(),
    "another": random.Random().random(),
    "uuid": str(uuid.uuid4()),
    "secrets": secrets.token_hex(),
    "shuffled": random.sample(range(1_000_000), 3),
    "tempfile": next(tempfile._get_candidate_names()),
    "urandom": os.urandom(8).hex(),
    "node": uuid.getnode(),
}
"""

PLACE = """
import datetime, logging, os, sys, time
summer = datetime.datetime(2026, 7, 1, 12, tzinfo=datetime.UTC).astimezone()
winter = datetime.datetime(2026, 1, 1, 12, tzinfo=datetime.UTC).astimezone()
record = logging.makeLogRecord({})
result = {
    "zone": os.environ["TZ"],
    "language": os.environ["LANG"],
    "summer": summer.utcoffset().total_seconds() / 3600,
    "winter": winter.utcoffset().total_seconds() / 3600,
    "standard": time.timezone / 3600,
    "daylight": time.daylight,
    "names": [*time.tzname, summer.tzname(), winter.tzname()],
    "now": time.time(),
    "running": logging.LogRecord("", 0, "", 0, "", (), None).relativeCreated,
    "left": sorted(name for name in os.environ if name.startswith(("PYTHONHASH", "npm_", "NODE"))),
    "path": sys.path,
    "argv": sys.argv,
}
"""


@pytest.fixture(scope="module")
def probes(community_factory: CommunityFactory) -> Any:
    with community_factory(PROBE) as community:
        yield community


def test_two_page_loads_draw_different_numbers(probes: Community) -> None:
    first, second = (Probe(probes).python(DRAWN) for _ in range(2))
    assert {name for name in first if first[name] == second[name]} == set()


@pytest.mark.parametrize(
    ("zone", "summer", "winter", "daylight"),
    [("Europe/Warsaw", 2, 1, 1), ("America/New_York", -4, -5, 1), ("Asia/Dubai", 4, 4, 0)],
)
def test_time_and_language_are_the_visitors(
    probes: Community, zone: str, summer: float, winter: float, daylight: int
) -> None:
    def prepare(page: Page) -> None:
        session = page.context.new_cdp_session(page)
        session.send("Emulation.setTimezoneOverride", {"timezoneId": zone})

    probe = Probe(probes, prepare=prepare)
    told = probe.python(PLACE)
    assert told["zone"] == zone
    language = probe.page.evaluate("navigator.language").replace("-", "_")
    assert told["language"] == f"{language}.UTF-8"
    assert (told["summer"], told["winter"]) == (summer, winter)
    assert (told["standard"], told["daylight"]) == (-winter, daylight)
    names = [f"UTC{offset:+03.0f}" for offset in (winter, summer)]
    assert [name[:6] for name in told["names"]] == [*names, *reversed(names)]
    now = probe.page.evaluate("Date.now()") / 1000
    assert abs(told["now"] - now) < 60
    # Milliseconds since the page's Python began, not since the snapshot was taken.
    assert 0 <= told["running"] < 60_000
    assert told["left"] == []
    assert told["argv"] == [""]
    assert all(path.startswith(("/lib/", "/usr/lib/")) for path in told["path"])


def test_public_objects_of_the_page_stay_as_they_are(probes: Community) -> None:
    """Another script may look at them, or hold them, while Python starts."""

    def prepare(page: Page) -> None:
        page.add_init_script(
            """
            globalThis.replaced = [];
            const holders = { globalThis, WebAssembly, Response, Promise, crypto, performance, URL };
            const names = new Map(Object.entries(holders).map(([name, holder]) =>
                [name, new Set(Object.getOwnPropertyNames(holder))]));
            const watched = { globalThis: ["fetch", "WebAssembly", "Response", "Promise", "setTimeout", "Date"],
                WebAssembly: ["instantiate", "compileStreaming", "instantiateStreaming", "compile"],
                performance: ["now"], crypto: ["getRandomValues"] };
            for (const [holder, properties] of Object.entries(watched)) {
                for (const name of properties) {
                    let value = holders[holder][name];
                    Object.defineProperty(holders[holder], name, {
                        configurable: true,
                        get: () => value,
                        set(other) { replaced.push(`${holder}.${name}`); value = other; },
                    });
                }
            }
            globalThis.added = () => Object.getOwnPropertyNames(globalThis)
                .filter((name) => !names.get("globalThis").has(name));
            globalThis.redefined = () => Object.entries(watched).flatMap(([holder, properties]) =>
                properties.filter((name) =>
                    !Object.getOwnPropertyDescriptor(holders[holder], name).get));
            """
        )

    probe = Probe(probes, prepare=prepare)
    assert probe.page.evaluate("replaced") == []
    assert probe.page.evaluate("redefined()") == []
    own = {"replaced", "added", "redefined"}
    host = {"WidgetServiceSDK", "ChWebSdk", "community", "runPython"}
    added = {
        name for name in probe.page.evaluate("added()") if not name.startswith(("_", "widgetTest"))
    }
    assert added - own - host == set(), added


# Damage, of one byte each: 200 times.

ATTEMPTS = 50
"""Of each group that tries again on one page, and of those, three."""

GROUPS = 3
PAGES = 25
"""What opens a page for each: of those, two."""

DAMAGING = """
const fetching = window.fetch.bind(window);
window.fetch = async (address, options) => {
    const answer = await fetching(address, options);
    const name = String(address).split("/").at(-1);
    if (window.damage?.name !== name || window.damage.times === 0) {
        return answer;
    }
    window.damage.times -= 1;
    const bytes = new Uint8Array(await answer.arrayBuffer());
    bytes[Math.floor(window.damage.at * bytes.length)] ^= window.damage.flip;
    return new Response(bytes, { headers: answer.headers });
};
"""

TRYING = """async (damages) => {
    const host = document.querySelector("gs-cc-registry-widget");
    const settled = () => new Promise((resolve) => {
        const look = () => {
            if (host.dataset.widgetState !== "loading") {
                observer.disconnect();
                clearTimeout(timer);
                resolve(host.dataset.widgetState);
            }
        };
        const observer = new MutationObserver(look);
        observer.observe(host, { attributes: true });
        const timer = setTimeout(() => { observer.disconnect(); resolve("hanging"); }, 20_000);
        look();
    });
    const told = [];
    for (const damage of damages) {
        window.damage = damage;
        host.shadowRoot.querySelector(".widget-error-retry").click();
        const state = await settled();
        told.push([state, host.shadowRoot.querySelector("[role=alert]")?.textContent ?? ""]);
        if (state !== "error") {
            break;
        }
    }
    return told;
}"""


def fetched(tree: Path, widget: str) -> list[str]:
    """What the loader fetches before a widget is ready, by file name: `directory` waits for the late library."""
    names = {path.name for path in (tree / "widgets" / widget).rglob("*.bin")}
    late = {name for name in names if name.startswith("late-")}
    own = names | {"main.py", "style.css"}
    return sorted(own if widget == "directory" else own - late)


def damages(files: list[str], number: int, times: int) -> list[dict[str, Any]]:
    """Damages spread over files: where, and which bit.

    Args:
        files: the names.
        number: how many.
        times: how often each is to be met.
    """
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")  # shown when it fails
    draw = random.Random(seed)  # noqa: S311 - the same again, when a run has to be looked into
    return [
        {
            "name": files[each % len(files)],
            "at": draw.random(),
            "flip": 1 << draw.randrange(8),
            "times": times,
        }
        for each in range(number)
    ]


def damaged(damage: dict[str, Any]) -> Callable[[Page], None]:
    def prepare(page: Page) -> None:
        without_store(page)
        page.add_init_script(DAMAGING)
        page.add_init_script(f"window.damage = {json.dumps(damage)};")

    return prepare


def is_told(damage: dict[str, Any], state: str, text: str) -> bool:
    return state == "error" and damage["name"] in text and "is damaged" in text


@pytest.mark.parametrize("group", range(GROUPS))
def test_damage_of_the_runtime_ends_in_a_message_that_names_the_file(
    community_factory: CommunityFactory, bundled: Path, group: int
) -> None:
    # Until one start succeeds, each try fetches all of it anew.
    parts = [name for name in fetched(bundled, "search") if name.endswith(".bin")]
    first, *others = damages(parts, ATTEMPTS, 1000)
    with community_factory(EXAMPLES, published=bundled) as community:
        page = community.open("search", prepare=damaged(first))
        page.console.expect('Widget "search"')
        alert = page.widget("search", state="error").get_by_role("alert")
        assert is_told(first, "error", alert.inner_text())
        told = page.page.evaluate(TRYING, others)
        outcomes = zip(others, told, strict=True)
        assert [each for each in outcomes if not is_told(each[0], *each[1])] == []
        # And whole files work at once.
        assert page.page.evaluate(TRYING, [None]) == [["ready", ""]]


def test_damage_of_anything_else_ends_in_a_message_that_names_the_file(
    community_factory: CommunityFactory, bundled: Path
) -> None:
    with community_factory(EXAMPLES, published=bundled) as community:
        for damage in damages(fetched(bundled, "directory"), PAGES, 1000):
            page = community.open("directory", prepare=damaged(damage))
            page.console.expect('Widget "directory"')
            alert = page.widget("directory", state="error").get_by_role("alert")
            assert is_told(damage, "error", alert.inner_text()), damage
            page.page.close()


def test_damage_that_a_cache_is_to_blame_for_ends_in_a_clean_start(
    community_factory: CommunityFactory, bundled: Path
) -> None:
    with community_factory(EXAMPLES, published=bundled) as community:
        for damage in damages(fetched(bundled, "search"), PAGES, 1):
            page = community.open("search", prepare=damaged(damage))
            page.widget("search")
            assert page.page.evaluate("window.damage.times") == 0, damage
            page.page.close()
