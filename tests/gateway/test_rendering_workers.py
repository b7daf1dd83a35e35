"""The processes that render: started when needed, kept, replaced when they end, and gone when nobody needs them."""

import asyncio
import gc
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from widget_workbench.gateway.errors import TemplateRenderingError
from widget_workbench.gateway.templates import Field, Renderer, Template
from widget_workbench.gateway.templates.worker_process import WorkerProcess

from .template_cases import PLACE, context, render

LOOP = Template("{% for a in [1, 2] %}{{ a }}{% endfor %}", PLACE, Field.SENT)
ENDLESS = Template(
    "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    PLACE,
    Field.SENT,
)

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and /proc")


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    # An orphan that has ended stays until init looks for it, which may take seconds.
    return not status.exists() or ") Z " not in status.read_text()


def processes(renderer: Renderer) -> frozenset[WorkerProcess]:
    pool = renderer._workers._pool
    return pool.processes if pool else frozenset()


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, f"not within 10 s: {what}"
        time.sleep(0.01)


def test_a_worker_serves_one_event_loop_after_another() -> None:
    renderer = Renderer(workers=1)
    try:
        for _ in range(3):
            assert render(renderer, LOOP.text) == "12"
    finally:
        asyncio.run(renderer.aclose())


def test_a_renderer_that_was_closed_starts_anew() -> None:
    async def run() -> list[str]:
        renderer = Renderer(workers=1)
        await renderer.aclose()
        texts = await renderer.render([LOOP], context())
        await renderer.aclose()
        texts += await renderer.render([LOOP], context())
        await renderer.aclose()
        await renderer.aclose()
        return texts

    assert asyncio.run(run()) == ["12", "12"]


@needs_posix
@pytest.mark.parametrize("template", [LOOP, ENDLESS], ids=["loop", "endless"])
@pytest.mark.parametrize("head_start", [0, 0.001, 0.01, 0.05, 0.3])
def test_what_is_under_way_when_it_is_closed_is_told_so_and_no_process_stays(
    template: Template, head_start: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[WorkerProcess] = []

    class Noted(WorkerProcess):
        def __init__(self) -> None:
            super().__init__()
            started.append(self)

    monkeypatch.setattr("widget_workbench.gateway.templates.worker_pool.WorkerProcess", Noted)

    async def run() -> list[str | BaseException]:
        renderer = Renderer(workers=2, time_limit=30)
        # The third waits for its turn.
        tasks = [asyncio.create_task(renderer.render([template], context())) for _ in range(3)]
        await asyncio.sleep(head_start)
        await renderer.aclose()
        assert not any(is_running(worker.pid) for worker in started)
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        # A task that had not begun when it was closed has started anew.
        await renderer.aclose()
        return [each if isinstance(each, BaseException) else each[0] for each in outcomes]

    for outcome in asyncio.run(run()):
        if template is LOOP and outcome == "12":
            continue
        assert isinstance(outcome, TemplateRenderingError)
        assert outcome.detail.endswith("was not rendered: the gateway was closed meanwhile.")
    assert not any(is_running(worker.pid) for worker in started)


@needs_posix
def test_a_worker_that_is_killed_while_it_renders_is_an_error_and_no_hang() -> None:
    worker = WorkerProcess()
    worker.render(LOOP, context(), 5)

    async def run() -> None:
        rendering = asyncio.create_task(asyncio.to_thread(worker.render, ENDLESS, context(), 30))
        await asyncio.sleep(0.1)
        os.kill(worker.pid, signal.SIGKILL)
        with pytest.raises(TemplateRenderingError, match="the process that rendered it has ended"):
            await rendering

    asyncio.run(run())
    assert not worker.is_alive


@needs_posix
def test_a_worker_that_was_killed_while_it_was_idle_is_replaced_unnoticed() -> None:
    renderer = Renderer(workers=1)

    try:
        render(renderer, LOOP.text)
        [first] = processes(renderer)
        os.kill(first.pid, signal.SIGKILL)
        wait_until(lambda: not first.is_alive, "the worker's end")
        assert render(renderer, LOOP.text) == "12"
        assert processes(renderer).isdisjoint({first})
    finally:
        asyncio.run(renderer.aclose())


@needs_posix
def test_a_worker_that_hangs_is_ended_from_outside() -> None:
    async def run() -> None:
        renderer = Renderer(workers=1)
        try:
            await renderer.render([LOOP], context())
            [worker] = processes(renderer)
            renderer._workers._wait_limit = 0.2
            os.kill(worker.pid, signal.SIGSTOP)
            with pytest.raises(TemplateRenderingError, match=r"not rendered within 0\.2 s"):
                await renderer.render([LOOP], context())
        finally:
            await renderer.aclose()

    asyncio.run(run())


@needs_posix
def test_ctrl_c_on_the_terminal_does_not_end_a_worker() -> None:
    worker = WorkerProcess()
    try:
        worker.render(LOOP, context(), 5)
        os.kill(worker.pid, signal.SIGINT)
        assert worker.render(LOOP, context(), 5) == "12"
    finally:
        worker.close()


@needs_posix
def test_a_worker_ends_with_what_holds_it() -> None:
    worker = WorkerProcess()
    worker.render(LOOP, context(), 5)
    pid = worker.pid

    del worker
    gc.collect()

    assert not is_running(pid)


@needs_posix
@pytest.mark.parametrize(
    ("busy", "end"), [(False, "pass"), (True, "os.kill(os.getpid(), signal.SIGKILL)")]
)
def test_a_worker_ends_with_its_parent(tmp_path: Path, busy: bool, end: str) -> None:
    program = tmp_path / "parent.py"
    program.write_text(
        textwrap.dedent(
            f"""
            import os, signal, threading
            from widget_workbench.gateway.identity import GUEST
            from widget_workbench.gateway.templates import Context, Field, Template
            from widget_workbench.gateway.templates import worker_process
            from widget_workbench.gateway.templates.worker_process import WorkerProcess

            context = Context(GUEST, "t", {{}}, {{}}, {{}}, 0.0)
            worker = WorkerProcess()
            worker.render(Template({LOOP.text!r}, "url", Field.SENT), context, 5)
            if {busy}:
                asked, read = threading.Event(), worker_process.read_message

                def read_once_asked(*arguments):
                    asked.set()
                    return read(*arguments)

                worker_process.read_message = read_once_asked
                endless = Template({ENDLESS.text!r}, "url", Field.SENT)
                rendering = threading.Thread(
                    target=worker.render, args=(endless, context, 1), daemon=True
                )
                rendering.start()
                asked.wait()
            print(worker.pid, flush=True)
            {end}
            """
        )
    )

    parent = subprocess.run(
        [sys.executable, program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False
    )
    pid = int(parent.stdout)

    wait_until(lambda: not is_running(pid), "the worker's end")


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads /proc")
def test_no_secret_is_in_a_workers_arguments_and_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WIDGET_SECRET_API_KEY", "m4rker")
    worker = WorkerProcess()
    try:
        held = context(secrets={"api_key": "m4rker"})
        secret = Template(
            "{% for a in [1] %}{{ get_secret('api_key') }}{% endfor %}", PLACE, Field.SENT
        )
        assert worker.render(secret, held, 5) == "m4rker"
        seen = b"".join(
            Path(f"/proc/{worker.pid}/{file}").read_bytes() for file in ("cmdline", "environ")
        )
    finally:
        worker.close()

    assert b"widget_workbench" in seen
    assert b"m4rker" not in seen


def test_a_worker_does_without_the_gateways_http_stack() -> None:
    """What makes its start quick."""
    worker = WorkerProcess()
    try:
        worker.render(LOOP, context(), 5)
        maps = Path(f"/proc/{worker.pid}/maps")
        if maps.exists():
            assert "pydantic_core" not in maps.read_text()
        started = Template("{{ jwt_encode({'a': 1}, 'key', 'HS256') }}", PLACE, Field.SENT)
        assert worker.render(started, context(), 5).count(".") == 2
        if maps.exists():
            assert "pydantic_core" not in maps.read_text()
    finally:
        worker.close()


def test_where_no_process_can_be_started_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    renderer = Renderer()

    async def run() -> None:
        with pytest.raises(TemplateRenderingError, match="no process could be started for it"):
            await renderer.render([LOOP], context())
        await renderer.aclose()

    asyncio.run(run())
