"""What a failing test of an author's says: good enough to mend the widget without opening a browser.

One run of pytest over a repository in which every test but two fails in a way of its own.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import textwrap
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

# One run for all of the tests here, on one of pytest-xdist's workers.
pytestmark = pytest.mark.xdist_group("kit messages")

MANIFEST = {"title": "Test", "category": "Tests"}

# JavaScript wherever Python does not matter: it starts at once.
JAVASCRIPT = {
    "greeting": """
        export async function init(sdk) {
          const container = sdk.getContainer();
          container.innerHTML += "<h2>Hello</h2><button>Load</button>";
          sdk.$("button").addEventListener("click", async () => {
            const request = { permalink: "rows", method: "GET", queryParams: { page: "2" } };
            const rows = await sdk.connectors.execute(request).catch(() => ({ title: "No rows" }));
            sdk.$("h2").textContent = rows.title;
          });
        }
        """,
    "noisy": """
        export async function init() {
          console.error("The map has no tiles.");
        }
        """,
    "rejected": """
        export async function init() {
          Promise.reject(new Error("nobody waits for this"));
        }
        """,
}

PYTHON = {
    "raises": """
        def city(weather):
            return weather["city"]

        async def init(sdk):
            sdk.root.textContent = city({"town": "Oslo"})
        """,
    "clumsy": """
        async def init(sdk):
            sdk.root.innerHTML = "<button>Load</button>"

            async def load():
                rows = await sdk.connectors.get("rows")
                sdk.root.textContent = rows["title"]

            sdk.listen("click", "button", load)
        """,
    "stuck": """
        import asyncio

        async def opened(sdk):
            await asyncio.Event().wait()

        async def init(sdk):
            sdk.root.textContent = "Loading"
            await opened(sdk)
        """,
    "waiting": """
        async def init(sdk):
            await sdk.connectors.get("rows")
        """,
}

ENDLESS = {
    "widgets/endless/main.py": """
        import js
        from pyodide.ffi import create_proxy

        def loop():
            while True:
                pass

        async def init(sdk):
            js.window.loop = create_proxy(loop)
        """,
    "widgets/endless/widget.json": json.dumps(MANIFEST),
    "test_endless.py": """
        def test_endless_loop(community):
            page = community.open("endless")
            page.widget("endless")
            page.page.evaluate("() => { setTimeout(window.loop); }")
            page.widget("endless", timeout=1)
        """,
}

CONNECTORS = """
    {"connectors": [
      {"name": "Rows", "permalink": "rows", "url": "https://rows.example/rows"},
      {"name": "Elsewhere", "permalink": "elsewhere", "url": "https://elsewhere.example/", "method": "POST"}
    ]}
    """

TESTS = """
    import pytest
    from playwright.sync_api import expect

    expect.set_options(timeout=1_000)


    def test_passes(community):
        community.connectors["rows"].respond(json={"title": "Rows"})
        widget = community.open("greeting").widget("greeting")
        widget.get_by_role("button").click()
        expect(widget.get_by_role("heading")).to_have_text("Rows")


    def test_announces_the_error_it_is_about(community):
        page = community.open("noisy")
        page.console.expect("has no tiles")
        page.widget("noisy")


    def test_expectation(community):
        widget = community.open("greeting").widget("greeting")
        expect(widget.get_by_role("heading")).to_have_text("Good morning")


    def test_exception_in_init(community):
        community.open("raises").widget("raises")


    def test_exception_in_a_handler(community):
        community.connectors["rows"].respond(json={"rows": []})
        page = community.open("clumsy")
        page.widget("clumsy").get_by_role("button").click()
        page.host("clumsy").get_by_role("alert").wait_for()
        assert len(community.connectors["rows"].calls) == 1


    def test_unmatched_call_in_init(community):
        community.open("waiting").widget("waiting")


    def test_console_error(community):
        community.open("noisy").widget("noisy")


    def test_unhandled_rejection(community):
        community.open("rejected").widget("rejected")


    def test_announced_error_that_never_came(community):
        page = community.open("greeting")
        page.console.expect("no tiles")
        page.widget("greeting")


    def test_unused_stub(community):
        community.connectors["rows"].respond(json=[], required=True)
        community.open("greeting").widget("greeting")


    def test_when_that_raises(community):
        community.connectors["rows"].respond(json={}, when=lambda call: call.query["pages"])
        community.open("greeting").widget("greeting").get_by_role("button").click()


    def test_page_that_hangs_at_its_end(community):
        page = community.open("greeting")
        page.page.evaluate("() => { setTimeout(() => { for (;;); }); }")
        assert community.connectors["rows"].calls == []


    def test_closed_context(community):
        community.open("greeting").page.close()
        assert "the page is closed" == ""


    def test_fails_by_itself(community):
        community.open("noisy").widget("noisy")
        import pytest

        pytest.fail("by itself")


    def test_late_fixture(request):
        community = request.getfixturevalue("community")
        community.open("noisy").widget("noisy")


    def test_second_of_two_fails(community):
        page = community.open("greeting", "raises", "raises")
        page.widget("raises", nth=1)


    def test_misspelt_stub(community):
        community.connectors["row"].respond(json=[])
        community.open("greeting").widget("greeting")


    def test_misspelt_call(community):
        community.open("greeting").widget("greeting").evaluate(
            "() => new WidgetServiceSDK().connectors.execute({ permalink: 'rosw' }).catch(() => {})"
        )


    def test_wrong_answer(community):
        community.connectors["rows"].respond(sequence=[{"stats": 503}])


    def test_unused_end_of_a_sequence(community):
        community.connectors["rows"].respond(sequence=[{"json": {"title": "1"}}, {"json": 2}], required=True)
        widget = community.open("greeting").widget("greeting")
        widget.get_by_role("button").click()
        expect(widget.get_by_role("heading")).to_have_text("1")


    def test_unmatched_call_of_an_unmapped_host(community):
        widget = community.open("greeting").widget("greeting")
        widget.get_by_role("button").click()
        assert len(community.connectors["rows"].calls) == 1


    def test_unmatched_call_that_no_stub_accepts(community):
        community.connectors["rows"].respond(json={}, when=lambda call: call.query["page"] == "1")
        widget = community.open("greeting").widget("greeting")
        widget.get_by_role("button").click()
        assert len(community.connectors["rows"].calls) == 1


    def test_call_beyond_a_sequence(community):
        community.connectors["rows"].respond(sequence=[{"json": {"title": "First"}}])
        widget = community.open("greeting").widget("greeting")
        widget.get_by_role("button").click()
        expect(widget.get_by_role("heading")).to_have_text("First")
        widget.get_by_role("button").click()
        assert len(community.connectors["rows"].calls) == 2


    def test_never_ready(community):
        page = community.open("clumsy", "stuck")
        page.widget("clumsy")
        page.widget("stuck", timeout=1)


    def test_never_ready_for_want_of_an_answer(community):
        community.connectors["rows"].respond(json=[], delay=60)
        page = community.open("clumsy", "waiting")
        page.widget("clumsy")
        page.widget("waiting", timeout=1)


    def test_unknown_widget(community):
        community.open("greting")


    def test_widget_that_is_not_on_the_page(community):
        community.open("greeting").widget("noisy", timeout=2)


    def test_second_widget_that_is_not_on_the_page(community):
        community.open("greeting").widget("greeting", nth=1, timeout=2)


    def test_not_an_error_after_all(community):
        community.open("greeting").widget("greeting", state="error")
    """


@dataclass(frozen=True)
class Report:
    """What pytest printed of the tests of a repository."""

    root: Path
    outcomes: dict[str, str]
    messages: dict[str, str]


def run_pytest(root: Path, *options: str) -> Report:
    """Runs the tests of a repository, and takes the report apart."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-rA", "--color=no", "-p", "no:cacheprovider", *options],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    head = r"^_+ (?P<test>\w+)(?:\[chromium\])? _+$"
    parts = re.split(head, done.stdout.partition("short test summary")[0], flags=re.MULTILINE)
    outcomes = re.findall(r"^(PASSED|FAILED|ERROR) \S+::(\w+)", done.stdout, flags=re.MULTILINE)
    assert outcomes, done.stdout + done.stderr
    return Report(
        root=root,
        outcomes={test: outcome for outcome, test in outcomes},
        messages=dict(zip(parts[1::2], parts[2::2], strict=True)),
    )


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The report of one run over all of these tests, in a repository outside of this project."""
    root = tmp_path_factory.mktemp("repository")
    for widget, main in PYTHON.items():
        write(root / "widgets" / widget / "widget.json", json.dumps(MANIFEST))
        write(root / "widgets" / widget / "main.py", main)
    source = {"source": {"path": ".", "entry": "index.html"}}
    for widget, module in JAVASCRIPT.items():
        write(root / "widgets" / widget / "widget.json", json.dumps(MANIFEST | source))
        write(
            root / "widgets" / widget / "index.html",
            '<script type="module" src="widget.js"></script>',
        )
        write(root / "widgets" / widget / "widget.js", module)
    write(root / "widgets" / "greeting" / "connectors.json", CONNECTORS)
    write(root / "test_widgets.py", TESTS)
    return run_pytest(root)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text))


@pytest.mark.parametrize("test", ["test_passes", "test_announces_the_error_it_is_about"])
def test_a_test_that_asks_for_what_happens_passes(report: Report, test: str) -> None:
    assert report.outcomes[test] == "PASSED"


MESSAGES = {
    "test_expectation": ("Locator expected to have text 'Good morning'", "Actual value: Hello"),
    "test_exception_in_init": (
        'The widget "raises" failed:',
        'File "widgets/raises/main.py", line 3, in city',
        'return weather["city"]',
        "KeyError: 'city'",
    ),
    "test_exception_in_a_handler": (
        'The widget "clumsy" failed after its start, and the test did not expect it:',
        'File "widgets/clumsy/main.py", line 7, in load',
        "KeyError: 'title'",
        "clumsy: GET rows: stubbed",
    ),
    "test_unmatched_call_in_init": (
        'await sdk.connectors.get("rows")',
        "widget.ConnectorNetworkError: GET rows",
        'The widget "waiting" called GET rows, and nothing answers it:',
        "It would call rows.example, and a test calls nobody on the network.",
        'community.connectors["rows"].respond(json=…)',
    ),
    "test_console_error": (
        "The console shows an error that the test did not expect:",
        "The map has no tiles.",
        "page.console.expect(",
    ),
    "test_unhandled_rejection": (
        "An exception, or a Promise's rejection, was caught by nobody:",
        "Error: nobody waits for this",
        "/widgets/rejected/widget.js:3",
    ),
    "test_announced_error_that_never_came": (
        "The console never showed what the test expects there: 'no tiles'",
    ),
    "test_unused_stub": (
        "A stub waits for calls that did not come:",
        'community.connectors["rows"].respond(…, required=True) was never called.',
    ),
    "test_when_that_raises": (
        'community.connectors["rows"].respond(when=…) has to accept or decline a call, and raised:',
        "KeyError: 'pages'",
    ),
    "test_page_that_hangs_at_its_end": ("does not respond. Its one thread is busy",),
    "test_closed_context": ("assert 'the page is closed' == ''",),
    "test_fails_by_itself": ("by itself",),
    "test_late_fixture": ("The map has no tiles.", "Widgets: noisy (ready)"),
    "test_second_of_two_fails": ('The widget "raises" failed:', "KeyError: 'city'"),
    "test_misspelt_stub": (
        'community.connectors["row"] is stubbed, but nothing calls it, and the repository defines no such connector; '
        "did you mean 'rows'?",
    ),
    "test_misspelt_call": (
        "called GET rosw, and nothing answers it:",
        "No connector has the permalink 'rosw'; did you mean 'rows'?",
        "greeting: GET rosw: not answered",
    ),
    "test_wrong_answer": ("an answer has no 'stats'; it has json, text, status, delay, error",),
    "test_unused_end_of_a_sequence": ("was called 1 time and holds 2 answers.",),
    "test_unmatched_call_of_an_unmapped_host": (
        "The widget \"greeting\" called GET rows with query {'page': '2'}, and nothing answers it:",
        "It would call rows.example",
        "[upstreams] of preview.toml",
    ),
    "test_unmatched_call_that_no_stub_accepts": (
        "The widget \"greeting\" called GET rows with query {'page': '2'}, and nothing answers it:",
        "no respond(when=…) of it accepts this call.",
    ),
    "test_call_beyond_a_sequence": (
        'connectors["rows"].respond(sequence=…) holds 1 answer, and this is call 2.',
    ),
    "test_never_ready": (
        'The widget "stuck" was not ready within 1 s: it is "loading" still.',
        "init waits in opened, at widgets/stuck/main.py, line 5: `await asyncio.Event().wait()`",
    ),
    "test_never_ready_for_want_of_an_answer": (
        'init waits at widgets/waiting/main.py, line 3: `await sdk.connectors.get("rows")`',
        "No answer has come yet to GET rows, called",
    ),
    "test_unknown_widget": ("has no widget 'greting'; there are:", "greeting"),
    "test_widget_that_is_not_on_the_page": (
        'There is no widget "noisy" on the page; there are: greeting.',
    ),
    "test_second_widget_that_is_not_on_the_page": (
        'There is no widget "greeting" number 2 (nth=1, counted from 0) on the page; there are: greeting.',
    ),
    "test_not_an_error_after_all": ('The widget "greeting" did not fail: its state is "ready".',),
}


@pytest.mark.parametrize("test", MESSAGES)
def test_a_failing_test_says_what_happened_where_and_what_to_do(report: Report, test: str) -> None:
    assert report.outcomes[test] == "FAILED"
    message = re.sub(r"\s*\nE? +", " ", report.messages[test])
    for words in MESSAGES[test]:
        assert words in message


@pytest.mark.parametrize("test", MESSAGES)
def test_no_message_shows_the_kits_own_code(report: Report, test: str) -> None:
    assert not re.search(
        r"^[./\w-]*widget_workbench/\S+\.py:\d+", report.messages[test], re.MULTILINE
    )


def test_a_screenshot_and_a_trace_are_kept_of_a_failing_test(report: Report) -> None:
    told = report.messages["test_console_error"]
    screenshot = re.search(r"Screenshot: (\S+)", told)
    trace = re.search(r"playwright show-trace (\S+)", told)
    assert screenshot
    assert trace
    assert (report.root / screenshot[1]).read_bytes().startswith(b"\x89PNG")
    with zipfile.ZipFile(report.root / trace[1]) as archive:
        assert any(name.endswith(".trace") for name in archive.namelist())


def test_nothing_fails_twice(report: Report) -> None:
    assert set(report.outcomes.values()) == {"PASSED", "FAILED"}


def test_nothing_is_kept_of_a_test_that_passes(report: Report) -> None:
    kept = [directory.name for directory in (report.root / "test-results").iterdir()]
    assert len(kept) == len(MESSAGES)
    assert not any("test-passes" in name for name in kept)


def test_an_endless_loop_is_told_from_a_wait(tmp_path: Path) -> None:
    for name, text in ENDLESS.items():
        write(tmp_path / name, text)
    message = run_pytest(tmp_path, "--widget-trace=off").messages["test_endless_loop"]
    assert "the page does not respond." in message
    assert "a loop in Python that never awaits" in message
    assert "playwright show-trace" not in message
