"""What pages are told of a repository that is being edited."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import watchfiles

from widget_workbench.preview import changes as changes_module
from widget_workbench.preview.changes import Changes

# Seconds that an event may take.
LATEST = 10


class Page:
    """One that listens, and what it hears."""

    def __init__(self, stream: AsyncIterator[str]) -> None:
        self._stream = stream

    async def hears(self) -> dict[str, Any]:
        async with asyncio.timeout(LATEST):
            while True:
                event = await anext(self._stream)
                if event.startswith("data: "):
                    told: dict[str, Any] = json.loads(event.removeprefix("data: "))
                    return told

    async def hears_until(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        while not holds(told := await self.hears()):
            pass
        return told


class Repository:
    """One with a widget, whose `main.py` is what pages are told of."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.readings = 0
        self.main = root / "widgets" / "counter" / "main.py"
        self.main.parent.mkdir(parents=True)
        self.main.write_text("0")

    async def read(self) -> dict[str, Any]:
        self.readings += 1
        return await self.told()

    async def told(self) -> dict[str, Any]:
        return {"main": self.main.read_text() if self.main.exists() else None}


@asynccontextmanager
async def listening(repository: Repository) -> AsyncIterator[tuple[Changes, Page]]:
    changes = Changes(repository.root, repository.read, repository.told)
    stream = changes.stream()
    page = Page(stream)
    assert await page.hears() == {"server": changes.server, "main": "0"}
    # The watching has begun when it tells of something.
    beacon = repository.root / "beacon"
    heard = asyncio.create_task(page.hears())
    while not heard.done():
        beacon.write_text(str(asyncio.get_running_loop().time()))
        await asyncio.wait({heard}, timeout=0.1)
    try:
        yield changes, page
    finally:
        await stream.aclose()


def run(test: Callable[[Changes, Page], Awaitable[None]], repository: Repository) -> None:
    async def main() -> None:
        async with listening(repository) as (changes, page):
            await test(changes, page)

    asyncio.run(main())


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_a_save_is_told_of(repository: Repository) -> None:
    async def test(changes: Changes, page: Page) -> None:
        repository.main.write_text("1")
        told = await page.hears_until(lambda told: told["main"] == "1")
        assert told["server"] == changes.server

    run(test, repository)


def test_an_atomic_rename_and_a_new_directory_are_saves(repository: Repository) -> None:
    async def test(_: Changes, page: Page) -> None:
        fresh = repository.main.with_name(".main.py.saving")
        fresh.write_text("2")
        fresh.replace(repository.main)
        await page.hears_until(lambda told: told["main"] == "2")
        before = repository.readings
        other = repository.root / "widgets" / "other"
        other.mkdir()
        (other / "main.py").write_text("")
        await page.hears()
        assert repository.readings > before

    run(test, repository)


def test_a_thousand_events_at_once_are_few_readings(repository: Repository) -> None:
    async def test(_: Changes, page: Page) -> None:
        before = repository.readings
        assets = repository.main.with_name("assets")
        assets.mkdir()

        def save() -> None:
            for number in range(1000):
                (assets / f"{number}.txt").write_text(str(number))
                if number % 2:
                    (assets / f"{number}.txt").unlink()
            repository.main.write_text("last")

        await asyncio.to_thread(save)
        await page.hears_until(lambda told: told["main"] == "last")
        assert repository.readings - before < 50

    run(test, repository)


def test_widgets_that_go_and_come_back_are_watched_again(repository: Repository) -> None:
    async def test(_: Changes, page: Page) -> None:
        shutil.rmtree(repository.root / "widgets")
        await page.hears_until(lambda told: told["main"] is None)
        repository.main.parent.mkdir(parents=True)
        repository.main.write_text("back")
        await page.hears_until(lambda told: told["main"] == "back")
        repository.main.write_text("again")
        await page.hears_until(lambda told: told["main"] == "again")

    run(test, repository)


def test_all_pages_hear_it_and_one_that_leaves_ends_nothing(repository: Repository) -> None:
    async def test(changes: Changes, page: Page) -> None:
        stream = changes.stream()
        second = Page(stream)
        await second.hears()
        repository.main.write_text("1")
        await page.hears_until(lambda told: told["main"] == "1")
        await second.hears_until(lambda told: told["main"] == "1")
        await stream.aclose()
        repository.main.write_text("2")
        await page.hears_until(lambda told: told["main"] == "2")

    run(test, repository)


def test_a_reading_that_fails_is_not_the_last(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test(_: Changes, page: Page) -> None:
        read = repository.told

        async def fails() -> dict[str, Any]:
            monkeypatch.setattr(repository, "told", read)
            raise OSError("it went while it was read")

        monkeypatch.setattr(repository, "told", fails)
        repository.main.write_text("1")
        while repository.told == fails:
            await asyncio.sleep(0.01)
        repository.main.write_text("2")
        await page.hears_until(lambda told: told["main"] == "2")

    run(test, repository)


def test_a_watching_that_failed_is_begun_again(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    awatch = watchfiles.awatch
    failed = asyncio.Event()

    async def fails(*arguments: Any, **options: Any) -> AsyncIterator[Any]:
        failed.set()
        raise OSError("the limit of watched files is reached")
        yield  # which makes it a generator

    async def main() -> None:
        monkeypatch.setattr(watchfiles, "awatch", fails)
        changes = Changes(repository.root, repository.read, repository.told)
        stream = changes.stream()
        await Page(stream).hears()
        await failed.wait()
        while not caplog.records:
            await asyncio.sleep(0)
        assert "the limit of watched files is reached" in caplog.records[0].getMessage()
        monkeypatch.setattr(watchfiles, "awatch", awatch)
        again = changes.stream()
        page = Page(again)
        await page.hears()
        repository.main.write_text("1")
        await page.hears_until(lambda told: told["main"] == "1")
        changes.close()
        await stream.aclose()
        await again.aclose()

    asyncio.run(main())


def test_closing_ends_the_streams_and_the_watching(repository: Repository) -> None:
    async def test(changes: Changes, page: Page) -> None:
        watching = changes._watching
        assert watching is not None
        changes.close()
        with pytest.raises(StopAsyncIteration):
            await page.hears_until(lambda _: False)
        await asyncio.wait({watching}, timeout=LATEST)
        assert watching.cancelled()

    run(test, repository)


def test_a_stub_of_types_is_no_save(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = asyncio.Event()
    is_watched = changes_module._is_watched

    def look(change: watchfiles.Change, path: str) -> bool:
        if path.endswith("_props.pyi"):
            looked_at.set()
        return is_watched(change, path)

    monkeypatch.setattr(changes_module, "_is_watched", look)

    async def test(_: Changes, page: Page) -> None:
        before = repository.readings
        repository.main.with_name("_props.pyi").write_text("")
        await looked_at.wait()
        assert repository.readings == before
        # In one step, so that it is one save.
        fresh = repository.main.with_suffix(".tmp")
        fresh.write_text("1")
        os.replace(fresh, repository.main)
        await page.hears_until(lambda told: told["main"] == "1")
        assert repository.readings == before + 1

    run(test, repository)


def test_a_page_that_does_not_read_hears_the_last_only(repository: Repository) -> None:
    async def test(changes: Changes, page: Page) -> None:
        stream = changes.stream()
        reading = Page(stream)
        await reading.hears()
        for number in range(1, 21):
            repository.main.write_text(str(number))
            while (await reading.hears())["main"] != str(number):
                pass
        assert (await page.hears())["main"] == "20"
        await stream.aclose()

    run(test, repository)
