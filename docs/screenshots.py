"""Takes the README's screenshots of the preview: `python docs/screenshots.py`, after `make browser`."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import uvicorn
from playwright.sync_api import expect, sync_playwright

from widget_workbench.browser import find_browser, launch_arguments
from widget_workbench.preview import create_app

DOCS = Path(__file__).parent

# Width of the window, and how much of the page is shown, in CSS pixels.
SIZES = {375: 1500, 1280: 1700}


def main() -> None:
    """Writes docs/images/preview-<width>.png."""
    browser_path = find_browser()
    if browser_path is None:
        sys.exit("No browser was found; run `make browser`.")
    config = uvicorn.Config(create_app(DOCS.parent / "examples"), port=0, log_level="error")
    socket = config.bind_socket()
    server = uvicorn.Server(config)
    threading.Thread(target=server.run, args=([socket],), daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(browser_path), args=launch_arguments()
        )
        for width, height in SIZES.items():
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(f"http://127.0.0.1:{socket.getsockname()[1]}/")
            count = page.locator("gs-cc-registry-widget").count()
            ready = page.locator("[data-widget-state=ready]")
            expect(ready).to_have_count(count, timeout=60_000)
            expect(page.locator("[aria-busy=true]")).to_have_count(0)
            page.screenshot(path=DOCS / "images" / f"preview-{width}.png")
        browser.close()
    server.should_exit = True


if __name__ == "__main__":
    main()
