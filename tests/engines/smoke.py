"""The smoke set: the pages that check themselves, and what they found in one engine."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from widget_workbench.bundle import Bundled, build
from widget_workbench.checking.registries import EXTENSIONS
from widget_workbench.preview import running
from widget_workbench.runtime import runtime

from .engines import Driver

CHECKOUT = Path(__file__).parents[2]
PROBE = CHECKOUT / "tests" / "fixtures" / "probe"
EXAMPLES = CHECKOUT / "examples"
# The widget that tells how the examples fare.
WITNESS = CHECKOUT / "tests" / "fixtures" / "published"
# Of the loader's modules, those that it restores memory with by itself: in the loader's one file they have no names.
RESTORING = ("core.js", "snapshot.js")

# What a page has, and more than the slowest one takes: WebKit starts Python in up to 24 s here.
PAGE_SECONDS = 150
# What starting and ending the browser may add.
DRIVER_SECONDS = 60

# The end of a traceback says what it is about.
COMPLAINT_LINES = 20

PROBES, PUBLISHED = "probes", "published"
"""What serves a page: the preview of the probes, or the examples' built tree as the platform hosts it."""

# Who is where: smoke_javascript gathers what the others found and sets window.result; smoke_published does for the
# examples. Where it is no matter of the workbench, there is none: it warns of what a slow engine takes long for.
PAGES = {
    "On a community page": (
        PROBES,
        "?workbench=none&widgets=smoke_javascript,smoke_python,smoke_failing,smoke_instance,smoke_template,smoke_instance",
    ),
    "On an older host": (
        PROBES,
        "?workbench=none&sdk=legacy&widgets=smoke_javascript,smoke_python,smoke_instance,smoke_template",
    ),
    "On a host with unmarked errors": (
        PROBES,
        "?workbench=none&errors=bare&widgets=smoke_javascript,smoke_python,smoke_template",
    ),
    "With a compiled package": (
        PROBES,
        "?workbench=none&widgets=smoke_javascript,smoke_compiled,smoke_compiled",
    ),
    "On a page without WebAssembly": (
        PROBES,
        "?workbench=none&csp=nowasm&widgets=smoke_javascript,smoke_instance,smoke_template",
    ),
    "With the workbench": (PROBES, "?widgets=smoke_javascript,smoke_workbench"),
    "The examples, published": (PUBLISHED, "?workbench=none"),
}
"""The pages, each by who serves it and its query, by the heading that their cases stand under."""

OPENED = "the page reports what it found"
"""The case that is no page's own: everything else depends on it."""


@dataclass(frozen=True)
class Outcome:
    """What one case came to.

    Attributes:
        passed: whether it held.
        detail: what was found instead; empty where it held.
    """

    passed: bool
    detail: str = ""


@dataclass(frozen=True)
class PageRun:
    """What one page found.

    Attributes:
        outcomes: by the case's name, in the order in which they ran.
        seconds: from opening it to its result.
        console: the page's errors and warnings, where the engine's protocol tells them.
    """

    outcomes: Mapping[str, Outcome]
    seconds: float
    console: tuple[str, ...]


@dataclass(frozen=True)
class EngineRun:
    """What every page found in one engine.

    Attributes:
        heading: the engine's name and version.
        pages: by their heading in `PAGES`.
    """

    heading: str
    pages: Mapping[str, PageRun]


def run(name: str, driver: Driver) -> EngineRun:
    """Runs the smoke set in one engine, on a preview of its own.

    Args:
        name: the engine's.
        driver: what drives it.
    """
    with (
        TemporaryDirectory() as directory,
        running(PROBE) as probes,
        running(EXAMPLES, published=built_examples(Path(directory))) as published,
    ):
        urls = {PROBES: probes, PUBLISHED: published}
        headings = {urls[site] + query: heading for heading, (site, query) in PAGES.items()}
        task = {**driver.task, "seconds": PAGE_SECONDS, "urls": list(headings)}
        printed, complaint = drive(driver, task)
    version, pages = "", {}
    for report in map(json.loads, printed):
        if "version" in report:
            version = _number(report["version"])
        else:
            pages[headings[report["url"]]] = _page_run(report)
    for heading in PAGES:
        pages.setdefault(heading, _unopened(f"the driver ended before it\n{complaint}"))
    return EngineRun(f"{name} {version}".strip(), pages)


def built_examples(directory: Path) -> Path:
    """Builds the examples, with the widget among them that tells how they fare.

    Args:
        directory: an empty one.

    Returns:
        The built tree.
    """
    tree, witness = directory / "dist", directory / "witness"
    build(EXAMPLES, tree, Bundled())
    build(WITNESS, witness, Bundled())
    shutil.copytree(witness / "widgets", tree / "widgets", dirs_exist_ok=True)
    (restoring,) = (tree / "widgets").rglob("restored.js")
    for module in RESTORING:
        shutil.copy(CHECKOUT / "static" / "loader" / module, restoring.parent)
    registry = json.loads((tree / EXTENSIONS).read_text())
    told = {"memory": runtime().manifest.snapshot.memory}
    for entry in json.loads((witness / EXTENSIONS).read_text())["widgets"]:
        registry["widgets"].append({**entry, "defaultConfig": told})
    (tree / EXTENSIONS).write_text(json.dumps(registry))
    return tree


def drive(driver: Driver, task: Mapping[str, Any]) -> tuple[list[str], str]:
    """Opens pages in an engine, whatever they are.

    Args:
        driver: what drives the engine.
        task: as puppeteer_driver.js has it.

    Returns:
        The lines of JSON that the driver printed, and how it failed, should it have.
    """
    limit = DRIVER_SECONDS + task["seconds"] * len(task["urls"])
    process = subprocess.Popen(
        [*driver.command, json.dumps(task)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # The pages are on this machine, whatever the proxy.
        env={**os.environ, **driver.environment, "no_proxy": "127.0.0.1,localhost"},
        start_new_session=True,
    )
    try:
        output, complaint = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        output, complaint = _end(process)
        complaint += f"it was ended after {limit} s"
    except BaseException:
        _end(process)
        raise
    lines = output.splitlines()
    printed = [line for line in lines if line.startswith("{")]
    # xvfb-run has its command's stderr on stdout.
    noise = [line for line in (*lines, *complaint.splitlines()) if line not in printed]
    return printed, "\n".join(noise[-COMPLAINT_LINES:])


def _end(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Ends a driver and what it started, the browser included; returns what it had printed."""
    for kind in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, kind)
        with suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=10)
    return "", ""


def _page_run(report: Mapping[str, Any]) -> PageRun:
    if report["failure"]:
        return _unopened(report["failure"])
    if report["result"] is None:
        return _unopened(f"it set no window.result within {PAGE_SECONDS} s", report["console"])
    cases = report["result"]["cases"]
    outcomes = {case["name"]: Outcome(case["passed"], case["detail"]) for case in cases}
    if not 0 < len(outcomes) == len(cases):
        return _unopened("it checked nothing, or two things by one name", report["console"])
    return PageRun(
        {OPENED: Outcome(passed=True), **outcomes}, report["seconds"], tuple(report["console"])
    )


def _unopened(reason: str, console: Iterable[str] = ()) -> PageRun:
    return PageRun({OPENED: Outcome(passed=False, detail=reason)}, 0, tuple(console))


def _number(version: str) -> str:
    """`140.3` of `firefox/140.3.1`, and of what else the protocols put around it."""
    found = re.search(r"\d+(\.\d+)?", version)
    return found[0] if found else version
